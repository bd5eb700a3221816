//! What became of every recording: the rows of `status.csv`, and how far an
//! output folder has come.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::journal::{Entry, Journal, Outcome};
use super::plan::{Item, Plan};
use super::results::{self, Made};
use crate::column::with_columns;
use crate::error::{Error, Position, Result};

/// The folder in the output folder that is this program's memory.
pub const MEMORY: &str = ".hypnic";

/// The plan, in it.
const PLAN: &str = "plan.csv";

/// What became of a recording, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is in the plan; nothing came of it yet.
    Missing,
    /// Two processes died of it.
    Crashed,
    /// It was refused; the reason says why.
    Failed,
    /// Its results are there.
    Done,
}

impl State {
    /// The name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Crashed => "crashed",
            Self::Failed => "failed",
            Self::Done => "done",
        }
    }
}

with_columns! {
    /// A row of `status.csv`.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct StatusRow {
        /// Name of the recording.
        pub file: String,
        /// Whose night it is.
        pub participant: String,
        /// What became of it.
        pub state: State,
        /// Why it failed or crashed; empty otherwise.
        pub reason: String,
        /// Time the analysis took, s: the one column that differs from run to run.
        pub seconds: Option<f64>,
        /// Version of the program; empty when nothing was done.
        pub version: String,
        /// BLAKE3 of the recording, if it could be read.
        pub input_blake3: String,
        /// BLAKE3 of the settings in effect for it.
        pub settings_blake3: String,
        /// Whether its charts were drawn.
        pub charts: bool,
        /// Whether it has a page.
        pub report: bool,
    }
}

impl StatusRow {
    /// What became of `item`, of which the result is `made`.
    pub fn new(item: &Item, made: Option<&Made>, journal: &Journal) -> Self {
        let row = Self {
            file: item.name.clone(),
            participant: item.participant.clone(),
            state: State::Missing,
            reason: String::new(),
            seconds: None,
            version: String::new(),
            input_blake3: String::new(),
            settings_blake3: String::new(),
            charts: false,
            report: false,
        };
        match made {
            Some(made) => row.of_result(made, journal),
            None => row.of_failure(journal.of(&item.name).next()),
        }
    }

    fn of_result(self, made: &Made, journal: &Journal) -> Self {
        let settings_blake3 = made.settings_blake3();
        let is_of_it = |entry: &&Entry| {
            entry.outcome == Outcome::Done
                && entry.seconds.is_some()
                && entry.blake3 == made.blake3()
                && entry.settings_blake3 == settings_blake3
                && entry.version == made.version
        };
        let seconds = journal.of(&self.file).find(is_of_it).and_then(|entry| entry.seconds);
        Self {
            state: State::Done,
            seconds,
            version: made.version.clone(),
            input_blake3: made.blake3().to_owned(),
            settings_blake3,
            charts: made.beside().charts,
            report: made.beside().report,
            ..self
        }
    }

    fn of_failure(self, entry: Option<&Entry>) -> Self {
        let Some(entry) = entry else { return self };
        let (state, reason) = match &entry.outcome {
            Outcome::Done => return self,
            Outcome::Failed { reason, .. } => (State::Failed, reason),
            Outcome::Crashed { reason } => (State::Crashed, reason),
        };
        Self {
            state,
            reason: reason.clone(),
            seconds: entry.seconds,
            version: entry.version.clone(),
            input_blake3: entry.blake3.clone(),
            settings_blake3: entry.settings_blake3.clone(),
            ..self
        }
    }
}

/// An output folder of batches: its plan and what came of it.
#[derive(Debug)]
pub struct Output {
    dir: PathBuf,
    /// The recordings.
    pub plan: Plan,
    journal: Journal,
}

impl Output {
    /// Whether `dir` is one.
    pub fn is_one(dir: &Path) -> bool {
        plan_file(dir).exists()
    }

    /// Reads the memory of `dir`.
    ///
    /// # Errors
    /// When it has none, or it cannot be read.
    pub fn read(dir: &Path) -> Result<Self> {
        fs::read_dir(dir).map_err(Error::read(dir))?;
        if !Self::is_one(dir) {
            return Err(Error::Input {
                path: dir.to_owned(),
                at: Position::File,
                found: "a folder without the plan of a batch".to_owned(),
                expected: "the folder that was given to `hypnic batch` as --out".to_owned(),
                help: "Run `hypnic batch FOLDER --out DIR` first.".to_owned(),
            });
        }
        let plan = Plan::read(&plan_file(dir))?;
        let journal = Journal::read(&dir.join(MEMORY))?;
        Ok(Self { dir: dir.to_owned(), plan, journal })
    }

    /// Folder of the results of an item.
    pub fn folder(&self, item: &Item) -> PathBuf {
        self.dir.join(results::folder_of(&item.name))
    }

    /// What became of an item.
    pub fn row(&self, item: &Item) -> StatusRow {
        StatusRow::new(item, Made::read(&self.folder(item)).as_ref(), &self.journal)
    }
}

/// Where the plan of the output folder `dir` is.
pub fn plan_file(dir: &Path) -> PathBuf {
    dir.join(MEMORY).join(PLAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_and_is_gone_is_missing_and_the_last_failure_counts() {
        let item = Item { name: "a.csv".to_owned(), ..Item::default() };
        let entry = |outcome| Entry {
            name: "a.csv".to_owned(),
            bytes: 1,
            modified_ns: 1,
            blake3: String::new(),
            settings_blake3: String::new(),
            version: "0.1.0".to_owned(),
            seconds: Some(1.0),
            outcome,
        };
        let mut journal = Journal::default();
        let state = |journal: &Journal| StatusRow::new(&item, None, journal).state;
        assert_eq!(state(&journal), State::Missing);
        journal.add(entry(Outcome::Crashed { reason: "signal 6".to_owned() }));
        assert_eq!(state(&journal), State::Crashed);
        journal.add(entry(Outcome::Failed { code: 65, reason: "empty".to_owned() }));
        assert_eq!(state(&journal), State::Failed);
        assert_eq!(StatusRow::new(&item, None, &journal).reason, "empty");
        journal.add(entry(Outcome::Done));
        assert_eq!(state(&journal), State::Missing);
    }
}
