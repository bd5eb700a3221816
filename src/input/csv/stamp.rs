//! Dates and times in text, in the ways recorders and spreadsheets write them.

use jiff::civil::Date;
use jiff::tz::Offset;

use super::number::{self, Form};

/// Nanoseconds in a second.
pub(super) const SECOND_NS: i64 = 1_000_000_000;

/// Nanoseconds in a day.
pub(super) const DAY_NS: i64 = 86_400 * SECOND_NS;

/// Serial days are read as whole numbers of 10^-12 days, which is 86 ns.
pub(super) const DAY_EXPONENT: i32 = 12;

/// Nanoseconds from 1970, the day `epoch`, of a time in 10^-12 days.
pub(super) fn days_ns(picodays: i64, epoch: i64) -> Option<i64> {
    const DAY: i64 = 10_i64.pow(DAY_EXPONENT as u32);
    let days = picodays.div_euclid(DAY).checked_sub(epoch)?;
    let rest_ns = (picodays.rem_euclid(DAY) * (DAY_NS / SECOND_NS) + 500) / 1000;
    days.checked_mul(DAY_NS)?.checked_add(rest_ns)
}

/// The order of day and month in a date that does not begin with its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateOrder {
    /// `3/12/2024` is the 12th of March.
    MonthFirst,
    /// `12/3/2024` is the 12th of March.
    DayFirst,
}

/// What a stamp says about its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StampZone {
    /// Nothing: a wall clock.
    Unknown,
    /// `Z` or `UTC`.
    Utc,
    /// Seconds east of Greenwich.
    East(i32),
}

/// A date and time as it stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Nanoseconds from 1970 to it on the wall clock it was written from.
    pub wall_ns: i64,
    pub zone: StampZone,
}

impl Moment {
    /// Nanoseconds from 1970: of the instant if the zone is known, else of the
    /// wall clock.
    pub fn ns(self) -> i64 {
        match self.zone {
            StampZone::Unknown | StampZone::Utc => self.wall_ns,
            // A day before the end of what 64 bits hold, in 2262, hours do not matter.
            StampZone::East(seconds) => self.wall_ns.saturating_sub(i64::from(seconds) * SECOND_NS),
        }
    }
}

/// A moment and where in its text the seconds stand.
struct Parsed {
    moment: Moment,
    /// The first digit of the seconds and the byte behind their fraction.
    seconds: Option<(usize, usize)>,
    /// Nanoseconds of the seconds and their fraction.
    seconds_ns: i64,
}

/// The date and time that is the whole of `text`: ISO 8601 with `T` or space,
/// dates with slashes, dots or month names, `.`, `,` or `:` before the
/// fraction, AM and PM, `Z`, an offset, `UTC+1`, and a zone in brackets, which
/// is read over.
pub(super) fn parse(text: &[u8], order: DateOrder) -> Option<Moment> {
    parse_with_seconds(text, order).map(|parsed| parsed.moment)
}

/// The date alone, as days from 1970 in nanoseconds.
pub(super) fn parse_date(text: &[u8], order: DateOrder) -> Option<i64> {
    let mut scanner = Scanner { text, at: 0 };
    let date = scanner.date(order)?;
    (scanner.at == text.len()).then_some(date)
}

/// The time of day alone, in nanoseconds from midnight.
pub(super) fn parse_time(text: &[u8]) -> Option<i64> {
    let mut scanner = Scanner { text, at: 0 };
    let time = scanner.time()?;
    (scanner.at == text.len()).then_some(time.ns)
}

/// Midnight of a date, in nanoseconds from 1970; `None` for a date that is none
/// or beyond what 64 bits hold.
pub(super) fn date_ns(year: i64, month: i64, day: i64) -> Option<i64> {
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?);
    let midnight = Offset::UTC.to_timestamp(date.ok()?.at(0, 0, 0, 0)).ok()?;
    i64::try_from(midnight.as_nanosecond()).ok()
}

