//! Fields of a delimited file.

use super::ours::{Names, Scored, probability, reasons};
use crate::batch::chunk::Cell;
use crate::batch::read::dialect::Dialect;
use crate::batch::read::encoding::TextEncoding;
use crate::quote::is_formula;

/// Appends our fields, each after a separator.
pub(crate) fn ours(
    scored: &Scored<'_>,
    names: &Names<'_>,
    dialect: Dialect,
    encoding: TextEncoding,
    out: &mut Vec<u8>,
) {
    let delimiter = dialect.delimiter;
    match scored {
        Scored::Ranked(ranked, text) => {
            out.push(delimiter);
            out.extend_from_slice(ranked.language().code().as_bytes());
            out.push(delimiter);
            out.extend_from_slice(ranked.verdict().code().as_bytes());
            for rank in 0..names.top {
                out.push(delimiter);
                let found = ranked.top().get(rank);
                if let Some(cluster) = found.and_then(|(class, _)| names.clusters.get(*class)) {
                    dialect.quote(cluster.as_bytes(), out);
                }
                out.push(delimiter);
                if let Some((_, share)) = found {
                    probability(*share, out);
                }
            }
            out.push(delimiter);
            free_text(reasons(ranked, text), dialect, encoding, out);
            out.push(delimiter);
        }
        Scored::Failed(message) => {
            out.extend(std::iter::repeat_n(delimiter, names.columns.len()));
            free_text([*message], dialect, encoding, out);
        }
    }
}

/// Appends the names of our columns, each after a separator.
pub(crate) fn header(names: &Names<'_>, dialect: Dialect, encoding: TextEncoding, out: &mut Vec<u8>) {
    for name in &names.columns {
        out.push(dialect.delimiter);
        free_text([name.as_str()], dialect, encoding, out);
    }
}

/// Writes the input's cells anew.
pub(crate) fn cells(cells: &[Cell], dialect: Dialect, out: &mut Vec<u8>) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(dialect.delimiter);
        }
        match cell {
            Cell::Text(text) => dialect.quote(text.as_bytes(), out),
            other => dialect.quote(other.to_text().as_bytes(), out),
        }
    }
    // A row with nothing in it would be an empty line, which is no row.
    if let [cell] = cells
        && cell.to_text().is_empty()
    {
        out.extend_from_slice(b"\"\"");
    }
}

/// Text of ours that nobody checked, in parts that are joined by `; `: a spreadsheet must not take it for a formula.
fn free_text<'t>(
    parts: impl IntoIterator<Item = &'t str>,
    dialect: Dialect,
    encoding: TextEncoding,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    for part in parts {
        if out.len() > start {
            out.extend_from_slice(b"; ");
        } else if is_formula(part) {
            out.push(b'\'');
        }
        encoding.encode(part, out);
    }
    if dialect.needs_quotes(&out[start..]) {
        let written = out.split_off(start);
        dialect.quote(&written, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_is_no_formula() {
        let dialect = Dialect { delimiter: b';', line_end: b'\n' };
        let written = |text: &str| {
            let mut out = Vec::new();
            free_text([text], dialect, TextEncoding::Utf8, &mut out);
            String::from_utf8(out).expect("UTF-8")
        };
        assert_eq!(written("=1+1"), "'=1+1");
        assert_eq!(written("@SUM(a;b)"), "\"'@SUM(a;b)\"");
        assert_eq!(written("drone; skib"), "\"drone; skib\"");
        assert_eq!(written("drone"), "drone");
    }
}
