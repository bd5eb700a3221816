//! The step of the converter, from the frames of the first half minute.

use crate::recording::Frame;

/// Share of the differences that may be smaller than the step (values that the
/// interpolation onto the grid made).
const SMALLER_SHARE: f64 = 0.2;

/// Differences below this are made by interpolation, or do not matter, g.
const ROUNDING_G: f32 = 2e-4;

/// Estimates the smallest difference that the values of a recording make.
///
/// Quantised values differ by multiples of the step, and at rest mostly by one;
/// of values that are not quantised this gives a third of their noise, which is
/// harmless. Judged once, after a fixed number of frames, so that the
/// result does not depend on the size of the blocks.
#[derive(Debug, Clone)]
pub struct Resolution {
    wanted: usize,
    last: Option<Frame>,
    differences_g: Vec<f32>,
    judged_g: f32,
}

impl Resolution {
    /// Judges after so many frames.
    pub fn new(frames: usize) -> Self {
        Self { wanted: frames, last: None, differences_g: Vec::new(), judged_g: 0.0 }
    }

    /// How many more frames are wanted.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// Looks at frames, no more of them than are wanted.
    pub fn add(&mut self, frames: &[Frame]) {
        for frame in frames {
            if let Some(last) = self.last.replace(*frame) {
                let steps = (0..3).map(|axis| (frame[axis] - last[axis]).abs());
                self.differences_g.extend(steps.filter(|step| *step > ROUNDING_G));
            }
        }
        self.wanted -= frames.len();
        if self.wanted == 0 {
            self.judge();
        }
    }

    /// Judges from what there is, if more was wanted.
    pub fn judge(&mut self) {
        if self.differences_g.is_empty() {
            return;
        }
        let mut sorted = std::mem::take(&mut self.differences_g);
        sorted.sort_by(f32::total_cmp);
        self.judged_g = sorted[(sorted.len() as f64 * SMALLER_SHARE) as usize];
    }

    /// The step, g; 0 until it is judged, or when nothing moves.
    pub fn value_g(&self) -> f32 {
        self.judged_g
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_of_a_flickering_converter_is_found() {
        let frames: Vec<Frame> =
            (0..1000).map(|k| [if k % 7 == 0 { 0.016 } else { 0.0 }, 0.5, 1.0]).collect();
        let mut resolution = Resolution::new(1000);
        resolution.add(&frames);
        assert!((resolution.value_g() - 0.016).abs() < 1e-6);
    }

    #[test]
    fn a_constant_signal_has_no_step() {
        let mut resolution = Resolution::new(10);
        resolution.add(&[[0.0, 0.0, 1.0]; 10]);
        assert_eq!(resolution.value_g(), 0.0);
    }
}
