//! Movements of the body as a whole, and those without a pattern.

use super::coupling::Origin;
use super::legs::moments;
use super::night::Night;
use super::random::{Random, Stream, chance, log_normal, log_uniform, stream, uniform, waiting};
use super::schedule::{Act, Entry};
use super::shape;
use crate::movement::Kind;
use crate::recording::Placement;

impl Night<'_> {
    fn lever_m(&self) -> f64 {
        self.sleeper.limb.lever_m
    }

    fn gross(&self, note: &'static str, random: &mut Random) -> Entry {
        // Normative mean 12 s; brief ones are the more frequent.
        let length_s = log_normal(random, 7.0, 0.5).clamp(3.0, 20.0);
        let act = Act::Known(shape::gross(length_s, self.lever_m(), random));
        let entry = self.schedule.entry(Kind::GrossMovement, Origin::Body, act, random);
        Entry { note, ..entry }
    }

    fn shift(&self, note: &'static str, random: &mut Random) -> Entry {
        let length_s = log_uniform(random, 1.2, 6.0);
        // Some only put the leg elsewhere, most turn over.
        let (from_deg, to_deg) = if chance(random, 0.25) { (16.0, 40.0) } else { (35.0, 130.0) };
        let seeded = Box::new(random.clone());
        let act = Act::Shift { from_deg, to_deg, random: seeded };
        let entry = self.schedule.entry(Kind::PostureShift, Origin::Body, act, random);
        Entry { length_s, note, ..entry }
    }

    fn twitch(&self, note: &'static str, random: &mut Random) -> Entry {
        let peak_g = log_normal(random, 0.05, 0.5).clamp(0.02, 0.15);
        let act = Act::Known(shape::twitch(peak_g, self.lever_m(), random));
        let entry = self.schedule.entry(Kind::Twitch, Origin::WornLimb, act, random);
        Entry { note, ..entry }
    }
}

/// On foot before lights-off, into bed, out of it, on foot again.
pub(super) fn place_evening_and_morning(night: &mut Night) {
    let mut random = stream(night.seed, Stream::Evening);
    let (off_s, on_s) = (night.sleep.lights_off_s, night.sleep.lights_on_s);
    let length_s = night.sleep.length_s;
    if night.plan.sensor.placement == Placement::Mattress {
        for at_s in [2.0, length_s - 12.0] {
            let motion = shape::gross(uniform(&mut random, 4.0, 8.0), 0.3, &mut random);
            let act = Act::Known(motion);
            let entry = night.schedule.entry(Kind::GrossMovement, Origin::Device, act, &mut random);
            night.schedule.place(at_s, Entry { note: "device handled", ..entry });
        }
    }
    let into_s = uniform(&mut random, 3.0, 6.0);
    let into_at_s = (off_s - into_s - uniform(&mut random, 3.0, 12.0)).max(1.5);
    let act = Act::LieDown { random: Box::new(random.clone()) };
    let entry = night.schedule.entry(Kind::PostureShift, Origin::Body, act, &mut random);
    let entry = Entry { length_s: into_s, note: "into bed", ..entry };
    night.schedule.place(into_at_s, entry);
    let out_s = uniform(&mut random, 3.0, 6.0);
    let act = Act::GetUp { random: Box::new(random.clone()) };
    let entry = night.schedule.entry(Kind::PostureShift, Origin::Body, act, &mut random);
    let entry = Entry { length_s: out_s, note: "out of bed", ..entry };
    night.schedule.place(on_s, entry);
    for (from_s, to_s) in [(2.0, into_at_s - 2.0), (on_s + out_s + 2.0, length_s - 2.0)] {
        let mut at_s = from_s;
        while at_s < to_s {
            let walk_s = log_uniform(&mut random, 8.0, 40.0);
            let motion = shape::walking(walk_s, night.lever_m(), &mut random);
            let act = Act::Known(motion);
            let entry = night.schedule.entry(Kind::GrossMovement, Origin::Afoot, act, &mut random);
            if at_s + entry.length_s < to_s {
                night.schedule.place(at_s, Entry { note: "on foot", ..entry });
            }
            at_s += walk_s + log_uniform(&mut random, 3.0, 25.0);
        }
    }
}

