#!/bin/sh
# usage: debian.sh BUILD: the Debian packages of a build hold what they should, twice the same bytes. Ends with 77 where Debian's tools
# are missing.
set -eu
build=$1
fail() { echo "debian.sh: $*" >&2; exit 1; }
for tool in dpkg-deb dpkg-shlibdeps file; do
  command -v "$tool" >/dev/null || { echo "debian.sh: $tool is missing (./dev setup package)"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1700000000
for time in first second; do
  (cd "$build" && cpack -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip -B "$work/$time" >"$work/cpack.log" 2>&1) || fail "cpack: $(tail -n 20 "$work/cpack.log")"
done
cd "$work"
program=$(ls first/fencelab_*.deb) development=$(ls first/libfencelab-dev_*.deb)
cmp "$program" "second/${program#first/}" || fail "the same build gives another package"
cmp "$development" "second/${development#first/}" || fail "the same build gives another package"

field() { dpkg-deb -f "$1" "$2"; }
for library in libc6 libsimgrid libsqlite3-0 libtracecmd libopenmpi; do
  field "$program" Depends | grep -q "$library" || fail "fencelab does not depend on $library: $(field "$program" Depends)"
done
[ "$(field "$development" Depends | cut -d, -f1)" = "fencelab (= $(field "$program" Version))" ] || fail "libfencelab-dev is for another version"

dpkg-deb -c "$program" | awk '{print $1, $2, $6}' >program.txt
dpkg-deb -c "$development" | awk '{print $1, $2, $6}' >development.txt
for path in usr/bin/fencelab usr/libexec/fencelab/fencelab-ranks usr/libexec/fencelab/fencelab-simgrid.so usr/share/fencelab/scenarios/library/indefinite-fence.json \
    usr/share/man/man1/fencelab.1.gz usr/share/bash-completion/completions/fencelab usr/share/zsh/vendor-completions/_fencelab \
    usr/share/doc/fencelab/copyright usr/share/doc/fencelab/changelog.gz usr/share/doc/fencelab/changelog.Debian.gz; do
  grep -q " \./$path$" program.txt || fail "fencelab lacks $path"
done
grep -q ' \./usr/include/fencelab/core/time.hpp$' development.txt || fail "libfencelab-dev lacks headers"
if grep -E '\.(hpp|a|cmake|pc)$' program.txt; then fail "these belong into libfencelab-dev"; fi
if awk '$2 != "root/root"' program.txt development.txt | grep .; then fail "these belong to somebody"; fi
if command -v lintian >/dev/null; then
  lintian --allow-root --fail-on error "$program" "$development" || fail "lintian finds errors"
fi
