//! An analysis as the rows of the tables.

use super::tables::{self, BedSource, EpochRow, Extent, MovementRow, NightRow, NightTimes, Tables};
use crate::input::file_name;
use crate::night::{Night, Row};
use crate::pipeline::{AnalysedNight, Analysis, Sensor, moved, told};
use crate::recording::Side;
use crate::score::InSeries;
use crate::score::night::Scored;
use crate::summary::{Course, LEAST_HOURS, Periodic};

/// The rows of all three tables.
pub fn tables(analysis: &Analysis) -> Tables {
    let mut tables = Tables::default();
    for night in &analysis.nights {
        let of_night = tables_of(analysis, night);
        tables.nights.extend(of_night.nights);
        tables.movements.extend(of_night.movements);
        tables.epochs.extend(of_night.epochs);
    }
    tables
}

/// The rows of one night.
pub fn tables_of(about: &Analysis, analysed: &AnalysedNight) -> Tables {
    let night = &analysed.night;
    let movements = analysed.movements.iter();
    Tables {
        nights: vec![night_row(about, analysed)],
        movements: movements.map(|scored| movement_row(about, night, scored)).collect(),
        epochs: night.rows.iter().map(|row| epoch_row(about, night, row)).collect(),
    }
}

fn epoch_row(about: &Analysis, night: &Night, row: &Row) -> EpochRow {
    EpochRow {
        night: night.label.clone(),
        time: about.spec.clock.label(row.onset_s),
        onset_s: row.onset_s,
        asleep: row.asleep,
        worn: row.worn,
        observed: f64::from(row.observed),
        posture_deg: row.posture_deg.map(f64::from),
        activity_mg: row.activity_g.map(|activity_g| f64::from(activity_g) * 1e3),
    }
}

/// Name of the recording: that of its file, or those of all that were joined.
pub fn recording_name(analysis: &Analysis) -> String {
    let joined = analysis.sensors.iter().filter(|sensor| sensor.is_joined());
    match joined.map(Sensor::file).collect::<Vec<_>>()[..] {
        [] => file_name(&analysis.path),
        ref names => names.join(" + "),
    }
}

fn movement_row(analysis: &Analysis, night: &Night, scored: &Scored) -> MovementRow {
    let series = |place: Option<InSeries>| place.and_then(|place| place.series);
    let movement = &scored.movement;
    let mut reason = scored.why.to_string();
    if let Some(place) = &scored.place.wasm {
        reason += &format!("; {place}");
    }
    let shared = scored.shared.as_ref();
    if let Some(told) = shared.map(|shared| told(shared, &analysis.sensors))
        && !told.is_empty()
    {
        reason += &format!("; {told}");
    }
    MovementRow {
        night: night.label.clone(),
        time: analysis.spec.clock.label(scored.onset_s),
        onset_s: scored.onset_s,
        duration_s: scored.duration_s,
        kind: scored.kind,
        side: scored.side,
        peak_g: f64::from(movement.peak_g),
        imi_s: scored.place.wasm.and_then(|place| place.imi_s),
        wasm_series: series(scored.place.wasm),
        aasm_series: series(scored.place.aasm),
        asleep: scored.asleep,
        reason,
        tilt_deg: f64::from(movement.tilt_deg),
        turn_deg: f64::from(movement.turn_deg),
        rise_s: f64::from(movement.rise_s),
        extent: shared.and_then(|shared| shared.extent),
        sensors: shared.map_or_else(String::new, |shared| moved(shared, &analysis.sensors)),
    }
}

