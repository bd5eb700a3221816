#!/usr/bin/env bash
#SBATCH --job-name=hypnic-collate
# The tables of the whole. Runs after any end of the array (afterany) and fails
# only if recordings are missing; failed recordings are in status.csv.
exec "${HYPNIC:-hypnic}" collate "$1" --out "$1" --allow-failures
