//! The rows of the result tables, as they stand in the files. The charts are
//! drawn from these and from nothing else.

use serde::{Deserialize, Serialize};

use crate::column::{Column, with_columns};
use crate::movement::Kind;
pub use crate::night::SleepSource;
pub use crate::pipeline::PlacementSource;
use crate::recording::{Placement, Side};
pub use crate::summary::Pattern;
use crate::summary::RAISED_PLM_PER_HOUR;
use crate::time::Clock;

/// The whole of a result folder that charts need.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// `movements.csv`.
    pub movements: Vec<MovementRow>,
    /// `nights.csv`.
    pub nights: Vec<NightRow>,
    /// `epochs.csv`.
    pub epochs: Vec<EpochRow>,
}

/// One of the tables of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// A row a movement.
    Movements,
    /// A row a night.
    Nights,
    /// A row 30 s.
    Epochs,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Movements, Self::Nights, Self::Epochs];

    /// Name of the file as CSV.
    pub const fn csv(self) -> &'static str {
        match self {
            Self::Movements => "movements.csv",
            Self::Nights => "nights.csv",
            Self::Epochs => "epochs.csv",
        }
    }

    /// Name of the file as Parquet.
    pub const fn parquet(self) -> &'static str {
        match self {
            Self::Movements => "movements.parquet",
            Self::Nights => "nights.parquet",
            Self::Epochs => "epochs.parquet",
        }
    }

    /// Its columns, in order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Movements => MovementRow::COLUMNS,
            Self::Nights => NightRow::COLUMNS,
            Self::Epochs => EpochRow::COLUMNS,
        }
    }
}

/// What the rows of many recordings have more than those of one.
pub const OF_WHICH: &[Column] = &[
    Column {
        name: "file",
        rust_type: "String",
        doc: " Name of the recording: its path below the folder of the batch.",
    },
    Column { name: "participant", rust_type: "String", doc: " Whose night it is." },
];

with_columns! {
    /// One row of `movements.csv`.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct MovementRow {
        /// The evening's date (noon to noon); `1`, `2`, … without a clock.
        pub night: String,
        /// ISO 8601 of the onset; empty without a clock.
        pub time: String,
        /// Onset, from the first sample of the recording.
        pub onset_s: f64,
        /// Duration.
        pub duration_s: f64,
        /// What it is taken to be.
        pub kind: Kind,
        /// The side, if known.
        pub side: Option<Side>,
        /// Largest band-filtered acceleration, g.
        pub peak_g: f64,
        /// Onset to onset from the previous candidate movement (CLM), s; empty
        /// where undefined, and on movements that are no candidates.
        pub imi_s: Option<f64>,
        /// Number of the WASM 2016 series, from 1.
        pub wasm_series: Option<u32>,
        /// Number of the AASM series, from 1.
        pub aasm_series: Option<u32>,
        /// Whether its onset lies in estimated sleep.
        pub asleep: bool,
        /// Why this kind, in words.
        pub reason: String,
        /// Largest angle of gravity against the posture before, degrees.
        pub tilt_deg: f64,
        /// Angle of gravity left after the movement, degrees.
        pub turn_deg: f64,
        /// Onset to the first strong peak, s.
        pub rise_s: f64,
    }
}

with_columns! {
    /// One row of `epochs.csv`: 30 s.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct EpochRow {
        /// The night it belongs to.
        pub night: String,
        /// ISO 8601 of its begin; empty without a clock.
        pub time: String,
        /// Onset, from the first sample of the recording.
        pub onset_s: f64,
        /// Estimated asleep.
        pub asleep: bool,
        /// Estimated worn (for a mattress: somebody lies there).
        pub worn: bool,
        /// Share of the epoch that was recorded, 0 to 1; under a half is a gap.
        pub observed: f64,
        /// Angle of gravity to the posture held longest in the night, degrees;
        /// empty in a gap.
        pub posture_deg: Option<f64>,
        /// Mean band-filtered acceleration, mg; empty in a gap.
        pub activity_mg: Option<f64>,
    }
}

