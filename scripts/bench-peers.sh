#!/usr/bin/env bash
# hypnic beside what people use today, on the same night in one run, as
# benches/speed.md. Needs Rust, Python 3 with venv, and the network once: the
# peers go into target/peers.
#
#   scripts/bench-peers.sh [ROUNDS]      5 rounds unless said otherwise
set -euo pipefail
cd "$(dirname "$0")/.."

venv=target/peers
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet numpy scipy pandas polars
    # Not every Python has them; the table says which ran.
    for peer in actipy scikit-digital-health; do
        "$venv/bin/pip" install --quiet "$peer" || echo "$peer does not install here" >&2
    done
fi
cargo build --release --locked
night=target/peers/night
if [ ! -d "$night" ]; then
    target/release/hypnic simulate --scene ankle-100hz --seed 7 --stamps iso --out "$night"
fi
stages=$(cargo bench --quiet --locked --bench speed | sed -n '/^| what/,$p')
"$venv/bin/python" scripts/bench-peers.py "$night" "${1:-5}" "$stages" > benches/speed.md.new
mv benches/speed.md.new benches/speed.md
cat benches/speed.md
