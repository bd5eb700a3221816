//! What a movement is taken to be, and why.
//!
//! There is no published accelerometer signature of a hypnic start, and none of
//! a leg movement that all agree on; the bounds below follow from the mechanics
//! (what turns gravity, what rings, what comes back) and from the durations of
//! the standards. Each says where it comes from.

use std::fmt;

use crate::movement::{Kind, Movement};
use crate::night::is_restless;
use crate::recording::Placement;

/// Longest leg movement that can be a candidate, s (AASM; Ferri et al. 2016).
pub const LONGEST_LM_S: f64 = 10.0;

/// Shortest leg movement, s (the same).
const SHORTEST_LM_S: f64 = 0.5;

/// The mechanics of a sensor's place: what a jerk, a turn and a shake look like
/// there.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mechanics {
    /// Longest jerk, s: muscles fire for 75 to 250 ms in a sleep start (ICSD-3),
    /// then the body rings, and a bed longer.
    longest_jerk_s: f64,
    /// A jerk leaves gravity where it was, to this, degrees.
    jerk_turn_deg: f32,
    /// Mean frequency from which a jerk is one, Hz; a limb's turn has less.
    slowest_jerk_hz: f32,
    /// Weakest start, g: starts are 0.1 to 1 g at the body, twitches up to
    /// 0.15 g; between the two only chance would decide.
    weakest_start_g: f32,
    /// Gravity left this far away is a new posture, degrees.
    posture_turn_deg: f32,
    /// Movements of the body are at least so strong, g.
    weakest_gross_g: f32,
}

/// On the body. Nearest-posture studies take 10 to 20° for a new posture.
const WORN: Mechanics = Mechanics {
    longest_jerk_s: 1.2,
    jerk_turn_deg: 0.4,
    slowest_jerk_hz: 5.3,
    weakest_start_g: 0.15,
    posture_turn_deg: 12.0,
    weakest_gross_g: 0.0,
};

/// On a mattress, which passes on a few hundredths of a limb's movement and a
/// few degrees of the body's turn, and rings at 3 to 8 Hz.
const MATTRESS: Mechanics = Mechanics {
    longest_jerk_s: 1.4,
    jerk_turn_deg: 0.2,
    slowest_jerk_hz: 3.6,
    weakest_start_g: 0.03,
    posture_turn_deg: 0.4,
    weakest_gross_g: 0.045,
};

/// A jerk rises within 0.15 s; with the width of the ticks and the first swing
/// of a ring, s.
const LONGEST_RISE_S: f32 = 0.3;

/// A turn by an angle pushes the sensor by a few times the tilt; a jerk by more
/// than this many times.
const JERK_OVER_TILT: f32 = 3.2;

/// From this frequency on a jerk is no limb's turn, even among limb movements, Hz.
const SURELY_JERK_HZ: f32 = 6.2;

/// Starts come from this long before a transition into sleep, s …
const BEFORE_SLEEP_S: f64 = 900.0;

/// … to this long after it, s.
const AFTER_SLEEP_S: f64 = 600.0;

/// A movement of the body wakes for a moment; a start may follow for this long, s …
const AFTER_STIRRING_S: f64 = 300.0;

/// … one stronger than any twitch, g, for this long, s …
const STRONG_START_G: f32 = 0.25;
const STRONG_AFTER_STIRRING_S: f64 = 900.0;

/// … or come just before it, and be what woke the sleeper, s.
const BEFORE_STIRRING_S: f64 = 8.0;

/// Stillness before a start, s: a jerk within other movement is part of it.
const STILL_BEFORE_S: f64 = 20.0;

/// A limb's movement tilts the sensor by at least this, degrees …
const LIMB_TILT_DEG: f32 = 0.35;

/// … a brief one, up to [`LONGEST_TWITCH_S`], by this …
const BRIEF_LIMB_TILT_DEG: f32 = 0.8;

/// … or pushes it by at least this, g, when the limb turns about the vertical.
const LIMB_PUSH_G: f32 = 0.06;

/// What shakes the sensor without tilting it is a twitch up to here, s, and
/// longer ones come from outside.
const LONGEST_TWITCH_S: f64 = 0.6;

/// A strong twitch rings on for up to this, s.
const LONGEST_RING_S: f64 = 0.9;

