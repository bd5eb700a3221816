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
    /// Samples of the movement itself.
    length: usize,
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
#[derive(Default)]
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

/// Memory that comparing needs again and again.
#[derive(Default)]
pub(super) struct Work {
    tried: Vec<Pairs>,
    products: Vec<f64>,
    sums: Vec<f64>,
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
fn running_sum(values: impl ExactSizeIterator<Item = f64>, sums: &mut Vec<f64>) {
    sums.resize(values.len() + 1, 0.0);
    let mut sum = 0.0;
    sums[0] = sum;
    for (place, value) in sums[1..].iter_mut().zip(values) {
        sum += value;
        *place = sum;
    }
}

impl Fine {
    /// `axes` are equally long and hold a movement of `length` samples with at
    /// least one slowest period of nothing at either end.
    pub(super) fn new(axes: Vec<Vec<f64>>, rate_hz: f64, length: usize) -> Self {
        let summed = |values: &mut dyn ExactSizeIterator<Item = f64>| {
            let mut sums = Vec::new();
            running_sum(values, &mut sums);
            sums
        };
        let sums = axes.iter().map(|axis| summed(&mut axis.iter().copied())).collect();
        let square = |n: usize| axes.iter().map(|axis| axis[n] * axis[n]).sum();
        let squares = summed(&mut (0..axes[0].len()).map(square));
        Self { axes, sums, squares, rate_hz, length }
    }

    /// The best train at about one of these frequencies, if it is stronger than
    /// `least`.
    pub(super) fn strongest(
        &self,
        frequencies_hz: &[f64],
        mut least: f64,
        work: &mut Work,
    ) -> Option<Repetition> {
        let mut best = None;
        for &frequency_hz in frequencies_hz {
            if self.most_peaks(frequency_hz) < least {
                continue;
            }
            let train = self.repetition(frequency_hz, work);
            if let Some(train) = train.filter(|train| train.strength() > least) {
                least = train.strength();
                best = Some(train);
            }
        }
        best
    }

    /// No train at about this frequency has more peaks, nor is it stronger: it
    /// begins and ends with a pair of which a part lies in the movement.
    fn most_peaks(&self, frequency_hz: f64) -> f64 {
        let shortest = periods(frequency_hz, self.rate_hz).min().unwrap_or(1).max(1);
        self.length as f64 / shortest as f64 + 3.0
    }

    /// The longest train with about this frequency.
    fn repetition(&self, frequency_hz: f64, work: &mut Work) -> Option<Repetition> {
        let mut periods: Vec<usize> = periods(frequency_hz, self.rate_hz).collect();
        periods.dedup();
        let places = self.axes[0].len().checked_sub(2 * periods.last()?)?;
        let Work { tried, products, sums } = work;
        tried.resize_with(periods.len(), Pairs::default);
        for (&period, pairs) in periods.iter().zip(&mut *tried) {
            pairs.period = period;
            pairs.likeness.resize(places, 0.0);
            pairs.energy.resize(places, 0.0);
            products.resize(places + period, 0.0);
            self.compare(pairs, products, sums);
        }
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
    fn compare(&self, pairs: &mut Pairs, products: &mut [f64], sums: &mut Vec<f64>) {
        let level = Level::new();
        dispatch!(level, _simd => self.multiply(pairs.period, products));
        running_sum(products.iter().copied(), sums);
        dispatch!(level, _simd => self.liken(pairs, sums));
        pairs.overall = weighted(&pairs.likeness, &pairs.energy);
    }

    /// What every sample and the one a period later have in common.
    #[inline(always)]
    fn multiply(&self, period: usize, products: &mut [f64]) {
        for (number, axis) in self.axes.iter().enumerate() {
            let pairs = axis.iter().zip(&axis[period..]);
            let pairs = products.iter_mut().zip(pairs);
            if number == 0 {
                pairs.for_each(|(product, (value, next))| *product = value * next);
            } else {
                pairs.for_each(|(product, (value, next))| *product += value * next);
            }
        }
    }

    /// Likeness and energy at every place, from the sums of the products before.
    #[inline(always)]
    fn liken(&self, Pairs { period, likeness, energy, .. }: &mut Pairs, products: &[f64]) {
        let period = *period;
        let share = 1.0 / (4 * period) as f64;
        for (number, sums) in self.sums.iter().enumerate() {
            let pairs = sums.iter().zip(&sums[2 * period..]);
            let pairs = energy.iter_mut().zip(pairs);
            let of_mean = |before: f64, end: f64| (end - before) * (end - before) * share;
            if number == 0 {
                pairs.for_each(|(energy, (before, end))| *energy = of_mean(*before, *end));
            } else {
                pairs.for_each(|(energy, (before, end))| *energy += of_mean(*before, *end));
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