with_columns! {
    /// One row of `nights.csv`.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct NightRow {
        /// Name of the recording's file.
        pub recording: String,
        /// The evening's date; `1`, `2`, … without a clock.
        pub night: String,
        /// ISO 8601 of the first recorded moment of the night; empty without a clock.
        pub start: String,
        /// ISO 8601 of the last recorded moment of the night; empty without a clock.
        pub end: String,
        /// ISO 8601 of going to bed to sleep, given or estimated; empty without a clock.
        pub lights_off: String,
        /// ISO 8601 of getting up, given or estimated; empty without a clock.
        pub lights_on: String,
        /// ISO 8601 of falling asleep; empty if nobody slept.
        pub sleep_onset: String,
        /// ISO 8601 of the last waking; empty if nobody slept.
        pub final_wake: String,
        /// Lights-off to lights-on, h.
        pub hours_in_bed: f64,
        /// Estimated sleep within it, h.
        pub hours_asleep: f64,
        /// Recorded and worn within it, h.
        pub hours_observed: f64,
        /// WASM 2016 PLM per hour of estimated sleep (movements in sleep).
        pub plm_per_hour_sleep: Option<f64>,
        /// WASM 2016 PLM per observed hour in bed (all).
        pub plm_per_hour_bed: Option<f64>,
        /// WASM 2016 PLM per hour of wakefulness in bed (movements in wakefulness).
        pub plmw_per_hour: Option<f64>,
        /// Periodicity index of Ferri 2006.
        pub pi_ferri: Option<f64>,
        /// PLM over candidate movements, in sleep (WASM 2016).
        pub pi_ratio: Option<f64>,
        /// Number of hypnic starts; empty where the recording cannot show them.
        pub hypnic_starts: Option<u32>,
        /// Number of limb movements.
        pub limb_movements: u32,
        /// What stands out.
        pub pattern: Pattern,
        /// The evidence for the pattern, in words.
        pub evidence: String,
        /// AASM PLM per hour of estimated sleep.
        pub aasm_plm_per_hour_sleep: Option<f64>,
        /// AASM-interval PLM per observed hour in bed.
        pub aasm_plm_per_hour_bed: Option<f64>,
        /// First recorded moment of the night, from the first sample of the recording.
        pub start_s: f64,
        /// Last recorded moment of the night, from the first sample.
        pub end_s: f64,
        /// Going to bed to sleep, from the first sample.
        pub lights_off_s: f64,
        /// Getting up, from the first sample.
        pub lights_on_s: f64,
        /// Falling asleep, from the first sample; empty if nobody slept.
        pub sleep_onset_s: Option<f64>,
        /// Last waking, from the first sample; empty if nobody slept.
        pub final_wake_s: Option<f64>,
        /// Where the sensor was.
        pub placement: Placement,
        /// How that is known.
        pub placement_source: PlacementSource,
        /// The side it was on, if known.
        pub side: Option<Side>,
        /// Name of the time zone, if known.
        pub timezone: String,
        /// How lights-off is known.
        pub lights_off_source: BedSource,
        /// How lights-on is known.
        pub lights_on_source: BedSource,
        /// Rate of the recording, Hz.
        pub rate_hz: f64,
        /// What this recording cannot show, in words; empty if nothing.
        pub cannot_show: String,
        /// How sleep is known: estimated from movement, or as a hypnogram says.
        pub sleep_source: SleepSource,
        /// Number of WASM 2016 PLM in sleep.
        pub plms: Option<u32>,
        /// Number of WASM 2016 PLM in wakefulness in bed.
        pub plmw: Option<u32>,
        /// AASM-interval PLM per hour of wakefulness in bed.
        pub aasm_plmw_per_hour: Option<f64>,
        /// Candidate movements in sleep per hour of sleep.
        pub clm_per_hour_sleep: Option<f64>,
        /// Candidates in sleep less than 10 s after another, per hour of sleep.
        pub short_interval_per_hour_sleep: Option<f64>,
        /// Candidates in sleep with no other within 90 s, per hour of sleep.
        pub isolated_per_hour_sleep: Option<f64>,
        /// WASM 2016 PLM per hour of sleep in each hour after lights off, with
        /// blanks between; `-` for an hour with under 15 min of sleep.
        pub plm_by_hour: String,
        /// WASM 2016 PLM per hour of sleep in the first third of the time in bed.
        pub plm_per_hour_third_1: Option<f64>,
        /// WASM 2016 PLM per hour of sleep in the second third of the time in bed.
        pub plm_per_hour_third_2: Option<f64>,
        /// WASM 2016 PLM per hour of sleep in the last third of the time in bed.
        pub plm_per_hour_third_3: Option<f64>,
        /// Change of that rate from hour to hour of the night, by least squares.
        pub plm_slope_per_hour: Option<f64>,
        /// Intervals between candidates under 10 s.
        pub intervals_under_10: Option<u32>,
        /// Intervals between candidates from 10 to 90 s.
        pub intervals_10_to_90: Option<u32>,
        /// Intervals between candidates over 90 s.
        pub intervals_over_90: Option<u32>,
        /// Mean of ln(interval in s) from 10 to 90 s.
        pub interval_log_mean: Option<f64>,
        /// Standard deviation of ln(interval in s) from 10 to 90 s.
        pub interval_log_sd: Option<f64>,
        /// `plm_per_hour_sleep` had the threshold of detection been half of what it
        /// is, as far as the noise of the recording allows.
        pub plm_per_hour_sleep_threshold_halved: Option<f64>,
        /// `plm_per_hour_sleep` had the threshold of detection been twice what it is.
        pub plm_per_hour_sleep_threshold_doubled: Option<f64>,
        /// PLM per hour of sleep above which the index counts as raised at the
        /// age of the sleeper (ICSD-3: 15 in adults, 5 in children).
        pub plm_raised_above_per_hour: f64,
        /// Mean duration of WASM 2016 PLM.
        pub plm_duration_mean_s: Option<f64>,
        /// Standard deviation of the duration of WASM 2016 PLM.
        pub plm_duration_sd_s: Option<f64>,
    }
}

