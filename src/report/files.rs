//! The result tables as files: `movements.csv`, `nights.csv`, `epochs.csv`.
//!
//! Numbers have as many decimals as their unit deserves, and what is read back
//! equals what was written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use serde::de::value::Error as Found;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use tempfile::NamedTempFile;

use super::tables::{EpochRow, MovementRow, NightRow, Table, Tables};
use crate::error::{Error, Position, Result};

/// The table of movements.
pub const MOVEMENTS: &str = Table::Movements.csv();
/// The table of nights.
pub const NIGHTS: &str = Table::Nights.csv();
const EPOCHS: &str = Table::Epochs.csv();

/// What to do about a table that is not there or is not as it should be.
const HELP: &str = "Give the result folder of an analysis as it was written, or analyze the \
                    recording again.";

/// The three tables: names and bytes of the files.
pub fn encoded(tables: &Tables) -> Vec<(String, Vec<u8>)> {
    vec![
        (MOVEMENTS.to_owned(), encode(&tables.movements)),
        (NIGHTS.to_owned(), encode(&tables.nights)),
        (EPOCHS.to_owned(), encode(&tables.epochs)),
    ]
}

/// Reads the three tables from `dir`. Columns may stand in any order, and
/// others may stand beside them.
///
/// # Errors
/// When a table is not there, lacks a column, or has a value that is not of
/// its column.
pub fn read_tables(dir: &Path) -> Result<Tables> {
    Ok(Tables {
        movements: read(&dir.join(MOVEMENTS))?,
        nights: read(&dir.join(NIGHTS))?,
        epochs: read(&dir.join(EPOCHS))?,
    })
}

/// The tables as they will be read back, with the decimals of the files: what
/// is drawn from these is what is drawn from the files.
pub fn as_written(tables: &Tables) -> Tables {
    Tables {
        movements: written(MOVEMENTS, &tables.movements).1,
        nights: written(NIGHTS, &tables.nights).1,
        epochs: written(EPOCHS, &tables.epochs).1,
    }
}

/// The rows of a table as they stand in its file, and as they will be read back.
fn written<T: Serialize + DeserializeOwned>(name: &str, rows: &[T]) -> (Vec<u8>, Vec<T>) {
    let mut table = header::<T>();
    let header = table.len();
    table.extend(encode_rows(rows));
    let again = decode(Path::new(name), &table).expect("what was encoded can be decoded");
    (table.split_off(header), again)
}

/// Puts `bytes` at `path`, whole or not at all: they are written beside it and
/// renamed.
///
/// # Errors
/// When the file cannot be written; then `path` is as it was.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_with(path, |file| file.write_all(bytes))
}

/// Puts what `write` writes at `path`, whole or not at all.
///
/// # Errors
/// When the file cannot be written; then `path` is as it was.
pub fn replace_with(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<()> {
    let mut file = beside(path)?;
    write(&mut file).map_err(Error::write(path))?;
    publish(file, path)
}

/// Gives a file that is whole its name, once the disk has it: else a power cut
/// could leave the name without the bytes.
///
/// # Errors
/// When it cannot be written; then `path` is as it was.
pub fn publish(file: NamedTempFile, path: &Path) -> Result<()> {
    file.as_file().sync_all().map_err(Error::write(path))?;
    file.persist(path).map_err(|failed| Error::write(path)(failed.error))?;
    Ok(())
}

/// How the names of files begin that are not whole yet.
pub const FRESH: &str = ".hypnic-";

/// A temporary file in the folder of `path`, which it will be renamed to.
///
/// # Errors
/// When it cannot be made.
pub fn beside(path: &Path) -> Result<NamedTempFile> {
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(FRESH);
    // As any file the person makes: the default of tempfile is theirs alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(dir).map_err(Error::write(path))
}

/// Digits after the point, by the unit in the name of a column: a millisecond,
/// a tenth of a milli-g, a tenth of a degree, four seconds of an hour. `None`
/// for columns of words and counts.
fn decimals(column: &str) -> Option<usize> {
    let ends = |unit: &str| column.ends_with(unit);
    if ends("_g") {
        Some(4)
    } else if ends("_deg") {
        Some(1)
    } else if ends("_mg") {
        Some(2)
    } else if ends("_s")
        || ends("_hz")
        || ends("observed")
        || column.starts_with("hours_")
        || column.starts_with("pi_")
        || column.starts_with("interval_log_")
        || column.contains("_per_hour")
    {
        Some(3)
    } else {
        None
    }
}

/// The number of a column as it stands in the file.
#[cfg(feature = "parquet")]
pub(super) fn cell(column: &str, number: f64) -> String {
    decimals(column).map_or_else(|| number.to_string(), |decimals| fixed(number, decimals))
}

/// A number with its decimals; no minus before zero.
fn fixed(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => zero.to_owned(),
        _ => text,
    }
}

