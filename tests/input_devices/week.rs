//! Long recordings, in as little memory as short ones.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::actigraph::{self, Gt3x, Second};
use crate::axivity::{Cwa, Layout, Sector};
use crate::geneactiv::{Bin, Page};

/// Days of the recordings; a week with `HYPNIC_DAYS=7`.
fn days() -> u32 {
    std::env::var("HYPNIC_DAYS").map_or(1, |days| days.parse().unwrap())
}

/// Address space the command may have, in kilobytes, which is less than any of
/// the files has: the program with a night, and what is kept of every day, which is
/// its epochs and what moved. Here something moves every 20 s and never rests: 4320
/// movements a day of 112 bytes at each of three thresholds, all of them one stretch
/// that is put together at once. A week of it was seen to need 41 MB.
fn memory_kb() -> u32 {
    25_000 + 2700 * days()
}

/// Counts of a sensor at rest that turns a little every second.
fn counts(k: u32) -> [i16; 3] {
    let noise = (k.wrapping_mul(2_654_435_761) >> 29) as i16;
    [noise - 4, (k / 100 % 20) as i16 + noise / 2, 250 + noise]
}

fn cwa(path: &Path, seconds: u32) {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    let mut cwa = Cwa { layout: Layout::Packed, sectors: Vec::new(), ..Cwa::sample() };
    file.write_all(&cwa.write()).unwrap();
    for sector in 0..seconds * 100 / 120 {
        let counts = (0..120).map(|k| counts(sector * 120 + k)).collect();
        cwa.sectors = vec![Sector { begin_s: f64::from(sector) * 1.2, counts }];
        file.write_all(&cwa.write()[1024..]).unwrap();
    }
}

fn gt3x(path: &Path, seconds: u32) {
    let mut zip = ZipWriter::new(std::fs::File::create(path).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut gt3x = Gt3x { rate_hz: 100, wide: true, seconds: Vec::new() };
    zip.start_file("info.txt", options).unwrap();
    zip.write_all(gt3x.info().as_bytes()).unwrap();
    zip.start_file("log.bin", options).unwrap();
    let mut zip = BufWriter::new(zip);
    for second in 0..seconds {
        let counts = (0..100).map(|k| counts(second * 100 + k)).collect();
        gt3x.seconds = vec![Second { at_s: actigraph::START_S + second, counts }];
        zip.write_all(&gt3x.log()).unwrap();
    }
    zip.into_inner().unwrap().finish().unwrap();
}

fn bin(path: &Path, seconds: u32) {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    let mut bin = Bin { pages: Vec::new(), ..Bin::sample() };
    let header = bin.write();
    file.write_all(&header).unwrap();
    for page in 0..seconds / 3 {
        let counts = (0..300).map(|k| counts(page * 300 + k)).collect();
        bin.pages = vec![Page { at_ms: i64::from(page) * 3000, counts }];
        let text = bin.write();
        let at = text.windows(13).position(|bytes| bytes == b"Recorded Data").unwrap();
        file.write_all(&text[at..]).unwrap();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn long_recordings_are_analysed_in_constant_memory() {
    let folder = tempfile::tempdir().unwrap();
    let seconds = days() * 86_400;
    for (name, write) in
        [("a.cwa", cwa as fn(&Path, u32)), ("a.gt3x", gt3x as fn(&Path, u32)), ("a.bin", bin)]
    {
        let path = folder.path().join(name);
        write(&path, seconds);
        let out = folder.path().join("out");
        let (path, out) = (path.to_str().unwrap(), out.to_str().unwrap());
        let analyze = ["analyze", path, "--no-charts", "--json", "--jobs", "1", "--out", out];
        for args in [&["inspect", path, "--json"][..], &analyze] {
            let limited = format!("ulimit -v {}; exec \"$0\" \"$@\"", memory_kb());
            let begin = std::time::Instant::now();
            let run = Command::new("sh")
                .args(["-c", &limited, env!("CARGO_BIN_EXE_hypnic")])
                .args(args)
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&run.stderr);
            assert!(run.status.success(), "{name}: {told}");
            let told: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
            assert_eq!(told["time"]["frames_read"], u64::from(seconds) * 100, "{name}");
            assert_eq!(told["time"]["gaps"].as_array().unwrap().len(), 0, "{name}");
            let megabytes = std::fs::metadata(path).unwrap().len() / 1_000_000;
            let seconds = begin.elapsed().as_secs_f64();
            println!("{name}, {}: {megabytes} MB in {seconds:.2} s", args[0]);
        }
        std::fs::remove_file(path).unwrap();
    }
}
