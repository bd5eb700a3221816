//! EDF+ annotations (Kemp and Olivan 2003, Clin Neurophysiol 114:1755–1761):
//! the lists of annotations in the records of signals `EDF Annotations`, in an
//! annotation file or beside ordinary signals.

use std::path::Path;

use jiff::civil::{Date, DateTime, Time};

use super::label::{Labels, Unknown};
use super::{Mark, Marks};
use crate::error::{Error, Position, Result};

/// Bytes of the header before those of the signals, and of each signal.
const HEADER: usize = 256;

/// Ends an onset, a text, and a list.
const TEXT: u8 = 0x14;
/// Ends an onset that a duration follows.
const DURATION: u8 = 0x15;

/// Whether it begins as EDF does.
pub(super) fn is_edf(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER
        && bytes[..8] == *b"0       "
        && bytes[..HEADER].iter().all(|byte| (32..127).contains(byte))
}

/// What the header says of where annotations are.
struct Layout {
    start: Option<DateTime>,
    header_bytes: usize,
    record_bytes: usize,
    /// From and to of the annotation signals within a record, bytes.
    annotations: Vec<(usize, usize)>,
}

/// Reads the annotations of a file; everything else in it is passed over.
///
/// # Errors
/// A file without annotations, a header or a list that is broken.
pub(super) fn parse(path: &Path, bytes: &[u8], labels: &Labels) -> Result<Marks> {
    let layout = layout(path, bytes)?;
    let (mut list, mut unknown) = (Vec::new(), Unknown::default());
    let mut first_s = None;
    let records = bytes[layout.header_bytes..].chunks_exact(layout.record_bytes);
    for (number, record) in records.enumerate() {
        for (signal, &(from, to)) in layout.annotations.iter().enumerate() {
            let at = layout.header_bytes + number * layout.record_bytes + from;
            for annotation in lists(&record[from..to]) {
                let Annotation { onset_s, duration_s, texts } =
                    annotation.ok_or_else(|| broken(path, at as u64))?;
                // The first list of a record keeps its time and says nothing.
                if signal == 0 && first_s.is_none() {
                    first_s = Some(onset_s);
                }
                for text in texts.iter().filter(|text| !text.is_empty()) {
                    match labels.meaning(text) {
                        Some(label) => list.push(Mark {
                            onset_s: onset_s - first_s.unwrap_or(0.0),
                            duration_s,
                            what: label.what,
                            side: label.side,
                            periodic: label.periodic,
                        }),
                        None => unknown.count(text),
                    }
                }
            }
        }
    }
    // The header knows whole seconds, the first record the rest.
    let after = jiff::SignedDuration::from_millis((first_s.unwrap_or(0.0) * 1e3).round() as i64);
    let start = layout.start.and_then(|start| start.checked_add(after).ok());
    Ok(Marks::new(list, start, unknown))
}

fn layout(path: &Path, bytes: &[u8]) -> Result<Layout> {
    let wrong = |at: usize, found: String, expected: &str| Error::Input {
        path: path.to_owned(),
        at: Position::Byte(at as u64),
        found,
        expected: expected.to_owned(),
        help: "Export the annotations again, as EDF+.".to_owned(),
    };
    let field = |at: usize, length: usize| -> &str {
        bytes.get(at..at + length).and_then(|b| str::from_utf8(b).ok()).unwrap_or("").trim()
    };
    let number = |at: usize, length: usize| -> Result<usize> {
        let text = field(at, length);
        text.parse().map_err(|_| wrong(at, format!("{text:?}"), "a whole number of the EDF header"))
    };
    let (header_bytes, signals) = (number(184, 8)?, number(252, 4)?);
    if header_bytes != HEADER * (signals + 1) || bytes.len() < header_bytes {
        let found = format!("a header of {header_bytes} bytes for {signals} signals");
        return Err(wrong(184, found, "256 bytes, and 256 more for each signal"));
    }
    let samples_at = HEADER + signals * (16 + 80 + 8 * 5 + 80);
    let (mut record_bytes, mut annotations) = (0, Vec::new());
    for signal in 0..signals {
        let length = 2 * number(samples_at + signal * 8, 8)?;
        if field(HEADER + signal * 16, 16) == "EDF Annotations" {
            annotations.push((record_bytes, record_bytes + length));
        }
        record_bytes += length;
    }
    if annotations.is_empty() || record_bytes == 0 {
        return Err(wrong(
            HEADER,
            "no signal named EDF Annotations".to_owned(),
            "EDF+ with annotations",
        ));
    }
    Ok(Layout {
        start: start(field(168, 8), field(176, 8)),
        header_bytes,
        record_bytes,
        annotations,
    })
}

/// `12.03.24` and `22.45.00`. Years from 85 on are of the last century; files
/// without a clock carry 1 January 1985.
fn start(date: &str, time: &str) -> Option<DateTime> {
    let numbers = |text: &str| -> Option<[i8; 3]> {
        let numbers: Vec<i8> =
            text.split(['.', ':']).map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        numbers.try_into().ok()
    };
    let ([day, month, year], [hour, minute, second]) = (numbers(date)?, numbers(time)?);
    if (day, month, year, hour, minute, second) == (1, 1, 85, 0, 0, 0) {
        return None;
    }
    let century = if year >= 85 { 1900 } else { 2000 };
    let date = Date::new(century + i16::from(year), month, day).ok()?;
    Some(date.to_datetime(Time::new(hour, minute, second, 0).ok()?))
}