/// Every awakening begins with a movement of the body.
pub(super) fn place_awakenings(night: &mut Night) {
    let mut random = stream(night.seed, Stream::Awakenings);
    for (from_s, _) in night.sleep.awake_in_bed().into_iter().skip(1) {
        let at_s = from_s + uniform(&mut random, 0.0, 2.0);
        let entry = if chance(&mut random, 0.4) {
            night.shift("awakening", &mut random)
        } else {
            night.gross("awakening", &mut random)
        };
        night.schedule.place(at_s, entry);
    }
}

/// Trains of the foot; they belong to wakefulness and light sleep.
pub(super) fn place_rhythms(night: &mut Night) {
    let mut random = stream(night.seed, Stream::Rhythms);
    let per_hour = night.sleeper.habits.rhythms_per_hour;
    for at_s in moments(per_hour, night.plan.hours, &mut random) {
        let act = Act::Known(shape::rhythm(night.lever_m(), &mut random));
        let entry = night.schedule.entry(Kind::Rhythmic, Origin::WornLimb, act, &mut random);
        if at_s > night.sleep.lights_off_s && at_s + entry.length_s < night.sleep.lights_on_s {
            night.schedule.place(at_s, Entry { note: "rhythmic train", ..entry });
        }
    }
}

/// Posture shifts in sleep.
pub(super) fn place_shifts(night: &mut Night) {
    let mut random = stream(night.seed, Stream::Shifts);
    let per_hour = night.sleeper.habits.shifts_per_hour;
    for at_s in moments(per_hour, night.plan.hours, &mut random) {
        let entry = night.shift("posture shift in sleep", &mut random);
        if night.sleep.asleep(at_s) {
            night.schedule.place(at_s, entry);
        }
    }
}

/// Gross movements in sleep.
pub(super) fn place_gross_movements(night: &mut Night) {
    let mut random = stream(night.seed, Stream::GrossMovements);
    let per_hour = night.sleeper.habits.gross_per_hour;
    for at_s in moments(per_hour, night.plan.hours, &mut random) {
        let entry = night.gross("gross movement in sleep", &mut random);
        if night.sleep.asleep(at_s) {
            night.schedule.place(at_s, entry);
        }
    }
}

/// Twitches in sleep; six times as many where dreams are likely.
pub(super) fn place_twitches(night: &mut Night) {
    let mut random = stream(night.seed, Stream::Twitches);
    let often = 6.0 * night.sleeper.habits.twitches_per_hour;
    for at_s in moments(often, night.plan.hours, &mut random) {
        let entry = night.twitch("twitch in sleep", &mut random);
        let kept = chance(&mut random, 1.0 / 6.0);
        if night.sleep.dreaming(at_s) || (kept && night.sleep.asleep(at_s)) {
            night.schedule.place(at_s, entry);
        }
    }
}

/// Awake in bed: something moves every ten to sixty seconds, until the sleeper
/// drifts off.
pub(super) fn place_restlessness(night: &mut Night) {
    let mut random = stream(night.seed, Stream::Restlessness);
    let every_s = night.sleeper.habits.restless_every_s;
    let bouts = night.sleep.awake_in_bed();
    for (number, (from_s, to_s)) in bouts.iter().enumerate() {
        let drowsy_s = uniform(&mut random, 60.0, 200.0).min(0.5 * (to_s - from_s));
        let last = number + 1 == bouts.len();
        let until_s = if last { *to_s } else { to_s - drowsy_s };
        let mut at_s = *from_s;
        loop {
            at_s += 4.0 + waiting(&mut random, (every_s - 4.0).max(1.0));
            if at_s >= until_s {
                break;
            }
            place_restless_movement(night, at_s, &mut random);
        }
    }
}

fn place_restless_movement(night: &mut Night, at_s: f64, random: &mut Random) {
    const NOTE: &str = "restless while awake";
    let kind = uniform(random, 0.0, 1.0);
    if kind < 0.4 {
        let entry = night.gross(NOTE, random);
        night.schedule.place(at_s, entry);
    } else if kind < 0.6 {
        let entry = night.shift(NOTE, random);
        night.schedule.place(at_s, entry);
    } else if kind < 0.8 {
        night.place_single_leg(at_s, NOTE, random);
    } else {
        let entry = night.twitch(NOTE, random);
        night.schedule.place(at_s, entry);
    }
}
