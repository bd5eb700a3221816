//! `hypnic score`: the series rules alone, on leg movements from anywhere.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};
use hypnic::marks;
use hypnic::report::files::replace;
use hypnic::score::indices::statistics::{self, statistics};
use hypnic::score::indices::{self, Indices, RespiratoryRule};
use hypnic::score::marks::Scorable;
use hypnic::score::rows::{self, ScoreRow};
use hypnic::score::{Rules, ShortInterval};
use serde::Serialize;

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
  hypnic score psg-annotations.edf --indices > scored.csv
  hypnic score psg-annotations.edf --statistics statistics.csv > scored.csv
  hypnic score shhs1-200001-nsrr.xml --json | jq .indices.rates")]
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
    /// Also tell the indices on standard error: PLMS, PLMW, by stage and side, with
    /// arousals, without respiratory-related movements, intervals
    #[arg(long)]
    indices: bool,
    /// Also write every statistic as CSV: a row a kind of movement, side and statistic, a
    /// column a stage (the layout of PLMScoRe)
    #[arg(long, value_name = "FILE.csv")]
    statistics: Option<PathBuf>,
    /// Which movements belong to a respiratory event [default: around-end for WASM, whole-event
    /// for AASM]
    #[arg(long, value_enum)]
    respiratory: Option<RespiratoryArg>,
    /// Print movements and indices as JSON
    #[arg(long)]
    json: bool,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RespiratoryArg {
    /// -2.0 to +10.25 s around the end of the event
    AroundEnd,
    /// 0.5 s around the end of the event
    HalfSecond,
    /// From 0.5 s before the event to 0.5 s after it
    WholeEvent,
}

impl From<RespiratoryArg> for RespiratoryRule {
    fn from(arg: RespiratoryArg) -> Self {
        match arg {
            RespiratoryArg::AroundEnd => Self::AroundEnd,
            RespiratoryArg::HalfSecond => Self::HalfSecond,
            RespiratoryArg::WholeEvent => Self::WholeEvent,
        }
    }
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Told {
    rules: String,
    notes: Vec<String>,
    movements: Vec<ScoreRow>,
    indices: Indices,
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
    let respiratory = args.respiratory.map(RespiratoryRule::from).unwrap_or(match rules {
        Rules::Wasm(_) => RespiratoryRule::AroundEnd,
        Rules::Aasm => RespiratoryRule::WholeEvent,
    });
    if let Some(path) = &args.statistics {
        let mut table = Vec::new();
        statistics::write(&statistics(&scorable, rules, respiratory), &mut table)?;
        replace(path, &table)?;
    }
    let movements = rows::rows(&scorable.movements, &scorable.gaps, rules);
    let mut bytes = Vec::new();
    if args.json {
        let indices = indices::indices(&scorable, rules, respiratory);
        let rules = if rules == Rules::Aasm { "aasm" } else { "wasm" }.to_owned();
        let told = Told { rules, notes: scorable.notes, movements, indices };
        serde_json::to_writer_pretty(&mut bytes, &told).map_err(io::Error::from)?;
        bytes.push(b'\n');
    } else {
        rows::write(&movements, &mut bytes)?;
        if args.indices {
            let table = indices::indices(&scorable, rules, respiratory).table();
            let _ = io::stderr().write_all(table.as_bytes());
        }
    }
    match args.out {
        Some(path) => Ok(replace(&path, &bytes)?),
        None => {
            let mut stdout = io::stdout().lock();
            stdout.write_all(&bytes)?;
            Ok(stdout.flush()?)
        }
    }
}
