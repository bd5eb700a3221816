//! What a movement is taken to be, and why.
//!
//! There is no published accelerometer signature of a hypnic start, and none of
//! a leg movement that all agree on; the bounds below follow from the mechanics
//! (what turns gravity, what rings, what comes back) and from the durations of
//! the standards. Each says where it comes from.

use std::fmt;

use crate::movement::{Kind, Movement};
use crate::recording::Placement;

/// Longest leg movement that can be a candidate, s (AASM; Ferri et al. 2016).
pub const LONGEST_LM_S: f64 = 10.0;

/// Shortest leg movement, s (the same).
const SHORTEST_LM_S: f64 = 0.5;

/// Muscles fire for 75 to 250 ms in a sleep start (ICSD-3); with the ring of the
/// body after it the short envelope has decayed by now, s.
const LONGEST_JERK_S: f32 = 0.6;

/// … on a mattress, which rings longer, s.
const LONGEST_JERK_ON_MATTRESS_S: f32 = 0.9;

/// A jerk rises within 0.15 s; one tick more, for where the ticks fall.
const LONGEST_RISE_S: f32 = 0.2;

/// A jerk leaves no tilt behind, degrees.
const LARGEST_JERK_TURN_DEG: f32 = 4.0;

/// Slowest mean frequency of a jerk, Hz: a limb that turns and comes back has
/// most of its motion below.
const SLOWEST_JERK_HZ: f32 = 3.5;

/// The weakest start that is called one, g: starts are 0.1 to 1 g, twitches
/// mostly weaker.
const WEAKEST_START_G: f32 = 0.08;

/// … through a mattress, g.
const WEAKEST_START_ON_MATTRESS_G: f32 = 0.02;

/// Starts come from this long before a transition into sleep, s …
const BEFORE_SLEEP_S: f64 = 900.0;

/// … to this long after it, s.
const AFTER_SLEEP_S: f64 = 600.0;

/// Stillness before a start, s: a jerk within other movement is part of it.
const STILL_BEFORE_S: f64 = 15.0;

/// Gravity left this far away is a new posture, degrees: nearest-posture
/// studies and this field's proposals take 10 to 20.
const POSTURE_TURN_DEG: f32 = 14.0;

/// Below this frequency nothing rings that is not the sleeper, Hz.
const SLOWEST_RING_HZ: f32 = 7.0;

/// A ring without tilt: less than this, degrees.
const RING_TILT_DEG: f32 = 0.8;

/// What surrounds a movement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Context {
    /// Where the sensor was.
    pub placement: Placement,
    /// Rate of the recording, Hz.
    pub rate_hz: f64,
    /// Seconds from the nearest transition into sleep: negative before it.
    pub since_sleep_s: Option<f64>,
    /// Stillness before the movement, s.
    pub still_before_s: f64,
}

impl Context {
    fn longest_jerk_s(self) -> f32 {
        match self.placement {
            Placement::Mattress => LONGEST_JERK_ON_MATTRESS_S,
            _ => LONGEST_JERK_S,
        }
    }

    fn weakest_start_g(self) -> f32 {
        match self.placement {
            Placement::Mattress => WEAKEST_START_ON_MATTRESS_G,
            _ => WEAKEST_START_G,
        }
    }

    fn near_sleep(self) -> bool {
        self.since_sleep_s
            .is_some_and(|since_s| (-BEFORE_SLEEP_S..=AFTER_SLEEP_S).contains(&since_s))
    }
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
        /// Seconds since the transition; negative before it.
        since_sleep_s: f64,
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
    /// A quick ring without tilt.
    Ring {
        /// Mean frequency, Hz.
        centroid_hz: f32,
    },
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
    /// Strength.
    Strength,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Train { frequency_hz, peaks } => {
                write!(f, "{peaks} regular repetitions at {frequency_hz:.1} Hz")
            }
            Self::JerkNearSleep { since_sleep_s, burst_g } => {
                let side = if *since_sleep_s < 0.0 { "before" } else { "after" };
                let minutes = since_sleep_s.abs() / 60.0;
                write!(f, "sharp jerk of {burst_g:.2} g {minutes:.0} min {side} falling asleep")
            }
            Self::Jerk { lacks } => write!(f, "sharp jerk, no start: {lacks}"),
            Self::Turned { turn_deg } => write!(f, "gravity stays {turn_deg:.0}° away"),
            Self::Ring { centroid_hz } => {
                write!(f, "rings at {centroid_hz:.0} Hz without tilting the sensor")
            }
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

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rate => "the recording is too slow to tell",
            Self::Sleep => "not near a transition into sleep",
            Self::Stillness => "within other movement",
            Self::Strength => "too weak",
        })
    }
}

/// The kind of a movement. `rate_hz` converts its frames to seconds.
pub fn classify(movement: &Movement, context: &Context) -> (Kind, Why) {
    let duration_s = (movement.end - movement.onset) as f64 / context.rate_hz;
    if let Some(rhythm) = movement.rhythm {
        let why = Why::Train { frequency_hz: rhythm.frequency_hz, peaks: rhythm.peaks };
        return (Kind::Rhythmic, why);
    }
    if movement.turn_deg >= POSTURE_TURN_DEG {
        return (Kind::PostureShift, Why::Turned { turn_deg: movement.turn_deg });
    }
    if is_jerk(movement, context, duration_s) {
        return jerk(movement, context);
    }
    if movement.tilt_deg < RING_TILT_DEG && movement.centroid_hz >= SLOWEST_RING_HZ {
        return (Kind::Disturbance, Why::Ring { centroid_hz: movement.centroid_hz });
    }
    if duration_s > LONGEST_LM_S {
        return (Kind::GrossMovement, Why::Long);
    }
    if duration_s < SHORTEST_LM_S {
        return (Kind::Twitch, Why::Jerk { lacks: Lack::Strength });
    }
    let why = Why::Returned { tilt_deg: movement.tilt_deg, bursts: movement.bursts };
    (Kind::LimbMovement, why)
}

fn is_jerk(movement: &Movement, context: &Context, duration_s: f64) -> bool {
    let longest_s = context.longest_jerk_s();
    movement.first_burst_s <= longest_s
        && duration_s <= f64::from(longest_s) + 0.3
        && movement.rise_s <= LONGEST_RISE_S
        && movement.turn_deg <= LARGEST_JERK_TURN_DEG
        && movement.centroid_hz >= SLOWEST_JERK_HZ
}

fn jerk(movement: &Movement, context: &Context) -> (Kind, Why) {
    let lacks = if context.rate_hz < SLOWEST_FOR_STARTS_HZ {
        Lack::Rate
    } else if !context.near_sleep() {
        Lack::Sleep
    } else if context.still_before_s < STILL_BEFORE_S {
        Lack::Stillness
    } else if movement.burst_g < context.weakest_start_g() {
        Lack::Strength
    } else {
        let since_sleep_s = context.since_sleep_s.unwrap_or(0.0);
        let why = Why::JerkNearSleep { since_sleep_s, burst_g: movement.burst_g };
        return (Kind::HypnicStart, why);
    };
    if movement.tilt_deg < RING_TILT_DEG && movement.centroid_hz >= SLOWEST_RING_HZ {
        return (Kind::Disturbance, Why::Ring { centroid_hz: movement.centroid_hz });
    }
    (Kind::Twitch, Why::Jerk { lacks })
}
