#!/usr/bin/env bash
# Fuzzes the readers: scripts/fuzz.sh [SECONDS] [TARGET…] (default: 60 s of each of
# tests/fuzz/targets). Needs stable Rust and a C++ compiler, no cargo-fuzz: the
# flags are those it gives, without a sanitizer of memory, as there is no unsafe
# code. With HYPNIC_RECORDINGS the files of that folder begin the corpora. Stops at
# the first input that fails, which stays in target/fuzz/failures.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
    for target in tests/fuzz/targets/*.rs; do
        targets+=("$(basename "$target" .rs)")
    done
fi
work=${CARGO_TARGET_DIR:-target}/fuzz
mkdir -p "$work/failures"
work=$(cd "$work" && pwd)

coverage='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks'
# With a target named, the flags spare build scripts and macros.
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS=$(tr -s ' \n' ' ' <<<"$coverage") CARGO_TARGET_DIR=$work \
    cargo build --release --quiet --manifest-path tests/fuzz/Cargo.toml --target "$host"

for target in "${targets[@]}"; do
    corpus=$work/corpus/$target
    mkdir -p "$corpus"
    seeds=()
    if [ -n "${HYPNIC_RECORDINGS:-}" ]; then
        seeds=("$HYPNIC_RECORDINGS")
    fi
    if ! "$work/$host/release/$target" "$corpus" "${seeds[@]}" -max_total_time="$seconds" -max_len=100000 \
        -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$work/failures/$target-" >"$work/$target.log" 2>&1; then
        tail -n 30 "$work/$target.log"
        echo "$target: fails, see $work/failures"
        exit 1
    fi
    printf '%-10s %s\n' "$target" "$(tail -n 1 "$work/$target.log")"
done
