//! Bytes that a thread of their own fetches, and unpacks, before they are asked for.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

/// Bytes handed over at a time. With half of it a night took 7 % longer, in
/// handing over.
const CHUNK: usize = 512 << 10;

/// Chunks that may wait: enough to even out a slow read.
const CHUNKS_AHEAD: usize = 2;

/// A stream that is read ahead.
pub(super) struct Ahead {
    filled: Receiver<io::Result<Vec<u8>>>,
    used: Sender<Vec<u8>>,
    chunk: Vec<u8>,
    /// Bytes of the chunk that were given out.
    at: usize,
}

impl Ahead {
    /// Begins to read; ends with the stream, its first error, or when dropped.
    pub fn new(stream: Box<dyn Read + Send>) -> Self {
        let (to_read, filled) = mpsc::sync_channel(CHUNKS_AHEAD);
        let (used, to_fill) = mpsc::channel();
        thread::spawn(move || fetch(stream, &to_fill, &to_read));
        Self { filled, used, chunk: Vec::new(), at: 0 }
    }
}

/// Fills one chunk after the other until nobody wants them any more.
fn fetch(
    mut stream: Box<dyn Read + Send>,
    to_fill: &Receiver<Vec<u8>>,
    to_read: &SyncSender<io::Result<Vec<u8>>>,
) {
    loop {
        let mut chunk: Vec<u8> = to_fill.try_recv().unwrap_or_default();
        chunk.resize(CHUNK, 0);
        let (bytes, end) = filled(&mut stream, &mut chunk);
        chunk.truncate(bytes);
        // What came before an error is delivered before it.
        let is_wanted = chunk.is_empty() || to_read.send(Ok(chunk)).is_ok();
        match end {
            None if is_wanted => {}
            Some(Err(error)) if is_wanted => return drop(to_read.send(Err(error))),
            _ => return,
        }
    }
}

/// Reads until the chunk is full, and tells how many bytes came, and how the stream
/// ended if it did.
fn filled(stream: &mut impl Read, chunk: &mut [u8]) -> (usize, Option<io::Result<()>>) {
    let mut bytes = 0;
    while bytes < chunk.len() {
        match stream.read(&mut chunk[bytes..]) {
            Ok(0) => return (bytes, Some(Ok(()))),
            Ok(more) => bytes += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (bytes, Some(Err(error))),
        }
    }
    (bytes, None)
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            // The thread ends with the stream.
            let Ok(chunk) = self.filled.recv() else { return Ok(0) };
            let old = std::mem::replace(&mut self.chunk, chunk?);
            self.at = 0;
            // The thread may have come to its end; then nobody needs it.
            let _ = self.used.send(old);
        }
        let bytes = (&self.chunk[self.at..]).read(buffer)?;
        self.at += bytes;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives a few bytes at a time, then fails.
    struct Failing {
        left: usize,
    }

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.left == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "cut"));
            }
            let bytes = self.left.min(1000).min(buffer.len());
            buffer[..bytes].fill(7);
            self.left -= bytes;
            Ok(bytes)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_bytes_are_those_of_the_stream(
            length in 0_usize..4 * CHUNK, size in 1_usize..2 * CHUNK,
        ) {
            let content: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let mut ahead = Ahead::new(Box::new(io::Cursor::new(content.clone())));
            let (mut all, mut buffer) = (Vec::new(), vec![0; size]);
            loop {
                let bytes = ahead.read(&mut buffer).unwrap();
                all.extend_from_slice(&buffer[..bytes]);
                if bytes == 0 { break }
            }
            prop_assert!(all == content);
            prop_assert_eq!(ahead.read(&mut buffer).unwrap(), 0);
        }
    }

    #[test]
    fn an_error_comes_behind_the_bytes_before_it() {
        for left in [0, 1, 4000, CHUNK, CHUNK + 1] {
            let mut ahead = Ahead::new(Box::new(Failing { left }));
            let mut all = Vec::new();
            let error = ahead.read_to_end(&mut all).unwrap_err();
            assert_eq!((all.len(), error.kind()), (left, io::ErrorKind::UnexpectedEof));
        }
    }

    #[test]
    fn a_stream_without_end_is_left_when_nobody_reads_it() {
        let mut ahead = Ahead::new(Box::new(io::repeat(1)));
        ahead.read_exact(&mut [0; 10]).unwrap();
        drop(ahead);
    }
}
