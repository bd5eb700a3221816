//! Everything that is counted of a night's leg movements, in the layout that
//! users of PLMScoRe (Fulda 2020) know: a row a kind of movement, side and
//! statistic, a column a state of the sleeper.

use std::io;

use serde::Serialize;

use super::counted::{Counted, Event, Legs, Night, State, Which};
use super::{RespiratoryRule, mean_sd};
use crate::column::with_columns;
use crate::score::Rules;
use crate::score::marks::Scorable;
use crate::score::periodicity::{self, Intervals};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Subject {
    /// Leg movements.
    Movements(Which),
    /// Something else.
    Other(Other),
}

/// What is counted beside leg movements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Other {
    /// The time itself.
    Time,
    /// Arousals.
    Arousal,
    /// Respiratory events.
    RespiratoryEvent,
}

/// What is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Hours of the state.
    Hours,
    /// How many.
    Count,
    /// How many an hour of the state.
    PerHour,
    /// Of a hundred events, with how many a candidate movement goes.
    WithClmPercent,
    /// Mean duration.
    DurationMeanS,
    /// Its standard deviation (n − 1).
    DurationSdS,
    /// The shortest.
    DurationMinS,
    /// The longest.
    DurationMaxS,
    /// Periodic over candidate movements (WASM 2016, PLMScoRe's PI).
    PiRatio,
    /// Intervals under 10 s.
    #[serde(rename = "intervals_under_10_s")]
    IntervalsUnder10S,
    /// Intervals from 10 to 90 s.
    #[serde(rename = "intervals_10_to_90_s")]
    Intervals10To90S,
    /// Intervals over 90 s.
    #[serde(rename = "intervals_over_90_s")]
    IntervalsOver90S,
    /// exp of the mean of ln(interval in s), over all intervals: PLMScoRe's
    /// `log; mean`.
    IntervalGeometricMeanS,
    /// exp of its standard deviation: PLMScoRe's `log; SD`.
    IntervalGeometricSd,
    /// Mean of ln(interval in s) from 10 to 90 s: SOMAS's `Average log IMI`.
    IntervalLogMean,
    /// Its standard deviation.
    IntervalLogSd,
}

with_columns! {
    /// One row; a value is empty where it is not defined.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct Statistic {
        /// What is counted: `clm`, `plm`, `non_clm`, … with `_respiratory`, `_nr` (without respiratory-related ones) or `_arousal`; `time`, `arousal`, `respiratory_event`.
        pub subject: Subject,
        /// The leg: `any`, `left`, `right`, `bilateral`, or `one_leg` for left or right alone.
        pub side: Legs,
        /// What is told: `count`, `per_hour`, `duration_mean_s`, `pi_ratio`, … An interval counts to the movement that ends it.
        pub statistic: Measure,
        /// Wherever a stage was scored; without stages, everywhere.
        pub scored: Option<f64>,
        /// In sleep.
        pub sleep: Option<f64>,
        /// In wakefulness.
        pub wake: Option<f64>,
        /// In stage N1.
        pub n1: Option<f64>,
        /// In stage N2.
        pub n2: Option<f64>,
        /// In stage N3.
        pub n3: Option<f64>,
        /// In REM sleep.
        pub rem: Option<f64>,
        /// In N1 to N3.
        pub nrem: Option<f64>,
    }
}

impl Statistic {
    fn new(
        subject: Subject,
        side: Legs,
        statistic: Measure,
        of: impl Fn(State) -> Option<f64>,
    ) -> Self {
        let [scored, sleep, wake, n1, n2, n3, rem, nrem] = State::ALL.map(of);
        Self { subject, side, statistic, scored, sleep, wake, n1, n2, n3, rem, nrem }
    }
}

