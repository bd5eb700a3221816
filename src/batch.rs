//! Many recordings: a folder of nights, or a cohort larger than one machine.
//!
//! ```text
//! folder ─find─┐
//!              ├─▶ plan ─share─▶ run: a pool of worker processes ─▶ results/ + journal
//! manifest ────┘                                                        │
//!                         tables of the whole and the overview ◀─collate┘
//! ```
//!
//! [`run`](run::run) is that picture. The output folder is its own memory:
//! `results/NAME.hypnic` holds what `analyze` gives for a recording, put there
//! by rename, whole or not at all; `.hypnic/` remembers the plan, and in the
//! [`journal`] what was hashed and what failed. Whatever else stands in the
//! folder is derived from these by [`collate`], so that any number of runs, on
//! any number of machines, interrupted anywhere, end in the same bytes.
//!
//! Absent on purpose: a scheduler. A run takes one share of a plan; Slurm, or
//! whatever a site has, starts the runs (`scripts/cluster`).

pub mod collate;
pub mod find;
pub mod journal;
pub mod manifest;
pub mod overview;
pub mod participants;
pub mod plan;
pub mod pool;
pub mod results;
pub mod run;
pub mod scratch;
pub mod status;

use crate::report::dictionary::{self, Entry};
use crate::report::tables::OF_WHICH;

/// What the tables of the whole add to the data dictionary.
pub fn entries() -> Vec<Entry> {
    let mut entries = dictionary::of("nights.csv, movements.csv of a batch", OF_WHICH);
    entries.extend(dictionary::of(collate::STATUS, status::StatusRow::COLUMNS));
    entries.extend(participants::entries());
    entries
}
