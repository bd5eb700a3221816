//! The members of an archive whose directory is lost, since the file was cut:
//! each has a header of its own before it (PKWARE, APPNOTE.TXT 4.3.7), and the
//! headers follow each other from the first byte.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::DeflateDecoder;
use zip::CompressionMethod;

use super::{MAGIC, MEMBERS, Member, Packed};

/// Bytes of a header before name and extra field.
const HEADER: usize = 30;

/// Flags: encrypted; and that sizes and checksum come after the member.
const ENCRYPTED: u16 = 1;
const SIZES_AFTER: u16 = 1 << 3;

/// A size that stands in the extra field of large files, and the number of that.
const IN_EXTRA: u32 = u32::MAX;
const LARGE: u16 = 1;

/// Bytes between a member of unknown size and the next header at most: signature,
/// checksum, and two sizes of a large file.
const AFTERWARDS: usize = 24;

/// Most bytes that one member is unpacked to for its length: a week of text is a
/// hundredth.
const MOST_UNPACKED: u64 = 1 << 38;

/// The members as far as the bytes go; the last may be cut. Empty when the file
/// does not begin with one.
pub(super) fn members(file: File) -> io::Result<Vec<Member>> {
    let length = file.metadata()?.len();
    let mut file = BufReader::new(file);
    let mut members = Vec::new();
    let mut at = 0;
    while members.len() < MEMBERS {
        let Some((member, next)) = member(&mut file, at, length)? else { break };
        // Folders have no bytes.
        if !member.name.ends_with('/') {
            members.push(member);
        }
        match next {
            Some(next) if next > at => at = next,
            _ => break,
        }
    }
    Ok(members)
}

/// The member with its header at `at`, and where the next one begins; `None` at
/// what is no header.
fn member(
    file: &mut BufReader<File>,
    at: u64,
    length: u64,
) -> io::Result<Option<(Member, Option<u64>)>> {
    let mut header = [0; HEADER];
    file.seek(SeekFrom::Start(at))?;
    if !filled(file, &mut header)? || !header.starts_with(MAGIC) {
        return Ok(None);
    }
    let short = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| header[at + byte]));
    let (flags, method) = (short(6), short(8));
    let mut name = vec![0; usize::from(short(26))];
    let mut extra = vec![0; usize::from(short(28))];
    if flags & ENCRYPTED != 0 || !filled(file, &mut name)? || !filled(file, &mut extra)? {
        return Ok(None);
    }
    let starts_at = at + (HEADER + name.len() + extra.len()) as u64;
    let left = length - starts_at;
    let (packed_size, size) = sizes(word(18), word(22), &extra);
    let method = match method {
        0 => CompressionMethod::Stored,
        8 => CompressionMethod::Deflated,
        // Which no recorder uses.
        _ => return Ok(None),
    };
    let name = String::from_utf8_lossy(&name).into_owned();
    let packed = |size: u64, whole: Option<(u64, u32)>| Packed { size, whole, method, starts_at };
    if flags & SIZES_AFTER == 0 || packed_size > 0 {
        let whole = (flags & SIZES_AFTER == 0).then_some((size, word(14)));
        let packed = Some(packed(packed_size.min(left), whole));
        let next = starts_at.checked_add(packed_size).filter(|next| *next < length);
        return Ok(Some((Member { name, size, packed }, next)));
    }
    // Stored, the end of it is told by nothing: it is taken to be the last.
    let taken = match method {
        CompressionMethod::Deflated => deflated_size(file)?,
        _ => None,
    };
    let packed = Some(packed(taken.unwrap_or(left), None));
    let next = match taken {
        Some(taken) => after(file, starts_at + taken)?,
        None => None,
    };
    Ok(Some((Member { name, size: taken.unwrap_or(left), packed }, next)))
}

/// Packed and unpacked size, from the extra field if they are too large for
/// the header.
fn sizes(packed: u32, unpacked: u32, extra: &[u8]) -> (u64, u64) {
    let mut large = large_field(extra).chunks_exact(8).map(|bytes| {
        let mut number = [0; 8];
        number.copy_from_slice(bytes);
        u64::from_le_bytes(number)
    });
    let mut size = |size: u32| match size {
        IN_EXTRA => large.next().unwrap_or(u64::from(size)),
        size => u64::from(size),
    };
    // The unpacked size comes first there.
    let unpacked = size(unpacked);
    (size(packed), unpacked)
}

fn large_field(mut extra: &[u8]) -> &[u8] {
    while let [id_low, id_high, low, high, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        if u16::from_le_bytes([*id_low, *id_high]) == LARGE {
            return &rest[..length];
        }
        extra = &rest[length..];
    }
    &[]
}

/// Packed bytes of a deflated stream that begins here; `None` if it is cut.
fn deflated_size(file: &mut BufReader<File>) -> io::Result<Option<u64>> {
    let mut decoder = DeflateDecoder::new(&mut *file);
    match io::copy(&mut decoder.by_ref().take(MOST_UNPACKED), &mut io::sink()) {
        Ok(MOST_UNPACKED) => Ok(None),
        Ok(_) => Ok(Some(decoder.total_in())),
        Err(damage) if damage.kind() != io::ErrorKind::Other => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where the next header begins, behind what may stand between.
fn after(file: &mut BufReader<File>, at: u64) -> io::Result<Option<u64>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take((AFTERWARDS + MAGIC.len()) as u64).read_to_end(&mut bytes)?;
    let found = bytes.windows(MAGIC.len()).position(|bytes| bytes == MAGIC);
    Ok(found.map(|found| at + found as u64))
}

/// Fills a buffer; false where the file ends before.
fn filled(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
