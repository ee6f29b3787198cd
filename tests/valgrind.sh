#!/usr/bin/env bash
# valgrind.sh [SCENARIO...]: the commands of the program under valgrind's memcheck: reads of what was
# never written (which no sanitizer of ours looks for), of what is freed, and definite leaks, in each
# process that it starts. Takes some minutes; nightly.sh calls it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program="${FENCELAB_PROGRAM:-build/fencelab}"
command -v valgrind >/dev/null || { echo "valgrind.sh: needs valgrind" >&2; exit 63; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# watched EXPECTED-CODE ARGUMENTS...
watched() {
  local expected="$1" code=0
  shift
  printf '== fencelab %s\n' "$*"
  valgrind --quiet --error-exitcode=99 --exit-on-first-error=no --trace-children=yes \
    --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    "$program" "$@" >"$work/out" 2>"$work/err" || code=$?
  if ((code == expected)) && ! grep -q '^==[0-9]*==' "$work/err"; then return; fi
  cat "$work/err" >&2
  echo "valgrind.sh: ended with $code, expected $expected" >&2
  exit 1
}

scenarios=("$@")
library=scenarios/library
((${#scenarios[@]})) || scenarios=("$library"/{buffer-abba,two-monitors,user-queues-eviction,pages-loop,lost-doorbell,vm-bind-pipeline}.json)
for scenario in "${scenarios[@]}"; do
  [[ -f "$scenario" ]] || { echo "valgrind.sh: no $scenario" >&2; exit 63; }
  watched 0 run "$scenario" --quiet --out "$work/runs"
done
watched 0 compare "$work/runs"
watched 0 validate "$library"
watched 63 validate CMakePresets.json
watched 0 check "$library/buffer-abba.json" --stack linux-implicit --quiet --out "$work/check" --strength explored --max-steps 20000
watched 0 run "$library/buffer-abba.json" --stack linux-implicit --quiet --out "$work/trace" --trace "$work/trace.txt"
watched 0 import ftrace "$work/trace.txt" --out "$work/imported.json"
watched 0 list metrics
echo "valgrind.sh: nothing found"
