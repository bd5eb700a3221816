//! What speaks for and against the pattern of a night, at length: for
//! `summary.json`.

use serde::Serialize;

use super::tables::NightRow;
use crate::column::with_columns;
use crate::summary::{RAISED_PLM_PER_HOUR, SEEN_STARTS};

with_columns! {
    /// The findings of a night in sentences, each with its source.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct Findings {
        /// The night they are of.
        pub night: String,
        /// What speaks for periodic limb movements, or for a restless-legs-like night.
        pub speaks_for: Vec<String>,
        /// What speaks against it.
        pub speaks_against: Vec<String>,
        /// What speaks for hypnic starts that stand out.
        pub speaks_for_starts: Vec<String>,
        /// What speaks against them.
        pub speaks_against_starts: Vec<String>,
        /// What this recording cannot decide.
        pub cannot_decide: Vec<String>,
        /// How many nights a judgement needs.
        pub nights_needed: String,
        /// When to see a doctor.
        pub see_a_doctor: Vec<String>,
        /// That all this is no diagnosis.
        pub not_a_diagnosis: String,
    }
}

/// Periodicity index that separates restless legs from controls (Ferri et al.
/// 2016, Sleep Med 22:97).
const PERIODIC: f64 = 0.5;

/// PLM per hour of wakefulness that speak for restless legs (Michaud et al.
/// 2002, Eur Neurol 48:108).
const RAISED_AWAKE: f64 = 15.0;

/// A fall from hour to hour by this share of the index is taken for one; no
/// bound is published.
const FALLS: f64 = 0.05;

/// The findings of a night.
pub fn findings(night: &NightRow) -> Findings {
    let (speaks_for, speaks_against) = legs(night);
    let (speaks_for_starts, speaks_against_starts) = starts(night);
    Findings {
        night: night.night.clone(),
        speaks_for,
        speaks_against,
        speaks_for_starts,
        speaks_against_starts,
        cannot_decide: cannot_decide(night),
        nights_needed: "At least 3, better 5 to 7: between the lowest and the highest of 10 to 15 nights the index of one person differed by 25 per hour (Trotti et al. 2009).".to_owned(),
        see_a_doctor: see_a_doctor(),
        not_a_diagnosis: "Accelerometer findings, not a diagnosis: actigraphy does not replace the electromyogram for periodic limb movement disorder (Smith et al. 2018).".to_owned(),
    }
}

/// For and against periodic limb movements, or a restless-legs-like night.
fn legs(night: &NightRow) -> (Vec<String>, Vec<String>) {
    let (mut speaks_for, mut speaks_against) = (Vec::new(), Vec::new());
    let mut weigh = |is_for: bool, sentence: String| {
        if is_for { speaks_for.push(sentence) } else { speaks_against.push(sentence) }
    };
    if let Some(index) = night.plm_per_hour_sleep {
        let bound = night.plm_raised_above_per_hour;
        let whom = if bound < RAISED_PLM_PER_HOUR { "children" } else { "adults" };
        let word = if index > bound { "above" } else { "not above" };
        weigh(
            index > bound,
            format!(
                "{index:.1} periodic limb movements per hour of sleep are {word} the {bound:.0} of {whom} (ICSD-3)."
            ),
        );
    }
    if let Some(awake) = night.plmw_per_hour {
        weigh(
            awake >= RAISED_AWAKE,
            format!(
                "{awake:.1} per hour of wakefulness in bed; in restless legs {RAISED_AWAKE:.0} or more (Michaud et al. 2002)."
            ),
        );
    }
    if let Some(pi) = night.pi_ferri {
        weigh(
            pi >= PERIODIC,
            format!(
                "A periodicity index of {pi:.2}; about {PERIODIC} separates restless legs from others (Ferri et al. 2016)."
            ),
        );
    }
    if let (Some(slope), Some(index)) = (night.plm_slope_per_hour, night.plm_per_hour_sleep) {
        let falls = slope < -FALLS * index;
        weigh(
            falls,
            format!(
                "The rate changes by {slope:+.1} per hour from hour to hour: it {} over the night, and in restless legs it falls (Ferri et al. 2006; Sforza and Haba-Rubio 2005).",
                if falls { "falls" } else { "does not fall clearly" }
            ),
        );
    }
    (speaks_for, speaks_against)
}

/// For and against hypnic starts that stand out. How many are many is not
/// published: 60 to 70 % of people have one now and then (Chiaro et al. 2016).
fn starts(night: &NightRow) -> (Vec<String>, Vec<String>) {
    let Some(count) = night.hypnic_starts else { return (Vec::new(), Vec::new()) };
    let counted = match count {
        0 => "No sudden jerk near falling asleep.".to_owned(),
        1 => "1 sudden jerk near falling asleep; 60 to 70 % of people have one now and then (Chiaro et al. 2016).".to_owned(),
        many => format!(
            "{many} sudden jerks near falling asleep; {SEEN_STARTS} or more in a night are taken to stand out, since no bound is published."
        ),
    };
    if count >= SEEN_STARTS { (vec![counted], Vec::new()) } else { (Vec::new(), vec![counted]) }
}

fn cannot_decide(night: &NightRow) -> Vec<String> {
    let mut cannot = vec![
        "Whether movements follow pauses of breathing: without a breathing signal the share of people with apnoea above 15 per hour can double (Manconi et al. 2015).".to_owned(),
        "How many leg movements moved no limb: in one study 39 % of those in the electromyogram left no trace at the toe (Terrill et al. 2013).".to_owned(),
        "Whether there is an urge to move, which restless legs syndrome is diagnosed by.".to_owned(),
        "An index above 15 is common: 29 % of a population of middle age has it, mostly without complaints (Haba-Rubio et al. 2016).".to_owned(),
    ];
    if !night.cannot_show.is_empty() {
        cannot.insert(0, format!("{}.", night.cannot_show));
    }
    cannot
}

fn see_a_doctor() -> Vec<String> {
    [
        "An urge to move the legs more than twice a week that distresses you.",
        "An index above the bound in several nights, with sleepiness or bad sleep; in a child above 5 per hour with complaints.",
        "Jerks every night that keep you from sleep, or that come by day as well, with a bitten tongue, confusion, or in clusters.",
        "Snoring with pauses of breath, gasping, headache in the morning, sleepiness at the wheel.",
        "Violent movements in dreams, or injuries.",
        "Movements that began with a new medicine, in pregnancy, or with numbness, pain or weakness of a leg.",
    ]
    .map(str::to_owned)
    .into()
}
