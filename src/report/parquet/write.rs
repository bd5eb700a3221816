//! Rows of text become columns of their types.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use csv::ByteRecord;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;

use super::{Table, columns};
use crate::column::Column;
use crate::error::{Error, Position, Result};
use crate::report::dictionary::{self, Entry};
use crate::report::json::NOTE;

/// Rows of a group, which are in memory while they are written: 20 MB of
/// movements at most. Readers work on groups in parallel and skip them by their
/// statistics.
const GROUP_ROWS: usize = 1 << 16;

/// A table that is written row by row.
pub struct Writer<W: io::Write + Send> {
    path: PathBuf,
    file: SerializedFileWriter<W>,
    columns: Vec<Cells>,
    rows: usize,
}

impl<W: io::Write + Send> Writer<W> {
    /// Begins `table` with the columns `more` at its right; `path` is for
    /// messages.
    ///
    /// # Errors
    /// When nothing can be written to `out`.
    pub fn new(out: W, path: &Path, table: Table, more: &'static [Column]) -> Result<Self> {
        let entries: Vec<Entry> =
            columns(table, more).map(|column| dictionary::entry(table.csv(), "", column)).collect();
        let types = entries.iter().map(|entry| Ok(Arc::new(Kind::of(entry).parquet(entry)?)));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("hypnic {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(metadata(&entries)))
            .build();
        let file = types
            .collect::<std::result::Result<Vec<_>, ParquetError>>()
            .and_then(|fields| {
                Type::group_type_builder(table.csv().trim_end_matches(".csv"))
                    .with_fields(fields)
                    .build()
            })
            .and_then(|schema| {
                SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))
            })
            .map_err(unwritten(path))?;
        let columns = entries.into_iter().map(Cells::new).collect();
        Ok(Self { path: path.to_owned(), file, columns, rows: 0 })
    }

    /// Adds a row: its cells as they stand in the CSV.
    ///
    /// # Errors
    /// A cell that is not of its column, or when the file cannot be written.
    pub fn push(&mut self, row: &ByteRecord) -> Result<()> {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let cell = row.get(index).unwrap_or_default();
            if column.push(cell).is_none() {
                return Err(Error::Input {
                    path: self.path.clone(),
                    at: Position::File,
                    found: format!(
                        "{:?} for the column {}",
                        String::from_utf8_lossy(cell),
                        column.entry.name
                    ),
                    expected: column.entry.kind.to_owned(),
                    help: "Make the tables again that it is made from.".to_owned(),
                });
            }
        }
        self.rows += 1;
        if self.rows == GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<W> {
        if self.rows > 0 {
            self.flush()?;
        }
        self.file.into_inner().map_err(unwritten(&self.path))
    }

    fn flush(&mut self) -> Result<()> {
        let mut group = || {
            let mut group = self.file.next_row_group()?;
            for column in &mut self.columns {
                let mut writer = group.next_column()?.expect("a writer a column of the schema");
                column.write(&mut writer)?;
                writer.close()?;
            }
            group.close().map(|_| ())
        };
        self.rows = 0;
        group().map_err(unwritten(&self.path))
    }
}

/// Unit, meaning and source of every column, by `NAME.unit` and so on.
fn metadata(entries: &[Entry]) -> Vec<KeyValue> {
    let pair = |key: String, value: &str| KeyValue::new(key, value.to_owned());
    let mut all = vec![
        pair("program".to_owned(), "hypnic"),
        pair("version".to_owned(), env!("CARGO_PKG_VERSION")),
        pair("note".to_owned(), NOTE),
    ];
    for Entry { name, unit, meaning, source, .. } in entries {
        if !unit.is_empty() {
            all.push(pair(format!("{name}.unit"), unit));
        }
        all.push(pair(format!("{name}.meaning"), meaning));
        all.push(pair(format!("{name}.source"), source));
    }
    all
}

