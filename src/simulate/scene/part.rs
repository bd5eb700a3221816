//! The parts the scenes are made of.

use jiff::civil::date;
use jiff::tz::{self, TimeZone};

use crate::recording::{Placement, Side};
use crate::simulate::plan::{
    Calibration, Converter, Faults, Habits, Limb, Plan, Sensor, Sleep, Sleeper, Stamps, Starts,
    Surroundings, Trains,
};
use crate::simulate::random::{Random, log_normal, log_uniform, uniform};
use crate::time::{Clock, ZoneSource};

/// A recording of eight hours from 22:00 on, a Tuesday of winter time, an hour
/// east of UTC.
pub(super) fn eight_hours(sleeper: Sleeper, sensor: Sensor, surroundings: Surroundings) -> Plan {
    let zone = TimeZone::fixed(tz::offset(1));
    let start = zone.to_timestamp(date(2024, 3, 12).at(22, 0, 0, 0));
    let start = start.expect("a fixed zone has every time");
    Plan {
        start: Clock::Zoned { start, zone, source: ZoneSource::File },
        hours: 8.0,
        sleeper: Some(sleeper),
        sensor,
        surroundings,
    }
}

/// 22:30 in Berlin before the clocks go from 2:00 to 3:00.
pub(super) fn summer_time_begins() -> Clock {
    let zone = TimeZone::get("Europe/Berlin").expect("the zone database is built in");
    let start = zone.to_timestamp(date(2024, 3, 30).at(22, 30, 0, 0));
    let start = start.expect("the hour that is left out is another");
    Clock::Zoned { start, zone, source: ZoneSource::File }
}

/// Sleep of a healthy adult; sizes and rates within the usual.
pub(super) fn calm_sleeper(random: &mut Random) -> Sleeper {
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
        limb: Limb {
            angle_deg: log_normal(random, 5.5, 0.2),
            angle_spread: 0.5,
            tonic_share: uniform(random, 0.5, 0.8),
            length_s: log_normal(random, 2.8, 0.12),
            lever_m: uniform(random, 0.25, 0.38),
        },
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

/// Bad sleep: late, broken, and hardly ever still when awake.
pub(super) fn toss_and_turn(sleeper: &mut Sleeper, random: &mut Random) {
    sleeper.sleep.latency_s = uniform(random, 25.0, 50.0) * 60.0;
    sleeper.sleep.awakenings_per_hour = uniform(random, 3.0, 5.0);
    sleeper.sleep.wake_bouts = 4;
    sleeper.sleep.wake_bout_s = uniform(random, 10.0, 20.0) * 60.0;
    sleeper.habits.shifts_per_hour = uniform(random, 4.0, 7.0);
    sleeper.habits.gross_per_hour = uniform(random, 6.0, 10.0);
    sleeper.habits.isolated_per_hour = uniform(random, 6.0, 12.0);
    sleeper.habits.restless_every_s = uniform(random, 11.0, 18.0);
}

/// The other half of restless legs: late sleep, and periodic movements while
/// awake, 11 to 18 s apart (mode 11 to 12 s when made to lie still; Michaud et
/// al. 2001).
pub(super) fn restless_legs(sleeper: &mut Sleeper, random: &mut Random) {
    sleeper.sleep.latency_s = uniform(random, 30.0, 60.0) * 60.0;
    sleeper.sleep.awakenings_per_hour = uniform(random, 2.0, 3.5);
    sleeper.sleep.wake_bouts = 3;
    sleeper.sleep.wake_bout_s = uniform(random, 10.0, 20.0) * 60.0;
    sleeper.habits.doublets_per_hour = uniform(random, 2.0, 5.0);
    sleeper.wake_trains = Some(Trains {
        per_hour: uniform(random, 90.0, 160.0),
        interval_s: uniform(random, 13.0, 19.0),
        interval_spread: 0.28,
        movements: uniform(random, 10.0, 25.0),
        missed: 0.05,
        other_leg: 0.0,
        both_legs: 0.0,
    });
}

/// Trains in sleep; in restless legs the mode of the interval is 22 to 26 s
/// (Ferri et al. 2006).
pub(super) fn trains(random: &mut Random) -> Trains {
    Trains {
        per_hour: log_uniform(random, 35.0, 70.0),
        interval_s: uniform(random, 18.0, 32.0),
        interval_spread: uniform(random, 0.2, 0.33),
        movements: uniform(random, 12.0, 28.0),
        missed: uniform(random, 0.02, 0.08),
        other_leg: 0.0,
        both_legs: 0.0,
    }
}

/// Up to three starts when the night's sleep begins, one or two at many of
/// the later transitions. Rates are a guess: nobody has counted them by
/// accelerometer.
pub(super) fn starts(random: &mut Random) -> Starts {
    Starts {
        at_onset: 3,
        after_awakening: uniform(random, 0.35, 0.7),
        awakening: 0.3,
        onto_shift: 0.1,
        peak_g: log_normal(random, 0.35, 0.2),
    }
}

/// A logger on a strap: ±8 g in 13 bits, 50 Hz.
pub(super) fn ankle_band(random: &mut Random) -> Sensor {
    Sensor {
        placement: Placement::Ankle,
        side: Some(Side::Left),
        device: "hypnic simulator".to_owned(),
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

/// A recording app on a busy phone.
pub(super) fn many_faults(random: &mut Random) -> Faults {
    Faults {
        rate_ppm: uniform(random, -15_000.0, 15_000.0),
        jitter_s: 0.002,
        lost: 0.002,
        gaps: 6,
        gap_s: 60.0,
        spikes_per_hour: 2.0,
        stuck_per_hour: 2.0,
        slip_deg: 0.0,
        clock_ppm: 0.0,
    }
}

/// A bedroom at night.
pub(super) fn bedroom(random: &mut Random) -> Surroundings {
    Surroundings {
        doors_per_hour: 0.4,
        breathing_mg: 0.4,
        heartbeat_mg: uniform(random, 0.2, 0.6),
        bed_hz: log_uniform(random, 3.0, 8.0),
        bed_damping: uniform(random, 0.1, 0.22),
        ..Surroundings::default()
    }
}

/// Doors, trucks, somebody else in the bed, a cat, and messages.
pub(super) fn disturb(around: &mut Surroundings, random: &mut Random) {
    around.doors_per_hour = uniform(random, 4.0, 9.0);
    around.traffic_per_hour = uniform(random, 3.0, 6.0);
    around.partner_per_hour = uniform(random, 6.0, 12.0);
    around.pet_per_hour = 0.7;
    around.buzzes_per_hour = 0.5;
}
