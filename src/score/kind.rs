//! What a movement is taken to be, and why.
//!
//! There is no published accelerometer signature of a hypnic start, and none of
//! a leg movement that all agree on; the bounds below follow from the mechanics
//! (what turns gravity, what rings, what comes back) and from the durations of
//! the standards. Each says where it comes from.

use std::fmt;

use super::starts::{self, FallingAsleep, Lack};
use crate::movement::{Kind, Movement};
use crate::night::stirring::{self, Company};
use crate::recording::Placement;

/// Longest leg movement that can be a candidate, s (AASM; Ferri et al. 2016).
pub const LONGEST_LM_S: f64 = 10.0;

/// Shortest leg movement, s (the same).
const SHORTEST_LM_S: f64 = 0.5;

/// On a mattress movements of the body are at least so strong, g.
const WEAKEST_GROSS_ON_MATTRESS_G: f32 = 0.045;

/// A limb's movement tilts the sensor by at least this, degrees …
const LIMB_TILT_DEG: f32 = 0.35;

/// … by less when it is one of a train of limb movements …
const LIMB_TILT_IN_TRAIN_DEG: f32 = 0.05;

/// … a brief one, up to [`LONGEST_TWITCH_S`], by this …
const BRIEF_LIMB_TILT_DEG: f32 = 0.8;

/// … or pushes it by at least this, g, when the limb turns about the vertical.
const LIMB_PUSH_G: f32 = 0.06;

/// What shakes the sensor without tilting it is a twitch up to here, s, and
/// longer ones come from outside.
const LONGEST_TWITCH_S: f64 = 0.6;

/// A strong twitch rings on for up to this, s, at this frequency or above, Hz.
const LONGEST_RING_S: f64 = 0.9;
const RING_HZ: f32 = 5.3;

/// Somebody else's movement, felt through the bed, wanders to and fro; a weak
/// one of the limb goes out and back.
const OUTSIDE_WANDER: f32 = 2.3;

/// Continuous motion from here on is the body's on a mattress, s.
const BODY_ACTIVE_S: f32 = 2.5;

/// The strongest rhythmic movement that is not walking, g and degrees.
const RHYTHM_PUSH_G: f32 = 0.4;
const RHYTHM_TILT_DEG: f32 = 12.0;

/// Through a mattress, what is quicker and stronger than this comes from
/// outside, Hz and g: a limb arrives weak, and slowed by the bed.
const OUTSIDE_HZ: f32 = 6.7;
const OUTSIDE_G: f32 = 0.009;

/// … but steps and doors shake a bed with no more than this, g, unless at
/// frequencies at which no body rings, Hz.
const STRONGEST_OUTSIDE_G: f32 = 0.1;
const BUILDING_HZ: f32 = 10.0;

/// The shortest that can be told from a twitch through a mattress, s.
const SHORTEST_ON_MATTRESS_S: f64 = 0.35;

/// What surrounds a movement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Context {
    /// Where the sensor was.
    pub placement: Placement,
    /// Rate of the recording, Hz.
    pub rate_hz: f64,
    /// Whether it lies in the time in bed.
    pub in_bed: bool,
    /// Seconds since the nearest transition into sleep: negative before it.
    pub since_sleep_s: Option<f64>,
    /// Seconds since the last movement of the body.
    pub since_stirring_s: Option<f64>,
    /// Seconds until the next movement of the body.
    pub until_stirring_s: Option<f64>,
    /// Stillness before the movement, s.
    pub still_before_s: f64,
    /// The movements around it.
    pub company: Company,
    /// What the twitches of the night reach, g.
    pub twitch_g: f32,
    /// Shakes from outside through the night, per hour in bed: see [`is_from_outside`].
    pub outside_per_hour: f64,
}

