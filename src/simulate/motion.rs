//! The mechanics of one movement: how a limb or the bed turns and is pushed,
//! as a function of time.

use std::f64::consts::TAU;

use super::vector::{Vector, ZERO, add, cross, norm, scale};

/// Standard gravity, m/s².
const GRAVITY: f64 = 9.806_65;

/// After so many decay times a ring is below 5 % of its height (e⁻³).
const DECAYS_TO_END: f64 = 3.0;

/// One smooth step of an angle or of a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Begin, seconds after the onset of the movement.
    pub at_s: f64,
    /// How long it takes.
    pub rise_s: f64,
    /// Radians or metres.
    pub by: f64,
}

/// One tone of a tremor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tone {
    pub hz: f64,
    pub phase: f64,
}

/// What a movement is put together from.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// The limb turns about a pivot; the sensor sits on a lever.
    Turn { axis: Vector, arm_m: Vector, steps: Vec<Step> },
    /// The limb or the bed is displaced without turning.
    Shift { along: Vector, steps: Vec<Step> },
    /// Something elastic was hit and swings out.
    Ring { at_s: f64, hz: f64, decay_s: f64, along_g: Vector },
    /// Muscle at work, or rumble: a few tones close together that beat, under
    /// an envelope that comes and goes smoothly over `edge_s`.
    Tremor { at_s: f64, length_s: f64, edge_s: f64, tones: [Tone; 3], along_g: Vector },
}

/// A movement: its parts, added up.
#[derive(Debug, Clone, Default)]
pub(super) struct Motion {
    pub parts: Vec<Part>,
}

/// A movement at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Instant {
    /// How far the limb is turned, axis times radians.
    pub turn: Vector,
    /// Acceleration beside gravity, g.
    pub push_g: Vector,
}

impl Motion {
    /// `t` seconds after the onset.
    pub fn at(&self, t: f64) -> Instant {
        let mut now = Instant { turn: ZERO, push_g: ZERO };
        for part in &self.parts {
            part.add_to(&mut now, t);
        }
        now
    }

    /// Seconds until the last part is over.
    pub fn length_s(&self) -> f64 {
        self.parts.iter().map(Part::end_s).fold(0.0, f64::max)
    }

    /// The largest push, g.
    pub fn peak_push_g(&self) -> f64 {
        let steps = (self.length_s() * 400.0) as u32;
        (0..=steps).map(|k| norm(self.at(f64::from(k) / 400.0).push_g)).fold(0.0, f64::max)
    }

    /// The same movement, made so strong that its largest push is `peak_g`.
    pub fn with_peak(mut self, peak_g: f64) -> Self {
        let factor = peak_g / self.peak_push_g().max(1e-9);
        for part in &mut self.parts {
            part.strengthen(factor);
        }
        self
    }
}

impl Part {
    fn end_s(&self) -> f64 {
        match self {
            Self::Turn { steps, .. } | Self::Shift { steps, .. } => {
                steps.iter().map(|step| step.at_s + step.rise_s).fold(0.0, f64::max)
            }
            Self::Ring { at_s, decay_s, .. } => at_s + DECAYS_TO_END * decay_s,
            Self::Tremor { at_s, length_s, .. } => at_s + length_s,
        }
    }

    fn strengthen(&mut self, factor: f64) {
        match self {
            Self::Turn { steps, .. } | Self::Shift { steps, .. } => {
                steps.iter_mut().for_each(|step| step.by *= factor);
            }
            Self::Ring { along_g, .. } | Self::Tremor { along_g, .. } => {
                *along_g = scale(*along_g, factor);
            }
        }
    }

