//! What really happened, and its rows in the tables of the results.

use jiff::ToSpan;

use super::SimulatedNight;
use super::vector::{Vector, angle_deg};
use crate::movement::Kind;
use crate::recording::Side;
use crate::report::tables::{
    EpochRow, MovementRow, NightRow, NightTimes, Pattern, PlacementSource, Sensor,
};
use crate::score::periodicity;

/// Length of an epoch, s.
pub(super) const EPOCH_S: f64 = 30.0;

/// The truth of a simulated night. Seconds count from the first frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// Everything that moved, by onset.
    pub events: Vec<TruthEvent>,
    /// Asleep for more than half of each epoch of 30 s from the first frame.
    pub asleep: Vec<bool>,
    /// Going to bed.
    pub lights_off_s: f64,
    /// Getting up.
    pub lights_on_s: f64,
    /// Falling asleep; `None` if nobody lay there.
    pub sleep_onset_s: Option<f64>,
    /// Waking for the last time.
    pub final_wake_s: Option<f64>,
    /// Asleep in all, s.
    pub asleep_s: f64,
    /// What the plan put into the night.
    pub pattern: Pattern,
}

/// One movement, as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthEvent {
    /// Begin of the muscle's burst or the limb's turn, s.
    pub onset_s: f64,
    /// Until the limb is back, or the ring below 5 %, s.
    pub duration_s: f64,
    /// What it was.
    pub kind: Kind,
    /// The side that moved, for leg movements.
    pub side: Option<Side>,
    /// Number of the periodic train it was made in; from 10001 for those of
    /// wakefulness. Not a scored series: a train may hold several or none.
    pub in_series: Option<u32>,
    /// Whether the sleeper was asleep at its onset.
    pub asleep: bool,
    /// Whether this sensor at its place can show it: it was recorded, and its
    /// peak is over three times the noise in the band.
    pub visible: bool,
    /// Largest acceleration between 0.5 and 10 Hz at the sensor, without noise, g.
    pub peak_g: f64,
    /// Onset to the first strong peak of that, s.
    pub rise_s: f64,
    /// Largest angle of gravity against that before, degrees.
    pub tilt_deg: f64,
    /// Angle of gravity left, degrees.
    pub turn_deg: f64,
    /// Where it comes from, in words.
    pub note: &'static str,
}

/// What the rules for series make of one true event; the rules are not the
/// simulator's, so whoever has them fills this in.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SeriesNumbers {
    /// Whether it is a candidate movement by WASM 2016.
    pub candidate: bool,
    /// Interval from the previous candidate movement, s.
    pub imi_s: Option<f64>,
    /// WASM 2016 series.
    pub wasm_series: Option<u32>,
    /// AASM series.
    pub aasm_series: Option<u32>,
}

impl SimulatedNight {
    /// The evening's date (noon to noon), or `1` without a clock.
    fn label(&self) -> String {
        match self.spec.clock.wall(0.0) {
            Some(wall) => wall.saturating_sub(12.hours()).date().to_string(),
            None => "1".to_owned(),
        }
    }

    /// `truth.csv`: the events as rows of `movements.csv`. `series` has one
    /// entry an event, or is empty: then nothing is in a series.
    pub fn movement_rows(&self, series: &[SeriesNumbers]) -> Vec<MovementRow> {
        let night = self.label();
        let row = |(index, event): (usize, &TruthEvent)| {
            let numbers = series.get(index).copied().unwrap_or_default();
            MovementRow {
                night: night.clone(),
                time: self.spec.clock.label(event.onset_s),
                onset_s: rounded(event.onset_s, 1e3),
                duration_s: rounded(event.duration_s, 1e3),
                kind: event.kind,
                side: event.side,
                peak_g: rounded(event.peak_g, 1e5),
                imi_s: numbers.imi_s,
                wasm_series: numbers.wasm_series,
                aasm_series: numbers.aasm_series,
                asleep: event.asleep,
                reason: event.reason(),
                tilt_deg: rounded(event.tilt_deg, 1e2),
                turn_deg: rounded(event.turn_deg, 1e2),
                rise_s: rounded(event.rise_s, 1e3),
            }
        };
        self.truth.events.iter().enumerate().map(row).collect()
    }

    /// The course of sleep as rows of `epochs.csv`; activity is not part of
    /// the truth and left empty.
    pub fn epoch_rows(&self) -> Vec<EpochRow> {
        let night = self.label();
        let main = self.main_posture();
        let length_s = self.plan.hours * 3600.0;
        let row = |(epoch, asleep): (usize, &bool)| {
            let onset_s = epoch as f64 * EPOCH_S;
            let end_s = (onset_s + EPOCH_S).min(length_s);
            let observed =
                1.0 - self.lost_s(onset_s, end_s) / EPOCH_S - (onset_s + EPOCH_S - end_s) / EPOCH_S;
            let posture = self.posture(0.5 * (onset_s + end_s));
            EpochRow {
                night: night.clone(),
                time: self.spec.clock.label(onset_s),
                onset_s,
                asleep: *asleep,
                worn: self.plan.sleeper.is_some(),
                observed: rounded(observed, 1e3),
                posture_deg: (observed >= 0.5).then(|| rounded(angle_deg(posture, main), 10.0)),
                activity_mg: None,
            }
        };
        self.truth.asleep.iter().enumerate().map(row).collect()
    }

