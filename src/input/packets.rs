//! What the recorders of research have in common: frames come in packets, a
//! time a packet. Here the frames between two times get theirs.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::error::{Position, Result};
use crate::recording::{Basis, Block, Frame, Source, Spec};
use crate::time::{Clock, ZoneSource};

use super::window::Window;
use super::{OpenOptions, refuse};

/// Frames after which a block is given out.
const BLOCK: usize = 4096;

/// Two packets whose times are this near to their frames' number of nominal
/// periods, relatively, follow each other without a gap: the oscillators of
/// sensors are some percent off, and a packet has a second of frames or more.
const CONTIGUOUS: f64 = 0.1;

/// The content of one kind of device file.
pub(super) trait Device: Send {
    /// Appends the frames of the next packet that has any to `frames`, in g,
    /// and tells when the first of them was recorded, in ns from 1970 on the
    /// device's clock; `None` at the end. What is damaged is passed over and counted.
    fn packet(&mut self, window: &mut Window, frames: &mut Vec<Frame>) -> Result<Option<i64>>;

    /// What had to be mended or left out, in sentences.
    fn warnings(&self) -> Vec<String>;
}

/// A device file being read.
pub(super) struct PacketSource<D> {
    spec: Spec,
    window: Window,
    device: D,
    stamper: Stamper,
    next: Vec<Frame>,
    warnings: Vec<String>,
}

impl<D: Device> PacketSource<D> {
    /// Reads the first packet; `about` makes the spec of it, with the time of
    /// the first frame.
    ///
    /// # Errors
    /// A file without a single frame, and what `about` says.
    pub fn open(
        mut window: Window,
        mut device: D,
        options: &OpenOptions,
        about: impl FnOnce(&D, i64) -> Result<Spec>,
    ) -> Result<Self> {
        let mut first = Vec::new();
        let Some(first_ns) = device.packet(&mut window, &mut first)? else {
            return Err(no_frame(&window, &device));
        };
        let mut spec = about(&device, first_ns)?;
        if let Some(packing) = window.bytes().packing() {
            spec.layout += &format!("; packed with {packing}");
        }
        let mut warnings = Vec::new();
        if let Some(given) = options.rate_hz {
            if (given / spec.rate_hz - 1.0).abs() > 0.05 {
                let stated = spec.rate_hz;
                warnings.push(format!("--rate-hz {given} replaces the file's {stated} Hz."));
            }
            (spec.rate_hz, spec.rate_source) = (given, "given with --rate-hz".to_owned());
            spec.bases.rate = Basis::Given;
        }
        let stamper = Stamper::new(spec.rate_hz, first_ns, first);
        Ok(Self { spec, window, device, stamper, next: Vec::new(), warnings })
    }

    /// The same with something strange about it.
    pub fn with_warning(mut self, warning: Option<String>) -> Self {
        self.warnings.extend(warning);
        self
    }
}

fn no_frame(window: &Window, device: &impl Device) -> crate::error::Error {
    let damage: Vec<String> =
        window.bytes().cut_warning().into_iter().chain(device.warnings()).collect();
    let found = match damage.is_empty() {
        true => "no frame at all".to_owned(),
        false => format!("no frame at all ({})", damage.join(" ").trim_end_matches('.')),
    };
    let help = "Copy or download the recording from the device again";
    refuse(window.path(), Position::Byte(window.at()), found, "samples of three axes", help)
}

impl<D: Device> Source for PacketSource<D> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn read(&mut self, block: &mut Block) -> Result<bool> {
        block.clear();
        while block.frames.len() < BLOCK {
            self.next.clear();
            match self.device.packet(&mut self.window, &mut self.next)? {
                Some(at_ns) => self.stamper.push(at_ns, &mut self.next, block),
                None => {
                    self.stamper.finish(block);
                    break;
                }
            }
        }
        Ok(!block.frames.is_empty())
    }

    fn progress(&self) -> (u64, u64) {
        self.window.bytes().progress()
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        warnings.extend(self.window.bytes().cut_warning());
        warnings.extend(self.device.warnings());
        warnings
    }
}

/// Gives the frames of packets their stamps, a packet late: how long its
/// frames took is known from the time of the next.
pub(super) struct Stamper {
    nominal_ns: f64,
    /// The latest period between two packets that follow each other.
    period_ns: f64,
    origin_ns: i64,
    waiting_ns: i64,
    waiting: Vec<Frame>,
}

