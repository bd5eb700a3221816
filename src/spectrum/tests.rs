use std::f64::consts::TAU;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::*;
use crate::recording::Frame;

/// Samples of which a tick is the mean.
const IN_TICK: usize = 4;
const TICK_HZ: [f64; 4] = [10.0, 12.5, 20.0, 25.0];

/// A seeded source of movements.
struct Maker(ChaCha8Rng);

/// What a movement adds to gravity: direction, and value over time.
type Part = (Frame, Box<dyn Fn(f64) -> f64>);

impl Maker {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0.random_range(low..high)
    }

    /// Evenly on a logarithmic scale.
    fn log_between(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    fn direction(&mut self) -> Frame {
        let axes = [self.normal(), self.normal(), self.normal()];
        let length = axes.iter().map(|axis| axis * axis).sum::<f64>().sqrt();
        axes.map(|axis| (axis / length) as f32)
    }

    /// Mean accelerations of parts, gravity and the noise of every tick.
    fn ticks(&mut self, parts: &[Part], duration_s: f64, tick_hz: f64, noise_g: f64) -> Vec<Frame> {
        let gravity = self.direction();
        let count = (duration_s * tick_hz) as usize;
        (0..count)
            .map(|tick| {
                let mut frame = gravity.map(|axis| axis + (noise_g * self.normal()) as f32);
                for sample in tick * IN_TICK..(tick + 1) * IN_TICK {
                    for (direction, value) in parts {
                        let share =
                            value(sample as f64 / (IN_TICK as f64 * tick_hz)) / IN_TICK as f64;
                        for (axis, part) in frame.iter_mut().zip(direction) {
                            *axis += share as f32 * part;
                        }
                    }
                }
                frame
            })
            .collect()
    }
}

/// What one repetition of a train looks like.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// A tilt and back, a quarter of the period wide.
    Pulse,
    /// One whole swing through zero.
    Swing,
    /// Half a swing, then rest.
    Burst,
    /// 60 ms, whatever the period.
    Kick,
}

