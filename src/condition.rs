//! Frames as the file has them become frames on a uniform grid.
//!
//! Stamps jitter, repeat, come in batches, run backwards, and stop: the file's
//! frames are given a plausible moment each, and the grid is interpolated
//! between them. Where nothing was recorded, nothing is invented: a gap is
//! handed on as a gap. What was done is counted in the [`Ledger`].

mod ledger;
mod spike;
mod steady;

pub use ledger::{Correction, Gap, Ledger};

use crate::recording::{Block, Frame, Spec};
use crate::time::Clock;
use spike::Spikes;
use steady::RUN;

/// Frames on the uniform grid, with the gaps between them.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Uniform {
    /// Consecutive frames, in g.
    pub frames: Vec<Frame>,
    /// Before `frames[index]`, so many frames of the grid were not recorded.
    /// In order of `index`, which may be `frames.len()`.
    pub gaps: Vec<(usize, u64)>,
}

impl Uniform {
    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.frames.clear();
        self.gaps.clear();
    }
}

/// Steps longer than this are gaps, unless the recording is too slow or its
/// stamps too coarse for that. Shorter ones are bridged by interpolation: a
/// series must not break on a lost packet.
const GAP_S: f64 = 0.25;

/// … nor is a step of up to so many periods: a sensor of 5 Hz may lose four
/// samples in a row before it counts as stopped.
const GAP_PERIODS: f64 = 4.5;

/// A clock that jumps forward by more than this was set, not stopped: 30 days.
const LONGEST_GAP_NS: f64 = 30.0 * 86_400e9;

/// What summer time moves a clock by, ns.
const HOUR_NS: f64 = 3600e9;

/// Stamps that advance by less than this share of a period are one batch,
/// written when it arrived and not when its frames were sampled.
const BATCH_SHARE: f64 = 0.25;

/// A point of the grid this close to a frame, in periods, is the frame.
const SNAP_SHARE: f64 = 1e-3;

/// A measured rate this close to a round one is taken to be the round one.
const ROUND_RATE: f64 = 5e-4;

/// Puts the frames of one recording onto a uniform grid; a stream, with the
/// same result for any block size.
#[derive(Debug, Clone)]
pub struct Conditioner {
    period_ns: f64,
    /// Added to the stamps since the clock was last set.
    shift_ns: f64,
    /// The frames of the latest stamp, which wait for the next stamp.
    batch: Vec<Frame>,
    batch_ns: f64,
    /// The latest frame that has its moment.
    last: Option<(f64, Frame)>,
    /// The next point of the grid.
    next: u64,
    /// Smallest step of the stamps seen after three or more equal ones.
    resolution_ns: f64,
    /// Whether a frame of zeros is no measurement but the mark of a pause.
    blank_zeros: bool,
    has_stamps: bool,
    /// Whether stamps are of a wall clock, which summer time moves.
    is_wall_clock: bool,
    spikes: Spikes,
    ledger: Ledger,
}

impl Conditioner {
    /// For a recording of this rate; a measured rate is rounded to a round one
    /// that it cannot be told from.
    pub fn new(spec: &Spec) -> Self {
        let rate_hz = round_rate(spec.rate_hz);
        Self {
            period_ns: 1e9 / rate_hz,
            shift_ns: 0.0,
            batch: Vec::new(),
            batch_ns: 0.0,
            last: None,
            next: 0,
            resolution_ns: f64::INFINITY,
            blank_zeros: spec.has_gravity,
            has_stamps: false,
            is_wall_clock: matches!(spec.clock, Clock::Local { .. }),
            spikes: Spikes::default(),
            ledger: Ledger::new(rate_hz),
        }
    }

    /// Rate of the grid, Hz.
    pub fn rate_hz(&self) -> f64 {
        self.ledger.rate_hz
    }