/// Why a movement is of its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Why {
    /// A regular train.
    Train {
        /// Repetitions a second.
        frequency_hz: f32,
        /// Repetitions.
        peaks: u32,
    },
    /// A sharp jerk near a transition into sleep.
    JerkNearSleep {
        /// What speaks for falling asleep.
        falling_asleep: FallingAsleep,
        /// Its strength, g.
        push_g: f32,
    },
    /// A sharp jerk, but no start.
    Jerk {
        /// What a start would have and this has not.
        lacks: Lack,
    },
    /// Gravity stays away.
    Turned {
        /// How far, degrees.
        turn_deg: f32,
    },
    /// Shakes without tilt.
    Shaken {
        /// Mean frequency, Hz.
        centroid_hz: f32,
    },
    /// A regular train outside the bed.
    Walking,
    /// A limb tilts and comes back.
    Returned {
        /// How far it tilted, degrees.
        tilt_deg: f32,
        /// Bursts with a hold between them.
        bursts: u32,
    },
    /// Longer than a leg movement.
    Long,
    /// As long as a leg movement, but moving all the time.
    Restless,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Train { frequency_hz, peaks } => {
                write!(f, "{peaks} regular repetitions at {frequency_hz:.1} Hz")
            }
            Self::JerkNearSleep { falling_asleep, push_g } => {
                write!(f, "sharp jerk of {push_g:.2} g {falling_asleep}")
            }
            Self::Jerk { lacks } => write!(f, "sharp jerk, no start: {lacks}"),
            Self::Turned { turn_deg } => write!(f, "gravity stays {turn_deg:.0}° away"),
            Self::Shaken { centroid_hz } => {
                write!(f, "shakes at {centroid_hz:.0} Hz without tilting the sensor")
            }
            Self::Walking => f.write_str("regular and strong, as in walking"),
            Self::Returned { tilt_deg, bursts: 1 } => {
                write!(f, "tilts by {tilt_deg:.1}° and comes back")
            }
            Self::Returned { tilt_deg, .. } => {
                write!(f, "tilts by {tilt_deg:.1}°, holds and comes back")
            }
            Self::Long => f.write_str("longer than a leg movement (10 s)"),
            Self::Restless => f.write_str("moves to and fro all the time"),
        }
    }
}

/// The kind of a movement, by the first of the rules that holds.
pub fn classify(movement: &Movement, context: &Context) -> (Kind, Why) {
    let duration_s = (movement.end - movement.onset) as f64 / context.rate_hz;
    let on_mattress = context.placement == Placement::Mattress;
    if let Some(found) = regular(movement, context) {
        return found;
    }
    if on_mattress && is_from_outside(movement) {
        return (Kind::Disturbance, Why::Shaken { centroid_hz: movement.centroid_hz });
    }
    if let Some(found) = starts::classify(movement, context, duration_s) {
        return found;
    }
    if stirring::turns_body(movement, context.placement) {
        return (Kind::PostureShift, Why::Turned { turn_deg: movement.turn_deg });
    }
    if duration_s > LONGEST_LM_S {
        return (Kind::GrossMovement, Why::Long);
    }
    if on_mattress {
        through_mattress(movement, duration_s)
    } else {
        worn(movement, context, duration_s)
    }
}

/// A regular train, in bed: rhythmic; outside it, walking.
fn regular(movement: &Movement, context: &Context) -> Option<(Kind, Why)> {
    let rhythm = movement.rhythm?;
    let strong = movement.burst_g >= RHYTHM_PUSH_G || movement.tilt_deg >= RHYTHM_TILT_DEG;
    if strong && !context.in_bed {
        return Some((Kind::GrossMovement, Why::Walking));
    }
    let why = Why::Train { frequency_hz: rhythm.frequency_hz, peaks: rhythm.peaks };
    (!strong).then_some((Kind::Rhythmic, why))
}

fn worn(movement: &Movement, context: &Context, duration_s: f64) -> (Kind, Why) {
    let shaken = Why::Shaken { centroid_hz: movement.centroid_hz };
    let in_train = context.company.is_train();
    let is_brief = duration_s < LONGEST_TWITCH_S;
    let pushed = movement.burst_g >= LIMB_PUSH_G;
    let untilted = movement.tilt_deg < BRIEF_LIMB_TILT_DEG;
    let rings = duration_s < LONGEST_RING_S && movement.centroid_hz >= RING_HZ && !in_train;
    if duration_s < SHORTEST_LM_S || (untilted && (is_brief || rings)) {
        return (Kind::Twitch, shaken);
    }
    let least_tilt_deg = if in_train { LIMB_TILT_IN_TRAIN_DEG } else { LIMB_TILT_DEG };
    let tilted = movement.bursts > 1
        || (movement.tilt_deg >= least_tilt_deg && (movement.wander < OUTSIDE_WANDER || in_train));
    if untilted && !tilted && !pushed {
        return (Kind::Disturbance, shaken);
    }
    if stirring::is_of_body(movement, context.company, context.placement) {
        return (Kind::GrossMovement, Why::Restless);
    }
    (Kind::LimbMovement, returned(movement))
}

/// Whether what a mattress feels is the ring of the building.
pub fn is_from_outside(movement: &Movement) -> bool {
    let may_be_body = movement.burst_g >= STRONGEST_OUTSIDE_G && movement.centroid_hz < BUILDING_HZ;
    movement.centroid_hz >= OUTSIDE_HZ && movement.burst_g >= OUTSIDE_G && !may_be_body
}

