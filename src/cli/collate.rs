//! `hypnic collate`: the results of several batches as one set of tables.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;

use hypnic::batch::collate::{Collated, Form, OVERVIEW, collate};
use hypnic::report::parquet;

use super::Stop;

/// Merge the results of batches, such as the shards of one, into one table set
///
/// Gives the bytes that one batch over everything would have given, whatever the
/// order of the folders; what was collated may be collated again. Tells which
/// recordings are missing, double, or made with other settings. Two unequal
/// results of one recording are refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hypnic collate shard-1 shard-2 shard-3 --out cohort
  hypnic collate cohort --out cohort          the tables of a folder that many batches share

Exit codes: 0 complete, 1 recordings are missing or failed, 65 results that do
not go together.")]
pub struct Args {
    /// Output folders of `hypnic batch` or `hypnic collate`
    #[arg(value_name = "DIR", required = true)]
    dirs: Vec<PathBuf>,
    /// Folder of the tables
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write movements, nights and epochs as Parquet too
    #[arg(long)]
    parquet: bool,
    /// End with 0 though recordings failed
    #[arg(long)]
    allow_failures: bool,
    /// Print nothing but what is amiss
    #[arg(long)]
    quiet: bool,
}

/// Runs the command.
pub fn run(args: Args) -> Result<(), Stop> {
    let collated = collate(&args.dirs, &args.out, form(args.parquet)?)?;
    if !args.quiet {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{}", told(&collated))?;
        writeln!(stdout, "The overview: {}", args.out.join(OVERVIEW).display())?;
        stdout.flush()?;
    }
    amiss(&collated);
    let is_failed = !collated.failed.is_empty() && !args.allow_failures;
    if is_failed || !collated.missing.is_empty() { Err(Stop::Ended(1)) } else { Ok(()) }
}

/// The form of the tables of the whole, if the program can write it.
pub(super) fn form(parquet: bool) -> hypnic::error::Result<Form> {
    if !parquet {
        return Ok(Form::Csv);
    }
    parquet::check()?;
    Ok(Form::AlsoParquet)
}

fn told(collated: &Collated) -> String {
    let mut told = format!(
        "{} of {}, {} failed, {} missing.",
        super::counted(collated.nights, "night"),
        super::counted(collated.done, "recording"),
        collated.failed.len(),
        collated.missing.len(),
    );
    if !collated.double.is_empty() {
        let _ = write!(
            told,
            " {} in several folders, with the same results: {}.",
            super::counted(collated.double.len(), "recording"),
            super::named(collated.double.iter()),
        );
    }
    told
}

/// What keeps the tables from being those of one batch over everything.
fn amiss(collated: &Collated) {
    super::failures(&collated.failed);
    if !collated.missing.is_empty() {
        super::complain(&format!(
            "missing: {}. Run their batch again.",
            super::named(collated.missing.iter())
        ));
    }
    if !collated.settings.is_empty() {
        let settings: Vec<String> = collated.settings.iter().map(ToString::to_string).collect();
        super::complain(&format!(
            "the folders were made with different settings: {}",
            settings.join(" and ")
        ));
    }
    if !collated.versions.is_empty() {
        super::complain(&format!(
            "the folders were made by different versions: {}",
            super::named(collated.versions.iter())
        ));
    }
}