/// All rows of a night; what needs stages is empty without any.
pub fn statistics(scorable: &Scorable, rules: Rules, rule: RespiratoryRule) -> Vec<Statistic> {
    let night = Night::new(scorable, rules, rule);
    let mut rows =
        vec![Statistic::new(Subject::Other(Other::Time), Legs::Any, Measure::Hours, |state| {
            night.hours(state)
        })];
    for legs in Legs::ALL {
        for which in Which::ALL {
            movements(&night, which, legs, &mut rows);
        }
    }
    for (periodic, candidates, nr) in
        [(Which::Plm, Which::Clm, false), (Which::PlmNr, Which::ClmNr, true)]
    {
        intervals(&night, candidates, nr, &mut rows);
        let count = |which, state| night.of(which, Legs::Any, state).count();
        rows.push(Statistic::new(
            Subject::Movements(periodic),
            Legs::Any,
            Measure::PiRatio,
            |state| {
                let of = known(&night, state).then(|| count(candidates, state))?;
                periodicity::pi_ratio(count(periodic, state), of)
            },
        ));
    }
    events(&night, Other::Arousal, |state| night.arousals(state).collect(), &mut rows);
    events(&night, Other::RespiratoryEvent, |state| night.respiratory(state).collect(), &mut rows);
    rows
}

/// Whether anything is known of a state: without stages, of no single one.
fn known(night: &Night, state: State) -> bool {
    state == State::Scored || night.hours(state).is_some()
}

fn per_hour(night: &Night, state: State, count: usize) -> Option<f64> {
    night.hours(state).filter(|hours| *hours > 0.0).map(|hours| count as f64 / hours)
}

fn movements(night: &Night, which: Which, legs: Legs, rows: &mut Vec<Statistic>) {
    let durations = |state| night.of(which, legs, state).map(|m| m.movement.duration_s);
    let mut add = |measure, of: &dyn Fn(State) -> Option<f64>| {
        let told = |state| if known(night, state) { of(state) } else { None };
        rows.push(Statistic::new(Subject::Movements(which), legs, measure, told));
    };
    add(Measure::Count, &|state| Some(durations(state).count() as f64));
    add(Measure::PerHour, &|state| per_hour(night, state, durations(state).count()));
    add(Measure::DurationMeanS, &|state| mean_sd(durations(state)).0);
    add(Measure::DurationSdS, &|state| mean_sd(durations(state)).1);
    add(Measure::DurationMinS, &|state| durations(state).min_by(f64::total_cmp));
    add(Measure::DurationMaxS, &|state| durations(state).max_by(f64::total_cmp));
}

/// The intervals that end with candidates; `nr`: once the respiratory-related
/// ones are taken out.
fn intervals(night: &Night, candidates: Which, nr: bool, rows: &mut Vec<Statistic>) {
    let imi_s = move |m: &Counted| if nr { m.place_nr?.imi_s } else { m.place.imi_s };
    let all = |state| night.of(candidates, Legs::Any, state).filter_map(imi_s);
    let logs = |state| mean_sd(all(state).map(f64::ln));
    let by_length = |state| periodicity::intervals(all(state));
    let count = |of: fn(Intervals) -> u32| move |state| Some(f64::from(of(by_length(state))));
    let mut add = |measure, of: &dyn Fn(State) -> Option<f64>| {
        let told = |state| if known(night, state) { of(state) } else { None };
        rows.push(Statistic::new(Subject::Movements(candidates), Legs::Any, measure, told));
    };
    add(Measure::IntervalsUnder10S, &count(|of| of.under_10_s));
    add(Measure::Intervals10To90S, &count(|of| of.from_10_to_90_s));
    add(Measure::IntervalsOver90S, &count(|of| of.over_90_s));
    add(Measure::IntervalGeometricMeanS, &|state| logs(state).0.map(f64::exp));
    add(Measure::IntervalGeometricSd, &|state| logs(state).1.map(f64::exp));
    add(Measure::IntervalLogMean, &|state| by_length(state).log_mean);
    add(Measure::IntervalLogSd, &|state| by_length(state).log_sd);
}

