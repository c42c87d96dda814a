//! How a delimited file is written: what separates fields, and what ends a line. Decided on the header line.

use crate::error::{Error, Result};

pub(crate) const QUOTE: u8 = b'"';

/// Separators that are looked for, in the order of preference.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What separates fields and lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between fields.
    pub delimiter: u8,
    /// The last byte of a line end: `\n` (also in `\r\n`), or `\r` where it stands alone.
    pub line_end: u8,
}

impl Dialect {
    /// Decides on the start of a text. Separators inside quotes do not count.
    pub fn of(start: &[u8], tabs_expected: bool) -> Dialect {
        let mut counts = [0_usize; CANDIDATES.len()];
        let mut line_end = b'\n';
        let mut quoted = false;
        for (at, byte) in start.iter().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' | b'\r' if !quoted => {
                    if *byte == b'\r' && start.get(at + 1) != Some(&b'\n') {
                        line_end = b'\r';
                    }
                    break;
                }
                byte if !quoted => {
                    if let Some(place) = CANDIDATES.iter().position(|candidate| candidate == byte) {
                        counts[place] += 1;
                    }
                }
                _ => {}
            }
        }
        let mut best = if tabs_expected { 2 } else { 0 };
        for place in 0..CANDIDATES.len() {
            if counts[place] > counts[best] {
                best = place;
            }
        }
        Dialect { delimiter: CANDIDATES[best], line_end }
    }

    /// The separator's name for people.
    pub(crate) fn name(self) -> String {
        match self.delimiter {
            b',' => "comma (,)".to_owned(),
            b';' => "semicolon (;)".to_owned(),
            b'\t' => "tab".to_owned(),
            b'|' => "bar (|)".to_owned(),
            other => format!("{:?}", char::from(other)),
        }
    }

    /// A line end as this dialect writes it where there is none to copy.
    pub(crate) fn newline(self) -> &'static [u8] {
        if self.line_end == b'\r' { b"\r" } else { b"\n" }
    }

    /// Splits a record into the ranges of its fields, quotes included.
    pub(crate) fn split(self, record: &[u8], fields: &mut Vec<(usize, usize)>) {
        fields.clear();
        let mut start = 0;
        loop {
            let from = match record.get(start) {
                Some(&QUOTE) => closing_quote(record, start).map_or(start, |close| close + 1),
                _ => start,
            };
            if let Some(length) = memchr::memchr(self.delimiter, &record[from..]) {
                fields.push((start, from + length));
                start = from + length + 1;
            } else {
                fields.push((start, record.len()));
                return;
            }
        }
    }

    /// Whether a value can only stand in quotes.
    pub(crate) fn needs_quotes(self, value: &[u8]) -> bool {
        memchr::memchr3(QUOTE, b'\n', b'\r', value).or_else(|| memchr::memchr(self.delimiter, value)).is_some()
    }

    /// Writes a value as a field, in quotes where it needs them.
    pub(crate) fn quote(self, value: &[u8], out: &mut Vec<u8>) {
        if !self.needs_quotes(value) {
            out.extend_from_slice(value);
            return;
        }
        out.push(QUOTE);
        for byte in value {
            if *byte == QUOTE {
                out.push(QUOTE);
            }
            out.push(*byte);
        }
        out.push(QUOTE);
    }
}

/// Where the quoted field that starts at `start` is closed.
fn closing_quote(record: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr::memchr(QUOTE, record.get(at..)?)?;
        if record.get(at + 1) != Some(&QUOTE) {
            return Some(at);
        }
        at += 2;
    }
}

/// The value of a field: without its quotes, doubled quotes as one. What follows a closing quote belongs to the value,
/// and a quote that nothing closes is a letter like any other.
pub(crate) fn value<'f>(field: &'f [u8], buffer: &'f mut Vec<u8>) -> &'f [u8] {
    if field.first() != Some(&QUOTE) {
        return field;
    }
    let Some(close) = closing_quote(field, 0) else { return field };
    let inner = &field[1..close];
    if close + 1 == field.len() && memchr::memchr(QUOTE, inner).is_none() {
        return inner;
    }
    buffer.clear();
    let mut quote_before = false;
    for byte in inner {
        quote_before = *byte == QUOTE && !quote_before;
        if !quote_before {
            buffer.push(*byte);
        }
    }
    buffer.extend_from_slice(&field[close + 1..]);
    buffer
}

/// Reads what `--delimiter` says: one character, or its name.
///
/// # Errors
/// If it is longer, not ASCII, or a character that has another meaning.
pub fn parse_delimiter(text: &str) -> Result<u8> {
    match text.as_bytes() {
        _ if text.eq_ignore_ascii_case("tab") || text == "\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Ok(*byte),
        _ => Err(Error::usage(format!("the delimiter is one ASCII character, not {text:?}"))
            .with_hint("for example --delimiter ';' or --delimiter tab")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(dialect: Dialect, record: &str) -> Vec<String> {
        let (mut fields, mut buffer) = (Vec::new(), Vec::new());
        dialect.split(record.as_bytes(), &mut fields);
        let value = |(start, end): &(usize, usize)| value(&record.as_bytes()[*start..*end], &mut buffer).to_vec();
        fields.iter().map(value).map(|value| String::from_utf8(value).expect("UTF-8")).collect()
    }

    #[test]
    fn the_header_line_decides() {
        let of = |text: &str| Dialect::of(text.as_bytes(), false);
        assert_eq!(of("id;navn, adresse;tekst\na,b,c,d").delimiter, b';');
        assert_eq!(of("\"a;b;c\",d\n").delimiter, b',');
        assert_eq!(of("a|b\tc|d\n").delimiter, b'|');
        assert_eq!(of("alone\n"), Dialect { delimiter: b',', line_end: b'\n' });
        assert_eq!(of("a,b\r1,2\r").line_end, b'\r');
        assert_eq!(of("a,b\r\n1,2\n").line_end, b'\n');
    }

    #[test]
    fn odd_quotes_are_read_as_the_csv_crate_reads_them() {
        let comma = Dialect { delimiter: b',', line_end: b'\n' };
        for record in
            ["a,\"b\"\"c\",d", "\"x\"y,z", "a\"b,c", ",,", "\"\"", "\"a,b\n\",\"\"\"\"", "\"\"\"a\"\"b\"c\"d,e"]
        {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(record.as_bytes());
            let expected: Vec<String> =
                reader.records().next().expect("one").expect("sound").iter().map(str::to_owned).collect();
            assert_eq!(values(comma, record), expected, "{record}");
        }
    }
}
