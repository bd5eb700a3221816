//! Axivity's `.cwa`, as `cwa.h` of Open Movement describes it.

use hypnic::recording::{Format, Frame, Placement, Side, Unit};
use jiff::civil::DateTime;
use proptest::prelude::*;

use crate::{assert_stamps, read};

/// How a test writes the samples of a sector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Layout {
    /// AX3: 120 samples of 10 bits with an exponent.
    Packed,
    /// AX3: 80 samples of 16 bits.
    Integers,
    /// AX6: 40 samples of 16 bits behind those of the gyroscope.
    WithGyroscope,
}

impl Layout {
    pub(crate) fn capacity(self) -> usize {
        match self {
            Self::Packed => 120,
            Self::Integers => 80,
            Self::WithGyroscope => 40,
        }
    }
}

/// A sector to be written.
#[derive(Debug, Clone)]
pub(crate) struct Sector {
    /// The moment of its first sample, s from the start of `Cwa::start`'s second.
    pub(crate) begin_s: f64,
    /// Counts of x, y, z.
    pub(crate) counts: Vec<[i16; 3]>,
}

/// A file to be written.
#[derive(Debug, Clone)]
pub(crate) struct Cwa {
    pub(crate) layout: Layout,
    pub(crate) rate_code: u8,
    /// Bits a g beyond 8, for integers.
    pub(crate) scale: u16,
    pub(crate) start: DateTime,
    pub(crate) metadata: &'static str,
    /// Whether sectors tell fractions of a second.
    pub(crate) fractions: bool,
    pub(crate) sectors: Vec<Sector>,
}

impl Cwa {
    /// Two minutes and a bit at 100 Hz.
    pub(crate) fn sample() -> Self {
        let sectors = (0..12)
            .map(|index| Sector {
                begin_s: 0.25 + 1.2 * f64::from(index),
                counts: (0..120).map(|k| [(k - 60) * 2, index as i16, 256]).collect(),
            })
            .collect();
        Self {
            layout: Layout::Packed,
            rate_code: 74,
            scale: 0,
            start: "2024-03-12T22:15:07".parse().unwrap(),
            metadata: "_c=x&_p=left+ankle&_sc=12",
            fractions: true,
            sectors,
        }
    }

    fn rate_hz(&self) -> f64 {
        3200.0 / f64::from(1u32 << (15 - (self.rate_code & 15)))
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut header = vec![0xff; 1024];
        header[..4].copy_from_slice(b"MD\xfc\x03");
        header[4] = if self.layout == Layout::WithGyroscope { 0x64 } else { 0x17 };
        header[5..7].copy_from_slice(&4711u16.to_le_bytes());
        header[36] = self.rate_code;
        header[64..64 + self.metadata.len()].copy_from_slice(self.metadata.as_bytes());
        let mut file = header;
        for (sequence, sector) in self.sectors.iter().enumerate() {
            file.extend(self.sector(sequence as u32, sector));
        }
        file
    }

