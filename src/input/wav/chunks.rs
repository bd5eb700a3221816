//! The chunks of a RIFF file: a four-letter name, a length, that many bytes,
//! padded to an even number.

use std::io::{self, Read, Seek, SeekFrom};

/// The longest chunk of text kept; Open Movement writes some 400 bytes.
const LIST_LIMIT: u32 = 1 << 20;

/// The longest `fmt ` chunk believed; the extensible form has 40 bytes.
const FMT_LIMIT: u32 = 1 << 10;

/// What stands in a WAV file before its samples.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The content of the `fmt ` chunk.
    pub fmt: Vec<u8>,
    /// The content of every `LIST` chunk.
    pub lists: Vec<Vec<u8>>,
    /// Bytes the `data` chunk claims to have; `None` when there is none.
    pub data_bytes: Option<u32>,
    /// Where the samples begin, in bytes from the start of the file.
    pub data_at: u64,
}

/// Reads the chunks up to the samples, so that the next byte of `stream` is
/// the first sample's.
pub(super) fn read_head(stream: &mut impl Read) -> io::Result<Head> {
    let mut head = Head::default();
    let mut riff = [0; 12];
    read_up_to(stream, &mut riff)?;
    head.data_at = riff.len() as u64;
    while let Some((name, length)) = chunk(stream)? {
        head.data_at += 8;
        if name == *b"data" {
            head.data_bytes = Some(length);
            break;
        }
        let padded = u64::from(length) + u64::from(length % 2);
        head.data_at += padded;
        match &name {
            b"fmt " if length <= FMT_LIMIT => head.fmt = content(stream, length)?,
            b"LIST" if length <= LIST_LIMIT => head.lists.push(content(stream, length)?),
            _ => {
                io::copy(&mut stream.take(padded), &mut io::sink())?;
            }
        }
    }
    Ok(head)
}

/// The `LIST` chunks after the samples of a file that can be sought in.
pub(super) fn lists_after(
    file: &mut (impl Read + Seek),
    data_end: u64,
) -> io::Result<Vec<Vec<u8>>> {
    let mut lists = Vec::new();
    file.seek(SeekFrom::Start(data_end + data_end % 2))?;
    while let Some((name, length)) = chunk(file)? {
        if name == *b"LIST" && length <= LIST_LIMIT {
            lists.push(content(file, length)?);
        } else {
            file.seek(SeekFrom::Current(i64::from(length) + i64::from(length % 2)))?;
        }
    }
    Ok(lists)
}

/// The name and length of the next chunk, `None` at the end of the file.
fn chunk(stream: &mut impl Read) -> io::Result<Option<([u8; 4], u32)>> {
    let mut header = [0; 8];
    if read_up_to(stream, &mut header)? < header.len() {
        return Ok(None);
    }
    let [a, b, c, d, e, f, g, h] = header;
    Ok(Some(([a, b, c, d], u32::from_le_bytes([e, f, g, h]))))
}

/// The content of a chunk, as much of it as there is, and its padding read over.
fn content(stream: &mut impl Read, length: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(u64::from(length)).read_to_end(&mut bytes)?;
    if length % 2 == 1 {
        read_up_to(stream, &mut [0])?;
    }
    Ok(bytes)
}

/// Fills `buffer` as far as the stream goes.
fn read_up_to(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_chunks_are_padded_and_unknown_ones_read_over() {
        let file = [
            b"RIFF\0\0\0\0WAVE".as_slice(),
            b"junk\x03\0\0\0abc\0",
            b"fmt \x02\0\0\0\x01\x02",
            b"LIST\x05\0\0\0INFOx\0",
            b"data\x04\0\0\0wxyz",
        ]
        .concat();
        let mut stream = file.as_slice();
        let head = read_head(&mut stream).unwrap();
        assert_eq!(head.fmt, [1, 2]);
        assert_eq!(head.lists, [b"INFOx".to_vec()]);
        assert_eq!(head.data_bytes, Some(4));
        assert_eq!(head.data_at, 12 + 12 + 10 + 14 + 8);
        assert_eq!(stream, b"wxyz");
    }

    #[test]
    fn a_head_that_is_cut_has_no_data() {
        for cut in 0..20 {
            let file = &b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\x00"[..cut];
            assert_eq!(read_head(&mut &*file).unwrap().data_bytes, None, "cut at {cut}");
        }
    }

    #[test]
    fn lists_behind_the_samples_are_found() {
        let file = b"wxy\0fact\x01\0\0\0a\0LIST\x04\0\0\0INFO";
        let lists = lists_after(&mut io::Cursor::new(file), 3).unwrap();
        assert_eq!(lists, [b"INFO".to_vec()]);
    }
}
