#!/usr/bin/env python3
"""Agreement with nights of a second simulator, which shares nothing with `hypnic simulate`.

Thresholds were set on the nights of `hypnic simulate`. This one makes its nights by other means, in three manners of a leg movement
(a turn and its release; band noise on a small tilt; a half-sine turn with decaying swings) and four of a start (a one-sided push, a
push and pull, a burst of noise, a decaying swing), so that what hypnic has learnt from its own simulator alone shows. The bounds of a
jerk (src/score/starts.rs) and the evidence for sleep (src/night/sleep.rs) were looked at on seeds 1 to 4 of this one, too.

    scripts/other-simulator.py [--hypnic target/release/hypnic] [--seeds 11..14] [--keep FOLDER]

Needs Python 3.10, NumPy and an executable of hypnic; prints a table, a row a configuration.
"""

import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile
import wave

import numpy as np

FULL_SCALE_G = 8.0

# What differs from an ankle at 50 Hz with periodic movements and starts.
CONFIGURATIONS = {
    "turn": {"manner": "turn"},
    "noise": {"manner": "noise"},
    "swing": {"manner": "swing"},
    "weak": {"manner": "turn", "strength": 0.4},
    "100 Hz": {"manner": "turn", "rate_hz": 100},
    "25 Hz": {"manner": "turn", "rate_hz": 25},
    "6 mg noise": {"manner": "turn", "noise_g": 0.006},
    "no starts": {"manner": "turn", "starts": False},
    "restless legs": {"manner": "swing", "starts": False, "awake_too": True},
    "starts only": {"manner": "swing", "periodic": False},
    "healthy": {"manner": "turn", "periodic": False, "starts": False},
}


