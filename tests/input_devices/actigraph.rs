//! ActiGraph's `.gt3x` of both generations, as its format descriptions have it.

use std::io::{Cursor, Write};

use hypnic::recording::{Format, Frame, Placement, Side, Unit};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{assert_stamps, read};

/// A zip archive of files.
pub(crate) fn archive(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A second of samples.
#[derive(Debug, Clone)]
pub(crate) struct Second {
    /// From 1970 on the device's wall clock.
    pub(crate) at_s: u32,
    pub(crate) counts: Vec<[i16; 3]>,
}

/// A file to be written.
#[derive(Debug, Clone)]
pub(crate) struct Gt3x {
    pub(crate) rate_hz: u32,
    /// 16 bits instead of 12.
    pub(crate) wide: bool,
    pub(crate) seconds: Vec<Second>,
}

/// 2024-03-12T22:15:07 as if it were UTC.
pub(crate) const START_S: u32 = 1_710_281_707;

fn record(kind: u8, at_s: u32, content: &[u8]) -> Vec<u8> {
    let mut record = vec![0x1e, kind];
    record.extend(at_s.to_le_bytes());
    record.extend((content.len() as u16).to_le_bytes());
    record.extend(content);
    let sum = record.iter().fold(0, |sum, byte| sum ^ byte);
    record.push(!sum);
    record
}

/// y, x, z in 12 bits each, one after the other.
fn pack(counts: &[[i16; 3]]) -> Vec<u8> {
    let nibbles: Vec<u8> = counts
        .iter()
        .flat_map(|&[x, y, z]| [y, x, z])
        .flat_map(|value| [(value >> 8) as u8 & 15, (value >> 4) as u8 & 15, value as u8 & 15])
        .collect();
    nibbles.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
}

impl Gt3x {
    pub(crate) fn sample() -> Self {
        let second = |index: u32| Second {
            // The device sleeps from the fifth second on, for a minute.
            at_s: START_S + index + if index >= 5 { 60 } else { 0 },
            counts: (0..30).map(|k| [k - 15, index as i16, 256]).collect(),
        };
        Self { rate_hz: 30, wide: false, seconds: (0..10).map(second).collect() }
    }

    pub(crate) fn info(&self) -> String {
        // .NET ticks of the start.
        let ticks = 621_355_968_000_000_000 + i64::from(START_S) * 10_000_000;
        format!(
            "Serial Number: MOS2E39180594\nDevice Type: wGT3XBT\nBattery Voltage: 4,03\n\
             Sample Rate: {}\nStart Date: {ticks}\nTimeZone: -04:30:00\n\
             Acceleration Scale: 256.0\nAcceleration Min: -8.0\nAcceleration Max: 8.0\n\
             Limb: Ankle\nSide: Left\n",
            self.rate_hz
        )
    }

    pub(crate) fn log(&self) -> Vec<u8> {
        let mut log = record(0x15, START_S - 9, &[3; 40]);
        let mut last_s = None;
        for second in &self.seconds {
            if last_s.is_some_and(|last_s| second.at_s > last_s + 1) {
                log.extend(record(0x03, last_s.unwrap() + 1, &[8]));
                log.extend(record(0x03, second.at_s, &[9]));
            }
            last_s = Some(second.at_s);
            let content: Vec<u8> = if self.wide {
                second.counts.iter().flatten().flat_map(|count| count.to_le_bytes()).collect()
            } else {
                pack(&second.counts)
            };
            log.extend(record(if self.wide { 0x1a } else { 0 }, second.at_s, &content));
            // Light and battery, between the samples.
            log.extend(record(0x05, second.at_s, &[0x1e, 0x1e]));
        }
        // As written when the cable is plugged in.
        log.extend(record(0, last_s.unwrap_or(START_S) + 1, &[0]));
        log
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let (log, info) = (self.log(), self.info());
        let method =
            if self.wide { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        archive(&[("log.bin", &log), ("info.txt", info.as_bytes())], method)
    }

    pub(crate) fn frames(&self) -> Vec<Frame> {
        let counts = self.seconds.iter().flat_map(|second| &second.counts);
        counts.map(|counts| counts.map(|count| f32::from(count) / 256.0)).collect()
    }
}

fn gt3x() -> impl Strategy<Value = Gt3x> {
    (any::<bool>(), prop_oneof![Just(30u32), Just(100), Just(33), Just(1)]).prop_flat_map(
        |(wide, rate_hz)| {
            let count = move || {
                let limit = if wide { i16::MAX } else { 2047 };
                -limit - 1..=limit
            };
            let counts = prop::collection::vec([count(), count(), count()], rate_hz as usize);
            prop::collection::vec((counts, prop_oneof![9 => Just(1u32), 1 => 2u32..5000]), 1..12)
                .prop_map(move |seconds| {
                    let mut at_s = START_S;
                    let seconds = seconds
                        .into_iter()
                        .map(|(counts, step_s)| {
                            let second = Second { at_s, counts };
                            at_s += step_s;
                            second
                        })
                        .collect();
                    Gt3x { rate_hz, wide, seconds }
                })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(gt3x in gt3x()) {
        let read = read(&gt3x.write()).unwrap();
        prop_assert_eq!(read.spec.format, Format::Gt3x);
        prop_assert_eq!(&read.frames, &gt3x.frames());
        let expected_s: Vec<f64> = gt3x
            .seconds
            .iter()
            .flat_map(|second| {
                let begin_s = f64::from(second.at_s - START_S);
                (0..gt3x.rate_hz).map(move |k| begin_s + f64::from(k) / f64::from(gt3x.rate_hz))
            })
            .collect();
        assert_stamps(&read.stamps_ns, &expected_s, 1e-8);
        let sleeps = gt3x.seconds.windows(2).any(|pair| pair[1].at_s > pair[0].at_s + 1);
        prop_assert_eq!(read.warnings.len(), usize::from(sleeps), "{:?}", read.warnings);
    }

    #[test]
    fn the_first_generation_is_read_back(
        counts in prop::collection::vec([-2048i16..2048, -2048i16..2048, -2048i16..2048], 1..3000),
    ) {
        let packed = pack(&counts);
        let info = "Serial Number: NEO1B34100019\nSample Rate: 30\nStart Date: 634236966000000000\n";
        let files: [(&str, &[u8]); 3] =
            [("activity.bin", &packed), ("lux.bin", &[0; 40]), ("info.txt", info.as_bytes())];
        let content = archive(&files, CompressionMethod::Deflated);
        let even = counts.len() / 2 * 2;
        if even == 0 {
            prop_assert!(read(&content).is_err());
            return Ok(());
        }
        let read = read(&content).unwrap();
        let expected: Vec<Frame> =
            counts[..even].iter().map(|counts| counts.map(|count| f32::from(count) * (1.0 / 341.0))).collect();
        prop_assert_eq!(read.frames, expected);
        let expected_s: Vec<f64> = (0..even).map(|k| k as f64 / 30.0).collect();
        assert_stamps(&read.stamps_ns, &expected_s, 1e-7);
        prop_assert_eq!(read.spec.clock.label(0.0), "2010-10-26T13:30:00.000");
        prop_assert_eq!(read.warnings.len(), counts.len() % 2);
    }
}

/// ActiGraph, `activity.bin` format: the example with its table of values.
#[test]
fn the_example_of_the_manufacturer_is_unpacked() {
    let packed =
        [0x00, 0x60, 0x08, 0xeb, 0xd0, 0x07, 0x00, 0x9e, 0xbf, 0x00, 0x70, 0x08, 0xeb, 0xf0];
    let log = [record(0, START_S, &packed), record(0, START_S + 1, &packed)].concat();
    let info = "Serial Number: NEO1B34100019\nSample Rate: 3\nStart Date: 634236966000000000\n";
    let files: [(&str, &[u8]); 2] = [("log.bin", &log), ("info.txt", info.as_bytes())];
    let read = read(&archive(&files, CompressionMethod::Stored)).unwrap();
    let expected = [[0.023, 0.018, -0.947], [0.026, 0.021, -0.941], [0.023, 0.021, -0.941]];
    assert_eq!(read.frames.len(), 6);
    for (frame, expected) in read.frames.iter().zip(expected.iter().cycle()) {
        for (value, expected) in frame.iter().zip(expected) {
            assert!((value - expected).abs() < 5.1e-4, "{frame:?}, expected {expected:?}");
        }
    }
}

#[test]
fn info_tells_zone_place_and_range() {
    let read = read(&Gt3x::sample().write()).unwrap();
    assert_eq!(read.spec.clock.label(0.0), "2024-03-12T22:15:07.000-04:30");
    assert_eq!((read.spec.placement, read.spec.side), (Some(Placement::Ankle), Some(Side::Left)));
    assert_eq!(read.spec.full_scale_g, Some(8.0));
    assert_eq!(read.spec.unit, Unit::Counts { per_g: 256.0 });
    assert_eq!(read.stamps_ns[150], 65_000_000_000, "the minute asleep is a gap");
    assert!(read.warnings[0].contains("fell asleep 1 time"));
}

#[test]
fn damaged_records_are_left_out_and_the_next_one_is_found() {
    let gt3x = Gt3x::sample();
    let (mut log, info) = (gt3x.log(), gt3x.info());
    let second = record(0, START_S + 2, &pack(&gt3x.seconds[2].counts));
    let at = log.windows(second.len()).position(|bytes| bytes == second).unwrap();
    // A length that points far behind the end.
    log[at + 6..at + 8].fill(0xff);
    let files: [(&str, &[u8]); 2] = [("log.bin", &log), ("info.txt", info.as_bytes())];
    let read = read(&archive(&files, CompressionMethod::Stored)).unwrap();
    assert_eq!(read.frames.len(), 9 * 30);
    assert_eq!(read.stamps_ns[60], 3_000_000_000);
    assert!(read.warnings.iter().any(|warning| warning.contains("damaged in 1 place")));
}