    /// Appends what `block` adds to the grid to `out`. Some frames wait for the
    /// next ones.
    ///
    /// Frames that are exactly zero on all axes are no measurement where gravity
    /// is in the signal: recorders write them while they pause (ActiGraph, idle
    /// sleep mode). They are left out, and become a gap if there are enough.
    pub fn push(&mut self, block: &Block, out: &mut Uniform) {
        let first = self.ledger.frames_read;
        self.ledger.frames_read += block.frames.len() as u64;
        let mut stamps_ns = [0.0; RUN];
        for (run, frames) in block.frames.chunks(RUN).enumerate() {
            let stamps_ns = &mut stamps_ns[..frames.len()];
            let from = run * RUN;
            match block.stamps_ns.get(from..from + frames.len()) {
                Some(stamps) => {
                    for (stamp_ns, stamp) in stamps_ns.iter_mut().zip(stamps) {
                        *stamp_ns = *stamp as f64;
                    }
                }
                None => {
                    for (stamp_ns, number) in stamps_ns.iter_mut().zip(first + from as u64..) {
                        *stamp_ns = number as f64 * self.period_ns;
                    }
                }
            }
            if !self.take_steady(stamps_ns, frames, out) {
                self.take_each(stamps_ns, frames, out);
            }
        }
        self.has_stamps |= !block.stamps_ns.is_empty();
    }

    /// Takes frames one by one, whatever their stamps are.
    fn take_each(&mut self, stamps_ns: &[f64], frames: &[Frame], out: &mut Uniform) {
        for (&stamp_ns, &frame) in stamps_ns.iter().zip(frames) {
            if self.blank_zeros && frame == [0.0; 3] {
                self.ledger.blank += 1;
            } else if let Some((stamp_ns, frame)) = self.spikes.pass(stamp_ns, frame) {
                self.stamped(stamp_ns, frame, out);
            }
        }
    }

    /// Appends what still waits, and closes the ledger.
    pub fn finish(mut self, out: &mut Uniform) -> Ledger {
        let waiting: Vec<(f64, Frame)> = self.spikes.finish().collect();
        for (stamp_ns, frame) in waiting {
            self.stamped(stamp_ns, frame, out);
        }
        let end_ns = self.batch_ns + self.batch.len() as f64 * self.period_ns;
        self.flush_batch(end_ns, out);
        self.ledger.spikes = self.spikes.mended;
        self.ledger.frames = self.next;
        if self.has_stamps {
            self.ledger.close();
        }
        self.ledger
    }

    fn stamped(&mut self, stamp_ns: f64, frame: Frame, out: &mut Uniform) {
        let mut at_ns = stamp_ns + self.shift_ns;
        if self.batch.is_empty() && self.last.is_none() {
            self.batch_ns = at_ns;
        } else if at_ns < self.batch_ns {
            if self.batch_ns - at_ns > self.gap_ns() {
                at_ns = self.set_clock(at_ns, out);
            } else {
                self.ledger.backward += 1;
                at_ns = self.batch_ns;
            }
        } else if at_ns - self.batch_ns > LONGEST_GAP_NS || self.is_summer_time(at_ns) {
            at_ns = self.set_clock(at_ns, out);
        } else if at_ns == self.batch_ns {
            self.ledger.repeated += 1;
        }
        if at_ns - self.batch_ns >= BATCH_SHARE * self.period_ns {
            self.flush_batch(at_ns, out);
            self.batch_ns = at_ns;
        }
        self.batch.push(frame);
    }

    /// Whether a wall clock was put forward by an hour between two frames: a pause
    /// of an hour to the quarter of a second is hardly ever one.
    fn is_summer_time(&self, at_ns: f64) -> bool {
        let goes_on_ns = self.batch_ns + self.batch.len() as f64 * self.period_ns;
        self.is_wall_clock
            && self.batch.len() + usize::from(self.last.is_some()) > 0
            && (at_ns - goes_on_ns - HOUR_NS).abs() <= GAP_S * 1e9
    }

    /// The recorder's clock was set: time goes on by one period.
    fn set_clock(&mut self, at_ns: f64, out: &mut Uniform) -> f64 {
        let goes_on_ns = self.batch_ns + self.batch.len() as f64 * self.period_ns;
        self.flush_batch(goes_on_ns, out);
        self.ledger.corrected(goes_on_ns, at_ns - goes_on_ns);
        self.shift_ns += goes_on_ns - at_ns;
        self.batch_ns = goes_on_ns;
        goes_on_ns
    }

    /// Gives every frame of the batch its moment: evenly up to the next stamp,
    /// but not slower than the rate of the recording.
    fn flush_batch(&mut self, next_stamp_ns: f64, out: &mut Uniform) {
        if let [frame] = self.batch[..] {
            self.batch.clear();
            return self.place(self.batch_ns, frame, out);
        }
        let count = self.batch.len();
        let span_ns = next_stamp_ns - self.batch_ns;
        let even_ns = span_ns / count as f64;
        let step_ns = if even_ns > 1.5 * self.period_ns { self.period_ns } else { even_ns };
        if count >= 3 && span_ns > 0.0 {
            self.resolution_ns = self.resolution_ns.min(span_ns);
        }
        let batch = std::mem::take(&mut self.batch);
        for (index, &frame) in batch.iter().enumerate() {
            self.place(self.batch_ns + index as f64 * step_ns, frame, out);
        }
        self.batch = batch;
        self.batch.clear();
    }

