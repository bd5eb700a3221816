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

use crate::chart;
use crate::condition::Ledger;
use crate::median::median;
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
        [one] => format!("{}: {}", about.file, chart::night_title(one)),
        nights => format!("{}: {} nights", about.file, nights.len()),
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(&title, STYLE))
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

/// The head of a page.
pub(crate) fn head(title: &str, style: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="generator" content=(concat!("hypnic ", env!("CARGO_PKG_VERSION")));
            title { (title) }
            style { (PreEscaped(style)) }
        }
    }
}

/// A column of the nights: its head, its decimals, its number.
type Shown = (&'static str, usize, fn(&NightRow) -> Option<f64>);

/// The nights side by side, and their middle.
fn overview(nights: &[NightRow]) -> Markup {
    let columns: [Shown; 6] = [
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
                    td { (night.pattern.in_words()) }
                } } }
                tfoot { tr {
                    th scope="row" { "Median" }
                    @for (_, decimals, value) in columns {
                        td.n { (shown(median(&mut nights.iter().filter_map(value).collect::<Vec<_>>()), decimals.max(1))) }
                    }
                    td {}
                } }
            }
            p.small { "– where the recording cannot tell." }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline;
    use crate::recording::Source as _;
    use crate::report::rows;
    use crate::simulate::{Scene, simulate};

    fn shown(scene: Scene, path: &str) -> String {
        let mut plan = scene.plan(3);
        plan.hours = 3.0;
        let night = simulate(&plan, 3);
        let mut source = night.source();
        let spec = source.spec().clone();
        let settings = pipeline::Settings::default();
        let (found, ledger) =
            pipeline::detect(&mut source, settings.detect, &mut |_, _| ()).unwrap();
        let analysis = pipeline::evaluate(path.as_ref(), spec, found, ledger, vec![], &settings);
        let about = RecordingPart::new(&analysis);
        page(&rows::tables(&analysis), &about, &analysis.ledger, &analysis.warnings)
    }

    #[test]
    fn the_page_says_what_a_reader_needs_and_loads_nothing() {
        let page = shown(Scene::AnklePlm, "<script>night&.csv");
        for words in [
            "not a diagnosis",
            "&lt;script&gt;night&amp;.csv",
            "PLM in sleep (WASM 2016)",
            "of sleep, estimated from movement",
            "of wakefulness in bed",
            "For hypnic starts",
            "When to see a doctor",
            "At least 3, better 5 to 7",
            "left ankle (as the file says)",
            "role=\"img\" aria-label=\"Timeline of the night: ",
            "<html lang=\"en\">",
        ] {
            assert!(page.contains(words), "{words}");
        }
        for never in ["<script", "src=", "@import", "url(", "<link"] {
            assert!(!page.contains(never), "{never}");
        }
        let outside = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!outside.contains("http"), "nothing is loaded from elsewhere");
        assert_eq!(page.matches("<h1>").count(), 1);
        let pictures = page.matches("<svg ").count();
        assert_eq!(pictures, 2);
        assert_eq!(page.matches("role=\"img\"").count(), pictures);
    }

    #[test]
    fn what_a_wrist_cannot_show_is_said_and_not_drawn() {
        let page = shown(Scene::Wrist, "night.csv");
        assert!(page.contains("What it cannot show"));
        assert!(page.contains("does not feel the legs"));
        assert!(!page.contains("PLM in sleep (WASM 2016)"));
        assert_eq!(page.matches("<svg ").count(), 1);
    }
}
