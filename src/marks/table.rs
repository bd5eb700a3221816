//! Small text tables from anywhere: columns by name in any order, commas,
//! semicolons or tabs.

use std::path::{Path, PathBuf};

use csv::StringRecord;
use serde::de::value::{Error as Unfit, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use super::text;
use crate::error::{Error, Position, Result};

/// A table in memory.
pub(crate) struct Table {
    path: PathBuf,
    decimal_comma: bool,
    headers: StringRecord,
    /// With the line each begins in, from 1.
    records: Vec<(u64, StringRecord)>,
}

/// Where a column stands, and its name there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    index: usize,
    name: &'static str,
}

impl Column {
    /// Whether this is its name.
    pub fn is(self, name: &str) -> bool {
        self.name == name
    }
}

impl Table {
    /// The separator is the one of comma, semicolon and tab that the header
    /// holds most often; where it is not a comma, decimal commas are understood.
    ///
    /// # Errors
    /// Bytes that are no text, quotes that do not end.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self> {
        let text = text::decode(path, bytes)?;
        let separator = separator(text.trim_start().lines().next().unwrap_or(""));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let unreadable = |error: csv::Error| Error::Input {
            path: path.to_owned(),
            at: error.position().map_or(Position::File, |place| Position::Row(place.line())),
            found: error.to_string(),
            expected: "a row of a text table".to_owned(),
            help: "Look at the quotes of this row.".to_owned(),
        };
        let headers = reader.headers().map_err(unreadable)?.clone();
        let records: Vec<StringRecord> =
            reader.records().collect::<csv::Result<_>>().map_err(unreadable)?;
        let lines = lines(text.as_bytes(), &records);
        let records = lines.into_iter().zip(records).collect();
        Ok(Self { path: path.to_owned(), decimal_comma: separator != b',', headers, records })
    }

    /// The column of the first of these names that is there, in upper or lower
    /// case.
    pub fn column(&self, names: &[&'static str]) -> Option<Column> {
        names.iter().find_map(|&name| {
            let index = self.headers.iter().position(|head| head.eq_ignore_ascii_case(name))?;
            Some(Column { index, name })
        })
    }

    /// The error of a table that lacks what is `expected`.
    pub fn lacks(&self, expected: &str, help: &str) -> Error {
        let names: Vec<&str> = self.headers.iter().filter(|head| !head.is_empty()).collect();
        Error::Input {
            path: self.path.clone(),
            at: Position::Row(1),
            found: match &names[..] {
                [] => "no column names".to_owned(),
                names => format!("the columns {}", names.join(", ")),
            },
            expected: expected.to_owned(),
            help: help.to_owned(),
        }
    }

    /// The rows after the head.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|(line, record)| Row { table: self, line: *line, record })
    }
}

/// The separator that a header holds most often: comma, semicolon or tab.
fn separator(header: &str) -> u8 {
    let count = |separator: u8| header.bytes().filter(|&byte| byte == separator).count();
    // Of equals the last: a comma wherever there is nothing else.
    [b'\t', b';', b','].into_iter().max_by_key(|&separator| count(separator)).unwrap_or(b',')
}

/// The line each record begins in. The reader's own count lags where lines end
/// with carriage return and newline: there a record begins before the newline.
fn lines(text: &[u8], records: &[StringRecord]) -> Vec<u64> {
    let (mut line, mut counted) = (1, 0);
    let line_of = |record: &StringRecord| {
        let begin = record.position().map_or(0, |place| place.byte() as usize);
        let blank = text[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let from = std::mem::replace(&mut counted, begin + blank);
        line += memchr::memchr_iter(b'\n', &text[from..counted]).count() as u64;
        line
    };
    records.iter().map(line_of).collect()
}

/// One row of a table.
pub(crate) struct Row<'a> {
    table: &'a Table,
    line: u64,
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// The field; `None` without the column, where nothing stands, and for the
    /// `n/a` of BIDS.
    pub fn word(&self, column: Option<Column>) -> Option<&'a str> {
        let field = self.record.get(column?.index)?;
        (!field.is_empty() && !field.eq_ignore_ascii_case("n/a")).then_some(field)
    }

    /// A finite number of at least `least`; `None` as for [`Self::word`].
    ///
    /// # Errors
    /// A field that is no such number.
    pub fn number(&self, column: Option<Column>, least: f64) -> Result<Option<f64>> {
        let (Some(column), Some(field)) = (column, self.word(column)) else { return Ok(None) };
        let number = match self.table.decimal_comma {
            true => field.replace(',', ".").parse::<f64>(),
            false => field.parse(),
        };
        match number {
            Ok(number) if number.is_finite() && number >= least => Ok(Some(number)),
            _ => {
                let range = if least == 0.0 { ", 0 or more" } else { "" };
                let of_time = column.name.ends_with("_s") || column.name == "onset";
                let seconds = if of_time { "seconds as " } else { "" };
                Err(self.wrong(column, &format!("{seconds}a number{range}")))
            }
        }
    }

    /// A word that names one of a set; `None` as for [`Self::word`].
    ///
    /// # Errors
    /// A word that is none of them.
    pub fn named<T: DeserializeOwned>(&self, column: Option<Column>) -> Result<Option<T>> {
        let (Some(column), Some(field)) = (column, self.word(column)) else { return Ok(None) };
        let word = field.to_ascii_lowercase();
        let deserializer: StrDeserializer<Unfit> = word.as_str().into_deserializer();
        T::deserialize(deserializer).map(Some).map_err(|unfit| {
            let message = unfit.to_string();
            let names = message.split_once("expected ").map_or(&*message, |(_, names)| names);
            self.wrong(column, &names.replace('`', ""))
        })
    }

    /// What must stand in every row of a column, if there is the column.
    ///
    /// # Errors
    /// Nothing stands there.
    pub fn required<T>(
        &self,
        column: Option<Column>,
        value: Option<T>,
        expected: &str,
    ) -> Result<Option<T>> {
        match (column, value) {
            (Some(column), None) => Err(self.wrong(column, expected)),
            (_, value) => Ok(value),
        }
    }

    /// The error of a field.
    pub fn wrong(&self, column: Column, expected: &str) -> Error {
        let Column { index, name } = column;
        Error::Input {
            path: self.table.path.clone(),
            at: Position::Row(self.line),
            found: match self.record.get(index) {
                None | Some("") => format!("nothing in the column {name}"),
                Some(field) => format!("{field:?} in the column {name}"),
            },
            expected: expected.to_owned(),
            help: "Correct the row or leave it out.".to_owned(),
        }
    }
}
