//! What the stream keeps of every 5 s: enough for calibration, wear, posture
//! and sleep, and little enough to keep for weeks.

use crate::recording::Frame;

/// Length of an epoch, s: the step of van Hees 2015 and of most that followed.
pub const EPOCH_S: f64 = 5.0;

/// A stretch of [`EPOCH_S`] on the uniform grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Mean acceleration, g.
    pub mean_g: Frame,
    /// Standard deviation of each axis, g.
    pub sd_g: Frame,
    /// Smallest value of each axis, g.
    pub min_g: Frame,
    /// Largest value of each axis, g.
    pub max_g: Frame,
    /// Mean of the band-filtered acceleration's magnitude, g.
    pub activity_g: f32,
    /// Share of the epoch that was recorded, 0 to 1.
    pub covered: f32,
}

impl Epoch {
    /// An epoch of which nothing was recorded.
    pub const EMPTY: Self = Self {
        mean_g: [0.0; 3],
        sd_g: [0.0; 3],
        min_g: [f32::INFINITY; 3],
        max_g: [f32::NEG_INFINITY; 3],
        activity_g: 0.0,
        covered: 0.0,
    };

    /// Largest extent of an axis within the epoch, g.
    pub fn range_g(&self, axis: usize) -> f32 {
        (self.max_g[axis] - self.min_g[axis]).max(0.0)
    }

    /// Whether at least half of it was recorded.
    pub fn is_observed(&self) -> bool {
        self.covered >= 0.5
    }
}
