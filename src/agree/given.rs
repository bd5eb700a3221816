//! What `hypnic agree` is given: a table of movements, a table of nights, or a
//! folder that holds both.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::nights::NightNumbers;
use super::table::{Row, Table};
use super::{Event, HIDDEN};
use crate::error::{Error, Result};
use crate::movement::Kind;
use crate::recording::Side;
use crate::summary::Pattern;

/// One account of one or more nights.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The file, or the files of a folder.
    pub files: Vec<PathBuf>,
    /// The movements, in the order of the rows; `None` of a table of nights.
    pub events: Option<Vec<Event>>,
    /// The nights; `None` of a table of movements.
    pub nights: Option<Vec<NightNumbers>>,
}

/// The tables of movements and nights in a result folder and in a simulated one.
const FOLDERS: [[&str; 2]; 2] =
    [["movements.csv", "nights.csv"], ["truth.csv", "truth-nights.csv"]];

/// Columns of which a table of nights has at least one.
const NIGHT_COLUMNS: &str =
    "plm_per_hour_sleep, hypnic_starts, hours_asleep, sleep_onset, sleep_onset_s, pattern";

const EVENT_HELP: &str = "A table of movements has onset_s and duration_s (or onset and duration), \
                          both in seconds; kind, side, wasm_series and asleep are optional. A table \
                          of nights has recording, night and some of plm_per_hour_sleep, \
                          hypnic_starts, hours_asleep, sleep_onset, pattern.";

const NIGHT_HELP: &str = "recording and night bring the nights of both tables together.";

/// Reads a file or a folder. A file is a table of nights if it has no onsets
/// but a column of the nights.
///
/// # Errors
/// A file that cannot be read, a folder without such tables, a table that lacks
/// a column, a field that is not of its column.
pub fn given(path: &Path) -> Result<Given> {
    if path.is_dir() {
        let [movements, nights] = in_folder(path)?;
        let events = events(&table(&movements)?)?;
        let (mut files, mut read_nights) = (vec![movements], None);
        if nights.exists() {
            read_nights = Some(night_numbers(&table(&nights)?)?);
            files.push(nights);
        }
        return Ok(Given { files, events: Some(events), nights: read_nights });
    }
    let table = table(path)?;
    let files = vec![path.to_owned()];
    let of_nights = table.column(&ONSET).is_none() && is_of_nights(&table);
    if of_nights {
        Ok(Given { files, events: None, nights: Some(night_numbers(&table)?) })
    } else {
        Ok(Given { files, events: Some(events(&table)?), nights: None })
    }
}

/// Reads a table of nights, or that of a folder.
///
/// # Errors
/// As [`given`](given()).
pub fn given_nights(path: &Path) -> Result<Given> {
    let file = match path.is_dir() {
        true => in_folder(path)?[1].clone(),
        false => path.to_owned(),
    };
    let nights = night_numbers(&table(&file)?)?;
    Ok(Given { files: vec![file], events: None, nights: Some(nights) })
}

fn in_folder(dir: &Path) -> Result<[PathBuf; 2]> {
    let paths = FOLDERS.map(|names| names.map(|name| dir.join(name)));
    paths.into_iter().find(|[movements, _]| movements.exists()).ok_or_else(|| {
        let help = "the folder has neither movements.csv nor truth.csv; give a folder that \
                    `hypnic analyze` or `hypnic simulate` wrote, or a table";
        Error::read(dir)(io::Error::new(io::ErrorKind::NotFound, help))
    })
}

fn table(path: &Path) -> Result<Table> {
    let bytes = fs::read(path).map_err(Error::read(path))?;
    Table::parse(path, &bytes)
}

/// Names of the column of onsets: ours, and that of BIDS.
const ONSET: [&str; 2] = ["onset_s", "onset"];

fn events(table: &Table) -> Result<Vec<Event>> {
    let onset = table.column(&ONSET);
    let duration = table.column(&["duration_s", "duration"]);
    if onset.is_none() {
        return Err(table.lacks("a column onset_s", EVENT_HELP));
    }
    if duration.is_none() {
        return Err(table.lacks("a column duration_s", EVENT_HELP));
    }
    let kind = table.column(&["kind", "trial_type"]);
    let side = table.column(&["side"]);
    let series = table.column(&["wasm_series", "series"]);
    let asleep = table.column(&["asleep"]);
    let reason = table.column(&["reason"]);
    let kinds = Kind::ALL.map(Kind::name).join(", ");
    let event = |row: Row| {
        let onset_s = row.number(onset, f64::NEG_INFINITY)?;
        let duration_s = row.number(duration, 0.0)?;
        Ok(Event {
            onset_s: row.required(onset, onset_s, "seconds as a number")?.unwrap_or_default(),
            duration_s: row
                .required(duration, duration_s, "seconds as a number, 0 or more")?
                .unwrap_or_default(),
            kind: row.required(kind, row.named::<Kind>(kind)?, &kinds)?,
            side: row.named::<SideWord>(side)?.map(Side::from),
            in_series: series.map(|_| row.number(series, 0.0)).transpose()?.map(|n| n.is_some()),
            asleep: row
                .required(asleep, row.named::<YesNo>(asleep)?, "true or false")?
                .map(|word| word == YesNo::True),
            hidden: row.word(reason).is_some_and(|reason| reason.contains(HIDDEN)),
        })
    };
    table.rows().map(event).collect()
}

/// Sides as people write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum SideWord {
    #[serde(alias = "l")]
    Left,
    #[serde(alias = "r")]
    Right,
    #[serde(alias = "b")]
    Bilateral,
}

impl From<SideWord> for Side {
    fn from(word: SideWord) -> Self {
        match word {
            SideWord::Left => Self::Left,
            SideWord::Right => Self::Right,
            SideWord::Bilateral => Self::Bilateral,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum YesNo {
    #[serde(alias = "1")]
    True,
    #[serde(alias = "0")]
    False,
}

fn is_of_nights(table: &Table) -> bool {
    NIGHT_COLUMNS.split(", ").any(|name| table.column(&[name]).is_some())
}

fn night_numbers(table: &Table) -> Result<Vec<NightNumbers>> {
    if !is_of_nights(table) {
        return Err(table.lacks(&format!("at least one of {NIGHT_COLUMNS}"), NIGHT_HELP));
    }
    let column = |name| table.column(&[name]);
    let number = |row: &Row, name| row.number(column(name), 0.0);
    let words = |row: &Row, name| row.word(column(name)).unwrap_or_default().to_owned();
    table
        .rows()
        .map(|row| {
            Ok(NightNumbers {
                recording: words(&row, "recording"),
                night: words(&row, "night"),
                plm_per_hour_sleep: number(&row, "plm_per_hour_sleep")?,
                hypnic_starts: number(&row, "hypnic_starts")?,
                hours_asleep: number(&row, "hours_asleep")?,
                sleep_onset: words(&row, "sleep_onset"),
                sleep_onset_s: number(&row, "sleep_onset_s")?,
                pattern: row.named::<Pattern>(column("pattern"))?,
            })
        })
        .collect()
}
