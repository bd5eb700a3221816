//! The recordings below a folder, by content.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::plan::Item;
use crate::error::{Error, Position, Result};
use crate::input::{self, OpenOptions};
use crate::report::folder;

/// What lies below a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Recordings, and files that by their name should be.
    pub items: Vec<Item>,
    /// Files that are none, by name; without tables that are known to be none.
    pub others: Vec<String>,
}

/// Endings of the formats of recordings. Such a file is taken even if it
/// cannot be opened: it then is a broken recording, not something else. Nor is it
/// opened only to be found, which takes 45 ms of a packed `.avro`.
const ENDINGS: [&str; 9] = ["csv", "tsv", "wav", "cwa", "gt3x", "bin", "edf", "bdf", "avro"];

/// How tables begin that are no recordings: our own, and what phone apps put
/// beside theirs.
const TABLES: [&str; 13] = [
    "night,time,onset_s,",
    "recording,night,start,",
    "participant,recordings,nights,",
    "file,participant,state,",
    "file,name,participant,",
    "file,participant,night,",
    "onset_s,duration_s,side",
    "onset_s,duration_s,kind",
    "file\n",
    "file\r\n",
    "\"property\",\"value\"",
    "\"event\",\"experiment time\"",
    "version,device name,",
];

/// Looks at every file below `folder`, following links; what a phone app exported
/// into a folder is one recording. Left out are hidden
/// files, results of this program, and `out`.
///
/// # Errors
/// A folder that is not there, cannot be read, or is a result itself.
pub fn find(folder: &Path, out: &Path, options: &OpenOptions) -> Result<Found> {
    let about = std::fs::metadata(folder).map_err(Error::read(folder))?;
    if !about.is_dir() {
        let expected = "a folder of recordings";
        return Err(wrong(folder, "a file", expected, "For one recording use `hypnic analyze`."));
    }
    if folder::is_ours(folder) {
        let found = "a folder of results";
        let help = "Give the folder the recordings are in.";
        return Err(wrong(folder, found, "a folder of recordings", help));
    }
    std::fs::read_dir(folder).map_err(Error::read(folder))?;
    let out = out.canonicalize().ok();
    let is_wanted = |entry: &DirEntry| {
        let is_hidden = entry.depth() > 0 && entry.file_name().as_encoded_bytes()[0] == b'.';
        let is_result = || {
            let path = entry.path();
            let is_out = out.is_some() && path.canonicalize().ok() == out;
            entry.depth() > 0 && (is_out || folder::is_ours(path))
        };
        !(is_hidden || entry.file_type().is_dir() && is_result())
    };
    let mut found = Found::default();
    if input::is_export(folder) {
        let parent = folder.parent().unwrap_or(folder);
        found.items.push(item(parent, folder));
        return Ok(found);
    }
    let mut entries = WalkDir::new(folder).follow_links(true).into_iter().filter_entry(is_wanted);
    while let Some(entry) = entries.next() {
        match entry {
            // The tables of an app's export are one recording.
            Ok(entry) if entry.file_type().is_dir() && input::is_export(entry.path()) => {
                entries.skip_current_dir();
                found.items.push(item(folder, entry.path()));
            }
            Ok(entry) if entry.file_type().is_file() => found.add(folder, entry.path(), options),
            Ok(_) => {}
            // What a link leads back to is visited anyway.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                if let Some(path) = error.path().filter(|path| has_ending(path) || path.is_dir()) {
                    found.items.push(item(folder, path));
                }
            }
        }
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, folder: &Path, path: &Path, options: &OpenOptions) {
        if is_table(path) {
            return;
        }
        if has_ending(path) || input::open(path, options).is_ok() {
            self.items.push(item(folder, path));
        } else {
            self.others.push(name(folder, path));
        }
    }
}

fn item(folder: &Path, path: &Path) -> Item {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // A path that is no text cannot stand in a table; its recording is then told
    // to be missing under the name nearest to it.
    let file = absolute.to_string_lossy().into_owned().into();
    Item::new(file, name(folder, path))
}

