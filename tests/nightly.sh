#!/usr/bin/env bash
# nightly.sh [SECONDS]: what takes too long for each change: every fuzz target for SECONDS (default
# 240, some three quarters of an hour in all), and a paranoid search of the whole library: a sample of
# what counts as independent is tried in both orders, and every execution is made twice. Calls of libc fail, other
# ones each night; what fails says how to make it again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds="${1:-240}"
./dev build
build/fencelab check scenarios/library --paranoid -j "$(nproc)" --quiet --out build/nightly
python3 -B tests/faults/sweep.py build/fencelab build/tests/faults build/nightly/faults all --full --seed "$(date +%Y%m%d)"
./dev fuzz --seconds "$seconds"
