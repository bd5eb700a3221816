//! What of the tables is drawn of one night.

use std::ops::Range;

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::movement::Kind;
use crate::report::tables::{EpochRow, MovementRow, NightRow, Tables};
use crate::time::{Clock, ZoneSource};

/// Length of a row of `epochs.csv`, s.
const EPOCH_S: f64 = 30.0;
/// Shown before lights-off and after lights-on, s.
const MARGIN_S: f64 = 1800.0;
/// Share of an epoch under which it is a gap, as the table says.
const OBSERVED_MIN: f64 = 0.5;

/// One night, cropped to what is shown, in order of time.
pub struct Scene<'t> {
    /// The numbers of the night.
    pub night: &'t NightRow,
    /// What is shown, s from the first frame of the recording.
    pub window: Range<f64>,
    /// The clock of the recording.
    pub clock: Clock,
    /// The movements shown.
    pub movements: Vec<&'t MovementRow>,
    /// The states of the sleeper from begin to end of the window.
    pub spans: Vec<Span>,
    /// The posture as unbroken step lines of (s, degrees).
    pub postures: Vec<Vec<(f64, f64)>>,
    /// The WASM series shown.
    pub series: Vec<Series>,
}

/// What a sleeper is taken to be doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Estimated asleep.
    Asleep,
    /// Awake or out of bed.
    Awake,
    /// The sensor was not worn.
    NotWorn,
    /// Nothing was recorded.
    Gap,
}

/// A stretch of time in one state.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The state.
    pub state: State,
    /// From and to, s.
    pub time: Range<f64>,
}

/// A series of periodic limb movements.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its number in the table.
    pub number: u32,
    /// Onsets of its first and last movement shown, s.
    pub time: Range<f64>,
    /// Its movements shown.
    pub movements: usize,
}

impl<'t> Scene<'t> {
    /// The scene of `night`.
    pub fn new(tables: &'t Tables, night: &'t NightRow) -> Self {
        let window = window(night);
        let mut movements: Vec<&MovementRow> = tables
            .movements
            .iter()
            .filter(|row| row.night == night.night && window.contains(&row.onset_s))
            .collect();
        movements.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
        let mut epochs: Vec<&EpochRow> = tables
            .epochs
            .iter()
            .filter(|row| {
                row.night == night.night
                    && row.onset_s < window.end
                    && row.onset_s + EPOCH_S > window.start
            })
            .collect();
        epochs.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
        Self {
            spans: spans(&epochs, &window),
            postures: postures(&epochs, &window),
            series: series(&movements),
            clock: clock(night),
            night,
            window,
            movements,
        }
    }

    /// How many movements of a kind are shown.
    pub fn count(&self, kind: Kind) -> usize {
        self.movements.iter().filter(|row| row.kind == kind).count()
    }
}

/// From half an hour before lights-off to half an hour after lights-on, within
/// what was recorded. Never empty, whatever a table says.
fn window(night: &NightRow) -> Range<f64> {
    let from = night.start_s.max(night.lights_off_s - MARGIN_S);
    let to = night.end_s.min(night.lights_on_s + MARGIN_S);
    if to > from && (to - from).is_finite() {
        from..to
    } else if night.end_s > night.start_s && (night.end_s - night.start_s).is_finite() {
        night.start_s..night.end_s
    } else {
        let from = if night.start_s.is_finite() { night.start_s } else { 0.0 };
        from..from + 60.0
    }
}

/// The clock the table was written with, from the stamp of the night's start.
/// A named zone is used only if it agrees with the offset of the stamp.
fn clock(night: &NightRow) -> Clock {
    let before = SignedDuration::from_millis((night.start_s * 1e3).round() as i64);
    let zoned = || {
        let instant: Timestamp = night.start.parse().ok()?;
        let offset = Pieces::parse(&night.start).ok()?.to_numeric_offset()?;
        let zone = TimeZone::get(&night.timezone)
            .ok()
            .filter(|zone| zone.to_offset(instant) == offset)
            .unwrap_or_else(|| TimeZone::fixed(offset));
        let start = instant.checked_sub(before).ok()?;
        Some(Clock::Zoned { start, zone, source: ZoneSource::File })
    };
    let local = || {
        let wall: DateTime = night.start.parse().ok()?;
        Some(Clock::Local { start: wall.checked_sub(before).ok()? })
    };
    zoned().or_else(local).unwrap_or(Clock::None)
}

fn state(epoch: &EpochRow) -> State {
    if epoch.observed < OBSERVED_MIN {
        State::Gap
    } else if !epoch.worn {
        State::NotWorn
    } else if epoch.asleep {
        State::Asleep
    } else {
        State::Awake
    }
}

/// Neighbouring epochs of one state become one span; what no epoch covers is a
/// gap.
fn spans(epochs: &[&EpochRow], window: &Range<f64>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut push = |state: State, from: f64, to: f64| match spans.last_mut() {
        _ if to <= from => {}
        Some(last) if last.state == state => last.time.end = to,
        _ => spans.push(Span { state, time: from..to }),
    };
    let mut now = window.start;
    for epoch in epochs {
        let from = epoch.onset_s.max(now);
        let to = (epoch.onset_s + EPOCH_S).min(window.end);
        push(State::Gap, now, from);
        push(state(epoch), from, to);
        now = now.max(to);
    }
    push(State::Gap, now, window.end);
    spans
}

