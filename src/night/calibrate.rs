//! Auto-calibration by gravity (van Hees VT et al. 2014, J Appl Physiol
//! 117:738–744): at rest a sensor feels 1 g, whichever way it lies, so the means
//! of its resting windows lie on a sphere of radius 1. Gain and offset of each
//! axis are those that bring them onto it.
//!
//! Calibration is affine, so it is applied to the epochs and to what was measured
//! of the movements, after the stream: one pass. The numbers are those of the
//! authors' own program (GGIR), and where that asks for three days of data, those
//! of actipy. Temperature is not used: few devices have it.

use std::fmt;

use nalgebra::{Matrix2, Vector2};
use serde::Serialize;

use crate::column::with_columns;
use crate::detect::angle_deg;
use crate::epoch::Epoch;
use crate::movement::Movement;
use crate::recording::Frame;

/// Epochs in a window of 10 s.
const EPOCHS_PER_WINDOW: usize = 2;

/// At rest no axis varies by more within a window, g.
const REST_SD_G: f64 = 0.013;

/// … and none lies further out, g.
const LARGEST_MEAN_G: f64 = 2.0;

/// Every axis must have been at rest beyond this both ways, g, …
const COVERED_G: f64 = 0.3;

/// … in at least so many windows in all (actipy).
const FEWEST_WINDOWS: usize = 50;

/// Windows that are used at most, spread evenly.
const MOST_WINDOWS: usize = 20_000;

/// Steps of the fit at most, and the change of the error that ends it, g.
const MOST_STEPS: usize = 1000;
const SETTLED_G: f64 = 1e-10;

/// Largest weight of a window, 1/g: that of one at 10 mg from the sphere.
const LARGEST_WEIGHT: f64 = 100.0;

/// Larger errors than this are not calibration, g.
const LARGEST_ERROR_G: f64 = 0.01;

with_columns! {
    /// What the resting sensor says of its gains and offsets.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct Calibration {
        /// Whether the amplitudes and epochs of this result are calibrated.
        pub applied: bool,
        /// Why not, in words; empty if they are.
        pub reason: String,
        /// Resting windows of 10 s it goes by.
        pub windows: usize,
        /// Mean departure of gravity from 1 g at rest before, mg; `null` without rest.
        pub error_before_mg: Option<f64>,
        /// The same after; `null` where it was not fitted.
        pub error_after_mg: Option<f64>,
        /// What x, y and z are multiplied by, after the offset.
        pub gain: [f64; 3],
        /// What is added to x, y and z, g.
        pub offset_g: [f64; 3],
    }
}

/// Why a recording cannot be calibrated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lack {
    /// Gravity was taken out.
    Gravity,
    /// Hardly ever at rest.
    Rest,
    /// An axis never rested beyond ±0.3 g both ways.
    Coverage {
        /// 0, 1, 2 for x, y, z.
        axis: usize,
        /// Smallest and largest mean at rest, g.
        range_g: (f64, f64),
    },
    /// The fit left too much, or more than before.
    Fit,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gravity => f.write_str("gravity was taken out of the recording"),
            Self::Rest => write!(f, "fewer than {FEWEST_WINDOWS} windows of 10 s at rest"),
            Self::Coverage { axis, range_g: (from_g, to_g) } => write!(
                f,
                "at rest the {} axis lay from {from_g:.2} to {to_g:.2} g only, and has to reach beyond ±{COVERED_G} g",
                ["x", "y", "z"][*axis]
            ),
            Self::Fit => write!(
                f,
                "no gain and offset bring gravity within {:.0} mg of 1 g",
                LARGEST_ERROR_G * 1e3
            ),
        }
    }
}

impl Calibration {
    fn skipped(lack: Lack, windows: impl Iterator<Item = [f64; 3]> + Clone) -> Self {
        let count = windows.clone().count();
        Self {
            applied: false,
            reason: lack.to_string(),
            windows: count,
            error_before_mg: (count > 0).then(|| error_g(windows) * 1e3),
            error_after_mg: None,
            gain: [1.0; 3],
            offset_g: [0.0; 3],
        }
    }

    /// Calibrated acceleration, g.
    pub fn frame(&self, frame: Frame) -> Frame {
        std::array::from_fn(|axis| {
            ((f64::from(frame[axis]) + self.offset_g[axis]) * self.gain[axis]) as f32
        })
    }