fn events<'a>(
    night: &Night,
    other: Other,
    of: impl Fn(State) -> Vec<&'a Event>,
    rows: &mut Vec<Statistic>,
) {
    let mut add = |measure, told: &dyn Fn(State, &[&Event]) -> Option<f64>| {
        let told = |state| if known(night, state) { told(state, &of(state)) } else { None };
        rows.push(Statistic::new(Subject::Other(other), Legs::Any, measure, told));
    };
    add(Measure::Count, &|_, events| Some(events.len() as f64));
    add(Measure::PerHour, &|state, events| per_hour(night, state, events.len()));
    add(Measure::WithClmPercent, &|_, events| {
        let with = events.iter().filter(|event| event.with_clm).count();
        (!events.is_empty()).then(|| 100.0 * with as f64 / events.len() as f64)
    });
}

/// Writes the rows as CSV.
///
/// # Errors
/// What `out` says.
pub fn write(rows: &[Statistic], out: impl io::Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    for row in rows {
        table.serialize(row)?;
    }
    table.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::{self, Labels};
    use crate::score::ShortInterval;

    const WASM: Rules = Rules::Wasm(ShortInterval::MayOpen);

    fn table(rows: &str) -> Vec<Statistic> {
        let text = format!("onset\tduration\ttrial_type\n{rows}");
        let marks = marks::parse("m.tsv".as_ref(), text.as_bytes(), &Labels::default()).unwrap();
        statistics(&Scorable::new(marks), WASM, RespiratoryRule::AroundEnd)
    }

    #[track_caller]
    fn row<'a>(table: &'a [Statistic], name: &str, side: Legs, told: Measure) -> &'a Statistic {
        let named = |row: &&Statistic| {
            serde_json::to_value(row.subject).unwrap() == name
                && row.side == side
                && row.statistic == told
        };
        let mut rows = table.iter().filter(named);
        let row = rows.next().unwrap();
        assert_eq!(rows.next(), None);
        row
    }

    /// Half an hour awake, half an hour N2, half an hour REM.
    const STAGES: &str = "0\t1800\tW\n1800\t1800\tN2\n3600\t1800\tR\n";

    #[test]
    fn each_statistic_stands_by_side_and_state() {
        let table = table(&format!(
            "{STAGES}1780\t1\tLM:left\n1800\t2\tLM:left\n1820\t3\tLM:right\n1840\t6\tLM:right\n\
             3700\t4\tLM:left\n3704.2\t4\tLM:right\n5000\t12\tLM:left\n"
        ));
        let count = row(&table, "plm", Legs::Any, Measure::Count);
        assert_eq!((count.scored, count.sleep, count.wake), (Some(4.0), Some(3.0), Some(1.0)));
        assert_eq!((count.n2, count.nrem, count.rem), (Some(3.0), Some(3.0), Some(0.0)));
        let rate = row(&table, "plm", Legs::Any, Measure::PerHour);
        assert_eq!((rate.n2, rate.sleep, rate.n1), (Some(6.0), Some(3.0), None));
        let right = row(&table, "plm", Legs::Right, Measure::DurationMeanS);
        assert_eq!((right.sleep, right.wake), (Some(4.5), None));
        let shortest = row(&table, "plm", Legs::OneLeg, Measure::DurationMinS);
        assert_eq!((shortest.scored, shortest.n2), (Some(1.0), Some(2.0)));
        let longest = row(&table, "clm", Legs::Bilateral, Measure::DurationMaxS);
        assert_eq!((longest.rem, longest.n2), (Some(8.2), None));
        assert_eq!(row(&table, "non_clm", Legs::Left, Measure::Count).rem, Some(1.0));
        let pi = row(&table, "plm", Legs::Any, Measure::PiRatio);
        assert_eq!((pi.scored, pi.n2, pi.rem), (Some(0.8), Some(1.0), Some(0.0)));
    }

    /// 20 s thrice to N2; ln 20, ln 20, ln 1860 over all.
    #[test]
    fn plmscore_an_interval_counts_to_the_stage_of_the_movement_that_ends_it() {
        let rows = format!("{STAGES}1780\t1\tLM\n1800\t1\tLM\n1820\t1\tLM\n3680\t1\tLM\n");
        let table = table(&rows);
        let periodic = row(&table, "clm", Legs::Any, Measure::Intervals10To90S);
        assert_eq!((periodic.wake, periodic.n2, periodic.rem), (Some(0.0), Some(2.0), Some(0.0)));
        let long = row(&table, "clm", Legs::Any, Measure::IntervalsOver90S);
        assert_eq!((long.rem, long.scored), (Some(1.0), Some(1.0)));
        let mean = row(&table, "clm", Legs::Any, Measure::IntervalGeometricMeanS);
        let expected = (20.0_f64 * 20.0 * 1860.0).cbrt();
        assert!((mean.scored.unwrap() - expected).abs() < 1e-9);
        assert!((mean.n2.unwrap() - 20.0).abs() < 1e-9);
        let log = row(&table, "clm", Legs::Any, Measure::IntervalLogMean);
        assert!((log.scored.unwrap() - 20.0_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn respiratory_events_and_arousals_have_counts_and_the_share_with_a_candidate() {
        let table = table(&format!(
            "{STAGES}1990\t10\tapnea\n2005\t2\tLM\n2100\t20\thypopnea\n2005.3\t3\tarousal\n\
             3700\t5\tarousal\n"
        ));
        let share = row(&table, "respiratory_event", Legs::Any, Measure::WithClmPercent);
        assert_eq!((share.n2, share.rem), (Some(50.0), None));
        let arousals = row(&table, "arousal", Legs::Any, Measure::PerHour);
        assert_eq!((arousals.n2, arousals.rem, arousals.sleep), (Some(2.0), Some(2.0), Some(2.0)));
        let with = row(&table, "arousal", Legs::Any, Measure::WithClmPercent);
        assert_eq!((with.n2, with.rem, with.scored), (Some(100.0), Some(0.0), Some(50.0)));
        assert_eq!(row(&table, "clm_nr", Legs::Any, Measure::Count).scored, Some(0.0));
        assert_eq!(row(&table, "clm_respiratory", Legs::Any, Measure::Count).n2, Some(1.0));
    }

    #[test]
    fn without_stages_only_what_needs_none_is_told() {
        let table = table("0\t2\tLM\n20\t2\tLM\n40\t2\tLM\n60\t2\tLM\n");
        let count = row(&table, "plm", Legs::Any, Measure::Count);
        assert_eq!((count.scored, count.sleep, count.n1), (Some(4.0), None, None));
        assert_eq!(row(&table, "plm", Legs::Any, Measure::PerHour).scored, None);
        assert_eq!(row(&table, "time", Legs::Any, Measure::Hours).scored, None);
        let mean = row(&table, "plm", Legs::Any, Measure::DurationMeanS);
        assert_eq!((mean.scored, mean.sleep), (Some(2.0), None));
    }

    #[test]
    fn the_csv_has_the_columns_of_its_rows() {
        let mut out = Vec::new();
        write(&table(STAGES), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let names: Vec<&str> = Statistic::COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(text.lines().next().unwrap(), names.join(","));
        assert!(text.contains("\ntime,any,hours,1.5,1.0,0.5,0.0,0.5,0.0,0.5,0.5\n"), "{text}");
        assert!(text.contains("\nclm,any,intervals_under_10_s,0.0,0.0,"));
        assert!(text.contains("\nclm_nr,any,intervals_over_90_s,0.0,0.0,"));
        assert!(text.contains("\nplm_nr_arousal,one_leg,duration_min_s,,,,,,,,\n"));
    }
}