    /// The night as a row of `nights.csv`. The indices of periodic movements
    /// are filled in when `series` has an entry an event.
    pub fn night_row(&self, recording: &str, series: &[SeriesNumbers]) -> NightRow {
        let truth = &self.truth;
        let in_bed_s = truth.lights_on_s - truth.lights_off_s;
        let observed_s = in_bed_s - self.lost_s(truth.lights_off_s, truth.lights_on_s);
        let asleep_h = truth.asleep_s / 3600.0;
        let bed_h = observed_s / 3600.0;
        let scored = !series.is_empty();
        let per_hour = |hours: f64, counts: &dyn Fn(&TruthEvent, &SeriesNumbers) -> bool| {
            let in_bed = |event: &TruthEvent| {
                event.onset_s >= truth.lights_off_s && event.onset_s < truth.lights_on_s
            };
            let events = truth.events.iter().zip(series);
            let count = events.filter(|(event, numbers)| in_bed(event) && counts(event, numbers));
            (scored && hours > 0.0).then(|| count.count() as f64 / hours)
        };
        let of_kind = |kind| truth.events.iter().filter(|e| e.kind == kind).count() as u32;
        let asleep_and = |counts: &dyn Fn(&SeriesNumbers) -> bool| {
            truth.events.iter().zip(series).filter(|(e, n)| e.asleep && counts(n)).count()
        };
        NightRow {
            hours_asleep: asleep_h,
            hours_observed: bed_h,
            plm_per_hour_sleep: per_hour(asleep_h, &|e, n| e.asleep && n.wasm_series.is_some()),
            plm_per_hour_bed: per_hour(bed_h, &|_, n| n.wasm_series.is_some()),
            plmw_per_hour: per_hour(in_bed_s / 3600.0 - asleep_h, &|e, n| {
                !e.asleep && n.wasm_series.is_some()
            }),
            pi_ferri: periodicity::pi_ferri(series.iter().filter(|n| n.candidate).map(|n| n.imi_s)),
            pi_ratio: periodicity::pi_ratio(
                asleep_and(&|numbers| numbers.wasm_series.is_some()),
                asleep_and(&|numbers| numbers.candidate),
            ),
            hypnic_starts: Some(of_kind(Kind::HypnicStart)),
            limb_movements: of_kind(Kind::LimbMovement),
            pattern: truth.pattern,
            evidence: "simulated".to_owned(),
            aasm_plm_per_hour_sleep: per_hour(asleep_h, &|e, n| {
                e.asleep && n.aasm_series.is_some()
            }),
            aasm_plm_per_hour_bed: per_hour(bed_h, &|_, n| n.aasm_series.is_some()),
            timezone: String::new(),
            ..self.uncounted(recording)
        }
    }

    fn uncounted(&self, recording: &str) -> NightRow {
        let truth = &self.truth;
        let times = NightTimes {
            start_s: 0.0,
            end_s: self.plan.hours * 3600.0,
            lights_off_s: truth.lights_off_s,
            lights_on_s: truth.lights_on_s,
            sleep_onset_s: truth.sleep_onset_s,
            final_wake_s: truth.final_wake_s,
        };
        let sensor = Sensor {
            placement: self.plan.sensor.placement,
            placement_source: PlacementSource::Given,
            side: self.plan.sensor.side,
            rate_hz: self.spec.rate_hz,
        };
        NightRow::uncounted(recording.to_owned(), self.label(), &self.spec.clock, times, sensor)
    }

    /// Seconds between two moments that were not recorded.
    fn lost_s(&self, from_s: f64, to_s: f64) -> f64 {
        self.gaps.iter().map(|gap| (gap.1.min(to_s) - gap.0.max(from_s)).max(0.0)).sum()
    }

    fn posture(&self, at_s: f64) -> Vector {
        let next = self.postures.partition_point(|posture| posture.0 <= at_s);
        self.postures[next.max(1) - 1].1
    }

    /// The posture held longest: of all, the one with most time within 15
    /// degrees of it.
    fn main_posture(&self) -> Vector {
        let ends = self.postures.iter().skip(1).map(|posture| posture.0);
        let ends = ends.chain([self.plan.hours * 3600.0]);
        let held: Vec<(f64, Vector)> = self
            .postures
            .iter()
            .zip(ends)
            .map(|(posture, end_s)| (end_s - posture.0, posture.1))
            .collect();
        let time_near = |up: Vector| -> f64 {
            held.iter().filter(|other| angle_deg(other.1, up) < 15.0).map(|other| other.0).sum()
        };
        let best = held.iter().max_by(|a, b| time_near(a.1).total_cmp(&time_near(b.1)));
        best.expect("there is a first posture").1
    }
}

impl TruthEvent {
    fn reason(&self) -> String {
        let train = self.in_series.map_or_else(String::new, |train| format!(", train {train}"));
        let hidden = if self.visible { "" } else { ", not visible to this sensor" };
        format!("true: {}{train}{hidden}", self.note)
    }
}

fn rounded(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}