    fn add_to(&self, now: &mut Instant, t: f64) {
        match self {
            Self::Turn { axis, arm_m, steps } => {
                let (angle, rate, change) = travel(steps, t);
                now.turn = add(now.turn, scale(*axis, angle));
                if change != 0.0 || rate != 0.0 {
                    let tangential = scale(cross(*axis, *arm_m), change);
                    let centripetal = scale(cross(*axis, cross(*axis, *arm_m)), rate * rate);
                    now.push_g =
                        add(now.push_g, scale(add(tangential, centripetal), 1.0 / GRAVITY));
                }
            }
            Self::Shift { along, steps } => {
                let (_, _, change) = travel(steps, t);
                now.push_g = add(now.push_g, scale(*along, change / GRAVITY));
            }
            Self::Ring { at_s, hz, decay_s, along_g } => {
                let since = t - at_s;
                // Two more decay times than the truth counts: it fades, it is not cut.
                if since > 0.0 && since < (DECAYS_TO_END + 2.0) * decay_s {
                    let swing = (TAU * hz * since).sin() * (-since / decay_s).exp();
                    now.push_g = add(now.push_g, scale(*along_g, swing));
                }
            }
            Self::Tremor { at_s, length_s, edge_s, tones, along_g } => {
                let since = t - at_s;
                if since > 0.0 && since < *length_s {
                    let edge = (since.min(length_s - since) / edge_s).min(1.0);
                    let envelope = edge * edge * (3.0 - 2.0 * edge);
                    let tone = |tone: &Tone| (TAU * tone.hz * since + tone.phase).sin();
                    let sum: f64 = tones.iter().map(tone).sum();
                    now.push_g = add(now.push_g, scale(*along_g, envelope * sum / 3.0));
                }
            }
        }
    }
}

/// Where a series of steps stands at `t`: place, speed, acceleration. Each
/// step is of minimum jerk, as voluntary and reflex limb movements are to a
/// good approximation (Flash and Hogan 1985).
fn travel(steps: &[Step], t: f64) -> (f64, f64, f64) {
    let (mut place, mut speed, mut change) = (0.0, 0.0, 0.0);
    for step in steps {
        let x = (t - step.at_s) / step.rise_s;
        if x >= 1.0 {
            place += step.by;
        } else if x > 0.0 {
            let rate = 1.0 / step.rise_s;
            place += step.by * x * x * x * (10.0 - 15.0 * x + 6.0 * x * x);
            speed += step.by * rate * 30.0 * x * x * (1.0 - x) * (1.0 - x);
            change += step.by * rate * rate * 60.0 * x * (1.0 - x) * (1.0 - 2.0 * x);
        }
    }
    (place, speed, change)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flash and Hogan 1985: the peak acceleration of a minimum-jerk step is
    /// 10/√3 (5.77) times the distance over the square of its time.
    #[test]
    fn a_step_has_the_acceleration_of_minimum_jerk() {
        let motion = Motion {
            parts: vec![Part::Shift {
                along: [1.0, 0.0, 0.0],
                steps: vec![Step { at_s: 0.0, rise_s: 0.4, by: 0.05 }],
            }],
        };
        let expected_g = 10.0 / 3f64.sqrt() * 0.05 / 0.16 / 9.806_65;
        assert!((motion.peak_push_g() / expected_g - 1.0).abs() < 1e-3);
    }

    /// On a lever of 0.3 m that turns steadily at the middle of a step the
    /// pull towards the pivot is r·ω², and at its end nothing but the turn is
    /// left.
    #[test]
    fn a_turn_pulls_towards_the_pivot_and_ends_turned() {
        let motion = Motion {
            parts: vec![Part::Turn {
                axis: [1.0, 0.0, 0.0],
                arm_m: [0.0, -0.3, 0.0],
                steps: vec![Step { at_s: 0.0, rise_s: 0.5, by: 0.4 }],
            }],
        };
        let speed = 15.0 / 8.0 * 0.4 / 0.5;
        let middle = motion.at(0.25).push_g;
        assert!((middle[1] - 0.3 * speed * speed / 9.806_65).abs() < 1e-9, "{middle:?}");
        assert!(middle[2].abs() < 1e-9);
        assert_eq!(motion.at(0.5), Instant { turn: [0.4, 0.0, 0.0], push_g: ZERO });
    }
}