/// Somebody else's movement, felt through the bed, wanders to and fro; a weak
/// one of the limb goes out and back.
const OUTSIDE_WANDER: f32 = 2.3;

/// Continuous motion from here on is the body's on a mattress, s.
const BODY_ACTIVE_S: f32 = 2.5;

/// Limb movements within [`COMPANY_S`] that make a jerk one of them: starts come
/// alone.
const COMPANY: usize = 3;

/// Longest interval of a series, s (AASM; Ferri et al. 2016).
pub const COMPANY_S: f64 = 90.0;

/// The strongest rhythmic movement that is not walking, g and degrees.
const RHYTHM_PUSH_G: f32 = 0.4;
const RHYTHM_TILT_DEG: f32 = 12.0;

/// Through a mattress, what is quicker and stronger than this comes from
/// outside, Hz and g: a limb arrives weak, and slowed by the bed.
const OUTSIDE_HZ: f32 = 7.5;
const OUTSIDE_G: f32 = 0.009;

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
    /// Limb-like movements within [`COMPANY_S`] before and after it.
    pub company: usize,
}

impl Context {
    fn mechanics(self) -> Mechanics {
        match self.placement {
            Placement::Mattress => MATTRESS,
            _ => WORN,
        }
    }

    /// When the sleeper fell asleep, or may have after stirring.
    fn falling_asleep(self, burst_g: f32) -> Option<FallingAsleep> {
        if !self.in_bed {
            return None;
        }
        let is_strong = burst_g >= STRONG_START_G;
        let longest_s = if is_strong { STRONG_AFTER_STIRRING_S } else { AFTER_STIRRING_S };
        let near = -BEFORE_SLEEP_S..=AFTER_SLEEP_S;
        let transition = self.since_sleep_s.filter(|since_s| near.contains(since_s));
        let after = self.since_stirring_s.filter(|since_s| *since_s <= longest_s);
        let wakes = self.until_stirring_s.is_some_and(|until_s| until_s <= BEFORE_STIRRING_S);
        wakes
            .then_some(FallingAsleep::Woken)
            .or(transition.map(FallingAsleep::Transition))
            .or(after.map(FallingAsleep::Stirring))
    }
}

/// What speaks for falling asleep just then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FallingAsleep {
    /// A transition into sleep, s ago; negative before it.
    Transition(f64),
    /// A movement of the body, s ago.
    Stirring(f64),
    /// A movement of the body right after: the jerk woke the sleeper.
    Woken,
}

/// Slowest recording that shows a start, Hz: at 25 Hz the shortest muscle burst,
/// 75 ms, is two samples.
pub const SLOWEST_FOR_STARTS_HZ: f64 = 24.0;

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
        burst_g: f32,
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

/// What keeps a jerk from being a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Too slow a recording to tell.
    Rate,
    /// No transition into sleep near.
    Sleep,
    /// No stillness before it.
    Stillness,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Train { frequency_hz, peaks } => {
                write!(f, "{peaks} regular repetitions at {frequency_hz:.1} Hz")
            }
            Self::JerkNearSleep { falling_asleep, burst_g } => {
                write!(f, "sharp jerk of {burst_g:.2} g {falling_asleep}")
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

impl fmt::Display for FallingAsleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transition(since_s) => {
                let side = if *since_s < 0.0 { "before" } else { "after" };
                write!(f, "{:.0} min {side} falling asleep", since_s.abs() / 60.0)
            }
            Self::Stirring(since_s) => write!(f, "{:.0} min after stirring", since_s / 60.0),
            Self::Woken => f.write_str("that woke the sleeper"),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rate => "the recording is too slow to tell",
            Self::Sleep => "not near a transition into sleep",
            Self::Stillness => "within other movement",
        })
    }
}

