//! One run: what of a share of the plan is not done yet is given to workers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::journal::{Entry, Journal, Outcome, Writer};
use super::plan::{Item, Plan, Share};
use super::pool::{Ended, Pool};
use super::results::{self, Beside, Made};
use super::scratch::{self, Scratch};
use super::status::{MEMORY, plan_file};
use crate::error::{Error, Result};
use crate::report::files::replace;

/// What is to be done, and how.
pub struct Job<'a> {
    /// The output folder.
    pub out: &'a Path,
    /// All recordings; dealt into shares if there is a share.
    pub plan: &'a Plan,
    /// The part to be done; `None` for all.
    pub share: Option<Share>,
    /// The settings in effect for a recording.
    pub settings: &'a dyn Fn(&Item) -> Result<Value>,
    /// What is made beside the tables.
    pub beside: Beside,
    /// How many are analysed at a time.
    pub jobs: usize,
    /// The command of a worker, which reads [`Task`]s and writes [`Answer`]s.
    pub worker: &'a (dyn Fn() -> Command + Sync),
    /// Set when the run is to stop.
    pub stop: &'a AtomicBool,
}

/// What a worker is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    /// Which item of the plan; of no use to the worker.
    #[serde(skip)]
    index: usize,
    /// The recording: its file, or its files, one a sensor.
    pub files: Vec<PathBuf>,
    /// Where its results go.
    pub dest: PathBuf,
    /// A folder for temporaries on the same file system.
    pub scratch: PathBuf,
    /// The settings in effect; of several files a list, in their order.
    pub settings: Value,
    /// What is made beside the tables.
    pub beside: Beside,
    /// BLAKE3 of the recording the results that are there were made from: when
    /// it still has it, nothing is to be done.
    pub made_of: Option<String>,
}

/// What a worker answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// What came of the recording.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// BLAKE3 of the recording; empty if it could not be read.
    pub blake3: String,
    /// Time it took, s.
    pub seconds: f64,
    /// That the results that were there hold.
    pub is_as_before: bool,
    /// That the results cannot be written, and why: no fault of the recording.
    pub unwritable: Option<String>,
}

/// What happens while a job runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event<'a> {
    /// It is known what is to be done.
    Start {
        /// Recordings of this share.
        recordings: usize,
        /// Of these, done before.
        as_before: usize,
        /// To be done, recordings.
        to_do: usize,
        /// To be done, bytes.
        bytes: u64,
    },
    /// A recording came to an end.
    Recording {
        /// Its name.
        file: &'a str,
        /// Its size.
        bytes: u64,
        /// What came of it.
        #[serde(flatten)]
        outcome: &'a Outcome,
        /// Time it took, s.
        seconds: f64,
    },
    /// The job came to an end.
    End {
        /// Recordings done in this run.
        done: usize,
        /// Done before.
        as_before: usize,
        /// Failed, now or before.
        failed: usize,
        /// Left undone because the run was asked to stop.
        left: usize,
    },
}

/// What came of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Recordings analysed in this run.
    pub done: usize,
    /// Recordings whose results were there.
    pub as_before: usize,
    /// Names of those that failed, now or before, and why.
    pub failed: Vec<(String, String)>,
    /// Recordings left undone because the run was asked to stop.
    pub left: usize,
}

/// Does a job. Recordings that fail are told and counted, and stop nothing.
///
/// # Errors
/// When the output folder cannot be written, or no worker can be started.
pub fn run(job: &Job, tell: &mut dyn FnMut(Event)) -> Result<Tally> {
    let memory = job.out.join(MEMORY);
    fs::create_dir_all(&memory).map_err(Error::write(&memory))?;
    replace(&plan_file(job.out), &job.plan.encode())?;
    scratch::sweep(job.out, &memory);
    let scratch = Scratch::new(&memory)?;
    let journal = Journal::read(&memory)?;
    let mut tally = Tally::default();
    let tasks = tasks(job, &journal, scratch.path(), &mut tally)?;
    tell(Event::Start {
        recordings: tasks.len() + tally.as_before + tally.failed.len(),
        as_before: tally.as_before,
        to_do: tasks.len(),
        bytes: tasks.iter().map(|task| job.plan.items[task.index].bytes()).sum(),
    });
    let journal = Writer::new(&memory, &format!("{}-{}", scratch::host(), std::process::id()));
    let to_do = tasks.len();
    let mut records = Records { job, tally, ended: 0, journal, unwritable: None };
    let pool =
        Pool { command: job.worker, jobs: job.jobs, scratch: scratch.path(), stop: job.stop };
    pool.run(&tasks, &mut |task, ended| records.take(task, ended, tell))?;
    let Records { mut tally, ended, unwritable, .. } = records;
    if let Some(error) = unwritable {
        return Err(error);
    }
    tally.left = to_do - ended;
    tally.failed.sort();
    tell(Event::End {
        done: tally.done,
        as_before: tally.as_before,
        failed: tally.failed.len(),
        left: tally.left,
    });
    Ok(tally)
}

