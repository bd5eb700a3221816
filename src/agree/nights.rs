//! Agreement of two sets of nights.

use std::collections::HashMap;

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::bland_altman::BlandAltman;
use super::counts::{Counts, Share, ratio};
use super::icc::icc_2_1;
use crate::report::tables::NightRow;
use crate::summary::{Pattern, RAISED_PLM_PER_HOUR};

/// What is compared of a night; what an account does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NightNumbers {
    /// Name of the recording.
    pub recording: String,
    /// The evening's date.
    pub night: String,
    /// PLM per hour of sleep.
    pub plm_per_hour_sleep: Option<f64>,
    /// Hypnic starts.
    pub hypnic_starts: Option<f64>,
    /// Sleep in all, h.
    pub hours_asleep: Option<f64>,
    /// ISO 8601 of falling asleep; empty without a clock.
    pub sleep_onset: String,
    /// Falling asleep, s from the first frame.
    pub sleep_onset_s: Option<f64>,
    /// What stands out.
    pub pattern: Option<Pattern>,
}

impl From<&NightRow> for NightNumbers {
    fn from(row: &NightRow) -> Self {
        Self {
            recording: row.recording.clone(),
            night: row.night.clone(),
            plm_per_hour_sleep: row.plm_per_hour_sleep,
            hypnic_starts: row.hypnic_starts.map(f64::from),
            hours_asleep: Some(row.hours_asleep),
            sleep_onset: row.sleep_onset.clone(),
            sleep_onset_s: row.sleep_onset_s,
            pattern: Some(row.pattern),
        }
    }
}

/// What two sets of nights have in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NightAgreement {
    /// How the nights of the two sets were brought together.
    pub paired_by: PairedBy,
    /// Nights of which the reference knows nothing.
    pub only_found: usize,
    /// Nights of the reference that were not found.
    pub only_reference: usize,
    /// PLM per hour of sleep.
    pub plm_per_hour_sleep: Measure,
    /// Hypnic starts in a night.
    pub hypnic_starts: Measure,
    /// Sleep in all, h.
    pub hours_asleep: Measure,
    /// Falling asleep, minutes: on the clock after noon if both know the time,
    /// from the first frame if not.
    pub sleep_onset_min: Measure,
    /// The PLM index above 15 per hour in both, in one or in none.
    pub raised: Raised,
    /// Nights of the same pattern, of those whose pattern both know.
    pub same_pattern: Share,
    /// Each pair of nights.
    pub nights: Vec<NightPair>,
}

/// How the nights of two sets are brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PairedBy {
    /// By recording and date.
    Name,
    /// The first with the first, since the names have nothing in common or
    /// occur more than once.
    Order,
}

/// One thing in both accounts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Both<T> {
    /// What was found.
    pub found: T,
    /// What the reference says.
    pub reference: T,
}

impl<T> Both<T> {
    /// If both say something.
    fn of(found: Option<T>, reference: Option<T>) -> Option<Self> {
        Some(Self { found: found?, reference: reference? })
    }
}

/// One night in both accounts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NightPair {
    /// Name of the recording in the reference.
    pub recording: String,
    /// The night in the reference.
    pub night: String,
    /// PLM per hour of sleep.
    pub plm_per_hour_sleep: Option<Both<f64>>,
    /// Hypnic starts.
    pub hypnic_starts: Option<Both<f64>>,
    /// Sleep in all, h.
    pub hours_asleep: Option<Both<f64>>,
    /// Falling asleep, minutes.
    pub sleep_onset_min: Option<Both<f64>>,
    /// What stands out.
    pub pattern: Option<Both<Pattern>>,
}

impl NightPair {
    fn new(found: &NightNumbers, reference: &NightNumbers) -> Self {
        Self {
            recording: reference.recording.clone(),
            night: reference.night.clone(),
            plm_per_hour_sleep: Both::of(found.plm_per_hour_sleep, reference.plm_per_hour_sleep),
            hypnic_starts: Both::of(found.hypnic_starts, reference.hypnic_starts),
            hours_asleep: Both::of(found.hours_asleep, reference.hours_asleep),
            sleep_onset_min: sleep_onset_min(found, reference),
            pattern: Both::of(found.pattern, reference.pattern),
        }
    }
}

/// One number over all pairs of nights that have it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measure {
    /// Pairs of nights.
    pub nights: usize,
    /// Mean of what was found.
    pub mean_found: Option<f64>,
    /// Mean of the reference.
    pub mean_reference: Option<f64>,
    /// Found minus reference.
    pub difference: Option<BlandAltman>,
    /// ICC(2,1) (Shrout & Fleiss 1979).
    pub icc_2_1: Option<f64>,
}

