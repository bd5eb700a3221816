//! `hypnic batch`: every recording below a folder.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use hypnic::batch::collate::{self, OVERVIEW};
use hypnic::batch::plan::{Plan, Share};
use hypnic::batch::results::Beside;
use hypnic::batch::run::{self, Job, Tally};
use hypnic::batch::status::{Output, State};
use hypnic::batch::{find, manifest};
use hypnic::error::{Error, Position, Result};
use hypnic::report::files::replace;
use hypnic::time::Clock;
use serde_json::Value;

use super::recording::RecordingOptions;
use super::{Stop, progress};

/// Analyse every recording below a folder
///
/// Writes what analyze writes of each into DIR/results, and for the whole
/// nights.csv, movements.csv, participants.csv, status.csv and batch.html.
/// Recordings are told by their content. What is done is not done again: run it
/// as often as you like, stop it when you like. A recording that fails is told
/// at the end and stops nothing.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:
  hypnic batch nights
  hypnic batch nights --out cohort --placement ankle --timezone Europe/Berlin
  hypnic batch --manifest nights.csv --out cohort
  hypnic batch nights --out cohort --shard 2/8       one of eight shares
  hypnic batch nights --plan plan.csv                shares of about ten minutes each
  hypnic batch --manifest plan.csv --out cohort --shard 2/40
  hypnic batch --status cohort                       how far it is

Exit codes: 0 done, 1 recordings failed (status.csv says why), 75 stopped, run
it again."
)]
pub struct Args {
    /// Folder of the recordings
    #[arg(value_name = "FOLDER", required_unless_present_any = ["manifest", "status"])]
    folder: Option<PathBuf>,
    /// Folder of the results [default: name of FOLDER or CSV, with .hypnic]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Table of the recordings: file,participant,night,placement,side,timezone,lights_off,lights_on
    #[arg(long, value_name = "CSV")]
    manifest: Option<PathBuf>,
    /// Recordings analysed at a time [default: the cores this process may use]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Draw the charts of every night
    #[arg(long)]
    charts: bool,
    /// Make a page of every recording, report.html
    #[arg(long)]
    report: bool,
    /// Write movements, nights and epochs of all recordings as Parquet too
    #[arg(long, conflicts_with = "no_tables")]
    parquet: bool,
    /// Options from a TOML file; those that are typed win
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,
    /// Progress as JSON, a line an event, on standard output
    #[arg(long, value_enum, value_name = "FORM")]
    progress: Option<ProgressArg>,
    /// Print nothing but failures
    #[arg(long, conflicts_with = "progress")]
    quiet: bool,
    #[command(flatten)]
    sharing: Sharing,
    #[command(flatten)]
    options: RecordingOptions,
}

/// What more than one machine needs.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "More than one machine")]
struct Sharing {
    /// Do one of N shares of like size, K from 1 to N
    #[arg(long, value_name = "K/N")]
    shard: Option<Share>,
    /// Write the work list with its shares, a manifest with more columns, and stop
    #[arg(long, value_name = "FILE", conflicts_with_all = ["shard", "status"])]
    plan: Option<PathBuf>,
    /// Shares of the plan [default: about ten minutes each]
    #[arg(long, value_name = "N", requires = "plan", value_parser = clap::value_parser!(u32).range(1..))]
    shards: Option<u32>,
    /// Leave the tables of the whole to `hypnic collate`
    #[arg(long)]
    no_tables: bool,
    /// End with 0 though recordings failed: they are in status.csv
    #[arg(long)]
    allow_failures: bool,
    /// Tell what is done, failed and missing in DIR, and in which share
    #[arg(long, value_name = "DIR", conflicts_with_all = ["folder", "manifest", "out"])]
    status: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProgressArg {
    /// One JSON object a line
    Json,
}

/// Set when the process was asked to stop.
static STOP: AtomicBool = AtomicBool::new(false);

/// Runs the command.
pub fn run(args: Args) -> std::result::Result<(), Stop> {
    if let Some(out) = &args.sharing.status {
        return status(out, args.sharing.allow_failures);
    }
    let form = super::collate::form(args.parquet)?;
    let options = args.options.clone().over_file(args.config.as_ref())?;
    let out = args.out.clone().unwrap_or_else(|| default_folder(&args));
    let mut plan = plan(&args, &options, &out)?;
    if let Some(file) = &args.sharing.plan {
        return Ok(write_plan(file, plan, args.sharing.shards, args.quiet)?);
    }
    if let Some(share) = args.sharing.shard {
        deal(&mut plan, share)?;
    }
    collate::mark(&out, value(&options)?)?;
    // Without a handler the process just ends, which does no harm.
    let _ = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed));
    let program = std::env::current_exe().map_err(Error::read(Path::new("hypnic")))?;
    let worker = || {
        let mut command = Command::new(&program);
        command.arg("batch-worker");
        command
    };
    let job = Job {
        out: &out,
        plan: &plan,
        share: args.sharing.shard,
        settings: &|item| value(&options.of_item(item)?),
        beside: Beside { charts: args.charts, report: args.report, parquet: false },
        jobs: args.jobs.map_or_else(cores, usize::from),
        worker: &worker,
        stop: &STOP,
    };
    let mut told = match args.progress {
        Some(ProgressArg::Json) => progress::Batch::json(),
        None => progress::Batch::bar(args.quiet),
    };
    let tally = run::run(&job, &mut |event| told.tell(&event))?;
    if tally.left == 0 && !args.sharing.no_tables {
        collate::collate(std::slice::from_ref(&out), &out, form)?;
    }
    if !args.quiet && args.progress.is_none() {
        tell(&tally, &out, args.sharing.no_tables)?;
    }
    ended(&tally, args.sharing.allow_failures)
}

