//! The scenes: nights with a name.

use jiff::civil::date;
use jiff::tz::{self, TimeZone};

use super::plan::{
    Calibration, Converter, Faults, Habits, Limb, Plan, Sensor, Sleep, Sleeper, Stamps, Starts,
    Surroundings, Trains,
};
use super::random::{Random, Stream, log_normal, log_uniform, stream, uniform};
use crate::recording::{Placement, Side};
use crate::time::{Clock, ZoneSource};

/// A kind of night. What is drawn within it depends on the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scene {
    /// Ankle, 50 Hz: periodic limb movements.
    AnklePlm,
    /// Ankle, 50 Hz: an unremarkable night.
    Healthy,
    /// Ankle, 50 Hz: hypnic starts, no series.
    HealthyStarts,
    /// A phone on the mattress, 100 Hz: an unremarkable night.
    MattressPhone,
}

impl Scene {
    /// All scenes.
    pub const ALL: [Self; 4] =
        [Self::AnklePlm, Self::Healthy, Self::HealthyStarts, Self::MattressPhone];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::AnklePlm => "ankle-plm",
            Self::Healthy => "healthy",
            Self::HealthyStarts => "healthy-starts",
            Self::MattressPhone => "mattress-phone",
        }
    }

    /// The scene of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scene| scene.name() == name)
    }

    /// What it is, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Self::AnklePlm => "ankle band, 50 Hz: periodic limb movements in sleep",
            Self::Healthy => "ankle band, 50 Hz: an unremarkable night",
            Self::HealthyStarts => "ankle band, 50 Hz: hypnic starts, no series",
            Self::MattressPhone => "phone on the mattress, 100 Hz: an unremarkable night",
        }
    }

    /// Draws a night of this scene.
    pub fn plan(self, seed: u64) -> Plan {
        let random = &mut stream(seed, Stream::Scene);
        let mut plan = ankle_night(random);
        let sleeper = plan.sleeper.get_or_insert_with(|| calm_sleeper(random));
        match self {
            Self::AnklePlm => sleeper.trains = Some(trains(random)),
            Self::Healthy => {}
            Self::HealthyStarts => sleeper.starts = Some(starts(random)),
            Self::MattressPhone => on_mattress(&mut plan, random),
        }
        plan
    }
}

/// Eight hours of a calm sleeper with a band at the left ankle.
fn ankle_night(random: &mut Random) -> Plan {
    Plan {
        start: evening(),
        hours: 8.0,
        sleeper: Some(calm_sleeper(random)),
        sensor: ankle_band(random),
        surroundings: bedroom(random),
    }
}

/// 22:00 on a Tuesday in winter time, an hour east of UTC.
fn evening() -> Clock {
    let zone = TimeZone::fixed(tz::offset(1));
    let start = zone.to_timestamp(date(2024, 3, 12).at(22, 0, 0, 0));
    let start = start.expect("a fixed zone has every time");
    Clock::Zoned { start, zone, source: ZoneSource::File }
}

fn calm_sleeper(random: &mut Random) -> Sleeper {
    Sleeper {
        sleep: Sleep {
            evening_s: uniform(random, 240.0, 600.0),
            latency_s: log_uniform(random, 6.0, 25.0) * 60.0,
            awakenings_per_hour: uniform(random, 0.8, 1.8),
            wake_bouts: 1,
            wake_bout_s: uniform(random, 4.0, 10.0) * 60.0,
            lie_in_s: uniform(random, 120.0, 600.0),
            morning_s: uniform(random, 180.0, 420.0),
        },
        limb: limb(random),
        trains: None,
        wake_trains: None,
        starts: None,
        habits: Habits {
            isolated_per_hour: uniform(random, 2.0, 5.0),
            doublets_per_hour: 0.3,
            twitches_per_hour: uniform(random, 1.0, 3.0),
            rhythms_per_hour: 0.15,
            shifts_per_hour: uniform(random, 1.5, 3.0),
            gross_per_hour: uniform(random, 1.5, 3.5),
            restless_every_s: uniform(random, 30.0, 50.0),
        },
    }
}

fn limb(random: &mut Random) -> Limb {
    Limb {
        angle_deg: log_normal(random, 5.5, 0.2),
        angle_spread: 0.5,
        tonic_share: uniform(random, 0.5, 0.8),
        length_s: log_normal(random, 2.8, 0.12),
        lever_m: uniform(random, 0.25, 0.38),
    }
}

/// Series as in restless legs: 22 to 26 s apart is the mode (Ferri et al. 2006).
fn trains(random: &mut Random) -> Trains {
    Trains {
        per_hour: log_uniform(random, 35.0, 70.0),
        interval_s: uniform(random, 18.0, 32.0),
        interval_spread: uniform(random, 0.2, 0.33),
        movements: uniform(random, 12.0, 28.0),
        missed: uniform(random, 0.02, 0.08),
        other_leg: 0.0,
    }
}

fn starts(random: &mut Random) -> Starts {
    Starts {
        at_onset: 3,
        after_awakening: uniform(random, 0.35, 0.7),
        awakening: 0.3,
        onto_shift: 0.1,
        peak_g: log_normal(random, 0.32, 0.2),
    }
}

/// A logger on a strap: ±8 g in 13 bits.
fn ankle_band(random: &mut Random) -> Sensor {
    Sensor {
        placement: Placement::Ankle,
        side: Some(Side::Left),
        device: DEVICE.to_owned(),
        rate_hz: 50.0,
        stamps: Stamps::None,
        converter: Converter {
            white_mg: uniform(random, 1.8, 3.2),
            flicker_mg: uniform(random, 0.3, 0.8),
            step_mg: 1.953_125,
            full_scale_g: 8.0,
        },
        calibration: Calibration { gain_error: 0.005, offset_mg: 12.0, drift_mg: 3.0 },
        faults: Faults::default(),
    }
}

const DEVICE: &str = "hypnic simulator";

/// A bedroom at night; what is named per hour is what arrives at the bed.
fn bedroom(random: &mut Random) -> Surroundings {
    Surroundings {
        doors_per_hour: 0.4,
        breathing_mg: 0.4,
        heartbeat_mg: uniform(random, 0.2, 0.6),
        bed_hz: log_uniform(random, 3.0, 8.0),
        bed_damping: uniform(random, 0.1, 0.22),
        ..Surroundings::default()
    }
}

/// The same night seen by a phone beside the pillow or under the sheet:
/// ±4 g in 16 bits, quiet, moved by every breath.
fn on_mattress(plan: &mut Plan, random: &mut Random) {
    let sensor = &mut plan.sensor;
    sensor.placement = Placement::Mattress;
    sensor.side = None;
    sensor.rate_hz = 100.0;
    sensor.converter = Converter {
        white_mg: uniform(random, 0.6, 1.2),
        flicker_mg: uniform(random, 0.1, 0.3),
        step_mg: 0.122,
        full_scale_g: 4.0,
    };
    plan.surroundings.breathing_mg = log_uniform(random, 1.5, 5.0);
    plan.surroundings.heartbeat_mg = log_uniform(random, 0.8, 2.5);
}
