//! XML of the NSRR (`PSGAnnotation`) and of Compumedics Profusion
//! (`CMPStudyConfig`): scored events, and stages an epoch each.

use std::path::Path;

use jiff::civil::{DateTime, Time};
use roxmltree::{Document, Node};

use super::label::{Labels, Unknown};
use super::{Mark, Marks, Stage, What};
use crate::error::{Error, Position, Result};

/// Reads the events and stages. Onsets are seconds from the start of the
/// recording in both dialects.
///
/// # Errors
/// Text that is no XML, an event without a number of seconds.
pub(super) fn parse(path: &Path, text: &str, labels: &Labels) -> Result<Marks> {
    let wrong = |row: u32, found: String, expected: &str| Error::Input {
        path: path.to_owned(),
        at: Position::Row(u64::from(row)),
        found,
        expected: expected.to_owned(),
        help: "Give the XML as the NSRR or Compumedics Profusion writes it.".to_owned(),
    };
    let document = Document::parse(text)
        .map_err(|error| wrong(error.pos().row, error.to_string(), "XML of scored events"))?;
    let (mut list, mut unknown, mut start) = (Vec::new(), Unknown::default(), None);
    for event in named(document.root(), "ScoredEvent") {
        let row = || document.text_pos_at(event.range().start).row;
        let seconds = |name: &str| -> Result<f64> {
            let text = child(event, name).unwrap_or("");
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(number),
                _ => Err(wrong(row(), format!("{text:?} in {name}"), "seconds as a number")),
            }
        };
        let concept = child(event, "EventConcept").or_else(|| child(event, "Name"));
        let Some(concept) = concept else { continue };
        if concept == "Recording Start Time" {
            start = child(event, "ClockTime").and_then(clock);
            continue;
        }
        let Some(label) = labels.meaning(concept) else {
            unknown.count(concept);
            continue;
        };
        let (onset_s, duration_s) = (seconds("Start")?, seconds("Duration")?.max(0.0));
        let super::Label { what, side, periodic } = label;
        list.push(Mark { onset_s, duration_s, what, side, periodic });
    }
    list.extend(stages(&document));
    if list.is_empty() && named(document.root(), "ScoredEvent").next().is_none() {
        let root = document.root_element().tag_name().name();
        return Err(wrong(
            1,
            format!("XML with <{root}> and no scored events"),
            "ScoredEvent elements",
        ));
    }
    Ok(Marks::new(list, start, unknown))
}

/// The stages of Profusion: one a `SleepStage`, numbered 0 W, 1 to 4 NREM, 5 REM.
fn stages<'a>(document: &'a Document) -> impl Iterator<Item = Mark> + 'a {
    let length = named(document.root(), "EpochLength").next().and_then(|node| node.text());
    let epoch_s = length.and_then(|text| text.trim().parse::<f64>().ok()).filter(|s| *s > 0.0);
    let epoch_s = epoch_s.unwrap_or(30.0);
    let epochs = named(document.root(), "SleepStage")
        .filter(|node| !node.has_children() || node.text().is_some());
    epochs.enumerate().map(move |(index, node)| {
        let stage = match node.text().unwrap_or("").trim() {
            "0" | "W" => Stage::Wake,
            "1" => Stage::N1,
            "2" => Stage::N2,
            "3" | "4" => Stage::N3,
            "5" | "R" => Stage::Rem,
            _ => Stage::Unknown,
        };
        let onset_s = index as f64 * epoch_s;
        Mark { onset_s, duration_s: epoch_s, what: What::Stage(stage), side: None, periodic: false }
    })
}

fn named<'a>(root: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    root.descendants().filter(move |node| node.has_tag_name(name))
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<&'a str> {
    node.children().find(|child| child.has_tag_name(name))?.text().map(str::trim)
}

