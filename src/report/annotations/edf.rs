//! EDF+ of annotations only (Kemp and Olivan 2003, Clin Neurophysiol
//! 114:1755–1761).

use jiff::civil::DateTime;

use super::Annotation;

/// Length of a record, s. An annotation stands in the record of its onset, or
/// in a later one when that is full.
const RECORD_S: f64 = 30.0;

/// The file. Its records cover the recording, so that viewers show its length;
/// the fraction of the second at which it begins is in the first record, as the
/// header has whole seconds only.
pub(super) fn encode(
    annotations: &[Annotation],
    start: Option<DateTime>,
    length_s: f64,
) -> Vec<u8> {
    let fraction_s = start.map_or(0.0, |start| f64::from(start.subsec_nanosecond()) / 1e9);
    let last_s = annotations.iter().map(|a| a.onset_s).fold(0.0, f64::max);
    let count = ((length_s.max(last_s + 1e-3)) / RECORD_S).ceil().max(1.0) as usize;
    let lists: Vec<(usize, Vec<u8>)> = annotations
        .iter()
        .map(|a| (((a.onset_s / RECORD_S).max(0.0)) as usize, list(a, fraction_s)))
        .collect();
    let all_bytes: usize = lists.iter().map(|(_, list)| list.len()).sum();
    // From the mean load of a record up, until everything has its place.
    let mut record_bytes = (all_bytes / count + 64).next_multiple_of(2);
    let records = loop {
        match packed(&lists, count, record_bytes, fraction_s) {
            Some(records) => break records,
            None => record_bytes = (record_bytes + record_bytes / 4).next_multiple_of(2),
        }
    };
    let mut bytes = header(start, count, record_bytes);
    bytes.extend(records);
    bytes
}

/// Onset, duration and text, with the marks of the format between them.
fn list(annotation: &Annotation, fraction_s: f64) -> Vec<u8> {
    let Annotation { onset_s, duration_s, label, .. } = annotation;
    let mut list = stamp(onset_s + fraction_s);
    if *duration_s > 0.0 {
        list += &format!("\x15{}", number(*duration_s));
    }
    format!("{list}\x14{label}\x14\0").into_bytes()
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

/// All records one after the other; `None` if the annotations do not fit.
fn packed(
    lists: &[(usize, Vec<u8>)],
    count: usize,
    record_bytes: usize,
    fraction_s: f64,
) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(count * record_bytes);
    let mut waiting = lists.iter().peekable();
    for record in 0..count {
        let end = bytes.len() + record_bytes;
        let at_s = record as f64 * RECORD_S + fraction_s;
        bytes.extend(format!("{}\x14\x14\0", stamp(at_s)).bytes());
        while let Some((_, list)) =
            waiting.next_if(|(due, list)| *due <= record && bytes.len() + list.len() <= end)
        {
            bytes.extend(list);
        }
        bytes.resize(end, 0);
    }
    waiting.peek().is_none().then_some(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::{self, Labels, What};

    fn annotation(onset_s: f64, duration_s: f64, label: &str) -> Annotation<'static> {
        Annotation { onset_s, duration_s, label: label.to_owned(), movement: None }
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
