//! `hypnic inspect`: what a file is understood to be.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use hypnic::condition::Ledger;
use hypnic::input;
use hypnic::night::quality;
use hypnic::pipeline::{self, Settings};
use hypnic::recording::{Basis, Block, Format, Frame, Source, Spec};
use hypnic::time::{Clock, ZoneSource};
use serde::Serialize;

use super::recording::RecordingOptions;
use super::{Stop, progress};

/// Tell what a file is understood to be
///
/// Format, layout, unit, rate, start, zone, gaps and what else is noteworthy;
/// reads the whole file and writes nothing. A file that cannot be read is told
/// and the others are inspected nevertheless.
#[derive(Debug, clap::Args)]
#[command(
    mut_arg("placement", |arg| arg.hide(true)),
    mut_arg("side", |arg| arg.hide(true)),
    mut_arg("lights_off", |arg| arg.hide(true)),
    mut_arg("lights_on", |arg| arg.hide(true)),
    after_help = "Examples:
  hypnic inspect night.cwa
  hypnic inspect --head night.csv
  zcat night.csv.gz | hypnic inspect -
  hypnic inspect *.csv --json | jq -c '[.file, .rate_hz]'"
)]
pub struct Args {
    /// The recordings; - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Show the first frames too, in g, with their times
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "10", require_equals = true)]
    head: Option<usize>,
    /// Print JSON: one object for each file, one after the other
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: RecordingOptions,
}

/// What is told of a file.
#[derive(Serialize)]
struct Inspected {
    file: String,
    format: String,
    layout: String,
    device: Option<String>,
    unit: String,
    unit_source: String,
    has_gravity: bool,
    rate_hz: f64,
    rate_source: String,
    start: String,
    clock: String,
    placement: Option<String>,
    side: Option<String>,
    full_scale_g: Option<f32>,
    /// How sure the axes, the unit, the rate and the clock are.
    known: Known,
    duration_s: f64,
    time: Ledger,
    remarks: Vec<String>,
    /// Seconds from the first frame, x, y, z.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    head: Vec<(f64, f32, f32, f32)>,
    #[serde(skip)]
    head_times: Vec<String>,
}

/// How sure the understanding of a file is.
#[derive(Serialize)]
struct Known {
    axes: Basis,
    unit: Basis,
    rate: Basis,
    clock: &'static str,
}

impl Known {
    fn of(spec: &Spec) -> Self {
        let clock = match &spec.clock {
            Clock::Zoned { source: ZoneSource::File | ZoneSource::Metadata, .. } => "stated",
            Clock::Zoned { source: ZoneSource::Flag, .. } => "zone given",
            Clock::Zoned { source: ZoneSource::AssumedUtc, .. } => "zone assumed",
            Clock::Local { .. } => "zone unknown",
            Clock::None => "none",
        };
        let bases = spec.bases;
        Self { axes: bases.axes, unit: bases.unit, rate: bases.rate, clock }
    }

    /// What to do about what is only assumed, in sentences.
    fn advice(&self, spec: &Spec) -> Vec<&'static str> {
        let mut advice = Vec::new();
        if self.axes == Basis::Assumed && spec.format == Format::Csv {
            advice.push("Nothing names the axes: they are taken to be x, y, z in the order of their columns; choose others with --axes.");
        }
        if self.unit == Basis::Assumed {
            advice.push("The unit is assumed; give it with --unit.");
        }
        if matches!(self.clock, "zone assumed" | "zone unknown") {
            advice.push("Give the zone with --timezone, such as --timezone Europe/Berlin.");
        }
        if !spec.has_stamps && self.rate == Basis::Stated {
            advice.push("There is no stamp a frame: times are as right as the stated rate.");
        }
        advice
    }
}

/// A recording of which the first frames are kept as they pass.
struct Head {
    source: Box<dyn Source>,
    wanted: usize,
    kept: Vec<(f64, Frame)>,
}

impl Source for Head {
    fn spec(&self) -> &Spec {
        self.source.spec()
    }

    fn read(&mut self, block: &mut Block) -> hypnic::error::Result<bool> {
        let more = self.source.read(block)?;
        let (first, rate_hz) = (self.kept.len(), self.source.spec().rate_hz);
        for (index, &frame) in block.frames.iter().enumerate().take(self.wanted - first) {
            let at_s = match block.stamps_ns.get(index) {
                Some(&stamp_ns) => stamp_ns as f64 / 1e9,
                None => (first + index) as f64 / rate_hz,
            };
            self.kept.push((at_s, frame));
        }
        Ok(more)
    }

    fn progress(&self) -> (u64, u64) {
        self.source.progress()
    }

    fn warnings(&self) -> Vec<String> {
        self.source.warnings()
    }
}

