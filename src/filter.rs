//! Butterworth filters as second-order sections.
//!
//! Coefficients and state are apart: one [`Sections`] serves any number of axes
//! and recordings, each with its own [`State`]. The zeros of a Butterworth
//! filter lie at ±1, so the numerators hold small whole numbers and the gain is
//! kept once for the whole cascade; a kernel may leave it out of the recursion
//! and fold it into what it computes from the output.

mod butterworth;

pub use butterworth::{bandpass, highpass, lowpass};

use crate::recording::Frame;

/// The most sections a cascade can have: order 16 for low- and high-pass,
/// order 8 for band-pass.
pub const MAX_SECTIONS: usize = 8;

/// One second-order section, a0 = 1:
/// `y[n] = b0·x[n] + b1·x[n−1] + b2·x[n−2] − a1·y[n−1] − a2·y[n−2]`,
/// that is (b0 + b1·z⁻¹ + b2·z⁻²) / (1 + a1·z⁻¹ + a2·z⁻²). The signs of `a` are
/// those of the denominator.
///
/// The sections made here have b = (1, 2, 1) in a low-pass, (1, −2, 1) in a
/// high-pass, (1, 0, −1) in a band-pass; (1, ±1, 0) with a2 = 0 for the
/// first-order section of an odd order.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Section {
    /// b0, b1, b2.
    pub b: [f64; 3],
    /// a1, a2.
    pub a: [f64; 2],
}

/// A filter: sections one after the other, then the gain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sections {
    sections: [Section; MAX_SECTIONS],
    count: usize,
    gain: f64,
}

/// What a cascade remembers of `AXES` signals: the last two inputs of every
/// section, which are the last two outputs of the section before (direct form
/// I). The default is silence; see [`Sections::at_rest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State<const AXES: usize = 1> {
    /// `past[s]`: input of section `s` one and two samples ago; one past the
    /// last section its output, before the gain.
    pub(crate) past: [[[f64; AXES]; 2]; MAX_SECTIONS + 1],
}

impl State<3> {
    /// The latest output of a cascade, before its gain.
    pub(crate) fn latest(&self, filter: &Sections) -> [f64; 3] {
        self.past[filter.count][0]
    }
}

impl<const AXES: usize> Default for State<AXES> {
    fn default() -> Self {
        Self { past: [[[0.0; AXES]; 2]; MAX_SECTIONS + 1] }
    }
}

impl Sections {
    /// A cascade of at most [`MAX_SECTIONS`].
    fn new(from: &[Section], gain: f64) -> Self {
        let mut sections = [Section::default(); MAX_SECTIONS];
        sections[..from.len()].copy_from_slice(from);
        Self { sections, count: from.len(), gain }
    }

    /// The sections in the order of the signal, without the gain.
    pub fn sections(&self) -> &[Section] {
        &self.sections[..self.count]
    }

    /// The factor after the last section.
    pub fn gain(&self) -> f64 {
        self.gain
    }

    /// The state after `x` has been the input for ever, so that a recording
    /// that begins with gravity does not begin with a step. A high-pass or
    /// band-pass then answers a constant with exactly 0.
    pub fn at_rest(&self, x: f64) -> State {
        self.settled([x])
    }

    /// [`Sections::at_rest`] for three axes at once.
    pub fn at_rest_frame(&self, frame: Frame) -> State<3> {
        self.settled(frame.map(f64::from))
    }

    /// The next output.
    ///
    /// This is the plain form that faster kernels are compared with; it works
    /// in direct form I, the feedback of the previous output last, without
    /// fused multiplication, and a kernel that keeps this order has equal bits.
    pub fn apply(&self, state: &mut State, x: f64) -> f64 {
        self.gain * self.step(state, [x])[0]
    }

    /// The next output of three axes at once, each as by [`Sections::apply`].
    pub fn apply_frame(&self, state: &mut State<3>, frame: Frame) -> [f64; 3] {
        self.apply_without_gain(state, frame).map(|value| self.gain * value)
    }

    /// [`Sections::apply_frame`] before the gain.
    pub(crate) fn apply_without_gain(&self, state: &mut State<3>, frame: Frame) -> [f64; 3] {
        self.step(state, frame.map(f64::from))
    }

    /// How many times larger a sine of `frequency_hz` leaves the filter than it
    /// came, once settled.
    pub fn response(&self, frequency_hz: f64, sample_rate_hz: f64) -> f64 {
        let (sin, cos) = (std::f64::consts::TAU * frequency_hz / sample_rate_hz).sin_cos();
        // |c0 + c1·z⁻¹ + c2·z⁻²| = |c0·z + c1 + c2·z⁻¹| on the unit circle.
        let magnitude = |[c0, c1, c2]: [f64; 3]| (c1 + (c0 + c2) * cos).hypot((c0 - c2) * sin);
        self.sections().iter().fold(self.gain, |gain, Section { b, a }| {
            gain * magnitude(*b) / magnitude([1.0, a[0], a[1]])
        })
    }

    fn step<const AXES: usize>(&self, state: &mut State<AXES>, mut x: [f64; AXES]) -> [f64; AXES] {
        for (s, Section { b, a }) in self.sections().iter().enumerate() {
            let [x1, x2] = state.past[s];
            let [y1, y2] = state.past[s + 1];
            state.past[s] = [x, x1];
            for (axis, value) in x.iter_mut().enumerate() {
                let ahead = (b[0] * *value + b[2] * x2[axis]) + b[1] * x1[axis];
                *value = (ahead - a[1] * y2[axis]) - a[0] * y1[axis];
            }
        }
        let [y1, _] = state.past[self.count];
        state.past[self.count] = [x, y1];
        x
    }

    fn settled<const AXES: usize>(&self, mut x: [f64; AXES]) -> State<AXES> {
        let mut state = State::default();
        state.past[0] = [x; 2];
        for (s, Section { b, a }) in self.sections().iter().enumerate() {
            let gain = (b[0] + b[1] + b[2]) / (1.0 + a[0] + a[1]);
            x = x.map(|value| gain * value);
            state.past[s + 1] = [x; 2];
        }
        state
    }
}

#[cfg(test)]
mod tests;