impl Measure {
    fn new(nights: &[NightPair], of: fn(&NightPair) -> Option<Both<f64>>) -> Self {
        let pairs: Vec<[f64; 2]> =
            nights.iter().filter_map(of).map(|both| [both.found, both.reference]).collect();
        let mean = |column: usize| {
            let sum: f64 = pairs.iter().map(|pair| pair[column]).sum();
            (!pairs.is_empty()).then(|| sum / pairs.len() as f64)
        };
        Self {
            nights: pairs.len(),
            mean_found: mean(0),
            mean_reference: mean(1),
            difference: BlandAltman::of(&pairs),
            icc_2_1: icc_2_1(&pairs),
        }
    }
}

/// Nights told apart by a PLM index above 15 per hour of sleep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Raised {
    /// The bound, per hour.
    pub above_per_hour: f64,
    /// Nights raised in both, in the reference only, in what was found only.
    #[serde(skip)]
    pub counts: Counts,
    /// Pairs of nights that have the index.
    pub nights: usize,
    /// Of the nights raised in the reference, those found so.
    pub sensitivity: Option<f64>,
    /// Of the others, those found so.
    pub specificity: Option<f64>,
    /// Of all nights, those found as in the reference.
    pub accuracy: Option<f64>,
}

impl Raised {
    fn new(indices: impl Iterator<Item = Both<f64>>) -> Self {
        let raised = |index| index > RAISED_PLM_PER_HOUR;
        let nights: Vec<(bool, bool)> =
            indices.map(|index| (raised(index.found), raised(index.reference))).collect();
        let count = |wanted| nights.iter().filter(|night| **night == wanted).count();
        let counts = Counts {
            hits: count((true, true)),
            missed: count((false, true)),
            false_alarms: count((true, false)),
        };
        let neither = count((false, false));
        Self {
            above_per_hour: RAISED_PLM_PER_HOUR,
            counts,
            nights: nights.len(),
            sensitivity: counts.recall(),
            specificity: ratio(neither, neither + counts.false_alarms),
            accuracy: ratio(counts.hits + neither, nights.len()),
        }
    }
}

/// Compares two sets of nights. They are brought together by recording and
/// date; if no name is in both sets, or a name stands twice in one, by order.
pub fn agree(found: &[NightNumbers], reference: &[NightNumbers]) -> NightAgreement {
    let by_name = by_name(found, reference);
    let paired_by = if by_name.is_some() { PairedBy::Name } else { PairedBy::Order };
    let nights = by_name.unwrap_or_else(|| {
        found
            .iter()
            .zip(reference)
            .map(|(found, reference)| NightPair::new(found, reference))
            .collect()
    });
    NightAgreement {
        paired_by,
        only_found: found.len() - nights.len(),
        only_reference: reference.len() - nights.len(),
        plm_per_hour_sleep: Measure::new(&nights, |night| night.plm_per_hour_sleep),
        hypnic_starts: Measure::new(&nights, |night| night.hypnic_starts),
        hours_asleep: Measure::new(&nights, |night| night.hours_asleep),
        sleep_onset_min: Measure::new(&nights, |night| night.sleep_onset_min),
        raised: Raised::new(nights.iter().filter_map(|night| night.plm_per_hour_sleep)),
        same_pattern: Share::of(
            nights
                .iter()
                .filter_map(|night| night.pattern)
                .map(|both| both.found == both.reference),
        ),
        nights,
    }
}

/// In the order of the reference; `None` if names do not bring any two nights
/// together without doubt.
fn by_name(found: &[NightNumbers], reference: &[NightNumbers]) -> Option<Vec<NightPair>> {
    let key = |night: &NightNumbers| (night.recording.clone(), night.night.clone());
    let named: HashMap<_, _> = found.iter().map(|night| (key(night), night)).collect();
    let names: HashMap<_, _> = reference.iter().map(|night| (key(night), ())).collect();
    let unique = named.len() == found.len() && names.len() == reference.len();
    let pairs: Vec<NightPair> = reference
        .iter()
        .filter_map(|night| Some(NightPair::new(named.get(&key(night))?, night)))
        .collect();
    (unique && !pairs.is_empty()).then_some(pairs)
}

/// Minutes of falling asleep.
fn sleep_onset_min(found: &NightNumbers, reference: &NightNumbers) -> Option<Both<f64>> {
    let later_min = |(found, reference): (&str, &str)| {
        let instants = found.parse::<Timestamp>().ok().zip(reference.parse::<Timestamp>().ok());
        let later = match instants {
            Some((found, reference)) => found.duration_since(reference),
            // Wall clocks of one unknown zone.
            None => wall(found)?.duration_since(wall(reference)?),
        };
        Some(later.as_secs_f64() / 60.0)
    };
    let on_clock = || {
        let reference_min = after_noon_min(wall(&reference.sleep_onset)?)?;
        let later_min = later_min((&found.sleep_onset, &reference.sleep_onset))?;
        Some(Both { found: reference_min + later_min, reference: reference_min })
    };
    let from_start = || {
        let minutes = |night: &NightNumbers| night.sleep_onset_s.map(|onset_s| onset_s / 60.0);
        Both::of(minutes(found), minutes(reference))
    };
    on_clock().or_else(from_start)
}

