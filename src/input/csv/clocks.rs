//! The columns that tell the time, what each of them counts, which of them is
//! the most precise, and the clock they make together.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::time::{Clock, ZoneSource};

use super::columns::{tokens, without_unit};
use super::dialect::{Delimiter, Dialect};
use super::layout::Layout;
use super::number;
use super::preamble::{Facts, zone_of};
use super::rate::Steps;
use super::rows::Stamps;
use super::stamp::{self, DAY_NS, DateOrder, Moment, SECOND_NS, StampZone, TextStamps};
use crate::median::median;

/// A column, or several, that may hold the stamps.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub stamps: Stamps,
    /// The column's name, for people.
    pub name: String,
    meaning: Meaning,
}

/// What a stamp counts from. The order is that of preference between columns
/// that are equally regular: what a device counted before what was formatted.
#[derive(Debug, Clone, PartialEq)]
enum Meaning {
    /// From somewhere.
    Elapsed,
    /// From 1970 in UTC.
    Unix,
    /// A date and time, with what it says about its zone; if that is nothing,
    /// what its column's name says, in seconds east.
    Written { zone: StampZone, named_s: Option<i32> },
    /// The time of day on an unknown date.
    TimeOfDay,
}

/// A candidate with its stamps in the first rows.
pub(super) struct Measured {
    pub candidate: Candidate,
    pub first_ns: i64,
    /// `None` when all the stamps are equal.
    pub steps: Option<Steps>,
}

impl Measured {
    /// Measures a candidate on its stamps; `None` without any.
    pub fn of(candidate: Candidate, stamps_ns: &[i64]) -> Option<Self> {
        let &first_ns = stamps_ns.first()?;
        Some(Self { candidate, first_ns, steps: Steps::of(stamps_ns) })
    }

    /// Whether the stamps, where they change, mostly run backward.
    pub fn runs_backward(&self) -> bool {
        self.steps.is_some_and(|steps| steps.backward > 0.5)
    }

    /// The steps of stamps that mostly run forward.
    fn forward_steps(&self) -> Option<Steps> {
        self.steps.filter(|steps| steps.backward <= 0.5 && steps.rate_hz > 0.0)
    }

    /// Less is better: irregularity in steps of 2 %, then the kind.
    fn rank(&self, steps: &Steps) -> (u32, u8) {
        let irregularity = steps.backward * 10.0 + steps.standing + steps.jitter;
        let kind = match self.candidate.meaning {
            Meaning::Elapsed => 0,
            Meaning::Unix => 1,
            Meaning::Written { .. } => 2,
            Meaning::TimeOfDay => 3,
        };
        ((irregularity * 50.0).min(1e6) as u32, kind)
    }
}

/// The most precise of the candidates that run forward, and its steps.
pub(super) fn best(measured: &[Measured]) -> Option<(&Candidate, Steps)> {
    measured
        .iter()
        .filter_map(|measured| Some((measured, measured.forward_steps()?)))
        .min_by_key(|(measured, steps)| measured.rank(steps))
        .map(|(measured, steps)| (&measured.candidate, steps))
}

/// Every column besides the axes that may tell the time, and the order of day
/// and month if it had to be assumed.
pub(super) fn candidates(
    layout: &Layout,
    axes: [usize; 3],
    facts: &Facts,
) -> (Vec<Candidate>, Option<DateOrder>) {
    let width = layout.sample.iter().map(Vec::len).max().unwrap_or(0);
    let cells = |column: usize| {
        layout
            .sample
            .iter()
            .filter_map(move |row| row.get(column).map(String::as_str))
            .filter(|cell| !number::is_missing(cell.as_bytes()))
    };
    let mut found = Vec::new();
    let mut assumed = None;
    let (mut date, mut time) = (None, None);
    let parts = parts(layout);
    for column in (0..width).filter(|column| !axes.contains(column)) {
        if cells(column).next().is_none() || parts.as_ref().is_some_and(|parts| parts.has(column)) {
            continue;
        }
        let (order, known) = date_order(cells(column), facts, layout.dialect);
        // A header that is repeated, a damaged row: they are few.
        let most = |test: &dyn Fn(&[u8]) -> bool| {
            let fitting = cells(column).filter(|cell| test(cell.as_bytes())).count();
            fitting * 10 >= cells(column).count() * 9
        };
        if most(&|cell| stamp::parse(cell, order).is_some()) {
            let stamps = Stamps::Text { column, stamps: TextStamps::new(order) };
            let first = cells(column).find_map(|cell| stamp::parse(cell.as_bytes(), order));
            let zone = first.map_or(StampZone::Unknown, |moment| moment.zone);
            let meaning = Meaning::Written { zone, named_s: named_offset(layout, column) };
            found.push(Candidate { stamps, name: layout.name(column), meaning });
        } else if most(&|cell| stamp::parse_date(cell, order).is_some()) {
            date = date.or(Some((column, order)));
        } else if most(&|cell| stamp::parse_time(cell).is_some()) {
            time = time.or(Some(column));
            continue;
        } else if let Some(candidate) =
            counted(layout, column, axes, &cells(column).collect::<Vec<_>>())
        {
            found.push(candidate);
            continue;
        } else {
            continue;
        }
        if !known {
            assumed = Some(order);
        }
    }
    match (date, time) {
        (Some((date, order)), Some(time)) => found.push(Candidate {
            stamps: Stamps::DateAndTime { date, time, order },
            name: format!("{} and {}", layout.name(date), layout.name(time)),
            meaning: Meaning::Written { zone: StampZone::Unknown, named_s: None },
        }),
        (None, Some(column)) => found.push(Candidate {
            stamps: Stamps::TimeOfDay { column, day_ns: 0, last_ns: 0 },
            name: layout.name(column),
            meaning: Meaning::TimeOfDay,
        }),
        _ => {}
    }
    found.extend(parts.into_iter().flat_map(|parts| parts.candidates(layout)));
    (found, assumed)
}

