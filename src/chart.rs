//! The night as a picture, drawn from the result tables and from nothing else.
//!
//! `timeline` shows the night on one page: sleep, posture, every movement, the
//! limb movements of each hour and their intervals, over one time axis.
//! `intervals` shows how the intervals are distributed. The same tables make
//! the same bytes.

mod axis;
mod header;
pub use header::{duration, night_title};
mod intervals;
mod marks;
mod panel;
mod paper;
mod raster;
mod scene;
mod timeline;

use plotters::style::RGBColor;

use crate::movement::Kind;
use crate::report::tables::{NightRow, Tables};

/// The colour of a kind of movement, as CSS has it.
pub fn colour(kind: Kind) -> String {
    let RGBColor(red, green, blue) = marks::colour(kind);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The name of a kind of movement in a legend, in the plural.
pub fn kind_name(kind: Kind) -> String {
    marks::name(kind, 2)
}

/// The timeline of `night`, 1200 px wide, as SVG.
pub fn timeline_svg(tables: &Tables, night: &NightRow) -> String {
    timeline::svg(tables, night)
}

/// The histograms of the inter-movement intervals of `night`, 1000 px wide, as
/// SVG.
pub fn intervals_svg(tables: &Tables, night: &NightRow) -> String {
    intervals::svg(tables, night)
}

/// A chart of this module as PNG, two pixels to one of the SVG.
///
/// # Panics
/// If `svg` was not made by this module and is no well-formed SVG.
pub fn png(svg: &str) -> Vec<u8> {
    raster::png(svg)
}

/// `timeline-NIGHT` and `intervals-NIGHT`, each as `.svg` and `.png`, for every
/// night: names and bytes of the files.
pub fn files(tables: &Tables) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for night in &tables.nights {
        let charts = [
            ("timeline", timeline_svg(tables, night)),
            ("intervals", intervals_svg(tables, night)),
        ];
        for (name, svg) in charts {
            let stem = format!("{name}-{}", file_name(&night.night));
            files.push((format!("{stem}.png"), png(&svg)));
            files.push((format!("{stem}.svg"), svg.into_bytes()));
        }
    }
    files
}

/// A night's name as part of a file name: a table may have been edited.
fn file_name(night: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    night.chars().take(64).map(safe).collect()
}
