//! What the files beside a table tell of it: the clock and the pauses that
//! phyphox writes into `meta/`, the zone and the device in Sensor Logger's
//! `Metadata.csv`.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::time::{Clock, ZoneSource};

use super::csv::{moment_offset_s, zone_of};

/// What is known of a recording from the files beside its table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Beside {
    /// The app that wrote them.
    pub app: Option<App>,
    /// The phone.
    pub device: Option<String>,
    /// The instant at which the table's own time is 0, ns from 1970.
    zero_ns: Option<i64>,
    /// The zone of the phone.
    zone: Option<TimeZone>,
    /// Pauses, during which the table's time stood still, in order.
    pauses: Vec<Pause>,
    /// Whether the axes are those of iOS, against which everybody else's are turned.
    pub turned: bool,
}

/// The apps of which exports are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum App {
    /// phyphox, of RWTH Aachen.
    Phyphox,
    /// Sensor Logger, of Kelvin Choi.
    SensorLogger,
}

impl App {
    /// As its users call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phyphox => "phyphox",
            Self::SensorLogger => "Sensor Logger",
        }
    }
}

/// A pause of the recording.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pause {
    /// The table's time, ns.
    at_ns: i64,
    /// How long it was, ns.
    length_ns: i64,
}

impl Beside {
    /// What the files tell that `text` finds by their names.
    pub fn of(text: impl Fn(&str) -> Option<String>) -> Self {
        if let Some(times) = text("meta/time.csv") {
            let device = text("meta/device.csv").unwrap_or_default();
            return Self::phyphox(&times, &device);
        }
        match text("Metadata.csv") {
            Some(metadata) => Self::sensor_logger(&metadata),
            None => Self::default(),
        }
    }

    /// `event,experiment time,system time,system time text`, with a row for
    /// every START and PAUSE.
    fn phyphox(times: &str, device: &str) -> Self {
        let mut beside = Self::default();
        let mut paused: Option<(f64, f64)> = None;
        for row in records(times) {
            let [event, experiment, system, ..] = row.as_slice() else { continue };
            let number = |text: &str| text.replace(',', ".").parse::<f64>().ok();
            let (Some(experiment_s), Some(system_s)) = (number(experiment), number(system)) else {
                continue;
            };
            beside.app = Some(App::Phyphox);
            match (event.as_str(), paused) {
                ("START", Some((at_s, paused_s))) if system_s > paused_s => {
                    let (at_ns, length_ns) = (ns(at_s), ns(system_s - paused_s));
                    beside.pauses.push(Pause { at_ns, length_ns });
                }
                ("START", None) if beside.zero_ns.is_none() => {
                    beside.zero_ns = Some(ns(system_s).saturating_sub(ns(experiment_s)));
                    let zone = row.get(3).and_then(|text| moment_offset_s(text));
                    beside.zone = zone
                        .and_then(|seconds| Offset::from_seconds(seconds).ok())
                        .map(TimeZone::fixed);
                }
                _ => {}
            }
            paused = (event == "PAUSE").then_some((experiment_s, system_s));
        }
        let properties = records(device);
        let property = |name: &str| {
            properties
                .iter()
                .find(|row| row.first().is_some_and(|key| key == name))
                .and_then(|row| row.get(1).filter(|value| !value.is_empty()))
        };
        beside.device = property("deviceModel").cloned();
        beside
    }

    /// A header and a row of values.
    fn sensor_logger(metadata: &str) -> Self {
        let rows = records(metadata);
        let (Some(names), Some(values)) = (rows.first(), rows.get(1)) else {
            return Self::default();
        };
        let value = |name: &str| {
            let column = names.iter().position(|other| other == name)?;
            values.get(column).map(String::as_str).filter(|value| !value.is_empty())
        };
        if value("recording time").is_none() || value("platform").is_none() {
            return Self::default();
        }
        let standardised = value("standardisation") == Some("true");
        Self {
            app: Some(App::SensorLogger),
            device: value("device name").map(str::to_owned),
            zone: value("recording timezone").and_then(zone_of),
            turned: value("platform") == Some("ios") && !standardised,
            ..Self::default()
        }
    }

