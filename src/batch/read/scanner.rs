//! Finds where rows end in a delimited text, quotes and all their mishaps included. It looks at bytes only through
//! `memchr` and remembers where it was, so that more bytes can be appended and nothing is looked at twice.
//!
//! A quote opens a field only where a field starts. If what closes it is followed by something other than a separator
//! or a line end, and lines were passed on the way, the quote was a lone one: it would otherwise swallow half the file.
//! The row then ends with its first line and is faulty, and reading goes on with the next line.

use memchr::{memchr, memchr2, memrchr};

use super::dialect::{Dialect, QUOTE};
use crate::batch::chunk::Record;
use crate::batch::row_error::RowErrorKind;

/// How long a row may be and still be held in memory.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// One field, in bytes as written.
    pub field: usize,
    /// All fields together.
    pub row: usize,
}

impl Default for Limits {
    /// 1 MiB a field, 16 MiB a row.
    fn default() -> Self {
        Limits { field: 1 << 20, row: 16 << 20 }
    }
}

/// What the bytes say so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A row, complete or faulty.
    Row(Record),
    /// More bytes are needed to tell.
    More,
    /// The row is over the limits.
    TooLong,
    /// There is nothing after the last row.
    End,
}

#[derive(Debug)]
pub(crate) struct Scanner {
    dialect: Dialect,
    limits: Limits,
    /// Whether quotes mean anything, and separators with them.
    quotes: bool,
    /// Where the current row starts.
    start: usize,
    /// Up to where it has been looked at.
    at: usize,
    /// Where the quoted field starts that is being read.
    open: Option<usize>,
}

impl Scanner {
    pub(crate) fn new(dialect: Dialect, limits: Limits, quotes: bool) -> Scanner {
        Scanner { dialect, limits, quotes, start: 0, at: 0, open: None }
    }

