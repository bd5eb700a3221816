//! Hypnic starts: which jerks are one.
//!
//! No published study says what a start looks like to an accelerometer. What
//! follows rests on its physiology: muscles fire for 75 to 250 ms (ICSD-3),
//! the limb or the body is thrown and falls back, body and bed ring for some
//! tenths of a second, nothing stays turned; it comes alone, out of stillness, as
//! sleep begins, or wakes the sleeper.

use std::fmt;

use super::kind::{Context, Why};
use crate::movement::{Kind, Movement};
use crate::recording::Placement;

/// What a jerk looks like at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mechanics {
    /// Longest jerk with its ring, s: 250 ms of muscle, then the body rings, and
    /// a bed longer.
    longest_s: f64,
    /// It rises within 0.15 s; with the width of the ticks and the first swings of
    /// a ring, which in a bed are stronger than the push, s.
    longest_rise_s: f32,
    /// It leaves gravity where it was, to this, degrees.
    turn_deg: f32,
    /// Mean frequency from which a jerk is one, Hz.
    slowest_hz: f32,
    /// Share of [`LIMB_QUICKNESS`] it must reach; 0 where the sensor does not turn with
    /// the limb.
    quickness_share: f32,
    /// What twitches reach where a night has too few to tell, g.
    twitch_g: f32,
    /// Bounds of that.
    twitch_range_g: [f32; 2],
    /// Stillness before it, s: a jerk within other movement is part of that.
    still_before_s: f64,
    /// Where steps, doors and others in the bed shake it more often, per hour, what
    /// the sleeper does cannot be told from them.
    most_outside_per_hour: f64,
}

const WORN: Mechanics = Mechanics {
    longest_s: 1.2,
    longest_rise_s: 0.3,
    turn_deg: 0.4,
    slowest_hz: 4.2,
    quickness_share: 1.0,
    twitch_g: 0.12,
    twitch_range_g: [0.12, 0.2],
    still_before_s: 6.0,
    most_outside_per_hour: f64::INFINITY,
};

/// A mattress passes on a third of a start and rings at 3 to 8 Hz.
const MATTRESS: Mechanics = Mechanics {
    longest_s: 1.8,
    longest_rise_s: 0.4,
    turn_deg: 0.2,
    slowest_hz: 3.9,
    quickness_share: 0.0,
    // A limb's movement arrives with no more: 49 of 50 simulated ones.
    twitch_g: 0.045,
    twitch_range_g: [0.045, 0.045],
    // Who else lies in the bed or walks past moves again after some seconds.
    still_before_s: 10.0,
    // Of 24 simulated nights alone in a bed none has more than 1.2, of 24 among
    // others none less than 4.5; 1 in 40 shakes from outside passes for a start.
    most_outside_per_hour: 2.3,
};

fn mechanics(placement: Placement) -> Mechanics {
    match placement {
        Placement::Mattress => MATTRESS,
        Placement::Ankle | Placement::Wrist | Placement::Waist => WORN,
    }
}

/// The shortest jerk with its ring, s: the body does not stop within a muscle
/// burst of 75 ms, a heel on the floor does.
const SHORTEST_S: f64 = 0.2;

/// Quickness (see [`quickness`]) that few limb movements reach: of the short ones
/// in simulated nights 1 in 200, and 4 in 5 starts.
const LIMB_QUICKNESS: f32 = 15.3;

/// What is enough for a jerk that comes alone as sleep begins: 1 in 50 short limb
/// movements reach it, and 9 in 10 starts.
const QUICKNESS_AT_ONSET: f32 = 13.2;

/// … of one after a movement of the body, when sleep may or may not begin …
const QUICKNESS_AFTER_STIRRING: f32 = 14.3;

/// … and of one that wakes the sleeper: the awakening right after it says more
/// than its shape.
const QUICKNESS_OF_WAKING: f32 = 11.0;

/// What a jerk needs with two limb movements around it, more for each further
/// one, and at most: starts come alone, or a few in a time of falling asleep; in
/// a train of periodic movements even a quick one is one more of them.
const QUICKNESS_IN_COMPANY: f32 = 15.4;
const QUICKNESS_PER_LIMB: f32 = 2.0;
const MOST_QUICKNESS: f32 = 26.0;

