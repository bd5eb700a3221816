//! The spectrum of a movement: where its lines are and how much is in them.

use super::{CANDIDATES, DRIFT_HZ};

/// Power in bands, as sums from 0 up.
pub(super) struct Lines {
    /// Power of all bins below this one; one longer than the spectrum.
    below: Vec<f64>,
    bin_hz: f64,
    /// Half the width of a line that lasts as long as the movement: the main
    /// lobe of the Hann window is 2 / duration to either side.
    half_width_hz: f64,
}

impl Lines {
    pub(super) fn new(power: &[f64], bin_hz: f64, duration_s: f64) -> Self {
        let mut sum = 0.0;
        let mut below = vec![0.0];
        for (bin, power) in power.iter().enumerate() {
            if bin as f64 * bin_hz >= DRIFT_HZ {
                sum += power;
            }
            below.push(sum);
        }
        Self { below, bin_hz, half_width_hz: 1.5 / duration_s }
    }

    fn total(&self) -> f64 {
        *self.below.last().unwrap_or(&0.0)
    }

    fn between(&self, low_hz: f64, high_hz: f64) -> f64 {
        let sum_below = |hz: f64| {
            // Rounded up; the library's function is a call on the oldest machines.
            let bins = (hz / self.bin_hz).max(0.0);
            let bin = bins as i32 as usize;
            let bin = bin + usize::from((bin as i32 as f64) < bins);
            self.below[bin.min(self.below.len() - 1)]
        };
        sum_below(high_hz) - sum_below(low_hz)
    }

    /// The frequencies with the most power in themselves and their harmonics,
    /// the best first. A harmonic counts the less the higher it is, so that a
    /// train is not proposed at half its frequency, whose second harmonic it is.
    pub(super) fn candidates(&self, lowest_hz: f64, highest_hz: f64) -> Vec<f64> {
        const WEIGHTS: [(f64, f64); 4] = [(1.0, 1.0), (2.0, 0.8), (3.0, 0.6), (4.0, 0.4)];
        let comb = |frequency_hz: f64| -> f64 {
            let half_hz = self.half_width_hz.max(0.07 * frequency_hz);
            WEIGHTS
                .iter()
                .map(|(harmonic, weight)| {
                    let at_hz = harmonic * frequency_hz;
                    weight * self.between(at_hz - half_hz, at_hz + half_hz)
                })
                .sum()
        };
        let first = (lowest_hz / self.bin_hz).ceil() as usize;
        let last = (highest_hz / self.bin_hz).floor() as usize;
        let combs: Vec<(f64, f64)> = (first..=last)
            .map(|bin| bin as f64 * self.bin_hz)
            .map(|frequency_hz| (frequency_hz, comb(frequency_hz)))
            .collect();
        let is_peak = |i: usize| {
            let at = |j: usize| combs.get(j).map_or(f64::NEG_INFINITY, |comb| comb.1);
            combs[i].1 >= at(i.wrapping_sub(1)) && combs[i].1 > at(i + 1)
        };
        let mut peaks: Vec<(f64, f64)> =
            (0..combs.len()).filter(|&i| is_peak(i)).map(|i| combs[i]).collect();
        peaks.sort_by(|a, b| b.1.total_cmp(&a.1));
        peaks.iter().take(CANDIDATES).map(|&(frequency_hz, _)| frequency_hz).collect()
    }

    /// Share of the power, apart from drift, in a line and two harmonics. The
    /// bands are a tenth of the frequency to either side, for its jitter, or as
    /// wide as the window makes them, and never overlap.
    pub(super) fn share(&self, frequency_hz: f64) -> f64 {
        let half_hz = self.half_width_hz.max(0.1 * frequency_hz).min(frequency_hz / 2.0);
        let in_lines: f64 = [1.0, 2.0, 3.0]
            .iter()
            .map(|harmonic| harmonic * frequency_hz)
            .map(|at_hz| self.between(at_hz - half_hz, at_hz + half_hz))
            .sum();
        if self.total() > 0.0 { in_lines / self.total() } else { 0.0 }
    }
}
