//! Sleep as somebody scored it: stretches of stages on one time axis, and
//! tables with a row an epoch.

use jiff::civil::DateTime;

use super::label::{Labels, Unknown};
use super::table::{Column, Row, Table};
use super::{Mark, Marks, Stage, What};
use crate::error::Result;

/// Length of an epoch whose length nobody gives, s: that of every manual.
const EPOCH_S: f64 = 30.0;

/// The stages of a night, one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hypnogram {
    /// From, to and stage, ascending; seconds from the start of the marks.
    stretches: Vec<(f64, f64, Stage)>,
}

impl Hypnogram {
    /// Of the marks that are stages. Where two overlap, the later one begins
    /// when the earlier ends.
    pub fn new(marks: &[Mark]) -> Self {
        let mut stretches: Vec<(f64, f64, Stage)> = Vec::new();
        for mark in marks {
            let What::Stage(stage) = mark.what else { continue };
            let after_s = stretches.last().map_or(f64::NEG_INFINITY, |last| last.1);
            let (from_s, to_s) = (mark.onset_s.max(after_s), mark.onset_s + mark.duration_s);
            match stretches.last_mut() {
                // Rounding may leave a millisecond between two epochs.
                Some(last) if last.2 == stage && from_s - last.1 < 2e-3 => {
                    last.1 = last.1.max(to_s);
                }
                _ if to_s > from_s => stretches.push((from_s, to_s, stage)),
                _ => {}
            }
        }
        Self { stretches }
    }

    /// Whether nothing was scored.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// From, to and stage of every stretch, ascending.
    pub fn stretches(&self) -> &[(f64, f64, Stage)] {
        &self.stretches
    }

    /// The stage at a moment; [`Stage::Unknown`] where nothing was scored.
    pub fn at(&self, at_s: f64) -> Stage {
        let next = self.stretches.partition_point(|stretch| stretch.0 <= at_s);
        match next.checked_sub(1).map(|index| self.stretches[index]) {
            Some((_, to_s, stage)) if at_s < to_s => stage,
            _ => Stage::Unknown,
        }
    }

    /// Hours of the stages that `is` names.
    pub fn hours(&self, is: impl Fn(Stage) -> bool) -> f64 {
        let of = self.stretches.iter().filter(|stretch| is(stretch.2));
        // The sum of nothing would be -0.
        of.fold(0.0, |sum_s, (from_s, to_s, _)| sum_s + (to_s - from_s)) / 3600.0
    }

    /// The same, `by_s` later.
    #[must_use]
    pub fn shifted(mut self, by_s: f64) -> Self {
        for stretch in &mut self.stretches {
            stretch.0 += by_s;
            stretch.1 += by_s;
        }
        self
    }
}

/// Names of the column of stages in a table of epochs.
const STAGES: [&str; 6] = ["stage", "sleep_stage", "sleepstage", "hypnogram", "stages", "asleep"];

const HELP: &str = "A table of epochs has a column stage (W, N1, N2, N3, R) or asleep (true or \
                    false), and onset_s, time or epoch; without these its rows follow each other \
                    every 30 s.";

pub(super) fn is_of_epochs(table: &Table) -> bool {
    table.column(&STAGES).is_some()
}

/// Where an epoch begins, as the table says it.
enum Axis {
    Onset(Column),
    Time(Column),
    Epoch(Column),
    Rows,
}

/// A table with a row an epoch. Each lasts to the onset of the next, at most
/// 30 s unless all are longer.
///
/// # Errors
/// A stage or a time that is none.
pub(super) fn parse(table: &Table, labels: &Labels) -> Result<Marks> {
    let Some(stages) = table.column(&STAGES) else {
        return Err(table.lacks("a column stage", HELP));
    };
    let axis = if let Some(column) = table.column(&["onset_s", "onset"]) {
        Axis::Onset(column)
    } else if let Some(column) = table.column(&["time", "timestamp", "datetime"]) {
        Axis::Time(column)
    } else if let Some(column) = table.column(&["epoch"]) {
        Axis::Epoch(column)
    } else {
        Axis::Rows
    };
    let numbers = Numbers::of(table, stages);
    let (mut at, mut found, mut start) = (Vec::new(), Vec::new(), None);
    for (index, row) in table.rows().enumerate() {
        at.push(onset_s(&row, &axis, index, &mut start)?);
        let stage = match row.word(Some(stages)) {
            None => Stage::Unknown,
            Some(word) => numbers
                .stage(word)
                .or_else(|| yes_or_no(word))
                .or_else(|| {
                    labels.meaning(word).and_then(|label| match label.what {
                        What::Stage(stage) => Some(stage),
                        _ => None,
                    })
                })
                .ok_or_else(|| row.wrong(stages, "a stage such as W, N1, N2, N3 or R"))?,
        };
        found.push(stage);
    }
    let epoch_s = match axis {
        Axis::Onset(_) | Axis::Time(_) => step_s(&at),
        Axis::Epoch(_) | Axis::Rows => EPOCH_S,
    };
    let length_s = |index: usize| {
        at.get(index + 1).map_or(epoch_s, |next| next - at[index]).clamp(0.0, epoch_s)
    };
    let list = (0..at.len())
        .map(|index| Mark {
            onset_s: at[index],
            duration_s: length_s(index),
            what: What::Stage(found[index]),
            side: None,
            periodic: false,
        })
        .collect();
    let mut marks = Marks::new(list, start, Unknown::default());
    marks.notes.extend(numbers.note());
    Ok(marks)
}

/// Median distance of the epochs, s.
fn step_s(at: &[f64]) -> f64 {
    let mut steps: Vec<f64> =
        at.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied().unwrap_or(EPOCH_S)
}

