//! What stands out in a night, with the evidence behind it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Summary;
use crate::night::SleepSource;

/// What stands out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Nothing.
    #[default]
    Quiet,
    /// Sleep starts.
    HypnicStarts,
    /// Periodic limb movements in sleep.
    PeriodicLimbMovements,
    /// Periodic limb movements in wakefulness too, as in restless legs.
    RestlessLegsLike,
    /// Sleep starts and periodic limb movements.
    Mixed,
    /// The recording cannot tell.
    Inconclusive,
}

impl Pattern {
    /// On a page and on the terminal.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::HypnicStarts => "hypnic starts",
            Self::PeriodicLimbMovements => "periodic limb movements",
            Self::RestlessLegsLike => "restless-legs-like",
            Self::Mixed => "mixed",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// A pattern and its evidence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finding {
    /// What stands out.
    pub pattern: Pattern,
    /// The numbers that say so, in order.
    pub evidence: Vec<Evidence>,
}

/// One number behind a pattern, with the bound it was held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Evidence {
    /// PLM index, per hour of sleep.
    PlmIndex {
        /// The index.
        per_hour: f64,
        /// What it was held against.
        raised_above: f64,
    },
    /// PLM per hour of wakefulness.
    PlmAwake(f64),
    /// Number of PLM in wakefulness that is sure: before sleep, or scored by
    /// somebody.
    SurelyAwake(u32),
    /// Ferri's periodicity index.
    Periodicity(f64),
    /// Number of starts.
    Starts(u32),
    /// Too little was observed, h.
    TooShort(f64),
    /// Nobody slept.
    NoSleep,
    /// The recording cannot show leg movements.
    LegsNotShown,
    /// The recording cannot show starts.
    StartsNotShown,
}

/// PLM an hour of sleep above which the index counts as raised in adults
/// (ICSD-3; the best cut of Ferri et al. 2016 is 13 to 16). Set for EMG: an
/// accelerometer sees fewer, so what is raised here is raised there.
pub const RAISED_PLM_PER_HOUR: f64 = 15.0;

/// The same in children (ICSD-3).
pub const RAISED_PLM_PER_HOUR_IN_CHILDREN: f64 = 5.0;

/// From this age on the bound of adults holds, years.
const ADULT_YEARS: f64 = 18.0;

/// The bound of the PLM index at an age; that of adults where nobody says.
pub fn raised_above_per_hour(age_years: Option<f64>) -> f64 {
    match age_years {
        Some(years) if years < ADULT_YEARS => RAISED_PLM_PER_HOUR_IN_CHILDREN,
        _ => RAISED_PLM_PER_HOUR,
    }
}

/// PLM an hour of wakefulness that speaks for restless legs (Michaud et al.
/// 2002).
pub const RAISED_PLMW_PER_HOUR: f64 = 15.0;

/// Periodicity index that separates restless legs from controls (Ferri et al.
/// 2016).
pub const PERIODIC: f64 = 0.5;

/// Starts in a night that stand out: most people have one now and then.
pub const SEEN_STARTS: u32 = 2;

/// Observed time below which nothing is concluded, h.
pub const LEAST_OBSERVED_H: f64 = 2.0;

/// Wakefulness in bed below which its index says nothing, h.
const LEAST_AWAKE_H: f64 = 0.2;

/// Fewest movements in sure wakefulness that say something: twice the four of a
/// series, since one may lie across the sleep onset, which is known to some
/// minutes only.
const LEAST_AWAKE: u32 = 8;

/// The pattern of a night.
pub(super) fn find(summary: &Summary) -> Finding {
    let inconclusive = |why| Finding { pattern: Pattern::Inconclusive, evidence: vec![why] };
    if summary.hours_observed < LEAST_OBSERVED_H {
        return inconclusive(Evidence::TooShort(summary.hours_observed));
    }
    if !summary.has_slept {
        return inconclusive(Evidence::NoSleep);
    }
    let mut evidence = Vec::new();
    let (periodic, awake_too) = legs(summary, &mut evidence);
    let starts = summary.hypnic_starts.is_some_and(|count| count >= SEEN_STARTS);
    evidence.push(summary.hypnic_starts.map_or(Evidence::StartsNotShown, Evidence::Starts));
    let unseen = summary.wasm.is_none() || summary.hypnic_starts.is_none();
    let pattern = match (periodic, starts) {
        (true, true) => Pattern::Mixed,
        (true, false) if awake_too => Pattern::RestlessLegsLike,
        (true, false) => Pattern::PeriodicLimbMovements,
        (false, true) => Pattern::HypnicStarts,
        (false, false) if unseen => Pattern::Inconclusive,
        (false, false) => Pattern::Quiet,
    };
    Finding { pattern, evidence }
}

