//! The intervals between candidate movements through the night.

use plotters::prelude::*;

use super::{LEGEND_LINE_PX, LEGEND_PX, Page};
use crate::chart::intervals::{BAND_S, in_series_style, outside_style};
use crate::chart::panel::{Side, mesh, numbered};
use crate::chart::paper::{ASIDE, Align, BAND_GROUND, FAINT, LABEL, stroke, sure, units};

const RANGE_S: (f64, f64) = (1.0, 300.0);
const TICKS_S: [f64; 5] = [1.0, 10.0, 30.0, 90.0, 300.0];

impl Page<'_, '_> {
    pub(super) fn intervals(&self) {
        let scene = self.scene;
        let frame = &self.rows.intervals;
        frame.heading(
            self.paper,
            "Interval since the previous candidate movement",
            "onset to onset, s",
        );
        let (low, high) = RANGE_S;
        let y = Side::log(low..high, numbered(&TICKS_S));
        let time = Side::linear(scene.window.clone(), self.ticks.to_vec());
        let mut chart = frame.chart(self.paper, time, y);
        let band = [(scene.window.start, BAND_S.1), (scene.window.end, BAND_S.0)];
        sure(chart.draw_series([Rectangle::new(band, BAND_GROUND.filled())]));
        mesh(&mut chart);
        let radius_px = if scene.movements.len() > 1500 { 1.5 } else { 2.0 };
        for row in &scene.movements {
            let Some(interval) = row.imi_s else { continue };
            let at = (row.onset_s, interval.clamp(low, high));
            if interval > high {
                let drawn = TriangleMarker::new(at, units(3.0), FAINT.mix(0.6).filled());
                sure(chart.draw_series([drawn]));
                continue;
            }
            let style = if row.wasm_series.is_some() { in_series_style() } else { outside_style() };
            sure(chart.draw_series([Circle::new(at, units(radius_px), style)]));
        }
        self.interval_keys();
    }

    fn interval_keys(&self) {
        let frame = &self.rows.intervals;
        let area = &self.paper.area;
        let mut y = frame.top + 8.0;
        let mut key = |text: &str| {
            self.paper.write(text, (LEGEND_PX + 25.0, y), Align::Left, LABEL);
            let at = (units(LEGEND_PX + 9.0), units(y));
            y += LEGEND_LINE_PX;
            at
        };
        let at = key("over 300 s");
        sure(area.draw(&TriangleMarker::new(at, units(3.4), FAINT.filled())));
        let at = key("outside series");
        sure(area.draw(&Circle::new(at, units(2.6), outside_style())));
        let at = key("in a series");
        sure(area.draw(&Circle::new(at, units(2.6), in_series_style())));
        let share = |seconds: f64| (seconds / RANGE_S.0).ln() / (RANGE_S.1 / RANGE_S.0).ln();
        let height = |seconds: f64| frame.bottom - share(seconds) * (frame.bottom - frame.top);
        let (top, bottom) = (height(BAND_S.1), height(BAND_S.0));
        let x = frame.right + 5.0;
        let brace = [(x - 2.0, top), (x, top), (x, bottom), (x - 2.0, bottom)];
        let path: Vec<_> = brace.iter().map(|&(x, y)| (units(x), units(y))).collect();
        sure(area.draw(&PathElement::new(path, stroke(FAINT, 0.9))));
        let text = "10–90 s: periodic";
        self.paper.write(text, (LEGEND_PX, bottom - 6.0), Align::Left, ASIDE);
    }
}