/// What the clock on the wall shows, whatever its zone.
fn wall(time: &str) -> Option<DateTime> {
    time.trim_end_matches('Z').parse().ok()
}

fn after_noon_min(wall: DateTime) -> Option<f64> {
    let noon = wall.checked_sub(12.hours()).ok()?.date().at(12, 0, 0, 0);
    Some(wall.duration_since(noon).as_secs_f64() / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(found: f64, reference: f64) -> Option<Both<f64>> {
        Some(Both { found, reference })
    }

    fn night(recording: &str, index: f64, pattern: Pattern) -> NightNumbers {
        NightNumbers {
            recording: recording.to_owned(),
            plm_per_hour_sleep: Some(index),
            pattern: Some(pattern),
            ..NightNumbers::default()
        }
    }

    fn asleep_at(sleep_onset: &str, sleep_onset_s: f64) -> NightNumbers {
        NightNumbers {
            sleep_onset: sleep_onset.to_owned(),
            sleep_onset_s: Some(sleep_onset_s),
            ..NightNumbers::default()
        }
    }

    #[test]
    fn nights_meet_by_name_in_any_order() {
        use Pattern::{PeriodicLimbMovements, Quiet};
        let found = [night("b", 20.0, PeriodicLimbMovements), night("a", 2.0, Quiet)];
        let reference = [
            night("a", 1.0, Quiet),
            night("b", 26.0, PeriodicLimbMovements),
            night("c", 40.0, PeriodicLimbMovements),
        ];
        let agreement = agree(&found, &reference);
        assert_eq!(agreement.paired_by, PairedBy::Name);
        assert_eq!((agreement.only_found, agreement.only_reference), (0, 1));
        // Differences 1 and −6.
        assert_eq!(agreement.plm_per_hour_sleep.difference.unwrap().bias, -2.5);
        assert_eq!(agreement.plm_per_hour_sleep.mean_reference, Some(13.5));
        assert_eq!(agreement.same_pattern, Share { count: 2, of: 2 });
        assert_eq!(agreement.hypnic_starts.nights, 0);
    }

    #[test]
    fn names_that_do_not_tell_give_way_to_order() {
        use Pattern::Quiet;
        let twice = [night("night.csv", 1.0, Quiet), night("night.csv", 2.0, Quiet)];
        let agreement = agree(&twice, &twice);
        assert_eq!((agreement.paired_by, agreement.nights.len()), (PairedBy::Order, 2));
        let strange = agree(&[night("x", 5.0, Quiet)], &twice);
        assert_eq!((strange.paired_by, strange.only_reference), (PairedBy::Order, 1));
        assert_eq!(strange.nights[0].plm_per_hour_sleep, both(5.0, 1.0));
    }

    /// Two raised nights of which one is found, three others of which one is
    /// taken for raised; 15.0 is not above 15.
    #[test]
    fn nights_above_fifteen_an_hour() {
        let pairs = [[20.0, 30.0], [14.0, 16.0], [3.0, 0.0], [15.0, 15.0], [18.0, 12.0]];
        let raised = Raised::new(pairs.into_iter().filter_map(|[f, r]| both(f, r)));
        assert_eq!(raised.counts, Counts { hits: 1, missed: 1, false_alarms: 1 });
        assert_eq!(raised.sensitivity, Some(0.5));
        assert_eq!(raised.specificity, Some(2.0 / 3.0));
        assert_eq!(raised.accuracy, Some(0.6));
        assert_eq!(raised.nights, 5);
    }

    #[test]
    fn falling_asleep_is_compared_on_the_clock() {
        // 23:50 is 710 minutes after noon; half an hour later it is past midnight.
        let found = asleep_at("2024-03-13T00:20:00.000+01:00", 0.0);
        let reference = asleep_at("2024-03-12T23:50:00.000+01:00", 900.0);
        assert_eq!(sleep_onset_min(&found, &reference), both(740.0, 710.0));
        // The same instant in another zone.
        let elsewhere = asleep_at("2024-03-12T22:50:00Z", 0.0);
        assert_eq!(sleep_onset_min(&elsewhere, &reference), both(710.0, 710.0));
        let wall = asleep_at("2024-03-12T23:45:00", 0.0);
        assert_eq!(sleep_onset_min(&wall, &reference), both(705.0, 710.0));
    }

    #[test]
    fn without_a_clock_falling_asleep_counts_from_the_start() {
        let pair = sleep_onset_min(&asleep_at("", 1200.0), &asleep_at("", 900.0));
        assert_eq!(pair, both(20.0, 15.0));
        let never = NightNumbers::default();
        assert_eq!(sleep_onset_min(&never, &asleep_at("", 900.0)), None);
    }
}
