//! Frames become ticks of about 50 ms: the one place that sees every sample.
//!
//! All that later stages want of the samples is gathered here in one pass, at
//! full rate; everything after it runs at the rate of the ticks, or of the epochs,
//! which are filled here. [`plain`] says
//! what is gathered; [`lanes`] does the same with an axis a lane, some six
//! times as fast, and to the same bits.

mod lanes;
mod plain;

use fearless_simd::Level;

use super::epochs::EpochBuilder;
use crate::epoch::Epoch;
use crate::filter::{Sections, State};
use crate::recording::Frame;

/// Ticks a second aimed at: a start of 75 ms must not hide within one.
const TICKS_PER_SECOND: f64 = 20.0;

/// A run of a few consecutive frames.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Tick {
    /// First frame.
    pub start: u64,
    /// Mean acceleration, g.
    pub mean_g: Frame,
    /// Mean squared magnitude of the band-filtered acceleration, g².
    pub band_g2: f32,
    /// Mean squared magnitude of its change from frame to frame, g².
    pub change_g2: f32,
    /// Largest squared magnitude of the band-filtered acceleration, g².
    pub peak_g2: f32,
}

/// What epochs want of a tick besides, with an axis a lane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Sum, g.
    pub sum_g: [f64; 4],
    /// Sum of the squares, g².
    pub square_g2: [f64; 4],
    /// Smallest value, g.
    pub min_g: [f32; 4],
    /// Largest value, g.
    pub max_g: [f32; 4],
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
    /// Frame the next tick begins with.
    next: u64,
    open: Option<Open>,
    epochs: EpochBuilder,
    level: Level,
}

/// The tick being filled, and what the filter remembers.
///
/// What comes out of the filter is before its gain, which is brought in once a
/// tick.
#[derive(Debug, Clone, PartialEq)]
struct Open {
    state: State<3>,
    count: u32,
    sum: [f64; 3],
    square: [f64; 3],
    min: Frame,
    max: Frame,
    /// Sum of the squares of the filtered axes.
    band: [f64; 3],
    /// Sum of the squares of their steps.
    change: [f64; 3],
    /// Largest squared magnitude.
    peak: f64,
}

impl Ticker {
    /// With a band filter made for the rate of the frames.
    pub fn new(band: Sections, frames_per_tick: u32, epochs: EpochBuilder) -> Self {
        Self { band, frames_per_tick, next: 0, open: None, epochs, level: Level::new() }
    }

    /// Appends the epoch in hand, if anything is in it.
    pub fn finish(&mut self, epochs: &mut Vec<Epoch>) {
        self.epochs.finish(epochs);
    }

    /// Frames that were not recorded: what was begun is dropped, the filter
    /// starts anew with the next frame.
    pub fn gap(&mut self, frames: u64) {
        let begun = self.open.take().map_or(0, |open| u64::from(open.count));
        self.next += begun + frames;
    }

    /// Appends every tick and every epoch that `frames` complete.
    pub fn push(&mut self, frames: &[Frame], ticks: &mut Vec<Tick>, epochs: &mut Vec<Epoch>) {
        let Some(first) = frames.first() else { return };
        // At rest from the first frame: gravity's step is no movement.
        let mut open =
            self.open.take().unwrap_or_else(|| Open::new(self.band.at_rest_frame(*first)));
        let before = ticks.len();
        let share = 1.0 / f64::from(self.frames_per_tick);
        let cut = Cut {
            frames_per_tick: self.frames_per_tick,
            next: self.next,
            share,
            power: self.band.gain() * self.band.gain(),
        };
        let mut out = Out { ticks, epochs, builder: &mut self.epochs };
        match lanes::Band::of(&self.band) {
            Some(band) => lanes::push(self.level, band, cut, &mut open, frames, &mut out),
            None => plain::push(&self.band, cut, &mut open, frames, &mut out),
        }
        self.next += (ticks.len() - before) as u64 * u64::from(self.frames_per_tick);
        self.open = Some(open);
    }
}

/// Where ticks begin and what makes means of their sums.
#[derive(Debug, Clone, Copy)]
struct Cut {
    frames_per_tick: u32,
    /// Frame the open tick begins with.
    next: u64,
    /// One over the frames of a tick.
    share: f64,
    /// Square of the gain of the filter.
    power: f64,
}

/// Where complete ticks go.
struct Out<'a> {
    ticks: &'a mut Vec<Tick>,
    epochs: &'a mut Vec<Epoch>,
    builder: &'a mut EpochBuilder,
}

impl Out<'_> {
    #[inline(always)]
    fn push(&mut self, (tick, extent): (Tick, Extent)) {
        self.builder.add(&tick, &extent, self.epochs);
        self.ticks.push(tick);
    }
}

impl Open {
    fn new(state: State<3>) -> Self {
        Self {
            state,
            count: 0,
            sum: [0.0; 3],
            square: [0.0; 3],
            min: [f32::INFINITY; 3],
            max: [f32::NEG_INFINITY; 3],
            band: [0.0; 3],
            change: [0.0; 3],
            peak: 0.0,
        }
    }
}

#[cfg(test)]
mod tests;
