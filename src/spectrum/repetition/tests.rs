//! Comparing by running sums against its twin, window by window.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

const RATE_HZ: f64 = 40.0;

/// Likeness and energy of two windows that follow each other: by the
/// definitions, about the mean of both.
fn naive_pair(fine: &Fine, at: usize, period: usize) -> (f64, f64) {
    let (mut common, mut energy) = (0.0, 0.0);
    for axis in &fine.axes {
        let both = &axis[at..at + 2 * period];
        let mean = both.iter().sum::<f64>() / both.len() as f64;
        let (here, next) = both.split_at(period);
        common += here.iter().zip(next).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
        energy += both.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    }
    (2.0 * common / energy.max(f64::MIN_POSITIVE), energy / period as f64)
}

/// The twin of [`Fine::repetition`].
fn naive(fine: &Fine, frequency_hz: f64) -> Option<Repetition> {
    let mut periods: Vec<usize> = periods(frequency_hz, fine.rate_hz).collect();
    periods.dedup();
    let longest_period = *periods.last()?;
    let from = fine.margins.around - 2 * longest_period;
    let places = fine.length() + 2 * (fine.margins.tail + longest_period);
    let of_period = |period: usize| -> Vec<(f64, f64)> {
        (from..from + places).map(|at| naive_pair(fine, at, period)).collect()
    };
    let mean = |pairs: &[(f64, f64)]| {
        let weights: f64 = pairs.iter().map(|(_, energy)| energy).sum();
        pairs.iter().map(|(likeness, energy)| likeness * energy).sum::<f64>() / weights
    };
    let tried: Vec<_> = periods.iter().map(|&period| (period, of_period(period))).collect();
    let (period, best) =
        tried.iter().max_by(|(_, one), (_, other)| mean(one).total_cmp(&mean(other)))?;
    let strongest = best.iter().map(|(_, energy)| *energy).fold(0.0, f64::max);
    let in_train = |&place: &usize| {
        best[place].1 >= STRONG * strongest
            && tried.iter().any(|(_, pairs)| pairs[place].0 >= ALIKE)
    };
    let within: Vec<usize> = (0..places).filter(in_train).collect();
    let runs = within.chunk_by(|one, next| next - one <= 2 * period);
    let (mut begin, mut end) = (0, 0);
    for run in runs {
        if run[run.len() - 1] + 1 - run[0] > end - begin {
            (begin, end) = (run[0], run[run.len() - 1] + 1);
        }
    }
    let energy = |range: std::ops::Range<usize>| -> f64 {
        fine.axes.iter().flat_map(|axis| &axis[range.clone()]).map(|value| value * value).sum()
    };
    let [first, middle, last] =
        [begin, begin + (end - begin) / 2 + period, end + 2 * period - 1].map(|at| from + at);
    let (first_half, second_half) = (energy(first..middle), energy(middle..last));
    (end > begin).then(|| Repetition {
        frequency_hz: fine.rate_hz / *period as f64,
        peaks: (end - begin) as f64 / *period as f64 + 1.0,
        likeness: mean(&best[begin..end]),
        covered: energy(first..last) / energy(0..fine.axes[0].len()),
        balance: first_half.min(second_half) / first_half.max(second_half),
    })
}

/// Bumps, most of them at a distance that varies a little, in noise.
fn movement(seed: u64) -> [Vec<f64>; 3] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let count = random.random_range(20..120);
    let distance = random.random_range(7.0..25.0);
    let sizes: [f64; 3] = std::array::from_fn(|_| random.random_range(-1.0..1.0));
    let mut axes: [Vec<f64>; 3] = std::array::from_fn(|_| {
        (0..count).map(|_| 0.05 * random.random_range(-1.0..1.0)).collect()
    });
    let mut at = random.random_range(0.0..distance);
    while at < f64::from(count) {
        let size = random.random_range(0.5..1.5);
        for (axis, share) in axes.iter_mut().zip(sizes) {
            for (tick, value) in axis.iter_mut().enumerate() {
                let from = (tick as f64 - at) / (0.15 * distance);
                *value += size * share * (-0.5 * from * from).exp();
            }
        }
        at += distance * random.random_range(0.8..1.2);
    }
    axes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn running_sums_find_the_train_of_the_definitions(
        seed in any::<u64>(), frequency_hz in 0.6..4.0_f64,
    ) {
        let longest = periods(frequency_hz, RATE_HZ).max().unwrap();
        let margins = Margins { tail: 32, around: 2 * longest };
        let (mut fine, mut work) = (Fine::default(), Work::default());
        // What was there before does not matter.
        for seed in [!seed, seed] {
            fine.fill(&movement(seed), 2, RATE_HZ, margins);
            let found = fine.repetition(frequency_hz, &mut work);
            let expected = naive(&fine, frequency_hz);
            prop_assert_eq!(found.is_some(), expected.is_some());
            if let (Some(found), Some(expected)) = (found, expected) {
                prop_assert_eq!(found.frequency_hz, expected.frequency_hz);
                prop_assert_eq!(found.peaks, expected.peaks);
                for (found, expected) in [
                    (found.likeness, expected.likeness),
                    (found.covered, expected.covered),
                    (found.balance, expected.balance),
                ] {
                    prop_assert!((found - expected).abs() < 1e-9, "{found} {expected}");
                }
            }
        }
    }
}
