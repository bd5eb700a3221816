//! What a simulated night is made of. Plain data: draw one with
//! [`Scene::plan`](super::Scene::plan) and change what matters.

use crate::recording::{Placement, Side};
use crate::time::Clock;

/// A night before it happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// When the recording starts.
    pub start: Clock,
    /// How long it is, h. Evening, falling asleep and morning shrink with it
    /// when it is too short for them.
    pub hours: f64,
    /// Who lies there; `None` for a sensor left alone.
    pub sleeper: Option<Sleeper>,
    /// What records.
    pub sensor: Sensor,
    /// What else moves.
    pub surroundings: Surroundings,
}

/// The one who sleeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Sleeper {
    /// When and how well.
    pub sleep: Sleep,
    /// How a leg moves.
    pub limb: Limb,
    /// Periodic limb movements in sleep.
    pub trains: Option<Trains>,
    /// Periodic limb movements while awake in bed, as in restless legs.
    pub wake_trains: Option<Trains>,
    /// Hypnic starts.
    pub starts: Option<Starts>,
    /// Everything else.
    pub habits: Habits,
}

/// The course of the night.
#[derive(Debug, Clone, PartialEq)]
pub struct Sleep {
    /// Up and about before lights-off, s.
    pub evening_s: f64,
    /// Lights-off to sleep, s.
    pub latency_s: f64,
    /// Brief awakenings (15 s to 3 min) per hour.
    pub awakenings_per_hour: f64,
    /// Long times awake in the night.
    pub wake_bouts: u32,
    /// … each about so long, s.
    pub wake_bout_s: f64,
    /// Awake in bed at the end, s.
    pub lie_in_s: f64,
    /// Up and about after lights-on, s.
    pub morning_s: f64,
}

/// How the legs move when they move.
#[derive(Debug, Clone, PartialEq)]
pub struct Limb {
    /// Median angle a leg movement turns the shank, degrees.
    pub angle_deg: f64,
    /// Standard deviation of its logarithm between trains and movements.
    pub angle_spread: f64,
    /// Share of movements with a tilted hold (tonic); the others go out and
    /// straight back (phasic).
    pub tonic_share: f64,
    /// Median length, s; 3.2 s in restless legs by EMG (Ferri et al. 2015).
    pub length_s: f64,
    /// From the pivot to the sensor, m.
    pub lever_m: f64,
}

/// Trains of periodic limb movements. Intervals are log-normal about a median
/// that drifts (Ferri et al. 2006: mode 15 to 30 s, wide peak of 10 to 90 s).
#[derive(Debug, Clone, PartialEq)]
pub struct Trains {
    /// Movements per hour of sleep (or wakefulness) aimed at.
    pub per_hour: f64,
    /// Median interval from onset to onset, s.
    pub interval_s: f64,
    /// Standard deviation of the interval's logarithm.
    pub interval_spread: f64,
    /// Median number of movements in a train.
    pub movements: f64,
    /// Probability that a movement fails to come.
    pub missed: f64,
    /// Probability that only the leg without the sensor moves.
    pub other_leg: f64,
    /// Probability that the other leg moves with the leg that moves; every
    /// other movement is of one leg.
    pub both_legs: f64,
}

/// Hypnic starts around the transitions into sleep.
#[derive(Debug, Clone, PartialEq)]
pub struct Starts {
    /// At most so many as sleep begins; at least one.
    pub at_onset: u32,
    /// Probability of one when sleep begins again after an awakening.
    pub after_awakening: f64,
    /// Share that wakes the sleeper with a gross movement 1 to 5 s later.
    pub awakening: f64,
    /// Share that is followed at once by a posture shift.
    pub onto_shift: f64,
    /// Median peak acceleration at the body, g.
    pub peak_g: f64,
}

