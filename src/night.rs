//! Movements and epochs of a recording become nights: when the sensor was worn,
//! how the sleeper lay, when the sleeper went to bed, slept, woke and got up.
//!
//! Pure functions over small tables. Nothing here looks at the kinds that
//! `score` will give: sleep must not depend on what depends on sleep.

mod bed;
pub mod calibrate;
pub mod given;
pub mod pieces;
pub mod placement;
mod posture;
pub mod quality;
mod sleep;
pub mod stirring;
mod wear;

use jiff::ToSpan;
use jiff::civil::DateTime;

use crate::epoch::{EPOCH_S, Epoch};
use crate::movement::Movement;
use crate::recording::Placement;
use crate::time::Clock;

pub use bed::{Bed, BedTime, BedTimes};
pub use given::{GivenSleep, SleepSource};
use stirring::Part;

/// Epochs of the stream that make one row of the night: 30 s, the epoch in
/// which sleep is scored everywhere.
const EPOCHS_PER_ROW: usize = 6;

/// Length of a [`Row`], s.
pub const ROW_S: f64 = EPOCH_S * EPOCHS_PER_ROW as f64;

/// Shortest part of a recording that is a night of its own, s, when there is a
/// longer one: who puts the sensor on at 11:50 begins no night.
const SHORTEST_NIGHT_S: f64 = 3600.0;

/// 30 s of a night.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Seconds from the first frame of the recording.
    pub onset_s: f64,
    /// Estimated asleep; never outside the time in bed, unworn or unobserved.
    pub asleep: bool,
    /// Estimated worn.
    pub worn: bool,
    /// Share that was recorded, 0 to 1.
    pub observed: f32,
    /// Angle to the posture held longest, degrees; `None` in a gap.
    pub posture_deg: Option<f32>,
    /// Mean activity, g; `None` in a gap.
    pub activity_g: Option<f32>,
}

impl Row {
    /// Whether anything can be said of it.
    pub fn counts(&self) -> bool {
        self.worn && self.observed >= 0.5
    }
}

/// One night, noon to noon.
#[derive(Debug, Clone, PartialEq)]
pub struct Night {
    /// The evening's date; `1`, `2`, … without a clock.
    pub label: String,
    /// First recorded moment, s from the first frame.
    pub start_s: f64,
    /// Last recorded moment, s.
    pub end_s: f64,
    /// The time in bed.
    pub bed: Bed,
    /// First moment of sustained sleep, s.
    pub sleep_onset_s: Option<f64>,
    /// End of the last sleep, s.
    pub final_wake_s: Option<f64>,
    /// How sleep is known.
    pub sleep_source: SleepSource,
    /// The night in steps of [`ROW_S`].
    pub rows: Vec<Row>,
}

impl Night {
    /// Whether the sleeper is asleep at a moment.
    pub fn is_asleep(&self, at_s: f64) -> bool {
        self.row(at_s).is_some_and(|row| row.asleep)
    }

    /// Whether a moment lies in the time in bed. Without sleep and without given
    /// times nobody knows that time, and none of the day's movements is in it.
    pub fn is_in_bed(&self, at_s: f64) -> bool {
        let is_known = self.sleep_onset_s.is_some() || (self.bed.off_given && self.bed.on_given);
        is_known && (self.bed.off_s..self.bed.on_s).contains(&at_s)
    }

    /// The same night on a time axis that shows so much more, s.
    #[must_use]
    pub fn moved(&self, by_s: f64) -> Self {
        let mut moved = self.clone();
        for at_s in [
            Some(&mut moved.start_s),
            Some(&mut moved.end_s),
            Some(&mut moved.bed.off_s),
            Some(&mut moved.bed.on_s),
            moved.sleep_onset_s.as_mut(),
            moved.final_wake_s.as_mut(),
        ]
        .into_iter()
        .flatten()
        {
            *at_s += by_s;
        }
        moved.rows.iter_mut().for_each(|row| row.onset_s += by_s);
        moved
    }

    /// The row a moment lies in.
    pub fn row(&self, at_s: f64) -> Option<&Row> {
        let first = self.rows.first()?;
        let index = ((at_s - first.onset_s) / ROW_S).floor();
        (index >= 0.0).then(|| self.rows.get(index as usize)).flatten()
    }

