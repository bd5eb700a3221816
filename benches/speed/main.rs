//! How fast the stages are, each beside its limit measured in the same moment,
//! and the ratio of the two as a Markdown table.
//!
//! ```text
//! cargo bench --bench speed                     everything
//! cargo bench --bench speed -- csv              what has csv in its name
//! ```
//!
//! The machine may be busy and its clock may change; what stays is the ratio of
//! two things that were measured in turns.

mod inputs;
mod ratio;

use std::hint::black_box;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use hypnic::condition::{Conditioner, Uniform};
use hypnic::detect::{self, Detector, Found};
use hypnic::input::{self, OpenOptions};
use hypnic::pipeline;
use hypnic::recording::{Block, Frame};

use inputs::Inputs;
use ratio::Bench;

/// Frames handed on at a time, as the readers do.
const BLOCK: usize = 4096;

fn main() {
    let inputs = Inputs::new();
    let mut bench = Bench::new();
    in_memory(&mut bench, &inputs);
    reading(&mut bench, &inputs);
    commands(&mut bench, &inputs);
    bench.finish();
}

/// Stages between frames in memory and what is found, beside a copy of the
/// frames.
fn in_memory(bench: &mut Bench, inputs: &Inputs) {
    let frames = &inputs.night;
    let limit = || copy(frames);
    let uniform: Vec<Uniform> = frames
        .chunks(BLOCK)
        .map(|frames| Uniform { frames: frames.to_vec(), gaps: Vec::new() })
        .collect();
    let blocks: Vec<Block> = frames
        .chunks(BLOCK)
        .zip(inputs.stamps_ns.chunks(BLOCK))
        .map(|(frames, stamps)| Block { frames: frames.to_vec(), stamps_ns: stamps.to_vec() })
        .collect();
    bench.ratio("loop: frames to movements and epochs", "memcpy of the frames", &limit, &|| {
        detected(&uniform)
    });
    bench.ratio(
        "stage: condition, stamps as they should be",
        "memcpy of the frames",
        &limit,
        &|| conditioned(&blocks),
    );
}

/// The readers, beside the same file read in pieces and its lines counted.
fn reading(bench: &mut Bench, inputs: &Inputs) {
    for (name, path) in [
        ("csv: rows of a steady shape, ISO stamps", &inputs.steady_csv),
        ("csv: any numeric rows, ISO stamps", &inputs.any_csv),
    ] {
        let limit = || newlines(path);
        bench.ratio(name, "read and count newlines", &limit, &|| frames_of(path));
        let name = format!("{}, to movements", name.split(',').next().unwrap_or(name));
        bench.ratio(&name, "read and count newlines", &limit, &|| pipeline_of(path));
    }
}

/// The program itself, beside `wc -l` of the file.
fn commands(bench: &mut Bench, inputs: &Inputs) {
    let path = &inputs.steady_csv;
    let out = inputs.folder.join("out.hypnic");
    let limit = || {
        run(Command::new("wc").arg("-l").arg(path));
        0
    };
    let analyze = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hypnic"));
        run(command.arg("analyze").arg(path).arg("--quiet").arg("--out").arg(&out).args(options));
        0
    };
    for (name, options) in [
        ("command: tables and summary, 1 thread", &["--no-charts", "--jobs", "1"][..]),
        ("command: tables and summary, 2 threads", &["--no-charts", "--jobs", "2"]),
        ("command: all charts, 2 threads", &["--jobs", "2"]),
    ] {
        bench.ratio(name, "wc -l", &limit, &|| analyze(options));
    }
    bench.time("command: --version", &|| {
        run(Command::new(env!("CARGO_BIN_EXE_hypnic")).arg("--version"));
        0
    });
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?}");
}

/// The limit of everything that reads every frame once: they are copied.
fn copy(frames: &[Frame]) -> u64 {
    inputs::with_scratch(|target| {
        target.copy_from_slice(black_box(frames));
        black_box(&target[..]).len() as u64
    })
}

fn detected(blocks: &[Uniform]) -> u64 {
    let mut found = Found::default();
    let mut detector = Detector::new(inputs::RATE_HZ, detect::Settings::default())
        .expect("a rate that recordings have");
    for block in blocks {
        detector.push(block, &mut found);
    }
    detector.finish(&mut found);
    found.movements.len() as u64
}

fn conditioned(blocks: &[Block]) -> u64 {
    let mut conditioner = Conditioner::new(&inputs::spec());
    let mut uniform = Uniform::default();
    for block in blocks {
        uniform.clear();
        conditioner.push(block, &mut uniform);
        black_box(&uniform);
    }
    conditioner.finish(&mut uniform).frames
}

/// The limit of everything that reads a text: its lines are counted.
fn newlines(path: &Path) -> u64 {
    let mut file = std::fs::File::open(path).expect("written before");
    let mut buffer = vec![0; 256 << 10];
    let mut lines = 0;
    loop {
        let bytes = file.read(&mut buffer).expect("can be read");
        if bytes == 0 {
            return lines;
        }
        lines += memchr::memchr_iter(b'\n', &buffer[..bytes]).count() as u64;
    }
}

fn frames_of(path: &Path) -> u64 {
    let mut source = input::open(path, &OpenOptions::default()).expect("understood");
    let (mut block, mut frames) = (Block::default(), 0);
    while source.read(&mut block).expect("well-formed") {
        frames += black_box(&block).frames.len() as u64;
    }
    frames
}

fn pipeline_of(path: &Path) -> u64 {
    let mut source = input::open(path, &OpenOptions::default()).expect("understood");
    let found = pipeline::detect(source.as_mut(), detect::Settings::default(), &mut |_, _| ());
    found.expect("well-formed").0.movements.len() as u64
}
