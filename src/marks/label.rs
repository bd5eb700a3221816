//! What the words of a mark mean: the labels of the NSRR and of Luna, the
//! standard texts of EDF+, the exports of Noxturnal and Compumedics, and the
//! names of this program.
//!
//! Words of other languages and laboratories are added by a person
//! ([`Labels`]), who says which known label they stand for.

use std::collections::BTreeMap;

use super::{Stage, What};
use crate::movement::Kind;
use crate::recording::Side;

/// What a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// What the mark is of.
    pub what: What,
    /// The side, if the label names one.
    pub side: Option<Side>,
    /// Whether the label calls a leg movement periodic.
    pub periodic: bool,
}

impl Label {
    fn of(what: What) -> Self {
        Self { what, side: None, periodic: false }
    }
}

/// The words a person explains: theirs, and the known label each stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels(BTreeMap<String, Label>);

impl Labels {
    /// From pairs of a word and a known label.
    ///
    /// # Errors
    /// The first label that is not known.
    pub fn new<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> std::result::Result<Self, String> {
        let explained = |(word, known): (&str, &str)| {
            let label = understood(known).ok_or_else(|| known.to_owned())?;
            Ok((plain(word), label))
        };
        pairs.into_iter().map(explained).collect::<std::result::Result<_, _>>().map(Self)
    }

    /// What a label means; `None` if nobody knows.
    pub fn meaning(&self, text: &str) -> Option<Label> {
        let explained = self.0.get(&plain(text)).copied();
        // The NSRR writes concept and label of the source: `Arousal|Arousal ()`.
        explained.or_else(|| understood(text)).or_else(|| text.split('|').find_map(understood))
    }
}

/// Lower case, without the marks that programs put between words.
fn plain(text: &str) -> String {
    let spaced: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '?' || c == '\'' { c } else { ' ' })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn understood(text: &str) -> Option<Label> {
    let plain = plain(text);
    if let Some(what) = whole(&plain) {
        return Some(Label::of(what));
    }
    let words: Vec<&str> = plain.split(' ').collect();
    let has = |any: &[&str]| any.iter().any(|word| words.contains(word));
    let says = |any: &[&str]| any.iter().any(|part| plain.contains(part));
    let begins = |any: &[&str]| any.iter().any(|part| words.iter().any(|w| w.starts_with(part)));
    if has(&["rera"]) || begins(&["apn", "hypopn"]) {
        return Some(Label::of(What::Respiratory));
    }
    if says(&["arousal", "micro éveil", "microéveil", "micro eveil", "weckreaktion"]) {
        return Some(Label::of(What::Arousal));
    }
    let side = side(&words);
    let named = says(&["leg", "limb", "jambe", "bein", "gamba", "pierna"])
        && says(&["mov", "mouv", "beweg"]);
    let periodic = has(&["plm", "plms", "plmw", "mpj"])
        || (named && says(&["periodic", "périodique", "periodisch"]));
    let leg = periodic || named || has(&["lm", "lms", "clm", "mlm", "blm", "mj"]);
    leg.then_some(Label { what: What::Movement(Kind::LimbMovement), side, periodic })
}

fn side(words: &[&str]) -> Option<Side> {
    words.iter().find_map(|word| match *word {
        "left" | "l" | "gauche" | "links" | "linkes" | "izquierda" => Some(Side::Left),
        "right" | "r" | "droite" | "rechts" | "rechtes" | "derecha" => Some(Side::Right),
        "bilateral" | "both" | "bilatéral" | "beidseits" => Some(Side::Bilateral),
        _ => None,
    })
}

