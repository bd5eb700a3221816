//! Events exported by Noxturnal: a table in the language of the installation,
//! with a second row of units, and a begin and an end on the clock.

use std::path::Path;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use super::label::{Labels, Unknown};
use super::{Mark, Marks, What};
use crate::error::{Error, Position, Result};
use crate::movement::Kind;

/// A mark of leg movements that lasts longer stands for a whole series of
/// them, which is marked beside its movements, s.
const LONGEST_MOVEMENT_S: f64 = 30.0;

/// Whether the second row is one of units in brackets.
pub(super) fn is_export(head: &str) -> bool {
    let Some(units) = head.lines().nth(1) else { return false };
    let units: Vec<&str> = units.trim().split([',', ';', '\t']).collect();
    units.len() >= 4
        && units[..4].iter().all(|unit| unit.starts_with('[') && unit.ends_with(']'))
        && units[3] == "[s]"
}

/// Reads the events. The columns are known by their place, since their names
/// are of any language: begin, end, event, duration in seconds. Second 0 is
/// the begin of the first event.
///
/// # Errors
/// A row without a date and a time, or whose duration is no number.
pub(super) fn parse(path: &Path, text: &str, labels: &Labels) -> Result<Marks> {
    let header = text.lines().next().unwrap_or("");
    let separator = ['\t', ';', ','].into_iter().max_by_key(|c| header.matches(*c).count());
    let separator = separator.unwrap_or(',') as u8;
    let mut table = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().skip(2).filter_map(|r| r.ok()).collect();
    let order = Order::of(rows.iter().filter_map(|row| row.get(0)));
    let (mut list, mut unknown, mut start, mut brackets) =
        (Vec::new(), Unknown::default(), None, 0_usize);
    for (index, row) in rows.iter().enumerate() {
        let wrong = |field: &str, expected: &str| Error::Input {
            path: path.to_owned(),
            at: Position::Row(index as u64 + 3),
            found: format!("{field:?}"),
            expected: expected.to_owned(),
            help: "Export the events again, with begin, end, event and duration.".to_owned(),
        };
        let field = |index: usize| row.get(index).unwrap_or("");
        let begin = order.read(field(0)).ok_or_else(|| wrong(field(0), "a date and a time"))?;
        let duration_s: f64 = field(3)
            .replace(',', ".")
            .parse()
            .ok()
            .filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0)
            .ok_or_else(|| wrong(field(3), "a duration in seconds"))?;
        let onset_s = begin.duration_since(*start.get_or_insert(begin)).as_secs_f64();
        let Some(label) = labels.meaning(field(2)) else {
            unknown.count(field(2));
            continue;
        };
        let super::Label { what, side, periodic } = label;
        let is_leg = what == What::Movement(Kind::LimbMovement);
        if is_leg && periodic && duration_s > LONGEST_MOVEMENT_S {
            brackets += 1;
            continue;
        }
        list.push(Mark { onset_s, duration_s, what, side, periodic });
    }
    let mut marks = Marks::new(list, start, unknown);
    if brackets > 0 {
        marks.notes.push(format!(
            "{brackets} marks of whole series were left out; the movements in them are marked one by one."
        ));
    }
    Ok(marks)
}

/// What a date begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Day,
    Month,
    Year,
}

