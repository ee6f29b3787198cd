#!/bin/sh
# After the parts: one database, then the same command without --shard, which makes what a part did
# not get to, judges expectations and writes the tables.
set -eu
out="${FENCELAB_OUT:-campaign}"
fencelab merge "$out"/part-* --out "$out/whole"
fencelab run scenarios/campaigns --seeds 1..30 -j "${SLURM_CPUS_PER_TASK:-1}" --out "$out/whole"
