//! A night in plain sentences, for a person who slept badly.

use super::tables::{BedSource, NightRow, Pattern, PlacementSource};

/// Most sentences that a tired person reads.
pub const MOST_SENTENCES: usize = 8;

/// What is to be said of a night, the most important first; never more than
/// [`MOST_SENTENCES`].
pub fn sentences(night: &NightRow) -> Vec<String> {
    let mut sentences = vec![found(night)];
    sentences.push(sleep(night));
    sentences.extend(legs(night));
    sentences.extend(starts(night));
    sentences.extend(observed(night));
    if night.placement_source == PlacementSource::Guessed {
        sentences.push(format!(
            "The sensor is taken to be at the {}, which is a guess: give --placement.",
            night.placement
        ));
    }
    if !night.cannot_show.is_empty() {
        sentences.push(format!("This recording cannot show: {}", night.cannot_show));
    }
    sentences.push(
        "These are accelerometer findings, not a diagnosis; if your nights trouble you, show them to a doctor."
            .to_owned(),
    );
    sentences.truncate(MOST_SENTENCES);
    sentences
}

fn found(night: &NightRow) -> String {
    match night.pattern {
        Pattern::Quiet => "A quiet night: no series of leg movements and no run of sleep starts stands out.",
        Pattern::HypnicStarts => "Sudden jerks around falling asleep (sleep starts) stand out.",
        Pattern::PeriodicLimbMovements => "Periodic limb movements in sleep stand out.",
        Pattern::RestlessLegsLike => {
            "Periodic limb movements stand out, in sleep and while lying awake, as they do in restless legs."
        }
        Pattern::Mixed => "Both sleep starts and periodic limb movements stand out.",
        Pattern::Inconclusive => {
            return format!("This recording does not settle what kind of night it was: {}.", night.evidence);
        }
    }
    .to_owned()
}

fn sleep(night: &NightRow) -> String {
    let bed = duration(night.hours_in_bed);
    if night.sleep_onset_s.is_none() {
        return format!("No sleep was found in {bed}.");
    }
    let how = match (night.lights_off_source, night.lights_on_source) {
        (BedSource::Given, BedSource::Given) => "",
        _ => " (times estimated from movement)",
    };
    let asleep = duration(night.hours_asleep);
    match (clock(&night.sleep_onset), clock(&night.final_wake)) {
        (Some(onset), Some(wake)) => {
            format!("Asleep for about {asleep} of {bed} in bed, from {onset} to {wake}{how}.")
        }
        _ => format!("Asleep for about {asleep} of {bed} in bed{how}."),
    }
}

fn legs(night: &NightRow) -> Option<String> {
    let index = night.plm_per_hour_sleep.or(night.plm_per_hour_bed)?;
    let awake = night
        .plmw_per_hour
        .filter(|awake| *awake >= 1.0)
        .map_or_else(String::new, |awake| format!(", and {awake:.0} per hour while lying awake"));
    Some(format!(
        "{} limb movements in bed; in series (WASM 2016) {index:.1} per hour of sleep{awake}; above 15 counts as raised in adults.",
        night.limb_movements
    ))
}

fn starts(night: &NightRow) -> Option<String> {
    match night.hypnic_starts? {
        0 => None,
        1 => Some("One start-like jerk near falling asleep: most people have them.".to_owned()),
        many => Some(format!(
            "{many} start-like jerks near falling asleep: harmless, and commoner with stress, caffeine and lack of sleep."
        )),
    }
}

fn observed(night: &NightRow) -> Option<String> {
    let missing = night.hours_in_bed - night.hours_observed;
    (missing > 0.05 * night.hours_in_bed).then(|| {
        format!(
            "{} of the time in bed was not recorded or the sensor was not worn; it is left out of every rate.",
            duration(missing)
        )
    })
}

/// `23:05` of an ISO 8601 time.
fn clock(time: &str) -> Option<&str> {
    time.get(11..16)
}

fn duration(hours: f64) -> String {
    crate::chart::duration(hours)
}
