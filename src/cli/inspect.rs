//! `hypnic inspect`: what a file is understood to be.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use hypnic::condition::Ledger;
use hypnic::input;
use hypnic::night::quality;
use hypnic::pipeline;
use hypnic::recording::Spec;
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
  hypnic inspect night.csv
  hypnic inspect *.csv --json | jq -c '[.file, .rate_hz]'"
)]
pub struct Args {
    /// The recordings
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
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
    duration_s: f64,
    time: Ledger,
    remarks: Vec<String>,
}

/// Runs the command: every file, then the first error, if there was one.
pub fn run(args: Args) -> Result<(), Stop> {
    let mut first_error = None;
    for file in &args.files {
        let mut stdout = io::stdout().lock();
        match inspect(file, &args.options) {
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

fn inspect(file: &Path, options: &RecordingOptions) -> hypnic::error::Result<Inspected> {
    let settings = options.settings()?;
    let mut source = input::open(file, &settings.input)?;
    let mut spec = source.spec().clone();
    if let Some(zone) = &settings.timezone {
        spec.clock = spec.clock.in_zone(zone)?;
    }
    let bar = progress::bar(&file.display().to_string(), false);
    let (found, ledger) =
        pipeline::detect(source.as_mut(), settings.detect, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })?;
    bar.finish_and_clear();
    let mut remarks = source.warnings();
    remarks.extend(ledger.remarks());
    remarks.extend(quality::remarks(&found.epochs, &spec));
    Ok(inspected(file, spec, ledger, remarks))
}

fn inspected(file: &Path, spec: Spec, ledger: Ledger, remarks: Vec<String>) -> Inspected {
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
    line("rate", &format!("{:.3} Hz ({})", about.rate_hz, about.rate_source));
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
    for remark in &about.remarks {
        line("note", remark);
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
