//! What a movement amounts to at the sensor, measured on the movement alone
//! and without noise: the numbers of the truth.

use super::chain::{Arrived, Chain};
use super::coupling::Coupling;
use super::motion::Motion;
use super::plan::Plan;
use super::schedule::after;
use super::vector::{Vector, add, angle_deg, norm, scale};

/// The band of the truth's peaks, Hz: above posture and breathing, below what
/// only large rates see.
const BAND_HZ: (f64, f64) = (0.5, 10.0);

/// The measures of the truth end at 10 Hz: half the fineness of the recording
/// is enough for them.
pub(super) const MEASURED_HZ: f64 = 200.0;

/// Over so many times the noise in the band a movement can be told from it.
const VISIBLE_OVER_NOISE: f64 = 3.0;

/// The end of a movement that arrives through the bed alone: its acceleration
/// falls below this share of its peak.
const END_SHARE: f64 = 0.05;

/// A movement as the sensor has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// Largest acceleration in the band, g.
    pub peak_g: f64,
    /// Onset to the first peak of at least half that height, s.
    pub rise_s: f64,
    /// Largest turn of gravity, degrees.
    pub tilt_deg: f64,
    /// Turn of gravity left at the end, degrees.
    pub turn_deg: f64,
    /// Onset to the end, s.
    pub length_s: f64,
}

/// Measures `motion` on a sensor at rest with `up` up.
pub(super) fn measure(
    motion: &Motion,
    by: Coupling,
    up: Vector,
    mut chain: Chain,
    frame_s: f64,
) -> Measured {
    let mechanical_s = motion.length_s();
    let tail_s = if by.direct > 0.0 { 0.3 } else { 2.0 };
    let frames = ((mechanical_s + tail_s) / frame_s).ceil() as u32;
    let mut band = Band::new(frame_s);
    let mut tilt_deg = 0.0f64;
    let mut heights = Vec::with_capacity(frames as usize);
    chain.settle(up);
    for frame in 0..frames {
        let mut out = up;
        for step in 1..=chain.steps {
            let back = f64::from(chain.steps - step) / f64::from(chain.steps);
            let mut sum = Arrived::NOTHING;
            sum.take(motion.at((f64::from(frame) - back) * frame_s), by);
            out = chain.step(up, sum);
        }
        if by.turn > 0.0 {
            let turn = motion.at(f64::from(frame) * frame_s).turn;
            tilt_deg = tilt_deg.max(angle_deg(up, after(up, scale(turn, by.turn))));
        }
        heights.push(band.height(add(out, scale(up, -1.0))));
    }
    let peak_g = heights.iter().copied().fold(0.0, f64::max);
    let is_peak = |w: &[f64]| w[1] >= 0.5 * peak_g && w[1] >= w[0] && w[1] >= w[2];
    let first = heights.windows(3).position(is_peak).map_or(0, |before| before + 1);
    let last = heights.iter().rposition(|height| *height > END_SHARE * peak_g).unwrap_or(0);
    let felt_s = last as f64 * frame_s;
    let left = after(up, scale(motion.at(f64::INFINITY).turn, by.turn));
    Measured {
        peak_g,
        rise_s: first as f64 * frame_s,
        tilt_deg,
        turn_deg: angle_deg(up, left),
        length_s: if by.direct > 0.0 { mechanical_s } else { mechanical_s.max(felt_s) },
    }
}

/// The band-pass of the truth: first order below, two of first order above.
#[derive(Debug)]
struct Band {
    slow: Vector,
    fast: [Vector; 2],
    keep_slow: f64,
    keep_fast: f64,
}

impl Band {
    fn new(frame_s: f64) -> Self {
        let keep = |hz: f64| (-std::f64::consts::TAU * hz * frame_s).exp();
        let zero = super::vector::ZERO;
        // Two equal corners of the first order are 3 dB down at 0.64 of theirs.
        Self {
            slow: zero,
            fast: [zero; 2],
            keep_slow: keep(BAND_HZ.0),
            keep_fast: keep(BAND_HZ.1 / 0.64),
        }
    }

    fn height(&mut self, x: Vector) -> f64 {
        let lag =
            |state: Vector, x: Vector, keep: f64| add(scale(state, keep), scale(x, 1.0 - keep));
        self.slow = lag(self.slow, x, self.keep_slow);
        self.fast[0] = lag(self.fast[0], add(x, scale(self.slow, -1.0)), self.keep_fast);
        self.fast[1] = lag(self.fast[1], self.fast[0], self.keep_fast);
        norm(self.fast[1])
    }
}

/// The peak below which a movement cannot be told from the noise of this
/// sensor at this place, g.
pub(super) fn visible_from_g(plan: &Plan) -> f64 {
    let converter = &plan.sensor.converter;
    let share = (BAND_HZ.1 / (0.5 * plan.sensor.rate_hz)).min(1.0);
    // A step s adds a noise of s/√12 where noise moves the value over steps;
    // where it does not, what is smaller than half a step is lost.
    let step = converter.step_mg;
    let white = converter.white_mg.powi(2) + step * step / 12.0;
    // 28 % of the 1/f noise's power is above 0.5 Hz; a third of the height of
    // breathing passes the band's lower edge; a heartbeat's peak is three times
    // its rms.
    let flicker = 0.28 * converter.flicker_mg.powi(2);
    let around = &plan.surroundings;
    let vitals =
        (0.35 * around.breathing_mg).powi(2) / 3.0 + (around.heartbeat_mg / 3.0).powi(2) / 3.0;
    let noise_mg = (3.0 * (share * white + flicker + vitals)).sqrt();
    let frozen_mg = if converter.white_mg < 0.3 * step { 0.6 * step } else { 0.0 };
    (VISIBLE_OVER_NOISE * noise_mg).max(frozen_mg) * 1e-3
}