class Night:
    """Gravity and acceleration of one night, and what was put into it."""

    def __init__(self, seed, manner, rate_hz=50, strength=1.0, noise_g=0.0025, periodic=True, starts=True, awake_too=False):
        self.random = np.random.default_rng(seed)
        self.rate_hz, self.manner, self.strength = rate_hz, manner, strength
        self.frames = int(self.random.uniform(7.0, 8.5) * 3600 * rate_hz)
        self.length_s = self.frames / rate_hz
        self.gravity = np.zeros((self.frames, 3))
        self.push = np.zeros((self.frames, 3))
        self.events = []  # onset, duration, kind, awake
        self.taken = []
        self.awake = self.wakefulness()
        self.body()
        if periodic:
            self.series(awake_too)
        self.single_limb_movements()
        self.twitches()
        if starts:
            self.starts(seed % 4)
        noise = self.random.normal(size=(self.frames, 3)) * noise_g
        self.frames_g = self.gravity + self.push + noise
        if self.random.random() < 0.5:
            self.frames_g = np.round(self.frames_g / 0.004) * 0.004
        self.events.sort()

    def wakefulness(self):
        """Before sleep, after it, and some stretches within."""
        self.latency_s = self.random.uniform(12, 35) * 60
        self.end_s = self.length_s - self.random.uniform(5, 15) * 60
        stretches = [(0.0, self.latency_s), (self.end_s, self.length_s)]
        for _ in range(self.random.integers(2, 6)):
            begin_s = self.random.uniform(self.latency_s + 2400, self.end_s - 2400)
            stretches.append((begin_s, begin_s + self.random.uniform(2, 14) * 60))
        return sorted(stretches)

    def is_awake(self, at_s):
        return any(begin_s <= at_s < end_s for begin_s, end_s in self.awake)

    def is_free(self, onset_s, duration_s, margin_s):
        return all(onset_s - margin_s > end_s or onset_s + duration_s + margin_s < begin_s for begin_s, end_s in self.taken)

    def enter(self, onset_s, duration_s, kind):
        self.taken.append((onset_s, onset_s + duration_s))
        self.events.append((onset_s, duration_s, kind, self.is_awake(onset_s)))

    def span(self, onset_s, duration_s):
        return int(onset_s * self.rate_hz), max(2, int(duration_s * self.rate_hz))

    def direction(self):
        direction = self.random.normal(size=3)
        return direction / np.linalg.norm(direction)

    def band_noise(self, frames, low_hz, high_hz):
        """Three axes of noise between two frequencies, of standard deviation 1."""
        length = max(frames, 64)
        spectrum = np.fft.rfft(self.random.normal(size=(length, 3)), axis=0)
        frequencies_hz = np.fft.rfftfreq(length, 1 / self.rate_hz)
        spectrum[(frequencies_hz < low_hz) | (frequencies_hz > high_hz)] = 0
        noise = np.fft.irfft(spectrum, length, axis=0)[:frames]
        return noise / (noise.std() or 1.0)

    def body(self):
        """Turns and stretches of the body: once a minute awake, six an hour asleep."""
        at_s, moments = 0.0, []
        while at_s < self.length_s - 60:
            mean_s, least_s = (55, 8) if self.is_awake(at_s) else (3600 / 6.5, 20)
            at_s += self.random.exponential(mean_s) + least_s
            if at_s < self.length_s - 60:
                moments.append(at_s)
        down, done = self.direction(), 0
        for onset_s in moments:
            duration_s = self.random.uniform(2, 15) if self.random.random() < 0.8 else self.random.uniform(10, 25)
            first, frames = self.span(onset_s, duration_s)
            if not self.is_free(onset_s, duration_s, 2.0) or first + frames >= self.frames:
                continue
            kind = "posture_shift" if self.random.random() < 0.35 else "gross_movement"
            self.enter(onset_s, duration_s, kind)
            self.gravity[done:first] = down
            degrees = self.random.uniform(25, 100) if kind == "posture_shift" else self.random.uniform(0, 6)
            turned = turn(down, np.cross(down, self.direction()), np.radians(degrees) * rise(frames))
            sway = self.band_noise(frames, 0.3, 1.5) * np.radians(self.random.uniform(4, 15)) * np.hanning(frames)[:, None]
            self.gravity[first : first + frames] = turned + np.cross(sway, turned)
            shake = self.band_noise(frames, 0.8, 8.0) * np.hanning(frames)[:, None] ** 0.4
            self.push[first : first + frames] += shake * self.random.uniform(0.05, 0.3)
            down, done = turned[-1] / np.linalg.norm(turned[-1]), first + frames
        self.gravity[done:] = down

    def limb(self, onset_s, duration_s, strength):
        """A leg goes out and comes back."""
        first, frames = self.span(onset_s, duration_s)
        if first + frames + self.rate_hz >= self.frames:
            return
        down = self.gravity[first].copy()
        axis = np.cross(down, self.direction())
        axis /= np.linalg.norm(axis)
        here = slice(first, first + frames)
        seconds = np.arange(frames) / self.rate_hz
        if self.manner == "turn":
            up = min(frames // 3, int(self.random.uniform(0.2, 0.5) * self.rate_hz))
            back = min(frames // 2, int(self.random.uniform(0.25, 0.7) * self.rate_hz))
            angle = np.ones(frames)
            angle[:up] = rise(up)
            angle[frames - back :] = 1 - rise(back)
            angle *= np.radians(strength * self.random.uniform(4, 10))
            lever = np.gradient(np.gradient(angle, 1 / self.rate_hz), 1 / self.rate_hz) * 0.3 / 9.81
            smooth = np.hanning(5) / np.hanning(5).sum()
            self.push[here] += np.convolve(lever, smooth, "same")[:, None] * np.cross(axis, down)
            tremor = np.full(frames, 0.3)
            tremor[:up], tremor[frames - back :] = 1.0, 0.7
            shake = self.band_noise(frames, 6, 12) * strength * self.random.uniform(0.01, 0.04)
            self.push[here] += shake * tremor[:, None]
        elif self.manner == "noise":
            edge = max(1, min(frames // 4, int(0.2 * self.rate_hz)))
            shape = np.ones(frames)
            shape[:edge], shape[-edge:] = rise(edge), rise(edge)[::-1]
            shake = self.band_noise(frames, 1, 6)
            self.push[here] += shake / np.abs(shake).max() * shape[:, None] * strength * self.random.uniform(0.06, 0.4)
            angle = np.radians(strength * self.random.uniform(1, 4)) * shape
        else:
            angle = np.radians(strength * self.random.uniform(3, 12)) * np.sin(np.pi * np.arange(frames) / frames)
            direction, peak_g = self.direction(), strength * self.random.uniform(0.05, 0.35)
            swing = np.exp(-seconds / 0.35) * np.sin(2 * np.pi * self.random.uniform(2.5, 5) * seconds)
            self.push[here] += direction * (peak_g * swing)[:, None]
            last = min(frames, int(0.5 * self.rate_hz))
            fall = np.exp(-seconds[:last] / 0.2) * np.sin(2 * np.pi * 3.5 * seconds[:last])
            self.push[first + frames - last : first + frames] += direction * (0.5 * peak_g * fall)[:, None]
        self.gravity[here] = turn(down, axis, angle)
        self.enter(onset_s, duration_s, "limb_movement")

    def series(self, awake_too):
        for _ in range(self.random.integers(5, 9)):
            at_s = self.random.uniform(self.latency_s, self.end_s - 1800)
            end_s = at_s + self.random.uniform(8, 35) * 60
            interval, strength = np.log(self.random.uniform(18, 32)), self.random.uniform(0.7, 1.3) * self.strength
            while at_s < end_s:
                at_s += np.exp(self.random.normal(interval, 0.25))
                duration_s = np.clip(np.exp(self.random.normal(np.log(2.0), 0.45)), 0.6, 8)
                if self.random.random() > 0.06 and not self.is_awake(at_s) and self.is_free(at_s, duration_s, 3):
                    self.limb(at_s, duration_s, strength * np.exp(self.random.normal(0, 0.3)))
        for begin_s, end_s in self.awake if awake_too else []:
            at_s = begin_s + 20
            while at_s < end_s - 20:
                at_s += np.exp(self.random.normal(np.log(20), 0.4))
                duration_s = np.clip(np.exp(self.random.normal(np.log(2.2), 0.5)), 0.6, 8)
                if self.is_free(at_s, duration_s, 3):
                    self.limb(at_s, duration_s, self.strength * np.exp(self.random.normal(0, 0.3)))

    def single_limb_movements(self):
        for _ in range(self.random.poisson(3 * self.length_s / 3600)):
            at_s = self.random.uniform(self.latency_s, self.end_s)
            duration_s = np.clip(np.exp(self.random.normal(np.log(1.5), 0.5)), 0.6, 8)
            if self.is_free(at_s, duration_s, 5):
                self.limb(at_s, duration_s, self.strength * np.exp(self.random.normal(0, 0.4)))

    def twitches(self):
        seconds = np.arange(int(0.5 * self.rate_hz)) / self.rate_hz
        for _ in range(self.random.poisson(8 * self.length_s / 3600)):
            at_s = self.random.uniform(0, self.length_s - 10)
            if self.is_free(at_s, 0.3, 2):
                first, _ = self.span(at_s, 0.3)
                peak_g = np.exp(self.random.normal(np.log(0.045), 0.4))
                swing = np.exp(-seconds / 0.07) * np.sin(2 * np.pi * self.random.uniform(6, 11) * seconds)
                self.push[first : first + len(seconds)] += self.direction() * (peak_g * swing)[:, None]
                self.enter(at_s, 0.3, "twitch")

    def starts(self, manner):
        transitions_s = [end_s for _, end_s in self.awake if end_s < self.length_s - 100]
        seconds = np.arange(int(1.2 * self.rate_hz)) / self.rate_hz
        wanted = self.random.integers(4, 11)
        for _ in range(200):
            if wanted == 0:
                break
            first_one = self.random.random() < 0.6
            near_s = transitions_s[0] if first_one else transitions_s[self.random.integers(len(transitions_s))]
            at_s, burst_s = near_s + self.random.uniform(-240, 240), self.random.uniform(0.075, 0.25)
            if at_s < 60 or not self.is_free(at_s, 1.2, 6):
                continue
            peak_g = np.exp(self.random.uniform(np.log(0.15), np.log(1.0)))
            ring_hz = self.random.uniform(4, 10)
            after_s = seconds - burst_s
            ring = np.exp(-after_s / self.random.uniform(0.1, 0.25)) * np.sin(2 * np.pi * ring_hz * after_s) * 0.6
            ring = np.where(after_s >= 0, ring, 0)
            if manner == 0:
                jerk = np.where(after_s < 0, np.sin(np.pi * seconds / burst_s), 0) + ring
            elif manner == 1:
                jerk = np.where(after_s < 0, np.sin(2 * np.pi * seconds / burst_s), 0) + ring
            elif manner == 2:
                shape = np.where(seconds < 2 * burst_s, np.sin(np.pi * seconds / 2 / burst_s), 0)
                jerk = shape * self.band_noise(len(seconds), 3, min(18, 0.45 * self.rate_hz))[:, 0] * 0.6 + ring
            else:
                jerk = np.exp(-seconds / burst_s) * np.sin(2 * np.pi * ring_hz * seconds) * 1.3
            first, _ = self.span(at_s, 1.2)
            self.push[first : first + len(seconds)] += self.direction() * (peak_g * jerk)[:, None]
            self.enter(at_s, burst_s + 0.4, "hypnic_start")
            wanted -= 1

    def write(self, path):
        counts = np.clip(np.round(self.frames_g / FULL_SCALE_G * 32768), -32768, 32767).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(3)
            file.setsampwidth(2)
            file.setframerate(self.rate_hz)
            file.writeframes(counts.tobytes())


def rise(frames):
    return 0.5 - 0.5 * np.cos(np.pi * np.arange(frames) / max(frames, 1))


def turn(vector, axis, angles):
    """The vector turned about the axis by each angle (Rodrigues)."""
    axis = axis / np.linalg.norm(axis)
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    return vector * cos + np.cross(axis, vector) * sin + axis * (axis @ vector) * (1 - cos)


def periodic(events):
    """Of each event, whether it is in a series by WASM 2016 (one sensor)."""
    in_series, run = [False] * len(events), []

    def end():
        for index in run if len(run) >= 4 else []:
            in_series[index] = True
        run.clear()

    for index, (onset_s, duration_s, kind, _) in enumerate(events):
        if kind == "gross_movement" and duration_s > 10:
            end()
        if kind != "limb_movement":
            continue
        if run and not 10 <= round(onset_s - events[run[-1]][0], 3) <= 90:
            end()
        run.append(index)
    end()
    return in_series


def pattern(night, in_series):
    awake_h = sum(end_s - begin_s for begin_s, end_s in night.awake) / 3600
    asleep_h = night.length_s / 3600 - awake_h
    asleep = sum(is_in and not event[3] for is_in, event in zip(in_series, night.events)) / asleep_h
    awake = sum(is_in and event[3] for is_in, event in zip(in_series, night.events)) / awake_h
    starts = sum(event[2] == "hypnic_start" for event in night.events)
    if asleep > 15:
        named = "mixed" if starts >= 2 else "restless_legs_like" if awake >= 15 else "periodic_limb_movements"
    else:
        named = "hypnic_starts" if starts >= 2 else "quiet"
    return named, asleep, asleep_h


def pair(events, found):
    """One to one by onset within 1 s, the nearest first."""
    near = sorted((abs(event[0] - onset_s), i, j) for i, event in enumerate(events) for j, (onset_s, _) in enumerate(found) if abs(event[0] - onset_s) <= 1)
    pairs, taken = {}, set()
    for _, i, j in near:
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--hypnic", default="target/release/hypnic")
    arguments.add_argument("--seeds", default="11..14")
    arguments.add_argument("--keep", type=pathlib.Path)
    given = arguments.parse_args()
    first, last = map(int, given.seeds.split(".."))
    print("| nights of | movements F1 | limb F1 | starts F1 | starts invented a night | PLM/h error | asleep error, min | pattern right |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for name, configuration in CONFIGURATIONS.items():
            print(row(name, configuration, range(first, last + 1), folder, given.hypnic), flush=True)


def row(name, configuration, seeds, folder, hypnic):
    counts = {what: np.zeros(3) for what in ("all", "limb_movement", "hypnic_start")}  # right, in truth, found
    index_errors, sleep_errors, right = [], [], 0
    for seed in seeds:
        night = Night(seed, **configuration)
        recording = folder / f"{name.replace(' ', '-')}-{seed}.wav"
        night.write(recording)
        results = recording.with_suffix(".hypnic")
        command = [hypnic, "analyze", recording, "--full-scale-g", str(FULL_SCALE_G), "--placement", "ankle", "--out", results, "--quiet", "--no-charts"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = [(float(row["onset_s"]), row["kind"]) for row in rows(results / "movements.csv")]
        summary = rows(results / "nights.csv")[0]
        pairs = pair(night.events, found)
        counts["all"] += (len(pairs), len(night.events), len(found))
        for kind in ("limb_movement", "hypnic_start"):
            same = sum(night.events[i][2] == kind == found[j][1] for i, j in pairs.items())
            counts[kind] += (same, sum(event[2] == kind for event in night.events), sum(one[1] == kind for one in found))
        expected, index, asleep_h = pattern(night, periodic(night.events))
        index_errors.append(float(summary["plm_per_hour_sleep"] or 0) - index)
        sleep_errors.append((float(summary["hours_asleep"]) - asleep_h) * 60)
        right += summary["pattern"] == expected

    def f1(what):
        same, truth, found = counts[what]
        return f"{2 * same / (truth + found):.3f}" if truth else "-"

    invented = (counts["hypnic_start"][2] - counts["hypnic_start"][0]) / len(seeds)
    cells = [name, f1("all"), f1("limb_movement"), f1("hypnic_start"), f"{invented:.1f}", f"{np.median(index_errors):+.1f}", f"{np.median(sleep_errors):+.0f}", f"{right}/{len(seeds)}"]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
