//! Signs that stand beside letters: which belong to the word, which end it, and which are not seen at all.

/// The end of a word that ends at `end`, with its `'s`, `'er`, `'re` and the like, which belong to the span and not to the
/// word; `apostrophe` is the length of the sign.
pub(super) fn after_ending(text: &str, end: usize, apostrophe: usize) -> usize {
    let letters = text.as_bytes()[end + apostrophe..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let after = end + apostrophe + letters;
    if (1..=3).contains(&letters) && !is_word_at(text, after) { after } else { end }
}

pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

pub(super) fn is_word_at(text: &str, at: usize) -> bool {
    char_at(text, at).is_some_and(is_word_char)
}

/// One or two letters or digits and then something else, as after the `&` of `R&D`; not `&amp;`.
pub(super) fn short_run_at(text: &str, at: usize) -> bool {
    let rest = &text[at..];
    let run = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
    let letters = rest[..run].chars().take(3).count();
    (1..=2).contains(&letters) && !rest[run..].starts_with(';')
}

/// Whether the full stop at `at` begins `.NET`.
pub(super) fn is_dot_net(text: &str, at: usize) -> bool {
    text.as_bytes().get(at + 1..at + 4).is_some_and(|word| word.eq_ignore_ascii_case(b"net"))
        && !is_word_at(text, at + 4)
        && !text[..at].chars().next_back().is_some_and(is_word_char)
}

pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric()
}

/// Soft hyphen, zero-width and direction signs: invisible, and no border of a word.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