/// What is to be done, the largest first; what is not goes into the tally.
fn tasks(job: &Job, journal: &Journal, scratch: &Path, tally: &mut Tally) -> Result<Vec<Task>> {
    let mut tasks = Vec::new();
    for index in job.plan.largest_first() {
        let item = &job.plan.items[index];
        if job.share.is_some_and(|share| share.number != item.shard) {
            continue;
        }
        let settings = (job.settings)(item)?;
        let dest = job.out.join(results::folder_of(&item.name));
        let made_of = match need(item, &settings, job.beside, Made::read(&dest), journal) {
            Need::Nothing => {
                tally.as_before += 1;
                continue;
            }
            Need::NothingFailed(reason) => {
                tally.failed.push((item.name.clone(), reason));
                continue;
            }
            Need::Check(blake3) => Some(blake3),
            Need::All => None,
        };
        tasks.push(Task {
            index,
            files: item.paths(),
            dest,
            scratch: scratch.to_owned(),
            settings,
            beside: job.beside,
            made_of,
        });
    }
    Ok(tasks)
}

/// What a recording needs.
enum Need {
    /// Its results are there.
    Nothing,
    /// It failed before and would again.
    NothingFailed(String),
    /// There are results of a recording with this hash, which may be this one.
    Check(String),
    /// An analysis.
    All,
}

/// Size and time are looked at first; only what changed there is hashed.
fn need(
    item: &Item,
    settings: &Value,
    beside: Beside,
    made: Option<Made>,
    journal: &Journal,
) -> Need {
    if let Some(made) = made {
        let fits = made.version == env!("CARGO_PKG_VERSION")
            && made.settings == *settings
            && made.has(beside);
        return match journal.blake3(&item.name, item.bytes(), item.modified_ns()) {
            _ if !fits => Need::All,
            Some(blake3) if blake3 == made.blake3() => Need::Nothing,
            Some(_) => Need::All,
            None => Need::Check(made.blake3().to_owned()),
        };
    }
    // What was wrong with the bytes or the settings is wrong again; what the
    // machine was to blame for may go well now.
    let is_same = |entry: &&Entry| {
        (entry.bytes, entry.modified_ns) == (item.bytes(), item.modified_ns())
            && entry.version == env!("CARGO_PKG_VERSION")
            && entry.settings_blake3 == results::settings_blake3(settings)
    };
    match journal.of(&item.name).next().filter(is_same).map(|entry| &entry.outcome) {
        Some(Outcome::Failed { code: 2 | 65, reason }) => Need::NothingFailed(reason.clone()),
        _ => Need::All,
    }
}

/// Keeps the account while workers answer.
struct Records<'a> {
    job: &'a Job<'a>,
    tally: Tally,
    /// Recordings that came to an end in this run.
    ended: usize,
    journal: Writer,
    /// Why the output can no longer be written.
    unwritable: Option<Error>,
}

impl Records<'_> {
    fn take(&mut self, task: &Task, ended: Ended<Answer>, tell: &mut dyn FnMut(Event)) {
        let item = &self.job.plan.items[task.index];
        let answer = match ended {
            Ended::Dropped => return,
            Ended::Answered(Answer { unwritable: Some(why), .. }) => {
                return self.give_up(Error::write(&task.dest)(std::io::Error::other(why)));
            }
            Ended::Answered(answer) => answer,
            Ended::Died(reason) => {
                let outcome = Outcome::Crashed { reason };
                let blake3 = String::new();
                Answer { outcome, blake3, seconds: 0.0, is_as_before: false, unwritable: None }
            }
        };
        if answer.outcome != Outcome::Done
            && let Err(error) = results::remove(&task.dest, &task.scratch)
        {
            return self.give_up(error);
        }
        let Answer { outcome, blake3, is_as_before, .. } = answer;
        let seconds = (answer.seconds * 1e3).round() / 1e3;
        let entry = Entry {
            name: item.name.clone(),
            bytes: item.bytes(),
            modified_ns: item.modified_ns(),
            blake3,
            settings_blake3: results::settings_blake3(&task.settings),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seconds: (!is_as_before).then_some(seconds),
            outcome,
        };
        if let Err(error) = self.journal.write(&entry) {
            return self.give_up(error);
        }
        self.ended += 1;
        match &entry.outcome {
            Outcome::Done if is_as_before => self.tally.as_before += 1,
            Outcome::Done => self.tally.done += 1,
            Outcome::Failed { reason, .. } | Outcome::Crashed { reason } => {
                self.tally.failed.push((item.name.clone(), reason.clone()));
            }
        }
        let (file, bytes, outcome) = (item.name.as_str(), item.bytes(), &entry.outcome);
        tell(Event::Recording { file, bytes, outcome, seconds });
    }

    /// Without an output there is no use in going on.
    fn give_up(&mut self, error: Error) {
        self.job.stop.store(true, Ordering::Relaxed);
        self.unwritable.get_or_insert(error);
    }
}
