//! GENEActiv's `.bin`, as its manual describes it.

use std::fmt::Write;

use hypnic::recording::{Format, Placement, Side};
use jiff::civil::DateTime;
use proptest::prelude::*;

use crate::{assert_stamps, read};

/// A page to be written.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Milliseconds from the start.
    pub(crate) at_ms: i64,
    /// Counts of 12 bits.
    pub(crate) counts: Vec<[i16; 3]>,
}

/// A file to be written.
#[derive(Debug, Clone)]
pub(crate) struct Bin {
    /// As it is written, with one decimal.
    pub(crate) rate: &'static str,
    pub(crate) line_end: &'static str,
    pub(crate) gain: [i32; 3],
    pub(crate) offset: [i32; 3],
    pub(crate) pages: Vec<Page>,
}

const START: &str = "2018-08-27T09:32:38.500";

impl Bin {
    pub(crate) fn sample() -> Self {
        let page = |index: i16| Page {
            at_ms: 3000 * i64::from(index),
            counts: (0..300).map(|k| [k - 150, index, 256]).collect(),
        };
        Self {
            rate: "100.0",
            line_end: "\r\n",
            gain: [25_521, 25_165, 24_925],
            offset: [1205, -983, -354],
            pages: (0..3).map(page).collect(),
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let [gx, gy, gz] = self.gain;
        let [ox, oy, oz] = self.offset;
        let pages = self.pages.len();
        let rate = self.rate;
        let mut text = format!(
            "Device Identity\nDevice Unique Serial Code:035645\nDevice Type:GENEActiv           \n\n\
             Device Capabilities\nAccelerometer Range:-8 to 8             \n\n\
             Configuration Info\nMeasurement Frequency:{rate} Hz\nStart Time:2018-08-27 09:32:38:000\n\
             Time Zone:GMT -04:00\n\nSubject Info\nDevice Location Code:left wrist\n\n\
             Calibration Data\nx gain:{gx}\nx offset:{ox}\ny gain:{gy}\ny offset:{oy}\n\
             z gain:{gz}\nz offset:{oz}\nVolts:48\nLux:911\n\n\
             Memory Status\nNumber of Pages:{pages}\n\n"
        );
        let start: DateTime = START.parse().unwrap();
        for (sequence, page) in self.pages.iter().enumerate() {
            let at = start.checked_add(jiff::SignedDuration::from_millis(page.at_ms)).unwrap();
            let at = at.strftime("%Y-%m-%d %H:%M:%S:%3f");
            write!(
                text,
                "Recorded Data\nDevice Unique Serial Code:035645\nSequence Number:{sequence}\n\
                 Page Time:{at}\nUnassigned:\nTemperature:21.3\nBattery voltage:4.0896\n\
                 Device Status:Recording\nMeasurement Frequency:{rate}\n"
            )
            .unwrap();
            for [x, y, z] in &page.counts {
                write!(text, "{:03X}{:03X}{:03X}058", x & 0xfff, y & 0xfff, z & 0xfff).unwrap();
            }
            text.push('\n');
        }
        text.replace('\n', self.line_end).into_bytes()
    }

    /// `(100 · count - offset) / gain`, in double precision.
    fn frames(&self) -> Vec<[f64; 3]> {
        let value = |counts: &[i16; 3], axis: usize| {
            (f64::from(counts[axis]) * 100.0 - f64::from(self.offset[axis]))
                / f64::from(self.gain[axis])
        };
        let counts = self.pages.iter().flat_map(|page| &page.counts);
        counts.map(|counts| [0, 1, 2].map(|axis| value(counts, axis))).collect()
    }
}

fn bin() -> impl Strategy<Value = Bin> {
    let rates = prop_oneof![
        Just(("10.0", 30_000i64)),
        Just(("66.7", 4500)),
        Just(("85.7", 3500)),
        Just(("100.0", 3000)),
    ];
    let calibration = (
        [24_000i32..27_000, 24_000..27_000, 24_000..27_000],
        [-2000i32..2000, -2000..2000, -2000..2000],
    );
    let counts = || [-2048i16..2048, -2048i16..2048, -2048i16..2048];
    let pages = prop::collection::vec(
        (
            prop::collection::vec(counts(), 300),
            prop_oneof![9 => Just(0i64), 1 => 10_000i64..90_000_000],
        ),
        0..5,
    );
    let last = prop::collection::vec(counts(), 1..=300);
    (rates, calibration, any::<bool>(), pages, last).prop_map(
        |((rate, page_ms), (gain, offset), crlf, pages, last)| {
            let mut at_ms = 0;
            let mut written = Vec::new();
            for (counts, gap_ms) in pages {
                written.push(Page { at_ms, counts });
                at_ms += page_ms + gap_ms;
            }
            written.push(Page { at_ms, counts: last });
            let line_end = if crlf { "\r\n" } else { "\n" };
            Bin { rate, line_end, gain, offset, pages: written }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_is_read_back(bin in bin()) {
        let read = read(&bin.write()).unwrap();
        prop_assert_eq!(read.spec.format, Format::GeneActiv);
        let expected = bin.frames();
        prop_assert_eq!(read.frames.len(), expected.len());
        for (frame, expected) in read.frames.iter().zip(&expected) {
            for (value, expected) in frame.iter().zip(expected) {
                prop_assert!((f64::from(*value) - expected).abs() < 1e-5);
            }
        }
        // 66.7 and 85.7 Hz are 600 Hz divided by 9 and 7.
        let period_s = match bin.rate {
            "10.0" => 0.1,
            "66.7" => 9.0 / 600.0,
            "85.7" => 7.0 / 600.0,
            _ => 0.01,
        };
        let expected_s: Vec<f64> = bin
            .pages
            .iter()
            .flat_map(|page| {
                (0..page.counts.len()).map(move |k| page.at_ms as f64 / 1e3 + k as f64 * period_s)
            })
            .collect();
        assert_stamps(&read.stamps_ns, &expected_s, 1e-6);
        prop_assert_eq!(read.warnings.len(), 0, "{:?}", read.warnings);
    }
}

#[test]
fn the_header_tells_zone_place_and_range() {
    let read = read(&Bin::sample().write()).unwrap();
    assert_eq!(read.spec.clock.label(0.0), "2018-08-27T09:32:38.500-04:00");
    assert_eq!((read.spec.placement, read.spec.side), (Some(Placement::Wrist), Some(Side::Left)));
    assert_eq!(read.spec.full_scale_g, Some(8.0));
    assert_eq!(read.spec.device.as_deref(), Some("GENEActiv 035645"));
}

#[test]
fn without_a_calibration_there_is_no_g() {
    let text = String::from_utf8(Bin::sample().write()).unwrap();
    for key in ["x gain", "y offset"] {
        let refused = read(text.replace(key, "lost").as_bytes()).unwrap_err();
        assert_eq!(refused.exit_code(), 65);
        assert!(refused.to_string().contains("gains and offsets"), "{refused}");
    }
    let refused = read(text.replace("z gain:24925", "z gain:0").as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("gains and offsets"), "{refused}");
}

#[test]
fn a_page_with_a_wrong_digit_is_read_up_to_it() {
    let mut file = Bin::sample().write();
    let second = file.windows(9).enumerate().filter(|(_, bytes)| bytes.starts_with(b"Recorded"));
    let page = second.map(|(at, _)| at).nth(1).unwrap();
    let line = page + file[page..].windows(5).position(|bytes| bytes == b"100.0").unwrap() + 7;
    file[line + 12 * 100] = b'x';
    let read = read(&file).unwrap();
    assert_eq!(read.frames.len(), 300 + 100 + 300);
    assert_eq!(read.stamps_ns[400], 6_000_000_000);
    assert_eq!(read.warnings.len(), 1, "{:?}", read.warnings);
}
