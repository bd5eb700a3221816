//! Axivity's `.cwa` (AX3, AX6): a header, then sectors of 512 bytes, each with
//! a time of its own, its own scale and a checksum (Open Movement, `cwa.h`).

use std::path::Path;

use jiff::civil::DateTime;

use crate::error::{Position, Result};
use crate::recording::{Bases, Format, Frame, Placement, Side, Spec, Unit};

use super::bytes::Bytes;
use super::csv::{placement_of, side_of};
use super::packets::{self, Device, PacketSource};
use super::window::Window;
use super::{OpenOptions, counted, refuse};

/// The first bytes of the header: its name and its length.
pub(super) const HEADER_MAGIC: &[u8] = b"MD\xfc\x03";

/// The first bytes of a sector of data: a file may have lost its header.
pub(super) const SECTOR_MAGIC: &[u8] = b"AX\xfc\x01";

/// Bytes of the header with its name and its length.
const HEADER: usize = 1024;

/// Bytes of a sector.
const SECTOR: usize = 512;

/// Where the samples of a sector begin and end.
const SAMPLES: std::ops::Range<usize> = 30..510;

/// Counts that make 1 g where a sector does not say: ±16 g in 13 bits.
const PER_G_BITS: u16 = 8;

/// The header of the file.
#[derive(Debug, Default)]
struct Header {
    device: String,
    offset_s: Option<i32>,
    placement: Option<Placement>,
    side: Option<Side>,
}

impl Header {
    fn of(bytes: &[u8]) -> Self {
        let number = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let upper = match number(11) {
            0xffff => 0,
            upper => u32::from(upper),
        };
        let model = if bytes[4] == 0x64 { "AX6" } else { "AX3" };
        let device = format!("Axivity {model} {}", (upper << 16) | u32::from(number(5)));
        // Not set: all bits, or none in old firmware.
        let minutes = number(42) as i16;
        let offset_s = (!matches!(minutes, 0 | -1) && minutes.abs() <= 14 * 60)
            .then(|| i32::from(minutes) * 60);
        let text = String::from_utf8_lossy(&bytes[64..HEADER]);
        let (placement, side) = worn(text.trim_matches(['\u{fffd}', '\0', ' ', '\r', '\n']));
        Self { device, offset_s, placement, side }
    }
}

/// Where a sensor was worn, from Open Movement's metadata: `_p=left+wrist&_sc=001`,
/// as a web form encodes it; `_p` is the placement.
pub(super) fn worn(metadata: &str) -> (Option<Placement>, Option<Side>) {
    let pairs = metadata.split('&').filter_map(|pair| pair.split_once('='));
    let mut places = pairs.filter(|(key, _)| *key == "_p").map(|(_, value)| value);
    places.next_back().map_or((None, None), |place| (placement_of(place), side_of(place)))
}

/// How the samples of a sector are written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Samples {
    /// Three times ten bits and their common exponent in 32 bits.
    Packed,
    /// Integers of 16 bits, so many axes, of which the first three or, behind
    /// a gyroscope, the second three are the accelerometer's.
    Integers { axes: usize },
}

/// What stands before the samples of a sector.
#[derive(Debug, Clone, Copy)]
struct Sector {
    samples: Samples,
    count: usize,
    rate_hz: f64,
    range_g: Option<f32>,
    per_g: f32,
    /// When its first sample was taken, ns from 1970 on the device's clock.
    first_ns: i64,
}

