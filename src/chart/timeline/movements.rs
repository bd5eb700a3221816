//! Every movement at its time and strength, and the series they make.

use std::ops::Range;

use plotters::prelude::*;

use super::{LEFT_PX, LEGEND_LINE_PX, LEGEND_PX, Page, RIGHT_PX};
use crate::chart::axis::{Axis, moment, numbered};
use crate::chart::marks::{self, Weight};
use crate::chart::panel::mesh;
use crate::chart::paper::{
    Align, FAINT, GRID, IN_SERIES, INK, LABEL, PX, TICK, stroke, sure, units,
};
use crate::movement::Kind;
use crate::recording::Side;
use crate::report::tables::MovementRow;

/// The range of the axis when nothing lies outside it, g.
const RANGE_G: (f64, f64) = (0.01, 1.0);
/// The axis reaches this many times as far as a start, so that its time stays
/// below the brackets.
const HEADROOM: f64 = 1.6;

/// A hypnic start and its place on the paper.
struct Start {
    at: (f64, f64),
    x_px: f64,
    y_px: f64,
}

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
        let place = &self.rows.series;
        let y = place.bottom - 8.0;
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
        let place = &self.rows.movements;
        let range = range_g(scene.movements.iter().map(|row| match row.kind {
            Kind::HypnicStart => HEADROOM * row.peak_g,
            _ => row.peak_g,
        }));
        let (low, high) = (range.start, range.end);
        let shown = |step: &f64| (low..=high).contains(step);
        let decades: Vec<f64> = STEPS_G.into_iter().step_by(3).filter(shown).collect();
        let y = Axis::log(range, numbered(&decades));
        let mut chart = place.chart(self.paper, self.time(), y);
        for g in STEPS_G.into_iter().filter(shown) {
            let line = [(scene.window.start, g), (scene.window.end, g)];
            let style = stroke(GRID.mix(0.6), 0.5);
            sure(chart.plotting_area().draw(&PathElement::new(line, style)));
        }
        mesh(&mut chart);
        let weight = Weight::of(scene.movements.len());
        let plane = chart.plotting_area();
        let both_legs = scene.night.side == Some(Side::Bilateral);
        let (starts, others): (Vec<&MovementRow>, Vec<&MovementRow>) =
            scene.movements.iter().partition(|row| row.kind == Kind::HypnicStart);
        for row in others {
            let at = (row.onset_s, row.peak_g.clamp(low, high));
            match row.kind {
                Kind::LimbMovement if both_legs => marks::draw_limb(plane, at, row.side, weight),
                kind => marks::draw(plane, at, kind, weight),
            }
        }
        let starts: Vec<Start> = starts
            .into_iter()
            .map(|row| {
                let at = (row.onset_s, row.peak_g.clamp(low, high));
                let y_px = f64::from(chart.backend_coord(&at).1) / f64::from(PX);
                Start { at, x_px: self.x_px(row.onset_s), y_px }
            })
            .collect();
        for &Start { at, .. } in &starts {
            let style = stroke(marks::colour(Kind::HypnicStart), 1.4);
            sure(plane.draw(&PathElement::new([at, (at.0, low)], style)));
        }
        for &Start { at, .. } in &starts {
            marks::draw(plane, at, Kind::HypnicStart, weight);
        }
        self.times(&starts);
        if scene.movements.is_empty() {
            self.nothing(place, "no movements found");
        }
    }

    /// The clock times of the starts, above them; neighbours share a label.
    fn times(&self, starts: &[Start]) {
        const NEIGHBOURS_PX: f64 = 24.0;
        const ABOVE_PX: f64 = 15.0;
        const ROW_PX: f64 = 14.0;
        let mut placed: Vec<(f64, f64, f64)> = Vec::new();
        for group in starts.chunk_by(|a, b| b.x_px - a.x_px < NEIGHBOURS_PX) {
            let (first, last) = (&group[0], &group[group.len() - 1]);
            let name = |start: &Start| moment(&self.scene.clock, start.at.0);
            let text = match (name(first), name(last)) {
                (from, to) if from == to => from,
                (from, to) => format!("{from}–{to}"),
            };
            let half = LABEL.width_px(&text) / 2.0;
            let x = f64::midpoint(first.x_px, last.x_px).clamp(LEFT_PX + half, RIGHT_PX - half);
            let top = group.iter().map(|start| start.y_px).fold(f64::INFINITY, f64::min);
            let mut y = top - ABOVE_PX;
            while placed.iter().any(|(from, to, row)| {
                x - half < to + 4.0 && x + half > from - 4.0 && (y - row).abs() < ROW_PX
            }) {
                y -= ROW_PX;
            }
            placed.push((x - half, x + half, y));
            let (from, to) = ((x - half - 2.0, y - 6.5), (x + half + 2.0, y + 6.0));
            self.paper.fill(from, to, WHITE.mix(0.65));
            self.paper.write(&text, (x, y), Align::Middle, LABEL);
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
            if kind == Kind::LimbMovement && count > 0 {
                let inside = self.scene.series.iter().map(|series| series.movements).sum::<usize>();
                let text = match inside {
                    0 => "none of them in a series".to_owned(),
                    _ => format!("{inside} of them in {} series", self.scene.series.len()),
                };
                self.paper.write(&text, (LEGEND_PX + 25.0, y), Align::Left, TICK);
                y += LEGEND_LINE_PX;
                if self.scene.night.side == Some(Side::Bilateral) {
                    y = self.legs(y);
                }
            }
        }
    }

    /// How many limb movements were of which leg, in two lines; where these end.
    fn legs(&self, mut y: f64) -> f64 {
        let left_px = LEGEND_PX + 29.0;
        let mut x = left_px;
        for (side, name) in
            [(Side::Left, "left"), (Side::Right, "right"), (Side::Bilateral, "both")]
        {
            let of_side =
                |row: &&&MovementRow| row.kind == Kind::LimbMovement && row.side == Some(side);
            let count = self.scene.movements.iter().filter(of_side).count();
            let at = (units(x), units(y));
            marks::draw_limb(&self.paper.area, at, Some(side), Weight::LEGEND);
            let text = format!("{count} {name}");
            self.paper.write(&text, (x + 6.0, y), Align::Left, TICK);
            x += 6.0 + TICK.width_px(&text) + 12.0;
            if side != Side::Left {
                (x, y) = (left_px, y + LEGEND_LINE_PX);
            }
        }
        y
    }
}

/// Round numbers of g, from 1 mg to 100 g: 1, 2 and 5 in each decade.
const STEPS_G: [f64; 16] =
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

/// From step to step, around all peaks, and at least [`RANGE_G`]. What lies
/// outside the steps is drawn at the edge.
fn range_g(peaks_g: impl Iterator<Item = f64>) -> Range<f64> {
    let (mut low, mut high) = RANGE_G;
    for peak in peaks_g.filter(|peak| *peak > 0.0) {
        let below = STEPS_G.into_iter().rfind(|step| *step <= peak);
        let above = STEPS_G.into_iter().find(|step| *step >= peak);
        low = low.min(below.unwrap_or(STEPS_G[0]));
        high = high.max(above.unwrap_or(STEPS_G[STEPS_G.len() - 1]));
    }
    low..high
}
