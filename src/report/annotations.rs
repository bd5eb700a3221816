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

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;

use super::tables::{EpochRow, MovementRow, NightRow, Tables};
use crate::condition::{Gap, Ledger};
use crate::error::{Error, Result};
use crate::movement::Kind;
use crate::night::ROW_S;
use crate::recording::Side;
use crate::time::Clock;

/// One annotation.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation<'a> {
    /// Seconds from the first frame, to 1 ms.
    pub onset_s: f64,
    /// Seconds; 0 for a moment.
    pub duration_s: f64,
    /// Its label.
    pub label: &'static str,
    /// The movement it stands for, if it is one.
    pub movement: Option<&'a MovementRow>,
}

/// The annotations that are tables of text.
pub const TEXTS: [&str; 2] = ["annotations.annot", "events.tsv"];
const EDF: &str = "annotations.edf";

/// Names of the annotation files.
pub const NAMES: [&str; 4] = [EDF, TEXTS[0], TEXTS[1], "events.json"];

/// The annotation files, written one night after the other.
pub struct Writer<W> {
    /// Where the files will be, for messages.
    shown: PathBuf,
    annot: W,
    events: W,
    edf: Vec<edf::Mark>,
    gaps_s: VecDeque<(f64, f64)>,
    start: Option<DateTime>,
    length_s: f64,
}

impl<W: io::Write> Writer<W> {
    /// Begins the files of a recording in the folder `shown`; `create` opens that of a name.
    ///
    /// # Errors
    /// When one of them cannot be written.
    pub fn new(
        clock: &Clock,
        ledger: &Ledger,
        shown: &Path,
        mut create: impl FnMut(&'static str) -> Result<W>,
    ) -> Result<Self> {
        let mut begin = |name: &'static str, header: String| {
            let mut file = create(name)?;
            file.write_all(header.as_bytes()).map_err(Error::write(&shown.join(name)))?;
            Ok::<_, Error>(file)
        };
        let rate_hz = ledger.rate_hz;
        let gap = |gap: &Gap| (gap.start as f64 / rate_hz, gap.frames as f64 / rate_hz);
        Ok(Self {
            shown: shown.to_owned(),
            annot: begin(TEXTS[0], annot::header())?,
            events: begin(TEXTS[1], bids::header())?,
            edf: Vec::new(),
            gaps_s: ledger.gaps.iter().map(gap).collect(),
            start: clock.wall(0.0),
            length_s: 0.0,
        })
    }

    /// Adds the nights that come next.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn push(&mut self, tables: &Tables) -> Result<()> {
        let end_s = tables.nights.iter().map(|night| night.end_s).fold(0.0, f64::max);
        self.length_s = self.length_s.max(end_s);
        let here = self.gaps_s.partition_point(|gap| gap.0 < end_s);
        let gaps_s: Vec<(f64, f64)> = self.gaps_s.drain(..here).collect();
        self.write(&annotations(tables, &gaps_s))
    }

    fn write(&mut self, annotations: &[Annotation]) -> Result<()> {
        let texts = [
            (&mut self.annot, TEXTS[0], annot::rows(annotations)),
            (&mut self.events, TEXTS[1], bids::rows(annotations)),
        ];
        let shown = &self.shown;
        for (file, name, rows) in texts {
            file.write_all(rows.as_bytes()).map_err(Error::write(&shown.join(name)))?;
        }
        self.edf.extend(annotations.iter().map(edf::Mark::from));
        Ok(())
    }

    /// Adds what comes after the last night, and makes the files that need all.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(mut self, mut create: impl FnMut(&'static str) -> Result<W>) -> Result<()> {
        let gaps_s: Vec<(f64, f64)> = self.gaps_s.drain(..).collect();
        self.write(&annotations(&Tables::default(), &gaps_s))?;
        let shown = &self.shown;
        let mut edf = create(EDF)?;
        edf::write(&self.edf, self.start, self.length_s, &mut edf)
            .and_then(|()| edf.flush())
            .map_err(Error::write(&shown.join(EDF)))?;
        let mut sidecar = create(NAMES[3])?;
        sidecar
            .write_all(bids::sidecar().as_bytes())
            .and_then(|()| sidecar.flush())
            .map_err(Error::write(&shown.join(NAMES[3])))?;
        for (mut file, name) in [(self.annot, TEXTS[0]), (self.events, TEXTS[1])] {
            file.flush().map_err(Error::write(&shown.join(name)))?;
        }
        Ok(())
    }
}

/// Everything that is annotated, ascending by onset. `gaps_s` are onset and
/// length of what was not recorded.
pub fn annotations<'a>(tables: &'a Tables, gaps_s: &[(f64, f64)]) -> Vec<Annotation<'a>> {
    let plain = |onset_s: f64, duration_s: f64, label: &'static str| Annotation {
        onset_s: to_ms(onset_s),
        duration_s: to_ms(duration_s),
        label,
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
fn label(movement: &MovementRow) -> &'static str {
    let is_plm = match movement.kind {
        Kind::LimbMovement => movement.wasm_series.is_some(),
        Kind::HypnicStart => return "sleep_start",
        other => return other.name(),
    };
    match (is_plm, movement.side) {
        (false, None) => "LM",
        (false, Some(Side::Left)) => "LM:left",
        (false, Some(Side::Right)) => "LM:right",
        (false, Some(Side::Bilateral)) => "LM:bilateral",
        (true, None) => "PLM",
        (true, Some(Side::Left)) => "PLM:left",
        (true, Some(Side::Right)) => "PLM:right",
        (true, Some(Side::Bilateral)) => "PLM:bilateral",
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
        let annotation = |(onset_ms, duration_ms, label): (i64, i64, &'static str)| Annotation {
            onset_s: onset_ms as f64 / 1e3,
            duration_s: duration_ms as f64 / 1e3,
            label,
            movement: None,
        };
        prop::collection::vec(one.prop_map(annotation), 0..60).prop_map(|mut all| {
            all.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
            all
        })
    }

    fn annot(all: &[Annotation]) -> String {
        annot::header() + &annot::rows(all)
    }

    fn events(all: &[Annotation]) -> String {
        bids::header() + &bids::rows(all)
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
            let files = [edf, read(annot(&all).as_bytes()), read(events(&all).as_bytes())];
            for found in files {
                prop_assert_eq!(found.list.len(), all.len());
                let mut expected: Vec<_> = all.iter().collect();
                expected.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
                for (mark, written) in found.list.iter().zip(expected) {
                    let label = Labels::default().meaning(written.label).unwrap();
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
                annot(&all).into_bytes(),
                events(&all).into_bytes(),
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