/// Labels that are understood as a whole only.
fn whole(plain: &str) -> Option<What> {
    let stage = plain.strip_prefix("sleep stage ").or_else(|| plain.strip_prefix("stage "));
    if let Some(stage) = stage.and_then(|rest| stage_of(rest.trim_end_matches(" sleep"))) {
        return Some(What::Stage(stage));
    }
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.name().replace('_', " ") == plain) {
        return Some(What::Movement(kind));
    }
    Some(match plain {
        "sleep start" | "sleep starts" | "hypnic jerk" => What::Movement(Kind::HypnicStart),
        "body movement" | "large muscle group movement" | "lmm" => {
            What::Movement(Kind::GrossMovement)
        }
        "lights off" | "light off" | "lights out" | "lumières éteintes" | "licht aus" => {
            What::LightsOff
        }
        "lights on" | "light on" | "lumières allumées" | "licht an" => What::LightsOn,
        "gap" | "recording gap" | "signal loss" | "unobserved" => What::Gap,
        "a obstructive" | "a centrale" | "a mixte" | "a central" | "a mixed" => What::Respiratory,
        // The NSRR's SHHS and MESA: a hypopnea of more than half of the airflow.
        unsure if unsure.split(' ').all(|word| word == "unsure") => What::Respiratory,
        "0" | "1" | "2" | "3" | "4" | "5" | "6" | "9" => return None,
        word => What::Stage(stage_of(word)?),
    })
}

/// A stage by the name it has after `Sleep stage `.
fn stage_of(word: &str) -> Option<Stage> {
    Some(match word {
        "w" | "wake" | "awake" | "wakefulness" | "éveil" | "eveil" | "wach" | "vigilia" => {
            Stage::Wake
        }
        "sleep" | "asleep" | "sommeil" | "schlaf" => Stage::Sleep,
        "n" | "nr" | "nrem" => Stage::Nrem,
        "n1" | "nrem1" | "nrem 1" | "s1" | "1" => Stage::N1,
        "n2" | "nrem2" | "nrem 2" | "s2" | "2" => Stage::N2,
        "n3" | "n4" | "nrem3" | "nrem 3" | "nrem4" | "s3" | "s4" | "3" | "4" => Stage::N3,
        "r" | "rem" | "rem sleep" | "rem 5" | "5" => Stage::Rem,
        "?" | "u" | "m" | "unscored" | "unknown" | "movement" | "movement time" | "l" => {
            Stage::Unknown
        }
        _ => return None,
    })
}

/// Labels that were not understood, to be told.
#[derive(Debug, Default)]
pub(super) struct Unknown(BTreeMap<String, usize>);

impl Unknown {
    pub(super) fn count(&mut self, label: &str) {
        *self.0.entry(label.to_owned()).or_default() += 1;
    }

