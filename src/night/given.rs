//! Sleep as somebody scored it, in place of the estimate.

use serde::{Deserialize, Serialize};

use super::{ROW_S, Row};
use crate::marks::{Hypnogram, Mark, Stage, What};

/// How sleep is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SleepSource {
    /// From movement.
    Estimated,
    /// As a hypnogram says.
    Hypnogram,
}

/// A hypnogram on the time axis of the recording.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenSleep {
    hypnogram: Hypnogram,
    /// Moments of going to bed, and of getting up, s.
    lights_off_s: Vec<f64>,
    lights_on_s: Vec<f64>,
}

impl GivenSleep {
    /// Of marks that begin `offset_s` after the first frame. `None` if no stage
    /// is among them.
    pub fn new(marks: &[Mark], offset_s: f64) -> Option<Self> {
        let hypnogram = Hypnogram::new(marks).shifted(offset_s);
        let at = |what: What| {
            let of = marks.iter().filter(move |mark| mark.what == what);
            of.map(|mark| mark.onset_s + offset_s).collect()
        };
        (!hypnogram.is_empty()).then(|| Self {
            lights_off_s: at(What::LightsOff),
            lights_on_s: at(What::LightsOn),
            hypnogram,
        })
    }

    /// Whether it says anything of the time between two moments.
    pub fn covers(&self, from_s: f64, to_s: f64) -> bool {
        self.hypnogram.stretches().iter().any(|stretch| stretch.0 < to_s && stretch.1 > from_s)
    }

    /// Sets `asleep` of every row by the stage in its middle, if anything of the
    /// night was scored. Nobody is taken to sleep where nothing was scored, nor
    /// where nothing was recorded.
    pub(super) fn apply(&self, rows: &mut [Row]) -> SleepSource {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return SleepSource::Estimated;
        };
        if !self.covers(first.onset_s, last.onset_s + ROW_S) {
            return SleepSource::Estimated;
        }
        for row in rows {
            let stage = self.hypnogram.at(row.onset_s + ROW_S / 2.0);
            row.asleep = row.counts() && stage.asleep() == Some(true);
        }
        SleepSource::Hypnogram
    }

    /// Lights off and on between two moments; where they are not marked, the
    /// begin and the end of what was scored.
    pub(super) fn bed_s(&self, from_s: f64, to_s: f64) -> Option<(f64, f64)> {
        let within = |at_s: &&f64| (from_s..=to_s).contains(*at_s);
        let scored = || {
            let scored = |stretch: &&(f64, f64, Stage)| {
                stretch.2 != Stage::Unknown && stretch.0 < to_s && stretch.1 > from_s
            };
            self.hypnogram.stretches().iter().filter(scored)
        };
        let (first, last) = (scored().next()?, scored().next_back()?);
        let off_s = self.lights_off_s.iter().find(within).copied();
        let on_s = self.lights_on_s.iter().rfind(within).copied();
        Some((off_s.unwrap_or(first.0), on_s.unwrap_or(last.1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<Row> {
        let row = |index: usize| Row {
            onset_s: index as f64 * ROW_S,
            asleep: index.is_multiple_of(2),
            worn: true,
            observed: 1.0,
            posture_deg: None,
            activity_g: None,
        };
        (0..count).map(row).collect()
    }

    fn stage(onset_s: f64, duration_s: f64, stage: Stage) -> Mark {
        Mark { onset_s, duration_s, what: What::Stage(stage), side: None, periodic: false }
    }

    #[test]
    fn rows_take_the_stage_in_their_middle() {
        let marks = [stage(0.0, 40.0, Stage::Wake), stage(40.0, 60.0, Stage::N2)];
        let sleep = GivenSleep::new(&marks, 0.0).unwrap();
        let mut rows = rows(5);
        rows[2].observed = 0.2;
        assert_eq!(sleep.apply(&mut rows), SleepSource::Hypnogram);
        let asleep: Vec<bool> = rows.iter().map(|row| row.asleep).collect();
        assert_eq!(asleep, [false, true, false, false, false]);
        assert_eq!(sleep.bed_s(0.0, 150.0), Some((0.0, 100.0)));
    }

    #[test]
    fn a_night_of_which_nothing_was_scored_keeps_its_estimate() {
        let sleep = GivenSleep::new(&[stage(0.0, 300.0, Stage::N2)], 7200.0).unwrap();
        let mut found = rows(5);
        assert_eq!(sleep.apply(&mut found), SleepSource::Estimated);
        assert_eq!(found, rows(5));
        assert_eq!(sleep.bed_s(0.0, 150.0), None);
        assert_eq!(GivenSleep::new(&[], 0.0), None);
    }
}
