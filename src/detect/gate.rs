//! Envelopes and hysteresis: where something moves at all.

use std::collections::VecDeque;

use super::floor::{Floor, PATIENCE_S, WARM_UP_S};
use super::history::{History, distance_g};

/// Half the window of the band envelope, s.
const BAND_HALF_S: f64 = 0.15;

/// Window of the means whose difference is the tilt speed, s. With the band of
/// jerks (above 3 Hz) this covers what is slower: the difference of two adjacent
/// means of 0.2 s passes 0.8 to 3 Hz, and rings no longer than it is.
const TILT_WINDOW_S: f64 = 0.2;

/// A burst begins at so many times the floor. The floor is what a quiet second
/// reaches; white noise reaches 1.7 times that once in a night (chi with 18
/// degrees of freedom, one in 10⁷).
const ON: f32 = 3.0;

/// … and ends at so many times.
const OFF: f32 = 1.6;

/// Quiet that ends a burst, s: AASM and WASM 2016 let a leg movement end at the
/// start of 0.5 s below the offset threshold.
const HOLD_S: f64 = 0.5;

/// Ticks a second to a whole number of ticks, at least one.
pub fn ticks(duration_s: f64, tick_hz: f64) -> u64 {
    (duration_s * tick_hz).round().max(1.0) as u64
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
    /// Tilt below this is noise, g.
    pub tilt_off_g: f32,
}

/// What the envelopes say of one tick.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Envelope {
    band_g: f32,
    tilt_g: f32,
}

/// Smallest floors that make sense: half a step of the converter moves the mean
/// by nothing real.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Least {
    band_g: f32,
    tilt_g: f32,
}

impl Least {
    /// 0.7 mg is the noise of a good phone; on coarse converters, the flicker
    /// of the last bit (one step) must stay below the on-threshold.
    fn new(resolution_g: f32) -> Self {
        Self { band_g: (0.3 * resolution_g).max(7e-4), tilt_g: (0.5 * resolution_g).max(7e-4) }
    }
}

/// Finds the bursts of one recording.
#[derive(Debug, Clone)]
pub struct Gate {
    tick_hz: f64,
    /// Multiplies both thresholds.
    factor: f32,
    least: Least,
    floors: Option<[Floor; 2]>,
    /// Per-second maxima until the floors start.
    warm_up: [Vec<f32>; 2],
    second: Second,
    next: u64,
    open: Option<Burst>,
    /// First tick of the running stretch above the off-threshold.
    above_since: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Second {
    count: u64,
    band_g: f32,
    tilt_g: f32,
}

impl Second {
    const NEW: Self = Self { count: 0, band_g: 0.0, tilt_g: 0.0 };
}

impl Gate {
    /// `factor` multiplies the thresholds: 1 is the usual.
    pub fn new(tick_hz: f64, factor: f32) -> Self {
        Self {
            tick_hz,
            factor,
            least: Least::new(0.0),
            floors: None,
            warm_up: [Vec::new(), Vec::new()],
            second: Second::NEW,
            next: 0,
            open: None,
            above_since: None,
        }
    }

    /// Ticks that must follow one before its envelopes are known.
    pub fn look_ahead(&self) -> u64 {
        ticks(TILT_WINDOW_S, self.tick_hz).max(ticks(BAND_HALF_S, self.tick_hz))
    }

    /// Whether a burst is running.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Goes through the ticks whose envelopes are known by now; `resolution_g`
    /// is the step of the converter. Returns the bursts that ended.
    pub fn advance(&mut self, history: &History, resolution_g: f32, ended: &mut VecDeque<Burst>) {
        self.least = Least::new(resolution_g);
        let look_ahead = self.look_ahead();
        self.next = self.next.max(look_ahead);
        while self.next + look_ahead < history.end() {
            let envelope = self.envelope(history, self.next);
            if self.floors.is_none() {
                self.warm_up(envelope);
                self.next += 1;
                if self.warm_up[0].len() < WARM_UP_S {
                    continue;
                }
                self.start_floors();
                self.next = look_ahead.max(history.first());
                continue;
            }
            ended.extend(self.step(envelope, history));
            self.next += 1;
        }
    }

