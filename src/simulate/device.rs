//! The sensor itself: how it sits, how wrong it is, its noise and resolution,
//! and what it loses.

use super::plan::{Plan, Sensor};
use super::random::{Random, Stream, chance, log_normal, normal, sign, stream, uniform, waiting};
use super::vector::{Vector, ZERO, add, anywhere, rotate, scale};
use crate::recording::{Frame, Placement};

/// Corners of the 1/f noise, Hz: with two to the decade the spectrum is within
/// a decibel of 1/f from 0.005 to 2 Hz.
const FLICKER_HZ: [f64; 7] = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0];

/// Warming to the skin, s.
const WARMING_S: f64 = 1500.0;

/// A stretch of time, s.
pub(super) type Stretch = (f64, f64);

/// Where the recording has holes, in order.
pub(super) fn gaps(plan: &Plan, seed: u64) -> Vec<Stretch> {
    let mut random = stream(seed, Stream::Gaps);
    let length_s = plan.hours * 3600.0;
    let faults = &plan.sensor.faults;
    let mut gaps: Vec<Stretch> = (0..faults.gaps)
        .map(|_| {
            let from_s = uniform(&mut random, 0.05, 0.9) * length_s;
            let gap_s = log_normal(&mut random, faults.gap_s, 0.5).min(0.05 * length_s);
            (from_s, from_s + gap_s)
        })
        .collect();
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
    gaps.dedup_by(|next, gap| next.0 <= gap.1);
    gaps
}

/// Streams what the device makes of the acceleration at its place.
#[derive(Debug)]
pub(super) struct Device {
    mount: Mount,
    gain: Vector,
    offset: Vector,
    drift: Vector,
    white_g: f64,
    noise: Random,
    flicker: Flicker,
    step_g: f64,
    full_scale_g: f64,
    wild: Moments,
    stuck: Moments,
    held: Option<(f64, Frame)>,
}

impl Device {
    pub fn new(plan: &Plan, seed: u64, rate_hz: f64) -> Self {
        let sensor = &plan.sensor;
        let calibration = &sensor.calibration;
        let mut random = stream(seed, Stream::Calibration);
        let mut three = || std::array::from_fn(|_| normal(&mut random));
        let (gain, offset, drift): (Vector, Vector, Vector) = (three(), three(), three());
        Self {
            mount: Mount::draw(sensor, seed, plan.hours * 3600.0),
            gain: gain.map(|g| 1.0 + g * calibration.gain_error),
            offset: scale(offset, calibration.offset_mg * 1e-3),
            drift: scale(drift, calibration.drift_mg * 1e-3),
            white_g: sensor.converter.white_mg * 1e-3,
            noise: stream(seed, Stream::Noise),
            flicker: Flicker::new(sensor.converter.flicker_mg * 1e-3, rate_hz, seed),
            step_g: sensor.converter.step_mg * 1e-3,
            full_scale_g: sensor.converter.full_scale_g,
            wild: Moments::new(sensor.faults.spikes_per_hour, stream(seed, Stream::Spikes)),
            stuck: Moments::new(sensor.faults.stuck_per_hour, stream(seed, Stream::Stuck)),
            held: None,
        }
    }

    /// The numbers the device gives for `felt` at `now_s`.
    pub fn convert(&mut self, felt: Vector, now_s: f64) -> Frame {
        let mut value = self.mount.turn(felt, now_s);
        let warm = 1.0 - (-now_s / WARMING_S).exp();
        let flicker = self.flicker.next();
        for axis in 0..3 {
            value[axis] = value[axis] * self.gain[axis]
                + self.offset[axis]
                + self.drift[axis] * warm
                + flicker[axis]
                + self.white_g * normal(&mut self.noise);
        }
        if self.wild.pass(now_s) {
            let random = &mut self.wild.random;
            value = scale(anywhere(random), self.full_scale_g * uniform(random, 0.3, 1.5));
        }
        let frame = value.map(|g| self.quantise(g));
        if self.stuck.pass(now_s) {
            let for_s = uniform(&mut self.stuck.random, 0.2, 3.0);
            self.held = Some((now_s + for_s, frame));
        }
        match self.held {
            Some((until_s, held)) if now_s < until_s => held,
            _ => frame,
        }
    }

    /// Clips, rounds to a step of the converter, then to the 1e-6 g that the
    /// file has, so that file and stream hold the same numbers.
    fn quantise(&self, g: f64) -> f32 {
        let mut g = g.clamp(-self.full_scale_g, self.full_scale_g);
        if self.step_g > 0.0 {
            g = (g / self.step_g).round() * self.step_g;
        }
        ((g * 1e6).round() / 1e6) as f32
    }
}