/// How a bed time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BedSource {
    /// The person said so.
    Given,
    /// From movement.
    Estimated,
}

impl BedSource {
    /// By whether it was given.
    pub fn new(given: bool) -> Self {
        if given { Self::Given } else { Self::Estimated }
    }
}

/// The moments of a night, seconds from the first sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NightTimes {
    /// First recorded moment.
    pub start_s: f64,
    /// Last recorded moment.
    pub end_s: f64,
    /// Going to bed to sleep.
    pub lights_off_s: f64,
    /// Getting up.
    pub lights_on_s: f64,
    /// Falling asleep; `None` if nobody slept.
    pub sleep_onset_s: Option<f64>,
    /// Waking for the last time.
    pub final_wake_s: Option<f64>,
}

/// The sensor of a night.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensor {
    /// Where it was.
    pub placement: Placement,
    /// How that is known.
    pub placement_source: PlacementSource,
    /// On which side.
    pub side: Option<Side>,
    /// Rate of the recording, Hz.
    pub rate_hz: f64,
}

impl NightRow {
    /// A night of which nothing was counted yet: its moments by the clock and in
    /// seconds, taken to be given, and its sensor.
    pub fn uncounted(
        recording: String,
        night: String,
        clock: &Clock,
        times: NightTimes,
        sensor: Sensor,
    ) -> Self {
        let label = |at_s: Option<f64>| at_s.map_or_else(String::new, |at_s| clock.label(at_s));
        Self {
            recording,
            night,
            start: label(Some(times.start_s)),
            end: label(Some(times.end_s)),
            lights_off: label(Some(times.lights_off_s)),
            lights_on: label(Some(times.lights_on_s)),
            sleep_onset: label(times.sleep_onset_s),
            final_wake: label(times.final_wake_s),
            hours_in_bed: (times.lights_on_s - times.lights_off_s) / 3600.0,
            hours_asleep: 0.0,
            hours_observed: 0.0,
            plm_per_hour_sleep: None,
            plm_per_hour_bed: None,
            plmw_per_hour: None,
            pi_ferri: None,
            pi_ratio: None,
            hypnic_starts: None,
            limb_movements: 0,
            pattern: Pattern::default(),
            evidence: String::new(),
            aasm_plm_per_hour_sleep: None,
            aasm_plm_per_hour_bed: None,
            start_s: times.start_s,
            end_s: times.end_s,
            lights_off_s: times.lights_off_s,
            lights_on_s: times.lights_on_s,
            sleep_onset_s: times.sleep_onset_s,
            final_wake_s: times.final_wake_s,
            placement: sensor.placement,
            placement_source: sensor.placement_source,
            side: sensor.side,
            timezone: clock.zone_name().unwrap_or_default(),
            lights_off_source: BedSource::Given,
            lights_on_source: BedSource::Given,
            rate_hz: sensor.rate_hz,
            cannot_show: String::new(),
            sleep_source: SleepSource::Hypnogram,
            plms: None,
            plmw: None,
            aasm_plmw_per_hour: None,
            clm_per_hour_sleep: None,
            short_interval_per_hour_sleep: None,
            isolated_per_hour_sleep: None,
            plm_by_hour: String::new(),
            plm_per_hour_third_1: None,
            plm_per_hour_third_2: None,
            plm_per_hour_third_3: None,
            plm_slope_per_hour: None,
            intervals_under_10: None,
            intervals_10_to_90: None,
            intervals_over_90: None,
            interval_log_mean: None,
            interval_log_sd: None,
            plm_per_hour_sleep_threshold_halved: None,
            plm_per_hour_sleep_threshold_doubled: None,
            plm_raised_above_per_hour: RAISED_PLM_PER_HOUR,
            plm_duration_mean_s: None,
            plm_duration_sd_s: None,
        }
    }
}
