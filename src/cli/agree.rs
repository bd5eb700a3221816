//! `hypnic agree`: two accounts of the same nights against each other.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ValueEnum;
use hypnic::agree::given::{Given, given, given_nights};
use hypnic::agree::{Agreement, By, movements, nights, text};
use hypnic::error::{Error, Position, Result};

use super::Stop;

/// How far apart the onsets of one movement may be, s: a second covers what
/// raters and clocks differ by, and is far less than the 5 s between two
/// movements of a series.
const TOLERANCE_S: f64 = 1.0;

/// Tell how well what was found agrees with a reference
///
/// Both are a result folder, a folder of `hypnic simulate`, a CSV with the
/// columns onset_s and duration_s (optional: kind, side, wasm_series, asleep),
/// from marks by hand, EMG or another program, or annotations: EDF+, .annot of
/// Luna, events.tsv of BIDS, XML of the NSRR, events of Noxturnal. Each movement has at most one
/// partner; of all pairings the one with the most pairs and the least distance
/// of onsets is taken. Folders and tables with a row a night are also compared
/// night by night: bias and limits of agreement (Bland & Altman 1986), ICC(2,1)
/// (Shrout & Fleiss 1979), and whether the PLM index is above 15 per hour. Falling
/// asleep is told in minutes after noon, or from the start of a recording without
/// a clock.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hypnic agree sim/night.hypnic sim
  hypnic agree night.hypnic marks.csv --tolerance-s 0.5
  hypnic agree night.hypnic/movements.csv emg.csv --by overlap
  hypnic agree --nights found/nights.csv psg-nights.csv
  hypnic agree night.hypnic marks.csv --json | jq .movements.all.f1")]
pub struct Args {
    /// What was found: folder or CSV
    #[arg(value_name = "FOUND")]
    found: PathBuf,
    /// What is held to be true: folder or CSV
    #[arg(value_name = "REFERENCE")]
    reference: PathBuf,
    /// When two movements are the same
    #[arg(long, value_enum, default_value_t = ByArg::Onset)]
    by: ByArg,
    /// How far apart the onsets of the same movement may be [default: 1]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    tolerance_s: Option<f64>,
    /// Compare nights only; both are folders or tables with a row a night
    #[arg(long)]
    nights: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ByArg {
    /// Onsets are near each other
    Onset,
    /// One begins while the other lasts
    Overlap,
}

/// Runs the command.
pub fn run(args: Args) -> std::result::Result<(), Stop> {
    let by = by(args.by, args.tolerance_s)?;
    let read = if args.nights { given_nights } else { given };
    let (found, mut reference) = (read(&args.found)?, read(&args.reference)?);
    let moved_s = reference.align(&found);
    for note in found.notes.iter().chain(&reference.notes) {
        super::complain(note);
    }
    if moved_s != 0.0 {
        super::complain(&format!("The reference was moved by {moved_s} s, by the clocks of both."));
    }
    let agreement = agreement(&found, &reference, by)?;
    let mut stdout = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut stdout, &agreement).map_err(io::Error::from)?;
        writeln!(stdout)?;
    } else {
        stdout.write_all(text::tables(&agreement).as_bytes())?;
    }
    Ok(stdout.flush()?)
}

fn by(by: ByArg, tolerance_s: Option<f64>) -> Result<By> {
    let wrong = |problem| Err(Error::Setting { name: "--tolerance-s", problem });
    match (by, tolerance_s) {
        (ByArg::Overlap, None) => Ok(By::Overlap),
        (ByArg::Overlap, Some(_)) => {
            wrong("is for --by onset; leave out one of the two".to_owned())
        }
        (ByArg::Onset, Some(seconds)) if !(seconds.is_finite() && seconds >= 0.0) => {
            wrong(format!("{seconds} is no number of seconds, 0 or more"))
        }
        (ByArg::Onset, seconds) => Ok(By::Onset { tolerance_s: seconds.unwrap_or(TOLERANCE_S) }),
    }
}

fn agreement(found: &Given, reference: &Given, by: By) -> Result<Agreement> {
    let events = found.events.as_ref().zip(reference.events.as_ref());
    let of_nights = found.nights.as_ref().zip(reference.nights.as_ref());
    if events.is_none() && of_nights.is_none() {
        let (nights, other) =
            if found.events.is_none() { (found, reference) } else { (reference, found) };
        return Err(Error::Input {
            path: nights.files[0].clone(),
            at: Position::File,
            found: "a table of nights".to_owned(),
            expected: format!("a table of movements, as in {}", names(other)),
            help: "Give two tables of one sort, or two folders.".to_owned(),
        });
    }
    Ok(Agreement {
        found: names(found),
        reference: names(reference),
        movements: events.map(|(found, reference)| movements::agree(found, reference, by)),
        nights: of_nights.map(|(found, reference)| nights::agree(found, reference)),
    })
}

fn names(given: &Given) -> String {
    let names: Vec<String> = given.files.iter().map(|file| file.display().to_string()).collect();
    names.join(", ")
}
