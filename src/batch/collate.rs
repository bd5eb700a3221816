//! Output folders, and what was collated from them, become one set of tables.
//!
//! Every input is a stream of recordings by name; the streams are merged, and
//! of a recording that several have the one that came furthest is taken. That is
//! why the order of the inputs, and what was collated before, do not matter. In
//! memory are the movements of one recording and a few numbers of every night.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::NamedTempFile;

use super::overview::Overview;
use super::participants::Participants;
use super::status::{State, StatusRow};
use crate::error::{Error, Position, Result};
use crate::report::files::{self, MOVEMENTS, NIGHTS, beside, replace};
use crate::report::folder::{self, SUMMARY};
use crate::report::json::PROGRAM;
use crate::report::parquet;
use crate::report::tables::{MovementRow, NightRow, OF_WHICH, Table};

mod source;

use source::Source;

/// The table of what became of every recording.
pub const STATUS: &str = "status.csv";

/// The table of the numbers of many nights.
pub const PARTICIPANTS: &str = "participants.csv";

/// The page that shows all nights.
pub const OVERVIEW: &str = "batch.html";

/// In what form the tables of the whole are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As CSV.
    Csv,
    /// As CSV, and movements, nights and epochs as Parquet too.
    AlsoParquet,
}

/// What a collated folder says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    program: String,
    version: String,
    files: Vec<String>,
    /// The settings common to all recordings of a batch; of several batches
    /// with others, all of them.
    pub settings: Vec<Value>,
}

impl About {
    fn new(mut settings: Vec<Value>, form: Form) -> Self {
        settings.sort_by_cached_key(Value::to_string);
        settings.dedup();
        let parquet = Table::ALL.map(Table::parquet);
        let also = if form == Form::AlsoParquet { &parquet[..] } else { &[] };
        Self {
            program: PROGRAM.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            files: [MOVEMENTS, NIGHTS, PARTICIPANTS, STATUS, OVERVIEW, SUMMARY]
                .iter()
                .chain(also)
                .map(|name| (*name).to_owned())
                .collect(),
            settings,
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("plain data becomes JSON");
        text.push(b'\n');
        text
    }

    fn read(dir: &Path) -> Option<Self> {
        let bytes = fs::read(dir.join(SUMMARY)).ok()?;
        serde_json::from_slice::<Self>(&bytes).ok().filter(|about| about.program == PROGRAM)
    }
}

/// What came together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collated {
    /// Recordings whose results are there.
    pub done: usize,
    /// Their nights.
    pub nights: usize,
    /// Recordings that failed, and why.
    pub failed: Vec<(String, String)>,
    /// Recordings of which nothing came yet.
    pub missing: Vec<String>,
    /// Recordings that several inputs had, with the same results.
    pub double: Vec<String>,
    /// The settings of the batches, when there are several.
    pub settings: Vec<Value>,
    /// Versions of the program, when there are several.
    pub versions: BTreeSet<String>,
}

/// Marks `out` as an output folder of batches with these settings.
///
/// # Errors
/// When something is in the way, or the folder cannot be written.
pub fn mark(out: &Path, settings: Value) -> Result<()> {
    make(out)?;
    let about = About::new(vec![settings], Form::Csv);
    // What is there already is still ours.
    let files = About::read(out).map_or(about.files, |earlier| earlier.files);
    replace(&out.join(SUMMARY), &About { files, ..about }.encode())
}

/// Makes the folder `out`, or takes one that is empty or of a batch.
fn make(out: &Path) -> Result<()> {
    folder::check(out)?;
    if folder::is_ours(out) && About::read(out).is_none() {
        let help = "it holds the results of `hypnic analyze`; name another folder with --out";
        return Err(Error::InTheWay { path: out.to_owned(), help: help.to_owned() });
    }
    fs::create_dir_all(out).map_err(Error::write(out))
}