/// One time-stamped list of texts.
struct Annotation<'a> {
    onset_s: f64,
    duration_s: f64,
    texts: Vec<std::borrow::Cow<'a, str>>,
}

/// The lists of one signal in one record, up to its padding; `None` for one
/// that is broken.
fn lists(bytes: &[u8]) -> impl Iterator<Item = Option<Annotation<'_>>> {
    bytes.split(|byte| *byte == 0).filter(|list| !list.is_empty()).map(list)
}

fn list(bytes: &[u8]) -> Option<Annotation<'_>> {
    let end = bytes.iter().position(|byte| *byte == TEXT)?;
    let (stamp, rest) = (&bytes[..end], &bytes[end + 1..]);
    let mut stamp = stamp.split(|byte| *byte == DURATION);
    let seconds = |field: &[u8]| -> Option<f64> {
        let number: f64 = str::from_utf8(field).ok()?.parse().ok()?;
        number.is_finite().then_some(number)
    };
    let onset_s = seconds(stamp.next()?)?;
    let duration_s = match stamp.next() {
        None | Some([]) => 0.0,
        Some(field) => seconds(field)?.max(0.0),
    };
    let texts = rest.split(|byte| *byte == TEXT).map(|text| String::from_utf8_lossy(text));
    Some(Annotation { onset_s, duration_s, texts: texts.collect() })
}

fn broken(path: &Path, at: u64) -> Error {
    Error::Input {
        path: path.to_owned(),
        at: Position::Byte(at),
        found: "an annotation without an onset".to_owned(),
        expected: "annotations such as +12.5<21>2.0<20>LM:left<20>".to_owned(),
        help: "Export the annotations again, as EDF+.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Stage, What};
    use super::*;
    use crate::movement::Kind;
    use crate::recording::Side;

    /// A file of one annotation signal; the fields by hand, as the
    /// specification lists them.
    fn file(date: &str, time: &str, records: &[&[u8]]) -> Vec<u8> {
        let longest =
            records.iter().map(|record| record.len()).max().unwrap_or(0).next_multiple_of(2);
        let mut bytes = format!(
            "{:<8}{:<80}{:<80}{date:<8}{time:<8}{:<8}{:<44}{:<8}{:<8}{:<4}",
            "0",
            "X X X X",
            "Startdate X X X X",
            512,
            "EDF+C",
            records.len(),
            0,
            1
        );
        bytes += &format!("{:<16}{:<80}{:<8}{:<8}{:<8}", "EDF Annotations", "", "", -1, 1);
        bytes += &format!("{:<8}{:<8}{:<80}{:<8}{:<32}", -32768, 32767, "", longest / 2, "");
        let mut bytes = bytes.into_bytes();
        assert_eq!(bytes.len(), 512);
        for record in records {
            bytes.extend(*record);
            bytes.resize(bytes.len() + longest - record.len(), 0);
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Marks> {
        assert!(is_edf(bytes));
        parse(Path::new("a.edf"), bytes, &Labels::default())
    }

    #[test]
    fn the_lists_of_the_specification_are_read() {
        let first: &[u8] =
            b"+0\x14\x14\0+10.5\x152.25\x14LM:left\x14PLM:right\x14\0-3\x14Lights off\x14\0";
        let second: &[u8] = b"+30\x14\x14\0+30\x1530\x14Sleep stage 2\x14\0+31\x14cough\x14\0";
        let marks = read(&file("12.03.24", "22.45.30", &[first, second])).unwrap();
        let limb = What::Movement(Kind::LimbMovement);
        let found: Vec<_> =
            marks.list.iter().map(|m| (m.onset_s, m.duration_s, m.what, m.side)).collect();
        assert_eq!(
            found,
            [
                (-3.0, 0.0, What::LightsOff, None),
                (10.5, 2.25, limb, Some(Side::Left)),
                (10.5, 2.25, limb, Some(Side::Right)),
                (30.0, 30.0, What::Stage(Stage::N2), None),
            ]
        );
        assert_eq!(marks.start, "2024-03-12T22:45:30".parse().ok());
        assert!(marks.notes.iter().any(|note| note.contains("cough")), "{:?}", marks.notes);
    }

    #[test]
    fn the_first_record_says_the_fraction_of_the_start() {
        let record: &[u8] = b"+0.25\x14\x14\0+10.25\x152\x14LM\x14\0";
        let marks = read(&file("01.01.99", "00.00.00", &[record])).unwrap();
        assert_eq!(marks.list[0].onset_s, 10.0);
        assert_eq!(marks.start, "1999-01-01T00:00:00.25".parse().ok());
    }

    #[test]
    fn a_broken_file_is_refused_with_its_place() {
        let broken = file("01.01.85", "00.00.00", &[b"+0\x14\x14\0soon\x14LM\x14\0"]);
        let message = read(&broken).unwrap_err().to_string();
        assert!(message.starts_with("a.edf, byte 512: found an annotation without"), "{message}");
        let mut other = file("01.01.85", "00.00.00", &[b"+0\x14\x14\0"]);
        other[256..264].copy_from_slice(b"EEG Fpz ");
        let message = read(&other).unwrap_err().to_string();
        assert!(message.contains("no signal named EDF Annotations"), "{message}");
        let mut short = file("01.01.85", "00.00.00", &[b"+0\x14\x14\0"]);
        short[184..192].copy_from_slice(b"9999    ");
        assert_eq!(read(&short).unwrap_err().exit_code(), 65);
    }
}
