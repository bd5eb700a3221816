//! Hysteresis over the local noise floor: where something moves at all.
//!
//! Most of a night nothing does. [`Gate::pass_quiet`] passes over such stretches;
//! [`Gate::advance`], its twin, takes one tick after the other.

use std::collections::VecDeque;

use super::envelope::{BAND, Envelope, Envelopes, TILT, TILT_WINDOW_S};
use super::floor::{Floor, PATIENCE_S, WARM_UP_S};
use super::history::{History, distance_g, distance_g2};
use super::tick::Tick;
use crate::recording::Frame;

/// A burst begins when an envelope is at so many times its floor. The floor is
/// what a quiet second reaches, in the usual noise 1.15 (band) to 1.45 (short)
/// times the rms; the noise itself comes to 2.5 times that less than once in
/// 10⁹ ticks (chi-square with 18 and 6 degrees of freedom), a night has 6·10⁵.
const ON: f32 = 2.5;

/// … and ends when all are below so many times.
const OFF: f32 = 1.5;

/// The lowest thresholds that are tried: what noise alone reaches some hundred
/// times a night.
const LEAST_ON: f32 = 1.5;
const LEAST_OFF: f32 = 1.2;

/// The thresholds at which a recording is read, all in the same pass: the usual,
/// half of it (as far as the noise allows) and its double.
pub const READINGS: usize = 3;
pub const USUAL: usize = 0;
pub const HALVED: usize = 1;
pub const DOUBLED: usize = 2;

/// Fewest ticks of a "second": the largest of fewer says too little of what the
/// noise reaches. Lengthens it below 20 ticks a second.
const FEWEST_TICKS: u64 = 20;

/// A burst is over when it has faded to this share of its largest tick: what
/// follows is the ring of body and bed.
const FADED_SHARE: f32 = 0.08;

/// Quiet that ends a burst, s: AASM and WASM 2016 let a leg movement end at the
/// start of 0.5 s below the offset threshold.
const HOLD_S: f64 = 0.5;

/// Ticks a second to a whole number of ticks, at least one.
pub fn ticks(duration_s: f64, tick_hz: f64) -> u64 {
    (duration_s * tick_hz).round().max(1.0) as u64
}

/// The durations of the gate in ticks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Windows {
    tilt: u64,
    second: u64,
    patience: u64,
    hold: u64,
}

impl Windows {
    fn new(tick_hz: f64) -> Self {
        let ticks = |duration_s: f64| ticks(duration_s, tick_hz);
        Self {
            tilt: ticks(TILT_WINDOW_S),
            second: ticks(1.0).max(FEWEST_TICKS),
            patience: ticks(PATIENCE_S),
            hold: ticks(HOLD_S),
        }
    }
}

/// A stretch in which the sensor moves without half a second of rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// First moving tick.
    pub first: u64,
    /// Last moving tick.
    pub last: u64,
    /// Band floor when it began, g.
    pub floor_g: f32,
    /// A tick stronger than this in the band moves, g.
    pub band_off_g: f32,
    /// A tick further than this from rest has left it, g.
    pub tilt_off_g: f32,
}

/// Smallest floors that make sense: 0.7 mg is the noise of a good phone; on
/// coarse converters the flicker of the last bit must stay below the
/// on-threshold.
fn least_floors_g(resolution_g: f32) -> Envelope {
    [0.4, 0.7, 0.7].map(|share| (share * resolution_g).max(7e-4))
}