/// Smallest tilt that can be told from none, degrees.
const LEAST_TILT_DEG: f32 = 0.1;

/// Arm between pivot and sensor, m, with the factor of a step of minimum jerk
/// (5.77) over the acceleration of gravity: peak push in g for a turn of one
/// radian in one second.
const PUSH_OF_TURN: f32 = 5.77 * 0.3 / 9.81;

/// Starts come from this long before a transition into sleep to this long after
/// it, s; the transition is known to some minutes only.
const BEFORE_SLEEP_S: f64 = 600.0;
const AFTER_SLEEP_S: f64 = 600.0;

/// A movement of the body wakes for a moment; a start may follow for this long, s …
const AFTER_STIRRING_S: f64 = 300.0;

/// … or come just before it, and be what woke the sleeper, s.
const BEFORE_STIRRING_S: f64 = 8.0;

/// A sleeper who is woken lay still for so long before, s, and has moved no more
/// than so often within the longest interval of a series, the awakening included.
const ASLEEP_BEFORE_WAKING_S: f64 = 20.0;
const MOST_BODIES_AT_WAKING: u32 = 2;

/// Slowest recording that shows a start, Hz: at 25 Hz the shortest muscle burst,
/// 75 ms, is two samples.
pub const SLOWEST_FOR_STARTS_HZ: f64 = 24.0;

/// What speaks for falling asleep just then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FallingAsleep {
    /// A transition into sleep, s ago; negative before it.
    Transition(f64),
    /// A movement of the body, s ago.
    Stirring(f64),
    /// A movement of the body right after: the jerk woke the sleeper.
    Woken,
    /// Nothing but its own strength.
    Strength,
}

impl FallingAsleep {
    /// How many times stronger than the night's twitches a jerk must be to be a
    /// start. The better the moment, the fewer twitches fall into it by chance.
    fn least_over_twitches(self) -> f32 {
        match self {
            Self::Woken => 0.8,
            Self::Transition(_) => 1.2,
            Self::Stirring(_) => 1.3,
            Self::Strength => 1.6,
        }
    }
}

/// What keeps a jerk from being a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Too slow a recording to tell.
    Rate,
    /// No transition into sleep near that fits its strength.
    Sleep,
    /// No stillness before it.
    Stillness,
    /// The bed is shaken from outside too often.
    Alone,
}

/// How quick a movement is: its mean frequency over its time, Hz/s.
///
/// The time is the geometric mean of three: how long it lasts, how long it leaves
/// gravity turned, and within what a limb would have had to turn by its tilt to
/// push the sensor as it did. A limb that turns by an angle within a time pushes
/// by the angle over the square of the time; a jerk that throws the whole body
/// pushes harder than its tilt explains. Each time alone fails on some jerks: a
/// one-sided push leaks into the tilt, and a bed rings on.
fn quickness(movement: &Movement, duration_s: f64) -> f32 {
    let tilt = movement.tilt_deg.max(LEAST_TILT_DEG).to_radians();
    let turn_s = (PUSH_OF_TURN * tilt / movement.peak_g.max(f32::MIN_POSITIVE)).sqrt();
    let times_s = turn_s * duration_s as f32 * movement.stand_s;
    movement.centroid_hz / times_s.max(f32::MIN_POSITIVE).cbrt()
}

/// A jerk by its mechanics, whenever it comes.
struct Jerk {
    quickness: f32,
    /// The same share for all bounds of quickness.
    share: f32,
}

fn jerk(movement: &Movement, context: &Context, duration_s: f64) -> Option<Jerk> {
    let mechanics = mechanics(context.placement);
    // At a low rate the band of jerks ends earlier, and its mean falls with it.
    let lower = (0.02 * context.rate_hz).min(1.0).powf(0.25) as f32;
    let is_jerk = (SHORTEST_S..=mechanics.longest_s).contains(&duration_s)
        && movement.rise_s <= mechanics.longest_rise_s
        && movement.turn_deg <= mechanics.turn_deg
        && movement.centroid_hz >= lower * mechanics.slowest_hz;
    let share = lower * mechanics.quickness_share;
    is_jerk.then(|| Jerk { quickness: quickness(movement, duration_s), share })
}

