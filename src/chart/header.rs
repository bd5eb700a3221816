//! What stands above a chart, in words.

use jiff::civil::Date;

use super::paper::{ASIDE, Align, FAINT, LEAD, Paper, TITLE, Type};
use crate::pipeline::PlacementSource;
use crate::recording::{Placement, Side};
use crate::report::tables::NightRow;

const LEFT_PX: f64 = 24.0;

/// Lines of text, each as it is to be set.
pub struct Header {
    lines: Vec<(String, Type)>,
}

impl Header {
    /// The lines, broken to a chart of `width_px`.
    pub fn new(title: &str, numbers: &str, night: &NightRow, width_px: f64) -> Self {
        let width_px = width_px - 2.0 * LEFT_PX;
        let limits = match night.cannot_show.trim() {
            "" => String::new(),
            text => format!("What this recording cannot show: {text}"),
        };
        let lines = [(title, TITLE, 2), (numbers, LEAD, 3), (&limits, ASIDE.ink(FAINT), 4)]
            .into_iter()
            .filter(|(text, ..)| !text.is_empty())
            .flat_map(|(text, set, most)| {
                set.wrap(text, width_px, most).into_iter().map(move |line| (line, set))
            })
            .collect();
        Self { lines }
    }

    /// How much room the lines take, px.
    pub fn height_px(&self) -> f64 {
        16.0 + self.lines.iter().map(|(_, set)| leading_px(*set)).sum::<f64>()
    }

    /// Writes the lines at the top of the paper.
    pub fn draw(&self, paper: &Paper) {
        let mut y = 14.0;
        for (line, set) in &self.lines {
            let leading = leading_px(*set);
            paper.write(line, (LEFT_PX, y + leading / 2.0), Align::Left, *set);
            y += leading;
        }
    }
}

fn leading_px(set: Type) -> f64 {
    set.size_px * 1.45
}

/// `night of 14 March 2026`, `night 1` without a clock.
pub fn night_title(night: &NightRow) -> String {
    match night.night.parse::<Date>() {
        Ok(date) => format!("night of {}", date.strftime("%-d %B %Y")),
        Err(_) => format!("night {}", night.night),
    }
}

/// `night.csv · night of 14 March 2026 · left ankle`.
pub fn title(night: &NightRow) -> String {
    let date = night_title(night);
    let place = match night.placement {
        Placement::Mattress => "on the mattress".to_owned(),
        worn => match night.side {
            Some(side @ (Side::Left | Side::Right)) => format!("{side} {worn}"),
            Some(Side::Bilateral) => format!("both {worn}s"),
            None => worn.to_string(),
        },
    };
    let guessed =
        if night.placement_source == PlacementSource::Guessed { " (guessed)" } else { "" };
    format!("{} · {date} · {place}{guessed}", shortened(&night.recording))
}

/// A long name without its middle, so that what follows it can be read.
fn shortened(name: &str) -> String {
    const BEGIN: usize = 60;
    const END: usize = 30;
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= BEGIN + END + 1 {
        return name.to_owned();
    }
    let (begin, end) = (&letters[..BEGIN], &letters[letters.len() - END..]);
    begin.iter().chain(&['…']).chain(end).collect()
}

/// The index, the starts and the sleep, each with what it is counted over.
pub fn numbers(night: &NightRow) -> String {
    let index = match (night.plm_per_hour_sleep, night.plm_per_hour_bed) {
        (Some(index), _) => {
            format!("Accelerometer PLM index {index:.1}/h of estimated sleep")
        }
        (None, Some(index)) => format!("Accelerometer PLM index {index:.1}/h in bed"),
        (None, None) => "No accelerometer PLM index".to_owned(),
    };
    let starts = match night.hypnic_starts {
        None => "hypnic starts not shown".to_owned(),
        Some(0) => "no hypnic starts".to_owned(),
        Some(1) => "1 hypnic start".to_owned(),
        Some(many) => format!("{many} hypnic starts"),
    };
    let asleep = if night.sleep_onset_s.is_some() {
        format!("{} asleep", duration(night.hours_asleep))
    } else {
        "no sleep found".to_owned()
    };
    let bed = duration(night.hours_in_bed);
    let mut text = format!("{index} · {starts} · {asleep} of {bed} in bed");
    if night.sleep_onset_s.is_none() {
        text = format!("{index} · {starts} · {asleep} in {bed} in bed");
    }
    if night.hours_observed < 0.95 * night.hours_in_bed {
        text += &format!(", {} of it recorded and worn", duration(night.hours_observed));
    }
    text
}

/// `6 h 52 min`.
pub fn duration(hours: f64) -> String {
    let minutes = (hours * 60.0).round() as i64;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}