    /// Calibrates an epoch. Activity, which has no axes left, takes the mean gain.
    pub fn epoch(&self, epoch: &mut Epoch) {
        if !self.applied || epoch.covered == 0.0 {
            return;
        }
        epoch.mean_g = self.frame(epoch.mean_g);
        epoch.min_g = self.frame(epoch.min_g);
        epoch.max_g = self.frame(epoch.max_g);
        for (sd_g, gain) in epoch.sd_g.iter_mut().zip(self.gain) {
            *sd_g *= gain as f32;
        }
        epoch.activity_g *= self.mean_gain();
    }

    /// Calibrates what was measured of a movement: gravity before and after with
    /// the angle between, and strengths by the mean gain.
    pub fn movement(&self, movement: &mut Movement) {
        if !self.applied {
            return;
        }
        let gain = self.mean_gain();
        for strength_g in [
            &mut movement.peak_g,
            &mut movement.burst_g,
            &mut movement.first_burst_g,
            &mut movement.floor_g,
        ] {
            *strength_g *= gain;
        }
        movement.before_g = self.frame(movement.before_g);
        movement.after_g = self.frame(movement.after_g);
        movement.turn_deg = angle_deg(movement.before_g, movement.after_g);
    }

    fn mean_gain(&self) -> f32 {
        (self.gain.iter().sum::<f64>() / 3.0) as f32
    }
}

/// Fits gain and offset to the resting windows of a recording.
pub fn fit(epochs: &[Epoch], has_gravity: bool) -> Calibration {
    if !has_gravity {
        return Calibration::skipped(Lack::Gravity, std::iter::empty());
    }
    let windows = || resting(epochs);
    let count = windows().count();
    if count < FEWEST_WINDOWS {
        return Calibration::skipped(Lack::Rest, windows());
    }
    for axis in 0..3 {
        let values = || windows().map(|mean_g| mean_g[axis]);
        let range_g =
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        if range_g.0 >= -COVERED_G || range_g.1 <= COVERED_G {
            return Calibration::skipped(Lack::Coverage { axis, range_g }, windows());
        }
    }
    // Of weeks only so many are ever in memory.
    let every = count.div_ceil(MOST_WINDOWS);
    let used: Vec<[f64; 3]> = windows().step_by(every).collect();
    let before_g = error_g(used.iter().copied());
    let (gain, offset_g) = closest_points(&used);
    let after_g = error_g(used.iter().map(|mean_g| affine(*mean_g, gain, offset_g)));
    if !(after_g < before_g && after_g < LARGEST_ERROR_G) {
        return Calibration::skipped(Lack::Fit, windows());
    }
    Calibration {
        applied: true,
        reason: String::new(),
        windows: count,
        error_before_mg: Some(before_g * 1e3),
        error_after_mg: Some(after_g * 1e3),
        gain,
        offset_g,
    }
}

/// Means of the windows in which the sensor rested.
fn resting(epochs: &[Epoch]) -> impl Iterator<Item = [f64; 3]> + Clone {
    let rests = |window: &[Epoch]| {
        let all = window.iter().all(|epoch| epoch.covered >= 0.99);
        let mean_g: [f64; 3] = std::array::from_fn(|axis| {
            window.iter().map(|epoch| f64::from(epoch.mean_g[axis])).sum::<f64>()
                / window.len() as f64
        });
        let is_still = |axis: usize| {
            let square = |epoch: &Epoch| {
                let from_mean_g = f64::from(epoch.mean_g[axis]) - mean_g[axis];
                f64::from(epoch.sd_g[axis]).powi(2) + from_mean_g.powi(2)
            };
            let variance = window.iter().map(square).sum::<f64>() / window.len() as f64;
            variance.sqrt() < REST_SD_G && mean_g[axis].abs() < LARGEST_MEAN_G
        };
        (all && (0..3).all(is_still)).then_some(mean_g)
    };
    epochs.chunks_exact(EPOCHS_PER_WINDOW).filter_map(rests)
}

fn norm(point: [f64; 3]) -> f64 {
    point.iter().map(|g| g * g).sum::<f64>().sqrt()
}

fn affine(point: [f64; 3], gain: [f64; 3], offset_g: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|axis| (point[axis] + offset_g[axis]) * gain[axis])
}

/// Mean distance from the unit sphere, g.
fn error_g(points: impl Iterator<Item = [f64; 3]>) -> f64 {
    let (sum_g, count) = points.fold((0.0, 0_usize), |(sum_g, count), point| {
        (sum_g + (norm(point) - 1.0).abs(), count + 1)
    });
    sum_g / count as f64
}