fn parse_with_seconds(text: &[u8], order: DateOrder) -> Option<Parsed> {
    let mut scanner = Scanner { text, at: 0 };
    let date = scanner.date(order)?;
    match scanner.peek()? {
        b'T' | b't' | b'_' => scanner.at += 1,
        b' ' | b',' => {
            scanner.at += 1;
            scanner.spaces();
        }
        _ => return None,
    }
    let time = scanner.time()?;
    let zone = scanner.zone()?;
    (scanner.at == text.len()).then_some(Parsed {
        moment: Moment { wall_ns: date.checked_add(time.ns)?, zone },
        seconds: time.seconds,
        seconds_ns: time.seconds_ns,
    })
}

/// A time of day and where its seconds stand.
struct Time {
    ns: i64,
    seconds: Option<(usize, usize)>,
    seconds_ns: i64,
}

/// Goes through the bytes of one stamp.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn spaces(&mut self) {
        while self.eat(b' ') {}
    }

    /// A number of up to `most` digits, and how many there were.
    fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let start = self.at;
        let mut value = 0;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            if self.at - start == most {
                return None;
            }
            value = value * 10 + u32::from(digit - b'0');
            self.at += 1;
        }
        let digits = self.at - start;
        (digits > 0).then_some((value, digits))
    }

    /// A month's English name or its first three letters.
    fn month_name(&mut self) -> Option<u32> {
        const MONTHS: [&[u8; 3]; 12] = [
            b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
            b"dec",
        ];
        let name = self.text.get(self.at..self.at + 3)?;
        let month = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(*month))?;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.at += 1;
        }
        Some(month as u32 + 1)
    }

    /// Days from 1970, in nanoseconds.
    fn date(&mut self, order: DateOrder) -> Option<i64> {
        let (first, first_digits) = self.number(4)?;
        let separator = self.peek().filter(|byte| matches!(byte, b'-' | b'/' | b'.' | b' '))?;
        self.at += 1;
        let named = self.month_name();
        let second = match named {
            Some(month) => month,
            None => self.number(2)?.0,
        };
        if !self.eat(separator) {
            return None;
        }
        let (third, third_digits) = self.number(4)?;
        let (year, month, day) = match (first_digits, named, separator) {
            (4, ..) => (first, second, third),
            (_, Some(_), _) | (.., b'.') => (third, second, first),
            _ if order == DateOrder::DayFirst => (third, second, first),
            _ => (third, first, second),
        };
        let year = match (first_digits, third_digits) {
            (4, 1..=2) | (1..=2, 4) => year,
            // Two digits of a year: no wearable is older than 2000.
            (1..=2, 2) => 2000 + year,
            _ => return None,
        };
        date_ns(i64::from(year), i64::from(month), i64::from(day))
    }

    /// `h:mm`, `h:mm:ss`, with a fraction, with AM or PM.
    fn time(&mut self) -> Option<Time> {
        let (mut hour, _) = self.number(2)?;
        // MetaWear writes points, as colons cannot be in a file name.
        let separator = self.peek().filter(|byte| matches!(byte, b':' | b'.'))?;
        self.at += 1;
        let (minute, _) = self.number(2)?;
        let mut seconds = None;
        let mut seconds_ns = 0;
        let has_seconds = self.eat(separator);
        if separator == b'.' && !has_seconds {
            // A decimal.
            return None;
        }
        if has_seconds {
            let start = self.at;
            let (second, _) = self.number(2)?;
            // 60 is a leap second, the first moment of the next minute here.
            if second > 60 {
                return None;
            }
            seconds_ns = i64::from(second) * SECOND_NS + self.fraction()?;
            seconds = Some((start, self.at));
        }
        let before_half = self.at;
        self.spaces();
        match self.text.get(self.at..self.at + 2) {
            Some(half) if half.eq_ignore_ascii_case(b"AM") || half.eq_ignore_ascii_case(b"PM") => {
                if !(1..=12).contains(&hour) {
                    return None;
                }
                hour = hour % 12 + if half[0].eq_ignore_ascii_case(&b'P') { 12 } else { 0 };
                self.at += 2;
            }
            _ => self.at = before_half,
        }
        if hour > 23 || minute > 59 {
            return None;
        }
        let ns = i64::from(hour * 60 + minute) * 60 * SECOND_NS + seconds_ns;
        Some(Time { ns, seconds, seconds_ns })
    }

    /// The fraction of a second in nanoseconds: digits behind `.` or `,`, of
    /// which nine count, or milliseconds behind `:` as GENEActiv and
    /// AndroSensor write them. 0 when there is none.
    fn fraction(&mut self) -> Option<i64> {
        match self.peek() {
            Some(b'.' | b',') => {
                self.at += 1;
                let (mut ns, mut place) = (0, SECOND_NS / 10);
                while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
                    ns += i64::from(digit - b'0') * place;
                    place /= 10;
                    self.at += 1;
                }
                Some(ns)
            }
            Some(b':') => {
                self.at += 1;
                let (milliseconds, _) = self.number(3)?;
                Some(i64::from(milliseconds) * 1_000_000)
            }
            _ => Some(0),
        }
    }

    /// What follows the time; `None` when it is nothing known.
    fn zone(&mut self) -> Option<StampZone> {
        self.spaces();
        let mut zone = StampZone::Unknown;
        if self.eat(b'Z') || self.eat(b'z') {
            zone = StampZone::Utc;
        } else if matches!(self.text.get(self.at..self.at + 3), Some(b"UTC" | b"GMT")) {
            self.at += 3;
            zone = StampZone::Utc;
            self.spaces();
        }
        if let Some(sign @ (b'+' | b'-')) = self.peek() {
            self.at += 1;
            self.spaces();
            zone = StampZone::East(self.offset(sign == b'-')?);
        }
        self.spaces();
        if self.eat(b'[') {
            while self.peek()? != b']' {
                self.at += 1;
            }
            self.at += 1;
        }
        Some(zone)
    }

    /// `hh`, `hhmm`, `hh:mm` as seconds.
    fn offset(&mut self, west: bool) -> Option<i32> {
        let (number, digits) = self.number(4)?;
        let (hours, minutes) = match digits {
            1 | 2 if self.eat(b':') => (number, self.number(2)?.0),
            1 | 2 => (number, 0),
            4 => (number / 100, number % 100),
            _ => return None,
        };
        // The largest offset there is, of Kiribati, is 14 hours.
        let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
        (seconds <= 15 * 3600 && minutes < 60).then_some(if west { -seconds } else { seconds })
    }
}

