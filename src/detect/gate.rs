//! Envelopes and hysteresis: where something moves at all.

use std::collections::VecDeque;

use super::floor::{Floor, PATIENCE_S, WARM_UP_S};
use super::history::{History, distance_g};
use super::tick::Tick;
use crate::recording::Frame;

/// Half the window of the band envelope, s.
const BAND_HALF_S: f64 = 0.15;

/// Window of the short envelope, s: that of a jerk.
const SHORT_S: f64 = 0.1;

/// Window of the means whose difference is the tilt speed, s. With the band of
/// jerks (above 3 Hz) this covers what is slower: the difference of two adjacent
/// means of 0.2 s passes 0.8 to 3 Hz, and rings no longer than it is.
const TILT_WINDOW_S: f64 = 0.2;

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
    band_half: u64,
    short: u64,
    tilt: u64,
    second: u64,
    patience: u64,
    hold: u64,
}

impl Windows {
    fn new(tick_hz: f64) -> Self {
        let ticks = |duration_s: f64| ticks(duration_s, tick_hz);
        Self {
            band_half: ticks(BAND_HALF_S),
            short: ticks(SHORT_S),
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

/// What the envelopes say of one tick.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Envelopes {
    /// Root mean square in the band of jerks over 0.3 s.
    band_g: f32,
    /// … over 0.1 s.
    short_g: f32,
    /// Change of the mean.
    tilt_g: f32,
}

impl Envelopes {
    const NONE: Self = Self { band_g: 0.0, short_g: 0.0, tilt_g: 0.0 };

    fn as_array(self) -> [f32; 3] {
        [self.band_g, self.short_g, self.tilt_g]
    }

    fn max(self, other: Self) -> Self {
        Self {
            band_g: self.band_g.max(other.band_g),
            short_g: self.short_g.max(other.short_g),
            tilt_g: self.tilt_g.max(other.tilt_g),
        }
    }
}

/// Smallest floors that make sense: 0.7 mg is the noise of a good phone; on
/// coarse converters the flicker of the last bit must stay below the
/// on-threshold.
fn least_floors_g(resolution_g: f32) -> Envelopes {
    let least_g = |share: f32| (share * resolution_g).max(7e-4);
    Envelopes { band_g: least_g(0.4), short_g: least_g(0.7), tilt_g: least_g(0.7) }
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
    fn step(&mut self, tick: u64, level: f32, floors_g: [f32; 3], hold: u64) -> Option<Burst> {
        if level < self.off {
            self.above_since = None;
        } else if self.above_since.is_none() {
            self.above_since = Some(tick);
        }
        match &mut self.open {
            None if level >= self.on => {
                let first = self.above_since.unwrap_or(tick);
                let [band_g, _, tilt_g] = floors_g;
                let [band_off_g, tilt_off_g] = [band_g, tilt_g].map(|g| g * self.off);
                let burst = Burst { first, last: tick, floor_g: band_g, band_off_g, tilt_off_g };
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
}

/// Finds the bursts of one recording.
#[derive(Debug, Clone)]
pub struct Gate {
    windows: Windows,
    least: Envelopes,
    /// Of the band, the short and the tilt envelope.
    floors: Option<[Floor; 3]>,
    /// Per-second maxima until the floors start.
    warm_up: Vec<Envelopes>,
    /// Ticks and maxima of the running second.
    second: (u64, Envelopes),
    next: u64,
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
            least: least_floors_g(0.0),
            floors: None,
            warm_up: Vec::new(),
            second: (0, Envelopes::NONE),
            next: 0,
            hystereses: thresholds.map(|(on, off)| Hysteresis::new(factor * on, factor * off)),
        }
    }

    /// Ticks that must follow one before its envelopes are known.
    pub fn look_ahead(&self) -> u64 {
        self.windows.tilt.max(self.windows.band_half)
    }

    /// Whether a burst is running by one of the readings.
    pub fn is_open(&self, reading: usize) -> bool {
        self.hystereses[reading].open.is_some()
    }

    /// Goes through the ticks whose envelopes are known by now; `resolution_g`
    /// is the step of the converter. Appends the bursts that ended, by reading.
    pub fn advance(
        &mut self,
        history: &History,
        resolution_g: f32,
        ended: &mut [VecDeque<Burst>; READINGS],
    ) {
        self.least = least_floors_g(resolution_g);
        let look_ahead = self.look_ahead();
        self.next = self.next.max(look_ahead);
        while self.next + look_ahead < history.end() {
            let envelopes = self.envelopes(history, self.next);
            if self.floors.is_none() {
                let second = self.gather(envelopes);
                self.warm_up.extend(second);
                self.next += 1;
                if self.warm_up.len() < WARM_UP_S {
                    continue;
                }
                self.start_floors();
                self.next = look_ahead.max(history.first());
                continue;
            }
            self.step(envelopes, history, ended);
            self.next += 1;
        }
    }

    /// The segment ends: closes what is open; the next tick is number 0.
    pub fn finish(
        &mut self,
        history: &History,
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
        self.second = (0, Envelopes::NONE);
    }

    fn envelopes(&self, history: &History, tick: u64) -> Envelopes {
        let Windows { band_half: half, short, tilt: window, .. } = self.windows;
        let mean_g2 = |from: u64, to: u64| {
            let energy: f32 = history.range(from, to).map(|tick| tick.band_g2).sum();
            energy / (to - from) as f32
        };
        let before = history.mean_g(tick - window, tick);
        let after = history.mean_g(tick + 1, tick + 1 + window);
        Envelopes {
            band_g: mean_g2(tick - half, tick + half + 1).sqrt(),
            short_g: mean_g2(tick, tick + short).sqrt(),
            tilt_g: distance_g(before, after),
        }
    }

    /// Takes the maxima of a second, and gives them when it is complete.
    fn gather(&mut self, envelopes: Envelopes) -> Option<Envelopes> {
        let (count, maxima) = self.second;
        self.second = (count + 1, maxima.max(envelopes));
        (self.second.0 >= self.windows.second)
            .then(|| std::mem::replace(&mut self.second, (0, Envelopes::NONE)).1)
    }

    fn start_floors(&mut self) {
        let least = self.least.as_array();
        self.floors = Some(std::array::from_fn(|which| {
            let mut maxima: Vec<f32> =
                self.warm_up.iter().map(|second| second.as_array()[which]).collect();
            Floor::start(&mut maxima, least[which])
        }));
        self.warm_up = Vec::new();
        self.second = (0, Envelopes::NONE);
    }

    fn step(
        &mut self,
        envelopes: Envelopes,
        history: &History,
        ended: &mut [VecDeque<Burst>; READINGS],
    ) {
        let tick = self.next;
        let usual = &self.hystereses[0].open;
        let waits = usual.is_some_and(|burst| tick - burst.first < self.windows.patience);
        if let Some(second) = self.gather(envelopes)
            && !waits
        {
            let least = self.least.as_array();
            for (which, floor) in self.floors.iter_mut().flatten().enumerate() {
                floor.second(second.as_array()[which], least[which]);
            }
        }
        let floors_g = self.floors.map_or([1.0; 3], |floors| floors.map(Floor::value));
        let level =
            (0..3).map(|which| envelopes.as_array()[which] / floors_g[which]).fold(0.0, f32::max);
        for (reading, ended) in ended.iter_mut().enumerate() {
            let burst = self.hystereses[reading].step(tick, level, floors_g, self.windows.hold);
            ended.extend(burst.map(|burst| self.trimmed(burst, burst.last, history)));
        }
    }

    /// The windows of the envelopes reach beyond the movement on both sides;
    /// moves the ends in, by no more than that, to the first tick that has left
    /// the rest before and the last that is not yet at the rest after.
    fn trimmed(&self, burst: Burst, last: u64, history: &History) -> Burst {
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
        ticks.fold(self, |bounds, tick| Self {
            band_g: bounds.band_g.max(share * tick.band_g2.sqrt()),
            tilt_g: bounds.tilt_g.max(share * distance_g(tick.mean_g, rest_g)),
        })
    }
}
