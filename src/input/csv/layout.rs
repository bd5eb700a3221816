//! Where in a text the table begins, how it is written, and what stands above it.

use std::path::Path;

use crate::error::{Error, Position, Result};

use super::super::refuse;
use super::columns;
use super::dialect::{AXES, Delimiter, Dialect};
use super::lines::trim_return;
use super::number;
use super::stamp::{self, DateOrder};
use super::text::lossless;

/// Lines looked at to find the table: a preamble has at most some hundred.
const LINES: usize = 2000;

/// Rows kept as cells, to see what kind of values a column has.
const SAMPLE: usize = 100;

/// Names quoted in an error; a wide table has fifty.
const NAMES_QUOTED: usize = 12;

/// The table in a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub dialect: Dialect,
    /// The lines above the table and its header.
    pub preamble: Vec<String>,
    /// The names of the columns, if there is a header that can be used.
    pub names: Option<Vec<String>>,
    /// The row under the header that names units, if there is one.
    pub units: Option<Vec<String>>,
    /// The header as it stands in the file.
    pub header: Vec<u8>,
    /// The header's row, counted from 1.
    pub header_row: Option<u64>,
    /// Where the first row of values begins, in bytes.
    pub start: usize,
    /// Its number, counted from 1.
    pub row: u64,
    /// The cells of the first rows.
    pub sample: Vec<Vec<String>>,
}

impl Layout {
    /// Finds the table in `head`, the beginning of a text; `whole` when it is
    /// all of it; with `any_header` when the axes are known besides.
    ///
    /// # Errors
    /// A text without a row of three numbers, or with a header in which no
    /// acceleration is named.
    pub fn find(path: &Path, head: &[u8], whole: bool, any_header: bool) -> Result<Self> {
        let lines = lines(head, whole);
        let texts: Vec<&[u8]> = lines.iter().map(|&(_, line)| line).collect();
        let dialect = Dialect::find(&texts).ok_or_else(|| no_table(path, head, &texts))?;
        let width = width(&dialect, &texts);
        let is_row = |line: &[u8]| {
            let cells = dialect.split(line);
            (cells.len() == width || cells.len() + 1 == width)
                && cells.iter().filter(|cell| dialect.is_number(cell)).count() >= AXES
        };
        let Some(mut first) = texts.iter().position(|line| is_row(line)) else {
            return Err(no_table(path, head, &texts));
        };
        // Rows before it that lack a value are rows too.
        while first > 0 && is_sparse_row(&dialect, texts[first - 1], width) {
            first -= 1;
        }
        let sample: Vec<Vec<String>> = texts[first..]
            .iter()
            .map(|line| dialect.split(line))
            .filter(|cells| !cells.is_empty())
            .take(SAMPLE)
            .collect();
        let mut layout = Self {
            dialect,
            preamble: Vec::new(),
            names: None,
            units: None,
            header: Vec::new(),
            header_row: None,
            start: lines[first].0,
            row: first as u64 + 1,
            sample,
        };
        let preamble = layout.take_header(path, &texts[..first], width, any_header)?;
        layout.preamble = texts[..preamble].iter().map(|line| lossless(line)).collect();
        Ok(layout)
    }

    /// Finds the header in the lines above the table; how many are above it.
    fn take_header(
        &mut self,
        path: &Path,
        above: &[&[u8]],
        width: usize,
        any_header: bool,
    ) -> Result<usize> {
        let written: Vec<usize> = (0..above.len())
            .rev()
            .filter(|&at| !matches!(above[at].trim_ascii().first(), None | Some(b'#')))
            .take(2)
            .collect();
        for (depth, &at) in written.iter().enumerate() {
            let names = self.names_of(above[at], width);
            if columns::find(&names).0.is_some() {
                self.set_header(names, above[at], at);
                self.units = (depth == 1).then(|| self.names_of(above[written[0]], width));
                return Ok(at);
            }
        }
        // A header may be a comment.
        if let Some(at) = (0..above.len()).rev().find(|&at| above[at].starts_with(b"#")) {
            let names = self.names_of(&above[at][1..], width);
            if columns::find(&names).0.is_some() && !has_key(above[at]) {
                self.set_header(names, above[at], at);
                return Ok(at);
            }
        }
        if let Some(&at) = written.first() {
            let names = self.names_of(above[at], width);
            if is_header(&names, width) {
                if any_header {
                    self.set_header(names, above[at], at);
                    return Ok(at);
                }
                return Err(no_axes(path, at as u64 + 1, &names));
            }
        }
        Ok(above.len())
    }

