#!/usr/bin/env python3
"""The series rules of WASM 2016 and of the AASM a second time, and the program against them.

Written from the texts of the standards, with other means than the program: whole milliseconds,
groups as connected components of a graph, series as the pieces between cuts. Standard library only.

    scripts/series-reference.py check target/release/hypnic [LISTS] [SEED]
    scripts/series-reference.py sample > tests/tables/series.csv

`check` draws LISTS (1000) random lists that stress every bound and compares onset, duration, side,
candidate, series and interval of every row under WASM, WASM read strictly, and AASM. `sample` writes
a few lists with what the rules make of them, for the tests.
"""

import csv
import io
import random
import subprocess
import sys
import tempfile
from itertools import combinations, groupby
from pathlib import Path

RULES = {
    "wasm": ["--rules", "wasm"],
    "strict": ["--rules", "wasm", "--short-interval-restarts", "false"],
    "aasm": ["--rules", "aasm"],
}


def components(items, linked):
    """The connected components of the graph in which `linked` pairs are edges."""
    parent = list(range(len(items)))

    def root(i):
        while parent[i] != i:
            i = parent[i]
        return i

    for i, j in combinations(range(len(items)), 2):
        if linked(items[i], items[j]):
            parent[root(j)] = root(i)
    order = sorted(range(len(items)), key=root)
    return [[items[i] for i in group] for _, group in groupby(order, key=root)]


def gap(a, b):
    """Between the end of one and the onset of the other, ms; negative where they overlap."""
    first, second = (a, b) if a["on"] <= b["on"] else (b, a)
    return second["on"] - first["off"]


def one_leg(events):
    """Events of one side with less than 0.5 s between them are one; under 0.5 s is none."""
    joined = []
    for side in ("left", "right"):
        same = [e for e in events if e["side"] == side]
        for group in components(same, lambda a, b: gap(a, b) < 500):
            on, off = min(e["on"] for e in group), max(e["off"] for e in group)
            if off - on >= 500:
                joined.append({"on": on, "off": off, "side": side, "clm": off - on <= 10_000})
    return joined


def wasm_movements(events):
    """Left and right that overlap or are less than 0.5 s apart, transitively, are one movement of
    both legs: a candidate up to 15 s, of up to four parts, if every part is one."""
    movements = []
    for group in components(one_leg(events), lambda a, b: a["side"] != b["side"] and gap(a, b) < 500):
        if len(group) == 1:
            movements.append(group[0])
            continue
        on, off = min(e["on"] for e in group), max(e["off"] for e in group)
        clm = off - on <= 15_000 and len(group) <= 4 and all(e["clm"] for e in group)
        movements.append({"on": on, "off": off, "side": "bilateral", "clm": clm})
    return sorted(movements, key=lambda m: m["on"])


def wasm_series(movements, strict):
    """Intervals, and the pieces between the cuts that the rules make."""
    for m in movements:
        m["imi"] = m["series"] = None
    piece, pieces, before = [], [], None
    for m in movements:
        if not m["clm"]:
            pieces, piece, before = pieces + [piece], [], None
            continue
        if before is not None:
            m["imi"] = m["on"] - before["on"]
        cut = m["imi"] is None or not 10_000 <= m["imi"] <= 90_000
        if cut:
            pieces, piece = pieces + [piece], []
        banned = strict and m["imi"] is not None and m["imi"] < 10_000
        if not banned:
            piece = piece + [m]
        before = m
    return pieces + [piece]


def aasm_movements(events):
    """0.5 to 10 s; an onset on the other leg less than 5 s after the first of a movement joins it."""
    movements, opened = [], None
    for leg in sorted(one_leg(events), key=lambda e: e["on"]):
        if not leg["clm"]:
            movements.append(dict(leg))
            continue
        if opened is not None and leg["on"] - opened["on"] >= 5_000:
            opened = None
        if opened is not None and leg["side"] != opened["first"]:
            opened["off"] = max(opened["off"], leg["off"])
            opened["side"] = "bilateral"
            continue
        movement = dict(leg)
        movements.append(movement)
        if opened is None:
            opened = movement
            opened["first"] = leg["side"]
    return movements


