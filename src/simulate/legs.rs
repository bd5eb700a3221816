//! Leg movements: periodic trains, single ones, doublets.

use super::coupling::Origin;
use super::night::Night;
use super::plan::Trains;
use super::random::{Random, Stream, chance, log_normal, normal, stream, uniform, waiting};
use super::schedule::{Act, Entry};
use super::shape;
use crate::movement::Kind;
use crate::recording::Side;

/// Intervals of periodic movements lie within these (Ferri et al. 2016).
const SHORTEST_INTERVAL_S: f64 = 10.0;
const LONGEST_INTERVAL_S: f64 = 90.0;
/// Trains of wakefulness are numbered after this.
const BEFORE_AWAKE: u32 = 10_000;
/// When both legs move, the second begins up to so much later, s. A guess:
/// the rules of both standards leave room for more.
const LATEST_WITH_S: f64 = 0.4;
/// Fewer are no series (AASM; Ferri et al. 2016).
const FEWEST_IN_SERIES: usize = 4;

impl Night<'_> {
    /// A leg movement; on the sensor's side unless `other`.
    fn leg_movement(
        &self,
        strength: f64,
        other: bool,
        note: &'static str,
        random: &mut Random,
    ) -> Entry {
        let motion = shape::limb_movement(&self.sleeper.limb, strength, random);
        let origin = if other { Origin::OtherLeg } else { Origin::Leg };
        let mut entry = self.schedule.entry(Kind::LimbMovement, origin, Act::Known(motion), random);
        // Drawn in any case: a sensor without a side changes nothing else.
        let either = if chance(random, 0.5) { Side::Left } else { Side::Right };
        let own = self.plan.sensor.side.unwrap_or(either);
        entry.side = Some(if other { own.opposite() } else { own });
        entry.note = note;
        entry
    }

    /// The movement of the other leg that goes with `first`, and how much later
    /// it begins, s: each leg moves in its own way.
    fn with_it(
        &self,
        first: &Entry,
        strength: f64,
        other: bool,
        random: &mut Random,
    ) -> (f64, Entry) {
        let strength = strength * log_normal(random, 0.8, 0.3);
        let mut entry = self.leg_movement(strength, other, "periodic, of both legs", random);
        (entry.side, entry.train) = (first.side.map(Side::opposite), first.train);
        (uniform(random, 0.0, LATEST_WITH_S).min(0.5 * first.length_s), entry)
    }

    /// Places a leg movement outside the trains, unless it would make a series
    /// with others.
    pub fn place_single_leg(&mut self, at_s: f64, note: &'static str, random: &mut Random) -> bool {
        let strength = log_normal(random, 0.8, self.sleeper.limb.angle_spread);
        let entry = self.leg_movement(strength, false, note, random);
        self.keeps_apart(&[at_s]) && self.schedule.place(at_s, entry)
    }

    /// Whether leg movements at these moments, in order, leave fewer than four
    /// in a row with no more than 90 s between them.
    fn keeps_apart(&self, moments_s: &[f64]) -> bool {
        let onsets = self.schedule.leg_onsets_s();
        let (first_s, last_s) = (moments_s[0], moments_s[moments_s.len() - 1]);
        let before = onsets.partition_point(|onset| *onset < first_s);
        let earlier = in_reach(first_s, onsets[..before].iter().rev());
        let later = in_reach(last_s, onsets[before..].iter());
        earlier + moments_s.len() + later < FEWEST_IN_SERIES
    }
}

/// How many of `onsets` follow each other from `from_s` with no more than the
/// longest interval between them.
fn in_reach<'a>(from_s: f64, onsets: impl Iterator<Item = &'a f64>) -> usize {
    let mut here_s = from_s;
    let reached = |onset: &&f64| {
        let near = (*onset - here_s).abs() <= LONGEST_INTERVAL_S + 1.0;
        here_s = **onset;
        near
    };
    onsets.take_while(reached).count()
}

/// Periodic movements in sleep, more of them in the first half of the night as
/// in restless legs (Ferri et al. 2006).
pub(super) fn place_trains(night: &mut Night) {
    let Some(trains) = night.sleeper.trains.clone() else { return };
    let mut random = stream(night.seed, Stream::Trains);
    let (Some(onset_s), Some(final_wake_s)) = (night.sleep.onset_s(), night.sleep.final_wake_s())
    else {
        return;
    };
    let mut number = 0;
    let mean_train_s = trains.movements * trains.interval_s;
    let busy = (trains.per_hour * trains.interval_s / 3600.0).min(0.95);
    let mean_pause_s = mean_train_s * (1.0 - busy) / busy;
    let mut at_s = onset_s + waiting(&mut random, 0.4 * mean_pause_s).max(60.0);
    while at_s < final_wake_s {
        number += 1;
        let end_s = place_train(night, &trains, at_s, final_wake_s, (number, false), &mut random);
        let share = (end_s - onset_s) / (final_wake_s - onset_s);
        at_s = end_s + 95.0 + waiting(&mut random, mean_pause_s * (0.4 + 1.2 * share));
    }
}

