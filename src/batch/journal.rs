//! What was done, line by line: which bytes a file had, and what came of it.
//!
//! Every run appends to a journal of its own, so that nothing is shared between
//! machines; a line that was cut off by the end of its run is passed over. The
//! journal is a memory, not the truth: whether a result is there is seen in
//! the result.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What came of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outcome {
    /// Its results are there.
    Done,
    /// It was refused.
    Failed {
        /// [`Error::exit_code`].
        code: u8,
        /// The message.
        reason: String,
    },
    /// The process that analysed it ended, twice.
    Crashed {
        /// How.
        reason: String,
    },
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Name of the recording.
    pub name: String,
    /// Size of its file, or files.
    pub bytes: u64,
    /// When it was last changed: [`super::plan::Item::modified_ns`].
    pub modified_ns: u64,
    /// BLAKE3 of the recording; empty if it could not be read.
    pub blake3: String,
    /// BLAKE3 of the settings in effect for it.
    pub settings_blake3: String,
    /// Version of the program.
    pub version: String,
    /// Time the analysis took, s; `None` when only the hash was looked at.
    pub seconds: Option<f64>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The lines of all runs, by recording, the oldest first.
#[derive(Debug, Default)]
pub struct Journal(HashMap<String, Vec<Entry>>);

const PREFIX: &str = "journal-";

impl Journal {
    /// Reads all journals in `dir`.
    ///
    /// # Errors
    /// A journal that cannot be read.
    pub fn read(dir: &Path) -> Result<Self> {
        let mut journal = Self::default();
        let Ok(entries) = fs::read_dir(dir) else { return Ok(journal) };
        let is_journal = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
        };
        let mut paths: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(is_journal).collect();
        // The name begins with the time.
        paths.sort();
        for path in paths {
            let text = fs::read(&path).map_err(Error::read(&path))?;
            for line in text.split(|byte| *byte == b'\n') {
                if let Ok(entry) = serde_json::from_slice(line) {
                    journal.add(entry);
                }
            }
        }
        Ok(journal)
    }

    /// Takes up an entry.
    pub fn add(&mut self, entry: Entry) {
        self.0.entry(entry.name.clone()).or_default().push(entry);
    }

    /// What is known of a recording, the latest first.
    pub fn of(&self, name: &str) -> impl Iterator<Item = &Entry> {
        self.0.get(name).into_iter().flatten().rev()
    }

    /// The hash of a file that has not changed in size and time since it was
    /// hashed.
    pub fn blake3(&self, name: &str, bytes: u64, modified_ns: u64) -> Option<&str> {
        self.of(name)
            .find(|entry| {
                (entry.bytes, entry.modified_ns) == (bytes, modified_ns) && !entry.blake3.is_empty()
            })
            .map(|entry| entry.blake3.as_str())
    }
}

/// The journal of this run; the file is made with its first line.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    file: Option<File>,
}

impl Writer {
    /// A journal in `dir`, named by the time, `run` and nothing else.
    pub fn new(dir: &Path, run: &str) -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now_ms = now.map_or(0, |since| since.as_millis());
        Self { path: dir.join(format!("{PREFIX}{now_ms:015}-{run}.jsonl")), file: None }
    }

    /// Appends a line, whole or cut, never mixed with another.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, entry: &Entry) -> Result<()> {
        let mut line = serde_json::to_vec(entry).expect("plain data becomes JSON");
        line.push(b'\n');
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = File::options().create_new(true).append(true).open(&self.path);
                self.file.insert(file.map_err(Error::write(&self.path))?)
            }
        };
        file.write_all(&line).map_err(Error::write(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, blake3: &str, outcome: Outcome) -> Entry {
        Entry {
            name: name.to_owned(),
            bytes: 7,
            modified_ns: 11,
            blake3: blake3.to_owned(),
            settings_blake3: "s".to_owned(),
            version: "0.1.0".to_owned(),
            seconds: Some(0.25),
            outcome,
        }
    }

    #[test]
    fn journals_of_several_runs_are_one_memory_and_a_cut_line_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let failed = Outcome::Failed { code: 65, reason: "no axes".to_owned() };
        let mut first = Writer::new(dir.path(), "a-1");
        first.write(&entry("x", "old", failed.clone())).unwrap();
        first.write(&entry("y", "", failed)).unwrap();
        let mut second = Writer::new(dir.path(), "b-2");
        second.write(&entry("x", "new", Outcome::Done)).unwrap();
        let mut cut = fs::read(&second.path).unwrap();
        cut.extend_from_slice(b"{\"name\":\"x\",\"byt");
        fs::write(&second.path, cut).unwrap();

        let journal = Journal::read(dir.path()).unwrap();
        let of_x: Vec<_> = journal.of("x").map(|entry| entry.blake3.as_str()).collect();
        assert_eq!(of_x, ["new", "old"]);
        assert_eq!(journal.blake3("x", 7, 11), Some("new"));
        assert_eq!(journal.blake3("x", 8, 11), None);
        assert_eq!(journal.blake3("y", 7, 11), None);
    }

    #[test]
    fn a_run_that_does_nothing_leaves_no_journal() {
        let dir = tempfile::tempdir().unwrap();
        drop(Writer::new(dir.path(), "a-1"));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