def aasm_series(movements):
    """Under 5 s after the movement counted before is not counted; over 90 s ends a series."""
    for m in movements:
        m["imi"] = m["series"] = None
    counted = []
    for m in (m for m in movements if m["clm"]):
        if counted:
            m["imi"] = m["on"] - counted[-1]["on"]
        if not counted or m["imi"] >= 5_000:
            counted.append(m)
    pieces = [[]]
    for m in counted:
        if m["imi"] is not None and m["imi"] > 90_000:
            pieces.append([])
        pieces[-1].append(m)
    return pieces


def score(events, rules):
    events = [{"on": on, "off": on + length, "side": side} for on, length, side in events]
    if rules == "aasm":
        movements = aasm_movements(events)
        pieces = aasm_series(movements)
    else:
        movements = wasm_movements(events)
        pieces = wasm_series(movements, rules == "strict")
    for number, piece in enumerate((p for p in pieces if len(p) >= 4), start=1):
        for m in piece:
            m["series"] = number
    return [
        (m["on"], m["off"] - m["on"], m["side"], m["clm"], m["series"], m["imi"])
        for m in movements
    ]


BOUNDS = [0, 1, 499, 500, 501, 4_999, 5_000, 5_001, 9_999, 10_000, 10_001, 89_999, 90_000, 90_001]
LENGTHS = [499, 500, 501, 9_999, 10_000, 10_001, 14_999, 15_000, 15_001]


def draw(rng):
    """A list with onsets, gaps and lengths on every bound, and no two onsets the same."""
    events, taken, on = [], set(), rng.randrange(0, 50_000)
    style = rng.random()
    for _ in range(rng.randrange(3, 50)):
        length = rng.choice(LENGTHS) if rng.random() < 0.3 else rng.randrange(100, 4_000)
        side = rng.choice(["left", "right"]) if style < 0.7 else "left"
        if on not in taken:
            events.append((on, length, side))
            taken.add(on)
        pick = rng.random()
        if pick < 0.45:
            on += rng.randrange(10_000, 40_000)
        elif pick < 0.70:
            on += rng.choice(BOUNDS)
        elif pick < 0.85:
            on += length + rng.choice([0, 1, 498, 499, 500, 501])
        else:
            on += rng.randrange(0, 6_000)
    rng.shuffle(events)
    return events


def table(events):
    rows = [f"{on / 1000:.3f},{length / 1000:.3f},{side}\n" for on, length, side in events]
    return "onset_s,duration_s,side\n" + "".join(rows)


def found(hypnic, path, rules):
    run = subprocess.run([hypnic, "score", path, *RULES[rules]], capture_output=True, text=True, check=True)
    ms = lambda text: round(float(text) * 1000)
    return [
        (
            ms(row["onset_s"]),
            ms(row["duration_s"]),
            row["side"],
            row["clm"] == "true",
            int(row["series"]) if row["series"] else None,
            ms(row["imi_s"]) if row["imi_s"] else None,
        )
        for row in csv.DictReader(io.StringIO(run.stdout))
    ]


def check(hypnic, lists, seed):
    rng = random.Random(seed)
    rows = dict.fromkeys(RULES, 0)
    periodic = dict.fromkeys(RULES, 0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        for number in range(lists):
            events = draw(rng)
            path.write_text(table(events))
            for rules in RULES:
                expected, got = score(events, rules), found(hypnic, path, rules)
                if expected != got:
                    print(f"list {number} differs under {rules}:\n{table(sorted(events))}")
                    for pair in zip(expected, got):
                        print(" " if pair[0] == pair[1] else "!", *pair, sep="  ")
                    sys.exit(1)
                rows[rules] += len(got)
                periodic[rules] += sum(row[4] is not None for row in got)
    for rules in RULES:
        print(f"{rules}: {lists} lists agree, {rows[rules]} movements, {periodic[rules]} of them in series")


def sample():
    rng = random.Random(20)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["list", "rules", "onset_ms", "duration_ms", "side", "clm", "series", "imi_ms"])
    empty = lambda value: "" if value is None else value
    for number in range(24):
        events = draw(rng)
        for on, length, side in events:
            writer.writerow([number, "input", on, length, side, "", "", ""])
        for rules in RULES:
            for on, length, side, clm, series, imi in score(events, rules):
                writer.writerow([number, rules, on, length, side, str(clm).lower(), empty(series), empty(imi)])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["check", hypnic, *rest]:
            check(hypnic, int(rest[0]) if rest else 1000, int(rest[1]) if len(rest) > 1 else 1)
        case ["sample"]:
            sample()
        case _:
            sys.exit(__doc__)
