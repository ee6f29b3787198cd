#!/usr/bin/env bash
# against_published.sh PERFETTO_TRACE_PROTO [PROGRAM]: traces of some scenarios are read with
# Perfetto's own description of its format (protos/perfetto/trace/perfetto_trace.proto of
# github.com/google/perfetto), which is not part of this project. By hand, when the writer or the
# format changes; the tests read with trace_subset.proto. A field that the description does not
# have, or has with another type, ends this with 1.
# Done last with commit ec5d16b14b74 of 2026-08-22: nothing is unknown.
set -euo pipefail
proto="$(realpath "$1")"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
program="$(realpath "${2:-$root/build/fencelab}")"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
failed=0
for scenario in explicit-frames timeouts-as-policy two-monitors user-queues-eviction; do
  file="$root/scenarios/library/$scenario.json"
  stack="$("$program" run "$file" --list | sed -n '1s/.*--stack \([^ ]*\).*/\1/p')"
  for names in legacy 6.17; do
    "$program" run "$file" --stack "$stack" --seeds 1 --quiet --out "$folder/out" \
      --trace "$folder/run.pftrace" --trace-names "$names" >/dev/null
    protoc -I "$(dirname "$proto")" --decode=perfetto.protos.Trace "$(basename "$proto")" \
      <"$folder/run.pftrace" >"$folder/run.txt" 2>"$folder/warnings"
    unknown="$(grep -cE '^ *[0-9]+[:{ ]' "$folder/run.txt" || true)"
    echo "$scenario under $stack, $names: $(wc -l <"$folder/run.txt") lines, $unknown of them unknown"
    [[ "$unknown" == 0 && -s "$folder/run.txt" ]] || failed=1
  done
done
exit "$failed"
