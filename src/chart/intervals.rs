//! How the intervals between candidate movements are distributed. In restless
//! legs they heap up at 2 to 4 s and between 15 and 30 s (Ferri et al. 2006);
//! on the logarithmic side the periodic ones make a bell.

use plotters::coord::ranged1d::Ranged as _;
use plotters::prelude::*;

use super::axis::{Axis, numbered};
use super::header::{self, Header};
use super::panel::{Chart, HEADING_PX, Place, mesh};
use super::paper::{
    ASIDE, Align, BAND, BAND_INK, BAND_OPACITY, FAINT, GRID, IN_SERIES, INK, LABEL, LEAD, OUTSIDE,
    PX, Paper, draw, stroke, sure,
};
use crate::median::median;
use crate::report::tables::{MovementRow, NightRow, Tables};

/// Intervals that can belong to a periodic series (WASM 2016), s.
pub const BAND_S: (f64, f64) = (10.0, 90.0);

const WIDTH_PX: f64 = 1000.0;
/// Fewer make no histogram.
const INTERVALS_MIN: usize = 5;
/// Bins of the linear histogram, s.
const BIN_S: f64 = 2.0;
/// Bins of the logarithmic histogram, in ln s.
const BIN_LN: f64 = 0.1;
/// The logarithmic histogram ends here, s: the first whole bin past 300 s.
const LOG_END_BINS: usize = 58;

/// The style of an interval that ends in a series.
pub fn in_series_style() -> ShapeStyle {
    IN_SERIES.mix(0.85).filled()
}

/// The style of any other interval.
pub fn outside_style() -> ShapeStyle {
    stroke(FAINT.mix(0.7), 0.9)
}

/// Whether the interval that ends with this movement is one of a WASM series;
/// that before the first movement of a series is not.
pub fn in_series(row: &MovementRow) -> bool {
    let in_band = |interval: f64| (BAND_S.0..=BAND_S.1).contains(&interval);
    row.wasm_series.is_some() && row.imi_s.is_some_and(in_band)
}

/// An interval, s, and whether it is one of a series.
type Interval = (f64, bool);

/// The two histograms of one night, as SVG.
pub fn svg(tables: &Tables, night: &NightRow) -> String {
    let mut intervals: Vec<Interval> = tables
        .movements
        .iter()
        .filter(|row| row.night == night.night)
        .filter_map(|row| Some((row.imi_s?, in_series(row))))
        .collect();
    intervals.sort_by(|a, b| a.0.total_cmp(&b.0));
    let header = Header::new(&header::title(night), &numbers(&intervals), night, WIDTH_PX);
    let top = header.height_px() + 10.0 + HEADING_PX;
    let is_empty = intervals.len() < INTERVALS_MIN;
    let bottom = if is_empty { top + 60.0 } else { (top + 290.0).max(400.0) };
    draw(WIDTH_PX, bottom + 80.0, |paper| {
        header.draw(paper);
        if is_empty {
            let text = "Too few intervals for a histogram.";
            let at = (WIDTH_PX / 2.0, f64::midpoint(top, bottom));
            paper.write(text, at, Align::Middle, LEAD.ink(FAINT));
        } else {
            linear(paper, top, bottom, &intervals);
            logarithmic(paper, top, bottom, &intervals);
            keys(paper, bottom + 29.0);
        }
        let y = bottom + 48.0;
        paper.line(&[(24.0, y), (WIDTH_PX - 24.0, y)], GRID, 0.8);
        let note = "Accelerometer findings, not a diagnosis. Interval: from onset to onset of \
                    consecutive candidate movements; series by WASM 2016.";
        paper.write(note, (24.0, y + 14.0), Align::Left, ASIDE);
    })
}

fn numbers(intervals: &[Interval]) -> String {
    let count = intervals.len();
    let within = intervals.iter().filter(|(s, _)| (BAND_S.0..=BAND_S.1).contains(s)).count();
    let what = "between candidate limb movements";
    match (count, median_s(intervals)) {
        (1, Some(median)) => format!("1 interval {what}: {median:.1} s"),
        (_, Some(median)) => format!(
            "{count} intervals {what} · median {median:.1} s · {within} ({:.0} %) from 10 to 90 s",
            100.0 * within as f64 / count as f64
        ),
        (_, None) => format!("No intervals {what}"),
    }
}

/// Their median, s.
fn median_s(intervals: &[Interval]) -> Option<f64> {
    median(&mut intervals.iter().map(|interval| interval.0).collect::<Vec<_>>())
}

/// How many intervals are in a bin: in series, and all.
type Bin = (usize, usize);

/// Counts intervals by the bin `place` names; the others are left out.
fn histogram(intervals: &[Interval], bins: usize, place: impl Fn(f64) -> f64) -> Vec<Bin> {
    let mut counted = vec![(0, 0); bins];
    for &(interval, in_series) in intervals {
        let bin = place(interval);
        if bin >= 0.0 && bin < bins as f64 {
            let (inside, all) = &mut counted[bin as usize];
            *inside += usize::from(in_series);
            *all += 1;
        }
    }
    counted
}

