#!/usr/bin/env bash
# nightly.sh [SECONDS]: what takes too long for each change: every fuzz target for SECONDS (default
# 240, some three quarters of an hour in all), and a paranoid search of the whole library: a sample of
# what counts as independent is tried in both orders, and every execution is made twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds="${1:-240}"
./dev build
build/fencelab check scenarios/library --paranoid -j "$(nproc)" --quiet --out build/nightly
bash tests/valgrind.sh
./dev fuzz --seconds "$seconds"
