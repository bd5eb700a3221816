//! Hypnic starts around every transition into sleep.

use super::coupling::Origin;
use super::night::Night;
use super::random::{Random, Stream, chance, count, log_normal, stream, uniform};
use super::schedule::Act;
use super::shape;
use crate::movement::Kind;

/// Stillness before a start, s: the sleeper was drifting off.
const STILL_BEFORE_S: f64 = 32.0;

/// Where starts lie around the transition, s.
const EARLIEST_S: f64 = -180.0;
const LATEST_S: f64 = 45.0;

/// Places the starts of the night: one to `at_onset` where the night's sleep
/// begins, and perhaps one or two wherever it begins again.
pub(super) fn place(night: &mut Night) {
    let Some(starts) = night.sleeper.starts.clone() else { return };
    let mut random = stream(night.seed, Stream::Starts);
    let bouts = night.sleep.awake_in_bed();
    for (number, (from_s, to_s)) in bouts.iter().enumerate().take(bouts.len().saturating_sub(1)) {
        let wanted = if number == 0 {
            count(&mut random, 1, starts.at_onset.max(1))
        } else if chance(&mut random, starts.after_awakening) {
            count(&mut random, 1, 2)
        } else {
            0
        };
        let mut placed = 0;
        // A start needs stillness before it; in a short time awake most
        // moments are too early.
        for _ in 0..12 * wanted {
            let at_s = to_s + uniform(&mut random, EARLIEST_S, LATEST_S);
            let peak_g = log_normal(&mut random, starts.peak_g, 0.5).clamp(0.1, 1.0);
            let still = at_s - STILL_BEFORE_S > *from_s;
            if placed < wanted && still && place_one(night, at_s, peak_g, &starts, &mut random) {
                placed += 1;
            }
        }
    }
}

/// A start at `at_s` and what follows from it.
fn place_one(
    night: &mut Night,
    at_s: f64,
    peak_g: f64,
    starts: &super::plan::Starts,
    random: &mut Random,
) -> bool {
    let lever_m = night.sleeper.limb.lever_m;
    let motion = shape::hypnic_start(peak_g, lever_m, random);
    let mut start =
        night.schedule.entry(Kind::HypnicStart, Origin::Body, Act::Known(motion), random);
    let end_s = at_s + start.length_s;
    let fate = uniform(random, 0.0, 1.0);
    let wakes = fate < starts.awakening;
    let shifts = !wakes && fate < starts.awakening + starts.onto_shift;
    // The draws of both fates are taken, so that one more awakening leaves the
    // other starts where they are.
    let gross_s = uniform(random, 3.0, 10.0);
    let gross_at_s = end_s.max(at_s + uniform(random, 1.0, 5.0)) + 0.1;
    let gross = shape::gross(gross_s, lever_m, random);
    let shift_s = uniform(random, 1.5, 5.0);
    let awake_s = uniform(random, 45.0, 240.0);
    let follow_s = if wakes { gross_at_s + gross_s } else { end_s + shift_s };
    if !night.schedule.is_free(at_s - STILL_BEFORE_S, follow_s) {
        return false;
    }
    start.note = if wakes {
        "start that wakes the sleeper"
    } else if shifts {
        "start, then at once a posture shift"
    } else {
        "start"
    };
    night.schedule.put(at_s, start);
    night.schedule.keep_free(at_s - STILL_BEFORE_S, end_s);
    if wakes {
        let mut entry =
            night.schedule.entry(Kind::GrossMovement, Origin::Body, Act::Known(gross), random);
        entry.note = "awakening by a start";
        night.schedule.put(gross_at_s, entry);
        night.sleep.wake(at_s, at_s + awake_s);
    } else if shifts {
        let act = Act::Shift { from_deg: 20.0, to_deg: 120.0, random: Box::new(random.clone()) };
        let mut entry = night.schedule.entry(Kind::PostureShift, Origin::Body, act, random);
        entry.length_s = shift_s;
        entry.note = "posture shift on a start";
        // The shift begins while the start still rings.
        let at_s = at_s + 0.3_f64.max(0.6 * (end_s - at_s));
        night.schedule.put(at_s, entry);
    } else {
        night.schedule.keep_free(end_s, end_s + 4.0);
    }
    true
}