    /// The segment ends: closes what is open; the next tick is number 0.
    pub fn finish(&mut self, history: &History, resolution_g: f32, ended: &mut VecDeque<Burst>) {
        if self.floors.is_none() && !self.warm_up[0].is_empty() {
            self.start_floors();
            self.next = self.look_ahead().max(history.first());
            self.advance(history, resolution_g, ended);
        }
        let last = self.next.saturating_sub(1);
        ended.extend(self.open.take().map(|burst| self.trimmed(burst, last, history)));
        self.next = 0;
        self.above_since = None;
        self.second = Second::NEW;
    }

    fn envelope(&self, history: &History, tick: u64) -> Envelope {
        let half = ticks(BAND_HALF_S, self.tick_hz);
        let window = ticks(TILT_WINDOW_S, self.tick_hz);
        let near = history.range(tick - half, tick + half + 1);
        let energy: f32 = near.map(|tick| tick.band_g2).sum();
        let before = history.mean_g(tick - window, tick);
        let after = history.mean_g(tick + 1, tick + 1 + window);
        Envelope {
            band_g: (energy / (2 * half + 1) as f32).sqrt(),
            tilt_g: distance_g(before, after),
        }
    }

    /// Takes the maxima of a second; true when the second is complete.
    fn gather(&mut self, envelope: Envelope) -> Option<Second> {
        self.second.band_g = self.second.band_g.max(envelope.band_g);
        self.second.tilt_g = self.second.tilt_g.max(envelope.tilt_g);
        self.second.count += 1;
        (self.second.count >= ticks(1.0, self.tick_hz))
            .then(|| std::mem::replace(&mut self.second, Second::NEW))
    }

    fn warm_up(&mut self, envelope: Envelope) {
        if let Some(second) = self.gather(envelope) {
            self.warm_up[0].push(second.band_g);
            self.warm_up[1].push(second.tilt_g);
        }
    }

    fn start_floors(&mut self) {
        let [band, tilt] = &mut self.warm_up;
        self.floors = Some([
            Floor::start(band, self.least.band_g),
            Floor::start(tilt, self.least.tilt_g),
        ]);
        self.second = Second::NEW;
    }

    fn step(&mut self, envelope: Envelope, history: &History) -> Option<Burst> {
        let tick = self.next;
        let patience = ticks(PATIENCE_S, self.tick_hz);
        let waits = self.open.is_some_and(|burst| tick - burst.first < patience);
        if let Some(second) = self.gather(envelope)
            && !waits
            && let Some([band, tilt]) = &mut self.floors
        {
            band.second(second.band_g, self.least.band_g);
            tilt.second(second.tilt_g, self.least.tilt_g);
        }
        let [band_g, tilt_g] = self.floors.map_or([0.0; 2], |floors| floors.map(Floor::value));
        let [band, tilt] = [envelope.band_g / band_g, envelope.tilt_g / tilt_g];
        let level = band.max(tilt) / self.factor;
        if level < OFF {
            self.above_since = None;
        } else if self.above_since.is_none() {
            self.above_since = Some(tick);
        }
        match &mut self.open {
            None if level >= ON => {
                let first = self.above_since.unwrap_or(tick);
                let tilt_off_g = tilt_g * OFF * self.factor;
                self.open = Some(Burst { first, last: tick, floor_g: band_g, tilt_off_g });
            }
            Some(burst) if level >= OFF => burst.last = tick,
            Some(burst) if tick - burst.last >= ticks(HOLD_S, self.tick_hz) => {
                let burst = *burst;
                self.open = None;
                return Some(self.trimmed(burst, burst.last, history));
            }
            _ => {}
        }
        None
    }

    /// The windows of the envelopes reach beyond the movement on both sides;
    /// moves the ends in, by no more than that, to ticks that move themselves.
    fn trimmed(&self, burst: Burst, last: u64, history: &History) -> Burst {
        let reach = self.look_ahead();
        let moves = |tick: u64| {
            let around = [tick.saturating_sub(1), tick + 1].map(|near| history.get(near).mean_g);
            let off_g = burst.floor_g * OFF * self.factor;
            history.get(tick).band_g2 >= off_g * off_g
                || distance_g(around[0], around[1]) >= burst.tilt_off_g
        };
        let latest_first = (burst.first + reach).min(last);
        let first = (burst.first..latest_first).find(|&tick| moves(tick)).unwrap_or(latest_first);
        let earliest_last = last.saturating_sub(reach).max(first);
        let last = (earliest_last..=last).rev().find(|&tick| moves(tick)).unwrap_or(earliest_last);
        Burst { first, last, ..burst }
    }
}
