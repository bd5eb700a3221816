//! One row of text as a frame and its stamp. Nothing is allocated.
//!
//! Rows are first read the fast way: plain decimals, stamps that share their
//! minute with the row before, no quotes. A row that is anything else is read
//! again the general way, which decides what is wrong with it, if anything.

use std::ops::Range;

use crate::recording::Frame;

use super::dialect::{AXES, Delimiter, Dialect};
use super::mould::Moulds;
use super::number::{self, Form};
use super::stamp::{self, Count, DAY_NS, DateOrder, TextStamps};

/// The columns that make a stamp, and how they are read.
#[derive(Debug, Clone)]
pub(super) enum Stamps {
    /// There are none.
    None,
    /// A number of time units, each 10^`exponent` nanoseconds.
    Number { column: usize, exponent: i32 },
    /// A number of days, of which `epoch` is the first of 1970.
    Days { column: usize, epoch: i64 },
    /// A date and time in one cell.
    Text { column: usize, stamps: TextStamps },
    /// A date and a time of day in two cells.
    DateAndTime { date: usize, time: usize, order: DateOrder },
    /// A time of day without a date: a step back of half a day is midnight.
    TimeOfDay { column: usize, day_ns: i64, last_ns: i64 },
    /// Year, month, day, hour, minute, second and perhaps a fraction, of which
    /// one is 10^`exponent` nanoseconds.
    Parts { columns: [usize; 6], fraction: Option<(usize, i32)> },
}

impl Stamps {
    /// The columns read, in the order their cells are handed to [`Self::general`].
    fn columns(&self) -> Vec<usize> {
        match self {
            Self::None => Vec::new(),
            Self::Number { column, .. }
            | Self::Days { column, .. }
            | Self::Text { column, .. }
            | Self::TimeOfDay { column, .. } => vec![*column],
            Self::DateAndTime { date, time, .. } => vec![*date, *time],
            Self::Parts { columns, fraction } => {
                columns.iter().copied().chain(fraction.map(|(column, _)| column)).collect()
            }
        }
    }

    /// The stamp at `at`, if it is of a kind and form that can be read where it
    /// stands, and the place behind it.
    #[inline(always)]
    pub(super) fn fast(
        &self,
        line: &[u8],
        at: usize,
        point: u8,
        delimiter: u8,
    ) -> Option<(i64, usize)> {
        match self {
            Self::Number { exponent, .. } => number::scaled(line, at, point, *exponent),
            Self::Days { epoch, .. } => {
                let (days, end) = number::scaled(line, at, point, stamp::DAY_EXPONENT)?;
                Some((stamp::days_ns(days, *epoch)?, end))
            }
            Self::Text { stamps, .. } => stamps.fast(line, at, delimiter),
            _ => None,
        }
    }

    /// The digits of `cell`, which begins at `start`, that change from row to row,
    /// given that it says `stamp_ns`; `None` if these cannot be told from the rest.
    pub(super) fn count(
        &self,
        cell: &[u8],
        start: usize,
        point: u8,
        stamp_ns: i64,
    ) -> Option<Count> {
        let (count, digits) = match self {
            Self::Number { exponent, .. } => {
                let mut at = cell.len().saturating_sub(8);
                at += usize::from(cell.get(at) == Some(&point));
                let is_plain = cell.first()?.is_ascii_digit();
                let behind = cell.iter().position(|byte| *byte == point);
                let fraction = behind.map_or(0, |place| cell.len() - place - 1);
                let power = usize::try_from(*exponent).ok()?.checked_sub(fraction)?;
                let form = Form::of(&cell[at..], point).filter(|_| is_plain)?;
                let unit_ns = i64::try_from(*number::TENS.get(power)?).ok()?;
                let digits = form.beginning(&eight(&cell[at..]), 0)?.0;
                let base_ns = stamp_ns.checked_sub((digits as i64).checked_mul(unit_ns)?)?;
                let limit = number::TENS[8];
                unit_ns.checked_mul(limit as i64)?;
                (Count { form, at: start + at, base_ns, unit_ns, limit }, digits)
            }
            Self::Text { stamps, .. } => {
                let count = stamps.count(cell, start)?;
                (count, count.form.beginning(&eight(&cell[count.at - start..]), 0)?.0)
            }
            _ => return None,
        };
        (count.stamp_ns(digits) == Some(stamp_ns)).then_some(count)
    }

