//! One panel of a chart: a heading, and a plotters chart with a light grid and
//! ticks where they are told to be.

use std::ops::Range;

use plotters::coord::combinators::{IntoLogRange, LogCoord};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::axis::counts;
use super::paper::{ASIDE, Align, GRID, HEADING, Paper, TICK, stroke, sure, units};

/// A plotters chart.
pub type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Side, Side>>;

/// One side of a chart: its scale, and its ticks with what they say.
pub struct Side {
    scale: Scale,
    ticks: Vec<(f64, String)>,
}

enum Scale {
    Linear(RangedCoordf64),
    Log(LogCoord<f64>),
}

impl Side {
    /// A linear scale.
    pub fn linear(range: Range<f64>, ticks: Vec<(f64, String)>) -> Self {
        Self { scale: Scale::Linear(range.into()), ticks }
    }

    /// A logarithmic scale; its range is above 0.
    pub fn log(range: Range<f64>, ticks: Vec<(f64, String)>) -> Self {
        Self { scale: Scale::Log(range.log_scale().into()), ticks }
    }

    /// A linear scale of counts from 0, with room for a number above `tallest`
    /// and at most `ticks` steps.
    pub fn counts(tallest: usize, ticks: usize) -> Self {
        let (step, top) = counts(tallest + tallest / 6 + 1, ticks);
        let ticks = (0..=top).step_by(step).map(|count| (count as f64, count.to_string()));
        Self::linear(0.0..top as f64, ticks.collect())
    }
}

/// Ticks that say their own number.
pub fn numbered(ticks: &[f64]) -> Vec<(f64, String)> {
    ticks.iter().map(|tick| (*tick, tick.to_string())).collect()
}

impl Ranged for Side {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        match &self.scale {
            Scale::Linear(scale) => scale.map(value, limit),
            Scale::Log(scale) => scale.map(value, limit),
        }
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // plotters asks twice: for the lines with labels, then for light ones
        // between them, of which there are none.
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        match &self.scale {
            Scale::Linear(scale) => scale.range(),
            Scale::Log(scale) => scale.range(),
        }
    }
}

impl ValueFormatter<f64> for Side {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|(at, _)| at == value);
        tick.map_or_else(String::new, |(_, text)| text.clone())
    }
}

/// Where a panel stands, px.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Left end of the plot; the labels stand before it.
    pub left: f64,
    /// Right end.
    pub right: f64,
    /// Top of the plot; the heading stands above it.
    pub top: f64,
    /// Bottom of the plot.
    pub bottom: f64,
    /// Room for tick labels below it; 0 for none.
    pub foot: f64,
}

/// Room a heading takes above its panel, px.
pub const HEADING_PX: f64 = 18.0;

impl Frame {
    /// Builds the chart that fills this frame.
    pub fn chart<'a>(&self, paper: &Paper<'a>, x: Side, y: Side) -> Chart<'a> {
        let height = self.bottom - self.top + self.foot;
        let area =
            paper.area.clone().shrink((0, units(self.top)), (units(self.right), units(height)));
        let built = ChartBuilder::on(&area)
            .set_label_area_size(LabelAreaPosition::Left, units(self.left))
            .set_label_area_size(LabelAreaPosition::Bottom, units(self.foot))
            .build_cartesian_2d(x, y);
        sure(built)
    }

    /// Writes the heading: what is shown, and its unit or explanation.
    pub fn heading(&self, paper: &Paper, what: &str, aside: &str) {
        let y = self.top - HEADING_PX / 2.0 - 1.0;
        paper.write(what, (self.left, y), Align::Left, HEADING);
        paper.write(aside, (self.left + HEADING.width_px(what) + 7.0, y), Align::Left, ASIDE);
    }
}

/// Draws the grid and the tick labels.
pub fn mesh(chart: &mut Chart) {
    let drawn = chart
        .configure_mesh()
        .axis_style(TRANSPARENT)
        .light_line_style(TRANSPARENT)
        .bold_line_style(stroke(GRID, 0.8))
        .label_style(TICK.style())
        .set_all_tick_mark_size(units(3.0))
        .draw();
    sure(drawn);
}
