//! How much of a movement reaches the sensor, and by which way.

use super::random::{Random, uniform};
use crate::recording::Placement;

/// What moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The leg on the sensor's side.
    Leg,
    /// The leg on the other side.
    OtherLeg,
    /// A twitch or a tremor of the limb the sensor is on.
    WornLimb,
    /// The body as a whole: shifts, gross movements, starts.
    Body,
    /// The bed, pushed by somebody else on it.
    Bed,
    /// The building: quick rings that pass bed and body partly as they are.
    Floor,
    /// The device itself, in somebody's hand or by its own motor.
    Device,
    /// The sleeper on foot, out of bed.
    Afoot,
}

/// The share of a movement that arrives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Coupling {
    /// Of its turn: a sensor on a limb turns with it, a mattress tilts by
    /// some hundredths of it.
    pub turn: f64,
    /// Of its push, unchanged.
    pub direct: f64,
    /// Of its push, through the bed, which swings.
    pub bed: f64,
}

impl Coupling {
    /// Nothing arrives.
    pub fn is_none(&self) -> bool {
        self.turn == 0.0 && self.direct == 0.0 && self.bed == 0.0
    }
}

/// Where one movement comes from, and how well it is passed on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    pub origin: Origin,
    /// 0 to 1: the place within the ranges of the shares.
    luck: f64,
}

impl Way {
    /// One draw whatever the placement, so that another placement is the same
    /// night elsewhere.
    pub fn draw(origin: Origin, random: &mut Random) -> Self {
        Self { origin, luck: uniform(random, 0.0, 1.0) }
    }

    /// The same movement, from where another sensor sees it come.
    pub fn seen_from(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }
}

/// The coupling of one movement. The shares are chosen so that a leg
/// movement arrives on the mattress with 2 to 5 % of its height at the ankle,
/// and a start, which throws the whole body, with a third.
pub(super) fn coupling(placement: Placement, way: Way) -> Coupling {
    use Origin::{Afoot, Bed, Body, Device, Floor, Leg, OtherLeg, WornLimb};
    use Placement::{Ankle, Mattress, Waist, Wrist};
    let between = |low: f64, high: f64| low + (high - low) * way.luck;
    let (turn, direct, bed) = match (placement, way.origin) {
        (_, Device) => (1.0, 1.0, 0.0),
        (Ankle, Leg | WornLimb) => (1.0, 1.0, 0.03),
        (Ankle, OtherLeg) => (0.0, 0.0, between(0.02, 0.06)),
        (Ankle, Body) => (1.0, 1.0, between(0.1, 0.3)),
        (Ankle, Bed) => (0.0, 0.0, between(0.1, 0.3)),
        (Ankle, Floor) => (0.0, between(0.05, 0.2), between(0.1, 0.2)),
        (Wrist, Leg | OtherLeg) => (0.0, 0.0, between(0.01, 0.03)),
        (Wrist, WornLimb) => (1.0, 1.0, 0.0),
        (Wrist, Body) => (1.0, 1.0, between(0.05, 0.2)),
        (Wrist, Bed) => (0.0, 0.0, between(0.05, 0.2)),
        (Wrist, Floor) => (0.0, between(0.05, 0.15), between(0.05, 0.1)),
        (Waist, Leg | OtherLeg) => (between(0.005, 0.02), 0.0, between(0.03, 0.08)),
        (Waist, WornLimb) => (0.02, 0.0, between(0.05, 0.15)),
        (Waist, Body) => (0.9, 0.6, between(0.2, 0.4)),
        (Waist, Bed) => (0.0, 0.0, between(0.2, 0.4)),
        (Waist, Floor) => (0.0, between(0.05, 0.2), between(0.1, 0.3)),
        (Mattress, Leg | OtherLeg) => (between(0.003, 0.015), 0.0, between(0.02, 0.05)),
        (Mattress, WornLimb) => (0.0, 0.0, between(0.02, 0.05)),
        (Mattress, Body) => (between(0.01, 0.03), 0.0, between(0.2, 0.45)),
        (Mattress, Bed) => (0.0, 0.0, between(0.6, 1.0)),
        (Mattress, Floor) => (0.0, between(0.4, 0.8), between(0.3, 0.6)),
        (Ankle, Afoot) => (1.0, 1.0, 0.0),
        (Wrist | Waist, Afoot) => (0.5, 0.5, 0.0),
        (Mattress, Afoot) => (0.0, 0.0, 0.0),
    };
    Coupling { turn, direct, bed }
}