fn ended(tally: &Tally, allow_failures: bool) -> std::result::Result<(), Stop> {
    super::failures(&tally.failed);
    if tally.left > 0 {
        let left = super::counted(tally.left, "recording");
        super::complain(&format!("stopped with {left} left; run it again to go on"));
        return Err(Stop::Ended(75));
    }
    if tally.failed.is_empty() || allow_failures { Ok(()) } else { Err(Stop::Ended(1)) }
}

/// Cores of which this process may use all: what a scheduler granted it, within
/// what the system lets it use (cgroup and affinity).
fn cores() -> usize {
    let granted = ["SLURM_CPUS_PER_TASK", "NSLOTS", "LSB_DJOB_NUMPROC", "PBS_NP"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok()?.trim().parse().ok())
        .filter(|cores| *cores > 0);
    let usable = std::thread::available_parallelism().map_or(1, usize::from);
    granted.map_or(usable, |granted: usize| granted.min(usable))
}

/// `nights/` → `nights.hypnic`, in the current folder.
fn default_folder(args: &Args) -> PathBuf {
    let named = args.folder.as_ref().map(|folder| folder.canonicalize().ok());
    let name = match (named, &args.manifest) {
        (Some(folder), _) => folder.and_then(|folder| Some(folder.file_name()?.to_owned())),
        (None, Some(manifest)) => manifest.file_stem().map(ToOwned::to_owned),
        (None, None) => None,
    };
    let name = name.unwrap_or_else(|| "batch".into());
    PathBuf::from(format!("{}.hypnic", name.to_string_lossy()))
}

/// The settings as they are stored and compared. By way of their text: a number
/// reads as it will when it comes back from a result.
fn value(options: &RecordingOptions) -> Result<Value> {
    let text = serde_json::to_string(options).expect("plain data becomes JSON");
    serde_json::from_str(&text)
        .map_err(|problem| Error::Setting { name: "the options", problem: problem.to_string() })
}

/// The recordings, with settings that are known to be right as far as they can
/// be without reading a recording.
fn plan(args: &Args, options: &RecordingOptions, out: &Path) -> Result<Plan> {
    check(options)?;
    let folder = args.folder.as_deref();
    let Some(path) = &args.manifest else {
        let folder = folder.unwrap_or(Path::new("."));
        let found = find::find(folder, out, &options.open_options()?)?;
        if found.items.is_empty() {
            return Err(nothing(folder, &found.others));
        }
        if !found.others.is_empty() && !args.quiet && args.progress.is_none() {
            let others = super::counted(found.others.len(), "other file");
            super::complain(&format!(
                "{others} passed over as no recordings: {}",
                super::named(found.others.iter())
            ));
        }
        return Ok(Plan::new(found.items));
    };
    let read = manifest::read(path, folder)?;
    if read.plan.items.is_empty() {
        return Err(nothing(path, &[]));
    }
    for item in &read.plan.items {
        let right = options.of_item(item).and_then(|options| check(&options));
        right.map_err(|problem| Error::Input {
            path: path.clone(),
            at: Position::Row(read.rows.get(&item.name).copied().unwrap_or(0)),
            found: problem.to_string(),
            expected: "what the options of the command line accept".to_owned(),
            help: "`hypnic batch --help` lists them.".to_owned(),
        })?;
    }
    if !read.unused.is_empty() && !args.quiet {
        super::complain(&format!(
            "{}: columns not used: {}",
            path.display(),
            super::named(read.unused.iter())
        ));
    }
    Ok(read.plan)
}

fn check(options: &RecordingOptions) -> Result<()> {
    let settings = options.settings()?;
    settings.timezone.map_or(Ok(()), |zone| Clock::None.in_zone(&zone).map(|_| ()))
}

fn nothing(path: &Path, others: &[String]) -> Error {
    let found = match others {
        [] => "no file".to_owned(),
        [_] => "no recording, and 1 file that is none".to_owned(),
        more => format!("no recording, and {} files that are none", more.len()),
    };
    Error::Input {
        path: path.to_owned(),
        at: Position::File,
        found,
        expected: "recordings of nights".to_owned(),
        help: "`hypnic inspect FILE` tells what keeps a file from being one.".to_owned(),
    }
}

