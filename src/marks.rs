//! Marks of other programs: leg movements, sleep stages, arousals, breathing,
//! lights, as text tables, EDF+ annotations, Luna's `.annot`, XML of the NSRR
//! and of Compumedics, and events exported by Noxturnal.
//!
//! [`read`] goes by the content of a file, never by its name. Whatever the
//! format, the words of a mark are understood by [`label`], and what comes out
//! is a list of [`Mark`]s on one time axis.

mod annot;
pub mod diary;
mod edf;
mod events;
pub mod hypnogram;
pub mod label;
mod noxturnal;
pub(crate) mod table;
mod text;
mod xml;

use std::fs;
use std::path::Path;

use jiff::civil::DateTime;

use crate::error::{Error, Position, Result};
use crate::movement::Kind;
use crate::recording::Side;
pub use hypnogram::Hypnogram;
pub use label::{Label, Labels};
use table::Table;

/// What somebody marked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Seconds from the start of the marks.
    pub onset_s: f64,
    /// Seconds; 0 for a moment.
    pub duration_s: f64,
    /// What it is.
    pub what: What,
    /// The side, if the mark says so.
    pub side: Option<Side>,
    /// Whether the mark itself calls a leg movement periodic.
    pub periodic: bool,
}

/// What a mark is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// A movement.
    Movement(Kind),
    /// A stretch of a stage of sleep.
    Stage(Stage),
    /// An arousal.
    Arousal,
    /// An apnoea, a hypopnoea or an arousal of respiratory effort.
    Respiratory,
    /// Going to bed to sleep.
    LightsOff,
    /// Getting up.
    LightsOn,
    /// A stretch of which nothing was recorded.
    Gap,
}

/// A stage of sleep, or wakefulness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Awake.
    Wake,
    /// Asleep, of a stage nobody gave: all that movement can tell.
    Sleep,
    /// NREM of a stage nobody gave.
    Nrem,
    /// N1.
    N1,
    /// N2.
    N2,
    /// N3, and stage 4 of older rules.
    N3,
    /// REM.
    Rem,
    /// Not scored.
    Unknown,
}

impl Stage {
    /// Whether it is sleep; `None` if it was not scored.
    pub fn asleep(self) -> Option<bool> {
        match self {
            Self::Wake => Some(false),
            Self::Unknown => None,
            _ => Some(true),
        }
    }

    /// Whether it is NREM sleep.
    pub fn is_nrem(self) -> bool {
        matches!(self, Self::Nrem | Self::N1 | Self::N2 | Self::N3)
    }
}

/// All marks of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    /// Ascending by onset.
    pub list: Vec<Mark>,
    /// The wall clock at second 0, if the file tells.
    pub start: Option<DateTime>,
    /// What had to be assumed or left out, in sentences.
    pub notes: Vec<String>,
}

impl Marks {
    /// Sorts what a reader collected; labels that nobody understood are told.
    fn new(mut list: Vec<Mark>, start: Option<DateTime>, unknown: label::Unknown) -> Self {
        let mut notes = Vec::new();
        if !list.is_sorted_by(|a, b| a.onset_s <= b.onset_s) {
            list.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
            notes.push("The marks were not in the order of their onsets and were sorted.".into());
        }
        notes.extend(unknown.note());
        Self { list, start, notes }
    }

    /// Whether anything in it is of this sort.
    pub fn any(&self, is: impl Fn(What) -> bool) -> bool {
        self.list.iter().any(|mark| is(mark.what))
    }
}

/// The formats of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A text table with a column of onsets, or one of stages.
    Table,
    /// EDF+ annotations.
    Edf,
    /// The `.annot` of Luna.
    Annot,
    /// XML of the NSRR or of Compumedics.
    Xml,
    /// Events exported by Noxturnal.
    Noxturnal,
}

/// What the content of a file is; a table if it is nothing else.
pub fn format(bytes: &[u8]) -> Format {
    if edf::is_edf(bytes) {
        return Format::Edf;
    }
    let head = text::head(bytes);
    let head = head.trim_start();
    if head.starts_with("<?xml") || head.starts_with("<PSG") || head.starts_with("<CMP") {
        Format::Xml
    } else if annot::is_annot(head) {
        Format::Annot
    } else if noxturnal::is_export(head) {
        Format::Noxturnal
    } else {
        Format::Table
    }
}

/// Reads the marks of a file; `labels` are the words a person explains, before
/// those that are known.
///
/// # Errors
/// A file that cannot be read, a folder, a file that is not of its format.
pub fn read(path: &Path, labels: &Labels) -> Result<Marks> {
    if path.is_dir() {
        return Err(Error::Input {
            path: path.to_owned(),
            at: Position::File,
            found: "a folder".to_owned(),
            expected: "a table of leg movements, or annotations".to_owned(),
            help: format!("Give a CSV file with {}, or one of: {FORMATS}.", events::COLUMNS),
        });
    }
    let bytes = fs::read(path).map_err(Error::read(path))?;
    parse(path, &bytes, labels)
}

/// The formats in words.
const FORMATS: &str = "EDF+ annotations, Luna .annot, NSRR or Compumedics XML, Noxturnal events";

/// As [`read`], of bytes in memory; `path` is the name in messages.
///
/// # Errors
/// As [`read`].
pub fn parse(path: &Path, bytes: &[u8], labels: &Labels) -> Result<Marks> {
    match format(bytes) {
        Format::Edf => edf::parse(path, bytes, labels),
        Format::Annot => annot::parse(path, &text::decode(path, bytes)?, labels),
        Format::Xml => xml::parse(path, &text::decode(path, bytes)?, labels),
        Format::Noxturnal => noxturnal::parse(path, &text::decode(path, bytes)?, labels),
        Format::Table => events::parse(&Table::parse(path, bytes)?, labels),
    }
}
