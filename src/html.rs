//! `report.html`: the nights of a recording on a page to print or to show to
//! somebody. One file: the pictures are inside, nothing is loaded, no script.
//!
//! Said first is what the numbers are not: a diagnosis. Then, night by night,
//! what stands out, the picture, every index with its denominator, what speaks
//! for and against; at the end when to see a doctor, and what was recorded, how
//! well, and what it cannot show.

mod indices;
mod night;
mod quality;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::condition::Ledger;
use crate::report::findings::findings;
use crate::report::json::{NOTE, RecordingPart};
use crate::report::tables::{NightRow, Tables};

/// Name of the page.
pub const REPORT: &str = "report.html";

const STYLE: &str = include_str!("html/style.css");

/// The page of a recording; the same bytes for the same tables.
pub fn page(
    tables: &Tables,
    about: &RecordingPart,
    ledger: &Ledger,
    warnings: &[String],
) -> String {
    let title = match &tables.nights[..] {
        [one] => format!("{}: {}", about.file, night::title(one)),
        nights => format!("{}: {} nights", about.file, nights.len()),
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(concat!("hypnic ", env!("CARGO_PKG_VERSION")));
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    p.note { (NOTE) }
                }
                main {
                    @if tables.nights.is_empty() { p { "No night was found in this recording." } }
                    @if tables.nights.len() > 1 { (overview(&tables.nights)) }
                    @for night in &tables.nights { (night::section(tables, night)) }
                    @if let Some(night) = tables.nights.first() { (advice(night)) }
                    (quality::section(about, ledger, warnings, &tables.nights))
                }
                footer { p { "Made by hypnic " (env!("CARGO_PKG_VERSION"))
                    ". The tables beside this page have every movement with the reason for its kind." } }
            }
        }
    };
    page.into_string()
}

/// The nights side by side, and their middle.
fn overview(nights: &[NightRow]) -> Markup {
    let columns: [(&str, usize, fn(&NightRow) -> Option<f64>); 6] = [
        ("In bed, h", 1, |night| Some(night.hours_in_bed)),
        ("Asleep, h", 1, |night| Some(night.hours_asleep)),
        ("Observed, h", 1, |night| Some(night.hours_observed)),
        ("PLM per hour of sleep", 1, |night| night.plm_per_hour_sleep),
        ("PLM per hour awake in bed", 1, |night| night.plmw_per_hour),
        ("Hypnic starts", 0, |night| night.hypnic_starts.map(f64::from)),
    ];
    let shown = |value: Option<f64>, decimals: usize| {
        value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}"))
    };
    html! {
        section {
            h2 { "All nights" }
            table {
                thead { tr {
                    th scope="col" { "Night" }
                    @for (name, ..) in columns { th.n scope="col" { (name) } }
                    th scope="col" { "Pattern" }
                } }
                tbody { @for night in nights { tr {
                    th scope="row" { (night.night) }
                    @for (_, decimals, value) in columns { td.n { (shown(value(night), decimals)) } }
                    td { (night::pattern(night.pattern)) }
                } } }
                tfoot { tr {
                    th scope="row" { "Median" }
                    @for (_, decimals, value) in columns {
                        td.n { (shown(median(nights.iter().filter_map(value).collect()), decimals.max(1))) }
                    }
                    td {}
                } }
            }
            p.small { "– where the recording cannot tell." }
        }
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (below, above) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(f64::midpoint(values[below], values[above]))
}

/// What holds for any night.
fn advice(night: &NightRow) -> Markup {
    let findings = findings(night);
    html! {
        section.advice {
            h2 { "When to see a doctor" }
            p { "With this page or without it, see a doctor about:" }
            ul { @for reason in &findings.see_a_doctor { li { (reason) } } }
            h2 { "How many nights" }
            p { (findings.nights_needed) }
            h2 { "What an accelerometer cannot decide" }
            ul { @for limit in &findings.cannot_decide { li { (limit) } } }
            p { (findings.not_a_diagnosis) }
        }
    }
}
