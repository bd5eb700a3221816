//! The night as a picture, drawn from the result tables and from nothing else.
//!
//! `timeline` shows the night on one page: sleep, posture, every movement, the
//! limb movements of each hour and their intervals, over one time axis.
//! `intervals` shows how the intervals are distributed. The same tables make
//! the same bytes.

mod axis;
mod header;
mod intervals;
mod marks;
mod panel;
mod paper;
mod raster;
mod scene;
mod timeline;

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::report::files::replace;
use crate::report::tables::{NightRow, Tables};

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

/// Writes `timeline-NIGHT` and `intervals-NIGHT`, each as `.svg` and `.png`,
/// for every night into `dir`, replacing what was there; returns the files.
///
/// # Errors
/// When a file cannot be written.
pub fn write(dir: &Path, tables: &Tables) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for night in &tables.nights {
        let charts = [
            ("timeline", timeline_svg(tables, night)),
            ("intervals", intervals_svg(tables, night)),
        ];
        for (name, svg) in charts {
            let stem = format!("{name}-{}", file_name(&night.night));
            let files = [("svg", svg.clone().into_bytes()), ("png", png(&svg))];
            for (extension, bytes) in files {
                let path = dir.join(format!("{stem}.{extension}"));
                replace(&path, &bytes)?;
                written.push(path);
            }
        }
    }
    Ok(written)
}

/// A night's name as part of a file name: a table may have been edited.
fn file_name(night: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    night.chars().take(64).map(safe).collect()
}
