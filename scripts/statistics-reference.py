#!/usr/bin/env python3
"""The statistics of a night a second time, and `hypnic score --statistics` against them.

Draws nights of leg movements on every bound of the series rules, with stages, arousals and
respiratory events, writes them as BIDS events, and compares every cell of the table. Movements and
series come from series-reference.py, which is written from the texts of the standards. Whole
milliseconds; standard library only.

    scripts/statistics-reference.py check target/release/hypnic [NIGHTS] [SEED]
    scripts/statistics-reference.py sample tests/tables

`sample` writes one night and what the rules of WASM make of it, for the tests.
"""

import csv
import importlib.util
import math
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("series_reference", HERE / "series-reference.py")
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)

STATES = {
    "scored": {"W", "N1", "N2", "N3", "R"},
    "sleep": {"N1", "N2", "N3", "R"},
    "wake": {"W"},
    "n1": {"N1"},
    "n2": {"N2"},
    "n3": {"N3"},
    "rem": {"R"},
    "nrem": {"N1", "N2", "N3"},
}
SIDES = {
    "any": {"left", "right", "bilateral"},
    "left": {"left"},
    "right": {"right"},
    "bilateral": {"bilateral"},
    "one_leg": {"left", "right"},
}


def draw(rng):
    """Movements of a few hours, stages in epochs of 30 s, arousals and respiratory events, some of
    them at the bounds of the windows around a movement."""
    movements, shift, taken = [], 0, set()
    for _ in range(rng.randrange(1, 5)):
        for on, length, side in reference.draw(rng):
            if on + shift not in taken:
                movements.append((on + shift, length, side))
                taken.add(on + shift)
        shift = max(on + length for on, length, _ in movements) + rng.randrange(5_000, 200_000)
    epochs, stage = [], "W"
    for _ in range(shift // 30_000 + 2):
        if rng.random() < 0.15:
            stage = rng.choice(["W", "N1", "N2", "N3", "R", "?"])
        epochs.append(stage)
    near = lambda: rng.choice(movements)[0] + rng.choice([0, 1, 499, 500, 501, 2_000, -10_250, -10_251, -499, -500, -501])
    arousals, respiratory = [], []
    for _ in range(rng.randrange(0, 25)):
        arousals.append((max(0, near() + rng.choice([0, 0, 700, -3_000])), rng.randrange(3_000, 9_000)))
    for _ in range(rng.randrange(0, 25)):
        length = rng.randrange(10_000, 30_000)
        respiratory.append((max(0, near() - length), length))
    return movements, epochs, arousals, respiratory


def events_tsv(movements, epochs, arousals, respiratory):
    rows = [(on, length, f"LM:{side}") for on, length, side in movements]
    rows += [(30_000 * k, 30_000, "?" if s == "?" else f"Sleep stage {s}") for k, s in enumerate(epochs)]
    rows += [(on, length, "arousal") for on, length in arousals]
    rows += [(on, length, "hypopnea") for on, length in respiratory]
    return "onset\tduration\ttrial_type\n" + "".join(
        f"{on / 1000:.3f}\t{length / 1000:.3f}\t{label}\n" for on, length, label in rows
    )


def series_of(movements, rules):
    """Puts fresh copies of scored movements into series; returns them."""
    again = [dict(m) for m in movements]
    pieces = reference.aasm_series(again) if rules == "aasm" else reference.wasm_series(again, rules == "strict")
    for number, piece in enumerate((p for p in pieces if len(p) >= 4), start=1):
        for m in piece:
            m["series"] = number
    return again


def expected(night, rules):
    events, epochs, arousals, respiratory = night
    events = [{"on": on, "off": on + length, "side": side} for on, length, side in events]
    combine = reference.aasm_movements if rules == "aasm" else reference.wasm_movements
    movements = series_of(combine(events), rules)
    stage = lambda ms: epochs[ms // 30_000] if ms // 30_000 < len(epochs) else "?"
    window = lambda on, length: (
        (on - 500, on + length + 500) if rules == "aasm" else (on + length - 2_000, on + length + 10_250)
    )
    windows = [window(*event) for event in respiratory]
    with_arousal = lambda m, on, length: on - m["off"] < 500 and m["on"] - (on + length) < 500
    touches = lambda m, w: m["on"] <= w[1] and m["off"] >= w[0]
    for m in movements:
        m["stage"] = stage(m["on"])
        m["a"] = any(with_arousal(m, *event) for event in arousals)
        m["r"] = any(touches(m, w) for w in windows)
    rest = series_of([m for m in movements if not (m["clm"] and m["r"])], rules)
    nr = {m["on"]: m for m in rest}
    candidates = [m for m in movements if m["clm"]]
    for k, m in enumerate(candidates):
        m["next"] = candidates[k + 1]["imi"] if k + 1 < len(candidates) else None
    for m in movements:
        counted = nr.get(m["on"]) if not (m["clm"] and m["r"]) else None
        m["nr"] = counted is not None and counted["series"] is not None
        m["imi_nr"] = counted["imi"] if counted else None
    far = lambda imi: imi is None or imi > 90_000
    which = {
        "clm": lambda m: m["clm"],
        "clm_respiratory": lambda m: m["clm"] and m["r"],
        "clm_nr": lambda m: m["clm"] and not m["r"],
        "clm_arousal": lambda m: m["clm"] and m["a"],
        "plm": lambda m: m["series"] is not None,
        "plm_arousal": lambda m: m["series"] is not None and m["a"],
        "plm_nr": lambda m: m["nr"],
        "plm_nr_arousal": lambda m: m["nr"] and m["a"],
        "non_clm": lambda m: not m["clm"],
        "non_clm_respiratory": lambda m: not m["clm"] and m["r"],
        "non_clm_nr": lambda m: not m["clm"] and not m["r"],
        "short_interval": lambda m: m["clm"] and m["imi"] is not None and m["imi"] < 10_000,
        "isolated": lambda m: m["clm"] and far(m["imi"]) and far(m["next"]),
    }
    table = {}
    for state, stages in STATES.items():
        hours = sum(s in stages for s in epochs) / 120
        cell = lambda subject, side, told, value: table.__setitem__((subject, side, told, state), value)
        rate = lambda count: count / hours if hours else None
        cell("time", "any", "hours", hours)
        here = [m for m in movements if m["stage"] in stages]
        for side, sides in SIDES.items():
            for name, holds in which.items():
                lasts = [(m["off"] - m["on"]) / 1000 for m in here if m["side"] in sides and holds(m)]
                cell(name, side, "count", len(lasts))
                cell(name, side, "per_hour", rate(len(lasts)))
                cell(name, side, "duration_mean_s", statistics.fmean(lasts) if lasts else None)
                cell(name, side, "duration_sd_s", statistics.stdev(lasts) if len(lasts) > 1 else None)
                cell(name, side, "duration_min_s", min(lasts, default=None))
                cell(name, side, "duration_max_s", max(lasts, default=None))
        for clm, plm, key in [("clm", "plm", "imi"), ("clm_nr", "plm_nr", "imi_nr")]:
            among = [m for m in here if which[clm](m)]
            periodic = sum(which[plm](m) for m in here)
            cell(plm, "any", "pi_ratio", periodic / len(among) if among else None)
            intervals = [m[key] / 1000 for m in among if m[key] is not None]
            cell(clm, "any", "intervals_under_10_s", sum(i < 10 for i in intervals))
            cell(clm, "any", "intervals_10_to_90_s", sum(10 <= i <= 90 for i in intervals))
            cell(clm, "any", "intervals_over_90_s", sum(i > 90 for i in intervals))
            logs = [math.log(i) for i in intervals]
            cell(clm, "any", "interval_geometric_mean_s", math.exp(statistics.fmean(logs)) if logs else None)
            cell(clm, "any", "interval_geometric_sd", math.exp(statistics.stdev(logs)) if len(logs) > 1 else None)
            logs = [math.log(i) for i in intervals if 10 <= i <= 90]
            cell(clm, "any", "interval_log_mean", statistics.fmean(logs) if logs else None)
            cell(clm, "any", "interval_log_sd", statistics.stdev(logs) if len(logs) > 1 else None)
        for name, list_, goes in [
            ("arousal", arousals, lambda m, event: with_arousal(m, *event)),
            ("respiratory_event", respiratory, lambda m, event: touches(m, window(*event))),
        ]:
            there = [event for event in list_ if stage(event[0]) in stages]
            share = [any(goes(m, event) for m in candidates) for event in there]
            cell(name, "any", "count", len(there))
            cell(name, "any", "per_hour", rate(len(there)))
            cell(name, "any", "with_clm_percent", 100 * statistics.fmean(share) if share else None)
    return table


def found(hypnic, folder, night, rules):
    path, out = folder / "events.tsv", folder / "statistics.csv"
    path.write_text(events_tsv(*night))
    args = [hypnic, "score", path, *reference.RULES[rules], "--statistics", out]
    subprocess.run(args, capture_output=True, check=True)
    with out.open() as file:
        return {
            (row["subject"], row["side"], row["statistic"], state): float(row[state]) if row[state] else None
            for row in csv.DictReader(file)
            for state in STATES
        }


def same(a, b):
    return a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12))