/// `00.00.00 22.15.03`: the NSRR blanks the date, and a clock without a date
/// says too little.
fn clock(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once(' ')?;
    let numbers = |text: &str| -> Option<Vec<i16>> {
        text.split(['.', ':', '/', '-']).map(|part| part.parse().ok()).collect()
    };
    let ([day, month, year], [hour, minute, second]) =
        (<[i16; 3]>::try_from(numbers(date)?).ok()?, <[i16; 3]>::try_from(numbers(time)?).ok()?);
    let year = if year < 100 { year + if year >= 85 { 1900 } else { 2000 } } else { year };
    let time = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
    Some(jiff::civil::Date::new(year, month as i8, day as i8).ok()?.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::movement::Kind;
    use crate::recording::Side;

    fn read(text: &str) -> Result<Marks> {
        parse(Path::new("a.xml"), text, &Labels::default())
    }

    #[test]
    fn events_of_the_nsrr() {
        let text = r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<PSGAnnotation><SoftwareVersion>Compumedics</SoftwareVersion><EpochLength>30</EpochLength>
<ScoredEvents>
<ScoredEvent><EventType/><EventConcept>Recording Start Time</EventConcept><Start>0</Start><Duration>32400.0</Duration><ClockTime>00.00.00 22.15.03</ClockTime></ScoredEvent>
<ScoredEvent><EventType>Stages|Stages</EventType><EventConcept>Wake|0</EventConcept><Start>0.0</Start><Duration>600.0</Duration><ClockTime>00.00.00 22.15.03</ClockTime></ScoredEvent>
<ScoredEvent><EventType>Stages|Stages</EventType><EventConcept>Stage 2 sleep|2</EventConcept><Start>600.0</Start><Duration>300.0</Duration></ScoredEvent>
<ScoredEvent><EventType>Limb Movement|Limb Movement</EventType><EventConcept>Periodic leg movement - left|PLM (Left)</EventConcept><Start>612.5</Start><Duration>2.1</Duration><SignalLocation>Leg L</SignalLocation></ScoredEvent>
<ScoredEvent><EventType>Respiratory|Respiratory</EventType><EventConcept>SpO2 desaturation|SpO2 desaturation</EventConcept><Start>650.0</Start><Duration>20.0</Duration></ScoredEvent>
</ScoredEvents></PSGAnnotation>"#;
        let marks = read(text).unwrap();
        let found: Vec<_> =
            marks.list.iter().map(|m| (m.onset_s, m.duration_s, m.what, m.side)).collect();
        let limb = What::Movement(Kind::LimbMovement);
        assert_eq!(
            found,
            [
                (0.0, 600.0, What::Stage(Stage::Wake), None),
                (600.0, 300.0, What::Stage(Stage::N2), None),
                (612.5, 2.1, limb, Some(Side::Left)),
            ]
        );
        assert_eq!(marks.start, None);
        assert!(marks.notes[0].contains("desaturation"), "{:?}", marks.notes);
    }

    #[test]
    fn stages_and_events_of_profusion() {
        let text = "<CMPStudyConfig><EpochLength>30</EpochLength><ScoredEvents>\
            <ScoredEvent><Name>Limb Movement (Right)</Name><Start>40</Start><Duration>1.5</Duration>\
            <Input>Leg R</Input></ScoredEvent></ScoredEvents><SleepStages><SleepStage>0</SleepStage>\
            <SleepStage>2</SleepStage><SleepStage>5</SleepStage></SleepStages></CMPStudyConfig>";
        let marks = read(text).unwrap();
        let found: Vec<_> = marks.list.iter().map(|m| (m.onset_s, m.what)).collect();
        assert_eq!(
            found,
            [
                (0.0, What::Stage(Stage::Wake)),
                (30.0, What::Stage(Stage::N2)),
                (40.0, What::Movement(Kind::LimbMovement)),
                (60.0, What::Stage(Stage::Rem)),
            ]
        );
    }

    #[test]
    fn what_is_no_such_xml_is_refused() {
        let message = read("<PSGAnnotation><ScoredEvents>").unwrap_err().to_string();
        assert!(message.starts_with("a.xml, row 1"), "{message}");
        let message = read("<html><p>hello</p></html>").unwrap_err().to_string();
        assert!(message.contains("XML with <html>"), "{message}");
    }
}
