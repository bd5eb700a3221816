#!/usr/bin/env python3
"""What a batch costs: speed-up by jobs, a second run, tiny files, memory, collation.

    cargo build --release && scripts/bench-batch.py [--nights 200] [--tiny 10000] [--rounds 3] [--keep DIR]

Needs Python and nothing else. The nights are links to a few simulated ones, so
files come from the page cache and the disk is not measured. On a machine that
others use, look at the CPU seconds, and at the ratio of several rounds.
"""

import argparse
import csv
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HYPNIC = Path(os.environ.get("HYPNIC", ROOT / "target/release/hypnic"))
SCENES = ["ankle-plm", "healthy-starts", "wrist", "restless-legs", "gaps", "ankle-100hz", "waist", "mixed"]


class Ran:
    """A command, its wall and CPU seconds, and the memory of its processes."""

    def __init__(self, *args, codes=(0, 1)):
        begin = time.monotonic()
        process = subprocess.Popen(
            [HYPNIC, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.peaks = {}
        watcher = threading.Thread(target=self.watch, args=(process.pid,))
        watcher.start()
        self.out = process.stdout.read()
        # CPU of the process and of all it waited for.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.wall_s = time.monotonic() - begin
        watcher.join()
        self.cpu_s = usage.ru_utime + usage.ru_stime
        if process.returncode not in codes:
            sys.exit(f"{args}: exit code {process.returncode}\n{self.out}")

    def watch(self, parent):
        """Remembers the largest resident size of the process and its workers."""
        threads = Path(f"/proc/{parent}/task")
        while True:
            try:
                # Each thread has children of its own.
                lists = [(thread / "children").read_text() for thread in threads.iterdir()]
            except OSError:
                if not threads.exists():
                    return
                continue
            pids = [parent, *map(int, " ".join(lists).split())]
            if not (threads.parent / "exe").exists():
                return
            for pid in pids:
                try:
                    status = Path(f"/proc/{pid}/status").read_text()
                except OSError:
                    continue
                for line in status.splitlines():
                    if line.startswith("VmHWM"):
                        self.peaks[pid] = int(line.split()[1]) / 1024
            time.sleep(0.01)

    @property
    def memory_mib(self):
        """An upper bound: the peaks of all processes, as if at one moment."""
        return sum(self.peaks.values())


def make_nights(work, count):
    """`count` nights of eight scenes: plain, packed, stamped; ten are broken."""
    sources = []
    for index, scene in enumerate(SCENES):
        night = work / f"sim-{scene}"
        stamps = ["--stamps", "iso"] if index % 2 else []
        Ran("simulate", "--scene", scene, "--seed", 11, "--out", night, *stamps)
        plain, packed = night / "night.csv", night / "packed.csv.gz"
        with plain.open("rb") as text, gzip.open(packed, "wb", compresslevel=6) as out:
            shutil.copyfileobj(text, out)
        sources += [plain, packed]
    nights = work / "nights"
    for number in range(count):
        source = sources[number % len(sources)]
        target = nights / f"p{number // 7:04}" / f"{number:05}{''.join(source.suffixes)}"
        target.parent.mkdir(parents=True, exist_ok=True)
        if number % 20 == 7:
            target.write_bytes([b"", b"time,x,y\n", b"\0" * 5000, b"RIFF"][number // 20 % 4])
        else:
            os.link(source, target)
    return nights


def make_tiny(work, count):
    """`count` recordings of 61 s at 10 Hz."""
    tiny = work / "tiny"
    rows = [f"{n / 10:.1f},{0.02 * (n % 7) / 7:.4f},{-0.01 * (n % 5):.4f},0.9{n % 10}" for n in range(610)]
    for number in range(count):
        target = tiny / f"{number // 500:03}" / f"{number:05}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        if number % 500 == 0:
            source = target
            source.write_text("\n".join(["time,x,y,z", *rows]) + "\n")
        else:
            os.link(source, target)
    return tiny


def analysis_s(out):
    with (out / "status.csv").open() as table:
        return sum(float(row["seconds"] or 0) for row in csv.DictReader(table))


def main():
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser()
    parser.add_argument("--nights", type=int, default=200)
    parser.add_argument("--tiny", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    work = args.keep or Path(tempfile.mkdtemp(prefix="hypnic-bench-"))
    work.mkdir(exist_ok=True)
    try:
        nights = make_nights(work, args.nights)
        ratios = []
        for number in range(args.rounds):
            runs = {}
            for jobs in (1, 2):
                out = work / f"out-{number}-{jobs}"
                runs[jobs] = Ran("batch", nights, "--out", out, "--jobs", jobs)
                load = os.getloadavg()[0]
                run = runs[jobs]
                print(
                    f"{args.nights} nights, {jobs} jobs: {run.wall_s:.2f} s, CPU {run.cpu_s:.2f} s "
                    f"({run.cpu_s / run.wall_s:.2f} cores), memory {run.memory_mib:.0f} MiB, load {load:.1f}"
                )
            ratios.append(runs[1].wall_s / runs[2].wall_s)
        print(f"2 jobs against 1: {statistics.median(ratios):.2f} x ({', '.join(f'{r:.2f}' for r in ratios)})")
        again = Ran("batch", nights, "--out", work / "out-0-2")
        print(f"second run: {again.wall_s:.2f} s, {again.out.splitlines()[0]}")
        one = next(path for path in sorted(nights.rglob("*.csv")) if path.stat().st_size > 1e6)
        alone = Ran("analyze", one, "--out", work / "one", "--quiet", codes=(0,))
        print(f"analyze of one night: {alone.wall_s:.2f} s, {alone.memory_mib:.0f} MiB")
        if args.tiny:
            tiny = make_tiny(work, args.tiny)
            out = work / "tiny-out"
            run = Ran("batch", tiny, "--out", out, "--jobs", 1)
            over_ms = (run.wall_s - analysis_s(out)) / args.tiny * 1e3
            print(
                f"{args.tiny} tiny files: {run.wall_s:.2f} s, CPU {run.cpu_s:.2f} s; {run.wall_s / args.tiny * 1e3:.2f} ms "
                f"each, of which beside the analysis and its results {over_ms:.2f} ms"
            )
            again = Ran("batch", tiny, "--out", out, "--jobs", 1)
            print(f"second run: {again.wall_s:.2f} s, {again.memory_mib:.0f} MiB")
            collated = Ran("collate", out, "--out", work / "collated")
            print(f"collate: {collated.wall_s:.2f} s, {collated.memory_mib:.0f} MiB")
    finally:
        if not args.keep:
            shutil.rmtree(work)


if __name__ == "__main__":
    main()
