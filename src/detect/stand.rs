//! How long a movement left gravity turned.

use std::ops::RangeInclusive;

use nalgebra::Vector3;

use super::feature::TILT_S;
use super::gate::ticks;
use super::history::History;
use super::join::Shape;

/// How long after a movement its turn is still followed, s.
const FOLLOWED_S: f64 = 1.5;

/// How long gravity stood turned by more than half of the most it was, s, between
/// ticks by interpolation; no turn seems to stand much shorter than [`TILT_S`].
///
/// What acts across the gravity of before is averaged over the window of tilts
/// twice: of a ring of 4 Hz or the push of a lever arm, of which one mean would
/// leave a fifth, it leaves 1 in 20.
pub(super) fn stand_s(shape: &Shape, history: History, tick_hz: f64) -> f32 {
    let window = ticks(TILT_S, tick_hz) as usize;
    let first = shape.bursts[0].first;
    let from = first.saturating_sub(2 * window as u64).max(history.first());
    let to = shape.last + 1 + ticks(FOLLOWED_S, tick_hz);
    let before_g = Vector3::from(shape.before_g);
    let up = before_g.try_normalize(0.0).unwrap_or_default();
    let across: Vec<Vector3<f32>> = history
        .range(from, to)
        .map(|tick| Vector3::from(tick.mean_g) - before_g)
        .map(|away_g| away_g - up * up.dot(&away_g))
        .collect();
    let smooth = running_mean(&running_mean(&across, window), window);
    let turned_g: Vec<f32> = smooth.iter().map(Vector3::norm).collect();
    // Both windows of the first value are around this tick.
    let middle = from + window as u64 - 1;
    let place = |tick: u64| tick.saturating_sub(middle) as usize;
    (width_at_half_height(&turned_g, place(first)..=place(shape.last + 1)) / tick_hz) as f32
}

/// Means of every `window` values in a row, at least one.
fn running_mean(values: &[Vector3<f32>], window: usize) -> Vec<Vector3<f32>> {
    let share = 1.0 / window as f64;
    let mut sum = Vector3::zeros();
    let mut means = Vec::with_capacity(values.len().saturating_sub(window - 1));
    for (index, value) in values.iter().enumerate() {
        sum += value.cast::<f64>();
        if let Some(first) = (index + 1).checked_sub(window) {
            means.push((sum * share).cast::<f32>());
            sum -= values[first].cast::<f64>();
        }
    }
    means
}

/// Width of the highest peak that stands at one of the indices `during`, at half
/// its height, in steps; as far as there are values.
fn width_at_half_height(values: &[f32], during: RangeInclusive<usize>) -> f64 {
    let within = values.iter().enumerate().filter(|(index, _)| during.contains(index));
    let Some((peak, &height)) = within.max_by(|a, b| a.1.total_cmp(b.1)) else { return 0.0 };
    let half = 0.5 * height;
    let side = |values: &mut dyn Iterator<Item = f32>| {
        let (mut steps, mut last) = (0.0, height);
        for value in values {
            if value <= half {
                return steps + f64::from((last - half) / (last - value).max(f32::MIN_POSITIVE));
            }
            steps += 1.0;
            last = value;
        }
        steps
    };
    side(&mut values[..peak].iter().rev().copied()) + side(&mut values[peak + 1..].iter().copied())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::gate::Burst;
    use super::super::history::Past;
    use super::super::tick::Tick;
    use super::*;

    const TICK_HZ: f64 = 20.0;

    /// Of a sensor that turns about an axis by `tilt_deg` of a time in seconds,
    /// while a movement lasts from 2 s to `end_s`.
    fn stand_of(end_s: f64, tilt_deg: impl Fn(f64) -> f64) -> f64 {
        let tick = |n: u32| {
            let tilt = tilt_deg(f64::from(n) / TICK_HZ).to_radians();
            Tick { mean_g: [tilt.sin() as f32, 0.0, tilt.cos() as f32], ..Tick::default() }
        };
        let mut past = Past::new(1000);
        past.room().extend((0..160).map(tick));
        let last = (end_s * TICK_HZ) as u64;
        let burst = Burst { first: 40, last, floor_g: 1e-3, band_off_g: 2e-3, tilt_off_g: 2e-3 };
        let flat = [0.0, 0.0, 1.0];
        let shape = Shape { bursts: vec![burst], last, before_g: flat, after_g: flat };
        f64::from(stand_s(&shape, past.as_of(160), TICK_HZ))
    }

    /// 1 within the times, 0 outside.
    fn within(from_s: f64, to_s: f64) -> impl Fn(f64) -> f64 {
        move |at_s| f64::from(u8::from((from_s..to_s).contains(&at_s)))
    }

    #[test]
    fn a_turn_that_stands_is_as_long_as_it_stands() {
        // Two means of one length leave the width of an edge where it is.
        for length_s in [1.0, 1.4, 2.0] {
            let held = within(2.0, 2.0 + length_s);
            let stood_s = stand_of(2.0 + length_s, |at_s| 8.0 * held(at_s));
            assert!((stood_s - length_s).abs() < 0.03, "{length_s} s: {stood_s}");
        }
        // What the turn is makes no difference; nor where gravity was never left.
        let held = within(2.0, 3.0);
        assert!((stand_of(3.0, &held) - 1.0).abs() < 0.03);
        assert_eq!(stand_of(3.0, |_| 0.0), 0.0);
    }

    #[test]
    fn a_jolt_stands_no_longer_than_the_window() {
        // Two means of one length make a triangle of it, as wide at half height
        // as the window: 8 ticks of 0.05 s.
        let jolt = within(2.19, 2.24);
        let stood_s = stand_of(2.5, |at_s| 8.0 * jolt(at_s));
        assert!((stood_s - 0.4).abs() < 0.02, "{stood_s}");
    }

    #[test]
    fn a_ring_beside_a_turn_changes_it_little() {
        let held = within(2.0, 3.2);
        let ring = |at_s: f64| held(at_s) * 4.0 * (std::f64::consts::TAU * 5.5 * at_s).sin();
        let alone = stand_of(3.2, |at_s| 4.0 * held(at_s));
        let with_ring = stand_of(3.2, |at_s| 4.0 * held(at_s) + ring(at_s));
        assert!((with_ring - alone).abs() < 0.05, "{alone} {with_ring}");
    }

    #[test]
    fn a_turn_that_goes_on_is_followed_to_the_end() {
        let stood_s = stand_of(3.0, |at_s| if at_s < 2.0 { 0.0 } else { 8.0 });
        // To 1.5 s after the movement, less half of both windows.
        assert!((stood_s - (1.0 + FOLLOWED_S - TILT_S)).abs() < 0.1, "{stood_s}");
    }

    proptest! {
        #[test]
        fn running_means_are_the_means_of_each_window(
            values in prop::collection::vec(-2.0_f32..2.0, 0..200),
            window in 1_usize..40,
        ) {
            let vectors: Vec<_> = values.iter().map(|v| Vector3::new(*v, -v, v * v)).collect();
            let means = running_mean(&vectors, window);
            let naive: Vec<_> = vectors
                .windows(window)
                .map(|of| of.iter().sum::<Vector3<f32>>() / window as f32)
                .collect();
            prop_assert_eq!(means.len(), naive.len());
            for (mean, naive) in means.iter().zip(&naive) {
                prop_assert!((mean - naive).norm() < 1e-5);
            }
        }
    }
}
