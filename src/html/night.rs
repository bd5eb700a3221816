//! A night: what stands out, the pictures, the numbers, what speaks for and
//! against.

use maud::{Markup, PreEscaped, html};

use super::indices;
use crate::chart;
use crate::movement::Kind;
use crate::report::findings::findings;
use crate::report::tables::{MovementRow, NightRow, Tables};
use crate::report::text;

/// Most starts that are listed.
const MOST_STARTS: usize = 20;

pub(super) fn section(tables: &Tables, night: &NightRow) -> Markup {
    let title = chart::night_title(night);
    let id = format!("night-{}", night.night);
    html! {
        section.night aria-labelledby=(id) {
            h2 id=(id) { (title[..1].to_uppercase()) (title[1..]) }
            p { "Pattern: " strong { (night.pattern.in_words()) } " (" (night.evidence) ")" "." }
            ul.found { @for sentence in text::sentences(night) { li { (sentence) } } }
            (figure(
                &chart::timeline_svg(tables, night),
                &timeline_in_words(tables, night),
                "Sleep, posture, every movement, limb movements by hour and their intervals, over the clock.",
            ))
            (weighed(night))
            h3 { "Numbers" }
            (indices::table(night))
            (starts(tables, night))
            @if night.plm_per_hour_bed.is_some() {
                (figure(
                    &chart::intervals_svg(tables, night),
                    &intervals_in_words(night),
                    "How the intervals between leg movements are distributed. Periodic movements make a hill at 10 to 90 s.",
                ))
            }
        }
    }
}

/// A picture with its words for who does not see it.
fn figure(svg: &str, words: &str, caption: &str) -> Markup {
    html! {
        figure {
            div.chart role="img" aria-label=(words) { (PreEscaped(svg)) }
            figcaption { (caption) }
        }
    }
}

fn timeline_in_words(tables: &Tables, night: &NightRow) -> String {
    let count = |kind: Kind| {
        let of = |row: &&MovementRow| row.night == night.night && row.kind == kind;
        tables.movements.iter().filter(of).count()
    };
    let counts: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| (kind, count(kind)))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {}", kind.name().replace('_', " ")))
        .collect();
    format!(
        "Timeline of the night: {} in bed, {} asleep. Movements: {}.",
        chart::duration(night.hours_in_bed),
        chart::duration(night.hours_asleep),
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    )
}

fn intervals_in_words(night: &NightRow) -> String {
    let count = |count: Option<u32>| count.unwrap_or(0);
    format!(
        "Histogram of intervals between leg movements: {} under 10 s, {} from 10 to 90 s, {} over 90 s.",
        count(night.intervals_under_10),
        count(night.intervals_10_to_90),
        count(night.intervals_over_90)
    )
}

/// The starts one by one: there are few, and each is to be looked at.
fn starts(tables: &Tables, night: &NightRow) -> Markup {
    let all: Vec<&MovementRow> = tables
        .movements
        .iter()
        .filter(|row| row.night == night.night && row.kind == Kind::HypnicStart)
        .collect();
    if all.is_empty() {
        return html! {};
    }
    html! {
        h3 { "Hypnic starts one by one" }
        table {
            thead { tr {
                th scope="col" { "Time" } th.n scope="col" { "From the start, s" }
                th.n scope="col" { "Lasted, s" } th.n scope="col" { "Peak, g" }
                th scope="col" { "Why" }
            } }
            tbody { @for row in all.iter().take(MOST_STARTS) { tr {
                td { (row.time.get(11..19).unwrap_or("–")) }
                td.n { (format!("{:.1}", row.onset_s)) }
                td.n { (format!("{:.2}", row.duration_s)) }
                td.n { (format!("{:.2}", row.peak_g)) }
                td { (row.reason) }
            } } }
        }
        @if all.len() > MOST_STARTS {
            p.small { "And " (all.len() - MOST_STARTS) " more, in movements.csv." }
        }
    }
}

fn weighed(night: &NightRow) -> Markup {
    let findings = findings(night);
    let list = |sentences: &[String]| {
        html! {
            @if sentences.is_empty() { p { "Nothing in this recording." } }
            @else { ul { @for sentence in sentences { li { (sentence) } } } }
        }
    };
    html! {
        div.weighed {
            div { h3 { "For periodic limb movements or restless legs" } (list(&findings.speaks_for)) }
            div { h3 { "Against" } (list(&findings.speaks_against)) }
            div { h3 { "For hypnic starts" } (list(&findings.speaks_for_starts)) }
            div { h3 { "Against" } (list(&findings.speaks_against_starts)) }
        }
    }
}