impl Shape {
    fn value(self, from_centre_s: f64, frequency_hz: f64) -> f64 {
        let phase = from_centre_s * frequency_hz;
        match self {
            Self::Pulse => (-0.5 * (phase / 0.13).powi(2)).exp(),
            Self::Swing if phase.abs() < 0.5 => (TAU * phase).sin(),
            Self::Burst if phase.abs() < 0.25 => (TAU * phase).cos(),
            Self::Kick => (-0.5 * (from_centre_s / 0.06).powi(2)).exp(),
            _ => 0.0,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Train {
    frequency_hz: f64,
    count: u32,
    shape: Shape,
    /// Standard deviation of the intervals over their mean.
    jitter: f64,
    /// The same of the sizes.
    unevenness: f64,
    noise_g: f64,
}

/// What comes closest to a train, whatever its share of the lines.
fn strongest(spectrum: &mut Spectrum, ticks: &[Frame], tick_hz: f64) -> Option<(Repetition, f64)> {
    let (mut axes, mut fine) = <([Vec<f64>; 3], Fine)>::default();
    straighten(ticks.iter().copied(), &mut axes);
    let Proposals { lines, can, .. } = spectrum.proposals(&axes, tick_hz, 0.0)?;
    let slowest_hz = can.iter().copied().fold(f64::INFINITY, f64::min);
    finely(&axes, tick_hz, slowest_hz, &mut fine);
    let train = fine.strongest(&can, 0.0, &mut Work::default())?;
    Some((train, lines.share(train.frequency_hz)))
}

impl Maker {
    fn train(&mut self, train: Train, tick_hz: f64) -> Vec<Frame> {
        let Train { frequency_hz, count, shape, jitter, unevenness, noise_g } = train;
        let quiet_s = self.between(0.0, 0.5);
        let mut at_s = quiet_s + 0.5 / frequency_hz;
        let main = self.direction();
        let mut parts: Vec<Part> = Vec::new();
        for _ in 0..count {
            let size = (1.0 + unevenness * self.normal()).max(0.2);
            let side = 0.3 * self.normal();
            let centre_s = at_s;
            let form = move |t: f64| shape.value(t - centre_s, frequency_hz);
            parts.push((main, Box::new(move |t| size * form(t))));
            parts.push((self.direction(), Box::new(move |t| size * side * form(t))));
            at_s += (1.0 + jitter * self.normal()) / frequency_hz;
        }
        let duration_s = at_s - 0.5 / frequency_hz + quiet_s;
        self.ticks(&parts, duration_s, tick_hz, noise_g)
    }

    fn any_train(&mut self, shape: Shape, jitter: f64) -> (Train, f64, Vec<Frame>) {
        let frequency_hz = self.log_between(0.3, 4.0);
        let most = (30.0 * frequency_hz).min(40.0);
        let count = self.log_between(4.0, most.max(5.0)) as u32;
        let train = Train {
            frequency_hz,
            count,
            shape,
            jitter,
            unevenness: self.between(0.0, 0.3),
            noise_g: self.between(0.0, 0.05),
        };
        let tick_hz = TICK_HZ[self.0.random_range(0..4)];
        let ticks = self.train(train, tick_hz);
        (train, tick_hz, ticks)
    }

    /// Bumps at random times in random directions, and turns of posture.
    fn gross(&mut self) -> (Vec<Part>, f64) {
        let duration_s = self.between(2.0, 25.0);
        let bumps = 3 + (duration_s * self.between(0.4, 2.0)) as u32;
        let mut parts = Vec::new();
        for _ in 0..bumps {
            let (width_s, at_s) = (self.between(0.1, 0.7), self.between(0.0, duration_s));
            let size = self.normal();
            let bump = move |t: f64| size * (-0.5 * ((t - at_s) / width_s).powi(2)).exp();
            parts.push((self.direction(), Box::new(bump) as _));
        }
        for _ in 0..self.0.random_range(0..4) {
            parts.push(self.turn(duration_s));
        }
        (parts, duration_s)
    }

    fn turn(&mut self, duration_s: f64) -> Part {
        let (at_s, width_s) = (self.between(0.3, 0.7) * duration_s, self.between(0.05, 0.5));
        let turn = move |t: f64| 1.0 / (1.0 + (-(t - at_s) / width_s).exp());
        (self.direction(), Box::new(turn))
    }

    /// A turn of posture with a few bumps around it.
    fn posture_shift(&mut self) -> (Vec<Part>, f64) {
        let duration_s = self.between(2.0, 20.0);
        let mut parts = vec![self.turn(duration_s)];
        for _ in 0..self.0.random_range(0..4) {
            let at_s = duration_s * 0.5 + self.normal();
            let (width_s, size) = (self.between(0.1, 0.5), 0.5 * self.normal());
            let bump = move |t: f64| size * (-0.5 * ((t - at_s) / width_s).powi(2)).exp();
            parts.push((self.direction(), Box::new(bump)));
        }
        (parts, duration_s)
    }

    fn ring(&mut self, at_s: f64, frequency_hz: f64, decay_s: f64) -> Part {
        let size = self.between(0.3, 1.0);
        let ring = move |t: f64| match t - at_s {
            since_s if since_s > 0.0 => {
                size * (-since_s / decay_s).exp() * (TAU * frequency_hz * since_s).sin()
            }
            _ => 0.0,
        };
        (self.direction(), Box::new(ring))
    }

    /// Tilt out and back, shaking at the onset and at the release.
    fn tonic(&mut self) -> (Vec<Part>, f64) {
        let (hold_s, quiet_s) = (self.between(1.5, 5.0), self.between(0.2, 0.6));
        let (out_s, back_s) = (self.between(0.02, 0.1), self.between(0.02, 0.1));
        let size = self.between(0.1, 1.0);
        let step = |t: f64| 1.0 / (1.0 + (-t).exp());
        let tilt = move |t: f64| {
            size * (step((t - quiet_s) / out_s) - step((t - quiet_s - hold_s) / back_s))
        };
        let mut parts: Vec<Part> = vec![(self.direction(), Box::new(tilt))];
        for at_s in [quiet_s, quiet_s + hold_s] {
            let (frequency_hz, decay_s) = (self.between(3.0, 9.0), self.between(0.1, 0.35));
            parts.push(self.ring(at_s, frequency_hz, decay_s));
        }
        (parts, hold_s + 2.0 * quiet_s + 0.4)
    }

    /// One ring; `damping` is the ratio to critical damping.
    fn decaying(&mut self) -> (Vec<Part>, f64) {
        let (damping, frequency_hz) = (self.between(0.06, 0.2), self.between(1.0, 6.0));
        let at_s = self.between(0.1, 0.4);
        let parts = vec![self.ring(at_s, frequency_hz, 1.0 / (TAU * frequency_hz * damping))];
        (parts, at_s + self.between(1.0, 4.0))
    }

    /// Sines at random within a band, as irregular movement without a begin.
    fn band(&mut self) -> (Vec<Part>, f64) {
        let duration_s = self.between(2.0, 25.0);
        let low_hz = self.log_between(0.1, 1.0);
        let high_hz = low_hz * self.between(3.0, 10.0);
        let mut parts: Vec<Part> = Vec::new();
        for _ in 0..30 {
            let (at_hz, phase) = (self.between(low_hz, high_hz), self.between(0.0, TAU));
            let size = 0.3 * self.normal();
            parts.push((
                self.direction(),
                Box::new(move |t| size * (TAU * at_hz * t + phase).sin()),
            ));
        }
        (parts, duration_s)
    }

    fn stroke(&mut self) -> (Vec<Part>, f64) {
        let duration_s = self.between(1.0, 5.0);
        let width_s = self.between(0.05, 0.3) * duration_s;
        let bump = move |t: f64| (-0.5 * ((t - duration_s / 2.0) / width_s).powi(2)).exp();
        (vec![(self.direction(), Box::new(bump))], duration_s)
    }
}

/// How many of `count` movements are called rhythmic.
fn called(seed: u64, count: usize, make: impl Fn(&mut Maker) -> (Vec<Part>, f64)) -> usize {
    let (mut maker, mut spectrum) = (Maker::new(seed), Spectrum::default());
    let called = (0..count).filter(|n| {
        let (parts, duration_s) = make(&mut maker);
        let tick_hz = TICK_HZ[n % 4];
        let noise_g = maker.between(0.0, 0.03);
        let ticks = maker.ticks(&parts, duration_s, tick_hz, noise_g);
        spectrum.rhythm(ticks.iter().copied(), tick_hz).is_some()
    });
    called.count()
}

#[test]
fn irregular_gross_movements_are_no_rhythm() {
    assert_eq!(called(1, 40, Maker::gross), 0);
    let noise = called(2, 40, Maker::band);
    assert!(noise <= 3, "{noise} of 40");
}

#[test]
fn a_tonic_movement_with_onset_and_release_is_no_rhythm() {
    assert_eq!(called(3, 60, Maker::tonic), 0);
}

#[test]
fn posture_shifts_and_single_strokes_are_no_rhythm() {
    assert_eq!(called(4, 60, Maker::posture_shift), 0);
    assert_eq!(called(5, 60, Maker::stroke), 0);
}

#[test]
fn a_decaying_ring_is_no_rhythm() {
    let rings = called(6, 100, Maker::decaying);
    assert!(rings <= 4, "{rings} of 100");
}

/// The AASM manual asks for four.
#[test]
fn three_repetitions_are_no_rhythm_and_five_are() {
    let (mut maker, mut spectrum) = (Maker::new(7), Spectrum::default());
    let mut found = |count: u32| {
        let called = (0..80).filter(|n| {
            let train = Train {
                frequency_hz: maker.log_between(0.4, 3.0),
                count,
                shape: [Shape::Pulse, Shape::Swing][n % 2],
                jitter: 0.03,
                unevenness: 0.15,
                noise_g: 0.02,
            };
            let tick_hz = TICK_HZ[n / 2 % 4];
            let ticks = maker.train(train, tick_hz);
            spectrum.rhythm(ticks.iter().copied(), tick_hz).is_some()
        });
        called.count()
    };
    let (three, five) = (found(3), found(5));
    assert!(three <= 6 && five >= 70, "{three} and {five} of 80");
}

#[test]
fn frequency_and_count_of_a_train_are_found() {
    let (mut maker, mut spectrum) = (Maker::new(8), Spectrum::default());
    for frequency_hz in [0.32, 0.5, 0.8, 1.2, 2.0, 2.9, 3.8] {
        for shape in [Shape::Pulse, Shape::Swing, Shape::Burst] {
            // Above 2.5 Hz the second harmonic folds down at 10 ticks a second.
            let tick_rates_hz = if frequency_hz < 2.5 { &[10.0, 25.0][..] } else { &[25.0] };
            for &tick_hz in tick_rates_hz {
                let train = Train {
                    frequency_hz,
                    count: 9,
                    shape,
                    jitter: 0.02,
                    unevenness: 0.1,
                    noise_g: 0.02,
                };
                let ticks = maker.train(train, tick_hz);
                let Some(rhythm) = spectrum.rhythm(ticks.iter().copied(), tick_hz) else {
                    panic!("{train:?} at {tick_hz} ticks a second: nothing");
                };
                let ratio = f64::from(rhythm.frequency_hz) / frequency_hz;
                assert!((ratio - 1.0).abs() < 0.06, "{train:?} at {tick_hz}: {rhythm:?}");
                assert!((7..=10).contains(&rhythm.peaks), "{train:?} at {tick_hz}: {rhythm:?}");
                assert!((0.55..=1.0).contains(&rhythm.share), "{train:?} at {tick_hz}: {rhythm:?}");
            }
        }
    }
}

/// How many of 24 trains at random are found with their frequency.
fn found_trains(shape: Shape, jitter: f64) -> usize {
    let (mut maker, mut spectrum) = (Maker::new(9), Spectrum::default());
    let found = (0..24).filter(|_| {
        let (train, tick_hz, ticks) = maker.any_train(shape, jitter);
        spectrum.rhythm(ticks.iter().copied(), tick_hz).is_some_and(|rhythm| {
            (f64::from(rhythm.frequency_hz) / train.frequency_hz - 1.0).abs() < 0.12
        })
    });
    found.count()
}

#[test]
fn most_uneven_trains_are_found_and_irregular_ones_are_not() {
    for (shape, jitter, expected) in [
        (Shape::Swing, 0.05, 22..=24),
        (Shape::Pulse, 0.03, 20..=24),
        (Shape::Burst, 0.03, 20..=24),
        (Shape::Kick, 0.03, 10..=24),
        (Shape::Pulse, 0.4, 0..=5),
        (Shape::Swing, 0.4, 0..=5),
    ] {
        let found = found_trains(shape, jitter);
        assert!(expected.contains(&found), "{shape:?}, jitter {jitter}: {found} of 24");
    }
}

#[test]
fn what_cannot_hold_a_train_has_no_rhythm() {
    let mut spectrum = Spectrum::default();
    let nothing: [Frame; 0] = [];
    assert_eq!(spectrum.rhythm(nothing.iter().copied(), 10.0), None);
    assert_eq!(spectrum.rhythm([[0.0, 0.0, 1.0]].into_iter(), 10.0), None);
    assert_eq!(spectrum.rhythm([[0.0, 0.0, 1.0]; 600].into_iter(), 10.0), None);
    assert_eq!(spectrum.rhythm([[0.0, 0.0, 1.0]; 600].into_iter(), 0.0), None);
    let swing = |n: usize| [(TAU * 2.0 * n as f64 / 25.0).sin() as f32, 0.0, 1.0];
    let swings: Vec<Frame> = (0..100).map(swing).collect();
    assert_eq!(spectrum.rhythm(swings[..25].iter().copied(), 25.0), None);
    assert!(spectrum.rhythm(swings.iter().copied(), 25.0).is_some());
    // 2 Hz is above 0.45 of 4 ticks a second; the same numbers are then 0.32 Hz.
    assert!(
        spectrum
            .rhythm(swings.iter().copied(), 4.0)
            .is_some_and(|rhythm| rhythm.frequency_hz < 0.35)
    );
}

#[test]
fn one_axis_is_enough() {
    let swing = |n: usize| [0.0, (TAU * 1.5 * n as f64 / 12.5).sin() as f32, 0.0];
    let ticks: Vec<Frame> = (0..100).map(swing).collect();
    let rhythm = Spectrum::default().rhythm(ticks.iter().copied(), 12.5).unwrap();
    assert!((rhythm.frequency_hz - 1.5).abs() < 0.05);
    // 8 s of 1.5 Hz are 12.
    assert!((11..=13).contains(&rhythm.peaks), "{rhythm:?}");
    assert!(rhythm.share > 0.95);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    /// Neither how the sensor is turned nor a slow turn of it nor what was
    /// looked at before changes the answer.
    #[test]
    fn directions_and_history_do_not_matter(
        seed in 0..1000_u64, angle in 0.0..TAU, slope_g in -0.02..0.02_f32,
    ) {
        let mut maker = Maker::new(seed);
        let (_, tick_hz, ticks) = maker.any_train(Shape::Swing, 0.03);
        let (sin, cos) = angle.sin_cos();
        let turned: Vec<Frame> = ticks
            .iter()
            .enumerate()
            .map(|(n, &[x, y, z])| {
                let (x, y) = (f64::from(x), f64::from(y));
                let drift = slope_g * n as f32;
                [z, (cos * x - sin * y) as f32 + drift, (sin * x + cos * y) as f32]
            })
            .collect();
        let mut used = Spectrum::default();
        let straight = strongest(&mut used, &ticks, tick_hz);
        let again = strongest(&mut used, &ticks, tick_hz);
        prop_assert_eq!(straight, again);
        if let (Some((a, share_a)), Some((b, share_b))) = (straight, strongest(&mut used, &turned, tick_hz)) {
            prop_assert_eq!(a.frequency_hz, b.frequency_hz);
            prop_assert!((a.peaks - b.peaks).abs() < 0.3, "{a:?} {b:?}");
            prop_assert!((share_a - share_b).abs() < 1e-3);
        } else {
            prop_assert!(straight.is_none() && strongest(&mut used, &turned, tick_hz).is_none());
        }
    }
}
