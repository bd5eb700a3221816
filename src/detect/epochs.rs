//! Ticks become epochs.

use std::array;

use super::tick::{Extent, Tick};
use crate::epoch::Epoch;

/// Gathers the ticks of one epoch after the other. A tick belongs to the epoch
/// its first frame lies in.
///
/// Values have an axis a lane; nobody looks at the fourth.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochBuilder {
    frames_per_epoch: u64,
    frames_per_tick: u32,
    /// One past the last frame of the epoch being filled.
    end: u64,
    frames: u64,
    sum: [f64; 4],
    square: [f64; 4],
    min_g: [f32; 4],
    max_g: [f32; 4],
    activity: f64,
    last_mean_g: Option<[f32; 3]>,
}

impl EpochBuilder {
    /// For epochs and ticks of so many frames.
    pub fn new(frames_per_epoch: u64, frames_per_tick: u32) -> Self {
        let frames_per_epoch = frames_per_epoch.max(1);
        Self {
            frames_per_epoch,
            frames_per_tick,
            end: frames_per_epoch,
            frames: 0,
            sum: [0.0; 4],
            square: [0.0; 4],
            min_g: [f32::INFINITY; 4],
            max_g: [f32::NEG_INFINITY; 4],
            activity: 0.0,
            last_mean_g: None,
        }
    }

    /// Adds a tick; epochs that it ends, and empty ones of a gap before it, go
    /// to `out`.
    #[inline(always)]
    pub fn add(&mut self, tick: &Tick, extent: &Extent, out: &mut Vec<Epoch>) {
        while tick.start >= self.end {
            self.close(out);
        }
        for lane in 0..4 {
            self.sum[lane] += extent.sum_g[lane];
            self.square[lane] += extent.square_g2[lane];
        }
        self.min_g = array::from_fn(|lane| smaller(self.min_g[lane], extent.min_g[lane]));
        self.max_g = array::from_fn(|lane| larger(self.max_g[lane], extent.max_g[lane]));
        let last_g = self.last_mean_g.replace(tick.mean_g).unwrap_or(tick.mean_g);
        let step_g2: f32 = (0..3).map(|axis| (tick.mean_g[axis] - last_g[axis]).powi(2)).sum();
        let frames = f64::from(self.frames_per_tick);
        self.activity += frames * f64::from((tick.band_g2 + step_g2).sqrt());
        self.frames += u64::from(self.frames_per_tick);
    }

    /// Closes the epoch being filled, if anything is in it.
    pub fn finish(&mut self, out: &mut Vec<Epoch>) {
        if self.frames > 0 {
            self.close(out);
        }
    }

    #[inline(never)]
    fn close(&mut self, out: &mut Vec<Epoch>) {
        let mut epoch = Epoch::EMPTY;
        if self.frames > 0 {
            let share = 1.0 / self.frames as f64;
            for axis in 0..3 {
                let mean = self.sum[axis] * share;
                // Rounding of the squares can leave a hair below zero.
                let variance = (self.square[axis] * share - mean * mean).max(0.0);
                epoch.mean_g[axis] = mean as f32;
                epoch.sd_g[axis] = variance.sqrt() as f32;
                epoch.min_g[axis] = self.min_g[axis];
                epoch.max_g[axis] = self.max_g[axis];
            }
            epoch.activity_g = (self.activity * share) as f32;
            epoch.covered = (self.frames as f32 / self.frames_per_epoch as f32).min(1.0);
        }
        out.push(epoch);
        *self = Self {
            end: self.end + self.frames_per_epoch,
            last_mean_g: self.last_mean_g.filter(|_| self.frames > 0),
            ..Self::new(self.frames_per_epoch, self.frames_per_tick)
        };
    }
}

/// The smaller of two numbers: one instruction, as neither is ever none.
#[inline(always)]
fn smaller(a: f32, b: f32) -> f32 {
    if b < a { b } else { a }
}

#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}
