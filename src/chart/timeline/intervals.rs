//! The intervals between candidate movements through the night.

use plotters::prelude::*;

use super::{LEGEND_PX, Page};
use crate::chart::axis::{Axis, numbered};
use crate::chart::intervals::{BAND_S, in_series, in_series_style, outside_style};
use crate::chart::panel::{HEADING_PX, mesh};
use crate::chart::paper::{Align, BAND, BAND_OPACITY, FAINT, LABEL, sure, units};

const RANGE_S: (f64, f64) = (1.0, 300.0);
const TICKS_S: [f64; 5] = [1.0, 10.0, 30.0, 90.0, 300.0];

impl Page<'_, '_> {
    pub(super) fn intervals(&self) {
        let scene = self.scene;
        let place = &self.rows.intervals;
        place.heading(
            self.paper,
            "Interval since the previous candidate movement",
            "onset to onset, s",
        );
        let (low, high) = RANGE_S;
        let y = Axis::log(low..high, numbered(&TICKS_S));
        let time = Axis::linear(scene.window.clone(), self.ticks.to_vec());
        let mut chart = place.chart(self.paper, time, y);
        let band = [(scene.window.start, BAND_S.1), (scene.window.end, BAND_S.0)];
        sure(chart.draw_series([Rectangle::new(band, BAND.mix(BAND_OPACITY).filled())]));
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
            let style = if in_series(row) { in_series_style() } else { outside_style() };
            sure(chart.draw_series([Circle::new(at, units(radius_px), style)]));
        }
        self.interval_keys();
        if scene.movements.iter().all(|row| row.imi_s.is_none()) {
            self.nothing(place, "no intervals");
        }
    }

    /// The legend beside the heading, and the band beside the panel.
    fn interval_keys(&self) {
        let place = &self.rows.intervals;
        let area = &self.paper.area;
        let y = place.top - HEADING_PX / 2.0 - 1.0;
        let mut right = place.right;
        let mut key = |text: &str| {
            self.paper.write(text, (right, y), Align::Right, LABEL);
            let x = right - LABEL.width_px(text) - 9.0;
            right = x - 16.0;
            (units(x), units(y))
        };
        let at = key("over 300 s");
        sure(area.draw(&TriangleMarker::new(at, units(3.4), FAINT.filled())));
        let at = key("outside series");
        sure(area.draw(&Circle::new(at, units(2.6), outside_style())));
        let at = key("in a series");
        sure(area.draw(&Circle::new(at, units(2.6), in_series_style())));
        let share = |seconds: f64| (seconds / RANGE_S.0).ln() / (RANGE_S.1 / RANGE_S.0).ln();
        let height = |seconds: f64| place.bottom - share(seconds) * (place.bottom - place.top);
        let (top, bottom) = (height(BAND_S.1), height(BAND_S.0));
        let x = place.right + 6.0;
        let brace = [(x - 3.0, top), (x, top), (x, bottom), (x - 3.0, bottom)];
        self.paper.line(&brace, FAINT, 0.9);
        let middle = f64::midpoint(top, bottom);
        self.paper.write("10–90 s can be", (LEGEND_PX, middle - 8.0), Align::Left, LABEL);
        self.paper.write("part of a series", (LEGEND_PX, middle + 8.0), Align::Left, LABEL);
    }
}
