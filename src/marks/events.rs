//! Marks of a text table: leg movements as `hypnic score` is given them, the
//! `events.tsv` of BIDS, tables of this program, epochs of sleep.

use super::hypnogram;
use super::label::{Label, Labels, Unknown};
use super::table::{Column, Row, Table};
use super::{Mark, Marks, What};
use crate::error::Result;
use crate::movement::Kind;
use crate::recording::Side;

/// What a table of leg movements has.
pub(super) const COLUMNS: &str = "the columns onset_s, duration_s and side";

const HELP: &str =
    "The table needs the columns onset_s, duration_s (both in seconds) and side, in any order.";

/// Names of the column that says what a row is of.
const WHAT: [&str; 8] =
    ["kind", "trial_type", "event", "label", "class", "annotation", "description", "stage"];

/// The marks of a table. With onsets and durations each row is a mark: of what,
/// says a column of labels, if at least one of its words is understood;
/// otherwise all are leg movements, and there must be a column `side`. Without
/// durations it is a table of epochs ([`hypnogram`]).
pub(super) fn parse(table: &Table, labels: &Labels) -> Result<Marks> {
    let onset = table.column(&["onset_s", "onset"]);
    let duration = table.column(&["duration_s", "duration"]);
    if (onset.is_none() || duration.is_none()) && hypnogram::is_of_epochs(table) {
        return hypnogram::parse(table, labels);
    }
    for (column, name) in [(onset, "onset_s"), (duration, "duration_s")] {
        if column.is_none() {
            return Err(table.lacks(&format!("a column {name}"), HELP));
        }
    }
    let what = WHAT.iter().filter_map(|name| table.column(&[name])).find(|&column| {
        table.rows().any(|row| row.word(Some(column)).is_some_and(|w| labels.meaning(w).is_some()))
    });
    let side = table.column(&["side"]);
    if what.is_none() && side.is_none() {
        return Err(table.lacks("a column side", HELP));
    }
    let (mut list, mut unknown) = (Vec::new(), Unknown::default());
    for row in table.rows() {
        // The place of a row counts even where its label says nothing.
        let onset_s = row.needed(onset, f64::NEG_INFINITY)?;
        let duration_s = row.needed(duration, 0.0)?;
        let side = row.side(side)?;
        if let Some(label) = meaning(&row, what, labels, &mut unknown) {
            let Label { what, periodic, side: labelled } = label;
            list.push(Mark { onset_s, duration_s, what, side: side.or(labelled), periodic });
        }
    }
    Ok(Marks::new(list, None, unknown))
}

/// What a row is of; `None` if its label is not understood.
fn meaning(
    row: &Row,
    column: Option<Column>,
    labels: &Labels,
    unknown: &mut Unknown,
) -> Option<Label> {
    let limb = Label { what: What::Movement(Kind::LimbMovement), side: None, periodic: false };
    let Some(column) = column else { return Some(limb) };
    let word = row.word(Some(column)).unwrap_or("");
    let meaning = labels.meaning(word);
    if meaning.is_none() {
        unknown.count(word);
    }
    meaning
}

