//! The manifest: a table that says which recordings there are, and what is
//! known of each. A plan is one too.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::find;
use super::plan::{Item, Plan};
use crate::error::{Error, Position, Result};

/// A manifest that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its recordings.
    pub plan: Plan,
    /// The row in which each file stands, by its path.
    pub rows: HashMap<PathBuf, u64>,
    /// Columns that say nothing to this program.
    pub unused: Vec<String>,
}

const COLUMNS: &str = "file,participant,night,placement,side,timezone,lights_off,lights_on";

const HELP: &str = "Only file is required; what is empty is read from the recording or estimated.";

/// Reads the manifest at `path`, with commas, semicolons or tabs. Files are
/// sought beside `folder`, or else beside the manifest.
///
/// Rows with the same participant and the same night, if one is given, are several
/// sensors of that night: one recording, named `participant/night`. Rows with the same
/// name, if that is given, are too: a plan has it.
///
/// # Errors
/// A table that cannot be read, has no column `file`, names no file, or names one
/// twice; rows of one night that contradict one another.
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
    // The parent of a bare file name is the empty path, which cannot be made absolute.
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let base = folder.or(beside).unwrap_or(Path::new("."));
    let mut manifest = Manifest::default();
    let mut rows: Vec<Read> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| no_table(path, &error))?;
        let row = record.position().map_or(0, csv::Position::line);
        let read = item(&columns, &record, base, path, row)?;
        if let Some(earlier) = manifest.rows.insert(read.item.files[0].path.clone(), row) {
            return Err(Error::Input {
                path: path.to_owned(),
                at: Position::Row(row),
                found: format!("{} a second time (as in row {earlier})", read.item.name),
                expected: "every file once".to_owned(),
                help: "Take one of the rows out.".to_owned(),
            });
        }
        rows.push(read);
    }
    manifest.unused = columns.into_iter().filter(|column| !is_known(column)).collect();
    name_nights(&mut rows);
    settle(&mut rows, path)?;
    manifest.plan = Plan::new(rows.into_iter().map(|read| read.item).collect());
    Ok(manifest)
}

/// A row, as a recording of one file.
struct Read {
    item: Item,
    row: u64,
    /// Whether the name was given; a plan gives it.
    is_named: bool,
}

/// Gives the files of one person and one night one name, if there are several and
/// they have no names of their own.
fn name_nights(rows: &mut [Read]) {
    let key = |item: &Item| (item.participant.clone(), item.night.clone());
    let is_of_a_night = |read: &&mut Read| !read.is_named && !read.item.night.is_empty();
    let mut files = HashMap::new();
    for read in rows.iter_mut().filter(is_of_a_night) {
        *files.entry(key(&read.item)).or_insert(0) += 1;
    }
    for Read { item, .. } in rows.iter_mut().filter(is_of_a_night) {
        if files[&key(item)] > 1 {
            item.name = format!("{}/{}", part(&item.participant), part(&item.night));
        }
    }
}

/// Lets the rows of one recording say the same of it; bed times that only some of
/// them say hold for all.
fn settle(rows: &mut [Read], path: &Path) -> Result<()> {
    let mut firsts: HashMap<String, (Item, u64)> = HashMap::new();
    for Read { item, row, is_named } in &*rows {
        let row = *row;
        let Some((first, at)) = firsts.get_mut(&item.name) else {
            firsts.insert(item.name.clone(), (item.clone(), row));
            continue;
        };
        let refuse = |found| Error::Input {
            path: path.to_owned(),
            at: Position::Row(row),
            found,
            expected: format!("the same in every row of the recording {}", item.name),
            help: "Rows of the same participant and night, or of one name, are sensors of one \
                   night."
                .to_owned(),
        };
        if !is_named && item.night.is_empty() {
            return Err(refuse(format!(
                "another file of that name than in row {at}, and no night"
            )));
        }
        for (first, here) in
            [(&mut first.lights_off, &item.lights_off), (&mut first.lights_on, &item.lights_on)]
        {
            if first.is_empty() {
                first.clone_from(here);
            }
        }
        let or = |here: &String, first: &String| match here.is_empty() {
            true => first.clone(),
            false => here.clone(),
        };
        let pairs = [
            ("participant", item.participant.clone(), first.participant.clone()),
            ("night", item.night.clone(), first.night.clone()),
            ("lights_off", or(&item.lights_off, &first.lights_off), first.lights_off.clone()),
            ("lights_on", or(&item.lights_on, &first.lights_on), first.lights_on.clone()),
            ("shard", item.shard.to_string(), first.shard.to_string()),
        ];
        if let Some((column, here, first)) = pairs.iter().find(|(_, here, first)| here != first) {
            return Err(refuse(format!("{here:?} in column {column}, and {first:?} in row {at}")));
        }
    }
    for Read { item, .. } in rows {
        let (first, _) = &firsts[&item.name];
        item.lights_off.clone_from(&first.lights_off);
        item.lights_on.clone_from(&first.lights_on);
    }
    Ok(())
}

