//! What others wrote, as it may be shown to people: in a line of a table, or in a spreadsheet's cell.

/// Whether a spreadsheet would take the text for a formula.
pub(crate) fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The text as a spreadsheet shows it: what would be a formula with a `'` before it.
#[cfg(feature = "web")]
pub(crate) fn no_formula(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text in one line, without control characters.
#[cfg(feature = "report")]
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            // XML, and thus SVG inside HTML, has no place for these two.
            line.extend(word.chars().filter(|letter| !matches!(letter, '\u{fffe}' | '\u{ffff}')));
        }
    }
    line
}

/// How a text starts, in one line of at most `most` letters and a mark that there is more.
#[cfg(feature = "report")]
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    let text = one_line(text);
    match text.char_indices().nth(most) {
        None => text,
        Some((end, next)) => {
            // Better cut between words than in one.
            let between = text[..end + next.len_utf8()].rfind(' ').filter(|place| place * 2 > end);
            format!("{}…", text[..between.unwrap_or(end)].trim_end())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "web")]
    fn a_formula_becomes_text() {
        assert_eq!(no_formula("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(no_formula("-5 grader"), "'-5 grader");
        assert_eq!(no_formula("vi bygger = vi lever"), "vi bygger = vi lever");
    }

    #[test]
    #[cfg(feature = "report")]
    fn an_excerpt_is_cut_between_words() {
        assert_eq!(excerpt("vi  bygger\nskibe\u{7}", 20), "vi bygger skibe");
        assert_eq!(excerpt("vi bygger skibe", 12), "vi bygger…");
        assert_eq!(excerpt("vi bygger skibe her", 15), "vi bygger skibe…");
        assert_eq!(excerpt("æblemosteriforeningen", 4), "æble…");
        assert_eq!(excerpt("vi bygger", 9), "vi bygger");
    }
}
