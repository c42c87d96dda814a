//! Text that is read row by row in constant memory: delimited files and JSON lines. A row that is over the limits is
//! handed on in pieces.

use std::io::{self, Read};

use memchr::memchr2;
use xxhash_rust::xxh3::Xxh3Default;

use super::dialect::{Dialect, QUOTE};
use super::scanner::{Limits, Scanner, Step};
use crate::batch::chunk::{CHUNK_BYTES, Chunk, Mark, Piece, Record};
use crate::error::{Error, Result};

/// Bytes are asked for until the chunk's length is a multiple of this.
const READ_BYTES: usize = 64 << 10;

/// Rows of a text, in chunks.
pub(crate) struct TextRows {
    input: Box<dyn Read + Send>,
    dialect: Dialect,
    /// Whether quotes mean anything.
    quotes: bool,
    limits: Limits,
    /// What was read beyond the last chunk.
    carry: Vec<u8>,
    ended: bool,
    mark: Mark,
    hasher: Xxh3Default,
    /// The row that is over the limits and being handed on.
    long: Option<LongRow>,
}

impl TextRows {
    pub(crate) fn new(input: Box<dyn Read + Send>, dialect: Dialect, quotes: bool, limits: Limits) -> TextRows {
        TextRows {
            input,
            dialect,
            quotes,
            limits,
            carry: Vec::new(),
            ended: false,
            mark: Mark { between_rows: true, ..Mark::default() },
            hasher: Xxh3Default::new(),
            long: None,
        }
    }

    /// Reads one row, such as the header, which has to be within the limits. `None` at the end.
    pub(crate) fn one(&mut self) -> Result<Option<(Vec<u8>, Record)>> {
        let mut bytes = std::mem::take(&mut self.carry);
        let mut scanner = self.scanner();
        loop {
            match scanner.next(&bytes, self.ended) {
                Step::Row(record) => {
                    self.carry = bytes.split_off(record.next);
                    self.pass(&bytes, 1);
                    return Ok(Some((bytes, record)));
                }
                Step::More => self.read(&mut bytes)?,
                Step::End => return Ok(None),
                Step::TooLong => {
                    return Err(Error::data("the header is longer than what is read")
                        .at_row(self.mark.rows + 1)
                        .with_hint("is this a delimited text at all?"));
                }
            }
        }
    }

    /// Fills the chunk with the next rows; `false` at the end.
    pub(crate) fn fill(&mut self, chunk: &mut Chunk) -> Result<bool> {
        chunk.clear();
        chunk.first_row = self.mark.rows + 1;
        chunk.bytes.append(&mut self.carry);
        if self.long.is_none() {
            let mut scanner = self.scanner();
            let mut end = 0;
            while end < CHUNK_BYTES {
                match scanner.next(&chunk.bytes, self.ended) {
                    Step::Row(record) => {
                        end = record.next;
                        chunk.records.push(record);
                    }
                    Step::More => self.read(&mut chunk.bytes)?,
                    Step::End => break,
                    Step::TooLong => {
                        if end == 0 {
                            self.long = Some(LongRow::default());
                        }
                        break;
                    }
                }
            }
            if self.long.is_none() {
                return Ok(self.close(chunk, end, chunk.records.len() as u64));
            }
        }
        self.piece(chunk)
    }

    fn close(&mut self, chunk: &mut Chunk, end: usize, rows: u64) -> bool {
        self.carry.extend_from_slice(&chunk.bytes[end..]);
        chunk.bytes.truncate(end);
        if end == 0 && chunk.piece.is_none() {
            return false;
        }
        self.pass(&chunk.bytes, rows);
        self.mark.between_rows = self.long.is_none();
        chunk.after = self.mark;
        true
    }

    /// Hands on the next part of a row that is over the limits.
    fn piece(&mut self, chunk: &mut Chunk) -> Result<bool> {
        let Some(mut long) = self.long.take() else { return Ok(false) };
        let mut end = 0;
        loop {
            if let Some(row_end) = long.scan(self.dialect, self.quotes, self.limits.field, &chunk.bytes, end) {
                chunk.piece = Some(long.piece(true, row_end.1 - row_end.0));
                return Ok(self.close(chunk, row_end.1, 1));
            }
            end = chunk.bytes.len();
            if self.ended {
                chunk.piece = Some(long.piece(true, 0));
                return Ok(self.close(chunk, end, 1));
            }
            if end >= CHUNK_BYTES {
                // The last byte may be half a line end; it stays for the next piece.
                chunk.piece = Some(long.piece(false, 0));
                let kept = usize::from(LongRow::keeps_last_byte(&chunk.bytes));
                long.seen = kept;
                self.long = Some(long);
                return Ok(self.close(chunk, end - kept, 0));
            }
            self.read(&mut chunk.bytes)?;
        }
    }

    fn scanner(&self) -> Scanner {
        Scanner::new(self.dialect, self.limits, self.quotes)
    }

