#!/usr/bin/env bash
# nightly.sh [SECONDS]: what takes too long for each change, an hour in all: every fuzz target for
# SECONDS (default 240), random scenarios for twice as long, the program under valgrind, and a
# paranoid search of the whole library: a sample of what counts as independent is tried in both
# orders, and every execution is made twice. Calls of libc fail, other ones each night; what fails says
# how to make it again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds="${1:-240}"
./dev build
build/fencelab check scenarios/library --paranoid -j "$(nproc)" --quiet --out build/nightly
bash tests/valgrind.sh
# Other seeds each day.
FENCELAB_FIRST="$(($(date +%s) / 86400 * 100000))" FENCELAB_SECONDS="$((seconds * 2))" \
  build/tests/test_generator "[sweep]"
python3 -B tests/faults/sweep.py build/fencelab build/tests/faults build/nightly/faults all --full --seed "$(date +%Y%m%d)"
./dev fuzz --seconds "$seconds"
