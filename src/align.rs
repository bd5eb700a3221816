//! The clocks of two sensors, from the movements both have felt.
//!
//! Loggers drift by tens of parts per million, seconds in a night, and are set
//! by computers that differ by minutes; both legs have to agree to a fraction of
//! a second. What both felt at once (the body turning, a knock on the bed) says
//! how one clock reads in the other. Pure functions on lists of onsets.

use serde::Serialize;

use crate::column::with_columns;
use crate::median::median;

/// Largest error of an alignment by which movements may be joined, s: half of
/// the 0.5 s within which the standards join those of both legs.
pub const LARGEST_ERROR_S: f64 = 0.25;

/// Clocks that differ by more than this are not only drifting, parts per
/// million: a bad crystal has 100.
const LARGEST_DRIFT_PPM: f64 = 200.0;

/// Width of the classes of differences, s; three beside each other are one
/// match, which leaves room for lag and drift.
const CLASS_S: f64 = 0.2;

/// Fewest shared movements from which a clock is read.
const FEWEST_SHARED: usize = 10;

/// So many times as many shared movements as at any other difference, further
/// off than [`ELSEWHERE_S`].
const OVER_ELSEWHERE: f64 = 1.25;
const ELSEWHERE_S: f64 = 2.0;

/// How far from the line a movement still is shared, s: narrowing, so that the
/// line settles where the differences are densest. What one leg does a little
/// after the other is left out at last.
const TOLERANCES_S: [f64; 5] = [1.0, 0.6, 0.4, 0.25, 0.2];

/// Onsets are known to half a tick of the detector, s, and sensors of unlike noise
/// differ by as much throughout; no number of movements takes that away.
const ONSET_S: f64 = 0.03;

/// The slope is the median over so many movements at most, spread evenly.
const MOST_FOR_SLOPE: usize = 400;

with_columns! {
    /// How a clock reads in that of another sensor.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    pub struct Alignment {
        /// Seconds of the reference at the first frame of this sensor.
        pub offset_s: f64,
        /// How much slower this clock runs than the reference, parts per million.
        pub drift_ppm: f64,
        /// Bound of the error, s: 95 % of the fit, or the largest median deviation in
        /// a quarter of the common time, whichever is more; and 0.03 s for the onsets.
        pub error_s: f64,
        /// Movements that both sensors felt, and that the fit goes by.
        pub shared_movements: u32,
    }
}

impl Alignment {
    /// The clock of the reference itself.
    pub const SAME: Self =
        Self { offset_s: 0.0, drift_ppm: 0.0, error_s: 0.0, shared_movements: 0 };

    /// A moment of this sensor in seconds of the reference.
    pub fn to_reference(&self, at_s: f64) -> f64 {
        self.offset_s + at_s * (1.0 + self.drift_ppm * 1e-6)
    }

    /// A moment of the reference in seconds of this sensor.
    pub fn from_reference(&self, at_s: f64) -> f64 {
        (at_s - self.offset_s) / (1.0 + self.drift_ppm * 1e-6)
    }

    /// Whether movements may be joined by it.
    pub fn is_good(&self) -> bool {
        self.error_s <= LARGEST_ERROR_S
    }
}

/// Reads the clock of `other` in that of `reference`: onsets of movements in
/// seconds of each, ascending. The first frame of `other` is looked for within
/// `within_s` of `near_s` seconds of the reference. `None` where the two share
/// too little to tell one difference from the next.
pub fn align(reference: &[f64], other: &[f64], near_s: f64, within_s: f64) -> Option<Alignment> {
    let (&first_s, &last_s) = (other.first()?, other.last()?);
    let middle_s = f64::midpoint(first_s, last_s);
    let differences = differences(reference, other, near_s, within_s);
    let half_s = (0.5 * (last_s - first_s)).max(60.0);
    // From one step to the next the ends move by two classes.
    let step_ppm = 2.0 * CLASS_S / half_s * 1e6;
    let steps = (LARGEST_DRIFT_PPM / step_ppm).ceil() as i32;
    let (mut best, mut line) = (0, None);
    let mut counts: Vec<u32> = Vec::new();
    let mut densest: Vec<u32> = Vec::new();
    for step in -steps..=steps {
        let slope = f64::from(step) * step_ppm * 1e-6;
        count(&differences, (near_s, within_s), (slope, middle_s), &mut counts);
        densest.resize(counts.len(), 0);
        for (class, three) in counts.windows(3).enumerate() {
            let shared: u32 = three.iter().sum();
            densest[class + 1] = densest[class + 1].max(shared);
            if shared > best {
                best = shared;
                let at_middle_s = near_s - within_s + (class as f64 + 1.5) * CLASS_S;
                line = Some((class + 1, Line { at_middle_s, slope, middle_s }));
            }
        }
    }
    let (class, line) = line?;
    let far = (ELSEWHERE_S / CLASS_S) as usize;
    let elsewhere = densest.iter().enumerate().filter(|(other, _)| other.abs_diff(class) > far);
    let next = elsewhere.map(|(_, shared)| *shared).max().unwrap_or(0);
    let is_clear =
        best as usize >= FEWEST_SHARED && f64::from(best) >= OVER_ELSEWHERE * f64::from(next);
    is_clear.then(|| refined(reference, other, line)).flatten()
}