def check(hypnic, nights=300, seed=1):
    rng = random.Random(int(seed))
    cells = dict.fromkeys(reference.RULES, 0)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(int(nights)):
            night = draw(rng)
            for rules in reference.RULES:
                want, got = expected(night, rules), found(hypnic, Path(folder), night, rules)
                wrong = [key for key in want.keys() | got.keys() if not same(want.get(key), got.get(key))]
                if wrong or want.keys() != got.keys():
                    print(f"night {number} differs under {rules} in {len(wrong)} cells:")
                    for key in sorted(wrong)[:20]:
                        print("  ", *key, "expected", want.get(key), "found", got.get(key))
                    sys.exit(1)
                cells[rules] += sum(value is not None for value in want.values())
    for rules, count in cells.items():
        print(f"{rules}: {nights} nights agree in all of {count} cells that hold a number")


def sample(folder):
    rng = random.Random(7)
    night = next(n for n in iter(lambda: draw(rng), None) if len(n[0]) > 80 and set(n[1]) == {"?", "W", "N1", "N2", "N3", "R"})
    Path(folder, "statistics-night.tsv").write_text(events_tsv(*night))
    table = expected(night, "wasm")
    with Path(folder, "statistics.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["subject", "side", "statistic", *STATES])
        for row in dict.fromkeys(key[:3] for key in table):
            cells = [table[(*row, state)] for state in STATES]
            writer.writerow([*row, *("" if cell is None else repr(float(cell)) for cell in cells)])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["check", hypnic, *rest]:
            check(hypnic, *rest[:2])
        case ["sample", folder]:
            sample(folder)
        case _:
            sys.exit(__doc__)
