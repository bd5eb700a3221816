//! What was found of a recording, from which the movements of one night after the
//! other are put together: never those of all at once.

use crate::detect::{Found, Threshold};
use crate::movement::Movement;
use crate::night::calibrate::Calibration;
use crate::night::{self, Night, Stirring, pieces, stirring};
use crate::recording::Placement;

/// The movements of a recording, calibrated, in pieces.
#[derive(Debug, Clone)]
pub(super) struct Readings {
    found: Found,
    /// First frames of stretches that nothing before them has to do with.
    begins: Vec<u64>,
    pub(super) rate_hz: f64,
    placement: Placement,
}

impl Readings {
    /// Of what was found; its epochs are not needed any more.
    pub(super) fn new(
        mut found: Found,
        calibration: &Calibration,
        rate_hz: f64,
        placement: Placement,
    ) -> Self {
        found.epochs = Vec::new();
        found.movements_mut().for_each(|movement| calibration.movement(movement));
        let rest = (stirring::REACH_S * rate_hz) as u64 + 1;
        let begins = found.begins_after_rest(rest);
        Self { found, begins, rate_hz, placement }
    }

    /// What sleep sees of all of them.
    pub(super) fn stirrings(&self) -> Vec<Stirring> {
        let mut stirrings = Vec::with_capacity(self.found.movements.len());
        let mut from = 0;
        for &to in self.begins.iter().chain(&[u64::MAX]) {
            let whole = self.whole(Threshold::Usual, from, to);
            stirrings.extend(night::stirrings(&whole, self.rate_hz, self.placement));
            from = to;
        }
        stirrings
    }

    /// The movements whose onset lies in the night, put together from their pieces.
    pub(super) fn of(&self, night: &Night, threshold: Threshold) -> Vec<Movement> {
        let at_s = |frame: u64| frame as f64 / self.rate_hz;
        // Pieces outside the night may belong to a movement in it, and what is around
        // them decides: as far as the next rest.
        let inside = self.begins.partition_point(|&begin| at_s(begin) <= night.start_s);
        let after = self.begins.partition_point(|&begin| at_s(begin) < night.end_s);
        let from = inside.checked_sub(1).map_or(0, |last| self.begins[last]);
        let to = self.begins.get(after).copied().unwrap_or(u64::MAX);
        let mut whole = self.whole(threshold, from, to);
        whole.retain(|movement| (night.start_s..night.end_s).contains(&at_s(movement.onset)));
        whole
    }

    fn whole(&self, threshold: Threshold, from: u64, to: u64) -> Vec<Movement> {
        let pieces = self.found.at(threshold, &(from..to));
        pieces::whole(&pieces, self.rate_hz, self.placement)
    }
}
