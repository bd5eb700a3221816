//! Text with a row a frame, in a dialect that is detected, never configured.
//!
//! The first megabyte is the probe: it tells where the table begins and how it
//! is written ([`layout`]), which columns are the axes ([`columns`],
//! [`position`]) and the time ([`clocks`]), what the numbers are ([`unit`]) and
//! how often they come ([`rate`]); [`understand`] puts it together. Then every
//! row is read by one parser that allocates nothing ([`rows`]). The csv crate
//! splits headers, preambles and the rows of the probe; quotes in a row of
//! values are the parser's.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Position, Result};
use crate::recording::{Block, Frame, Source, Spec, Unit};

use super::beside::Beside;
use super::bytes::Bytes;
use super::{OpenOptions, counted, refuse};

mod activpal;
mod clocks;
mod columns;
mod dialect;
mod empatica;
mod layout;
mod lines;
mod mould;
mod number;
mod position;
mod preamble;
mod rate;
mod rows;
mod stamp;
mod steady;
mod text;
mod understand;
mod unit;

use lines::{Line, Lines};
pub(super) use preamble::{placement_of, side_of, zone_of};
use rows::{Row, RowReader};
use text::{Text, lossless};
use understand::Understood;

/// Bytes read to understand a file: some 25 000 rows.
const PROBE: usize = 1 << 20;

/// Bytes read when the first ones tell nothing: a sleeping sensor writes zeros.
const PROBE_LIMIT: usize = 8 << 20;

/// Frames that tell enough.
const TELLING: usize = 100;

/// Frames in a block.
const BLOCK: usize = 4096;

/// Characters of a wrong cell that are quoted.
const QUOTED: usize = 40;

/// A text table being read.
pub(super) struct CsvSource {
    path: PathBuf,
    spec: Spec,
    lines: Lines,
    rows: RowReader,
    zero_g: f32,
    header: Vec<u8>,
    moments: Moments,
    left_out: LeftOut,
    warnings: Vec<String>,
}

/// What makes times of the stamps of a table.
struct Moments {
    beside: Beside,
    /// The first stamp.
    first_ns: Option<i64>,
}

impl Moments {
    /// Time since the first stamp, with the pauses in it, ns.
    #[inline]
    fn since_first_ns(&mut self, stamp_ns: i64) -> i64 {
        let stamp_ns = self.beside.with_pauses(stamp_ns);
        stamp_ns.wrapping_sub(*self.first_ns.get_or_insert(stamp_ns))
    }
}

impl CsvSource {
    /// Reads the beginning of the text and understands it.
    pub fn open(path: &Path, bytes: Bytes, beside: Beside, options: &OpenOptions) -> Result<Self> {
        let mut text = Text::new(bytes)?;
        let mut head = Vec::new();
        let understood = loop {
            let wanted = head.len() + PROBE;
            text.by_ref().take(PROBE as u64).read_to_end(&mut head).map_err(Error::read(path))?;
            let whole = head.len() < wanted;
            let last = whole || wanted >= PROBE_LIMIT;
            match Understood::of(path, &head, whole, &beside, options) {
                Ok(understood) if last || understood.telling_frames >= TELLING => break understood,
                Err(error) if last => return Err(error),
                _ => {}
            }
        };
        let Understood { mut spec, rows, zero_g, header, start, row, warnings, .. } = understood;
        if let Some(packing) = text.origin().packing() {
            spec.layout += &format!("; packed with {packing}");
        }
        let lines = Lines::new(text, head, start, row);
        let (path, left_out) = (path.to_owned(), LeftOut::default());
        let moments = Moments { beside, first_ns: None };
        Ok(Self { path, spec, lines, rows, zero_g, header, moments, left_out, warnings })
    }

    /// The source as the gravity to be added to another: that it is gravity alone
    /// is as it should be.
    pub fn into_gravity(mut self) -> Self {
        self.warnings.retain(|warning| warning != understand::COMPUTED_GRAVITY);
        self
    }

    /// Reads the steady rows at hand.
    fn read_steady(&mut self, block: &mut Block) {
        let room = BLOCK - block.frames.len();
        let has_stamps = self.spec.has_stamps;
        let moments = &mut self.moments;
        let taken = self.rows.read_steady(self.lines.ahead(), room, |stamp_ns, frame| {
            if has_stamps {
                block.stamps_ns.push(moments.since_first_ns(stamp_ns));
            }
            block.frames.push(frame);
        });
        self.lines.pass(taken.bytes, taken.rows);
    }

    /// The error of a cell that is no number and no stamp.
    #[cold]
    fn wrong_cell(&self, row: u64, cell: &[u8]) -> Error {
        let cell = lossless(cell);
        let mut quoted: String = cell.chars().take(QUOTED).collect();
        if quoted.len() < cell.len() {
            quoted.push('…');
        }
        let expected = if self.spec.has_stamps { "a number or a stamp" } else { "a number" };
        let help = "Mend or remove the row";
        refuse(&self.path, Position::Row(row), format!("{quoted:?}"), expected, help)
    }
}