/// A table as CSV.
fn encode<T: Serialize + DeserializeOwned>(rows: &[T]) -> Vec<u8> {
    let mut table = header::<T>();
    table.extend(encode_rows(rows));
    table
}

/// The first line of a table.
fn header<T: DeserializeOwned>() -> Vec<u8> {
    format!("{}\n", columns::<T>().join(",")).into_bytes()
}

/// The rows of a table as CSV. The derived serializers write numbers in full, for
/// JSON; here they get their decimals.
fn encode_rows<T: Serialize + DeserializeOwned>(rows: &[T]) -> Vec<u8> {
    let in_memory = "a table is encoded in memory";
    let columns = columns::<T>();
    let mut full = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    for row in rows {
        full.serialize(row).expect(in_memory);
    }
    let full = full.into_inner().expect(in_memory);
    let mut table = csv::Writer::from_writer(Vec::new());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&full[..]);
    for record in reader.records() {
        let record = record.expect(in_memory);
        let fields = record.iter().zip(columns).map(|(field, column)| {
            match (decimals(column), field.parse()) {
                (Some(decimals), Ok(number)) => fixed(number, decimals),
                _ => field.to_owned(),
            }
        });
        table.write_record(fields).expect(in_memory);
    }
    table.into_inner().expect(in_memory)
}

/// The three tables, written one night after the other.
pub struct Writer<W> {
    /// Where the files will be, for messages.
    shown: PathBuf,
    movements: W,
    nights: W,
    epochs: W,
}

impl<W: io::Write> Writer<W> {
    /// Begins the tables of the folder `shown`; `create` opens the file of that name.
    ///
    /// # Errors
    /// When one of them cannot be written.
    pub fn new(shown: &Path, mut create: impl FnMut(&'static str) -> Result<W>) -> Result<Self> {
        let mut begin = |name: &'static str, header: Vec<u8>| {
            let mut file = create(name)?;
            file.write_all(&header).map_err(Error::write(&shown.join(name)))?;
            Ok::<_, Error>(file)
        };
        Ok(Self {
            shown: shown.to_owned(),
            movements: begin(MOVEMENTS, header::<MovementRow>())?,
            nights: begin(NIGHTS, header::<NightRow>())?,
            epochs: begin(EPOCHS, header::<EpochRow>())?,
        })
    }

    /// Adds rows, and gives them as they will be read back: [`as_written`].
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn push(&mut self, tables: &Tables) -> Result<Tables> {
        let (movements, movements_again) = written(MOVEMENTS, &tables.movements);
        let (nights, nights_again) = written(NIGHTS, &tables.nights);
        let (epochs, epochs_again) = written(EPOCHS, &tables.epochs);
        let files = [
            (&mut self.movements, MOVEMENTS, movements),
            (&mut self.nights, NIGHTS, nights),
            (&mut self.epochs, EPOCHS, epochs),
        ];
        let shown = &self.shown;
        for (file, name, rows) in files {
            file.write_all(&rows).map_err(Error::write(&shown.join(name)))?;
        }
        Ok(Tables { movements: movements_again, nights: nights_again, epochs: epochs_again })
    }

