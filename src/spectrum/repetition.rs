//! How well a movement repeats itself after one period.

use fearless_simd::{Level, dispatch};

/// A period may be off by this share from one repetition to the next.
const TOLERANCE: f64 = 0.12;
/// Steps of the period that are tried within the tolerance, to either side.
const STEPS: i32 = 4;
/// Neighbouring periods as alike as this belong to the train.
const ALIKE: f64 = 0.5;
/// And have this share of the energy of the strongest two.
const STRONG: f64 = 0.1;

/// A movement finely sampled, with sums over any stretch of it.
pub(super) struct Fine {
    axes: Vec<Vec<f64>>,
    /// Sum of the values of every axis before a sample.
    sums: Vec<Vec<f64>>,
    /// Sum of the squares of all axes before a sample.
    squares: Vec<f64>,
    rate_hz: f64,
}

/// The longest train at about one frequency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Repetition {
    pub(super) frequency_hz: f64,
    /// Repetitions in all; a fraction where the ends are faint.
    pub(super) peaks: f64,
    /// Likeness of neighbouring periods, −1 to 1, their mean by energy.
    pub(super) likeness: f64,
    /// Share of the movement's energy inside the train, 0 to 1.
    pub(super) covered: f64,
    /// Energy of the weaker half of the train over the stronger, 0 to 1.
    pub(super) balance: f64,
}

impl Repetition {
    /// How much of a train it is, to choose between frequencies. A train at
    /// half its frequency has half the peaks.
    pub(super) fn strength(&self) -> f64 {
        self.likeness * self.peaks * self.covered
    }
}

/// What lies in two neighbouring windows, for every place of the first.
struct Pairs {
    /// Samples of one window.
    period: usize,
    /// Twice the covariance of the two over their energies.
    likeness: Vec<f64>,
    /// Energy a sample, about their mean.
    energy: Vec<f64>,
    /// Likeness of all places together.
    overall: f64,
}

/// The periods that are tried for a frequency, in samples, ascending; some more
/// than once.
pub(super) fn periods(frequency_hz: f64, rate_hz: f64) -> impl Iterator<Item = usize> {
    (-STEPS..=STEPS)
        .map(|step| 1.0 + TOLERANCE * f64::from(step) / f64::from(STEPS))
        .map(move |factor| (factor * rate_hz / frequency_hz).round() as usize)
}

fn weighted(values: &[f64], weights: &[f64]) -> f64 {
    let sum: f64 = values.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    sum / weights.iter().sum::<f64>().max(f64::MIN_POSITIVE)
}

/// The sums of all values before each, and of all.
fn running_sum(values: impl ExactSizeIterator<Item = f64>) -> Vec<f64> {
    let mut sums = vec![0.0; values.len() + 1];
    let mut sum = 0.0;
    for (place, value) in sums[1..].iter_mut().zip(values) {
        sum += value;
        *place = sum;
    }
    sums
}

impl Fine {
    /// `axes` are equally long and hold at least one slowest period of nothing
    /// at either end.
    pub(super) fn new(axes: Vec<Vec<f64>>, rate_hz: f64) -> Self {
        let sums = axes.iter().map(|axis| running_sum(axis.iter().copied())).collect();
        let square = |n: usize| axes.iter().map(|axis| axis[n] * axis[n]).sum();
        let squares = running_sum((0..axes[0].len()).map(square));
        Self { axes, sums, squares, rate_hz }
    }

    /// The best train at about one of these frequencies.
    pub(super) fn strongest(&self, frequencies_hz: &[f64]) -> Option<Repetition> {
        frequencies_hz
            .iter()
            .filter_map(|&frequency_hz| self.repetition(frequency_hz))
            .max_by(|a, b| a.strength().total_cmp(&b.strength()))
    }