fn linear(paper: &Paper, top: f64, bottom: f64, intervals: &[Interval]) {
    let end = BAND_S.1;
    let bins = histogram(intervals, (end / BIN_S) as usize, |s| s / BIN_S);
    let longer = intervals.iter().filter(|(s, _)| *s >= end).count();
    let aside = format!("count in bins of 2 s; {longer} of 90 s and longer are not shown");
    let place = Place { left: 60.0, right: 480.0, top, bottom, foot: 20.0 };
    place.heading(paper, "To 90 s", &aside);
    let ticks: Vec<f64> = (0..=9).map(|ten| f64::from(ten) * 10.0).collect();
    let x = Axis::linear(0.0..end, numbered(&ticks));
    bars(paper, &place, x, &bins, |edge| edge * BIN_S, median_s(intervals));
}

fn logarithmic(paper: &Paper, top: f64, bottom: f64, intervals: &[Interval]) {
    let edge = |bin: f64| (bin * BIN_LN).exp();
    let end = edge(LOG_END_BINS as f64);
    let bins = histogram(intervals, LOG_END_BINS, |s| s.max(1.0).ln() / BIN_LN);
    let longer = intervals.iter().filter(|(s, _)| *s >= end).count();
    let aside = format!("count in bins of 0.1 ln s; {longer} longer than {end:.0} s");
    let place = Place { left: 560.0, right: 976.0, top, bottom, foot: 20.0 };
    place.heading(paper, "On a logarithmic scale", &aside);
    let x = Axis::log(1.0..end, numbered(&[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 90.0, 200.0]));
    bars(paper, &place, x, &bins, edge, median_s(intervals));
}

/// What the colours of the bars are, between the names of the axes.
fn keys(paper: &Paper, y: f64) {
    let mut x = 400.0;
    for (colour, text) in [(IN_SERIES, "in a series"), (OUTSIDE, "outside series")] {
        paper.fill((x, y - 5.5), (x + 18.0, y + 5.5), colour);
        paper.write(text, (x + 25.0, y), Align::Left, LABEL);
        x += 25.0 + LABEL.width_px(text) + 20.0;
    }
}

fn bars(
    paper: &Paper,
    place: &Place,
    x: Axis,
    bins: &[Bin],
    edge: impl Fn(f64) -> f64,
    median_s: Option<f64>,
) {
    let tallest = bins.iter().map(|(_, all)| *all).max().unwrap_or(0);
    let y = Axis::counts(tallest, 5);
    let top = y.range().end;
    let mut chart = place.chart(paper, x, y);
    let band = [(BAND_S.0, top), (BAND_S.1, 0.0)];
    sure(chart.draw_series([Rectangle::new(band, BAND.mix(BAND_OPACITY).filled())]));
    mesh(&mut chart);
    landmarks(paper, place, &chart, median_s);
    for (bin, &(inside, all)) in bins.iter().enumerate().filter(|(_, (_, all))| *all > 0) {
        let (from, to) = (edge(bin as f64), edge(bin as f64 + 1.0));
        let (from, to) = (from + 0.06 * (to - from), to - 0.06 * (to - from));
        let (inside, all) = (inside as f64, all as f64);
        sure(chart.draw_series([
            Rectangle::new([(from, inside), (to, 0.0)], IN_SERIES.filled()),
            Rectangle::new([(from, all), (to, inside)], OUTSIDE.filled()),
        ]));
    }
    let middle = f64::midpoint(place.left, place.right);
    paper.write("interval, s", (middle, place.bottom + 29.0), Align::Middle, ASIDE);
}

/// Names the band, and marks the median if it lies within the chart.
fn landmarks(paper: &Paper, place: &Place, chart: &Chart, median_s: Option<f64>) {
    const ROW_PX: f64 = 16.0;
    let x_px = |s: f64| f64::from(chart.backend_coord(&(s, 0.0)).0) / f64::from(PX);
    let band_end = x_px(BAND_S.1);
    let y = place.top + 9.0;
    paper.write("10–90 s", (band_end - 5.0, y), Align::Right, LABEL.ink(BAND_INK));
    let Some(median) = median_s.filter(|median| chart.x_range().contains(median)) else { return };
    let x = x_px(median);
    let text = format!("median {median:.1} s");
    paper.line(&[(x, place.top), (x, place.bottom)], INK, 1.2);
    if x + 5.0 + LABEL.width_px(&text) < band_end - 60.0 {
        paper.write(&text, (x + 5.0, y), Align::Left, LABEL);
    } else {
        paper.write(&text, (x - 5.0, y + ROW_PX), Align::Right, LABEL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_fall_into_the_bins_that_contain_them() {
        let intervals = [(0.5, false), (2.0, false), (25.9, true), (26.0, true), (90.0, false)];
        let linear = histogram(&intervals, 45, |s| s / BIN_S);
        let expected = [(0, (0, 1)), (1, (0, 1)), (12, (1, 1)), (13, (1, 1))];
        for (bin, counted) in linear.iter().enumerate() {
            let found = expected.iter().find(|(at, _)| *at == bin);
            assert_eq!(*counted, found.map_or((0, 0), |(_, counted)| *counted), "bin {bin}");
        }
        // ln 2 = 0.69, ln 25.9 = 3.254, ln 26 = 3.258, ln 90 = 4.4998.
        let log = histogram(&intervals, LOG_END_BINS, |s| s.max(1.0).ln() / BIN_LN);
        assert_eq!((log[0], log[6], log[32], log[44]), ((0, 1), (0, 1), (2, 2), (0, 1)));
        assert_eq!(log.iter().map(|(_, all)| all).sum::<usize>(), 5);
    }
}
