//! Many rows at a time, as nearly all rows of nearly all files are: plain short
//! decimals, a stamp in the minute of the one before, nothing between the cells
//! but the delimiter. The ends of such rows are not looked for, they are where
//! the cells end. At the first row that is anything else this stops, and
//! [`RowReader::read`], its naive twin, decides.

use fearless_simd::{Level, dispatch};

use crate::recording::Frame;

use super::dialect::Delimiter;
use super::number;
use super::rows::{RowReader, Stamps, Use};

/// Rows that were read, and where.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    pub rows: u64,
    pub bytes: usize,
}

/// Rows from which on a mould has been worth its making, which costs about as much
/// as three rows read without.
const WORTH: u64 = 16;

/// The most rows that are read without before another one is made.
const MOST_WITHOUT: u32 = 256;

impl RowReader {
    /// Hands out the frames, with their stamps, of the rows that `text` begins
    /// with, at most `most`.
    #[inline]
    pub fn read_steady(
        &mut self,
        text: &[u8],
        most: usize,
        mut frame: impl FnMut(i64, Frame),
    ) -> Taken {
        if self.dialect.delimiter == Delimiter::Spaces {
            return Taken::default();
        }
        // In the widest instructions the machine has, for comparing rows and for
        // counting zeros: a tenth of the time.
        dispatch!(Level::new(), _simd => self.take(text, most as u64, &mut frame))
    }

    #[inline(always)]
    fn take(&mut self, text: &[u8], most: u64, frame: &mut impl FnMut(i64, Frame)) -> Taken {
        let mut taken = Taken::default();
        let mut without = 1;
        while taken.rows < most {
            let before = taken.rows;
            self.read_alike(text, most, &mut taken, frame);
            // Rows of numbers of any length are like few others.
            let is_worth = taken.rows - before >= WORTH;
            without = if is_worth { 1 } else { (2 * without).min(MOST_WITHOUT) };
            // That which fitted none.
            let mut first = None;
            for _ in 0..without {
                if taken.rows == most {
                    break;
                }
                let at = taken.bytes;
                let Some((stamp_ns, values, end)) = self.steady(text, at) else {
                    return taken;
                };
                frame(stamp_ns, values);
                taken = Taken { rows: taken.rows + 1, bytes: end };
                first = first.or(Some((stamp_ns, &text[at..end])));
            }
            if let Some((stamp_ns, row)) = first {
                let Self { moulds, steps, dialect, stamps, .. } = self;
                // Without one the rows are read one by one.
                let _ = moulds.learn(row, steps, *dialect, stamps, stamp_ns);
            }
        }
        taken
    }

    /// Hands out the rows that fit a mould.
    #[inline(always)]
    fn read_alike(
        &self,
        text: &[u8],
        most: u64,
        taken: &mut Taken,
        frame: &mut impl FnMut(i64, Frame),
    ) {
        let Taken { mut rows, mut bytes } = *taken;
        while rows < most
            && let Some(row) = text.get(bytes..).and_then(<[u8]>::first_chunk)
            && let Some((stamp_ns, values, length)) = self.moulds.read(row, self.in_g)
        {
            frame(stamp_ns, values);
            rows += 1;
            bytes += length;
        }
        *taken = Taken { rows, bytes };
    }

    /// The row at `at`, and where the next one begins.
    #[inline(always)]
    fn steady(&self, text: &[u8], mut at: usize) -> Option<(i64, Frame, usize)> {
        let delimiter = self.dialect.delimiter.byte();
        let mut stamp = 0;
        // One more than there are axes: a place that needs no check.
        let mut values = [0.0; 4];
        let (last, steps) = self.steps.split_last()?;
        for step in steps {
            at = skipped(text, at, step.skip, delimiter)?;
            at = self.cell(text, at, step.cell, &mut stamp, &mut values)?;
            if *text.get(at)? != delimiter {
                return None;
            }
            at += 1;
        }
        at = skipped(text, at, last.skip, delimiter)?;
        at = self.cell(text, at, last.cell, &mut stamp, &mut values)?;
        let end = match *text.get(at)? {
            b'\n' => at,
            b'\r' if text.get(at + 1) == Some(&b'\n') => at + 1,
            byte if byte == delimiter => at + memchr::memchr(b'\n', &text[at..])?,
            _ => return None,
        };
        let [x, y, z, _] = values;
        Some((stamp, [x, y, z], end + 1))
    }

