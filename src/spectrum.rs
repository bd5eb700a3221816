//! Whether a movement is a train of regular movements. The only user of
//! rustfft.
//!
//! Foot tremor at sleep onset, alternating leg activation and rhythmic movement
//! of head or body are trains of at least four at 0.3 to 4 Hz, and must not be
//! taken for periodic limb movements (AASM manual: 0.3–4, 0.5–3 and 0.5–2 Hz).
//! The spectrum proposes frequencies (`lines`); for each, neighbouring
//! stretches of one period are held against each other (`repetition`), which
//! tells how often something repeats and how alike the repetitions are. A line
//! alone would not do: in a movement of a few seconds every spectrum is a line.

mod interpolation;
mod lines;
mod repetition;

use std::f64::consts::PI;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::movement::Rhythm;
use crate::recording::Frame;
use interpolation::REACH;
use lines::Lines;
use repetition::{Fine, Margins, Repetition, Work};

/// Slowest and fastest repetition of the AASM manual (foot tremor), Hz.
const LOWEST_HZ: f64 = 0.3;
const HIGHEST_HZ: f64 = 4.0;
/// A train has at least four movements (AASM manual). Three that overlap with
/// their surroundings count up to 3.5, a faint end makes four into 3.6.
const FEWEST_PEAKS: f64 = 3.6;
/// What lies below is held for the turn of a posture, not for a rhythm, Hz.
const DRIFT_HZ: f64 = 0.2;
/// Nothing moves at all below this root mean square, g; the quietest sensors
/// have ten times as much noise.
const STILL_G: f64 = 1e-4;
/// Ticks are interpolated to at least this rate, so that the period of 4 Hz is
/// ten samples, Hz.
const FINE_HZ: f64 = 40.0;
/// Proposals of the spectrum that are looked at.
const CANDIDATES: usize = 5;

// The bounds below were set on the simulated movements of the tests: 200 trains
// of each shape, of 4 to 40 repetitions with up to 6 % of jitter and 30 % of
// unevenness at 10 to 25 ticks a second, and 300 of each counter-example. With
// all of them, 94 % of the trains of pulses, swings and bursts are called
// rhythmic at their own frequency, and 68 % of those of very short kicks; of the
// counter-examples no gross, tonic or single movement and no posture shift, 1 %
// of the decaying rings, 2 % of the band noise, 3 % of three repetitions.

/// Likeness of neighbouring periods. One in twenty trains of pulses below 0.64,
/// of swings below 0.76; one in twenty gross movements above 0.52, stretches of
/// band noise above 0.65.
const LEAST_LIKENESS: f64 = 0.65;
/// Share of the movement's energy inside the train. One in twenty trains of
/// pulses below 0.88; one in twenty gross movements above 0.52, tonic ones above
/// 0.45.
const LEAST_COVERED: f64 = 0.68;
/// Sides of its middle that a movement visits. Four repetitions are at least
/// six, or five of short kicks of which the line takes a part.
const FEWEST_SWINGS: usize = 5;
/// Energy of the weaker half of the train over that of the stronger. One in a
/// hundred trains below 0.40; half of the decaying rings below 0.16.
const LEAST_BALANCE: f64 = 0.3;
/// Share of the variance in the line and two harmonics. One in a hundred trains
/// of pulses below 0.66, one in five of short kicks below 0.55; half of the
/// stretches of band noise below 0.50, of tonic movements below 0.10.
const LEAST_SHARE: f64 = 0.55;

/// Looks for rhythms and keeps the plans of the transforms it has used, and the
/// memory: a night has some thousand movements.
pub struct Spectrum {
    planner: FftPlanner<f64>,
    axes: [Vec<f64>; 3],
    bins: Bins,
    fine: Fine,
    work: Work,
}

/// Memory of a transform.
#[derive(Default)]
struct Bins {
    buffer: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    window: Vec<f64>,
    power: Vec<f64>,
}

impl Default for Spectrum {
    fn default() -> Self {
        let (axes, bins, fine, work) = Default::default();
        Self { planner: FftPlanner::new(), axes, bins, fine, work }
    }
}

