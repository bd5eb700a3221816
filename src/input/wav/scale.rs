//! What the numbers of a WAV file are in g.

use std::path::Path;

use hound::SampleFormat;

use crate::error::{Position, Result};
use crate::median::median;
use crate::recording::{Basis, Frame, Unit};

use super::super::{OpenOptions, refuse};
use super::SampleLayout;
use super::info::Info;

/// Lengths in g that a body at rest can show, the sensor uncalibrated.
const GRAVITY_G: std::ops::RangeInclusive<f32> = 0.5..=2.0;

/// How samples (integers with full scale 1) become g.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    /// g for 1, an axis.
    pub in_g: [f32; 3],
    pub unit: Unit,
    /// How the unit is known.
    pub source: String,
    pub basis: Basis,
    pub full_scale_g: Option<f32>,
    pub has_gravity: bool,
}

impl Scale {
    /// From the person, the metadata, or, for floats, from gravity in the
    /// first frames; with what is strange about it.
    pub fn of(
        path: &Path,
        format: &SampleLayout,
        info: &Info,
        first: &[Frame],
        options: &OpenOptions,
    ) -> Result<(Self, Vec<String>)> {
        let mut warnings = Vec::new();
        let stated = match info.scale_g {
            [Some(x), Some(y), Some(z)] => Some([x, y, z]),
            [Some(x), ..] => Some([x; 3]),
            _ => None,
        };
        let (in_g, source) = match (options.full_scale_g, stated) {
            (Some(given), stated) => {
                if let Some(stated) = stated.filter(|stated| *stated != [given; 3]) {
                    let [x, ..] = stated;
                    warnings.push(format!("--full-scale-g {given} replaces the file's {x} g."));
                }
                ([given; 3], "given with --full-scale-g".to_owned())
            }
            (None, Some(stated)) => (stated, "from the scale in the file's metadata".to_owned()),
            (None, None) if format.kind == SampleFormat::Float => {
                return Self::of_floats(path, first, options).map(|scale| (scale, warnings));
            }
            (None, None) => {
                return Err(refuse(
                    path,
                    Position::File,
                    format!(
                        "{} channels of {}-bit integers without a scale in the metadata",
                        format.channels, format.bits
                    ),
                    "metadata that say what full scale is in g",
                    "Give the sensor's range with --full-scale-g, such as --full-scale-g 8",
                ));
            }
        };
        let median_g = median_length(first, in_g);
        if median_g.is_some_and(|length| !GRAVITY_G.contains(&length)) {
            let length = median_g.unwrap_or_default();
            warnings.push(format!(
                "Gravity should be 1 g and is {length:.2} g at the start: check the full scale."
            ));
        }
        let unit = match format.kind {
            SampleFormat::Int => {
                Unit::Counts { per_g: f64::from(format.bits - 1).exp2() / f64::from(in_g[0]) }
            }
            SampleFormat::Float => Unit::Counts { per_g: 1.0 / f64::from(in_g[0]) },
        };
        let has_gravity = !options.linear || median_g.is_some_and(|length| length >= 0.5);
        let basis = if options.full_scale_g.is_some() { Basis::Given } else { Basis::Stated };
        let full_scale_g = Some(in_g[0]);
        Ok((Self { in_g, unit, source, basis, full_scale_g, has_gravity }, warnings))
    }

    /// Floats without a scale are g or m/s² if gravity says so.
    fn of_floats(path: &Path, first: &[Frame], options: &OpenOptions) -> Result<Self> {
        let length = median_length(first, [1.0; 3]).unwrap_or_default();
        let in_mps2 = Unit::MetresPerSecondSquared.in_g() as f32;
        let (unit, in_g) = if GRAVITY_G.contains(&length) {
            (Unit::G, 1.0)
        } else if GRAVITY_G.contains(&(length * in_mps2)) {
            (Unit::MetresPerSecondSquared, in_mps2)
        } else if options.linear {
            (Unit::G, 1.0)
        } else {
            return Err(refuse(
                path,
                Position::File,
                format!("float samples of length {length:.4} at the start"),
                "the length of gravity, 1 in g or 9.8 in m/s²",
                "Give what 1.0 is in g with --full-scale-g; linear acceleration in g needs --linear",
            ));
        };
        Ok(Self {
            in_g: [in_g; 3],
            unit,
            source: format!("from gravity: frames at the start are {length:.2} {unit} long"),
            basis: if GRAVITY_G.contains(&(length * in_g)) {
                Basis::Measured
            } else {
                Basis::Assumed
            },
            full_scale_g: None,
            has_gravity: GRAVITY_G.contains(&(length * in_g)),
        })
    }
}

/// The median length of the frames that are not zero, in g.
fn median_length(frames: &[Frame], in_g: [f32; 3]) -> Option<f32> {
    let mut lengths: Vec<f64> = frames
        .iter()
        .map(|[x, y, z]| (x * in_g[0]).hypot(y * in_g[1]).hypot(z * in_g[2]))
        .filter(|length| *length > 0.0 && length.is_finite())
        .map(f64::from)
        .collect();
    median(&mut lengths).map(|length| length as f32)
}