/// Merges the output folders `dirs` into `out`, which may be one of them.
///
/// # Errors
/// A folder that is neither an output folder nor collated, tables that are not
/// as they were written, two unequal results of one recording, an `out` that
/// cannot be written; then its tables are as they were. Parquet, in a program
/// without it, or of a folder that was collated without it.
pub fn collate(dirs: &[PathBuf], out: &Path, form: Form) -> Result<Collated> {
    let mut sources: Vec<Source> =
        dirs.iter().map(|dir| Source::open(dir, form)).collect::<Result<_>>()?;
    let settings = dirs.iter().filter_map(|dir| About::read(dir)).flat_map(|about| about.settings);
    let about = About::new(settings.collect(), form);
    make(out)?;
    let mut tables = Tables::new(out, form)?;
    let mut collated = Collated::default();
    let mut unequal = Vec::new();
    while let Some(file) = sources.iter().filter_map(Source::peek).min().map(str::to_owned) {
        let mut parts = Vec::new();
        for source in &mut sources {
            if source.peek() == Some(&file) {
                parts.push((source.dir().to_owned(), source.take()?));
            }
        }
        match merge(parts, &mut collated) {
            Ok(part) => {
                collated.take(&part.row);
                collated.nights += tables.add(part)?;
            }
            Err(why) => unequal.push(why),
        }
    }
    if let [(path, first), more @ ..] = &unequal[..] {
        let more =
            if more.is_empty() { String::new() } else { format!(" (and {} more)", more.len()) };
        return Err(Error::Input {
            path: path.clone(),
            at: Position::File,
            found: format!("{first}{more}"),
            expected: "one result a recording, or several that are equal".to_owned(),
            help: "Leave one of the folders out, or run their batches with the same settings and \
                   version."
                .to_owned(),
        });
    }
    if about.settings.len() > 1 {
        collated.settings.clone_from(&about.settings);
    }
    if collated.versions.len() < 2 {
        collated.versions.clear();
    }
    tables.finish(out)?;
    let earlier = About::read(out).map_or(Vec::new(), |earlier| earlier.files);
    replace(&out.join(SUMMARY), &about.encode())?;
    // Parquet of an earlier collation would not be of these rows.
    for name in Table::ALL.map(Table::parquet) {
        if earlier.iter().any(|file| file == name) && !about.files.iter().any(|file| file == name) {
            let path = out.join(name);
            fs::remove_file(&path).or_else(|error| match error.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => Err(Error::write(&path)(error)),
            })?;
        }
    }
    Ok(collated)
}

impl Collated {
    fn take(&mut self, row: &StatusRow) {
        match row.state {
            State::Done => self.done += 1,
            State::Missing => self.missing.push(row.file.clone()),
            State::Failed | State::Crashed => {
                self.failed.push((row.file.clone(), row.reason.clone()));
            }
        }
        if !row.version.is_empty() {
            self.versions.insert(row.version.clone());
        }
    }
}

/// A recording: what became of it, and the rows of its tables.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    row: StatusRow,
    nights: Vec<ByteRecord>,
    movements: Vec<ByteRecord>,
    /// Only where they are asked for: there is no CSV of the epochs of all.
    epochs: Vec<ByteRecord>,
}

/// The one that came furthest, or the folder with another result and how it
/// differs.
fn merge(
    mut parts: Vec<(PathBuf, Part)>,
    collated: &mut Collated,
) -> std::result::Result<Part, (PathBuf, String)> {
    // Of equals the quickest, so that the order of the folders does not matter.
    let seconds = |part: &Part| part.row.seconds.unwrap_or(f64::INFINITY);
    parts.sort_by(|(_, a), (_, b)| {
        let by_state = b.row.state.cmp(&a.row.state);
        let by_words = || {
            (&a.row.reason, &a.row.version, &a.row.participant).cmp(&(
                &b.row.reason,
                &b.row.version,
                &b.row.participant,
            ))
        };
        by_state.then(seconds(a).total_cmp(&seconds(b))).then_with(by_words)
    });
    let mut parts = parts.into_iter();
    let (first_dir, mut first) = parts.next().expect("at least one source has the recording");
    let mut is_double = false;
    for (dir, other) in parts {
        if first.row.state != State::Done || other.row.state != State::Done {
            continue;
        }
        if let Some(how) = difference(&first, &other) {
            let file = &first.row.file;
            return Err((dir, format!("{file} {how} than in {}", first_dir.display())));
        }
        first.row.charts |= other.row.charts;
        first.row.report |= other.row.report;
        is_double = true;
    }
    if is_double {
        collated.double.push(first.row.file.clone());
    }
    Ok(first)
}

fn difference(one: &Part, other: &Part) -> Option<&'static str> {
    if one.row.input_blake3 != other.row.input_blake3 {
        return Some("with other content");
    }
    if one.row.settings_blake3 != other.row.settings_blake3 {
        return Some("made with other settings");
    }
    if one.row.version != other.row.version {
        return Some("made by another version");
    }
    let is_same = one.nights == other.nights
        && one.movements == other.movements
        && one.epochs == other.epochs
        && one.row.participant == other.row.participant;
    (!is_same).then_some("with other results")
}

/// A file that will be renamed when it is whole.
type Fresh = BufWriter<NamedTempFile>;

