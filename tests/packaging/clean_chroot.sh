#!/bin/sh
# usage: clean_chroot.sh PACKAGES: installs the packages of a folder (build/packages, by `./dev package`) on a bare Debian 12, as root,
# and runs the demo there as an ordinary user: the installed library, a manual page, completions, and both kinds of programs that
# link the libraries. Then everything is removed again. Takes some minutes and 2 GB; see chroot.sh for its settings.
set -eu
. "$(dirname "$0")/chroot.sh"
[ $# = 1 ] || fail "usage: clean_chroot.sh PACKAGES"
here=$(cd "$(dirname "$0")" && pwd) packages=$(cd "$1" && pwd)
machine=$(mktemp -d "${TMPDIR:-/var/tmp}/fencelab-machine-XXXXXX")
trap 'rm -rf --one-file-system "$machine"' EXIT

make_machine "$machine"
on_machine "$machine" root "useradd --create-home --shell /bin/bash engineer"
mkdir "$machine/packages"
cp "$packages"/fencelab_*.deb "$packages"/libfencelab-dev_*.deb "$machine/packages/"
cp -r "$here/consumer_cmake" "$here/consumer_pkg_config" "$machine/packages/"
apt="env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0"

say "fencelab"
on_machine "$machine" root "apt-get -qq update && $apt install /packages/fencelab_*.deb >/tmp/apt.log 2>&1 || { tail /tmp/apt.log; exit 1; }"
on_machine "$machine" engineer "fencelab --version && fencelab list scenarios | wc -l"
on_machine "$machine" engineer "test -s /usr/share/man/man1/fencelab-run.1.gz && bash -n /usr/share/bash-completion/completions/fencelab"
say "the demo: fencelab run /usr/share/fencelab/scenarios/library --out demo"
on_machine "$machine" engineer "fencelab run /usr/share/fencelab/scenarios/library --quiet -j $(nproc) --out demo >demo.txt && tail -n 6 demo.txt && test -s demo/report.html"

say "libfencelab-dev"
on_machine "$machine" root "$apt install /packages/libfencelab-dev_*.deb g++ cmake make >/tmp/apt.log 2>&1 || { tail /tmp/apt.log; exit 1; }"
on_machine "$machine" engineer "cmake -S /packages/consumer_cmake -B by_cmake >/dev/null && cmake --build by_cmake >/dev/null &&
  by_cmake/consumer /usr/share/fencelab/scenarios/library/indefinite-fence.json"
on_machine "$machine" engineer "g++ /packages/consumer_pkg_config/consumer.cpp -o by_pkg_config \$(pkg-config --cflags --libs fencelab) && ./by_pkg_config"

say "removed"
on_machine "$machine" root "$apt purge fencelab libfencelab-dev >/tmp/apt.log 2>&1 || { tail /tmp/apt.log; exit 1; }"
left=$(cd "$machine" && find usr etc -path "*fencelab*" | head -n 5)
[ -z "$left" ] || fail "left behind: $left"
echo "clean_chroot.sh: all of it works"