/// Iterative closest point: every window is fitted to the nearest point of the
/// sphere, axis by axis and weighted by nearness, until nothing changes.
fn closest_points(windows: &[[f64; 3]]) -> ([f64; 3], [f64; 3]) {
    let (mut gain, mut offset_g) = ([1.0; 3], [0.0; 3]);
    let mut weights = vec![1.0; windows.len()];
    let mut last_g = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let mut lines = [(Matrix2::zeros(), Vector2::zeros()); 3];
        let mut departure_g = 0.0;
        let mut sum = 0.0;
        for (window, weight) in windows.iter().zip(&mut weights) {
            let now = affine(*window, gain, offset_g);
            let length = norm(now);
            if length <= 0.0 {
                continue;
            }
            let closest = now.map(|g| g / length);
            for (axis, (normal, right)) in lines.iter_mut().enumerate() {
                let x = now[axis];
                *normal += Matrix2::new(1.0, x, x, x * x) * *weight;
                *right += Vector2::new(1.0, x) * (closest[axis] * *weight);
            }
            departure_g += *weight * (length - 1.0).powi(2);
            sum += *weight;
            *weight = (1.0 / (length - 1.0).abs()).min(LARGEST_WEIGHT);
        }
        for (axis, (normal, right)) in lines.iter().enumerate() {
            let Some(line) = normal.try_inverse().map(|inverse| inverse * right) else {
                return (gain, offset_g);
            };
            // closest = a + b (x + offset) gain
            offset_g[axis] += line[0] / (line[1] * gain[axis]);
            gain[axis] *= line[1];
        }
        let error_g = (departure_g / sum).sqrt();
        if (last_g - error_g).abs() < SETTLED_G {
            break;
        }
        last_g = error_g;
    }
    (gain, offset_g)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Postures all over the sphere, seen by a sensor with known errors.
    fn resting_epochs(gain: [f64; 3], offset_g: [f64; 3], noise_g: f64) -> Vec<Epoch> {
        let mut state = 3_u32;
        let mut chance = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24) - 0.5
        };
        (0..400)
            .flat_map(|_| {
                let point = [chance(), chance(), chance()];
                let length = norm(point);
                let mean_g = std::array::from_fn(|axis| {
                    let noisy = point[axis] / length + noise_g * chance();
                    (noisy / gain[axis] - offset_g[axis]) as f32
                });
                let epoch = Epoch { mean_g, sd_g: [0.004; 3], covered: 1.0, ..Epoch::EMPTY };
                [epoch; 2]
            })
            .collect()
    }

    #[test]
    fn known_errors_are_taken_back_van_hees_2014() {
        let (gain, offset_g) = ([1.02, 0.97, 1.01], [0.03, -0.02, 0.015]);
        let found = fit(&resting_epochs(gain, offset_g, 0.004), true);
        assert!(found.applied, "{found:?}");
        assert!(found.error_before_mg.unwrap() > 10.0 && found.error_after_mg.unwrap() < 2.0);
        for axis in 0..3 {
            assert!((found.gain[axis] - gain[axis]).abs() < 2e-3, "{found:?}");
            assert!((found.offset_g[axis] - offset_g[axis]).abs() < 2e-3, "{found:?}");
        }
    }

    #[test]
    fn a_calibrated_epoch_has_gravity_of_one() {
        let (gain, offset_g) = ([1.03, 1.0, 0.98], [-0.04, 0.0, 0.02]);
        let mut epochs = resting_epochs(gain, offset_g, 0.0);
        let found = fit(&epochs, true);
        epochs.iter_mut().for_each(|epoch| found.epoch(epoch));
        for epoch in &epochs {
            assert!((norm(epoch.mean_g.map(f64::from)) - 1.0).abs() < 1e-3);
        }
        let (x, sd_g) = (found.gain[0] as f32, epochs[0].sd_g[0]);
        assert!((sd_g - 0.004 * x).abs() < 1e-7);
    }

    #[test]
    fn one_posture_is_no_calibration() {
        let epoch = Epoch { mean_g: [0.0, 0.1, 1.04], covered: 1.0, ..Epoch::EMPTY };
        let found = fit(&vec![epoch; 1000], true);
        assert!(!found.applied && found.reason.contains("the x axis"), "{found:?}");
        assert!((found.error_before_mg.unwrap() - 44.8).abs() < 0.1, "{found:?}");
        assert_eq!(found.frame([0.1, 0.2, 0.3]), [0.1, 0.2, 0.3]);
    }

    #[test]
    fn what_moves_or_has_no_gravity_is_no_calibration() {
        let mut moving = resting_epochs([1.0; 3], [0.0; 3], 0.0);
        moving.iter_mut().for_each(|epoch| epoch.sd_g = [0.014; 3]);
        assert!(fit(&moving, true).reason.contains("at rest"));
        let still = resting_epochs([1.0; 3], [0.0; 3], 0.0);
        assert!(fit(&still, false).reason.contains("gravity"));
    }
}
