//! The envelopes of the ticks, for a block of them at once.
//!
//! What the gate needs of the ticks is laid out in columns, so that one
//! instruction serves as many ticks as a vector has places. Each value goes
//! through the operations of its definition in the same order on every machine
//! and for every size of the blocks; the naive twin in the tests takes one tick
//! after the other.

use fearless_simd::{Level, dispatch};

use super::gate::ticks;
use super::tick::Tick;

/// Half the window of the band envelope, s.
const BAND_HALF_S: f64 = 0.15;

/// Window of the short envelope, s: that of a jerk.
const SHORT_S: f64 = 0.1;

/// Window of the means whose difference is the tilt speed, s. With the band of
/// jerks (above 3 Hz) this covers what is slower: the difference of two adjacent
/// means of 0.2 s passes 0.8 to 3 Hz, and rings no longer than it is.
pub const TILT_WINDOW_S: f64 = 0.2;

/// What the envelopes say of one tick, g: the root mean square in the band of
/// jerks over 0.3 s ([`BAND`]), over 0.1 s, and the change of the mean ([`TILT`]).
pub type Envelope = [f32; 3];
pub const BAND: usize = 0;
pub const TILT: usize = 2;

/// The windows of the envelopes, in ticks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Windows {
    band_half: usize,
    short: usize,
    tilt: usize,
}

/// The envelopes of the latest ticks of the running segment.
#[derive(Debug, Clone)]
pub struct Envelopes {
    windows: Windows,
    level: Level,
    /// Of every tick that still lies in a window: the mean acceleration on three
    /// axes and the mean square in the band of jerks.
    columns: [Vec<f32>; 4],
    /// The envelopes, of the ticks from `first` on.
    known: [Vec<f32>; 3],
    first: u64,
}

impl Envelopes {
    /// For that many ticks a second.
    pub fn new(tick_hz: f64) -> Self {
        let ticks = |duration_s: f64| ticks(duration_s, tick_hz) as usize;
        let windows = Windows {
            band_half: ticks(BAND_HALF_S),
            short: ticks(SHORT_S),
            tilt: ticks(TILT_WINDOW_S),
        };
        let (columns, known) = Default::default();
        let first = windows.reach() as u64;
        Self { windows, level: Level::new(), columns, known, first }
    }

    /// Ticks before one and behind it that its envelopes are made of; the first
    /// and last ticks of a segment have none.
    pub fn reach(&self) -> u64 {
        self.windows.reach() as u64
    }

    /// Another segment begins.
    pub fn clear(&mut self) {
        self.columns.iter_mut().for_each(Vec::clear);
        self.known.iter_mut().for_each(Vec::clear);
        self.first = self.reach();
    }

    /// Ticks before this one are not asked for any more.
    pub fn forget(&mut self, before: u64) {
        let old = (before.saturating_sub(self.first) as usize).min(self.known[BAND].len());
        self.known.iter_mut().for_each(|known| drop(known.drain(..old)));
        self.first += old as u64;
    }

    /// More ticks.
    pub fn extend(&mut self, ticks: &[Tick]) {
        let [x, y, z, band] = &mut self.columns;
        x.extend(ticks.iter().map(|tick| tick.mean_g[0]));
        y.extend(ticks.iter().map(|tick| tick.mean_g[1]));
        z.extend(ticks.iter().map(|tick| tick.mean_g[2]));
        band.extend(ticks.iter().map(|tick| tick.band_g2));
        let reach = self.windows.reach();
        let Some(more) = band.len().checked_sub(2 * reach).filter(|more| *more > 0) else { return };
        let before = self.known[BAND].len();
        self.known.iter_mut().for_each(|known| known.resize(before + more, 0.0));
        let [band, short, tilt] = &mut self.known;
        let out = [&mut band[before..], &mut short[before..], &mut tilt[before..]];
        dispatch!(self.level, _simd => envelopes(self.windows, &self.columns, out));
        self.columns.iter_mut().for_each(|column| drop(column.drain(..more)));
    }

    /// One past the last tick whose envelopes are known.
    pub fn end(&self) -> u64 {
        self.first + self.known[BAND].len() as u64
    }

