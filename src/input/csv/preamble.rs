//! What the lines above a table say about the recording: ActiGraph's ten
//! lines, GENEActiv's hundred, this program's own `# key: value`, and whatever
//! others write in the same manner.

use jiff::tz::TimeZone;

use crate::recording::{Placement, Side, Unit};

use super::stamp::{self, DateOrder, Moment, StampZone};
use super::unit;

/// The facts of a preamble.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Facts {
    /// Who wrote the file, in words, if that is recognised.
    pub writer: Option<&'static str>,
    pub rate_hz: Option<f64>,
    pub start: Option<Moment>,
    pub zone: Option<TimeZone>,
    pub date_order: Option<DateOrder>,
    pub unit: Option<Unit>,
    pub device: Option<String>,
    pub placement: Option<Placement>,
    pub side: Option<Side>,
    pub full_scale_g: Option<f32>,
}

/// What a key of a preamble tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Rate,
    Start,
    StartDate,
    Zone,
    Unit,
    Device,
    Placement,
    Side,
    FullScale,
}

/// Keys in lower case, blanks for underscores; a longer one stands before its
/// own beginning.
const KEYS: [(&str, Key); 34] = [
    ("rate hz", Key::Rate),
    ("rate", Key::Rate),
    ("sample rate", Key::Rate),
    ("samplerate", Key::Rate),
    ("sampling rate", Key::Rate),
    ("sampling frequency", Key::Rate),
    ("sample frequency", Key::Rate),
    ("measurement frequency", Key::Rate),
    ("frequency", Key::Rate),
    ("fs", Key::Rate),
    ("start date", Key::StartDate),
    ("start time", Key::Start),
    ("starttime", Key::Start),
    ("start", Key::Start),
    ("recording start", Key::Start),
    ("begin", Key::Start),
    ("timezone", Key::Zone),
    ("time zone", Key::Zone),
    ("unit", Key::Unit),
    ("units", Key::Unit),
    ("device unique serial code", Key::Device),
    ("device location code", Key::Placement),
    ("device id", Key::Device),
    ("device name", Key::Device),
    ("device", Key::Device),
    ("serial number", Key::Device),
    ("serial", Key::Device),
    ("placement", Key::Placement),
    ("location", Key::Placement),
    ("body location", Key::Placement),
    ("side", Key::Side),
    ("full scale g", Key::FullScale),
    ("full scale", Key::FullScale),
    ("range", Key::FullScale),
];

impl Facts {
    /// Reads the lines above a table; the first mention of a fact counts, and
    /// what is not understood is left out.
    pub fn of(lines: &[String]) -> Self {
        let mut facts = Self::default();
        if let Some(first) = lines.iter().find(|line| line.contains("ActiGraph")) {
            facts.actigraph(first);
        }
        if lines.iter().any(|line| line.contains("GENEActiv")) {
            facts.writer = Some("GENEActiv");
        }
        let mut start_text = None;
        let mut start_date = None;
        for line in lines {
            let Some((key, value)) = key_value(line) else { continue };
            match key {
                Key::Start => start_text = start_text.or(Some(value)),
                Key::StartDate => start_date = start_date.or(Some(value)),
                _ => facts.take(key, value),
            }
        }
        let order = facts.date_order.unwrap_or(DateOrder::MonthFirst);
        facts.start = start_text.and_then(|text| {
            stamp::parse(text.as_bytes(), order).or_else(|| {
                let date = stamp::parse_date(start_date?.as_bytes(), order)?;
                let wall_ns = date.checked_add(stamp::parse_time(text.as_bytes())?)?;
                Some(Moment { wall_ns, zone: StampZone::Unknown })
            })
        });
        facts
    }

    /// `------------ Data File Created By ActiGraph GT3X+ … date format
    /// M/d/yyyy at 40 Hz  Filter Normal -----------`
    fn actigraph(&mut self, line: &str) {
        self.writer = Some("ActiGraph");
        self.unit = Some(Unit::G);
        let word_after = |mark: &str| line.split_once(mark)?.1.split_whitespace().next();
        if let Some(format) = word_after("date format ") {
            let day_first = format.starts_with(['d', 'D']);
            self.date_order =
                Some(if day_first { DateOrder::DayFirst } else { DateOrder::MonthFirst });
        }
        self.rate_hz = word_after(" at ").and_then(first_number).filter(|rate| *rate > 0.0);
    }

    fn take(&mut self, key: Key, value: &str) {
        match key {
            Key::Rate if self.rate_hz.is_none() => {
                self.rate_hz = first_number(value).filter(|rate| *rate > 0.0 && rate.is_finite());
            }
            Key::Zone if self.zone.is_none() => self.zone = zone_of(value),
            Key::Unit if self.unit.is_none() => self.unit = unit::named(value),
            Key::Device if self.device.is_none() && !value.is_empty() => {
                self.device = Some(value.to_owned());
            }
            Key::Placement => {
                self.placement = self.placement.or_else(|| placement_of(value));
                self.side = self.side.or_else(|| side_of(value));
            }
            Key::Side => self.side = self.side.or_else(|| side_of(value)),
            Key::FullScale if self.full_scale_g.is_none() => {
                // `-8 to 8` as well as `8`; the first range is the accelerometer's.
                let numbers = value.split(|c: char| !(c.is_ascii_digit() || c == '.'));
                let largest = numbers.filter_map(|text| text.parse::<f32>().ok()).reduce(f32::max);
                self.full_scale_g = largest.filter(|scale| *scale > 0.0 && *scale <= 400.0);
            }
            _ => {}
        }
    }
}

