//! The bytes of a file: unpacked if they were packed, counted as they come,
//! and with a head that can be looked at first.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use crate::error::{Error, Result};

use super::ahead::Ahead;
use super::zstd::Zstd;

/// The first two bytes of every gzip member (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The first four bytes of a zstd frame (RFC 8878), little-endian.
const ZSTD_MAGIC: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();

/// Packings within one another that are unpacked: a `.csv.gz` in a `.gz` is
/// seen; more is no recording but a trap.
const LAYERS: usize = 2;

/// A stream of which the bytes are counted.
struct Counted<R> {
    stream: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.stream.read(buffer)?;
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

/// A stream of the bytes of a recording.
///
/// A packed stream that ends too early or is damaged ends here as if the file
/// ended, and [`Bytes::cut`] says why: most of a night is better than none.
pub(super) struct Bytes {
    path: PathBuf,
    stream: Box<dyn Read + Send>,
    taken: Arc<AtomicU64>,
    size: u64,
    packings: Vec<&'static str>,
    head: Vec<u8>,
    head_at: usize,
    cut: Option<String>,
}

impl Bytes {
    /// The bytes of `file`, of which the size in bytes is `size` (0 when unknown).
    pub fn new(path: &Path, file: Box<dyn Read + Send>, size: u64) -> Result<Self> {
        let taken = Arc::default();
        let stream = Box::new(Counted { stream: file, taken: Arc::clone(&taken) });
        Self::over(path, stream, taken, size, Vec::new())
    }

    /// The bytes that `unpack` makes of the `size` bytes of `file`; `packing`
    /// is its name.
    pub fn packed_as(
        packing: &'static str,
        path: &Path,
        file: impl Read + Send + 'static,
        size: u64,
        unpack: impl FnOnce(Box<dyn Read + Send>) -> Box<dyn Read + Send>,
    ) -> Result<Self> {
        let taken = Arc::default();
        let stream = unpack(Box::new(Counted { stream: file, taken: Arc::clone(&taken) }));
        Self::over(path, stream, taken, size, vec![packing])
    }

    fn over(
        path: &Path,
        stream: Box<dyn Read + Send>,
        taken: Arc<AtomicU64>,
        size: u64,
        packings: Vec<&'static str>,
    ) -> Result<Self> {
        let (head, head_at) = (Vec::new(), 0);
        let path = path.to_owned();
        let mut bytes = Self { path, stream, taken, size, packings, head, head_at, cut: None };
        for _ in 0..LAYERS {
            let magic = bytes.peek(ZSTD_MAGIC.len())?;
            let (gzip, zstd) = (magic.starts_with(&GZIP_MAGIC), magic == ZSTD_MAGIC);
            if !gzip && !zstd {
                break;
            }
            let head = io::Cursor::new(std::mem::take(&mut bytes.head));
            let packed = head.chain(std::mem::replace(&mut bytes.stream, Box::new(io::empty())));
            if gzip {
                bytes.stream = Box::new(MultiGzDecoder::new(packed));
                bytes.packings.push("gzip");
            } else {
                bytes.stream = Box::new(Zstd::new(Box::new(packed)));
                bytes.packings.push("zstd");
            }
        }
        Ok(bytes)
    }

    /// The same bytes, fetched and unpacked in a thread of their own.
    pub fn ahead(mut self) -> Self {
        let stream = std::mem::replace(&mut self.stream, Box::new(io::empty()));
        self.stream = Box::new(Ahead::new(stream));
        self
    }

    /// The next bytes, up to `length` of them, which will come again when read.
    pub fn peek(&mut self, length: usize) -> Result<&[u8]> {
        let mut head = Vec::new();
        self.by_ref()
            .take(length as u64)
            .read_to_end(&mut head)
            .map_err(Error::read(&self.path.clone()))?;
        head.extend_from_slice(&self.head[self.head_at..]);
        self.head = head;
        self.head_at = 0;
        Ok(&self.head[..self.head.len().min(length)])
    }

    /// Bytes of the file taken so far, and its size.
    pub fn progress(&self) -> (u64, u64) {
        (self.taken.load(Ordering::Relaxed), self.size)
    }

    /// How the bytes were packed, in words; `None` when they were not.
    pub fn packing(&self) -> Option<String> {
        (!self.packings.is_empty()).then(|| self.packings.join(" and "))
    }

    /// Why the packed stream ended before its end, if it did.
    pub fn cut(&self) -> Option<&str> {
        self.cut.as_deref()
    }

    /// The warning of a packed stream that ended before its end.
    pub fn cut_warning(&self) -> Option<String> {
        let (why, packing) = (self.cut.as_deref()?, self.packing()?);
        Some(format!(
            "The {packing} file is damaged or cut ({why}); what could be unpacked was read."
        ))
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.head_at < self.head.len() {
            let bytes = (&self.head[self.head_at..]).read(buffer)?;
            self.head_at += bytes;
            return Ok(bytes);
        }
        if !self.head.is_empty() {
            self.head = Vec::new();
            self.head_at = 0;
        }
        if self.cut.is_some() {
            return Ok(0);
        }
        match self.stream.read(buffer) {
            Err(damage) if !self.packings.is_empty() && is_damage(&damage) => {
                self.cut = Some(damage.to_string());
                Ok(0)
            }
            bytes => bytes,
        }
    }
}

/// Whether an error of a decoder is about what stands in the file, not about
/// reading the file.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | InvalidInput | InvalidData)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn bytes(content: Vec<u8>) -> Bytes {
        let size = content.len() as u64;
        Bytes::new(Path::new("night"), Box::new(io::Cursor::new(content)), size).unwrap()
    }

    fn all(stream: &mut Bytes) -> Vec<u8> {
        let mut text = Vec::new();
        stream.read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn members_of_a_gzip_file_follow_each_other() {
        let mut stream = bytes([gzip(b"one\n"), gzip(b"two\n")].concat());
        assert_eq!(stream.peek(2).unwrap(), b"on");
        assert_eq!(stream.peek(6).unwrap(), b"one\ntw");
        assert_eq!(all(&mut stream), b"one\ntwo\n");
        assert_eq!(stream.cut(), None);
        let (taken, size) = stream.progress();
        assert_eq!(taken, size);
    }

    #[test]
    fn a_cut_gzip_file_gives_its_readable_part() {
        let text: Vec<u8> = (0..20_000u32).flat_map(|i| format!("{i},").into_bytes()).collect();
        let mut packed = gzip(&text);
        packed.truncate(packed.len() / 2);
        let mut stream = bytes(packed);
        let part = all(&mut stream);
        assert!(stream.cut_warning().unwrap().contains("gzip"));
        assert!(part.len() > 1000 && text.starts_with(&part));
    }

    #[test]
    fn packings_within_each_other_are_unpacked_but_not_without_end() {
        let mut twice = bytes(gzip(&gzip(b"one\n")));
        assert_eq!(all(&mut twice), b"one\n");
        assert_eq!(twice.packing().unwrap(), "gzip and gzip");
        let mut thrice = bytes(gzip(&gzip(&gzip(b"one\n"))));
        assert_eq!(all(&mut thrice), gzip(b"one\n"));
    }

    #[test]
    fn one_byte_is_a_file_too() {
        let mut stream = bytes(vec![0x1f]);
        assert_eq!(stream.packing(), None);
        assert_eq!(all(&mut stream), [0x1f]);
    }
}
