//! GENEActiv's `.bin`: text of `Key:Value` lines, then pages of ten lines, of
//! which the last has the samples in hexadecimal, 300 when it is full
//! (Activinsights, GENEActiv instructions for use, appendix on the raw data format).

use std::collections::HashMap;
use std::path::Path;

use crate::error::Result;
use crate::recording::{Bases, Format, Frame, Source, Spec, Unit};

use super::bytes::Bytes;
use super::csv::{placement_of, side_of, wall_clock, zone_offset_s};
use super::packets::{self, Device, PacketSource};
use super::window::Window;
use super::{OpenOptions, counted};

/// The first bytes of the file.
pub(super) const MAGIC: &[u8] = b"Device Identity";

/// The first line of a page.
const PAGE: &[u8] = b"Recorded Data";

/// The longest line: 300 samples of 12 digits, and room.
const LINE: usize = 8 << 10;

/// Samples of a full page.
const PAGE_SAMPLES: usize = 300;

/// Lines of the header at most; 59 are usual.
const HEADER_LINES: usize = 500;

/// Digits of a sample: 12 bits an axis, 10 of light, the button, and one more.
const DIGITS: usize = 12;

/// The header's lines by their keys; of those that come twice, the first.
struct Header(HashMap<String, String>);

impl Header {
    /// Reads up to the first page.
    fn read(window: &mut Window) -> Result<Self> {
        let mut values = HashMap::new();
        for _ in 0..HEADER_LINES {
            let Some((line, taken)) = window.line(LINE)? else { break };
            if line.trim_ascii() == PAGE {
                break;
            }
            let line = String::from_utf8_lossy(line);
            if let Some((key, value)) = line.split_once(':') {
                let value = value.trim_matches([' ', '\0', '\r']).to_owned();
                values.entry(key.trim().to_owned()).or_insert(value);
            }
            window.skip(taken);
        }
        Ok(Self(values))
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The number that a value begins with or, for a range, ends with.
    fn number(&self, key: &str) -> Option<f64> {
        let text = self.text(key)?;
        let mut words = text.split_whitespace().map(str::parse);
        words.next().and_then(|first: std::result::Result<f64, _>| first.ok())
    }
}

/// How a count becomes g: by the gain and offset that the device was calibrated to.
#[derive(Debug, Clone, Copy)]
struct Calibration {
    gain: [f32; 3],
    offset_g: [f32; 3],
}

impl Calibration {
    /// `(100 · count - offset) / gain`, as the manufacturer gives it.
    fn of(header: &Header) -> Option<Self> {
        let each = |key: &str| -> Option<[f64; 3]> {
            let [x, y, z] = ["x", "y", "z"].map(|axis| header.number(&format!("{axis} {key}")));
            Some([x?, y?, z?])
        };
        let (gains, offsets) = (each("gain")?, each("offset")?);
        let sane = gains.iter().all(|gain| gain.is_finite() && gain.abs() >= 1.0);
        let gain = gains.map(|gain| (100.0 / gain) as f32);
        let offset_g = std::array::from_fn(|axis| (offsets[axis] / gains[axis]) as f32);
        sane.then_some(Self { gain, offset_g })
    }
}

/// What stands for a byte that is no digit.
const NO_DIGIT: u32 = 1 << 16;

/// The value of a hexadecimal digit, and [`NO_DIGIT`] for any other byte.
const DIGIT: [u32; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let character = b"0123456789ABCDEF"[value as usize];
        digits[character as usize] = value as u32;
        digits[character.to_ascii_lowercase() as usize] = value as u32;
        value += 1;
    }
    digits
};

/// The pages of a file.
struct Pages {
    calibration: Calibration,
    /// Of the page that is being read.
    time_ns: Option<i64>,
    /// Pages the header promises, and pages with samples so far.
    promised: u64,
    pages: u64,
    damaged: u64,
    cut: bool,
}

impl Pages {
    /// Decodes a line of samples, as far as it is one.
    fn decode(&mut self, line: &[u8], frames: &mut Vec<Frame>) {
        let Calibration { gain, offset_g } = self.calibration;
        let (samples, rest) = line.as_chunks::<DIGITS>();
        for sample in samples {
            // Of an axis, at the top of a 16-bit integer; what is no digit has the
            // bits of NO_DIGIT, which no three digits make.
            let raw: [u32; 3] = std::array::from_fn(|axis| {
                let digit = |index: usize| DIGIT[usize::from(sample[3 * axis + index])];
                digit(0) << 12 | digit(1) << 8 | digit(2) << 4
            });
            if (raw[0] | raw[1] | raw[2]) >= NO_DIGIT {
                self.damaged += 1;
                return;
            }
            frames.push(std::array::from_fn(|axis| {
                let count = (raw[axis] as u16 as i16) >> 4;
                f32::from(count) * gain[axis] - offset_g[axis]
            }));
        }
        self.cut |= !rest.is_empty();
    }
}