    fn set_header(&mut self, names: Vec<String>, line: &[u8], at: usize) {
        self.names = Some(names);
        self.header = line.to_vec();
        self.header_row = Some(at as u64 + 1);
    }

    /// The cells of a line as names of `width` columns. R leaves out the name
    /// of the row numbers: then the others are moved to their columns.
    fn names_of(&self, line: &[u8], width: usize) -> Vec<String> {
        let mut names = self.dialect.split(line);
        let full =
            |cells: &Vec<String>| cells.len() == width && cells.iter().all(|c| !c.is_empty());
        if names.len() + 1 == width
            && names.len() >= AXES
            && !names[0].is_empty()
            && self.sample.iter().all(full)
        {
            names.insert(0, String::new());
        }
        names
    }

    /// The name of a column, for people.
    pub fn name(&self, column: usize) -> String {
        let name = self.names.as_ref().and_then(|names| names.get(column)).map(|name| name.trim());
        match name {
            Some(name) if !name.is_empty() => format!("{name:?}"),
            _ => format!("column {}", column + 1),
        }
    }
}

/// The lines of `head` and where they begin.
fn lines(head: &[u8], whole: bool) -> Vec<(usize, &[u8])> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', head).take(LINES) {
        lines.push((start, trim_return(&head[start..end])));
        start = end + 1;
    }
    if whole && lines.len() < LINES && start < head.len() {
        lines.push((start, trim_return(&head[start..])));
    }
    lines
}

/// The most frequent number of cells in rows of numbers.
fn width(dialect: &Dialect, lines: &[&[u8]]) -> usize {
    let mut counts = std::collections::BTreeMap::new();
    for line in &lines[lines.len().saturating_sub(SAMPLE)..] {
        let cells = dialect.split(line);
        if cells.iter().filter(|cell| dialect.is_number(cell)).count() >= AXES {
            *counts.entry(cells.len()).or_insert(0) += 1;
        }
    }
    counts.into_iter().max_by_key(|&(_, count)| count).map_or(0, |(cells, _)| cells)
}

/// Whether a line has the cells of a row, each a number, a stamp or nothing.
fn is_sparse_row(dialect: &Dialect, line: &[u8], width: usize) -> bool {
    let cells = dialect.split(line);
    let is_value = |cell: &String| {
        let bytes = cell.as_bytes();
        number::is_missing(bytes)
            || dialect.is_number(cell)
            || stamp::parse(bytes, DateOrder::MonthFirst).is_some()
            || stamp::parse(bytes, DateOrder::DayFirst).is_some()
    };
    cells.len() == width
        && cells.iter().any(|cell| !number::is_missing(cell.as_bytes()))
        && cells.iter().all(is_value)
}

/// Whether a comment is `key: value`.
fn has_key(line: &[u8]) -> bool {
    line.contains(&b':')
}

/// Whether cells are the names of columns that somebody chose.
fn is_header(names: &[String], width: usize) -> bool {
    let chosen = names.iter().filter(|name| {
        let letters: String = name.chars().filter(|c| c.is_alphabetic()).collect();
        let letters = letters.to_lowercase();
        !matches!(
            letters.as_str(),
            "" | "v" | "c" | "f" | "col" | "column" | "field" | "var" | "unnamed"
        )
    });
    chosen.count() >= AXES && names.len() + 1 >= width
}

fn no_axes(path: &Path, row: u64, names: &[String]) -> Error {
    let quoted: Vec<String> =
        names.iter().take(NAMES_QUOTED).map(|name| format!("{name:?}")).collect();
    let more = if names.len() > NAMES_QUOTED { " and more" } else { "" };
    refuse(
        path,
        Position::Row(row),
        format!("a header without acceleration: {}{more}", quoted.join(", ")),
        "three columns named as axes of acceleration, such as x, y, z or accX, accY, accZ",
        "Export the accelerometer, or rename its columns",
    )
}

