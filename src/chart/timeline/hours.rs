//! How many limb movements each hour of the clock has.

use plotters::coord::ranged1d::Ranged as _;
use plotters::prelude::*;

use super::{LEGEND_LINE_PX, LEGEND_PX, Page};
use crate::chart::axis::{Axis, hours};
use crate::chart::panel::mesh;
use crate::chart::paper::{Align, IN_SERIES, LABEL, OUTSIDE, Paper, TICK, sure};
use crate::chart::scene::{Span, State};
use crate::movement::Kind;
use crate::time::Clock;

/// The limb movements of one hour, or of the part of it that is shown.
struct Bar {
    from_s: f64,
    to_s: f64,
    in_series: usize,
    all: usize,
    /// Whether half of it was recorded and worn, or something was found.
    seen: bool,
}

impl Page<'_, '_> {
    pub(super) fn hours(&self) {
        let place = &self.rows.hours;
        let aside = match self.scene.clock {
            Clock::None => "count in each hour from the start",
            _ => "count in each hour of the clock",
        };
        place.heading(self.paper, "Limb movements per hour", aside);
        let bars = self.bars();
        let tallest = bars.iter().map(|bar| bar.all).max().unwrap_or(0);
        let y = Axis::counts(tallest, 4);
        let top = y.range().end;
        let mut chart = place.chart(self.paper, self.time(), y);
        mesh(&mut chart);
        let pixel_s =
            (self.scene.window.end - self.scene.window.start) / (place.right - place.left);
        for bar in &bars {
            let (from, to) = (bar.from_s + 1.5 * pixel_s, bar.to_s - 1.5 * pixel_s);
            let (inside, all) = (bar.in_series as f64, bar.all as f64);
            if from >= to {
                continue;
            }
            sure(chart.draw_series([
                Rectangle::new([(from, inside), (to, 0.0)], IN_SERIES.filled()),
                Rectangle::new([(from, all), (to, inside)], OUTSIDE.filled()),
            ]));
            let height = |count: f64| place.bottom - count / top * (place.bottom - place.top);
            let x = self.x_px(f64::midpoint(bar.from_s, bar.to_s));
            let room = self.x_px(to) - self.x_px(from);
            let text = if bar.seen { bar.all.to_string() } else { "–".to_owned() };
            if room > LABEL.width_px(&text) + 8.0 {
                let at = (x, height(all) - 7.0);
                self.paper.write(&text, at, Align::Middle, LABEL);
            }
            let text = bar.in_series.to_string();
            let tall = place.bottom - height(inside) > 14.0;
            if bar.in_series < bar.all && tall && room > TICK.width_px(&text) {
                let at = (x, height(inside) + 7.5);
                self.paper.write(&text, at, Align::Middle, TICK.ink(WHITE));
            }
        }
        self.sorts();
    }

    fn bars(&self) -> Vec<Bar> {
        let edges = hours(&self.scene.window, &self.scene.clock);
        edges
            .windows(2)
            .map(|edge| {
                let within = |at: f64| at >= edge[0] && at < edge[1];
                let limb: Vec<_> = self
                    .scene
                    .movements
                    .iter()
                    .filter(|row| row.kind == Kind::LimbMovement && within(row.onset_s))
                    .collect();
                let in_series = limb.iter().filter(|row| row.wasm_series.is_some()).count();
                let seen = !limb.is_empty() || self.missing_s(edge) <= 0.5 * (edge[1] - edge[0]);
                Bar { from_s: edge[0], to_s: edge[1], in_series, all: limb.len(), seen }
            })
            .collect()
    }

    /// How much between two edges was not recorded or not worn, s.
    fn missing_s(&self, edge: &[f64]) -> f64 {
        let missing = |span: &&Span| matches!(span.state, State::Gap | State::NotWorn);
        let overlap = |span: &Span| span.time.end.min(edge[1]) - span.time.start.max(edge[0]);
        self.scene.spans.iter().filter(missing).map(overlap).filter(|s| *s > 0.0).sum()
    }

    fn sorts(&self) {
        let y = self.rows.hours.top + 8.0;
        let sorts = [(OUTSIDE, "other limb movements"), (IN_SERIES, "in a series")];
        for (line, (colour, text)) in sorts.into_iter().enumerate() {
            key(self.paper, y + line as f64 * LEGEND_LINE_PX, colour, text);
        }
    }
}

fn key(paper: &Paper, y: f64, colour: RGBColor, text: &str) {
    paper.fill((LEGEND_PX, y - 5.5), (LEGEND_PX + 18.0, y + 5.5), colour);
    paper.write(text, (LEGEND_PX + 25.0, y), Align::Left, LABEL);
}
