//! Reading a recording: what kind of file it is, seen from its content and
//! never from its name, and the reader for it.
//!
//! Every reader streams in constant memory and understands a file from its
//! first megabyte: its layout, unit, rate and clock are in
//! [`Spec`](crate::recording::Spec) as soon as it is open. A reader delivers
//! what stands in the file, in g; gaps, jitter and repeated stamps are the
//! next stage's work.
//!

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Position, Result};
use crate::recording::{Source, Unit};

mod actigraph;
mod ahead;
mod archive;
mod avro;
mod axivity;
mod beside;
mod bytes;
mod csv;
mod digest;
mod edf;
mod geneactiv;
mod kind;
mod package;
mod packets;
mod parmay;
mod sum;
mod wav;
mod window;
mod zstd;

use archive::Archive;
use beside::Beside;
use bytes::Bytes;
pub use digest::{Digest, Hashes, hash};
use kind::Kind;

/// The name of a file that means standard input.
pub const STANDARD_INPUT: &str = "-";

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
    /// The unit of a table's or an EDF file's numbers, whatever they say.
    pub unit: Option<Unit>,
    /// The columns of x, y and z of a table, or the signals of an EDF file, by
    /// name or by number, counted from 1.
    pub axes: Option<[String; 3]>,
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
        if let Some(Unit::Counts { per_g }) = self.unit
            && !(per_g > 0.0 && per_g.is_finite())
        {
            let problem = format!("{per_g} counts are no g; give those that make 1 g, such as 256");
            return Err(Error::Setting { name: "--unit", problem });
        }
        Ok(())
    }
}

/// Opens the recording at `path`, whatever it is called: text with a row a
/// frame, WAV with a channel an axis, the files of Axivity, ActiGraph,
/// GENEActiv, Parmay and Empatica, EDF; any of them packed with gzip, zstd or zip; the
/// folder that a phone app exported; `-` for standard input.
///
/// # Errors
/// A file that cannot be read, that is none of these, or of which the axes,
/// the unit or the rate cannot be told; a setting outside its range.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Box<dyn Source>> {
    open_as(path, options, &Fetching { reads_ahead: false, digest: None })
}

/// [`open`] for reading all of it: with its hash, which is complete when the source
/// has been read; and with a thread that reads ahead, if wanted.
///
/// # Errors
/// What [`open`] says.
pub fn open_whole(
    path: &Path,
    options: &OpenOptions,
    reads_ahead: bool,
) -> Result<(Box<dyn Source>, Digest)> {
    let digest = Digest::default();
    let fetching = Fetching { reads_ahead, digest: Some(digest.clone()) };
    Ok((open_as(path, options, &fetching)?, digest))
}

/// How the bytes of a file come to its reader.
struct Fetching {
    /// In a thread of their own.
    reads_ahead: bool,
    /// Past the one who hashes them.
    digest: Option<Digest>,
}

impl Fetching {
    /// The bytes of `file`, of which the size in bytes is `size` (0 when unknown).
    fn bytes(&self, path: &Path, file: impl Read + Send + 'static, size: u64) -> Result<Bytes> {
        let file: Box<dyn Read + Send> = match &self.digest {
            Some(digest) => Box::new(digest.along(file)),
            None => Box::new(file),
        };
        let bytes = Bytes::new(path, file, size)?;
        Ok(if self.reads_ahead { bytes.ahead() } else { bytes })
    }
}

