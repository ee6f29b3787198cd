#!/usr/bin/env bash
# Measures Fencelab beside its peers and prints medians and ratios. Contenders take turns within each
# round, so that whatever else the machine does falls on all of them; nothing fails on wall time.
#   bench/run.sh [--rounds N] [--quick]
# Needs the programs of `cmake --build --preset release --target bench`; `./dev bench` makes them and calls this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=5
quick=0
while (($#)); do
  case "$1" in
    --rounds) [[ "${2:-}" =~ ^[1-9][0-9]*$ ]] || { echo "bench/run.sh: --rounds takes a number" >&2; exit 63; }
              rounds="$2"; shift 2 ;;
    --quick) quick=1; rounds=1; shift ;;
    *) echo "usage: bench/run.sh [--rounds N] [--quick]" >&2; exit 63 ;;
  esac
done

readonly programs=build/bench
readonly raw="$programs/raw.txt"
: >"$raw"

note() { printf '\r%-60s' "$*" >&2; }

# measure PENDING EVENTS EVENTS_OF_PEERS: one round of the hold model at one size. Slow contenders get
# fewer events: rates are compared, over the same steady state.
measure() {
  "$programs/bench_hold_model" "$1" "$2" >>"$raw"
  "$programs/bench_peer_simgrid" "$1" "$3" >>"$raw"
  [[ -x "$programs/bench_peer_ns3" ]] && "$programs/bench_peer_ns3" "$1" "$3" >>"$raw"
  /usr/bin/python3 bench/peer_simpy.py "$1" $(($3 / 2)) >>"$raw"
}

for ((round = 1; round <= rounds; ++round)); do
  note "round $round of $rounds: event kernel"
  measure 16 4000000 1000000
  measure 1000 4000000 1000000
  measure 100000 2000000 600000
  note "round $round of $rounds: whole engine"
  "$programs/bench_whole_engine" 80 >>"$raw"
  note "round $round of $rounds: analyses"
  "$programs/bench_analysis_cost" 20 5 >>"$raw"
  note "round $round of $rounds: litmus programs"
  "$programs/bench_litmus" 0.2 >>"$raw"
  note "round $round of $rounds: pages"
  "$programs/bench_page_faults" >>"$raw"
done
note "prover A in parallel"
"$programs/bench_parallel_search" $((quick ? 12 : 15)) 2 >"$programs/parallel.txt"
if ((!quick)); then
  note "whole engine, ten times as long"
  "$programs/bench_whole_engine" 800 >>"$raw"
fi
note ""
printf '\r' >&2

build/fencelab --version | head -1
grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //' || true
printf '%s processors, %s rounds\n\n' "$(nproc)" "$rounds"
/usr/bin/python3 bench/summarise.py "$raw" "$programs/results.csv"
echo
if command -v spin >/dev/null; then
  bench/spin.py --rounds "$rounds" --limit "$((quick ? 1 : 10))"
else
  echo "SPIN is not installed: no comparison with it"
fi
printf '\n'
cat "$programs/parallel.txt"
"$programs/bench_compare_rows" $((quick ? 10000 : 100000))
printf '\n'
if ((quick)); then bench/campaign.py --quick; else bench/campaign.py; fi
