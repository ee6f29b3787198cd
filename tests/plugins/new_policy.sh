#!/usr/bin/env bash
# A project as `fencelab new policy` writes it, unchanged: it configures, builds and passes its own
# tests. new_policy.sh PROGRAM PACKAGE COMPILER AXIS: PACKAGE is the folder of fencelabConfig.cmake.
set -euo pipefail
program="$1" package="$2" compiler="$3" axis="$4"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
unset FENCELAB_PLUGIN_PATH
"$program" new policy my-own --axis "$axis" --out "$folder/my-own"
cmake -S "$folder/my-own" -B "$folder/build" -Dfencelab_DIR="$package" -DFENCELAB_PROGRAM="$program" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror" > "$folder/configure.log" ||
  { cat "$folder/configure.log"; exit 1; }
cmake --build "$folder/build"
ctest --test-dir "$folder/build" --output-on-failure
