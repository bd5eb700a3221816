#!/usr/bin/env bash
# Has DuckDB and polars read the Parquet files of analyze, batch and collate, and
# holds them against the CSV. Needs Rust and Python with venv; installs the two
# into a folder of its own, CACHE/read-parquet (default: target).
set -euo pipefail
cd "$(dirname "$0")/.."

venv=${1:-target}/read-parquet
if ! test -x "$venv/bin/python"; then
    python3 -m venv "$venv"
    "$venv/bin/pip" -q install duckdb==2.0.1 polars==2.1.0
fi
cargo build --release --locked --quiet --features parquet
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
hypnic() { target/release/hypnic "$@"; }

seed=0
for scene in restless-legs ankle-plm wrist gaps; do
    seed=$((seed + 1))
    hypnic simulate --scene "$scene" --seed $seed --out "$out/sim" >/dev/null
    mkdir -p "$out/nights/p$((seed % 2))"
    mv "$out/sim/night.csv" "$out/nights/p$((seed % 2))/$scene.csv"
done
printf 'no recording\n' >"$out/nights/p0/broken.csv"

hypnic analyze "$out/nights/p1/restless-legs.csv" --parquet --quiet --out "$out/one"
hypnic batch "$out/nights" --parquet --quiet --allow-failures --out "$out/all" 2>/dev/null
for shard in 1 2 3; do
    hypnic batch "$out/nights" --shard $shard/3 --no-tables --quiet --allow-failures --out "$out/part-$shard" 2>/dev/null
done
# Two of three first, and their tables with the third.
hypnic collate "$out/part-1" "$out/part-2" --parquet --quiet --out "$out/two" 2>/dev/null || true
hypnic collate "$out/part-3" "$out/two" --parquet --quiet --allow-failures --out "$out/again" 2>/dev/null
for table in movements nights epochs; do
    cmp "$out/all/$table.parquet" "$out/again/$table.parquet"
done
"$venv/bin/python" scripts/read-parquet.py "$out/all" "$out/one"
