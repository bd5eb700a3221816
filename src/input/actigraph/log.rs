//! `log.bin`: records of a separator, a kind, a time, a length, that many
//! bytes, and a checksum (ActiGraph, GT3X file format).

use crate::error::Result;
use crate::recording::Frame;

use super::super::counted;
use super::super::packets::Device;
use super::super::window::Window;
use super::unpack;

/// The first byte of a record.
const SEPARATOR: u8 = 0x1e;

/// Bytes before those of a record's content.
const HEAD: usize = 8;

/// Samples in 12 bits, y before x before z.
const ACTIVITY: u8 = 0x00;

/// Samples in 16 bits, x, y, z.
const ACTIVITY2: u8 = 0x1a;

/// What happened to the device.
const EVENT: u8 = 0x03;

/// The event of falling asleep, by the first byte.
const FELL_ASLEEP: u8 = 0x08;

/// The longest record of samples, in bytes: a second at a rate that no such
/// device has. It bounds the search for the next record behind damage.
const LONGEST: usize = 6000;

/// The content of `log.bin`.
pub(super) struct Log {
    in_g: f32,
    /// Stretches of bytes that are no record.
    damaged: u64,
    in_damage: bool,
    asleep: u64,
}

/// What stands at a place of the log.
enum Record {
    /// Whole, of this kind and time, with so many bytes in all.
    Whole { kind: u8, seconds: u32, length: usize },
    /// Not a record, or one of which the checksum is wrong.
    Damaged,
    /// The end of the file.
    End,
}

impl Log {
    /// A log in which so many counts are 1 g.
    pub fn new(per_g: f32) -> Self {
        Self { in_g: 1.0 / per_g, damaged: 0, in_damage: false, asleep: 0 }
    }

    /// The record at the window, of which the bytes are then within `look`.
    fn record(&self, window: &mut Window) -> Result<Record> {
        let head = window.look(HEAD)?;
        if head.is_empty() {
            return Ok(Record::End);
        }
        let &[SEPARATOR, kind, a, b, c, d, low, high] = head else { return Ok(Record::Damaged) };
        let seconds = u32::from_le_bytes([a, b, c, d]);
        let content = usize::from(u16::from_le_bytes([low, high]));
        // Behind damage only samples are looked for: in them there are most
        // false separators, and of them there are most records.
        if self.in_damage && (!matches!(kind, ACTIVITY | ACTIVITY2) || content > LONGEST) {
            return Ok(Record::Damaged);
        }
        let length = HEAD + content + 1;
        let record = window.look(length)?;
        let whole = record.len() == length;
        // The complement of all bytes before it, combined by exclusive or.
        let is_right = whole && record.iter().fold(0, |sum, byte| sum ^ byte) == 0xff;
        Ok(if is_right { Record::Whole { kind, seconds, length } } else { Record::Damaged })
    }

    /// Goes on to the next byte that may begin a record.
    fn pass_damage(&mut self, window: &mut Window) -> Result<()> {
        self.damaged += u64::from(!self.in_damage);
        self.in_damage = true;
        window.skip(1);
        let seen = window.look(LONGEST)?;
        let next = memchr::memchr(SEPARATOR, seen).unwrap_or(seen.len());
        window.skip(next);
        Ok(())
    }
}

impl Device for Log {
    fn packet(&mut self, window: &mut Window, frames: &mut Vec<Frame>) -> Result<Option<i64>> {
        loop {
            let (kind, seconds, length) = match self.record(window)? {
                Record::Whole { kind, seconds, length } => (kind, seconds, length),
                Record::Damaged => {
                    self.pass_damage(window)?;
                    continue;
                }
                Record::End => return Ok(None),
            };
            self.in_damage = false;
            let record = window.look(length)?;
            let content = &record[HEAD..length - 1];
            match kind {
                ACTIVITY => unpack(content, self.in_g, frames),
                ACTIVITY2 => {
                    let in_g = self.in_g;
                    let axis =
                        |[low, high]: [u8; 2]| f32::from(i16::from_le_bytes([low, high])) * in_g;
                    let (samples, _) = content.as_chunks::<6>();
                    frames.extend(
                        samples
                            .iter()
                            .map(|&[a, b, c, d, e, f]| [axis([a, b]), axis([c, d]), axis([e, f])]),
                    );
                }
                EVENT => self.asleep += u64::from(content.first() == Some(&FELL_ASLEEP)),
                _ => {}
            }
            window.skip(length);
            if !frames.is_empty() {
                return Ok(Some(i64::from(seconds) * 1_000_000_000));
            }
        }
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.asleep > 0 {
            let times = counted(self.asleep, "time");
            warnings.push(format!(
                "The device fell asleep {times} (idle sleep mode): nothing was recorded then, \
                 and these stretches are gaps, neither rest nor sleep."
            ));
        }
        if self.damaged > 0 {
            let places = counted(self.damaged, "place");
            warnings
                .push(format!("log.bin is damaged in {places}; the records there are left out."));
        }
        warnings
    }
}
