//! A night in plain sentences, for a person who slept badly.

use super::tables::{BedSource, NightRow, Pattern, PlacementSource};
use crate::recording::Placement;
use crate::summary::RAISED_PLM_PER_HOUR;

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
        let at = if night.placement == Placement::Mattress { "on" } else { "at" };
        sentences.push(format!(
            "That the sensor was {at} the {} is a guess; say where it was with --placement.",
            night.placement
        ));
    }
    if !night.cannot_show.is_empty() {
        sentences.push(format!("This recording cannot show {}.", night.cannot_show));
    }
    sentences.truncate(MOST_SENTENCES - 1);
    sentences.push(
        "These are accelerometer findings, not a diagnosis; judge by 5 to 7 nights, at least 3, and if your nights trouble you, show them to a doctor."
            .to_owned(),
    );
    sentences
}

fn found(night: &NightRow) -> String {
    match night.pattern {
        Pattern::Quiet => "A quiet night: neither jerks on falling asleep nor repeated leg movements stand out.",
        Pattern::HypnicStarts => "Sudden jerks around falling asleep (hypnic starts) stand out.",
        Pattern::PeriodicLimbMovements => "Leg movements that return again and again in sleep (periodic limb movements) stand out.",
        Pattern::RestlessLegsLike => {
            "Periodic limb movements stand out, asleep and while lying awake, as they do in restless legs."
        }
        Pattern::Mixed => "Both stand out: jerks around falling asleep (hypnic starts) and periodic limb movements.",
        Pattern::Inconclusive => {
            return format!("This recording does not tell what kind of night it was: {}.", night.evidence);
        }
    }
    .to_owned()
}

fn sleep(night: &NightRow) -> String {
    let bed = duration(night.hours_in_bed);
    if night.sleep_onset_s.is_none() {
        return format!("No lasting sleep was found in {bed} in bed.");
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
    let (index, of) = match (night.plm_per_hour_sleep, night.plm_per_hour_bed) {
        (Some(index), _) => (index, "of sleep"),
        (None, index) => (index?, "in bed"),
    };
    let awake = night
        .plmw_per_hour
        .filter(|awake| *awake >= 1.0)
        .map_or_else(String::new, |awake| format!(", and {awake:.1} per hour while lying awake"));
    let bracket = match (
        night.plm_per_hour_sleep_threshold_doubled,
        night.plm_per_hour_sleep_threshold_halved,
    ) {
        (Some(doubled), Some(halved)) if index >= 1.0 => {
            format!("; with the detection threshold doubled or halved {doubled:.1} or {halved:.1}")
        }
        _ => String::new(),
    };
    Some(format!(
        "{} in bed; those in regular series come to {index:.1} per hour {of}{awake} (above {:.0} is raised in {}{bracket}).",
        counted(night.limb_movements),
        night.plm_raised_above_per_hour,
        if night.plm_raised_above_per_hour < RAISED_PLM_PER_HOUR { "children" } else { "adults" },
    ))
}

fn starts(night: &NightRow) -> Option<String> {
    match night.hypnic_starts? {
        0 => None,
        1 => Some("One sudden jerk near falling asleep: most people have them.".to_owned()),
        many => Some(format!(
            "{many} sudden jerks near falling asleep: harmless, and commoner with stress, caffeine and lack of sleep."
        )),
    }
}

fn observed(night: &NightRow) -> Option<String> {
    let missing = night.hours_in_bed - night.hours_observed;
    (missing > 0.05 * night.hours_in_bed).then(|| {
        format!(
            "{} in bed are missing (not recorded, or the sensor was not worn) and left out of every rate.",
            duration(missing)
        )
    })
}

/// `23:05` of an ISO 8601 time.
fn clock(time: &str) -> Option<&str> {
    time.get(11..16)
}

fn counted(limb_movements: u32) -> String {
    match limb_movements {
        1 => "1 limb movement".to_owned(),
        many => format!("{many} limb movements"),
    }
}

fn duration(hours: f64) -> String {
    crate::chart::duration(hours)
}
