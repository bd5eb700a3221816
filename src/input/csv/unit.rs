//! What the numbers of a table are: what their column says, held against the
//! one thing every resting body knows, that gravity is 1 g long.

use std::path::Path;

use crate::error::{Error, Position, Result};
use crate::median::median;
use crate::recording::{Basis, Frame, Unit};

use super::super::{OpenOptions, refuse};
use super::columns::Family;

/// Lengths in g that gravity may have, the sensor being uncalibrated: offsets
/// of cheap sensors reach 10 % an axis, and 20 to 30 % were seen in beds.
const GRAVITY_G: std::ops::Range<f64> = 0.65..1.5;

/// Below this length in g, the median frame has no gravity in it.
const NO_GRAVITY_G: f64 = 0.5;

/// Converters with two to sixteen bits a g; a length this near to such a
/// number, relatively, is that number and an offset.
const SNAP: f64 = 0.05;

/// A spread of the lengths, relative to their median, that only gravity has.
const STEADY: f64 = 0.1;

/// The unit that a text names, as between the brackets of a column's name.
pub(super) fn named(text: &str) -> Option<Unit> {
    let text: String = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ' ' | '(' | ')' | '^' | '·' | '*'))
        .map(|c| match c {
            '²' => '2',
            '⁻' => '-',
            c => c.to_ascii_lowercase(),
        })
        .collect();
    match text.as_str() {
        "g" | "gs" | "gn" | "g0" | "gforce" => Some(Unit::G),
        "mg" | "millig" => Some(Unit::MilliG),
        "m/s2" | "m/s/s" | "ms2" | "ms-2" | "mps2" | "m/sec2" | "m/ss" | "meters/second2" => {
            Some(Unit::MetresPerSecondSquared)
        }
        _ => None,
    }
}

/// How the lengths of the first frames are spread, zero frames left out: a
/// sleeping sensor writes them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lengths {
    /// The median, in the file's numbers.
    pub median: f64,
    /// The median distance from it, relative to it.
    pub spread: f64,
    /// The largest distance from it, relative to it.
    pub reach: f64,
    /// Whether every number is an integer.
    pub integers: bool,
}

impl Lengths {
    /// `None` when every frame is zero.
    pub fn of(frames: &[[f32; 3]]) -> Option<Self> {
        let mut lengths: Vec<f64> = frames
            .iter()
            .map(|frame| {
                frame.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt()
            })
            .filter(|length| *length > 0.0)
            .collect();
        let median = median(&mut lengths)?;
        let mut distances: Vec<f64> =
            lengths.iter().map(|length| (length - median).abs()).collect();
        let spread = crate::median::median(&mut distances)? / median;
        let reach = distances.iter().copied().fold(0.0, f64::max) / median;
        let integers = frames.iter().flatten().all(|value| value.fract() == 0.0);
        Some(Self { median, spread, reach, integers })
    }

    fn in_g(&self, unit: Unit) -> f64 {
        self.median * unit.in_g()
    }
}

/// A unit, how it is known, and what is strange about it.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Judgement {
    pub unit: Unit,
    pub source: String,
    pub basis: Basis,
    pub has_gravity: bool,
    pub warning: Option<String>,
}

/// The judgement of a person, held against gravity.
fn given(unit: Unit, lengths: Option<Lengths>) -> Judgement {
    let length_g = lengths.map_or(1.0, |lengths| lengths.in_g(unit));
    let warning = (length_g >= NO_GRAVITY_G && !GRAVITY_G.contains(&length_g)).then(|| {
        format!("Gravity should be 1 g and is {length_g:.2} g at the start: check --unit, {unit}.")
    });
    let (source, basis) = ("given with --unit".to_owned(), Basis::Given);
    Judgement { unit, source, basis, has_gravity: length_g >= NO_GRAVITY_G, warning }
}

