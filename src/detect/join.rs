//! Bursts become movements.
//!
//! A tonic limb movement shows as a burst at its onset, a quiet hold with the
//! limb tilted, and a burst (or a slow sinking) at its release: one movement.
//! What joins them is gravity: between the two it stays away from where it was,
//! and after the second it is back.

use super::gate::{Burst, ticks};
use super::history::{History, distance_g};
use crate::recording::Frame;

/// Longest quiet hold, s. Tonic contractions of a leg movement hold for up to
/// 5 s; a limb that stays away longer was put somewhere else.
const LONGEST_HOLD_S: f64 = 6.0;

/// Window of the mean that is taken for gravity before and after, s.
pub const REST_S: f64 = 0.4;

/// A hold keeps at least this share of the largest tilt within its burst. A
/// limb that comes back misses its old place by a tenth or two.
const HOLD_SHARE: f32 = 0.15;

/// The release brings back all but this share of the hold's tilt.
const RETURN_SHARE: f32 = 0.5;

/// A shift within a hold is smaller than this share of it.
const SHIFT_SHARE: f32 = 0.5;

/// Smallest tilt of a hold that is seen by itself, g: 0.2°, or what the noise
/// allows.
const LEAST_HOLD_G: f32 = 0.0035;

/// The means at rest are over twice the time of the tilt envelope and vary by
/// less: this share of its off-threshold is four times their noise.
const HOLD_NOISE_SHARE: f32 = 0.6;

/// A burst that brings back what another took away confirms a hold of this share
/// of those: two steps of noise are opposite, and of one size, once in thirty times.
const CONFIRMED_SHARE: f32 = 0.6;

/// The bursts of one movement, and gravity around them.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The bursts, in order.
    pub bursts: Vec<Burst>,
    /// Last tick of the movement.
    pub last: u64,
    /// Mean acceleration before, g.
    pub before_g: Frame,
    /// Mean acceleration after, g.
    pub after_g: Frame,
}

/// Joins the bursts of one segment.
#[derive(Debug, Clone)]
pub struct Joiner {
    tick_hz: f64,
    rest: u64,
    /// The bursts since a limb went away that has not come back: the first took
    /// it there, the others shifted it a little.
    held: Vec<Shape>,
}

impl Joiner {
    /// For that many ticks a second.
    pub fn new(tick_hz: f64) -> Self {
        Self { tick_hz, rest: ticks(REST_S, tick_hz), held: Vec::new() }
    }

    /// Ticks after a burst that must be known before it is handed on.
    pub fn rest(&self) -> u64 {
        self.rest
    }

    /// Whether no limb is away.
    pub fn is_idle(&self) -> bool {
        self.held.is_empty()
    }

    /// A burst has ended.
    pub fn burst(&mut self, burst: Burst, history: History, done: &mut Vec<Shape>) {
        let shape = self.shape(burst, history);
        if let Some(first) = self.held.first() {
            if brings_back(first, &shape, history, self.rest()) {
                self.held.push(shape);
                return self.release(done);
            }
            if shifts(first, &shape) {
                self.held.push(shape);
                return;
            }
        }
        done.append(&mut self.held);
        if is_held(&shape, history, self.rest()) {
            self.held.push(shape);
        } else {
            done.push(shape);
        }
    }

    /// No burst runs, and the history reaches to its end: has a held limb sunk
    /// back by itself, or been away for too long?
    pub fn quiet(&mut self, history: History, done: &mut Vec<Shape>) {
        let (Some(first), Some(latest)) = (self.held.first(), self.held.last()) else { return };
        let (end, rest) = (history.end(), self.rest());
        if end < latest.last + 2 * rest {
            return;
        }
        let now_g = history.mean_g(end - rest, end);
        let away_g = distance_g(first.after_g, first.before_g);
        let longest = ticks(LONGEST_HOLD_S, self.tick_hz) + rest;
        let has_sunk = distance_g(now_g, first.before_g) < RETURN_SHARE * away_g;
        if has_sunk && away_g > least_hold_g(first.bursts[0]) {
            if let Some(latest) = self.held.last_mut() {
                latest.last = end - rest;
                latest.after_g = now_g;
            }
            self.release(done);
        } else if end - latest.last > longest {
            done.append(&mut self.held);
        }
    }

    /// The segment ends.
    pub fn finish(&mut self, done: &mut Vec<Shape>) {
        done.append(&mut self.held);
    }

    /// The limb is back: what was held becomes one movement.
    fn release(&mut self, done: &mut Vec<Shape>) {
        let joined = self.held.drain(..).reduce(|mut whole, part| {
            whole.bursts.extend(part.bursts);
            whole.last = part.last;
            whole.after_g = part.after_g;
            whole
        });
        done.extend(joined);
    }

    /// A burst by itself, and gravity around it.
    pub fn shape(&self, burst: Burst, history: History) -> Shape {
        let rest = self.rest();
        // One tick of distance: the edges of the burst are sharp to a tick only.
        let before_end = burst.first.saturating_sub(1);
        Shape {
            bursts: vec![burst],
            last: burst.last,
            before_g: history.mean_g(before_end.saturating_sub(rest), before_end),
            after_g: history.mean_g(burst.last + 2, burst.last + 2 + rest),
        }
    }
}

/// Smallest tilt of a hold that is seen by itself, g.
fn least_hold_g(burst: Burst) -> f32 {
    LEAST_HOLD_G.max(HOLD_NOISE_SHARE * burst.tilt_off_g)
}

/// Whether the limb is away and rests there, as far as can be told before it
/// comes back.
fn is_held(shape: &Shape, history: History, window: u64) -> bool {
    let away_g = distance_g(shape.after_g, shape.before_g);
    let burst = shape.bursts[0];
    let largest_g = largest_departure_g(history, burst, shape.before_g, window);
    away_g > CONFIRMED_SHARE * least_hold_g(burst) && away_g > HOLD_SHARE * largest_g
}

/// Whether the second burst brings back what the first took away, and nothing
/// else: a second movement goes out and back by itself.
fn brings_back(held: &Shape, release: &Shape, history: History, window: u64) -> bool {
    let away_g = distance_g(held.after_g, held.before_g);
    let largest_g = largest_departure_g(history, release.bursts[0], release.before_g, window);
    distance_g(release.after_g, held.before_g) < RETURN_SHARE * away_g
        && HOLD_SHARE * largest_g < away_g
}

/// Whether a burst in a hold only shifts the limb, and leaves it away.
fn shifts(held: &Shape, shape: &Shape) -> bool {
    let away_g = distance_g(held.after_g, held.before_g);
    distance_g(shape.after_g, shape.before_g) < SHIFT_SHARE * away_g
        && distance_g(shape.after_g, held.before_g) >= RETURN_SHARE * away_g
}

/// How far the mean over `window` ticks gets from `rest_g` within a burst. The
/// window is longer than a turn of the limb takes, so that the push of the
/// lever arm (up to ten times the tilt, first to and then fro) cancels.
fn largest_departure_g(history: History, burst: Burst, rest_g: Frame, window: u64) -> f32 {
    let latest = (burst.last + 2).saturating_sub(window).max(burst.first);
    (burst.first.max(history.first())..=latest)
        .map(|tick| distance_g(history.mean_g(tick, tick + window), rest_g))
        .fold(0.0, f32::max)
}