/// How day and month stand in the cells of a column, and whether that is known
/// or assumed.
fn date_order<'a>(
    cells: impl Iterator<Item = &'a str>,
    facts: &Facts,
    dialect: Dialect,
) -> (DateOrder, bool) {
    use DateOrder::{DayFirst, MonthFirst};
    if let Some(order) = facts.date_order {
        return (order, true);
    }
    let mut ambiguous = false;
    for cell in cells.filter(|cell| cell.contains('/') || cell.contains('-')) {
        let read = |order| {
            let cell = cell.as_bytes();
            stamp::parse(cell, order).map(Moment::ns).or_else(|| stamp::parse_date(cell, order))
        };
        match (read(MonthFirst), read(DayFirst)) {
            (Some(_), None) => return (MonthFirst, true),
            (None, Some(_)) => return (DayFirst, true),
            (month_first, day_first) => ambiguous |= month_first != day_first,
        }
    }
    // Who writes semicolons or decimal commas writes the day first.
    let european = dialect.delimiter == Delimiter::Semicolon || dialect.point == b',';
    (if european { DayFirst } else { MonthFirst }, !ambiguous)
}

/// The offset in a column's name, as in `time (01:00)`.
fn named_offset(layout: &Layout, column: usize) -> Option<i32> {
    let name = layout.names.as_ref()?.get(column)?;
    stamp::parse_offset(without_unit(name).1?.as_bytes())
}

/// Words of columns that count time.
const TIME_WORDS: [&str; 36] = [
    "t",
    "time",
    "timestamp",
    "timestamps",
    "stamp",
    "ts",
    "epoch",
    "epoc",
    "unix",
    "millis",
    "millisecond",
    "milliseconds",
    "milli",
    "msec",
    "ms",
    "micros",
    "us",
    "microseconds",
    "ns",
    "nanos",
    "nanoseconds",
    "s",
    "sec",
    "secs",
    "second",
    "seconds",
    "elapsed",
    "uptime",
    "zeit",
    "temps",
    "tiempo",
    "tempo",
    "tijd",
    "date",
    "datetime",
    "clock",
];

/// A column of numbers that count time, if it is one: by its name, or, without
/// names, by standing before the axes.
fn counted(layout: &Layout, column: usize, axes: [usize; 3], cells: &[&str]) -> Option<Candidate> {
    let point = layout.dialect.point;
    let values: Vec<f64> =
        cells.iter().filter_map(|cell| number::parse(cell.as_bytes(), point)).collect();
    if values.len() * 10 < cells.len() * 9 {
        return None;
    }
    let (words, unit) = match &layout.names {
        Some(names) => {
            let name = names.get(column)?;
            let (plain, unit) = without_unit(name);
            let words = tokens(&plain);
            if !words.iter().any(|word| TIME_WORDS.contains(&word.as_str())) {
                return None;
            }
            let below = layout.units.as_ref().and_then(|units| units.get(column));
            (words, unit.or(below.map(String::as_str)))
        }
        None if column < axes[0].min(axes[1]).min(axes[2]) => (Vec::new(), None),
        None => return None,
    };
    let named =
        unit.and_then(exponent_of).or_else(|| words.iter().find_map(|word| exponent_of(word)));
    let step = usual_step(&values)?;
    // A frame counter is no time.
    if layout.names.is_none()
        && step == 1.0
        && values.windows(2).all(|pair| pair[1] - pair[0] == 1.0)
    {
        return None;
    }
    if named.is_none()
        && let Some(epoch) = serial_epoch(&values, step)
    {
        let stamps = Stamps::Days { column, epoch };
        let meaning = Meaning::Written { zone: StampZone::Unknown, named_s: None };
        return Some(Candidate { stamps, name: layout.name(column), meaning });
    }
    let (exponent, meaning) = match (unix_exponent(values[0], step), named) {
        (Some(exponent), named) if named.is_none_or(|named| named == exponent) => {
            (exponent, Meaning::Unix)
        }
        (_, Some(named)) => (named, Meaning::Elapsed),
        _ => (exponent_by_step(step), Meaning::Elapsed),
    };
    let stamps = Stamps::Number { column, exponent };
    Some(Candidate { stamps, name: layout.name(column), meaning })
}

