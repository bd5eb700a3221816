//! A simulated night as a file.

use std::io::{self, BufWriter, Write};

use super::SimulatedNight;
use super::plan::Stamps;
use crate::recording::{Block, Source};
use crate::time::Clock;

/// Writes the recording as CSV: lines that begin with `#` and say what it is,
/// a header, and a row a frame in g with the same numbers as
/// [`SimulatedNight::source`]. With [`Stamps::Iso`] a column `time` leads, in
/// ISO 8601 to the millisecond; [`Stamps::None`] leaves it out, which hides
/// gaps and lost frames if the plan has any.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_csv(night: &SimulatedNight, stamps: Stamps, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let spec = night.spec();
    writeln!(out, "# rate_hz: {}", (spec.rate_hz * 1e6).round() / 1e6)?;
    if spec.clock != Clock::None {
        writeln!(out, "# start: {}", spec.clock.label(0.0))?;
    }
    if let Some(placement) = spec.placement {
        writeln!(out, "# placement: {placement}")?;
    }
    if let Some(side) = spec.side {
        writeln!(out, "# side: {side}")?;
    }
    if let Some(device) = &spec.device {
        writeln!(out, "# device: {device}")?;
    }
    out.write_all(if stamps == Stamps::Iso { b"time,x,y,z\n" } else { b"x,y,z\n" })?;
    let mut source = night.source_with_stamps();
    let mut seconds = Seconds::new(&spec.clock);
    let (mut block, mut row) = (Block::default(), Vec::new());
    while source.read(&mut block).map_err(io::Error::other)? {
        for (frame, stamp_ns) in block.frames.iter().zip(&block.stamps_ns) {
            row.clear();
            if stamps == Stamps::Iso {
                seconds.push(*stamp_ns, &mut row);
            }
            for value in frame {
                push_micro(f64::from(*value), &mut row);
                row.push(b',');
            }
            row.pop();
            row.push(b'\n');
            out.write_all(&row)?;
        }
    }
    out.flush()
}

/// Six decimals: the resolution of the simulated frames.
fn push_micro(value: f64, row: &mut Vec<u8>) {
    let micro = (value * 1e6).round() as i64;
    if micro < 0 {
        row.push(b'-');
    }
    push_digits(micro.unsigned_abs() / 1_000_000, 1, row);
    row.push(b'.');
    push_digits(micro.unsigned_abs() % 1_000_000, 6, row);
}

/// A whole number with at least `width` digits.
fn push_digits(number: u64, width: usize, row: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let (mut at, mut left) = (digits.len(), number);
    while left > 0 {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    row.extend_from_slice(&digits[at.min(digits.len() - width)..]);
}

/// Writes stamps; the label of a second is made once.
struct Seconds<'a> {
    clock: &'a Clock,
    second: i64,
    /// Milliseconds of the clock's time at the first frame.
    head: String,
    tail: String,
    start_ms: i64,
}

impl<'a> Seconds<'a> {
    fn new(clock: &'a Clock) -> Self {
        let start_ms = clock.wall(0.0).map_or(0, |wall| i64::from(wall.millisecond()));
        Self { clock, second: i64::MIN, head: String::new(), tail: String::new(), start_ms }
    }

    /// `2024-03-12T22:00:00.020+01:00,`; without a clock, seconds from the
    /// first frame.
    fn push(&mut self, stamp_ns: i64, row: &mut Vec<u8>) {
        let ms = (stamp_ns as f64 * 1e-6).round() as i64;
        if *self.clock == Clock::None {
            push_micro(ms as f64 * 1e-3, row);
            row.push(b',');
            return;
        }
        let ms = ms + self.start_ms;
        let second = ms.div_euclid(1000);
        if second != self.second {
            let label = self.clock.label((second * 1000 - self.start_ms) as f64 * 1e-3);
            // Up to the point are 19 characters, then milliseconds, then the offset.
            let (head, tail) = label.split_at(20);
            (self.head, self.tail) = (head.to_owned(), tail[3..].to_owned());
            self.second = second;
        }
        row.extend_from_slice(self.head.as_bytes());
        push_digits(ms.rem_euclid(1000) as u64, 3, row);
        row.extend_from_slice(self.tail.as_bytes());
        row.push(b',');
    }
}
