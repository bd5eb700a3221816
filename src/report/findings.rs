//! What speaks for and against the pattern of a night, at length: for
//! `summary.json`.

use serde::Serialize;

use super::tables::NightRow;
use crate::column::with_columns;
use crate::summary::{PERIODIC, RAISED_PLM_PER_HOUR, RAISED_PLMW_PER_HOUR, SEEN_STARTS};

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
            awake >= RAISED_PLMW_PER_HOUR,
            format!(
                "{awake:.1} per hour of wakefulness in bed; in restless legs {RAISED_PLMW_PER_HOUR:.0} or more (Michaud et al. 2002)."
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Placement;
    use crate::report::tables::{NightTimes, PlacementSource, Sensor};
    use crate::time::Clock;

    fn night() -> NightRow {
        let times = NightTimes {
            start_s: 0.0,
            end_s: 28_800.0,
            lights_off_s: 600.0,
            lights_on_s: 28_000.0,
            sleep_onset_s: Some(1800.0),
            final_wake_s: Some(27_900.0),
        };
        let sensor = Sensor {
            placement: Placement::Ankle,
            placement_source: PlacementSource::Given,
            side: None,
            rate_hz: 50.0,
        };
        NightRow::uncounted("a.csv".to_owned(), "1".to_owned(), &Clock::None, times, sensor)
    }

    /// What a night has more than [`night`], and what then speaks for and against
    /// which of the two.
    struct Case {
        name: &'static str,
        night: NightRow,
        legs_for: &'static [&'static str],
        legs_against: &'static [&'static str],
        starts_for: &'static [&'static str],
        starts_against: &'static [&'static str],
    }

    fn cases() -> Vec<Case> {
        let base = Case {
            name: "",
            night: night(),
            legs_for: &[],
            legs_against: &[],
            starts_for: &[],
            starts_against: &[],
        };
        let with = |name, legs: [Option<f64>; 4], starts, bound| Case {
            name,
            night: NightRow {
                plm_per_hour_sleep: legs[0],
                plmw_per_hour: legs[1],
                pi_ferri: legs[2],
                plm_slope_per_hour: legs[3],
                hypnic_starts: starts,
                plm_raised_above_per_hour: bound,
                ..night()
            },
            ..base
        };
        let nothing = [None; 4];
        let restless = [Some(40.0), Some(60.0), Some(0.8), Some(-6.0)];
        vec![
            Case {
                legs_for: &[
                    "40.0 periodic limb movements per hour of sleep are above the 15 of adults",
                    "60.0 per hour of wakefulness",
                    "periodicity index of 0.80",
                    "-6.0 per hour from hour to hour: it falls",
                ],
                starts_against: &["No sudden jerk"],
                ..with("restless-legs-like", restless, Some(0), 15.0)
            },
            Case {
                legs_for: &["40.0 periodic", "periodicity index of 0.80"],
                legs_against: &["3.0 per hour of wakefulness", "does not fall clearly"],
                starts_against: &["1 sudden jerk near falling asleep; 60 to 70 % of people"],
                ..with(
                    "periodic limb movements",
                    [Some(40.0), Some(3.0), Some(0.8), Some(1.0)],
                    Some(1),
                    15.0,
                )
            },
            Case {
                legs_against: &["2.0 periodic limb movements per hour of sleep are not above"],
                starts_for: &["4 sudden jerks near falling asleep; 2 or more"],
                ..with("hypnic starts", [Some(2.0), None, None, None], Some(4), 15.0)
            },
            Case {
                legs_for: &["20.0 periodic"],
                starts_for: &["2 sudden jerks"],
                ..with("mixed", [Some(20.0), None, None, None], Some(2), 15.0)
            },
            Case {
                legs_against: &["1.0 periodic", "0.0 per hour of wakefulness", "index of 0.10"],
                starts_against: &["No sudden jerk"],
                ..with("quiet", [Some(1.0), Some(0.0), Some(0.1), None], Some(0), 15.0)
            },
            Case { ..with("inconclusive: nothing can be seen", nothing, None, 15.0) },
            // ICSD-3: above 15 in adults, above 5 in children, the bound itself not.
            Case {
                legs_against: &[
                    "15.0 periodic limb movements per hour of sleep are not above the 15 of adults",
                ],
                ..with("an adult at the bound", [Some(15.0), None, None, None], None, 15.0)
            },
            Case {
                legs_for: &[
                    "15.1 periodic limb movements per hour of sleep are above the 15 of adults",
                ],
                ..with("an adult above it", [Some(15.1), None, None, None], None, 15.0)
            },
            Case {
                legs_against: &[
                    "5.0 periodic limb movements per hour of sleep are not above the 5 of children",
                ],
                ..with("a child at the bound", [Some(5.0), None, None, None], None, 5.0)
            },
            Case {
                legs_for: &[
                    "5.1 periodic limb movements per hour of sleep are above the 5 of children",
                ],
                ..with("a child above it", [Some(5.1), None, None, None], None, 5.0)
            },
            // Michaud et al. 2002: 15 or more; Ferri et al. 2016: about 0.5.
            Case {
                legs_for: &["15.0 per hour of wakefulness", "index of 0.50"],
                ..with("awake at the bounds", [None, Some(15.0), Some(0.5), None], None, 15.0)
            },
            Case {
                legs_against: &["14.9 per hour of wakefulness", "index of 0.49"],
                ..with("awake under them", [None, Some(14.9), Some(0.49), None], None, 15.0)
            },
        ]
    }

    #[track_caller]
    fn assert_sentences(case: &str, found: &[String], expected: &[&str]) {
        assert_eq!(found.len(), expected.len(), "{case}: {found:?}");
        for (sentence, part) in found.iter().zip(expected) {
            assert!(sentence.contains(part), "{case}: {sentence:?} lacks {part:?}");
            assert!(sentence.ends_with('.'), "{case}: {sentence:?}");
        }
    }

    #[test]
    fn what_speaks_for_and_against_each_pattern() {
        for Case { name, night, legs_for, legs_against, starts_for, starts_against } in cases() {
            let found = findings(&night);
            assert_sentences(name, &found.speaks_for, legs_for);
            assert_sentences(name, &found.speaks_against, legs_against);
            assert_sentences(name, &found.speaks_for_starts, starts_for);
            assert_sentences(name, &found.speaks_against_starts, starts_against);
        }
    }

    #[test]
    fn every_night_says_what_it_is_not_how_many_are_needed_and_when_to_see_a_doctor() {
        for Case { name, night, .. } in cases() {
            let found = findings(&night);
            assert!(found.not_a_diagnosis.contains("not a diagnosis"), "{name}");
            assert!(found.nights_needed.starts_with("At least 3, better 5 to 7"), "{name}");
            assert_eq!(found.see_a_doctor.len(), 6, "{name}");
            let never = ["You have ", "diagnosed with", "you suffer"];
            let all = found.speaks_for.iter().chain(&found.speaks_for_starts);
            for sentence in all {
                assert!(!never.iter().any(|words| sentence.contains(words)), "{sentence}");
            }
        }
    }

    #[test]
    fn what_the_recording_cannot_show_is_said_first() {
        let cannot_show = "hypnic starts (too slow)".to_owned();
        let found = findings(&NightRow { cannot_show, ..night() });
        assert_eq!(found.cannot_decide[0], "hypnic starts (too slow).");
        assert_eq!(found.cannot_decide.len(), findings(&night()).cannot_decide.len() + 1);
    }

    /// The slope is held against a twentieth of the index: no bound is published.
    #[test]
    fn a_fall_is_one_that_is_large_against_the_index() {
        let falls = |slope: f64| {
            let night = NightRow {
                plm_per_hour_sleep: Some(40.0),
                plm_slope_per_hour: Some(slope),
                ..night()
            };
            findings(&night).speaks_for.iter().any(|sentence| sentence.contains("it falls"))
        };
        assert_eq!([-2.1, -2.0, 0.0, 3.0].map(falls), [true, false, false, false]);
    }
}
