//! What is made of recordings, alone and in a batch: the files of a result, one
//! night after the other.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::thread;

use hypnic::batch::results::Beside;
use hypnic::chart;
use hypnic::error::{Error, Result};
use hypnic::html;
use hypnic::input;
use hypnic::pipeline::{self, AnalysedNight, Analysis, Detected, Settings};
use hypnic::report::folder::{Place, SUMMARY};
use hypnic::report::json::{self, Hashes};
use hypnic::report::tables::{NightRow, Table, Tables};
use hypnic::report::{annotations, files, parquet, rows};

use super::recording::RecordingOptions;

/// Recordings in which everything is found.
pub(super) struct Heard {
    detected: Detected,
    hashes: Hashes,
    /// BLAKE3 of the bytes of the recording, of the first if there are several.
    pub blake3: String,
}

/// What an analysis gives.
pub(super) struct Made {
    /// Names of the files of the result folder.
    pub files: Vec<String>,
    /// `summary.json`, which is among the files.
    pub summary: String,
    pub nights: Vec<NightRow>,
    pub warnings: Vec<String>,
}

impl Heard {
    /// Reads a recording, or several sensors of the same nights.
    pub(super) fn new(
        recordings: &[(PathBuf, Settings)],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Self> {
        let hash_all = || -> Result<Hashes> {
            recordings.iter().map(|(file, _)| Ok((file.clone(), hash(file)?))).collect()
        };
        let is_beside = recordings.iter().any(|(_, settings)| settings.reads_ahead);
        let (detected, hashes) = thread::scope(|scope| {
            let hashing = is_beside.then(|| scope.spawn(hash_all));
            let detected = pipeline::detect_together(recordings, progress)?;
            let hashes = match hashing {
                Some(hashing) => hashing.join().expect("hashing does not panic"),
                None => hash_all(),
            }?;
            Ok::<_, Error>((detected, hashes))
        })?;
        let blake3 = hashes.get(&recordings[0].0).cloned().unwrap_or_default();
        Ok(Self { detected, hashes, blake3 })
    }

    /// Writes everything that is made of them; no more than one night is in memory,
    /// unless the page of all is wanted.
    pub(super) fn write(
        self,
        options: &RecordingOptions,
        beside: Beside,
        place: Place,
    ) -> Result<Made> {
        let Self { detected, hashes, blake3 } = self;
        let (about, nights) = detected.into_nights();
        let mut writer = Writer::new(&about, beside, place)?;
        for night in nights {
            writer.push(&about, night)?;
        }
        let (mut files, tables) = writer.finish()?;
        if beside.report {
            let part = json::RecordingPart::new(&about, blake3);
            let page = html::page(&tables, &part, &about.ledger, &about.warnings);
            place.put(html::REPORT, page.as_bytes())?;
            files.push(html::REPORT.to_owned());
        }
        files.push(SUMMARY.to_owned());
        let summary = json::summary(&about, &tables.nights, &hashes, options, files.clone());
        place.put(SUMMARY, summary.as_bytes())?;
        Ok(Made { files, summary, nights: tables.nights, warnings: about.warnings })
    }
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
        let tables = files::as_written(&tables);
        self.tables.push(&tables)?;
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

/// Of a folder: of its files, each with its name and length before it. Empty for
/// a pipe, whose bytes come only once.
pub(super) fn hash(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    if !path.is_file() && !path.is_dir() {
        return Ok(String::new());
    }
    for file in input::files_of(path) {
        if let Some(name) = file.strip_prefix(path).ok().filter(|name| !name.as_os_str().is_empty())
        {
            let length = file.metadata().map_err(Error::read(&file))?.len();
            hasher.update(format!("{}\n{length}\n", name.display()).as_bytes());
        }
        let bytes = std::fs::File::open(&file).map_err(Error::read(&file))?;
        hasher.update_reader(bytes).map_err(Error::read(&file))?;
    }
    Ok(hasher.finalize().to_hex().to_string())
}
