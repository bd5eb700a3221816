//! What is measured: one simulated night, made once.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use hypnic::recording::{Block, Frame, Source as _, Spec};
use hypnic::simulate::{Scene, SimulatedNight, Stamps, simulate, write_csv};

/// Rate of the night, Hz.
pub const RATE_HZ: f64 = 100.0;

/// Length of the night, h.
const HOURS: f64 = 8.0;

const SEED: u64 = 7;

/// A night in memory and in files.
pub struct Inputs {
    /// Where the files are.
    pub folder: PathBuf,
    /// The frames, 2.88 million of them.
    pub night: Vec<Frame>,
    /// Their stamps.
    pub stamps_ns: Vec<i64>,
    /// As the simulator writes it: `2024-03-12T22:00:00.020+01:00,0.012300,…`.
    pub steady_csv: PathBuf,
    /// In m/s² and with as many decimals as it takes, so that hardly two rows
    /// have their digits in the same places.
    pub any_csv: PathBuf,
}

fn simulated() -> SimulatedNight {
    let mut plan = Scene::AnklePlm.plan(SEED);
    plan.hours = HOURS;
    plan.sensor.rate_hz = RATE_HZ;
    plan.sensor.stamps = Stamps::Iso;
    simulate(&plan, SEED)
}

/// What is known of the night.
pub fn spec() -> Spec {
    let mut plan = Scene::AnklePlm.plan(SEED);
    plan.hours = 0.1;
    plan.sensor.rate_hz = RATE_HZ;
    plan.sensor.stamps = Stamps::Iso;
    simulate(&plan, SEED).spec().clone()
}

impl Inputs {
    /// Simulates, and writes the files unless they are there.
    pub fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("speed");
        std::fs::create_dir_all(&folder).expect("a folder for the night");
        let night = simulated();
        let mut source = night.source();
        let (mut block, mut frames, mut stamps_ns) = (Block::default(), Vec::new(), Vec::new());
        while source.read(&mut block).expect("the simulator does not fail") {
            frames.extend_from_slice(&block.frames);
            stamps_ns.extend_from_slice(&block.stamps_ns);
        }
        let [steady_csv, any_csv] = ["steady.csv", "any.csv"].map(|name| folder.join(name));
        let file = File::create(&steady_csv).expect("a file of the night");
        write_csv(&night, Stamps::Iso, file).expect("the night written");
        write_any(&any_csv, &frames, &stamps_ns).expect("the night written");
        SCRATCH.with_borrow_mut(|scratch| scratch.resize(frames.len(), [0.0; 3]));
        Self { folder, night: frames, stamps_ns, steady_csv, any_csv }
    }
}

fn write_any(path: &Path, frames: &[Frame], stamps_ns: &[i64]) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "time,ax (m/s^2),ay (m/s^2),az (m/s^2)")?;
    for (frame, stamp_ns) in frames.iter().zip(stamps_ns) {
        let [x, y, z] = frame.map(|value| (f64::from(value) * 9806.65).round() / 1e3);
        let ms = stamp_ns / 1_000_000;
        let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        let ms = ms % 1000;
        writeln!(file, "2024-03-12T{hour:02}:{minute:02}:{second:02}.{ms:03}Z,{x},{y},{z}")?;
    }
    file.flush()
}

thread_local! {
    static SCRATCH: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// Calls back with memory for a night of frames, which was written before: a
/// copy is not to be slowed by the first touch of its pages.
pub fn with_scratch<T>(take: impl FnOnce(&mut [Frame]) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| take(scratch))
}
