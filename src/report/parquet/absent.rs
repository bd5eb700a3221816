//! What stands for the files when the program was built without them.

use std::convert::Infallible;
use std::io;
use std::marker::PhantomData;
use std::path::Path;

use csv::ByteRecord;

use super::{Table, check, columns};
use crate::column::Column;
use crate::error::Result;

/// A file that cannot be written.
pub struct Writer<W>(Infallible, PhantomData<W>);

impl<W: io::Write + Send> Writer<W> {
    /// # Errors
    /// Always.
    pub fn new(_: W, _: &Path, table: Table, more: &'static [Column]) -> Result<Self> {
        let _ = columns(table, more);
        check().map(|()| unreachable!("the feature is not there"))
    }

    /// # Errors
    /// There is none to call it on.
    pub fn push(&mut self, _: &ByteRecord) -> Result<()> {
        match self.0 {}
    }

    /// # Errors
    /// There is none to call it on.
    pub fn finish(self) -> Result<W> {
        match self.0 {}
    }
}

/// A file that cannot be read.
pub struct Rows(Infallible);

impl Rows {
    /// # Errors
    /// Always.
    pub fn open(_: &Path, table: Table, more: &'static [Column]) -> Result<Self> {
        let _ = columns(table, more);
        check().map(|()| unreachable!("the feature is not there"))
    }
}

impl Iterator for Rows {
    type Item = Result<ByteRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.0 {}
    }
}
