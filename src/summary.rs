//! The numbers of a night, and what stands out in it.

mod course;
mod pattern;

pub use course::Course;
pub use pattern::{
    Finding, LEAST_OBSERVED_H, PERIODIC, Pattern, RAISED_PLM_PER_HOUR, RAISED_PLMW_PER_HOUR,
    SEEN_STARTS,
};

use crate::movement::Kind;
use crate::night::{Night, ROW_S, SleepSource};
use crate::recording::Placement;
use crate::score::kind::Why;
use crate::score::night::{SLOWEST_FOR_LEGS_HZ, Scored, shows_series};
use crate::score::starts::{Lack, SLOWEST_FOR_STARTS_HZ};
use crate::score::{InSeries, periodicity};

/// The numbers of one night. Rates have their denominator in the name: per hour
/// of estimated sleep, of observed time in bed, of wakefulness in bed.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Lights-off to lights-on, h.
    pub hours_in_bed: f64,
    /// Estimated sleep, h.
    pub hours_asleep: f64,
    /// Whether sustained sleep was found.
    pub has_slept: bool,
    /// How sleep is known.
    pub sleep_source: SleepSource,
    /// Recorded and worn in bed, h.
    pub hours_observed: f64,
    /// By WASM 2016; `None` where the recording cannot show leg movements.
    pub wasm: Option<Periodic>,
    /// By the AASM.
    pub aasm: Option<Periodic>,
    /// How far the first of these hangs on the detection threshold.
    pub bracket: Bracket,
    /// Periodicity index of Ferri et al. 2006.
    pub pi_ferri: Option<f64>,
    /// Periodic over candidate movements, in sleep (Ferri et al. 2016).
    pub pi_ratio: Option<f64>,
    /// The course of the night; `None` where the recording cannot show leg
    /// movements.
    pub course: Option<Course>,
    /// Hypnic starts; `None` where the recording cannot show them.
    pub hypnic_starts: Option<u32>,
    /// Limb movements in bed.
    pub limb_movements: u32,
    /// PLM per hour of sleep above which the index counts as raised at the age
    /// of the sleeper.
    pub raised_above_per_hour: f64,
    /// What the recording cannot show.
    pub cannot_show: Vec<CannotShow>,
    /// What stands out, with the evidence.
    pub finding: Finding,
}

/// Periodic limb movements by one standard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Periodic {
    /// Movements in series, asleep.
    pub asleep: u32,
    /// Movements in series, awake in bed.
    pub awake: u32,
    /// … of these before the sleep onset, where wakefulness is sure.
    pub before_sleep: u32,
    /// In sleep, per hour of estimated sleep.
    pub per_hour_sleep: Option<f64>,
    /// All, per observed hour in bed.
    pub per_hour_bed: Option<f64>,
    /// In wakefulness, per hour of wakefulness in bed.
    pub per_hour_wake: Option<f64>,
}

/// PLM (WASM 2016) in sleep per hour of the same estimated sleep, found at other
/// thresholds of detection.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bracket {
    /// At half the threshold, as far as the noise allows.
    pub halved_per_hour_sleep: Option<f64>,
    /// At twice the threshold.
    pub doubled_per_hour_sleep: Option<f64>,
}

/// Less than three minutes is no denominator, h.
pub const LEAST_HOURS: f64 = 0.05;

/// A thing that this recording cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotShow {
    /// Arms and trunks make few periodic movements, legs many.
    PeriodicAtPlace(Placement),
    /// Too few samples a second for leg movements.
    LegsAtRate,
    /// Too few samples a second for starts.
    StartsAtRate,
    /// Others shake the bed too often.
    WhoseJerks,
    /// Gravity was taken out of the recording.
    PostureWithoutGravity,
}

impl std::fmt::Display for CannotShow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PeriodicAtPlace(place) => write!(
                f,
                "periodic leg movements (a sensor at the {place} does not feel the legs, so no PLM index is given)"
            ),
            Self::LegsAtRate => write!(
                f,
                "leg movements (under {SLOWEST_FOR_LEGS_HZ:.0} samples a second their 0.5 s cannot be seen, so no PLM index is given)"
            ),
            Self::StartsAtRate => f.write_str(
                "hypnic starts (they last 0.1 to 0.3 s and need at least 25 samples a second)",
            ),
            Self::WhoseJerks => f.write_str(
                "whose the sharp jerks are (others or the house shake this bed often, so none is called a hypnic start)",
            ),
            Self::PostureWithoutGravity => f.write_str(
                "posture and tilt (gravity was taken out of this recording, so movements that hold and movements that return are not told apart)",
            ),
        }
    }
}

impl Summary {
    /// PLM in sleep per hour of the sleep of this night, had these movements been found.
    pub fn at_threshold(&self, scored: &[Scored]) -> Option<f64> {
        let hours = [self.hours_asleep, self.hours_observed, 0.0];
        self.wasm.and_then(|_| periodic(scored, |m| m.place.wasm, hours, 0.0).per_hour_sleep)
    }

