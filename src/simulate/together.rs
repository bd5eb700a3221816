//! One night as several sensors have it.

use super::coupling::{Origin, coupling};
use super::plan::{Plan, Sensor};
use super::random::{Stream, stream, uniform};
use super::schedule::{Entry, STANDING};
use super::{SimulatedNight, night, seen, vector};
use crate::recording::{Placement, Side};

/// Each further sensor draws its noise and its errors from another seed.
const NEXT_SENSOR: u64 = 1_000_003;

/// The night of `plan` as its sensor has it, and as each of `others` has it,
/// which goes with how far its clock is ahead, s. The clock of the first is
/// right; what its truth tells is the truth of them all, with every movement as
/// the sensor has it that felt it most.
///
/// Twitches and rhythmic movements are of the limb the first sensor is on.
///
/// # Panics
/// As [`simulate`](super::simulate).
pub fn simulate_together(plan: &Plan, seed: u64, others: &[(Sensor, f64)]) -> Vec<SimulatedNight> {
    assert!(plan.hours > 0.0 && plan.hours.is_finite(), "a plan has a length");
    let events = night::events(plan, seed);
    let mut nights = vec![seen(plan, seed, &events.sleep, events.up, events.entries.clone())];
    for (number, (sensor, ahead_s)) in others.iter().enumerate() {
        let plan =
            Plan { sensor: sensor.clone(), start: plan.start.moved(*ahead_s), ..plan.clone() };
        let seed = seed.wrapping_add((number as u64 + 1) * NEXT_SENSOR);
        let up = match sensor.placement {
            Placement::Mattress => {
                vector::near([0.0, 0.0, 1.0], 3.0, &mut stream(seed, Stream::Mount))
            }
            _ => STANDING,
        };
        let there = events.entries.iter().map(|(entry, motion)| {
            let way = entry.way.seen_from(origin_from(sensor, entry));
            (Entry { coupling: coupling(sensor.placement, way), ..entry.clone() }, motion.clone())
        });
        nights.push(seen(&plan, seed, &events.sleep, up, there.collect()));
    }
    let (first, others) = nights.split_at_mut(1);
    for (index, event) in first[0].truth.events.iter_mut().enumerate() {
        for there in others.iter().map(|night| &night.truth.events[index]) {
            event.visible |= there.visible;
            if there.peak_g > event.peak_g {
                event.peak_g = there.peak_g;
                event.rise_s = there.rise_s;
            }
            event.tilt_deg = event.tilt_deg.max(there.tilt_deg);
            event.turn_deg = event.turn_deg.max(there.turn_deg);
        }
    }
    nights
}

/// Where a movement comes from, seen from another sensor than that of the plan.
fn origin_from(sensor: &Sensor, entry: &Entry) -> Origin {
    match (entry.way.origin, entry.side) {
        (Origin::Leg | Origin::OtherLeg, Some(side)) if sensor.side == Some(side) => Origin::Leg,
        (Origin::Leg | Origin::OtherLeg | Origin::WornLimb, _) => Origin::OtherLeg,
        (origin, _) => origin,
    }
}

/// The sensor of a plan at another place, with errors of its own: a clock that
/// is up to 40 s off (the second number, s) and up to 60 ppm too fast or too
/// slow, as two loggers are that were set by two computers a week ago.
pub fn another_sensor(
    like: &Sensor,
    placement: Placement,
    side: Option<Side>,
    seed: u64,
) -> (Sensor, f64) {
    let place = placement as u64 * 4 + side.map_or(3, |side| side as u64);
    let random = &mut stream(seed.wrapping_add(place * NEXT_SENSOR), Stream::Scene);
    let mut sensor = Sensor { placement, side, ..like.clone() };
    sensor.converter.white_mg *= uniform(random, 0.8, 1.25);
    sensor.faults.clock_ppm = uniform(random, -60.0, 60.0);
    (sensor, uniform(random, -40.0, 40.0))
}