    /// The commonest, in a sentence.
    pub(super) fn note(self) -> Option<String> {
        let mut labels: Vec<(String, usize)> = self.0.into_iter().collect();
        labels.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let all: usize = labels.iter().map(|label| label.1).sum();
        let named: Vec<String> =
            labels.iter().take(6).map(|(label, count)| format!("{label:?} ({count})")).collect();
        let more = if labels.len() > 6 { " and others" } else { "" };
        (all > 0).then(|| {
            format!(
                "{all} marks have labels with no meaning here and were left out: {}{more}.",
                named.join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn means(text: &str) -> Option<(What, Option<Side>, bool)> {
        Labels::default().meaning(text).map(|label| (label.what, label.side, label.periodic))
    }

    const LIMB: What = What::Movement(Kind::LimbMovement);

    /// The right-hand sides of the harmonised labels of the NSRR, and their
    /// sources in the XML files.
    #[test]
    fn labels_of_the_nsrr() {
        let (left, right) = (Some(Side::Left), Some(Side::Right));
        for (text, expected) in [
            ("LM", (LIMB, None, false)),
            ("LM:left", (LIMB, left, false)),
            ("LM/right", (LIMB, right, false)),
            ("PLM:right", (LIMB, right, true)),
            ("Limb movement - left|Limb Movement (Left)", (LIMB, left, false)),
            ("Periodic leg movement - right|PLM (Right)", (LIMB, right, true)),
            ("Limb Movement (Right)", (LIMB, right, false)),
            ("arousal:plm", (What::Arousal, None, false)),
            ("ASDA arousal|Arousal (ASDA)", (What::Arousal, None, false)),
            (
                "Arousal resulting from respiratory effort|Arousal (ARO RES)",
                (What::Arousal, None, false),
            ),
            ("Respiratory effort related arousal|RERA", (What::Respiratory, None, false)),
            ("Obstructive apnea|Obstructive Apnea", (What::Respiratory, None, false)),
            ("apnea:central", (What::Respiratory, None, false)),
            ("Hypopnea|Hypopnea", (What::Respiratory, None, false)),
            ("Unsure|Unsure", (What::Respiratory, None, false)),
            ("Unsure", (What::Respiratory, None, false)),
            ("Unsure|Unsure|Unsure", (What::Respiratory, None, false)),
            ("Wake|0", (What::Stage(Stage::Wake), None, false)),
            ("Stage 2 sleep|2", (What::Stage(Stage::N2), None, false)),
            ("Stage 4 sleep|4", (What::Stage(Stage::N3), None, false)),
            ("REM sleep|5", (What::Stage(Stage::Rem), None, false)),
            ("Unscored|9", (What::Stage(Stage::Unknown), None, false)),
        ] {
            assert_eq!(means(text), Some(expected), "{text}");
        }
        for text in [
            "SpO2 desaturation|SpO2 desaturation",
            "Body position change to left|POSITION-LEFT",
            "Periodic breathing|Periodic Breathing",
            "Capnography",
        ] {
            assert_eq!(means(text), None, "{text}");
        }
    }

    #[test]
    fn standard_texts_of_edf_plus() {
        for (text, what) in [
            ("Sleep stage W", What::Stage(Stage::Wake)),
            ("Sleep stage 3", What::Stage(Stage::N3)),
            ("Sleep stage N2", What::Stage(Stage::N2)),
            ("Sleep stage R", What::Stage(Stage::Rem)),
            ("Sleep stage ?", What::Stage(Stage::Unknown)),
            ("Movement time", What::Stage(Stage::Unknown)),
            ("Lights off", What::LightsOff),
            ("Lights on", What::LightsOn),
            ("Limb movement", LIMB),
            ("EEG arousal", What::Arousal),
            ("Obstructive apnea", What::Respiratory),
        ] {
            assert_eq!(means(text).map(|label| label.0), Some(what), "{text}");
        }
    }

    #[test]
    fn events_of_a_french_noxturnal() {
        for (text, what) in [
            ("Éveil", What::Stage(Stage::Wake)),
            ("N1", What::Stage(Stage::N1)),
            ("REM", What::Stage(Stage::Rem)),
            ("MJ", LIMB),
            ("Micro-éveil", What::Arousal),
            ("A. Obstructive", What::Respiratory),
            ("A. Mixte", What::Respiratory),
            ("Hypopnée", What::Respiratory),
        ] {
            assert_eq!(means(text).map(|label| label.0), Some(what), "{text}");
        }
        // Lying on the left is no movement of the left leg.
        for text in ["Gauche", "Droite", "Dos", "Debout", "Désat", "Notification", "Rapide"] {
            assert_eq!(means(text), None, "{text}");
        }
    }

    #[test]
    fn kinds_have_their_names_and_starts_that_of_the_nsrr() {
        for kind in Kind::ALL {
            assert_eq!(means(kind.name()).map(|label| label.0), Some(What::Movement(kind)));
        }
        let start = Some((What::Movement(Kind::HypnicStart), None, false));
        assert_eq!(means("sleep_start"), start);
    }

    #[test]
    fn a_person_explains_other_words() {
        let labels = Labels::new([("Beinzucken li.", "LM:left"), ("Rapide", "arousal")]).unwrap();
        let limb = Label { what: LIMB, side: Some(Side::Left), periodic: false };
        assert_eq!(labels.meaning("beinzucken LI"), Some(limb));
        assert_eq!(labels.meaning("Rapide").map(|label| label.what), Some(What::Arousal));
        assert_eq!(labels.meaning("W").map(|label| label.what), Some(What::Stage(Stage::Wake)));
        assert_eq!(Labels::new([("x", "kick")]), Err("kick".to_owned()));
    }
}
