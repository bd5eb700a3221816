//! One panel of a chart: a heading, and a plotters chart with a light grid and
//! ticks where they are told to be.

use plotters::prelude::*;

use super::axis::Axis;
use super::paper::{ASIDE, Align, GRID, HEADING, Paper, TICK, stroke, sure, units};

/// A plotters chart.
pub type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;

/// Where a panel stands, px.
#[derive(Debug, Clone, Copy)]
pub struct Place {
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

impl Place {
    /// Builds the chart that fills this place.
    pub fn chart<'a>(&self, paper: &Paper<'a>, x: Axis, y: Axis) -> Chart<'a> {
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
