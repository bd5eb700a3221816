//! EDF+ of annotations only (Kemp and Olivan 2003, Clin Neurophysiol
//! 114:1755–1761).

use std::io::{self, Write};

use jiff::civil::DateTime;

use super::Annotation;

/// Length of a record, s. An annotation stands in the record of its onset, or
/// in a later one when that is full.
const RECORD_S: f64 = 30.0;

/// What of an annotation the file has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    onset_s: f64,
    duration_s: f64,
    label: &'static str,
}

impl From<&Annotation<'_>> for Mark {
    fn from(annotation: &Annotation) -> Self {
        let Annotation { onset_s, duration_s, label, .. } = *annotation;
        Self { onset_s, duration_s, label }
    }
}

impl Mark {
    /// The record it belongs to.
    fn record(&self) -> usize {
        (self.onset_s / RECORD_S).max(0.0) as usize
    }

    /// Onset, duration and text, with the marks of the format between them.
    fn list(&self, fraction_s: f64) -> Vec<u8> {
        let mut list = stamp(self.onset_s + fraction_s);
        if self.duration_s > 0.0 {
            list += &format!("\x15{}", number(self.duration_s));
        }
        format!("{list}\x14{}\x14\0", self.label).into_bytes()
    }
}

/// Writes the file. Its records cover the recording, so that viewers show its length;
/// the fraction of the second at which it begins is in the first record, as the
/// header has whole seconds only.
///
/// # Errors
/// What `out` says.
pub(super) fn write(
    marks: &[Mark],
    start: Option<DateTime>,
    length_s: f64,
    out: &mut impl Write,
) -> io::Result<()> {
    let fraction_s = start.map_or(0.0, |start| f64::from(start.subsec_nanosecond()) / 1e9);
    let last_s = marks.iter().map(|mark| mark.onset_s).fold(0.0, f64::max);
    let count = ((length_s.max(last_s + 1e-3)) / RECORD_S).ceil().max(1.0) as usize;
    let all_bytes: usize = marks.iter().map(|mark| mark.list(fraction_s).len()).sum();
    // From the mean load of a record up, until everything has its place.
    let mut record_bytes = (all_bytes / count + 64).next_multiple_of(2);
    while !pack(marks, count, record_bytes, fraction_s, &mut io::sink())? {
        record_bytes = (record_bytes + record_bytes / 4).next_multiple_of(2);
    }
    out.write_all(&header(start, count, record_bytes))?;
    pack(marks, count, record_bytes, fraction_s, out).map(|_| ())
}

/// Seconds with their sign.
fn stamp(seconds: f64) -> String {
    let text = number(seconds);
    if text.starts_with('-') { text } else { format!("+{text}") }
}

