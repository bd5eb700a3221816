//! The result folder of one recording: there whole, or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::html;
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
    /// Its files, of which this is the last.
    pub files: Vec<String>,
    file_bytes: Vec<u64>,
    /// The settings it was made with.
    pub settings: serde_json::Value,
    recording: Recording,
    /// Of several files, the hash of all.
    #[serde(default)]
    input_blake3: Option<String>,
    nights: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Recording {
    blake3: String,
}

impl Made {
    /// The result in `dir`, if there is one with all its files.
    ///
    /// A file of another size than was written is what a power cut leaves: nothing
    /// waits for the disk in [`Fresh::publish`]. XFS, Btrfs, and ext4 unless it is
    /// mounted with `data=writeback`, make a file longer on the disk only after its
    /// bytes, so one of the right size is right. This file is not whole without its
    /// last newline.
    pub fn read(dir: &Path) -> Option<Self> {
        let bytes = fs::read(dir.join(SUMMARY)).ok()?;
        let made: Self = serde_json::from_slice(bytes.strip_suffix(b"\n")?).ok()?;
        let is_there = |(name, bytes): (&String, &u64)| {
            fs::metadata(dir.join(name)).is_ok_and(|about| about.is_file() && about.len() == *bytes)
        };
        let is_whole = made.files.len() == made.file_bytes.len() + 1
            && made.files.iter().zip(&made.file_bytes).all(is_there);
        (made.program == PROGRAM && is_whole).then_some(made)
    }

    /// BLAKE3 of the recording it was made from.
    pub fn blake3(&self) -> &str {
        self.input_blake3.as_ref().unwrap_or(&self.recording.blake3)
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
}

impl<'a> Fresh<'a> {
    /// For a result that is to be at `dest`; it is made in `scratch`, which is on the
    /// same file system.
    ///
    /// # Errors
    /// When nothing can be made there.
    pub fn new(dest: &'a Path, scratch: &'a Path) -> Result<Self> {
        Ok(Self { dest, scratch, fresh: temporary(scratch)? })
    }

    /// Where the files are made, and where they will be.
    pub fn place(&self) -> Place<'_> {
        Place { made: self.fresh.path(), shown: self.dest }
    }

    /// Puts what was made in its place as one folder, by renaming it.
    ///
    /// Of two that put the same result at once the first stays: who collates meanwhile
    /// sees no moment without it.
    ///
    /// Whoever is killed leaves the whole result or none. Nothing waits for the disk:
    /// 2 ms for one file of each result and 13 ms for all are more than a short night
    /// takes. A power cut may shorten what was made in the last half minute, which
    /// [`Made::read`] sees, and the next run makes it again.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub fn publish(self) -> Result<()> {
        let Self { dest, scratch, fresh } = self;
        // A folder cannot be renamed onto one that is not empty. Whoever else puts
        // one between the removal and the renaming makes another round necessary.
        for _ in 0..100 {
            match fs::rename(fresh.path(), dest) {
                Ok(()) => {
                    // It has another name, and is to stay.
                    let _ = fresh.keep();
                    return Ok(());
                }
                Err(error) => match (error.kind(), dest.parent()) {
                    (io::ErrorKind::NotFound, Some(parent)) => {
                        fs::create_dir_all(parent).map_err(Error::write(parent))?;
                    }
                    (io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists, _) => {
                        let there = Made::read(dest);
                        if there.is_some() && there == Made::read(fresh.path()) {
                            return Ok(());
                        }
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
    if !dest.exists() {
        return Ok(());
    }
    let old = temporary(scratch)?;
    match fs::rename(dest, old.path().join("result")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::write(dest)(error)),
        _ => Ok(()),
    }
}

/// A folder in `scratch`, as any that the person makes: the default of tempfile is
/// theirs alone.
fn temporary(scratch: &Path) -> Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder
        .tempdir_in(scratch)
        .or_else(|error| match error.kind() {
            // Another run took it to be forgotten while this one was suspended.
            io::ErrorKind::NotFound => {
                fs::create_dir_all(scratch)?;
                builder.tempdir_in(scratch)
            }
            _ => Err(error),
        })
        .map_err(Error::write(scratch))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(dest: &Path, text: &str, scratch: &Path) -> Result<()> {
        let bytes = 1000 * text.len();
        let summary = format!(
            r#"{{"program":"hypnic","version":"0.1.0","files":["a.csv","summary.json"],"file_bytes":[{bytes}],"settings":{{"side":"left"}},"recording":{{"blake3":"{text}"}},"nights":[]}}"#
        ) + "\n";
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

    /// What a power cut may leave of files that were not waited for.
    #[test]
    fn a_result_that_is_cut_anywhere_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let dest = dir.path().join("night.csv.hypnic");
        for name in ["a.csv", SUMMARY] {
            put(&dest, "one", dir.path()).unwrap();
            let bytes = fs::read(dest.join(name)).unwrap();
            for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
                put(&dest, "one", dir.path()).unwrap();
                assert!(Made::read(&dest).is_some());
                fs::write(dest.join(name), &bytes[..length]).unwrap();
                assert_eq!(Made::read(&dest), None, "{name} of {length} bytes");
            }
        }
    }

    #[test]
    fn who_puts_the_same_result_again_leaves_it_where_it_is_at_any_moment() {
        let dir = tempfile::tempdir().unwrap();
        let dest = dir.path().join("night.csv.hypnic");
        put(&dest, "same", dir.path()).unwrap();
        let are_putting = std::sync::atomic::AtomicUsize::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        put(&dest, "same", dir.path()).unwrap();
                    }
                    are_putting.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
                });
            }
            while are_putting.load(std::sync::atomic::Ordering::Relaxed) > 0 {
                assert!(Made::read(&dest).is_some());
            }
        });
        assert_eq!(Made::read(&dest).unwrap().blake3(), "same");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_that_put_other_results_at_once_leave_one_of_them_whole() {
        let dir = tempfile::tempdir().unwrap();
        let dest = dir.path().join("night.csv.hypnic");
        std::thread::scope(|scope| {
            for text in ["one", "two", "three", "four"] {
                let (dest, scratch) = (&dest, dir.path());
                scope.spawn(move || {
                    for _ in 0..50 {
                        put(dest, text, scratch).unwrap();
                    }
                });
            }
        });
        assert!(Made::read(&dest).is_some());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_that_put_the_same_first_result_at_once_leave_one() {
        let dir = tempfile::tempdir().unwrap();
        let dest = dir.path().join("night.csv.hypnic");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| put(&dest, "same", dir.path()).unwrap());
            }
        });
        assert_eq!(Made::read(&dest).unwrap().blake3(), "same");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