/// An offset on its own, as in `GMT -04`, `UTC+02:00`, `+0100` or `01:00`, in
/// seconds east of Greenwich.
pub(super) fn parse_offset(text: &[u8]) -> Option<i32> {
    let mut scanner = Scanner { text: text.trim_ascii(), at: 0 };
    if scanner.peek()?.is_ascii_digit() {
        let seconds = scanner.offset(false)?;
        return (scanner.at == scanner.text.len()).then_some(seconds);
    }
    let zone = scanner.zone()?;
    match zone {
        _ if scanner.at < scanner.text.len() => None,
        StampZone::Unknown => None,
        StampZone::Utc => Some(0),
        StampZone::East(seconds) => Some(seconds),
    }
}

/// Reads a column of stamps. What stands before and behind the seconds is
/// remembered from the row before, and as long as it stays the same only the
/// seconds are read.
#[derive(Debug, Clone)]
pub(super) struct TextStamps {
    order: DateOrder,
    prefix: Affix,
    suffix: Affix,
    seconds: Seconds,
    /// The stamp at second 0 of the minute in `prefix`.
    minute_ns: i64,
}

impl TextStamps {
    pub fn new(order: DateOrder) -> Self {
        let (prefix, suffix) = (Affix::new(b""), Affix::new(b""));
        Self { order, prefix, suffix, seconds: Seconds::of(b""), minute_ns: 0 }
    }

