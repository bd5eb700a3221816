//! `hypnic score`: the series rules alone, on leg movements from anywhere.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};
use hypnic::marks;
use hypnic::report::files::replace;
use hypnic::score::marks::Scorable;
use hypnic::score::{Rules, ShortInterval, rows};

use super::{Stop, labels};

/// Put leg movements from anywhere into series, by WASM 2016 or AASM
///
/// Reads a CSV with the columns onset_s, duration_s and side (left, right or
/// bilateral), from EMG, marks by hand or another program, or annotations: EDF+,
/// .annot of Luna, events.tsv of BIDS, XML of the NSRR or Compumedics, events of
/// Noxturnal. Writes one row a movement after joining, with the reason why it is in
/// a series or not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hypnic score events.csv
  hypnic score events.csv --rules aasm --out scored.csv
  hypnic score psg-annotations.edf")]
pub struct Args {
    /// The leg movements
    #[arg(value_name = "EVENTS")]
    events: PathBuf,
    /// The standard
    #[arg(long, value_enum, default_value_t = RulesArg::Wasm)]
    rules: RulesArg,
    /// Whether a movement after an interval under 10 s may begin the next series (WASM)
    #[arg(long, action = ArgAction::Set, default_value_t = true, value_name = "true|false")]
    short_interval_restarts: bool,
    /// Other words for known labels, as TOML: "Beinzucken" = "LM"
    #[arg(long, value_name = "FILE.toml")]
    labels: Option<PathBuf>,
    /// File of the result [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RulesArg {
    /// WASM/IRLSSG 2016
    Wasm,
    /// AASM manual, version 2 and 3
    Aasm,
}

/// Runs the command.
pub fn run(args: Args) -> Result<(), Stop> {
    let marks = marks::read(&args.events, &labels::read(args.labels.as_deref())?)?;
    let scorable = Scorable::new(marks);
    for note in &scorable.notes {
        super::complain(note);
    }
    let rules = match args.rules {
        RulesArg::Wasm if args.short_interval_restarts => Rules::Wasm(ShortInterval::MayOpen),
        RulesArg::Wasm => Rules::Wasm(ShortInterval::MayNotOpen),
        RulesArg::Aasm => Rules::Aasm,
    };
    let scored = rows::rows(&scorable.movements, &scorable.gaps, rules);
    match args.out {
        Some(path) => {
            let mut bytes = Vec::new();
            rows::write(&scored, &mut bytes)?;
            Ok(replace(&path, &bytes)?)
        }
        None => {
            let mut stdout = io::stdout().lock();
            rows::write(&scored, &mut stdout)?;
            Ok(stdout.flush()?)
        }
    }
}