    /// Ends the tables.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(self) -> Result<()> {
        let shown = &self.shown;
        for (mut file, name) in
            [(self.movements, MOVEMENTS), (self.nights, NIGHTS), (self.epochs, EPOCHS)]
        {
            file.flush().map_err(Error::write(&shown.join(name)))?;
        }
        Ok(())
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let bytes = fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => {
            let help = format!(
                "the table is not there; a result folder has {MOVEMENTS}, {NIGHTS} and {EPOCHS}. \
                 {HELP}"
            );
            Error::read(path)(io::Error::new(io::ErrorKind::NotFound, help))
        }
        _ => Error::read(path)(source),
    })?;
    decode(path, &bytes)
}

fn decode<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<Vec<T>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let present = reader.headers().map_err(|error| not_a_table(path, error))?.clone();
    let missing: Vec<_> =
        columns::<T>().iter().filter(|column| !present.iter().any(|c| c == **column)).collect();
    if let Some(first) = missing.first() {
        let more = match missing.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        return Err(Error::Input {
            path: path.to_owned(),
            at: Position::Row(1),
            found: format!("no column {first:?}{more}"),
            expected: format!("the columns {}", columns::<T>().join(",")),
            help: HELP.to_owned(),
        });
    }
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| not_a_table(path, error))? {
        rows.push(
            record
                .deserialize(Some(&present))
                .map_err(|error| bad_value(path, &present, &record, error))?,
        );
    }
    Ok(rows)
}

/// The error of a file that is no table with a header and rows of one length.
fn not_a_table(path: &Path, error: csv::Error) -> Error {
    let at = error.position().map_or(Position::File, |at| Position::Row(at.line()));
    let (found, expected) = match error.into_kind() {
        csv::ErrorKind::Io(source) => return Error::read(path)(source),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            (format!("{len} fields"), format!("{expected_len}, as in the first row"))
        }
        csv::ErrorKind::Utf8 { .. } => ("bytes that are no text".to_owned(), "UTF-8".to_owned()),
        other => (format!("{other:?}"), "a table with commas".to_owned()),
    };
    Error::Input { path: path.to_owned(), at, found, expected, help: HELP.to_owned() }
}

/// The error of a value that is not of its column.
fn bad_value(
    path: &Path,
    columns: &StringRecord,
    record: &StringRecord,
    error: csv::Error,
) -> Error {
    use csv::DeserializeErrorKind as Kind;
    let at = record.position().map_or(Position::File, |at| Position::Row(at.line()));
    let csv::ErrorKind::Deserialize { err, .. } = error.kind() else {
        return not_a_table(path, error);
    };
    let message = err.to_string();
    // serde does not say in which field a word stood that names no variant.
    let unknown = message
        .split_once("unknown variant `")
        .and_then(|(_, rest)| rest.split_once("`, expected "));
    let field = match unknown {
        Some((word, _)) => record.iter().position(|value| value == word),
        None => err.field().and_then(|field| usize::try_from(field).ok()),
    };
    let found = match field.and_then(|field| Some((columns.get(field)?, record.get(field)?))) {
        Some((column, value)) => format!("{value:?} in column {column}"),
        None => format!("{:?}", record.iter().collect::<Vec<_>>().join(",")),
    };
    let expected = match (err.kind(), unknown) {
        (Kind::ParseBool(_), _) => "true or false".to_owned(),
        (Kind::ParseInt(_), _) => "a whole number".to_owned(),
        (Kind::ParseFloat(_), _) => "a number".to_owned(),
        (_, Some((_, variants))) => variants.to_owned(),
        (_, None) => message,
    };
    Error::Input { path: path.to_owned(), at, found, expected, help: HELP.to_owned() }
}

/// The columns of a row type, in the order of its fields.
pub fn columns<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut asked = FieldNames(&[]);
    // The answer is in what the type asks for; it is given nothing.
    let _ = T::deserialize(&mut asked);
    asked.0
}

/// Serves a struct nothing, and keeps the names of the fields it asked for.
struct FieldNames(&'static [&'static str]);

impl<'de> Deserializer<'de> for &mut FieldNames {
    type Error = Found;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> std::result::Result<V::Value, Found> {
        Err(Found::custom("no row"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Found> {
        self.0 = fields;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