/// Movements without a pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Habits {
    /// Single leg movements per hour of sleep, never four within 90 s of each
    /// other.
    pub isolated_per_hour: f64,
    /// Pairs of leg movements 2 to 8 s apart per hour of sleep.
    pub doublets_per_hour: f64,
    /// Twitches per hour of sleep; six times as many in clusters like those of
    /// REM sleep.
    pub twitches_per_hour: f64,
    /// Rhythmic trains of the foot (0.3 to 4 Hz) per hour in bed.
    pub rhythms_per_hour: f64,
    /// Posture shifts per hour of sleep.
    pub shifts_per_hour: f64,
    /// Gross movements per hour of sleep; the median of healthy adults is 6.8,
    /// awakenings included (normative study of large muscle group movements).
    pub gross_per_hour: f64,
    /// Mean time between movements while awake in bed, s.
    pub restless_every_s: f64,
}

/// The device and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensor {
    /// Where it is.
    pub placement: Placement,
    /// On which side of the body.
    pub side: Option<Side>,
    /// What it is called in the file.
    pub device: String,
    /// Frames a second it claims.
    pub rate_hz: f64,
    /// Whether the file has a time in every row.
    pub stamps: Stamps,
    /// Noise and resolution.
    pub converter: Converter,
    /// Errors of calibration.
    pub calibration: Calibration,
    /// What goes wrong.
    pub faults: Faults,
}

/// Whether rows carry a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamps {
    /// Rows follow each other at the rate of the file.
    None,
    /// ISO 8601 to the millisecond with the offset from UTC.
    Iso,
}

/// Noise and resolution, a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Converter {
    /// White noise, mg rms.
    pub white_mg: f64,
    /// Noise with a spectrum of 1/f between 0.003 and 3 Hz, mg rms.
    pub flicker_mg: f64,
    /// One step of the converter, mg; 0 for none.
    pub step_mg: f64,
    /// Largest value, g.
    pub full_scale_g: f64,
}

/// How wrong the sensor is, steadily.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Standard deviation of the three gains about 1.
    pub gain_error: f64,
    /// Standard deviation of the three offsets, mg.
    pub offset_mg: f64,
    /// How far the offsets go as the sensor warms to the skin and the room
    /// cools, mg.
    pub drift_mg: f64,
}

/// What goes wrong with the recording.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Faults {
    /// How much faster than it claims the device samples, parts per million.
    pub rate_ppm: f64,
    /// Standard deviation of the stamps about the true times, s.
    pub jitter_s: f64,
    /// Share of the frames that are lost one by one.
    pub lost: f64,
    /// Holes in the recording.
    pub gaps: u32,
    /// … each about so long, s.
    pub gap_s: f64,
    /// Single wild values per hour.
    pub spikes_per_hour: f64,
    /// Times per hour at which the sensor repeats one value for 0.2 to 3 s.
    pub stuck_per_hour: f64,
    /// How far the band creeps around the limb during the night, degrees.
    pub slip_deg: f64,
    /// How much faster than time its clock runs, parts per million: its stamps
    /// and its rate are by that clock.
    pub clock_ppm: f64,
}

/// What moves beside the sleeper.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Surroundings {
    /// Doors and steps per hour: short rings of 8 to 20 Hz.
    pub doors_per_hour: f64,
    /// Trucks and trains per hour: rumble of 5 to 20 s.
    pub traffic_per_hour: f64,
    /// Movements of somebody else in the bed per hour.
    pub partner_per_hour: f64,
    /// Visits of a pet per hour.
    pub pet_per_hour: f64,
    /// Messages per hour at which the device buzzes.
    pub buzzes_per_hour: f64,
    /// Breathing, mg of amplitude at the sensor.
    pub breathing_mg: f64,
    /// Heartbeat, mg of peak at the sensor.
    pub heartbeat_mg: f64,
    /// Frequency at which the bed swings, Hz.
    pub bed_hz: f64,
    /// Its damping ratio.
    pub bed_damping: f64,
}
