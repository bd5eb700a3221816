//! Reading a recording: what kind of file it is, seen from its content and
//! never from its name, and the reader for it.
//!
//! Every reader streams in constant memory and understands a file from its
//! first megabyte: its layout, unit, rate and clock are in
//! [`Spec`](crate::recording::Spec) as soon as it is open. A reader delivers
//! what stands in the file, in g; gaps, jitter and repeated stamps are the
//! next stage's work.
//!
//! Absent on purpose: archives (zip), and the binary formats of devices, which
//! are recognised and named in the error.

use std::fs::File;
use std::path::Path;

use crate::error::{Error, Position, Result};
use crate::recording::Source;

mod bytes;
mod csv;
mod kind;
mod wav;

use bytes::Bytes;
use kind::Kind;

/// What a person says about a file that the file itself does not say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenOptions {
    /// Accept linear acceleration, from which gravity was taken out.
    pub linear: bool,
    /// Frames a second, for a file without stamps. With stamps it replaces
    /// the rate measured on them.
    pub rate_hz: Option<f64>,
    /// The value in g of the largest number of a WAV file.
    pub full_scale_g: Option<f32>,
}

/// The largest rate believed, in Hz: ten times that of the fastest phone seen.
const RATE_LIMIT_HZ: f64 = 5000.0;

impl OpenOptions {
    fn check(&self) -> Result<()> {
        if let Some(rate) = self.rate_hz
            && !(rate > 0.0 && rate <= RATE_LIMIT_HZ)
        {
            let problem = format!("{rate} is no rate; give frames a second, up to {RATE_LIMIT_HZ}");
            return Err(Error::Setting { name: "--rate-hz", problem });
        }
        if let Some(scale) = self.full_scale_g
            && !(scale > 0.0 && scale.is_finite())
        {
            let problem = format!("{scale} is no range; give the sensor's range in g, such as 8");
            return Err(Error::Setting { name: "--full-scale-g", problem });
        }
        Ok(())
    }
}

/// Opens the recording at `path`, whatever it is called: text with a row a
/// frame, WAV with a channel an axis, either of them packed with gzip.
///
/// # Errors
/// A file that cannot be read, that is none of these, or of which the axes,
/// the unit or the rate cannot be told; a setting outside its range.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Box<dyn Source>> {
    options.check()?;
    let file = File::open(path).map_err(Error::read(path))?;
    let metadata = file.metadata().map_err(Error::read(path))?;
    if metadata.is_dir() {
        return Err(refuse(
            path,
            Position::File,
            "a folder",
            "the file of one recording",
            "Give the CSV or WAV file that is in it",
        ));
    }
    let size = if metadata.is_file() { metadata.len() } else { 0 };
    let mut bytes = Bytes::new(path, Box::new(file), size)?;
    let head = bytes.peek(kind::HEAD)?;
    if head.is_empty() {
        return Err(match bytes.cut() {
            Some(why) => refuse(
                path,
                Position::File,
                format!("a gzip file of which nothing can be unpacked ({why})"),
                "a recording",
                "Copy or download the file again",
            ),
            None => refuse(
                path,
                Position::File,
                "an empty file",
                "a recording",
                "Export or copy it again",
            ),
        });
    }
    match Kind::of(head) {
        Kind::Wav => Ok(Box::new(wav::WavSource::open(path, bytes, options)?)),
        Kind::Text => Ok(Box::new(csv::CsvSource::open(path, bytes, options)?)),
        Kind::Foreign { name, help } => {
            Err(refuse(path, Position::Byte(0), name, "a text table or a WAV file", help))
        }
    }
}

/// The error of a file that is not what it should be; `help` gets its full stop here.
fn refuse(
    path: &Path,
    at: Position,
    found: impl Into<String>,
    expected: impl Into<String>,
    help: impl Into<String>,
) -> Error {
    let mut help = help.into();
    if !help.is_empty() && !help.ends_with('.') {
        help.push('.');
    }
    Error::Input { path: path.to_owned(), at, found: found.into(), expected: expected.into(), help }
}

/// `number` of `noun`s in words: `1 row`, `12 rows`.
fn counted(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