/// The key of a line, if it is a known one, and its value.
fn key_value(line: &str) -> Option<(Key, &str)> {
    let comment: &[char] = &['#', '%', '/', ';', '"', ' ', '\u{feff}'];
    let line = line.trim_start_matches(comment);
    let name = line.to_ascii_lowercase().replace('_', " ");
    let &(text, key) = KEYS.iter().find(|(text, _)| {
        let rest = name.strip_prefix(text);
        let boundary = |c: char| c.is_ascii_digit() || ":=,;\t([".contains(c);
        rest.is_some_and(|rest| {
            let value = rest.trim_start_matches(' ');
            value.starts_with(boundary) && !rest.starts_with(|c: char| c.is_ascii_digit())
        })
    })?;
    let padding: &[char] = &[':', '=', ',', ';', '\t', ' ', '"', '\0'];
    Some((key, line[text.len()..].trim_matches(padding)))
}

/// The first number in a text.
fn first_number(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let text = &text[start..];
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    text[..end].trim_end_matches('.').parse().ok()
}

/// The zone a text names: an IANA name, `GMT -04`, `+01:00`.
pub(crate) fn zone_of(text: &str) -> Option<TimeZone> {
    if let Some(seconds) = stamp::parse_offset(text.as_bytes()) {
        return jiff::tz::Offset::from_seconds(seconds).ok().map(TimeZone::fixed);
    }
    TimeZone::get(text.trim()).ok()
}

/// The placement a text names in English, as in `left wrist` or `right+ankle`.
pub(crate) fn placement_of(text: &str) -> Option<Placement> {
    words(text).find_map(|word| match word.as_str() {
        "ankle" | "foot" | "toe" | "shank" | "calf" | "leg" => Some(Placement::Ankle),
        "wrist" | "hand" | "arm" | "forearm" => Some(Placement::Wrist),
        "waist" | "hip" | "belt" | "trunk" | "lumbar" => Some(Placement::Waist),
        "mattress" | "bed" => Some(Placement::Mattress),
        _ => None,
    })
}

/// The side a text names in English.
pub(crate) fn side_of(text: &str) -> Option<Side> {
    words(text).find_map(|word| match word.as_str() {
        "left" => Some(Side::Left),
        "right" => Some(Side::Right),
        _ => None,
    })
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(lines: &[&str]) -> Facts {
        Facts::of(&lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>())
    }

    fn wall(text: &str) -> Moment {
        stamp::parse(text.as_bytes(), DateOrder::MonthFirst).unwrap()
    }

    #[test]
    fn actigraph_names_its_date_format_and_rate() {
        let facts = facts(&[
            "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 Firmware v1.7.2 date format d/MM/yyyy at 90 Hz  Filter Normal -----------,,",
            "Serial Number: TAS1E31150129,,",
            "Start Time 08:58:00,,",
            "Start Date 14/02/2019,,",
            "Epoch Period (hh:mm:ss) 00:00:00,,",
        ]);
        assert_eq!(facts.rate_hz, Some(90.0));
        assert_eq!(facts.start, Some(wall("2019-02-14 08:58:00")));
        assert_eq!(facts.device.as_deref(), Some("TAS1E31150129"));
        assert_eq!(facts.unit, Some(Unit::G));
        assert_eq!(facts.date_order, Some(DateOrder::DayFirst));
    }

    #[test]
    fn geneactiv_writes_keys_with_commas() {
        let facts = facts(&[
            "Device Type,GENEActiv           ",
            "Device Model,1.1                 ",
            "Device Unique Serial Code,035645",
            "Measurement Frequency,100.0 Hz",
            "Start Time,2018-08-27 09:32:33:500",
            "Device Location Code,left wrist",
            "Time Zone,GMT -04",
            "Range,-8 to 8             ",
            "Units,g                   ",
            "Range,0 to 5000           ",
            "Units,lux                 ",
        ]);
        assert_eq!(facts.rate_hz, Some(100.0));
        assert_eq!(facts.start, Some(wall("2018-08-27 09:32:33.5")));
        assert_eq!((facts.placement, facts.side), (Some(Placement::Wrist), Some(Side::Left)));
        assert_eq!(facts.device.as_deref(), Some("035645"));
        assert_eq!(facts.full_scale_g, Some(8.0));
        assert_eq!(facts.unit, Some(Unit::G));
        let offset = jiff::tz::Offset::from_hours(-4).unwrap();
        assert_eq!(facts.zone, Some(TimeZone::fixed(offset)));
    }

    #[test]
    fn our_own_comments_are_understood() {
        let facts = facts(&[
            "# rate_hz: 50",
            "# start: 2024-03-12T22:00:00.000+01:00",
            "# timezone: Europe/Berlin",
            "# placement: ankle",
            "# side: left",
            "# device: simulated band 7",
            "# full_scale_g: 8",
        ]);
        assert_eq!(facts.rate_hz, Some(50.0));
        assert_eq!(facts.start, Some(wall("2024-03-12T22:00:00+01:00")));
        assert_eq!(facts.zone.unwrap().iana_name(), Some("Europe/Berlin"));
        assert_eq!((facts.placement, facts.side), (Some(Placement::Ankle), Some(Side::Left)));
        assert_eq!(facts.device.as_deref(), Some("simulated band 7"));
        assert_eq!(facts.full_scale_g, Some(8.0));
    }

    #[test]
    fn prose_is_no_key() {
        assert_eq!(facts(&["started recording", "rates differ", "fsync", ""]), Facts::default());
    }
}
