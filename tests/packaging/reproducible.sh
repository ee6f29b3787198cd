#!/bin/sh
# usage: reproducible.sh [TARGET...]: builds the tree twice, in folders, at times and with settings that differ, and compares what comes out,
# byte by byte. Without targets all that is installed, and the packages: two whole builds, for a person before a release. With targets
# (as ninja names them: fencelab_core, core/CMakeFiles/fencelab_core.dir/simulation.cpp.o) only what they write; CTest does so with a few.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/fencelab-reproducible-XXXXXX")
trap 'rm -rf "$work"' EXIT
fail() { echo "reproducible.sh: $*" >&2; exit 1; }
export CCACHE_DISABLE=1 SOURCE_DATE_EPOCH=1700000000

# build FOLDER TARGET...: copies the sources into it, and builds them in a folder in or beside it.
build() (
  mkdir -p "$1/$2"
  (cd "$source" && tar -cf - CMakeLists.txt README.md CHANGELOG.md cmake packaging docs report/dist \
    core models policies scenarios analysis campaign cli) | tar -xf - -C "$1"
  tree=$1 build=$1/$2
  shift 2
  cmake -S "$tree" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DFENCELAB_DEVELOPER=OFF \
    -DCMAKE_CXX_COMPILER="${CXX:-c++}" >"$tree/cmake.log" 2>&1 || { tail "$tree/cmake.log"; fail "cmake"; }
  cmake --build "$build" --target "$@" >"$tree/build.log" 2>&1 || { tail "$tree/build.log"; fail "the build"; }
)
build_twice() {
  (umask 022; export TZ=UTC LC_ALL=C; build "$work/one" build "$@")
  (umask 027; export TZ=Asia/Kathmandu LC_ALL=C.UTF-8; build "$work/another/longer/name" out/release "$@")
}
first=$work/one/build second=$work/another/longer/name/out/release

# compare FOLDER FOLDER FILES: what `find FOLDER FILES` finds, at least one file.
compare() {
  one=$1 other=$2 count=0
  shift 2
  for file in $(cd "$one" && find . -type f "$@" | sort); do
    count=$((count + 1))
    cmp "$one/$file" "$other/$file" || fail "$file differs"
  done
  [ "$count" -gt 0 ] || fail "there was nothing to compare"
  echo "reproducible.sh: $count files, the same bytes"
}

if [ $# -gt 0 ]; then
  build_twice "$@"
  compare "$first" "$second" \( -name '*.o' -o -name 'lib*.a' -o -name fencelab \)
else
  build_twice installable
  for build in "$first" "$second"; do
    cmake --install "$build" --prefix "$work/installed" >/dev/null
    mv "$work/installed" "$build/installed"
    (cd "$build" && cpack >cpack.log 2>&1) || fail "cpack: $(tail -n 5 "$build/cpack.log")"
  done
  compare "$first/installed" "$second/installed"
  compare "$first/packages" "$second/packages" -name '*.deb'
fi
