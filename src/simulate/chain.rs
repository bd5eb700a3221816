//! From the mechanics to the input of the converter: gravity as the turned
//! sensor feels it, pushes, the bed that swings, and the sensor's own
//! low-pass.

use super::coupling::Coupling;
use super::motion::Instant;
use super::schedule::after;
use super::vector::{Vector, ZERO, add, scale};

/// Mechanics is computed at least so often a second, so that what the sensor's
/// low-pass takes away was there.
pub(super) const FINE_HZ: f64 = 400.0;

/// A second-order filter of three axes (direct form II transposed).
#[derive(Debug, Clone)]
struct Filter {
    b: [f64; 3],
    a: [f64; 2],
    state: [Vector; 2],
}

impl Filter {
    /// Butterworth low-pass, by the bilinear transform.
    fn low_pass(cut_hz: f64, rate_hz: f64) -> Self {
        let k = (std::f64::consts::PI * cut_hz / rate_hz).tan();
        let damp = std::f64::consts::SQRT_2 * k;
        let n = 1.0 / (1.0 + damp + k * k);
        let b = [k * k * n, 2.0 * k * k * n, k * k * n];
        Self { b, a: [2.0 * (k * k - 1.0) * n, (1.0 - damp + k * k) * n], state: [ZERO; 2] }
    }

    /// What a mass on a spring and a damper makes of the acceleration of its
    /// support.
    fn spring(own_hz: f64, damping: f64, rate_hz: f64) -> Self {
        let k = (std::f64::consts::PI * own_hz / rate_hz).tan();
        let damp = 2.0 * damping * k;
        let n = 1.0 / (1.0 + damp + k * k);
        let b = [(k * k + damp) * n, 2.0 * k * k * n, (k * k - damp) * n];
        Self { b, a: [2.0 * (k * k - 1.0) * n, (1.0 - damp + k * k) * n], state: [ZERO; 2] }
    }

    fn step(&mut self, x: Vector) -> Vector {
        let mut y = ZERO;
        for axis in 0..3 {
            y[axis] = self.b[0] * x[axis] + self.state[0][axis];
            self.state[0][axis] = self.b[1] * x[axis] - self.a[0] * y[axis] + self.state[1][axis];
            self.state[1][axis] = self.b[2] * x[axis] - self.a[1] * y[axis];
        }
        y
    }

    /// As after a long time at `x`; both filters pass a constant unchanged.
    fn settle(&mut self, x: Vector) {
        self.state[1] = scale(x, self.b[2] - self.a[1]);
        self.state[0] = scale(x, 1.0 - self.b[0]);
    }
}

/// The chain of one sensor.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// Fine steps a frame.
    pub steps: u32,
    bed: Filter,
    sensor: Filter,
}

impl Chain {
    /// For a sensor of `rate_hz` on a bed of some frequency and damping ratio,
    /// computed `at_least_hz` times a second. The sensor's own low-pass is at 0.4
    /// of its rate, as that of the common digital accelerometers.
    pub fn new(rate_hz: f64, at_least_hz: f64, (bed_hz, bed_damping): (f64, f64)) -> Self {
        let steps = (at_least_hz / rate_hz).ceil().max(2.0) as u32;
        let fine_hz = rate_hz * f64::from(steps);
        Self {
            steps,
            bed: Filter::spring(bed_hz, bed_damping, fine_hz),
            sensor: Filter::low_pass(0.4 * rate_hz, fine_hz),
        }
    }

    /// Still, with `up` up.
    pub fn settle(&mut self, up: Vector) {
        self.bed.settle(ZERO);
        self.sensor.settle(up);
    }

    /// One fine step of movements that are added up in `sum`.
    pub fn step(&mut self, up: Vector, sum: Arrived) -> Vector {
        let swing = self.bed.step(sum.bed_g);
        self.sensor.step(add(add(after(up, sum.turn), sum.direct_g), swing))
    }
}

/// What arrives of all movements at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrived {
    pub turn: Vector,
    pub direct_g: Vector,
    pub bed_g: Vector,
}

impl Arrived {
    pub const NOTHING: Self = Self { turn: ZERO, direct_g: ZERO, bed_g: ZERO };

    /// Adds a movement, by the way it comes.
    pub fn take(&mut self, now: Instant, by: Coupling) {
        self.turn = add(self.turn, scale(now.turn, by.turn));
        self.direct_g = add(self.direct_g, scale(now.push_g, by.direct));
        self.bed_g = add(self.bed_g, scale(now.push_g, by.bed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bed of 5 Hz and damping 0.1, hit once, swings at 5·√(1 − 0.1²) Hz and
    /// falls by e^(−2π·0.1/√(1 − 0.1²)) from one swing to the next.
    #[test]
    fn the_bed_rings_at_its_own_frequency_and_damping() {
        let mut bed = Filter::spring(5.0, 0.1, 1000.0);
        let swing: Vec<f64> =
            (0..1000).map(|k| bed.step([if k == 0 { 1.0 } else { 0.0 }, 0.0, 0.0])[0]).collect();
        let peaks: Vec<usize> = (50..999)
            .filter(|&k| swing[k] > swing[k - 1] && swing[k] >= swing[k + 1] && swing[k] > 0.0)
            .collect();
        let root = (1.0f64 - 0.01).sqrt();
        let period = (peaks[2] - peaks[0]) as f64 / 2.0;
        assert!((period - 1000.0 / (5.0 * root)).abs() < 1.0, "{period}");
        let fall = swing[peaks[1]] / swing[peaks[0]];
        let expected = (-std::f64::consts::TAU * 0.1 / root).exp();
        assert!((fall - expected).abs() < 0.01, "{fall} {expected}");
    }

    #[test]
    fn settled_filters_stay_where_they_are() {
        let mut chain = Chain::new(50.0, FINE_HZ, (5.0, 0.1));
        let up = [0.6, 0.0, 0.8];
        chain.settle(up);
        for _ in 0..100 {
            let now = chain.step(up, Arrived::NOTHING);
            assert!(super::super::vector::angle_deg(now, up) < 1e-9);
        }
    }

    /// A Butterworth low-pass halves the power at its cut: 0.4 of the rate.
    #[test]
    fn the_sensor_takes_away_what_its_rate_cannot_show() {
        let mut chain = Chain::new(50.0, FINE_HZ, (5.0, 0.1));
        chain.settle(ZERO);
        let fine_hz = 50.0 * f64::from(chain.steps);
        let mut power = 0.0;
        for k in 0..(4.0 * fine_hz) as u32 {
            let x = (std::f64::consts::TAU * 20.0 * f64::from(k) / fine_hz).sin();
            let sum = Arrived { direct_g: [x, 0.0, 0.0], ..Arrived::NOTHING };
            let y = chain.sensor.step(sum.direct_g)[0];
            if f64::from(k) >= 2.0 * fine_hz {
                power += y * y / (2.0 * fine_hz);
            }
        }
        assert!((power - 0.25).abs() < 0.005, "{power}");
    }
}
