//! The acceleration at the sensor, frame by frame, from the list of movements.

use std::sync::Arc;

use super::chain::{Arrived, Chain};
use super::coupling::Coupling;
use super::motion::Motion;
use super::schedule::after;
use super::vector::{Vector, scale};

/// After the end of a movement the bed swings on for so long at most, s.
const TAIL_S: f64 = 2.0;

/// Rings go on below the 5 % at which the truth ends them, s.
const FADE_S: f64 = 0.5;

/// A movement on its way to the sensor.
#[derive(Debug)]
pub(super) struct Moving {
    pub onset_s: f64,
    /// Until the truth ends it, s.
    pub length_s: f64,
    pub motion: Motion,
    pub coupling: Coupling,
}

/// Streams the acceleration at the sensor, gravity included and free of noise,
/// in the frame of what carries the sensor.
///
/// Between movements nothing is computed; during one, the mechanics runs at
/// least 400 times a second.
#[derive(Debug)]
pub(super) struct Renderer {
    moving: Arc<[Moving]>,
    next: usize,
    active: Vec<usize>,
    up: Vector,
    chain: Chain,
    frame_s: f64,
    running: bool,
    settled_s: f64,
}

impl Renderer {
    pub fn new(moving: Arc<[Moving]>, up: Vector, chain: Chain, frame_s: f64) -> Self {
        let (next, active) = (0, Vec::new());
        Self { moving, next, active, up, chain, frame_s, running: false, settled_s: 0.0 }
    }

    /// The acceleration of frame `n`, g; frames have to be taken in order.
    pub fn frame(&mut self, n: u64) -> Vector {
        let now_s = n as f64 * self.frame_s;
        let none_begins = self.moving.get(self.next).is_none_or(|next| next.onset_s > now_s);
        if self.active.is_empty() && none_begins && now_s >= self.settled_s {
            self.running = false;
            return self.up;
        }
        if !self.running {
            self.running = true;
            self.chain.settle(self.up);
        }
        let mut out = self.up;
        for step in 1..=self.chain.steps {
            let back = f64::from(self.chain.steps - step) / f64::from(self.chain.steps);
            let sum = self.arrived(now_s - back * self.frame_s);
            out = self.chain.step(self.up, sum);
        }
        out
    }

    /// Lets movements begin and end, and adds up those that go on.
    fn arrived(&mut self, now_s: f64) -> Arrived {
        while self.moving.get(self.next).is_some_and(|next| next.onset_s <= now_s) {
            self.active.push(self.next);
            self.next += 1;
        }
        let mut sum = Arrived::NOTHING;
        let (moving, up, settled_s) = (&self.moving, &mut self.up, &mut self.settled_s);
        self.active.retain(|&index| {
            let movement = &moving[index];
            let since_s = now_s - movement.onset_s;
            if since_s > movement.length_s + FADE_S {
                let turn = movement.motion.at(f64::INFINITY).turn;
                *up = after(*up, scale(turn, movement.coupling.turn));
                *settled_s = now_s + TAIL_S;
                return false;
            }
            sum.take(movement.motion.at(since_s), movement.coupling);
            true
        });
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::chain::FINE_HZ;
    use crate::simulate::motion::{Part, Step};
    use crate::simulate::plan::Limb;
    use crate::simulate::random::{Stream, stream};
    use crate::simulate::shape;
    use crate::simulate::vector::angle_deg;

    const RATE_HZ: f64 = 100.0;
    const ON_LIMB: Coupling = Coupling { turn: 1.0, direct: 1.0, bed: 0.0 };

    /// Frames of `motion` at 1 s, on a leg that lies flat.
    fn frames(motion: Motion, seconds: f64) -> Vec<Vector> {
        let moving =
            Moving { onset_s: 1.0, length_s: motion.length_s(), motion, coupling: ON_LIMB };
        let chain = Chain::new(RATE_HZ, FINE_HZ, (5.0, 0.1));
        let up = [0.0, 0.0, 1.0];
        let mut renderer = Renderer::new([moving].into(), up, chain, 1.0 / RATE_HZ);
        (0..(seconds * RATE_HZ) as u64).map(|n| renderer.frame(n)).collect()
    }

    /// A leg raised by 10 degrees and held shows sin 10° along it and cos 10°
    /// across; when it is back, nothing.
    #[test]
    fn a_held_turn_shows_the_sine_of_its_angle() {
        let by = 10f64.to_radians();
        let steps =
            vec![Step { at_s: 0.0, rise_s: 0.4, by }, Step { at_s: 3.0, rise_s: 0.4, by: -by }];
        let part = Part::Turn { axis: [-1.0, 0.0, 0.0], arm_m: [0.0, -0.3, 0.0], steps };
        let frames = frames(Motion { parts: vec![part] }, 8.0);
        for frame in &frames[180..390] {
            // The foot is higher than the knee: up points away from the body.
            assert!((frame[1] + 0.173_648).abs() < 1e-4, "{frame:?}");
            assert!((frame[2] - 0.984_808).abs() < 1e-4, "{frame:?}");
        }
        assert!(angle_deg(frames[700], [0.0, 0.0, 1.0]) < 1e-6);
    }

    /// A tonic movement of 12 degrees stays tilted by about that from its rise
    /// to its fall, and comes back to within 2 degrees.
    #[test]
    fn a_tonic_movement_stays_tilted_through_its_hold() {
        let limb = Limb {
            angle_deg: 12.0,
            angle_spread: 0.0,
            tonic_share: 1.0,
            length_s: 3.5,
            lever_m: 0.3,
        };
        let mut random = stream(3, Stream::Isolated);
        for _ in 0..20 {
            let motion = shape::limb_movement(&limb, 1.0, &mut random);
            let length_s = motion.length_s();
            let frames = frames(motion, length_s + 4.0);
            let tilt = |at_s: f64| {
                let first = ((1.0 + at_s) * RATE_HZ) as usize;
                angle_deg([0.0, 0.0, 1.0], frames[first])
            };
            // At most 0.7 s up, 0.8 s down and 0.3 s of impact.
            let (from_s, to_s) = (0.8, length_s - 1.2);
            for part in 0..=10 {
                let at_s = from_s + (to_s - from_s) * f64::from(part) / 10.0;
                assert!(to_s < from_s || tilt(at_s) > 5.0, "{at_s} of {length_s}: {}", tilt(at_s));
            }
            assert!(tilt(length_s + 2.5) < 2.1);
        }
    }

    /// What is computed only while something moves is what is computed always.
    #[test]
    fn resting_saves_work_and_changes_nothing() {
        let mut random = stream(4, Stream::Starts);
        let motion = shape::hypnic_start(0.4, 0.3, &mut random);
        let once = frames(motion.clone(), 12.0);
        let pushed = frames(motion.clone(), 1.0 + motion.length_s());
        assert_eq!(once[..pushed.len()], pushed[..]);
        let up = [0.0, 0.0, 1.0];
        assert!(once[..100].iter().chain(&once[600..]).all(|frame| angle_deg(*frame, up) < 1e-6));
    }
}
