//! Columns of their types become rows of text again, as they stand in the CSV.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::record::Field;
use parquet::record::reader::RowIter;

use super::{Table, columns};
use crate::column::Column;
use crate::error::{Error, Position, Result};
use crate::report::files;

/// The rows of a table that [`super::Writer`] wrote.
pub struct Rows {
    path: PathBuf,
    rows: RowIter<'static>,
}

impl Rows {
    /// Opens the file at `path`, which must have the columns of `table` and
    /// `more`.
    ///
    /// # Errors
    /// A file that is not there, no Parquet, or has other columns.
    pub fn open(path: &Path, table: Table, more: &'static [Column]) -> Result<Self> {
        let file = File::open(path).map_err(Error::read(path))?;
        let reader = SerializedFileReader::new(file).map_err(|error| broken(path, &error))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let present = schema.columns().iter().map(|column| column.name());
        let expected: Vec<&str> = columns(table, more).map(|column| column.name).collect();
        if !present.eq(expected.iter().copied()) {
            return Err(Error::Input {
                path: path.to_owned(),
                at: Position::File,
                found: "other columns".to_owned(),
                expected: format!("the columns {}", expected.join(",")),
                help: "A result of another version is made again by running the batch again."
                    .to_owned(),
            });
        }
        Ok(Self { path: path.to_owned(), rows: RowIter::from_file_into(Box::new(reader)) })
    }
}

impl Iterator for Rows {
    type Item = Result<ByteRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next()?.map_err(|error| broken(&self.path, &error));
        Some(row.map(|row| row.get_column_iter().map(|(name, cell)| text(name, cell)).collect()))
    }
}

fn text(column: &str, cell: &Field) -> String {
    match cell {
        Field::Null => String::new(),
        Field::Bool(flag) => flag.to_string(),
        Field::UInt(count) => count.to_string(),
        Field::Double(number) => files::cell(column, *number),
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    }
}

fn broken(path: &Path, error: &ParquetError) -> Error {
    if let ParquetError::External(source) = error
        && let Some(source) = source.downcast_ref::<io::Error>()
    {
        return Error::read(path)(io::Error::new(source.kind(), source.to_string()));
    }
    Error::Input {
        path: path.to_owned(),
        at: Position::File,
        found: error.to_string(),
        expected: "a Parquet file as this program writes it".to_owned(),
        help: "Run `hypnic collate` with --parquet again.".to_owned(),
    }
}