impl Spectrum {
    /// The regular repetition of a movement, if it has one.
    ///
    /// `ticks` are its mean accelerations in g, `tick_hz` a second, from onset
    /// to end: with gravity or without, of axes whose directions do not
    /// matter. Prefer them to an envelope, which has twice the frequency of what
    /// swings through zero. 20 ticks a second show all rhythms; at 10 some trains
    /// above 2.5 Hz that are not sines are missed, and nothing above 0.45 of the
    /// rate is looked for.
    pub fn rhythm(
        &mut self,
        ticks: impl ExactSizeIterator<Item = Frame> + Clone,
        tick_hz: f64,
    ) -> Option<Rhythm> {
        let mut axes = std::mem::take(&mut self.axes);
        straighten(ticks, &mut axes);
        let rhythm = self.rhythm_of(&axes, tick_hz);
        self.axes = axes;
        rhythm
    }

    /// Of axes without their straight lines.
    fn rhythm_of(&mut self, axes: &[Vec<f64>; 3], tick_hz: f64) -> Option<Rhythm> {
        if swings(axes) < FEWEST_SWINGS {
            return None;
        }
        let Proposals { lines, can, cannot } = self.proposals(axes, tick_hz, LEAST_SHARE)?;
        if can.is_empty() {
            return None;
        }
        let slowest_hz = can.iter().chain(&cannot).copied().fold(f64::INFINITY, f64::min);
        let Self { fine, work, .. } = self;
        finely(axes, tick_hz, slowest_hz, fine);
        let share = |train: &Repetition| lines.share(train.frequency_hz);
        let best = fine.strongest(&can, 0.0, work)?;
        if !best.is_regular(share(&best)) {
            return None;
        }
        let stronger = fine.strongest(&cannot, best.strength(), work);
        stronger.is_none().then(|| Rhythm {
            frequency_hz: best.frequency_hz as f32,
            peaks: best.peaks.round() as u32,
            share: share(&best) as f32,
        })
    }

    /// The frequencies to look at; nothing when there can be no train.
    fn proposals(
        &mut self,
        axes: &[Vec<f64>; 3],
        tick_hz: f64,
        least_share: f64,
    ) -> Option<Proposals> {
        let count = axes[0].len();
        let duration_s = count as f64 / tick_hz;
        let lowest_hz = LOWEST_HZ.max((FEWEST_PEAKS - 1.0) / duration_s);
        let highest_hz = HIGHEST_HZ.min(0.45 * tick_hz);
        if lowest_hz >= highest_hz {
            return None;
        }
        let energy: f64 = axes.iter().flatten().map(|value| value * value).sum();
        if energy < STILL_G * STILL_G * count as f64 {
            return None;
        }
        let lines = self.lines(axes, tick_hz);
        let fine_hz = tick_hz * interpolation(tick_hz) as f64;
        let may_be = |&frequency_hz: &f64| {
            repetition::periods(frequency_hz, fine_hz)
                .any(|period| lines.share(fine_hz / period as f64) >= least_share)
        };
        let candidates = lines.candidates(lowest_hz, highest_hz);
        let (can, cannot) = candidates.into_iter().partition(may_be);
        Some(Proposals { lines, can, cannot })
    }

    /// The power of all axes together, which does not depend on how the sensor
    /// is turned, under a Hann window and finely spaced.
    fn lines(&mut self, axes: &[Vec<f64>; 3], tick_hz: f64) -> Lines {
        let count = axes[0].len();
        let size = (4 * count).next_power_of_two();
        let forward = self.planner.plan_fft_forward(size);
        let Bins { buffer, scratch, window, power } = &mut self.bins;
        let hann = |n: usize| (1.0 - (2.0 * PI * (n + 1) as f64 / (count + 1) as f64).cos()) / 2.0;
        window.clear();
        window.extend((0..count).map(hann));
        power.clear();
        power.resize(size / 2 + 1, 0.0);
        for pair in axes.chunks(2) {
            pack(pair, window, size, buffer);
            transform(&*forward, buffer, scratch);
            // Of two real signals in one complex one, half the power is at -f.
            power[0] += buffer[0].norm_sqr();
            let mirrored = buffer[1..].iter().zip(buffer.iter().rev());
            for (power, (bin, mirror)) in power[1..].iter_mut().zip(mirrored) {
                *power += 0.5 * (bin.norm_sqr() + mirror.norm_sqr());
            }
        }
        Lines::new(power, tick_hz / size as f64, count as f64 / tick_hz)
    }
}