fn no_table(path: &Path, head: &[u8], lines: &[&[u8]]) -> Error {
    let expected = "a row a frame with three numbers or more: x, y, z";
    let control = |byte: &&u8| **byte < 9 || (14..32).contains(*byte) && **byte != 27;
    if head.iter().filter(control).count() * 20 > head.len() {
        let help = "Export the recording to CSV or WAV with the device's own program";
        return refuse(path, Position::Byte(0), "binary data of an unknown format", expected, help);
    }
    if lines.is_empty() {
        let found = format!("a line of {} bytes or more", head.len());
        let help = "Export the recording as a table with a row a frame";
        return refuse(path, Position::Row(1), found, expected, help);
    }
    let numbers = [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab, Delimiter::Spaces]
        .into_iter()
        .flat_map(|delimiter| [b'.', b','].map(|point| Dialect { delimiter, point }))
        .map(|dialect| dialect.numbers(lines[lines.len() - 1]))
        .max()
        .unwrap_or(0);
    let found = match numbers {
        0 => "text without a table of numbers".to_owned(),
        n => format!("a table with {} of numbers", super::super::counted(n as u64, "column")),
    };
    let help = match numbers {
        0 => "Give the recording of a three-axis accelerometer",
        _ => "Give all three axes of the accelerometer; the magnitude alone is not enough",
    };
    refuse(path, Position::File, found, expected, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Layout {
        Layout::find(Path::new("night.csv"), text.as_bytes(), true, false).unwrap()
    }

    fn problem(text: &[u8]) -> String {
        Layout::find(Path::new("night.csv"), text, true, false).unwrap_err().to_string()
    }

    #[test]
    fn the_table_is_found_below_anything() {
        let cases = [
            ("x,y,z\n1,2,3\n", 2, true, 0),
            ("1,2,3\n4,5,6\n", 1, false, 0),
            ("start\n528 -0.94 0.02 0.14\n728 -0.94 0.02 0.14\n", 2, false, 1),
            ("\ntime,gFx,gFy,gFz,\n0.1,1,2,3,\n", 3, true, 1),
            ("# rate_hz: 50\n# side: left\nx,y,z\n1,2,3\n", 4, true, 2),
            ("# rate_hz: 50\n# t, x, y, z\n0,1,2,3\n", 3, true, 1),
            ("\"sep=;\"\r\na_X;a_Y;a_Z;\r\ng;g;g;\r\n1;2;3;\r\n", 4, true, 1),
            ("t,x,y,z\n2024-01-01 00:00:00,,,\n2024-01-01 00:00:01,1,2,3\n", 2, true, 0),
        ];
        for (text, row, header, preamble) in cases {
            let layout = find(text);
            assert_eq!(layout.row, row, "{text}");
            assert_eq!(layout.names.is_some(), header, "{text}");
            assert_eq!(layout.preamble.len(), preamble, "{text}");
            let line = text.lines().nth(row as usize - 1).unwrap();
            assert!(text[layout.start..].starts_with(line), "{text}");
        }
    }

    #[test]
    fn units_under_the_header_are_kept() {
        let layout = find("\"sep=;\"\nt;a_X;a_Y;a_Z;\nms;m/(s^2);m/(s^2);m/(s^2);\n1;2;3;4;\n");
        assert_eq!(layout.units.unwrap()[..4], ["ms", "m/(s^2)", "m/(s^2)", "m/(s^2)"]);
    }

    #[test]
    fn names_of_r_stand_over_their_columns() {
        let layout = find("x y z\n1 0.1 0.2 0.3\n2 0.1 0.2 0.3\n");
        assert_eq!(layout.names.unwrap(), ["", "x", "y", "z"]);
    }

    #[test]
    fn what_is_no_table_is_refused_in_words() {
        assert!(problem(b"Dear diary,\nI slept well.\n").contains("text without a table"));
        assert!(problem(b"t,x\n1,2\n3,4\n").contains("2 columns of numbers"));
        assert!(problem(&[0, 1, 2, 3, 255, 0, 7]).contains("binary"));
        let header = problem(b"person,age,length\n1,2,3\n");
        assert!(header.contains("row 1") && header.contains("\"age\""), "{header}");
    }
}
