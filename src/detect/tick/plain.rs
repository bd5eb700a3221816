//! What is gathered of every frame, a frame after the other: the naive twin of
//! [`lanes`](super::lanes), and the way of the filters that it does not know.

use super::{Cut, Extent, Open, Out, Tick};
use crate::filter::Sections;
use crate::recording::Frame;

/// Hands every tick that `frames` complete to `out`.
pub fn push(band: &Sections, mut cut: Cut, open: &mut Open, frames: &[Frame], out: &mut Out) {
    for frame in frames {
        open.add(band, *frame);
        if open.count == cut.frames_per_tick {
            out.push(open.close(cut));
            cut.next += u64::from(cut.frames_per_tick);
        }
    }
}

impl Open {
    fn add(&mut self, band: &Sections, frame: Frame) {
        let before = self.state.latest(band);
        let filtered = band.apply_without_gain(&mut self.state, frame);
        let mut energies = [0.0; 3];
        for axis in 0..3 {
            let value = f64::from(frame[axis]);
            self.sum[axis] += value;
            self.square[axis] += value * value;
            self.min[axis] = self.min[axis].min(frame[axis]);
            self.max[axis] = self.max[axis].max(frame[axis]);
            energies[axis] = filtered[axis] * filtered[axis];
            self.band[axis] += energies[axis];
            let step = filtered[axis] - before[axis];
            self.change[axis] += step * step;
        }
        let [x, y, z] = energies;
        self.peak = self.peak.max((x + y) + z);
        self.count += 1;
    }

    fn close(&mut self, Cut { next, share, power, .. }: Cut) -> (Tick, Extent) {
        let total = |[x, y, z]: [f64; 3]| (x + y) + z;
        let wide = |[x, y, z]: [f64; 3]| [x, y, z, 0.0];
        let single = |[x, y, z]: Frame| [x, y, z, 0.0];
        let extent = Extent {
            sum_g: wide(self.sum),
            square_g2: wide(self.square),
            min_g: single(self.min),
            max_g: single(self.max),
        };
        let tick = Tick {
            start: next,
            mean_g: self.sum.map(|sum| (sum * share) as f32),
            band_g2: (total(self.band) * (share * power)) as f32,
            change_g2: (total(self.change) * (share * power)) as f32,
            peak_g2: (self.peak * power) as f32,
        };
        *self = Self::new(self.state);
        (tick, extent)
    }
}
