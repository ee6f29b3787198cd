#!/usr/bin/env bash
# Runs the benchmarks one after the other and prints what they say. Ratios count; nothing fails on wall time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
echo "event kernel (hold model): bar 0.5 of a bare binary heap at each size"
build/bench/bench_hold_model
echo
echo "whole engine, three runs"
for _ in 1 2 3; do build/bench/bench_whole_engine 40; done
