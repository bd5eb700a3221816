//! Breathing and heartbeat: what a still sleeper adds.

use std::f64::consts::TAU;

use super::plan::Surroundings;
use super::random::{Random, Stream, log_normal, normal, stream, uniform};
use super::vector::{Vector, ZERO, add, near, scale};

/// Streams the two rhythms of the sleeper.
#[derive(Debug)]
pub(super) struct Vitals {
    in_bed_s: (f64, f64),
    breath: Rhythm,
    beat: Rhythm,
}

/// A rhythm, period by period.
#[derive(Debug)]
struct Rhythm {
    along_g: Vector,
    period_s: f64,
    spread: f64,
    begin_s: f64,
    this_s: f64,
    height: f64,
    random: Random,
}

impl Rhythm {
    fn draw(
        peak_mg: f64,
        slowest_hz: f64,
        fastest_hz: f64,
        spread: f64,
        mut random: Random,
    ) -> Self {
        let along_g = scale(near([0.0, 0.0, 1.0], 25.0, &mut random), peak_mg * 1e-3);
        let period_s = 1.0 / uniform(&mut random, slowest_hz, fastest_hz);
        let (begin_s, this_s, height) = (0.0, period_s, 1.0);
        Self { along_g, period_s, spread, begin_s, this_s, height, random }
    }

    /// Seconds since this period began, its length and height.
    fn advance(&mut self, now_s: f64) -> (f64, f64, f64) {
        while now_s - self.begin_s >= self.this_s {
            self.begin_s += self.this_s;
            self.this_s = log_normal(&mut self.random, self.period_s, self.spread);
            self.height = (1.0 + 0.2 * normal(&mut self.random)).clamp(0.4, 1.6);
        }
        (now_s - self.begin_s, self.this_s, self.height)
    }
}

impl Vitals {
    /// Breathing at 0.2 to 0.3 Hz, a heart at 50 to 68 beats a minute, while
    /// somebody lies in bed.
    pub fn new(around: &Surroundings, in_bed_s: (f64, f64), seed: u64) -> Self {
        let breathing = stream(seed, Stream::Breathing);
        let heart = stream(seed, Stream::Heart);
        Self {
            in_bed_s,
            breath: Rhythm::draw(around.breathing_mg, 0.2, 0.3, 0.08, breathing),
            beat: Rhythm::draw(around.heartbeat_mg, 50.0 / 60.0, 68.0 / 60.0, 0.05, heart),
        }
    }

    /// What they add at `now_s`, g.
    pub fn at(&mut self, now_s: f64) -> Vector {
        if now_s < self.in_bed_s.0 || now_s > self.in_bed_s.1 {
            return ZERO;
        }
        let (since_s, period_s, height) = self.breath.advance(now_s);
        let turn = TAU * since_s / period_s;
        // In is quicker than out.
        let breath = height * (turn + 0.4 * turn.sin()).sin();
        let (since_s, _, height) = self.beat.advance(now_s);
        // The recoil of one beat: two or three swings at about 6 Hz
        // (ballistocardiogram, waves I to K).
        let x = (since_s - 0.18) / 0.08;
        let beat = if x.abs() < 3.0 {
            height * (TAU * 6.0 * (since_s - 0.18)).cos() * (-x * x).exp()
        } else {
            0.0
        };
        add(scale(self.breath.along_g, breath), scale(self.beat.along_g, beat))
    }
}