    /// The moments at which wakefulness becomes sleep, s.
    pub fn transitions_into_sleep_s(&self) -> Vec<f64> {
        let mut awake = true;
        let mut at_s = Vec::new();
        for row in &self.rows {
            if row.asleep && awake {
                at_s.push(row.onset_s);
            }
            awake = !row.asleep;
        }
        at_s
    }
}

/// What is known of a recording besides its movements and epochs.
#[derive(Debug, Clone)]
pub struct Circumstances<'a> {
    /// Rate of the uniform grid, Hz.
    pub rate_hz: f64,
    /// When it began.
    pub clock: &'a Clock,
    /// Where the sensor was.
    pub placement: Placement,
    /// Lights-off and lights-on, if the person gave them.
    pub bed_times: BedTimes,
    /// The same of single nights, from a diary.
    pub diary: &'a [BedTimes],
    /// Sleep as somebody scored it.
    pub sleep: Option<&'a GivenSleep>,
}

/// Cuts a recording into nights and reads each; the stirrings are ascending by onset.
pub fn nights(stirrings: &[Stirring], epochs: &[Epoch], about: &Circumstances) -> Vec<Night> {
    let length_s = epochs.len() as f64 * EPOCH_S;
    let worn = wear::worn(stirrings, epochs, about.placement);
    let mut nights: Vec<Night> = cuts(about.clock, length_s)
        .into_iter()
        .filter_map(|cut| night(&cut, stirrings, epochs, &worn, about))
        .collect();
    if nights.iter().any(|night| night.end_s - night.start_s >= SHORTEST_NIGHT_S) {
        nights.retain(|night| night.end_s - night.start_s >= SHORTEST_NIGHT_S);
    }
    nights
}

/// The label of the night a moment belongs to: the date of the last noon before
/// it; without a clock, the number of the 24 hours.
pub fn label(clock: &Clock, at_s: f64) -> String {
    match clock.wall(at_s) {
        Some(wall) => evening(wall).date().to_string(),
        None => format!("{}", (at_s / 86_400.0).floor() as u64 + 1),
    }
}

/// The last noon up to `wall`.
fn evening(wall: DateTime) -> DateTime {
    let noon = wall.date().at(12, 0, 0, 0);
    if wall >= noon { noon } else { noon.saturating_sub(1.day()) }
}

/// A stretch of the recording, s.
#[derive(Debug, Clone, PartialEq)]
struct Cut {
    label: String,
    from_s: f64,
    to_s: f64,
}

/// Cuts noon to noon by the wall clock, or every 24 h without one. A night over
/// a change of the clocks has 23 or 25 hours, as it should.
fn cuts(clock: &Clock, length_s: f64) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut from_s = 0.0;
    // The evenings are counted, not read from the clock at each noon: a hair before
    // it is the evening before.
    let mut begun = clock.wall(0.0).map(evening);
    while from_s < length_s {
        let label = begun.map_or_else(|| label(clock, from_s), |noon| noon.date().to_string());
        begun = begun.map(|noon| noon.saturating_add(1.day()));
        let next_noon_s = begun
            .and_then(|noon| clock.offset_s(noon))
            // A zone that skips noon, or a clock that cannot be asked.
            .filter(|noon_s| *noon_s > from_s)
            .unwrap_or(from_s + 86_400.0);
        let to_s = next_noon_s.min(length_s);
        cuts.push(Cut { label, from_s, to_s });
        from_s = to_s;
    }
    cuts
}

fn night(
    cut: &Cut,
    stirrings: &[Stirring],
    epochs: &[Epoch],
    worn: &[bool],
    about: &Circumstances,
) -> Option<Night> {
    let first = (cut.from_s / EPOCH_S).round() as usize;
    let last = ((cut.to_s / EPOCH_S).round() as usize).min(epochs.len());
    let observed = |range: std::ops::Range<usize>| range.filter(|&k| epochs[k].is_observed());
    let start = observed(first..last).next()?;
    let end = observed(first..last).next_back()? + 1;
    let epochs_here = &epochs[start..end];
    let start_s = start as f64 * EPOCH_S;
    let end_s = end as f64 * EPOCH_S;
    let mut rows = rows(epochs_here, &worn[start..end], start_s);
    let here: Vec<Stirring> = stirrings
        .iter()
        .copied()
        .filter(|stirring| stirring.onset_s < end_s && stirring.end_s > start_s)
        .collect();
    sleep::estimate(&mut rows, &here);
    let sleep_source = match about.sleep {
        Some(sleep) => sleep.apply(&mut rows),
        None => SleepSource::Estimated,
    };
    let bed = bed::find(&mut rows, &here, cut, about);
    let (sleep_onset_s, final_wake_s) = sleep::bounds(&rows);
    Some(Night {
        label: cut.label.clone(),
        start_s,
        end_s,
        bed,
        sleep_onset_s,
        final_wake_s,
        sleep_source,
        rows,
    })
}

