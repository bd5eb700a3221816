#!/usr/bin/env bash
# Seven days at 100 Hz of an Axivity, an ActiGraph and a GENEActiv, written by the
# tests' own writers, are read and analysed in constant memory: says how large
# each file is and how long it takes. Then a week is held against its own days.
set -euo pipefail
cd "$(dirname "$0")/.."

HYPNIC_DAYS=7 cargo test --release --locked --test input_devices --test week \
    -- --nocapture long_recordings a_week_has
