//! The `.annot` of Luna: tab-separated class, instance, channel, start, stop
//! and meta, after lines that begin with `#`.

use std::path::Path;

use jiff::civil::{DateTime, Time};

use super::label::{Labels, Unknown};
use super::{Mark, Marks};
use crate::error::{Error, Position, Result};

const HEADER: [&str; 5] = ["class", "instance", "channel", "start", "stop"];

/// Whether the first lines are those of an `.annot`.
pub(super) fn is_annot(head: &str) -> bool {
    let mut lines = head.lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines.find(|line| !line.starts_with('#')) else { return false };
    let fields: Vec<&str> = first.split('\t').collect();
    let is_header =
        fields.len() >= 5 && HEADER.iter().zip(&fields).all(|(name, field)| name == field);
    let is_row = fields.len() >= 5 && Moment::read(fields[3]).is_some();
    is_header || is_row || fields[0] == "start_hms"
}

/// A start or a stop.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Moment {
    /// Seconds from the start of the recording.
    Seconds(f64),
    /// A time of the clock.
    Clock(Time),
    /// A date and a time.
    Wall(DateTime),
}

impl Moment {
    fn read(field: &str) -> Option<Self> {
        let field = field.trim();
        if let Ok(seconds) = field.parse::<f64>() {
            return seconds.is_finite().then_some(Self::Seconds(seconds));
        }
        if let Ok(time) = field.parse::<Time>() {
            return Some(Self::Clock(time));
        }
        // Luna joins date and time by a hyphen, ISO 8601 by a T.
        let iso = match field.as_bytes().get(10) {
            Some(b'-') => format!("{}T{}", &field[..10], &field[11..]),
            _ => field.to_owned(),
        };
        iso.parse().ok().map(Self::Wall)
    }
}

/// The clock of a file that gives times instead of seconds.
#[derive(Debug, Default)]
struct Axis {
    start: Option<DateTime>,
}

impl Axis {
    /// Times without a date are those of the 24 hours after the first.
    fn seconds(&mut self, moment: Moment) -> f64 {
        let wall = match moment {
            Moment::Seconds(seconds) => return seconds,
            Moment::Wall(wall) => wall,
            Moment::Clock(time) => {
                let date = self.start.map_or(jiff::civil::date(1985, 1, 1), |start| start.date());
                let wall = date.to_datetime(time);
                match self.start {
                    Some(start) if wall < start => wall.tomorrow().unwrap_or(wall),
                    _ => wall,
                }
            }
        };
        let start = *self.start.get_or_insert(wall);
        wall.duration_since(start).as_secs_f64()
    }
}

/// Reads the annotations. A stop may be seconds, a time, `+` and a
/// duration, or `...` for the start of the next line.
///
/// # Errors
/// A line with fewer than five fields, or whose start or stop is no time.
pub(super) fn parse(path: &Path, text: &str, labels: &Labels) -> Result<Marks> {
    let (mut list, mut unknown, mut axis) =
        (Vec::<Mark>::new(), Unknown::default(), Axis::default());
    let mut open: Vec<usize> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |found: String, expected: &str| Error::Input {
            path: path.to_owned(),
            at: Position::Row(index as u64 + 1),
            found,
            expected: expected.to_owned(),
            help: "Write the annotations again with WRITE-ANNOTS of Luna.".to_owned(),
        };
        let [class, instance, _, start, stop, ..] = fields[..] else {
            let found = format!("{} fields", fields.len());
            return Err(wrong(found, "class, instance, channel, start and stop, with tabs"));
        };
        if fields[..5].iter().zip(HEADER).all(|(field, name)| *field == name) {
            continue;
        }
        let moment = |field: &str| {
            Moment::read(field).ok_or_else(|| wrong(format!("{field:?}"), "seconds or a time"))
        };
        let onset_s = axis.seconds(moment(start)?);
        for earlier in open.drain(..) {
            list[earlier].duration_s = (onset_s - list[earlier].onset_s).max(0.0);
        }
        let duration_s = match (stop, stop.strip_prefix('+')) {
            ("..." | ".", _) => 0.0,
            (_, Some(seconds)) => seconds
                .parse::<f64>()
                .map_err(|_| wrong(format!("{stop:?}"), "+ and seconds"))?
                .max(0.0),
            _ => (axis.seconds(moment(stop)?) - onset_s).max(0.0),
        };
        // Some files name the class once and the label as its instance.
        let label = labels.meaning(class).or_else(|| labels.meaning(instance));
        let Some(label) = label else {
            unknown.count(class);
            continue;
        };
        if stop == "..." {
            open.push(list.len());
        }
        let super::Label { what, side, periodic } = label;
        list.push(Mark { onset_s, duration_s, what, side, periodic });
    }
    let start = axis.start.filter(|start| start.year() != 1985);
    Ok(Marks::new(list, start, unknown))
}

#[cfg(test)]
mod tests {
    use super::super::{Stage, What};
    use super::*;
    use crate::movement::Kind;
    use crate::recording::Side;

    fn read(text: &str) -> Result<Marks> {
        assert!(is_annot(text), "{text}");
        parse(Path::new("a.annot"), text, &Labels::default())
    }

    const LIMB: What = What::Movement(Kind::LimbMovement);

    #[test]
    fn seconds_durations_and_lasting_until_the_next() {
        let text = "# LM | leg movements\nclass\tinstance\tchannel\tstart\tstop\tmeta\n\
                    W\t.\t.\t0\t...\t.\nN2\t.\t.\t30\t+30\t.\nPLM:left\t.\tacc\t40.5\t42.75\tx=1\n";
        let marks = read(text).unwrap();
        let found: Vec<_> = marks.list.iter().map(|m| (m.onset_s, m.duration_s, m.what)).collect();
        assert_eq!(
            found,
            [
                (0.0, 30.0, What::Stage(Stage::Wake)),
                (30.0, 30.0, What::Stage(Stage::N2)),
                (40.5, 2.25, LIMB),
            ]
        );
        assert_eq!((marks.list[2].side, marks.list[2].periodic), (Some(Side::Left), true));
    }

    #[test]
    fn times_of_the_clock_pass_midnight() {
        let marks =
            read("N1\t.\t.\t23:59:30\t00:00:00\t.\nLM\t.\t.\t00:00:10.5\t00:00:12\t.\n").unwrap();
        let found: Vec<_> = marks.list.iter().map(|m| (m.onset_s, m.duration_s)).collect();
        assert_eq!(found, [(0.0, 30.0), (40.5, 1.5)]);
        assert_eq!(marks.start, None);
    }

    #[test]
    fn a_line_that_is_none_names_its_row() {
        let message = read("LM\t.\t.\t1\t2\t.\nLM\t.\t.\tsoon\t2\t.\n").unwrap_err().to_string();
        assert!(
            message.starts_with("a.annot, row 2: found \"soon\"; expected seconds"),
            "{message}"
        );
        let message = read("LM\t.\t.\t1\t2\t.\nLM 3 4\n").unwrap_err().to_string();
        assert!(message.contains("row 2: found 1 fields"), "{message}");
    }
}
