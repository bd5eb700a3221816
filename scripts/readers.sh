#!/usr/bin/env bash
# What every file of a folder of recordings is understood as, a row a file, as a
# table in Markdown: scripts/readers.sh FOLDER. Needs jq besides Rust.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-${HYPNIC_RECORDINGS:?give the folder of recordings, or set HYPNIC_RECORDINGS}}
cargo build --release --locked --quiet
why=$(mktemp)
trap 'rm -f "$why"' EXIT

printf '| file | format | unit | Hz | start, zone | worn | frames | gaps | notes |\n'
printf '|---|---|---|---:|---|---|---:|---:|---|\n'
find "$folder" -type f ! -name 'README*' ! -name 'LICENSE*' ! -name DESCRIPTION -print0 | sort -z |
    while IFS= read -r -d '' file; do
        name=${file#"$folder"/}
        if told=$(target/release/hypnic inspect --json "$file" 2>"$why"); then
            jq -r --arg name "$name" '
                [$name, .format, .unit, (.rate_hz * 1000 | round / 1000), .clock,
                 ([.side, .placement] | map(select(.)) | join(" ")),
                 .time.frames_read, (.time.gaps | length), (.remarks | length)]
                | map(tostring | gsub("\\|"; "/")) | "| " + join(" | ") + " |"' <<<"$told"
        else
            printf '| %s | refused | %s ||||||||\n' "$name" \
                "$(sed -n '1s/^.*: found /found /p' "$why" | tr '|' '/' | cut -c1-160)"
        fi
    done