impl Stamper {
    /// For packets at this rate, of which `first` is the first.
    pub fn new(rate_hz: f64, first_ns: i64, first: Vec<Frame>) -> Self {
        let nominal_ns = 1e9 / rate_hz;
        let (origin_ns, waiting_ns) = (first_ns, first_ns);
        Self { nominal_ns, period_ns: nominal_ns, origin_ns, waiting_ns, waiting: first }
    }

    /// Stamps the packet before, and keeps this one, whose frames are taken.
    pub fn push(&mut self, at_ns: i64, frames: &mut Vec<Frame>, block: &mut Block) {
        let even_ns =
            at_ns.saturating_sub(self.waiting_ns) as f64 / self.waiting.len().max(1) as f64;
        let contiguous = (even_ns / self.nominal_ns - 1.0).abs() <= CONTIGUOUS;
        if contiguous {
            self.period_ns = even_ns;
        }
        self.finish(block);
        std::mem::swap(&mut self.waiting, frames);
        self.waiting_ns = at_ns;
    }

    /// Stamps what still waits.
    pub fn finish(&mut self, block: &mut Block) {
        let from_ns = self.waiting_ns.saturating_sub(self.origin_ns);
        let period_ns = self.period_ns;
        let stamps = (0..self.waiting.len())
            .map(|index| from_ns.saturating_add((index as f64 * period_ns + 0.5) as i64));
        block.stamps_ns.extend(stamps);
        block.frames.append(&mut self.waiting);
    }
}

/// The clock of a device: its wall clock at the first frame, in ns from 1970
/// as if it were UTC, and the offset from UTC in seconds if the file tells it.
pub(super) fn clock(wall_ns: i64, offset_s: Option<i32>) -> Clock {
    let Ok(wall) = Timestamp::from_nanosecond(i128::from(wall_ns)) else { return Clock::None };
    let start = Offset::UTC.to_datetime(wall);
    match offset_s.and_then(|seconds| Offset::from_seconds(seconds).ok()) {
        Some(offset) => match offset.to_timestamp(start) {
            Ok(start) => {
                Clock::Zoned { start, zone: TimeZone::fixed(offset), source: ZoneSource::File }
            }
            Err(_) => Clock::None,
        },
        None => Clock::Local { start },
    }
}

/// Nanoseconds from 1970 of a wall clock, as if it were UTC.
pub(super) fn wall_ns(wall: jiff::civil::DateTime) -> Option<i64> {
    let instant = Offset::UTC.to_timestamp(wall).ok()?;
    i64::try_from(instant.as_nanosecond()).ok()
}

/// The error of a header in which `what` cannot be read.
pub(super) fn bad_header(path: &Path, at: u64, found: String, what: &str) -> crate::error::Error {
    let help = "Copy or download the recording from the device again";
    refuse(path, Position::Byte(at), found, what, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamps(packets: &[(i64, usize)]) -> Vec<i64> {
        let mut packets = packets.iter().map(|&(at_ms, n)| (at_ms * 1_000_000, vec![[0.0; 3]; n]));
        let (first_ns, first) = packets.next().unwrap();
        let mut stamper = Stamper::new(100.0, first_ns, first);
        let mut block = Block::default();
        for (at_ns, mut frames) in packets {
            stamper.push(at_ns, &mut frames, &mut block);
        }
        stamper.finish(&mut block);
        assert_eq!(block.frames.len(), block.stamps_ns.len());
        block.stamps_ns.iter().map(|ns| ns / 1_000_000).collect()
    }

    #[test]
    fn frames_lie_evenly_between_the_times_of_their_packets() {
        // A sensor of 98 Hz that calls itself 100 Hz.
        assert_eq!(
            stamps(&[(500, 5), (551, 5), (602, 2)]),
            [0, 10, 20, 30, 40, 51, 61, 71, 81, 91, 102, 112]
        );
    }

    #[test]
    fn a_gap_is_no_slow_packet() {
        assert_eq!(
            stamps(&[(0, 3), (30, 3), (1000, 3)]),
            [0, 10, 20, 30, 40, 50, 1000, 1010, 1020]
        );
        assert_eq!(stamps(&[(0, 3), (15, 2)]), [0, 10, 20, 15, 25]);
    }
}
