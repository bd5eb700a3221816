//! One simulated night, as every kind of file has it.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use hypnic::recording::{Block, Frame, Source};
use hypnic::simulate::{Scene, SimulatedNight, Stamps, simulate, write_csv};
use zip::CompressionMethod;

use crate::actigraph::{self, Gt3x, Second, archive};
use crate::axivity::{Cwa, Layout, Sector};
use crate::edf::Edf;
use crate::embrace::Avro;
use crate::geneactiv::{Bin, Page};
use crate::parmay::{Matrix, Packet};
use crate::read;

const RATE_HZ: usize = 100;

/// Whole pages, packets and sectors of all formats: 30 s.
const WHOLE: usize = 30 * RATE_HZ;

/// A kind of file: its name, its bytes, and by how much a number may differ.
type File = (&'static str, Vec<u8>, f32);

struct Night {
    simulated: SimulatedNight,
    frames: Vec<Frame>,
}

fn night(scene: Scene, seed: u64, hours: f64) -> Night {
    let mut plan = scene.plan(seed);
    plan.hours = hours;
    plan.sensor.rate_hz = RATE_HZ as f64;
    plan.sensor.faults = Scene::AnklePlm.plan(seed).sensor.faults;
    let simulated = simulate(&plan, seed);
    let (mut source, mut block, mut frames) = (simulated.source(), Block::default(), Vec::new());
    while source.read(&mut block).unwrap() {
        frames.append(&mut block.frames);
    }
    frames.truncate(frames.len() / WHOLE * WHOLE);
    Night { simulated, frames }
}

impl Night {
    /// In steps of a converter.
    fn counts(&self, per_g: f32) -> Vec<[i16; 3]> {
        self.frames.iter().map(|frame| frame.map(|value| (value * per_g).round() as i16)).collect()
    }

    fn csv(&self, stamps: Stamps) -> Vec<u8> {
        let mut text = Vec::new();
        write_csv(&self.simulated, stamps, &mut text).unwrap();
        text
    }

    /// As a German spreadsheet saves it.
    fn semicolons(&self) -> Vec<u8> {
        let mut text = "time;x;y;z\r\n".to_owned();
        for (n, [x, y, z]) in self.frames.iter().enumerate() {
            let row = format!("{:.2};{x:.5};{y:.5};{z:.5}\r\n", n as f64 / RATE_HZ as f64);
            text += &row.replace('.', ",");
        }
        text.into_bytes()
    }

    /// Tabs, milliseconds since 1970, m/s².
    fn tabs(&self) -> Vec<u8> {
        let mut text = "timestamp\taccX\taccY\taccZ\n".to_owned();
        for (n, frame) in self.frames.iter().enumerate() {
            let [x, y, z] = frame.map(|value| value * 9.80665);
            let at_ms = 1_710_281_707_000 + n * 1000 / RATE_HZ;
            writeln!(text, "{at_ms}\t{x:.5}\t{y:.5}\t{z:.5}").unwrap();
        }
        text.into_bytes()
    }

    fn wav(&self) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels: 3,
            sample_rate: RATE_HZ as u32,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut file = Cursor::new(Vec::new());
        let mut wav = hound::WavWriter::new(&mut file, spec).unwrap();
        self.frames.iter().flatten().for_each(|&value| wav.write_sample(value).unwrap());
        wav.finalize().unwrap();
        file.into_inner()
    }

    fn cwa(&self, layout: Layout) -> Vec<u8> {
        let begin_s = |sector: usize, length: usize| (sector * length) as f64 / RATE_HZ as f64;
        let sector = |(index, counts): (usize, &[[i16; 3]])| Sector {
            begin_s: begin_s(index, layout.capacity()),
            counts: counts.to_vec(),
        };
        let sectors =
            self.counts(256.0).chunks(layout.capacity()).enumerate().map(sector).collect();
        Cwa { layout, sectors, ..Cwa::sample() }.write()
    }

    fn gt3x(&self, wide: bool) -> Vec<u8> {
        let second = |(index, counts): (usize, &[[i16; 3]])| Second {
            at_s: actigraph::START_S + index as u32,
            counts: counts.to_vec(),
        };
        let seconds = self.counts(256.0).chunks(RATE_HZ).enumerate().map(second).collect();
        Gt3x { rate_hz: RATE_HZ as u32, wide, seconds }.write()
    }

    fn bin(&self) -> Vec<u8> {
        let page = |(index, counts): (usize, &[[i16; 3]])| Page {
            at_ms: 3000 * index as i64,
            counts: counts.to_vec(),
        };
        let pages = self.counts(256.0).chunks(300).enumerate().map(page).collect();
        // 100 · count / gain.
        Bin { gain: [25_600; 3], offset: [0; 3], pages, ..Bin::sample() }.write()
    }

    fn edf(&self, bdf: bool) -> Vec<u8> {
        let record = |(index, counts): (usize, &[[i16; 3]])| {
            (2.0 * index as f64, counts.iter().map(|counts| counts.map(i32::from)).collect())
        };
        let records: Vec<_> =
            self.counts(2000.0).chunks(2 * RATE_HZ).enumerate().map(record).collect();
        Edf { promised: records.len() as i64, records, bdf, ..Edf::sample() }.write()
    }

    fn matrix(&self) -> Vec<u8> {
        let begin_s = Matrix::sample().packets[0].begin_s;
        let packet = |(index, counts): (usize, &[[i16; 3]])| Packet {
            begin_s: begin_s + 10 * index as u32,
            end_s: begin_s + 10 * (index as u32 + 1),
            counts: counts.to_vec(),
            others: [3, 2, 1],
        };
        // The full scale is 32 767.
        let packets =
            self.counts(32_767.0 / 8.0).chunks(10 * RATE_HZ).enumerate().map(packet).collect();
        Matrix { range_g: 8, packets }.write()
    }

    fn avro(&self) -> Vec<u8> {
        Avro { rate_hz: RATE_HZ as f32, counts: self.counts(2048.0), ..Avro::sample() }.write()
    }

    /// The night in every kind of file.
    fn files(&self) -> Vec<File> {
        let plain = self.csv(Stamps::None);
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&plain).unwrap();
        let zipped = archive(&[("night.csv", &plain)], CompressionMethod::Deflated);
        let step = |per_g: f32| 0.5001 / per_g;
        vec![
            ("packed.csv.gz", packed.finish().unwrap(), 1e-6),
            ("zipped.zip", zipped, 1e-6),
            ("plain.csv", plain, 1e-6),
            ("stamped.csv", self.csv(Stamps::Iso), 1e-6),
            ("semicolons.csv", self.semicolons(), 6e-6),
            ("tabs.tsv", self.tabs(), 2e-6),
            ("float.wav", self.wav(), 0.0),
            ("packed.cwa", self.cwa(Layout::Packed), step(256.0) + 7.0 / 256.0),
            ("integers.cwa", self.cwa(Layout::Integers), step(256.0)),
            ("twelve.gt3x", self.gt3x(false), step(256.0)),
            ("sixteen.gt3x", self.gt3x(true), step(256.0)),
            ("pages.bin", self.bin(), step(256.0)),
            ("sixteen.edf", self.edf(false), step(2000.0) + 1e-3),
            ("twenty-four.bdf", self.edf(true), step(2000.0) + 1e-3),
            // Its full scale is 32 767 above zero.
            ("packets.mtx", self.matrix(), step(4096.0) + 8.0 / 32_767.0),
            ("deflated.avro", self.avro(), step(2048.0)),
        ]
    }
}

