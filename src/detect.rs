//! Uniform frames become movements and epochs: a stream in constant memory,
//! with the same result for any block size. It does no I/O and cannot fail.
//!
//! 1. `tick`: band filter and sums, at full rate, into ticks of 50 ms and epochs;
//! 2. `gate`: envelopes over a local noise floor (`envelope`, `floor`), hysteresis
//!    → bursts;
//! 3. `join`: the bursts of one limb movement → shapes;
//! 4. `feature`: what a shape looked like → [`Movement`].

mod envelope;
mod epochs;
mod feature;
mod floor;
mod gate;
mod history;
mod join;
mod resolution;
mod stand;
mod tick;

use std::collections::VecDeque;
use std::ops::Range;

use crate::condition::Uniform;
use crate::epoch::{EPOCH_S, Epoch};
use crate::error::Result;
use crate::filter::{self, Sections};
use crate::movement::Movement;
use crate::recording::Frame;
use crate::spectrum::Spectrum;

use epochs::EpochBuilder;
use feature::Scale;
use gate::{Burst, DOUBLED, Gate, HALVED, READINGS, USUAL};
use history::Past;
pub use history::angle_deg;
use join::{Joiner, Shape};
use resolution::Resolution;
use tick::Ticker;

/// Ticks of the past that are kept, s: the longest movement that is measured
/// whole, with the hold after it.
const HISTORY_S: f64 = 90.0;

/// … and never fewer than this, from which the floors start.
const FEWEST_KEPT: usize = 800;

/// Lower edge of the band of jerks, Hz. High enough that the ring of the filter
/// (time constant 75 ms) does not lengthen a movement; what is slower is seen by
/// the tilt speed, which does not ring.
const JERK_LOW_HZ: f64 = 3.0;

/// Upper edge, Hz: PAM-RL and its kind end at 20 Hz.
const JERK_HIGH_HZ: f64 = 20.0;

/// Frames from which the step of the converter is judged, s: no longer than the
/// floors take to start.
const RESOLUTION_S: f64 = 30.0;

/// How the detector is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Multiplies the detection thresholds: 1 is the usual, 2 finds less.
    pub threshold_factor: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { threshold_factor: 1.0 }
    }
}

/// What a stream of frames held.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Found {
    /// The movements, by onset.
    pub movements: Vec<Movement>,
    /// The epochs, one after the other from the first frame.
    pub epochs: Vec<Epoch>,
    /// The movements at other thresholds.
    pub bracket: Bracket,
}

/// What other thresholds would have found: counts that are valid need a threshold
/// that fits the recording (Yang et al. 2014), and this shows how much hangs on it.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Bracket {
    /// What half the threshold finds besides, as far as the noise allows, by onset;
    /// holds are not joined.
    halved: Vec<Movement>,
    /// First frame, and one past the last, of what twice the threshold finds.
    doubled: Vec<(u64, u64)>,
}

/// A threshold of detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// The one that counts.
    Usual,
    /// Half of it.
    Halved,
    /// Twice it.
    Doubled,
}

impl Found {
    /// The movements at a threshold whose onsets lie in these frames, by onset.
    pub fn at(&self, threshold: Threshold, onsets: &Range<u64>) -> Vec<Movement> {
        let usual = within(&self.movements, onsets);
        match threshold {
            Threshold::Usual => usual.to_vec(),
            Threshold::Doubled => {
                let stays = |m: &&Movement| overlaps(&self.bracket.doubled, |span| *span, span(m));
                usual.iter().filter(stays).cloned().collect()
            }
            Threshold::Halved => {
                let is_new = |m: &&Movement| !overlaps(&self.movements, span, span(m));
                let besides = within(&self.bracket.halved, onsets).iter().filter(is_new);
                let mut all: Vec<Movement> = usual.iter().chain(besides).cloned().collect();
                all.sort_by_key(|movement| movement.onset);
                all
            }
        }
    }

    /// Where a movement at any threshold begins so many frames or more after the end
    /// of all that begin before it.
    pub fn begins_after_rest(&self, rest: u64) -> Vec<u64> {
        let mut usual = self.movements.iter().map(span).peekable();
        let mut halved = self.bracket.halved.iter().map(span).peekable();
        let by_onset = std::iter::from_fn(|| match (usual.peek(), halved.peek()) {
            (Some(one), Some(other)) if other < one => halved.next(),
            (Some(_), _) => usual.next(),
            (None, _) => halved.next(),
        });
        let mut begins = Vec::new();
        let mut last_end = None;
        for (onset, end) in by_onset {
            if last_end.is_some_and(|last_end| onset >= last_end + rest) {
                begins.push(onset);
            }
            last_end = last_end.max(Some(end));
        }
        begins
    }

