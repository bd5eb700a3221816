#!/usr/bin/env bash
# A cohort as a Slurm job array, and its collation when the array has ended.
#
#   scripts/cluster/submit.sh FOLDER OUT [options of hypnic batch ...]
#   scripts/cluster/submit.sh nights cohort --placement ankle --timezone Europe/Berlin
#
# Call it again to resume: what is done is not submitted. FOLDER and OUT must be
# on a file system that all nodes see. Partition, account and time limit are
# given to sbatch as it takes them, in SBATCH_PARTITION, SBATCH_ACCOUNT,
# SBATCH_TIMELIMIT. SHARDS sets the number of tasks (default: about ten minutes
# each), CPUS the cores of a task (1), HYPNIC the program (hypnic).
set -euo pipefail
if [ $# -lt 2 ]; then
    sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
folder=$(realpath "$1") out=$(realpath -m "$2")
shift 2
export HYPNIC=${HYPNIC:-hypnic}
plan=$out.plan.csv

planned=$("$HYPNIC" batch "$folder" "$@" ${SHARDS:+--shards "$SHARDS"} --plan "$plan")
echo "$planned"
shards=$(sed -E 's/.* in ([0-9]+) shares?:.*/\1/' <<<"$planned")

tasks=1-$shards
if cmp --silent "$plan" "$out/.hypnic/plan.csv"; then
    # The same recordings in the same shares as the last time: the shares of
    # which something is missing (column 5 of the table; its last row is "all").
    tasks=$("$HYPNIC" batch --status "$out" --allow-failures |
        awk '$1 ~ /^[0-9]+$/ && $5 > 0 { print $1 }' | paste --serial --delimiters=, || true)
    if [ -z "$tasks" ]; then
        echo 'nothing is missing'
        exec "$HYPNIC" collate "$out" --out "$out" --allow-failures
    fi
fi

logs=$out.logs
mkdir -p "$logs"
array=$(sbatch --parsable --array="$tasks" --cpus-per-task="${CPUS:-1}" --output="$logs/%A-%a.log" \
    "$here/array.sh" "$plan" "$out" "$shards" "$@")
array=${array%%;*}
collation=$(sbatch --parsable --dependency="afterany:$array" --output="$logs/%j-collate.log" \
    "$here/collate.sh" "$out")
echo "array $array (tasks $tasks), then collation ${collation%%;*}; logs in $logs"
echo "how far it is: $HYPNIC batch --status $out"
