//! The series that the rules make of the true movements.

use super::SimulatedNight;
use super::truth::SeriesNumbers;
use crate::recording::Side;
use crate::score::night::{Mark, places};

impl SimulatedNight {
    /// The place of every true event in the series of both standards, in the
    /// order of the events. Only what this sensor can show counts: a movement
    /// that nobody can see neither makes a series nor breaks one.
    pub fn series(&self) -> Vec<SeriesNumbers> {
        let truth = self.truth();
        let in_bed = truth.lights_off_s..truth.lights_on_s;
        let marks: Vec<Mark> = truth
            .events
            .iter()
            .map(|event| Mark {
                onset_s: event.onset_s,
                duration_s: event.duration_s,
                kind: event.kind,
                side: event.side.or(self.plan().sensor.side).unwrap_or(Side::Left),
                counts: event.visible && in_bed.contains(&event.onset_s),
            })
            .collect();
        places(&marks, self.gaps())
            .into_iter()
            .map(|place| SeriesNumbers {
                candidate: place.candidate,
                imi_s: place.wasm.and_then(|wasm| wasm.imi_s),
                wasm_series: place.wasm.and_then(|wasm| wasm.series),
                aasm_series: place.aasm.and_then(|aasm| aasm.series),
            })
            .collect()
    }
}
