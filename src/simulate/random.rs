//! Where every random number of a simulated night comes from.
//!
//! Each ingredient has a ChaCha stream of its own under the same seed, so that
//! more noise or one more door does not move a single leg.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};

/// The generator of one ingredient.
pub(super) type Random = ChaCha8Rng;

/// The ingredients that draw. The number of each is its ChaCha stream: append,
/// never renumber, or every seed becomes another night.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(super) enum Stream {
    Scene = 1,
    Sleep = 2,
    Body = 3,
    Evening = 4,
    Awakenings = 5,
    Starts = 6,
    Trains = 7,
    WakeTrains = 8,
    Isolated = 9,
    Doublets = 10,
    Rhythms = 11,
    Twitches = 12,
    Shifts = 13,
    GrossMovements = 14,
    Restlessness = 15,
    Doors = 16,
    Traffic = 17,
    Partner = 18,
    Pet = 19,
    Ringer = 20,
    Breathing = 22,
    Heart = 23,
    Noise = 24,
    Calibration = 25,
    Flicker = 26,
    Stamps = 27,
    Gaps = 28,
    Lost = 29,
    Spikes = 30,
    Stuck = 31,
    Slip = 32,
    Mount = 33,
    BothLegs = 34,
}

/// The generator of `ingredient` in the night `seed`.
pub(super) fn stream(seed: u64, ingredient: Stream) -> Random {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(ingredient as u64);
    random
}

/// Evenly between two bounds.
pub(super) fn uniform(random: &mut Random, low: f64, high: f64) -> f64 {
    low + (high - low) * random.random::<f64>()
}

/// Evenly in the logarithm between two positive bounds.
pub(super) fn log_uniform(random: &mut Random, low: f64, high: f64) -> f64 {
    uniform(random, low.ln(), high.ln()).exp()
}

/// Normal with mean 0 and standard deviation 1.
pub(super) fn normal(random: &mut Random) -> f64 {
    StandardNormal.sample(random)
}

/// Log-normal by its median and the standard deviation of its logarithm.
pub(super) fn log_normal(random: &mut Random, median: f64, spread: f64) -> f64 {
    median * (spread * normal(random)).exp()
}

/// The waiting time of a Poisson process.
pub(super) fn waiting(random: &mut Random, mean: f64) -> f64 {
    let unit: f64 = Exp1.sample(random);
    mean * unit
}

/// True with a probability.
pub(super) fn chance(random: &mut Random, probability: f64) -> bool {
    random.random::<f64>() < probability
}

/// 1 or -1.
pub(super) fn sign(random: &mut Random) -> f64 {
    if chance(random, 0.5) { 1.0 } else { -1.0 }
}

/// A whole number from `low` to `high`, both included.
pub(super) fn count(random: &mut Random, low: u32, high: u32) -> u32 {
    random.random_range(low..=high)
}
