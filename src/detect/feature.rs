//! What a movement looked like, measured on its ticks.

use std::f64::consts::TAU;

use super::gate::ticks;
use super::history::{History, angle_deg, distance_g, largest_angle_deg};
use super::join::Shape;
use super::stand::stand_s;
use crate::movement::Movement;
use crate::spectrum::Spectrum;

/// The rise ends at this share of the largest burst.
const RISEN_SHARE: f32 = 0.5;

/// The first burst ends at this share of what it had reached.
const DECAYED_SHARE: f32 = 0.25;

/// Window over which a tilt must stand to count as one, s: shorter than the
/// tilt of a movement, longer than the swing of a jerk or the push of a lever
/// arm.
pub(super) const TILT_S: f64 = 0.4;

/// What the ticks are measured in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Rate of the frames, Hz.
    pub rate_hz: f64,
    /// Frames in a tick.
    pub frames_per_tick: u32,
}

impl Scale {
    /// Ticks a second.
    pub fn tick_hz(self) -> f64 {
        self.rate_hz / f64::from(self.frames_per_tick)
    }
}

/// Makes the event of a shape; `history` must still hold its ticks (of a
/// movement longer than the history, the latest part is measured).
pub fn movement(
    shape: &Shape,
    history: History,
    scale: Scale,
    spectrum: &mut Spectrum,
) -> Movement {
    let first = shape.bursts[0].first;
    let whole = || history.range(first, shape.last + 1);
    let tick_s = 1.0 / scale.tick_hz();
    let start = |tick: u64| history.get(tick).start - lost(tick, history, scale);
    let peak_burst_g2 = whole().map(|tick| tick.band_g2).fold(0.0, f32::max);
    let burst_g = whole().map(|tick| tick.peak_g2).fold(0.0, f32::max).sqrt();
    let departure_g =
        whole().map(|tick| distance_g(tick.mean_g, shape.before_g)).fold(0.0, f32::max);
    let moving: u64 = shape.bursts.iter().map(|burst| burst.last + 1 - burst.first).sum();
    let rise =
        whole().take_while(|tick| tick.band_g2 < RISEN_SHARE.powi(2) * peak_burst_g2).count();
    let first_ticks = first_burst(first, shape.last, history) as u64;
    let first_burst = || history.range(first, first + first_ticks);
    Movement {
        onset: start(first),
        end: start(shape.last) + u64::from(scale.frames_per_tick),
        peak_g: burst_g.max(departure_g),
        burst_g,
        rise_s: (rise as f64 * tick_s) as f32,
        active_s: (moving as f64 * tick_s) as f32,
        first_burst_s: (first_ticks as f64 * tick_s) as f32,
        first_burst_g: first_burst().map(|tick| tick.peak_g2).fold(0.0, f32::max).sqrt(),
        first_centroid_hz: centroid_hz(first_burst(), scale.rate_hz),
        bursts: shape.bursts.len() as u32,
        centroid_hz: centroid_hz(whole(), scale.rate_hz),
        tilt_deg: largest_tilt_deg(shape, history, scale.tick_hz()),
        stand_s: stand_s(shape, history, scale.tick_hz()),
        turn_deg: angle_deg(shape.before_g, shape.after_g),
        wander: wander(shape, history, scale.tick_hz()),
        before_g: shape.before_g,
        after_g: shape.after_g,
        rhythm: spectrum.rhythm(whole().map(|tick| tick.mean_g), scale.tick_hz()),
        floor_g: shape.bursts[0].floor_g,
    }
}

/// Frames between a tick that has fallen off the history and the oldest kept.
fn lost(tick: u64, history: History, scale: Scale) -> u64 {
    history.first().saturating_sub(tick) * u64::from(scale.frames_per_tick)
}

/// Ticks from `first` until the short envelope has decayed.
fn first_burst(first: u64, last: u64, history: History) -> usize {
    let mut largest_g2: f32 = 0.0;
    let mut risen = false;
    let ticks: Vec<f32> = history.range(first, last + 1).map(|tick| tick.band_g2).collect();
    let peak_g2 = ticks.iter().copied().fold(0.0, f32::max);
    for (index, pair) in ticks.windows(2).enumerate() {
        // Two ticks, so that a zero crossing of a slow ring is not its end.
        let short_g2 = 0.5 * (pair[0] + pair[1]);
        largest_g2 = largest_g2.max(short_g2);
        risen |= largest_g2 >= 0.1 * peak_g2;
        if risen && short_g2 < DECAYED_SHARE.powi(2) * largest_g2 {
            return index + 1;
        }
    }
    ticks.len()
}

/// Mean frequency of the band of jerks: the rms of the change from frame to
/// frame over the rms itself is 2 sin(π f / rate).
fn centroid_hz<'a>(ticks: impl Iterator<Item = &'a super::tick::Tick>, rate_hz: f64) -> f32 {
    let (mut change, mut energy) = (0.0, 0.0);
    for tick in ticks {
        change += f64::from(tick.change_g2);
        energy += f64::from(tick.band_g2);
    }
    if energy == 0.0 {
        return 0.0;
    }
    let half_sine = (0.5 * (change / energy).sqrt()).min(1.0);
    (2.0 * half_sine.asin() / TAU * rate_hz) as f32
}

fn largest_tilt_deg(shape: &Shape, history: History, tick_hz: f64) -> f32 {
    let window = ticks(TILT_S, tick_hz);
    let first = shape.bursts[0].first;
    let last_window = (shape.last + 2).saturating_sub(window).max(first);
    let means =
        (first.max(history.first())..=last_window).map(|tick| history.mean_g(tick, tick + window));
    largest_angle_deg(means, shape.before_g)
}

/// Length of the way of the mean acceleration over twice its furthest point, in
/// steps of the window over which the push of a lever arm cancels.
fn wander(shape: &Shape, history: History, tick_hz: f64) -> f32 {
    let window = ticks(TILT_S, tick_hz);
    let first = shape.bursts[0].first.max(history.first());
    let mut at_g = shape.before_g;
    let (mut way_g, mut furthest_g) = (0.0, 0.0_f32);
    for from in (first..=shape.last).step_by(window as usize) {
        let next_g = history.mean_g(from, from + window);
        way_g += distance_g(at_g, next_g);
        furthest_g = furthest_g.max(distance_g(next_g, shape.before_g));
        at_g = next_g;
    }
    way_g += distance_g(at_g, shape.after_g);
    if furthest_g > 0.0 { way_g / (2.0 * furthest_g) } else { 0.0 }
}
