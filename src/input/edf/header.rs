//! The header of an EDF file: text in fields of fixed width.

use jiff::civil::{Date, DateTime, Time};

use crate::error::{Position, Result};

use super::super::csv::zone_offset_s;
use super::super::packets;
use super::super::refuse;
use super::super::window::Window;

/// Bytes of the header before those of the signals, and of each signal.
const PART: usize = 256;

/// Signals believed; polysomnographs write some hundred.
const SIGNALS: usize = 2048;

/// What the header says.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Header {
    /// The device, from EDF+'s recording field.
    pub device: Option<String>,
    /// The start on its wall clock, ns from 1970 as if it were UTC.
    pub start_ns: i64,
    /// Seconds east of UTC, if the device says so.
    pub offset_s: Option<i32>,
    /// Records promised, if they are.
    pub records: Option<u64>,
    /// Seconds of a record.
    pub record_s: f64,
    /// Bytes of a sample: 2, and 3 in BDF.
    pub sample_bytes: usize,
    /// The signals in their order.
    pub signals: Vec<Signal>,
}

/// A signal.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Signal {
    pub label: String,
    pub dimension: String,
    pub physical_min: f64,
    pub physical_max: f64,
    pub digital_min: f64,
    pub digital_max: f64,
    /// Samples in a record.
    pub samples: usize,
}

impl Signal {
    /// Whether it holds EDF+'s annotations and not samples.
    pub fn is_annotations(&self) -> bool {
        matches!(self.label.as_str(), "EDF Annotations" | "BDF Annotations")
    }
}

impl Header {
    /// Reads the header and goes on to the first record.
    ///
    /// # Errors
    /// A header that is cut, or a field in it that is no number or no date.
    pub fn read(window: &mut Window) -> Result<Self> {
        let path = window.path().to_owned();
        let wrong = |at: usize, found: String, expected: &str| {
            let help = "Copy or export the recording again";
            refuse(&path, Position::Byte(at as u64), found, expected, help)
        };
        let head = window.look(PART)?;
        if head.len() < PART {
            return Err(wrong(head.len(), "the end of the file".to_owned(), "a header of EDF"));
        }
        let field = |from: usize, length: usize| text(&head[from..from + length]);
        let sample_bytes = if head[0] == 0xff { 3 } else { 2 };
        let recording = field(88, 80);
        let (date, time) = (field(168, 8), field(176, 8));
        let Some(start) = start(&date, &time, &recording) else {
            return Err(wrong(
                168,
                format!("{date:?} {time:?}"),
                "a date dd.mm.yy and a time hh.mm.ss",
            ));
        };
        let records = field(236, 8).parse().ok().filter(|&records: &u64| records > 0);
        let Some(record_s) = field(244, 8).parse().ok().filter(|s: &f64| s.is_finite()) else {
            return Err(wrong(244, format!("{:?}", field(244, 8)), "the seconds of a record"));
        };
        let signals = field(252, 4);
        let Some(count) = signals.parse().ok().filter(|count| (1..=SIGNALS).contains(count)) else {
            return Err(wrong(252, format!("{signals:?} signals"), "a number of signals"));
        };
        let fields: Vec<&str> = recording.split(' ').collect();
        let device = match fields.as_slice() {
            ["Startdate", _, _, _, device, ..] if *device != "X" => Some((*device).to_owned()),
            _ => None,
        };
        // As the Faros writes it: `…_DEVTYPE=Faros180_TZ=+0200`.
        let mut words = recording.split([' ', '_']);
        let offset_s = words.find_map(|word| zone_offset_s(word.strip_prefix("TZ=")?));
        let start_ns = packets::wall_ns(start).unwrap_or_default();
        window.skip(PART);
        let bytes = window.look(PART * count)?;
        if bytes.len() < PART * count {
            let (at, expected) = (PART + bytes.len(), "the header of its signals");
            return Err(wrong(at, "the end of the file".to_owned(), expected));
        }
        let mut signals = Vec::with_capacity(count);
        for index in 0..count {
            match signal(bytes, index, count) {
                Some(signal) => signals.push(signal),
                None => {
                    let found = format!("signal {} with a field that is no number", index + 1);
                    return Err(wrong(PART, found, "ranges and samples as numbers"));
                }
            }
        }
        window.skip(PART * count);
        Ok(Self { device, start_ns, offset_s, records, record_s, sample_bytes, signals })
    }
}