fn night_row(analysis: &Analysis, analysed: &AnalysedNight) -> NightRow {
    let AnalysedNight { night, summary, .. } = analysed;
    let words = |list: Vec<String>| list.join("; ");
    let wasm = |value: fn(&Periodic) -> Option<f64>| summary.wasm.as_ref().and_then(value);
    let aasm = |value: fn(&Periodic) -> Option<f64>| summary.aasm.as_ref().and_then(value);
    let mut row = NightRow {
        hours_in_bed: summary.hours_in_bed,
        hours_asleep: summary.hours_asleep,
        hours_observed: summary.hours_observed,
        plm_per_hour_sleep: wasm(|wasm| wasm.per_hour_sleep),
        plm_per_hour_bed: wasm(|wasm| wasm.per_hour_bed),
        plmw_per_hour: wasm(|wasm| wasm.per_hour_wake),
        pi_ferri: summary.pi_ferri,
        pi_ratio: summary.pi_ratio,
        hypnic_starts: summary.hypnic_starts,
        limb_movements: summary.limb_movements,
        pattern: summary.finding.pattern,
        evidence: words(summary.finding.evidence.iter().map(ToString::to_string).collect()),
        aasm_plm_per_hour_sleep: aasm(|aasm| aasm.per_hour_sleep),
        aasm_plm_per_hour_bed: aasm(|aasm| aasm.per_hour_bed),
        aasm_plmw_per_hour: aasm(|aasm| aasm.per_hour_wake),
        lights_off_source: BedSource::new(night.bed.off_given),
        lights_on_source: BedSource::new(night.bed.on_given),
        cannot_show: words(summary.cannot_show.iter().map(ToString::to_string).collect()),
        sleep_source: night.sleep_source,
        plms: summary.wasm.map(|wasm| wasm.asleep),
        plmw: summary.wasm.map(|wasm| wasm.awake),
        plm_per_hour_sleep_threshold_halved: summary.bracket.halved_per_hour_sleep,
        plm_per_hour_sleep_threshold_doubled: summary.bracket.doubled_per_hour_sleep,
        plm_raised_above_per_hour: summary.raised_above_per_hour,
        plm_per_hour_sleep_left: of_side(analysis, analysed, Side::Left),
        plm_per_hour_sleep_right: of_side(analysis, analysed, Side::Right),
        plm_per_hour_sleep_bilateral: of_side(analysis, analysed, Side::Bilateral),
        movements_one_limb: of_extent(analysis, analysed, Extent::OneLimb),
        movements_several_limbs: of_extent(analysis, analysed, Extent::SeveralLimbs),
        movements_trunk: of_extent(analysis, analysed, Extent::Trunk),
        movements_whole_body: of_extent(analysis, analysed, Extent::WholeBody),
        ..uncounted(analysis, night)
    };
    if let Some(course) = &summary.course {
        add_course(&mut row, course);
    }
    row
}

fn uncounted(analysis: &Analysis, night: &Night) -> NightRow {
    let times = NightTimes {
        start_s: night.start_s,
        end_s: night.end_s,
        lights_off_s: night.bed.off_s,
        lights_on_s: night.bed.on_s,
        sleep_onset_s: night.sleep_onset_s,
        final_wake_s: night.final_wake_s,
    };
    let sensor = tables::Sensor {
        placement: analysis.placement,
        placement_source: analysis.placement_source,
        side: analysis.side,
        rate_hz: analysis.ledger.rate_hz,
    };
    let (recording, label) = (recording_name(analysis), night.label.clone());
    NightRow::uncounted(recording, label, &analysis.spec.clock, times, sensor)
}

fn add_course(row: &mut NightRow, course: &Course) {
    let hours_asleep = row.hours_asleep;
    let per_hour_sleep =
        |count: u32| (hours_asleep >= LEAST_HOURS).then(|| f64::from(count) / hours_asleep);
    row.clm_per_hour_sleep = per_hour_sleep(course.candidates_asleep);
    row.short_interval_per_hour_sleep = per_hour_sleep(course.short_interval_asleep);
    row.isolated_per_hour_sleep = per_hour_sleep(course.isolated_asleep);
    row.plm_by_hour = by_hour(course);
    [row.plm_per_hour_third_1, row.plm_per_hour_third_2, row.plm_per_hour_third_3] =
        course.by_third;
    row.plm_slope_per_hour = course.slope_per_hour;
    row.intervals_under_10 = Some(course.intervals.under_10_s);
    row.intervals_10_to_90 = Some(course.intervals.from_10_to_90_s);
    row.intervals_over_90 = Some(course.intervals.over_90_s);
    row.interval_log_mean = course.intervals.log_mean;
    row.interval_log_sd = course.intervals.log_sd;
    row.plm_duration_mean_s = course.duration_mean_s;
    row.plm_duration_sd_s = course.duration_sd_s;
}

/// PLM in sleep of one side, per hour of sleep, when both legs were recorded.
fn of_side(analysis: &Analysis, analysed: &AnalysedNight, side: Side) -> Option<f64> {
    let hours = analysed.summary.hours_asleep;
    let knows = analysis.side == Some(Side::Bilateral)
        && analysed.summary.wasm.is_some()
        && hours >= LEAST_HOURS;
    let is_plm = |m: &&Scored| m.place.wasm.is_some_and(|place| place.series.is_some());
    let of_side = analysed.movements.iter().filter(is_plm).filter(|m| m.side == Some(side));
    knows.then(|| of_side.filter(|m| m.asleep).count() as f64 / hours)
}

/// Movements in bed of one extent, when several sensors were joined.
fn of_extent(analysis: &Analysis, analysed: &AnalysedNight, extent: Extent) -> Option<u32> {
    let joined = analysis.sensors.iter().filter(|sensor| sensor.is_joined()).count();
    let is_of = |m: &&Scored| m.in_bed && m.shared.as_ref().and_then(|s| s.extent) == Some(extent);
    (joined > 1).then(|| analysed.movements.iter().filter(is_of).count() as u32)
}

/// The rates of the hours in words of one decimal.
fn by_hour(course: &Course) -> String {
    let shown =
        |rate: &Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
    course.by_hour.iter().map(shown).collect::<Vec<_>>().join(" ")
}