fn rows(epochs: &[Epoch], worn: &[bool], start_s: f64) -> Vec<Row> {
    let angles_deg = posture::angles_deg(epochs, EPOCHS_PER_ROW);
    epochs
        .chunks(EPOCHS_PER_ROW)
        .zip(worn.chunks(EPOCHS_PER_ROW))
        .zip(angles_deg)
        .enumerate()
        .map(|(index, ((epochs, worn), posture_deg))| {
            let covered: f32 = epochs.iter().map(|epoch| epoch.covered).sum();
            let activity: f32 = epochs.iter().map(|epoch| epoch.covered * epoch.activity_g).sum();
            Row {
                onset_s: start_s + index as f64 * ROW_S,
                asleep: false,
                worn: 2 * worn.iter().filter(|worn| **worn).count() >= worn.len(),
                observed: covered / epochs.len() as f32,
                posture_deg,
                activity_g: (covered > 0.0).then(|| activity / covered),
            }
        })
        .collect()
}

/// What sleep sees of a movement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stirring {
    /// Seconds from the first frame of the recording.
    pub onset_s: f64,
    /// Seconds.
    pub end_s: f64,
    /// Time in motion, s.
    pub active_s: f64,
    /// What took part.
    pub part: Part,
}

/// What sleep sees of movements, which are ascending by onset.
pub fn stirrings(movements: &[Movement], rate_hz: f64, placement: Placement) -> Vec<Stirring> {
    let parts = stirring::parts(movements, rate_hz, placement);
    let of = |(movement, part): (&Movement, Part)| Stirring {
        onset_s: movement.onset as f64 / rate_hz,
        end_s: movement.end as f64 / rate_hz,
        active_s: f64::from(movement.active_s),
        part,
    };
    movements.iter().zip(parts).map(of).collect()
}

/// Seconds of motion in each row; that of a movement is spread over its length.
fn motion_s<'a>(rows: &[Row], stirrings: impl Iterator<Item = &'a Stirring>) -> Vec<f64> {
    let start_s = rows.first().map_or(0.0, |row| row.onset_s);
    let index = |at_s: f64| ((at_s - start_s) / ROW_S).max(0.0) as usize;
    let mut motion_s = vec![0.0; rows.len()];
    for stirring in stirrings {
        let length_s = (stirring.end_s - stirring.onset_s).max(1e-3);
        let last = index(stirring.end_s).min(rows.len().saturating_sub(1));
        let first = index(stirring.onset_s);
        for (row, motion_s) in motion_s.iter_mut().enumerate().take(last + 1).skip(first) {
            let from_s = start_s + row as f64 * ROW_S;
            let within_s = stirring.end_s.min(from_s + ROW_S) - stirring.onset_s.max(from_s);
            *motion_s += stirring.active_s * (within_s / length_s).max(0.0);
        }
    }
    motion_s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_night_has_a_date_of_its_own_whatever_the_fraction_of_the_second() {
        for nanosecond in [0, 1, 400_000, 999_400_000, 999_999_999] {
            let start = jiff::civil::date(2024, 3, 28).at(21, 59, 59, nanosecond);
            let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
            let zoned = Clock::Zoned {
                start: zone.to_timestamp(start).unwrap(),
                zone,
                source: crate::time::ZoneSource::File,
            };
            for clock in [Clock::Local { start }, zoned] {
                let cuts = cuts(&clock, 7.0 * 86_400.0);
                let labels: Vec<&str> = cuts.iter().map(|cut| &cut.label[..]).collect();
                let dates = ["28", "29", "30", "31", "01", "02", "03", "04"];
                assert!(labels.iter().zip(dates).all(|(label, day)| label.ends_with(day)));
                assert_eq!(labels.len(), 8, "{labels:?}");
            }
        }
    }
}
