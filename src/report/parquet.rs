//! The tables as Parquet, for DuckDB, polars, Spark and their like: the rows of
//! the CSV with the types of [`Column`], what is empty as null, and unit, meaning
//! and source of every column in the metadata of the file.
//!
//! Rows are made from those of the CSV, so that both hold the same values. A
//! time stays the text it is, ISO 8601 with its offset: nights of people in
//! several zones, and of recorders without one, share a column.
//!
//! Built with the feature `parquet` only; without it [`Writer`] and [`Rows`] are
//! there and refuse.

#[cfg(not(feature = "parquet"))]
mod absent;
#[cfg(feature = "parquet")]
mod read;
#[cfg(feature = "parquet")]
mod write;

#[cfg(not(feature = "parquet"))]
pub use absent::{Rows, Writer};
#[cfg(feature = "parquet")]
pub use read::Rows;
#[cfg(feature = "parquet")]
pub use write::Writer;

use std::io::Write as _;
use std::path::Path;

use csv::ByteRecord;

use super::folder::Place;
use super::tables::Table;
use crate::column::Column;
use crate::error::{Error, Result};

/// Refuses when the program was built without it.
///
/// # Errors
/// Without the feature `parquet`.
pub fn check() -> Result<()> {
    if cfg!(feature = "parquet") {
        return Ok(());
    }
    Err(Error::Setting {
        name: "--parquet",
        problem: "this program was built without Parquet; build it with `cargo build --release \
                  --features parquet`"
            .to_owned(),
    })
}

/// Makes the tables, which are there as CSV, as Parquet too.
///
/// # Errors
/// Without the feature `parquet`; when they cannot be read or written.
pub fn write(place: Place) -> Result<()> {
    for table in Table::ALL {
        let (csv, name) = (place.made.join(table.csv()), table.parquet());
        let path = place.shown.join(name);
        let mut file = Writer::new(place.create(name)?, &path, table, &[])?;
        let mut rows = csv::Reader::from_path(&csv).map_err(unread(&csv))?;
        let mut row = ByteRecord::new();
        while rows.read_byte_record(&mut row).map_err(unread(&csv))? {
            file.push(&row)?;
        }
        file.finish()?.flush().map_err(Error::write(&path))?;
    }
    Ok(())
}

fn unread(path: &Path) -> impl Fn(csv::Error) -> Error {
    move |error| Error::read(path)(error.into())
}

/// The columns of a table, and what stands behind them.
fn columns(table: Table, more: &'static [Column]) -> impl Iterator<Item = &'static Column> {
    table.columns().iter().chain(more)
}
