//! The manifest: a table that says which recordings there are, and what is
//! known of each. A plan is one too.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use csv::StringRecord;

use super::find;
use super::plan::{Item, Plan};
use crate::error::{Error, Position, Result};

/// A manifest that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its recordings.
    pub plan: Plan,
    /// The row in which each stands, by name.
    pub rows: HashMap<String, u64>,
    /// Columns that say nothing to this program.
    pub unused: Vec<String>,
}

const COLUMNS: &str = "file,participant,night,placement,side,timezone,lights_off,lights_on";

const HELP: &str = "Only file is required; what is empty is read from the recording or estimated.";

/// Reads the manifest at `path`, with commas, semicolons or tabs. Files are
/// sought beside `folder`, or else beside the manifest.
///
/// # Errors
/// A table that cannot be read, has no column `file`, names no recording, or
/// names one twice.
pub fn read(path: &Path, folder: Option<&Path>) -> Result<Manifest> {
    let text = fs::read_to_string(path).map_err(Error::read(path))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| no_table(path, &error))?.clone();
    let columns: Vec<String> = header.iter().map(|name| name.to_ascii_lowercase()).collect();
    if !columns.iter().any(|column| column == "file") {
        return Err(Error::Input {
            path: path.to_owned(),
            at: Position::Row(1),
            found: format!("the columns {:?}", columns.join(",")),
            expected: format!("a column file, and any of {COLUMNS}"),
            help: HELP.to_owned(),
        });
    }
    let base = folder.or(path.parent()).unwrap_or(Path::new("."));
    let mut manifest = Manifest::default();
    let mut items = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| no_table(path, &error))?;
        let row = record.position().map_or(0, csv::Position::line);
        let item = item(&columns, &record, base, path, row)?;
        if let Some(earlier) = manifest.rows.insert(item.name.clone(), row) {
            return Err(Error::Input {
                path: path.to_owned(),
                at: Position::Row(row),
                found: format!("{} a second time (as in row {earlier})", item.name),
                expected: "every recording once".to_owned(),
                help: "Take one of the rows out.".to_owned(),
            });
        }
        items.push(item);
    }
    manifest.unused = columns.into_iter().filter(|column| !is_known(column)).collect();
    manifest.plan = Plan::new(items);
    Ok(manifest)
}

/// What separates the columns: the first of these that stands in the header.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or("");
    [b'\t', b';'].into_iter().find(|mark| header.as_bytes().contains(mark)).unwrap_or(b',')
}

fn is_known(column: &str) -> bool {
    COLUMNS.split(',').any(|known| known == column)
        || matches!(column, "name" | "bytes" | "modified_ns" | "shard")
}

fn item(
    columns: &[String],
    record: &StringRecord,
    base: &Path,
    path: &Path,
    row: u64,
) -> Result<Item> {
    let get = |column: &str| {
        let index = columns.iter().position(|name| name == column);
        index.and_then(|index| record.get(index)).unwrap_or("").to_owned()
    };
    let wrong = |found: String, expected: &str| Error::Input {
        path: path.to_owned(),
        at: Position::Row(row),
        found,
        expected: expected.to_owned(),
        help: HELP.to_owned(),
    };
    let typed = get("file");
    if typed.is_empty() {
        return Err(wrong("no file".to_owned(), "the path of a recording in the column file"));
    }
    let file = base.join(&typed);
    let file = std::path::absolute(&file).unwrap_or(file);
    let name = match get("name") {
        name if name.is_empty() => {
            let absolute = std::path::absolute(base).unwrap_or_else(|_| base.to_owned());
            find::name(&absolute, &file)
        }
        name => name,
    };
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(wrong(format!("the name {name:?}"), "a relative path without . and .."));
    }
    let shard = match get("shard") {
        text if text.is_empty() => 0,
        text => text
            .parse()
            .map_err(|_| wrong(format!("{text:?} in column shard"), "a whole number"))?,
    };
    let mut item = Item::new(file, name);
    let stated = get("participant");
    if !stated.is_empty() {
        item.participant = stated;
    }
    item.night = get("night");
    item.placement = get("placement");
    item.side = get("side");
    item.timezone = get("timezone");
    item.lights_off = get("lights_off");
    item.lights_on = get("lights_on");
    item.shard = shard;
    Ok(item)
}

/// The error of a file that is no table with a header and rows of one length.
pub(super) fn no_table(path: &Path, error: &csv::Error) -> Error {
    Error::Input {
        path: path.to_owned(),
        at: error.position().map_or(Position::File, |at| Position::Row(at.line())),
        found: error.to_string(),
        expected: format!("a table with the columns {COLUMNS}"),
        help: HELP.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Result<Manifest> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("nights.csv");
        fs::write(&path, text).unwrap();
        read(&path, None)
    }

    #[test]
    fn a_spreadsheet_of_any_country_is_read() {
        for text in [
            "file,participant,night,side\na/one.csv,p1,2024-03-12,left\nsub-2/two.csv,,,\n",
            "\u{feff}File;Participant;Night;Side\r\na/one.csv;p1;2024-03-12;left\r\nsub-2/two.csv;;;\r\n",
            "file\tnight\tparticipant\tside\na/one.csv\t2024-03-12\tp1\tleft\nsub-2/two.csv\t\t\t\n",
        ] {
            let read = manifest(text).unwrap();
            let [one, two] = &read.plan.items[..] else { panic!("{read:?}") };
            assert_eq!((one.name.as_str(), one.participant.as_str()), ("a/one.csv", "p1"));
            assert_eq!((one.night.as_str(), one.side.as_str()), ("2024-03-12", "left"));
            assert_eq!((two.name.as_str(), two.participant.as_str()), ("sub-2/two.csv", "sub-2"));
            assert!(one.file.is_absolute() && one.file.ends_with("a/one.csv"));
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_row() {
        for (text, words) in [
            ("", "a column file"),
            ("path,night\na.csv,1\n", "row 1: found the columns \"path,night\""),
            ("file\na.csv\n\nb.csv\n./a.csv\n", "row 5: found a.csv a second time (as in row 2)"),
            ("file,side\n,left\n", "row 2: found no file"),
            ("file,shard\na.csv,two\n", "\"two\" in column shard"),
            ("file,side\na.csv\n", "row 2"),
        ] {
            let told = manifest(text).unwrap_err().to_string();
            assert!(told.contains(words), "{text:?}: {told}");
        }
    }

    #[test]
    fn columns_of_the_study_are_left_alone_and_told() {
        let read = manifest("file,age,light_off\na.csv,44,22:45\n").unwrap();
        assert_eq!(read.unused, ["age", "light_off"]);
    }
}