impl Source for CsvSource {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn read(&mut self, block: &mut Block) -> Result<bool> {
        block.clear();
        while block.frames.len() < BLOCK {
            self.read_steady(block);
            if block.frames.len() == BLOCK {
                break;
            }
            let line = match self.lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    let (found, expected) = ("a line longer than a megabyte", "a row of a table");
                    let (at, help) =
                        (Position::Row(self.lines.row()), "Export the recording again");
                    return Err(refuse(&self.path, at, found, expected, help));
                }
                Err(error) => return Err(Error::read(&self.path)(error)),
            };
            let is_cut = line.unfinished && line.is_cut(self.rows.delimiter());
            match self.rows.read(line.text, line.length) {
                Row::Frame(stamp_ns, frame) => {
                    let unfinished = line.unfinished;
                    if is_cut || (unfinished && self.lines.text().origin().cut().is_some()) {
                        // The last digits may be missing.
                        self.left_out.cut = Some(self.lines.row());
                        continue;
                    }
                    self.left_out.unended = unfinished;
                    if self.spec.has_stamps {
                        block.stamps_ns.push(self.moments.since_first_ns(stamp_ns));
                    }
                    block.frames.push(frame);
                }
                Row::Blank => {}
                other => {
                    let (bytes, Line { row, unfinished, .. }) = (line.bytes(), line);
                    let repeats_header = !self.header.is_empty() && bytes == self.header;
                    match other {
                        Row::Short | Row::Text(_) | Row::Missing if unfinished => {
                            self.left_out.cut = Some(row);
                        }
                        Row::Text(_) if repeats_header => self.left_out.headers.add(row),
                        Row::Text(place) => {
                            let cell = bytes[place].to_vec();
                            return Err(self.wrong_cell(row, &cell));
                        }
                        Row::Short => self.left_out.short.add(row),
                        _ => self.left_out.missing.add(row),
                    }
                }
            }
        }
        if self.zero_g != 0.0 {
            block.frames.iter_mut().flatten().for_each(|value| *value -= self.zero_g);
        }
        Ok(!block.frames.is_empty())
    }

    fn progress(&self) -> (u64, u64) {
        self.lines.text().origin().progress()
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        warnings.extend(self.lines.text().origin().cut_warning());
        if self.moments.beside.pauses() > 0 {
            let pauses = counted(self.moments.beside.pauses() as u64, "pause");
            warnings.push(format!("{pauses} of the recording, by meta/time.csv, are gaps."));
        }
        warnings.extend(self.left_out.sentences(&self.spec));
        warnings
    }
}

/// The offset from UTC that a text names, in seconds east: `GMT -04:00`, `+0200`.
pub(super) fn zone_offset_s(text: &str) -> Option<i32> {
    stamp::parse_offset(text.as_bytes())
}

/// The offset from UTC in a stamp, in seconds east.
pub(super) fn moment_offset_s(text: &str) -> Option<i32> {
    let text = text.replacen(" UTC", "", 1);
    match stamp::parse(text.trim().as_bytes(), stamp::DateOrder::MonthFirst)?.zone {
        stamp::StampZone::East(seconds) => Some(seconds),
        stamp::StampZone::Utc => Some(0),
        stamp::StampZone::Unknown => None,
    }
}

/// The axes among names of columns or signals.
pub(super) struct NamedAxes {
    /// Those of x, y and z, counted from 0.
    pub columns: [usize; 3],
    /// Other vectors of acceleration, by their x.
    pub others: Vec<String>,
    family: columns::Family,
    unit: Option<(Unit, String)>,
}

/// The axes of an accelerometer among `names`, with their units in brackets; those
/// that a person chose, or those named as such.
pub(super) fn named_axes(names: &[String], options: &OpenOptions) -> Option<NamedAxes> {
    let (axes, others) = match &options.axes {
        Some(wanted) => (columns::chosen(names, names.len(), wanted).ok(), Vec::new()),
        None => columns::find(names),
    };
    let columns::Axes { columns, family, unit } = axes?;
    Some(NamedAxes { columns, others, family, unit })
}

/// The unit of named axes, of which `frames` are the first in the file's own
/// numbers; `name` is what people call the first axis.
pub(super) fn judge_unit(
    path: &Path,
    name: &str,
    axes: &NamedAxes,
    frames: &[Frame],
    options: &OpenOptions,
) -> Result<unit::Judgement> {
    let columns = unit::Columns { path, at: Position::File, name, family: axes.family };
    columns.unit(axes.unit.clone(), frames, options)
}

/// The wall clock that a text is, whatever it says about its zone.
pub(super) fn wall_clock(text: &str) -> Option<jiff::civil::DateTime> {
    let moment = stamp::parse(text.trim().as_bytes(), stamp::DateOrder::MonthFirst)?;
    let wall = jiff::Timestamp::from_nanosecond(i128::from(moment.wall_ns)).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(wall))
}

/// Rows that gave no frame.
#[derive(Debug, Default)]
struct LeftOut {
    missing: Tally,
    short: Tally,
    headers: Tally,
    cut: Option<u64>,
    /// Whether the last row, which is read, has no line end.
    unended: bool,
}

/// How many rows, and the first of them.
#[derive(Debug, Default)]
struct Tally {
    rows: u64,
    first: u64,
}

impl Tally {
    fn add(&mut self, row: u64) {
        if self.rows == 0 {
            self.first = row;
        }
        self.rows += 1;
    }
}

impl LeftOut {
    fn sentences(&self, spec: &Spec) -> Vec<String> {
        let mut sentences = Vec::new();
        let kinds = [
            (&self.missing, "without a value"),
            (&self.short, "with too few columns"),
            (&self.headers, "that repeat the header"),
        ];
        for (tally, what) in kinds {
            if tally.rows > 0 {
                let rows = counted(tally.rows, "row");
                sentences.push(format!("{rows} {what} left out, first in row {}.", tally.first));
            }
        }
        if let Some(row) = self.cut {
            sentences.push(format!("The last row, row {row}, is cut and left out."));
        }
        if self.unended {
            sentences
                .push("The last row has no line end: the file may have been cut there.".into());
        }
        let holes = self.missing.rows + self.short.rows;
        if !spec.has_stamps && holes > 0 {
            let early_s = holes as f64 / spec.rate_hz;
            sentences.push(format!(
                "Without stamps, times after the rows left out are up to {early_s:.3} s early."
            ));
        }
        sentences
    }
}