    fn sector(&self, sequence: u32, sector: &Sector) -> Vec<u8> {
        let rate_hz = self.rate_hz();
        // The sample that the time stamp belongs to: any near the end will do, but
        // without fractions one at a whole second.
        let mut index = (sector.counts.len() / 2) as f64;
        if !self.fractions {
            index = ((sector.begin_s + index / rate_hz).round() - sector.begin_s) * rate_hz;
        }
        let stamp_s = sector.begin_s + index / rate_hz;
        let whole_s = if self.fractions { stamp_s.floor() } else { stamp_s.round() };
        let fraction =
            (((stamp_s - whole_s) * 65_536.0).round() as i64).clamp(0, 65_535) as u32 & !1;
        let at = self.start.checked_add(jiff::SignedDuration::from_secs(whole_s as i64)).unwrap();
        let stamp = ((at.year() - 2000) as u32) << 26
            | (at.month() as u32) << 22
            | (at.day() as u32) << 17
            | (at.hour() as u32) << 12
            | (at.minute() as u32) << 6
            | at.second() as u32;
        let (device, offset) = if self.fractions {
            let moved = (u64::from(fraction) * rate_hz as u64) >> 16;
            (0x8000 | (fraction >> 1) as u16, index as i16 - moved as i16)
        } else {
            (4711, index.round() as i16)
        };
        let mut bytes = Vec::with_capacity(512);
        bytes.extend(b"AX\xfc\x01");
        bytes.extend(device.to_le_bytes());
        bytes.extend(26u32.to_le_bytes());
        bytes.extend(sequence.to_le_bytes());
        bytes.extend(stamp.to_le_bytes());
        bytes.extend((self.scale << 13 | 300).to_le_bytes());
        bytes.extend([0x20, 0x01, 0, 200, self.rate_code]);
        bytes.push(match self.layout {
            Layout::Packed => 0x30,
            Layout::Integers => 0x32,
            Layout::WithGyroscope => 0x62,
        });
        bytes.extend(offset.to_le_bytes());
        bytes.extend((sector.counts.len() as u16).to_le_bytes());
        for counts in &sector.counts {
            match self.layout {
                Layout::Packed => bytes.extend(pack(*counts).to_le_bytes()),
                Layout::Integers => bytes.extend(counts.iter().flat_map(|c| c.to_le_bytes())),
                Layout::WithGyroscope => {
                    bytes.extend([7, 1, 7, 2, 7, 3]);
                    bytes.extend(counts.iter().flat_map(|c| c.to_le_bytes()));
                }
            }
        }
        bytes.resize(510, 0);
        let sum = bytes
            .chunks(2)
            .fold(0u16, |sum, pair| sum.wrapping_add(u16::from_le_bytes([pair[0], pair[1]])));
        bytes.extend(sum.wrapping_neg().to_le_bytes());
        bytes
    }

    pub(crate) fn frames(&self) -> Vec<Frame> {
        let per_g = f32::from(256u16 << self.scale);
        let counts = self.sectors.iter().flat_map(|sector| &sector.counts);
        counts.map(|counts| counts.map(|count| f32::from(count) / per_g)).collect()
    }
}

/// Three numbers of 13 bits in ten each, with the smallest exponent that holds
/// them all: the low bits of large ones must be 0.
fn pack(counts: [i16; 3]) -> u32 {
    let exponent = (0..3)
        .find(|e| counts.iter().all(|count| (-512..512).contains(&(count >> e))))
        .unwrap_or(3);
    let value = |count: i16| ((count >> exponent) as u32) & 0x3ff;
    value(counts[0]) | value(counts[1]) << 10 | value(counts[2]) << 20 | exponent << 30
}

fn count(layout: Layout) -> impl Strategy<Value = i16> {
    match layout {
        // Multiples of 8 are exact with any exponent.
        Layout::Packed => (-512i16..512).prop_map(|value| value * 8).boxed(),
        _ => any::<i16>().boxed(),
    }
}

