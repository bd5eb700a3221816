//! What is made of recordings, alone and in a batch: the files of a result, one
//! night after the other.

use std::fs::File;
use std::io::BufWriter;

use hypnic::batch::results::Beside;
use hypnic::chart;
use hypnic::error::Result;
use hypnic::html;
use hypnic::pipeline::{AnalysedNight, Analysis, Detected};
use hypnic::report::folder::{Place, SUMMARY};
use hypnic::report::json;
use hypnic::report::tables::{NightRow, Table, Tables};
use hypnic::report::{annotations, files, parquet, rows};
use serde::Serialize;

/// What an analysis gives.
pub(super) struct Made {
    /// Names of the files of the result folder.
    pub files: Vec<String>,
    /// `summary.json`, which is among the files.
    pub summary: String,
    pub nights: Vec<NightRow>,
    pub warnings: Vec<String>,
}

/// Writes everything that is made of recordings; no more than one night is in memory,
/// unless the page of all is wanted.
pub(super) fn write(
    detected: Detected,
    options: &impl Serialize,
    beside: Beside,
    place: Place,
) -> Result<Made> {
    let (about, nights) = detected.into_nights();
    let mut writer = Writer::new(&about, beside, place)?;
    for night in nights {
        writer.push(&about, night)?;
    }
    let (mut files, tables) = writer.finish()?;
    if beside.report {
        let part = json::RecordingPart::new(&about);
        let page = html::page(&tables, &part, &about.ledger, &about.warnings);
        place.put(html::REPORT, page.as_bytes())?;
        files.push(html::REPORT.to_owned());
    }
    let sizes: Vec<_> = files
        .iter()
        .map(|name| Ok((name.clone(), place.bytes_of(name)?)))
        .collect::<Result<_>>()?;
    files.push(SUMMARY.to_owned());
    let summary = json::summary(&about, &tables.nights, options, &sizes);
    place.put(SUMMARY, summary.as_bytes())?;
    Ok(Made { files, summary, nights: tables.nights, warnings: about.warnings })
}

/// The files that grow night by night.
struct Writer<'a> {
    place: Place<'a>,
    beside: Beside,
    tables: files::Writer<BufWriter<File>>,
    annotations: annotations::Writer<BufWriter<File>>,
    /// Names of the charts.
    charts: Vec<String>,
    /// The nights, and for the page all that is in them.
    kept: Tables,
}

impl<'a> Writer<'a> {
    fn new(about: &Analysis, beside: Beside, place: Place<'a>) -> Result<Self> {
        let create = |name: &'static str| place.create(name);
        Ok(Self {
            place,
            beside,
            tables: files::Writer::new(place.shown, create)?,
            annotations: annotations::Writer::new(
                &about.spec.clock,
                &about.ledger,
                place.shown,
                create,
            )?,
            charts: Vec::new(),
            kept: Tables::default(),
        })
    }

    fn push(&mut self, about: &Analysis, night: AnalysedNight) -> Result<()> {
        let tables = rows::tables_of(about, &night);
        drop(night);
        let tables = self.tables.push(&tables)?;
        self.annotations.push(&tables)?;
        if self.beside.charts {
            for (name, bytes) in chart::files(&tables) {
                self.place.put(&name, &bytes)?;
                self.charts.push(name);
            }
        }
        self.kept.nights.extend(tables.nights);
        if self.beside.report {
            self.kept.movements.extend(tables.movements);
            self.kept.epochs.extend(tables.epochs);
        }
        Ok(())
    }

    /// The names of the files, and what was kept.
    fn finish(self) -> Result<(Vec<String>, Tables)> {
        let Self { place, beside, tables, annotations, charts, kept } = self;
        tables.finish()?;
        annotations.finish(|name| place.create(name))?;
        let mut names: Vec<&str> = Table::ALL.iter().map(|table| table.csv()).collect();
        names.extend(annotations::NAMES);
        if beside.parquet {
            parquet::write(place)?;
            names.extend(Table::ALL.iter().map(|table| table.parquet()));
        }
        let names = names.into_iter().map(str::to_owned).chain(charts).collect();
        Ok((names, kept))
    }
}
