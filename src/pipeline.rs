//! The way of the data on one page:
//! input → condition → detect → night → score → summary.

mod readings;
mod together;

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use serde::{Deserialize, Serialize};

use crate::condition::{Conditioner, Ledger, Uniform};
use crate::detect::{self, Detector, Found, Threshold};
use crate::epoch::{EPOCH_S, Epoch};
use crate::error::{Error, Position, Result};
use crate::input::{self, Hashes, OpenOptions};
use crate::marks::Marks;
use crate::night::calibrate::{self, Calibration};
use crate::night::{self, BedTime, BedTimes, Circumstances, GivenSleep, Night, placement};
use crate::recording::{Block, Placement, Side, Source, Spec};
use crate::score::night::{Recorded, Scored};
use crate::summary::{self, Bracket, Summary};
use crate::time::Clock;
use readings::Readings;
pub use together::{Sensor, analyze_together, detect_together, moved, told};

/// Shortest recording that is analysed, s: the noise floor alone needs half of it.
const SHORTEST_S: f64 = 60.0;

/// What a person may say of a recording; what is `None` is read from the file
/// or estimated.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// How the file is to be read.
    pub input: OpenOptions,
    /// Where the sensor was.
    pub placement: Option<Placement>,
    /// On which side.
    pub side: Option<Side>,
    /// IANA name of the time zone.
    pub timezone: Option<String>,
    /// Lights-off and lights-on.
    pub bed_times: BedTimes,
    /// The same of single nights.
    pub diary: Vec<BedTimes>,
    /// Sleep as somebody scored it.
    pub sleep: Option<Marks>,
    /// Age of the sleeper, years.
    pub age_years: Option<f64>,
    /// The detector.
    pub detect: detect::Settings,
    /// Whether other threads read ahead while the first detects; the result is the
    /// same.
    pub reads_ahead: bool,
}

/// How the placement is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacementSource {
    /// The person said so.
    Given,
    /// The file said so.
    File,
    /// The name of the file says so.
    Name,
    /// From the direction of gravity.
    Guessed,
}

/// Everything that is known of a recording after the analysis.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// The file.
    pub path: PathBuf,
    /// What it was understood to be; its clock in the zone that was given.
    pub spec: Spec,
    /// Where the sensor was.
    pub placement: Placement,
    /// How that is known.
    pub placement_source: PlacementSource,
    /// On which side, if known.
    pub side: Option<Side>,
    /// The account of the time axis.
    pub ledger: Ledger,
    /// The nights.
    pub nights: Vec<AnalysedNight>,
    /// What its resting sensor says of gains and offsets.
    pub calibration: Calibration,
    /// All sensors, the one of the fields above first; empty with one.
    pub sensors: Vec<Sensor>,
    /// BLAKE3 of the files.
    pub hashes: Hashes,
    /// What the person should know of the file, in sentences.
    pub warnings: Vec<String>,
}

/// One night, scored and summed up.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysedNight {
    /// Bed, sleep, posture.
    pub night: Night,
    /// Its movements, by onset.
    pub movements: Vec<Scored>,
    /// Its numbers.
    pub summary: Summary,
}

