#!/usr/bin/env bash
# The walk of docs/guide/plugins.md, as it stands there: every command of its ```sh blocks, in one
# shell. walk.sh PROGRAM PACKAGE GUIDE COMPILER: PACKAGE is the folder of fencelabConfig.cmake.
set -euo pipefail
program="$1" package="$2" guide="$3" compiler="$4"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
awk '/^```sh$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$guide" > "$folder/walk"
grep -q 'fencelab new policy' "$folder/walk"
mkdir "$folder/work" "$folder/bin"
ln -s "$program" "$folder/bin/fencelab"
export PATH="$folder/bin:$PATH" fencelab_DIR="$package" CXX="$compiler"
unset FENCELAB_PLUGIN_PATH
cd "$folder/work"
(set -x; source "$folder/walk")

# What the walk says came out: mean_of METRIC, of the last stack, from compare.csv.
mean_of() { awk -F "$1,count,1," 'NF > 1 && /drawn-only/ {split($2, rest, ","); print rest[1]}' "$2"; }
cd "$folder/work/drawn-only"
before="$(mean_of missed_vblanks_count before/compare.csv)" after="$(mean_of missed_vblanks_count compared/compare.csv)"
hazards="$(mean_of hazards_count compared/compare.csv)"
echo "missed vblanks: $before before, $after after; hazards: $hazards"
((before >= 60 && after == 0 && hazards == 0))