    #[inline(always)]
    fn cell(
        &self,
        text: &[u8],
        at: usize,
        cell: Use,
        stamp: &mut i64,
        values: &mut [f32; 4],
    ) -> Option<usize> {
        let end;
        match (cell, &self.stamps) {
            (Use::Axis(axis), _) => {
                let point = self.dialect.point;
                let value;
                (value, end) = match number::brief(text, at, point) {
                    Some(read) => read,
                    // A double in full, or with an exponent.
                    None => number::long_decimal(text, at, point)?,
                };
                values[axis & 3] = (value * self.in_g) as f32;
            }
            (Use::Stamp(_), Stamps::Number { exponent, .. }) => {
                (*stamp, end) = number::scaled(text, at, self.dialect.point, *exponent)?;
            }
            (Use::Stamp(_), Stamps::Text { stamps, .. }) => {
                (*stamp, end) = stamps.fast(text, at, self.dialect.delimiter.byte())?;
            }
            _ => return None,
        }
        Some(end)
    }
}

/// The place behind so many cells without quotes.
#[inline(always)]
fn skipped(text: &[u8], mut at: usize, cells: usize, delimiter: u8) -> Option<usize> {
    for _ in 0..cells {
        loop {
            let byte = *text.get(at)?;
            at += 1;
            match byte {
                b'"' | b'\n' => return None,
                byte if byte == delimiter => break,
                _ => {}
            }
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::dialect::Dialect;
    use super::super::lines::trim_return;
    use super::super::rows::Row;
    use super::super::stamp::{DateOrder, TextStamps};
    use super::*;

    fn stamp_cell() -> impl Strategy<Value = String> {
        let iso = (0..3u8, 0..2u8, 58..60u8, 0..62u8, "([.,:][0-9]{0,10})?", "(Z|\\+01:00|)")
            .prop_map(|(day, hour, minute, second, fraction, zone)| {
                format!("2024-03-1{day}T0{hour}:{minute}:{second:02}{fraction}{zone}")
            });
        prop_oneof![iso, "[0-9]{1,13}(\\.[0-9]{0,9})?", "\"?[0-9]\"?"]
    }

    fn axis_cell() -> impl Strategy<Value = String> {
        prop_oneof![
            24 => "-?[0-9]\\.[0-9]{6}",
            4 => "-?[0-9]{1,3}[.,][0-9]{0,9}",
            2 => "-?[0-9]{1,10}",
            1 => "[ ]?\"?[-+]?[0-9.,]{0,6}(e[0-9])?\"?[ ]?|NaN|x| ",
        ]
    }

    /// The rows as [`RowReader::read`] has them, up to the first that is no frame.
    fn naive(mut rows: RowReader, text: &[u8]) -> Vec<(i64, [u32; 3])> {
        let mut frames = Vec::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let length = trim_return(line.strip_suffix(b"\n").unwrap_or(line)).len();
            match rows.read(line, length) {
                Row::Frame(stamp, frame) => frames.push((stamp, frame.map(f32::to_bits))),
                _ => break,
            }
        }
        frames
    }

    proptest! {
        #[test]
        fn steady_rows_are_those_read_one_by_one(
            cells in proptest::collection::vec((stamp_cell(), axis_cell(), axis_cell(), axis_cell()), 1..30),
            before in prop_oneof![Just(""), Just("1,"), Just("a b,,")],
            behind in prop_oneof![Just(""), Just(","), Just(",4,5")],
            end in prop_oneof![Just("\n"), Just("\r\n")],
            kind in 0..3,
        ) {
            let dialect = Dialect { delimiter: Delimiter::Comma, point: b'.' };
            let column = before.matches(',').count();
            let stamps = match kind {
                0 => Stamps::None,
                1 => Stamps::Number { column, exponent: 9 },
                _ => {
                    let mut stamps = TextStamps::new(DateOrder::MonthFirst);
                    // As after a row in the same minute.
                    stamps.slow(cells[0].0.as_bytes());
                    Stamps::Text { column, stamps }
                }
            };
            let first = column + usize::from(kind > 0);
            let axes = [first, first + 1, first + 2];
            let mut rows = RowReader::new(dialect, axes, stamps, 0.5);
            let text: String = cells
                .iter()
                .map(|(stamp, x, y, z)| {
                    let stamp = if kind > 0 { format!("{stamp},") } else { String::new() };
                    format!("{before}{stamp}{x},{y},{z}{behind}{end}")
                })
                .collect();
            let mut found = Vec::new();
            let taken = rows.read_steady(text.as_bytes(), 25, |stamp, frame| {
                found.push((stamp, frame.map(f32::to_bits)));
            });
            let expected = naive(rows, text.as_bytes());
            prop_assert!(found.len() <= 25);
            prop_assert_eq!(&found[..], &expected[..found.len().min(expected.len())]);
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let bytes: usize = lines[..found.len()].iter().map(|line| line.len()).sum();
            prop_assert_eq!(taken, Taken { rows: found.len() as u64, bytes });
        }
    }

    #[test]
    fn plain_rows_are_taken_all_but_the_last() {
        let dialect = Dialect { delimiter: Delimiter::Semicolon, point: b',' };
        let stamps = Stamps::Number { column: 0, exponent: 9 };
        let mut rows = RowReader::new(dialect, [1, 2, 3], stamps, 1.0);
        let text = "0,01;-0,5;1,25;12,125\n0,02;-1;2;3\n0,03;0,000001;0,0;-9,81";
        let mut found = Vec::new();
        rows.read_steady(text.as_bytes(), 99, |stamp, frame| found.push((stamp, frame)));
        assert_eq!(
            found,
            [(10_000_000, [-0.5, 1.25, 12.125]), (20_000_000, [-1.0, 2.0, 3.0])],
            "the last has no end yet"
        );
    }

    /// Name, stamps, what is before the axes in row `n`, and what behind them.
    type Table = (&'static str, Stamps, fn(u32) -> String, &'static str);

    /// Of one shape a row, as devices and apps write them.
    fn tables() -> Vec<Table> {
        let mut text = TextStamps::new(DateOrder::MonthFirst);
        text.slow(b"2024-03-12T22:58:59.000");
        let iso = Stamps::Text { column: 0, stamps: text.clone() };
        let behind_two = Stamps::Text { column: 2, stamps: text };
        let number = |exponent| Stamps::Number { column: 0, exponent };
        vec![
            ("no stamps", Stamps::None, |_| String::new(), "\n"),
            ("cells without use", Stamps::None, |n| format!("{},a b,,", n % 10), ",7\r\n"),
            ("seconds since 1970", number(9), |n| format!("17102{n:05}.250,"), "\n"),
            ("milliseconds", number(6), |n| format!("1710280{n:06},"), "\n"),
            (
                "over a minute and an hour",
                iso,
                |n| {
                    let (minute, second, ms) = (59 + n / 1200, n / 20 % 60, n % 20 * 50);
                    let (hour, minute) = (22 + minute / 60, minute % 60);
                    format!("2024-03-12T{hour}:{minute:02}:{second:02}.{ms:03}+01:00,")
                },
                "\n",
            ),
            (
                "a stamp behind others",
                behind_two,
                |n| {
                    format!("{},x,2024-03-12T22:59:{:02}.{:03},", n % 7, n / 100 % 60, n % 100 * 10)
                },
                "\r\n",
            ),
        ]
    }

    /// All rows, those that are not steady one by one, as the reader of a file has it.
    fn all(rows: &mut RowReader, text: &[u8]) -> Vec<(i64, [u32; 3])> {
        let (mut frames, mut at) = (Vec::new(), 0);
        while at < text.len() {
            let taken = rows.read_steady(&text[at..], 1000, |stamp, frame| {
                frames.push((stamp, frame.map(f32::to_bits)));
            });
            at += taken.bytes;
            let Some(end) = memchr::memchr(b'\n', &text[at..]) else { break };
            let line = &text[at..=at + end];
            match rows.read(line, trim_return(&line[..end]).len()) {
                Row::Frame(stamp, frame) => frames.push((stamp, frame.map(f32::to_bits))),
                _ => panic!("{}", String::from_utf8_lossy(line)),
            }
            at += end + 1;
        }
        frames
    }

    #[test]
    fn rows_of_one_shape_fit_a_mould_whatever_the_signs() {
        let dialect = Dialect { delimiter: Delimiter::Comma, point: b'.' };
        for (name, stamps, before, behind) in tables() {
            let row = |n: u32| {
                // The signs of the axes in all their combinations.
                let sign = |axis: u32| {
                    if (n * 2_654_435_761_u32) >> (29 + axis) & 1 == 1 { "-" } else { "" }
                };
                let [x, y, z] =
                    [0, 1, 2].map(|axis| format!("{}0.{:06}", sign(axis), n * (axis + 3)));
                format!("{}{x},{y},{z}{behind}", before(n))
            };
            let text: String = (0..2000).map(row).collect();
            let first = before(0).matches(',').count();
            let reader =
                || RowReader::new(dialect, [first, first + 1, first + 2], stamps.clone(), 0.5);
            let mut rows = reader();
            let found = all(&mut rows, text.as_bytes());
            let expected = naive(reader(), text.as_bytes());
            assert_eq!(found.len(), 2000, "{name}");
            assert!(found == expected, "{name}");
            // The last rows but those behind which there is no room.
            let lines = (1950..1990).map(|n| (n, text.find(&row(n)).expect("a row")));
            for (n, at) in lines {
                let head = text.as_bytes()[at..].first_chunk().expect("more rows");
                let (stamp_ns, values, length) =
                    rows.moulds.read(head, 0.5).unwrap_or_else(|| panic!("{name}: {}", row(n)));
                let is = (stamp_ns, values.map(f32::to_bits));
                assert_eq!((is, length), (expected[n as usize], row(n).len()), "{name}");
            }
        }
    }

    #[test]
    fn a_mould_is_left_at_the_first_other_byte() {
        let dialect = Dialect { delimiter: Delimiter::Comma, point: b'.' };
        let mut rows = RowReader::new(dialect, [0, 1, 2], Stamps::None, 1.0);
        let plain = "0.500000,-0.250000,0.125000\n";
        let others = [
            "0.50000x,-0.250000,0.125000\n",
            "0.500000;-0.250000,0.125000\n",
            "0.5e0000,-0.250000,0.125000\n",
            "0.500000,-0.250000,0.12500 \n",
            "0.500000,--.250000,0.125000\n",
            "0.500000,-0.250000,0.1250001",
        ];
        all(&mut rows, plain.repeat(100).as_bytes());
        let read = |rows: &RowReader, row: &str| {
            let text = format!("{row}{}", plain.repeat(3));
            rows.moulds.read(text.as_bytes().first_chunk().expect("long enough"), 1.0)
        };
        assert_eq!(read(&rows, plain), Some((0, [0.5, -0.25, 0.125], plain.len())));
        for other in others {
            assert_eq!(read(&rows, other), None, "{other}");
        }
    }
}