/// The power of ten in nanoseconds of a unit of time.
fn exponent_of(unit: &str) -> Option<i32> {
    match unit.trim().to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(9),
        "ms" | "msec" | "millis" | "milli" | "millisecond" | "milliseconds" => Some(6),
        "us" | "µs" | "μs" | "usec" | "micros" | "microsecond" | "microseconds" => Some(3),
        "ns" | "nsec" | "nanos" | "nanosecond" | "nanoseconds" => Some(0),
        _ => None,
    }
}

/// The time a frame takes, in the column's unit: the median step forward, in
/// proportion when some rows share their stamp. `None` when nothing changes.
fn usual_step(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return Some(0.0);
    }
    let mut forward: Vec<f64> =
        values.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0).collect();
    let share = forward.len() as f64 / (values.len() - 1) as f64;
    Some(median(&mut forward).unwrap_or(0.0) * share)
}

/// The unit in which a value is a time from 1990 to 2100 and a step is no
/// longer than some seconds.
fn unix_exponent(value: f64, step: f64) -> Option<i32> {
    [9, 6, 3, 0].into_iter().find(|&exponent| {
        let seconds = 10f64.powi(exponent - 9);
        (631_152_000.0..4_102_444_800.0).contains(&(value * seconds)) && step * seconds < 5.0
    })
}

/// The first day of 1970 as spreadsheets and MATLAB count: from 1899-12-30
/// (ECMA-376, 18.17.4.1) and from the year 0.
const SERIAL_EPOCHS: [i64; 2] = [25_569, 719_529];

/// The number of 1970-01-01 among the days in `values`, if they are days from 1990 to
/// 2100 that are up to five seconds apart. Nothing else is: of any other unit
/// of time a step so small were beyond what is recorded.
fn serial_epoch(values: &[f64], step: f64) -> Option<i64> {
    let day = *values.first()?;
    let epoch = SERIAL_EPOCHS
        .into_iter()
        .find(|epoch| (7_305.0..47_482.0).contains(&(day - *epoch as f64)))?;
    (step > 0.0 && step * 86_400.0 < 5.0).then_some(epoch)
}

/// Whether `values` are serial days.
pub(super) fn are_serial_days(values: &[f64]) -> bool {
    usual_step(values).is_some_and(|step| serial_epoch(values, step).is_some())
}

/// The unit of an elapsed time of which nothing is known but its step: frames
/// follow each other 0.4 to some thousand times a second.
fn exponent_by_step(step: f64) -> i32 {
    match step {
        step if step < 2.5 => 9,
        step if step < 2.5e3 => 6,
        step if step < 2.5e6 => 3,
        _ => 0,
    }
}

/// Year, month, day, hour, minute and second in columns of their own.
struct Parts {
    columns: [usize; 6],
    milliseconds: Option<usize>,
}

/// The columns of a date that is written in parts, by their names.
fn parts(layout: &Layout) -> Option<Parts> {
    let names = layout.names.as_ref()?;
    let column = |wanted: &[&str]| {
        names.iter().position(|name| wanted.contains(&name.trim().to_lowercase().as_str()))
    };
    Some(Parts {
        columns: [
            column(&["year", "yyyy"])?,
            column(&["month", "mon"])?,
            column(&["day"])?,
            column(&["hour", "hours", "hh"])?,
            column(&["minute", "minutes", "min", "mins"])?,
            column(&["second", "seconds", "sec", "secs", "ss"])?,
        ],
        milliseconds: column(&["millisecond", "milliseconds", "millis", "ms", "msec", "millisec"]),
    })
}

impl Parts {
    fn has(&self, column: usize) -> bool {
        self.columns.contains(&column) || self.milliseconds == Some(column)
    }

