//! What was typed and what it means; one file a subcommand. The only user of
//! clap.

mod agree;
mod analyze;
mod batch;
mod collate;
mod dictionary;
mod inspect;
mod labels;
mod made;
mod plot;
mod progress;
mod recording;
mod score;
mod simulate;
mod worker;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use hypnic::error::Error;

/// Finds and draws the movements of a night from an accelerometer recording.
///
/// Tells sudden jerks on falling asleep (hypnic starts) from leg movements that
/// return again and again (periodic limb movements) and from everything else.
///
/// Accelerometer findings, not a diagnosis.
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "Examples:
  hypnic analyze night.csv                     tables, charts and findings in night.hypnic/
  hypnic batch nights                          every recording below a folder
  hypnic inspect night.csv                     what the file is understood to be
  hypnic simulate --scene ankle-plm --out sim  a night with known truth
  hypnic plot night.hypnic                     draw the charts again from the tables
  hypnic agree night.hypnic marks.csv          how well it agrees with marks by hand

Exit codes: 0 done, 1 a batch ended with failures, 2 usage, 65 ill-formed input, 66 no such input,
73 cannot create output, 74 input or output failed."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Analyze(analyze::Args),
    Batch(batch::Args),
    Collate(collate::Args),
    Plot(plot::Args),
    Inspect(inspect::Args),
    Score(score::Args),
    Agree(agree::Args),
    Simulate(simulate::Args),
    Dictionary(dictionary::Args),
    /// Analyse the recordings of a batch, one a line
    #[command(hide = true)]
    BatchWorker,
}

/// Why a command stopped.
enum Stop {
    /// What the library says.
    Failed(Error),
    /// Standard output could not be written.
    Output(io::Error),
    /// What went wrong has been told; only its exit code is left to give.
    Told(Error),
    /// What came of many recordings has been told; this is its exit code.
    Ended(u8),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Parses, runs, and turns the result into an exit code. A closed pipe is no
/// error: who reads the first lines only has what was wanted.
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Analyze(args) => analyze::run(args),
        Command::Batch(args) => batch::run(args),
        Command::Collate(args) => collate::run(args),
        Command::Plot(args) => plot::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Score(args) => score::run(args),
        Command::Agree(args) => agree::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Dictionary(args) => dictionary::run(&args),
        Command::BatchWorker => worker::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stop::Output(error)) => {
            complain(&format!("standard output: cannot write: {error}"));
            ExitCode::from(74)
        }
        Err(Stop::Told(error)) => ExitCode::from(error.exit_code()),
        Err(Stop::Ended(code)) => ExitCode::from(code),
        Err(Stop::Failed(error)) => {
            complain(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}

/// Standard error may be closed too; then there is nobody to tell.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "hypnic: {message}");
}

/// A table of the recordings that failed.
fn failures(failed: &[(String, String)]) {
    /// Most that fit a terminal.
    const MOST: usize = 50;
    if failed.is_empty() {
        return;
    }
    complain(&format!("{} failed:", counted(failed.len(), "recording")));
    let width = failed.iter().take(MOST).map(|(file, _)| file.chars().count()).max().unwrap_or(0);
    for (file, reason) in failed.iter().take(MOST) {
        let _ = writeln!(io::stderr(), "  {file:<width$}  {reason}");
    }
    if failed.len() > MOST {
        let _ = writeln!(io::stderr(), "  and {} more, in status.csv", failed.len() - MOST);
    }
}

/// `1 night`, `12 nights`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The first few of many names.
fn named<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    /// Most that are told.
    const MOST: usize = 10;
    let more = names.len().saturating_sub(MOST);
    let mut told = names.take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 {
        told += &format!(" and {more} more");
    }
    told
}