/// Whether a jerk is a start, and if not, whether it is a twitch; `None` for what is
/// no jerk, or might as well be a limb's movement.
pub fn classify(movement: &Movement, context: &Context, duration_s: f64) -> Option<(Kind, Why)> {
    let Jerk { quickness, share } = jerk(movement, context, duration_s)?;
    let push_g = movement.peak_g;
    let in_company = quickness_among(context.company.unhurried);
    let lack = lack(context);
    if let (None, Some(falling_asleep)) = (lack, falling_asleep(context, push_g)) {
        let needed = match falling_asleep {
            FallingAsleep::Woken => QUICKNESS_OF_WAKING,
            FallingAsleep::Transition(_) => QUICKNESS_AT_ONSET,
            FallingAsleep::Stirring(_) => QUICKNESS_AFTER_STIRRING,
            FallingAsleep::Strength => LIMB_QUICKNESS,
        };
        if quickness >= share * needed.max(in_company) {
            return Some((Kind::HypnicStart, Why::JerkNearSleep { falling_asleep, push_g }));
        }
    }
    let is_no_limb = quickness >= share * LIMB_QUICKNESS.max(in_company)
        && push_g >= mechanics(context.placement).twitch_g;
    let lacks = lack.unwrap_or(Lack::Sleep);
    let kind = if lacks == Lack::Alone { Kind::Disturbance } else { Kind::Twitch };
    is_no_limb.then_some((kind, Why::Jerk { lacks }))
}

/// What keeps any jerk at such a moment of such a night from being a start.
fn lack(context: &Context) -> Option<Lack> {
    let mechanics = mechanics(context.placement);
    if context.rate_hz < SLOWEST_FOR_STARTS_HZ {
        Some(Lack::Rate)
    } else if context.outside_per_hour > mechanics.most_outside_per_hour {
        Some(Lack::Alone)
    } else {
        (context.still_before_s < mechanics.still_before_s).then_some(Lack::Stillness)
    }
}

/// The quickness that a jerk needs among so many limb movements, Hz/s.
fn quickness_among(limbs: u32) -> f32 {
    match limbs {
        0 | 1 => 0.0,
        _ => (QUICKNESS_IN_COMPANY + QUICKNESS_PER_LIMB * (limbs - 2) as f32).min(MOST_QUICKNESS),
    }
}

/// When the sleeper was falling asleep, or may have been: the best reason for
/// which a jerk is strong enough.
fn falling_asleep(context: &Context, push_g: f32) -> Option<FallingAsleep> {
    if !context.in_bed {
        return None;
    }
    let near = -BEFORE_SLEEP_S..=AFTER_SLEEP_S;
    let transition = context.since_sleep_s.filter(|since_s| near.contains(since_s));
    let after = context.since_stirring_s.filter(|since_s| *since_s <= AFTER_STIRRING_S);
    let wakes = context.until_stirring_s.is_some_and(|until_s| until_s <= BEFORE_STIRRING_S)
        && context.still_before_s >= ASLEEP_BEFORE_WAKING_S
        && context.company.bodies <= MOST_BODIES_AT_WAKING;
    let reasons = [
        wakes.then_some(FallingAsleep::Woken),
        transition.map(FallingAsleep::Transition),
        after.map(FallingAsleep::Stirring),
        Some(FallingAsleep::Strength),
    ];
    let is_strong =
        |reason: &FallingAsleep| push_g >= reason.least_over_twitches() * context.twitch_g;
    reasons.into_iter().flatten().find(is_strong)
}

/// Twitches spread about their median by half in natural log; 49 of 50 are below
/// this many times it.
const STRONGEST_TWITCH: f32 = 2.8;

/// Fewest twitches that tell how strong a sleeper's are.
const ENOUGH_TWITCHES: usize = 8;