fn open_as(path: &Path, options: &OpenOptions, fetching: &Fetching) -> Result<Box<dyn Source>> {
    options.check()?;
    if path == Path::new(STANDARD_INPUT) {
        return open_stream(Path::new("standard input"), io::stdin(), options, fetching);
    }
    let file = File::open(path).map_err(Error::read(path))?;
    let metadata = file.metadata().map_err(Error::read(path))?;
    if metadata.is_dir() {
        return package::open_folder(path, options).unwrap_or_else(|| {
            Err(refuse(
                path,
                Position::File,
                "a folder",
                "the file of one recording, or the folder that a phone app exported",
                "Give the CSV or the device's file that is in it",
            ))
        });
    }
    if !metadata.is_file() {
        return open_stream(path, file, options, fetching);
    }
    let mut bytes = fetching.bytes(path, file, metadata.len())?;
    let kind = kind_of(path, &mut bytes)?;
    if kind == Kind::Zip && bytes.packing().is_none() {
        return package::open(&Archive::open(path, path)?, path, options);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let beside = Beside::of(|name| {
        let mut text = String::new();
        let file = File::open(folder.join(name)).ok()?;
        file.take(1 << 20).read_to_string(&mut text).ok().map(|_| text)
    });
    open_kind(kind, path, bytes, beside, options)
}

/// Whether a folder is what a phone app exported of one recording, which
/// [`open`] takes as one.
pub fn is_export(folder: &Path) -> bool {
    ["Metadata.csv", "meta/time.csv"].iter().any(|mark| folder.join(mark).is_file())
        && package::is_export(folder)
}

/// The name of a file without its folder.
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into())
}

/// The files a recording is of, by name: the file itself, or all that lie in the
/// folder an app exported.
pub fn files_of(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let files = walkdir::WalkDir::new(path).max_depth(2).sort_by_file_name().into_iter().flatten();
    files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// Opens what comes through a pipe, of which `path` is the name in messages.
fn open_stream(
    path: &Path,
    stream: impl Read + Send + 'static,
    options: &OpenOptions,
    fetching: &Fetching,
) -> Result<Box<dyn Source>> {
    let mut bytes = fetching.bytes(path, stream, 0)?;
    let kind = kind_of(path, &mut bytes)?;
    open_kind(kind, path, bytes, Beside::default(), options)
}

/// What kind of content bytes have.
fn kind_of(path: &Path, bytes: &mut Bytes) -> Result<Kind> {
    let head = bytes.peek(kind::HEAD)?;
    if !head.is_empty() {
        return Ok(Kind::of(head));
    }
    let (found, help) = match (bytes.cut(), bytes.packing()) {
        (Some(why), Some(packing)) => (
            format!("a {packing} file of which nothing can be unpacked ({why})"),
            "Copy or download the file again",
        ),
        _ => ("an empty file".to_owned(), "Export or copy it again"),
    };
    Err(refuse(path, Position::File, found, "a recording", help))
}

fn open_kind(
    kind: Kind,
    path: &Path,
    bytes: Bytes,
    beside: Beside,
    options: &OpenOptions,
) -> Result<Box<dyn Source>> {
    match kind {
        Kind::Wav => Ok(Box::new(wav::WavSource::open(path, bytes, options)?)),
        Kind::Cwa => axivity::open(path, bytes, options),
        Kind::GeneActiv => geneactiv::open(path, bytes, options),
        Kind::Matrix => parmay::open(path, bytes, options),
        Kind::Edf => edf::open(path, bytes, options),
        Kind::Avro => avro::open(path, bytes, options),
        Kind::Text => Ok(Box::new(csv::CsvSource::open(path, bytes, beside, options)?)),
        Kind::Zip => open_unseekable_zip(path, bytes, options),
        Kind::Foreign { name, help } => {
            Err(refuse(path, Position::Byte(0), name, "an accelerometer's recording", help))
        }
    }
}

/// The directory of a zip archive is at its end: one that comes through a pipe
/// is copied to a temporary file, which the system deletes when it is closed.
fn open_unseekable_zip(
    path: &Path,
    mut bytes: Bytes,
    options: &OpenOptions,
) -> Result<Box<dyn Source>> {
    let mut copy = tempfile::NamedTempFile::new().map_err(Error::write(&std::env::temp_dir()))?;
    io::copy(&mut bytes, &mut copy).map_err(Error::read(path))?;
    package::open(&Archive::open(path, copy.path())?, path, options)
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
