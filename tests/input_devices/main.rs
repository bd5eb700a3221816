//! The files of devices and phone apps: what a writer of the test's own wrote is
//! read back, and what is cut or damaged is read as far as it goes or refused.

mod actigraph;
mod axivity;
mod damage;
mod edf;
mod embrace;
mod geneactiv;
mod packages;
mod parmay;
mod same_night;
mod week;

use std::io::Write;
use std::path::Path;

use hypnic::error::Result;
use hypnic::input::{OpenOptions, open};
use hypnic::recording::{Block, Frame, Spec};

/// A recording read to its end.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) spec: Spec,
    pub(crate) stamps_ns: Vec<i64>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) warnings: Vec<String>,
}

/// Reads a file, and holds it to the contract of every reader.
pub(crate) fn read_path(path: &Path, options: &OpenOptions) -> Result<Read> {
    let mut source = open(path, options)?;
    let mut read = Read {
        spec: source.spec().clone(),
        stamps_ns: Vec::new(),
        frames: Vec::new(),
        warnings: Vec::new(),
    };
    let mut block = Block::default();
    while source.read(&mut block)? {
        assert!(!block.frames.is_empty() && block.frames.len() < 100_000, "block size");
        assert!(block.frames.iter().flatten().all(|value| value.is_finite()), "finite");
        let stamps = if read.spec.has_stamps { block.frames.len() } else { 0 };
        assert_eq!(block.stamps_ns.len(), stamps, "a stamp a frame");
        read.stamps_ns.append(&mut block.stamps_ns);
        read.frames.append(&mut block.frames);
    }
    assert!(block.frames.is_empty(), "an empty block at the end");
    assert_eq!(read.stamps_ns.first().copied().unwrap_or(0), 0, "the first stamp is 0");
    read.warnings = source.warnings();
    Ok(read)
}

/// Reads the content of a file.
pub(crate) fn read(content: &[u8]) -> Result<Read> {
    read_with(content, &OpenOptions::default())
}

/// Reads the content of a file in a way.
pub(crate) fn read_with(content: &[u8], options: &OpenOptions) -> Result<Read> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    read_path(file.path(), options)
}

/// Holds stamps against moments in seconds from the first.
pub(crate) fn assert_stamps(stamps_ns: &[i64], expected_s: &[f64], within_s: f64) {
    assert_eq!(stamps_ns.len(), expected_s.len(), "number of stamps");
    for (index, (&stamp_ns, &expected_s)) in stamps_ns.iter().zip(expected_s).enumerate() {
        let stamp_s = stamp_ns as f64 / 1e9;
        assert!(
            (stamp_s - expected_s).abs() <= within_s,
            "stamp {index}: {stamp_s} s, expected {expected_s} s"
        );
    }
}