    /// The stamp in `cells`, in nanoseconds; `Err` is the cell that is wrong.
    fn general(&mut self, cells: &[&[u8]], point: u8) -> Result<i64, usize> {
        match self {
            Self::None => Ok(0),
            Self::Number { exponent, .. } => {
                number::parse_scaled(cells[0], point, *exponent).ok_or(0)
            }
            Self::Days { epoch, .. } => {
                let days = number::parse_scaled(cells[0], point, stamp::DAY_EXPONENT);
                days.and_then(|days| stamp::days_ns(days, *epoch)).ok_or(0)
            }
            Self::Text { stamps, .. } => stamps.slow(cells[0]).ok_or(0),
            Self::DateAndTime { order, .. } => {
                let date = stamp::parse_date(cells[0], *order).ok_or(0usize)?;
                let time = stamp::parse_time(cells[1]).ok_or(1usize)?;
                date.checked_add(time).ok_or(1)
            }
            Self::TimeOfDay { day_ns, last_ns, .. } => {
                let time_ns = stamp::parse_time(cells[0]).ok_or(0usize)?;
                if time_ns < *last_ns - DAY_NS / 2 {
                    *day_ns += DAY_NS;
                }
                *last_ns = time_ns;
                Ok(*day_ns + time_ns)
            }
            Self::Parts { fraction, .. } => {
                let mut parts = [0; 6];
                for (index, part) in parts.iter_mut().enumerate() {
                    *part = number::parse_scaled(cells[index], point, 0).ok_or(index)?;
                }
                let [year, month, day, hour, minute, _] = parts;
                let date_ns = stamp::date_ns(year, month, day).ok_or(2usize)?;
                if !(0..24).contains(&hour) || !(0..60).contains(&minute) {
                    return Err(3);
                }
                // A second may have a fraction of its own.
                let seconds_ns = number::parse_scaled(cells[5], point, 9).ok_or(5usize)?;
                let fraction_ns = match fraction {
                    Some((_, exponent)) => {
                        number::parse_scaled(cells[6], point, *exponent).ok_or(6usize)?
                    }
                    None => 0,
                };
                date_ns
                    .checked_add((hour * 60 + minute) * 60 * stamp::SECOND_NS)
                    .and_then(|ns| ns.checked_add(seconds_ns)?.checked_add(fraction_ns))
                    .ok_or(5)
            }
        }
    }
}

/// The first eight bytes, or as many and zeros.
fn eight(text: &[u8]) -> [u8; 8] {
    std::array::from_fn(|place| text.get(place).copied().unwrap_or(0))
}

/// What a cell is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Axis(usize),
    Stamp(usize),
}

/// A column that is read, and how many before it are not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub skip: usize,
    pub cell: Use,
}

/// The most cells a frame and its stamp are made of.
const CELLS: usize = AXES + 7;

/// What a row turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    /// A frame in g and its stamp, 0 without stamps.
    Frame(i64, Frame),
    /// An empty line or a comment.
    Blank,
    /// A value or the stamp is missing.
    Missing,
    /// There are fewer columns than needed.
    Short,
    /// A cell is no number or no stamp; where it stands in the line.
    Text(Range<usize>),
}

/// Reads rows of one layout.
#[derive(Debug, Clone)]
pub(super) struct RowReader {
    pub(super) dialect: Dialect,
    pub(super) steps: Vec<Step>,
    pub(super) stamps: Stamps,
    pub(super) in_g: f64,
    /// What rows that were read looked like.
    pub(super) moulds: Moulds,
}

impl RowReader {
    /// The byte between two cells.
    pub(super) fn delimiter(&self) -> u8 {
        self.dialect.delimiter.byte()
    }

