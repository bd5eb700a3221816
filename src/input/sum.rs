//! Acceleration that a phone took apart, put together again: what moves it, and
//! gravity, in two tables with stamps of their own.

use crate::error::Result;
use crate::recording::{Block, Frame, Source, Spec};
use crate::time::Clock;

use super::counted;
use super::csv::CsvSource;

/// Gravity turns slowly; known this long ago or ahead it is still known, ns.
const REACH_NS: i64 = 1_000_000_000;

/// Linear acceleration with gravity added to it.
pub(super) struct SumSource {
    spec: Spec,
    linear: CsvSource,
    gravity: CsvSource,
    /// Added to gravity's stamps to have them count from linear's first.
    ahead_ns: i64,
    /// The block of gravity that is at hand, and the place in it.
    at_hand: Block,
    at: usize,
    /// The frames of gravity around the present moment.
    before: Option<(i64, Frame)>,
    after: Option<(i64, Frame)>,
    first_ns: Option<i64>,
    without: u64,
}

impl SumSource {
    /// The sum of two tables, which have stamps and a common clock.
    pub fn new(linear: CsvSource, gravity: CsvSource) -> Self {
        let mut spec = linear.spec().clone();
        spec.has_gravity = true;
        spec.layout += "; with the gravity of Gravity.csv added";
        let ahead_ns = match (&linear.spec().clock, &gravity.spec().clock) {
            (Clock::Zoned { start, .. }, Clock::Zoned { start: other, .. }) => {
                i64::try_from(other.as_nanosecond() - start.as_nanosecond()).unwrap_or(0)
            }
            _ => 0,
        };
        let (at_hand, at) = (Block::default(), 0);
        let (before, after, first_ns, without) = (None, None, None, 0);
        Self { spec, linear, gravity, ahead_ns, at_hand, at, before, after, first_ns, without }
    }

    /// The next frame of gravity and its moment.
    fn next_gravity(&mut self) -> Result<Option<(i64, Frame)>> {
        if self.at == self.at_hand.frames.len() {
            self.at = 0;
            if !self.gravity.read(&mut self.at_hand)? {
                return Ok(None);
            }
        }
        let stamp_ns = self.at_hand.stamps_ns.get(self.at).copied().unwrap_or_default();
        let frame = self.at_hand.frames[self.at];
        self.at += 1;
        Ok(Some((stamp_ns.saturating_add(self.ahead_ns), frame)))
    }

    /// Gravity at a moment, by a straight line between its frames; `None` where
    /// there is none near.
    fn gravity_at(&mut self, at_ns: i64) -> Result<Option<Frame>> {
        while self.after.is_none_or(|(after_ns, _)| after_ns < at_ns) {
            let Some(next) = self.next_gravity()? else { break };
            self.before = self.after.replace(next);
        }
        let near = |known: Option<(i64, Frame)>| {
            known.filter(|(known_ns, _)| known_ns.abs_diff(at_ns) <= REACH_NS as u64)
        };
        // Before the first frame of gravity, that one: the clock is the first sample's.
        let after = if self.before.is_none() { self.after } else { near(self.after) };
        Ok(match (near(self.before), after) {
            (Some((before_ns, before)), Some((after_ns, after)))
                if before_ns < at_ns && at_ns < after_ns =>
            {
                let share = (at_ns - before_ns) as f32 / (after_ns - before_ns) as f32;
                Some(std::array::from_fn(|axis| {
                    before[axis] + share * (after[axis] - before[axis])
                }))
            }
            (_, Some((_, known))) | (Some((_, known)), None) => Some(known),
            (None, None) => None,
        })
    }
}

impl Source for SumSource {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn read(&mut self, block: &mut Block) -> Result<bool> {
        while self.linear.read(block)? {
            let mut kept = 0;
            for index in 0..block.frames.len() {
                let at_ns = block.stamps_ns[index];
                let Some(gravity) = self.gravity_at(at_ns)? else { continue };
                let first_ns = *self.first_ns.get_or_insert(at_ns);
                block.stamps_ns[kept] = at_ns.saturating_sub(first_ns);
                let linear = block.frames[index];
                block.frames[kept] = std::array::from_fn(|axis| linear[axis] + gravity[axis]);
                kept += 1;
            }
            self.without += (block.frames.len() - kept) as u64;
            block.stamps_ns.truncate(kept);
            block.frames.truncate(kept);
            if kept > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn progress(&self) -> (u64, u64) {
        self.linear.progress()
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = self.linear.warnings();
        warnings.extend(self.gravity.warnings());
        if self.without > 0 {
            let frames = counted(self.without, "sample");
            warnings.push(format!("{frames} without gravity at their time left out."));
        }
        warnings
    }
}