/// Up to a millisecond, without zeros at the end.
fn number(seconds: f64) -> String {
    let text = format!("{seconds:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// All records one after the other; whether the marks fit.
fn pack(
    marks: &[Mark],
    count: usize,
    record_bytes: usize,
    fraction_s: f64,
    out: &mut impl Write,
) -> io::Result<bool> {
    let mut waiting = marks.iter().peekable();
    let mut bytes = Vec::with_capacity(record_bytes);
    for record in 0..count {
        bytes.clear();
        let at_s = record as f64 * RECORD_S + fraction_s;
        bytes.extend(format!("{}\x14\x14\0", stamp(at_s)).bytes());
        while let Some(mark) = waiting.peek().filter(|mark| mark.record() <= record) {
            let list = mark.list(fraction_s);
            if bytes.len() + list.len() > record_bytes {
                break;
            }
            bytes.extend(list);
            waiting.next();
        }
        bytes.resize(record_bytes, 0);
        out.write_all(&bytes)?;
    }
    Ok(waiting.peek().is_none())
}

fn header(start: Option<DateTime>, count: usize, record_bytes: usize) -> Vec<u8> {
    let shown = |format: &str, none: &str| {
        start.map_or_else(|| none.to_owned(), |start| start.strftime(format).to_string())
    };
    let date = shown("%d-%b-%Y", "X").to_uppercase();
    let recording = format!("Startdate {date} X hypnic_{} X", env!("CARGO_PKG_VERSION"));
    let fields = [
        ("0".to_owned(), 8),
        ("X X X X".to_owned(), 80),
        (recording, 80),
        // What files without a clock carry.
        (shown("%d.%m.%y", "01.01.85"), 8),
        (shown("%H.%M.%S", "00.00.00"), 8),
        ("512".to_owned(), 8),
        ("EDF+C".to_owned(), 44),
        (count.to_string(), 8),
        (number(RECORD_S), 8),
        ("1".to_owned(), 4),
        ("EDF Annotations".to_owned(), 16),
        (String::new(), 80 + 8),
        ("-1".to_owned(), 8),
        ("1".to_owned(), 8),
        ("-32768".to_owned(), 8),
        ("32767".to_owned(), 8),
        (String::new(), 80),
        ((record_bytes / 2).to_string(), 8),
        (String::new(), 32),
    ];
    fields.iter().flat_map(|(text, width)| format!("{text:<width$}").into_bytes()).collect()
}

/// The file in memory.
#[cfg(test)]
pub(super) fn encode(
    annotations: &[Annotation],
    start: Option<DateTime>,
    length_s: f64,
) -> Vec<u8> {
    let marks: Vec<Mark> = annotations.iter().map(Mark::from).collect();
    let mut bytes = Vec::new();
    write(&marks, start, length_s, &mut bytes).unwrap();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::{self, Labels, What};

    fn annotation(onset_s: f64, duration_s: f64, label: &'static str) -> Annotation<'static> {
        Annotation { onset_s, duration_s, label, movement: None }
    }

    fn back(bytes: &[u8]) -> Vec<(f64, f64, What)> {
        let marks = marks::parse("a.edf".as_ref(), bytes, &Labels::default()).unwrap();
        marks.list.iter().map(|m| (m.onset_s, m.duration_s, m.what)).collect()
    }

    #[test]
    fn records_are_of_one_length_and_begin_with_their_time() {
        let start = "2024-03-12T22:45:30.25".parse().ok();
        let bytes = encode(&[annotation(31.5, 2.0, "LM:left")], start, 95.0);
        assert_eq!(&bytes[168..184], b"12.03.2422.45.30");
        assert_eq!(&bytes[236..244], b"4       ");
        let record_bytes = (bytes.len() - 512) / 4;
        let begin = |record: usize| {
            let record = &bytes[512 + record * record_bytes..][..record_bytes];
            String::from_utf8_lossy(record).trim_end_matches('\0').to_owned()
        };
        assert_eq!(begin(0), "+0.25\x14\x14");
        assert_eq!(begin(1), "+30.25\x14\x14\0+31.75\x152\x14LM:left\x14");
        assert_eq!(begin(3), "+90.25\x14\x14");
        let marks = marks::parse("a.edf".as_ref(), &bytes, &Labels::default()).unwrap();
        assert_eq!((marks.list[0].onset_s, marks.start), (31.5, start));
    }

    #[test]
    fn a_crowd_at_the_end_makes_the_records_longer() {
        let crowd: Vec<Annotation> =
            (0..200).map(|n| annotation(3590.0 + f64::from(n) * 0.05, 0.1, "twitch")).collect();
        let found = back(&encode(&crowd, None, 3600.0));
        assert_eq!(found.len(), 200);
        for ((onset_s, duration_s, _), expected) in found.iter().zip(&crowd) {
            assert!((onset_s - expected.onset_s).abs() < 1e-9);
            assert_eq!(*duration_s, 0.1);
        }
    }

    #[test]
    fn nothing_is_a_file_too() {
        assert_eq!(back(&encode(&[], None, 0.0)), []);
        assert_eq!(number(-0.0001), "0");
    }
}
