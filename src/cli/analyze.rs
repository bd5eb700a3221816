//! `hypnic analyze`: a recording in; tables, charts and findings out.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use hypnic::batch::results::Beside;
use hypnic::input::{self, STANDARD_INPUT};
use hypnic::pipeline::{self, Settings};
use hypnic::report::tables::NightRow;
use hypnic::report::{folder, parquet, text};

use super::made;
use super::recording::RecordingOptions;
use super::{Stop, progress};

/// Find the movements of a recorded night, score and draw them
///
/// Writes movements.csv, nights.csv, epochs.csv, summary.json, report.html, annotations for
/// other programs (EDF+, .annot of Luna, events.tsv of BIDS) and the charts into a folder, and tells the findings in a few sentences. A folder that it did
/// not write is never touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hypnic analyze night.csv
  hypnic analyze night.csv.gz --placement ankle --side left --timezone Europe/Berlin
  hypnic analyze night.wav --full-scale-g 8 --lights-off 22:45 --lights-on 06:30
  hypnic analyze left.cwa right.cwa wrist.cwa
  hypnic analyze a.csv b.csv --side left --side right
  hypnic analyze night.csv --no-charts --jobs 1
  hypnic analyze night.csv --json | jq .nights[0].pattern")]
pub struct Args {
    /// The recording of a device or an app, also packed; - for standard input. Several are several
    /// sensors of the same nights
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Folder of the results [default: the first FILE without its ending, with .hypnic]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Options from a TOML file; those that are typed win
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,
    /// Write the tables and the summary only
    #[arg(long)]
    no_charts: bool,
    /// Make report.html, the page to print or to show, even without the charts as files
    #[arg(long)]
    report: bool,
    /// Write movements, nights and epochs as Parquet too
    #[arg(long)]
    parquet: bool,
    /// Threads: 1, or 2 to read ahead [default: as there are cores]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
    /// Print summary.json instead of sentences
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    #[command(flatten)]
    options: RecordingOptions,
}

/// Runs the command.
pub fn run(args: Args) -> std::result::Result<(), Stop> {
    let options = args.options.over_file(args.config.as_ref())?;
    let jobs = args.jobs.or_else(|| thread::available_parallelism().ok());
    let is_parallel = jobs.is_some_and(|jobs| jobs.get() > 1);
    let mut all = options.settings_of(args.files.len())?;
    all.iter_mut().for_each(|settings| settings.reads_ahead = is_parallel);
    let out = args.out.unwrap_or_else(|| default_folder(&args.files[0]));
    let recordings: Vec<(PathBuf, Settings)> = args.files.into_iter().zip(all).collect();
    folder::check(&out)?;
    let names: Vec<String> = recordings.iter().map(|(file, _)| input::file_name(file)).collect();
    let bar = progress::bar(&names.join(", "), args.quiet);
    if args.parquet {
        parquet::check()?;
    }
    let beside = Beside {
        charts: !args.no_charts,
        report: args.report || !args.no_charts,
        parquet: args.parquet,
    };
    let detected = pipeline::detect_together(&recordings, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let fresh = folder::Fresh::new(&out)?;
    let made = made::write(detected, &options, beside, fresh.place())?;
    fresh.publish(&made.files)?;
    if args.quiet {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    if args.json {
        stdout.write_all(made.summary.as_bytes())?;
    } else {
        stdout.write_all(told(&made.nights, &made.warnings, &out, beside).as_bytes())?;
    }
    Ok(stdout.flush()?)
}

/// `night.csv.gz` → `night.hypnic`, in the current folder.
fn default_folder(file: &Path) -> PathBuf {
    if file == Path::new(STANDARD_INPUT) {
        return PathBuf::from("recording.hypnic");
    }
    let name = input::file_name(file);
    let mut stem = name.as_str();
    let own = &["csv", "tsv", "txt", "wav", "cwa", "gt3x", "bin", "edf", "bdf", "avro"][..];
    for endings in [&["gz", "zst", "zip"][..], own] {
        if let Some((before, ending)) = stem.rsplit_once('.')
            && !before.is_empty()
            && endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
        {
            stem = before;
        }
    }
    PathBuf::from(format!("{stem}.hypnic"))
}

/// The table and the sentences for a terminal.
fn told(nights: &[NightRow], warnings: &[String], out: &Path, beside: Beside) -> String {
    let mut told = String::new();
    let _ = writeln!(
        told,
        "night        in bed  asleep  observed  PLM/h sleep  PLM/h wake  starts  pattern"
    );
    for night in nights {
        let _ = writeln!(told, "{}", row(night));
    }
    for night in nights {
        let of = if night.start.is_empty() { "Night" } else { "Night of" };
        let _ = writeln!(told, "\n{of} {}:", night.night);
        for sentence in text::sentences(night) {
            let _ = writeln!(told, "  {sentence}");
        }
    }
    if nights.is_empty() {
        told.push_str("No night in this recording.\n");
    }
    if !warnings.is_empty() {
        told.push_str("\nAbout the file:\n");
    }
    for warning in warnings {
        let _ = writeln!(told, "  {warning}");
    }
    let drawn = nights.first().filter(|_| beside.charts);
    let picture = drawn.map(|night| format!("timeline-{}.png", night.night));
    let _ = match picture {
        Some(picture) => writeln!(told, "\nThe picture: {}", out.join(picture).display()),
        None => writeln!(told, "\nThe tables: {}", out.display()),
    };
    told
}

fn row(night: &NightRow) -> String {
    let rate = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
    format!(
        "{:<11} {:>6.2}h {:>6.2}h {:>8.2}h {:>12} {:>11} {:>7}  {}",
        night.night,
        night.hours_in_bed,
        night.hours_asleep,
        night.hours_observed,
        rate(night.plm_per_hour_sleep),
        rate(night.plmw_per_hour),
        night.hypnic_starts.map_or_else(|| "-".to_owned(), |count| count.to_string()),
        night.pattern.in_words(),
    )
}