/// What the spectrum says of a movement.
struct Proposals {
    lines: Lines,
    /// The frequencies at which a train would have share enough of the lines,
    /// the best first …
    can: Vec<f64>,
    /// … and those at which it would not: a train at one of them is none, but
    /// nor is a weaker one at another.
    cannot: Vec<f64>,
}

fn transform(fft: &dyn Fft<f64>, buffer: &mut [Complex<f64>], scratch: &mut Vec<Complex<f64>>) {
    let size = fft.get_inplace_scratch_len();
    if scratch.len() < size {
        scratch.resize(size, Complex::ZERO);
    }
    fft.process_with_scratch(buffer, &mut scratch[..size]);
}

/// One axis, or two as one complex signal, under a window: they share a
/// transform.
fn pack(pair: &[Vec<f64>], window: &[f64], size: usize, buffer: &mut Vec<Complex<f64>>) {
    buffer.clear();
    match pair {
        [one, other] => {
            let both = one.iter().zip(other).zip(window);
            buffer.extend(both.map(|((re, im), window)| Complex::new(re * window, im * window)));
        }
        _ => {
            let one = pair.iter().flatten().zip(window);
            buffer.extend(one.map(|(re, window)| Complex::new(re * window, 0.0)));
        }
    }
    buffer.resize(size, Complex::ZERO);
}

/// How often the movement passes from one side of its middle to the other, on
/// the axis where it does so most often, of those with a good part of it. Less
/// than half the root mean square is on neither side.
fn swings(axes: &[Vec<f64>]) -> usize {
    let energies = axes.iter().map(|axis| axis.iter().map(|value| value * value).sum::<f64>());
    let total: f64 = energies.clone().sum();
    let swings_of = |axis: &[f64], energy: f64| {
        let out = 0.5 * (energy / axis.len() as f64).sqrt();
        let (mut swings, mut side) = (0, 0.0);
        for &value in axis {
            if value.abs() > out && value * side <= 0.0 {
                swings += 1;
                side = value;
            }
        }
        swings
    };
    axes.iter()
        .zip(energies)
        .filter(|(_, energy)| *energy > 0.1 * total)
        .map(|(axis, energy)| swings_of(axis, energy))
        .max()
        .unwrap_or(0)
}

/// Interpolates the axes, with nothing around them: enough of it for trains as
/// slow as `slowest_hz`.
fn finely(axes: &[Vec<f64>; 3], tick_hz: f64, slowest_hz: f64, fine: &mut Fine) {
    let factor = interpolation(tick_hz);
    let rate_hz = tick_hz * factor as f64;
    let longest = repetition::periods(slowest_hz, rate_hz).max().unwrap_or(0);
    let margins = Margins { tail: REACH * factor, around: 2 * longest };
    fine.fill(axes, factor, rate_hz, margins);
}

/// Fine samples a tick.
fn interpolation(tick_hz: f64) -> usize {
    (FINE_HZ / tick_hz).ceil().max(1.0) as usize
}

impl Repetition {
    /// Whether it is a rhythm, having so large a share of the lines.
    fn is_regular(&self, share: f64) -> bool {
        self.peaks >= FEWEST_PEAKS
            && self.likeness >= LEAST_LIKENESS
            && self.covered >= LEAST_COVERED
            && self.balance >= LEAST_BALANCE
            && share >= LEAST_SHARE
    }
}

/// The axes one by one, each without its straight line (gravity and a slow
/// turn).
fn straighten(ticks: impl ExactSizeIterator<Item = Frame> + Clone, axes: &mut [Vec<f64>; 3]) {
    let count = ticks.len();
    let middle = (count as f64 - 1.0) / 2.0;
    let places = || (0..count).map(|n| n as f64 - middle);
    let spread: f64 = places().map(|place| place * place).sum();
    for (axis, line) in axes.iter_mut().enumerate() {
        line.clear();
        line.extend(ticks.clone().map(|tick| f64::from(tick[axis])));
        let mean = line.iter().sum::<f64>() / count as f64;
        let slope = places().zip(&*line).map(|(p, v)| p * (v - mean)).sum::<f64>() / spread;
        for (place, value) in places().zip(line) {
            *value = *value - mean - slope * place;
        }
    }
}

#[cfg(test)]
mod tests;
