//! The indices of a night from its leg movements, its stages, arousals and
//! respiratory events, as PLMScoRe and SOMAS give them, as far as they need no
//! electromyogram: the ones that reports quote here, all of them in
//! [`statistics`].

mod counted;
pub mod statistics;

use serde::Serialize;

use self::counted::{Legs, Night, State, Which};
use super::Rules;
use super::marks::Scorable;
use super::periodicity::{self, Intervals};

pub use self::counted::RespiratoryRule;

/// The numbers of a night.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Indices {
    /// Movements counted, and their rate.
    pub rates: Vec<Rate>,
    /// Everything that is no rate.
    pub values: Vec<Value>,
}

/// A number of movements and their rate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rate {
    /// Its name.
    pub name: &'static str,
    /// What is counted.
    pub meaning: &'static str,
    /// How many.
    pub count: usize,
    /// Hours of what the rate is of; `None` without stages.
    pub hours: Option<f64>,
    /// What those hours are of.
    pub hours_of: &'static str,
    /// Count over hours; `None` without hours.
    pub per_hour: Option<f64>,
}

/// A number that is no rate; `None` where it is not defined.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Value {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// The number.
    pub value: Option<f64>,
}

/// Name, meaning, and what is counted where.
type Counting = (&'static str, &'static str, Which, Legs, State);

#[rustfmt::skip]
const RATES: [Counting; 31] = {
    use Legs::{Any, Bilateral, Left, Right};
    use State::{N1, N2, N3, Nrem, Rem, Scored, Sleep, Wake};
    use Which::{
        Clm, ClmArousal, ClmRespiratory, Isolated, NonClm, Plm, PlmArousal, PlmNr, PlmNrArousal, ShortInterval,
    };
    [
        ("plm", "periodic limb movements", Plm, Any, Scored),
        ("plms", "PLM in sleep", Plm, Any, Sleep),
        ("plmw", "PLM in wakefulness", Plm, Any, Wake),
        ("plm_nrem", "PLM in NREM sleep", Plm, Any, Nrem),
        ("plm_n1", "PLM in N1", Plm, Any, N1),
        ("plm_n2", "PLM in N2", Plm, Any, N2),
        ("plm_n3", "PLM in N3", Plm, Any, N3),
        ("plm_rem", "PLM in REM sleep", Plm, Any, Rem),
        ("plms_left", "PLM in sleep, left leg alone", Plm, Left, Sleep),
        ("plms_right", "PLM in sleep, right leg alone", Plm, Right, Sleep),
        ("plms_bilateral", "PLM in sleep, both legs", Plm, Bilateral, Sleep),
        ("plms_arousal", "PLM in sleep with an arousal", PlmArousal, Any, Sleep),
        ("plms_nr", "PLM in sleep after respiratory-related ones are taken out", PlmNr, Any, Sleep),
        ("plmw_nr", "the same in wakefulness", PlmNr, Any, Wake),
        ("plm_nr_nrem", "the same in NREM sleep", PlmNr, Any, Nrem),
        ("plm_nr_rem", "the same in REM sleep", PlmNr, Any, Rem),
        ("plms_nr_arousal", "the same in sleep with an arousal", PlmNrArousal, Any, Sleep),
        ("clm", "candidate movements", Clm, Any, Scored),
        ("clms", "candidates in sleep", Clm, Any, Sleep),
        ("clmw", "candidates in wakefulness", Clm, Any, Wake),
        ("clm_nrem", "candidates in NREM sleep", Clm, Any, Nrem),
        ("clm_rem", "candidates in REM sleep", Clm, Any, Rem),
        ("clms_arousal", "candidates in sleep with an arousal", ClmArousal, Any, Sleep),
        ("clms_respiratory", "respiratory-related candidates in sleep", ClmRespiratory, Any, Sleep),
        ("clm_respiratory", "respiratory-related candidates", ClmRespiratory, Any, Scored),
        ("short_interval_s", "candidates in sleep < 10 s after another", ShortInterval, Any, Sleep),
        ("short_interval_w", "the same in wakefulness", ShortInterval, Any, Wake),
        ("isolated_s", "candidates in sleep with none within 90 s", Isolated, Any, Sleep),
        ("isolated_w", "the same in wakefulness", Isolated, Any, Wake),
        ("non_clm", "movements too long to be candidates", NonClm, Any, Scored),
        ("non_clms", "the same in sleep", NonClm, Any, Sleep),
    ]
};

