//! `hypnic simulate`: a seeded night with its truth.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use flate2::Compression;
use flate2::write::GzEncoder;
use hypnic::error::{Error, Result};
use hypnic::recording::{Placement, Side};
use hypnic::report::files;
use hypnic::report::tables::Tables;
use hypnic::simulate::{
    Scene, SimulatedNight, Stamps, another_sensor, simulate, simulate_together, write_csv,
};

use super::Stop;

/// The name of the recording of one sensor.
const ONE: &str = "night";

/// Endings of a recording: plain, gzipped.
const ENDINGS: [&str; 2] = ["csv", "csv.gz"];

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
  hypnic analyze sim/night.csv --out sim/night.hypnic
  hypnic simulate --scene both-legs --sensors left,right,wrist --out sim
  hypnic analyze sim/left.csv sim/right.csv sim/wrist.csv --out sim/night.hypnic")]
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
    /// Sensors of this one night, each with its own file and its own clock; the truth is by the
    /// clock of the first [default: the one of the scene]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SENSOR,…")]
    sensors: Vec<SensorArg>,
    /// Write the recording gzipped
    #[arg(long)]
    gzip: bool,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StampsArg {
    /// Rate and start in the head of the file, no stamps
    None,
    /// ISO 8601 in every row
    Iso,
}

/// `--sensors`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SensorArg {
    /// On the left ankle
    Left,
    /// On the right ankle
    Right,
    /// On the left wrist
    Wrist,
    /// At the waist
    Waist,
    /// On the mattress
    Mattress,
}

impl SensorArg {
    fn place(self) -> (Placement, Option<Side>) {
        match self {
            Self::Left => (Placement::Ankle, Some(Side::Left)),
            Self::Right => (Placement::Ankle, Some(Side::Right)),
            Self::Wrist => (Placement::Wrist, Some(Side::Left)),
            Self::Waist => (Placement::Waist, None),
            Self::Mattress => (Placement::Mattress, None),
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
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
    let nights = nights(scene, args.seed, &args.sensors)?;
    let ending = ENDINGS[usize::from(args.gzip)];
    let recordings: Vec<PathBuf> =
        nights.iter().map(|(name, _)| out.join(format!("{name}.{ending}"))).collect();
    may_write(&out, &recordings)?;
    std::fs::create_dir_all(&out).map_err(Error::write(&out))?;
    write_truth(&nights[0].1, &out, &recordings[0])?;
    for ((_, night), recording) in nights.iter().zip(&recordings) {
        let stamps = match args.stamps {
            Some(StampsArg::None) => Stamps::None,
            Some(StampsArg::Iso) => Stamps::Iso,
            None => night.plan().sensor.stamps,
        };
        write_recording(night, stamps, args.gzip, recording)?;
        if !args.quiet {
            writeln!(stdout, "{}", recording.display())?;
        }
    }
    if !args.quiet {
        writeln!(stdout, "{}", out.join("truth.csv").display())?;
    }
    Ok(stdout.flush()?)
}

/// The night of every sensor, with the name of its file.
fn nights(scene: Scene, seed: u64, sensors: &[SensorArg]) -> Result<Vec<(String, SimulatedNight)>> {
    let mut plan = scene.plan(seed);
    let Some((first, others)) = sensors.split_first() else {
        return Ok(vec![(ONE.to_owned(), simulate(&plan, seed))]);
    };
    if sensors.iter().enumerate().any(|(index, sensor)| sensors[..index].contains(sensor)) {
        let problem = "a sensor is named twice; each place can have one".to_owned();
        return Err(Error::Setting { name: "--sensors", problem });
    }
    (plan.sensor.placement, plan.sensor.side) = first.place();
    let others: Vec<_> = others
        .iter()
        .map(|sensor| {
            let (placement, side) = sensor.place();
            another_sensor(&plan.sensor, placement, side, seed)
        })
        .collect();
    let names = sensors.iter().map(|sensor| sensor.name());
    Ok(names.zip(simulate_together(&plan, seed, &others)).collect())
}

/// A night may replace a simulated one with all of its truth beside it. Anything
/// else of these names is somebody's own, and a recording under the other name
/// would no longer be what the truth says.
fn may_write(out: &Path, recordings: &[PathBuf]) -> Result<()> {
    let is_simulated = TRUTH.iter().all(|name| out.join(name).exists());
    let names = SensorArg::value_variants().iter().map(|sensor| sensor.name());
    let known: Vec<PathBuf> = names
        .chain([ONE.to_owned()])
        .flat_map(|name| ENDINGS.map(|ending| out.join(format!("{name}.{ending}"))))
        .collect();
    let truth = TRUTH.map(|name| out.join(name));
    let is_other = |path: &&PathBuf| !recordings.contains(path) && known.contains(path);
    let in_the_way = known
        .iter()
        .chain(&truth)
        .find(|path| path.exists() && (!is_simulated || is_other(path)))
        .cloned();
    match in_the_way {
        Some(path) => {
            let help = "name another folder with --out, or move it away".to_owned();
            Err(Error::InTheWay { path, help })
        }
        None => Ok(()),
    }
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