impl Row<'_> {
    /// Seconds that must stand there.
    fn needed(&self, column: Option<Column>, least: f64) -> Result<f64> {
        let number = self.number(column, least)?;
        let range = if least == 0.0 { ", 0 or more" } else { "" };
        let expected = format!("seconds as a number{range}");
        Ok(self.required(column, number, &expected)?.unwrap_or_default())
    }

    /// `None` if the row does not say.
    fn side(&self, column: Option<Column>) -> Result<Option<Side>> {
        let (Some(column), Some(word)) = (column, self.word(column)) else { return Ok(None) };
        match word.to_lowercase().as_str() {
            "left" | "l" => Ok(Some(Side::Left)),
            "right" | "r" => Ok(Some(Side::Right)),
            "bilateral" | "b" => Ok(Some(Side::Bilateral)),
            _ => Err(self.wrong(column, "left, right, bilateral or nothing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Stage, parse as any};
    use super::*;
    use crate::error::Result;
    use Side::{Bilateral, Left, Right};

    fn table(text: &str) -> Result<Marks> {
        any(Path::new("marks.csv"), text.as_bytes(), &Labels::default())
    }

    fn marks(text: &str) -> Vec<(f64, f64, Option<Side>)> {
        table(text).unwrap().list.iter().map(|m| (m.onset_s, m.duration_s, m.side)).collect()
    }

    fn message(text: &str) -> String {
        table(text).unwrap_err().to_string()
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let text = "scorer,Side,duration_s,night,ONSET_S\nAB,left,2.5,1,10\nAB,R,1,1,30.25\n";
        assert_eq!(marks(text), [(10.0, 2.5, Some(Left)), (30.25, 1.0, Some(Right))]);
        assert_eq!(table(text).unwrap().notes, Vec::<String>::new());
    }

    #[test]
    fn tables_of_european_spreadsheets_are_read() {
        let text = "\u{feff}onset_s;duration_s;side\r\n10,5;2,25;left\r\n30;1;bilateral\r\n";
        assert_eq!(marks(text), [(10.5, 2.25, Some(Left)), (30.0, 1.0, Some(Bilateral))]);
        assert_eq!(marks("onset_s\tduration_s\tside\n1\t2\tB\n"), [(1.0, 2.0, Some(Bilateral))]);
    }

    #[test]
    fn a_side_may_be_missing_and_rows_may_be_out_of_order() {
        let text = "onset_s,duration_s,side\n30,2,\n10,1,n/a\n";
        assert_eq!(marks(text), [(10.0, 1.0, None), (30.0, 2.0, None)]);
        assert!(table(text).unwrap().notes[0].contains("sorted"));
    }

    #[test]
    fn labels_say_what_a_row_is_of_if_any_is_understood() {
        let text = "onset\tduration\ttrial_type\n0\t30\tW\n10\t2\tPLM:left\n20\t0\tcough\n";
        let read = table(text).unwrap();
        let found: Vec<_> = read.list.iter().map(|mark| (mark.what, mark.side)).collect();
        let limb = What::Movement(Kind::LimbMovement);
        assert_eq!(found, [(What::Stage(Stage::Wake), None), (limb, Some(Left))]);
        assert!(read.list[1].periodic);
        assert!(read.notes[0].contains("\"cough\" (1)"), "{:?}", read.notes);
        let text = "onset_s,duration_s,side,kind\n0,2,left,tonic\n20,2,left,phasic\n";
        assert_eq!(marks(text).len(), 2, "words that mean nothing here change nothing");
    }

    #[test]
    fn a_table_without_rows_has_no_marks() {
        assert_eq!(marks("onset_s,duration_s,side\n"), []);
        assert_eq!(marks("onset_s,duration_s,side\n\n\n"), []);
    }

    #[test]
    fn a_missing_column_names_those_that_are_there() {
        assert_eq!(
            message("begin,duration_s,side\n1,2,left\n"),
            "marks.csv, row 1: found the columns begin, duration_s, side; expected a column \
             onset_s. The table needs the columns onset_s, duration_s (both in seconds) and side, \
             in any order."
        );
        assert!(message("onset_s,duration_s\n1,2\n").contains("expected a column side"));
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
        let of_windows = format!("{head}\n1,2,foot\n").replace('\n', "\r\n");
        assert!(message(&of_windows).contains("row 4: found \"foot\""), "{}", message(&of_windows));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_place() {
        let bytes = b"onset_s,duration_s,side\n1,2,\xff\n";
        let refused = any(Path::new("marks.csv"), bytes, &Labels::default());
        let message = refused.unwrap_err().to_string();
        assert!(message.starts_with("marks.csv, byte 28: found bytes"), "{message}");
    }
}
