//! How a row is written: what stands between its cells and before its
//! fractions. Found by trying every way on some rows; the one under which most
//! cells are numbers is right.

use std::fmt;

use super::number;
use super::text::lossless;

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Bar,
    /// One or more.
    Spaces,
}

impl Delimiter {
    /// The byte itself.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
            Self::Spaces => b' ',
        }
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Bar => "vertical bar",
            Self::Spaces => "spaces",
        })
    }
}

/// How the rows of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: Delimiter,
    /// What stands before a fraction: `.` or `,`.
    pub point: u8,
}

/// Rows looked at to find the dialect.
const SAMPLE: usize = 40;

/// Numbers a row of frames has at least: the three axes.
pub(super) const AXES: usize = 3;

impl Dialect {
    /// The dialect under which the last of `lines` hold most numbers; `None`
    /// when under none of them a line has three.
    pub fn find(lines: &[&[u8]]) -> Option<Self> {
        use Delimiter::{Bar, Comma, Semicolon, Spaces, Tab};
        let sample = &lines[lines.len().saturating_sub(SAMPLE)..];
        let mut best = (0, None);
        for delimiter in [Comma, Semicolon, Tab, Bar, Spaces] {
            for point in [b'.', b','] {
                let dialect = Self { delimiter, point };
                let numbers = |line: &&[u8]| {
                    let count = dialect.numbers(line);
                    if count >= AXES { count } else { 0 }
                };
                let score: usize = sample.iter().map(numbers).sum();
                if score > best.0 {
                    best = (score, Some(dialect));
                }
            }
        }
        best.1
    }

    /// The cells of a line, trimmed and without their quotes.
    pub fn split(&self, line: &[u8]) -> Vec<String> {
        if line.contains(&b'"') {
            return self.split_quoted(line);
        }
        let text = lossless(line);
        if text.trim().is_empty() {
            return Vec::new();
        }
        let cells = text.split(char::from(self.delimiter.byte())).map(str::trim);
        match self.delimiter {
            Delimiter::Spaces => cells.filter(|cell| !cell.is_empty()).map(str::to_owned).collect(),
            _ => cells.map(str::to_owned).collect(),
        }
    }

    /// As the csv crate understands quotes: doubled ones, delimiters within.
    /// It wants a quote to be the first character of its cell, so that blanks
    /// outside of quotes, which are trimmed anyway, go first.
    fn split_quoted(&self, line: &[u8]) -> Vec<String> {
        let delimiter = self.delimiter.byte();
        let (mut quoted, mut at_start) = (false, true);
        let mut line = line.to_vec();
        line.retain(|&byte| {
            let blank = byte == b' ' && at_start && !quoted;
            quoted ^= byte == b'"';
            at_start = !quoted && (byte == delimiter || blank);
            !blank
        });
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter.byte())
            .has_headers(false)
            .flexible(true)
            .from_reader(line.as_slice());
        let mut record = csv::ByteRecord::new();
        // Reading from memory cannot fail; a blank line gives no cell.
        let _ = reader.read_byte_record(&mut record);
        record.iter().map(|cell| lossless(cell).trim().to_owned()).collect()
    }

    /// How many cells of a line are numbers, a written-out NaN among them.
    pub fn numbers(&self, line: &[u8]) -> usize {
        self.split(line).iter().filter(|cell| self.is_number(cell)).count()
    }

    /// Whether a cell is a number or a written-out NaN.
    pub fn is_number(&self, cell: &str) -> bool {
        let own_point = self.point == b',' || !cell.contains(',');
        (own_point && number::parse(cell.as_bytes(), self.point).is_some())
            || cell.eq_ignore_ascii_case("nan")
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "delimiter {}", self.delimiter)?;
        if self.point == b',' { f.write_str(", decimal comma") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(rows: &str) -> Option<(Delimiter, u8)> {
        let lines: Vec<&[u8]> = rows.lines().map(str::as_bytes).collect();
        Dialect::find(&lines).map(|dialect| (dialect.delimiter, dialect.point))
    }

    #[test]
    fn every_dialect_is_found() {
        use Delimiter::{Comma, Semicolon, Spaces, Tab};
        let cases = [
            ("t,x,y,z\n0.1,0.02,-1,3\n0.2,0.02,-1.5,3", Some((Comma, b'.'))),
            ("2016-01-15 11:00:00.013,0.032,-0.029,-0.968", Some((Comma, b'.'))),
            ("-61, 25, 6", Some((Comma, b'.'))),
            ("2019-10-16T12:09:01.702+02:00;-36;620;-824", Some((Semicolon, b'.'))),
            ("0,5;0,25;1,0;9,81", Some((Semicolon, b','))),
            ("1,5\t0,02\t-1,25\t3", Some((Tab, b','))),
            ("528 -0.94 0.02 0.14 21.22", Some((Spaces, b'.'))),
            ("  528   -0,94  0,02 0,14", Some((Spaces, b','))),
            ("\"0,5\",\"0,25\",\"1,0\"", Some((Comma, b','))),
            ("\"0.5\",\"0.25\",\"1.0\"", Some((Comma, b'.'))),
            ("1.5,2.5\n3.5,4.5", None),
            ("once upon a time, there was a table; it had no numbers", None),
        ];
        for (rows, expected) in cases {
            assert_eq!(find(rows), expected, "{rows}");
        }
    }

    #[test]
    fn cells_lose_quotes_and_blanks() {
        let dialect = Dialect { delimiter: Delimiter::Comma, point: b'.' };
        assert_eq!(dialect.split(b"\"Time (s)\", x ,\"a,b\","), ["Time (s)", "x", "a,b", ""]);
        assert_eq!(dialect.split(b" \"0,5\",  \"a \"\"b\"\"\" ,c"), ["0,5", "a \"b\"", "c"]);
        assert_eq!(dialect.split(b""), [""; 0]);
    }
}