/// Text as a part of a path that is neither hidden nor leads elsewhere.
fn part(text: &str) -> String {
    let text = text.replace(['/', '\\'], "_");
    text.strip_prefix('.').map_or(text.clone(), |rest| format!("_{rest}"))
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
) -> Result<Read> {
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
    let given = get("name");
    let is_named = !given.is_empty();
    let name = if is_named {
        given
    } else {
        let absolute = std::path::absolute(base).unwrap_or_else(|_| base.to_owned());
        find::name(&absolute, &file)
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
    item.lights_off = get("lights_off");
    item.lights_on = get("lights_on");
    item.shard = shard;
    let sensor = &mut item.files[0];
    sensor.placement = get("placement");
    sensor.side = get("side");
    sensor.timezone = get("timezone");
    Ok(Read { item, row, is_named })
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
            assert_eq!((one.night.as_str(), one.files[0].side.as_str()), ("2024-03-12", "left"));
            assert_eq!((two.name.as_str(), two.participant.as_str()), ("sub-2/two.csv", "sub-2"));
            assert!(one.files[0].path.is_absolute() && one.files[0].path.ends_with("a/one.csv"));
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
    fn files_of_one_participant_and_night_are_one_recording() {
        let read = manifest(
            "file,participant,night,side,lights_off\n\
             a/r.cwa,p/1,2024-03-12,right,\n\
             a/l.cwa,p/1,2024-03-12,left,22:45\n\
             a/w.cwa,p/1,2024-03-13,,\n\
             b.cwa,p/1,,,\n\
             c.cwa,p/1,,,\n",
        )
        .unwrap();
        let names: Vec<_> = read.plan.items.iter().map(|item| item.name.as_str()).collect();
        // Without a night nothing says that two files are of one.
        assert_eq!(names, ["a/w.cwa", "b.cwa", "c.cwa", "p_1/2024-03-12"]);
        let night = &read.plan.items[3];
        assert_eq!((&*night.participant, &*night.lights_off), ("p/1", "22:45"));
        let sides: Vec<_> = night.files.iter().map(|file| file.side.as_str()).collect();
        assert_eq!(sides, ["left", "right"], "by path");
        // A plan is read back as a manifest.
        let plan = tempfile::NamedTempFile::new().unwrap();
        fs::write(plan.path(), read.plan.encode()).unwrap();
        assert_eq!(super::read(plan.path(), None).unwrap().plan, read.plan);
    }

    #[test]
    fn rows_of_a_night_that_contradict_one_another_are_refused() {
        for (rows, words) in [
            (
                ["a.cwa,p1,2024-03-12,22:45,", "b.cwa,p1,2024-03-12,22:46,"],
                "row 3: found \"22:46\" in column lights_off, and \"22:45\" in row 2",
            ),
            (
                ["a.cwa,p1,2024-03-12,,1", "b.cwa,p1,2024-03-12,,2"],
                "row 3: found \"2\" in column shard, and \"1\" in row 2",
            ),
            // Both would be p_1.
            (
                [
                    "a.cwa,p/1,2024-03-12,,\nb.cwa,p/1,2024-03-12,,",
                    "c.cwa,p_1,2024-03-12,,\nd.cwa,p_1,2024-03-12,,",
                ],
                "row 4: found \"p_1\" in column participant, and \"p/1\" in row 2",
            ),
            // Two files that are no sensors of a night, under one name.
            (
                ["../a.cwa,p1,,,", "_/a.cwa,p1,,,"],
                "row 3: found another file of that name than in row 2, and no night",
            ),
        ] {
            let header = "file,participant,night,lights_off,shard";
            let told = manifest(&format!("{header}\n{}\n", rows.join("\n"))).unwrap_err();
            assert!(told.to_string().contains(words), "{told}");
        }
    }

    #[test]
    fn columns_of_the_study_are_left_alone_and_told() {
        let read = manifest("file,age,light_off\na.csv,44,22:45\n").unwrap();
        assert_eq!(read.unused, ["age", "light_off"]);
    }
}