/// How the sensor sits on what carries it, and how that changes.
#[derive(Debug)]
struct Mount {
    /// First the band's place around the limb, then upside down or not.
    around: f64,
    flipped: f64,
    /// When the band creeps, and by how many radians.
    creeps: Vec<(Stretch, f64)>,
    columns: [Vector; 3],
    creeping_until_s: f64,
}

impl Mount {
    fn draw(sensor: &Sensor, seed: u64, length_s: f64) -> Self {
        let mut random = stream(seed, Stream::Mount);
        let flat = sensor.placement == Placement::Mattress;
        let around = uniform(&mut random, -180.0, 180.0).to_radians();
        let upside_down = chance(&mut random, 0.3);
        let mut random = stream(seed, Stream::Slip);
        let slip = sensor.faults.slip_deg.to_radians();
        let shares: Vec<f64> = (0..4).map(|_| uniform(&mut random, 0.2, 1.0)).collect();
        let all: f64 = shares.iter().sum();
        let direction = sign(&mut random);
        let creep = |share: &f64| {
            let from_s = uniform(&mut random, 0.1, 0.85) * length_s;
            let for_s = uniform(&mut random, 60.0, 900.0);
            ((from_s, from_s + for_s), direction * slip * share / all)
        };
        let creeps = if slip > 0.0 { shares.iter().map(creep).collect() } else { Vec::new() };
        let mut mount = Self {
            around: if flat { 0.0 } else { around },
            flipped: if upside_down && !flat { std::f64::consts::PI } else { 0.0 },
            creeping_until_s: creeps
                .iter()
                .map(|creep: &(Stretch, f64)| creep.0.1)
                .fold(0.0, f64::max),
            creeps,
            columns: [ZERO; 3],
        };
        mount.sit(0.0);
        mount
    }

    fn sit(&mut self, now_s: f64) {
        let crept: f64 = self
            .creeps
            .iter()
            .map(|((from_s, to_s), by)| by * ((now_s - from_s) / (to_s - from_s)).clamp(0.0, 1.0))
            .sum();
        let sit = |axis: Vector| {
            rotate(rotate(axis, [0.0, self.around + crept, 0.0]), [self.flipped, 0.0, 0.0])
        };
        self.columns = [sit([1.0, 0.0, 0.0]), sit([0.0, 1.0, 0.0]), sit([0.0, 0.0, 1.0])];
    }

    fn turn(&mut self, felt: Vector, now_s: f64) -> Vector {
        if now_s < self.creeping_until_s {
            self.sit(now_s);
        }
        let [x, y, z] = self.columns;
        add(add(scale(x, felt[0]), scale(y, felt[1])), scale(z, felt[2]))
    }
}

/// Noise with a spectrum of 1/f: one white source into low-passes of first
/// order whose corners are spread evenly over the decades, each as much weaker
/// as the root of its corner is higher.
#[derive(Debug)]
struct Flicker {
    keep: [f64; 7],
    take: [f64; 7],
    state: [[f64; 7]; 3],
    random: Random,
    silent: bool,
}

impl Flicker {
    fn new(rms_g: f64, rate_hz: f64, seed: u64) -> Self {
        let keep = FLICKER_HZ.map(|hz| (-std::f64::consts::TAU * hz / rate_hz).exp());
        let mut take: [f64; 7] =
            std::array::from_fn(|pole| (1.0 - keep[pole]) / FLICKER_HZ[pole].sqrt());
        let mut variance = 0.0;
        for a in 0..7 {
            for b in 0..7 {
                variance += take[a] * take[b] / (1.0 - keep[a] * keep[b]);
            }
        }
        take = take.map(|t| t * rms_g / variance.sqrt());
        let random = stream(seed, Stream::Flicker);
        Self { keep, take, state: [[0.0; 7]; 3], random, silent: rms_g == 0.0 }
    }

    fn next(&mut self) -> Vector {
        if self.silent {
            return ZERO;
        }
        let mut out = ZERO;
        for (axis, state) in self.state.iter_mut().enumerate() {
            let white = normal(&mut self.random);
            for ((value, keep), take) in state.iter_mut().zip(&self.keep).zip(&self.take) {
                *value = keep * *value + take * white;
                out[axis] += *value;
            }
        }
        out
    }
}

/// Moments of a Poisson process as they pass.
#[derive(Debug)]
struct Moments {
    mean_s: f64,
    next_s: f64,
    random: Random,
}

impl Moments {
    fn new(per_hour: f64, mut random: Random) -> Self {
        if per_hour <= 0.0 {
            return Self { mean_s: f64::INFINITY, next_s: f64::INFINITY, random };
        }
        let mean_s = 3600.0 / per_hour;
        let next_s = waiting(&mut random, mean_s);
        Self { mean_s, next_s, random }
    }

    fn pass(&mut self, now_s: f64) -> bool {
        if now_s < self.next_s {
            return false;
        }
        self.next_s = now_s + waiting(&mut self.random, self.mean_s);
        true
    }
}