    /// Reads the axes from `axes` and the stamps from `stamps`; a number is
    /// `in_g` g.
    pub fn new(dialect: Dialect, axes: [usize; 3], stamps: Stamps, in_g: f64) -> Self {
        let stamp_columns = stamps.columns();
        let mut columns: Vec<(usize, Use)> = axes
            .iter()
            .enumerate()
            .map(|(axis, &column)| (column, Use::Axis(axis)))
            .chain(stamp_columns.iter().enumerate().map(|(i, &column)| (column, Use::Stamp(i))))
            .collect();
        columns.sort_by_key(|&(column, _)| column);
        let mut next = 0;
        let steps: Vec<Step> = columns
            .into_iter()
            .map(|(column, cell)| {
                let step = Step { skip: column - next, cell };
                next = column + 1;
                step
            })
            .collect();
        Self { dialect, steps, stamps, in_g, moulds: Moulds::new() }
    }

    /// What the first `length` bytes of `text` are, a line without its end. The
    /// bytes behind it are its end and the lines that follow, if they are at
    /// hand: then digits can be read eight at a time up to its last.
    #[inline]
    pub fn read(&mut self, text: &[u8], length: usize) -> Row {
        match self.fast(text, length) {
            Some((stamp, frame)) => Row::Frame(stamp, frame),
            None => self.general(&text[..length]),
        }
    }

    /// The row if every cell needed is plain. No number and no stamp goes past
    /// the end of its line, since none of them has a line end in it.
    #[inline]
    fn fast(&self, text: &[u8], length: usize) -> Option<(i64, Frame)> {
        let delimiter = self.dialect.delimiter.byte();
        let point = self.dialect.point;
        let mut at = 0;
        let mut stamp = 0;
        let mut frame = Frame::default();
        for step in &self.steps {
            at = skip_blanks(text, at);
            for _ in 0..step.skip {
                let cell = text.get(at..length)?;
                // There may be delimiters between quotes.
                if cell.first() == Some(&b'"') {
                    return None;
                }
                at += memchr::memchr(delimiter, cell)? + 1;
                at = skip_blanks(text, at);
            }
            let quoted = text.get(at) == Some(&b'"');
            at += usize::from(quoted);
            match step.cell {
                Use::Axis(axis) => {
                    let (value, end) = number::decimal(text, at, point)?;
                    frame[axis] = (value * self.in_g) as f32;
                    at = end;
                }
                Use::Stamp(_) => (stamp, at) = self.stamps.fast(text, at, point, delimiter)?,
            }
            if quoted {
                if text.get(at) != Some(&b'"') {
                    return None;
                }
                at += 1;
            }
            if at < length {
                if text[at] != delimiter {
                    return None;
                }
                at += 1;
            } else {
                // Behind the end: nothing but the last cell may end here.
                at = text.len();
            }
        }
        Some((stamp, frame))
    }

    /// The row, whatever is in it.
    #[inline(never)]
    fn general(&mut self, line: &[u8]) -> Row {
        if matches!(line.trim_ascii().first(), None | Some(b'#')) {
            return Row::Blank;
        }
        let mut cells: [Range<usize>; CELLS] = Default::default();
        let mut at = Some(0);
        for (step, place) in self.steps.iter().zip(&mut cells) {
            for _ in 0..step.skip {
                at = at.and_then(|at| cell(line, at, self.dialect.delimiter).1);
            }
            let Some(start) = at else { return Row::Short };
            (*place, at) = cell(line, start, self.dialect.delimiter);
            // Spaces at the end of a row delimit no further cell.
            if self.dialect.delimiter == Delimiter::Spaces && place.start == place.end {
                return Row::Short;
            }
        }
        let mut frame = Frame::default();
        let mut stamp_cells: [&[u8]; CELLS] = [&[]; CELLS];
        let mut stamp_places: [Range<usize>; CELLS] = Default::default();
        let mut missing = false;
        for (step, place) in self.steps.iter().zip(&cells) {
            let text = &line[place.clone()];
            if number::is_missing(text) {
                missing = true;
                continue;
            }
            match step.cell {
                Use::Axis(axis) => match number::parse(text, self.dialect.point) {
                    Some(value) => {
                        frame[axis] = (value * self.in_g) as f32;
                        missing |= !frame[axis].is_finite();
                    }
                    None => return Row::Text(place.clone()),
                },
                Use::Stamp(part) => {
                    stamp_cells[part] = text;
                    stamp_places[part] = place.clone();
                }
            }
        }
        if missing {
            return Row::Missing;
        }
        match self.stamps.general(&stamp_cells, self.dialect.point) {
            Ok(stamp) => Row::Frame(stamp, frame),
            Err(part) => Row::Text(stamp_places[part].clone()),
        }
    }
}