/// Analyses the recording in `path`; `progress` is called now and then with the
/// bytes read and the size of the file.
///
/// # Errors
/// What [`input::open`] and the reader say; a recording under a minute or
/// without any change; a time zone that does not exist; lights that go on before
/// they go off.
pub fn analyze(
    path: &Path,
    settings: &Settings,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Analysis> {
    Ok(detected(path, settings, progress)?.scored())
}

fn detected(
    path: &Path,
    settings: &Settings,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Detected> {
    let Taken { spec, found, ledger, warnings, blake3 } = read(path, settings, progress)?;
    let mut detected = nights_of(path, spec, found, ledger, warnings, settings);
    detected.about.hashes = Hashes(vec![(path.to_owned(), blake3)]);
    detected.check(settings)?;
    Ok(detected)
}

/// Everything the sample world gives of a file.
struct Taken {
    /// What it is, its clock in the zone that was given.
    spec: Spec,
    /// What was found in it.
    found: Found,
    /// The account of its time axis.
    ledger: Ledger,
    /// What had to be mended.
    warnings: Vec<String>,
    /// The hash of its bytes.
    blake3: String,
}

fn read(path: &Path, settings: &Settings, progress: &mut dyn FnMut(u64, u64)) -> Result<Taken> {
    let (mut source, digest) = input::open_whole(path, &settings.input, settings.reads_ahead)?;
    let mut spec = source.spec().clone();
    spec.clock = match &settings.timezone {
        Some(zone) => spec.clock.in_zone(zone)?,
        None => spec.clock,
    };
    let detect = if settings.reads_ahead { detect_behind } else { detect };
    let (found, ledger) = detect(source.as_mut(), settings.detect, progress)?;
    check(path, &found, &ledger)?;
    Ok(Taken { spec, found, ledger, warnings: source.warnings(), blake3: digest.of(path)? })
}

/// Refuses lights that go on before they go off.
fn check_bed_times(nights: &[Night], given: BedTimes) -> Result<()> {
    let (Some(off), Some(on)) = (given.off, given.on) else { return Ok(()) };
    let is_reversed = |night: &Night| {
        night.bed.off_given && night.bed.on_given && night.bed.on_s <= night.bed.off_s
    };
    match nights.iter().find(|night| is_reversed(night)) {
        Some(_) => Err(Error::Setting {
            name: "--lights-off and --lights-on",
            problem: format!(
                "the lights would go on at {} and only then off at {}; swap or correct them",
                named(on),
                named(off)
            ),
        }),
        None => Ok(()),
    }
}

/// What the person said of the clock and the recording had no use for, in
/// sentences.
fn unused(clock: &Clock, nights: &[Night], settings: &Settings) -> Vec<String> {
    let mut unused = Vec::new();
    let has_clock = *clock != Clock::None;
    if settings.timezone.is_some() && !has_clock {
        unused.push("--timezone was not used: this recording has no clock.".to_owned());
    }
    let is_scored = |night: &Night| night.sleep_source == night::SleepSource::Hypnogram;
    if settings.sleep.is_some() && !nights.iter().any(is_scored) {
        unused.push("--sleep was not used: it scores no time of this recording.".to_owned());
    }
    let BedTimes { off, on } = settings.bed_times;
    let times = [
        ("--lights-off", off, nights.iter().any(|night| night.bed.off_given)),
        ("--lights-on", on, nights.iter().any(|night| night.bed.on_given)),
    ];
    for (flag, time, is_used) in times {
        let Some(time) = time.filter(|_| !is_used) else { continue };
        let why = match time {
            BedTime::Daily(_) | BedTime::Once(_) if !has_clock => {
                "this recording has no clock; give seconds from its start, such as 1800s"
            }
            _ => "it lies in no night of this recording",
        };
        unused.push(format!("{flag} {} was not used: {why}.", named(time)));
    }
    unused
}

/// A time as it is typed.
fn named(time: BedTime) -> String {
    match time {
        BedTime::Daily(time) => time.strftime("%H:%M").to_string(),
        BedTime::Once(moment) => moment.strftime("%Y-%m-%dT%H:%M").to_string(),
        BedTime::FromStart(at_s) => format!("{at_s}s"),
    }
}

/// The sample world: one pass over the frames, in constant memory.
///
/// # Errors
/// What the reader says.
pub fn detect(
    source: &mut dyn Source,
    settings: detect::Settings,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(Found, Ledger)> {
    let mut stages = Stages::new(source.spec(), settings)?;
    let mut block = Block::default();
    while source.read(&mut block)? {
        stages.push(&block);
        let (done, total) = source.progress();
        progress(done, total);
    }
    Ok(stages.finish())
}

/// Blocks that may wait between the two threads: enough to even out a slow read.
const BLOCKS_AHEAD: usize = 4;

/// [`detect()`] with a thread that reads ahead; the result is the same.
///
/// # Errors
/// What the reader says.
pub fn detect_behind(
    source: &mut dyn Source,
    settings: detect::Settings,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(Found, Ledger)> {
    let mut stages = Stages::new(source.spec(), settings)?;
    let (filled, to_detect) = mpsc::sync_channel::<(Block, (u64, u64))>(BLOCKS_AHEAD);
    let (used, to_fill) = mpsc::channel();
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            loop {
                let mut block: Block = to_fill.try_recv().unwrap_or_default();
                if !source.read(&mut block)? || filled.send((block, source.progress())).is_err() {
                    return Ok(());
                }
            }
        });
        for (block, (done, total)) in to_detect {
            stages.push(&block);
            progress(done, total);
            // The reader may have come to its end; then nobody needs the block.
            let _ = used.send(block);
        }
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    Ok(stages.finish())
}

/// Conditioning and detection with what is between them.
struct Stages {
    conditioner: Conditioner,
    detector: Detector,
    uniform: Uniform,
    found: Found,
}

impl Stages {
    fn new(spec: &Spec, settings: detect::Settings) -> Result<Self> {
        let conditioner = Conditioner::new(spec);
        let detector = Detector::new(conditioner.rate_hz(), settings)?;
        Ok(Self { conditioner, detector, uniform: Uniform::default(), found: Found::default() })
    }

    fn push(&mut self, block: &Block) {
        self.conditioner.push(block, &mut self.uniform);
        self.detector.push(&self.uniform, &mut self.found);
        self.uniform.clear();
    }

    fn finish(mut self) -> (Found, Ledger) {
        let ledger = self.conditioner.finish(&mut self.uniform);
        self.detector.push(&self.uniform, &mut self.found);
        self.detector.finish(&mut self.found);
        (self.found, ledger)
    }
}

/// A recording, or several of the same nights, of which all is known but the kinds
/// of the movements: its nights are scored one after the other, so that no more
/// than one of them need be in memory.
pub struct Detected {
    /// Everything but the nights.
    pub about: Analysis,
    nights: Vec<Night>,
    score: Score,
    age_years: Option<f64>,
}

/// Gives the movements of a night at a threshold, scored.
type Score = Box<dyn Fn(&Night, Threshold) -> Vec<Scored>>;

impl Detected {
    /// The nights, one after the other, and all that is known besides.
    pub fn into_nights(self) -> (Analysis, impl Iterator<Item = AnalysedNight>) {
        let Self { about, nights, score, age_years } = self;
        let (placement, rate_hz) = (about.placement, about.ledger.rate_hz);
        let has_gravity = about.spec.has_gravity;
        let sum_up = move |night: Night| {
            let movements = score(&night, Threshold::Usual);
            let mut summary =
                summary::summarise(&night, &movements, placement, rate_hz, has_gravity)
                    .at_age(age_years);
            let [halved, doubled] = [Threshold::Halved, Threshold::Doubled]
                .map(|threshold| summary.at_threshold(&score(&night, threshold)));
            summary.bracket =
                Bracket { halved_per_hour_sleep: halved, doubled_per_hour_sleep: doubled };
            AnalysedNight { night, movements, summary }
        };
        (about, nights.into_iter().map(sum_up))
    }

    /// All nights at once.
    pub fn scored(self) -> Analysis {
        let (mut about, nights) = self.into_nights();
        about.nights = nights.collect();
        about
    }

    /// Refuses what cannot be, and remarks what had no use, of what a person said.
    fn check(&mut self, settings: &Settings) -> Result<()> {
        check_bed_times(&self.nights, settings.bed_times)?;
        self.about.warnings.extend(unused(&self.about.spec.clock, &self.nights, settings));
        Ok(())
    }
}

/// The event world: what was found becomes nights.
pub fn evaluate(
    path: &Path,
    spec: Spec,
    found: Found,
    ledger: Ledger,
    warnings: Vec<String>,
    settings: &Settings,
) -> Analysis {
    nights_of(path, spec, found, ledger, warnings, settings).scored()
}

fn nights_of(
    path: &Path,
    spec: Spec,
    found: Found,
    ledger: Ledger,
    warnings: Vec<String>,
    settings: &Settings,
) -> Detected {
    let (about, nights, readings) = slept(path, spec, found, ledger, warnings, settings);
    let recorded = Recorded {
        rate_hz: about.ledger.rate_hz,
        placement: about.placement,
        side: about.side,
        gaps_s: about.ledger.gaps_s(),
    };
    let score = Box::new(move |night: &Night, threshold| {
        crate::score::night::night(&readings.of(night, threshold), night, &recorded)
    });
    Detected { about, nights, score, age_years: settings.age_years }
}

/// What is known before the movements have kinds: an analysis without nights, the
/// nights, and the movements that are to be scored in them.
fn slept(
    path: &Path,
    spec: Spec,
    mut found: Found,
    ledger: Ledger,
    mut warnings: Vec<String>,
    settings: &Settings,
) -> (Analysis, Vec<Night>, Readings) {
    let quality = crate::night::quality::remarks(&found.epochs, &spec);
    let calibration = calibrate::fit(&found.epochs, spec.has_gravity);
    found.epochs.iter_mut().for_each(|epoch| calibration.epoch(epoch));
    let (placement, placement_source) = placement_of(settings, &spec, None, &found.epochs);
    let rate_hz = ledger.rate_hz;
    let epochs = std::mem::take(&mut found.epochs);
    let readings = Readings::new(found, &calibration, rate_hz, placement);
    let (sleep, axis) = given_sleep(settings, &spec.clock);
    warnings.extend(axis);
    let about = Circumstances {
        rate_hz,
        clock: &spec.clock,
        placement,
        bed_times: settings.bed_times,
        diary: &settings.diary,
        sleep: sleep.as_ref(),
    };
    let nights = night::nights(&readings.stirrings(), &epochs, &about);
    warnings.extend(ledger.remarks());
    warnings.extend(quality);
    let analysis = Analysis {
        path: path.to_owned(),
        placement,
        placement_source,
        side: settings.side.or(spec.side),
        spec,
        ledger,
        nights: Vec::new(),
        calibration,
        sensors: Vec::new(),
        hashes: Hashes::default(),
        warnings,
    };
    (analysis, nights, readings)
}

/// Where the sensor was, and how that is known; `named` is what the name of the
/// file says.
fn placement_of(
    settings: &Settings,
    spec: &Spec,
    named: Option<Placement>,
    epochs: &[Epoch],
) -> (Placement, PlacementSource) {
    match (settings.placement, spec.placement, named) {
        (Some(given), ..) => (given, PlacementSource::Given),
        (None, Some(stated), _) => (stated, PlacementSource::File),
        (None, None, Some(named)) => (named, PlacementSource::Name),
        (None, None, None) => (placement::guess(epochs), PlacementSource::Guessed),
    }
}

/// The hypnogram on the time axis of the recording, and what had to be assumed
/// for it.
fn given_sleep(settings: &Settings, clock: &Clock) -> (Option<GivenSleep>, Option<String>) {
    let Some(marks) = &settings.sleep else { return (None, None) };
    let offset_s = marks.start.and_then(|start| clock.offset_s(start));
    let assumed = offset_s.is_none().then(|| {
        "The hypnogram of --sleep and the recording have no clock in common: it is taken to begin \
         with the recording."
            .to_owned()
    });
    (GivenSleep::new(&marks.list, offset_s.unwrap_or(0.0)), assumed)
}

/// A file that cannot be analysed as a whole.
fn unfit(path: &Path, found: String, expected: &str, help: &str) -> Error {
    let (expected, help) = (expected.to_owned(), help.to_owned());
    Error::Input { path: path.to_owned(), at: Position::File, found, expected, help }
}

/// Refuses recordings in which nothing can be found.
fn check(path: &Path, found: &Found, ledger: &Ledger) -> Result<()> {
    let refuse =
        |found: String, expected: &str, help: &str| Err(unfit(path, found, expected, help));
    let observed_s: f64 = found.epochs.iter().map(|epoch| f64::from(epoch.covered) * EPOCH_S).sum();
    if observed_s < SHORTEST_S {
        let length_s = ledger.frames_read as f64 / ledger.rate_hz;
        return refuse(
            format!("{length_s:.1} s of recording ({} samples)", ledger.frames_read),
            "at least one minute, better a night",
            "`hypnic inspect` shows what was understood of the file.",
        );
    }
    let constant = |axis: usize| {
        let mut seen = found.epochs.iter().filter(|epoch| epoch.covered > 0.0);
        let first = seen.next().map_or(0.0, |epoch| epoch.min_g[axis]);
        found.epochs.iter().all(|epoch| {
            epoch.covered == 0.0 || (epoch.min_g[axis] == first && epoch.max_g[axis] == first)
        })
    };
    if (0..3).all(constant) {
        return refuse(
            "the same value in every sample".to_owned(),
            "an acceleration that varies at least by the noise of its sensor",
            "The sensor was off or its data were lost; check the export.",
        );
    }
    Ok(())
}
