//! What `hypnic agree` is given: movements as a table or as marks of another
//! program, a table of nights, or a folder that holds both.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::nights::NightNumbers;
use super::{Event, HIDDEN};
use crate::error::{Error, Result};
use crate::marks::table::{Row, Table};
use crate::marks::{self, Hypnogram, Labels, Mark, Marks, What, hypnogram};
use crate::movement::Kind;
use crate::recording::Side;
use crate::summary::Pattern;

/// One account of one or more nights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// The file, or the files of a folder.
    pub files: Vec<PathBuf>,
    /// The movements, in the order of the rows; `None` of a table of nights.
    pub events: Option<Vec<Event>>,
    /// The nights; `None` of a table of movements.
    pub nights: Option<Vec<NightNumbers>>,
    /// The wall clock at second 0 of the movements, if the account tells.
    pub start: Option<DateTime>,
    /// What had to be assumed, in sentences.
    pub notes: Vec<String>,
}

impl Given {
    /// Brings the movements onto the time axis of another account, where both
    /// tell the clock. Returns by how many seconds they were moved.
    pub fn align(&mut self, with: &Self) -> f64 {
        let (Some(start), Some(other)) = (self.start, with.start) else { return 0.0 };
        let by_s = start.duration_since(other).as_secs_f64();
        for event in self.events.iter_mut().flatten() {
            event.onset_s += by_s;
        }
        self.start = Some(other);
        by_s
    }
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
/// but a column of the nights; marks of other programs are read as [`marks`].
///
/// # Errors
/// A file that cannot be read, a folder without such tables, a table that lacks
/// a column, a field that is not of its column.
pub fn given(path: &Path) -> Result<Given> {
    if path.is_dir() {
        let [movements, nights] = in_folder(path)?;
        let mut given = in_file(&movements)?;
        if nights.exists() {
            given.nights = Some(night_numbers(&table(&nights)?)?);
            given.files.push(nights);
        }
        return Ok(given);
    }
    in_file(path)
}

fn in_file(path: &Path) -> Result<Given> {
    let bytes = fs::read(path).map_err(Error::read(path))?;
    let mut given = Given { files: vec![path.to_owned()], ..Given::default() };
    if marks::format(&bytes) == marks::Format::Table {
        let table = Table::parse(path, &bytes)?;
        if table.column(&ONSET).is_none() && is_of_nights(&table) {
            given.nights = Some(night_numbers(&table)?);
            return Ok(given);
        }
        if table.column(&["trial_type"]).is_none() {
            given.events = Some(events(&table)?);
            given.start = start(&table);
            return Ok(given);
        }
    }
    let Marks { list, start, notes } = marks::parse(path, &bytes, &Labels::default())?;
    given.events = Some(marked(&list));
    (given.start, given.notes) = (start, notes);
    Ok(given)
}

/// The movements among marks.
fn marked(list: &[Mark]) -> Vec<Event> {
    let hypnogram = Hypnogram::new(list);
    // Only if some are called periodic does it say something that others are not.
    let tells_series = list.iter().any(|mark| mark.periodic);
    let event = |mark: &Mark| {
        let What::Movement(kind) = mark.what else { return None };
        Some(Event {
            kind: Some(kind),
            side: mark.side,
            in_series: tells_series.then_some(mark.periodic),
            asleep: hypnogram.at(mark.onset_s).asleep(),
            ..Event::new(mark.onset_s, mark.duration_s)
        })
    };
    list.iter().filter_map(event).collect()
}

/// The wall clock at second 0, by the first row with a time.
fn start(table: &Table) -> Option<DateTime> {
    let (time, onset) = (table.column(&["time"])?, table.column(&ONSET)?);
    table.rows().find_map(|row| {
        let wall = hypnogram::wall(row.word(Some(time))?)?;
        let onset_s = row.number(Some(onset), f64::NEG_INFINITY).ok()??;
        wall.checked_sub(SignedDuration::from_millis((onset_s * 1e3).round() as i64)).ok()
    })
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
    Ok(Given { files: vec![file], nights: Some(nights), ..Given::default() })
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
    let kind = table.column(&["kind"]);
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
