//! What shakes the sensor and is not the sleeper.

use super::coupling::Origin;
use super::legs::moments;
use super::motion::{Motion, Part, Step, Tone};
use super::plan::Surroundings;
use super::random::{Random, Stream, count, log_normal, stream, uniform};
use super::schedule::{Act, Entry, Schedule};
use super::shape::{self, tones};
use super::vector::{anywhere, near, scale};
use crate::movement::Kind;

/// Places the disturbances of `length_s`.
pub(super) fn place(around: &Surroundings, seed: u64, length_s: f64, schedule: &mut Schedule) {
    type Draw = fn(&mut Random) -> Motion;
    let sources: [(f64, Stream, Origin, &str, Draw); 5] = [
        (around.doors_per_hour, Stream::Doors, Origin::Floor, "door or step", |random| {
            let peak_g = log_normal(random, 0.05, 0.6);
            door(peak_g, random)
        }),
        (around.traffic_per_hour, Stream::Traffic, Origin::Floor, "traffic", |random| {
            let peak_g = log_normal(random, 0.015, 0.5);
            traffic(peak_g, random)
        }),
        (around.partner_per_hour, Stream::Partner, Origin::Bed, "partner in the bed", |random| {
            let peak_g = log_normal(random, 0.06, 0.5);
            let length_s = uniform(random, 1.5, 8.0);
            shape::gross(length_s, 0.3, random).with_peak(peak_g)
        }),
        (around.pet_per_hour, Stream::Pet, Origin::Bed, "pet on the bed", |random| {
            let peak_g = log_normal(random, 0.08, 0.5);
            pet(peak_g, random)
        }),
        (around.buzzes_per_hour, Stream::Ringer, Origin::Device, "the device buzzes", |random| {
            let peak_g = log_normal(random, 0.15, 0.4);
            buzz(peak_g, random)
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

/// A door or a step on the floor: a short ring of 8 to 20 Hz, at times two.
fn door(peak_g: f64, random: &mut Random) -> Motion {
    let mut parts = Vec::new();
    let mut at_s = 0.0;
    for _ in 0..count(random, 1, 2) {
        let along = near([0.0, 0.0, 1.0], 35.0, random);
        let hz = uniform(random, 8.0, 20.0);
        let decay_s = uniform(random, 0.05, 0.4) / 3.0;
        parts.push(Part::Ring { at_s, hz, decay_s, along_g: scale(along, 1.0) });
        // The building answers lower and later.
        let along_g = scale(near([0.0, 0.0, 1.0], 35.0, random), uniform(random, 0.2, 0.5));
        parts.push(Part::Ring {
            at_s: at_s + 0.02,
            hz: 0.55 * hz,
            decay_s: 1.2 * decay_s,
            along_g,
        });
        at_s += uniform(random, 0.25, 1.2);
    }
    Motion { parts }.with_peak(peak_g)
}

/// A truck: rumble that swells and goes over 5 to 20 s.
fn traffic(peak_g: f64, random: &mut Random) -> Motion {
    let length_s = uniform(random, 5.0, 20.0);
    let parts = (0..3)
        .map(|_| Part::Tremor {
            at_s: 0.0,
            length_s,
            edge_s: 0.5 * length_s,
            tones: tones(5.0, 18.0, random),
            along_g: near([0.0, 0.0, 1.0], 40.0, random),
        })
        .collect();
    Motion { parts }.with_peak(peak_g)
}

/// A pet jumps onto the bed, treads about and settles or leaves.
fn pet(peak_g: f64, random: &mut Random) -> Motion {
    let mut parts = Vec::new();
    let mut at_s = 0.0;
    let mut size = 1.0;
    for _ in 0..count(random, 2, 7) {
        let rise_s = uniform(random, 0.1, 0.3);
        let way_m = size * 9.8 * rise_s * rise_s / 5.77;
        parts.push(Part::Shift {
            along: near([0.0, 0.0, -1.0], 25.0, random),
            steps: vec![
                Step { at_s, rise_s, by: way_m },
                Step { at_s: at_s + rise_s, rise_s: 2.0 * rise_s, by: -way_m },
            ],
        });
        at_s += uniform(random, 0.3, 1.1);
        size = uniform(random, 0.15, 0.6);
    }
    Motion { parts }.with_peak(peak_g)
}

/// The device's own motor at about 150 Hz: two or three buzzes.
fn buzz(peak_g: f64, random: &mut Random) -> Motion {
    let hz = uniform(random, 135.0, 175.0);
    let along_g = anywhere(random);
    let length_s = uniform(random, 0.3, 0.8);
    let parts = (0..count(random, 2, 3))
        .map(|k| Part::Tremor {
            at_s: f64::from(k) * (length_s + 0.25),
            length_s,
            edge_s: 0.03,
            tones: std::array::from_fn(|_| Tone {
                hz: hz * uniform(random, 0.998, 1.002),
                phase: 0.0,
            }),
            along_g,
        })
        .collect();
    Motion { parts }.with_peak(peak_g)
}
