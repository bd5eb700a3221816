//! The way of nearly all recordings: stamps about a period apart, no wrong sample.
//! Such runs of frames go onto the grid as they are where that is where they lie, and
//! are interpolated without a look at each where a sensor's rate is not what it is
//! called; what comes out, and what the ledger says, is the same to the bit as frame
//! by frame.

use super::spike::{LEAST_JUMP_G, LEAST_WINDOW};
use super::{BATCH_SHARE, Conditioner, SNAP_SHARE, Uniform};
use crate::recording::Frame;

/// Frames that are looked at together.
pub(super) const RUN: usize = 128;

/// Frames that wait before a run: one for the stamp of the next, two for the
/// judgement whether they are wrong.
const WAITING: usize = 3;

impl Conditioner {
    /// Takes a run of frames at `stamps_ns`, if it is steady; else nothing
    /// happens, and it must be taken frame by frame.
    pub(super) fn take_steady(
        &mut self,
        stamps_ns: &[f64],
        frames: &[Frame],
        out: &mut Uniform,
    ) -> bool {
        let count = frames.len();
        let ([waiting], Some(last @ (last_ns, _)), Some(recent)) =
            (&self.batch[..], self.last, self.spikes.latest::<WAITING>())
        else {
            return false;
        };
        if count < LEAST_WINDOW || recent[0].1 != *waiting {
            return false;
        }
        // What waits, then the run: the last three of it will wait.
        let (mut at_ns, mut all) = ([0.0; WAITING + RUN], [[0.0; 3]; WAITING + RUN]);
        for (index, (stamp_ns, frame)) in recent.into_iter().enumerate() {
            (at_ns[index], all[index]) = (stamp_ns + self.shift_ns, frame);
        }
        at_ns[0] = self.batch_ns;
        for (at_ns, stamp_ns) in at_ns[WAITING..].iter_mut().zip(stamps_ns) {
            *at_ns = stamp_ns + self.shift_ns;
        }
        all[WAITING..][..count].copy_from_slice(frames);
        let (at_ns, all) = (&at_ns[..WAITING + count], &all[..WAITING + count]);
        let is_on_grid = self.is_on_grid(last_ns, at_ns);
        let is_steady = is_on_grid || self.is_even(last_ns, at_ns);
        if !is_steady || jumps(all) || self.blank_zeros && has_blank(frames) {
            return false;
        }
        let before = std::iter::once(&last_ns).chain(at_ns);
        self.ledger.stepped_evenly(
            before.zip(at_ns).take(count).map(|(before, at)| at - before),
            self.period_ns,
        );
        if is_on_grid {
            out.frames.extend_from_slice(&all[..count]);
            self.next += count as u64;
            self.last = Some((at_ns[count - 1], all[count - 1]));
        } else {
            let mut last = last;
            for (at_ns, frame) in at_ns.iter().zip(all).take(count) {
                self.reach(last, *at_ns, *frame, out);
                last = (*at_ns, *frame);
            }
        }
        self.batch[0] = all[count];
        self.batch_ns = at_ns[count];
        self.spikes.replace(&stamps_ns[count - LEAST_WINDOW..], &frames[count - LEAST_WINDOW..]);
        true
    }

    /// Whether from the last frame on the grid each follows the one before after
    /// about a period, so that none belongs to a batch and none was lost.
    fn is_even(&self, last_ns: f64, at_ns: &[f64]) -> bool {
        let (least_ns, most_ns) = (BATCH_SHARE * self.period_ns, 1.5 * self.period_ns);
        let before = std::iter::once(&last_ns).chain(at_ns);
        before.zip(at_ns).fold(true, |all, (before, at)| {
            let step_ns = at - before;
            all & (step_ns >= least_ns) & (step_ns < most_ns)
        })
    }

    /// Whether the moment of the last frame on the grid and the ones that follow
    /// are each a point of it.
    fn is_on_grid(&self, last_ns: f64, at_ns: &[f64]) -> bool {
        let snap_ns = SNAP_SHARE * self.period_ns;
        let next = self.next as i64 as f64;
        let is_off = |at_ns: f64, ahead: i32| {
            let grid_ns = (next + f64::from(ahead)) * self.period_ns;
            (at_ns - grid_ns > snap_ns) | (grid_ns > at_ns + snap_ns)
        };
        let points = at_ns.iter().zip(0..);
        self.next > 0
            && !is_off(last_ns, -1)
            && !points.fold(false, |any, (at_ns, ahead)| any | is_off(*at_ns, ahead))
    }
}

/// Whether an axis jumps so far between two frames that one may be wrong.
fn jumps(frames: &[Frame]) -> bool {
    let values = frames.as_flattened();
    let pairs = values.iter().zip(&values[3..]);
    pairs.fold(false, |any, (before, value)| any | ((value - before).abs() >= LEAST_JUMP_G))
}

fn has_blank(frames: &[Frame]) -> bool {
    frames.iter().fold(false, |any, [x, y, z]| any | ((*x == 0.0) & (*y == 0.0) & (*z == 0.0)))
}
