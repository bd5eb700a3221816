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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::night::{Bed, SleepSource};

    const RATE_HZ: f64 = 20.0;

    /// Movements with rests of all lengths between them: beats of trains, ends of
    /// holds, and stillness about as long as the reach.
    fn movements() -> impl Strategy<Value = Vec<Movement>> {
        let rest = prop_oneof![4 => 4_u64..80, 3 => 80_u64..400, 1 => 1700_u64..1900];
        let one = (rest, 4_u64..200, 0.0_f32..3.0, 0.002_f32..0.2);
        prop::collection::vec(one, 1..60).prop_map(|all| {
            let mut at = 0;
            let movement = |(rest, length, tilt_deg, burst_g): (u64, u64, f32, f32)| {
                let onset = at + rest;
                at = onset + length;
                let movement = Movement::returning(onset, at);
                let active_s = length as f32 / RATE_HZ as f32;
                Movement { tilt_deg, burst_g, active_s, ..movement }
            };
            all.into_iter().map(movement).collect()
        })
    }

    fn night(start_s: f64, end_s: f64) -> Night {
        Night {
            label: "1".to_owned(),
            start_s,
            end_s,
            bed: Bed { off_s: start_s, on_s: end_s, off_given: false, on_given: false },
            sleep_onset_s: None,
            final_wake_s: None,
            sleep_source: SleepSource::Estimated,
            rows: Vec::new(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_night_alone_has_what_it_has_in_the_whole(
            movements in movements(), halves in prop::collection::vec(any::<bool>(), 60),
            cut in 0.0..1.0, placement in prop::sample::select(&[Placement::Ankle, Placement::Mattress]),
        ) {
            let end_s = movements.last().map_or(0.0, |last| last.end as f64 / RATE_HZ) + 1.0;
            let mut found = Found::default();
            let mut besides = Vec::new();
            for (movement, is_half) in movements.into_iter().zip(halves) {
                if is_half { besides.push(movement) } else { found.movements.push(movement) }
            }
            found.add_halved(besides);
            let calibration = crate::night::calibrate::fit(&[], true);
            let readings = Readings::new(found.clone(), &calibration, RATE_HZ, placement);
            for threshold in [Threshold::Usual, Threshold::Halved, Threshold::Doubled] {
                let all = found.at(threshold, &(0..u64::MAX));
                let whole = pieces::whole(&all, RATE_HZ, placement);
                let [before, after] = [(0.0, cut * end_s), (cut * end_s, end_s)]
                    .map(|(from_s, to_s)| readings.of(&night(from_s, to_s), threshold));
                prop_assert_eq!([before, after].concat(), whole.clone());
                if threshold == Threshold::Usual {
                    let stirrings = night::stirrings(&whole, RATE_HZ, placement);
                    prop_assert_eq!(readings.stirrings(), stirrings);
                }
            }
        }
    }
}