/// The difference of the clocks as a line over the time of the other sensor.
#[derive(Debug, Clone, Copy)]
struct Line {
    at_middle_s: f64,
    slope: f64,
    middle_s: f64,
}

impl Line {
    fn at(&self, at_s: f64) -> f64 {
        self.at_middle_s + self.slope * (at_s - self.middle_s)
    }
}

/// Every onset of `other` with its difference to each of the reference that
/// lies near enough.
fn differences(reference: &[f64], other: &[f64], near_s: f64, within_s: f64) -> Vec<(f64, f64)> {
    let mut differences = Vec::new();
    for &at_s in other {
        let from = reference.partition_point(|onset_s| onset_s - at_s < near_s - within_s);
        let near = reference[from..].iter().map(|onset_s| onset_s - at_s);
        differences.extend(near.take_while(|d| *d <= near_s + within_s).map(|d| (at_s, d)));
    }
    differences
}

/// Counts the differences in classes, after a drift is taken out.
fn count(
    differences: &[(f64, f64)],
    (near_s, within_s): (f64, f64),
    (slope, middle_s): (f64, f64),
    counts: &mut Vec<u32>,
) {
    counts.clear();
    counts.resize((2.0 * within_s / CLASS_S).ceil() as usize + 1, 0);
    for &(at_s, difference_s) in differences {
        let straight_s = difference_s - slope * (at_s - middle_s);
        let class = (straight_s - (near_s - within_s)) / CLASS_S;
        if class >= 0.0
            && let Some(count) = counts.get_mut(class as usize)
        {
            *count += 1;
        }
    }
}

/// Fits the line to what is nearest to it, ever more narrowly, and states its
/// error.
fn refined(reference: &[f64], other: &[f64], mut line: Line) -> Option<Alignment> {
    let mut shared = Vec::new();
    for tolerance_s in TOLERANCES_S {
        shared = nearest(reference, other, line, tolerance_s);
        if shared.len() < FEWEST_SHARED {
            return None;
        }
        line = theil_sen(&shared, line.middle_s);
    }
    let residuals: Vec<(f64, f64)> =
        shared.iter().map(|&(at_s, d)| (at_s, d - line.at(at_s))).collect();
    let error_s = ONSET_S + error_95_s(&residuals).max(largest_of_quarters_s(&residuals));
    Some(Alignment {
        offset_s: line.at(0.0),
        drift_ppm: line.slope * 1e6,
        error_s,
        shared_movements: shared.len() as u32,
    })
}

/// Pairs of which each is the other's nearest, within the tolerance of a line:
/// moment of the other sensor, and difference.
fn nearest(reference: &[f64], other: &[f64], line: Line, tolerance_s: f64) -> Vec<(f64, f64)> {
    let mut pairs: Vec<(usize, f64, f64)> = Vec::new();
    for &at_s in other {
        let expected_s = at_s + line.at(at_s);
        let after = reference.partition_point(|onset_s| *onset_s < expected_s);
        let near = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let near = near.filter(|index| *index < reference.len());
        let distance_s = |index: usize| (reference[index] - expected_s).abs();
        let Some(index) = near.min_by(|a, b| distance_s(*a).total_cmp(&distance_s(*b))) else {
            continue;
        };
        if distance_s(index) > tolerance_s {
            continue;
        }
        match pairs.last_mut() {
            Some(last) if last.0 == index => {
                let last_s = (reference[index] - last.1 - line.at(last.1)).abs();
                if distance_s(index) < last_s {
                    *last = (index, at_s, reference[index] - at_s);
                }
            }
            _ => pairs.push((index, at_s, reference[index] - at_s)),
        }
    }
    pairs.into_iter().map(|(_, at_s, difference_s)| (at_s, difference_s)).collect()
}

/// Median of the slopes between all pairs, and median of what is left (Theil
/// 1950, Sen 1968): a quarter of the movements may be no shared ones.
fn theil_sen(shared: &[(f64, f64)], middle_s: f64) -> Line {
    let every = shared.len().div_ceil(MOST_FOR_SLOPE);
    let some: Vec<(f64, f64)> = shared.iter().copied().step_by(every).collect();
    let mut slopes = Vec::with_capacity(some.len() * some.len() / 2);
    for (index, a) in some.iter().enumerate() {
        // Close together, their lags say nothing of the drift.
        let apart = some[index + 1..].iter().filter(|b| b.0 - a.0 > 600.0);
        slopes.extend(apart.map(|b| (b.1 - a.1) / (b.0 - a.0)));
    }
    let largest = LARGEST_DRIFT_PPM * 1e-6;
    let slope = median(&mut slopes).unwrap_or(0.0).clamp(-largest, largest);
    let mut left: Vec<f64> =
        shared.iter().map(|&(at_s, d)| d - slope * (at_s - middle_s)).collect();
    Line { at_middle_s: median(&mut left).unwrap_or(0.0), slope, middle_s }
}