/// Runs the command: every file, then the first error, if there was one.
pub fn run(args: Args) -> Result<(), Stop> {
    let mut first_error = None;
    let settings = args.options.settings_of(args.files.len())?;
    for (file, settings) in args.files.iter().zip(settings) {
        let mut stdout = io::stdout().lock();
        match inspect(file, &settings, args.head.unwrap_or(0)) {
            Ok(inspected) if args.json => {
                serde_json::to_writer_pretty(&mut stdout, &inspected).map_err(io::Error::from)?;
                writeln!(stdout)?;
            }
            Ok(inspected) => stdout.write_all(told(&inspected).as_bytes())?,
            Err(error) => {
                super::complain(&error.to_string());
                first_error.get_or_insert(error);
            }
        }
        stdout.flush()?;
    }
    first_error.map_or(Ok(()), |error| Err(Stop::Told(error)))
}

fn inspect(file: &Path, settings: &Settings, head: usize) -> hypnic::error::Result<Inspected> {
    let source = input::open(file, &settings.input)?;
    let mut source = Head { source, wanted: head, kept: Vec::new() };
    let mut spec = source.spec().clone();
    if let Some(zone) = &settings.timezone {
        spec.clock = spec.clock.in_zone(zone)?;
    }
    let bar = progress::bar(&file.display().to_string(), false);
    let (found, ledger) = pipeline::detect(&mut source, settings.detect, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let mut remarks = source.warnings();
    remarks.extend(ledger.remarks());
    remarks.extend(quality::remarks(&found.epochs, &spec));
    Ok(inspected(file, spec, ledger, remarks, source.kept))
}

fn inspected(
    file: &Path,
    spec: Spec,
    ledger: Ledger,
    mut remarks: Vec<String>,
    kept: Vec<(f64, Frame)>,
) -> Inspected {
    let known = Known::of(&spec);
    remarks.extend(known.advice(&spec).into_iter().map(str::to_owned));
    let head_times = kept.iter().map(|&(at_s, _)| spec.clock.label(at_s)).collect();
    Inspected {
        file: file.display().to_string(),
        format: spec.format.to_string(),
        layout: spec.layout,
        device: spec.device,
        unit: spec.unit.to_string(),
        unit_source: spec.unit_source,
        has_gravity: spec.has_gravity,
        rate_hz: ledger.measured_rate_hz.unwrap_or(ledger.rate_hz),
        rate_source: spec.rate_source,
        start: spec.clock.label(0.0),
        clock: spec.clock.to_string(),
        placement: spec.placement.map(|placement| placement.to_string()),
        side: spec.side.map(|side| side.to_string()),
        full_scale_g: spec.full_scale_g,
        duration_s: ledger.frames as f64 / ledger.rate_hz,
        time: ledger,
        remarks,
        known,
        head: kept.into_iter().map(|(at_s, [x, y, z])| (at_s, x, y, z)).collect(),
        head_times,
    }
}

fn told(about: &Inspected) -> String {
    let mut told = format!("{}\n", about.file);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(told, "  {name:<10} {value}");
    };
    line("format", &format!("{}: {}", about.format, about.layout));
    if let Some(device) = &about.device {
        line("device", device);
    }
    let gravity = if about.has_gravity { "" } else { ", without gravity" };
    line("unit", &format!("{}{gravity} ({})", about.unit, about.unit_source));
    let (grid_hz, true_hz) = (about.time.rate_hz, about.time.measured_rate_hz);
    let by_stamps = match true_hz {
        Some(true_hz) => {
            let drift_ppm = (true_hz / grid_hz - 1.0) * 1e6;
            format!("; {true_hz:.3} Hz by all stamps, {drift_ppm:+.0} ppm")
        }
        None => String::new(),
    };
    line("rate", &format!("{grid_hz:.3} Hz ({}){by_stamps}", about.rate_source));
    line("start", &about.clock);
    let frames = about.time.frames_read;
    line("length", &format!("{}, {frames} samples", length(about.duration_s)));
    let gaps = about.time.gaps.len();
    let gap_s = about.time.gap_hours() * 3600.0;
    line(
        "gaps",
        &if gaps == 0 { "none".to_owned() } else { format!("{gaps}, {} in all", length(gap_s)) },
    );
    let place = [about.side.as_deref(), about.placement.as_deref()];
    let place: Vec<&str> = place.into_iter().flatten().collect();
    let place = if place.is_empty() { "not in the file".to_owned() } else { place.join(" ") };
    line("placement", &place);
    let Known { axes, unit, rate, clock } = &about.known;
    line("sure of", &format!("axes {axes}, unit {unit}, rate {rate}, clock: {clock}"));
    for remark in &about.remarks {
        line("note", remark);
    }
    for (index, ((at_s, x, y, z), time)) in about.head.iter().zip(&about.head_times).enumerate() {
        let name = if index == 0 { "head" } else { "" };
        line(name, &format!("{at_s:12.6} s {time:<29} {x:9.5} {y:9.5} {z:9.5} g"));
    }
    told
}

/// `7 h 59 min 58 s`, without the parts that are zero in front.
fn length(duration_s: f64) -> String {
    let whole_s = duration_s.round() as u64;
    match (whole_s / 3600, whole_s / 60 % 60, whole_s % 60) {
        (0, 0, _) => format!("{duration_s:.1} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, seconds) => format!("{hours} h {minutes} min {seconds} s"),
    }
}
