//! The axes of the charts: their scales, where the ticks stand, what they say.

use std::ops::Range;

use jiff::civil::DateTime;
use plotters::coord::combinators::{IntoLogRange, LogCoord};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;

use crate::time::Clock;

/// Steps between ticks of the time axis, min: they divide the day.
const STEPS_MIN: [i32; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440];
/// More ticks than this would crowd a timeline.
const TICKS_MAX: f64 = 16.0;

/// An axis of a chart: its scale, and its ticks with what they say.
pub struct Axis {
    scale: Scale,
    ticks: Vec<(f64, String)>,
}

enum Scale {
    Linear(RangedCoordf64),
    Log(LogCoord<f64>),
}

impl Axis {
    /// A linear scale.
    pub fn linear(range: Range<f64>, ticks: Vec<(f64, String)>) -> Self {
        Self { scale: Scale::Linear(range.into()), ticks }
    }

    /// A logarithmic scale; its range is above 0.
    pub fn log(range: Range<f64>, ticks: Vec<(f64, String)>) -> Self {
        Self { scale: Scale::Log(range.log_scale().into()), ticks }
    }

    /// A linear scale of counts from 0, with room for a number above `tallest`
    /// and at most `ticks` steps.
    pub fn counts(tallest: usize, ticks: usize) -> Self {
        let (step, top) = counts(tallest + tallest / 6 + 1, ticks);
        let ticks = (0..=top).step_by(step).map(|count| (count as f64, count.to_string()));
        Self::linear(0.0..top as f64, ticks.collect())
    }
}

/// Ticks that say their own number.
pub fn numbered(ticks: &[f64]) -> Vec<(f64, String)> {
    ticks.iter().map(|tick| (*tick, tick.to_string())).collect()
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        match &self.scale {
            Scale::Linear(scale) => scale.map(value, limit),
            Scale::Log(scale) => scale.map(value, limit),
        }
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // plotters asks twice: for the lines with labels, then for light ones
        // between them, of which there are none.
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        match &self.scale {
            Scale::Linear(scale) => scale.range(),
            Scale::Log(scale) => scale.range(),
        }
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|(at, _)| at == value);
        tick.map_or_else(String::new, |(_, text)| text.clone())
    }
}

/// The ticks of the time axis: at round clock times; without a clock, at round
/// times from the start of the recording.
pub fn time_ticks(window: &Range<f64>, clock: &Clock) -> Vec<(f64, String)> {
    let minutes = (window.end - window.start) / 60.0;
    let step_min = STEPS_MIN
        .into_iter()
        .find(|&step| minutes / f64::from(step) <= TICKS_MAX)
        .unwrap_or(STEPS_MIN[STEPS_MIN.len() - 1]);
    let label = |at: f64| match clock {
        Clock::None if step_min >= 60 => format!("{:.0} h", at / 3600.0),
        _ => moment(clock, at),
    };
    ticks(window, clock, step_min).into_iter().map(|at| (at, label(at))).collect()
}

/// The full hours within the window, and its ends.
pub fn hours(window: &Range<f64>, clock: &Clock) -> Vec<f64> {
    let mut edges = vec![window.start];
    edges.extend(ticks(window, clock, 60).into_iter().filter(|at| *at > window.start));
    if edges.last().is_none_or(|last| *last < window.end) {
        edges.push(window.end);
    }
    edges
}

/// A moment as the charts name it: `23:04`; without a clock `2 h 05`.
pub fn moment(clock: &Clock, at_s: f64) -> String {
    // A tick may lie some microseconds before its full minute.
    match clock.wall(at_s + 5e-4) {
        Some(wall) => wall.strftime("%H:%M").to_string(),
        None => {
            let minutes = ((at_s + 5e-4) / 60.0).floor() as i64;
            match (minutes.div_euclid(60), minutes.rem_euclid(60)) {
                (0, minutes) => format!("{minutes} min"),
                (hours, 0) => format!("{hours} h"),
                (hours, minutes) => format!("{hours} h {minutes:02}"),
            }
        }
    }
}

