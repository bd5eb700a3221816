//! What a table is understood to be, from its first megabyte.

use std::path::Path;

use crate::error::{Position, Result};
use crate::recording::{Bases, Basis, Format, Frame, Spec};
use crate::time::Clock;

use super::super::beside::{App, Beside};
use super::super::{OpenOptions, RATE_LIMIT_HZ, counted, refuse};
use super::clocks::{self, Measured};
use super::columns::{self, Axes, Family};
use super::layout::Layout;
use super::lines::trim_return;
use super::preamble::{Facts, placement_of, side_of};
use super::rows::{Row, RowReader, Stamps};
use super::stamp::DateOrder;
use super::unit::{self, Columns, Judgement, Lengths};
use super::{activpal, empatica, position};

/// What is said of a table that is gravity alone.
pub(super) const COMPUTED_GRAVITY: &str = "Every frame is equally long: this seems to be the gravity that a phone computed, \
     in which movements hardly show. Give the accelerometer itself.";

/// What must be known to read the rows, and what is known besides.
pub(super) struct Understood {
    pub spec: Spec,
    pub rows: RowReader,
    /// What is no acceleration, in g.
    pub zero_g: f32,
    /// The header line, which may come again in files that were put together.
    pub header: Vec<u8>,
    /// Where the first row of values begins, in bytes, and its number.
    pub start: usize,
    pub row: u64,
    /// Frames in the head that are not all zero: with too few of them gravity
    /// cannot tell the unit.
    pub telling_frames: usize,
    pub warnings: Vec<String>,
}

/// What is seen of a file, for the steps of understanding.
struct Seen<'a> {
    path: &'a Path,
    options: &'a OpenOptions,
    beside: &'a Beside,
    layout: Layout,
    facts: Facts,
    axes: Axes,
    /// The number that is no acceleration.
    zero: f32,
    /// Other columns that could have been the axes.
    others: Vec<String>,
    /// The head from the first row of values on.
    body: &'a [u8],
    warnings: Vec<String>,
}

/// The stamps, the rate and the clock.
struct Timing {
    stamps: Stamps,
    /// The columns of the stamps, for people.
    name: Option<String>,
    assumed: Option<DateOrder>,
    rate_hz: f64,
    rate_source: String,
    rate_basis: Basis,
    clock: Clock,
}

impl Understood {
    /// Understands `head`, the beginning of a text; `whole` when it is all of it;
    /// and what the files beside it tell.
    ///
    /// # Errors
    /// Whatever keeps a file from being read: no table, no axes, no frame, no
    /// gravity, no rate, stamps that stand still or run backwards.
    pub fn of(
        path: &Path,
        head: &[u8],
        whole: bool,
        beside: &Beside,
        options: &OpenOptions,
    ) -> Result<Self> {
        let mut layout = Layout::find(path, head, whole, options.axes.is_some())?;
        let facts =
            empatica::take(&mut layout, head).unwrap_or_else(|| Facts::of(&layout.preamble));
        let (axes, others) = axes(path, &layout, options)?;
        let (facts, zero) = activpal::take(&layout, axes.columns, facts);
        let (body, warnings) = (&head[layout.start..], Vec::new());
        let mut seen =
            Seen { path, options, beside, layout, facts, axes, zero, others, body, warnings };
        seen.facts.zone = seen.facts.zone.take().or_else(|| {
            let mut cells = seen.layout.sample.iter().flatten();
            cells.find_map(|cell| clocks::bracketed_zone(cell))
        });
        let frames: Vec<Frame> =
            seen.probe(Stamps::None).into_iter().map(|(_, frame)| frame).collect();
        if frames.is_empty() {
            return Err(seen.no_frame());
        }
        let judged = seen.unit(&frames)?;
        let timing = seen.timing(frames.len())?;
        let layout_words = seen.words(&timing);
        let Seen { layout, facts, axes, zero, warnings, .. } = seen;
        // `left_ankle_x` says where the sensor was, too.
        let column = layout.name(axes.columns[0]);
        let spec = Spec {
            format: Format::Csv,
            layout: layout_words,
            device: facts.device.or_else(|| beside.device.clone()),
            unit: judged.unit,
            unit_source: judged.source,
            has_gravity: judged.has_gravity,
            has_stamps: !matches!(timing.stamps, Stamps::None),
            rate_hz: timing.rate_hz,
            rate_source: timing.rate_source,
            clock: timing.clock,
            placement: facts.placement.or_else(|| placement_of(&column)),
            side: facts.side.or_else(|| side_of(&column)),
            full_scale_g: facts.full_scale_g.or(options.full_scale_g),
            bases: Bases {
                axes: match (&options.axes, &layout.names) {
                    (Some(_), _) => Basis::Given,
                    (None, Some(_)) => Basis::Stated,
                    (None, None) => Basis::Assumed,
                },
                unit: judged.basis,
                rate: timing.rate_basis,
            },
        };
        let in_g = if beside.turned { -judged.unit.in_g() } else { judged.unit.in_g() };
        Ok(Self {
            spec,
            rows: RowReader::new(layout.dialect, axes.columns, timing.stamps, in_g),
            zero_g: (f64::from(zero) * in_g) as f32,
            header: layout.header,
            start: layout.start,
            row: layout.row,
            telling_frames: frames.iter().filter(|frame| **frame != [0.0; 3]).count(),
            warnings,
        })
    }
}

