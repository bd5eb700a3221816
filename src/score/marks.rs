//! What `hypnic score` reads: leg movements from anywhere, as a text table.

use std::io;
use std::path::Path;

use super::LegMovement;
use crate::error::{Error, Position, Result};
use crate::recording::Side;

/// The movements of a table, and what had to be assumed to read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Marks {
    /// Ascending by onset.
    pub movements: Vec<LegMovement>,
    /// What a person should know, in sentences.
    pub notes: Vec<String>,
}

/// Reads a table with the columns `onset_s`, `duration_s` and `side` in any
/// order, upper or lower case; other columns are passed over.
///
/// The separator is the one of comma, semicolon and tab that the header holds
/// most often; where it is not a comma, decimal commas are understood. `side`
/// is `left`, `right` or `bilateral`, or `l`, `r`, `b`; an empty one counts as
/// left, with a note, since a single sensor knows one leg only. Rows may be in
/// any order. `path` is the name in messages.
///
/// # Errors
/// An error of the reader, bytes that are no UTF-8, a column that is missing, a
/// row whose time is no number or whose side is none of these.
pub fn read(mut input: impl io::Read, path: &Path) -> Result<Marks> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(Error::read(path))?;
    let text = str::from_utf8(&bytes).map_err(|error| Error::Input {
        path: path.to_owned(),
        at: Position::Byte(error.valid_up_to() as u64),
        found: "bytes that are no UTF-8 text".to_owned(),
        expected: "a text table in UTF-8".to_owned(),
        help: "Save the table as \"CSV UTF-8\".".to_owned(),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separator = separator(text.trim_start().lines().next().unwrap_or(""));
    let mut table = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headers = table.headers().map_err(|error| unreadable(path, &error))?;
    let columns = Columns::find(headers, path)?;

    let mut notes = Vec::new();
    if headers.iter().any(|name| name.eq_ignore_ascii_case("kind")) {
        notes.push(
            "The column kind is not looked at: every row counts as a leg movement.".to_owned(),
        );
    }
    let (mut movements, mut without_side) = (Vec::new(), 0_usize);
    for record in table.records() {
        let record = record.map_err(|error| unreadable(path, &error))?;
        let row = Row { path, separator, record: &record };
        let side = row.side(columns.side)?;
        without_side += usize::from(side.is_none());
        movements.push(LegMovement {
            onset_s: row.seconds(columns.onset, "onset_s", f64::NEG_INFINITY)?,
            duration_s: row.seconds(columns.duration, "duration_s", 0.0)?,
            side: side.unwrap_or(Side::Left),
        });
    }
    if without_side > 0 {
        notes.push(format!(
            "{without_side} of {} movements have no side and count as left.",
            movements.len()
        ));
    }
    if !movements.is_sorted_by(|a, b| a.onset_s <= b.onset_s) {
        movements.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
        notes.push("The rows were not in the order of their onsets and were sorted.".to_owned());
    }
    Ok(Marks { movements, notes })
}

/// The separator that a header holds most often: comma, semicolon or tab.
pub(crate) fn separator(header: &str) -> u8 {
    let count = |separator: u8| header.bytes().filter(|&byte| byte == separator).count();
    // Of equals the last: a comma wherever there is nothing else.
    [b'\t', b';', b','].into_iter().max_by_key(|&separator| count(separator)).unwrap_or(b',')
}

fn unreadable(path: &Path, error: &csv::Error) -> Error {
    Error::Input {
        path: path.to_owned(),
        at: error.position().map_or(Position::File, |position| Position::Row(position.line())),
        found: error.to_string(),
        expected: "a row of a text table".to_owned(),
        help: "Look at the quotes of this row.".to_owned(),
    }
}

/// Where the columns stand.
struct Columns {
    onset: usize,
    duration: usize,
    side: usize,
}

impl Columns {
    fn find(headers: &csv::StringRecord, path: &Path) -> Result<Self> {
        let position = |name: &str| {
            headers.iter().position(|found| found.eq_ignore_ascii_case(name)).ok_or_else(|| {
                let found: Vec<&str> = headers.iter().filter(|found| !found.is_empty()).collect();
                Error::Input {
                    path: path.to_owned(),
                    at: Position::Row(1),
                    found: match &found[..] {
                        [] => "no column names".to_owned(),
                        names => format!("the columns {}", names.join(", ")),
                    },
                    expected: format!("a column {name}"),
                    help: "The table needs the columns onset_s, duration_s (both in seconds) \
                           and side, in any order."
                        .to_owned(),
                }
            })
        };
        Ok(Self {
            onset: position("onset_s")?,
            duration: position("duration_s")?,
            side: position("side")?,
        })
    }
}

/// One row, and what its messages need.
struct Row<'a> {
    path: &'a Path,
    separator: u8,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// A finite number of at least `least`.
    fn seconds(&self, column: usize, name: &str, least: f64) -> Result<f64> {
        let field = self.record.get(column).unwrap_or("");
        let number = match self.separator {
            b',' => field.parse::<f64>(),
            _ => field.replace(',', ".").parse(),
        };
        number.ok().filter(|number| number.is_finite() && *number >= least).ok_or_else(|| {
            let range = if least == 0.0 { ", 0 or more" } else { "" };
            self.wrong(name, field, format!("seconds as a number{range}"))
        })
    }

    /// `None` if the row does not say.
    fn side(&self, column: usize) -> Result<Option<Side>> {
        let field = self.record.get(column).unwrap_or("");
        match field.to_ascii_lowercase().as_str() {
            "left" | "l" => Ok(Some(Side::Left)),
            "right" | "r" => Ok(Some(Side::Right)),
            "bilateral" | "b" => Ok(Some(Side::Bilateral)),
            "" | "n/a" => Ok(None),
            _ => Err(self.wrong("side", field, "left, right, bilateral or nothing".to_owned())),
        }
    }

    fn wrong(&self, name: &str, field: &str, expected: String) -> Error {
        Error::Input {
            path: self.path.to_owned(),
            at: self
                .record
                .position()
                .map_or(Position::File, |position| Position::Row(position.line())),
            found: match field {
                "" => format!("nothing in the column {name}"),
                _ => format!("{field:?} in the column {name}"),
            },
            expected,
            help: "Correct the row or leave it out.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{Bilateral, Left, Right};

    fn table(text: &str) -> Result<Marks> {
        read(text.as_bytes(), Path::new("marks.csv"))
    }

    fn movements(text: &str) -> Vec<(f64, f64, Side)> {
        let marks = table(text).unwrap();
        marks.movements.iter().map(|m| (m.onset_s, m.duration_s, m.side)).collect()
    }

    fn message(text: &str) -> String {
        table(text).unwrap_err().to_string()
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let text = "scorer,Side,duration_s,night,ONSET_S\nAB,left,2.5,1,10\nAB,R,1,1,30.25\n";
        assert_eq!(movements(text), [(10.0, 2.5, Left), (30.25, 1.0, Right)]);
        assert_eq!(table(text).unwrap().notes, Vec::<String>::new());
    }

    #[test]
    fn tables_of_european_spreadsheets_are_read() {
        let text = "\u{feff}onset_s;duration_s;side\r\n10,5;2,25;left\r\n30;1;bilateral\r\n";
        assert_eq!(movements(text), [(10.5, 2.25, Left), (30.0, 1.0, Bilateral)]);
        assert_eq!(movements("onset_s\tduration_s\tside\n1\t2\tB\n"), [(1.0, 2.0, Bilateral)]);
    }

    #[test]
    fn an_empty_side_counts_as_left_and_is_told() {
        let marks = table("onset_s,duration_s,side\n1,2,\n20,2,right\n40,2\n60,1,n/a\n").unwrap();
        let sides: Vec<Side> = marks.movements.iter().map(|m| m.side).collect();
        assert_eq!(sides, [Left, Right, Left, Left]);
        assert_eq!(marks.notes, ["3 of 4 movements have no side and count as left."]);
    }

    #[test]
    fn rows_out_of_order_are_sorted_and_told() {
        let marks = table("onset_s,duration_s,side\n30,2,left\n10,1,right\n").unwrap();
        assert_eq!(marks.movements[0], LegMovement { onset_s: 10.0, duration_s: 1.0, side: Right });
        assert!(marks.notes[0].contains("sorted"), "{:?}", marks.notes);
    }

    #[test]
    fn a_column_of_kinds_is_not_obeyed_silently() {
        let marks = table("onset_s,duration_s,kind,side\n30,2,twitch,left\n").unwrap();
        assert!(marks.notes[0].contains("column kind"), "{:?}", marks.notes);
    }

    #[test]
    fn a_table_without_rows_has_no_movements() {
        assert_eq!(movements("onset_s,duration_s,side\n"), []);
        assert_eq!(movements("onset_s,duration_s,side\n\n\n"), []);
    }

    #[test]
    fn a_missing_column_names_those_that_are_there() {
        assert_eq!(
            message("onset,duration_s,side\n1,2,left\n"),
            "marks.csv, row 1: found the columns onset, duration_s, side; expected a column \
             onset_s. The table needs the columns onset_s, duration_s (both in seconds) and side, \
             in any order."
        );
        assert!(message("").starts_with("marks.csv, row 1: found no column names"));
    }

    #[test]
    fn a_wrong_field_names_its_row_and_column() {
        let head = "onset_s,duration_s,side\n1,2,left\n";
        for (row, expected) in [
            ("soon,2,left", "row 3: found \"soon\" in the column onset_s; expected seconds"),
            ("1,-2,left", "row 3: found \"-2\" in the column duration_s; expected seconds"),
            ("1,inf,left", "row 3: found \"inf\" in the column duration_s"),
            ("NaN,1,left", "row 3: found \"NaN\" in the column onset_s"),
            ("7", "row 3: found nothing in the column duration_s"),
            ("1,2,foot", "row 3: found \"foot\" in the column side; expected left, right"),
        ] {
            let message = message(&format!("{head}{row}\n"));
            assert!(message.contains(expected), "{message}");
        }
        assert_eq!(table(&format!("{head}x,1,l\n")).unwrap_err().exit_code(), 65);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_place() {
        let bytes = b"onset_s,duration_s,side\n1,2,\xff\n";
        let message = read(&bytes[..], Path::new("marks.csv")).unwrap_err().to_string();
        assert!(message.starts_with("marks.csv, byte 28: found bytes"), "{message}");
    }
}
