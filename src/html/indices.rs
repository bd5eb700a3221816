//! The indices of a night, each with what it is counted on.

use maud::{Markup, html};

use crate::chart::duration;
use crate::report::tables::{BedSource, NightRow, SleepSource};

/// A row: what, how much, of what.
struct Index {
    name: &'static str,
    value: String,
    of: String,
}

pub(super) fn table(night: &NightRow) -> Markup {
    let mut rows = times(night);
    rows.extend(legs(night));
    rows.extend(series(night));
    html! {
        table.indices {
            thead { tr {
                th scope="col" { "Index" } th.n scope="col" { "Value" } th scope="col" { "Counted on" }
            } }
            tbody { @for row in rows { tr {
                th scope="row" { (row.name) } td.n { (row.value) } td { (row.of) }
            } } }
        }
        (hours(night))
    }
}

fn index(name: &'static str, value: Option<String>, of: impl Into<String>) -> Option<Index> {
    Some(Index { name, value: value?, of: of.into() })
}

fn rate(rate: Option<f64>) -> Option<String> {
    rate.map(|rate| format!("{rate:.1} /h"))
}

/// What the hours of sleep are.
fn sleep(night: &NightRow) -> String {
    let how = match night.sleep_source {
        SleepSource::Hypnogram => "of sleep as scored",
        SleepSource::Estimated => "of sleep, estimated from movement",
    };
    format!("{} {how}", duration(night.hours_asleep))
}

fn times(night: &NightRow) -> Vec<Index> {
    let how = |source: BedSource| match source {
        BedSource::Given => "as given",
        BedSource::Estimated => "estimated",
    };
    let clock = |time: &str| time.get(11..16).unwrap_or("no clock").to_owned();
    let share = match night.hours_in_bed > 0.0 {
        true => {
            format!("{:.0} % of the time in bed", 100.0 * night.hours_observed / night.hours_in_bed)
        }
        false => String::new(),
    };
    let bed = format!(
        "lights off {} ({}), lights on {} ({})",
        clock(&night.lights_off),
        how(night.lights_off_source),
        clock(&night.lights_on),
        how(night.lights_on_source)
    );
    let asleep = match night.sleep_onset_s {
        None => "no lasting sleep found".to_owned(),
        Some(_) if night.sleep_onset.is_empty() => sleep(night),
        Some(_) => format!(
            "{}, from {} to {}",
            sleep(night),
            clock(&night.sleep_onset),
            clock(&night.final_wake)
        ),
    };
    [
        index("In bed", Some(duration(night.hours_in_bed)), bed),
        index("Recorded and worn in bed", Some(duration(night.hours_observed)), share),
        index("Asleep", Some(duration(night.hours_asleep)), asleep),
        index(
            "Hypnic starts",
            Some(night.hypnic_starts.map_or_else(|| "–".to_owned(), |count| count.to_string())),
            if night.hypnic_starts.is_some() {
                "the night"
            } else {
                "this recording cannot show them"
            },
        ),
        index("Limb movements", Some(night.limb_movements.to_string()), "the time in bed"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn legs(night: &NightRow) -> Vec<Index> {
    let asleep = sleep(night);
    let counted = |count: Option<u32>, of: &str| match count {
        Some(count) => format!("{count} in {of}"),
        None => of.to_owned(),
    };
    let observed = format!("{} observed in bed", duration(night.hours_observed));
    let awake = format!(
        "{} of wakefulness in bed",
        duration((night.hours_observed - night.hours_asleep).max(0.0))
    );
    let bracket = night
        .plm_per_hour_sleep_threshold_doubled
        .zip(night.plm_per_hour_sleep_threshold_halved)
        .map(|(doubled, halved)| format!("{doubled:.1} and {halved:.1} /h"));
    [
        index(
            "PLM in sleep (WASM 2016)",
            rate(night.plm_per_hour_sleep),
            format!(
                "{}; raised above {:.0}",
                counted(night.plms, &asleep),
                night.plm_raised_above_per_hour
            ),
        ),
        index("… with the threshold of detection doubled and halved", bracket, asleep.clone()),
        index("PLM in sleep (AASM)", rate(night.aasm_plm_per_hour_sleep), asleep.clone()),
        index("PLM in bed (WASM 2016)", rate(night.plm_per_hour_bed), observed.clone()),
        index("PLM in bed (AASM intervals)", rate(night.aasm_plm_per_hour_bed), observed),
        index("PLM awake (WASM 2016)", rate(night.plmw_per_hour), counted(night.plmw, &awake)),
        index("PLM awake (AASM intervals)", rate(night.aasm_plmw_per_hour), awake),
        index("Candidate movements in sleep", rate(night.clm_per_hour_sleep), asleep.clone()),
        index(
            "… under 10 s after another",
            rate(night.short_interval_per_hour_sleep),
            asleep.clone(),
        ),
        index("… with no other within 90 s", rate(night.isolated_per_hour_sleep), asleep),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn series(night: &NightRow) -> Vec<Index> {
    let intervals = night
        .intervals_under_10
        .zip(night.intervals_10_to_90)
        .zip(night.intervals_over_90)
        .map(|((under, within), over)| format!("{under}, {within}, {over}"));
    let typical = night
        .interval_log_mean
        .zip(night.interval_log_sd)
        .map(|(mean, sd)| format!("{:.0} s (×/÷ {:.1})", mean.exp(), sd.exp()));
    let thirds =
        [night.plm_per_hour_third_1, night.plm_per_hour_third_2, night.plm_per_hour_third_3];
    let thirds = thirds.iter().any(Option::is_some).then(|| {
        thirds.map(|third| third.map_or_else(|| "–".to_owned(), |r| format!("{r:.1}"))).join(", ")
            + " /h"
    });
    let duration = night
        .plm_duration_mean_s
        .zip(night.plm_duration_sd_s)
        .map(|(mean, sd)| format!("{mean:.1} ± {sd:.1} s"));
    [
        index(
            "Periodicity index (Ferri 2006)",
            night.pi_ferri.map(|pi| format!("{pi:.2}")),
            "all intervals between candidate movements",
        ),
        index(
            "Share in series (WASM 2016)",
            night.pi_ratio.map(|pi| format!("{pi:.2}")),
            "candidate movements in sleep",
        ),
        index(
            "Intervals under 10 s, 10 to 90 s, over 90 s",
            intervals,
            "candidate movements in bed",
        ),
        index("Typical interval (geometric mean and spread)", typical, "intervals of 10 to 90 s"),
        index("Duration of PLM (mean ± standard deviation)", duration, "PLM of the night"),
        index(
            "PLM in sleep by third of the night",
            thirds,
            "sleep in each third of the time in bed",
        ),
        index(
            "Change from hour to hour",
            night.plm_slope_per_hour.map(|slope| format!("{slope:+.1} /h")),
            "the hours below, by least squares",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The rates of the hours, one beside the other.
fn hours(night: &NightRow) -> Markup {
    let rates: Vec<&str> = night.plm_by_hour.split_whitespace().collect();
    if rates.is_empty() {
        return html! {};
    }
    html! {
        table.hours {
            caption { "PLM per hour of sleep in each hour after lights off; – with under 15 min of sleep" }
            thead { tr { @for hour in 1..=rates.len() { th.n scope="col" { (hour) } } } }
            tbody { tr { @for rate in &rates { td.n { (if *rate == "-" { "–" } else { rate }) } } } }
        }
    }
}
