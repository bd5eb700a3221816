//! The page that shows all nights: a row each with a small timeline, sortable,
//! with links. One file, nothing is loaded from elsewhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use csv::ByteRecord;
use jiff::civil::{Date, DateTime, Time};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::results::folder_of;
use super::status::{State, StatusRow};
use crate::chart;
use crate::html;
use crate::movement::Kind;
use crate::report::files;
use crate::report::json::NOTE;
use crate::report::tables::{MovementRow, NightRow};

/// Most nights that are shown: a page of them is some 5 MB, which a browser
/// still sorts at once. The tables have them all.
const MOST_NIGHTS: usize = 2000;

/// Most failures that are listed.
const MOST_FAILURES: usize = 500;

/// Where a timeline begins, hours after midnight, when there is a clock.
const FROM_H: f64 = 18.0;

/// Length of a timeline, h, and pixels of an hour.
const LENGTH_H: f64 = 18.0;
const HOUR_PX: f64 = 20.0;

/// Height of a timeline, px.
const HEIGHT_PX: u32 = 20;

const STYLE: &str = include_str!("overview/style.css");
const SCRIPT: &str = include_str!("overview/sort.js");

/// What stays as it is in the path of a link.
const IN_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What the page will show.
#[derive(Debug, Default)]
pub struct Overview {
    nights: Vec<Shown>,
    nights_in_all: usize,
    failures: Vec<(String, State, String)>,
    failures_in_all: usize,
    done: usize,
    missing: usize,
    participants: BTreeSet<String>,
}

/// A night, ready to be shown.
#[derive(Debug)]
struct Shown {
    participant: String,
    file: String,
    charts: bool,
    report: bool,
    night: NightRow,
    timeline: String,
}

impl Overview {
    /// Takes up a recording; `movements` are rows of its table.
    pub fn add(&mut self, row: &StatusRow, nights: &[NightRow], movements: &[ByteRecord]) {
        match row.state {
            State::Done => self.done += 1,
            State::Missing => self.missing += 1,
            State::Failed | State::Crashed => {
                self.failures_in_all += 1;
                if self.failures.len() < MOST_FAILURES {
                    self.failures.push((row.file.clone(), row.state, row.reason.clone()));
                }
            }
        }
        if row.state == State::Done {
            self.participants.insert(row.participant.clone());
        }
        self.nights_in_all += nights.len();
        let room = MOST_NIGHTS.saturating_sub(self.nights.len());
        if room == 0 || nights.is_empty() {
            return;
        }
        let header = ByteRecord::from(files::columns::<MovementRow>().to_vec());
        // A row that is none would have been told when the table was read for
        // the whole; here it only is not drawn.
        let movements: Vec<MovementRow> =
            movements.iter().filter_map(|cells| cells.deserialize(Some(&header)).ok()).collect();
        self.nights.extend(nights.iter().take(room).map(|night| Shown {
            participant: row.participant.clone(),
            file: row.file.clone(),
            charts: row.charts,
            report: row.report,
            timeline: timeline(night, &movements),
            night: night.clone(),
        }));
    }