    /// The stamp at `at` if it is in the minute of the one before, in
    /// nanoseconds from 1970, and the place behind it.
    #[inline(always)]
    pub fn fast(&self, line: &[u8], at: usize, delimiter: u8) -> Option<(i64, usize)> {
        let rest = line.get(at..)?;
        let length = self.prefix.length;
        if length == 0 || !self.prefix.begins(rest) {
            return None;
        }
        let Seconds { form, mark, unit_ns, minute } = &self.seconds;
        // What is behind the digits is the suffix, or the end of the cell.
        if let Some((count, end)) = form.beginning(rest, length)
            && count < *minute
            && *mark != delimiter
            && self.suffix.begins(rest.get(end..)?)
        {
            let ns = self.minute_ns.checked_add(count as i64 * *unit_ns)?;
            return Some((ns, at + end + self.suffix.length));
        }
        let [tens, ones] = rest.get(length..)?.first_chunk::<2>()?.map(|c| c.wrapping_sub(b'0'));
        if tens > 5 || ones > 9 {
            return None;
        }
        let mut ns = i64::from(tens * 10 + ones) * SECOND_NS;
        let mut end = length + 2;
        let mark = rest.get(end).copied();
        if matches!(mark, Some(b'.' | b',' | b':')) && mark != Some(delimiter) {
            let (fraction, behind) = number::more_digits(rest, end + 1, 0);
            let digits = behind - (end + 1);
            if digits > 9 || (mark == Some(b':') && digits != 3) {
                return None;
            }
            ns += (fraction * number::TENS[9 - digits]) as i64;
            end = behind;
        }
        if !self.suffix.begins(rest.get(end..)?) {
            return None;
        }
        end += self.suffix.length;
        Some((self.minute_ns.checked_add(ns)?, at + end))
    }

    /// The seconds of `cell`, which begins at `start` and is in the minute of the
    /// stamp read last.
    pub fn count(&self, cell: &[u8], start: usize) -> Option<Count> {
        let Self { prefix, suffix, seconds, minute_ns: base_ns, .. } = self;
        let Seconds { form, unit_ns, minute: limit, .. } = *seconds;
        let is_whole = prefix.length + form.length() + suffix.length == cell.len();
        let count = Count { form, at: start + prefix.length, base_ns: *base_ns, unit_ns, limit };
        (prefix.length > 0 && form.length() > 0 && is_whole).then_some(count)
    }

    /// The stamp that is the whole of `cell`, in nanoseconds from 1970.
    pub fn slow(&mut self, cell: &[u8]) -> Option<i64> {
        let parsed = parse_with_seconds(cell, self.order)?;
        let ns = parsed.moment.ns();
        self.prefix = Affix::new(b"");
        if let Some((start, end)) = parsed.seconds {
            self.prefix = Affix::new(&cell[..start]);
            self.suffix = Affix::new(&cell[end..]);
            self.seconds = Seconds::of(&cell[start..end]);
            self.minute_ns = ns.saturating_sub(parsed.seconds_ns);
        }
        Some(ns)
    }
}

/// Digits in a row that count from a moment on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    /// How they are written.
    pub form: Form,
    /// Where they begin.
    pub at: usize,
    /// The stamp if they were zeros, ns.
    pub base_ns: i64,
    /// What the last of them counts, ns.
    pub unit_ns: i64,
    /// What they are less than: a minute has 60 seconds.
    pub limit: u64,
}

impl Count {
    /// Where there are no stamps.
    pub const NONE: Self =
        Self { form: Form::UNKNOWN, at: 0, base_ns: 0, unit_ns: 0, limit: u64::MAX };

    /// The place behind them.
    pub fn end(&self) -> usize {
        self.at + self.form.length()
    }

    /// The stamp at such a count.
    #[inline(always)]
    pub fn stamp_ns(&self, count: u64) -> Option<i64> {
        if count >= self.limit {
            return None;
        }
        self.base_ns.checked_add(count as i64 * self.unit_ns)
    }
}

/// How seconds and their fraction are written in a column.
#[derive(Debug, Clone)]
struct Seconds {
    form: Form,
    /// What stands before the fraction; 0 without one.
    mark: u8,
    /// What the last digit counts, ns.
    unit_ns: i64,
    /// How many of these are a minute.
    minute: u64,
}

