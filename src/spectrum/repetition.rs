//! How well a movement repeats itself after one period.

use fearless_simd::{Level, dispatch};

use super::interpolation::Interpolation;

/// A period may be off by this share from one repetition to the next.
const TOLERANCE: f64 = 0.12;
/// Steps of the period that are tried within the tolerance, to either side.
const STEPS: i32 = 4;
/// Neighbouring periods as alike as this belong to the train.
const ALIKE: f64 = 0.5;
/// And have this share of the energy of the strongest two.
const STRONG: f64 = 0.1;

/// A movement finely sampled, with sums over any stretch of it.
#[derive(Default)]
pub(super) struct Fine {
    interpolation: Interpolation,
    axes: [Vec<f64>; 3],
    /// Sum of the values of every axis before a sample.
    sums: [Vec<f64>; 3],
    /// Square of every sample, of all axes.
    square: Vec<f64>,
    /// Sum of the squares of all axes before a sample.
    squares: Vec<f64>,
    rate_hz: f64,
    margins: Margins,
}

/// Samples at either end of a movement.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Margins {
    /// Into which it was spread when it was interpolated.
    pub(super) tail: usize,
    /// Of nothing around that: twice the longest period that is tried, so that
    /// two windows that touch the movement are all within.
    pub(super) around: usize,
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
    /// Of the period at which all is most alike, and of the one in hand.
    best: Pairs,
    tried: Pairs,
    /// The largest likeness of all periods, place by place.
    most_alike: Vec<f64>,
    products: Vec<f64>,
    sums: Vec<f64>,
}

/// The periods that are tried for a frequency, in samples, ascending; some more
/// than once.
pub(super) fn periods(frequency_hz: f64, rate_hz: f64) -> impl Iterator<Item = usize> + Clone {
    (-STEPS..=STEPS)
        .map(|step| 1.0 + TOLERANCE * f64::from(step) / f64::from(STEPS))
        .map(move |factor| (factor * rate_hz / frequency_hz).round() as usize)
}

/// The mean of values by their weights: sums of every fourth, then of those.
#[inline(always)]
fn weighted(values: &[f64], weights: &[f64]) -> f64 {
    let (mut sums, mut of_weights) = ([0.0; 4], [0.0; 4]);
    let (fours, last) = values.as_chunks::<4>();
    let (fours_of_weights, last_weights) = weights.as_chunks::<4>();
    for (values, weights) in fours.iter().zip(fours_of_weights) {
        for lane in 0..4 {
            sums[lane] += values[lane] * weights[lane];
            of_weights[lane] += weights[lane];
        }
    }
    for (lane, (value, weight)) in last.iter().zip(last_weights).enumerate() {
        sums[lane] += value * weight;
        of_weights[lane] += weight;
    }
    let total = |[a, b, c, d]: [f64; 4]| (a + b) + (c + d);
    total(sums) / total(of_weights).max(f64::MIN_POSITIVE)
}

/// The sums of all values before each, and of all.
fn running_sum(values: &[f64], sums: &mut Vec<f64>) {
    let mut sum = 0.0;
    sums.clear();
    sums.push(sum);
    sums.extend(values.iter().map(|value| {
        sum += value;
        sum
    }));
}

impl Fine {
    /// Takes another movement: `axes` are equally long, and become `factor` times
    /// as fine, within margins.
    pub(super) fn fill(
        &mut self,
        axes: &[Vec<f64>; 3],
        factor: usize,
        rate_hz: f64,
        margins: Margins,
    ) {
        (self.rate_hz, self.margins) = (rate_hz, margins);
        for ((axis, fine), sums) in axes.iter().zip(&mut self.axes).zip(&mut self.sums) {
            self.interpolation.fill(axis, factor, margins.tail + margins.around, fine);
            running_sum(fine, sums);
        }
        let [x, y, z] = &self.axes;
        self.square.clear();
        self.square.extend(x.iter().zip(y).zip(z).map(|((x, y), z)| x * x + y * y + z * z));
        running_sum(&self.square, &mut self.squares);
    }