/// Field by field, each for all signals: label 16, transducer 80, dimension 8,
/// physical and digital extremes 8 each, prefilter 80, samples 8, reserved 32.
fn signal(bytes: &[u8], index: usize, count: usize) -> Option<Signal> {
    let field = |before: usize, length: usize| {
        let from = before * count + index * length;
        text(&bytes[from..from + length])
    };
    let number = |before: usize| field(before, 8).replace(',', ".").parse::<f64>().ok();
    let samples = field(216, 8).parse().ok()?;
    let mut signal = Signal {
        label: field(0, 16),
        dimension: field(96, 8),
        physical_min: 0.0,
        physical_max: 0.0,
        digital_min: 0.0,
        digital_max: 0.0,
        samples,
    };
    if !signal.is_annotations() {
        signal.physical_min = number(104)?;
        signal.physical_max = number(112)?;
        signal.digital_min = number(120)?;
        signal.digital_max = number(128)?;
    }
    Some(signal)
}

/// A field without its padding. It should be ASCII and is not everywhere.
fn text(field: &[u8]) -> String {
    let text = match std::str::from_utf8(field) {
        Ok(text) => text.to_owned(),
        Err(_) => field.iter().map(|&byte| char::from(byte)).collect(),
    };
    text.trim_matches([' ', '\0']).to_owned()
}

/// The start, from `dd.mm.yy`, which is of 1985 to 2084, or with its full year
/// from EDF+'s `Startdate 12-OCT-2018`, and `hh.mm.ss`.
fn start(date: &str, time: &str, recording: &str) -> Option<DateTime> {
    let three = |text: &str| -> Option<[i16; 3]> {
        let mut parts =
            text.split(['.', ':', '-', '/']).map(|part| part.trim().parse::<i16>().ok());
        let [a, b, c] = [parts.next()??, parts.next()??, parts.next()??];
        Some([a, b, c])
    };
    let [hour, minute, second] = three(time)?;
    let time = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
    let mut words = recording.split(' ');
    let full = (words.next() == Some("Startdate")).then(|| full_date(words.next()?)).flatten();
    let date = full.or_else(|| {
        let [day, month, year] = three(date)?;
        let year = year + if year >= 85 { 1900 } else { 2000 };
        Date::new(year, month as i8, day as i8).ok()
    })?;
    Some(date.to_datetime(time))
}

/// `12-OCT-2018`.
fn full_date(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let mut parts = text.split('-');
    let day = parts.next()?.parse().ok()?;
    let name = parts.next()?.to_uppercase();
    let month = MONTHS.iter().position(|month| *month == name)? as i8 + 1;
    Date::new(parts.next()?.parse().ok()?, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_of_1985_to_2084_unless_they_are_written_out() {
        let at =
            |date, recording| start(date, "23.59.58", recording).map(|start| start.to_string());
        assert_eq!(at("06.02.18", "").as_deref(), Some("2018-02-06T23:59:58"));
        assert_eq!(at("06.02.85", "").as_deref(), Some("1985-02-06T23:59:58"));
        let recording = "Startdate 06-FEB-2118 X X A1";
        assert_eq!(at("06.02.yy", recording).as_deref(), Some("2118-02-06T23:59:58"));
        assert_eq!(at("06.13.18", ""), None);
        assert_eq!(at("aa.bb.cc", "Startdate X X X X"), None);
    }
}