impl Sector {
    /// `None` for one that is damaged.
    fn of(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let sum = bytes
            .chunks_exact(2)
            .fold(0u16, |sum, pair| sum.wrapping_add(u16::from_le_bytes([pair[0], pair[1]])));
        if sum != 0 {
            return None;
        }
        let (code, old_rate) = (bytes[24], number(26));
        let rate_hz = match code {
            0 => f64::from(old_rate),
            code => 3200.0 / f64::from(1 << (15 - (code & 15))),
        };
        let samples = match (bytes[25] >> 4, bytes[25] & 15) {
            (3, 0) => Samples::Packed,
            (axes @ (3 | 6 | 9), 2) => Samples::Integers { axes: usize::from(axes) },
            _ => return None,
        };
        let frame_bytes = match samples {
            Samples::Packed => 4,
            Samples::Integers { axes } => 2 * axes,
        };
        let count = usize::from(number(28));
        if rate_hz <= 0.0 || count > SAMPLES.len() / frame_bytes {
            return None;
        }
        // The whole second at sample `offset`; newer firmware adds a fraction, and
        // moved the offset by as many whole samples for readers that ignore it.
        let stamp_ns = stamp_ns(u32::from_le_bytes([bytes[14], bytes[15], bytes[16], bytes[17]]))?;
        let fraction = match number(4) {
            with if with & 0x8000 != 0 => u32::from(with & 0x7fff) << 1,
            _ => 0,
        };
        let moved = (u64::from(fraction) * rate_hz as u64) >> 16;
        let offset = if code == 0 { 0 } else { i64::from(number(26) as i16) + moved as i64 };
        let fraction_ns = f64::from(fraction) / 65_536.0 * 1e9;
        let first_ns = stamp_ns + (fraction_ns - offset as f64 / rate_hz * 1e9).round() as i64;
        let range_g = (code != 0).then(|| f32::from(16u8 >> (code >> 6)));
        let per_g_bits = match samples {
            Samples::Packed => PER_G_BITS,
            Samples::Integers { .. } => PER_G_BITS + (number(18) >> 13),
        };
        let per_g = f32::from(1u16 << per_g_bits);
        Some(Self { samples, count, rate_hz, range_g, per_g, first_ns })
    }

    fn frames(&self, bytes: &[u8], frames: &mut Vec<Frame>) {
        let in_g = 1.0 / self.per_g;
        let samples = &bytes[SAMPLES];
        match self.samples {
            Samples::Packed => {
                frames.extend(samples.chunks_exact(4).take(self.count).map(|bytes| {
                    let packed = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                    let exponent = packed >> 30;
                    // To the top of a 16-bit integer, and back with its sign.
                    let axis = |shifted: u32| {
                        f32::from(((shifted & 0xffc0) as u16 as i16) >> (6 - exponent)) * in_g
                    };
                    [axis(packed << 6), axis(packed >> 4), axis(packed >> 14)]
                }))
            }
            Samples::Integers { axes } => {
                let first = if axes == 3 { 0 } else { 6 };
                let axis = |bytes: &[u8], at: usize| {
                    f32::from(i16::from_le_bytes([bytes[at], bytes[at + 1]])) * in_g
                };
                frames.extend(samples.chunks_exact(2 * axes).take(self.count).map(|bytes| {
                    [axis(bytes, first), axis(bytes, first + 2), axis(bytes, first + 4)]
                }));
            }
        }
    }
}

/// `YYYYYYMM MMDDDDDh hhhhmmmm mmssssss` from 2000, in ns from 1970.
fn stamp_ns(packed: u32) -> Option<i64> {
    let part = |shift: u32, bits: u32| ((packed >> shift) & ((1 << bits) - 1)) as i8;
    let year = 2000 + i16::from(part(26, 6));
    let (month, day) = (part(22, 4), part(17, 5));
    let (hour, minute, second) = (part(12, 5), part(6, 6), part(0, 6));
    packets::wall_ns(DateTime::new(year, month, day, hour, minute, second, 0).ok()?)
}

/// The sectors of a file.
struct Sectors {
    header: Header,
    /// The latest good sector.
    latest: Option<Sector>,
    damaged: u64,
    cut: bool,
}