/// Judges the unit of numbers with the given lengths. `stated` is a unit
/// somebody names and who does.
pub(super) fn judge(stated: Option<(Unit, String)>, lengths: Option<Lengths>) -> Judgement {
    let Some(lengths) = lengths else {
        let nothing = "every number at the start of the file is 0".to_owned();
        let (unit, source, basis, warning) = match stated {
            Some((unit, source)) => (unit, source, Basis::Stated, None),
            None => (
                Unit::G,
                "assumed".to_owned(),
                Basis::Assumed,
                Some(format!("The unit is assumed to be g: {nothing}.")),
            ),
        };
        return Judgement { unit, source, basis, has_gravity: true, warning };
    };
    let seen = gravity_unit(lengths);
    match (stated, seen) {
        (Some((unit, source)), seen) => {
            let length_g = lengths.in_g(unit);
            let fits = GRAVITY_G.contains(&length_g);
            if let (false, true, Some(seen)) = (fits, lengths.spread < STEADY, seen) {
                let warning = format!(
                    "The unit is {unit} {source}, but frames at rest are {:.3} long: read as {seen}.",
                    lengths.median
                );
                let source = format!("from gravity, against {unit} {source}");
                let (basis, warning) = (Basis::Measured, Some(warning));
                return Judgement { unit: seen, source, basis, has_gravity: true, warning };
            }
            let warning = (!fits && length_g >= NO_GRAVITY_G).then(|| {
                format!("Gravity should be 1 g and is {length_g:.2} g at the start: check the unit, {unit} {source}.")
            });
            let has_gravity = length_g >= NO_GRAVITY_G;
            Judgement { unit, source, basis: Basis::Stated, has_gravity, warning }
        }
        (None, Some(unit)) => {
            let source =
                format!("from gravity: frames at the start are {:.4} long", lengths.median);
            Judgement { unit, source, basis: Basis::Measured, has_gravity: true, warning: None }
        }
        (None, None) => Judgement {
            unit: Unit::MetresPerSecondSquared,
            source: "assumed, as phones write it".to_owned(),
            basis: Basis::Assumed,
            has_gravity: false,
            warning: None,
        },
    }
}

/// The columns of which the unit is to be known, and where they are.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub path: &'a Path,
    pub at: Position,
    /// The name of the x axis, for people.
    pub name: &'a str,
    pub family: Family,
}

impl Columns<'_> {
    /// The unit of `frames` in the file's own numbers, from who states it, and
    /// gravity.
    ///
    /// # Errors
    /// Acceleration without gravity, unless that is asked for.
    pub fn unit(
        self,
        stated: Option<(Unit, String)>,
        frames: &[Frame],
        options: &OpenOptions,
    ) -> Result<Judgement> {
        let lengths = Lengths::of(frames);
        let judged = if let Some(unit) = options.unit {
            given(unit, lengths)
        } else if self.family == Family::Linear {
            let basis = if stated.is_some() { Basis::Stated } else { Basis::Assumed };
            let (unit, source) = stated.unwrap_or((
                Unit::MetresPerSecondSquared,
                "assumed, as phones write linear acceleration".to_owned(),
            ));
            Judgement { unit, source, basis, has_gravity: false, warning: None }
        } else {
            judge(stated, lengths)
        };
        if judged.has_gravity || options.linear {
            return Ok(judged);
        }
        Err(self.no_gravity(&judged, lengths))
    }

    fn no_gravity(self, judged: &Judgement, lengths: Option<Lengths>) -> Error {
        let name = self.name;
        let found = match (self.family, lengths) {
            (Family::Linear, _) => {
                format!("linear acceleration, without gravity (column {name})")
            }
            (_, Some(lengths)) => format!(
                "acceleration without gravity (column {name}: the median row is {:.3} long; unit {}, {})",
                lengths.median, judged.unit, judged.source
            ),
            (_, None) => "acceleration without gravity".to_owned(),
        };
        refuse(
            self.path,
            self.at,
            found,
            "acceleration with gravity, from which posture, tilt and the unit are known",
            "Export the raw accelerometer (\"with g\", TotalAcceleration), or accept this one with --linear",
        )
    }
}

