#!/usr/bin/env bash
# Runs SPIN on the Promela models of tests/data/promela and Fencelab on the scenarios beside them, and
# prints a table: verdict, work done, seconds. Making and compiling SPIN's verifier is not counted.
#   bench/spin.sh [SECONDS_PER_EXPLORATION]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly models="$PWD/tests/data/promela" explore="$PWD/build/bench/bench_explore_scenario"
readonly limit="${1:-60}"
command -v spin >/dev/null || { echo "bench/spin.sh: spin is not installed" >&2; exit 1; }
[[ -x "$explore" ]] || { echo "bench/spin.sh: build the target bench_explore_scenario first" >&2; exit 1; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# run_spin MODEL [DEFINES...]: "verdict | states | seconds |"
run_spin() {
  local model="$1" verdict=free out
  shift
  (cd "$work" && spin -a "$@" "$models/$model.pml" >/dev/null && gcc -O2 -w -DSAFETY -o pan pan.c)
  out="$(cd "$work" && ./pan -m1000000 -c0)"
  grep -q 'errors: 0' <<<"$out" || verdict=deadlock
  printf '%s | %s | %s |' "$verdict" \
    "$(grep -oP '^\s*\K[\d.e+]+(?= states, stored)' <<<"$out")" \
    "$(grep -oP 'elapsed time \K[\d.]+' <<<"$out")"
}

# run_ours FILE STACK PROVER TIMERS
run_ours() {
  "$explore" "$models/$1.json" "$2" "$3" "$4" "$limit" |
    awk -v prover="$3" '{ for (i = 1; i <= NF; ++i) { split($i, w, "="); v[w[1]] = w[2] }
      printf " %s | %s | %s |", v["verdict"], prover == "dpor" ? v["executions"] : v["states"], v["seconds"] }'
}

# row NAME FILE STACK TIMERS MODEL [DEFINES...]
row() {
  printf '| %s | %s%s%s\n' "$1" "$(run_spin "${@:5}")" "$(run_ours "$2" "$3" dpor "$4")" \
    "$(run_ours "$2" "$3" states "$4")"
}

cat <<'HEAD'
| variant | SPIN | states | s | prover A | executions | s | prover B | states | s |
|---|---|---|---|---|---|---|---|---|---|
HEAD
for n in 3 4 5; do row "phil N=$n" "phil-$n" linux-implicit never phil "-DN=$n"; done
for n in 3 5 8; do row "phil N=$n ORDERED" "phil-$n-ordered" linux-implicit never phil "-DN=$n" -DORDERED; done
row "phil N=3 TICK" phil-3-tick linux-implicit never phil -DN=3 -DTICK
row "phil N=3 TICK ORDERED" phil-3-ordered-tick linux-implicit never phil -DN=3 -DTICK -DORDERED
row "rwsem" rwsem-readers-first linux-implicit never rwsem
row "rwsem FAIR" rwsem-fair linux-implicit never rwsem -DFAIR
for n in 1 2 3; do
  for ((free = 0; free <= n; ++free)); do
    row "indefinite NJOB=$n FREE0=$free" "indefinite-$n-free$free" future-fence never indefinite "-DNJOB=$n" "-DFREE0=$free"
  done
  row "indefinite NJOB=$n USERWAIT" "indefinite-$n-free0" user-waits never indefinite "-DNJOB=$n" -DUSERWAIT
  row "indefinite NJOB=$n PREEMPT" "indefinite-$n-free0" preempt never indefinite "-DNJOB=$n" -DPREEMPT
  row "indefinite NJOB=$n TDR" "indefinite-$n-free0" timeout quiescent indefinite "-DNJOB=$n" -DTDR
done
