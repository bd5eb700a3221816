//! Every movement at its time and strength, and the series they make.

use plotters::prelude::*;

use super::{LEGEND_LINE_PX, LEGEND_PX, Page, RIGHT_PX};
use crate::chart::axis::moment;
use crate::chart::marks::{self, Weight};
use crate::chart::panel::{Side, mesh, numbered};
use crate::chart::paper::{Align, FAINT, GRID, IN_SERIES, INK, LABEL, TICK, stroke, sure, units};
use crate::movement::Kind;

/// The range of the axis when nothing lies outside it, as powers of ten of g.
const DECADES: (i32, i32) = (-2, 0);
/// More starts than this keep their times to themselves.
const NAMED_STARTS: usize = 14;

impl Page<'_, '_> {
    pub(super) fn movements(&self) {
        self.rows.series.heading(
            self.paper,
            "Movements",
            "peak acceleration, g; brackets: series of periodic limb movements and how many are in each",
        );
        self.brackets();
        self.peaks();
        self.kinds();
    }

    /// A bracket from the first to the last onset of every series.
    fn brackets(&self) {
        const HEIGHT_PX: f64 = 5.0;
        let frame = &self.rows.series;
        let y = frame.bottom - 8.0;
        let mut free_from = f64::NEG_INFINITY;
        for series in &self.scene.series {
            let (from, to) = (self.x_px(series.time.start), self.x_px(series.time.end));
            let bracket = [(from, y + HEIGHT_PX), (from, y), (to, y), (to, y + HEIGHT_PX)];
            self.paper.line(&bracket, IN_SERIES, 1.4);
            let text = series.movements.to_string();
            let (middle, half) = (f64::midpoint(from, to), TICK.width_px(&text) / 2.0);
            if middle - half > free_from {
                let set = TICK.ink(IN_SERIES);
                self.paper.write(&text, (middle, y - 8.0), Align::Middle, set);
                free_from = middle + half + 3.0;
            }
        }
    }

    fn peaks(&self) {
        let scene = self.scene;
        let frame = &self.rows.movements;
        let range = range_g(scene.movements.iter().map(|row| row.peak_g));
        let (low, high) = (range.start, range.end);
        let ticks = (low.log10().round() as i32..=high.log10().round() as i32)
            .map(|power| 10_f64.powi(power))
            .collect::<Vec<_>>();
        let mut chart = frame.chart(self.paper, self.time(), Side::log(range, numbered(&ticks)));
        let halves = scene.window.start..scene.window.end;
        for power in low.log10().round() as i32..high.log10().round() as i32 {
            for factor in [2.0, 5.0] {
                let g = factor * 10_f64.powi(power);
                let line = [(halves.start, g), (halves.end, g)];
                sure(chart.draw_series(LineSeries::new(line, stroke(GRID.mix(0.6), 0.5))));
            }
        }
        mesh(&mut chart);
        let weight = Weight::of(scene.movements.len());
        let plane = chart.plotting_area();
        let order = scene.movements.iter().filter(|row| row.kind != Kind::HypnicStart);
        for row in order {
            marks::draw(plane, (row.onset_s, row.peak_g.clamp(low, high)), row.kind, weight);
        }
        let starts: Vec<_> =
            scene.movements.iter().filter(|row| row.kind == Kind::HypnicStart).collect();
        let mut free_from = f64::NEG_INFINITY;
        for row in &starts {
            let peak_g = row.peak_g.clamp(low, high);
            let drop = [(row.onset_s, peak_g), (row.onset_s, low)];
            let style = stroke(marks::colour(Kind::HypnicStart), 1.4);
            sure(plane.draw(&PathElement::new(drop, style)));
            marks::draw(plane, (row.onset_s, peak_g), row.kind, weight);
            let text = moment(&scene.clock, row.onset_s);
            let half = LABEL.width_px(&text) / 2.0;
            let x = self.x_px(row.onset_s).min(RIGHT_PX - half);
            if starts.len() <= NAMED_STARTS && x - half > free_from {
                let y = f64::from(chart.backend_coord(&(row.onset_s, peak_g)).1)
                    / f64::from(units(1.0))
                    - 15.0;
                self.paper.fill(
                    (x - half - 2.0, y - 6.5),
                    (x + half + 2.0, y + 6.0),
                    WHITE.mix(0.8),
                );
                self.paper.write(&text, (x, y), Align::Middle, LABEL.ink(INK));
                free_from = x + half + 4.0;
            }
        }
    }

    /// The legend, with counts.
    fn kinds(&self) {
        let mut y = self.rows.series.top + 10.0;
        for kind in Kind::ALL {
            let count = self.scene.count(kind);
            let ink = if count == 0 { FAINT } else { INK };
            let at = (units(LEGEND_PX + 9.0), units(y));
            marks::draw(&self.paper.area, at, kind, Weight::LEGEND);
            let text = format!("{count} {}", marks::name(kind, count));
            self.paper.write(&text, (LEGEND_PX + 25.0, y), Align::Left, LABEL.ink(ink));
            y += LEGEND_LINE_PX;
            if kind == Kind::LimbMovement {
                let inside = self.scene.series.iter().map(|series| series.movements).sum::<usize>();
                let text = format!("{inside} of them in {} series", self.scene.series.len());
                self.paper.write(&text, (LEGEND_PX + 25.0, y), Align::Left, TICK);
                y += LEGEND_LINE_PX;
            }
        }
    }
}

/// Whole decades that hold all peaks, at least [`DECADES`], at most from 1 mg
/// to 100 g: what is outside is drawn at the edge.
fn range_g(peaks_g: impl Iterator<Item = f64>) -> std::ops::Range<f64> {
    let (mut low, mut high) = DECADES;
    for peak in peaks_g.filter(|peak| *peak > 0.0 && peak.is_finite()) {
        low = low.min((peak.log10().floor() as i32).max(-3));
        high = high.max((peak.log10().ceil() as i32).min(2));
    }
    10_f64.powi(low)..10_f64.powi(high)
}
