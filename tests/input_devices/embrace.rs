//! EmbracePlus's `.avro`, as Empatica's description of its schema has it.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use hypnic::recording::{Format, Frame};
use proptest::prelude::*;

use crate::{assert_stamps, read};

/// A file to be written: a record of half an hour or so.
#[derive(Debug, Clone)]
pub(crate) struct Avro {
    pub(crate) deflate: bool,
    pub(crate) start_us: i64,
    pub(crate) rate_hz: f32,
    pub(crate) timezone_s: i32,
    pub(crate) counts: Vec<[i16; 3]>,
    /// How the arrays are cut into blocks, and whether these tell their size.
    pub(crate) block: usize,
    pub(crate) sized: bool,
}

const SCHEMA: &str = r#"{"type":"record","name":"raw","namespace":"data.v6","fields":[
 {"name":"schemaVersion","type":{"type":"record","name":"version","fields":[{"name":"major","type":"int"},{"name":"minor","type":["null","int"]}]}},
 {"name":"fwVersion","type":"version"},
 {"name":"deviceSn","type":"string"},
 {"name":"timezone","type":"int"},
 {"name":"rawData","type":{"type":"record","name":"rawData","fields":[
  {"name":"eda","type":{"type":"record","name":"eda","fields":[{"name":"values","type":{"type":"array","items":"float"}},{"name":"other","type":{"type":"map","values":"double"}}]}},
  {"name":"accelerometer","type":{"type":"record","name":"accelerometer","fields":[
   {"name":"timestampStart","type":"long"},{"name":"samplingFrequency","type":"float"},
   {"name":"imuParams","type":{"type":"record","name":"imu","fields":[{"name":"physicalMin","type":"int"},{"name":"physicalMax","type":"int"},{"name":"digitalMin","type":"int"},{"name":"digitalMax","type":"int"}]}},
   {"name":"x","type":{"type":"array","items":"int"}},{"name":"y","type":{"type":"array","items":"int"}},{"name":"z","type":{"type":"array","items":"int"}}]}}]}}]}"#;

fn long(value: i64) -> Vec<u8> {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    [long(text.len() as i64), text.as_bytes().to_vec()].concat()
}

impl Avro {
    pub(crate) fn sample() -> Self {
        let counts = (0..500).map(|k| [k, -k, 2048]).collect();
        let start_us = 1_710_281_707_250_000;
        Self {
            deflate: true,
            start_us,
            rate_hz: 64.0,
            timezone_s: 3600,
            counts,
            block: 100,
            sized: false,
        }
    }

    fn array(&self, items: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
        let items: Vec<Vec<u8>> = items.collect();
        let mut bytes = Vec::new();
        for block in items.chunks(self.block) {
            let content = block.concat();
            if self.sized {
                bytes.extend(long(-(block.len() as i64)));
                bytes.extend(long(content.len() as i64));
            } else {
                bytes.extend(long(block.len() as i64));
            }
            bytes.extend(content);
        }
        bytes.push(0);
        bytes
    }

    fn record(&self) -> Vec<u8> {
        let mut record = [long(6), long(1), long(5), long(2), long(0)].concat();
        record.extend(text("3YK1234"));
        record.extend(long(self.timezone_s.into()));
        record.extend(self.array((0..7u8).map(|k| f32::from(k).to_le_bytes().to_vec())));
        record.extend([long(1), text("key"), 1.5f64.to_le_bytes().to_vec(), long(0)].concat());
        record.extend(long(self.start_us));
        record.extend(self.rate_hz.to_le_bytes());
        record.extend([long(-16), long(16), long(-32768), long(32768)].concat());
        for axis in 0..3 {
            record.extend(self.array(self.counts.iter().map(|counts| long(counts[axis].into()))));
        }
        record
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let codec = if self.deflate { "deflate" } else { "null" };
        let mut file = b"Obj\x01".to_vec();
        file.extend(long(2));
        file.extend(
            [text("avro.schema"), text(SCHEMA), text("avro.codec"), text(codec), long(0)].concat(),
        );
        file.extend([7; 16]);
        let mut content = self.record();
        if self.deflate {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&content).unwrap();
            content = encoder.finish().unwrap();
        }
        file.extend([long(1), long(content.len() as i64), content, vec![7; 16]].concat());
        file
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_is_read_back(
        counts in prop::collection::vec(any::<[i16; 3]>(), 1..5000),
        deflate in any::<bool>(),
        sized in any::<bool>(),
        block in 1usize..3000,
        rate_hz in prop_oneof![Just(64.0f32), Just(63.999), Just(26.0)],
        start_us in 1_500_000_000_000_000i64..2_000_000_000_000_000,
    ) {
        let avro = Avro { deflate, start_us, rate_hz, timezone_s: -18_000, counts, block, sized };
        let read = read(&avro.write()).unwrap();
        prop_assert_eq!(read.spec.format, Format::Avro);
        let expected: Vec<Frame> =
            avro.counts.iter().map(|counts| counts.map(|count| f32::from(count) / 2048.0)).collect();
        prop_assert_eq!(&read.frames, &expected);
        let expected_s: Vec<f64> = (0..expected.len()).map(|k| k as f64 / f64::from(rate_hz)).collect();
        assert_stamps(&read.stamps_ns, &expected_s, 1e-6);
        prop_assert_eq!(read.warnings.len(), 0, "{:?}", read.warnings);
        prop_assert!(read.spec.clock.label(0.0).ends_with("-05:00"));
    }
}

#[test]
fn the_start_is_an_instant() {
    let read = read(&Avro::sample().write()).unwrap();
    assert_eq!(read.spec.clock.label(0.0), "2024-03-12T23:15:07.250+01:00");
    assert_eq!(read.spec.full_scale_g, Some(16.0));
}

#[test]
fn another_avro_file_is_refused() {
    let file = Avro::sample().write();
    let at = file.windows(13).position(|bytes| bytes == b"accelerometer").unwrap();
    let mut other = file.clone();
    other[at..at + 13].copy_from_slice(b"acceleromotor");
    let refused = read(&other).unwrap_err().to_string();
    assert!(refused.contains("rawData.accelerometer"), "{refused}");
}
