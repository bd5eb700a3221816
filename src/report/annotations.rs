//! The movements of a result as annotations that other programs open: EDF+,
//! the `.annot` of Luna, the `events.tsv` of BIDS with its sidecar.
//!
//! Labels are those of the NSRR: `LM:left`, `PLM:right`, `sleep_start`, `W`.
//! Beside the movements stand what the series and rates depend on: sleep and
//! wakefulness, lights off and on, gaps. So [`crate::marks`] reads a night back
//! and `hypnic score` finds the same series.

mod annot;
mod bids;
mod edf;

use super::tables::{EpochRow, MovementRow, NightRow, Tables};
use crate::movement::Kind;
use crate::night::ROW_S;
use crate::pipeline::Analysis;
use crate::recording::Side;

/// One annotation.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation<'a> {
    /// Seconds from the first frame, to 1 ms.
    pub onset_s: f64,
    /// Seconds; 0 for a moment.
    pub duration_s: f64,
    /// Its label.
    pub label: String,
    /// The movement it stands for, if it is one.
    pub movement: Option<&'a MovementRow>,
}

/// Names and bytes of the annotation files.
pub fn files(analysis: &Analysis, tables: &Tables) -> Vec<(String, Vec<u8>)> {
    let rate_hz = analysis.ledger.rate_hz;
    let gaps_s: Vec<(f64, f64)> = analysis
        .ledger
        .gaps
        .iter()
        .map(|gap| (gap.start as f64 / rate_hz, gap.frames as f64 / rate_hz))
        .collect();
    let annotations = annotations(tables, &gaps_s);
    let length_s = tables.nights.iter().map(|night| night.end_s).fold(0.0, f64::max);
    let start = analysis.spec.clock.wall(0.0);
    vec![
        ("annotations.edf".to_owned(), edf::encode(&annotations, start, length_s)),
        ("annotations.annot".to_owned(), annot::encode(&annotations).into_bytes()),
        ("events.tsv".to_owned(), bids::events(&annotations).into_bytes()),
        ("events.json".to_owned(), bids::sidecar().into_bytes()),
    ]
}

/// Everything that is annotated, ascending by onset. `gaps_s` are onset and
/// length of what was not recorded.
pub fn annotations<'a>(tables: &'a Tables, gaps_s: &[(f64, f64)]) -> Vec<Annotation<'a>> {
    let plain = |onset_s: f64, duration_s: f64, label: &str| Annotation {
        onset_s: to_ms(onset_s),
        duration_s: to_ms(duration_s),
        label: label.to_owned(),
        movement: None,
    };
    let mut all: Vec<Annotation> = Vec::new();
    for night in &tables.nights {
        all.push(plain(night.lights_off_s, 0.0, "lights_off"));
        all.push(plain(night.lights_on_s, 0.0, "lights_on"));
        let here = tables.epochs.iter().filter(|epoch| epoch.night == night.night);
        for (onset_s, duration_s, label) in stages(night, here) {
            all.push(plain(onset_s, duration_s, label));
        }
    }
    all.extend(gaps_s.iter().map(|&(onset_s, duration_s)| plain(onset_s, duration_s, "gap")));
    all.extend(tables.movements.iter().map(|movement| Annotation {
        onset_s: to_ms(movement.onset_s),
        duration_s: to_ms(movement.duration_s),
        label: label(movement),
        movement: Some(movement),
    }));
    all.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
    all
}

fn to_ms(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}

