//! Frames become ticks of about 50 ms: the one place that sees every sample.
//!
//! All that later stages want of the samples is gathered here in one pass, at
//! full rate; everything after it runs at the rate of the ticks.

use crate::filter::{Sections, State};
use crate::recording::Frame;

/// Ticks a second aimed at: a start of 75 ms must not hide within one.
const TICKS_PER_SECOND: f64 = 20.0;

/// A run of a few consecutive frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// First frame.
    pub start: u64,
    /// Mean acceleration, g.
    pub mean_g: Frame,
    /// Mean square of each axis, g².
    pub square_g2: Frame,
    /// Smallest value of each axis, g.
    pub min_g: Frame,
    /// Largest value of each axis, g.
    pub max_g: Frame,
    /// Mean squared magnitude of the band-filtered acceleration, g².
    pub band_g2: f32,
    /// Mean squared magnitude of its change from frame to frame, g².
    pub change_g2: f32,
    /// Largest squared magnitude of the band-filtered acceleration, g².
    pub peak_g2: f32,
}

/// How many frames make a tick at a rate; slow recordings have a tick a frame.
pub fn frames_per_tick(rate_hz: f64) -> u32 {
    (rate_hz / TICKS_PER_SECOND).round().max(1.0) as u32
}

/// Cuts a stream into ticks.
#[derive(Debug, Clone)]
pub struct Ticker {
    band: Sections,
    frames_per_tick: u32,
    next: u64,
    open: Option<Open>,
}

/// The tick being filled, and what the filter remembers.
#[derive(Debug, Clone)]
struct Open {
    state: State<3>,
    before: [f64; 3],
    count: u32,
    sum: [f64; 3],
    square: [f64; 3],
    min: Frame,
    max: Frame,
    band: f64,
    change: f64,
    peak: f64,
}

impl Ticker {
    /// With a band filter made for the rate of the frames.
    pub fn new(band: Sections, frames_per_tick: u32) -> Self {
        Self { band, frames_per_tick, next: 0, open: None }
    }

    /// Frames that were not recorded: what was begun is dropped, the filter
    /// starts anew with the next frame.
    pub fn gap(&mut self, frames: u64) {
        let begun = self.open.take().map_or(0, |open| u64::from(open.count));
        self.next += begun + frames;
    }

    /// Appends every tick that `frames` complete to `out`.
    pub fn push(&mut self, frames: &[Frame], out: &mut Vec<Tick>) {
        let Some(first) = frames.first() else { return };
        // At rest from the first frame: gravity's step is no movement.
        let mut open =
            self.open.take().unwrap_or_else(|| Open::new(self.band.at_rest_frame(*first)));
        for frame in frames {
            open.add(&self.band, *frame);
            if open.count == self.frames_per_tick {
                out.push(open.close(self.next));
                self.next += u64::from(self.frames_per_tick);
            }
        }
        self.open = Some(open);
    }
}

impl Open {
    fn new(state: State<3>) -> Self {
        Self {
            state,
            before: [0.0; 3],
            count: 0,
            sum: [0.0; 3],
            square: [0.0; 3],
            min: [f32::INFINITY; 3],
            max: [f32::NEG_INFINITY; 3],
            band: 0.0,
            change: 0.0,
            peak: 0.0,
        }
    }

    #[inline]
    fn add(&mut self, band: &Sections, frame: Frame) {
        let filtered = band.apply_frame(&mut self.state, frame);
        let mut energy = 0.0;
        let mut change = 0.0;
        for axis in 0..3 {
            let value = f64::from(frame[axis]);
            self.sum[axis] += value;
            self.square[axis] += value * value;
            self.min[axis] = self.min[axis].min(frame[axis]);
            self.max[axis] = self.max[axis].max(frame[axis]);
            energy += filtered[axis] * filtered[axis];
            let step = filtered[axis] - self.before[axis];
            change += step * step;
        }
        self.before = filtered;
        self.band += energy;
        self.change += change;
        self.peak = self.peak.max(energy);
        self.count += 1;
    }

    fn close(&mut self, start: u64) -> Tick {
        let share = 1.0 / f64::from(self.count);
        let tick = Tick {
            start,
            mean_g: self.sum.map(|sum| (sum * share) as f32),
            square_g2: self.square.map(|square| (square * share) as f32),
            min_g: self.min,
            max_g: self.max,
            band_g2: (self.band * share) as f32,
            change_g2: (self.change * share) as f32,
            peak_g2: self.peak as f32,
        };
        let state = self.state;
        let before = self.before;
        *self = Self { before, ..Self::new(state) };
        tick
    }
}
