//! Bytes as UTF-8: a byte order mark is taken off, UTF-16 is translated.

use std::io::{self, Read};

use super::super::bytes::Bytes;

/// Bytes of UTF-16 translated at a time.
const CHUNK: u64 = 64 << 10;

/// How the characters of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// UTF-8, or a code page that agrees with it on digits and delimiters.
    Ascii,
    /// UTF-16 as Windows programs save "Unicode text".
    Utf16 { big_endian: bool },
}

/// The text of a file, as a stream of UTF-8.
pub(super) struct Text {
    bytes: Bytes,
    encoding: Encoding,
    /// Bytes of UTF-16 that are not yet translated: half a character.
    rest: Vec<u8>,
    /// What was translated and not yet read.
    translated: io::Cursor<Vec<u8>>,
}

impl Text {
    /// Looks for a byte order mark and takes it off.
    pub fn new(mut bytes: Bytes) -> crate::error::Result<Self> {
        let (mark, encoding) = match bytes.peek(3)? {
            [0xef, 0xbb, 0xbf, ..] => (3, Encoding::Ascii),
            [0xff, 0xfe, ..] => (2, Encoding::Utf16 { big_endian: false }),
            [0xfe, 0xff, ..] => (2, Encoding::Utf16 { big_endian: true }),
            _ => (0, Encoding::Ascii),
        };
        // The head is in memory: this cannot fail.
        let _ = bytes.read(&mut [0; 3][..mark]);
        Ok(Self { bytes, encoding, rest: Vec::new(), translated: io::Cursor::default() })
    }

    /// The bytes behind it.
    pub fn origin(&self) -> &Bytes {
        &self.bytes
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Encoding::Utf16 { big_endian } = self.encoding else {
            return self.bytes.read(buffer);
        };
        if self.translated.position() == self.translated.get_ref().len() as u64 {
            self.translate(big_endian)?;
        }
        self.translated.read(buffer)
    }
}

impl Text {
    /// Translates the next bytes; nothing is left to read at the end only.
    fn translate(&mut self, big_endian: bool) -> io::Result<()> {
        let mut units = std::mem::take(&mut self.rest);
        self.bytes.by_ref().take(CHUNK).read_to_end(&mut units)?;
        let unit = |pair: &[u8]| match big_endian {
            true => u16::from_be_bytes([pair[0], pair[1]]),
            false => u16::from_le_bytes([pair[0], pair[1]]),
        };
        let mut whole = units.len() - units.len() % 2;
        // The second half of a pair is still to come, unless the file is at its end.
        let half = |pair: &[u8]| (0xd800..0xdc00).contains(&unit(pair));
        if units.len() > 3 && half(&units[whole - 2..whole]) {
            whole -= 2;
        }
        self.rest = units.split_off(whole);
        let characters = char::decode_utf16(units.chunks_exact(2).map(unit));
        let text: String = characters.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.translated = io::Cursor::new(text.into_bytes());
        Ok(())
    }
}

/// `line` as a string: UTF-8, or the Latin-1 that older Windows programs write.
pub(super) fn lossless(line: &[u8]) -> String {
    match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => line.iter().map(|&byte| char::from(byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(content: Vec<u8>) -> String {
        let bytes = Bytes::new(Path::new("t"), Box::new(io::Cursor::new(content)), 0).unwrap();
        let mut text = String::new();
        Text::new(bytes).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn byte_order_marks_are_no_text() {
        let text = "Zeit;x (m/s²)\r\n1,5;😀\n".repeat(5000);
        let le: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let be: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(read(format!("\u{feff}{text}").into_bytes()), text);
        assert_eq!(read(text.clone().into_bytes()), text);
        assert_eq!(read(le), text);
        assert_eq!(read(be), text);
    }

    #[test]
    fn latin_1_is_read_when_it_is_no_utf_8() {
        assert_eq!(lossless(b"x (m/s\xb2)"), "x (m/s²)");
        assert_eq!(lossless("x (m/s²)".as_bytes()), "x (m/s²)");
    }
}