fn cwa() -> impl Strategy<Value = Cwa> {
    let layout =
        prop_oneof![Just(Layout::Packed), Just(Layout::Integers), Just(Layout::WithGyroscope)];
    (layout, 8u8..12, 0u16..4, any::<bool>(), 0.98..1.02f64, 0.0..0.999f64).prop_flat_map(
        |(layout, rate, scale, fractions, speed, begin_s)| {
            let n = layout.capacity();
            let counts = [count(layout), count(layout), count(layout)];
            let sectors = prop::collection::vec((prop::collection::vec(counts, n), 0u8..10), 1..8);
            sectors.prop_map(move |sectors| {
                let mut cwa = Cwa {
                    layout,
                    rate_code: 0x40 | rate,
                    scale: if layout == Layout::Packed { 0 } else { scale },
                    fractions,
                    sectors: Vec::new(),
                    ..Cwa::sample()
                };
                let rate_hz = cwa.rate_hz();
                let mut begin_s = (begin_s * rate_hz).floor() / rate_hz;
                for (counts, skipped) in sectors {
                    let length_s = counts.len() as f64 / rate_hz;
                    cwa.sectors.push(Sector { begin_s, counts });
                    // Without fractions, the stamps are of the sample's own clock.
                    begin_s += if fractions { length_s * speed } else { length_s };
                    if skipped == 0 {
                        begin_s += 10.0;
                    }
                }
                cwa
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(cwa in cwa()) {
        let read = read(&cwa.write()).unwrap();
        prop_assert_eq!(read.spec.format, Format::Cwa);
        prop_assert_eq!(&read.frames, &cwa.frames());
        prop_assert_eq!(read.spec.rate_hz, cwa.rate_hz());
        prop_assert_eq!(read.warnings.len(), 0);
        // The moments of the samples: evenly to the next sector, or at the latest
        // such period where a gap follows.
        let mut period_s = 1.0 / cwa.rate_hz();
        let mut expected_s = Vec::new();
        for (index, sector) in cwa.sectors.iter().enumerate() {
            let next = cwa.sectors.get(index + 1).map(|next| next.begin_s - sector.begin_s);
            if let Some(step_s) = next.filter(|step_s| *step_s < 9.0) {
                period_s = step_s / sector.counts.len() as f64;
            }
            let begin_s = sector.begin_s - cwa.sectors[0].begin_s;
            expected_s.extend((0..sector.counts.len()).map(|k| begin_s + k as f64 * period_s));
        }
        assert_stamps(&read.stamps_ns, &expected_s, 2e-4);
    }
}

#[test]
fn the_header_tells_device_placement_and_range() {
    let read = read(&Cwa::sample().write()).unwrap();
    assert_eq!(read.spec.placement, Some(Placement::Ankle));
    assert_eq!(read.spec.side, Some(Side::Left));
    assert_eq!(read.spec.full_scale_g, Some(8.0));
    assert_eq!(read.spec.unit, Unit::Counts { per_g: 256.0 });
    assert!(read.spec.device.unwrap().ends_with("AX3 4711"));
    assert_eq!(read.spec.clock.label(0.0), "2024-03-12T22:15:07.250");
}

#[test]
fn damaged_sectors_are_counted_and_left_out() {
    let cwa = Cwa::sample();
    let mut file = cwa.write();
    let whole = read(&file).unwrap();
    file[1024 + 3 * 512 + 77] ^= 0x10;
    file[1024 + 4 * 512..1024 + 5 * 512].fill(0xff);
    let read = read(&file).unwrap();
    assert_eq!(read.frames.len(), 10 * 120);
    assert_eq!(read.frames[..360], whole.frames[..360]);
    assert_eq!(read.frames[360..], whole.frames[600..]);
    assert!((read.stamps_ns[360] - whole.stamps_ns[600]).abs() < 100_000);
    assert_eq!(read.warnings.len(), 1, "{:?}", read.warnings);
    assert!(read.warnings[0].starts_with("1 sector damaged"));
}

#[test]
fn a_file_without_its_header_is_read() {
    let file = Cwa::sample().write();
    let headless = read(&file[1024..]).unwrap();
    assert_eq!(headless.frames, read(&file).unwrap().frames);
    assert_eq!(headless.spec.placement, None);
}

#[test]
fn the_example_of_open_movement_is_unpacked() {
    // `cwa.h`: eezzzzzzzzzzyyyyyyyyyyxxxxxxxxxx, each value shifted by the exponent.
    let mut cwa = Cwa::sample();
    cwa.sectors.truncate(1);
    let mut file = cwa.write();
    let word = 0b01_0000000001_1111111111_1000000000u32;
    file[1024 + 30..1024 + 34].copy_from_slice(&word.to_le_bytes());
    let sum = file[1024..1534]
        .chunks(2)
        .fold(0u16, |sum, pair| sum.wrapping_add(u16::from_le_bytes([pair[0], pair[1]])));
    file[1534..1536].copy_from_slice(&sum.wrapping_neg().to_le_bytes());
    assert_eq!(read(&file).unwrap().frames[0], [-4.0, -2.0 / 256.0, 2.0 / 256.0]);
}