impl Device for Pages {
    fn packet(&mut self, window: &mut Window, frames: &mut Vec<Frame>) -> Result<Option<i64>> {
        while let Some((line, taken)) = window.line(LINE)? {
            if line.trim_ascii() == PAGE {
                self.damaged += u64::from(self.time_ns.take().is_some());
            } else if let Some(text) = line.strip_prefix(b"Page Time:") {
                let wall = std::str::from_utf8(text).ok().and_then(wall_clock);
                self.time_ns = wall.and_then(packets::wall_ns);
                self.damaged += u64::from(self.time_ns.is_none());
            } else if line.len() >= DIGITS && !line.contains(&b':') {
                let time_ns = self.time_ns.take();
                if let Some(time_ns) = time_ns {
                    let unfinished = taken == line.len();
                    self.decode(line.trim_ascii_end(), frames);
                    self.cut |= unfinished && frames.len() < PAGE_SAMPLES;
                    if !frames.is_empty() {
                        self.pages += 1;
                        window.skip(taken);
                        return Ok(Some(time_ns));
                    }
                }
            }
            window.skip(taken);
        }
        self.cut |= self.time_ns.take().is_some();
        Ok(None)
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.damaged > 0 {
            let pages = counted(self.damaged, "page");
            warnings.push(format!("{pages} damaged; what could be read of them was read."));
        }
        if self.pages < self.promised {
            let (pages, promised) = (self.pages, self.promised);
            warnings.push(format!(
                "The header promises {promised} pages and {pages} have samples; it was read to its end."
            ));
        }
        if self.cut {
            warnings.push("The file ends within a page; what there is of it was read.".to_owned());
        }
        warnings
    }
}

/// Opens a recording of a GENEActiv.
///
/// # Errors
/// A header without calibration or rate, or no page with a sample.
pub(super) fn open(path: &Path, bytes: Bytes, options: &OpenOptions) -> Result<Box<dyn Source>> {
    let mut window = Window::new(path, bytes);
    let header = Header::read(&mut window)?;
    let at = window.at();
    let Some(calibration) = Calibration::of(&header) else {
        let found = "a header without gains and offsets".to_owned();
        return Err(packets::bad_header(path, at, found, "the calibration of three axes"));
    };
    let rate_hz = header.number("Measurement Frequency").map(exact_rate);
    let Some(rate_hz) = rate_hz.filter(|rate| (1.0..=1000.0).contains(rate)) else {
        let found = "a header without a rate".to_owned();
        return Err(packets::bad_header(path, at, found, "a measurement frequency"));
    };
    let promised = header.number("Number of Pages").unwrap_or(0.0) as u64;
    let (time_ns, pages, damaged, cut) = (None, 0, 0, false);
    let pages = Pages { calibration, time_ns, promised, pages, damaged, cut };
    let source = PacketSource::open(window, pages, options, |_, first_ns| {
        Ok(spec(&header, rate_hz, first_ns))
    })?;
    Ok(Box::new(source))
}

/// The rate that is written with one decimal: the sensor's periods are
/// multiples of 5/3 ms, so that 66.7 Hz are 15 ms and 85.7 Hz 11⅔ ms.
fn exact_rate(written_hz: f64) -> f64 {
    let exact = 600.0 / (600.0 / written_hz).round();
    if (exact - written_hz).abs() < 0.06 { exact } else { written_hz }
}

fn spec(header: &Header, rate_hz: f64, first_ns: i64) -> Spec {
    let place = header.text("Device Location Code").unwrap_or_default();
    let gain = header.number("x gain").unwrap_or(25_600.0);
    let device = header.text("Device Unique Serial Code");
    let range = header.text("Accelerometer Range");
    let full_scale_g = range.and_then(|range| range.split_whitespace().next_back()?.parse().ok());
    Spec {
        format: Format::GeneActiv,
        layout: "pages of 300 samples in hexadecimal, a time a page".to_owned(),
        device: device.map(|serial| format!("GENEActiv {serial}")),
        unit: Unit::Counts { per_g: gain / 100.0 },
        unit_source: "from the calibration in the header".to_owned(),
        has_gravity: true,
        has_stamps: true,
        rate_hz,
        rate_source: "nominal, from the header".to_owned(),
        clock: packets::clock(first_ns, header.text("Time Zone").and_then(zone_offset_s)),
        placement: placement_of(place),
        side: side_of(place),
        full_scale_g,
        bases: Bases::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_with_one_decimal_are_made_exact() {
        assert_eq!(exact_rate(66.7), 200.0 / 3.0);
        assert_eq!(exact_rate(85.7), 600.0 / 7.0);
        for rate in [10.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 75.0, 100.0] {
            assert_eq!(exact_rate(rate), rate);
        }
    }

    #[test]
    fn counts_have_a_sign_and_a_calibration() {
        let calibration = Calibration { gain: [0.5; 3], offset_g: [1.0, 0.0, 0.0] };
        let (promised, read, damaged, cut) = (0, 0, 0, false);
        let mut pages = Pages { calibration, time_ns: None, promised, pages: read, damaged, cut };
        let mut frames = Vec::new();
        pages.decode(b"001fFF8007FF0007FF00", &mut frames);
        assert_eq!(frames, [[-0.5, -0.5, -1024.0]]);
        assert!(pages.cut && pages.damaged == 0);
        pages.decode(b"0010010010010g10010010010", &mut frames);
        assert_eq!((frames.len(), pages.damaged), (2, 1));
    }
}