/// The moments at which the clock shows a multiple of `step_min` since
/// midnight. Each is sought anew from the wall clock, as the clock may be put
/// forward or back in the night.
fn ticks(window: &Range<f64>, clock: &Clock, step_min: i32) -> Vec<f64> {
    let mut ticks = Vec::new();
    let mut at = window.start;
    while at <= window.end {
        let wait_s = until_next(clock, at, step_min);
        let tick = ((at + wait_s) * 1e3).round() / 1e3;
        if tick > window.end {
            break;
        }
        if until_next(clock, tick, step_min) < 1e-3 {
            ticks.push(tick);
            at = tick + 60.0;
        } else {
            at = tick;
        }
    }
    ticks
}

/// Seconds until the clock shows a multiple of `step_min`, as it goes now; 0
/// if it does so already.
fn until_next(clock: &Clock, at_s: f64, step_min: i32) -> f64 {
    let step_s = f64::from(step_min) * 60.0;
    let since_s = match clock.wall(at_s) {
        Some(wall) => seconds_of_day(wall),
        None => at_s,
    };
    let past_s = since_s.rem_euclid(step_s);
    if past_s < 1e-3 || step_s - past_s < 1e-3 { 0.0 } else { step_s - past_s }
}

fn seconds_of_day(wall: DateTime) -> f64 {
    let time = wall.time();
    let whole =
        i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second());
    f64::from(whole) + f64::from(time.subsec_nanosecond()) * 1e-9
}

/// A step of 1, 2, 3 or 5 times a power of ten with which at most `ticks` steps
/// reach `top`, and the multiple of it that does.
pub fn counts(top: usize, ticks: usize) -> (usize, usize) {
    let mut step = 1;
    'decades: for decade in 0..18 {
        for factor in [1, 2, 3, 5] {
            step = factor * 10_usize.pow(decade);
            if top <= step.saturating_mul(ticks) {
                break 'decades;
            }
        }
    }
    (step, top.div_ceil(step).max(1).saturating_mul(step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::ZoneSource;
    use jiff::tz::TimeZone;

    fn labels(window: Range<f64>, clock: &Clock) -> Vec<String> {
        time_ticks(&window, clock).into_iter().map(|(_, label)| label).collect()
    }

    fn berlin(start: &str) -> Clock {
        let start = start.parse().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        Clock::Zoned { start, zone, source: ZoneSource::File }
    }

    #[test]
    fn ticks_stand_at_full_hours_of_the_clock() {
        let clock = Clock::Local { start: "2026-03-14T22:17:30.25".parse().unwrap() };
        let ticks = time_ticks(&(0.0..8.0 * 3600.0), &clock);
        assert_eq!(ticks[0], (749.75, "22:30".to_owned()));
        assert_eq!(ticks.len(), 16);
        let axis = labels(0.0..9.0 * 3600.0, &clock);
        assert_eq!(axis.join(" "), "23:00 00:00 01:00 02:00 03:00 04:00 05:00 06:00 07:00");
    }

    #[test]
    fn the_repeated_hour_of_autumn_stands_twice_and_that_of_spring_is_left_out() {
        let autumn = labels(0.0..9.0 * 3600.0, &berlin("2026-10-24T21:30:00Z"));
        assert_eq!(autumn.join(" "), "00:00 01:00 02:00 02:00 03:00 04:00 05:00 06:00 07:00");
        let spring = labels(0.0..9.0 * 3600.0, &berlin("2026-03-28T21:30:00Z"));
        assert_eq!(spring.join(" "), "23:00 00:00 01:00 03:00 04:00 05:00 06:00 07:00 08:00");
        let spring = labels(0.0..24.0 * 3600.0, &berlin("2026-03-28T21:30:00Z"));
        assert_eq!(
            spring.join(" "),
            "00:00 04:00 06:00 08:00 10:00 12:00 14:00 16:00 18:00 20:00 22:00"
        );
    }

    #[test]
    fn without_a_clock_ticks_count_from_the_start() {
        let axis = labels(0.0..180.0, &Clock::None);
        assert_eq!(axis.join(", "), "0 min, 1 min, 2 min, 3 min");
        let axis = labels(1800.0..3.0 * 3600.0, &Clock::None);
        assert_eq!(axis[..4].join(", "), "30 min, 40 min, 50 min, 1 h");
    }

    #[test]
    fn steps_of_counts_are_round_and_reach_the_top() {
        assert_eq!(counts(0, 3), (1, 1));
        assert_eq!(counts(3, 3), (1, 3));
        assert_eq!(counts(4, 3), (2, 4));
        assert_eq!(counts(61, 3), (30, 90));
        assert_eq!(counts(700, 3), (300, 900));
    }
}
