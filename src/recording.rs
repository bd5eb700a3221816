//! What every stage shares of a recording: the frame, what is known about the
//! file, and the trait of every reader.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::time::Clock;

/// One sample of the three axes, in g, gravity included.
pub type Frame = [f32; 3];

/// A run of frames as a reader delivers them, with its own stamps.
///
/// The caller owns it and hands it back, so that nothing is allocated in the
/// steady state.
#[derive(Debug, Default, Clone)]
pub struct Block {
    /// Nanoseconds since the first frame of the recording, one a frame, as the
    /// file has them: they may jitter, repeat or run backwards. Empty when the
    /// file has no stamps: then the frames follow each other at
    /// [`Spec::rate_hz`].
    pub stamps_ns: Vec<i64>,
    /// The frames, in g. Never NaN: a row without a value is left out.
    pub frames: Vec<Frame>,
}

impl Block {
    /// Empties the block and keeps its memory.
    pub fn clear(&mut self) {
        self.stamps_ns.clear();
        self.frames.clear();
    }
}

/// A reader of one recording, streaming in constant memory.
pub trait Source: Send {
    /// What the file is understood to be. Complete when the source is opened.
    fn spec(&self) -> &Spec;

    /// Clears `block` and fills it with the next frames; at most some ten
    /// thousand. `false` at the end, with an empty block.
    fn read(&mut self, block: &mut Block) -> Result<bool>;

    /// How far the reader is: bytes of the file consumed and the file's size
    /// (0 when unknown, as for a pipe).
    fn progress(&self) -> (u64, u64);

    /// What had to be mended or left out while reading, in sentences; complete
    /// after the last block.
    fn warnings(&self) -> Vec<String>;
}

/// What a recording is understood to be, and how sure that is.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The kind of file.
    pub format: Format,
    /// The layout in words: delimiter, header, columns; channels and bits.
    pub layout: String,
    /// The device as the file names it.
    pub device: Option<String>,
    /// What the numbers in the file are.
    pub unit: Unit,
    /// How the unit is known, in words (`from the column name "x (m/s^2)"`).
    pub unit_source: String,
    /// False for linear acceleration, from which gravity was taken out.
    pub has_gravity: bool,
    /// Whether the file has a stamp a frame.
    pub has_stamps: bool,
    /// Frames a second: stated by the file or the person, or measured on the
    /// stamps of the first rows.
    pub rate_hz: f64,
    /// How the rate is known, in words.
    pub rate_source: String,
    /// When the first frame was recorded.
    pub clock: Clock,
    /// Where the sensor was worn, if the file says so.
    pub placement: Option<Placement>,
    /// On which side, if the file says so.
    pub side: Option<Side>,
    /// The largest value the sensor can tell, in g, if the file says so.
    pub full_scale_g: Option<f32>,
    /// How sure all this is.
    pub bases: Bases,
}

/// How something about a recording is known, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The format or the file says so.
    #[default]
    Stated,
    /// The person said so.
    Given,
    /// Measured on the first frames.
    Measured,
    /// Nothing says so: it is what is usual.
    Assumed,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stated => "stated",
            Self::Given => "given",
            Self::Measured => "measured",
            Self::Assumed => "assumed",
        })
    }
}

/// How sure a [`Spec`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bases {
    /// Which numbers are the axes, and in what order.
    pub axes: Basis,
    /// The unit.
    pub unit: Basis,
    /// The rate.
    pub rate: Basis,
}

/// The kinds of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Text with a row a frame.
    Csv,
    /// RIFF/WAVE with a channel an axis.
    Wav,
    /// Axivity's `.cwa`.
    Cwa,
    /// ActiGraph's `.gt3x`.
    Gt3x,
    /// GENEActiv's `.bin`.
    GeneActiv,
    /// The file of Parmay's Matrix.
    Matrix,
    /// European Data Format, plain or EDF+.
    Edf,
    /// Empatica's `.avro`.
    Avro,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Csv => "text table (CSV)",
            Self::Wav => "WAV",
            Self::Cwa => "Axivity CWA",
            Self::Gt3x => "ActiGraph GT3X",
            Self::GeneActiv => "GENEActiv BIN",
            Self::Matrix => "Parmay Matrix",
            Self::Edf => "EDF",
            Self::Avro => "EmbracePlus Avro",
        })
    }
}

/// The unit of the numbers in a file. Inside, everything is g.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Multiples of standard gravity, 9.80665 m/s².
    G,
    /// Metres a second squared.
    MetresPerSecondSquared,
    /// Thousandths of standard gravity.
    MilliG,
    /// Raw counts of the converter; how many make 1 g.
    Counts {
        /// Counts that make 1 g.
        per_g: f64,
    },
}

impl Unit {
    /// What one unit is in g.
    pub fn in_g(self) -> f64 {
        match self {
            Self::G => 1.0,
            Self::MetresPerSecondSquared => 1.0 / 9.806_65,
            Self::MilliG => 1e-3,
            Self::Counts { per_g } => 1.0 / per_g,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::G => f.write_str("g"),
            Self::MetresPerSecondSquared => f.write_str("m/s²"),
            Self::MilliG => f.write_str("mg"),
            Self::Counts { per_g } => write!(f, "raw counts, {per_g:.0} to 1 g"),
        }
    }
}

/// Where the sensor was during the night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// On the ankle or foot: the place for leg movements.
    Ankle,
    /// On the wrist: sleep, starts and gross movements, no leg movements.
    Wrist,
    /// At the waist or hip: posture and gross movements.
    Waist,
    /// On or in the mattress: everything, weakly, and the partner too.
    Mattress,
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ankle => "ankle",
            Self::Wrist => "wrist",
            Self::Waist => "waist",
            Self::Mattress => "mattress",
        })
    }
}

/// The side of the body a sensor or a movement belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Left.
    Left,
    /// Right.
    Right,
    /// Both legs at once, by the rule of the standard in use.
    Bilateral,
}

impl Side {
    /// The other of the two sides; both stay both.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
            Self::Bilateral => Self::Bilateral,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Bilateral => "bilateral",
        })
    }
}