    /// Samples of the movement itself.
    fn length(&self) -> usize {
        self.axes[0].len() - 2 * (self.margins.tail + self.margins.around)
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
        self.length() as f64 / shortest as f64 + 3.0
    }

    /// The longest train with about this frequency.
    fn repetition(&self, frequency_hz: f64, work: &mut Work) -> Option<Repetition> {
        let periods = periods(frequency_hz, self.rate_hz);
        let longest_period = periods.clone().max()?;
        // All places at which two windows touch the movement.
        let from = self.margins.around.checked_sub(2 * longest_period)?;
        let places = self.length() + 2 * (self.margins.tail + longest_period);
        let Work { best, tried, most_alike, products, sums } = work;
        most_alike.clear();
        most_alike.resize(places, f64::NEG_INFINITY);
        best.period = 0;
        let mut before = 0;
        for period in periods {
            if period == std::mem::replace(&mut before, period) {
                continue;
            }
            tried.period = period;
            tried.likeness.resize(places, 0.0);
            tried.energy.resize(places, 0.0);
            products.resize(places + period, 0.0);
            self.compare(from, tried, products, sums, most_alike);
            if best.period == 0 || tried.overall >= best.overall {
                std::mem::swap(best, tried);
            }
        }

        let strongest =
            best.energy.iter().fold(0.0, |most, &here| if here > most { here } else { most });
        let in_train =
            |&place: &usize| best.energy[place] >= STRONG * strongest && most_alike[place] >= ALIKE;
        // One odd repetition spoils the two pairs it stands in.
        let (begin, end) = longest((0..places).filter(in_train), 2 * best.period)?;
        let length = end - begin;
        let energy =
            |begin: usize, end: usize| self.squares[from + end] - self.squares[from + begin];
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
    fn compare(
        &self,
        from: usize,
        pairs: &mut Pairs,
        products: &mut [f64],
        sums: &mut Vec<f64>,
        most_alike: &mut [f64],
    ) {
        let level = Level::new();
        dispatch!(level, _simd => self.multiply(from, pairs.period, products));
        running_sum(products, sums);
        dispatch!(level, _simd => self.liken(from, pairs, sums, most_alike));
    }

    /// What every sample and the one a period later have in common.
    #[inline(always)]
    fn multiply(&self, from: usize, period: usize, products: &mut [f64]) {
        let count = products.len();
        let [x, y, z] = self.axes.each_ref().map(|axis| {
            let (here, next) = (&axis[from..][..count], &axis[from + period..][..count]);
            move |place: usize| here[place] * next[place]
        });
        for (place, product) in products.iter_mut().enumerate() {
            *product = x(place) + y(place) + z(place);
        }
    }

    /// Likeness and energy at every place, from the sums of the products before.
    #[inline(always)]
    fn liken(&self, from: usize, pairs: &mut Pairs, products: &[f64], most_alike: &mut [f64]) {
        let Pairs { period, likeness, energy, overall } = pairs;
        let period = *period;
        let share = 1.0 / (4 * period) as f64;
        let count = energy.len();
        let [x, y, z] = self.sums.each_ref().map(|sums| {
            let (before, end) = (&sums[from..][..count], &sums[from + 2 * period..][..count]);
            move |place: usize| {
                let sum = end[place] - before[place];
                sum * sum * share
            }
        });
        for (place, energy) in energy.iter_mut().enumerate() {
            *energy = x(place) + y(place) + z(place);
        }
        let squares = self.squares[from..].iter().zip(&self.squares[from + 2 * period..]);
        let covariances = products.iter().zip(&products[period..]);
        let places = likeness.iter_mut().zip(energy.iter_mut()).zip(most_alike);
        for (((likeness, energy), most_alike), ((before, end), (first, second))) in
            places.zip(squares.zip(covariances))
        {
            let of_mean = *energy;
            // Sums of rounded numbers can leave a little less than nothing.
            let here = f64::max(end - before - 2.0 * of_mean, f64::MIN_POSITIVE);
            *likeness = 2.0 * (second - first - of_mean) / here;
            *most_alike = most_alike.max(*likeness);
            *energy = here / period as f64;
        }
        *overall = weighted(likeness, energy);
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

#[cfg(test)]
mod tests;
