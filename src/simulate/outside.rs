//! What shakes the sensor and is not the sleeper.

use super::coupling::Origin;
use super::legs::moments;
use super::motion::Motion;
use super::plan::Surroundings;
use super::random::{Random, Stream, log_normal, stream, uniform};
use super::schedule::{Act, Entry, Schedule};
use super::shape;
use crate::movement::Kind;

/// Places the disturbances of `length_s`.
pub(super) fn place(around: &Surroundings, seed: u64, length_s: f64, schedule: &mut Schedule) {
    type Draw = fn(&mut Random) -> Motion;
    let sources: [(f64, Stream, Origin, &str, Draw); 5] = [
        (around.doors_per_hour, Stream::Doors, Origin::Bed, "door or step", |random| {
            let peak_g = log_normal(random, 0.05, 0.6);
            shape::door(peak_g, random)
        }),
        (around.traffic_per_hour, Stream::Traffic, Origin::Bed, "traffic", |random| {
            let peak_g = log_normal(random, 0.015, 0.5);
            shape::traffic(peak_g, random)
        }),
        (around.partner_per_hour, Stream::Partner, Origin::Bed, "partner in the bed", |random| {
            let peak_g = log_normal(random, 0.06, 0.5);
            let length_s = uniform(random, 1.5, 8.0);
            shape::gross(length_s, 0.3, random).with_peak(peak_g)
        }),
        (around.pet_per_hour, Stream::Pet, Origin::Bed, "pet on the bed", |random| {
            let peak_g = log_normal(random, 0.08, 0.5);
            shape::pet(peak_g, random)
        }),
        (around.buzzes_per_hour, Stream::Ringer, Origin::Device, "the device buzzes", |random| {
            let peak_g = log_normal(random, 0.15, 0.4);
            shape::buzz(peak_g, random)
        }),
    ];
    for (per_hour, ingredient, origin, note, draw) in sources {
        let mut random = stream(seed, ingredient);
        for at_s in moments(per_hour, length_s / 3600.0, &mut random) {
            let act = Act::Known(draw(&mut random));
            let entry = schedule.entry(Kind::Disturbance, origin, act, &mut random);
            schedule.place(at_s, Entry { note, ..entry });
        }
    }
}
