//! The night on one page: panels below each other over one time axis.

mod hours;
mod intervals;
mod movements;

use plotters::prelude::*;

use super::axis::{Axis, moment, time_ticks};
use super::header::{self, Header};
use super::panel::{HEADING_PX, Place, mesh};
use super::paper::{
    ASIDE, Align, FAINT, GRID, IN_SERIES, INK, LABEL, LEAD, MISSING, Paper, SLEEP_GROUND, TICK,
    draw, stroke, sure,
};
use super::scene::{Scene, Span, State};
use crate::recording::Placement;
use crate::report::tables::{BedSource, NightRow, Tables};

const WIDTH_PX: f64 = 1200.0;
const LEFT_PX: f64 = 74.0;
const RIGHT_PX: f64 = 1008.0;
/// Legends stand in the column right of the panels.
const LEGEND_PX: f64 = 1024.0;
const LEGEND_LINE_PX: f64 = 17.0;

const ASLEEP: RGBColor = RGBColor(0x3f, 0x5f, 0x86);
const AWAKE: RGBColor = RGBColor(0xf7, 0xe9, 0xb8);
const GAP: RGBColor = RGBColor(0xc4, 0xc4, 0xc4);
const HATCH: RGBColor = RGBColor(0x80, 0x80, 0x80);

/// The chart of one night, as SVG.
pub fn svg(tables: &Tables, night: &NightRow) -> String {
    let scene = Scene::new(tables, night);
    let header = Header::new(&header::title(night), &header::numbers(night), night, WIDTH_PX);
    let rows = Rows::below(header.height_px());
    draw(WIDTH_PX, rows.height_px, |paper| {
        let ticks = time_ticks(&scene.window, &scene.clock);
        let page = Page { paper, scene: &scene, ticks: &ticks, rows: &rows };
        header.draw(paper);
        page.ground();
        page.landmarks();
        page.strip();
        page.posture();
        page.movements();
        page.hours();
        page.intervals();
        page.foot();
    })
}

/// Where the panels stand.
struct Rows {
    strip: Place,
    posture: Place,
    series: Place,
    movements: Place,
    hours: Place,
    intervals: Place,
    height_px: f64,
}

impl Rows {
    /// The panels below a header that ends at `y_px`.
    fn below(y_px: f64) -> Self {
        let mut y = y_px;
        let mut row = |gap: f64, height: f64, foot: f64| {
            let top = y + gap;
            y = top + height + foot;
            Place { left: LEFT_PX, right: RIGHT_PX, top, bottom: top + height, foot }
        };
        let strip = row(36.0, 22.0, 0.0);
        let posture = row(12.0 + HEADING_PX, 64.0, 0.0);
        let series = row(12.0 + HEADING_PX, 24.0, 0.0);
        let movements = row(0.0, 220.0, 0.0);
        let hours = row(12.0 + HEADING_PX, 92.0, 0.0);
        let intervals = row(12.0 + HEADING_PX, 140.0, 20.0);
        let height_px = (y + 52.0).ceil();
        Self { strip, posture, series, movements, hours, intervals, height_px }
    }

    /// The panels below the strip.
    fn panels(&self) -> [&Place; 5] {
        [&self.posture, &self.series, &self.movements, &self.hours, &self.intervals]
    }
}

/// Everything a panel is drawn from.
struct Page<'p, 'a> {
    paper: &'p Paper<'a>,
    scene: &'p Scene<'p>,
    ticks: &'p [(f64, String)],
    rows: &'p Rows,
}

impl Page<'_, '_> {
    /// Where a moment stands, px.
    fn x_px(&self, at_s: f64) -> f64 {
        let window = &self.scene.window;
        LEFT_PX + (at_s - window.start) / (window.end - window.start) * (RIGHT_PX - LEFT_PX)
    }

    /// The time axis; its labels stand below the last panel alone.
    fn time(&self) -> Axis {
        let ticks = self.ticks.iter().map(|(at, _)| (*at, String::new())).collect();
        Axis::linear(self.scene.window.clone(), ticks)
    }

    /// Sleep and missing data as the ground of the panels.
    fn ground(&self) {
        for Span { state, time } in &self.scene.spans {
            let colour = match state {
                State::Asleep => SLEEP_GROUND,
                State::NotWorn | State::Gap => MISSING,
                State::Awake => continue,
            };
            let (from, to) = (self.x_px(time.start), self.x_px(time.end));
            for place in self.rows.panels() {
                self.paper.fill((from, place.top), (to, place.bottom), colour);
            }
        }
    }

    /// Lights-off, sleep onset, final wake, lights-on: a line through all
    /// panels, named above them.
    fn landmarks(&self) {
        let night = self.scene.night;
        let marks = [
            ("lights off", Some(night.lights_off_s), Align::Right, FAINT),
            ("sleep onset", night.sleep_onset_s, Align::Left, IN_SERIES),
            ("final wake", night.final_wake_s, Align::Right, IN_SERIES),
            ("lights on", Some(night.lights_on_s), Align::Left, FAINT),
        ];
        let window = &self.scene.window;
        let mut placed: Vec<(f64, f64, f64)> = Vec::new();
        for (name, at, align, ink) in marks {
            let Some(at) = at.filter(|at| (window.start..=window.end).contains(at)) else {
                continue;
            };
            let text = format!("{name} {}", moment(&self.scene.clock, at));
            let width = LABEL.width_px(&text);
            let x = self.x_px(at);
            let (before, after) = (x - 4.0 - width, x + 4.0);
            let left = match align {
                Align::Right if before >= 8.0 => before,
                Align::Left if after + width > WIDTH_PX - 8.0 => before,
                _ => after,
            };
            let free = |y: &f64| {
                placed.iter().all(|&(from, to, row)| {
                    row != *y || left > to + 6.0 || left + width < from - 6.0
                })
            };
            let below = self.rows.strip.top - 9.0;
            let y = [below, below - 15.0, below - 30.0].into_iter().find(free).unwrap_or(below);
            placed.push((left, left + width, y));
            self.paper.line(&[(x, y - 6.0), (x, self.rows.strip.bottom)], ink, 1.1);
            // Not through the bars, where it would hide a number.
            for place in self.rows.panels().into_iter().filter(|f| f.top != self.rows.hours.top) {
                self.paper.line(&[(x, place.top), (x, place.bottom)], ink, 1.1);
            }
            self.paper.write(&text, (left, y), Align::Left, LABEL.ink(ink));
        }
    }

