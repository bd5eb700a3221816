#!/usr/bin/env python3
"""Writes tests/tables/butterworth_scipy.csv: what SciPy says about the filters.

    python3 -m venv /tmp/scipy && /tmp/scipy/bin/pip install scipy
    /tmp/scipy/bin/python scripts/butterworth-table.py > tests/tables/butterworth_scipy.csv

A row is a filter and one thing about it, its numbers separated by blanks:
  a1, a2   denominators of the second-order sections, ordered by (a1, a2)
  gain     of the whole cascade, its numerators leading with 1
  at_hz    frequencies, and
  response the gain there
  output   every fourth of 200 samples of the answer to 1 + (n*n mod 101) / 101,
           n = 0, 1, ..., from the steady state for the first sample
"""

import numpy as np
from scipy import signal

CASES = [
    # kind, order, low_hz, high_hz, rate_hz
    ("lowpass", 1, 0.0, 1.0, 25.0),
    ("lowpass", 2, 0.0, 0.15, 100.0),
    ("lowpass", 2, 0.0, 0.5, 1.6),
    ("lowpass", 4, 0.0, 11.0, 30.0),
    ("lowpass", 5, 0.0, 0.4, 12.5),
    ("highpass", 1, 0.25, 0.0, 50.0),
    ("highpass", 2, 0.5, 0.0, 12.5),
    ("highpass", 2, 0.2, 0.0, 1.6),
    ("highpass", 3, 0.25, 0.0, 423.0),
    ("highpass", 4, 20.0, 0.0, 256.0),
    ("bandpass", 1, 0.5, 8.0, 50.0),
    ("bandpass", 1, 0.9, 1.1, 100.0),
    ("bandpass", 2, 0.5, 10.0, 25.0),
    ("bandpass", 2, 0.1, 0.6, 1.6),
    ("bandpass", 3, 0.3, 20.0, 100.0),
    ("bandpass", 4, 0.25, 11.0, 100.0),
    ("bandpass", 4, 8.0, 20.0, 85.7),
    ("bandpass", 5, 2.0, 2.4, 12.5),
]


def edges(kind, low_hz, high_hz):
    return {"lowpass": high_hz, "highpass": low_hz, "bandpass": [low_hz, high_hz]}[kind]


def print_row(case, name, values):
    print(",".join(str(part) for part in case) + f",{name}," + " ".join(repr(float(v)) for v in values))


n = np.arange(200)
x = 1 + (n * n % 101) / 101
print("kind,order,low_hz,high_hz,rate_hz,name,values")
for case in CASES:
    kind, order, low_hz, high_hz, rate_hz = case
    design = dict(N=order, Wn=edges(kind, low_hz, high_hz), btype=kind, fs=rate_hz)
    sos = signal.butter(**design, output="sos")
    _, _, gain = signal.butter(**design, output="zpk")
    denominators = sorted((float(s[4]), float(s[5])) for s in sos)
    at_hz = rate_hz * np.array([0.003, 0.02, 0.07, 0.15, 0.26, 0.41, 0.48])
    _, response = signal.freqz_sos(sos, worN=at_hz, fs=rate_hz)
    output, _ = signal.sosfilt(sos, x, zi=signal.sosfilt_zi(sos) * x[0])
    print_row(case, "a1", [d[0] for d in denominators])
    print_row(case, "a2", [d[1] for d in denominators])
    print_row(case, "gain", [gain])
    print_row(case, "at_hz", at_hz)
    print_row(case, "response", np.abs(response))
    print_row(case, "output", output[::4])
