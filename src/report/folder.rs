//! The result folder: made whole, replaced only if it is ours.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files as on_disk;
use super::json::{Earlier, PROGRAM};
use crate::error::{Error, Result};

/// File that marks a result folder.
pub const SUMMARY: &str = "summary.json";

/// What to do about a file that is in the way.
const HELP: &str = "name another folder with --out, or move it away";

/// The folder `dir`, if results may go there.
///
/// # Errors
/// When something stands there that an analysis did not write.
pub fn check(dir: &Path) -> Result<()> {
    earlier_files(dir).map(|_| ())
}

/// Writes `files` (name and bytes) into `dir`, which is made if need be. Files
/// of an earlier result are replaced, and removed when there is no new one;
/// others in the folder are left alone. Everything is written beside the folder
/// first and moved in at the end. Returns the paths.
///
/// # Errors
/// When something is in the way that an analysis did not write, or when the
/// folder cannot be written.
pub fn write(dir: &Path, files: &[(String, Vec<u8>)]) -> Result<Vec<PathBuf>> {
    let earlier = earlier_files(dir)?;
    for (name, _) in files {
        let path = dir.join(name);
        if path.exists() && !earlier.contains(name) {
            return Err(Error::InTheWay { path, help: HELP.to_owned() });
        }
    }
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(Error::write(parent))?;
    let fresh = tempfile::Builder::new()
        .prefix(".hypnic-")
        .tempdir_in(parent)
        .map_err(Error::write(parent))?;
    for (name, bytes) in files {
        let path = fresh.path().join(name);
        write_through(&path, bytes).map_err(Error::write(&dir.join(name)))?;
    }
    fs::create_dir_all(dir).map_err(Error::write(dir))?;
    for name in earlier.iter().filter(|name| !files.iter().any(|(new, _)| new == *name)) {
        let path = dir.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::write(&path)(error));
            }
            _ => {}
        }
    }
    files
        .iter()
        .map(|(name, _)| {
            let path = dir.join(name);
            fs::rename(fresh.path().join(name), &path).map_err(Error::write(&path))?;
            Ok(path)
        })
        .collect()
}

/// Writes a file that will be moved into a folder where others are; the disk has it
/// after.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}

/// The files of the result that is in `dir`; none when there is no folder yet.
fn earlier_files(dir: &Path) -> Result<Vec<String>> {
    let in_the_way = || Err(Error::InTheWay { path: dir.to_owned(), help: HELP.to_owned() });
    match fs::metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::write(dir)(error)),
        Ok(about) if !about.is_dir() => return in_the_way(),
        Ok(_) => {}
    }
    // Another run may be about to mark the folder as its own.
    let is_whole =
        |entry: &fs::DirEntry| !entry.file_name().to_string_lossy().starts_with(on_disk::FRESH);
    let mut entries = fs::read_dir(dir).map_err(Error::write(dir))?.flatten();
    if !entries.any(|entry| is_whole(&entry)) {
        return Ok(Vec::new());
    }
    match earlier(dir) {
        // A name with a separator would reach out of the folder.
        Some(Earlier { files, .. }) => {
            Ok(files.into_iter().filter(|name| !name.contains(['/', '\\'])).collect())
        }
        None => in_the_way(),
    }
}

/// Whether `dir` is a result folder of this program.
pub fn is_ours(dir: &Path) -> bool {
    earlier(dir).is_some()
}

fn earlier(dir: &Path) -> Option<Earlier> {
    let bytes = fs::read(dir.join(SUMMARY)).ok()?;
    serde_json::from_slice::<Earlier>(&bytes).ok().filter(|earlier| earlier.program == PROGRAM)
}