impl Order {
    /// The first order in which every date exists and the events last under two
    /// days: a night may be 02/03 to 03/03 or 02/03 to 02/04.
    fn of<'a>(times: impl Iterator<Item = &'a str> + Clone) -> Self {
        let fits = |order: &Self| {
            let read: Option<Vec<DateTime>> = times.clone().map(|time| order.read(time)).collect();
            let Some(read) = read else { return false };
            let (first, last) = (read.iter().min(), read.iter().max());
            first.zip(last).is_none_or(|(first, last)| {
                first.checked_add(2.days()).is_ok_and(|end| *last < end)
            })
        };
        [Self::Year, Self::Day, Self::Month].into_iter().find(fits).unwrap_or(Self::Day)
    }

    /// `25/07/2018 23:45:40`, with any separators, fractions and AM or PM.
    fn read(self, text: &str) -> Option<DateTime> {
        let (date, time) = text.split_once([' ', 'T'])?;
        let date: Vec<i16> = date
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().ok())
            .collect::<Option<_>>()?;
        let [a, b, c] = date[..] else { return None };
        let (year, month, day) = match self {
            Self::Year if a > 31 => (a, b, c),
            Self::Year => return None,
            Self::Day => (c, b, a),
            Self::Month => (c, a, b),
        };
        let (clock, half) =
            time.split_at(time.trim_end_matches(|c: char| !c.is_ascii_digit()).len());
        let mut parts = clock.split(':');
        let mut hour: i8 = parts.next()?.trim().parse().ok()?;
        let minute: i8 = parts.next()?.parse().ok()?;
        let seconds: f64 = parts.next().unwrap_or("0").replace(',', ".").parse().ok()?;
        match half.trim().to_uppercase().as_str() {
            "" => {}
            "AM" => hour %= 12,
            "PM" => hour = hour % 12 + 12,
            _ => return None,
        }
        let nanosecond = ((seconds.fract() * 1e3).round() as i32).min(999) * 1_000_000;
        let time = Time::new(hour, minute, seconds as i8, nanosecond).ok()?;
        Some(
            Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
                .ok()?
                .to_datetime(time),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Stage, format};
    use super::*;

    fn read(text: &str) -> Result<Marks> {
        assert_eq!(format(text.as_bytes()), Format::Noxturnal);
        parse(Path::new("events.csv"), text, &Labels::default())
    }

    const HEAD: &str = "Heure de début,Heure de fin,Événement,Durée,\r\n[],[],[],[s],\r\n";

    #[test]
    fn events_of_a_french_installation() {
        let rows = "25/07/2018 23:59:30,26/07/2018 00:00:00,Éveil,30,\r\n\
                    26/07/2018 00:00:05,26/07/2018 00:00:08,MJ,2.722,\r\n\
                    26/07/2018 00:00:05,26/07/2018 00:02:12,PLM,126.925,\r\n\
                    26/07/2018 00:00:09,26/07/2018 00:00:09,Notification,0,\r\n";
        let marks = read(&format!("{HEAD}{rows}")).unwrap();
        let found: Vec<_> = marks.list.iter().map(|m| (m.onset_s, m.duration_s, m.what)).collect();
        let limb = What::Movement(Kind::LimbMovement);
        assert_eq!(found, [(0.0, 30.0, What::Stage(Stage::Wake)), (35.0, 2.722, limb)]);
        assert_eq!(marks.start, "2018-07-25T23:59:30".parse().ok());
        assert_eq!(marks.notes.len(), 2, "{:?}", marks.notes);
    }

    #[test]
    fn day_and_month_are_told_apart_by_the_length_of_a_night() {
        let wall = |text: &str| text.parse::<DateTime>().ok();
        let start = |first: &str, last: &str| {
            read(&format!("{HEAD}{first},,N1,30,\n{last},,N1,30,\n")).unwrap().start
        };
        assert_eq!(
            start("02/03/2018 23:00:00", "03/03/2018 06:00:00"),
            wall("2018-03-02T23:00:00")
        );
        assert_eq!(
            start("2/28/2018 11:00:00 PM", "3/1/2018 6:00:00 AM"),
            wall("2018-02-28T23:00:00")
        );
        assert_eq!(
            start("02/03/2018 23:00:00", "02/04/2018 06:00:00"),
            wall("2018-02-03T23:00:00")
        );
        assert_eq!(
            start("2018-03-02 23:00:00", "2018-03-03 06:00:00"),
            wall("2018-03-02T23:00:00")
        );
    }

    #[test]
    fn a_row_that_is_no_event_is_named() {
        let message = read(&format!("{HEAD}soon,,N1,30,\n")).unwrap_err().to_string();
        assert!(
            message.starts_with("events.csv, row 3: found \"soon\"; expected a date"),
            "{message}"
        );
        let message =
            read(&format!("{HEAD}25/07/2018 23:00:00,,N1,long,\n")).unwrap_err().to_string();
        assert!(message.contains("found \"long\"; expected a duration"), "{message}");
        // Letters that take other room as capitals.
        for letters in ["ı", "ŉ", "ﬁPM", "İ"] {
            let message = read(&format!("{HEAD}25/07/2018 23:00:0{letters},,N1,30,\n"));
            assert!(message.unwrap_err().to_string().contains("expected a date"), "{letters}");
        }
    }
}