/// Takes the shares a plan was dealt into, or deals it.
fn deal(plan: &mut Plan, share: Share) -> Result<()> {
    match plan.shards() {
        0 => plan.deal(share.of),
        shards if shards == share.of => {}
        shards => {
            return Err(Error::Setting {
                name: "--shard",
                problem: format!(
                    "the plan has {shards} shares and not {}; give {}/{shards}",
                    share.of,
                    share.number.min(shards)
                ),
            });
        }
    }
    Ok(())
}

fn write_plan(file: &Path, mut plan: Plan, shards: Option<u32>, quiet: bool) -> Result<()> {
    let shards = shards.unwrap_or_else(|| plan.fitting_shards());
    plan.deal(shards);
    replace(file, &plan.encode())?;
    if !quiet {
        // Nobody may be there to read it.
        let _ = writeln!(
            io::stdout(),
            "{} in {}: {}",
            super::counted(plan.items.len(), "recording"),
            super::counted(plan.shards() as usize, "share"),
            file.display()
        );
    }
    Ok(())
}

fn tell(tally: &Tally, out: &Path, no_tables: bool) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let all = tally.done + tally.as_before + tally.failed.len() + tally.left;
    writeln!(
        stdout,
        "{}: {} analysed, {} done before, {} failed.",
        super::counted(all, "recording"),
        tally.done,
        tally.as_before,
        tally.failed.len()
    )?;
    if tally.left == 0 && !no_tables {
        writeln!(stdout, "The overview: {}", out.join(OVERVIEW).display())?;
    }
    stdout.flush()
}

/// `--status`: a line a share, and what is not done by name.
fn status(out: &Path, allow_failures: bool) -> std::result::Result<(), Stop> {
    let output = Output::read(out)?;
    let rows: Vec<_> = output.plan.items.iter().map(|item| (item, output.row(item))).collect();
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "{:>6} {:>10} {:>8} {:>8} {:>8}",
        "share", "recordings", "done", "failed", "missing"
    )?;
    let of = |shard: Option<u32>| {
        let here = rows.iter().filter(|(item, _)| shard.is_none_or(|shard| item.shard == shard));
        here.fold([0; 4], |mut counts, (_, row)| {
            counts[0] += 1;
            counts[match row.state {
                State::Done => 1,
                State::Failed | State::Crashed => 2,
                State::Missing => 3,
            }] += 1;
            counts
        })
    };
    let shards = output.plan.shards();
    for shard in 1..=shards {
        let [all, done, failed, missing] = of(Some(shard));
        writeln!(stdout, "{shard:>6} {all:>10} {done:>8} {failed:>8} {missing:>8}")?;
    }
    let [all, done, failed, missing] = of(None);
    writeln!(stdout, "{:>6} {all:>10} {done:>8} {failed:>8} {missing:>8}", "all")?;
    for (item, row) in rows.iter().filter(|(_, row)| row.state != State::Done) {
        let share = if item.shard > 0 { format!(" (share {})", item.shard) } else { String::new() };
        let reason = if row.reason.is_empty() { "" } else { ": " };
        writeln!(stdout, "{} {}{share}{reason}{}", row.state.name(), item.name, row.reason)?;
    }
    stdout.flush()?;
    match (missing, failed) {
        (0, 0) => Ok(()),
        (0, _) if allow_failures => Ok(()),
        _ => Err(Stop::Ended(1)),
    }
}

#[cfg(test)]
mod tests {
    use hypnic::batch::plan::Item;

    use super::*;

    #[test]
    fn a_row_of_the_manifest_wins_over_what_was_typed() {
        let typed = RecordingOptions {
            timezone: vec!["Europe/Berlin".to_owned()],
            lights_off: Some("22:00".to_owned()),
            ..RecordingOptions::default()
        };
        let item = Item {
            night: "2024-03-12".to_owned(),
            lights_off: "23:15".to_owned(),
            lights_on: "06:40".to_owned(),
            placement: "Ankle".to_owned(),
            ..Item::default()
        };
        let options = typed.of_item(&item).unwrap();
        assert_eq!(options.timezone, ["Europe/Berlin"]);
        assert_eq!(options.lights_off.as_deref(), Some("2024-03-12T23:15:00"));
        assert_eq!(options.lights_on.as_deref(), Some("2024-03-13T06:40:00"));
        assert_eq!(format!("{:?}", options.placement), "[Ankle]");
        let elbow = Item { placement: "elbow".to_owned(), ..Item::default() };
        let told = typed.of_item(&elbow).unwrap_err().to_string();
        assert!(told.contains("\"elbow\" is none of ankle, wrist, waist, mattress"), "{told}");
    }

    #[test]
    fn settings_are_the_same_after_they_were_stored() {
        let options = RecordingOptions { full_scale_g: Some(0.1), ..RecordingOptions::default() };
        let stored = serde_json::to_string_pretty(&options).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), value(&options).unwrap());
    }
}
