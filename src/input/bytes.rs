//! The bytes of a file: unpacked if they were packed, counted as they come,
//! and with a head that can be looked at first.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::error::{Error, Result};

/// The first two bytes of every gzip member (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A file of which the bytes are counted.
struct Counted {
    file: Box<dyn Read + Send>,
    head: io::Cursor<Vec<u8>>,
    taken: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let from_head = self.head.read(buffer)?;
        let bytes = if from_head > 0 { from_head } else { self.file.read(buffer)? };
        self.taken += bytes as u64;
        Ok(bytes)
    }
}

/// How the bytes come out of the file.
enum Packing {
    Plain(Counted),
    Gzip(Box<MultiGzDecoder<Counted>>),
}

/// A stream of the bytes of a recording.
///
/// A gzip stream that ends too early or is damaged ends here as if the file
/// ended, and [`Bytes::cut`] says why: most of a night is better than none.
pub(super) struct Bytes {
    path: PathBuf,
    packing: Packing,
    size: u64,
    head: Vec<u8>,
    head_at: usize,
    cut: Option<String>,
}

impl Bytes {
    /// The bytes of `file`, of which the size in bytes is `size` (0 when unknown).
    pub fn new(path: &Path, mut file: Box<dyn Read + Send>, size: u64) -> Result<Self> {
        let mut magic = Vec::with_capacity(GZIP_MAGIC.len());
        file.by_ref()
            .take(GZIP_MAGIC.len() as u64)
            .read_to_end(&mut magic)
            .map_err(Error::read(path))?;
        let packed = magic == GZIP_MAGIC;
        let counted = Counted { file, head: io::Cursor::new(magic), taken: 0 };
        let packing = if packed {
            Packing::Gzip(Box::new(MultiGzDecoder::new(counted)))
        } else {
            Packing::Plain(counted)
        };
        Ok(Self { path: path.to_owned(), packing, size, head: Vec::new(), head_at: 0, cut: None })
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
        Ok(&self.head)
    }

    /// Bytes of the file taken so far, and its size.
    pub fn progress(&self) -> (u64, u64) {
        let counted = match &self.packing {
            Packing::Plain(counted) => counted,
            Packing::Gzip(decoder) => decoder.get_ref(),
        };
        (counted.taken, self.size)
    }

    /// Whether the bytes were packed.
    pub fn packed(&self) -> bool {
        matches!(self.packing, Packing::Gzip(_))
    }

    /// Why the packed stream ended before its end, if it did.
    pub fn cut(&self) -> Option<&str> {
        self.cut.as_deref()
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
        match &mut self.packing {
            Packing::Plain(counted) => counted.read(buffer),
            Packing::Gzip(_) if self.cut.is_some() => Ok(0),
            Packing::Gzip(decoder) => match decoder.read(buffer) {
                Err(damage) if is_damage(&damage) => {
                    self.cut = Some(damage.to_string());
                    Ok(0)
                }
                bytes => bytes,
            },
        }
    }
}

/// Whether an error of the gzip decoder is about what stands in the file, not
/// about reading the file.
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
        assert!(stream.cut().is_some());
        assert!(part.len() > 1000 && text.starts_with(&part));
    }

    #[test]
    fn one_byte_is_a_file_too() {
        let mut stream = bytes(vec![0x1f]);
        assert!(!stream.packed());
        assert_eq!(all(&mut stream), [0x1f]);
    }
}
