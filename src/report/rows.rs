//! An analysis as the rows of the tables.

use super::tables::{BedSource, EpochRow, MovementRow, NightRow, NightTimes, Sensor, Tables};
use crate::night::Night;
use crate::pipeline::{AnalysedNight, Analysis};
use crate::score::InSeries;
use crate::score::night::Scored;
use crate::summary::{Course, LEAST_HOURS, Periodic};

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

/// Name of the recording: that of its file.
pub fn recording_name(analysis: &Analysis) -> String {
    analysis
        .path
        .file_name()
        .map_or_else(|| analysis.path.display().to_string(), |name| name.to_string_lossy().into())
}

fn movement_row(analysis: &Analysis, night: &Night, scored: &Scored) -> MovementRow {
    let series = |place: Option<InSeries>| place.and_then(|place| place.series);
    let movement = &scored.movement;
    let reason = match &scored.place.wasm {
        Some(place) => format!("{}; {place}", scored.why),
        None => scored.why.to_string(),
    };
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
    let sensor = Sensor {
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

/// The rates of the hours in words of one decimal.
fn by_hour(course: &Course) -> String {
    let shown =
        |rate: &Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
    course.by_hour.iter().map(shown).collect::<Vec<_>>().join(" ")
}