/// The path below `folder`, with `/` on every system.
pub(super) fn name(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let parts = below.components().filter_map(|part| match part {
        std::path::Component::Normal(part) => Some(part.to_string_lossy()),
        std::path::Component::ParentDir => Some("_".into()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn has_ending(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

/// Whether a file is a table that is known not to be a recording. One that
/// cannot be read is not known.
fn is_table(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut head));
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    read.is_ok() && TABLES.iter().any(|table| head.starts_with(table.as_bytes()))
}

fn wrong(path: &Path, found: &str, expected: &str, help: &str) -> Error {
    Error::Input {
        path: path.to_owned(),
        at: Position::File,
        found: found.to_owned(),
        expected: expected.to_owned(),
        help: help.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A minute of a table at 20 Hz.
    fn night() -> String {
        let rows = (0..1200).map(|n| format!("{},0.01,-0.02,0.99\n", f64::from(n) / 20.0));
        "time,x,y,z\n".to_owned() + &rows.collect::<String>()
    }

    fn found(folder: &Path) -> (Vec<String>, Vec<String>) {
        let mut found = find(folder, Path::new("nowhere"), &OpenOptions::default()).unwrap();
        found.items.sort_by(|a, b| a.name.cmp(&b.name));
        found.others.sort();
        (found.items.into_iter().map(|item| item.name).collect(), found.others)
    }

    fn found_items(folder: &Path) -> Vec<Item> {
        find(folder, Path::new("nowhere"), &OpenOptions::default()).unwrap().items
    }

    #[test]
    fn recordings_are_told_by_content_and_broken_ones_by_their_name() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("a/night.csv", &night());
        put("a/no-ending", &night());
        put("b/empty.WAV", "");
        put("b/README.md", "# nights\n");
        put("b/photo.jpg", "\u{0}\u{1}");
        put(".trash/night.csv", &night());
        put("truth.csv", "night,time,onset_s,duration_s,kind\n");
        put("meta/device.csv", "\"property\",\"value\"\n");
        put("done.hypnic/summary.json", r#"{"program":"hypnic","files":[]}"#);
        put("done.hypnic/epochs.csv", &night());
        let (items, others) = found(dir.path());
        assert_eq!(items, ["a/night.csv", "a/no-ending", "b/empty.WAV"]);
        assert_eq!(others, ["b/README.md", "b/photo.jpg"]);
    }

    #[test]
    fn what_an_app_exported_is_one_recording_and_not_one_a_table() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let metadata =
            "version,device name,recording time,platform\n2,SM-N960F,2021-00-17_14-00-16,android\n";
        put("p1/monday/Metadata.csv", metadata);
        for table in ["Accelerometer", "Gravity", "Gyroscope", "Orientation"] {
            put(&format!("p1/monday/{table}.csv"), &night());
        }
        put(
            "p2/meta/time.csv",
            "\"event\",\"experiment time\",\"system time\",\"system time text\"\n\"START\",0,1700000000,\"x\"\n\"PAUSE\",60,1700000060,\"x\"\n",
        );
        put("p2/meta/device.csv", "\"property\",\"value\"\n");
        put("p2/Raw Data.csv", &night());
        put("p2/Gyroscope.csv", &night());
        put("p3/left.csv", &night());
        put("p3/right.csv", &night());
        let names = ["p1/monday", "p2", "p3/left.csv", "p3/right.csv"].map(str::to_owned);
        assert_eq!(found(dir.path()).0, names);
        // The export itself as the folder.
        assert_eq!(found(&dir.path().join("p1/monday")).0, ["monday"]);
        let one = found_items(&dir.path().join("p1/monday"));
        assert_eq!(one[0].bytes(), metadata.len() as u64 + 4 * night().len() as u64);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_a_ring_of_them_ends() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("real")).unwrap();
        fs::write(dir.path().join("real/night.csv"), night()).unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("real/ring")).unwrap();
        std::os::unix::fs::symlink("gone.csv", dir.path().join("dangling.csv")).unwrap();
        assert_eq!(found(dir.path()).0, ["dangling.csv", "real/night.csv"]);
    }
}
