//! The ticks of the last minute and a half.

use std::collections::VecDeque;

use super::tick::Tick;
use crate::recording::Frame;

/// Ticks of the running segment, by their number in it; the oldest fall off.
#[derive(Debug, Clone)]
pub struct History {
    ticks: VecDeque<Tick>,
    first: u64,
    longest: usize,
}

impl History {
    /// Keeps the latest `longest` ticks.
    pub fn new(longest: usize) -> Self {
        Self { ticks: VecDeque::with_capacity(longest + 1), first: 0, longest }
    }

    /// Forgets everything and counts from 0 again.
    pub fn clear(&mut self) {
        self.ticks.clear();
        self.first = 0;
    }

    /// One more tick.
    pub fn push(&mut self, tick: Tick) {
        if self.ticks.len() == self.longest {
            self.ticks.pop_front();
            self.first += 1;
        }
        self.ticks.push_back(tick);
    }

    /// Number of the oldest tick that is kept.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// One past the number of the latest tick.
    pub fn end(&self) -> u64 {
        self.first + self.ticks.len() as u64
    }

    /// The tick of that number, or the nearest that is kept. There must be one.
    pub fn get(&self, tick: u64) -> &Tick {
        let index = tick.saturating_sub(self.first).min(self.ticks.len() as u64 - 1);
        &self.ticks[index as usize]
    }

    /// The ticks from `from` to before `to`, as far as they are kept.
    pub fn range(&self, from: u64, to: u64) -> impl Iterator<Item = &Tick> + Clone {
        let kept = |tick: u64| (tick.saturating_sub(self.first) as usize).min(self.ticks.len());
        self.ticks.range(kept(from)..kept(to).max(kept(from)))
    }

    /// Mean acceleration over the ticks from `from` to before `to`; over the
    /// nearest tick when none of them is kept.
    pub fn mean_g(&self, from: u64, to: u64) -> Frame {
        let mut sum = [0.0; 3];
        let mut count = 0;
        for tick in self.range(from, to) {
            for (sum, mean_g) in sum.iter_mut().zip(tick.mean_g) {
                *sum += mean_g;
            }
            count += 1;
        }
        if count == 0 {
            return self.get(from).mean_g;
        }
        sum.map(|sum| sum / count as f32)
    }
}

/// Length of the difference of two accelerations, g.
pub fn distance_g(a: Frame, b: Frame) -> f32 {
    (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum::<f32>().sqrt()
}

/// Angle between two accelerations taken as gravity, degrees; 0 when either has
/// no direction.
pub fn angle_deg(a: Frame, b: Frame) -> f32 {
    let [a, b] = [a, b].map(|v| v.map(f64::from));
    let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let dot: f64 = (0..3).map(|axis| a[axis] * b[axis]).sum();
    let sine = cross.iter().map(|c| c * c).sum::<f64>().sqrt();
    if sine == 0.0 && dot == 0.0 { 0.0 } else { sine.atan2(dot).to_degrees() as f32 }
}
