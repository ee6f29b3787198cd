#!/bin/sh
# A campaign as a Slurm job array: `sbatch job-array.sh`, and when it is done, merge.sh below.
# Each task makes its part in a folder of its own; one that dies is submitted again as it is
# (`sbatch --array=3 job-array.sh`) and makes only what is missing.
#SBATCH --job-name=fencelab
#SBATCH --array=1-16
#SBATCH --cpus-per-task=4
#SBATCH --time=02:00:00
set -eu
parts=16
out="${FENCELAB_OUT:-campaign}"
fencelab run scenarios/campaigns --seeds 1..30 --shard "$SLURM_ARRAY_TASK_ID/$parts" \
  -j "${SLURM_CPUS_PER_TASK:-1}" --run-time 10min --out "$out/part-$SLURM_ARRAY_TASK_ID" --quiet