impl Seconds {
    /// As in `text`; unknown if that is not two digits and a fraction of up to five.
    fn of(text: &[u8]) -> Self {
        let (form, mark, digits) = match text {
            [_, _] => (Form::new(2, b'.', None), 0, 0),
            [_, _, mark, fraction @ ..] if fraction.len() <= 5 => {
                (Form::new(2, *mark, Some(fraction.len())), *mark, fraction.len())
            }
            _ => (Form::UNKNOWN, 0, 0),
        };
        let unit_ns = number::TENS[9 - digits] as i64;
        Self { form, mark, unit_ns, minute: 60 * number::TENS[digits] }
    }
}

/// A part of a stamp that does not change from row to row, of up to 24 bytes,
/// in words: it is compared in a few instructions and without a call.
#[derive(Debug, Clone)]
struct Affix {
    length: usize,
    /// What is compared, and of it these bits.
    words: [(u64, u64); 3],
}

impl Affix {
    /// Of a longer one only the length is kept, which then never compares.
    fn new(text: &[u8]) -> Self {
        let mut bytes = [0; 24];
        let mut mask = [0; 24];
        for ((byte, mask), given) in bytes.iter_mut().zip(&mut mask).zip(text) {
            (*byte, *mask) = (*given, 0xff);
        }
        let word = |bytes: &[u8; 24], at| {
            u64::from_le_bytes(std::array::from_fn(|index| bytes[at + index]))
        };
        let words = [0, 8, 16].map(|at| (word(&bytes, at), word(&mask, at)));
        Self { length: text.len(), words }
    }

    /// Whether `text` begins with it.
    #[inline(always)]
    fn begins(&self, text: &[u8]) -> bool {
        let [first, second, third] = self.words;
        let differs =
            |(word, mask): (u64, u64), text: &[u8; 8]| (u64::from_le_bytes(*text) ^ word) & mask;
        match text.as_chunks::<8>().0 {
            _ if self.length == 0 => true,
            [text, ..] if self.length <= 8 => differs(first, text) == 0,
            [a, b, c, ..] if self.length <= 24 => {
                differs(first, a) | differs(second, b) | differs(third, c) == 0
            }
            _ => self.begins_short(text),
        }
    }

