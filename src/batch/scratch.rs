//! Folders for temporaries, one a run, and what runs that were killed left.
//!
//! A run holds a lock in its folder as long as it lives: the system takes it
//! away from whoever dies. Locks are believed on the machine of the run only:
//! a network file system may keep them to itself.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::error::{Error, Result};

const PREFIX: &str = "run-";

/// The file that is locked.
const LOCK: &str = "lock";

/// What nobody touched for this long was left by a run that was killed, whatever
/// is known of it: a living one touches it with every result, after minutes at
/// most.
const FORGOTTEN: Duration = Duration::from_secs(3600);

/// The folder of a run; removed with it.
#[derive(Debug)]
pub struct Scratch {
    dir: TempDir,
    _lock: Option<File>,
}

impl Scratch {
    /// A folder in `memory`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(memory: &Path) -> Result<Self> {
        let dir = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", host()))
            .tempdir_in(memory)
            .map_err(Error::write(memory))?;
        let lock = lock(dir.path());
        Ok(Self { dir, _lock: lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// `None` where there are no locks. Only one that is held gets its name: nobody
/// takes a run for dead that is about to begin.
fn lock(dir: &Path) -> Option<File> {
    let fresh = dir.join("locking");
    let file = File::create_new(&fresh).ok()?;
    file.try_lock().ok()?;
    fs::rename(&fresh, dir.join(LOCK)).ok()?;
    Some(file)
}

/// Removes what runs that were killed left: their folders in `memory`, and the
/// tables they were writing in `out`.
pub fn sweep(out: &Path, memory: &Path) {
    let here = format!("{PREFIX}{}-", host());
    for path in entries(memory, PREFIX) {
        let is_ours =
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&here));
        if is_ours && is_dead(&path) || is_forgotten(&path) {
            // Another run may have been faster.
            let _ = fs::remove_dir_all(&path);
        }
    }
    for path in entries(out, crate::report::files::FRESH) {
        if is_forgotten(&path) && path.is_file() {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Removes a scratch folder that is nobody's: its run died, it was swept, and a
/// worker that was still at work made it again.
pub fn leave(scratch: &Path) {
    if !scratch.join(LOCK).exists() {
        // Not if another such worker still uses it.
        let _ = fs::remove_dir(scratch);
    }
}

fn entries(dir: &Path, prefix: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(dir).into_iter().flatten().flatten();
    all.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect()
}

/// Whether the lock of a run is there and nobody holds it.
fn is_dead(run: &Path) -> bool {
    File::open(run.join(LOCK)).is_ok_and(|file| file.try_lock().is_ok())
}

fn is_forgotten(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|about| about.modified());
    modified
        .is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|since| since > FORGOTTEN))
}

/// Name of this machine, for the names of files that no other may write.
pub fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")))
        .unwrap_or_default();
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    if name.is_empty() { "host".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_dead_left_is_removed_and_what_the_living_use_is_not() {
        let out = tempfile::tempdir().unwrap();
        let memory = out.path().join("memory");
        fs::create_dir(&memory).unwrap();
        let alive = Scratch::new(&memory).unwrap();
        // Killed: the folder stays and the lock goes.
        let Scratch { dir, _lock: lock } = Scratch::new(&memory).unwrap();
        let dead = dir.keep();
        drop(lock);
        let elsewhere = memory.join("run-othermachine-abc");
        fs::create_dir(&elsewhere).unwrap();
        File::create(elsewhere.join(LOCK)).unwrap();
        let beginning = memory.join(format!("{PREFIX}{}-new", host()));
        fs::create_dir(&beginning).unwrap();
        fs::write(memory.join("plan.csv"), "file\n").unwrap();

        sweep(out.path(), &memory);
        assert!(!dead.exists());
        for kept in [alive.path(), &elsewhere, &beginning, &memory.join("plan.csv")] {
            assert!(kept.exists(), "{}", kept.display());
        }
        let path = alive.path().to_owned();
        leave(&path);
        assert!(path.exists());
        leave(&beginning);
        assert!(!beginning.exists());
        drop(alive);
        assert!(!path.exists());
    }

    #[test]
    fn what_nobody_touched_for_long_is_removed() {
        let out = tempfile::tempdir().unwrap();
        let old = SystemTime::now() - 2 * FORGOTTEN;
        let table = out.path().join(".hypnic-abc");
        File::create(&table).unwrap().set_modified(old).unwrap();
        let fresh = out.path().join(".hypnic-def");
        File::create(&fresh).unwrap();
        sweep(out.path(), out.path());
        assert_eq!((table.exists(), fresh.exists()), (false, true));
    }
}
