//! Numbers about the intervals between movements.
//!
//! Two quantities of the literature are both called "periodicity index"; here
//! they are [`pi_ferri`] and [`pi_ratio`] and are never mixed.

use super::wasm::{LONGEST_INTERVAL_MS, SHORTEST_INTERVAL_MS};
use super::whole_ms;

/// Intervals in a row that count as periodic (Ferri et al. 2006).
const FEWEST_IN_A_ROW: usize = 3;

/// Counts of the intervals by length and their spread on a log scale.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Intervals {
    /// Intervals under 10 s.
    pub under_10_s: u32,
    /// Intervals from 10 to 90 s, both included.
    pub from_10_to_90_s: u32,
    /// Intervals over 90 s.
    pub over_90_s: u32,
    /// Mean of ln(interval in s) from 10 to 90 s; `None` without any.
    pub log_mean: Option<f64>,
    /// Standard deviation (n − 1) of the same; `None` with fewer than two.
    pub log_sd: Option<f64>,
}

/// The periodicity index of Ferri et al. 2006 (Sleep 29:759–769): the share of
/// all intervals that stand in a row of at least three from 10 to 90 s, both
/// included. `None` without any interval.
///
/// The intervals come in the order of time, one a movement, `None` where there
/// is none: at the first movement, at one that is no candidate, and after such
/// a one or a gap. `None` ends a row.
pub fn pi_ferri(intervals_s: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let (mut all, mut periodic, mut row) = (0_usize, 0_usize, 0_usize);
    for interval_s in intervals_s {
        all += usize::from(interval_s.is_some());
        if interval_s.is_some_and(is_periodic) {
            row += 1;
            // The first ones of a row count once it is long enough.
            periodic += match row {
                FEWEST_IN_A_ROW => FEWEST_IN_A_ROW,
                longer if longer > FEWEST_IN_A_ROW => 1,
                _ => 0,
            };
        } else {
            row = 0;
        }
    }
    (all > 0).then(|| periodic as f64 / all as f64)
}

/// Periodic movements over candidate movements, the ratio of Ferri et al. 2016
/// (Sleep Med 26:86–95). `None` without candidates.
pub fn pi_ratio(periodic: usize, candidates: usize) -> Option<f64> {
    (candidates > 0).then(|| periodic as f64 / candidates as f64)
}

/// Counts and spread of the intervals, in any order.
pub fn intervals(intervals_s: impl IntoIterator<Item = f64>) -> Intervals {
    let mut counts = Intervals::default();
    let mut logs = Vec::new();
    for interval_s in intervals_s {
        if is_periodic(interval_s) {
            counts.from_10_to_90_s += 1;
            logs.push(interval_s.ln());
        } else if whole_ms(interval_s) < SHORTEST_INTERVAL_MS {
            counts.under_10_s += 1;
        } else {
            counts.over_90_s += 1;
        }
    }
    let count = logs.len() as f64;
    let mean = logs.iter().sum::<f64>() / count;
    let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
    counts.log_mean = (!logs.is_empty()).then_some(mean);
    counts.log_sd = (logs.len() > 1).then(|| (squares / (count - 1.0)).sqrt());
    counts
}

fn is_periodic(interval_s: f64) -> bool {
    (SHORTEST_INTERVAL_MS..=LONGEST_INTERVAL_MS).contains(&whole_ms(interval_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(intervals_s: &[f64]) -> Option<f64> {
        pi_ferri(intervals_s.iter().map(|&interval_s| Some(interval_s)))
    }

    #[test]
    fn ferri_2006_three_in_a_row_are_periodic_and_two_are_not() {
        assert_eq!(index(&[20.0, 20.0, 20.0]), Some(1.0));
        assert_eq!(index(&[20.0, 20.0]), Some(0.0));
        assert_eq!(index(&[20.0, 20.0, 5.0, 20.0]), Some(0.0));
        assert_eq!(index(&[20.0, 20.0, 20.0, 5.0, 20.0, 20.0, 100.0, 30.0]), Some(3.0 / 8.0));
        assert_eq!(index(&[20.0, 30.0, 20.0, 40.0, 5.0]), Some(4.0 / 5.0));
    }

    #[test]
    fn ferri_2006_bounds_are_included() {
        assert_eq!(index(&[10.0, 90.0, 10.0]), Some(1.0));
        assert_eq!(index(&[9.999, 20.0, 20.0]), Some(0.0));
        assert_eq!(index(&[20.0, 20.0, 90.001]), Some(0.0));
        assert_eq!(index(&[9.999_6, 90.000_4, 20.0]), Some(1.0));
    }

    #[test]
    fn what_is_not_an_interval_ends_a_row_and_is_not_counted() {
        let intervals = [None, Some(20.0), Some(20.0), None, Some(20.0)];
        assert_eq!(pi_ferri(intervals), Some(0.0));
        let intervals = [None, Some(20.0), Some(20.0), Some(20.0), None, None, Some(20.0)];
        assert_eq!(pi_ferri(intervals), Some(0.75));
        assert_eq!(pi_ferri([None, None]), None);
        assert_eq!(pi_ferri([]), None);
    }

    #[test]
    fn wasm_2016_ratio_of_periodic_to_candidate_movements() {
        assert_eq!(pi_ratio(3, 4), Some(0.75));
        assert_eq!(pi_ratio(0, 4), Some(0.0));
        assert_eq!(pi_ratio(0, 0), None);
    }

    #[test]
    fn intervals_are_counted_by_length() {
        let found = intervals([9.999, 10.0, 90.0, 90.001, 2.0]);
        assert_eq!((found.under_10_s, found.from_10_to_90_s, found.over_90_s), (2, 2, 1));
        // √(10 · 90) = 30 is the geometric mean; the logarithms lie ln 3 to
        // either side of it, so their deviation is √2 · ln 3.
        assert!((found.log_mean.unwrap().exp() - 30.0).abs() < 1e-12);
        assert!((found.log_sd.unwrap() - 2.0_f64.sqrt() * 3.0_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn spread_needs_intervals() {
        assert_eq!(intervals([]), Intervals::default());
        let one = intervals([20.0, 5.0]);
        assert!((one.log_mean.unwrap() - 20.0_f64.ln()).abs() < 1e-15);
        assert_eq!(one.log_sd, None);
    }
}