    /// Those of one tick, which must be known.
    pub fn get(&self, tick: u64) -> Envelope {
        let index = (tick - self.first) as usize;
        [0, 1, 2].map(|which| self.known[which][index])
    }

    /// Those of the ticks from `from` to before `to`, which must be known.
    pub fn range(&self, from: u64, to: u64) -> [&[f32]; 3] {
        let [from, to] = [from, to].map(|tick| (tick - self.first) as usize);
        [0, 1, 2].map(|which| &self.known[which][from..to])
    }
}

impl Windows {
    fn reach(self) -> usize {
        self.tilt.max(self.band_half)
    }
}

/// The envelopes of all but the first and last ticks in `columns`.
#[inline(always)]
fn envelopes(windows: Windows, columns: &[Vec<f32>; 4], out: [&mut [f32]; 3]) {
    let Windows { band_half: half, short, tilt } = windows;
    let reach = windows.reach();
    let [x, y, z, energy] = columns;
    let [band_g, short_g, tilt_g] = out;
    window_sums(&energy[reach - half..], 2 * half + 1, band_g);
    window_sums(&energy[reach..], short, short_g);
    for (out, count) in [(&mut *band_g, 2 * half + 1), (&mut *short_g, short)] {
        let count = count as f32;
        out.iter_mut().for_each(|sum| *sum = (*sum / count).sqrt());
    }
    let count = tilt as f32;
    // The window behind a tick is that before a later one.
    let mut sums = vec![0.0; tilt_g.len() + tilt + 1];
    for axis in [x, y, z] {
        window_sums(&axis[reach - tilt..], tilt, &mut sums);
        for (square, (before, after)) in tilt_g.iter_mut().zip(sums.iter().zip(&sums[tilt + 1..])) {
            let step = before / count - after / count;
            *square += step * step;
        }
    }
    tilt_g.iter_mut().for_each(|square| *square = square.sqrt());
}

/// Sums of `window` values that follow each other, from every place on.
#[inline(always)]
fn window_sums(values: &[f32], window: usize, out: &mut [f32]) {
    out.copy_from_slice(&values[..out.len()]);
    for later in 1..window {
        for (sum, value) in out.iter_mut().zip(&values[later..]) {
            *sum += value;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::history::{Past, distance_g};
    use super::*;

    /// One tick, by the definitions.
    fn naive(windows: Windows, past: &Past, tick: u64) -> Envelope {
        let history = past.as_of(past.end());
        let mean_g2 = |from: u64, to: u64| {
            let energy: f32 = history.range(from, to).map(|tick| tick.band_g2).sum();
            energy / (to - from) as f32
        };
        let [half, short, tilt] =
            [windows.band_half, windows.short, windows.tilt].map(|ticks| ticks as u64);
        let before = history.mean_g(tick - tilt, tick);
        let after = history.mean_g(tick + 1, tick + 1 + tilt);
        [
            mean_g2(tick - half, tick + half + 1).sqrt(),
            mean_g2(tick, tick + short).sqrt(),
            distance_g(before, after),
        ]
    }

    proptest! {
        /// The bits, not the values.
        #[test]
        fn blocks_of_ticks_give_the_bits_of_tick_by_tick(
            values in proptest::collection::vec(proptest::array::uniform4(0.0..2.0_f32), 1..300),
            size in 1usize..80, forgets: bool, tick_hz in 5.0..30.0_f64,
        ) {
            let ticks: Vec<Tick> = values
                .iter()
                .map(|&[x, y, z, band_g2]| Tick { mean_g: [x, -y, z], band_g2, ..Tick::default() })
                .collect();
            let mut past = Past::new(ticks.len());
            past.room().extend(&ticks);
            let mut envelopes = Envelopes::new(tick_hz);
            let reach = envelopes.reach();
            let mut next = reach;
            for block in ticks.chunks(size) {
                envelopes.extend(block);
                while next < envelopes.end() {
                    let expected = naive(envelopes.windows, &past, next).map(f32::to_bits);
                    prop_assert_eq!(envelopes.get(next).map(f32::to_bits), expected);
                    next += 1;
                }
                if forgets {
                    envelopes.forget(next);
                }
            }
            prop_assert_eq!(next, (ticks.len() as u64).saturating_sub(reach).max(reach));
        }
    }
}