/// The axes, by name or by position, and columns that could also be meant.
fn axes(path: &Path, layout: &Layout, options: &OpenOptions) -> Result<(Axes, Vec<String>)> {
    if let Some(wanted) = &options.axes {
        let width = layout.sample.iter().map(Vec::len).max().unwrap_or(0);
        let names = layout.names.as_deref().unwrap_or_default();
        let chosen = columns::chosen(names, width, wanted);
        return chosen.map(|axes| (axes, Vec::new())).map_err(|missing| {
            let (at, help) = (Position::Row(layout.row), "`hypnic inspect` tells the columns");
            let found = format!("a table of {} without {missing}", counted(width as u64, "column"));
            refuse(path, at, found, "the columns given with --axes", help)
        });
    }
    if let Some(names) = &layout.names
        && let (Some(mut axes), others) = columns::find(names)
    {
        let below = |units: &Vec<String>| units.get(axes.columns[0]).cloned();
        if axes.unit.is_none()
            && let Some(text) = layout.units.as_ref().and_then(below)
        {
            axes.unit = unit::named(&text).map(|unit| (unit, "in the row of units".to_owned()));
        }
        return Ok((axes, others));
    }
    match position::axes(&layout.dialect, &layout.sample) {
        Some(columns) => Ok((Axes { columns, family: Family::Bare, unit: None }, Vec::new())),
        None => {
            let found = "a table without three neighbouring columns of numbers";
            let help = "Name the columns in a header, as in time,x,y,z";
            let at = Position::Row(layout.row);
            Err(refuse(path, at, found, "three columns for the axes x, y, z", help))
        }
    }
}

/// Whether frames turn and keep their length, as what a phone computes as
/// gravity does and no sensor.
fn turns_rigidly(frames: &[Frame], lengths: Lengths) -> bool {
    let turned = |frame: &Frame| {
        let distance = frame.iter().zip(&frames[0]).map(|(a, b)| f64::from(a - b).abs());
        distance.fold(0.0, f64::max) > 0.01 * lengths.median
    };
    lengths.reach < 3e-6 && frames.iter().any(turned)
}

