#!/usr/bin/env python3
"""Holds what hypnic reads against what independent readers of the same files
read: every frame in g, and every time. Prints a line a comparison.

usage: check-readers.py HYPNIC FOLDER

A reader that is not installed is named and skipped; so is a file that one
does not read. Ends with 1 when a difference is larger than its bound."""

import csv
import datetime
import gzip
import importlib
import json
import pathlib
import subprocess
import sys

import numpy as np

HYPNIC, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
EVERYTHING = 10_000_000
failures = 0


def hypnic(path):
    """Frames in g, seconds from the first, and the start as the clock showed it."""
    command = [HYPNIC, "inspect", "--json", f"--head={EVERYTHING}", str(path)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    head = np.array(told["head"], dtype=float)
    return head[:, 1:4], head[:, 0], told["start"]


def wall(start):
    """An ISO time as seconds from 1970 on its own wall clock."""
    moment = datetime.datetime.fromisoformat(start).replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp()


def compare(path, reader, frames, seconds, start=None, g_bound=1e-4, s_bound=2e-3, note=""):
    global failures
    own, own_s, own_start = hypnic(path)
    number = min(len(own), len(frames))
    problems = []
    # What stops at a page or record that is cut has read fewer, and no others.
    shorter = len(frames) < len(own)
    if len(own) < len(frames):
        problems.append(f"{len(own)} frames against {len(frames)}")
    g = float(np.max(np.abs(own[:number] - frames[:number]))) if number else float("nan")
    if not g <= g_bound:
        problems.append("values")
    text = f"g differ by {g:.2e}"
    if seconds is not None and number:
        s = float(np.max(np.abs(own_s[:number] - (seconds[:number] - seconds[0]))))
        text += f", times by {s:.2e} s"
        if not s <= s_bound:
            problems.append("times")
    if start is not None:
        s = abs(wall(own_start) - start)
        text += f", starts by {s:.2e} s"
        if not s <= max(s_bound, 2e-3):
            problems.append("start")
    failures += bool(problems)
    verdict = "DIFFERENT (" + ", ".join(problems) + ")" if problems else "same"
    if shorter:
        note += f"; hypnic reads {len(own) - len(frames)} more, of a page that is cut"
    print(f"{verdict:9} {path.relative_to(FOLDER)} against {reader}: {number} frames, {text}{note}")


def module(name):
    try:
        return importlib.import_module(name)
    except Exception as problem:  # A broken build counts as none.
        print(f"SKIPPED   {name} is not installed ({type(problem).__name__}: {problem})")
        return None


def tried(path, reader, action):
    try:
        action()
    except Exception as problem:
        print(f"SKIPPED   {path.relative_to(FOLDER)}: {reader} does not read it ({type(problem).__name__}: {problem})")


def files(*endings):
    found = (path for path in sorted(FOLDER.rglob("*")) if path.suffix.lower() in endings)
    return [path for path in found if path.is_file() and "meta" not in path.parts]


def with_actfast():
    actfast = module("actfast")
    if actfast is None:
        return
    for path in files(".cwa", ".gt3x", ".bin"):

        def action():
            read = actfast.read(str(path))
            table = read["timeseries"]
            name = next(name for name in ("acceleration", "accelerometry", "high_frequency") if name in table)
            data = table[name]
            seconds = np.asarray(data["datetime"], dtype=np.int64) / 1e9
            frames = np.asarray(data.get("acceleration", data.get("accelerometry")), dtype=float)[:, :3]
            # It gives every sector's time to the second and its own step.
            compare(path, "actfast", frames, seconds, s_bound=0.06)

        tried(path, "actfast", action)


def with_skdh():
    if module("skdh") is None:
        return
    from skdh.io import ReadBin, ReadCwa

    for path in files(".cwa", ".bin"):

        def action():
            reader = ReadCwa() if path.suffix.lower() == ".cwa" else ReadBin()
            read = reader.predict(file=str(path), tz_name="UTC")
            compare(path, "skdh", np.asarray(read["accel"]), np.asarray(read["time"]), s_bound=0.03)

        tried(path, "skdh", action)


def with_pygt3x():
    if module("pygt3x") is None:
        return
    from pygt3x.reader import FileReader

    for path in files(".gt3x"):

        def action():
            with FileReader(str(path)) as reader:
                table = reader.to_pandas()
            frames = table[["X", "Y", "Z"]].to_numpy(dtype=float)
            seconds = table.index.to_numpy(dtype=float)
            # It fills sleep with the last value and marks it.
            if "IdleSleepMode" in table.columns:
                awake = ~table["IdleSleepMode"].to_numpy(dtype=bool)
                frames, seconds = frames[awake], seconds[awake]
            compare(path, "pygt3x", frames, seconds, g_bound=6e-4, s_bound=0.02)

        tried(path, "pygt3x", action)


def with_pyedflib():
    pyedflib = module("pyedflib")
    if pyedflib is None:
        return
    for path in files(".edf"):

        def action():
            with pyedflib.EdfReader(str(path)) as reader:
                labels = reader.getSignalLabels()
                axes = [
                    next(i for i, label in enumerate(labels) if label in (f"Accelerometer_{axis}", f"{axis} Axis"))
                    for axis in "XYZ"
                ]
                scale = {"mg": 1e-3, "g": 1.0}[reader.getPhysicalDimension(axes[0])]
                frames = np.stack([reader.readSignal(i) * scale for i in axes], axis=1)
                rate = reader.getSampleFrequency(axes[0])
                start = reader.getStartdatetime().replace(tzinfo=datetime.timezone.utc).timestamp()
            compare(path, "pyedflib", frames, np.arange(len(frames)) / rate, start, s_bound=1e-6)

        tried(path, "pyedflib", action)


def with_actipy():
    actipy = module("actipy")
    if actipy is None:
        return
    for path in files(".cwa", ".gt3x", ".bin"):

        def action():
            table, _ = actipy.read_device(
                str(path), lowpass_hz=None, calibrate_gravity=False, detect_nonwear=False,
                resample_hz=None, verbose=False,
            )
            frames = table[["x", "y", "z"]].to_numpy(dtype=float)
            seconds = table.index.to_numpy(dtype="datetime64[ns]").astype(np.int64) / 1e9
            # It rounds ActiGraph's to three decimals.
            g_bound = 6e-4 if path.suffix == ".gt3x" else 1e-4
            compare(path, "actipy", frames, seconds, g_bound=g_bound, s_bound=0.06)

        tried(path, "actipy", action)


def with_exports():
    """The makers' own exports to text, where both are there."""
    path = FOLDER / "formats/actigraph/read.gt3x_TAS1H30182785_2019-09-17.gt3x"
    export = path.with_suffix(".csv.gz")
    if path.exists() and export.exists():
        with gzip.open(export, "rt") as lines:
            rows = list(csv.reader(lines))
        values = np.array([[float(cell) for cell in row[:3]] for row in rows[11:] if len(row) >= 3])
        # It goes on with the last value while the device sleeps: held against it
        # is what was recorded, row by row at its time.
        own, own_s, _ = hypnic(path)
        rows_of_own = np.round(own_s * 100).astype(int)
        compare(path, "ActiLife's export", values[rows_of_own], rows_of_own / 100.0, g_bound=6e-4, s_bound=1e-6)
    path = FOLDER / "formats/geneactiv/sleeppy_test_geneactiv.bin"
    export = path.with_suffix(".csv")
    if path.exists() and export.exists():
        with open(export) as lines:
            rows = [row for row in csv.reader(lines)][100:]
        values = np.array([[float(cell) for cell in row[1:4]] for row in rows])
        moments = [datetime.datetime.strptime(row[0], "%Y-%m-%d %H:%M:%S:%f") for row in rows]
        seconds = np.array([(moment - moments[0]).total_seconds() for moment in moments])
        start = moments[0].replace(tzinfo=datetime.timezone.utc).timestamp()
        compare(path, "GENEActiv's export", values, seconds, start, g_bound=6e-5, s_bound=1e-6)


for check in (with_exports, with_actfast, with_skdh, with_pygt3x, with_pyedflib, with_actipy):
    check()
sys.exit(min(failures, 1))
