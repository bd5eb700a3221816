//! The clock of a recording. Inside the program time is a frame counter; here
//! is where it becomes clock time.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::{Error, Result};

/// When a recording began, as far as the file or the person says.
#[derive(Debug, Clone, PartialEq)]
pub enum Clock {
    /// An instant, seen in a time zone.
    Zoned {
        /// The instant of the first frame.
        start: Timestamp,
        /// The zone its clock times are given in.
        zone: TimeZone,
        /// How the zone is known.
        source: ZoneSource,
    },
    /// A wall clock of an unknown zone, kept as it is.
    Local {
        /// The wall-clock time of the first frame.
        start: DateTime,
    },
    /// Seconds from somewhere: the recording has no clock.
    None,
}

/// How the zone of a recording is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneSource {
    /// The stamps carry an offset.
    File,
    /// A file beside the recording, or around it, says so.
    Metadata,
    /// `--timezone`.
    Flag,
    /// Nothing says: the instants are shown in UTC.
    AssumedUtc,
}

impl fmt::Display for ZoneSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "from the file",
            Self::Metadata => "from the metadata beside it",
            Self::Flag => "given with --timezone",
            Self::AssumedUtc => "assumed: the file has no zone, give --timezone",
        })
    }
}

impl Clock {
    /// The same recording in the zone a person named: instants are shown there,
    /// wall-clock times are taken to be its wall clock.
    ///
    /// # Errors
    /// A zone that is not in the IANA database, or a wall-clock time that the
    /// zone skipped when its clocks changed.
    pub fn in_zone(&self, name: &str) -> Result<Self> {
        let wrong = |problem: String| Error::Setting { name: "--timezone", problem };
        let zone = TimeZone::get(name).map_err(|_| {
            wrong(format!("there is no time zone {name:?}; use an IANA name such as Europe/Berlin"))
        })?;
        let start = match self {
            Self::Zoned { start, .. } => *start,
            Self::Local { start } => zone
                .to_timestamp(*start)
                .map_err(|problem| wrong(format!("{start} in {name}: {problem}")))?,
            Self::None => return Ok(Self::None),
        };
        Ok(Self::Zoned { start, zone, source: ZoneSource::Flag })
    }

    /// The clock of a recording that began so much later, or that shows so much
    /// more.
    #[must_use]
    pub fn moved(&self, by_s: f64) -> Self {
        let by = SignedDuration::from_nanos((by_s * 1e9).round() as i64);
        match self {
            Self::Zoned { start, zone, source } => Self::Zoned {
                start: start.checked_add(by).unwrap_or(*start),
                zone: zone.clone(),
                source: *source,
            },
            Self::Local { start } => Self::Local { start: start.checked_add(by).unwrap_or(*start) },
            Self::None => Self::None,
        }
    }

    /// Name of the zone, if one is known: IANA, or the offset from UTC.
    pub fn zone_name(&self) -> Option<String> {
        let Self::Zoned { start, zone, .. } = self else { return None };
        let name = zone.iana_name().map(str::to_owned);
        Some(name.unwrap_or_else(|| zone.to_offset(*start).to_string()))
    }

    /// The wall clock `offset_s` seconds after the first frame.
    pub fn wall(&self, offset_s: f64) -> Option<DateTime> {
        let offset = SignedDuration::from_millis((offset_s * 1e3).round() as i64);
        match self {
            Self::Zoned { start, zone, .. } => {
                start.checked_add(offset).ok().map(|instant| zone.to_datetime(instant))
            }
            Self::Local { start } => start.checked_add(offset).ok(),
            Self::None => None,
        }
    }

    /// ISO 8601 to the millisecond, `offset_s` seconds after the first frame:
    /// with the offset from UTC when the zone is known, without it when it is
    /// not, empty when the recording has no clock.
    pub fn label(&self, offset_s: f64) -> String {
        let Some(wall) = self.wall(offset_s) else { return String::new() };
        let mut label = wall.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        if let Self::Zoned { start, zone, .. } = self {
            let offset = SignedDuration::from_millis((offset_s * 1e3).round() as i64);
            if let Ok(instant) = start.checked_add(offset) {
                let minutes = zone.to_offset(instant).seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.abs();
                label += &format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
            }
        }
        label
    }

    /// Seconds after the first frame at which the clock shows `wall`; the
    /// earlier one when the zone shows it twice. `None` without a clock.
    pub fn offset_s(&self, wall: DateTime) -> Option<f64> {
        match self {
            Self::Zoned { start, zone, .. } => {
                let instant = zone.to_timestamp(wall).ok()?;
                Some(instant.duration_since(*start).as_secs_f64())
            }
            Self::Local { start } => Some(wall.duration_since(*start).as_secs_f64()),
            Self::None => None,
        }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zoned { source, .. } => {
                let name = self.zone_name().unwrap_or_default();
                write!(f, "{} ({name}, {source})", self.label(0.0))
            }
            Self::Local { .. } => {
                write!(f, "{} (wall clock of an unknown zone)", self.label(0.0))
            }
            Self::None => f.write_str("no clock in the file: times are seconds from its start"),
        }
    }
}
