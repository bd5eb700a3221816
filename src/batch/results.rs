//! The result folder of one recording: there whole, or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::html;
use crate::report::files;
use crate::report::folder::{Place, SUMMARY};
use crate::report::json::PROGRAM;

/// The folder of all results, in the output folder.
pub const RESULTS: &str = "results";

/// Where the results of the recording `name` are, from the output folder on.
pub fn folder_of(name: &str) -> PathBuf {
    Path::new(RESULTS).join(format!("{name}.hypnic"))
}

/// What is made of a recording beside its tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// The charts as files.
    pub charts: bool,
    /// The page.
    pub report: bool,
    /// The tables as Parquet; a batch has them of the whole only.
    pub parquet: bool,
}

/// What a result says of itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Made {
    program: String,
    /// Version of the program that made it.
    pub version: String,
    /// Its files.
    pub files: Vec<String>,
    /// The settings it was made with.
    pub settings: serde_json::Value,
    recording: Recording,
    nights: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Recording {
    blake3: String,
}

impl Made {
    /// The result in `dir`, if there is one with all its files. None of them is
    /// ever empty, except after the power failed before the disk had them.
    pub fn read(dir: &Path) -> Option<Self> {
        let bytes = fs::read(dir.join(SUMMARY)).ok()?;
        let made: Self = serde_json::from_slice(&bytes).ok()?;
        let is_there = |name: &String| {
            fs::metadata(dir.join(name)).is_ok_and(|about| about.is_file() && about.len() > 0)
        };
        let is_whole = made.files.iter().all(is_there);
        (made.program == PROGRAM && is_whole).then_some(made)
    }

    /// BLAKE3 of the recording it was made from.
    pub fn blake3(&self) -> &str {
        &self.recording.blake3
    }

    /// BLAKE3 of [`Self::settings`].
    pub fn settings_blake3(&self) -> String {
        settings_blake3(&self.settings)
    }

    /// What of it is there.
    pub fn beside(&self) -> Beside {
        let has = |ending: &str| self.files.iter().any(|name| name.ends_with(ending));
        Beside { charts: has(".svg"), report: has(html::REPORT), parquet: has(".parquet") }
    }

    /// Whether it has what is wanted; without a night there is nothing to draw.
    pub fn has(&self, wanted: Beside) -> bool {
        let there = self.beside();
        (there.charts || !wanted.charts || self.nights.is_empty())
            && (there.report || !wanted.report)
            && (there.parquet || !wanted.parquet)
    }
}

/// BLAKE3 of settings: of their JSON, in which keys are in order.
pub fn settings_blake3(settings: &serde_json::Value) -> String {
    blake3::hash(settings.to_string().as_bytes()).to_hex().to_string()
}

/// A folder in which the files of a result are made.
pub struct Fresh<'a> {
    dest: &'a Path,
    scratch: &'a Path,
    fresh: TempDir,
    result: PathBuf,
}

impl<'a> Fresh<'a> {
    /// For a result that is to be at `dest`; it is made in `scratch`, which is on the
    /// same file system.
    ///
    /// # Errors
    /// When nothing can be made there.
    pub fn new(dest: &'a Path, scratch: &'a Path) -> Result<Self> {
        let fresh = temporary(scratch)?;
        // The temporary is for its maker alone; the folder in it is as others are.
        let result = fresh.path().join("result");
        fs::create_dir(&result).map_err(Error::write(&result))?;
        Ok(Self { dest, scratch, fresh, result })
    }

    /// Where the files are made, and where they will be.
    pub fn place(&self) -> Place<'_> {
        Place { made: &self.result, shown: self.dest }
    }

    /// Puts what was made in its place as one folder, by renaming it.
    ///
    /// Of two that put the same result at once one wins; both are the same bytes.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub fn publish(self) -> Result<()> {
        let Self { dest, scratch, fresh: _fresh, result } = self;
        // One file waits for the disk, 2 ms, and the file system writes what came
        // before it along; all would be 13 ms, more than a short night takes. What a
        // power cut leaves of the others is seen to be empty.
        files::sync(&result.join(SUMMARY)).map_err(Error::write(&dest.join(SUMMARY)))?;
        if let Some(parent) = dest.parent() {
            fs::create_dir_all(parent).map_err(Error::write(parent))?;
        }
        // A folder cannot be renamed onto one that is not empty. Whoever else puts
        // one between the removal and the renaming makes another round necessary.
        for _ in 0..100 {
            match fs::rename(&result, dest) {
                Ok(()) => return Ok(()),
                Err(error) => match error.kind() {
                    io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
                        remove(dest, scratch)?;
                    }
                    _ => return Err(Error::write(dest)(error)),
                },
            }
        }
        Err(Error::write(dest)(io::Error::other("another process keeps putting results here")))
    }
}

/// Takes the result at `dest` away, if there is one: at once, by renaming it
/// into `scratch`.
///
/// # Errors
/// When it cannot be moved.
pub fn remove(dest: &Path, scratch: &Path) -> Result<()> {
    let old = temporary(scratch)?;
    match fs::rename(dest, old.path().join("result")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::write(dest)(error)),
        _ => Ok(()),
    }
}

/// A folder in `scratch`, which another run may have taken to be forgotten while
/// this one was suspended.
fn temporary(scratch: &Path) -> Result<tempfile::TempDir> {
    fs::create_dir_all(scratch).map_err(Error::write(scratch))?;
    tempfile::tempdir_in(scratch).map_err(Error::write(scratch))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(dest: &Path, text: &str, scratch: &Path) -> Result<()> {
        let summary = format!(
            r#"{{"program":"hypnic","version":"0.1.0","files":["a.csv"],"settings":{{"side":"left"}},"recording":{{"blake3":"{text}"}},"nights":[]}}"#
        );
        let fresh = Fresh::new(dest, scratch)?;
        fresh.place().put("a.csv", text.repeat(1000).as_bytes())?;
        fresh.place().put(SUMMARY, summary.as_bytes())?;
        fresh.publish()
    }

    #[test]
    fn a_result_replaces_the_earlier_one_whole() {
        let dir = tempfile::tempdir().unwrap();
        let (dest, scratch) = (dir.path().join("p1/night.csv.hypnic"), dir.path().join("scratch"));
        fs::create_dir(&scratch).unwrap();
        assert_eq!(Made::read(&dest), None);
        put(&dest, "one", &scratch).unwrap();
        fs::write(dest.join("extra.svg"), "").unwrap();
        put(&dest, "two", &scratch).unwrap();
        assert_eq!(Made::read(&dest).unwrap().blake3(), "two");
        assert!(!dest.join("extra.svg").exists());
        fs::remove_file(dest.join("a.csv")).unwrap();
        assert_eq!(Made::read(&dest), None, "a file is missing");
        remove(&dest, &scratch).unwrap();
        remove(&dest, &scratch).unwrap();
        assert!(!dest.exists());
        assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0);
    }

    #[test]
    fn two_that_put_the_same_result_at_once_leave_one() {
        let dir = tempfile::tempdir().unwrap();
        let dest = dir.path().join("night.csv.hypnic");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        put(&dest, "same", dir.path()).unwrap();
                    }
                });
            }
        });
        assert_eq!(Made::read(&dest).unwrap().blake3(), "same");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
