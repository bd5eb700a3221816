#!/usr/bin/env python3
"""What a batch costs: speed-up by jobs, a second run, tiny files, memory, collation.

    scripts/bench-batch.py [--nights 200] [--tiny 10000] [--rounds 3] [--keep DIR]

Needs Rust and Python, nothing else. The nights, of half an hour to two hours, are
links to simulated ones in every kind of file, which the tests write; one in
fifteen is broken. Files come from the page cache: the disk is not measured. What
the machine itself gives to two processes is measured in the same rounds, by
`analyze` of the same recordings without a batch; look at the ratio to that.
"""

import argparse
import csv
import io
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import wave
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HYPNIC = Path(os.environ.get("HYPNIC", ROOT / "target/release/hypnic"))


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


def write_kinds(folder):
    """Eight nights in every kind of file, by the writers of the tests."""
    command = ["cargo", "test", "--release", "--locked", "--quiet", "--test", "input_devices", "--", "same_night"]
    subprocess.run(
        command, check=True, cwd=ROOT, env=os.environ | {"HYPNIC_NIGHTS": str(folder)}, stdout=subprocess.DEVNULL
    )


def table(rows, header="time,x,y,z"):
    return (header + "\n" + "".join(row + "\n" for row in rows)).encode()


def broken(kinds):
    """Names and bytes of files that are no recordings, each in another way."""
    packed, gt3x = (kinds / "0/packed.csv.gz").read_bytes(), (kinds / "0/twelve.gt3x").read_bytes()
    music = io.BytesIO()
    with wave.open(music, "wb") as sound:
        sound.setparams((2, 2, 44100, 0, "NONE", ""))
        sound.writeframes(bytes(range(256)) * 400)
    no_table = io.BytesIO()
    with zipfile.ZipFile(no_table, "w") as archive:
        archive.writestr("notes.txt", "The battery was empty.")
    steps = range(5000)
    return {
        "empty.csv": b"",
        "header.csv": table([]),
        "text.csv": b"Slept badly,\nwoke at three.\n",
        "two-axes.csv": table((f"{n / 25},0.1,0.9" for n in steps), "time,x,y"),
        "no-gravity.csv": table(f"{n / 25},0.00{n % 7},-0.00{n % 5},0.001" for n in steps),
        "nan.csv": table(f"{n / 25},NaN,0.1,0.9" for n in steps),
        "one-stamp.csv": table(f"2024-03-12T22:00:00Z,0.0{n % 9},0.1,0.9" for n in steps),
        "cut-header.wav": b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01",
        "music.wav": music.getvalue(),
        "cut.csv.gz": packed[:9],
        "damaged.csv.gz": packed[:2000] + bytes(2000) + packed[4000:],
        "cut.gt3x": gt3x[: len(gt3x) // 2],
        "no-table.gt3x": no_table.getvalue(),
        "zeros.cwa": bytes(5000),
        "noise.bin": random.Random(1).randbytes(100_000),
    }


def make_nights(work, count, kinds=None):
    """`count` recordings, one in fifteen of them broken, and what is none."""
    if kinds is None:
        kinds = work / "kinds"
        write_kinds(kinds)
    sources = sorted(path for path in kinds.rglob("*") if path.is_file())
    wrong = list(broken(kinds).items())
    nights = work / "nights"
    for number in range(count):
        source = sources[number * 7 % len(sources)]
        folder = nights / f"p{number // 7:04}"
        folder.mkdir(parents=True, exist_ok=True)
        if number % 15 == 7:
            name, content = wrong[number // 15 % len(wrong)]
            (folder / f"{number:05}-{name}").write_bytes(content)
        else:
            os.link(source, folder / f"{number:05}-{source.name}")
    # Neither is a recording, nor fails.
    (nights / "folder.csv").mkdir()
    (nights / "README.md").write_text("# Nights\n")
    return nights


class Machine:
    """`analyze` of all recordings without a batch, one at a time or two: what two
    jobs can be at best. Writes to memory, as far as there is such a folder."""

    def __init__(self, recordings):
        self.seconds = {recording: recording.stat().st_size for recording in recordings}

    def run(self, lanes):
        shm = Path("/dev/shm")
        with tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None) as out:
            queue = iter(sorted(self.seconds, key=self.seconds.get, reverse=True))
            lock = threading.Lock()

            def work(lane):
                while True:
                    with lock:
                        recording = next(queue, None)
                    if recording is None:
                        return
                    begin = time.monotonic()
                    command = [HYPNIC, "analyze", recording, "--no-charts", "--jobs", "1", "--quiet"]
                    command += ["--out", f"{out}/{lane}"]
                    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    self.seconds[recording] = time.monotonic() - begin

            begin = time.monotonic()
            threads = [threading.Thread(target=work, args=(lane,)) for lane in range(lanes)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return time.monotonic() - begin


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


def speed_up(args, work, nights):
    """Rounds of a batch with one job and two, and of the machine."""
    ratios, limits, machine = [], [], None
    for number in range(args.rounds):
        wall = {}
        for jobs in (1, 2):
            out = work / f"out-{number}-{jobs}"
            run = Ran("batch", nights, "--out", out, "--jobs", jobs)
            wall[jobs] = run.wall_s
            print(
                f"{args.nights} nights, {jobs} jobs: {run.wall_s:.2f} s, CPU {run.cpu_s:.2f} s "
                f"({run.cpu_s / run.wall_s:.2f} cores), memory {run.memory_mib:.0f} MiB, load {os.getloadavg()[0]:.1f}; "
                f"{run.out.splitlines()[0]}"
            )
        ratios.append(wall[1] / wall[2])
        machine = machine or Machine([nights / name for name in done(work / "out-0-1")])
        alone = {lanes: machine.run(lanes) for lanes in (1, 2)}
        limits.append(alone[1] / alone[2])
        print(f"no batch: one at a time {alone[1]:.2f} s, two {alone[2]:.2f} s")
    told = ", ".join(f"{ratio:.2f} of {limit:.2f}" for ratio, limit in zip(ratios, limits))
    print(
        f"2 jobs against 1: {statistics.median(ratios):.2f} x, where the machine gives "
        f"{statistics.median(limits):.2f} x ({told})"
    )


def done(out):
    with (out / "status.csv").open(newline="") as rows:
        return [row["file"] for row in csv.DictReader(rows) if row["state"] == "done"]


def costs_by_kind(out, nights):
    """Prints the seconds a megabyte of every kind of file, which is what
    `Item::work` goes by; the largest of every kind."""
    kinds, seconds = {}, {}
    with (out / "status.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            if row["state"] == "done":
                path = nights / row["file"]
                kinds.setdefault(path.name.split("-", 1)[1], []).append(path)
                seconds[path] = float(row["seconds"])
    for kind, paths in sorted(kinds.items()):
        megabytes = sum(path.stat().st_size for path in paths) / 1e6
        taken_s = sum(seconds[path] for path in paths)
        print(f"  {kind:<16} {megabytes:7.1f} MB {taken_s:6.2f} s {taken_s / megabytes * 1e3:7.2f} ms/MB")
    return [max(paths, key=lambda path: path.stat().st_size) for paths in kinds.values()]


def main():
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser()
    parser.add_argument("--nights", type=int, default=200)
    parser.add_argument("--tiny", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--kinds", type=Path, help="nights that were written before, of --keep DIR: DIR/kinds")
    args = parser.parse_args()
    work = args.keep or Path(tempfile.mkdtemp(prefix="hypnic-bench-"))
    work.mkdir(exist_ok=True, parents=True)
    try:
        if args.nights:
            nights = make_nights(work, args.nights, args.kinds)
            speed_up(args, work, nights)
            largest = costs_by_kind(work / "out-0-1", nights)
            again = Ran("batch", nights, "--out", work / "out-0-2")
            print(f"second run: {again.wall_s:.2f} s, {again.out.splitlines()[0]}")
            alone = [Ran("analyze", path, "--out", work / "one", "--quiet", "--no-charts", codes=(0,)) for path in largest]
            most = max(run.memory_mib for run in alone)
            print(f"analyze of one night, the kind that needs most: {most:.0f} MiB")
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
