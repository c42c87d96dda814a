//! Doors for fuzzing: each takes any bytes and panics if a promise is broken. No part of the public interface.

use std::io::Cursor;

use super::chunk::{CHUNK_BYTES, Chunk};
use super::read::dialect::{Dialect, value};
use super::read::encoding::TextEncoding;
use super::read::json::{self, Wanted};
use super::read::scanner::Limits;
use super::read::text::TextRows;

/// Reads bytes as a delimited file; every byte has to come out again, in order, and each row within its limits.
///
/// # Panics
/// If the reader loses or invents a byte.
pub fn delimited(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let mut dialect = Dialect::of(data, false);
    if choice & 1 == 1 {
        dialect.delimiter = b";,\t|"[usize::from(choice >> 6)];
    }
    let limits = Limits { field: 8 + usize::from(choice >> 1 & 15), row: 64 };
    let (mut fields, mut buffer) = (Vec::new(), Vec::new());
    read(data, dialect, true, limits, |line| {
        dialect.split(line, &mut fields);
        assert_eq!(
            fields.iter().map(|(start, end)| end - start + 1).sum::<usize>(),
            line.len() + 1,
            "fields cover a row"
        );
        for (start, end) in &fields {
            assert!(
                value(&line[*start..*end], &mut buffer).len() <= end - start,
                "a value is no longer than its field"
            );
        }
    });
}

/// Reads bytes as lines of JSON.
///
/// # Panics
/// If the reader loses or invents a byte.
pub fn json_lines(data: &[u8]) {
    let keys = ["text".to_owned()];
    let wanted = Wanted { keys: &keys, reserved: &[] };
    json::columns(data, TextEncoding::Utf8).ok();
    read(data, Dialect { delimiter: 0, line_end: b'\n' }, false, Limits { field: 200, row: 200 }, |line| {
        if let Ok(line) = std::str::from_utf8(line) {
            wanted.read(line).ok();
            json::cells(line, &keys).ok();
        }
    });
}

#[expect(clippy::panic, reason = "the point of it")]
fn read(data: &[u8], dialect: Dialect, quotes: bool, limits: Limits, mut line: impl FnMut(&[u8])) {
    let mut rows = TextRows::new(Box::new(Cursor::new(data.to_vec())), dialect, quotes, limits);
    let mut chunk = Chunk::default();
    let mut seen = Vec::new();
    loop {
        match rows.fill(&mut chunk) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => panic!("memory cannot fail to be read: {error}"),
        }
        seen.extend_from_slice(&chunk.bytes);
        assert!(chunk.bytes.len() <= CHUNK_BYTES + limits.row + 1, "a chunk is bounded");
        assert_eq!(chunk.after.offset, seen.len() as u64, "the place is right");
        let mut at = 0;
        for record in &chunk.records {
            assert!(record.start == at && record.start <= record.end && record.end <= record.next, "rows follow rows");
            at = record.next;
            line(&chunk.bytes[record.start..record.end]);
        }
        assert!(chunk.piece.is_some() || at == chunk.bytes.len(), "rows cover a chunk");
    }
    assert_eq!(seen, data, "every byte comes out");
}