    /// Asleep, awake, not worn, not recorded.
    fn strip(&self) {
        let place = &self.rows.strip;
        for Span { state, time } in &self.scene.spans {
            let (from, to) = (self.x_px(time.start), self.x_px(time.end));
            self.swatch(*state, (from, place.top), (to, place.bottom));
        }
        let (top, bottom) = (place.top, place.bottom);
        let outline = [
            (LEFT_PX, top),
            (RIGHT_PX, top),
            (RIGHT_PX, bottom),
            (LEFT_PX, bottom),
            (LEFT_PX, top),
        ];
        self.paper.line(&outline, FAINT, 0.8);
        let not_worn = match self.scene.night.placement {
            Placement::Mattress => "bed empty",
            _ => "not worn",
        };
        let states = [
            (State::Asleep, "asleep (estimated)"),
            (State::Awake, "awake"),
            (State::NotWorn, not_worn),
            (State::Gap, "not recorded"),
        ];
        let mut y = place.top + 6.0;
        for (state, name) in states {
            let (from, to) = ((LEGEND_PX, y - 5.5), (LEGEND_PX + 18.0, y + 5.5));
            self.swatch(state, from, to);
            let outline = [from, (to.0, from.1), to, (from.0, to.1), from];
            self.paper.line(&outline, FAINT, 0.6);
            self.paper.write(name, (LEGEND_PX + 25.0, y), Align::Left, LABEL);
            y += LEGEND_LINE_PX;
        }
        let middle = f64::midpoint(place.top, place.bottom);
        self.paper.write("sleep", (LEFT_PX - 6.0, middle), Align::Right, TICK);
    }

    fn swatch(&self, state: State, from: (f64, f64), to: (f64, f64)) {
        match state {
            State::Asleep => self.paper.fill(from, to, ASLEEP),
            State::Awake => self.paper.fill(from, to, AWAKE),
            State::Gap => self.paper.fill(from, to, GAP),
            State::NotWorn => {
                self.paper.fill(from, to, WHITE);
                self.paper.hatch(from, to, HATCH);
            }
        }
    }

    /// The angle to the posture held longest.
    fn posture(&self) {
        let place = &self.rows.posture;
        place.heading(
            self.paper,
            "Posture",
            "angle of gravity to the position held longest, degrees",
        );
        let ticks = [0, 90, 180].map(|angle| (f64::from(angle), format!("{angle}°")));
        let y = Axis::linear(0.0..180.0, ticks.to_vec());
        let mut chart = place.chart(self.paper, self.time(), y);
        mesh(&mut chart);
        for line in &self.scene.postures {
            let line = line.iter().map(|&(at, angle)| (at, angle.clamp(0.0, 180.0)));
            sure(chart.draw_series(LineSeries::new(line, stroke(INK, 1.3))));
        }
    }

    /// Says that a panel is empty because there is nothing to show.
    fn nothing(&self, place: &Place, text: &str) {
        let middle =
            (f64::midpoint(place.left, place.right), f64::midpoint(place.top, place.bottom));
        self.paper.write(text, middle, Align::Middle, LEAD.ink(FAINT));
    }

    /// What the time axis is, and what the page is not.
    fn foot(&self) {
        let night = self.scene.night;
        let y = self.rows.intervals.bottom + 20.0 + 9.0;
        let axis = match (self.scene.clock.wall(0.0), night.timezone.as_str()) {
            (None, _) => "time from the start of the recording, which has no clock".to_owned(),
            (Some(_), "") => "clock time".to_owned(),
            (Some(_), zone) => format!("clock time, {zone}"),
        };
        let middle = f64::midpoint(LEFT_PX, RIGHT_PX);
        self.paper.write(&axis, (middle, y), Align::Middle, ASIDE);
        let bed = match (night.lights_off_source, night.lights_on_source) {
            (BedSource::Given, BedSource::Given) => "lights-off and lights-on were given",
            (BedSource::Given, BedSource::Estimated) => "so is lights-on; lights-off was given",
            (BedSource::Estimated, BedSource::Given) => "so is lights-off; lights-on was given",
            (BedSource::Estimated, BedSource::Estimated) => "so are lights-off and lights-on",
        };
        let note = format!(
            "Accelerometer findings, not a diagnosis. Sleep is estimated from movement; {bed}. \
             Series by WASM 2016.",
        );
        self.paper.line(&[(24.0, y + 12.0), (WIDTH_PX - 24.0, y + 12.0)], GRID, 0.8);
        self.paper.write(&note, (24.0, y + 24.0), Align::Left, ASIDE);
    }
}
