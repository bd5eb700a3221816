//! Samples between the ticks.

use std::f64::consts::PI;

use fearless_simd::{Level, dispatch};

/// Ticks to either side of which a sample between two is made. With the window
/// of [`weights_of`] what lies below 0.85 of the highest frequency that ticks can
/// show is kept to 1 %, and what is mirrored above 1.15 of it is below 1 %.
pub(super) const REACH: usize = 16;

/// Samples between ticks, and the memory it takes.
#[derive(Default)]
pub(super) struct Interpolation {
    /// By phase, from 1 on: what ticks contribute.
    weights: Vec<[f64; 2 * REACH]>,
    padded: Vec<f64>,
    between: Vec<f64>,
}

impl Interpolation {
    /// The values of one axis `factor` times as finely, with zeros before and
    /// behind the ticks: `margin` samples of it at either end, at least `REACH`
    /// ticks.
    pub(super) fn fill(
        &mut self,
        ticks: &[f64],
        factor: usize,
        margin: usize,
        fine: &mut Vec<f64>,
    ) {
        const AROUND: usize = 2 * REACH - 1;
        let Self { weights, padded, between } = self;
        if weights.len() + 1 != factor {
            weights.clear();
            weights.extend((1..factor).map(|phase| weights_of(phase as f64 / factor as f64)));
        }
        fine.clear();
        fine.resize(ticks.len() * factor + 2 * margin, 0.0);
        for (sample, tick) in fine[margin..].iter_mut().step_by(factor).zip(ticks) {
            *sample = *tick;
        }
        padded.clear();
        padded.resize(AROUND, 0.0);
        padded.extend_from_slice(ticks);
        padded.resize(ticks.len() + 2 * AROUND, 0.0);
        between.resize(ticks.len() + AROUND, 0.0);
        for (phase, weights) in (1..).zip(&*weights) {
            dispatch!(Level::new(), _simd => sums(weights, padded, between));
            let samples = fine[margin - REACH * factor + phase..].iter_mut().step_by(factor);
            samples.zip(&*between).for_each(|(sample, sum)| *sample = *sum);
        }
    }
}

/// What ticks contribute to a sample `share` of the way between the middle two:
/// the sine cardinal under a Hann window.
fn weights_of(share: f64) -> [f64; 2 * REACH] {
    std::array::from_fn(|tick| {
        let distance = share + (REACH - 1) as f64 - tick as f64;
        let window = (PI * distance / (2 * REACH) as f64).cos().powi(2);
        window * (PI * distance).sin() / (PI * distance)
    })
}

/// The weighted sums of values that follow each other, from every place on.
#[inline(always)]
fn sums(weights: &[f64], values: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (later, weight) in weights.iter().enumerate() {
        for (sum, value) in out.iter_mut().zip(&values[later..]) {
            *sum += weight * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn interpolated(ticks: &[f64], factor: usize, margin: usize) -> Vec<f64> {
        let mut fine = vec![1.0; 7];
        Interpolation::default().fill(ticks, factor, margin, &mut fine);
        fine
    }

    /// Ticks of a sine, in cycles a tick, that fades in and out.
    fn sine(frequency: f64, at: f64) -> f64 {
        (TAU * frequency * at + 0.3).sin()
    }

    #[test]
    fn a_sine_between_the_ticks_is_that_sine() {
        for factor in [1, 2, 3, 4, 8] {
            for frequency in [0.0, 0.05, 0.2, 0.4] {
                let ticks: Vec<f64> = (0..100).map(|n| sine(frequency, f64::from(n))).collect();
                let margin = REACH * factor + 5;
                let fine = interpolated(&ticks, factor, margin);
                assert_eq!(fine.len(), 100 * factor + 2 * margin);
                // Where all ticks around are of the sine.
                for place in REACH * factor..(100 - REACH) * factor {
                    let expected = sine(frequency, place as f64 / factor as f64);
                    let off = (fine[margin + place] - expected).abs();
                    assert!(off < 0.005, "{factor} {frequency} {place}: {off}");
                }
            }
        }
    }

    #[test]
    fn ticks_stay_what_they_are_and_nothing_is_further_than_the_reach() {
        let ticks = [0.5, -1.0, 2.0, 0.25];
        let (factor, margin) = (3, 3 * REACH + 7);
        let fine = interpolated(&ticks, factor, margin);
        for (n, tick) in ticks.iter().enumerate() {
            assert_eq!(fine[margin + n * factor], *tick);
        }
        let moves = |sample: &f64| *sample != 0.0;
        let first = fine.iter().position(moves).unwrap();
        let last = fine.iter().rposition(moves).unwrap();
        assert!(first >= margin - REACH * factor, "{first}");
        assert!(last < margin + (ticks.len() - 1 + REACH) * factor, "{last}");
    }
}