    /// The longest train with about this frequency.
    pub(super) fn repetition(&self, frequency_hz: f64) -> Option<Repetition> {
        let mut periods: Vec<usize> = periods(frequency_hz, self.rate_hz).collect();
        periods.dedup();
        let places = self.axes[0].len().checked_sub(2 * periods.last()?)?;
        let tried: Vec<Pairs> = periods.iter().map(|&period| self.pairs(period, places)).collect();
        let best = tried.iter().max_by(|a, b| a.overall.total_cmp(&b.overall))?;

        let strongest = best.energy.iter().copied().fold(0.0, f64::max);
        let in_train = |&place: &usize| {
            best.energy[place] >= STRONG * strongest
                && tried.iter().any(|pairs| pairs.likeness[place] >= ALIKE)
        };
        // One odd repetition spoils the two pairs it stands in.
        let (begin, end) = longest((0..places).filter(in_train), 2 * best.period)?;
        let length = end - begin;
        let energy = |from: usize, to: usize| self.squares[to] - self.squares[from];
        let all = self.squares.last()?;
        let (middle, last) = (begin + length / 2 + best.period, end + 2 * best.period - 1);
        let (first_half, second_half) = (energy(begin, middle), energy(middle, last));
        Some(Repetition {
            frequency_hz: self.rate_hz / best.period as f64,
            // The window moves by one period less than there are repetitions.
            peaks: length as f64 / best.period as f64 + 1.0,
            likeness: weighted(&best.likeness[begin..end], &best.energy[begin..end]),
            covered: energy(begin, last) / all,
            balance: first_half.min(second_half) / first_half.max(second_half),
        })
    }

    /// Compares windows of one period with the next ones. The mean of the two
    /// together is taken out, so that a step or a slope is no likeness but its
    /// opposite.
    fn pairs(&self, period: usize, places: usize) -> Pairs {
        let mut products = vec![0.0; places + period];
        let (mut likeness, mut energy) = (vec![0.0; places], vec![0.0; places]);
        let level = Level::new();
        dispatch!(level, _simd => self.products(period, &mut products));
        let products = running_sum(products.into_iter());
        dispatch!(level, _simd => self.compare(period, &products, &mut likeness, &mut energy));
        let overall = weighted(&likeness, &energy);
        Pairs { period, likeness, energy, overall }
    }

    /// What every sample and the one a period later have in common.
    #[inline(always)]
    fn products(&self, period: usize, products: &mut [f64]) {
        for axis in &self.axes {
            let pairs = axis.iter().zip(&axis[period..]);
            for (product, (value, next)) in products.iter_mut().zip(pairs) {
                *product += value * next;
            }
        }
    }

    /// Likeness and energy at every place, from the sums of the products before.
    #[inline(always)]
    fn compare(&self, period: usize, products: &[f64], likeness: &mut [f64], energy: &mut [f64]) {
        let share = 1.0 / (4 * period) as f64;
        let of_mean = &mut *energy;
        for sums in &self.sums {
            let pairs = sums.iter().zip(&sums[2 * period..]);
            for (of_mean, (before, end)) in of_mean.iter_mut().zip(pairs) {
                *of_mean += (end - before) * (end - before) * share;
            }
        }
        let squares = self.squares.iter().zip(&self.squares[2 * period..]);
        let covariances = products.iter().zip(&products[period..]);
        let places = likeness.iter_mut().zip(energy.iter_mut());
        for ((likeness, energy), ((before, end), (first, second))) in
            places.zip(squares.zip(covariances))
        {
            let of_mean = *energy;
            // Sums of rounded numbers can leave a little less than nothing.
            let here = f64::max(end - before - 2.0 * of_mean, f64::MIN_POSITIVE);
            *likeness = 2.0 * (second - first - of_mean) / here;
            *energy = here / period as f64;
        }
    }
}

/// The longest run of ascending places, breaks up to `bridge` allowed, as first
/// and one past the last.
fn longest(places: impl Iterator<Item = usize>, bridge: usize) -> Option<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some((_, end)) if place - *end < bridge => *end = place + 1,
            _ => runs.push((place, place + 1)),
        }
    }
    // Of equals the first.
    runs.into_iter().rev().max_by_key(|(begin, end)| end - begin)
}