fn onset_s(row: &Row, axis: &Axis, index: usize, start: &mut Option<DateTime>) -> Result<f64> {
    match *axis {
        Axis::Rows => Ok(index as f64 * EPOCH_S),
        Axis::Onset(column) => {
            let number = row.number(Some(column), f64::NEG_INFINITY)?;
            number.ok_or_else(|| row.wrong(column, "seconds as a number"))
        }
        Axis::Epoch(column) => {
            let number = row.number(Some(column), 0.0)?;
            let number = number.ok_or_else(|| row.wrong(column, "the number of an epoch"))?;
            Ok((number - 1.0) * EPOCH_S)
        }
        Axis::Time(column) => {
            let wall = row.word(Some(column)).and_then(wall);
            let wall =
                wall.ok_or_else(|| row.wrong(column, "a time such as 2024-03-12T22:45:30"))?;
            let start = *start.get_or_insert(wall);
            Ok(wall.duration_since(start).as_secs_f64())
        }
    }
}

/// The wall clock of an ISO 8601 time, with or without its offset.
pub(crate) fn wall(text: &str) -> Option<DateTime> {
    let date = text.get(..10)?;
    let rest = text.get(10..).filter(|rest| !rest.is_empty())?;
    let end = rest.find(['Z', '+', '-', '[']).unwrap_or(rest.len());
    format!("{date}{}", &rest[..end]).replace(' ', "T").parse().ok()
}

fn yes_or_no(word: &str) -> Option<Stage> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(Stage::Sleep),
        "false" | "no" => Some(Stage::Wake),
        _ => None,
    }
}

/// How a table numbers its stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// 0 awake, 1 asleep.
    Asleep,
    /// 0 W, 1 to 4 NREM, 5 REM: Rechtschaffen and Kales, NSRR.
    FiveIsRem,
    /// 0 W, 1 to 3 NREM, 4 REM.
    FourIsRem,
}

impl Numbers {
    fn of(table: &Table, stages: Column) -> Self {
        let holds = |number: &str| table.rows().any(|row| row.word(Some(stages)) == Some(number));
        if stages.is("asleep") {
            Self::Asleep
        } else if holds("4") && !holds("5") {
            Self::FourIsRem
        } else {
            Self::FiveIsRem
        }
    }

    fn stage(self, word: &str) -> Option<Stage> {
        Some(match (word, self) {
            ("0", _) => Stage::Wake,
            ("1", Self::Asleep) => Stage::Sleep,
            ("1", _) => Stage::N1,
            ("2", _) => Stage::N2,
            ("3", _) => Stage::N3,
            ("4", Self::FourIsRem) => Stage::Rem,
            ("4", _) => Stage::N3,
            ("5", _) => Stage::Rem,
            ("-1" | "6" | "7" | "8" | "9", _) => Stage::Unknown,
            _ => return None,
        })
    }

    fn note(self) -> Option<String> {
        (self == Self::FourIsRem)
            .then(|| "The stage 4 is taken for REM: the table has no stage 5.".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::parse as any;
    use super::*;

    fn table(text: &str) -> Marks {
        any(Path::new("epochs.csv"), text.as_bytes(), &Labels::default()).unwrap()
    }

    fn stretches(text: &str) -> Vec<(f64, f64, Stage)> {
        Hypnogram::new(&table(text).list).stretches().to_vec()
    }

    #[test]
    fn rows_of_stages_follow_each_other_every_30_s() {
        let expected =
            [(0.0, 60.0, Stage::Wake), (60.0, 90.0, Stage::N2), (90.0, 120.0, Stage::Rem)];
        assert_eq!(stretches("stage\nW\nW\nN2\nREM\n"), expected);
        assert_eq!(stretches("epoch,stage\n1,0\n2,0\n3,2\n4,5\n"), expected);
    }

    #[test]
    fn four_is_rem_where_there_is_no_five_and_is_told() {
        assert_eq!(stretches("stage\n0\n4\n")[1].2, Stage::Rem);
        assert_eq!(table("stage\n0\n4\n").notes.len(), 1);
        assert_eq!(stretches("stage\n4\n5\n"), [(0.0, 30.0, Stage::N3), (30.0, 60.0, Stage::Rem)]);
    }

    #[test]
    fn a_hole_between_epochs_is_not_scored() {
        let found = stretches("onset_s,asleep\n0,false\n30,true\n60,true\n150,true\n");
        assert_eq!(
            found,
            [(0.0, 30.0, Stage::Wake), (30.0, 90.0, Stage::Sleep), (150.0, 180.0, Stage::Sleep)]
        );
        let marks = table("onset_s,asleep\n0,false\n30,true\n60,true\n150,true\n");
        let hypnogram = Hypnogram::new(&marks.list);
        let at = [10.0, 30.0, 100.0, 179.0, 180.0].map(|at_s| hypnogram.at(at_s));
        use Stage::{Sleep, Unknown, Wake};
        assert_eq!(at, [Wake, Sleep, Unknown, Sleep, Unknown]);
        assert_eq!(hypnogram.hours(|stage| stage == Sleep) * 3600.0, 90.0);
    }

    #[test]
    fn times_of_the_clock_give_the_start() {
        let text =
            "time,stage\n2024-03-12T23:59:30.000+01:00,W\n2024-03-13T00:00:00.000+01:00,N1\n";
        assert_eq!(table(text).start, "2024-03-12T23:59:30".parse().ok());
        assert_eq!(stretches(text)[1], (30.0, 60.0, Stage::N1));
    }

    #[test]
    fn a_stage_that_is_none_names_its_row() {
        let refused = any(Path::new("e.csv"), b"stage\nW\ndozing\n", &Labels::default());
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("row 3: found \"dozing\" in the column stage"), "{message}");
    }
}