/// The tables of the whole while they are written. What else is to hold the rows
/// of all recordings takes them from [`Tables::add`].
struct Tables {
    nights: csv::Writer<Fresh>,
    movements: csv::Writer<Fresh>,
    status: csv::Writer<Fresh>,
    /// Of movements, nights and epochs, if they are asked for.
    parquet: Option<[parquet::Writer<Fresh>; 3]>,
    participants: Participants,
    overview: Overview,
}

fn fresh(path: &Path) -> Result<Fresh> {
    Ok(BufWriter::with_capacity(1 << 18, beside(path)?))
}

/// The Parquet file of a table, begun.
fn begin(out: &Path, table: Table) -> Result<parquet::Writer<Fresh>> {
    let path = out.join(table.parquet());
    parquet::Writer::new(fresh(&path)?, &path, table, OF_WHICH)
}

/// Names of [`OF_WHICH`].
fn of_which() -> impl Iterator<Item = &'static str> + Clone {
    OF_WHICH.iter().map(|column| column.name)
}

impl Tables {
    fn new(out: &Path, form: Form) -> Result<Self> {
        let table = |name: &str, columns: &[&'static str], more: &[&'static str]| {
            let mut builder = csv::WriterBuilder::new();
            builder.has_headers(false);
            let mut table = builder.from_writer(fresh(&out.join(name))?);
            let header = columns.iter().chain(more);
            table.write_record(header).map_err(unwritten(&out.join(name)))?;
            Ok::<_, Error>(table)
        };
        let of_which: Vec<&str> = of_which().collect();
        Ok(Self {
            nights: table(NIGHTS, files::columns::<NightRow>(), &of_which)?,
            movements: table(MOVEMENTS, files::columns::<MovementRow>(), &of_which)?,
            status: table(STATUS, files::columns::<StatusRow>(), &[])?,
            parquet: match form {
                Form::Csv => None,
                Form::AlsoParquet => Some([
                    begin(out, Table::Movements)?,
                    begin(out, Table::Nights)?,
                    begin(out, Table::Epochs)?,
                ]),
            },
            participants: Participants::default(),
            overview: Overview::default(),
        })
    }

    /// Adds a recording; how many nights it has.
    fn add(&mut self, mut part: Part) -> Result<usize> {
        let Part { row, nights, movements, epochs } = &mut part;
        let header = ByteRecord::from(files::columns::<NightRow>().to_vec());
        let decoded: Vec<NightRow> = nights
            .iter()
            .map(|night| night.deserialize(Some(&header)))
            .collect::<std::result::Result<_, csv::Error>>()
            .map_err(|error| source::broken(Path::new(&row.file), &error))?;
        if row.state == State::Done {
            self.participants.add(&row.participant, &row.file, &decoded);
        }
        self.overview.add(row, &decoded, movements);
        for cells in nights.iter_mut().chain(&mut *movements).chain(&mut *epochs) {
            cells.push_field(row.file.as_bytes());
            cells.push_field(row.participant.as_bytes());
        }
        for cells in &*nights {
            self.nights.write_byte_record(cells).map_err(unwritten(Path::new(NIGHTS)))?;
        }
        for cells in &*movements {
            self.movements.write_byte_record(cells).map_err(unwritten(Path::new(MOVEMENTS)))?;
        }
        if let Some(tables) = &mut self.parquet {
            for (table, rows) in tables.iter_mut().zip([movements, nights, epochs]) {
                rows.iter().try_for_each(|cells| table.push(cells))?;
            }
        }
        self.status.serialize(&row).map_err(unwritten(Path::new(STATUS)))?;
        Ok(decoded.len())
    }

    fn finish(self, out: &Path) -> Result<()> {
        for (table, name) in
            [(self.nights, NIGHTS), (self.movements, MOVEMENTS), (self.status, STATUS)]
        {
            let path = out.join(name);
            let file = table
                .into_inner()
                .map_err(|error| Error::write(&path)(io::Error::other(error.to_string())))?;
            publish(file, &path)?;
        }
        for (table, file) in Table::ALL.into_iter().zip(self.parquet.into_iter().flatten()) {
            publish(file.finish()?, &out.join(table.parquet()))?;
        }
        replace(&out.join(PARTICIPANTS), &self.participants.encode())?;
        replace(&out.join(OVERVIEW), self.overview.page().as_bytes())
    }
}

fn publish(file: Fresh, path: &Path) -> Result<()> {
    let file = file.into_inner().map_err(|error| Error::write(path)(error.into_error()))?;
    files::publish(file, path)
}

fn unwritten(path: &Path) -> impl FnOnce(csv::Error) -> Error + use<> {
    let path = path.to_owned();
    move |error| match error.into_kind() {
        csv::ErrorKind::Io(source) => Error::Write { path, source },
        other => Error::Write { path, source: io::Error::other(format!("{other:?}")) },
    }
}