    /// The next row of `bytes`, which are those of the last call and perhaps more; `complete` if nothing follows them.
    pub(crate) fn next(&mut self, bytes: &[u8], complete: bool) -> Step {
        loop {
            let step = match self.open {
                None => self.outside(bytes, complete),
                Some(open) => self.inside(bytes, complete, open),
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    fn outside(&mut self, bytes: &[u8], complete: bool) -> Option<Step> {
        let line_end = self.dialect.line_end;
        let rest = &bytes[self.at..];
        let found = if self.quotes { memchr2(QUOTE, line_end, rest) } else { memchr(line_end, rest) };
        let Some(found) = found else {
            self.at = bytes.len();
            if self.is_too_long(bytes, bytes.len()) {
                return Some(Step::TooLong);
            }
            return match (complete, self.start < bytes.len()) {
                (false, _) => Some(Step::More),
                (true, false) => Some(Step::End),
                (true, true) => Some(self.row(bytes, bytes.len(), None)),
            };
        };
        let at = self.at + found;
        if bytes[at] == line_end {
            return Some(if self.is_too_long(bytes, at) { Step::TooLong } else { self.row(bytes, at, None) });
        }
        if at == self.start || bytes[at - 1] == self.dialect.delimiter {
            self.open = Some(at);
        }
        self.at = at + 1;
        None
    }

    fn inside(&mut self, bytes: &[u8], complete: bool, open: usize) -> Option<Step> {
        let found = memchr(QUOTE, &bytes[self.at..]).map(|found| self.at + found);
        let reach = open.saturating_add(self.limits.field);
        let within = found.filter(|at| *at < reach);
        let Some(at) = within else {
            self.at = found.unwrap_or(bytes.len());
            if bytes.len() > reach || complete {
                return Some(self.unclosed(bytes, open, reach));
            }
            return Some(Step::More);
        };
        self.at = at;
        match bytes.get(at + 1) {
            None if !complete => return Some(Step::More),
            Some(&QUOTE) => {
                self.at = at + 2;
                return None;
            }
            None | Some(b'\n' | b'\r') => {}
            Some(byte) if *byte == self.dialect.delimiter => {}
            Some(_) => {
                if memchr(self.dialect.line_end, &bytes[open..at]).is_some() {
                    return Some(self.unclosed(bytes, open, at));
                }
            }
        }
        self.open = None;
        self.at = at + 1;
        None
    }

    /// Ends the row at its first line end after the quote at `open`, or at the end of everything.
    fn unclosed(&mut self, bytes: &[u8], open: usize, reach: usize) -> Step {
        let window = &bytes[open..reach.min(bytes.len())];
        match memchr(self.dialect.line_end, window) {
            Some(length) if self.is_too_long(bytes, open) => {
                self.at = open + length;
                Step::TooLong
            }
            Some(length) => self.row(bytes, open + length, Some(RowErrorKind::UnclosedQuote)),
            None if bytes.len() > reach || self.is_too_long(bytes, bytes.len()) => Step::TooLong,
            None => self.row(bytes, bytes.len(), Some(RowErrorKind::UnclosedQuote)),
        }
    }

    fn row(&mut self, bytes: &[u8], line_end: usize, fault: Option<RowErrorKind>) -> Step {
        let start = self.start;
        let mut end = line_end;
        if self.dialect.line_end == b'\n' && line_end > start && line_end < bytes.len() && bytes[line_end - 1] == b'\r'
        {
            end -= 1;
        }
        let next = (line_end + 1).min(bytes.len());
        self.start = next;
        self.at = next;
        self.open = None;
        Step::Row(Record { start, end, next, fault })
    }

    /// Whether the row, which reaches at least to `end`, is over a limit. Short rows are not looked at.
    fn is_too_long(&self, bytes: &[u8], end: usize) -> bool {
        let length = end - self.start;
        if length <= self.limits.field {
            return false;
        }
        if length > self.limits.row || !self.quotes {
            return true;
        }
        let mut fields = Vec::new();
        let row = &bytes[self.start..end];
        // While the row grows, only its last field can have become too long.
        let from = memrchr(self.dialect.delimiter, row).map_or(0, |at| at + 1);
        if row.len() - from > self.limits.field {
            return true;
        }
        self.dialect.split(row, &mut fields);
        fields.iter().any(|(start, end)| end - start > self.limits.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { field: 40, row: 100 };

    /// The rows of a text that arrives byte by byte, then all at once: both must be the same.
    fn rows(text: &str) -> Vec<String> {
        let dialect = Dialect { delimiter: b';', line_end: b'\n' };
        let scan = |step: usize| {
            let mut scanner = Scanner::new(dialect, LIMITS, true);
            let (mut found, mut seen) = (Vec::new(), step.min(text.len()));
            loop {
                match scanner.next(&text.as_bytes()[..seen], seen == text.len()) {
                    Step::Row(Record { start, end, fault, .. }) => {
                        let mark = if fault.is_some() { "!" } else { "" };
                        found.push(format!("{mark}{}", &text[start..end]));
                    }
                    Step::More => seen = (seen + step).min(text.len()),
                    Step::TooLong => {
                        found.push("too long".to_owned());
                        return found;
                    }
                    Step::End => return found,
                }
            }
        };
        let at_once = scan(usize::MAX);
        assert_eq!(scan(1), at_once);
        assert_eq!(scan(7), at_once);
        at_once
    }

    #[test]
    fn lines_inside_quotes_end_no_row() {
        assert_eq!(rows("a;b\r\n1;\"x\ny\"\n\n2;z"), ["a;b", "1;\"x\ny\"", "", "2;z"]);
        assert_eq!(rows("1;\"say \"\"hi\"\"\n\"\n"), ["1;\"say \"\"hi\"\"\n\""]);
        assert_eq!(rows("1;24\" skærm\n2;x\n"), ["1;24\" skærm", "2;x"]);
        assert_eq!(rows("\"24\" skærm\";x\n2;y"), ["\"24\" skærm\";x", "2;y"]);
    }

    #[test]
    fn a_lone_quote_costs_its_own_row_only() {
        assert_eq!(rows("1;\"lone\n2;x\n3;\"fine\"\n4;y\n"), ["!1;\"lone", "2;x", "3;\"fine\"", "4;y"]);
        assert_eq!(rows("1;\"lone\n2;x\n3;y"), ["!1;\"lone", "2;x", "3;y"]);
        assert_eq!(rows("1;\"lone"), ["!1;\"lone"]);
        let long = format!("1;\"lone\n{}\n", "2;x\n".repeat(40));
        assert_eq!(rows(&long)[..2], ["!1;\"lone", "2;x"]);
    }

    #[test]
    fn limits_do_not_depend_on_how_bytes_arrive() {
        assert_eq!(rows(&format!("1;{}\n", "x".repeat(41))), ["too long"]);
        assert_eq!(rows(&format!("1;{}\n", "x".repeat(40))).len(), 1);
        assert_eq!(rows(&"x;".repeat(51)), ["too long"]);
        assert_eq!(rows(&format!("1;\"{}\"\n", "x".repeat(60))), ["too long"]);
        assert_eq!(rows(&format!("1;2;{};x\n", "x".repeat(41))), ["too long"]);
    }
}
