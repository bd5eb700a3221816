//! The course of a night: periodic movements by hour and by third, intervals
//! and durations.

use crate::night::{Night, ROW_S};
use crate::score::indices::mean_sd;
use crate::score::night::Scored;
use crate::score::periodicity::{self, Intervals};

/// Sleep below which the rate of an hour or of a third says nothing, h.
const LEAST_ASLEEP_H: f64 = 0.25;

/// Hours with enough sleep that a slope needs.
const FEWEST_HOURS: usize = 3;

/// Periodic limb movements over the night, by WASM 2016.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// PLM in sleep per hour of sleep, in each hour after lights off; `None`
    /// with less than a quarter of an hour of sleep in it.
    pub by_hour: Vec<Option<f64>>,
    /// The same in each third of the time in bed.
    pub by_third: [Option<f64>; 3],
    /// Change of the rate from hour to hour: the line of least squares through
    /// the hours, each with the weight of its sleep. In restless legs the rate
    /// falls over the night, in others not (Ferri et al. 2006, Sleep
    /// 29:1587–94; Sforza and Haba-Rubio 2005).
    pub slope_per_hour: Option<f64>,
    /// Candidates in sleep.
    pub candidates_asleep: u32,
    /// Candidates in sleep less than 10 s after another.
    pub short_interval_asleep: u32,
    /// Candidates in sleep with no other within 90 s.
    pub isolated_asleep: u32,
    /// Intervals between candidates in bed.
    pub intervals: Intervals,
    /// Mean duration of PLM, s.
    pub duration_mean_s: Option<f64>,
    /// Its standard deviation (n − 1), s.
    pub duration_sd_s: Option<f64>,
}

/// The course of a scored night.
pub(super) fn course(night: &Night, scored: &[Scored]) -> Course {
    let bed = night.bed;
    let length_s = bed.on_s - bed.off_s;
    let rate = |from_s: f64, to_s: f64| rate(night, scored, from_s, to_s);
    let hours = (length_s / 3600.0).ceil() as usize;
    let by_hour: Vec<(Option<f64>, f64)> = (0..hours)
        .map(|hour| {
            let from_s = bed.off_s + hour as f64 * 3600.0;
            rate(from_s, (from_s + 3600.0).min(bed.on_s))
        })
        .collect();
    let third = |n: usize| {
        let at_s = |n: usize| bed.off_s + length_s * n as f64 / 3.0;
        rate(at_s(n), at_s(n + 1)).0
    };
    let candidates: Vec<&Scored> = scored.iter().filter(|m| m.place.candidate).collect();
    let imi_s = |m: &Scored| m.place.wasm.and_then(|place| place.imi_s);
    let is_short = |m: &&&Scored| imi_s(m).is_some_and(|imi_s| imi_s < 10.0);
    let asleep = || candidates.iter().filter(|m| m.asleep);
    let far = |imi_s: Option<f64>| imi_s.is_none_or(|imi_s| imi_s > 90.0);
    let isolated_asleep = (0..candidates.len())
        .filter(|&index| {
            let next_s = candidates.get(index + 1).and_then(|next| imi_s(next));
            candidates[index].asleep && far(imi_s(candidates[index])) && far(next_s)
        })
        .count();
    let in_series = scored.iter().filter(|m| m.place.wasm.is_some_and(|p| p.series.is_some()));
    let (duration_mean_s, duration_sd_s) = mean_sd(in_series.map(|m| m.duration_s));
    Course {
        slope_per_hour: slope(&by_hour),
        by_hour: by_hour.into_iter().map(|hour| hour.0).collect(),
        by_third: [third(0), third(1), third(2)],
        candidates_asleep: asleep().count() as u32,
        short_interval_asleep: asleep().filter(is_short).count() as u32,
        isolated_asleep: isolated_asleep as u32,
        intervals: periodicity::intervals(candidates.iter().filter_map(|m| imi_s(m))),
        duration_mean_s,
        duration_sd_s,
    }
}

/// PLM in sleep per hour of sleep between two moments, and the hours of sleep.
fn rate(night: &Night, scored: &[Scored], from_s: f64, to_s: f64) -> (Option<f64>, f64) {
    let within = |at_s: f64| (from_s..to_s).contains(&at_s);
    let rows = night.rows.iter().filter(|row| row.asleep && within(row.onset_s + ROW_S / 2.0));
    let hours = rows.count() as f64 * ROW_S / 3600.0;
    let periodic = |m: &&Scored| {
        m.asleep && within(m.onset_s) && m.place.wasm.is_some_and(|place| place.series.is_some())
    };
    let count = scored.iter().filter(periodic).count() as f64;
    ((hours >= LEAST_ASLEEP_H).then(|| count / hours), hours)
}

/// Slope of the weighted line of least squares through the rates.
fn slope(by_hour: &[(Option<f64>, f64)]) -> Option<f64> {
    let points: Vec<[f64; 3]> = by_hour
        .iter()
        .enumerate()
        .filter_map(|(hour, &(rate, weight))| Some([hour as f64, rate?, weight]))
        .collect();
    if points.len() < FEWEST_HOURS {
        return None;
    }
    let weight: f64 = points.iter().map(|point| point[2]).sum();
    let mean = |of: usize| points.iter().map(|point| point[of] * point[2]).sum::<f64>() / weight;
    let (x, y) = (mean(0), mean(1));
    let product = |a: fn(&[f64; 3]) -> f64, b: fn(&[f64; 3]) -> f64, [x, y]: [f64; 2]| {
        points.iter().map(|p| p[2] * (a(p) - x) * (b(p) - y)).sum::<f64>()
    };
    let xx = product(|p| p[0], |p| p[0], [x, x]);
    Some(product(|p| p[0], |p| p[1], [x, y]) / xx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_slope_whatever_the_weights() {
        let hours = [(Some(40.0), 1.0), (Some(30.0), 0.3), (None, 0.1), (Some(10.0), 0.8)];
        assert!((slope(&hours).unwrap() + 10.0).abs() < 1e-12);
        assert_eq!(slope(&hours[..2]), None);
    }

    /// Weights 1, 1, 2 at 0, 1, 2 with 0, 3, 3: means 1.25 and 2.25; the sums of
    /// products are 2.25 · 1.25 − 0.25 · 0.75 + 2 · 0.75 · 0.75 = 3.75 and of
    /// squares 1.25² + 0.25² + 2 · 0.75² = 2.75.
    #[test]
    fn hours_with_more_sleep_weigh_more() {
        let hours = [(Some(0.0), 1.0), (Some(3.0), 1.0), (Some(3.0), 2.0)];
        assert!((slope(&hours).unwrap() - 3.75 / 2.75).abs() < 1e-12);
    }
}