    fn pass(&mut self, bytes: &[u8], rows: u64) {
        self.hasher.update(bytes);
        self.mark.offset += bytes.len() as u64;
        self.mark.rows += rows;
        self.mark.hash = self.hasher.digest();
    }

    /// Appends what the input gives next.
    fn read(&mut self, bytes: &mut Vec<u8>) -> Result<()> {
        let end = bytes.len() + READ_BYTES - bytes.len() % READ_BYTES;
        let mut filled = bytes.len();
        bytes.resize(end, 0);
        while filled < end && !self.ended {
            match self.input.read(&mut bytes[filled..]) {
                Ok(read) => {
                    filled += read;
                    self.ended = read == 0;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        bytes.truncate(filled);
        Ok(())
    }

    /// Where the next row starts.
    pub(crate) fn mark(&self) -> Mark {
        self.mark
    }

    /// Goes on to a place that an earlier run reached; `false` if the bytes before it are other bytes.
    pub(crate) fn skip_to(&mut self, mark: Mark) -> Result<bool> {
        let mut bytes = std::mem::take(&mut self.carry);
        while self.mark.offset < mark.offset {
            let missing = usize::try_from(mark.offset - self.mark.offset).unwrap_or(usize::MAX);
            if bytes.is_empty() {
                self.read(&mut bytes)?;
                if bytes.is_empty() {
                    return Ok(false);
                }
            }
            self.carry = bytes.split_off(missing.min(bytes.len()));
            self.pass(&bytes, 0);
            bytes = std::mem::take(&mut self.carry);
        }
        self.carry = bytes;
        let same = self.mark.hash == mark.hash && self.mark.offset == mark.offset;
        self.mark = mark;
        Ok(same)
    }
}

/// A row that is too long to be held: how far it has been read.
#[derive(Clone, Copy, Debug)]
struct LongRow {
    /// Bytes at the start of the next chunk that were counted already.
    seen: usize,
    /// Fields that have started.
    fields: usize,
    /// Bytes of the current field.
    length: usize,
    state: State,
    /// The first field over the limit.
    field: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted field: either it is doubled or it closes.
    Quote,
}

impl Default for LongRow {
    fn default() -> LongRow {
        LongRow { seen: 0, fields: 1, length: 0, state: State::Start, field: None }
    }
}

impl LongRow {
    /// Reads on from `from`; where the row's last field and its line end end, if they are among these bytes.
    fn scan(
        &mut self,
        dialect: Dialect,
        quotes: bool,
        limit: usize,
        bytes: &[u8],
        from: usize,
    ) -> Option<(usize, usize)> {
        let mut at = from.max(std::mem::take(&mut self.seen));
        while at < bytes.len() {
            let byte = bytes[at];
            if self.state == State::Quoted {
                let run = memchr2(QUOTE, dialect.line_end, &bytes[at..]).unwrap_or(bytes.len() - at);
                self.grow(run, limit);
                at += run;
                match bytes.get(at) {
                    Some(&QUOTE) => {
                        self.state = State::Quote;
                        self.grow(1, limit);
                        at += 1;
                    }
                    // Whether the quote was a lone one cannot be told any more; the line ends the row.
                    Some(_) if self.length > limit => return Some(Self::end(dialect, bytes, at)),
                    Some(_) => {
                        self.grow(1, limit);
                        at += 1;
                    }
                    None => {}
                }
                continue;
            }
            if byte == dialect.line_end {
                return Some(Self::end(dialect, bytes, at));
            }
            if byte == QUOTE && quotes && matches!(self.state, State::Start | State::Quote) {
                self.state = State::Quoted;
                self.grow(1, limit);
                at += 1;
            } else if byte == dialect.delimiter && quotes {
                self.fields += 1;
                self.length = 0;
                self.state = State::Start;
                at += 1;
            } else {
                self.state = State::Plain;
                let run = memchr2(dialect.delimiter, dialect.line_end, &bytes[at..]).unwrap_or(bytes.len() - at);
                let run = if quotes {
                    run.max(1)
                } else {
                    memchr::memchr(dialect.line_end, &bytes[at..]).unwrap_or(bytes.len() - at)
                };
                self.grow(run, limit);
                at += run;
            }
        }
        None
    }

    fn grow(&mut self, by: usize, limit: usize) {
        self.length += by;
        if self.length > limit && self.field.is_none() {
            self.field = Some(self.fields - 1);
        }
    }

    fn end(dialect: Dialect, bytes: &[u8], at: usize) -> (usize, usize) {
        let carriage = dialect.line_end == b'\n' && at > 0 && bytes[at - 1] == b'\r';
        (at - usize::from(carriage), at + 1)
    }

    fn keeps_last_byte(bytes: &[u8]) -> bool {
        bytes.last() == Some(&b'\r')
    }

    fn piece(&self, last: bool, line_end: usize) -> Piece {
        let open_quote = self.state == State::Quoted;
        Piece { last, fields: self.fields, field: self.field, open_quote, line_end }
    }
}