    /// The same, held against the bound of an age.
    #[must_use]
    pub fn at_age(mut self, age_years: Option<f64>) -> Self {
        self.raised_above_per_hour = pattern::raised_above_per_hour(age_years);
        self.finding = pattern::find(&self);
        self
    }
}

/// Sums up a scored night. `has_gravity` is false for linear acceleration.
pub fn summarise(
    night: &Night,
    scored: &[Scored],
    placement: Placement,
    rate_hz: f64,
    has_gravity: bool,
) -> Summary {
    let hours = |rows: usize| rows as f64 * ROW_S / 3600.0;
    let in_bed =
        |onset_s: f64| onset_s + ROW_S / 2.0 >= night.bed.off_s && onset_s < night.bed.on_s;
    let bed = || night.rows.iter().filter(|row| in_bed(row.onset_s));
    let hours_observed = hours(bed().filter(|row| row.counts()).count());
    let hours_asleep = hours(bed().filter(|row| row.asleep).count());
    let hours_awake = hours_observed - hours_asleep;
    let legs = shows_series(placement, rate_hz) && night.is_in_bed(night.bed.off_s);
    let sleep_onset_s = night.sleep_onset_s.unwrap_or(night.bed.on_s);
    let periodic = |place: fn(&Scored) -> Option<InSeries>| {
        let hours = [hours_asleep, hours_observed, hours_awake];
        legs.then(|| periodic(scored, place, hours, sleep_onset_s))
    };
    let (wasm, aasm) = (periodic(|m| m.place.wasm), periodic(|m| m.place.aasm));
    let intervals_s =
        scored.iter().filter(|m| legs && m.place.candidate).map(|m| m.place.wasm?.imi_s);
    let candidates_asleep = scored.iter().filter(|m| m.place.candidate && m.asleep).count();
    let starts = scored.iter().filter(|m| m.kind == Kind::HypnicStart).count() as u32;
    let mut summary = Summary {
        hours_in_bed: (night.bed.on_s - night.bed.off_s) / 3600.0,
        hours_asleep,
        hours_observed,
        pi_ferri: periodicity::pi_ferri(intervals_s),
        pi_ratio: wasm
            .and_then(|wasm| periodicity::pi_ratio(wasm.asleep as usize, candidates_asleep)),
        wasm,
        aasm,
        bracket: Bracket::default(),
        course: legs.then(|| course::course(night, scored)),
        hypnic_starts: (rate_hz >= SLOWEST_FOR_STARTS_HZ).then_some(starts),
        limb_movements: scored.iter().filter(|m| m.in_bed && m.kind == Kind::LimbMovement).count()
            as u32,
        raised_above_per_hour: RAISED_PLM_PER_HOUR,
        cannot_show: cannot_show(placement, rate_hz, has_gravity, scored),
        has_slept: night.sleep_onset_s.is_some(),
        sleep_source: night.sleep_source,
        finding: Finding::default(),
    };
    summary.finding = pattern::find(&summary);
    summary
}

fn periodic(
    scored: &[Scored],
    place: fn(&Scored) -> Option<InSeries>,
    [hours_asleep, hours_observed, hours_awake]: [f64; 3],
    sleep_onset_s: f64,
) -> Periodic {
    let in_series = || scored.iter().filter(|m| place(m).is_some_and(|p| p.series.is_some()));
    let asleep = in_series().filter(|m| m.asleep).count() as u32;
    let awake = in_series().filter(|m| !m.asleep).count() as u32;
    let per_hour =
        |count: u32, hours: f64| (hours >= LEAST_HOURS).then(|| f64::from(count) / hours);
    Periodic {
        asleep,
        awake,
        before_sleep: in_series().filter(|m| !m.asleep && m.onset_s < sleep_onset_s).count() as u32,
        per_hour_sleep: per_hour(asleep, hours_asleep),
        per_hour_bed: per_hour(asleep + awake, hours_observed),
        per_hour_wake: per_hour(awake, hours_awake),
    }
}

fn cannot_show(
    placement: Placement,
    rate_hz: f64,
    has_gravity: bool,
    scored: &[Scored],
) -> Vec<CannotShow> {
    let mut cannot = Vec::new();
    if rate_hz < SLOWEST_FOR_LEGS_HZ {
        cannot.push(CannotShow::LegsAtRate);
    } else if !shows_series(placement, rate_hz) {
        cannot.push(CannotShow::PeriodicAtPlace(placement));
    }
    if rate_hz < SLOWEST_FOR_STARTS_HZ {
        cannot.push(CannotShow::StartsAtRate);
    }
    if scored.iter().any(|m| m.why == Why::Jerk { lacks: Lack::Alone }) {
        cannot.push(CannotShow::WhoseJerks);
    }
    if !has_gravity {
        cannot.push(CannotShow::PostureWithoutGravity);
    }
    cannot
}
