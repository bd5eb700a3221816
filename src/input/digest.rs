//! BLAKE3 of a recording, taken from its bytes as they are read.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

use super::{file_name, files_of};

/// The BLAKE3 of every file of an analysis, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hashes(pub Vec<(PathBuf, String)>);

impl Hashes {
    /// Reads the files from begin to end.
    ///
    /// # Errors
    /// What the system says of a file.
    pub fn read<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Result<Self> {
        files.map(|file| Ok((file.clone(), hash(file)?))).collect::<Result<_>>().map(Self)
    }

    /// Of one file; empty if it is none of these, or came through a pipe that was
    /// not read to its end.
    pub fn of(&self, path: &Path) -> String {
        let found = self.0.iter().find(|(file, _)| file == path);
        found.map_or_else(String::new, |(_, blake3)| blake3.clone())
    }

    /// Of all together: that of the only file, or of the lines that `b3sum` prints
    /// for several in their folder. What a file is called may say where its sensor was.
    pub fn of_all(&self) -> String {
        if let [(_, blake3)] = &self.0[..] {
            return blake3.clone();
        }
        let mut hasher = blake3::Hasher::new();
        for (path, blake3) in &self.0 {
            hasher.update(format!("{blake3}  {}\n", file_name(path)).as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// BLAKE3 of a file. Of a folder: of its files, each with its name and length before
/// it. Empty for a pipe, whose bytes come only once.
///
/// # Errors
/// What the system says of the file.
pub fn hash(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    if !path.is_file() && !path.is_dir() {
        return Ok(String::new());
    }
    for file in files_of(path) {
        if let Some(name) = file.strip_prefix(path).ok().filter(|name| !name.as_os_str().is_empty())
        {
            let length = file.metadata().map_err(Error::read(&file))?.len();
            hasher.update(format!("{}\n{length}\n", name.display()).as_bytes());
        }
        let bytes = File::open(&file).map_err(Error::read(&file))?;
        hasher.update_reader(bytes).map_err(Error::read(&file))?;
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// The hash of a stream that is being read, for whoever asks once it was.
#[derive(Debug, Clone, Default)]
pub struct Digest(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    hasher: blake3::Hasher,
    /// Whether the stream has come to its end.
    is_whole: bool,
}

impl Digest {
    /// The hash of the recording at `path`: of the bytes that were read, if they were
    /// all. Readers that seek, or stop before the end, leave the file to be read once
    /// more, by [`hash`].
    ///
    /// # Errors
    /// What the system says of the file.
    pub fn of(&self, path: &Path) -> Result<String> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.is_whole { Ok(taken.hasher.finalize().to_hex().to_string()) } else { hash(path) }
    }

    /// `stream`, of which the bytes are taken on their way.
    pub(super) fn along<R: Read>(&self, stream: R) -> Digested<R> {
        Digested { stream, digest: self.clone() }
    }
}

/// A stream of which the bytes are hashed.
pub(super) struct Digested<R> {
    stream: R,
    digest: Digest,
}

impl<R: Read> Read for Digested<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.stream.read(buffer)?;
        let mut taken = self.digest.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.hasher.update(&buffer[..bytes]);
        taken.is_whole |= bytes == 0 && !buffer.is_empty();
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BLAKE3 of nothing, from its paper's reference implementation.
    const OF_NOTHING: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

    #[test]
    fn a_stream_read_to_its_end_is_not_read_again() {
        let digest = Digest::default();
        let mut stream = digest.along(io::Cursor::new(b"a night".repeat(1000)));
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let expected = blake3::hash(&all).to_hex().to_string();
        assert_eq!(digest.of(Path::new("no such file")).unwrap(), expected);
    }

    #[test]
    fn of_a_stream_that_was_left_the_file_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "left before its end").unwrap();
        let digest = Digest::default();
        let mut stream = digest.along(File::open(file.path()).unwrap());
        stream.read_exact(&mut [0; 4]).unwrap();
        let expected = blake3::hash(b"left before its end").to_hex().to_string();
        assert_eq!(digest.of(file.path()).unwrap(), expected);
        // There is nothing to be read again of a pipe.
        assert_eq!(digest.of(Path::new("-")).unwrap(), "");
    }

    #[test]
    fn to_ask_for_no_bytes_is_not_to_be_at_the_end() {
        let digest = Digest::default();
        let mut stream = digest.along(io::Cursor::new(b"night"));
        assert_eq!(stream.read(&mut []).unwrap(), 0);
        assert_eq!(digest.of(Path::new("-")).unwrap(), "");
        let mut nothing = digest.along(io::empty());
        assert_eq!(nothing.read(&mut [0]).unwrap(), 0);
        assert_eq!(digest.of(Path::new("-")).unwrap(), OF_NOTHING);
    }

    #[test]
    fn the_hash_of_several_is_that_of_the_lines_of_b3sum() {
        let one = |name: &str| (PathBuf::from(name), "00ff".to_owned());
        let lines = "00ff  left.csv\n00ff  right.csv\n";
        let expected = blake3::hash(lines.as_bytes()).to_hex().to_string();
        assert_eq!(Hashes(vec![one("n/left.csv"), one("n/right.csv")]).of_all(), expected);
        assert_eq!(Hashes(vec![one("n/left.csv")]).of_all(), "00ff");
    }
}
