//! The frames of a zstd file, one after the other. The only user of ruzstd,
//! which decodes one frame.

use std::io::{self, Cursor, Read};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// What is packed.
type Packed = Box<dyn Read + Send>;

/// A frame being unpacked, from its first four bytes on.
type Frame = StreamingDecoder<io::Chain<Cursor<[u8; 4]>, Packed>, FrameDecoder>;

/// The first four bytes of frames that are to be skipped (RFC 8878, section 3.1.2).
const SKIPPED: std::ops::RangeInclusive<u32> = 0x184d_2a50..=0x184d_2a5f;

/// Unpacks a stream of frames (RFC 8878, section 3).
pub(super) enum Zstd {
    /// Between two frames.
    Between(Packed),
    /// Within a frame.
    Within(Box<Frame>),
    /// Behind the last one, or behind damage.
    Ended,
}

impl Zstd {
    /// The content of `packed`.
    pub fn new(packed: Packed) -> Self {
        Self::Between(packed)
    }
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, Self::Ended) {
                Self::Ended => return Ok(0),
                Self::Within(mut frame) => match frame.read(buffer).map_err(damage)? {
                    0 if !buffer.is_empty() => {
                        *self = Self::Between(frame.into_inner().into_inner().1)
                    }
                    bytes => {
                        *self = Self::Within(frame);
                        return Ok(bytes);
                    }
                },
                Self::Between(packed) => *self = next(packed)?,
            }
        }
    }
}

/// The next frame, or what follows one that is to be skipped.
fn next(mut packed: Packed) -> io::Result<Zstd> {
    let mut magic = [0; 4];
    if packed.read(&mut magic[..1])? == 0 {
        return Ok(Zstd::Ended);
    }
    packed.read_exact(&mut magic[1..])?;
    if SKIPPED.contains(&u32::from_le_bytes(magic)) {
        let mut length = [0; 4];
        packed.read_exact(&mut length)?;
        let length = u64::from(u32::from_le_bytes(length));
        io::copy(&mut packed.by_ref().take(length), &mut io::sink())?;
        return Ok(Zstd::Between(packed));
    }
    let frame = StreamingDecoder::new(Cursor::new(magic).chain(packed)).map_err(damage)?;
    Ok(Zstd::Within(Box::new(frame)))
}

fn damage(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}
