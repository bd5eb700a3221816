//! A sleep diary: the bed times of each night, as the sleeper wrote them down.

use std::fs;
use std::path::Path;

use jiff::civil::{Date, DateTime, Time};

use super::table::{Column, Row, Table};
use crate::error::{Error, Result};

const HELP: &str = "A diary has the columns night (the evening, as 2024-03-12), lights_off and \
                    lights_on (as 22:45, or with their date).";

/// One night of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Lights off, by the wall clock.
    pub lights_off: Option<DateTime>,
    /// Lights on.
    pub lights_on: Option<DateTime>,
}

/// Reads a table with the columns `night`, `lights_off` and `lights_on`. Times
/// of the day before noon are of the morning after. A time may be missing.
///
/// # Errors
/// A file that cannot be read, a column that is missing, a date or a time that
/// is none.
pub fn read(path: &Path) -> Result<Vec<Entry>> {
    let bytes = fs::read(path).map_err(Error::read(path))?;
    let table = Table::parse(path, &bytes)?;
    let night = table.column(&["night", "date"]);
    let off = table.column(&["lights_off", "bed_time", "to_bed"]);
    let on = table.column(&["lights_on", "wake_time", "got_up"]);
    if off.is_none() && on.is_none() {
        return Err(table.lacks("the columns lights_off and lights_on", HELP));
    }
    let times = |row: Row| {
        let date = match (night, row.word(night)) {
            (Some(column), Some(word)) => Some(
                word.parse::<Date>().map_err(|_| row.wrong(column, "a date such as 2024-03-12"))?,
            ),
            _ => None,
        };
        Ok(Entry { lights_off: moment(&row, off, date)?, lights_on: moment(&row, on, date)? })
    };
    table.rows().map(times).collect()
}

fn moment(row: &Row, column: Option<Column>, evening: Option<Date>) -> Result<Option<DateTime>> {
    let (Some(column), Some(word)) = (column, row.word(column)) else { return Ok(None) };
    if let Some(wall) = super::hypnogram::wall(word) {
        return Ok(Some(wall));
    }
    let expected = "a time such as 22:45 beside a night, or 2024-03-12T22:45";
    let time: Time = word.parse().map_err(|_| row.wrong(column, expected))?;
    let evening = evening.ok_or_else(|| row.wrong(column, expected))?;
    let noon = Time::constant(12, 0, 0, 0);
    let date = if time < noon { evening.tomorrow().unwrap_or(evening) } else { evening };
    Ok(Some(DateTime::from_parts(date, time)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diary(text: &str) -> Result<Vec<Entry>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("diary.csv");
        fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn mornings_belong_to_the_evening_before() {
        let once = |text: &str| Some(text.parse().unwrap());
        let read = diary("night,lights_off,lights_on\n2024-03-12,22:45,06:30\n2024-03-13,00:15,\n");
        let expected = [
            Entry { lights_off: once("2024-03-12T22:45"), lights_on: once("2024-03-13T06:30") },
            Entry { lights_off: once("2024-03-14T00:15"), lights_on: None },
        ];
        assert_eq!(read.unwrap(), expected);
    }

    #[test]
    fn what_is_no_time_is_named() {
        let message = diary("night,lights_off\n2024-03-12,late\n").unwrap_err().to_string();
        assert!(message.contains("row 2: found \"late\" in the column lights_off"), "{message}");
        assert!(
            diary("night,mood\n2024-03-12,fine\n").unwrap_err().to_string().contains("lights_on")
        );
    }
}
