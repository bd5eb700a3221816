#!/usr/bin/env python3
"""Kills a batch at random moments, runs it again, and compares every byte with an undisturbed run.

    cargo build --release && scripts/kill-batch.py [--nights 200] [--kills 50] [--recordings DIR] [--seed N]

The nights are those of bench-batch.py, in every kind of file and some of them broken, and
the files below DIR (default: $HYPNIC_RECORDINGS, if set). Half of the kills take the
workers along. Needs Rust and Python, nothing else.
"""

import argparse
import csv
import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
spec = importlib.util.spec_from_file_location("bench_batch", ROOT / "scripts/bench-batch.py")
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)


def tree(out):
    """Every file but the memory; of status.csv not the seconds, which are those of the run."""
    files = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if not path.is_file() or name.startswith(".hypnic"):
            continue
        if name == "status.csv":
            with path.open(newline="") as table:
                rows = [{**row, "seconds": ""} for row in csv.DictReader(table)]
            files[name] = rows
        else:
            files[name] = path.read_bytes()
    return files


def children(pid):
    found = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    except OSError:
        pass
    return found


def kill(process, take_along):
    workers = children(process.pid) if take_along else []
    for pid in [process.pid, *workers]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()


def main():
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser()
    parser.add_argument("--nights", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--recordings", type=Path, default=os.environ.get("HYPNIC_RECORDINGS"))
    parser.add_argument("--kinds", type=Path, help="as in bench-batch.py")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    work = Path(tempfile.mkdtemp(prefix="hypnic-kill-"))
    try:
        nights = bench.make_nights(work, args.nights, args.kinds)
        if args.recordings:
            (nights / "devices").symlink_to(args.recordings.resolve())
        begin = time.monotonic()
        undisturbed = bench.Ran("batch", nights, "--out", work / "whole", "--jobs", 2, "--quiet")
        whole_s = time.monotonic() - begin
        # What passes before there is work, and at the end: a run that has none.
        idle_s = bench.Ran("batch", nights, "--out", work / "whole", "--jobs", 2, "--quiet").wall_s
        print(f"undisturbed: {whole_s:.1f} s, CPU {undisturbed.cpu_s:.1f} s; with nothing to do {idle_s:.1f} s")

        out, ended, done_before = work / "out", 0, []
        command = [bench.HYPNIC, "batch", nights, "--out", out, "--jobs", "2", "--quiet"]
        while (number := len(done_before)) < args.kills + ended:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # Most are killed at work; every fifth, and when all is done, while it looks or collates.
            wait_s = rng.uniform(0, idle_s)
            if number % 5 and not ended:
                wait_s = idle_s + rng.uniform(0, 2 * (whole_s - idle_s) / args.kills)
            try:
                process.wait(wait_s)
                ended += 1
            except subprocess.TimeoutExpired:
                kill(process, take_along=number % 2 == 0)
            done_before.append(sum(1 for _ in (out / "results").rglob("summary.json")) if out.exists() else 0)
        print(f"{args.kills} killed, {ended} more came to their end before; results after each: {done_before}")
        at_work = sum(before < after for before, after in zip([0, *done_before], done_before))
        assert at_work >= args.kills / 4, f"only {at_work} runs were killed at work"
        last = bench.Ran("batch", nights, "--out", out, "--jobs", 2)
        print(f"run to the end: {last.wall_s:.1f} s, {last.out.splitlines()[0]}")
        time.sleep(2)

        expected, found = tree(work / "whole"), tree(out)
        differ = [name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)]
        assert not differ, f"{len(differ)} files differ: {sorted(differ)[:10]}"
        states = {}
        for row in found["status.csv"]:
            states[row["state"]] = states.get(row["state"], 0) + 1
        print(f"{len(found)} files, every byte as undisturbed; recordings: {states}")
        again = bench.Ran("batch", nights, "--out", out, "--jobs", 2)
        print(f"second run: {again.wall_s:.2f} s, CPU {again.cpu_s:.2f} s, {again.out.splitlines()[0]}")
        left = [path.name for path in (out / ".hypnic").glob("run-*")]
        tables = [path.name for path in out.glob(".hypnic-*")]
        print(f"left of the killed: {len(left)} scratch folders, {len(tables)} unfinished tables")
        assert not left, left
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
