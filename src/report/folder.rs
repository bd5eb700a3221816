//! The result folder: made whole, replaced only if it is ours.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

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

/// A folder beside the one of the results, in which their files are made.
pub struct Fresh {
    dir: PathBuf,
    fresh: TempDir,
}

impl Fresh {
    /// For results that are to go into `dir`.
    ///
    /// # Errors
    /// When nothing can be made beside it.
    pub fn new(dir: &Path) -> Result<Self> {
        let parent = match dir.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(Error::write(parent))?;
        let fresh = tempfile::Builder::new()
            .prefix(on_disk::FRESH)
            .tempdir_in(parent)
            .map_err(Error::write(parent))?;
        Ok(Self { dir: dir.to_owned(), fresh })
    }

    /// Where the files are made, and where they will be.
    pub fn place(&self) -> Place<'_> {
        Place { made: self.fresh.path(), shown: &self.dir }
    }

    /// Moves the files of these names to where they belong; the folder is made if
    /// need be. Files of an earlier result are replaced, and removed when there is
    /// no new one; others in the folder are left alone.
    ///
    /// # Errors
    /// When something is in the way that an analysis did not write, or when the
    /// folder cannot be written.
    pub fn publish(self, names: &[String]) -> Result<()> {
        let Self { dir, fresh } = self;
        let earlier = earlier_files(&dir)?;
        for name in names {
            let path = dir.join(name);
            if path.exists() && !earlier.contains(name) {
                return Err(Error::InTheWay { path, help: HELP.to_owned() });
            }
            on_disk::sync(&fresh.path().join(name)).map_err(Error::write(&path))?;
        }
        fs::create_dir_all(&dir).map_err(Error::write(&dir))?;
        for name in earlier.iter().filter(|name| !names.contains(name)) {
            let path = dir.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::write(&path)(error));
                }
                _ => {}
            }
        }
        names.iter().try_for_each(|name| {
            let path = dir.join(name);
            fs::rename(fresh.path().join(name), &path).map_err(Error::write(&path))
        })
    }
}

/// A folder in which files are made, and the one they are made for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Where they are made.
    pub made: &'a Path,
    /// Where they will be, for messages.
    pub shown: &'a Path,
}

impl Place<'_> {
    /// Begins the file of that name.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(&self, name: &str) -> Result<BufWriter<File>> {
        let file = File::create(self.made.join(name));
        Ok(BufWriter::new(file.map_err(Error::write(&self.shown.join(name)))?))
    }

    /// Makes the file of that name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        fs::write(self.made.join(name), bytes).map_err(Error::write(&self.shown.join(name)))
    }
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