/// The unit in which frames of these lengths show gravity, if in any.
fn gravity_unit(lengths: Lengths) -> Option<Unit> {
    let known = [Unit::G, Unit::MetresPerSecondSquared, Unit::MilliG];
    if let Some(unit) = known.into_iter().find(|&unit| GRAVITY_G.contains(&lengths.in_g(unit))) {
        return Some(unit);
    }
    // What is left are counts: integers, or so steady that it must be gravity.
    let counts = lengths.median >= 16.0 && lengths.integers
        || lengths.median > GRAVITY_G.end && lengths.spread < STEADY;
    if !counts {
        return None;
    }
    let power = lengths.median.log2().round().exp2();
    let near = lengths.integers && (lengths.median / power - 1.0).abs() <= SNAP;
    Some(Unit::Counts { per_g: if near { power } else { lengths.median } })
}

/// Whether frames of these lengths are likely to be acceleration with gravity.
pub(super) fn shows_gravity(lengths: Lengths) -> bool {
    // A third: the sleeper may be turning in the first rows.
    lengths.spread < 0.35 && gravity_unit(lengths).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(length: f32, swing: f32) -> Vec<[f32; 3]> {
        (0..100).map(|i| [0.0, length * (1.0 + swing * (i as f32 / 50.0 - 1.0)), 0.0]).collect()
    }

    fn unit(stated: Option<Unit>, length: f32, swing: f32) -> Judgement {
        let stated = stated.map(|unit| (unit, "from the test".to_owned()));
        judge(stated, Lengths::of(&frames(length, swing)))
    }

    #[test]
    fn gravity_tells_the_unit() {
        assert_eq!(unit(None, 1.03, 0.1).unit, Unit::G);
        assert_eq!(unit(None, 9.81, 0.1).unit, Unit::MetresPerSecondSquared);
        assert_eq!(unit(None, 1000.0, 0.0).unit, Unit::MilliG);
        assert_eq!(unit(None, 16900.0, 0.0).unit, Unit::Counts { per_g: 16384.0 });
        let Unit::Counts { per_g } = unit(None, 17632.0, 0.0).unit else { panic!("no counts") };
        assert_eq!(per_g, 17632.0, "8 % from 2^14: not snapped");
        assert_eq!(unit(None, 64.0, 0.0).unit, Unit::Counts { per_g: 64.0 });
    }

    #[test]
    fn without_gravity_there_is_no_unit() {
        assert!(!unit(None, 0.1, 0.5).has_gravity);
        assert!(!unit(None, 3.0, 0.8).has_gravity, "walking in m/s², gravity taken out");
        assert!(!unit(Some(Unit::MetresPerSecondSquared), 1.2, 0.8).has_gravity);
        assert!(!unit(Some(Unit::G), 0.02, 0.5).has_gravity);
    }

    #[test]
    fn a_wrong_name_is_said() {
        let judged = unit(Some(Unit::G), 9.81, 0.05);
        assert_eq!(judged.unit, Unit::MetresPerSecondSquared);
        assert!(judged.warning.is_some());
        let judged = unit(Some(Unit::G), 1.2, 0.05);
        assert_eq!((judged.unit, judged.warning), (Unit::G, None));
    }

    #[test]
    fn zeros_tell_nothing() {
        let mut frames = frames(1.0, 0.0);
        frames.extend(vec![[0.0; 3]; 1000]);
        assert_eq!(Lengths::of(&frames).unwrap().median, 1.0);
        assert_eq!(Lengths::of(&[[0.0; 3]]), None);
        assert!(judge(None, None).warning.is_some());
    }

    #[test]
    fn units_are_written_in_many_ways() {
        for text in ["m/s^2", "m/s²", "m/(s^2)", "m/s2", "ms⁻²", "m s^-2"] {
            assert_eq!(named(text), Some(Unit::MetresPerSecondSquared), "{text}");
        }
        assert_eq!(
            (named("G"), named(" g  "), named("mg")),
            (Some(Unit::G), Some(Unit::G), Some(Unit::MilliG))
        );
        assert_eq!(
            (named("ms"), named("deg/s"), named("lux"), named("")),
            (None, None, None, None)
        );
    }
}