/// Whether a movement is brief and does not tilt the sensor: the twitches, and
/// what rings like one.
pub fn is_brief_shake(movement: &Movement, rate_hz: f64) -> bool {
    let duration_s = (movement.end - movement.onset) as f64 / rate_hz;
    movement.rhythm.is_none()
        && duration_s < LONGEST_TWITCH_S
        && movement.tilt_deg < BRIEF_LIMB_TILT_DEG
}

fn through_mattress(movement: &Movement, duration_s: f64) -> (Kind, Why) {
    let shaken = Why::Shaken { centroid_hz: movement.centroid_hz };
    if movement.burst_g >= WEAKEST_GROSS_ON_MATTRESS_G && movement.active_s >= BODY_ACTIVE_S {
        return (Kind::GrossMovement, Why::Restless);
    }
    if duration_s < SHORTEST_ON_MATTRESS_S {
        return (Kind::Twitch, shaken);
    }
    (Kind::LimbMovement, returned(movement))
}

fn returned(movement: &Movement) -> Why {
    Why::Returned { tilt_deg: movement.tilt_deg, bursts: movement.bursts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::movement::Rhythm;

    /// In sleep, an hour after it began, at an ankle, alone.
    fn asleep() -> Context {
        Context {
            placement: Placement::Ankle,
            rate_hz: 100.0,
            in_bed: true,
            since_sleep_s: Some(3600.0),
            since_stirring_s: Some(1800.0),
            until_stirring_s: Some(1800.0),
            still_before_s: 300.0,
            company: Company::default(),
            twitch_g: 0.12,
            outside_per_hour: 0.0,
        }
    }

    fn lasting(seconds: f64) -> Movement {
        Movement::returning(1000, 1000 + (seconds * 100.0) as u64)
    }

    #[test]
    fn kinds_by_mechanics() {
        let untilted = |seconds| Movement {
            tilt_deg: 0.1,
            burst_g: 0.02,
            peak_g: 0.02,
            centroid_hz: 9.0,
            ..lasting(seconds)
        };
        let rhythm = Some(Rhythm { frequency_hz: 1.2, peaks: 12, share: 0.8 });
        for (movement, expected, what) in [
            (lasting(2.0), Kind::LimbMovement, "tilts and comes back"),
            (lasting(0.5), Kind::LimbMovement, "the shortest leg movement, 0.5 s"),
            (lasting(0.49), Kind::Twitch, "shorter than a leg movement"),
            (lasting(10.01), Kind::GrossMovement, "longer than a leg movement, 10 s"),
            (Movement { turn_deg: 30.0, ..lasting(3.0) }, Kind::PostureShift, "stays turned"),
            (
                Movement { active_s: 6.0, turn_deg: 2.0, ..lasting(6.0) },
                Kind::GrossMovement,
                "moves all the time and ends elsewhere",
            ),
            (untilted(0.3), Kind::Twitch, "brief, without tilt"),
            (untilted(2.0), Kind::Disturbance, "long, without tilt"),
            (Movement { rhythm, ..lasting(10.0) }, Kind::Rhythmic, "a regular train in bed"),
        ] {
            assert_eq!(classify(&movement, &asleep()).0, expected, "{what}");
        }
    }

    #[test]
    fn a_regular_train_out_of_bed_is_walking_when_it_is_strong() {
        let rhythm = Some(Rhythm { frequency_hz: 1.8, peaks: 30, share: 0.8 });
        let walking = Movement { rhythm, burst_g: 0.8, ..lasting(20.0) };
        let up = Context { in_bed: false, ..asleep() };
        assert_eq!(classify(&walking, &up), (Kind::GrossMovement, Why::Walking));
    }

    #[test]
    fn what_a_building_does_to_a_bed_is_no_movement_of_the_sleeper() {
        let bed = Context { placement: Placement::Mattress, ..asleep() };
        let shake = |burst_g, centroid_hz| Movement {
            burst_g,
            peak_g: burst_g,
            centroid_hz,
            tilt_deg: 0.05,
            ..lasting(1.0)
        };
        for (movement, expected) in [
            (shake(0.05, 8.0), Kind::Disturbance),
            (shake(0.3, 12.0), Kind::Disturbance),
            (shake(0.02, 4.5), Kind::LimbMovement),
        ] {
            assert_eq!(classify(&movement, &bed).0, expected, "{movement:?}");
        }
    }
}