/// What the twitches of a night reach, g: starts are what stands out from them.
/// `bursts_g` are those of the brief movements without tilt.
pub fn twitch_level_g(mut bursts_g: Vec<f32>, placement: Placement) -> f32 {
    let mechanics = mechanics(placement);
    if bursts_g.len() < ENOUGH_TWITCHES {
        return mechanics.twitch_g;
    }
    bursts_g.sort_by(f32::total_cmp);
    let [least_g, most_g] = mechanics.twitch_range_g;
    (STRONGEST_TWITCH * bursts_g[bursts_g.len() / 2]).clamp(least_g, most_g)
}

/// What sets off a turn of the body as a start does, and not as its first push:
/// it rises within a few ticks, s …
const SPLIT_RISE_S: f32 = 0.25;

/// … has rung out within the length of a start, s …
const SPLIT_LENGTH_S: f32 = 0.9;

/// … is stronger than twitches, g …
const SPLIT_G: f32 = 0.25;

/// … and quicker than the push of a turning body, Hz: of 10,000 simulated turns
/// and stretches 50 begin so, of the starts on top of one every second.
const SPLIT_HZ: f32 = 5.6;

/// Splits movements of the body that begin with a start, into the start and the
/// rest. `of_body` says of each whether it is one of the body.
pub fn split(movements: &[Movement], of_body: &[bool], rate_hz: f64) -> Vec<Movement> {
    let begins_with_start = |movement: &Movement| {
        movement.rise_s <= SPLIT_RISE_S
            && movement.first_burst_s <= SPLIT_LENGTH_S
            && movement.first_burst_g >= SPLIT_G
            && movement.first_centroid_hz >= SPLIT_HZ
            && movement.rhythm.is_none()
    };
    let mut split = Vec::with_capacity(movements.len());
    for (movement, of_body) in movements.iter().zip(of_body) {
        if !of_body || !begins_with_start(movement) {
            split.push(movement.clone());
            continue;
        }
        let length = (f64::from(movement.first_burst_s) * rate_hz).round() as u64;
        let parted = (movement.onset + length).min(movement.end - 1);
        split.push(Movement {
            end: parted,
            peak_g: movement.first_burst_g,
            burst_g: movement.first_burst_g,
            active_s: movement.first_burst_s,
            bursts: 1,
            centroid_hz: movement.first_centroid_hz,
            tilt_deg: 0.0,
            stand_s: movement.first_burst_s,
            turn_deg: 0.0,
            wander: 0.0,
            after_g: movement.before_g,
            ..movement.clone()
        });
        let active_s = movement.active_s - movement.first_burst_s;
        split.push(Movement { onset: parted, active_s, ..movement.clone() });
    }
    split
}

