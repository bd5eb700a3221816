//! The lines of a text, one after the other, out of one buffer.

use std::io::{self, Read};

use super::text::Text;

/// Bytes read at a time once the head is used up; it stays in the cache.
const CHUNK: usize = 256 << 10;

/// Bytes before the last line that are kept, and the rows it is held against.
const BEHIND: usize = 4096;
const PEERS: usize = 8;

/// The longest line believed to be a row.
const LINE_LIMIT: usize = 1 << 20;

/// One line.
pub(super) struct Line<'a> {
    /// The line and what is known of the text behind it.
    pub text: &'a [u8],
    /// Bytes of the line, without its end.
    pub length: usize,
    /// Counted from 1, as an editor does.
    pub row: u64,
    /// Whether the file ended before the line did.
    pub unfinished: bool,
    /// Of an unfinished line, the text before it.
    pub before: &'a [u8],
}

impl<'a> Line<'a> {
    /// The line without its end.
    pub fn bytes(&self) -> &'a [u8] {
        &self.text[..self.length]
    }

    /// Whether the line, which has no end, is shorter than the rows before it: in
    /// cells, or in the last of them.
    pub fn is_cut(&self, delimiter: u8) -> bool {
        let shape = |line: &[u8]| {
            let last = line.rsplit(|&byte| byte == delimiter).next().unwrap_or(line);
            (memchr::memchr_iter(delimiter, line).count(), last.len())
        };
        let before = self.before.strip_suffix(b"\n").unwrap_or(self.before);
        let lines = before.rsplit(|&byte| byte == b'\n').take(PEERS).map(trim_return);
        let shortest = lines.filter(|line| !line.is_empty()).map(shape).min();
        self.unfinished && shortest.is_some_and(|shortest| shape(self.bytes()) < shortest)
    }
}

/// The lines of a text.
pub(super) struct Lines {
    text: Text,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    row: u64,
    ended: bool,
}

impl Lines {
    /// The lines of `head`, and of `text` behind it, from `start` on, which is
    /// where row `row` begins.
    pub fn new(text: Text, head: Vec<u8>, start: usize, row: u64) -> Self {
        let end = head.len();
        Self { text, buffer: head, start, end, row: row - 1, ended: false }
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// What the file says, or `InvalidData` for a line that is no row, being
    /// longer than a megabyte.
    #[inline]
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut searched = 0;
        loop {
            let unread = &self.buffer[self.start..self.end];
            if let Some(length) = memchr::memchr(b'\n', &unread[searched..]) {
                let start = self.start;
                let end = start + searched + length;
                self.start = end + 1;
                self.row += 1;
                let length = trim_return(&self.buffer[start..end]).len();
                let text = &self.buffer[start..self.end];
                return Ok(Some(Line {
                    text,
                    length,
                    row: self.row,
                    unfinished: false,
                    before: &[],
                }));
            }
            if self.ended {
                if self.start == self.end {
                    return Ok(None);
                }
                let (before, text) = self.buffer[..self.end].split_at(self.start);
                let length = trim_return(text).len();
                self.start = self.end;
                self.row += 1;
                return Ok(Some(Line { text, length, row: self.row, unfinished: true, before }));
            }
            searched = unread.len();
            self.fill()?;
        }
    }

    /// The text at hand behind the last line given out.
    pub fn ahead(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Passes over so many bytes of it, which are so many lines.
    pub fn pass(&mut self, bytes: usize, rows: u64) {
        self.start += bytes;
        self.row += rows;
    }

    /// The row of the last line given out.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// The text behind the lines.
    pub fn text(&self) -> &Text {
        &self.text
    }

    #[cold]
    fn fill(&mut self) -> io::Result<()> {
        if self.end - self.start > LINE_LIMIT {
            self.row += 1;
            return Err(io::ErrorKind::InvalidData.into());
        }
        let from = self.start.saturating_sub(BEHIND);
        self.buffer.copy_within(from..self.end, 0);
        self.start -= from;
        self.end -= from;
        let kept = self.end;
        // The rest of a row and a chunk.
        let size = (kept + CHUNK).next_multiple_of(CHUNK);
        if self.buffer.len() != size {
            self.buffer.resize(size, 0);
            self.buffer.shrink_to_fit();
        }
        match self.text.read(&mut self.buffer[kept..]) {
            Ok(bytes) => {
                self.end += bytes;
                self.ended = bytes == 0;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// A line without the carriage return of Windows.
#[inline]
pub(super) fn trim_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::super::bytes::Bytes;
    use super::*;

    fn lines(content: &str, head: usize) -> Vec<(String, u64, bool)> {
        let rest = content.as_bytes()[head..].to_vec();
        let bytes = Bytes::new(Path::new("t"), Box::new(io::Cursor::new(rest)), 0).unwrap();
        let text = Text::new(bytes).unwrap();
        let mut lines = Lines::new(text, content.as_bytes()[..head].to_vec(), 0, 1);
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push((
                String::from_utf8(line.bytes().to_vec()).unwrap(),
                line.row,
                line.unfinished,
            ));
        }
        all
    }

    #[test]
    fn line_ends_may_be_mixed_and_the_head_ends_anywhere() {
        let content = "a\r\n\nbcd\ne\r\nlast";
        let expected: Vec<(String, u64, bool)> = [
            ("a", 1, false),
            ("", 2, false),
            ("bcd", 3, false),
            ("e", 4, false),
            ("last", 5, true),
        ]
        .map(|(line, row, unfinished)| (line.to_owned(), row, unfinished))
        .to_vec();
        for head in 0..=content.len() {
            assert_eq!(lines(content, head), expected, "head of {head}");
        }
    }

    #[test]
    fn a_line_longer_than_the_chunk_is_whole() {
        let long = "x".repeat(CHUNK + 17);
        let all = lines(&format!("a\n{long}\nb\n"), 1);
        assert_eq!(all.iter().map(|(line, ..)| line.len()).collect::<Vec<_>>(), [1, long.len(), 1]);
    }

    #[test]
    fn a_line_without_end_is_an_error_not_all_memory() {
        let bytes = Bytes::new(Path::new("t"), Box::new(io::repeat(b'x')), 0).unwrap();
        let mut lines = Lines::new(Text::new(bytes).unwrap(), Vec::new(), 0, 1);
        assert_eq!(lines.next().map(|_| ()).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(lines.row(), 1);
    }
}
