//! The rate of frames, measured on their stamps.

use crate::median::median;

/// A step is a gap, and no part of the rate, when it is this many times the
/// usual step, and longer than [`GAP_S`].
const GAP_STEPS: f64 = 8.0;

/// Shorter steps, in seconds, are a radio's or a phone's late delivery, which
/// the frames behind them make good.
const GAP_S: f64 = 0.5;

/// How the steps between stamps are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steps {
    /// Frames a second, gaps left out.
    pub rate_hz: f64,
    /// Steps that are not forward, of all.
    pub standing: f64,
    /// Steps that are backward, of those that are not 0.
    pub backward: f64,
    /// The median distance of forward steps from their median, relative to it.
    pub jitter: f64,
}

impl Steps {
    /// `None` for fewer than two different stamps, in nanoseconds.
    ///
    /// Frames are counted over time between the first and the last change of
    /// the stamp, so that a file with thirty equal stamps a second has thirty
    /// frames a second, wherever in a second it begins.
    pub fn of(stamps_ns: &[i64]) -> Option<Self> {
        let steps: Vec<i64> =
            stamps_ns.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
        let forward: Vec<f64> =
            steps.iter().filter(|&&step| step > 0).map(|&step| step as f64).collect();
        let backward = steps.iter().filter(|&&step| step < 0).count();
        let moving = forward.len() + backward;
        let standing = (steps.len() - forward.len()) as f64 / steps.len() as f64;
        if moving == 0 {
            return None;
        }
        let backward = backward as f64 / moving as f64;
        let Some(usual) = median(&mut forward.clone()) else {
            return Some(Self { rate_hz: 0.0, standing, backward, jitter: 1.0 });
        };
        let mut distances: Vec<f64> = forward.iter().map(|step| (step - usual).abs()).collect();
        let jitter = median(&mut distances)? / usual;
        let gap_ns = (usual * GAP_STEPS).max(GAP_S * 1e9);
        let first = steps.iter().position(|&step| step != 0)?;
        let last = steps.iter().rposition(|&step| step != 0)?;
        let (mut frames, mut time_ns, mut since_change) = (0u64, 0.0, 0);
        for &step in &steps[first + 1..=last] {
            since_change += 1;
            if step != 0 {
                // What stands before a gap or a jump back tells nothing of the rate.
                if step > 0 && (step as f64) <= gap_ns {
                    frames += since_change;
                    time_ns += step as f64;
                }
                since_change = 0;
            }
        }
        let rate_hz = if frames > 0 { frames as f64 * 1e9 / time_ns } else { 1e9 / usual };
        Some(Self { rate_hz, standing, backward, jitter })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(stamps_ms: impl IntoIterator<Item = i64>) -> f64 {
        let stamps: Vec<i64> = stamps_ms.into_iter().map(|ms| ms * 1_000_000).collect();
        Steps::of(&stamps).unwrap().rate_hz
    }

    #[test]
    fn frames_are_counted_over_time() {
        assert_eq!(rate([0, 10, 20, 30]), 100.0);
        assert_eq!(rate([0, 500]), 2.0);
        // Thirty equal stamps a second, beginning and ending within a second.
        assert!((rate((17..500).map(|i| i / 30 * 1000)) - 30.0).abs() < 1e-9);
        // Jitter and two repeated stamps, of 25 Hz on the whole.
        assert_eq!(
            rate((0..1001).map(|i| i * 40 - [0, 7, 40][i as usize % 250 % 3] % 41)).round(),
            25.0
        );
    }

    #[test]
    fn gaps_and_steps_back_do_not_count() {
        let gap = (0..2000).map(|i| i * 20 + if i > 700 { 163_000 } else { 0 });
        assert!((rate(gap) - 50.0).abs() < 1e-9);
        let back = (0..2000).map(|i| i * 20 - if i > 700 { 5_000 } else { 0 });
        assert!((rate(back) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn stamps_that_stand_or_run_back_are_seen() {
        assert_eq!(Steps::of(&[5, 5, 5]), None);
        assert_eq!(Steps::of(&[5]), None);
        assert_eq!(Steps::of(&[30, 20, 10]).unwrap().backward, 1.0);
        assert_eq!(Steps::of(&[0, 0, 10, 10, 20]).unwrap().standing, 0.5);
    }
}