/// The nights of this test: one of six minutes; or eight, of half an hour to two
/// hours, whose files are left in the folder `HYPNIC_NIGHTS` for
/// `scripts/bench-batch.py`.
fn nights() -> (Option<PathBuf>, Vec<Night>) {
    let scenes = [Scene::Mixed, Scene::AnklePlm, Scene::Healthy, Scene::Restless];
    match std::env::var_os("HYPNIC_NIGHTS") {
        None => (None, vec![night(scenes[0], 5, 0.1)]),
        Some(folder) => {
            let of = |n: usize| night(scenes[n % 4], n as u64, 0.5 + 0.2 * n as f64);
            (Some(folder.into()), (0..8).map(of).collect())
        }
    }
}

#[test]
fn a_night_is_the_same_in_every_kind_of_file() {
    let (folder, nights) = nights();
    for (number, night) in nights.iter().enumerate() {
        for (name, bytes, within_g) in night.files() {
            let read = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(read.warnings, [""; 0], "{name}");
            assert_eq!(read.frames.len(), night.frames.len(), "{name}");
            for (n, (frame, expected)) in read.frames.iter().zip(&night.frames).enumerate() {
                let is_near = (0..3).all(|axis| (frame[axis] - expected[axis]).abs() <= within_g);
                assert!(is_near, "{name}, frame {n}: {frame:?}, expected {expected:?}");
            }
            if let Some(folder) = &folder {
                let folder = folder.join(number.to_string());
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join(name), bytes).unwrap();
            }
        }
    }
}
