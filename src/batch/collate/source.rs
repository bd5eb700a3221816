//! Where recordings come from: an output folder with a result each, or tables
//! that were collated before. Both give them by name.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::{Form, Part, STATUS, of_which};
use crate::batch::status::{Output, State, StatusRow};
use crate::error::{Error, Position, Result};
use crate::report::files::{self, MOVEMENTS, NIGHTS};
use crate::report::parquet;
use crate::report::tables::{EpochRow, MovementRow, NightRow, OF_WHICH, Table};

const HELP: &str = "Run the batch again, or give the folder as the program wrote it.";

/// One folder that is collated.
pub(super) enum Source {
    /// An output folder: its results are read one by one.
    Output { dir: PathBuf, output: Output, next: usize, form: Form },
    /// A folder with the tables of the whole only: nights, movements, and epochs
    /// if they are asked for.
    Collated { dir: PathBuf, status: Vec<StatusRow>, next: usize, tables: Vec<Rows> },
}

impl Source {
    /// Opens the folder `dir`.
    pub fn open(dir: &Path, form: Form) -> Result<Self> {
        let dir = dir.to_owned();
        if Output::is_one(&dir) {
            let output = Output::read(&dir)?;
            return Ok(Self::Output { dir, output, next: 0, form });
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
        let mut tables = vec![
            Rows::open(&dir.join(NIGHTS), files::columns::<NightRow>())?,
            Rows::open(&dir.join(MOVEMENTS), files::columns::<MovementRow>())?,
        ];
        if form == Form::AlsoParquet {
            tables.push(Rows::of_epochs(&dir)?);
        }
        Ok(Self::Collated { dir, status, next: 0, tables })
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
            Self::Output { output, next, form, .. } => {
                let item = &output.plan.items[*next];
                *next += 1;
                let row = output.row(item);
                if row.state != State::Done {
                    let (nights, movements, epochs) = (Vec::new(), Vec::new(), Vec::new());
                    return Ok(Part { row, nights, movements, epochs });
                }
                let folder = output.folder(item);
                let nights = rows(&folder.join(NIGHTS), files::columns::<NightRow>())?;
                let movements = rows(&folder.join(MOVEMENTS), files::columns::<MovementRow>())?;
                let epochs = match form {
                    Form::Csv => Vec::new(),
                    Form::AlsoParquet => {
                        rows(&folder.join(Table::Epochs.csv()), files::columns::<EpochRow>())?
                    }
                };
                Ok(Part { row, nights, movements, epochs })
            }
            Self::Collated { status, next, tables, .. } => {
                let row = status[*next].clone();
                *next += 1;
                let mut tables = tables.iter_mut();
                let mut of = || tables.next().map_or(Ok(Vec::new()), |table| table.of(&row.file));
                let (nights, movements, epochs) = (of()?, of()?, of()?);
                Ok(Part { row, nights, movements, epochs })
            }
        }
    }
}

/// All rows of the table of one recording.
fn rows(path: &Path, columns: &[&'static str]) -> Result<Vec<ByteRecord>> {
    let bytes = std::fs::read(path).map_err(Error::read(path))?;
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let header = reader.byte_headers().map_err(|error| broken(path, &error))?;
    check(path, header, columns.iter().copied())?;
    reader
        .byte_records()
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| broken(path, &error))
}

/// The rows of the table of all recordings, recording by recording.
pub(super) struct Rows {
    path: PathBuf,
    rows: Box<dyn Iterator<Item = Result<ByteRecord>>>,
    columns: usize,
    ahead: Option<ByteRecord>,
}

impl Rows {
    fn open(path: &Path, columns: &[&'static str]) -> Result<Self> {
        let file = File::open(path).map_err(Error::read(path))?;
        let mut reader = csv::Reader::from_reader(BufReader::new(file));
        let header = reader.byte_headers().map_err(|error| broken(path, &error))?;
        check(path, header, columns.iter().copied().chain(of_which()))?;
        let table = path.to_owned();
        let rows =
            reader.into_byte_records().map(move |row| row.map_err(|error| broken(&table, &error)));
        Self::new(path, Box::new(rows), columns.len())
    }

    /// The epochs, which are kept as Parquet only.
    fn of_epochs(dir: &Path) -> Result<Self> {
        let path = dir.join(Table::Epochs.parquet());
        parquet::check()?;
        if !path.exists() {
            return Err(Error::Input {
                path,
                at: Position::File,
                found: "no such file".to_owned(),
                expected: "a folder that was collated with --parquet".to_owned(),
                help: "Collate it with --parquet from the output folders of its batches, or leave \
                       --parquet out here."
                    .to_owned(),
            });
        }
        let rows = parquet::Rows::open(&path, Table::Epochs, OF_WHICH)?;
        Self::new(&path, Box::new(rows), Table::Epochs.columns().len())
    }

    fn new(
        path: &Path,
        rows: Box<dyn Iterator<Item = Result<ByteRecord>>>,
        columns: usize,
    ) -> Result<Self> {
        let mut rows = Self { path: path.to_owned(), rows, columns, ahead: None };
        rows.advance()?;
        Ok(rows)
    }

    fn advance(&mut self) -> Result<Option<ByteRecord>> {
        let next = self.rows.next().transpose()?;
        Ok(std::mem::replace(&mut self.ahead, next))
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
fn check<'a>(
    path: &Path,
    header: &ByteRecord,
    expected: impl Iterator<Item = &'a str> + Clone,
) -> Result<()> {
    if header.iter().eq(expected.clone().map(str::as_bytes)) {
        return Ok(());
    }
    let differs = header
        .iter()
        .map(|column| String::from_utf8_lossy(column))
        .find(|column| !expected.clone().any(|known| known == column.as_ref()));
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
            expected.collect::<Vec<_>>().join(",")
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