/// The larger of two numbers: one instruction, as neither is ever none.
#[inline(always)]
fn the_larger(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

/// The larger of two, envelope by envelope.
fn larger(a: Envelope, b: Envelope) -> Envelope {
    std::array::from_fn(|which| a[which].max(b[which]))
}

/// How many times its floor an envelope reaches, of that which reaches most.
fn level(envelope: Envelope, floors_g: Envelope) -> f32 {
    (0..3).map(|which| envelope[which] / floors_g[which]).fold(0.0, f32::max)
}

/// One threshold, and what is open by it.
#[derive(Debug, Clone)]
struct Hysteresis {
    /// A burst begins at so many times the floor …
    on: f32,
    /// … and ends below so many times.
    off: f32,
    open: Option<Burst>,
    /// First tick of the running stretch above `off`.
    above_since: Option<u64>,
}

impl Hysteresis {
    fn new(on: f32, off: f32) -> Self {
        Self { on, off, open: None, above_since: None }
    }

    /// One more tick, whose envelopes reach so many times their floors. Returns the
    /// burst that ended, with its ends as the envelopes have them.
    fn step(&mut self, tick: u64, level: f32, floors_g: Envelope, hold: u64) -> Option<Burst> {
        if level < self.off {
            self.above_since = None;
        } else if self.above_since.is_none() {
            self.above_since = Some(tick);
        }
        match &mut self.open {
            None if level >= self.on => {
                let first = self.above_since.unwrap_or(tick);
                let [band_off_g, tilt_off_g] = [BAND, TILT].map(|which| floors_g[which] * self.off);
                let floor_g = floors_g[BAND];
                let burst = Burst { first, last: tick, floor_g, band_off_g, tilt_off_g };
                self.open = Some(burst);
                None
            }
            Some(burst) if level >= self.off => {
                burst.last = tick;
                None
            }
            Some(burst) if tick - burst.last >= hold => self.open.take(),
            _ => None,
        }
    }

    /// [`Self::step`] for ticks from `first` on, when nothing is open and none of
    /// them opens anything.
    fn pass(&mut self, first: u64, levels: &[f32]) {
        match levels.iter().rposition(|level| *level < self.off) {
            Some(below) if below + 1 == levels.len() => self.above_since = None,
            Some(below) => self.above_since = Some(first + below as u64 + 1),
            None => self.above_since = self.above_since.or(Some(first)),
        }
    }
}

/// Finds the bursts of one recording.
#[derive(Debug, Clone)]
pub struct Gate {
    windows: Windows,
    envelopes: Envelopes,
    least: Envelope,
    /// Of the envelopes.
    floors: Option<[Floor; 3]>,
    /// Per-second maxima until the floors start.
    warm_up: Vec<Envelope>,
    /// Ticks and maxima of the running second.
    second: (u64, Envelope),
    next: u64,
    /// Levels of the stretch in hand.
    levels: Vec<f32>,
    /// At the usual threshold, at half of it and at its double.
    hystereses: [Hysteresis; READINGS],
}

impl Gate {
    /// `factor` multiplies the thresholds: 1 is the usual.
    pub fn new(tick_hz: f64, factor: f32) -> Self {
        let thresholds = [
            (ON, OFF),
            ((0.5 * ON).max(LEAST_ON), (0.5 * OFF).max(LEAST_OFF)),
            (2.0 * ON, 2.0 * OFF),
        ];
        Self {
            windows: Windows::new(tick_hz),
            envelopes: Envelopes::new(tick_hz),
            least: least_floors_g(0.0),
            floors: None,
            warm_up: Vec::new(),
            second: (0, [0.0; 3]),
            next: 0,
            levels: Vec::new(),
            hystereses: thresholds.map(|(on, off)| Hysteresis::new(factor * on, factor * off)),
        }
    }

    /// Ticks that must follow one before its envelopes are known.
    pub fn look_ahead(&self) -> u64 {
        self.envelopes.reach()
    }

    /// Whether a burst is running at the usual threshold.
    pub fn is_open(&self) -> bool {
        self.hystereses[USUAL].open.is_some()
    }

    /// More ticks, which are then gone through.
    pub fn extend(&mut self, ticks: &[Tick]) {
        if self.floors.is_some() {
            self.envelopes.forget(self.next);
        }
        self.envelopes.extend(ticks);
    }

    /// When there are `end` ticks: passes over the next ones, as far as the floors
    /// stay what they are and no burst runs or begins, and tells how many they were.
    pub fn pass_quiet(&mut self, end: u64) -> u64 {
        let Some(floors) = self.floors else { return 0 };
        if end != self.next + self.look_ahead() {
            return 0;
        }
        if self.hystereses.iter().any(|hysteresis| hysteresis.open.is_some()) {
            return 0;
        }
        // The tick that completes a second moves the floors.
        let same_floors = self.next + (self.windows.second - 1).saturating_sub(self.second.0);
        let last = same_floors.min(self.envelopes.end());
        if last <= self.next {
            return 0;
        }
        let stretch = self.envelopes.range(self.next, last);
        let mut levels = std::mem::take(&mut self.levels);
        levels.clear();
        levels.resize(stretch[0].len(), 0.0);
        for (envelope, floor) in stretch.iter().zip(floors) {
            let floor = floor.value();
            for (level, envelope) in levels.iter_mut().zip(*envelope) {
                *level = the_larger(*level, envelope / floor);
            }
        }
        let on = self.hystereses.iter().map(|hysteresis| hysteresis.on).fold(f32::MAX, f32::min);
        let quiet = levels.iter().position(|level| *level >= on).unwrap_or(levels.len());
        if quiet > 0 {
            for (maximum, envelope) in self.second.1.iter_mut().zip(stretch) {
                *maximum = envelope[..quiet].iter().copied().fold(*maximum, the_larger);
            }
            self.second.0 += quiet as u64;
            for hysteresis in &mut self.hystereses {
                hysteresis.pass(self.next, &levels[..quiet]);
            }
            self.next += quiet as u64;
        }
        self.levels = levels;
        quiet as u64
    }

    /// Goes through the ticks whose envelopes are known by now; `resolution_g`
    /// is the step of the converter. Appends the bursts that ended, by reading.
    pub fn advance(
        &mut self,
        history: History,
        resolution_g: f32,
        ended: &mut [VecDeque<Burst>; READINGS],
    ) {
        self.least = least_floors_g(resolution_g);
        let look_ahead = self.look_ahead();
        self.next = self.next.max(look_ahead);
        while self.next + look_ahead < history.end() {
            let envelope = self.envelopes.get(self.next);
            if self.floors.is_none() {
                let second = self.gather(envelope);
                self.warm_up.extend(second);
                self.next += 1;
                if self.warm_up.len() < WARM_UP_S {
                    continue;
                }
                self.start_floors();
                self.next = look_ahead.max(history.first());
                continue;
            }
            self.step(envelope, history, ended);
            self.next += 1;
        }
    }

    /// The segment ends: closes what is open; the next tick is number 0.
    pub fn finish(
        &mut self,
        history: History,
        resolution_g: f32,
        ended: &mut [VecDeque<Burst>; READINGS],
    ) {
        if self.floors.is_none() && !self.warm_up.is_empty() {
            self.start_floors();
            self.next = self.look_ahead().max(history.first());
            self.advance(history, resolution_g, ended);
        }
        let last = self.next.saturating_sub(1);
        for (reading, ended) in ended.iter_mut().enumerate() {
            self.hystereses[reading].above_since = None;
            let open = self.hystereses[reading].open.take();
            ended.extend(open.map(|burst| self.trimmed(burst, last, history)));
        }
        self.next = 0;
        self.second = (0, [0.0; 3]);
        self.envelopes.clear();
    }

    /// Takes the maxima of a second, and gives them when it is complete.
    fn gather(&mut self, envelope: Envelope) -> Option<Envelope> {
        let (count, maxima) = self.second;
        self.second = (count + 1, larger(maxima, envelope));
        (self.second.0 >= self.windows.second)
            .then(|| std::mem::replace(&mut self.second, (0, [0.0; 3])).1)
    }

    fn start_floors(&mut self) {
        self.floors = Some(std::array::from_fn(|which| {
            let mut maxima: Vec<f32> = self.warm_up.iter().map(|second| second[which]).collect();
            Floor::start(&mut maxima, self.least[which])
        }));
        self.warm_up = Vec::new();
        self.second = (0, [0.0; 3]);
    }

    fn step(
        &mut self,
        envelope: Envelope,
        history: History,
        ended: &mut [VecDeque<Burst>; READINGS],
    ) {
        let tick = self.next;
        let usual = &self.hystereses[USUAL].open;
        let waits = usual.is_some_and(|burst| tick - burst.first < self.windows.patience);
        if let Some(second) = self.gather(envelope)
            && !waits
        {
            for (which, floor) in self.floors.iter_mut().flatten().enumerate() {
                floor.second(second[which], self.least[which]);
            }
        }
        let floors_g = self.floors.map_or([1.0; 3], |floors| floors.map(Floor::value));
        let level = level(envelope, floors_g);
        for (reading, ended) in ended.iter_mut().enumerate() {
            let burst = self.hystereses[reading].step(tick, level, floors_g, self.windows.hold);
            if let Some(burst) = burst {
                ended.push_back(self.trimmed(burst, burst.last, history));
            }
        }
    }

    /// The windows of the envelopes reach beyond the movement on both sides;
    /// moves the ends in, by no more than that, to the first tick that has left
    /// the rest before and the last that is not yet at the rest after.
    fn trimmed(&self, burst: Burst, last: u64, history: History) -> Burst {
        let reach = self.look_ahead() + 1;
        let rest = self.windows.tilt;
        let before_g = history.mean_g(burst.first.saturating_sub(rest), burst.first);
        let latest_first = (burst.first + reach).min(last);
        let leaves = Bounds { band_g: burst.band_off_g, tilt_g: burst.tilt_off_g };
        let first = (burst.first..latest_first)
            .find(|&tick| leaves.exceeded(history.get(tick), before_g))
            .unwrap_or(latest_first);
        let after_g = history.mean_g(last + 1, last + 1 + rest);
        let earliest_last = last.saturating_sub(3 * reach).max(first);
        let fades = leaves.or_share(FADED_SHARE, history.range(first, last + 1), after_g);
        let last = (earliest_last..=last)
            .rev()
            .find(|&tick| fades.exceeded(history.get(tick), after_g))
            .unwrap_or(earliest_last);
        Burst { first, last, ..burst }
    }
}

/// What a tick must exceed to count as moving.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bounds {
    band_g: f32,
    tilt_g: f32,
}

impl Bounds {
    fn exceeded(self, tick: &Tick, rest_g: Frame) -> bool {
        tick.band_g2 >= self.band_g * self.band_g || distance_g(tick.mean_g, rest_g) >= self.tilt_g
    }

    /// At least so large a share of the largest of some ticks.
    fn or_share<'a>(
        self,
        share: f32,
        ticks: impl Iterator<Item = &'a Tick>,
        rest_g: Frame,
    ) -> Self {
        let (band_g2, tilt_g2) = ticks.fold((0.0, 0.0), |(band_g2, tilt_g2), tick| {
            let tick_tilt_g2 = distance_g2(tick.mean_g, rest_g);
            (the_larger(band_g2, tick.band_g2), the_larger(tilt_g2, tick_tilt_g2))
        });
        Self {
            band_g: self.band_g.max(share * band_g2.sqrt()),
            tilt_g: self.tilt_g.max(share * tilt_g2.sqrt()),
        }
    }
}

#[cfg(test)]
mod tests;