#[inline]
fn skip_blanks(line: &[u8], mut at: usize) -> usize {
    while line.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

/// The cell at `at` without blanks and quotes around it, and where the next
/// one begins, if there is one.
fn cell(line: &[u8], at: usize, delimiter: Delimiter) -> (Range<usize>, Option<usize>) {
    let start = skip_blanks(line, at);
    let byte = delimiter.byte();
    if line.get(start) == Some(&b'"')
        && let Some(end) = closing_quote(line, start + 1)
    {
        let next = memchr::memchr(byte, &line[end..]).map(|length| end + length + 1);
        return (trimmed(line, start + 1..end), next);
    }
    // A blank line's end delimits nothing.
    let rest = &line[start.min(line.len())..];
    match memchr::memchr(byte, rest) {
        Some(length) => (trimmed(line, start..start + length), Some(start + length + 1)),
        None => (trimmed(line, start..line.len()), None),
    }
}

/// The quote that closes a cell; two of them are one that belongs to it.
fn closing_quote(line: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr(b'"', line.get(at..)?)?;
        if line.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

fn trimmed(line: &[u8], place: Range<usize>) -> Range<usize> {
    let text = &line[place.clone()];
    let start = place.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reader(delimiter: Delimiter, point: u8, stamps: Stamps) -> RowReader {
        RowReader::new(Dialect { delimiter, point }, [1, 2, 3], stamps, 1.0)
    }

    fn read(rows: &mut RowReader, line: &[u8]) -> Row {
        rows.read(line, line.len())
    }

    fn seconds(delimiter: Delimiter, point: u8) -> RowReader {
        reader(delimiter, point, Stamps::Number { column: 0, exponent: 9 })
    }

    #[test]
    fn rows_are_frames_or_say_why_not() {
        let mut rows = seconds(Delimiter::Comma, b'.');
        let frame = |stamp, x, y, z| Row::Frame(stamp, [x, y, z]);
        let cases = [
            ("0.5,1,-2,3.25", frame(500_000_000, 1.0, -2.0, 3.25)),
            ("0.5, 1 , -2 ,3.25,", frame(500_000_000, 1.0, -2.0, 3.25)),
            ("5e-1,1e0,-2,3.25,text,", frame(500_000_000, 1.0, -2.0, 3.25)),
            ("\"0.5\",\"1\",\"-2\",\"3.25\"", frame(500_000_000, 1.0, -2.0, 3.25)),
            ("\"0,5\",\"1\",\"-2\",\"3,25\"", frame(500_000_000, 1.0, -2.0, 3.25)),
            ("", Row::Blank),
            ("   ", Row::Blank),
            ("# a note, with commas", Row::Blank),
            ("0.5,1,,3", Row::Missing),
            ("0.5,1,NaN,3", Row::Missing),
            (",1,2,3", Row::Missing),
            ("0.5,1,inf,3", Row::Missing),
            ("0.5,1,2,", Row::Missing),
            ("0.5,1,2", Row::Short),
            ("0.5", Row::Short),
            ("0.5,1,2,ERROR", Row::Text(8..13)),
            ("0.5,1,2 2,3", Row::Text(6..9)),
            ("noon,1,2,3", Row::Text(0..4)),
        ];
        for (line, expected) in cases {
            assert_eq!(rows.read(line.as_bytes(), line.len()), expected, "{line}");
        }
    }

    #[test]
    fn delimiters_between_quotes_delimit_nothing() {
        let dialect = Dialect { delimiter: Delimiter::Comma, point: b'.' };
        let stamps = Stamps::Number { column: 1, exponent: 9 };
        let mut rows = RowReader::new(dialect, [2, 3, 4], stamps, 1.0);
        let frame = Row::Frame(1_000_000_000, [2.0, 3.0, 4.0]);
        for line in [
            "note,1,2,3,4,5",
            "\"1,2,3,4,5\",1,2,3,4,5",
            "\"a \"\"b,1,2\"\" c,d\",\"1\",\"2\",3,\"4\"",
            " \"\" ,1,2,3,4",
        ] {
            assert_eq!(read(&mut rows, line.as_bytes()), frame, "{line}");
        }
    }

    #[test]
    fn several_spaces_are_one_delimiter() {
        let mut rows = seconds(Delimiter::Spaces, b',');
        let frame = Row::Frame(500_000_000, [1.0, -2.0, 3.25]);
        for line in
            ["0,5 1 -2 3,25", "  0,5   1  -2 3,25  ", "0,5 1 -2 3,25 7 8", "0,5 1e0 -2 3,25  "]
        {
            assert_eq!(rows.read(line.as_bytes(), line.len()), frame, "{line}");
        }
        assert_eq!(read(&mut rows, b"0,5 1 -2"), Row::Short);
        assert_eq!(read(&mut rows, b"0,5 1 -2  "), Row::Short);
    }

    #[test]
    fn stamps_may_be_made_of_several_cells() {
        let order = DateOrder::DayFirst;
        let dialect = Dialect { delimiter: Delimiter::Semicolon, point: b'.' };
        let stamps = Stamps::DateAndTime { date: 0, time: 1, order };
        let mut rows = RowReader::new(dialect, [2, 3, 4], stamps, 1.0);
        assert_eq!(
            read(&mut rows, b"02.01.1970;00:00:01.5;0;0;1"),
            Row::Frame(DAY_NS + 1_500_000_000, [0.0, 0.0, 1.0])
        );
        let stamps = Stamps::Parts { columns: [0, 1, 2, 3, 4, 5], fraction: Some((6, 6)) };
        let mut rows = RowReader::new(dialect, [9, 8, 7], stamps, 2.0);
        assert_eq!(
            read(&mut rows, b"1970;1;2;0;0;1;500;3;2;1"),
            Row::Frame(DAY_NS + 1_500_000_000, [2.0, 4.0, 6.0])
        );
        assert_eq!(read(&mut rows, b"1970;13;2;0;0;1;500;3;2;1"), Row::Text(8..9));
        assert_eq!(read(&mut rows, b"9999;1;2;0;0;1;500;3;2;1"), Row::Text(7..8), "too far away");
    }

    #[test]
    fn a_time_of_day_passes_midnight() {
        let stamps = Stamps::TimeOfDay { column: 0, day_ns: 0, last_ns: 0 };
        let mut rows = reader(Delimiter::Comma, b'.', stamps);
        let mut stamp = |line: &str| match rows.read(line.as_bytes(), line.len()) {
            Row::Frame(stamp, _) => stamp,
            other => panic!("{other:?}"),
        };
        let before = stamp("23:59:59.900,0,0,1");
        assert_eq!(stamp("00:00:00.100,0,0,1") - before, 200_000_000);
    }

    proptest! {
        /// The naive twin splits with the standard library and parses with it.
        #[test]
        fn the_fast_way_agrees_with_the_general_one(
            cells in prop::collection::vec("-?[0-9]{1,6}(\\.[0-9]{0,6})?(e[0-3])?|NaN|x||\"1\\.5\"|\"2,5\"", 1..7),
            blanks in "[ ]{0,2}", behind in "(\r?\n[0-9.,]{0,9})?",
        ) {
            let line = cells.join(&format!("{blanks},{blanks}"));
            let (length, text) = (line.len(), format!("{line}{behind}"));
            let fast = seconds(Delimiter::Comma, b'.').fast(text.as_bytes(), length);
            let general = seconds(Delimiter::Comma, b'.').general(line.as_bytes());
            if let Some((stamp, frame)) = fast {
                prop_assert_eq!(&general, &Row::Frame(stamp, frame));
            }
            if let Row::Frame(stamp, frame) = general {
                let naive: Vec<f64> =
                    cells.iter().map(|cell| cell.trim_matches('"').replace(',', ".").parse().unwrap_or(f64::NAN)).collect();
                prop_assert_eq!(stamp, (naive[0] * 1e9).round() as i64);
                prop_assert_eq!(frame, [naive[1] as f32, naive[2] as f32, naive[3] as f32]);
            }
        }
    }
}
