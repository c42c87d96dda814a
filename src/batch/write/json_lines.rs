//! Lines of JSON.

use super::ours::{Names, Scored, probability, reasons};
use crate::batch::chunk::Cell;
use crate::batch::read::encoding::TextEncoding;

/// Writes a line as it was, with our keys at its end. What is no object is kept as text under the key `input`.
pub(crate) fn append(
    line: &[u8],
    is_object: bool,
    scored: &Scored<'_>,
    names: &Names<'_>,
    encoding: TextEncoding,
    out: &mut Vec<u8>,
) {
    let mut keys = Vec::new();
    ours(scored, names, &mut keys);
    let close = line.iter().rposition(|byte| *byte == b'}').filter(|_| is_object);
    let Some(close) = close else {
        let mut shown = b"{\"input\":".to_vec();
        string(&encoding.show(line), &mut shown);
        shown.push(b',');
        shown.extend(keys);
        shown.push(b'}');
        encoding.encode(&String::from_utf8_lossy(&shown), out);
        return;
    };
    out.extend_from_slice(&line[..close]);
    if !line[..close].trim_ascii_end().ends_with(b"{") || !line[..close].trim_ascii().eq(b"{") {
        out.push(b',');
    }
    encoding.encode(&String::from_utf8_lossy(&keys), out);
    out.extend_from_slice(&line[close..]);
}

/// Writes cells as a line.
pub(crate) fn write(columns: &[String], cells: &[Cell], scored: &Scored<'_>, names: &Names<'_>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (place, cell) in cells.iter().enumerate() {
        match columns.get(place) {
            Some(name) => string(name, out),
            // A row with more fields than the header keeps them.
            None => string(&format!("column_{}", place + 1), out),
        }
        out.push(b':');
        match cell {
            Cell::Empty => out.extend_from_slice(b"null"),
            Cell::Text(text) | Cell::Date(_, text) => string(text, out),
            Cell::Number(number) if !number.is_finite() => out.extend_from_slice(b"null"),
            other => out.extend_from_slice(other.to_text().as_bytes()),
        }
        out.push(b',');
    }
    ours(scored, names, out);
    out.extend_from_slice(b"}\n");
}

/// Our keys and values, without braces.
fn ours(scored: &Scored<'_>, names: &Names<'_>, out: &mut Vec<u8>) {
    let last = names.columns.len() - 1;
    for (place, name) in names.columns.iter().enumerate() {
        string(name, out);
        out.push(b':');
        match scored {
            Scored::Failed(message) if place == last => string(message, out),
            Scored::Ranked(ranked, _) if place == 0 => string(ranked.language().code(), out),
            Scored::Ranked(ranked, _) if place == 1 => string(ranked.verdict().code(), out),
            Scored::Ranked(ranked, text) if place + 1 == last => {
                string(&reasons(ranked, text).collect::<Vec<_>>().join("; "), out);
            }
            Scored::Ranked(ranked, _) if place < last => match ranked.top().get(place / 2 - 1) {
                Some((class, _)) if place % 2 == 0 => string(names.clusters.get(*class).unwrap_or(&""), out),
                Some((_, share)) => probability(*share, out),
                None => out.extend_from_slice(b"null"),
            },
            _ => out.extend_from_slice(b"null"),
        }
        if place < last {
            out.push(b',');
        }
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    // Writing a string into memory does not fail.
    serde_json::to_writer(out, text).ok();
}
