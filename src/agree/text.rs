//! An agreement as tables for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Agreement;
use super::confusion::{Confusion, name};
use super::counts::{Counts, Share};
use super::movements::MovementAgreement;
use super::nights::{Measure, NightAgreement, PairedBy};
use super::pairing::By;
use super::spread::Spread;
use crate::movement::Kind;
use crate::summary::Pattern;

/// All of it, ending with a line break.
pub fn tables(agreement: &Agreement) -> String {
    let mut told = format!("found      {}\nreference  {}\n", agreement.found, agreement.reference);
    if let Some(movements) = &agreement.movements {
        tell_movements(&mut told, movements);
    }
    if let Some(nights) = &agreement.nights {
        tell_nights(&mut told, nights);
    }
    told
}

fn tell_movements(told: &mut String, agreement: &MovementAgreement) {
    let _ = match agreement.paired {
        By::Onset { tolerance_s } => {
            writeln!(told, "\nMovements are the same if their onsets are within {tolerance_s} s.")
        }
        By::Overlap => writeln!(told, "\nMovements are the same if they overlap."),
    };
    let hidden = agreement.hidden;
    if hidden.reference > 0 {
        let _ = writeln!(
            told,
            "Left out: {} that this sensor cannot show, by the reference; {} of them found.",
            hidden.reference, hidden.found
        );
    }
    told.push('\n');
    told.push_str(&aligned(&count_rows(agreement)));
    told.push('\n');
    told.push_str(&aligned(&error_rows(agreement)));
    for (what, share) in [("side", agreement.same_side), ("sleep", agreement.same_sleep)] {
        if share.of > 0 {
            let _ = writeln!(told, "same {what} in {}", of(share));
        }
    }
    match &agreement.confusion {
        Some(confusion) => {
            told.push_str("\nreference (rows) found as (columns)\n");
            told.push_str(&aligned(&confusion_rows(confusion)));
        }
        None => told.push_str("\nKinds are not compared: one of the tables has no column kind.\n"),
    }
}

fn count_rows(agreement: &MovementAgreement) -> Vec<Vec<String>> {
    let mut rows = vec![heads("|reference|found|both|missed|false|precision|recall|F1")];
    let mut row = |what: &str, counts: Counts| {
        let numbers =
            [counts.reference(), counts.found(), counts.hits, counts.missed, counts.false_alarms];
        let rates = [counts.precision(), counts.recall(), counts.f1()];
        let mut row = vec![what.to_owned()];
        row.extend(numbers.map(|number| number.to_string()));
        row.extend(rates.map(|rate| number(rate, 3)));
        rows.push(row);
    };
    row("all movements", agreement.all);
    for of_kind in &agreement.kinds {
        row(&words(of_kind.kind.name()), of_kind.counts);
    }
    if let Some(counts) = agreement.in_series {
        row("in series (PLM)", counts);
    }
    if let Some(counts) = agreement.in_series_asleep {
        row("in series, asleep", counts);
    }
    rows
}

fn error_rows(agreement: &MovementAgreement) -> Vec<Vec<String>> {
    let row = |what: &str, spread: Option<Spread>| {
        let numbers = [
            spread.map(|spread| spread.median),
            spread.map(|spread| spread.median_absolute),
            spread.map(|spread| spread.p90_absolute),
        ];
        let mut row = vec![what.to_owned()];
        row.push(spread.map_or(0, |spread| spread.count).to_string());
        row.push(signed(numbers[0], 3));
        row.extend(numbers[1..].iter().map(|&value| number(value, 3)));
        row
    };
    vec![
        heads("found - reference|pairs|median|median, no sign|9 of 10 within"),
        row("onset, s", agreement.onset_error_s),
        row("duration, s", agreement.duration_error_s),
    ]
}

