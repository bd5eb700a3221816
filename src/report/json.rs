//! `summary.json`: the numbers of the nights, and where they come from.

use serde::{Deserialize, Serialize};

use super::findings::{Findings, findings};
use super::folder::SUMMARY;
use super::tables::NightRow;
use crate::column::with_columns;
use crate::condition::Ledger;
use crate::input::file_name;
use crate::night::calibrate::Calibration;
use crate::pipeline::{Analysis, PlacementSource, Sensor};
use crate::recording::{Format, Placement, Side, Unit};

/// The name that marks a result folder as ours.
pub const PROGRAM: &str = "hypnic";

/// The whole file.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryFile<'a, S: Serialize> {
    /// [`PROGRAM`].
    pub program: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// What a reader must know before using a number.
    pub note: &'static str,
    /// The files of the result; this one is the last.
    pub files: Vec<String>,
    /// Sizes of the others, in their order: where one has another, the result is
    /// not whole.
    pub file_bytes: Vec<u64>,
    /// The recording; of several sensors the one that carries the nights.
    pub recording: RecordingPart,
    /// BLAKE3 of the whole input, when there are several files:
    /// [`Hashes::of_all`](crate::input::Hashes::of_all).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_blake3: Option<String>,
    /// Every sensor, when there are several.
    pub sensors: Vec<SensorPart>,
    /// Its calibration.
    pub calibration: &'a Calibration,
    /// The settings in effect.
    pub settings: S,
    /// The account of the time axis.
    pub time: &'a Ledger,
    /// What the person should know of the file.
    pub warnings: &'a [String],
    /// The numbers, as in `nights.csv`.
    pub nights: &'a [NightRow],
    /// What speaks for and against the pattern of each night.
    pub findings: Vec<Findings>,
}

with_columns! {
    /// What the recording was understood to be.
    #[derive(Debug, Clone, Serialize)]
    pub struct RecordingPart {
        /// Name of the file.
        pub file: String,
        /// BLAKE3 of its bytes.
        pub blake3: String,
        /// Kind of file.
        pub format: Format,
        /// Layout in words.
        pub layout: String,
        /// Device, if named.
        pub device: Option<String>,
        /// Unit of its numbers.
        pub unit: Unit,
        /// How the unit is known.
        pub unit_source: String,
        /// False for linear acceleration.
        pub has_gravity: bool,
        /// How the rate is known.
        pub rate_source: String,
        /// First frame, ISO 8601.
        pub start: Option<String>,
        /// Time zone, if known.
        pub timezone: Option<String>,
        /// How the clock and the zone are known, in words.
        pub clock: String,
        /// Where the sensor was.
        pub placement: Placement,
        /// How that is known.
        pub placement_source: PlacementSource,
        /// On which side.
        pub side: Option<Side>,
    }
}

with_columns! {
    /// One of several sensors.
    #[derive(Debug, Clone, Serialize)]
    pub struct SensorPart {
        /// Name of its file.
        pub file: String,
        /// BLAKE3 of its bytes.
        pub blake3: String,
        /// Device, if named.
        pub device: Option<String>,
        /// Where it was.
        pub placement: Placement,
        /// How that is known.
        pub placement_source: PlacementSource,
        /// On which side.
        pub side: Option<Side>,
        /// How its clock and zone are known, in words.
        pub clock: String,
        /// Recorded, without gaps, h.
        pub hours_recorded: f64,
        /// Whether sleep and times in bed that nobody gave are estimated from it.
        pub gives_sleep: bool,
        /// Whether its movements are among those of the night.
        pub joined: bool,
        /// Its first frame, s from the first frame of the first sensor, as the movements both felt
        /// say; `null` where they share too few.
        pub offset_s: Option<f64>,
        /// How much slower its clock runs than that of the first sensor, parts per million.
        pub drift_ppm: Option<f64>,
        /// Bound of the error of these two, s.
        pub error_s: Option<f64>,
        /// Movements by which they were found.
        pub shared_movements: Option<u32>,
    }
}

impl SensorPart {
    fn new(sensor: &Sensor, gives_sleep: bool, blake3: String) -> Self {
        Self {
            file: sensor.file(),
            blake3,
            device: sensor.spec.device.clone(),
            placement: sensor.placement,
            placement_source: sensor.placement_source,
            side: sensor.side,
            clock: sensor.spec.clock.to_string(),
            hours_recorded: sensor.hours_recorded,
            gives_sleep,
            joined: sensor.is_joined(),
            offset_s: sensor.alignment.map(|at| at.offset_s),
            drift_ppm: sensor.alignment.map(|at| at.drift_ppm),
            error_s: sensor.alignment.map(|at| at.error_s),
            shared_movements: sensor.alignment.map(|at| at.shared_movements),
        }
    }
}

/// Stands in every result.
pub const NOTE: &str = "Accelerometer findings, not a diagnosis. An accelerometer misses leg \
                    movements that tense a muscle without moving the limb; its PLM index is not on \
                    the scale of electromyography. Sleep is estimated from movement alone.";

impl RecordingPart {
    /// Of an analysis.
    pub fn new(analysis: &Analysis) -> Self {
        let spec = &analysis.spec;
        Self {
            file: file_name(&analysis.path),
            blake3: analysis.hashes.of(&analysis.path),
            format: spec.format,
            layout: spec.layout.clone(),
            device: spec.device.clone(),
            unit: spec.unit,
            unit_source: spec.unit_source.clone(),
            has_gravity: spec.has_gravity,
            rate_source: spec.rate_source.clone(),
            start: Some(spec.clock.label(0.0)).filter(|label| !label.is_empty()),
            timezone: spec.clock.zone_name(),
            clock: spec.clock.to_string(),
            placement: analysis.placement,
            placement_source: analysis.placement_source,
            side: analysis.side,
        }
    }
}

/// The text of the file beside `files` (name and size); the same bytes for the same
/// analysis.
pub fn summary(
    analysis: &Analysis,
    nights: &[NightRow],
    settings: impl Serialize,
    files: &[(String, u64)],
) -> String {
    let names = files.iter().map(|(name, _)| name.clone());
    let hashes = &analysis.hashes;
    let file = SummaryFile {
        program: PROGRAM,
        version: env!("CARGO_PKG_VERSION"),
        note: NOTE,
        files: names.chain([SUMMARY.to_owned()]).collect(),
        file_bytes: files.iter().map(|(_, bytes)| *bytes).collect(),
        recording: RecordingPart::new(analysis),
        input_blake3: (hashes.0.len() > 1).then(|| hashes.of_all()),
        sensors: analysis
            .sensors
            .iter()
            .enumerate()
            .map(|(index, s)| SensorPart::new(s, index == 0, hashes.of(&s.path)))
            .collect(),
        calibration: &analysis.calibration,
        settings,
        time: &analysis.ledger,
        warnings: &analysis.warnings,
        nights,
        findings: nights.iter().map(findings).collect(),
    };
    let mut text = serde_json::to_string_pretty(&file).expect("plain data becomes JSON");
    text.push('\n');
    text
}

/// What is read of an earlier `summary.json`, to know which files are ours.
#[derive(Debug, Clone, Deserialize)]
pub struct Earlier {
    /// [`PROGRAM`], if it is ours.
    pub program: String,
    /// The files of that result.
    pub files: Vec<String>,
}
