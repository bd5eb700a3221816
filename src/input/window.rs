//! The bytes of a device's file, looked at in pieces of any size out of one buffer.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

use super::bytes::Bytes;

/// Bytes read at a time; they stay in the cache.
const CHUNK: usize = 64 << 10;

/// A place in a stream from which one can look ahead.
pub(super) struct Window {
    path: PathBuf,
    bytes: Bytes,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at: u64,
    ended: bool,
}

impl Window {
    /// The beginning of `bytes`.
    pub fn new(path: &Path, bytes: Bytes) -> Self {
        let (path, buffer) = (path.to_owned(), Vec::new());
        Self { path, bytes, buffer, start: 0, end: 0, at: 0, ended: false }
    }

    /// The next `length` bytes; fewer at the end of the file.
    ///
    /// # Errors
    /// What the file says.
    #[inline]
    pub fn look(&mut self, length: usize) -> Result<&[u8]> {
        if self.end - self.start < length && !self.ended {
            self.fill(length)?;
        }
        Ok(&self.buffer[self.start..self.end.min(self.start + length)])
    }

    /// Goes on by `length` of the bytes looked at.
    #[inline]
    pub fn skip(&mut self, length: usize) {
        let length = length.min(self.end - self.start);
        self.start += length;
        self.at += length as u64;
    }

    /// The line that begins here, without its end and at most `limit` bytes of
    /// it, and how many bytes it takes with its end; `None` at the end of the file.
    ///
    /// # Errors
    /// What the file says.
    pub fn line(&mut self, limit: usize) -> Result<Option<(&[u8], usize)>> {
        let seen = self.look(limit)?;
        if seen.is_empty() {
            return Ok(None);
        }
        let (line, taken) = match memchr::memchr(b'\n', seen) {
            Some(end) => (&seen[..end], end + 1),
            None => (seen, seen.len()),
        };
        Ok(Some((line.strip_suffix(b"\r").unwrap_or(line), taken)))
    }

    /// Where the window is, in bytes from the start of the unpacked file.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The bytes behind the window.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    #[cold]
    fn fill(&mut self, length: usize) -> Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let size = length.max(CHUNK);
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        }
        while self.end < length {
            match self.bytes.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(bytes) => self.end += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::read(&self.path)(error)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(content: &[u8]) -> Window {
        let content = io::Cursor::new(content.to_vec());
        let bytes = Bytes::new(Path::new("t"), Box::new(content), 0).unwrap();
        Window::new(Path::new("t"), bytes)
    }

    #[test]
    fn one_may_look_past_what_was_read() {
        let content: Vec<u8> = (0..200_000u32).map(|i| i as u8).collect();
        let mut window = window(&content);
        for length in [1, 1000, 70_000, 3] {
            let at = window.at() as usize;
            assert_eq!(window.look(length).unwrap(), &content[at..at + length]);
            window.skip(length);
        }
        assert_eq!(window.look(1 << 20).unwrap(), &content[71_004..]);
        window.skip(1 << 20);
        assert_eq!((window.at(), window.look(1).unwrap().len()), (200_000, 0));
    }

    #[test]
    fn lines_end_in_two_ways_and_at_a_limit() {
        let mut window = window(b"a\r\nbc\n\nlong line");
        let mut lines = Vec::new();
        while let Some((line, taken)) = window.line(6).unwrap() {
            lines.push(String::from_utf8(line.to_vec()).unwrap());
            window.skip(taken);
        }
        assert_eq!(lines, ["a", "bc", "", "long l", "ine"]);
    }
}
