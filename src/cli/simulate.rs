//! `hypnic simulate`: a seeded night with its truth.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use flate2::Compression;
use flate2::write::GzEncoder;
use hypnic::error::{Error, Result};
use hypnic::report::files;
use hypnic::report::tables::Tables;
use hypnic::simulate::{Scene, SimulatedNight, Stamps, simulate, write_csv};

use super::Stop;

/// The recording: plain, gzipped.
const RECORDINGS: [&str; 2] = ["night.csv", "night.csv.gz"];

/// The truth: movements, nights, epochs.
const TRUTH: [&str; 3] = ["truth.csv", "truth-nights.csv", "truth-epochs.csv"];

/// Make a night whose every movement is known
///
/// Writes the recording, and beside it truth.csv (the movements, with the
/// columns of movements.csv), truth-nights.csv and truth-epochs.csv. The same
/// scene and seed give the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hypnic simulate --list
  hypnic simulate --scene ankle-plm --seed 7 --out sim
  hypnic analyze sim/night.csv --out sim/night.hypnic")]
pub struct Args {
    /// What kind of night
    #[arg(long, value_name = "NAME", default_value = "ankle-plm", value_parser = scenes())]
    scene: String,
    /// List the scenes and stop
    #[arg(long)]
    list: bool,
    /// Which of the nights of that kind
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder of the night
    #[arg(long, value_name = "DIR", required_unless_present = "list")]
    out: Option<PathBuf>,
    /// Stamps of the recording [default: as the scene's sensor has them]
    #[arg(long, value_enum)]
    stamps: Option<StampsArg>,
    /// Write the recording gzipped
    #[arg(long)]
    gzip: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StampsArg {
    /// Rate and start in the head of the file, no stamps
    None,
    /// ISO 8601 in every row
    Iso,
}

fn scenes() -> PossibleValuesParser {
    PossibleValuesParser::new(Scene::ALL.into_iter().map(Scene::name))
}

/// Runs the command.
pub fn run(args: Args) -> std::result::Result<(), Stop> {
    let mut stdout = io::stdout().lock();
    if args.list {
        for scene in Scene::ALL {
            writeln!(stdout, "{:<16} {}", scene.name(), scene.about())?;
        }
        return Ok(stdout.flush()?);
    }
    // clap lets only names of scenes and, without --list, no missing folder pass.
    let (Some(scene), Some(out)) = (Scene::from_name(&args.scene), args.out) else {
        return Ok(());
    };
    let night = simulate(&scene.plan(args.seed), args.seed);
    let stamps = match args.stamps {
        Some(StampsArg::None) => Stamps::None,
        Some(StampsArg::Iso) => Stamps::Iso,
        None => night.plan().sensor.stamps,
    };
    let recording = out.join(RECORDINGS[usize::from(args.gzip)]);
    may_write(&out, &recording)?;
    std::fs::create_dir_all(&out).map_err(Error::write(&out))?;
    write_truth(&night, &out, &recording)?;
    write_recording(&night, stamps, args.gzip, &recording)?;
    writeln!(stdout, "{}\n{}", recording.display(), out.join("truth.csv").display())?;
    Ok(stdout.flush()?)
}

/// A night may replace a simulated one with all of its truth beside it. Anything
/// else of these names is somebody's own, and a recording under the other name
/// would no longer be what the truth says.
fn may_write(out: &Path, recording: &Path) -> Result<()> {
    let is_simulated = TRUTH.iter().all(|name| out.join(name).exists());
    let in_the_way = RECORDINGS
        .iter()
        .chain(&TRUTH)
        .map(|name| out.join(name))
        .find(|path| path.exists() && (!is_simulated || is_other_recording(path, recording)));
    match in_the_way {
        Some(path) => {
            let help = "name another folder with --out, or move it away".to_owned();
            Err(Error::InTheWay { path, help })
        }
        None => Ok(()),
    }
}

fn is_other_recording(path: &Path, recording: &Path) -> bool {
    path != recording && RECORDINGS.iter().any(|name| path.ends_with(name))
}

fn write_truth(night: &SimulatedNight, out: &Path, recording: &Path) -> Result<()> {
    let series = night.series();
    let name = recording.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let truth = Tables {
        movements: night.movement_rows(&series),
        nights: vec![night.night_row(&name, &series)],
        epochs: night.epoch_rows(),
    };
    for (name, (_, bytes)) in TRUTH.iter().zip(files::encoded(&truth)) {
        files::replace(&out.join(name), &bytes)?;
    }
    Ok(())
}

fn write_recording(night: &SimulatedNight, stamps: Stamps, gzip: bool, path: &Path) -> Result<()> {
    files::replace_with(path, |file| {
        if gzip {
            let mut packed = GzEncoder::new(file, Compression::best());
            write_csv(night, stamps, &mut packed)?;
            packed.finish()?;
            Ok(())
        } else {
            write_csv(night, stamps, file)
        }
    })
}