impl Seen<'_> {
    /// The frames of the head in the file's own numbers, and stamps read as `stamps`.
    fn probe(&self, stamps: Stamps) -> Vec<(i64, Frame)> {
        let mut rows = RowReader::new(self.layout.dialect, self.axes.columns, stamps, 1.0);
        let mut frames = Vec::new();
        let mut start = 0;
        // The last line may be cut; one row less tells as much, unless it is the only one.
        let end = memchr::memrchr(b'\n', self.body).map_or(self.body.len(), |end| end + 1);
        for at in memchr::memchr_iter(b'\n', &self.body[..end]).chain([end]) {
            let text = &self.body[start.min(end)..end];
            let length = trim_return(&text[..at.saturating_sub(start)]).len();
            if let Row::Frame(stamp, frame) = rows.read(text, length) {
                frames.push((stamp, frame.map(|value| value - self.zero)));
            }
            start = at + 1;
        }
        frames
    }

    fn no_frame(&self) -> crate::error::Error {
        let axes = self.axes.columns.map(|column| self.layout.name(column)).join(", ");
        let found = format!("no row with a number on each axis ({axes})");
        let help = "Export the recording again, or give another file";
        let at = Position::Row(self.layout.row);
        refuse(self.path, at, found, "rows with three numbers", help)
    }

    /// The unit, by the column's name, the preamble, and gravity.
    fn unit(&mut self, frames: &[Frame]) -> Result<Judgement> {
        let from_preamble = |unit| {
            let writer = self
                .facts
                .writer
                .map_or("from the preamble".to_owned(), |writer| format!("as {writer} writes it"));
            (unit, writer)
        };
        let stated = self.axes.unit.clone().or(self.facts.unit.map(from_preamble));
        let name = self.layout.name(self.axes.columns[0]);
        let (at, family) = (Position::Row(self.layout.row), self.axes.family);
        let columns = Columns { path: self.path, at, name: &name, family };
        let judged = columns.unit(stated, frames, self.options)?;
        let lengths = Lengths::of(frames);
        self.warnings.extend(judged.warning.clone());
        if lengths.is_some_and(|lengths| turns_rigidly(frames, lengths)) {
            self.warnings.push(COMPUTED_GRAVITY.to_owned());
        }
        Ok(judged)
    }

    /// The stamps, the rate and the clock, from the columns and the preamble.
    fn timing(&mut self, frames: usize) -> Result<Timing> {
        let (candidates, assumed) =
            clocks::candidates(&self.layout, self.axes.columns, &self.facts);
        let measured: Vec<Measured> = candidates
            .into_iter()
            .filter_map(|candidate| {
                let probe = self.probe(candidate.stamps.clone());
                let stamps: Vec<i64> = probe.into_iter().map(|(stamp, _)| stamp).collect();
                // A column that many rows lack is no clock.
                (stamps.len() * 10 >= frames * 9).then(|| Measured::of(candidate, &stamps))?
            })
            .collect();
        let clock = clocks::clock(&measured, &self.facts);
        let given = self.options.rate_hz;
        if let Some((best, steps)) = clocks::best(&measured) {
            let rate_basis = if given.is_some() { Basis::Given } else { Basis::Measured };
            let (rate_hz, rate_source) = match given {
                Some(rate) => (rate, "given with --rate-hz".to_owned()),
                None => {
                    let number = counted(frames as u64, "frame");
                    (steps.rate_hz, format!("measured on the stamps of the first {number}"))
                }
            };
            self.check_rate(rate_hz, steps.rate_hz)?;
            let first_ns = measured
                .iter()
                .find(|measured| std::ptr::eq(&raw const measured.candidate, best))
                .map(|measured| measured.first_ns);
            let clock = self.beside.clock(clock, first_ns);
            let name = Some(best.name.clone());
            let stamps = best.stamps.clone();
            return Ok(Timing { stamps, name, assumed, rate_hz, rate_source, rate_basis, clock });
        }
        let stated = self.facts.rate_hz.map(|rate| {
            let writer = self
                .facts
                .writer
                .map_or("the preamble".to_owned(), |writer| format!("{writer}'s preamble"));
            (rate, format!("from {writer}"))
        });
        let known = given.map(|rate| (rate, "given with --rate-hz".to_owned())).or(stated);
        match known {
            Some((rate_hz, rate_source)) if !measured.iter().any(Measured::runs_backward) => {
                if let Some(useless) = measured.first() {
                    let name = &useless.candidate.name;
                    self.warnings.push(format!("The stamps in {name} are all equal and not used."));
                }
                let (stamps, name) = (Stamps::None, None);
                let rate_basis = if given.is_some() { Basis::Given } else { Basis::Stated };
                Ok(Timing { stamps, name, assumed, rate_hz, rate_source, rate_basis, clock })
            }
            _ => Err(self.no_time(&measured, frames)),
        }
    }

    /// Holds a rate against what is possible and against the stamps.
    fn check_rate(&mut self, rate_hz: f64, measured_hz: f64) -> Result<()> {
        if rate_hz > RATE_LIMIT_HZ {
            let found = format!("stamps that make {rate_hz:.0} frames a second");
            let expected = format!("up to {RATE_LIMIT_HZ}");
            let help = "Name the unit in the header, as in \"time (ms)\", or give --rate-hz";
            return Err(refuse(self.path, Position::Row(self.layout.row), found, expected, help));
        }
        if (rate_hz / measured_hz - 1.0).abs() > 0.05 {
            self.warnings.push(format!(
                "The rate is {rate_hz} Hz as given, the stamps make it {measured_hz:.3} Hz."
            ));
        }
        Ok(())
    }

    fn no_time(&self, measured: &[Measured], frames: usize) -> crate::error::Error {
        let at = Position::Row(self.layout.row);
        if let Some(backward) = measured.iter().find(|candidate| candidate.runs_backward()) {
            let found = format!("stamps that mostly run backwards, in {}", backward.candidate.name);
            let help = "Sort the rows by time";
            return refuse(self.path, at, found, "stamps that run forward", help);
        }
        let expected = "a stamp a frame, or a known rate";
        let Some(equal) = measured.first() else {
            let found = "neither a column of times nor a rate in the preamble";
            let help = "Give the frames a second with --rate-hz";
            return refuse(self.path, at, found, expected, help);
        };
        let help = "Give the frames a second with --rate-hz to read it without its stamps";
        let name = &equal.candidate.name;
        let found = match frames {
            1 => format!("a single frame, with its stamp in {name}"),
            _ => format!("stamps that are all equal, in {name}"),
        };
        refuse(self.path, at, found, expected, help)
    }

    /// The layout in words.
    fn words(&self, timing: &Timing) -> String {
        let layout = &self.layout;
        let mut words = layout.dialect.to_string();
        words += &match layout.header_row {
            Some(row) => format!(", header in row {row}"),
            None => ", no header".to_owned(),
        };
        if let Some(writer) = self.facts.writer.or(self.beside.app.map(App::name)) {
            words += &format!(", written by {writer}");
        }
        let axes = self.axes.columns.map(|column| layout.name(column)).join(", ");
        words += &format!("; axes: {axes}; time: {}", timing.name.as_deref().unwrap_or("none"));
        if self.beside.turned {
            words += "; signs turned (iOS)";
        }
        match timing.assumed {
            Some(DateOrder::MonthFirst) => words += "; dates assumed to be month/day/year",
            Some(DateOrder::DayFirst) => words += "; dates assumed to be day/month/year",
            None => {}
        }
        if !self.others.is_empty() {
            words += &format!("; not used: {} and its other axes", self.others.join(", "));
        }
        words
    }
}