/// Whether periodic movements stand out, and in wakefulness too.
fn legs(summary: &Summary, evidence: &mut Vec<Evidence>) -> (bool, bool) {
    let Some(wasm) = &summary.wasm else {
        evidence.push(Evidence::LegsNotShown);
        return (false, false);
    };
    let index = wasm.per_hour_sleep.unwrap_or(0.0);
    let raised_above = summary.raised_above_per_hour;
    evidence.push(Evidence::PlmIndex { per_hour: index, raised_above });
    if index <= raised_above {
        return (false, false);
    }
    evidence.extend(summary.pi_ferri.map(Evidence::Periodicity));
    let hours_awake = summary.hours_observed - summary.hours_asleep;
    let awake = wasm.per_hour_wake.filter(|_| hours_awake >= LEAST_AWAKE_H);
    evidence.extend(awake.map(Evidence::PlmAwake));
    let regular = summary.pi_ferri.is_some_and(|pi| pi >= PERIODIC);
    let surely_awake = match summary.sleep_source {
        SleepSource::Hypnogram => wasm.awake,
        // Limb movements hide sleep from an estimate that knows nothing else;
        // before sleep, where restless legs are worst, others show wakefulness.
        SleepSource::Estimated => wasm.before_sleep,
    };
    let many = surely_awake >= LEAST_AWAKE;
    evidence.extend(awake.map(|_| Evidence::SurelyAwake(surely_awake)));
    (true, regular && many && awake.is_some_and(|index| index >= RAISED_PLMW_PER_HOUR))
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PlmIndex { per_hour, raised_above } => write!(
                f,
                "accelerometer PLM index {per_hour:.1}/h of sleep (raised above {raised_above:.0}/h)"
            ),
            Self::PlmAwake(index) => write!(
                f,
                "{index:.1}/h of wakefulness in bed (restless-legs-like from {RAISED_PLMW_PER_HOUR:.0}/h)"
            ),
            Self::SurelyAwake(count) => write!(
                f,
                "{count} of them in wakefulness that is sure (restless-legs-like from {LEAST_AWAKE})"
            ),
            Self::Periodicity(pi) => {
                write!(f, "periodicity index {pi:.2} (regular from {PERIODIC})")
            }
            Self::Starts(count) => {
                write!(f, "{count} start-like jerks (stand out from {SEEN_STARTS})")
            }
            Self::TooShort(hours) => write!(
                f,
                "only {:.0} min in bed were observed and {LEAST_OBSERVED_H:.0} h are needed",
                hours * 60.0
            ),
            Self::NoSleep => f.write_str("no sleep found"),
            Self::LegsNotShown => f.write_str("leg movements cannot be seen in this recording"),
            Self::StartsNotShown => f.write_str("starts cannot be seen in this recording"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bracket, Periodic};
    use super::*;

    /// Eight hours in bed, seven asleep, nothing in them.
    fn quiet() -> Summary {
        Summary {
            hours_in_bed: 8.0,
            hours_asleep: 7.0,
            has_slept: true,
            sleep_source: SleepSource::Estimated,
            hours_observed: 8.0,
            wasm: Some(periodic(2.0, 0.0, 0)),
            aasm: None,
            bracket: Bracket::default(),
            pi_ferri: Some(0.8),
            pi_ratio: None,
            course: None,
            hypnic_starts: Some(0),
            limb_movements: 0,
            raised_above_per_hour: RAISED_PLM_PER_HOUR,
            cannot_show: Vec::new(),
            finding: Finding::default(),
        }
    }

    fn periodic(per_hour_sleep: f64, per_hour_wake: f64, before_sleep: u32) -> Periodic {
        Periodic {
            asleep: 0,
            awake: before_sleep,
            before_sleep,
            per_hour_sleep: Some(per_hour_sleep),
            per_hour_bed: None,
            per_hour_wake: Some(per_hour_wake),
        }
    }

    /// The pattern, and its evidence as it is told.
    fn told(summary: Summary) -> (Pattern, String) {
        let Finding { pattern, evidence } = find(&summary);
        (pattern, evidence.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn every_pattern_tells_the_numbers_it_was_held_against() {
        let periodic_night = || Summary { wasm: Some(periodic(30.0, 2.0, 0)), ..quiet() };
        let restless = || Summary { wasm: Some(periodic(30.0, 40.0, 12)), ..quiet() };
        let cases = [
            (
                quiet(),
                Pattern::Quiet,
                "index 2.0/h of sleep (raised above 15/h); 0 start-like jerks (stand out from 2)",
            ),
            (
                Summary { hypnic_starts: Some(3), ..quiet() },
                Pattern::HypnicStarts,
                "3 start-like jerks (stand out from 2)",
            ),
            (
                periodic_night(),
                Pattern::PeriodicLimbMovements,
                "30.0/h of sleep (raised above 15/h); periodicity index 0.80 (regular from 0.5); 2.0/h of wakefulness in bed (restless-legs-like from 15/h)",
            ),
            (
                restless(),
                Pattern::RestlessLegsLike,
                "40.0/h of wakefulness in bed (restless-legs-like from 15/h); 12 of them in wakefulness that is sure",
            ),
            (
                Summary { hypnic_starts: Some(2), ..periodic_night() },
                Pattern::Mixed,
                "2 start-like jerks",
            ),
            (
                Summary { wasm: None, ..quiet() },
                Pattern::Inconclusive,
                "leg movements cannot be seen in this recording",
            ),
            (
                Summary { hypnic_starts: None, ..quiet() },
                Pattern::Inconclusive,
                "starts cannot be seen in this recording",
            ),
            (
                Summary { hours_observed: 1.5, ..restless() },
                Pattern::Inconclusive,
                "only 90 min in bed were observed and 2 h are needed",
            ),
            (Summary { has_slept: false, ..restless() }, Pattern::Inconclusive, "no sleep found"),
        ];
        for (summary, pattern, evidence) in cases {
            let (found, words) = told(summary);
            assert_eq!(found, pattern, "{words}");
            assert!(words.contains(evidence), "{words:?} lacks {evidence:?}");
        }
    }

    #[test]
    fn restless_legs_like_needs_regular_movements_in_wakefulness_of_some_length() {
        let restless = || Summary { wasm: Some(periodic(30.0, 40.0, 12)), ..quiet() };
        let irregular = Summary { pi_ferri: Some(PERIODIC - 0.01), ..restless() };
        let few = Summary { wasm: Some(periodic(30.0, 14.9, 12)), ..quiet() };
        let hardly_awake = Summary { hours_asleep: 7.9, ..restless() };
        let unsure = Summary { wasm: Some(periodic(30.0, 40.0, 7)), ..quiet() };
        for summary in [irregular, few, hardly_awake, unsure] {
            assert_eq!(find(&summary).pattern, Pattern::PeriodicLimbMovements);
        }
        assert_eq!(find(&restless()).pattern, Pattern::RestlessLegsLike);
    }

    /// ICSD-3: above 15 in adults, above 5 in children; the bound itself is not.
    #[test]
    fn the_bound_of_the_index_is_that_of_the_age() {
        let at = |per_hour: f64, age_years: Option<f64>| {
            let summary = Summary { wasm: Some(periodic(per_hour, 0.0, 0)), ..quiet() };
            summary.at_age(age_years).finding.pattern == Pattern::PeriodicLimbMovements
        };
        for (per_hour, age_years, is_raised) in [
            (15.0, None, false),
            (15.1, None, true),
            (15.0, Some(45.0), false),
            (15.1, Some(18.0), true),
            (10.0, Some(18.0), false),
            (5.1, Some(17.9), true),
            (5.0, Some(9.0), false),
        ] {
            assert_eq!(at(per_hour, age_years), is_raised, "{per_hour}/h at {age_years:?}");
        }
    }
}