impl fmt::Display for FallingAsleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transition(since_s) => {
                let side = if *since_s < 0.0 { "before" } else { "after" };
                write!(f, "{:.0} min {side} falling asleep", since_s.abs() / 60.0)
            }
            Self::Stirring(since_s) => write!(f, "{:.0} min after stirring", since_s / 60.0),
            Self::Woken => f.write_str("that woke the sleeper"),
            Self::Strength => f.write_str("far stronger than the twitches of the night"),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rate => "the recording is too slow to tell",
            Self::Sleep => "not near a transition into sleep",
            Self::Stillness => "within other movement",
            Self::Alone => "others shake the bed as often",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::night::stirring::Company;

    /// Two minutes after falling asleep, at an ankle, alone.
    fn falling() -> Context {
        Context {
            placement: Placement::Ankle,
            rate_hz: 100.0,
            in_bed: true,
            since_sleep_s: Some(120.0),
            since_stirring_s: Some(130.0),
            until_stirring_s: Some(900.0),
            still_before_s: 60.0,
            company: Company::default(),
            twitch_g: 0.12,
            outside_per_hour: 0.0,
        }
    }

    /// 0.4 s, 0.35 g, ringing at 7 Hz.
    fn jerk() -> Movement {
        Movement {
            peak_g: 0.35,
            burst_g: 0.3,
            centroid_hz: 7.0,
            tilt_deg: 0.8,
            stand_s: 0.45,
            ..Movement::returning(0, 40)
        }
    }

    fn kind(movement: &Movement, context: &Context) -> Option<Kind> {
        let duration_s = (movement.end - movement.onset) as f64 / context.rate_hz;
        classify(movement, context, duration_s).map(|found| found.0)
    }

    #[test]
    fn quickness_is_frequency_over_the_mean_of_three_times() {
        // Half a radian at 1 g takes sqrt(5.77 · 0.3 · 0.5 / 9.81) = 0.297 s to turn;
        // 6 Hz over cbrt(0.297 · 0.5 · 0.4) s are 15.38 Hz/s.
        let movement = Movement {
            peak_g: 1.0,
            tilt_deg: 0.5_f32.to_degrees(),
            stand_s: 0.4,
            centroid_hz: 6.0,
            ..jerk()
        };
        assert!((quickness(&movement, 0.5) - 15.38).abs() < 0.01);
    }

    #[test]
    fn a_jerk_alone_as_sleep_begins_is_a_start_icsd_3() {
        assert_eq!(kind(&jerk(), &falling()), Some(Kind::HypnicStart));
        let awakened = Context {
            since_sleep_s: Some(4000.0),
            since_stirring_s: Some(4000.0),
            until_stirring_s: Some(3.0),
            company: Company { bodies: 1, ..Company::default() },
            ..falling()
        };
        assert_eq!(kind(&jerk(), &awakened), Some(Kind::HypnicStart), "wakes the sleeper");
    }

    #[test]
    fn what_keeps_a_jerk_from_being_a_start() {
        let of_company = |unhurried| Company { limbs: unhurried, unhurried, bodies: 0 };
        let slow = Movement { tilt_deg: 12.0, centroid_hz: 4.5, ..jerk() };
        let weak = Movement { peak_g: 0.1, burst_g: 0.1, ..jerk() };
        let long = Movement { end: 140, ..jerk() };
        let brief = Movement { end: 15, ..jerk() };
        let turned = Movement { turn_deg: 1.0, ..jerk() };
        let restless = Context { still_before_s: 2.0, ..falling() };
        let slow_recording = Context { rate_hz: 20.0, ..falling() };
        let up = Context { in_bed: false, ..falling() };
        let in_train = Context { company: of_company(8), ..falling() };
        let quick = quickness(&jerk(), 0.4);
        assert!(quick > LIMB_QUICKNESS);
        for (movement, context, what) in [
            (slow, falling(), "as slow as a limb that turns"),
            (weak, falling(), "weaker than the twitches of the night"),
            (long, falling(), "longer than a jerk with its ring"),
            (brief, falling(), "shorter than a body can ring"),
            (turned, falling(), "stays turned"),
            (jerk(), restless, "within other movement"),
            (jerk(), slow_recording, "too slow a recording"),
            (jerk(), up, "out of bed"),
            (Movement { tilt_deg: 6.0, ..jerk() }, in_train, "one more of a train"),
        ] {
            assert_ne!(kind(&movement, &context), Some(Kind::HypnicStart), "{what}");
        }
    }

    #[test]
    fn among_others_in_a_bed_a_jerk_is_anyones() {
        let alone = Context { placement: Placement::Mattress, outside_per_hour: 1.0, ..falling() };
        assert_eq!(kind(&jerk(), &alone), Some(Kind::HypnicStart));
        let shaken = Context { outside_per_hour: 6.0, ..alone };
        assert_eq!(kind(&jerk(), &shaken), Some(Kind::Disturbance));
        // What is worn feels the wearer.
        let worn = Context { placement: Placement::Ankle, ..shaken };
        assert_eq!(kind(&jerk(), &worn), Some(Kind::HypnicStart));
    }

    #[test]
    fn what_a_jerk_needs_rises_with_the_limb_movements_around_it() {
        let needed = [0, 1, 2, 3, 6, 7, 40].map(quickness_among);
        assert_eq!(needed, [0.0, 0.0, 15.4, 17.4, 23.4, 25.4, 26.0]);
    }
}
