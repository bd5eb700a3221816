#!/usr/bin/env python3
"""Other programs open the annotations of a result: pyedflib, MNE, Luna, and their times are ours.

    python3 -m venv /tmp/readers && /tmp/readers/bin/pip install pyedflib mne lunapi
    hypnic analyze data/ankle-night.csv.gz --out /tmp/night
    /tmp/readers/bin/python scripts/read-annotations.py /tmp/night
"""

import csv
import json
import sys
import warnings
from collections import Counter
from datetime import datetime
from pathlib import Path

folder = Path(sys.argv[1])
with open(folder / "events.tsv", newline="") as file:
    events = list(csv.DictReader(file, delimiter="\t"))
expected = sorted((float(e["onset"]), float(e["duration"]), e["trial_type"]) for e in events)
with open(folder / "movements.csv", newline="") as file:
    movements = list(csv.DictReader(file))
starts = [datetime.fromisoformat(m["time"]) for m in movements if m["time"]]
edf = str(folder / "annotations.edf")


def agree(name, found):
    """Same labels, same times to a millisecond; what others write of no duration is 0."""
    found = sorted((float(on), max(float(length), 0.0), str(label)) for on, length, label in found)
    assert Counter(f[2] for f in found) == Counter(e[2] for e in expected), f"{name}: other labels"
    worst = 0.0
    for label in {e[2] for e in expected}:
        pairs = zip([f for f in found if f[2] == label], [e for e in expected if e[2] == label])
        for f, e in pairs:
            worst = max(worst, abs(f[0] - e[0]), abs(f[1] - e[1]))
    assert worst < 1e-3 + 1e-9, f"{name}: times differ by {worst} s"
    print(f"{name}: {len(found)} annotations, times within {worst * 1e3:.2f} ms")


import pyedflib

with pyedflib.EdfReader(edf) as reader:
    onsets, lengths, labels = reader.readAnnotations()
    began = reader.getStartdatetime()
    agree(f"pyedflib {pyedflib.__version__}", zip(onsets, lengths, labels))
    if starts:
        first = starts[0].replace(tzinfo=None).timestamp() - float(movements[0]["onset_s"])
        assert abs(began.timestamp() - first) < 1.0, f"pyedflib begins at {began}"

import mne

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    found = mne.read_annotations(edf)
agree(f"MNE {mne.__version__}", zip(found.onset, found.duration, found.description))

try:
    import lunapi
except ImportError:
    print("Luna: not installed, skipped")
else:
    project = lunapi.proj()
    for name in ["annotations.edf", "annotations.annot"]:
        night = project.inst("night")
        night.attach_edf(edf)
        if name.endswith(".annot"):
            night.attach_annot(str(folder / name))
        # Labels of an EDF+ are instances of the class edf_annot, but for stages.
        classes = set(night.annots().iloc[:, 0])
        wanted = {e[2].split(":")[0] for e in expected} if name.endswith(".annot") else {"edf_annot"}
        missing = wanted - {c.split(":")[0] for c in classes} - {"?", "gap"}
        assert not missing, f"Luna lacks {missing} of {name}"
        print(f"Luna: {name} gives {', '.join(sorted(classes))}")

sidecar = json.loads((folder / "events.json").read_text())
assert set(events[0]) <= set(sidecar), "a column without an entry"
print("BIDS: every column of events.tsv is explained in events.json")
