//! `summary.json`: the numbers of the nights, and where they come from.

use serde::{Deserialize, Serialize};

use super::findings::{Findings, findings};
use super::rows::recording_name;
use super::tables::NightRow;
use crate::column::with_columns;
use crate::condition::Ledger;
use crate::pipeline::{Analysis, PlacementSource};
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
    /// The files of the result.
    pub files: Vec<String>,
    /// The recording.
    pub recording: RecordingPart,
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

/// Stands in every result.
pub const NOTE: &str = "Accelerometer findings, not a diagnosis. An accelerometer misses leg \
                    movements that tense a muscle without moving the limb; its PLM index is not on \
                    the scale of electromyography. Sleep is estimated from movement alone.";

impl RecordingPart {
    /// Of an analysis, with the hash of the file.
    pub fn new(analysis: &Analysis, blake3: String) -> Self {
        let spec = &analysis.spec;
        Self {
            file: recording_name(analysis),
            blake3,
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

/// The text of the file; the same bytes for the same analysis.
pub fn summary(
    analysis: &Analysis,
    nights: &[NightRow],
    blake3: String,
    settings: impl Serialize,
    files: Vec<String>,
) -> String {
    let file = SummaryFile {
        program: PROGRAM,
        version: env!("CARGO_PKG_VERSION"),
        note: NOTE,
        files,
        recording: RecordingPart::new(analysis, blake3),
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
