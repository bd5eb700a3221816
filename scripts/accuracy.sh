#!/usr/bin/env bash
# How well the program does on simulated nights of every scene, as a Markdown
# table on standard output.
#
#   scripts/accuracy.sh                  seeds 101 to 103
#   scripts/accuracy.sh 201..205         these seeds
#   scripts/accuracy.sh 7 12 201..205    … and these
set -euo pipefail
cd "$(dirname "$0")/.."

args=()
if [ $# -gt 0 ]; then
    seeds=$(printf '%s,' "$@")
    args=(--seeds "${seeds%,}")
fi
exec cargo bench --quiet --locked --bench accuracy -- "${args[@]+"${args[@]}"}"