/// Periodic movements in wakefulness.
pub(super) fn place_wake_trains(night: &mut Night) {
    let Some(trains) = night.sleeper.wake_trains.clone() else { return };
    let mut random = stream(night.seed, Stream::WakeTrains);
    let busy = (trains.per_hour * trains.interval_s / 3600.0).min(0.95);
    let mean_pause_s = trains.movements * trains.interval_s * (1.0 - busy) / busy;
    let mut number = BEFORE_AWAKE;
    for (from_s, to_s) in night.sleep.awake_in_bed() {
        let mut at_s = from_s + uniform(&mut random, 10.0, 60.0);
        while at_s < to_s {
            number += 1;
            let end_s = place_train(night, &trains, at_s, to_s, (number, true), &mut random);
            at_s = end_s + 95.0 + waiting(&mut random, mean_pause_s);
        }
    }
}

/// One train from `at_s`; `number.1` says whether it is one of wakefulness.
/// Returns where it ends.
fn place_train(
    night: &mut Night,
    trains: &Trains,
    mut at_s: f64,
    until_s: f64,
    number: (u32, bool),
    random: &mut Random,
) -> f64 {
    let spread = night.sleeper.limb.angle_spread;
    let movements = log_normal(random, trains.movements, 0.7).clamp(4.0, 90.0).round() as u32;
    let train_strength = log_normal(random, 1.0, 0.6 * spread);
    let median_s = log_normal(random, trains.interval_s, 0.12);
    let (mut drift, mut modulation) = (0.0, 0.0);
    // A stream of its own: with it the rest of the night remains as it was.
    let mut both = stream(night.seed ^ u64::from(number.0), Stream::BothLegs);
    for _ in 0..movements {
        // Strength wanders from movement to movement.
        modulation = 0.7 * modulation + 0.57 * spread * normal(random);
        let strength = train_strength * f64::exp(modulation);
        let other = chance(random, trains.other_leg);
        let mut entry = night.leg_movement(strength, other, "periodic", random);
        entry.train = Some(number.0);
        let comes = !chance(random, trains.missed);
        if comes && at_s < until_s && night.sleep.asleep(at_s) != number.1 {
            let with = (trains.both_legs > 0.0 && chance(&mut both, trains.both_legs))
                .then(|| night.with_it(&entry, strength, !other, &mut both));
            night.schedule.place_with(at_s, entry, with);
        }
        drift = 0.95 * drift + 0.04 * normal(random);
        let interval_s = log_normal(random, median_s * f64::exp(drift), trains.interval_spread);
        at_s += interval_s.clamp(SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S);
        if at_s > until_s {
            break;
        }
    }
    at_s
}

/// Single leg movements in sleep.
pub(super) fn place_isolated(night: &mut Night) {
    let mut random = stream(night.seed, Stream::Isolated);
    let per_hour = night.sleeper.habits.isolated_per_hour;
    for at_s in moments(per_hour, night.plan.hours, &mut random) {
        if night.sleep.asleep(at_s) {
            night.place_single_leg(at_s, "single", &mut random);
        }
    }
}

/// Pairs of leg movements 2 to 8 s apart (the first peak of the intervals in
/// restless legs is at 2 to 4 s; Ferri et al. 2006).
pub(super) fn place_doublets(night: &mut Night) {
    let mut random = stream(night.seed, Stream::Doublets);
    let per_hour = night.sleeper.habits.doublets_per_hour;
    for at_s in moments(per_hour, night.plan.hours, &mut random) {
        let spread = night.sleeper.limb.angle_spread;
        let strength = log_normal(&mut random, 1.0, spread);
        let first = night.leg_movement(strength, false, "first of a doublet", &mut random);
        let weaker = strength * uniform(&mut random, 0.5, 1.0);
        let second = night.leg_movement(weaker, false, "second of a doublet", &mut random);
        let interval_s =
            (first.length_s + 1.1).max(log_normal(&mut random, 3.2, 0.4).clamp(2.0, 8.0));
        let end_s = at_s + interval_s + second.length_s;
        let fits = interval_s <= 8.0
            && night.sleep.asleep(at_s)
            && night.schedule.is_free(at_s, end_s)
            && night.keeps_apart(&[at_s, at_s + interval_s]);
        if fits && night.schedule.place(at_s, first) {
            night.schedule.place(at_s + interval_s, second);
        }
    }
}

/// Moments of a Poisson process over the whole recording.
pub(super) fn moments(per_hour: f64, hours: f64, random: &mut Random) -> Vec<f64> {
    if per_hour <= 0.0 {
        return Vec::new();
    }
    let mean_s = 3600.0 / per_hour;
    let next = |at_s: &f64| Some(at_s + waiting(random, mean_s));
    let mut moments: Vec<f64> =
        std::iter::successors(Some(0.0), next).take_while(|at_s| *at_s < hours * 3600.0).collect();
    moments.remove(0);
    moments
}