    /// [`Self::begins`] at the end of the text at hand.
    #[inline(never)]
    fn begins_short(&self, text: &[u8]) -> bool {
        let bytes = self.words.iter().flat_map(|(word, _)| word.to_le_bytes());
        self.length <= 24
            && text.len() >= self.length
            && bytes.zip(text).take(self.length).all(|(byte, given)| byte == *given)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ns(timestamp: &str) -> i64 {
        timestamp.parse::<jiff::Timestamp>().unwrap().as_nanosecond() as i64
    }

    #[test]
    fn stamps_of_every_recorder_are_read() {
        use DateOrder::{DayFirst, MonthFirst};
        let cases = [
            ("2019-10-16T12:09:01.702+02:00", MonthFirst, "2019-10-16T10:09:01.702Z"),
            ("2017-10-30T15:00:00Z", MonthFirst, "2017-10-30T15:00:00Z"),
            ("2023-09-06T08:00:00.000-0400", MonthFirst, "2023-09-06T12:00:00Z"),
            (
                "2014-05-07 13:29:50.439+0100 [Europe/London]",
                MonthFirst,
                "2014-05-07T12:29:50.439Z",
            ),
            ("2018-08-27 09:32:38:010", MonthFirst, "2018-08-27T09:32:38.010Z"),
            ("2022-03-16 14:07:17:870", MonthFirst, "2022-03-16T14:07:17.870Z"),
            ("6/14/2018 12:08:39.725", MonthFirst, "2018-06-14T12:08:39.725Z"),
            ("14/06/2018 12:08:39,725", DayFirst, "2018-06-14T12:08:39.725Z"),
            ("14.06.2018 12:08:39,725", MonthFirst, "2018-06-14T12:08:39.725Z"),
            ("2018/6/14 1:08:39", DayFirst, "2018-06-14T01:08:39Z"),
            ("6/14/18 12:08:39 AM", MonthFirst, "2018-06-14T00:08:39Z"),
            ("6/14/2018, 1:08:39.5 pm", MonthFirst, "2018-06-14T13:08:39.5Z"),
            ("14-Jun-2018 23:59:60", MonthFirst, "2018-06-15T00:00:00Z"),
            ("2024-03-17 19:04:39.426 UTC+02:00", MonthFirst, "2024-03-17T17:04:39.426Z"),
            ("2019-01-18T18:25:39.1234567", MonthFirst, "2019-01-18T18:25:39.1234567Z"),
            ("2019-01-18 18:25", MonthFirst, "2019-01-18T18:25:00Z"),
            ("2019-01-18T18.25.39.908", MonthFirst, "2019-01-18T18:25:39.908Z"),
        ];
        for (text, order, expected) in cases {
            let moment = parse(text.as_bytes(), order);
            assert_eq!(moment.map(Moment::ns), Some(ns(expected)), "{text}");
        }
    }

    #[test]
    fn what_is_no_stamp_is_none() {
        for text in [
            "",
            "2019",
            "2019-13-01 00:00:00",
            "2019-02-30 00:00:00",
            "2019-01-01",
            "12:00:00",
            "2019-01-01T25:00:00",
            "2019-01-01T12:61:00",
            "2019-01-01T12:00:00x",
            "1/2/3 1:2:3",
            "2019-01-01T12:00:00+99:00",
            "2019-01-01 12.5",
            "13:00 PM",
            "0.5",
            "-1.0,2",
        ] {
            assert_eq!(parse(text.as_bytes(), DateOrder::MonthFirst), None, "{text}");
        }
    }

    #[test]
    fn a_time_of_day_is_no_decimal() {
        assert_eq!(parse_time(b"23:59:59.9"), Some(DAY_NS - SECOND_NS / 10));
        assert_eq!(parse_time(b"9.81"), None);
        assert_eq!(parse_time(b"24:00:00"), None);
    }

    #[test]
    fn offsets_stand_alone_in_names_and_preambles() {
        for (text, hours) in [
            ("GMT -04", -4),
            ("UTC+02:00", 2),
            ("+0100", 1),
            ("01:00", 1),
            ("-05:00", -5),
            ("Z", 0),
        ] {
            assert_eq!(parse_offset(text.as_bytes()), Some(hours * 3600), "{text}");
        }
        for text in ["", "txt", "ms", "s", "123", "[x]"] {
            assert_eq!(parse_offset(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        /// The naive twin reads every stamp from its beginning.
        #[test]
        fn remembering_the_minute_changes_nothing(
            steps in prop::collection::vec(0i64..90_000_000_000, 1..40),
            digits in 0usize..10, mark in prop::sample::select(vec!['.', ',']),
            zone in prop::sample::select(vec!["", "Z", "+02:00", "-0430"]),
        ) {
            let mut stamps = TextStamps::new(DateOrder::MonthFirst);
            let mut t = jiff::Timestamp::from_second(1_700_000_000).unwrap();
            for step in steps {
                t += jiff::SignedDuration::from_nanos(step);
                let mut text = t.strftime("%Y-%m-%d %H:%M:%S").to_string();
                if digits > 0 {
                    let fraction = format!("{:09}", t.subsec_nanosecond());
                    text.push(mark);
                    text.push_str(&fraction[..digits]);
                }
                text.push_str(zone);
                let naive = parse(text.as_bytes(), DateOrder::MonthFirst).unwrap().ns();
                let line = format!("{text};1");
                let fast = stamps.fast(line.as_bytes(), 0, b';');
                if let Some(fast) = fast {
                    prop_assert_eq!(fast, (naive, text.len()));
                }
                prop_assert_eq!(stamps.slow(text.as_bytes()), Some(naive));
                prop_assert_eq!(stamps.fast(line.as_bytes(), 0, b';'), Some((naive, text.len())));
            }
        }
    }
}