    /// The table's time with the pauses in it.
    #[inline]
    pub fn with_pauses(&self, stamp_ns: i64) -> i64 {
        let before = self.pauses.iter().take_while(|pause| pause.at_ns <= stamp_ns);
        before.fold(stamp_ns, |at_ns, pause| at_ns.saturating_add(pause.length_ns))
    }

    /// How many pauses there are.
    pub fn pauses(&self) -> usize {
        self.pauses.len()
    }

    /// The clock of a table, of which the first stamp is `first_ns`, as far as
    /// it tells itself, with what is known besides.
    pub fn clock(&self, own: Clock, first_ns: Option<i64>) -> Clock {
        let zone = || match &self.zone {
            Some(zone) => (zone.clone(), ZoneSource::Metadata),
            None => (TimeZone::UTC, ZoneSource::AssumedUtc),
        };
        match (own, self.zero_ns, first_ns) {
            (Clock::Zoned { start, source: ZoneSource::AssumedUtc, .. }, ..) => {
                let (zone, source) = zone();
                Clock::Zoned { start, zone, source }
            }
            (Clock::None, Some(zero_ns), Some(first_ns)) => {
                let start_ns = i128::from(zero_ns) + i128::from(self.with_pauses(first_ns));
                let (zone, source) = zone();
                Timestamp::from_nanosecond(start_ns).map_or(Clock::None, |start| Clock::Zoned {
                    start,
                    zone,
                    source,
                })
            }
            (own, ..) => own,
        }
    }
}

/// Seconds in nanoseconds.
fn ns(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

/// The rows of a small table, whose cells stand between commas, semicolons or tabs.
fn records(text: &str) -> Vec<Vec<String>> {
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b'\t', b';', b','].into_iter().find(|byte| first.as_bytes().contains(byte));
    csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .records()
        .filter_map(Result::ok)
        .map(|record| record.iter().map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: &str = "\"event\",\"experiment time\",\"system time\",\"system time text\"
\"START\",0.0E0,1.710695079426E9,\"2024-03-17 19:04:39.426 UTC+02:00\"
\"PAUSE\",1.0E1,1.710695089426E9,\"2024-03-17 19:04:49.426 UTC+02:00\"
\"START\",1.0E1,1.710695149426E9,\"2024-03-17 19:05:49.426 UTC+02:00\"
\"PAUSE\",2.0E1,1.710695159426E9,\"2024-03-17 19:05:59.426 UTC+02:00\"
";

    #[test]
    fn phyphox_tells_when_it_paused() {
        let beside =
            Beside::phyphox(TIMES, "\"property\",\"value\"\n\"deviceModel\",\"iPhone13,4\"\n");
        assert_eq!(beside.device.as_deref(), Some("iPhone13,4"));
        assert_eq!(beside.pauses(), 1);
        assert_eq!(beside.with_pauses(9_990_000_000), 9_990_000_000);
        assert_eq!(beside.with_pauses(10_000_000_000), 70_000_000_000);
        let clock = beside.clock(Clock::None, Some(500_000_000));
        assert_eq!(clock.label(0.0), "2024-03-17T19:04:39.926+02:00");
    }

    #[test]
    fn sensor_logger_tells_zone_and_system() {
        let v3 = "version,device name,recording epoch time,recording time,recording timezone,platform,standardisation
3,iPhone 13,1745877875750,2025-04-28_22-04-35,America/New_York,ios,false";
        let beside = Beside::sensor_logger(v3);
        assert!(beside.turned);
        let start = Timestamp::from_second(1_745_877_875).unwrap();
        let own = Clock::Zoned { start, zone: TimeZone::UTC, source: ZoneSource::AssumedUtc };
        assert_eq!(beside.clock(own, None).label(0.0), "2025-04-28T18:04:35.000-04:00");
        let v2 =
            "version,device name,recording time,platform\n2,SM-N960F,2021-00-17_14-00-16,android\n";
        let beside = Beside::sensor_logger(v2);
        assert_eq!((beside.device.as_deref(), beside.turned), (Some("SM-N960F"), false));
        assert_eq!(Beside::sensor_logger("a,b\n1,2\n"), Beside::default());
    }
}
