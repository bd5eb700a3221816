#!/usr/bin/env bash
# Holds the readers against independent ones, from PyPI, on the recordings of a
# folder: scripts/check-readers.sh FOLDER. Installs them into a virtual
# environment of its own; one that does not install is named and skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-${HYPNIC_RECORDINGS:?give the folder of recordings, or set HYPNIC_RECORDINGS}}
venv=${HYPNIC_READERS_VENV:-target/check-readers}
if ! [ -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet numpy
    for package in actfast pyedflib pygt3x scikit-digital-health actipy; do
        "$venv/bin/pip" install --quiet "$package" ||
            echo "SKIPPED   $package does not install here" >&2
    done
fi
cargo build --release --locked --quiet
"$venv/bin/python" scripts/check-readers.py target/release/hypnic "$folder"