    /// The page.
    pub fn page(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                (html::head(&format!("hypnic: {}", counted(self.nights_in_all, "night")), STYLE))
                body {
                    h1 { (counted(self.nights_in_all, "night")) " of " (counted(self.participants.len(), "participant")) }
                    p { (counted(self.done, "recording")) " analysed, "
                        (self.failures_in_all) " failed, " (self.missing) " not done." }
                    p.note { (NOTE) }
                    (legend())
                    (self.table())
                    @if !self.failures.is_empty() { (self.failed()) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string()
    }

    fn table(&self) -> Markup {
        html! {
            @if self.nights.len() < self.nights_in_all {
                p { "The first " (self.nights.len()) " nights are shown; nights.csv has all "
                    (self.nights_in_all) "." }
            }
            table.sortable {
                thead { tr {
                    th { "participant" } th { "recording" } th { "night" }
                    th.fixed { (hours()) }
                    th.n { "in bed h" } th.n { "asleep h" } th.n { "observed h" }
                    th.n { "PLM /h sleep" } th.n { "PLM /h awake" } th.n { "starts" }
                    th { "pattern" }
                } }
                tbody { @for shown in &self.nights { (shown.row()) } }
            }
        }
    }

    fn failed(&self) -> Markup {
        html! {
            h2 { (counted(self.failures_in_all, "recording")) " failed" }
            @if self.failures.len() < self.failures_in_all {
                p { "The first " (self.failures.len()) " are listed; status.csv has all." }
            }
            table.sortable {
                thead { tr { th { "recording" } th { "state" } th { "reason" } } }
                tbody { @for (file, state, reason) in &self.failures {
                    tr { td { (file) } td { (state.name()) } td { (reason) } }
                } }
            }
        }
    }
}

impl Shown {
    fn row(&self) -> Markup {
        let night = &self.night;
        let folder = folder_of(&self.file).to_string_lossy().into_owned();
        let folder = utf8_percent_encode(&folder, IN_PATH);
        let picture =
            format!("{folder}/timeline-{}.svg", utf8_percent_encode(&night.night, IN_PATH));
        let page = if self.report { html::REPORT } else { "" };
        let bound = crate::summary::RAISED_PLM_PER_HOUR;
        let is_raised = night.plm_per_hour_sleep.is_some_and(|index| index > bound);
        html! {
            tr {
                td { (self.participant) }
                td { a href=(format!("{folder}/{page}")) { (self.file) } }
                td { @if self.charts { a href=(picture) { (night.night) } } @else { (night.night) } }
                td { (PreEscaped(&self.timeline)) }
                td.n { (number(Some(night.hours_in_bed), 2)) }
                td.n { (number(Some(night.hours_asleep), 2)) }
                td.n { (number(Some(night.hours_observed), 2)) }
                td.n.raised[is_raised] { (number(night.plm_per_hour_sleep, 1)) }
                td.n { (number(night.plmw_per_hour, 1)) }
                td.n { (night.hypnic_starts.map_or_else(String::new, |starts| starts.to_string())) }
                td title=(night.evidence) { (night.pattern.in_words()) }
            }
        }
    }
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.decimals$}"))
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn legend() -> Markup {
    html! {
        p.legend {
            span { i.bed {} "in bed" }
            span { i.asleep {} "from falling asleep to the last waking" }
            @for kind in Kind::ALL {
                span { i style=(format!("background:{}", chart::colour(kind))) {} (chart::kind_name(kind)) }
            }
        }
    }
}

/// The hours above the timelines.
fn hours() -> Markup {
    html! {
        span.hours {
            @for hour in (0..LENGTH_H as u32).step_by(3) {
                span { (format!("{:02}", (FROM_H as u32 + hour) % 24)) }
            }
        }
    }
}

/// Hours from the left end of the timeline to the first frame of the recording.
/// Without a clock the recording begins at the left end.
fn begin_h(night: &NightRow) -> f64 {
    let begin = || {
        let start: DateTime = night.start.get(..19)?.parse().ok()?;
        let evening: Date = night.night.parse().ok()?;
        let since = start.duration_since(evening.to_datetime(Time::midnight()));
        Some(since.as_secs_f64() / 3600.0 - FROM_H - night.start_s / 3600.0)
    };
    begin().unwrap_or(0.0)
}

/// The small picture of a night: bed, sleep, and a tick for every movement.
fn timeline(night: &NightRow, movements: &[MovementRow]) -> String {
    let begin_h = begin_h(night);
    let width_px = LENGTH_H * HOUR_PX;
    let px = |at_s: f64| ((begin_h + at_s / 3600.0) * HOUR_PX).clamp(0.0, width_px);
    let mut svg = format!(
        "<svg width=\"{width_px}\" height=\"{HEIGHT_PX}\" role=\"img\" aria-label=\"timeline\">"
    );
    let mut bar = |class: &str, from_s: f64, to_s: f64, y: u32| {
        let (from, to) = (px(from_s), px(to_s));
        let height = HEIGHT_PX - y;
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{from:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"{height}\"/>",
            to - from
        );
    };
    bar("recorded", night.start_s, night.end_s, HEIGHT_PX - 1);
    bar("bed", night.lights_off_s, night.lights_on_s, 0);
    if let (Some(onset_s), Some(wake_s)) = (night.sleep_onset_s, night.final_wake_s) {
        bar("asleep", onset_s, wake_s, HEIGHT_PX - 4);
    }
    // What is seldom is drawn last, over what is common.
    for kind in Kind::ALL.into_iter().rev() {
        let here = movements
            .iter()
            .filter(|movement| movement.kind == kind && movement.night == night.night);
        // Ticks on the same half pixel are one.
        let at: BTreeSet<u32> = here.map(|m| (px(m.onset_s) * 2.0).round() as u32).collect();
        if at.is_empty() {
            continue;
        }
        let mut path = String::new();
        for half_px in at {
            let _ = write!(path, "M{} 2v13", f64::from(half_px) / 2.0);
        }
        let _ = write!(svg, "<path d=\"{path}\" stroke=\"{}\"/>", chart::colour(kind));
    }
    svg += "</svg>";
    svg
}