/// 95 % bound of the line's error at the worse end of the common time: that of a
/// median is 1.2533 times that of a mean, and of the slope about the same.
fn error_95_s(residuals: &[(f64, f64)]) -> f64 {
    let count = residuals.len() as f64;
    let mut distances: Vec<f64> = residuals.iter().map(|r| r.1.abs()).collect();
    let deviation = median(&mut distances).unwrap_or(0.0);
    let sigma_s = 1.4826 * deviation;
    let mean_s = residuals.iter().map(|r| r.0).sum::<f64>() / count;
    let spread: f64 = residuals.iter().map(|r| (r.0 - mean_s).powi(2)).sum();
    let end_s = residuals.iter().map(|r| (r.0 - mean_s).abs()).fold(0.0, f64::max);
    1.96 * 1.2533 * sigma_s * (1.0 / count + end_s * end_s / spread.max(1.0)).sqrt()
}

/// Largest median deviation in a quarter of the common time: a clock that does
/// not run evenly shows there.
fn largest_of_quarters_s(residuals: &[(f64, f64)]) -> f64 {
    let (first_s, last_s) = (residuals[0].0, residuals[residuals.len() - 1].0);
    let quarter = |at_s: f64| ((at_s - first_s) / (last_s - first_s).max(1.0) * 4.0) as u32;
    residuals
        .chunk_by(|a, b| quarter(a.0) == quarter(b.0))
        .filter(|part| part.len() >= FEWEST_SHARED)
        .filter_map(|part| median(&mut part.iter().map(|r| r.1).collect::<Vec<_>>()))
        .map(f64::abs)
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pseudo-random numbers from 0 to 1 (Numerical Recipes' generator).
    fn chance(state: &mut u32) -> f64 {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(*state >> 8) / f64::from(1 << 24)
    }

    /// 400 movements in 8 h: a third felt by both, some 30 ms apart.
    fn two_sensors(offset_s: f64, drift_ppm: f64, shared: f64) -> (Vec<f64>, Vec<f64>) {
        let mut state = 7;
        let (mut reference, mut other) = (Vec::new(), Vec::new());
        for _ in 0..400 {
            let at_s = 28_800.0 * chance(&mut state);
            let lag_s = 0.06 * (chance(&mut state) - 0.5);
            let there_s = (at_s + lag_s - offset_s) / (1.0 + drift_ppm * 1e-6);
            match chance(&mut state) {
                who if who < shared => {
                    reference.push(at_s);
                    other.push(there_s);
                }
                who if who < shared + 0.5 * (1.0 - shared) => reference.push(at_s),
                _ => other.push(there_s),
            }
        }
        reference.sort_by(f64::total_cmp);
        other.sort_by(f64::total_cmp);
        (reference, other)
    }

    #[test]
    fn offset_and_drift_come_out_within_the_stated_error() {
        for (offset_s, drift_ppm) in [(0.0, 0.0), (37.3, 55.0), (-121.9, -140.0), (250.0, 20.0)] {
            let (reference, other) = two_sensors(offset_s, drift_ppm, 0.33);
            let found = align(&reference, &other, 0.0, 300.0).unwrap();
            assert!(found.error_s < 0.08, "{found:?}");
            for at_s in [0.0, 14_400.0, 28_800.0] {
                let truth_s = offset_s + at_s * (1.0 + drift_ppm * 1e-6);
                let off_s = (found.to_reference(at_s) - truth_s).abs();
                assert!(off_s <= found.error_s, "{off_s} at {at_s}: {found:?}");
            }
        }
    }

    #[test]
    fn an_hour_of_summer_time_is_found_when_it_is_looked_for() {
        let (reference, other) = two_sensors(3600.0 - 3.2, 10.0, 0.33);
        assert_eq!(align(&reference, &other, 0.0, 300.0), None);
        let found = align(&reference, &other, 0.0, 7200.0).unwrap();
        assert!((found.offset_s - 3596.8).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn strangers_share_nothing() {
        let (reference, _) = two_sensors(0.0, 0.0, 0.0);
        let (_, other) = two_sensors(5.0, 0.0, 0.0);
        assert_eq!(align(&reference, &other, 0.0, 300.0), None);
        assert_eq!(align(&[], &other, 0.0, 300.0), None);
        assert_eq!(align(&reference, &[], 0.0, 300.0), None);
    }

    #[test]
    fn a_clock_that_does_not_run_evenly_has_a_large_error() {
        let (reference, mut other) = two_sensors(0.0, 0.0, 0.6);
        let late = other.iter_mut().filter(|at_s| **at_s > 14_400.0);
        late.for_each(|at_s| *at_s += 0.35);
        let found = align(&reference, &other, 0.0, 300.0);
        assert!(found.is_none_or(|found| found.error_s > 0.08), "{found:?}");
    }

    #[test]
    fn a_moment_there_and_back_is_the_same() {
        let one = Alignment { offset_s: 12.5, drift_ppm: 80.0, ..Alignment::SAME };
        assert!((one.from_reference(one.to_reference(20_000.0)) - 20_000.0).abs() < 1e-9);
    }
}
