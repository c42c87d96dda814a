//! What a pasted web page has beside its words: tags, scripts, comments, character references.

/// The longest character reference of HTML, `&CounterClockwiseContourIntegral;`.
const MAX_REFERENCE_BYTES: usize = 33;

/// Finds where markup ends, for one text from its start to its end.
#[derive(Debug, Default)]
pub(super) struct Markup {
    /// Once a search for the end of a script or comment has failed, it is not repeated: reading stays linear.
    unclosed: bool,
}

impl Markup {
    /// Where the tag, comment, script or style sheet that begins at `at` ends; `None` if this `<` is just a sign.
    pub(super) fn end(&mut self, text: &str, at: usize) -> Option<usize> {
        let rest = &text[at..];
        if rest.starts_with("<!--") {
            return self.after_closing(text, "-->", at);
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            return None;
        }
        let close = 1 + rest[1..].find(['<', '>'])?;
        if rest.as_bytes()[close] != b'>' {
            return None;
        }
        let after = at + close + 1;
        let name = rest.get(1..7).unwrap_or_default();
        if name.eq_ignore_ascii_case("script") {
            return self.after_closing(text, "</script>", after).or(Some(after));
        }
        if rest.get(1..6).unwrap_or_default().eq_ignore_ascii_case("style") {
            return self.after_closing(text, "</style>", after).or(Some(after));
        }
        Some(after)
    }

    fn after_closing(&mut self, text: &str, closing: &str, from: usize) -> Option<usize> {
        if self.unclosed {
            return None;
        }
        let found = text[from..].find(closing);
        self.unclosed = found.is_none();
        found.map(|i| from + i + closing.len())
    }
}

/// The character that a reference such as `&aring;` or `&#229;` stands for, and its length in the text.
pub(super) fn reference(text: &str, at: usize) -> Option<(char, usize)> {
    let rest = &text.as_bytes()[at..];
    let body = rest.get(1..rest.len().min(MAX_REFERENCE_BYTES))?;
    let len = body.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
    if len == 0 || body.get(len) != Some(&b';') {
        return None;
    }
    let written = &text[at..at + len + 2];
    let decoded = html_escape::decode_html_entities(written);
    let mut chars = decoded.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Some((c, written.len())),
        _ => None,
    }
}
