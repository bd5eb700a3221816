//! Single wrong samples: a bit lost on the way, not a movement.

use std::collections::VecDeque;

use crate::recording::Frame;

/// A sample this far from its neighbours can be wrong, g. Nothing of a sleeper
/// moves an axis by that much for one sample alone.
const LEAST_SPIKE_G: f32 = 0.5;

/// … when the two samples before and the two after agree with each other to
/// this share of it. A ring at a quarter of the sample rate looks alike over
/// three samples, but not over five.
const AGREE_SHARE: f32 = 0.15;

/// A wrong sample is at least this far from the one before: it is 0.5 g from
/// the mean of its neighbours, and they are no further than 15 % of that.
pub const LEAST_JUMP_G: f32 = 0.42;

/// Samples from which one is judged.
pub const LEAST_WINDOW: usize = 5;

/// Passes frames on, two later, with single wrong ones mended.
#[derive(Debug, Clone, Default)]
pub struct Spikes {
    recent: VecDeque<(f64, Frame)>,
    /// Frames mended so far.
    pub mended: u64,
}

impl Spikes {
    /// Takes a frame with its stamp and gives the one that is settled by it:
    /// the third last, once there is one.
    pub fn pass(&mut self, stamp_ns: f64, frame: Frame) -> Option<(f64, Frame)> {
        self.recent.push_back((stamp_ns, frame));
        if self.recent.len() > 5 {
            self.recent.pop_front();
        }
        if self.recent.len() == 5 {
            self.mend();
        }
        self.recent.len().checked_sub(3).map(|settled| self.recent[settled])
    }

    /// The frames that still wait.
    pub fn finish(&mut self) -> impl Iterator<Item = (f64, Frame)> {
        let waiting = self.recent.len().min(2);
        let from = self.recent.len() - waiting;
        self.recent.split_off(from).into_iter()
    }

    /// The latest frames, the oldest first, if there are so many.
    pub fn latest<const COUNT: usize>(&self) -> Option<[(f64, Frame); COUNT]> {
        let first = self.recent.len().checked_sub(COUNT)?;
        Some(std::array::from_fn(|index| self.recent[first + index]))
    }

    /// Takes frames of which none can be wrong, at least [`LEAST_WINDOW`].
    pub fn replace(&mut self, stamps_ns: &[f64], frames: &[Frame]) {
        self.recent.clear();
        self.recent.extend(stamps_ns.iter().copied().zip(frames.iter().copied()));
    }

    fn mend(&mut self) {
        let frames: [Frame; 5] = std::array::from_fn(|index| self.recent[index].1);
        let jump_g = |axis: usize| (frames[2][axis] - frames[1][axis]).abs();
        if (0..3).all(|axis| jump_g(axis) < LEAST_JUMP_G) {
            return;
        }
        let around = [0, 1, 3, 4];
        for axis in 0..3 {
            let mean = around.iter().map(|&index| frames[index][axis]).sum::<f32>() / 4.0;
            let off_g = (frames[2][axis] - mean).abs();
            let agree = around
                .iter()
                .all(|&index| (frames[index][axis] - mean).abs() <= AGREE_SHARE * off_g);
            if off_g >= LEAST_SPIKE_G && agree {
                let neighbours = |axis: usize| 0.5 * (frames[1][axis] + frames[3][axis]);
                self.recent[2].1 = std::array::from_fn(neighbours);
                self.mended += 1;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(x: &[f32]) -> (Vec<f32>, u64) {
        let mut spikes = Spikes::default();
        let mut out = Vec::new();
        for (index, &x) in x.iter().enumerate() {
            out.extend(spikes.pass(index as f64, [x, 0.0, 1.0]));
        }
        out.extend(spikes.finish());
        assert!(out.iter().enumerate().all(|(index, (stamp, _))| *stamp == index as f64));
        (out.into_iter().map(|(_, frame)| frame[0]).collect(), spikes.mended)
    }

    #[test]
    fn a_single_wrong_sample_is_mended() {
        let (out, mended) = passed(&[0.0, 0.02, 0.01, 3.0, 0.03, 0.0, 0.01]);
        assert_eq!(mended, 1);
        assert!((out[3] - 0.02).abs() < 1e-6);
        assert_eq!(out.len(), 7);
    }

    #[test]
    fn a_ring_at_a_quarter_of_the_rate_is_none() {
        let ring: Vec<f32> = (0..20).map(|k| [0.0, 1.0, 0.0, -1.0][k % 4]).collect();
        assert_eq!(passed(&ring), (ring, 0));
    }

    #[test]
    fn a_turn_of_gravity_is_none() {
        let step = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        assert_eq!(passed(&step), (step.to_vec(), 0));
    }

    #[test]
    fn short_recordings_pass() {
        for length in 0..6 {
            let x: Vec<f32> = (0..length).map(|k| k as f32).collect();
            assert_eq!(passed(&x).0, x);
        }
    }
}