    /// Movements that half the threshold finds besides, by onset.
    #[cfg(test)]
    pub(crate) fn add_halved(&mut self, movements: Vec<Movement>) {
        self.bracket.halved.extend(movements);
    }

    /// Every movement, at whatever threshold it was found.
    pub fn movements_mut(&mut self) -> impl Iterator<Item = &mut Movement> {
        self.movements.iter_mut().chain(&mut self.bracket.halved)
    }
}

/// Of movements that are ascending by onset, those with onsets in these frames.
fn within<'a>(movements: &'a [Movement], onsets: &Range<u64>) -> &'a [Movement] {
    let before = |frame: u64| movements.partition_point(|movement| movement.onset < frame);
    let end = before(onsets.end);
    &movements[before(onsets.start).min(end)..end]
}

fn span(movement: &Movement) -> (u64, u64) {
    (movement.onset, movement.end)
}

/// Whether a span touches one of others, which are ascending.
fn overlaps<T>(others: &[T], span: impl Fn(&T) -> (u64, u64), (first, end): (u64, u64)) -> bool {
    // Spans are ascending in their begins, and nearly so in their ends.
    let later = others.partition_point(|other| span(other).0 < end);
    others[later.saturating_sub(NEAR)..later].iter().any(|other| span(other).1 > first)
}

/// So many spans back may still reach on.
const NEAR: usize = 8;

/// Finds the movements of one recording.
///
/// # Repeated calls
/// Pushing in pieces is the same as pushing at once:
/// ```
/// use hypnic::condition::Uniform;
/// use hypnic::detect::{Detector, Found, Settings};
///
/// let frames: Vec<[f32; 3]> = (0..6000)
///     .map(|k| {
///         let jerk = if (4000..4050).contains(&k) { (k as f32).sin() } else { 0.0 };
///         [jerk, 0.001 * (k as f32 * 1.7).sin(), 1.0]
///     })
///     .collect();
/// let run = |size: usize| {
///     let mut detector = Detector::new(100.0, Settings::default())?;
///     let mut found = Found::default();
///     for frames in frames.chunks(size) {
///         detector.push(&Uniform { frames: frames.to_vec(), gaps: vec![] }, &mut found);
///     }
///     detector.finish(&mut found);
///     Ok::<_, hypnic::error::Error>(found)
/// };
/// let found = run(6000)?;
/// assert_eq!(found.movements.len(), 1);
/// assert_eq!(found, run(7)?);
/// # Ok::<_, hypnic::error::Error>(())
/// ```
pub struct Detector {
    scale: Scale,
    ticker: Ticker,
    resolution: Resolution,
    past: Past,
    /// Ticks that have been gone through.
    end: u64,
    gate: Gate,
    joiner: Joiner,
    spectrum: Spectrum,
    /// Bursts that wait for the rest after them, by reading.
    ended: [VecDeque<Burst>; READINGS],
    shapes: Vec<Shape>,
}

impl Detector {
    /// For frames of this rate.
    ///
    /// # Errors
    /// A rate below 0.5 Hz or not finite, a factor that is not positive.
    pub fn new(rate_hz: f64, settings: Settings) -> Result<Self> {
        let frames_per_tick = tick::frames_per_tick(rate_hz);
        let scale = Scale { rate_hz, frames_per_tick };
        let tick_hz = scale.tick_hz();
        let gate = Gate::new(tick_hz, settings.threshold_factor);
        Ok(Self {
            scale,
            ticker: Ticker::new(
                jerk_band(rate_hz)?,
                frames_per_tick,
                EpochBuilder::new((EPOCH_S * rate_hz).round() as u64, frames_per_tick),
            ),
            resolution: Resolution::new((RESOLUTION_S * rate_hz) as usize),
            past: Past::new(((HISTORY_S * tick_hz) as usize).max(FEWEST_KEPT)),
            end: 0,
            gate,
            joiner: Joiner::new(tick_hz),
            spectrum: Spectrum::default(),
            ended: Default::default(),
            shapes: Vec::new(),
        })
    }

    /// Appends what `uniform` completes to `found`.
    pub fn push(&mut self, uniform: &Uniform, found: &mut Found) {
        let mut from = 0;
        for &(index, missing) in &uniform.gaps {
            self.frames(&uniform.frames[from..index], found);
            self.gap(missing, found);
            from = index;
        }
        self.frames(&uniform.frames[from..], found);
    }

    /// Appends what still waits.
    pub fn finish(mut self, found: &mut Found) {
        self.end_segment(found);
        self.ticker.finish(&mut found.epochs);
    }

