#!/usr/bin/env bash
#SBATCH --job-name=hypnic
#SBATCH --requeue
# One share of a plan: array.sh PLAN OUT SHARDS [options of hypnic batch ...].
# The number of shares is given, not SLURM_ARRAY_TASK_COUNT: when only some tasks
# are submitted again, that count is another.
plan=$1 out=$2 shards=$3
shift 3
exec "${HYPNIC:-hypnic}" batch --manifest "$plan" --out "$out" "$@" \
    --shard "$SLURM_ARRAY_TASK_ID/$shards" --no-tables --allow-failures