/// Name and meaning of every index, and whether it is a rate.
pub fn meanings() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    let rates = RATES.into_iter().map(|(name, meaning, ..)| (name, meaning, true));
    let values = values(&Night::default());
    rates.chain(values.into_iter().map(|value| (value.name, value.meaning, false)))
}

/// Scores the movements and counts. Rates have hours only where stages are
/// marked. A movement belongs to the stage at its onset.
pub fn indices(scorable: &Scorable, rules: Rules, respiratory: RespiratoryRule) -> Indices {
    let night = Night::new(scorable, rules, respiratory);
    let rates = RATES
        .into_iter()
        .map(|(name, meaning, which, legs, state)| {
            let count = night.of(which, legs, state).count();
            let hours = night.hours(state);
            let per_hour = hours.filter(|hours| *hours > 0.0).map(|hours| count as f64 / hours);
            Rate { name, meaning, count, hours, hours_of: state.hours_of(), per_hour }
        })
        .collect();
    Indices { rates, values: values(&night) }
}

fn values(night: &Night) -> Vec<Value> {
    let all = |which| night.of(which, Legs::Any, State::Scored);
    let ratio = |state: State| {
        let count = |which| night.of(which, Legs::Any, state).count();
        periodicity::pi_ratio(count(Which::Plm), count(Which::Clm))
    };
    let count = |count: u32| Some(f64::from(count));
    let Intervals { under_10_s, from_10_to_90_s, over_90_s, log_mean, log_sd } =
        periodicity::intervals(all(Which::Clm).filter_map(|m| m.place.imi_s));
    let lasts =
        |state| mean_sd(night.of(Which::Plm, Legs::Any, state).map(|m| m.movement.duration_s));
    let (plm_s, plms_s) = (lasts(State::Scored), lasts(State::Sleep));
    let series = all(Which::Plm).filter_map(|m| m.place.series).max().unwrap_or(0);
    let values = [
        ("series", "number of series", count(series)),
        ("pi_ferri", "share of the intervals in rows of three or more of 10 to 90 s", {
            periodicity::pi_ferri(all(Which::Clm).map(|m| m.place.imi_s))
        }),
        ("pi_ratio", "PLM over candidates", ratio(State::Scored)),
        ("pi_ratio_sleep", "the same in sleep", ratio(State::Sleep)),
        ("pi_ratio_wake", "the same in wakefulness", ratio(State::Wake)),
        ("intervals_under_10_s", "intervals under 10 s", count(under_10_s)),
        ("intervals_10_to_90_s", "intervals from 10 to 90 s", count(from_10_to_90_s)),
        ("intervals_over_90_s", "intervals over 90 s", count(over_90_s)),
        ("interval_log_mean", "mean of ln(interval in s), 10 to 90 s", log_mean),
        ("interval_log_sd", "standard deviation of the same", log_sd),
        ("plm_duration_mean_s", "mean duration of PLM, s", plm_s.0),
        ("plm_duration_sd_s", "standard deviation of the same, s", plm_s.1),
        ("plms_duration_mean_s", "mean duration of PLM in sleep, s", plms_s.0),
    ];
    values.map(|(name, meaning, value)| Value { name, meaning, value }).into()
}

/// Mean, and standard deviation with n − 1.
pub(crate) fn mean_sd(values: impl Iterator<Item = f64> + Clone) -> (Option<f64>, Option<f64>) {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    ((count > 0.0).then_some(mean), (count > 1.0).then(|| (squares / (count - 1.0)).sqrt()))
}

