//! The one event type: made by `detect`, wrapped and never re-declared by the
//! later stages.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::recording::Frame;

/// One movement of the sleeper or of the bed, as the sample world saw it.
///
/// Indices are frames of the uniform grid; angles are between gravity
/// directions.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// First frame.
    pub onset: u64,
    /// One past the last frame.
    pub end: u64,
    /// Largest departure of the acceleration from what it was before, g.
    pub peak_g: f32,
    /// Largest magnitude in the band of jerks (above 3 Hz), g.
    pub burst_g: f32,
    /// From the onset to the first tick that reaches half of the largest burst, s.
    pub rise_s: f32,
    /// Time within a burst (the quiet hold of a tonic movement left out), s.
    pub active_s: f32,
    /// From the onset until the short envelope first falls below a quarter of
    /// what it had reached, s.
    pub first_burst_s: f32,
    /// Largest magnitude in the band of jerks within that time, g.
    pub first_burst_g: f32,
    /// Mean frequency in that band within that time, Hz.
    pub first_centroid_hz: f32,
    /// Number of bursts with a quiet hold between them.
    pub bursts: u32,
    /// Mean frequency in the band of jerks, Hz.
    pub centroid_hz: f32,
    /// Largest angle between gravity during the movement and before it, degrees.
    pub tilt_deg: f32,
    /// How long gravity stood further than half of that way from where it was before, s.
    pub stand_s: f32,
    /// Angle between gravity after the movement and before it, degrees.
    pub turn_deg: f32,
    /// How far gravity travelled, over twice the way to its furthest point: 1 for
    /// going out and coming back, more for wandering about.
    pub wander: f32,
    /// Mean acceleration in the moment before, g.
    pub before_g: Frame,
    /// Mean acceleration in the moment after, g.
    pub after_g: Frame,
    /// The regular repetition inside the movement, if there is one.
    pub rhythm: Option<Rhythm>,
    /// The noise floor the movement was found against, g.
    pub floor_g: f32,
}

#[cfg(test)]
impl Movement {
    /// A limb that goes out by 4° and comes back.
    pub(crate) fn returning(onset: u64, end: u64) -> Self {
        Self {
            onset,
            end,
            peak_g: 0.12,
            burst_g: 0.1,
            rise_s: 0.1,
            active_s: (end - onset) as f32 / 100.0,
            first_burst_s: 0.4,
            first_burst_g: 0.1,
            first_centroid_hz: 4.5,
            bursts: 1,
            centroid_hz: 4.5,
            tilt_deg: 4.0,
            stand_s: 0.6,
            turn_deg: 0.1,
            wander: 1.1,
            before_g: [0.0, 0.0, 1.0],
            after_g: [0.0, 0.0, 1.0],
            rhythm: None,
            floor_g: 0.004,
        }
    }
}

/// A regular repetition inside a movement, from its spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// Repetitions a second.
    pub frequency_hz: f32,
    /// Repetitions in all.
    pub peaks: u32,
    /// Share of the envelope's variance in the line and its harmonics, 0 to 1.
    pub share: f32,
}

/// What a movement is taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A sudden brief jerk near a transition into sleep.
    HypnicStart,
    /// A movement of a limb that comes back: the raw material of PLM.
    LimbMovement,
    /// A brief jerk that is neither.
    Twitch,
    /// A train of regular movements at 0.3 to 4 Hz.
    Rhythmic,
    /// A change of lying position.
    PostureShift,
    /// A long or irregular movement of the body.
    GrossMovement,
    /// Something outside the sleeper: a door, a truck, a partner.
    Disturbance,
}

impl Kind {
    /// All kinds, in the order of the legend.
    pub const ALL: [Self; 7] = [
        Self::HypnicStart,
        Self::LimbMovement,
        Self::Twitch,
        Self::Rhythmic,
        Self::PostureShift,
        Self::GrossMovement,
        Self::Disturbance,
    ];

    /// The name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::HypnicStart => "hypnic_start",
            Self::LimbMovement => "limb_movement",
            Self::Twitch => "twitch",
            Self::Rhythmic => "rhythmic",
            Self::PostureShift => "posture_shift",
            Self::GrossMovement => "gross_movement",
            Self::Disturbance => "disturbance",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
