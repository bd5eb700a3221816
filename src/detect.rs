//! Uniform frames become movements and epochs: a stream in constant memory,
//! with the same result for any block size. It does no I/O and cannot fail.
//!
//! 1. `tick`: band filter and sums, at full rate, into ticks of 50 ms;
//! 2. `gate`: envelopes over a local noise floor (`floor`), hysteresis → bursts;
//! 3. `join`: the bursts of one limb movement → shapes;
//! 4. `feature`: what a shape looked like → [`Movement`].

mod epochs;
mod feature;
mod floor;
mod gate;
mod history;
mod join;
mod resolution;
mod tick;

use std::collections::VecDeque;

use crate::condition::Uniform;
use crate::epoch::{EPOCH_S, Epoch};
use crate::error::Result;
use crate::filter::{self, Sections};
use crate::movement::Movement;
use crate::recording::Frame;
use crate::spectrum::Spectrum;

use epochs::EpochBuilder;
use feature::Scale;
use gate::{Burst, Gate, READINGS};
use history::History;
pub use history::angle_deg;
use join::{Joiner, Shape};
use resolution::Resolution;
use tick::{Tick, Ticker};

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

/// The movements that other thresholds would have found, by onset: counts that
/// are valid need a threshold that fits the recording (Yang et al. 2014), and
/// this shows how much hangs on it.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Bracket {
    /// At half the threshold, as far as the noise allows.
    pub halved: Vec<Movement>,
    /// At twice the threshold.
    pub doubled: Vec<Movement>,
}

impl Found {
    /// The movements by each reading of the gate.
    fn readings(&mut self) -> [&mut Vec<Movement>; READINGS] {
        [&mut self.movements, &mut self.bracket.halved, &mut self.bracket.doubled]
    }
}

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
    epochs: EpochBuilder,
    history: History,
    gate: Gate,
    joiners: [Joiner; READINGS],
    spectrum: Spectrum,
    /// Ticks of the block in hand.
    ticks: Vec<Tick>,
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
            ticker: Ticker::new(jerk_band(rate_hz)?, frames_per_tick),
            resolution: Resolution::new((RESOLUTION_S * rate_hz) as usize),
            epochs: EpochBuilder::new((EPOCH_S * rate_hz).round() as u64, frames_per_tick),
            history: History::new(((HISTORY_S * tick_hz) as usize).max(FEWEST_KEPT)),
            gate,
            joiners: std::array::from_fn(|_| Joiner::new(tick_hz)),
            spectrum: Spectrum::default(),
            ticks: Vec::new(),
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
        self.epochs.finish(&mut found.epochs);
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
        let mut ticks = std::mem::take(&mut self.ticks);
        self.ticker.push(frames, &mut ticks);
        for tick in &ticks {
            self.tick(tick, found);
        }
        ticks.clear();
        self.ticks = ticks;
    }

    fn tick(&mut self, tick: &Tick, found: &mut Found) {
        self.epochs.add(tick, &mut found.epochs);
        self.history.push(*tick);
        self.gate.advance(&self.history, self.resolution.value_g(), &mut self.ended);
        let end = self.history.end();
        for reading in 0..READINGS {
            let (joiner, ended) = (&mut self.joiners[reading], &mut self.ended[reading]);
            let settled = joiner.rest() + 2;
            while let Some(&burst) = ended.front().filter(|burst| burst.last + settled <= end) {
                ended.pop_front();
                joiner.burst(burst, &self.history, &mut self.shapes);
            }
            if ended.is_empty() && !self.gate.is_open(reading) {
                joiner.quiet(&self.history, &mut self.shapes);
            }
            self.emit(reading, found);
        }
    }

    fn gap(&mut self, missing: u64, found: &mut Found) {
        self.end_segment(found);
        self.ticker.gap(missing);
    }

    fn end_segment(&mut self, found: &mut Found) {
        self.resolution.judge();
        self.gate.finish(&self.history, self.resolution.value_g(), &mut self.ended);
        for reading in 0..READINGS {
            let joiner = &mut self.joiners[reading];
            for burst in self.ended[reading].drain(..) {
                joiner.burst(burst, &self.history, &mut self.shapes);
            }
            joiner.finish(&mut self.shapes);
            self.emit(reading, found);
        }
        self.history.clear();
    }

    fn emit(&mut self, reading: usize, found: &mut Found) {
        let movements = &mut *found.readings()[reading];
        for shape in self.shapes.drain(..) {
            movements.push(feature::movement(
                &shape,
                &self.history,
                self.scale,
                &mut self.spectrum,
            ));
        }
    }
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
