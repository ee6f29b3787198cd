#!/bin/sh
# usage: installed.sh BUILD SOURCE VERSION: what `cmake --install` leaves, used as by somebody who has nothing else.
set -eu
build=$1 source=$2 version=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "installed.sh: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$work/first" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
# Nothing in it knows where it was put, or where it was built.
mv "$work/first" "$work/there"
prefix=$work/there
if grep -rlF -e "$source/" -e "$build" -e "$work/first" "$prefix"; then fail "these name a folder of the build"; fi

cd "$work"
echo "-- the program"
"$prefix/bin/fencelab" --version | grep -q "^fencelab $version " || fail "--version"
"$prefix/bin/fencelab" list scenarios >scenarios.txt || fail "list scenarios"
grep -q '^indefinite-fence ' scenarios.txt || fail "list scenarios does not find the installed library"
scenario=$prefix/share/fencelab/scenarios/library/indefinite-fence.json
"$prefix/bin/fencelab" run "$scenario" --quiet --out out >run.txt || fail "run: $(cat run.txt)"
test -s out/report.html || fail "run wrote no report"
test -x "$prefix/libexec/fencelab/fencelab-ranks" || fail "fencelab-ranks is not where the program looks"

for file in share/man/man1/fencelab.1 share/man/man1/fencelab-run.1 share/bash-completion/completions/fencelab \
    share/zsh/site-functions/_fencelab share/fish/vendor_completions.d/fencelab.fish; do
  test -s "$prefix/$file" || fail "$file is not installed"
done

echo "-- a project with find_package(fencelab)"
cmake -S "$source/tests/packaging/consumer_cmake" -B cmake -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >cmake.log 2>&1 ||
  { cat cmake.log; fail "find_package(fencelab)"; }
cmake --build cmake >cmake.log 2>&1 || { cat cmake.log; fail "it does not build"; }
./cmake/consumer "$scenario" >consumer.txt || fail "it does not run"
# The same run as the program's own.
stack=$(sed -n 's/: .*//p' consumer.txt) verdict=$(sed -n 's/.*: //p' consumer.txt)
grep -q ",$stack,1,ok,$verdict," out/runs.csv || fail "$(cat consumer.txt), unlike runs.csv"

echo "-- a policy of one's own"
"$prefix/bin/fencelab" new policy my-own --axis flip --out my-own >policy.txt || fail "new policy"
cmake -S my-own -B policy -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DFENCELAB_PROGRAM="$prefix/bin/fencelab" >policy.log 2>&1 ||
  { cat policy.log; fail "a new policy does not configure"; }
cmake --build policy >policy.log 2>&1 || { cat policy.log; fail "a new policy does not build"; }
"$prefix/bin/fencelab" list policies --policy-plugin policy/my-own.so | grep -q '^ *my-own ' || fail "a new policy is not listed"

echo "-- g++ with pkg-config"
pc=$(dirname "$(find "$prefix" -name fencelab.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs fencelab) || fail "pkg-config"
# shellcheck disable=SC2086
${CXX:-g++} "$source/tests/packaging/consumer_pkg_config/consumer.cpp" -o by_pkg_config $flags || fail "it does not build"
./by_pkg_config | grep -q "^fencelab $version: [1-9][0-9]* policies$" || fail "$(./by_pkg_config)"
