//! The same as [`plain`](super::plain) with an axis in each lane of a vector,
//! in the widest instructions the machine has.
//!
//! Every value goes through the same operations in the same order as there, and
//! nothing is fused, so that every machine gives the same bits. The fourth lane
//! holds the first axis of the next frame and is never looked at.

use fearless_simd::{Level, Simd, dispatch, f32x4, f64x2, f64x4, prelude::*};

use super::{Cut, Extent, Open, Out, Tick};
use crate::filter::{Section, Sections};
use crate::recording::Frame;

/// A band-pass of two sections: the zeros at ±1 make its numerators
/// differences, which saves six of eighteen operations.
#[derive(Debug, Clone, Copy)]
pub struct Band([[f64; 2]; 2]);

impl Band {
    /// The denominators, if the filter is such a one.
    pub fn of(filter: &Sections) -> Option<Self> {
        match *filter.sections() {
            [
                Section { b: [1.0, 0.0, -1.0], a: first },
                Section { b: [1.0, 0.0, -1.0], a: second },
            ] => Some(Self([first, second])),
            _ => None,
        }
    }
}

/// Hands every tick that `frames` complete to `out`.
pub fn push(level: Level, band: Band, cut: Cut, open: &mut Open, frames: &[Frame], out: &mut Out) {
    dispatch!(level, simd => run(simd, band, cut, open, frames, out));
}

#[inline(always)]
fn run<S: Simd>(
    simd: S,
    Band(a): Band,
    mut cut: Cut,
    open: &mut Open,
    frames: &[Frame],
    out: &mut Out,
) {
    let Some((&[x, y, z], all_but_last)) = frames.split_last() else { return };
    let a = a.map(|section| section.map(|a| f64x4::splat(simd, a)));
    let mut lanes = Lanes::load(simd, open);
    let mut count = open.count;
    // Four values are read where a frame begins; behind the last are none.
    let last = [x, y, z, 0.0];
    let overlapping = frames.as_flattened().get(..3 * all_but_last.len() + 1);
    for values in [overlapping.unwrap_or(&[]), &last] {
        let mut rest = values;
        while let Some(frame) = rest.first_chunk::<4>() {
            lanes.add(simd, &a, frame);
            rest = &rest[3..];
            count += 1;
            if count == cut.frames_per_tick {
                out.push(lanes.close(simd, cut));
                cut.next += u64::from(cut.frames_per_tick);
                count = 0;
            }
        }
    }
    lanes.store(open);
    open.count = count;
}

/// [`Open`] in vectors, without the count.
#[derive(Clone, Copy)]
struct Lanes<S: Simd> {
    /// As in [`State`](crate::filter::State).
    past: [[f64x4<S>; 2]; 3],
    sum: f64x4<S>,
    square: f64x4<S>,
    min: f32x4<S>,
    max: f32x4<S>,
    band: f64x4<S>,
    change: f64x4<S>,
    /// In the first lane.
    peak: f64x2<S>,
}

impl<S: Simd> Lanes<S> {
    #[inline(always)]
    fn load(simd: S, open: &Open) -> Self {
        let wide = |[x, y, z]: [f64; 3]| f64x4::simd_from(simd, [x, y, z, 0.0]);
        let single = |[x, y, z]: Frame| f32x4::simd_from(simd, [x, y, z, 0.0]);
        let past = |s: usize| open.state.past[s].map(wide);
        Self {
            past: [past(0), past(1), past(2)],
            sum: wide(open.sum),
            square: wide(open.square),
            min: single(open.min),
            max: single(open.max),
            band: wide(open.band),
            change: wide(open.change),
            peak: f64x2::splat(simd, open.peak),
        }
    }

    #[inline(always)]
    fn store(self, open: &mut Open) {
        for (past, lanes) in open.state.past.iter_mut().zip(self.past) {
            *past = lanes.map(axes);
        }
        open.sum = axes(self.sum);
        open.square = axes(self.square);
        [open.min, open.max] = [self.min, self.max].map(|lanes| first_three(lanes.into()));
        open.band = axes(self.band);
        open.change = axes(self.change);
        open.peak = <[f64; 2]>::from(self.peak)[0];
    }

    #[inline(always)]
    fn add(&mut self, simd: S, a: &[[f64x4<S>; 2]; 2], frame: &[f32; 4]) {
        let single = f32x4::simd_from(simd, *frame);
        let (value, _) = single.combine(single).widen();
        self.sum += value;
        self.square += value * value;
        self.min = self.min.min(single);
        self.max = self.max.max(single);

        let [[x1, x2], [u1, u2], [y1, y2]] = self.past;
        // The feedback of the previous output last: all else is known before it.
        let u = ((value - x2) - a[0][1] * u2) - a[0][0] * u1;
        let y = ((u - u2) - a[1][1] * y2) - a[1][0] * y1;
        self.past = [[value, x1], [u, u1], [y, y1]];

        let energy = y * y;
        self.band += energy;
        let step = y - y1;
        self.change += step * step;
        let (xy, z) = energy.split();
        self.peak = self.peak.max((xy + xy.zip_high(xy)) + z);
    }

    #[inline(always)]
    fn close(&mut self, simd: S, Cut { next, share, power, .. }: Cut) -> (Tick, Extent) {
        let mean = self.sum * f64x4::splat(simd, share);
        let [x, y, z, ..]: [f32; 8] = mean.narrow(mean).into();
        let total = |lanes: f64x4<S>| {
            let [x, y, z] = axes(lanes);
            (x + y) + z
        };
        let extent = Extent {
            sum_g: self.sum.into(),
            square_g2: self.square.into(),
            min_g: self.min.into(),
            max_g: self.max.into(),
        };
        let tick = Tick {
            start: next,
            mean_g: [x, y, z],
            band_g2: (total(self.band) * (share * power)) as f32,
            change_g2: (total(self.change) * (share * power)) as f32,
            peak_g2: (<[f64; 2]>::from(self.peak)[0] * power) as f32,
        };
        let zero = f64x4::splat(simd, 0.0);
        *self = Self {
            past: self.past,
            sum: zero,
            square: zero,
            min: f32x4::splat(simd, f32::INFINITY),
            max: f32x4::splat(simd, f32::NEG_INFINITY),
            band: zero,
            change: zero,
            peak: f64x2::splat(simd, 0.0),
        };
        (tick, extent)
    }
}

#[inline(always)]
fn axes<S: Simd>(lanes: f64x4<S>) -> [f64; 3] {
    let [x, y, z, _] = lanes.into();
    [x, y, z]
}

#[inline(always)]
fn first_three([x, y, z, _]: [f32; 4]) -> Frame {
    [x, y, z]
}
