//! Ticks become epochs.

use super::tick::Tick;
use crate::epoch::Epoch;

/// Gathers the ticks of one epoch after the other. A tick belongs to the epoch
/// its first frame lies in.
#[derive(Debug, Clone)]
pub struct EpochBuilder {
    frames_per_epoch: u64,
    frames_per_tick: u32,
    /// One past the last frame of the epoch being filled.
    end: u64,
    frames: u64,
    sum: [f64; 3],
    square: [f64; 3],
    activity: f64,
    epoch: Epoch,
    last_mean_g: Option<[f32; 3]>,
}

impl EpochBuilder {
    /// For epochs and ticks of so many frames.
    pub fn new(frames_per_epoch: u64, frames_per_tick: u32) -> Self {
        Self {
            frames_per_epoch: frames_per_epoch.max(1),
            frames_per_tick,
            end: frames_per_epoch.max(1),
            frames: 0,
            sum: [0.0; 3],
            square: [0.0; 3],
            activity: 0.0,
            epoch: Epoch::EMPTY,
            last_mean_g: None,
        }
    }

    /// Adds a tick; epochs that it ends, and empty ones of a gap before it, go
    /// to `out`.
    pub fn add(&mut self, tick: &Tick, out: &mut Vec<Epoch>) {
        while tick.start >= self.end {
            self.close(out);
        }
        let frames = f64::from(self.frames_per_tick);
        for axis in 0..3 {
            self.sum[axis] += frames * f64::from(tick.mean_g[axis]);
            self.square[axis] += frames * f64::from(tick.square_g2[axis]);
            self.epoch.min_g[axis] = self.epoch.min_g[axis].min(tick.min_g[axis]);
            self.epoch.max_g[axis] = self.epoch.max_g[axis].max(tick.max_g[axis]);
        }
        let last_g = self.last_mean_g.replace(tick.mean_g).unwrap_or(tick.mean_g);
        let step_g2: f32 = (0..3).map(|axis| (tick.mean_g[axis] - last_g[axis]).powi(2)).sum();
        self.activity += frames * f64::from((tick.band_g2 + step_g2).sqrt());
        self.frames += u64::from(self.frames_per_tick);
    }

    /// Closes the epoch being filled, if anything is in it.
    pub fn finish(mut self, out: &mut Vec<Epoch>) {
        if self.frames > 0 {
            self.close(out);
        }
    }

    fn close(&mut self, out: &mut Vec<Epoch>) {
        let mut epoch = std::mem::replace(&mut self.epoch, Epoch::EMPTY);
        if self.frames > 0 {
            let share = 1.0 / self.frames as f64;
            for axis in 0..3 {
                let mean = self.sum[axis] * share;
                // Rounding of the squares can leave a hair below zero.
                let variance = (self.square[axis] * share - mean * mean).max(0.0);
                epoch.mean_g[axis] = mean as f32;
                epoch.sd_g[axis] = variance.sqrt() as f32;
            }
            epoch.activity_g = (self.activity * share) as f32;
            epoch.covered = (self.frames as f32 / self.frames_per_epoch as f32).min(1.0);
        } else {
            self.last_mean_g = None;
        }
        out.push(epoch);
        self.end += self.frames_per_epoch;
        self.frames = 0;
        (self.sum, self.square, self.activity) = ([0.0; 3], [0.0; 3], 0.0);
    }
}
