//! A simulated night as a stream of frames.

use std::sync::Arc;

use super::chain::{Chain, FINE_HZ};
use super::device::{Device, Stretch};
use super::plan::Stamps;
use super::random::{Random, Stream, chance, normal, stream};
use super::render::Renderer;
use super::vector::add;
use super::vitals::Vitals;
use super::{SimulatedNight, clock_pace};
use crate::error::Result;
use crate::recording::{Block, Frame, Source, Spec};

/// Frames a block, unless asked otherwise.
const BLOCK_FRAMES: usize = 4096;

/// Bytes of a frame in memory, for [`Source::progress`].
const FRAME_BYTES: u64 = 12;

/// Streams a simulated night in constant memory. The same night gives the same
/// frames, whatever the size of the blocks.
#[derive(Debug)]
pub struct SimulatedSource {
    spec: Spec,
    renderer: Renderer,
    vitals: Vitals,
    device: Device,
    gaps: Arc<[Stretch]>,
    gap: usize,
    lost: f64,
    losing: Random,
    jitter_s: f64,
    stamping: Random,
    next: u64,
    frames: u64,
    block_frames: usize,
    stamped: bool,
    rate_hz: f64,
    clock_pace: f64,
}

impl SimulatedNight {
    /// The night from its first frame.
    pub fn source(&self) -> SimulatedSource {
        let plan = &self.plan;
        let rate_hz = self.true_rate_hz();
        let around = &plan.surroundings;
        let chain = Chain::new(rate_hz, FINE_HZ, (around.bed_hz, around.bed_damping));
        let in_bed_s = match plan.sleeper {
            Some(_) => (self.truth.lights_off_s, self.truth.lights_on_s),
            None => (0.0, 0.0),
        };
        SimulatedSource {
            spec: self.spec.clone(),
            renderer: Renderer::new(Arc::clone(&self.moving), self.up, chain, 1.0 / rate_hz),
            vitals: Vitals::new(around, in_bed_s, self.seed),
            device: Device::new(plan, self.seed, rate_hz),
            gaps: Arc::clone(&self.gaps),
            gap: 0,
            lost: plan.sensor.faults.lost,
            losing: stream(self.seed, Stream::Lost),
            jitter_s: plan.sensor.faults.jitter_s,
            stamping: stream(self.seed, Stream::Stamps),
            next: 0,
            frames: self.frames(),
            block_frames: BLOCK_FRAMES,
            stamped: plan.sensor.stamps == Stamps::Iso,
            rate_hz,
            clock_pace: clock_pace(plan),
        }
    }

    /// Frames a second of true time; its own clock says [`Spec::rate_hz`].
    fn true_rate_hz(&self) -> f64 {
        self.spec.rate_hz * clock_pace(&self.plan)
    }

    /// The same, with stamps whether or not the plan has them.
    pub(super) fn source_with_stamps(&self) -> SimulatedSource {
        SimulatedSource { stamped: true, ..self.source() }
    }

    /// Frames of the recording, the lost ones included.
    pub fn frames(&self) -> u64 {
        (self.plan.hours * 3600.0 * self.true_rate_hz()).floor() as u64
    }
}

impl SimulatedSource {
    /// The same frames in blocks of at most `frames`.
    ///
    /// # Panics
    /// When `frames` is 0.
    pub fn with_block(mut self, frames: usize) -> Self {
        assert!(frames > 0, "a block holds at least one frame");
        self.block_frames = frames;
        self
    }

    /// The next frame that was recorded and its stamp, ns.
    fn advance(&mut self) -> Option<(i64, Frame)> {
        while self.next < self.frames {
            let n = self.next;
            self.next += 1;
            let now_s = n as f64 / self.rate_hz;
            let felt = add(self.renderer.frame(n), self.vitals.at(now_s));
            let frame = self.device.convert(felt, now_s);
            let late_s = if self.jitter_s > 0.0 && n > 0 {
                self.jitter_s * normal(&mut self.stamping)
            } else {
                0.0
            };
            // The first frame sets the clock and is always there.
            let lost = self.lost > 0.0 && chance(&mut self.losing, self.lost) && n > 0;
            if lost || self.in_gap(now_s) {
                continue;
            }
            let stamp_s = now_s * self.clock_pace + late_s;
            return Some(((stamp_s * 1e9).round() as i64, frame));
        }
        None
    }

    fn in_gap(&mut self, now_s: f64) -> bool {
        while self.gaps.get(self.gap).is_some_and(|gap| gap.1 <= now_s) {
            self.gap += 1;
        }
        self.gaps.get(self.gap).is_some_and(|gap| gap.0 <= now_s)
    }
}

impl Source for SimulatedSource {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn read(&mut self, block: &mut Block) -> Result<bool> {
        block.clear();
        while block.frames.len() < self.block_frames {
            let Some((stamp_ns, frame)) = self.advance() else { break };
            block.frames.push(frame);
            if self.stamped {
                block.stamps_ns.push(stamp_ns);
            }
        }
        Ok(!block.frames.is_empty())
    }

    fn progress(&self) -> (u64, u64) {
        (self.next * FRAME_BYTES, self.frames * FRAME_BYTES)
    }

    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
}