/// The kind of a movement, by the first of the rules that holds.
pub fn classify(movement: &Movement, context: &Context) -> (Kind, Why) {
    let mechanics = context.mechanics();
    let duration_s = (movement.end - movement.onset) as f64 / context.rate_hz;
    if let Some(found) = regular(movement, context) {
        return found;
    }
    // At a low rate the band of jerks ends earlier, and its mean falls with it.
    let lower = (0.02 * context.rate_hz).min(1.0).powf(0.25) as f32;
    let mechanics = Mechanics { slowest_jerk_hz: lower * mechanics.slowest_jerk_hz, ..mechanics };
    let one_of_many = context.company >= COMPANY
        && movement.first_centroid_hz < SURELY_JERK_HZ
        && is_limb_like(movement);
    if is_jerk(movement, mechanics, duration_s) && !one_of_many {
        return jerk(movement, context);
    }
    if movement.turn_deg >= mechanics.posture_turn_deg {
        return (Kind::PostureShift, Why::Turned { turn_deg: movement.turn_deg });
    }
    if duration_s > LONGEST_LM_S {
        return (Kind::GrossMovement, Why::Long);
    }
    match context.placement {
        Placement::Mattress => on_mattress(movement, duration_s),
        _ => worn(movement, duration_s),
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

fn is_jerk(movement: &Movement, mechanics: Mechanics, duration_s: f64) -> bool {
    let tilt_g = movement.tilt_deg.to_radians().sin();
    duration_s <= mechanics.longest_jerk_s
        && movement.rise_s <= LONGEST_RISE_S
        && movement.turn_deg <= mechanics.jerk_turn_deg
        && movement.centroid_hz >= mechanics.slowest_jerk_hz
        && movement.burst_g >= JERK_OVER_TILT * tilt_g
        && movement.burst_g >= mechanics.weakest_start_g
}

/// A jerk: is it a start?
fn jerk(movement: &Movement, context: &Context) -> (Kind, Why) {
    let burst_g = movement.burst_g;
    let falling_asleep = context.falling_asleep(burst_g);
    let lacks = match falling_asleep {
        _ if context.rate_hz < SLOWEST_FOR_STARTS_HZ => Lack::Rate,
        _ if context.still_before_s < STILL_BEFORE_S => Lack::Stillness,
        None => Lack::Sleep,
        Some(falling_asleep) => {
            return (Kind::HypnicStart, Why::JerkNearSleep { falling_asleep, burst_g });
        }
    };
    (Kind::Twitch, Why::Jerk { lacks })
}

fn worn(movement: &Movement, duration_s: f64) -> (Kind, Why) {
    let shaken = Why::Shaken { centroid_hz: movement.centroid_hz };
    let is_brief = duration_s < LONGEST_TWITCH_S;
    let pushed = movement.burst_g >= LIMB_PUSH_G;
    let untilted = movement.tilt_deg < BRIEF_LIMB_TILT_DEG;
    let rings = duration_s < LONGEST_RING_S && movement.centroid_hz >= WORN.slowest_jerk_hz;
    if duration_s < SHORTEST_LM_S || (untilted && (is_brief || rings)) {
        return (Kind::Twitch, shaken);
    }
    let tilted = movement.tilt_deg >= LIMB_TILT_DEG
        && (movement.wander < OUTSIDE_WANDER || movement.bursts > 1);
    if untilted && !tilted && !pushed {
        return (Kind::Disturbance, shaken);
    }
    if is_restless(movement) {
        return (Kind::GrossMovement, Why::Restless);
    }
    (Kind::LimbMovement, returned(movement))
}

/// Whether a movement, on the body, goes out and comes back as a limb does.
pub fn is_limb_like(movement: &Movement) -> bool {
    movement.rhythm.is_none()
        && movement.tilt_deg >= BRIEF_LIMB_TILT_DEG
        && movement.turn_deg < WORN.posture_turn_deg
        && movement.active_s < 4.0
}

fn on_mattress(movement: &Movement, duration_s: f64) -> (Kind, Why) {
    let shaken = Why::Shaken { centroid_hz: movement.centroid_hz };
    if movement.burst_g >= MATTRESS.weakest_gross_g && movement.active_s >= BODY_ACTIVE_S {
        return (Kind::GrossMovement, Why::Restless);
    }
    if movement.centroid_hz >= OUTSIDE_HZ && movement.burst_g >= OUTSIDE_G {
        return (Kind::Disturbance, shaken);
    }
    if duration_s < SHORTEST_ON_MATTRESS_S {
        return (Kind::Twitch, shaken);
    }
    (Kind::LimbMovement, returned(movement))
}

fn returned(movement: &Movement) -> Why {
    Why::Returned { tilt_deg: movement.tilt_deg, bursts: movement.bursts }
}