    /// Longest step that is no gap, ns.
    fn gap_ns(&self) -> f64 {
        let coarse_ns = if self.resolution_ns.is_finite() { self.resolution_ns } else { 0.0 };
        (GAP_S * 1e9).max(GAP_PERIODS * self.period_ns).max(1.5 * coarse_ns)
    }

    /// Takes a frame at its moment and emits the grid up to it.
    fn place(&mut self, at_ns: f64, frame: Frame, out: &mut Uniform) {
        let Some((last_ns, last)) = self.last else {
            out.frames.push(frame);
            self.next = 1;
            self.last = Some((at_ns, frame));
            return;
        };
        let step_ns = at_ns - last_ns;
        if step_ns > self.gap_ns() {
            self.gap(at_ns, out);
        } else {
            self.ledger.stepped(step_ns, self.period_ns);
        }
        self.reach((last_ns, last), at_ns, frame, out);
    }

    /// Emits the grid from the last frame up to the next, which is connected with it.
    #[inline(always)]
    fn reach(
        &mut self,
        (last_ns, last): (f64, Frame),
        at_ns: f64,
        frame: Frame,
        out: &mut Uniform,
    ) {
        let snap_ns = SNAP_SHARE * self.period_ns;
        loop {
            let grid_ns = self.next as i64 as f64 * self.period_ns;
            if grid_ns > at_ns + snap_ns {
                break;
            }
            let value = if at_ns - grid_ns <= snap_ns {
                frame
            } else {
                let share = ((grid_ns - last_ns) / (at_ns - last_ns)) as f32;
                std::array::from_fn(|axis| last[axis] + share * (frame[axis] - last[axis]))
            };
            out.frames.push(value);
            self.next += 1;
        }
        self.last = Some((at_ns, frame));
    }

    /// Skips the grid points between two frames that nothing connects.
    fn gap(&mut self, at_ns: f64, out: &mut Uniform) {
        let resume = (at_ns / self.period_ns - 1e-3).ceil() as u64;
        let missing = resume.saturating_sub(self.next);
        if missing > 0 {
            out.gaps.push((out.frames.len(), missing));
            self.ledger.gap(self.next, missing);
            self.next = resume;
        }
    }
}