/// Stretches of sleep, wakefulness and neither in bed: onset, length, label.
fn stages<'a>(
    night: &NightRow,
    epochs: impl Iterator<Item = &'a EpochRow>,
) -> Vec<(f64, f64, &'static str)> {
    let mut stretches: Vec<(f64, f64, &'static str)> = Vec::new();
    // As the hours of the night are counted: rows that lie in bed by half.
    let in_bed = |epoch: &&EpochRow| {
        epoch.onset_s + ROW_S / 2.0 >= night.lights_off_s && epoch.onset_s < night.lights_on_s
    };
    for epoch in epochs.filter(in_bed) {
        let label = match epoch.worn && epoch.observed >= 0.5 {
            true if epoch.asleep => "sleep",
            true => "W",
            false => "?",
        };
        match stretches.last_mut() {
            Some(last) if last.2 == label && (last.0 + last.1 - epoch.onset_s).abs() < 1e-6 => {
                last.1 += ROW_S;
            }
            _ => stretches.push((epoch.onset_s, ROW_S, label)),
        }
    }
    stretches
}

/// The label of a movement. A leg movement in a WASM 2016 series is a PLM.
fn label(movement: &MovementRow) -> String {
    let leg = match movement.kind {
        Kind::LimbMovement if movement.wasm_series.is_some() => "PLM",
        Kind::LimbMovement => "LM",
        Kind::HypnicStart => return "sleep_start".to_owned(),
        other => return other.name().to_owned(),
    };
    match movement.side {
        Some(Side::Left) => format!("{leg}:left"),
        Some(Side::Right) => format!("{leg}:right"),
        Some(Side::Bilateral) => format!("{leg}:bilateral"),
        None => leg.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::marks::{self, Labels, Marks};

    const LABELS: [&str; 12] = [
        "LM",
        "LM:left",
        "PLM:right",
        "PLM:bilateral",
        "sleep_start",
        "twitch",
        "gross_movement",
        "W",
        "sleep",
        "lights_off",
        "lights_on",
        "gap",
    ];

    fn any_annotations() -> impl Strategy<Value = Vec<Annotation<'static>>> {
        let one = (0..100_000_000_i64, 0..60_000_i64, prop::sample::select(&LABELS[..]));
        let annotation = |(onset_ms, duration_ms, label): (i64, i64, &str)| Annotation {
            onset_s: onset_ms as f64 / 1e3,
            duration_s: duration_ms as f64 / 1e3,
            label: label.to_owned(),
            movement: None,
        };
        prop::collection::vec(one.prop_map(annotation), 0..60).prop_map(|mut all| {
            all.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
            all
        })
    }

    fn read(bytes: &[u8]) -> Marks {
        marks::parse("night".as_ref(), bytes, &Labels::default()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_written_is_read_back_to_the_millisecond(
            all in any_annotations(), fraction_ms in 0..1000_i32,
        ) {
            let start = "2024-03-12T22:45:30".parse::<jiff::civil::DateTime>().unwrap();
            let start = start.checked_add(jiff::SignedDuration::from_millis(fraction_ms.into())).ok();
            let edf = read(&edf::encode(&all, start, 3600.0));
            prop_assert_eq!(edf.start, start);
            let files = [edf, read(annot::encode(&all).as_bytes()), read(bids::events(&all).as_bytes())];
            for found in files {
                prop_assert_eq!(found.list.len(), all.len());
                let mut expected: Vec<_> = all.iter().collect();
                expected.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
                for (mark, written) in found.list.iter().zip(expected) {
                    let label = Labels::default().meaning(&written.label).unwrap();
                    prop_assert!((mark.onset_s - written.onset_s).abs() < 1e-6);
                    prop_assert!((mark.duration_s - written.duration_s).abs() < 1e-6);
                    prop_assert_eq!((mark.what, mark.side), (label.what, label.side));
                }
            }
        }

        #[test]
        fn no_bytes_make_the_readers_of_marks_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..300), all in any_annotations(),
            at in 0..2000_usize, with in any::<u8>(),
        ) {
            let _ = marks::parse("noise".as_ref(), &bytes, &Labels::default());
            // A good file with a wrong byte, or cut short.
            for mut file in [
                edf::encode(&all, None, 600.0),
                annot::encode(&all).into_bytes(),
                bids::events(&all).into_bytes(),
            ] {
                let at = at % file.len();
                file[at] = with;
                let _ = marks::parse("wrong".as_ref(), &file, &Labels::default());
                file.truncate(at);
                let _ = marks::parse("short".as_ref(), &file, &Labels::default());
            }
            for head in ["<?xml version=\"1.0\"?><PSGAnnotation>", "Début,Fin,É,D\n[],[],[],[s]\n"] {
                let mut text = head.as_bytes().to_vec();
                text.extend(&bytes);
                let _ = marks::parse("head".as_ref(), &text, &Labels::default());
            }
        }
    }
}