impl Device for Sectors {
    fn packet(&mut self, window: &mut Window, frames: &mut Vec<Frame>) -> Result<Option<i64>> {
        loop {
            let bytes = window.look(SECTOR)?;
            if bytes.len() < SECTOR {
                self.cut |= bytes.iter().any(|byte| !matches!(byte, 0 | 0xff));
                return Ok(None);
            }
            let sector = if bytes.starts_with(SECTOR_MAGIC) { Sector::of(bytes) } else { None };
            // Flash that was never written is no damage.
            let unused = || bytes.iter().all(|&byte| byte == bytes[0]);
            self.damaged += u64::from(sector.is_none() && !unused());
            if let Some(sector) = sector.filter(|sector| sector.count > 0) {
                sector.frames(bytes, frames);
                self.latest = Some(sector);
                window.skip(SECTOR);
                return Ok(Some(sector.first_ns));
            }
            window.skip(SECTOR);
        }
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.damaged > 0 {
            let sectors = counted(self.damaged, "sector");
            warnings.push(format!("{sectors} damaged, by checksum or layout, and left out."));
        }
        if self.cut {
            warnings.push("The file ends within a sector, which is left out.".to_owned());
        }
        warnings
    }
}

/// Opens a recording of Axivity's.
///
/// # Errors
/// A header that is cut, or no sector that is whole.
pub(super) fn open(
    path: &Path,
    bytes: Bytes,
    options: &OpenOptions,
) -> Result<Box<dyn crate::recording::Source>> {
    let mut window = Window::new(path, bytes);
    let head = window.look(HEADER)?;
    let header = if head.starts_with(HEADER_MAGIC) {
        if head.len() < HEADER {
            let help = "Copy or download the recording from the device again";
            let at = Position::Byte(head.len() as u64);
            return Err(refuse(path, at, "the end of the file", "a header of 1024 bytes", help));
        }
        let header = Header::of(head);
        window.skip(HEADER);
        header
    } else {
        Header::default()
    };
    let sectors = Sectors { header, latest: None, damaged: 0, cut: false };
    let source = PacketSource::open(window, sectors, options, |sectors, first_ns| {
        Ok(spec(sectors, first_ns))
    })?;
    Ok(Box::new(source))
}

fn spec(sectors: &Sectors, first_ns: i64) -> Spec {
    let header = &sectors.header;
    let (samples, rate_hz, per_g, range_g) = match &sectors.latest {
        Some(sector) => (sector.samples, sector.rate_hz, sector.per_g, sector.range_g),
        None => (Samples::Packed, 100.0, 256.0, None),
    };
    let samples = match samples {
        Samples::Packed => "packed samples of 3 axes".to_owned(),
        Samples::Integers { axes: 3 } => "16-bit samples of 3 axes".to_owned(),
        Samples::Integers { axes } => {
            format!("16-bit samples of {axes} axes, x, y, z behind the gyroscope's")
        }
    };
    Spec {
        format: Format::Cwa,
        layout: format!("sectors of {samples}, a time a sector"),
        device: (!header.device.is_empty()).then(|| header.device.clone()),
        unit: Unit::Counts { per_g: f64::from(per_g) },
        unit_source: "stated by the format".to_owned(),
        has_gravity: true,
        has_stamps: true,
        rate_hz,
        rate_source: "nominal, from the file".to_owned(),
        clock: packets::clock(first_ns, header.offset_s),
        placement: header.placement,
        side: header.side,
        full_scale_g: range_g,
        bases: Bases::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_packed_from_2000() {
        let packed = (18 << 26) | (3 << 22) | (17 << 17) | (23 << 12) | (59 << 6) | 58;
        let expected = "2018-03-17T23:59:58".parse().unwrap();
        assert_eq!(stamp_ns(packed), packets::wall_ns(expected));
        assert_eq!(stamp_ns(0), None, "month 0");
        assert_eq!(stamp_ns(u32::MAX), None);
    }

    #[test]
    fn metadata_of_open_movement_tell_where_it_was_worn() {
        let worn_at = worn("_p=right+ankle&_sc=26");
        assert_eq!(worn_at, (Some(Placement::Ankle), Some(Side::Right)));
        assert_eq!(worn("_sc=993&_sn=left+wrist"), (None, None));
    }
}
