//! How many instructions a frame costs, counted by valgrind and compared with
//! the figures in `benches/instructions.csv`: a slow-down cannot hide in the
//! noise of the machine.
//!
//! ```text
//! cargo bench --bench instructions              compare; more than 3 % off fails
//! cargo bench --bench instructions -- --bless   record what is found
//! ```
//!
//! A count is the difference of a long and a short run over the difference of
//! their frames, so that starting up is not in it. Other compilers make other
//! code: figures of another one are told, not compared.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use hypnic::condition::{Conditioner, Uniform};
use hypnic::detect::{self, Detector, Found};
use hypnic::input::{self, OpenOptions};
use hypnic::recording::{Block, Format, Frame, Source as _, Spec, Unit};
use hypnic::simulate::{Scene, SimulatedNight, Stamps, simulate, write_csv};
use hypnic::time::Clock;

/// How far a count may be from the recorded one.
const TOLERANCE: f64 = 0.03;

const RATE_HZ: f64 = 100.0;

/// The short and the long run, h.
const HOURS: [f64; 2] = [0.5, 1.5];

/// What is counted; the names in the table.
const WORKS: [&str; 3] = ["detect", "condition", "csv row"];

/// Set for the process that valgrind looks at.
const INNER: &str = "HYPNIC_COUNTED";

fn main() -> ExitCode {
    if let Ok(inner) = std::env::var(INNER) {
        let (work, file) = inner.split_once('=').expect("work=file");
        counted(work, Path::new(file));
        return ExitCode::SUCCESS;
    }
    if let Some(why) = cannot_count() {
        eprintln!("SKIPPED: instructions are not compared: {why}");
        return ExitCode::SUCCESS;
    }
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.csv");
    let compiler = compiler();
    let found = WORKS.map(|work| (work, count(work)));
    if std::env::args().any(|argument| argument == "--bless") {
        let mut rows = "what,instructions a frame,compiler\n".to_owned();
        for (work, count) in found {
            let _ = writeln!(rows, "{work},{count:.1},{compiler}");
        }
        fs::write(&table, rows).expect("the table can be written");
        return ExitCode::SUCCESS;
    }
    let recorded = fs::read_to_string(&table).expect("the table can be read");
    let mut is_off = false;
    for (work, count) in found {
        let row = recorded.lines().find_map(|line| line.strip_prefix(work)?.strip_prefix(','));
        let (before, with) = row.and_then(|row| row.split_once(',')).unwrap_or(("0", ""));
        let before: f64 = before.parse().expect("a count in the table");
        let change = count / before - 1.0;
        let verdict = match change.abs() <= TOLERANCE {
            true => "as recorded",
            false if with != compiler => "recorded with another compiler, not compared",
            false => {
                is_off = true;
                "OFF"
            }
        };
        println!("{work:10} {count:8.1} a frame, {:+6.1} %: {verdict}", 100.0 * change);
    }
    if is_off {
        eprintln!("If that is meant: cargo bench --bench instructions -- --bless");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Why nothing can be counted here.
fn cannot_count() -> Option<&'static str> {
    #[cfg(target_arch = "x86_64")]
    if !std::is_x86_feature_detected!("avx2") {
        return Some("the figures are those of a machine with AVX2");
    }
    if cfg!(not(target_arch = "x86_64")) {
        return Some("the figures are those of an x86-64 machine");
    }
    let valgrind = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if valgrind.is_ok_and(|status| status.success()) {
        None
    } else {
        Some("valgrind is not installed")
    }
}

fn compiler() -> String {
    let version = Command::new("rustc").arg("--version").output().expect("rustc is there");
    let version = String::from_utf8_lossy(&version.stdout);
    version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// Instructions a frame.
fn count(work: &str) -> f64 {
    let [(short, few), (long, many)] = HOURS.map(|hours| {
        let night = simulated(hours);
        let file = input_of(work, &night);
        (instructions(work, &file), night.frames() as f64)
    });
    (long - short) / (many - few)
}

fn simulated(hours: f64) -> SimulatedNight {
    let mut plan = Scene::AnklePlm.plan(7);
    plan.hours = hours;
    plan.sensor.rate_hz = RATE_HZ;
    plan.sensor.stamps = Stamps::Iso;
    simulate(&plan, 7)
}

/// The frames as they lie in memory, or as text; made before anything is counted.
fn input_of(work: &str, night: &SimulatedNight) -> PathBuf {
    let name = format!("counted-{}-{}", work.replace(' ', "-"), night.frames());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut file = File::create(&path).expect("a file of the night");
    if work == "csv row" {
        write_csv(night, Stamps::Iso, file).expect("the night written");
        return path;
    }
    let (mut source, mut block) = (night.source(), Block::default());
    while source.read(&mut block).expect("the simulator does not fail") {
        let bytes: Vec<u8> =
            block.frames.as_flattened().iter().flat_map(|value| value.to_le_bytes()).collect();
        file.write_all(&bytes).expect("the night written");
    }
    path
}

/// Runs this program again under valgrind.
fn instructions(work: &str, file: &Path) -> f64 {
    let this = std::env::current_exe().expect("this program");
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(this)
        .env(INNER, format!("{work}={}", file.display()))
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let count = said.lines().find_map(|line| line.split_once("refs:"));
    let digits: String =
        count.unwrap_or_else(|| panic!("{said}")).1.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a number of instructions")
}

/// Of frames without stamps.
fn spec() -> Spec {
    Spec {
        format: Format::Csv,
        layout: String::new(),
        device: None,
        unit: Unit::G,
        unit_source: String::new(),
        has_gravity: true,
        has_stamps: false,
        rate_hz: RATE_HZ,
        rate_source: String::new(),
        clock: Clock::None,
        placement: None,
        side: None,
        full_scale_g: None,
        bases: Default::default(),
    }
}

/// What is counted.
fn counted(work: &str, file: &Path) {
    if work == "csv row" {
        let mut source = input::open(file, &OpenOptions::default()).expect("understood");
        let mut block = Block::default();
        while source.read(&mut block).expect("well-formed") {
            std::hint::black_box(&block);
        }
        return;
    }
    let bytes = fs::read(file).expect("written before");
    let (values, _) = bytes.as_chunks::<4>();
    let (frames, _) = values.as_chunks::<3>();
    let mut detector = Detector::new(RATE_HZ, detect::Settings::default()).expect("a rate");
    let mut conditioner = Conditioner::new(&spec());
    let (mut uniform, mut found) = (Uniform::default(), Found::default());
    for frames in frames.chunks(4096) {
        let frames = || frames.iter().map(|frame| frame.map(f32::from_le_bytes));
        uniform.clear();
        if work == "condition" {
            let block = Block { frames: frames().collect::<Vec<Frame>>(), stamps_ns: Vec::new() };
            conditioner.push(&block, &mut uniform);
        } else {
            uniform.frames.extend(frames());
            detector.push(&uniform, &mut found);
        }
    }
    std::hint::black_box((uniform, found));
}
