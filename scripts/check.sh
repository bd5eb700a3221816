#!/usr/bin/env bash
# Everything a change must pass: formatting, lints, tests, documentation, and
# the first command of the README. Needs Rust; with valgrind instructions
# are counted too.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

say 'formatting (mend with: cargo fmt)'
cargo fmt --check

say 'lints (see them with: cargo clippy --all-targets --features parquet)'
cargo clippy --all-targets --features parquet --locked -- -D warnings

say 'tests'
cargo test --release --locked

say 'instructions a frame (record what is meant with: cargo bench --bench instructions -- --bless)'
cargo bench --locked --bench instructions

say 'documentation'
RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --locked

say 'the first command of the README'
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cargo run --release --locked -- analyze data/ankle-night.csv.gz --out "$out/ankle-night.hypnic"
for file in movements.csv nights.csv epochs.csv summary.json; do
    test -s "$out/ankle-night.hypnic/$file"
done
ls "$out"/ankle-night.hypnic/timeline-*.png "$out"/ankle-night.hypnic/timeline-*.svg >/dev/null

say 'all is well'
