"""The table of bench-peers.sh: processes in turns, round after round, so that a
busy moment of the machine falls on all of them.

bench-peers.py NIGHT ROUNDS STAGES      the night as `hypnic simulate` wrote it
bench-peers.py --run WHAT FILE          one of the peers, in a process of its own
"""

import datetime
import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

RATE_HZ = 100.0


def read_pandas(file):
    import pandas

    table = pandas.read_csv(file, comment="#")
    table["time"] = pandas.to_datetime(table["time"], format="ISO8601")
    return table[["x", "y", "z"]].to_numpy()


def read_polars(file):
    import polars

    table = polars.read_csv(file, comment_prefix="#")
    table = table.with_columns(polars.col("time").str.to_datetime("%+", time_zone="UTC"))
    return table.select("x", "y", "z").to_numpy()


def movements(frames):
    """What a script of forty lines does: band, envelope, local floor, hysteresis."""
    import numpy
    from scipy import ndimage, signal

    sections = signal.butter(2, [3.0, 20.0], "bandpass", fs=RATE_HZ, output="sos")
    settled = signal.sosfilt_zi(sections)[:, :, None] * frames[0]
    band, _ = signal.sosfilt(sections, frames, axis=0, zi=settled)
    ticks = len(band) // 5
    energy = (band[: 5 * ticks] ** 2).sum(axis=1).reshape(ticks, 5).mean(axis=1)
    envelope = numpy.sqrt(ndimage.uniform_filter1d(energy, 7))
    seconds = envelope[: ticks // 20 * 20].reshape(-1, 20).max(axis=1)
    floor = numpy.repeat(ndimage.percentile_filter(seconds, 25, 181), 20)
    envelope = envelope[: len(floor)]
    runs, count = ndimage.label(envelope > 1.5 * floor)
    peaks = ndimage.maximum(envelope / floor, runs, range(1, count + 1))
    return int((numpy.asarray(peaks) > 2.5).sum())


def actipy_lowpass(file):
    import actipy
    import pandas

    table = pandas.read_csv(file, comment="#")
    table["time"] = pandas.to_datetime(table["time"], format="ISO8601").dt.tz_localize(None)
    table = table.set_index("time")
    return len(actipy.processing.lowpass(table, RATE_HZ, cutoff_rate=20)[0])


def skdh_wear(file):
    import numpy
    import skdh

    frames = read_pandas(file)
    times = numpy.arange(len(frames)) / RATE_HZ
    wear = skdh.preprocessing.AccelThresholdWearDetection()
    return len(wear.predict(time=times, accel=frames, fs=RATE_HZ)["wear"])


PEERS = {
    "pandas": lambda file: movements(read_pandas(file)),
    "polars": lambda file: movements(read_polars(file)),
    "actipy": actipy_lowpass,
    "skdh": skdh_wear,
}


def taken(command):
    """Seconds and peak memory in MiB of a process; nothing when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return (seconds, usage.ru_maxrss / 1024) if process.returncode == 0 else None


def version(package):
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return None


def machine():
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    wide = "AVX-512" if any("avx512f" in line for line in lines) else "AVX2" if any(" avx2" in line for line in lines) else "baseline"
    return f"{models[0] if models else platform.processor()}, {os.cpu_count()} cores, {wide}"


def main(night, rounds, stages):
    file = next(path for path in sorted(Path(night).glob("*.csv")) if not path.name.startswith("truth"))
    file, out = str(file), "target/peers/night.hypnic"
    hypnic = ["target/release/hypnic", "analyze", file, "--quiet", "--out", out]
    this = [sys.executable, __file__, "--run"]
    commands = {
        "`wc -l`": ["wc", "-l", file],
        "hypnic, tables and summary, 1 thread": [*hypnic, "--no-charts", "--jobs", "1"],
        "hypnic, tables and summary, 2 threads": [*hypnic, "--no-charts", "--jobs", "2"],
        "hypnic, with all charts, 2 threads": [*hypnic, "--jobs", "2"],
        "md5sum": ["md5sum", file],
        "pandas + SciPy, band, envelope, floor, bursts": [*this, "pandas", file],
        "polars + SciPy, the same": [*this, "polars", file],
        "actipy, one low-pass": [*this, "actipy", file],
        "scikit-digital-health, wear alone": [*this, "skdh", file],
    }
    found = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            found[name].append(taken(command))
    rows = sum(1 for _ in open(file, "rb"))
    size_mb = os.path.getsize(file) / 1e6
    versions = [version(p) for p in ("numpy", "scipy", "pandas", "polars", "actipy", "scikit-digital-health")]
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[:2]
    print("# Speed\n")
    print("Written by `scripts/bench-peers.sh`: processes in turns on one simulated night of eight hours at 100 Hz")
    print(f"({rows / 1e6:.2f} million rows, {size_mb:.0f} MB of CSV in the page cache), {rounds} rounds. Ratios are medians of ratios within a")
    print("round. The peers do less than hypnic does; they show what reading and filtering a night costs. Memory below")
    print("16 MiB cannot be seen: that is the process which starts the others.\n")
    print(f"{datetime.date.today()}; {machine()}; {' '.join(rustc)}; Python {platform.python_version()}; "
          f"{', '.join(filter(None, versions))}.\n")
    print("| command | s, median (smallest to largest) | × `wc -l` | peak memory, MiB |")
    print("|---|---:|---:|---:|")
    limits = [seconds for seconds, _ in found["`wc -l`"]]
    for name, turns in found.items():
        if None in turns:
            print(f"| {name} | does not run here | | |")
            continue
        seconds = [turn[0] for turn in turns]
        ratio = statistics.median(s / limit for s, limit in zip(seconds, limits))
        print(f"| {name} | {statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f}) "
              f"| {ratio:.1f} | {max(turn[1] for turn in turns):.0f} |")
    print("\nThe stages, each in turns with its limit (`cargo bench --bench speed`):\n")
    print(stages)


if __name__ == "__main__":
    if sys.argv[1] == "--run":
        print(PEERS[sys.argv[2]](sys.argv[3]))
    else:
        main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
