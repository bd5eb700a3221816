//! The one error type. Only edges fail: readers, builders and writers return
//! [`Result`]; filters, detection, scoring and summary cannot.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What a reader, a builder or a writer returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the work cannot go on. Every message names the file, the row or byte,
/// what was found, what was expected, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or stream could not be read.
    #[error("{}: cannot read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A result could not be written.
    #[error("{}: cannot write: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Something is in the way of a result and was not written by this program.
    #[error("{}: is in the way and was not written by hypnic; {help}", path.display())]
    InTheWay {
        /// The file or folder.
        path: PathBuf,
        /// What to do.
        help: String,
    },
    /// The input is not what it should be.
    #[error("{}{at}: found {found}; expected {expected}. {help}", path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// Where in the file.
        at: Position,
        /// What stands there, in words or quoted.
        found: String,
        /// What should stand there.
        expected: String,
        /// What the person can do, a sentence.
        help: String,
    },
    /// A setting is outside its range or contradicts another.
    #[error("{name}: {problem}")]
    Setting {
        /// The flag or key.
        name: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
}

/// A place in an input file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The file as a whole.
    File,
    /// A row of text, counted from 1 as an editor does.
    Row(u64),
    /// A byte of binary data, counted from 0.
    Byte(u64),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Row(row) => write!(f, ", row {row}"),
            Self::Byte(byte) => write!(f, ", byte {byte}"),
        }
    }
}

impl Error {
    /// A read error of `path`; made to be used with `map_err`.
    pub fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    /// A write error of `path`; made to be used with `map_err`.
    pub fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    /// The exit code of `sysexits.h` that fits: 2 usage, 65 ill-formed input,
    /// 66 no such input, 73 cannot create, 74 input or output failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Setting { .. } => 2,
            Self::Input { .. } => 65,
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => 66,
            Self::InTheWay { .. } => 73,
            Self::Write { source, .. } => match source.kind() {
                io::ErrorKind::NotFound
                | io::ErrorKind::PermissionDenied
                | io::ErrorKind::AlreadyExists
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::ReadOnlyFilesystem => 73,
                _ => 74,
            },
            Self::Read { .. } => 74,
        }
    }
}
