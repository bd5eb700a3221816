//! The time in bed: lights-off and lights-on, as given or as estimated.

use jiff::civil::{Date, DateTime, Time};

use super::sleep::SUSTAINED_S;
use super::{Circumstances, Cut, ROW_S, Row, Stirring, motion_s};

/// What the person said of lights-off and lights-on; each may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct BedTimes {
    /// Lights off.
    pub off: Option<BedTime>,
    /// Lights on.
    pub on: Option<BedTime>,
}

/// A moment as a person names it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BedTime {
    /// A time of day: of every night of the recording.
    Daily(Time),
    /// A date and a time: of the one night it lies in.
    Once(DateTime),
    /// Seconds from the start of the recording, for recordings without a clock.
    FromStart(f64),
}

/// The time in bed, s from the first frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bed {
    /// Lights off.
    pub off_s: f64,
    /// Lights on.
    pub on_s: f64,
    /// Whether the person gave lights-off.
    pub off_given: bool,
    /// … lights-on.
    pub on_given: bool,
}

/// Wakefulness that does not end a night: up to an hour, as in the sleep period
/// window of van Hees et al. 2018.
const LONGEST_WAKE_S: f64 = 3600.0;

/// Who is up moves for at least this share of a row …
const UP_SHARE: f64 = 0.5;

/// … in at least this many rows of five.
const UP_ROWS: usize = 3;

/// Takes the given times (those typed before those of a diary, and these before
/// those of a hypnogram), estimates those that are missing, and takes sleep
/// back from rows outside the time in bed.
///
/// Estimated: the sleep period is the largest group of sleeps with no more than
/// an hour between them; the bed reaches from there back to when the sleeper was
/// last up, and on to when the sleeper is first up. Without sleep, the whole
/// recording is the time in bed.
pub(super) fn find(
    rows: &mut [Row],
    stirrings: &[Stirring],
    cut: &Cut,
    about: &Circumstances,
) -> Bed {
    let start_s = rows.first().map_or(cut.from_s, |row| row.onset_s);
    let end_s = rows.last().map_or(cut.to_s, |row| row.onset_s + ROW_S);
    let scored = about.sleep.and_then(|sleep| sleep.bed_s(start_s, end_s));
    let of_diary = |which: fn(&BedTimes) -> Option<BedTime>| {
        about.diary.iter().find_map(|times| given(which(times), cut, about))
    };
    let off_given = given(about.bed_times.off, cut, about)
        .or_else(|| of_diary(|times| times.off))
        .or(scored.map(|bed| bed.0));
    let on_given = given(about.bed_times.on, cut, about)
        .or_else(|| of_diary(|times| times.on))
        .or(scored.map(|bed| bed.1));
    let (estimated_off_s, estimated_on_s) = estimate(rows, stirrings).unwrap_or((start_s, end_s));
    let off_s = off_given.unwrap_or(estimated_off_s).clamp(start_s, end_s);
    let on_s = on_given.unwrap_or(estimated_on_s).clamp(off_s, end_s);
    for row in rows.iter_mut() {
        row.asleep &= row.onset_s >= off_s - ROW_S / 2.0 && row.onset_s + ROW_S / 2.0 <= on_s;
    }
    Bed { off_s, on_s, off_given: off_given.is_some(), on_given: on_given.is_some() }
}

/// The given time as seconds, if it lies in this night.
fn given(time: Option<BedTime>, cut: &Cut, about: &Circumstances) -> Option<f64> {
    let within = |at_s: &f64| (cut.from_s..=cut.to_s).contains(at_s);
    match time? {
        BedTime::FromStart(at_s) => Some(at_s).filter(within),
        BedTime::Once(wall) => about.clock.offset_s(wall).filter(within),
        BedTime::Daily(time) => {
            let first: Date = about.clock.wall(cut.from_s)?.date();
            [first, first.tomorrow().ok()?]
                .into_iter()
                .filter_map(|date| about.clock.offset_s(date.to_datetime(time)))
                .find(within)
        }
    }
}

fn estimate(rows: &[Row], stirrings: &[Stirring]) -> Option<(f64, f64)> {
    let (first, last) = sleep_period(rows)?;
    let up = up(rows, stirrings);
    let start = rows[..first].iter().rposition(|row| !row.worn).map_or(0, |index| index + 1);
    let end = rows[last..].iter().position(|row| !row.worn).map_or(rows.len(), |k| last + k);
    let off = up[start..first].iter().rposition(|up| *up).map_or(start, |k| start + k + 1);
    let on = up[last + 1..end.max(last + 1)].iter().position(|up| *up);
    let on = on.map_or(end, |k| last + 1 + k);
    Some((rows[off].onset_s, rows[0].onset_s + on as f64 * ROW_S))
}

/// First and last row of the largest group of sleeps.
fn sleep_period(rows: &[Row]) -> Option<(usize, usize)> {
    let bridge = (LONGEST_WAKE_S / ROW_S) as usize;
    let mut best: Option<(usize, usize, usize)> = None;
    let mut current: Option<(usize, usize, usize)> = None;
    for (index, _) in rows.iter().enumerate().filter(|(_, row)| row.asleep) {
        current = match current {
            Some((first, last, count)) if index - last <= bridge => Some((first, index, count + 1)),
            _ => Some((index, index, 1)),
        };
        if current.map(|group| group.2) > best.map(|group| group.2) {
            best = current;
        }
    }
    let least = (SUSTAINED_S / ROW_S) as usize;
    best.filter(|(.., count)| *count >= least).map(|(first, last, _)| (first, last))
}

/// Rows in which the sleeper is up and about.
fn up(rows: &[Row], stirrings: &[Stirring]) -> Vec<bool> {
    let moving_s = motion_s(rows, stirrings.iter());
    let busy: Vec<bool> = moving_s.iter().map(|moving_s| *moving_s >= UP_SHARE * ROW_S).collect();
    (0..busy.len())
        .map(|index| {
            let around = &busy[index.saturating_sub(2)..(index + 3).min(busy.len())];
            busy[index] && around.iter().filter(|busy| **busy).count() >= UP_ROWS
        })
        .collect()
}