/// The round rate that a measured one cannot be told from, or itself: a
/// multiple of a half hertz, or a whole number of milliseconds a period.
fn round_rate(rate_hz: f64) -> f64 {
    let half_hz = (rate_hz * 2.0).round() / 2.0;
    let whole_ms = 1e3 / (1e3 / rate_hz).round();
    [half_hz, whole_ms]
        .into_iter()
        .find(|round| round.is_finite() && (rate_hz / round - 1.0).abs() < ROUND_RATE)
        .unwrap_or(rate_hz)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recording::{Format, Unit};
    use crate::time::Clock;

    fn spec(rate_hz: f64) -> Spec {
        Spec {
            format: Format::Csv,
            layout: String::new(),
            device: None,
            unit: Unit::G,
            unit_source: String::new(),
            has_gravity: true,
            has_stamps: true,
            rate_hz,
            rate_source: String::new(),
            clock: Clock::None,
            placement: None,
            side: None,
            full_scale_g: None,
            bases: Default::default(),
        }
    }

    /// The frame that a ramp of 1 g a second shows at a moment.
    fn ramp(at_s: f64) -> Frame {
        [at_s as f32, 0.0, 1.0]
    }

    fn condition(rate_hz: f64, stamps_ns: Vec<i64>, frames: Vec<Frame>) -> (Uniform, Ledger) {
        let mut conditioner = Conditioner::new(&spec(rate_hz));
        let mut out = Uniform::default();
        conditioner.push(&Block { stamps_ns, frames }, &mut out);
        let ledger = conditioner.finish(&mut out);
        (out, ledger)
    }

    fn ramp_at(rate_hz: f64, stamps_ms: &[i64]) -> (Uniform, Ledger) {
        let stamps = stamps_ms.iter().map(|ms| ms * 1_000_000).collect();
        let frames = stamps_ms.iter().map(|&ms| ramp(ms as f64 / 1e3)).collect();
        condition(rate_hz, stamps, frames)
    }

    #[test]
    fn regular_stamps_pass_unchanged() {
        let stamps: Vec<i64> = (0..500).map(|k| k * 20).collect();
        let (out, ledger) = ramp_at(50.0, &stamps);
        assert_eq!(out.frames.len(), 500);
        assert!(out.gaps.is_empty());
        for (index, frame) in out.frames.iter().enumerate() {
            assert_eq!(*frame, ramp(index as f64 * 0.02));
        }
        assert_eq!(ledger.frames, 500);
        assert!(ledger.jitter_ms.unwrap() < 1e-9);
    }

    #[test]
    fn irregular_stamps_are_interpolated_where_they_lie() {
        let (out, _) = ramp_at(50.0, &[0, 13, 45, 60, 79, 100, 128, 140]);
        for (index, frame) in out.frames.iter().enumerate() {
            assert!((f64::from(frame[0]) - index as f64 * 0.02).abs() < 1e-6, "{index}: {frame:?}");
        }
        assert_eq!(out.frames.len(), 8);
    }

    #[test]
    fn a_lost_sample_is_bridged_and_counted() {
        let (out, ledger) = ramp_at(50.0, &[0, 20, 40, 80, 100]);
        assert_eq!(out.frames.len(), 6);
        assert!((out.frames[3][0] - 0.06).abs() < 1e-6);
        assert_eq!(ledger.bridged, 1);
        assert!(ledger.gaps.is_empty());
    }

    #[test]
    fn a_stop_is_a_gap_of_the_missing_grid_points() {
        let (out, ledger) = ramp_at(50.0, &[0, 20, 40, 1000, 1020]);
        assert_eq!(out.gaps, [(3, 47)]);
        assert_eq!(ledger.gaps, [Gap { start: 3, frames: 47 }]);
        assert_eq!(out.frames.len(), 5);
        assert_eq!(out.frames[3], ramp(1.0));
        assert_eq!(ledger.frames, 52);
    }

    #[test]
    fn stamps_to_the_second_are_spread_over_it() {
        let stamps: Vec<i64> = (0..300).map(|k| (k / 30) * 1000).collect();
        let frames = (0..300).map(|k| ramp(k as f64 / 30.0)).collect();
        let (out, ledger) =
            condition(30.0, stamps.iter().map(|ms| ms * 1_000_000).collect(), frames);
        assert!(out.gaps.is_empty());
        assert_eq!(out.frames.len(), 300);
        for (index, frame) in out.frames.iter().enumerate() {
            assert!((frame[0] - index as f32 / 30.0).abs() < 1e-4, "{index}: {frame:?}");
        }
        assert_eq!(ledger.repeated, 290);
    }

    #[test]
    fn a_batch_stamped_on_arrival_is_spread_over_its_time() {
        // Ten samples arrive every 200 ms, 0.1 ms apart.
        let stamps: Vec<i64> =
            (0..100).map(|k| (k / 10) * 200_000_000 + (k % 10) * 100_000).collect();
        let frames = (0..100).map(|k| ramp(k as f64 * 0.02)).collect();
        let (out, _) = condition(50.0, stamps, frames);
        assert!(out.gaps.is_empty());
        for (index, frame) in out.frames.iter().enumerate() {
            assert!((frame[0] - index as f32 * 0.02).abs() < 0.005, "{index}: {frame:?}");
        }
    }

    #[test]
    fn a_clock_set_back_goes_on_by_one_period() {
        let (out, ledger) = ramp_at(50.0, &[0, 20, 40, -5_000, -4_980]);
        assert!(out.gaps.is_empty());
        assert_eq!(out.frames.len(), 5);
        assert_eq!(ledger.corrections.len(), 1);
        assert!((ledger.corrections[0].jump_s + 5.06).abs() < 1e-9);
    }

    #[test]
    fn a_stamp_a_little_late_is_no_correction() {
        let (out, ledger) = ramp_at(50.0, &[0, 20, 40, 35, 60, 80]);
        assert_eq!(ledger.backward, 1);
        assert!(ledger.corrections.is_empty());
        assert_eq!(out.frames.len(), 5);
    }

    #[test]
    fn a_five_hertz_recording_may_lose_three_samples_without_a_gap() {
        let (out, ledger) = ramp_at(5.0, &[0, 200, 400, 1200, 1400]);
        assert!(out.gaps.is_empty());
        assert_eq!(ledger.bridged, 3);
    }

    #[test]
    fn a_measured_rate_becomes_the_round_one_it_cannot_be_told_from() {
        assert_eq!(round_rate(99.998), 100.0);
        assert_eq!(round_rate(12.4999), 12.5);
        assert_eq!(round_rate(99.62), 99.62);
        assert!((round_rate(66.66) - 1e3 / 15.0).abs() < 1e-9);
    }

    proptest! {
        /// The naive twin takes every frame by itself.
        #[test]
        fn steady_runs_are_taken_as_frame_by_frame(
            parts in proptest::collection::vec((1usize..400, -3i64..40, 0u8..8), 1..8),
            size in 1usize..600,
            has_stamps: bool,
        ) {
            let (mut stamps, mut frames, mut at_ns) = (Vec::new(), Vec::new(), 0);
            for (length, late_ms, what) in parts {
                at_ns += late_ms * 1_000_000;
                for k in 0..length {
                    // The last two: a sensor of 48.5 Hz, and one that is late by half
                    // a period now and then.
                    at_ns += if what == 4 { 20_600_000 } else { 20_000_000 };
                    let late_ns = match what {
                        1 => (k as i64 * 7919) % 30_000,
                        5 => (k as i64 * 7_919_333) % 10_000_000,
                        _ => 0,
                    };
                    stamps.push(at_ns + late_ns);
                    let jerk = if what == 2 && k % 50 == 9 { 2.0 } else { 0.0 };
                    let blank = what == 3 && k % 90 < 20;
                    let frame = [0.1 * (k as f32 * 0.3).sin() + jerk, 0.05, 1.0];
                    frames.push(if blank { [0.0; 3] } else { frame });
                }
            }
            let mut naive = Conditioner::new(&spec(50.0));
            let mut expected = Uniform::default();
            naive.ledger.frames_read = frames.len() as u64;
            let even = |k: usize| k as f64 * naive.period_ns;
            let stamps_ns: Vec<f64> = (0..frames.len())
                .map(|k| if has_stamps { stamps[k] as f64 } else { even(k) })
                .collect();
            naive.take_each(&stamps_ns, &frames, &mut expected);
            naive.has_stamps = has_stamps;
            let expected_ledger = naive.finish(&mut expected);
            let mut conditioner = Conditioner::new(&spec(50.0));
            let mut found = Uniform::default();
            for (stamps, frames) in stamps.chunks(size).zip(frames.chunks(size)) {
                let stamps_ns = if has_stamps { stamps.to_vec() } else { Vec::new() };
                conditioner.push(&Block { stamps_ns, frames: frames.to_vec() }, &mut found);
            }
            let ledger = conditioner.finish(&mut found);
            prop_assert_eq!((found, ledger), (expected, expected_ledger));
        }

        #[test]
        fn the_block_size_does_not_matter(
            steps_ms in proptest::collection::vec(-30i64..120, 1..300),
            size in 1usize..50,
        ) {
            let stamps: Vec<i64> = steps_ms
                .iter()
                .scan(0, |at, step| { *at += step; Some(*at * 1_000_000) })
                .collect();
            let frames: Vec<Frame> =
                (0..stamps.len()).map(|k| [(k as f32).sin(), (k as f32).cos(), 1.0]).collect();
            let whole = condition(20.0, stamps.clone(), frames.clone());
            let mut conditioner = Conditioner::new(&spec(20.0));
            let mut out = Uniform::default();
            for (stamps_ns, frames) in stamps.chunks(size).zip(frames.chunks(size)) {
                let block = Block { stamps_ns: stamps_ns.to_vec(), frames: frames.to_vec() };
                conditioner.push(&block, &mut out);
            }
            let ledger = conditioner.finish(&mut out);
            prop_assert_eq!(whole, (out, ledger));
        }

        #[test]
        fn frames_and_gaps_fill_the_grid(steps_ms in proptest::collection::vec(-400i64..2000, 1..200)) {
            let stamps: Vec<i64> = steps_ms
                .iter()
                .scan(0, |at, step| { *at += step; Some(*at * 1_000_000) })
                .collect();
            let frames = vec![[0.0, 0.0, 1.0]; stamps.len()];
            let (out, ledger) = condition(20.0, stamps, frames);
            let missing: u64 = out.gaps.iter().map(|gap| gap.1).sum();
            prop_assert_eq!(out.frames.len() as u64 + missing, ledger.frames);
            prop_assert!(out.gaps.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        }
    }
}