    fn frames(&mut self, frames: &[Frame], found: &mut Found) {
        let (early, late) = frames.split_at(self.resolution.wanted().min(frames.len()));
        if !early.is_empty() {
            self.resolution.add(early);
            self.ticks(early, found);
        }
        self.ticks(late, found);
    }

    fn ticks(&mut self, frames: &[Frame], found: &mut Found) {
        let before = self.past.end();
        self.ticker.push(frames, self.past.room(), &mut found.epochs);
        self.gate.extend(self.past.since(before));
        while self.end < self.past.end() {
            let quiet = self.pass_quiet();
            if quiet == 0 {
                self.end += 1;
                self.tick(found);
            }
        }
    }

    /// Passes over ticks in which nothing begins, runs or is waited for.
    fn pass_quiet(&mut self) -> u64 {
        let is_waiting = !self.joiner.is_idle() || self.ended.iter().any(|ended| !ended.is_empty());
        if is_waiting {
            return 0;
        }
        let quiet = self.gate.pass_quiet(self.end);
        self.end += quiet;
        quiet
    }

    /// Goes through the latest tick.
    fn tick(&mut self, found: &mut Found) {
        let history = self.past.as_of(self.end);
        self.gate.advance(history, self.resolution.value_g(), &mut self.ended);
        let settled = self.joiner.rest() + 2;
        while let Some(burst) = settled_burst(&mut self.ended[USUAL], settled, self.end) {
            self.joiner.burst(burst, history, &mut self.shapes);
        }
        if self.ended[USUAL].is_empty() && !self.gate.is_open() {
            self.joiner.quiet(history, &mut self.shapes);
        }
        self.emit(found);
        while let Some(burst) = settled_burst(&mut self.ended[HALVED], settled, self.end) {
            self.halved(burst, found);
        }
        self.doubled(found);
    }

    fn gap(&mut self, missing: u64, found: &mut Found) {
        self.end_segment(found);
        self.ticker.gap(missing);
    }

    fn end_segment(&mut self, found: &mut Found) {
        self.resolution.judge();
        let history = self.past.as_of(self.end);
        self.gate.finish(history, self.resolution.value_g(), &mut self.ended);
        for burst in self.ended[USUAL].drain(..) {
            self.joiner.burst(burst, history, &mut self.shapes);
        }
        self.joiner.finish(&mut self.shapes);
        self.emit(found);
        while let Some(burst) = self.ended[HALVED].pop_front() {
            self.halved(burst, found);
        }
        self.doubled(found);
        self.past.clear();
        self.end = 0;
    }

    fn emit(&mut self, found: &mut Found) {
        if self.shapes.is_empty() {
            return;
        }
        let history = self.past.as_of(self.end);
        for shape in self.shapes.drain(..) {
            let movement = feature::movement(&shape, history, self.scale, &mut self.spectrum);
            found.movements.push(movement);
        }
    }

    /// A burst at half the threshold: measured if the usual has not found it.
    fn halved(&mut self, burst: Burst, found: &mut Found) {
        let span = self.frames_of(burst);
        let is_known = |movement: &Movement| movement.onset < span.1 && movement.end > span.0;
        if found.movements.iter().rev().take(NEAR).any(is_known) {
            return;
        }
        let history = self.past.as_of(self.end);
        let shape = self.joiner.shape(burst, history);
        let movement = feature::movement(&shape, history, self.scale, &mut self.spectrum);
        found.bracket.halved.push(movement);
    }

    fn doubled(&mut self, found: &mut Found) {
        while let Some(burst) = self.ended[DOUBLED].pop_front() {
            found.bracket.doubled.push(self.frames_of(burst));
        }
    }

    /// First frame of a burst, and one past its last.
    fn frames_of(&self, burst: Burst) -> (u64, u64) {
        let history = self.past.as_of(self.end);
        let start = |tick: u64| history.get(tick).start;
        (start(burst.first), start(burst.last) + u64::from(self.scale.frames_per_tick))
    }
}

/// The next burst after which so many ticks are known.
fn settled_burst(ended: &mut VecDeque<Burst>, settled: u64, end: u64) -> Option<Burst> {
    let burst = ended.front().filter(|burst| burst.last + settled <= end).copied()?;
    ended.pop_front();
    Some(burst)
}

/// The band of jerks that a rate can show: 3 to 20 Hz, less at low rates.
fn jerk_band(rate_hz: f64) -> Result<Sections> {
    let low_hz = JERK_LOW_HZ.min(0.25 * rate_hz);
    let high_hz = JERK_HIGH_HZ.min(0.4 * rate_hz);
    if high_hz > 2.0 * low_hz {
        filter::bandpass(2, low_hz, high_hz, rate_hz)
    } else {
        filter::highpass(2, low_hz, rate_hz)
    }
}