impl Indices {
    /// A rate by its name.
    pub fn rate(&self, name: &str) -> Option<&Rate> {
        self.rates.iter().find(|rate| rate.name == name)
    }

    /// A value by its name.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.values.iter().find(|value| value.name == name)?.value
    }

    /// A table for a terminal.
    pub fn table(&self) -> String {
        let shown = |value: Option<f64>, decimals: usize| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
        };
        let mut lines =
            vec![format!("{:<22} {:>6} {:>8}  {:<18} meaning", "index", "count", "per hour", "of")];
        lines.extend(self.rates.iter().map(|rate| {
            let of = match rate.hours {
                Some(hours) => format!("{hours:.2} h {}", rate.hours_of),
                None => "no stages".to_owned(),
            };
            let per_hour = shown(rate.per_hour, 2);
            let Rate { name, count, meaning, .. } = rate;
            format!("{name:<22} {count:>6} {per_hour:>8}  {of:<18} {meaning}")
        }));
        lines.extend(self.values.iter().map(|value| {
            format!(
                "{:<22} {:>15}  {:<18} {}",
                value.name,
                shown(value.value, 3),
                "",
                value.meaning
            )
        }));
        lines.join("\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::{self, Labels};
    use crate::score::ShortInterval;

    const WASM: Rules = Rules::Wasm(ShortInterval::MayOpen);

    fn of(rows: &str, rules: Rules, respiratory: RespiratoryRule) -> Indices {
        let text = format!("onset\tduration\ttrial_type\n{rows}");
        let marks = marks::parse("m.tsv".as_ref(), text.as_bytes(), &Labels::default()).unwrap();
        indices(&Scorable::new(marks), rules, respiratory)
    }

    fn counts(indices: &Indices, names: &[&str]) -> Vec<usize> {
        names.iter().map(|name| indices.rate(name).unwrap().count).collect()
    }

    /// One hour awake, then 20 min N1, 40 min N2, 1 h REM.
    const STAGES: &str = "0\t3600\tW\n3600\t1200\tN1\n4800\t2400\tN2\n7200\t3600\tR\n";

    #[test]
    fn each_movement_counts_to_the_stage_at_its_onset() {
        // A series across falling asleep: two awake, two in N1.
        let rows = "3560\t2\tLM:left\n3580\t2\tLM:right\n3600\t2\tLM:left\n3620\t2\tLM:left\n";
        let found = of(&format!("{STAGES}{rows}"), WASM, RespiratoryRule::AroundEnd);
        let names = ["plm", "plms", "plmw", "plm_n1", "plm_n2", "plms_left", "plms_right"];
        assert_eq!(counts(&found, &names), [4, 2, 2, 2, 0, 2, 0]);
        assert_eq!(found.rate("plms").unwrap().per_hour, Some(1.0));
        assert_eq!(found.rate("plmw").unwrap().per_hour, Some(2.0));
        assert_eq!(found.rate("plm_n1").unwrap().per_hour, Some(6.0));
        assert_eq!(found.rate("plm_n3").unwrap().per_hour, None);
        assert_eq!(found.value("pi_ratio_sleep"), Some(1.0));
    }

    #[test]
    fn without_stages_there_are_counts_and_no_rates() {
        let rows = "0\t2\tLM\n20\t2\tLM\n40\t2\tLM\n60\t2\tLM\n500\t2\tLM\n600\t11\tLM\n";
        let found = of(rows, WASM, RespiratoryRule::AroundEnd);
        assert_eq!(counts(&found, &["plm", "clm", "non_clm"]), [4, 5, 1]);
        assert!(found.rates.iter().all(|rate| rate.per_hour.is_none()));
    }

    /// Arousals 0.499 and 0.5 s after the end of a movement, and before it.
    #[test]
    fn aasm_arousal_less_than_half_a_second_away_belongs_to_the_movement() {
        for (arousal, expected) in [
            ("4002.499\t3", 1),
            ("4002.5\t3", 0),
            ("3990\t9.501", 1),
            ("3990\t9.5", 0),
            ("4001\t3", 1),
        ] {
            let rows = format!("{STAGES}4000\t2\tLM\n{arousal}\tarousal\n");
            let found = of(&rows, WASM, RespiratoryRule::AroundEnd);
            assert_eq!(counts(&found, &["clms_arousal"]), [expected], "{arousal}");
        }
    }

    /// A respiratory event from 3980 to 4000 s; a movement of 1 s near its end.
    #[test]
    fn wasm_2016_and_aasm_windows_of_respiratory_events() {
        use RespiratoryRule::{AroundEnd, HalfSecond, WholeEvent};
        for (onset_s, expected) in [
            (3978.4, [false, false, false]),
            (3978.5, [false, false, true]),
            (3996.999, [false, false, true]),
            (3997.0, [true, false, true]),
            (3998.499, [true, false, true]),
            (3998.5, [true, true, true]),
            (4000.5, [true, true, true]),
            (4000.501, [true, false, false]),
            (4010.25, [true, false, false]),
            (4010.251, [false, false, false]),
        ] {
            let rows = format!("{STAGES}3980\t20\thypopnea\n{onset_s}\t1\tLM\n");
            let found = [AroundEnd, HalfSecond, WholeEvent]
                .map(|rule| counts(&of(&rows, WASM, rule), &["clm_respiratory"]) == [1]);
            assert_eq!(found, expected, "{onset_s}");
        }
    }

    #[test]
    fn wasm_2016_series_are_scored_again_without_respiratory_movements() {
        // Five in a row; the third belongs to an event: 40 s are left between.
        let rows = "4000\t1\tLM\n4020\t1\tLM\n4040\t1\tLM\n4060\t1\tLM\n4080\t1\tLM\n\
                    4025\t15\tapnea\n";
        let found = of(&format!("{STAGES}{rows}"), WASM, RespiratoryRule::HalfSecond);
        assert_eq!(counts(&found, &["plms", "plms_nr", "clms_respiratory"]), [5, 4, 1]);
        // One of four: three are no series.
        let rows = "4000\t1\tLM\n4020\t1\tLM\n4040\t1\tLM\n4060\t1\tLM\n4025\t15\tapnea\n";
        let found = of(&format!("{STAGES}{rows}"), WASM, RespiratoryRule::HalfSecond);
        assert_eq!(counts(&found, &["plms", "plms_nr"]), [4, 0]);
    }

    #[test]
    fn short_interval_and_isolated_movements() {
        let rows = "4000\t1\tLM\n4009.999\t1\tLM\n4200\t1\tLM\n4290\t1\tLM\n4400\t1\tLM\n";
        let found = of(&format!("{STAGES}{rows}"), WASM, RespiratoryRule::AroundEnd);
        // 90 s apart are near each other; 110 and 190 s are not.
        assert_eq!(counts(&found, &["short_interval_s", "isolated_s"]), [1, 1]);
        assert_eq!(found.value("intervals_under_10_s"), Some(1.0));
        assert_eq!(found.value("intervals_10_to_90_s"), Some(1.0));
        assert_eq!(found.value("intervals_over_90_s"), Some(2.0));
    }

    #[test]
    fn durations_have_mean_and_sample_deviation() {
        assert_eq!(mean_sd([1.0, 3.0].into_iter()), (Some(2.0), Some(2.0_f64.sqrt())));
        assert_eq!(mean_sd([3.0].into_iter()), (Some(3.0), None));
        assert_eq!(mean_sd(std::iter::empty()), (None, None));
    }

    #[test]
    fn the_table_names_every_index() {
        let found = of(STAGES, WASM, RespiratoryRule::AroundEnd);
        let table = found.table();
        assert_eq!(table.lines().count(), 1 + found.rates.len() + found.values.len());
        assert!(table.contains("plms_nr") && table.contains("2.00 h sleep"), "{table}");
    }
}