fn unwritten(path: &Path) -> impl Fn(ParquetError) -> Error + use<> {
    let path = path.to_owned();
    move |error| Error::Write { path: path.clone(), source: io::Error::other(error.to_string()) }
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Count,
    Flag,
    Text,
}

impl Kind {
    fn of(entry: &Entry) -> Self {
        match entry.kind {
            "number" => Self::Number,
            "count" => Self::Count,
            "true/false" => Self::Flag,
            _ => Self::Text,
        }
    }

    fn parquet(self, entry: &Entry) -> std::result::Result<Type, ParquetError> {
        let (physical, logical) = match self {
            Self::Number => (Physical::DOUBLE, None),
            Self::Count => (Physical::INT32, Some(LogicalType::integer(32, false))),
            Self::Flag => (Physical::BOOLEAN, None),
            Self::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let repetition =
            if may_be_null(entry) { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        Type::primitive_type_builder(&entry.name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
    }
}

/// Text may always be: a CSV does not tell what is empty from what is not there.
fn may_be_null(entry: &Entry) -> bool {
    entry.may_be_empty || Kind::of(entry) == Kind::Text
}

/// The cells of a column in the group at hand.
struct Cells {
    entry: Entry,
    values: Values,
    /// 1 where there is a value, 0 where there is none.
    present: Vec<i16>,
}

enum Values {
    Numbers(Vec<f64>),
    Counts(Vec<i32>),
    Flags(Vec<bool>),
    /// All bytes, and where each text ends.
    Texts(Vec<u8>, Vec<usize>),
}

impl Cells {
    fn new(entry: Entry) -> Self {
        let values = match Kind::of(&entry) {
            Kind::Number => Values::Numbers(Vec::new()),
            Kind::Count => Values::Counts(Vec::new()),
            Kind::Flag => Values::Flags(Vec::new()),
            Kind::Text => Values::Texts(Vec::new(), Vec::new()),
        };
        Self { entry, values, present: Vec::new() }
    }

    /// `None` for a cell that is not of this column.
    fn push(&mut self, cell: &[u8]) -> Option<()> {
        let is_null = cell.is_empty() && may_be_null(&self.entry);
        self.present.push((!is_null).into());
        if is_null {
            return Some(());
        }
        let text = std::str::from_utf8(cell).ok()?;
        match &mut self.values {
            Values::Numbers(numbers) => numbers.push(text.parse().ok()?),
            // The bits of an unsigned number, as the format has them.
            Values::Counts(counts) => counts.push(text.parse::<u32>().ok()?.cast_signed()),
            Values::Flags(flags) => flags.push(text.parse().ok()?),
            Values::Texts(bytes, ends) => {
                bytes.extend_from_slice(cell);
                ends.push(bytes.len());
            }
        }
        Some(())
    }

    /// Writes the cells and forgets them.
    fn write(
        &mut self,
        to: &mut SerializedColumnWriter<'_>,
    ) -> std::result::Result<(), ParquetError> {
        let present = std::mem::take(&mut self.present);
        let levels = may_be_null(&self.entry).then_some(&present[..]);
        match &mut self.values {
            Values::Numbers(numbers) => {
                to.typed::<DoubleType>().write_batch(numbers, levels, None)?;
                numbers.clear();
            }
            Values::Counts(counts) => {
                to.typed::<Int32Type>().write_batch(counts, levels, None)?;
                counts.clear();
            }
            Values::Flags(flags) => {
                to.typed::<BoolType>().write_batch(flags, levels, None)?;
                flags.clear();
            }
            Values::Texts(bytes, ends) => {
                let bytes = ByteArray::from(std::mem::take(bytes));
                let mut begin = 0;
                let text = |end: usize| {
                    let text = bytes.slice(begin, end - begin);
                    begin = end;
                    text
                };
                let texts: Vec<ByteArray> = ends.drain(..).map(text).collect();
                to.typed::<ByteArrayType>().write_batch(&texts, levels, None)?;
            }
        }
        Ok(())
    }
}
