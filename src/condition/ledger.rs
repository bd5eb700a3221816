//! What was done to the time axis, for the person to know.

use serde::{Deserialize, Serialize};

/// A stretch of the grid in which nothing was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// First missing frame of the grid.
    pub start: u64,
    /// Number of missing frames.
    pub frames: u64,
}

/// A moment at which the recorder's clock was set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Seconds from the first frame.
    pub at_s: f64,
    /// How far the clock jumped, s; negative: backwards.
    pub jump_s: f64,
}

/// Corrections beyond this number are only counted.
const MOST_CORRECTIONS: usize = 1000;

/// The account of the time axis of one recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Rate of the uniform grid, Hz.
    pub rate_hz: f64,
    /// Rate over the whole recording by its own stamps, Hz; `None` without stamps.
    pub measured_rate_hz: Option<f64>,
    /// Root mean square deviation of the steps between stamps from whole periods, ms.
    pub jitter_ms: Option<f64>,
    /// Frames in the file.
    pub frames_read: u64,
    /// Points of the grid, gaps included.
    pub frames: u64,
    /// Where nothing was recorded.
    pub gaps: Vec<Gap>,
    /// Lost frames that were bridged by interpolation, in steps too short for a gap.
    pub bridged: u64,
    /// Frames of zeros, written while the recorder paused and left out.
    pub blank: u64,
    /// Single wrong samples, mended.
    pub spikes: u64,
    /// Stamps equal to the one before.
    pub repeated: u64,
    /// Stamps a little earlier than the one before.
    pub backward: u64,
    /// Where the clock was set.
    pub corrections: Vec<Correction>,
    #[serde(skip)]
    steps: u64,
    #[serde(skip)]
    step_sum_ns: f64,
    #[serde(skip)]
    step_square_ns2: f64,
}

impl Ledger {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            measured_rate_hz: None,
            jitter_ms: None,
            frames_read: 0,
            frames: 0,
            gaps: Vec::new(),
            bridged: 0,
            blank: 0,
            spikes: 0,
            repeated: 0,
            backward: 0,
            corrections: Vec::new(),
            steps: 0,
            step_sum_ns: 0.0,
            step_square_ns2: 0.0,
        }
    }

    pub(super) fn gap(&mut self, start: u64, frames: u64) {
        self.gaps.push(Gap { start, frames });
    }

    pub(super) fn corrected(&mut self, at_ns: f64, jump_ns: f64) {
        if self.corrections.len() < MOST_CORRECTIONS {
            self.corrections.push(Correction { at_s: at_ns / 1e9, jump_s: jump_ns / 1e9 });
        }
    }

    /// A step between two frames that is no gap; it may have lost some.
    pub(super) fn stepped(&mut self, step_ns: f64, period_ns: f64) {
        if step_ns < 1.5 * period_ns {
            // As nearly all are; rounding is a call on the oldest machines.
            return self.stepped_evenly(std::iter::once(step_ns), period_ns);
        }
        let periods = (step_ns / period_ns).round();
        self.steps += 1;
        self.bridged += periods as u64 - 1;
        self.step_sum_ns += step_ns;
        self.step_square_ns2 += (step_ns - periods * period_ns).powi(2);
    }

    /// [`Self::stepped`] for steps of one period each, or nearly.
    pub(super) fn stepped_evenly(&mut self, steps_ns: impl Iterator<Item = f64>, period_ns: f64) {
        for step_ns in steps_ns {
            self.steps += 1;
            self.step_sum_ns += step_ns;
            self.step_square_ns2 += (step_ns - period_ns).powi(2);
        }
    }

    pub(super) fn close(&mut self) {
        if self.steps > 0 {
            let steps = self.steps as f64;
            let periods = (self.steps + self.bridged) as f64;
            self.measured_rate_hz = Some(1e9 * periods / self.step_sum_ns);
            self.jitter_ms = Some((self.step_square_ns2 / steps).sqrt() / 1e6);
        }
    }

    /// Begin and end of each gap, s.
    pub fn gaps_s(&self) -> Vec<(f64, f64)> {
        let seconds = |frames: u64| frames as f64 / self.rate_hz;
        let span = |gap: &Gap| (seconds(gap.start), seconds(gap.start + gap.frames));
        self.gaps.iter().map(span).collect()
    }

    /// Hours in gaps.
    pub fn gap_hours(&self) -> f64 {
        self.gaps.iter().map(|gap| gap.frames).sum::<u64>() as f64 / self.rate_hz / 3600.0
    }
}

impl Ledger {
    /// What a person should know of the time axis, in sentences.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if !self.corrections.is_empty() {
            let largest = self.corrections.iter().map(|c| c.jump_s.abs()).fold(0.0, f64::max);
            remarks.push(format!(
                "The recorder's clock was set {} times, by up to {largest:.1} s; times count on as if it had not been.",
                self.corrections.len()
            ));
        }
        if self.backward > 0 {
            remarks.push(format!(
                "{} stamps were a little earlier than the one before; they were put in order.",
                self.backward
            ));
        }
        if self.repeated > 0 {
            remarks.push(format!(
                "{} samples share a stamp with the one before; they were spread evenly.",
                self.repeated
            ));
        }
        if self.bridged > 0 {
            remarks.push(format!(
                "{} bridged by straight lines, in stops too short to be gaps.",
                if self.bridged == 1 {
                    "1 lost sample was".to_owned()
                } else {
                    format!("{} lost samples were", self.bridged)
                }
            ));
        }
        if self.blank > 0 {
            remarks.push(format!(
                "{} samples are zero on all axes: the recorder paused; these stretches are gaps, neither rest nor sleep.",
                self.blank
            ));
        }
        if self.spikes > 0 {
            remarks.push(format!("{} single wrong samples were mended.", self.spikes));
        }
        remarks
    }
}