/// A step line for every stretch of epochs with a posture.
fn postures(epochs: &[&EpochRow], window: &Range<f64>) -> Vec<Vec<(f64, f64)>> {
    let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut end = f64::NEG_INFINITY;
    for epoch in epochs {
        let Some(angle) = epoch.posture_deg else { continue };
        let from = epoch.onset_s.max(window.start);
        if from > end + 1.0 {
            lines.push(Vec::new());
        }
        end = (epoch.onset_s + EPOCH_S).min(window.end);
        let line = lines.last_mut().expect("the first epoch begins a line");
        if line.last().is_some_and(|&(_, before)| before == angle) {
            line.pop();
        } else {
            line.push((from, angle));
        }
        line.push((end, angle));
    }
    lines
}

fn series(movements: &[&MovementRow]) -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    for row in movements {
        let Some(number) = row.wasm_series else { continue };
        match all.iter_mut().rev().find(|series| series.number == number) {
            Some(series) => {
                series.time.end = row.onset_s;
                series.movements += 1;
            }
            None => {
                all.push(Series { number, time: row.onset_s..row.onset_s, movements: 1 });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(onset_s: f64, asleep: bool, worn: bool, observed: f64) -> EpochRow {
        EpochRow {
            night: "1".to_owned(),
            time: String::new(),
            onset_s,
            asleep,
            worn,
            observed,
            posture_deg: (observed >= 0.5).then_some(onset_s / 30.0),
            activity_mg: None,
        }
    }

    #[test]
    fn epochs_become_spans_and_what_is_missing_a_gap() {
        let epochs = [
            epoch(0.0, true, true, 1.0),
            epoch(30.0, true, true, 0.5),
            epoch(60.0, true, false, 1.0),
            epoch(90.0, true, true, 0.49),
            epoch(150.0, false, true, 1.0),
        ];
        let epochs: Vec<_> = epochs.iter().collect();
        let found = spans(&epochs, &(10.0..170.0));
        let expected = [
            (State::Asleep, 10.0..60.0),
            (State::NotWorn, 60.0..90.0),
            (State::Gap, 90.0..150.0),
            (State::Awake, 150.0..170.0),
        ];
        assert_eq!(found, expected.map(|(state, time)| Span { state, time }));
        let lines = postures(&epochs, &(10.0..170.0));
        let first = [(10.0, 0.0), (30.0, 0.0), (30.0, 1.0), (60.0, 1.0), (60.0, 2.0), (90.0, 2.0)];
        assert_eq!(lines, [first.to_vec(), vec![(150.0, 5.0), (170.0, 5.0)]]);
    }

    #[test]
    fn the_clock_is_that_of_the_stamps() {
        let row = |start: &str, timezone: &str| {
            let columns = "recording,night,start,end,lights_off,lights_on,sleep_onset,final_wake,\
                hours_in_bed,hours_asleep,hours_observed,hypnic_starts,limb_movements,pattern,\
                evidence,start_s,end_s,lights_off_s,lights_on_s,placement,placement_source,\
                timezone,lights_off_source,lights_on_source,rate_hz,cannot_show,\
                sleep_source,plm_by_hour,plm_raised_above_per_hour";
            let values = format!(
                "a.csv,1,{start},,,,,,8,7,8,0,0,quiet,,90,99,90,99,wrist,given,{timezone},given,given,50,,\
                 estimated,,15"
            );
            let values: csv::StringRecord = values.split(',').collect();
            values.deserialize::<NightRow>(Some(&columns.split(',').collect())).unwrap()
        };
        // The night starts 90 s into the recording; an hour later it is 23:01:30
        // by the stamp, whatever the name of the zone says.
        let hour_later = |start: &str, zone: &str| clock(&row(start, zone)).label(3690.0);
        let stamp = "2026-10-24T22:01:30.000+02:00";
        let later = "2026-10-24T23:01:30.000+02:00";
        assert_eq!(hour_later(stamp, "Europe/Berlin"), later);
        assert_eq!(hour_later(stamp, "America/New_York"), later);
        assert_eq!(hour_later(stamp, ""), later);
        assert_eq!(hour_later("2026-10-24T22:01:30.000", ""), "2026-10-24T23:01:30.000");
        assert_eq!(hour_later("", ""), "");
        // Six hours later the clocks of Berlin have been put back.
        let berlin = clock(&row(stamp, "Europe/Berlin"));
        assert_eq!(berlin.label(90.0 + 6.0 * 3600.0), "2026-10-25T03:01:30.000+01:00");
    }

    #[test]
    fn nothing_recorded_is_one_gap() {
        assert_eq!(spans(&[], &(0.0..60.0)), [Span { state: State::Gap, time: 0.0..60.0 }]);
    }
}
