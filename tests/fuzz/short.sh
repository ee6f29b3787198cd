#!/bin/sh
# short.sh TARGET SECONDS CORPUS: a fuzz target for so long, from a seed that each commit has its own of; what it finds on
# the way is not kept. CTest runs it in builds that have fuzz targets beside the tests.
set -eu
target=$1 seconds=$2 corpus=$3
seed=$(git -C "$(dirname "$0")" rev-parse HEAD 2>/dev/null | cut -c1-7)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/new"
# -timeout is for inputs that hang, not for slow machines.
set -- "-seed=$((0x${seed:-1}))" "-max_total_time=$seconds" -timeout=120 -rss_limit_mb=4096 -print_final_stats=1 \
  "-artifact_prefix=$work/" "$work/new"
if [ -d "$corpus" ]; then set -- "$@" "$corpus"; fi
echo "$(basename "$target") $*"
"$target" "$@" 2>&1 || { code=$?; for file in "$work"/crash-* "$work"/timeout-* "$work"/oom-*; do
  if [ -f "$file" ]; then echo "$file, in base64:"; base64 "$file"; fi; done; exit "$code"; }