    /// The date, and the milliseconds by themselves where they are no fraction
    /// of the second but the device's uptime: then they pass 999.
    fn candidates(self, layout: &Layout) -> Vec<Candidate> {
        let point = layout.dialect.point;
        let uptime = self.milliseconds.filter(|&column| {
            let values = layout.sample.iter().filter_map(|row| row.get(column));
            values.filter_map(|cell| number::parse(cell.as_bytes(), point)).any(|ms| ms > 999.0)
        });
        let fraction = self.milliseconds.filter(|_| uptime.is_none()).map(|column| (column, 6));
        let names: Vec<String> = self.columns.iter().map(|&column| layout.name(column)).collect();
        let mut candidates = vec![Candidate {
            stamps: Stamps::Parts { columns: self.columns, fraction },
            name: names.join(", "),
            meaning: Meaning::Written { zone: StampZone::Unknown, named_s: None },
        }];
        candidates.extend(uptime.map(|column| Candidate {
            stamps: Stamps::Number { column, exponent: 6 },
            name: format!("{} (an uptime, not a fraction)", layout.name(column)),
            meaning: Meaning::Elapsed,
        }));
        candidates
    }
}

/// The clock of the first frame: from a column of dates, from Unix times, or
/// from the preamble.
pub(super) fn clock(measured: &[Measured], facts: &Facts) -> Clock {
    let written = measured.iter().find_map(|candidate| match candidate.candidate.meaning {
        Meaning::Written { zone: StampZone::Unknown, named_s: Some(seconds) } => {
            let ns = candidate.first_ns.saturating_sub(i64::from(seconds) * SECOND_NS);
            Some((ns, StampZone::East(seconds)))
        }
        Meaning::Written { zone, .. } => Some((candidate.first_ns, zone)),
        _ => None,
    });
    let unix = measured
        .iter()
        .find(|candidate| candidate.candidate.meaning == Meaning::Unix)
        .map(|candidate| candidate.first_ns);
    match (written, unix, facts.start) {
        (Some((wall_ns, StampZone::Unknown)), Some(unix_ns), _) => {
            let zone = offset_between(wall_ns, unix_ns).map_or(StampZone::Utc, StampZone::East);
            at(unix_ns, zone, facts)
        }
        (Some((ns, zone)), _, _) => at(ns, zone, facts),
        (None, Some(ns), _) => at(ns, StampZone::Utc, facts),
        (None, None, Some(start)) => at(start.ns(), start.zone, facts),
        (None, None, None) => Clock::None,
    }
}

/// The clock at `ns` nanoseconds from 1970: an instant, or a wall clock.
fn at(ns: i64, zone: StampZone, facts: &Facts) -> Clock {
    let Ok(start) = Timestamp::from_nanosecond(i128::from(ns)) else { return Clock::None };
    let wall = Offset::UTC.to_datetime(start);
    match (zone, &facts.zone) {
        (StampZone::Unknown, Some(named)) => match named.to_timestamp(wall) {
            Ok(start) => Clock::Zoned { start, zone: named.clone(), source: ZoneSource::File },
            Err(_) => Clock::Local { start: wall },
        },
        (StampZone::Unknown, None) => Clock::Local { start: wall },
        (_, Some(named)) => Clock::Zoned { start, zone: named.clone(), source: ZoneSource::File },
        (StampZone::Utc, None) => {
            Clock::Zoned { start, zone: TimeZone::UTC, source: ZoneSource::AssumedUtc }
        }
        (StampZone::East(seconds), None) => {
            let zone = Offset::from_seconds(seconds).map_or(TimeZone::UTC, TimeZone::fixed);
            Clock::Zoned { start, zone, source: ZoneSource::File }
        }
    }
}

/// Seconds that a wall clock is ahead of an instant, when they are an offset
/// that a zone can have: a multiple of a quarter of an hour, up to 14 hours.
fn offset_between(wall_ns: i64, unix_ns: i64) -> Option<i32> {
    const QUARTER_NS: i64 = 900 * SECOND_NS;
    let ahead_ns = wall_ns.checked_sub(unix_ns).filter(|ns| ns.abs() < DAY_NS)?;
    let quarters = (ahead_ns + QUARTER_NS / 2).div_euclid(QUARTER_NS);
    let close = (ahead_ns - quarters * QUARTER_NS).abs() < 5 * SECOND_NS;
    (close && quarters.abs() <= 14 * 4).then_some((quarters * 900) as i32)
}

/// The zone a stamp names in brackets behind it, as in `[Europe/London]`.
pub(super) fn bracketed_zone(cell: &str) -> Option<TimeZone> {
    let (_, name) = cell.strip_suffix(']')?.rsplit_once('[')?;
    zone_of(name)
}
