//! Parmay's Matrix: a page for remarks, a header, then packets of any length with
//! a checksum each and whole seconds at begin and end (layout as in GGIRread's
//! `readParmayMatrix`, 2025).

use std::path::Path;

use flate2::Crc;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::Result;
use crate::recording::{Bases, Basis, Format, Frame, Source, Spec, Unit};
use crate::time::{Clock, ZoneSource};

use super::bytes::Bytes;
use super::packets::{Device, PacketSource, bad_header};
use super::window::Window;
use super::{OpenOptions, counted};

/// Where the signature is, behind the remarks, …
pub(super) const MAGIC_AT: usize = 512;

/// … and what it is.
pub(super) const MAGIC: &[u8] = b"MDTC";

/// Signature, number of packets, and the ranges of accelerometer and gyroscope.
const HEADER: usize = MAGIC_AT + 12;

/// What a packet begins with.
const PACKET: &[u8] = b"MDTCPACK";

/// Signature, checksum, begin, end, and the numbers of samples of four sensors.
const PACKET_HEADER: usize = 36;

/// Where the checked part of a packet begins.
const CHECKED: usize = 12;

/// The largest packet believed, bytes: ten minutes of everything.
const LARGEST: usize = 4 << 20;

/// The rates of the device, Hz.
const RATES_HZ: [f64; 4] = [12.5, 25.0, 50.0, 100.0];

/// The packets of a file.
struct Packets {
    range_g: f32,
    /// Frames a second of the packet before, by its whole seconds.
    observed_hz: Option<f64>,
    damaged: u64,
    /// Whole packets so far, and as many as the header says there are.
    seen: u64,
    stated: u64,
    ended: bool,
}

impl Packets {
    /// Whether the packet in front is whole, and how long; 0 for what is none.
    fn whole(window: &mut Window) -> Result<usize> {
        let head = window.look(PACKET_HEADER)?;
        if head.len() < PACKET_HEADER || !head.starts_with(PACKET) {
            return Ok(0);
        }
        let crc32 = word(head, 8);
        // Samples of accelerometer, gyroscope, thermometer and heart have 6, 6, 4
        // and 4 bytes.
        let samples = [(20, 6), (24, 6), (28, 4), (32, 4)];
        let length = samples.iter().try_fold(PACKET_HEADER, |length, &(at, bytes)| {
            (word(head, at) as usize).checked_mul(bytes)?.checked_add(length)
        });
        let Some(length) = length.filter(|length| *length <= LARGEST) else { return Ok(0) };
        let packet = window.look(length)?;
        let mut crc = Crc::new();
        crc.update(packet.get(CHECKED..).unwrap_or_default());
        Ok(if packet.len() == length && crc.sum() == crc32 { length } else { 0 })
    }

    /// Goes on to the next signature; false at the end of the file.
    fn seek(window: &mut Window) -> Result<bool> {
        loop {
            let seen = window.look(4096)?;
            if seen.len() < PACKET.len() {
                return Ok(false);
            }
            if let Some(at) = memchr::memmem::find(seen, PACKET) {
                window.skip(at);
                return Ok(true);
            }
            let passed = seen.len() + 1 - PACKET.len();
            window.skip(passed);
        }
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([0, 1, 2, 3].map(|byte| bytes[at + byte]))
}

impl Device for Packets {
    fn packet(&mut self, window: &mut Window, frames: &mut Vec<Frame>) -> Result<Option<i64>> {
        while Self::seek(window)? {
            let length = Self::whole(window)?;
            if length == 0 {
                self.damaged += 1;
                window.skip(PACKET.len());
                continue;
            }
            let packet = window.look(length)?;
            let (begin_s, end_s) = (word(packet, 12), word(packet, 16));
            let count = word(packet, 20) as usize;
            let samples = &packet[PACKET_HEADER..PACKET_HEADER + 6 * count];
            frames.extend(samples.chunks_exact(6).map(|sample| {
                [0, 2, 4].map(|at| {
                    let value = i16::from_le_bytes([sample[at], sample[at + 1]]);
                    let full = if value < 0 { 32_768.0 } else { 32_767.0 };
                    f32::from(value) / full * self.range_g
                })
            }));
            window.skip(length);
            self.seen += 1;
            let lasted_s = f64::from(end_s.saturating_sub(begin_s));
            if lasted_s > 0.0 {
                self.observed_hz = Some(count as f64 / lasted_s);
            }
            if count > 0 {
                return Ok(Some(i64::from(begin_s) * 1_000_000_000));
            }
        }
        self.ended = true;
        Ok(None)
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.damaged > 0 {
            let packets = counted(self.damaged, "packet");
            warnings.push(format!("{packets} damaged or cut, by checksum, and left out."));
        }
        if self.ended && self.seen + self.damaged < self.stated {
            let packets = counted(self.stated, "packet");
            warnings.push(format!("The file ends after {} of {packets}.", self.seen));
        }
        warnings
    }
}

/// Opens a recording of Parmay's.
///
/// # Errors
/// A header without a range, or no packet that is whole.
pub(super) fn open(path: &Path, bytes: Bytes, options: &OpenOptions) -> Result<Box<dyn Source>> {
    let mut window = Window::new(path, bytes);
    let head = window.look(HEADER)?;
    let stated = match head.get(MAGIC_AT + 4..MAGIC_AT + 8) {
        Some(number) => u64::from(word(number, 0)),
        None => 0,
    };
    let range_g = match head.get(MAGIC_AT + 8..MAGIC_AT + 10) {
        Some(&[low, high]) => i16::from_le_bytes([low, high]),
        _ => 0,
    };
    if !(1..=64).contains(&range_g) {
        let found = format!("a range of {range_g} g");
        return Err(bad_header(path, MAGIC_AT as u64 + 8, found, "one of 1 to 64 g"));
    }
    window.skip(HEADER);
    let range_g = f32::from(range_g);
    let packets = Packets { range_g, observed_hz: None, damaged: 0, seen: 0, stated, ended: false };
    let source = PacketSource::open(window, packets, options, |packets, first_ns| {
        Ok(spec(packets, first_ns))
    })?;
    Ok(Box::new(source))
}

fn spec(packets: &Packets, first_ns: i64) -> Spec {
    let observed_hz = packets.observed_hz.unwrap_or(RATES_HZ[2]);
    let off = |rate_hz: &f64| (rate_hz / observed_hz).ln().abs();
    let nearest = RATES_HZ.into_iter().min_by(|a, b| off(a).total_cmp(&off(b)));
    let clock = match Timestamp::from_nanosecond(i128::from(first_ns)) {
        Ok(start) => Clock::Zoned { start, zone: TimeZone::UTC, source: ZoneSource::AssumedUtc },
        Err(_) => Clock::None,
    };
    Spec {
        format: Format::Matrix,
        layout: "packets of 16-bit samples, whole seconds a packet".to_owned(),
        device: None,
        unit: Unit::Counts { per_g: 32_768.0 / f64::from(packets.range_g) },
        unit_source: "from the range in the header".to_owned(),
        has_gravity: true,
        has_stamps: true,
        rate_hz: nearest.unwrap_or(observed_hz),
        rate_source: "the rate of the device that is nearest to that of the first packet"
            .to_owned(),
        clock,
        placement: None,
        side: None,
        full_scale_g: Some(packets.range_g),
        bases: Bases { rate: Basis::Measured, ..Bases::default() },
    }
}
