//! Empatica EmbracePlus's `.avro`: a container with the schema of its records
//! in front (Apache Avro 1.11, object container files), and in each record the
//! accelerometer's start, rate, range and samples (Empatica, EmbracePlus raw
//! data, `rawData.accelerometer`). What else is in the record is read over.

use std::io::Read;
use std::path::Path;

use flate2::read::DeflateDecoder;

use crate::error::{Position, Result};
use crate::recording::{Bases, Format, Frame, Source, Spec, Unit};

use super::bytes::Bytes;
use super::packets::{self, Device, PacketSource};
use super::window::Window;
use super::{OpenOptions, RATE_LIMIT_HZ, refuse};

mod record;

use record::{Accelerometer, Schema};

/// The first bytes of the container.
pub(super) const MAGIC: &[u8] = b"Obj\x01";

/// Bytes of the mark between blocks.
const SYNC: usize = 16;

/// The most bytes of a block, and of what it unpacks to; half an hour of all
/// sensors has some five million.
const BLOCK_LIMIT: usize = 64 << 20;

/// The most bytes of the container's header, most of them the schema.
const HEADER_LIMIT: usize = 1 << 20;

/// Frames that get their time together.
const PACKET: usize = 2048;

/// How blocks are packed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Codec {
    Null,
    Deflate,
}

/// The container: its blocks, and the samples of the record at hand.
struct Container {
    schema: Schema,
    codec: Codec,
    at_hand: Accelerometer,
    /// Samples of it given out.
    given: usize,
    /// Frames a second of the first record.
    rate_hz: f64,
    damaged: Option<String>,
}

impl Container {
    /// Reads the next block into `at_hand`; `false` at the end.
    fn block(&mut self, window: &mut Window) -> Result<bool> {
        let head = window.look(20)?;
        let mut cursor = head;
        let (Some(count), Some(size)) = (record::long(&mut cursor), record::long(&mut cursor))
        else {
            if !head.is_empty() {
                self.damaged = Some("it ends within a block".to_owned());
            }
            return Ok(false);
        };
        let head_bytes = head.len() - cursor.len();
        window.skip(head_bytes);
        let Some(size) = usize::try_from(size).ok().filter(|size| *size <= BLOCK_LIMIT) else {
            self.damaged = Some(format!("a block of {size} bytes"));
            return Ok(false);
        };
        let packed = window.look(size)?;
        if packed.len() < size {
            self.damaged = Some("it ends within a block".to_owned());
        }
        let mut unpacked = Vec::new();
        let content = match self.codec {
            Codec::Null => packed,
            Codec::Deflate => {
                // What can be unpacked of a block that is cut counts.
                let decoder = DeflateDecoder::new(packed).take(BLOCK_LIMIT as u64);
                let _ = { decoder }.read_to_end(&mut unpacked);
                unpacked.as_slice()
            }
        };
        self.at_hand = Accelerometer::default();
        self.given = 0;
        if let Err(why) = self.schema.read(content, count, &mut self.at_hand) {
            self.damaged.get_or_insert(why);
        }
        window.skip(size);
        window.look(SYNC)?;
        window.skip(SYNC);
        Ok(true)
    }
}

impl Device for Container {
    fn packet(&mut self, window: &mut Window, frames: &mut Vec<Frame>) -> Result<Option<i64>> {
        while self.given == self.at_hand.frames() {
            if !self.block(window)? {
                return Ok(None);
            }
        }
        if self.rate_hz == 0.0 {
            self.rate_hz = self.at_hand.rate_hz;
        }
        let accelerometer = &self.at_hand;
        let end = (self.given + PACKET).min(accelerometer.frames());
        let in_g = accelerometer.in_g();
        let [x, y, z] = &accelerometer.axes;
        frames.extend(
            (self.given..end).map(|index| [x[index], y[index], z[index]].map(|v| v * in_g)),
        );
        let from_ns = self.given as f64 / accelerometer.rate_hz.max(1e-3) * 1e9;
        self.given = end;
        Ok(Some(accelerometer.start_us.saturating_mul(1000).saturating_add(from_ns.round() as i64)))
    }

    fn warnings(&self) -> Vec<String> {
        let damage = |why: &String| {
            format!("The file is damaged or cut ({why}); what could be read of it was read.")
        };
        self.damaged.iter().map(damage).collect()
    }
}

/// Opens a recording of an EmbracePlus.
///
/// # Errors
/// Another Avro file, one packed with another codec, and one without a sample.
pub(super) fn open(path: &Path, bytes: Bytes, options: &OpenOptions) -> Result<Box<dyn Source>> {
    let mut window = Window::new(path, bytes);
    let head = window.look(HEADER_LIMIT)?;
    let wrong = |found: &str, expected: &str, help: &str| {
        Err(refuse(path, Position::Byte(0), found, expected, help))
    };
    let copy = "Copy or download the file again";
    let Some((entries, length)) = record::header(head, MAGIC.len()) else {
        return wrong("an Avro header that is cut or damaged", "a schema and a codec", copy);
    };
    let entry = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let codec = match entry("avro.codec").map(Vec::as_slice) {
        None | Some(b"null" | b"") => Codec::Null,
        Some(b"deflate") => Codec::Deflate,
        Some(other) => {
            let found = format!("an Avro file packed with {}", String::from_utf8_lossy(other));
            return wrong(&found, "deflate or none", "Write it again with deflate");
        }
    };
    let Some(schema) = entry("avro.schema").and_then(|text| Schema::of(text)) else {
        return wrong("an Avro file without a schema that can be read", "a schema", copy);
    };
    if !schema.has_accelerometer() {
        let help = "Give the raw data of an EmbracePlus, or export the accelerometer to CSV";
        return wrong("an Avro file of something else", "rawData.accelerometer with x, y, z", help);
    }
    window.skip(length + SYNC);
    let at_hand = Accelerometer::default();
    let container = Container { schema, codec, at_hand, given: 0, rate_hz: 0.0, damaged: None };
    let source = PacketSource::open(window, container, options, |container, first_ns| {
        spec(path, container, first_ns)
    })?;
    Ok(Box::new(source))
}

fn spec(path: &Path, container: &Container, first_ns: i64) -> Result<Spec> {
    let accelerometer = &container.at_hand;
    let rate_hz = container.rate_hz;
    if !(rate_hz > 0.0 && rate_hz <= RATE_LIMIT_HZ) {
        let found = format!("an accelerometer at {rate_hz} Hz");
        let expected = format!("up to {RATE_LIMIT_HZ} Hz");
        return Err(refuse(path, Position::File, found, expected, "Download the recording again"));
    }
    let offset_s = accelerometer.timezone_s;
    let wall_ns = first_ns.saturating_add(i64::from(offset_s.unwrap_or(0)) * 1_000_000_000);
    Ok(Spec {
        format: Format::Avro,
        layout: "rawData.accelerometer, a start and a rate a record".to_owned(),
        device: Some("Empatica EmbracePlus".to_owned()),
        unit: Unit::Counts { per_g: 1.0 / f64::from(accelerometer.in_g()) },
        unit_source: "from the range in the record".to_owned(),
        has_gravity: true,
        has_stamps: true,
        rate_hz,
        rate_source: "from the record".to_owned(),
        clock: packets::clock(wall_ns, Some(offset_s.unwrap_or(0))),
        placement: None,
        side: None,
        full_scale_g: accelerometer.full_scale_g(),
        bases: Bases::default(),
    })
}
