//! Where recordings come from: an output folder with a result each, or tables
//! that were collated before. Both give them by name.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::{OF_WHICH, Part, STATUS};
use crate::batch::status::{Output, State, StatusRow};
use crate::error::{Error, Position, Result};
use crate::report::files::{self, MOVEMENTS, NIGHTS};
use crate::report::tables::{MovementRow, NightRow};

const HELP: &str = "Run the batch again, or give the folder as the program wrote it.";

/// One folder that is collated.
pub(super) enum Source {
    /// An output folder: its results are read one by one.
    Output { dir: PathBuf, output: Output, next: usize },
    /// A folder with the tables of the whole only.
    Collated { dir: PathBuf, status: Vec<StatusRow>, next: usize, tables: Box<[Rows; 2]> },
}

impl Source {
    /// Opens the folder `dir`.
    pub fn open(dir: &Path) -> Result<Self> {
        let dir = dir.to_owned();
        if Output::is_one(&dir) {
            let output = Output::read(&dir)?;
            return Ok(Self::Output { dir, output, next: 0 });
        }
        std::fs::read_dir(&dir).map_err(Error::read(&dir))?;
        let path = dir.join(STATUS);
        if !path.exists() {
            return Err(Error::Input {
                path: dir,
                at: Position::File,
                found: format!("a folder without {STATUS}"),
                expected: "an output folder of `hypnic batch` or `hypnic collate`".to_owned(),
                help: "Results of `hypnic analyze` are not collated; run a batch over their \
                       recordings."
                    .to_owned(),
            });
        }
        let mut reader = csv::Reader::from_path(&path).map_err(|error| broken(&path, &error))?;
        let mut status: Vec<StatusRow> = reader
            .deserialize()
            .collect::<std::result::Result<_, _>>()
            .map_err(|error| broken(&path, &error))?;
        // A table that was sorted by other columns is as good.
        status.sort_by(|a, b| a.file.cmp(&b.file));
        let nights = Rows::open(&dir.join(NIGHTS), files::columns::<NightRow>())?;
        let movements = Rows::open(&dir.join(MOVEMENTS), files::columns::<MovementRow>())?;
        Ok(Self::Collated { dir, status, next: 0, tables: Box::new([nights, movements]) })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        match self {
            Self::Output { dir, .. } | Self::Collated { dir, .. } => dir,
        }
    }

    /// Name of the next recording.
    pub fn peek(&self) -> Option<&str> {
        match self {
            Self::Output { output, next, .. } => {
                output.plan.items.get(*next).map(|item| item.name.as_str())
            }
            Self::Collated { status, next, .. } => status.get(*next).map(|row| row.file.as_str()),
        }
    }

    /// The next recording; there must be one.
    pub fn take(&mut self) -> Result<Part> {
        match self {
            Self::Output { output, next, .. } => {
                let item = &output.plan.items[*next];
                *next += 1;
                let row = output.row(item);
                if row.state != State::Done {
                    return Ok(Part { row, nights: Vec::new(), movements: Vec::new() });
                }
                let folder = output.folder(item);
                let nights = rows(&folder.join(NIGHTS), files::columns::<NightRow>())?;
                let movements = rows(&folder.join(MOVEMENTS), files::columns::<MovementRow>())?;
                Ok(Part { row, nights, movements })
            }
            Self::Collated { status, next, tables, .. } => {
                let row = status[*next].clone();
                *next += 1;
                let [nights, movements] = tables.as_mut();
                let (nights, movements) = (nights.of(&row.file)?, movements.of(&row.file)?);
                Ok(Part { row, nights, movements })
            }
        }
    }
}

/// All rows of the table of one recording.
fn rows(path: &Path, columns: &[&str]) -> Result<Vec<ByteRecord>> {
    let bytes = std::fs::read(path).map_err(Error::read(path))?;
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let header = reader.byte_headers().map_err(|error| broken(path, &error))?;
    check(path, header, columns, &[])?;
    reader
        .byte_records()
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| broken(path, &error))
}

/// The rows of the table of all recordings, recording by recording.
pub(super) struct Rows {
    path: PathBuf,
    reader: csv::Reader<BufReader<File>>,
    columns: usize,
    ahead: Option<ByteRecord>,
}

impl Rows {
    fn open(path: &Path, columns: &[&str]) -> Result<Self> {
        let file = File::open(path).map_err(Error::read(path))?;
        let mut reader = csv::Reader::from_reader(BufReader::new(file));
        let header = reader.byte_headers().map_err(|error| broken(path, &error))?;
        check(path, header, columns, &OF_WHICH)?;
        let mut rows = Self { path: path.to_owned(), reader, columns: columns.len(), ahead: None };
        rows.advance()?;
        Ok(rows)
    }

    fn advance(&mut self) -> Result<Option<ByteRecord>> {
        let mut row = ByteRecord::new();
        let is_row =
            self.reader.read_byte_record(&mut row).map_err(|error| broken(&self.path, &error))?;
        Ok(std::mem::replace(&mut self.ahead, is_row.then_some(row)))
    }

    /// The rows of a recording, without the columns that say which it is. The
    /// recordings must be asked for by name.
    fn of(&mut self, file: &str) -> Result<Vec<ByteRecord>> {
        let mut rows = Vec::new();
        while let Some(ahead) = &self.ahead
            && ahead.get(self.columns) == Some(file.as_bytes())
        {
            if let Some(mut row) = self.advance()? {
                row.truncate(self.columns);
                rows.push(row);
            }
        }
        let is_passed_over = |row: &ByteRecord| {
            row.get(self.columns).is_some_and(|earlier| earlier < file.as_bytes())
        };
        if let Some(row) = self.ahead.as_ref().filter(|row| is_passed_over(row)) {
            let name = String::from_utf8_lossy(row.get(self.columns).unwrap_or_default());
            return Err(Error::Input {
                path: self.path.clone(),
                at: row.position().map_or(Position::File, |at| Position::Row(at.line())),
                found: format!("rows of {name}, which is not in {STATUS} or stands out of order"),
                expected: "the recordings of status.csv, by name".to_owned(),
                help: HELP.to_owned(),
            });
        }
        Ok(rows)
    }
}

/// Refuses a table with other columns than this version writes: its rows would
/// not fit below those of others.
fn check(path: &Path, header: &ByteRecord, columns: &[&str], more: &[&str]) -> Result<()> {
    let expected = columns.iter().chain(more);
    if header.iter().eq(expected.clone().map(|column| column.as_bytes())) {
        return Ok(());
    }
    let differs = header
        .iter()
        .map(|column| String::from_utf8_lossy(column))
        .find(|column| !expected.clone().any(|known| known == column));
    Err(Error::Input {
        path: path.to_owned(),
        at: Position::Row(1),
        found: match differs {
            Some(column) => format!("the column {column:?}"),
            None => format!("{} columns", header.len()),
        },
        expected: format!(
            "the columns that hypnic {} writes: {}",
            env!("CARGO_PKG_VERSION"),
            expected.copied().collect::<Vec<_>>().join(",")
        ),
        help: "A result of another version is made again by running the batch again.".to_owned(),
    })
}

/// The error of a table that is not as it was written.
pub(super) fn broken(path: &Path, error: &csv::Error) -> Error {
    if let csv::ErrorKind::Io(source) = error.kind() {
        return Error::read(path)(io::Error::new(source.kind(), source.to_string()));
    }
    Error::Input {
        path: path.to_owned(),
        at: error.position().map_or(Position::File, |at| Position::Row(at.line())),
        found: error.to_string(),
        expected: "a table as this program writes it".to_owned(),
        help: HELP.to_owned(),
    }
}
