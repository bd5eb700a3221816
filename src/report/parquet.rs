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

use std::path::Path;

use csv::ByteRecord;

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

/// Files of the tables in `csv` (names and bytes, others are passed over):
/// names and bytes as Parquet.
///
/// # Errors
/// Without the feature `parquet`.
pub fn encoded(csv: &[(String, Vec<u8>)]) -> Result<Vec<(String, Vec<u8>)>> {
    let of = |table: Table| {
        let bytes = csv.iter().find(|(name, _)| name == table.csv()).map(|(_, bytes)| bytes)?;
        Some(encode(table, bytes).map(|bytes| (table.parquet().to_owned(), bytes)))
    };
    Table::ALL.into_iter().filter_map(of).collect()
}

fn encode(table: Table, csv: &[u8]) -> Result<Vec<u8>> {
    let mut file = Writer::new(Vec::new(), Path::new(table.parquet()), table, &[])?;
    let mut rows = csv::Reader::from_reader(csv);
    let mut row = ByteRecord::new();
    while rows.read_byte_record(&mut row).expect("the table was encoded in memory") {
        file.push(&row)?;
    }
    file.finish()
}

/// The columns of a table, and what stands behind them.
fn columns(table: Table, more: &'static [Column]) -> impl Iterator<Item = &'static Column> {
    table.columns().iter().chain(more)
}
