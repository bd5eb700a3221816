//! An analysis as the rows of the tables.

use super::tables::{BedSource, EpochRow, Extent, MovementRow, NightRow, Tables};
use crate::night::Night;
use crate::pipeline::{AnalysedNight, Analysis, Sensor, file_name, moved, told};
use crate::recording::Side;
use crate::score::InSeries;
use crate::score::night::Scored;
use crate::summary::{Course, LEAST_HOURS};

/// The rows of all three tables.
pub fn tables(analysis: &Analysis) -> Tables {
    let mut tables = Tables::default();
    for night in &analysis.nights {
        tables.nights.push(night_row(analysis, night));
        let movements = night.movements.iter();
        tables
            .movements
            .extend(movements.map(|scored| movement_row(analysis, &night.night, scored)));
        let rows = night.night.rows.iter();
        tables.epochs.extend(rows.map(|row| EpochRow {
            night: night.night.label.clone(),
            time: analysis.spec.clock.label(row.onset_s),
            onset_s: row.onset_s,
            asleep: row.asleep,
            worn: row.worn,
            observed: f64::from(row.observed),
            posture_deg: row.posture_deg.map(f64::from),
            activity_mg: row.activity_g.map(|activity_g| f64::from(activity_g) * 1e3),
        }));
    }
    tables
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
    let clock = &analysis.spec.clock;
    let label = |at_s: Option<f64>| at_s.map_or_else(String::new, |at_s| clock.label(at_s));
    let words = |list: Vec<String>| list.join("; ");
    let course = summary.course.as_ref();
    let per_hour_sleep = |count: fn(&Course) -> u32| {
        let count = f64::from(count(course?));
        (summary.hours_asleep >= LEAST_HOURS).then(|| count / summary.hours_asleep)
    };
    let third = |n: usize| course.and_then(|course| course.by_third[n]);
    NightRow {
        recording: recording_name(analysis),
        night: night.label.clone(),
        start: clock.label(night.start_s),
        end: clock.label(night.end_s),
        lights_off: clock.label(night.bed.off_s),
        lights_on: clock.label(night.bed.on_s),
        sleep_onset: label(night.sleep_onset_s),
        final_wake: label(night.final_wake_s),
        hours_in_bed: summary.hours_in_bed,
        hours_asleep: summary.hours_asleep,
        hours_observed: summary.hours_observed,
        plm_per_hour_sleep: summary.wasm.and_then(|wasm| wasm.per_hour_sleep),
        plm_per_hour_bed: summary.wasm.and_then(|wasm| wasm.per_hour_bed),
        plmw_per_hour: summary.wasm.and_then(|wasm| wasm.per_hour_wake),
        pi_ferri: summary.pi_ferri,
        pi_ratio: summary.pi_ratio,
        hypnic_starts: summary.hypnic_starts,
        limb_movements: summary.limb_movements,
        pattern: summary.finding.pattern,
        evidence: words(summary.finding.evidence.iter().map(ToString::to_string).collect()),
        aasm_plm_per_hour_sleep: summary.aasm.and_then(|aasm| aasm.per_hour_sleep),
        aasm_plm_per_hour_bed: summary.aasm.and_then(|aasm| aasm.per_hour_bed),
        start_s: night.start_s,
        end_s: night.end_s,
        lights_off_s: night.bed.off_s,
        lights_on_s: night.bed.on_s,
        sleep_onset_s: night.sleep_onset_s,
        final_wake_s: night.final_wake_s,
        placement: analysis.placement,
        placement_source: analysis.placement_source,
        side: analysis.side,
        timezone: clock.zone_name().unwrap_or_default(),
        lights_off_source: BedSource::new(night.bed.off_given),
        lights_on_source: BedSource::new(night.bed.on_given),
        rate_hz: analysis.ledger.rate_hz,
        cannot_show: words(summary.cannot_show.iter().map(ToString::to_string).collect()),
        sleep_source: night.sleep_source,
        plms: summary.wasm.map(|wasm| wasm.asleep),
        plmw: summary.wasm.map(|wasm| wasm.awake),
        aasm_plmw_per_hour: summary.aasm.and_then(|aasm| aasm.per_hour_wake),
        clm_per_hour_sleep: per_hour_sleep(|course| course.candidates_asleep),
        short_interval_per_hour_sleep: per_hour_sleep(|course| course.short_interval_asleep),
        isolated_per_hour_sleep: per_hour_sleep(|course| course.isolated_asleep),
        plm_by_hour: course.map_or_else(String::new, by_hour),
        plm_per_hour_third_1: third(0),
        plm_per_hour_third_2: third(1),
        plm_per_hour_third_3: third(2),
        plm_slope_per_hour: course.and_then(|course| course.slope_per_hour),
        intervals_under_10: course.map(|course| course.intervals.under_10_s),
        intervals_10_to_90: course.map(|course| course.intervals.from_10_to_90_s),
        intervals_over_90: course.map(|course| course.intervals.over_90_s),
        interval_log_mean: course.and_then(|course| course.intervals.log_mean),
        interval_log_sd: course.and_then(|course| course.intervals.log_sd),
        plm_per_hour_sleep_threshold_halved: summary.bracket.halved_per_hour_sleep,
        plm_per_hour_sleep_threshold_doubled: summary.bracket.doubled_per_hour_sleep,
        plm_raised_above_per_hour: summary.raised_above_per_hour,
        plm_duration_mean_s: course.and_then(|course| course.duration_mean_s),
        plm_duration_sd_s: course.and_then(|course| course.duration_sd_s),
        plm_per_hour_sleep_left: of_side(analysis, analysed, Side::Left),
        plm_per_hour_sleep_right: of_side(analysis, analysed, Side::Right),
        plm_per_hour_sleep_bilateral: of_side(analysis, analysed, Side::Bilateral),
        movements_one_limb: of_extent(analysis, analysed, Extent::OneLimb),
        movements_several_limbs: of_extent(analysis, analysed, Extent::SeveralLimbs),
        movements_trunk: of_extent(analysis, analysed, Extent::Trunk),
        movements_whole_body: of_extent(analysis, analysed, Extent::WholeBody),
    }
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