fn confusion_rows(confusion: &Confusion) -> Vec<Vec<String>> {
    let heads = confusion.heads();
    let mut first = vec![String::new()];
    first.extend(heads.iter().map(|&kind| short(kind).to_owned()));
    let mut rows = vec![first];
    for &reference in &heads {
        let mut row = vec![words(name(reference))];
        row.extend(heads.iter().map(|&found| confusion.count(reference, found).to_string()));
        rows.push(row);
    }
    rows
}

/// A kind in a word, for the head of a narrow column.
fn short(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::HypnicStart) => "start",
        Some(Kind::LimbMovement) => "limb",
        Some(Kind::PostureShift) => "posture",
        Some(Kind::GrossMovement) => "gross",
        kind => name(kind),
    }
}

fn tell_nights(told: &mut String, agreement: &NightAgreement) {
    let count = agreement.nights.len();
    let how = match agreement.paired_by {
        PairedBy::Name => "by recording and night",
        PairedBy::Order => "in the order of the rows",
    };
    let plural = if count == 1 { "night" } else { "nights" };
    let _ = writeln!(told, "\n{count} {plural} in both, paired {how}.");
    for (nights, side) in [(agreement.only_found, "found"), (agreement.only_reference, "reference")]
    {
        if nights > 0 {
            let _ = writeln!(told, "Without a partner: {nights} of those in {side}.");
        }
    }
    told.push('\n');
    told.push_str(&aligned(&measure_rows(agreement)));
    let raised = agreement.raised;
    if raised.nights > 1 {
        let _ = writeln!(
            told,
            "PLM above {:.0} per hour of sleep: sensitivity {}, specificity {}, accuracy {}",
            raised.above_per_hour,
            number(raised.sensitivity, 2),
            number(raised.specificity, 2),
            number(raised.accuracy, 2),
        );
    }
    if agreement.same_pattern.of > 0 {
        let _ = writeln!(told, "same pattern in {}", of(agreement.same_pattern));
    }
    let mut wrong: BTreeMap<[String; 2], usize> = BTreeMap::new();
    let patterns = agreement.nights.iter().filter_map(|night| night.pattern);
    for both in patterns.filter(|both| both.found != both.reference) {
        *wrong.entry([pattern(both.reference), pattern(both.found)]).or_default() += 1;
    }
    for ([reference, found], nights) in wrong {
        let _ = writeln!(told, "  {reference} taken for {found}: {nights}");
    }
}

fn measure_rows(agreement: &NightAgreement) -> Vec<Vec<String>> {
    let row = |what: &str, measure: &Measure, decimals: usize| {
        let limits = measure.difference.and_then(|difference| difference.limits_95);
        vec![
            what.to_owned(),
            measure.nights.to_string(),
            number(measure.mean_found, decimals),
            number(measure.mean_reference, decimals),
            signed(measure.difference.map(|difference| difference.bias), decimals),
            signed(limits.map(|[lower, _]| lower), decimals),
            signed(limits.map(|[_, upper]| upper), decimals),
            number(measure.icc_2_1, 2),
        ]
    };
    vec![
        heads("mean of the nights|nights|found|reference|bias|95 % from|to|ICC(2,1)"),
        row("PLM per hour of sleep", &agreement.plm_per_hour_sleep, 1),
        row("hypnic starts", &agreement.hypnic_starts, 1),
        row("hours asleep", &agreement.hours_asleep, 2),
        row("sleep onset, min", &agreement.sleep_onset_min, 1),
    ]
}

fn heads(heads: &str) -> Vec<String> {
    heads.split('|').map(str::to_owned).collect()
}

fn of(Share { count, of }: Share) -> String {
    format!("{count} of {of}")
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
}

fn signed(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:+.decimals$}"))
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// The name of a pattern in words.
fn pattern(pattern: Pattern) -> String {
    let name = serde_json::to_value(pattern).ok();
    words(name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default())
}

/// Rows as lines: the first column left, the others right, two blanks between.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut lines = String::new();
    for row in rows {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let _ = match column {
                0 => write!(lines, "{cell:<width$}"),
                _ => write!(lines, "  {cell:>width$}"),
            };
        }
        lines.push('\n');
    }
    lines
}
