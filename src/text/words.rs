//! Words with their place in the text as the user wrote it.
//!
//! One pass, no allocation per word: letters are lower-cased into a reused buffer, and only a word that holds something
//! beyond plain composed letters is normalised (NFKC, so that `ﬁ`, `CO₂` and a decomposed `å` meet their usual forms).
//! Markup of a pasted web page is stepped over, and a character reference such as `&oslash;` counts as its character.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::markup::{Markup, reference};
use super::plain::{Block, PlainWords};
use super::signs::{after_ending, char_at, is_dot_net, is_ignorable, is_word_at, is_word_char, short_run_at};

/// A word is read to this many characters; what follows still belongs to its span.
pub const MAX_WORD_CHARS: usize = 64;

/// Two-letter words that stand before a hyphen as words of their own (`on-site`), not as part of one (`it-drift`).
const SPLIT_BEFORE_HYPHEN: &[&str] =
    &["af", "as", "at", "by", "do", "en", "et", "go", "i", "in", "no", "of", "og", "on", "or", "på", "so", "to", "up"];

/// Reads the words of one text in order. See [`Words::next_word`].
///
/// ```
/// use matcher::text::Words;
///
/// let text = "C++ og e-handel i R&D, CO₂-neutral 3D-print";
/// let mut words = Words::new(text);
/// let mut found = Vec::new();
/// while let Some((word, span)) = words.next_word() {
///     found.push((word.to_owned(), &text[span]));
/// }
/// assert_eq!(found[0], ("c++".to_owned(), "C++"));
/// assert_eq!(found[2], ("ehandel".to_owned(), "e-handel"));
/// assert_eq!(found[4], ("r&d".to_owned(), "R&D"));
/// assert_eq!(found[5], ("co2".to_owned(), "CO₂"));
/// assert_eq!(found[7], ("3dprint".to_owned(), "3D-print"));
/// ```
#[derive(Debug)]
pub struct Words<'t> {
    text: &'t str,
    at: usize,
    word: String,
    scratch: String,
    chars: usize,
    has_letter: bool,
    needs_normalising: bool,
    markup: Markup,
    block: Block,
}

impl<'t> Words<'t> {
    /// Starts at the beginning of `text`.
    ///
    /// ```
    /// let mut words = matcher::text::Words::new("vindmøller");
    /// assert_eq!(words.next_word(), Some(("vindmøller", 0..11)));
    /// ```
    pub fn new(text: &'t str) -> Self {
        Words::with_buffer(text, String::new())
    }

    /// Like [`Words::new`], writing the words into a buffer that the caller keeps; [`Words::into_buffer`] gives it back.
    ///
    /// ```
    /// use matcher::text::Words;
    ///
    /// let mut buffer = String::new();
    /// for text in ["vi bygger", "we build"] {
    ///     let mut words = Words::with_buffer(text, buffer);
    ///     while words.next_word().is_some() {}
    ///     buffer = words.into_buffer();
    /// }
    /// ```
    pub fn with_buffer(text: &'t str, mut buffer: String) -> Self {
        buffer.clear();
        Words {
            text,
            at: 0,
            word: buffer,
            scratch: String::new(),
            chars: 0,
            has_letter: false,
            needs_normalising: false,
            markup: Markup::default(),
            block: Block::default(),
        }
    }

    /// The buffer that [`Words::with_buffer`] was given.
    ///
    /// ```
    /// assert_eq!(matcher::text::Words::new("x").into_buffer(), "");
    /// ```
    pub fn into_buffer(self) -> String {
        self.word
    }

    /// The next word in normal form (lower case, NFKC, without hyphen or possessive ending) and its span in bytes of the
    /// text; `None` at the end. Runs of digits alone are no words. The one word kept in capitals is `IT`, which in lower
    /// case would be English `it`.
    ///
    /// ```
    /// let mut words = matcher::text::Words::new("IT-drift i 2017");
    /// assert_eq!(words.next_word(), Some(("itdrift", 0..8)));
    /// assert_eq!(words.next_word(), Some(("i", 9..10)));
    /// assert_eq!(words.next_word(), None);
    /// ```
    pub fn next_word(&mut self) -> Option<(&str, Range<usize>)> {
        loop {
            let start = self.skip_to_word()?;
            let end = self.read_word(start);
            if self.needs_normalising {
                self.scratch.clear();
                let normal = self.word.nfkc().flat_map(char::to_lowercase);
                self.scratch.extend(normal.filter(|c| is_word_char(*c) || is_combining_mark(*c)));
                std::mem::swap(&mut self.scratch, &mut self.word);
            }
            if self.has_letter && !self.word.is_empty() {
                return Some((&self.word, start..end));
            }
        }
    }

    /// The next words of which all and what ends them are such that their normal form follows from the spelling alone, as
    /// many as there is room for. If there is room left, what comes next is another word or the end:
    /// [`Words::next_word`] goes on from here. Each hash is said as soon as it is known.
    ///
    /// Spellings repeat, so whoever remembers what became of one need not normalise it again. A run of digits counts
    /// as a word here.
    #[inline]
    pub(crate) fn read_plain(&mut self, words: &mut PlainWords, say: impl FnMut(u64)) {
        self.at = words.read(self.text.as_bytes(), self.at, &mut self.block, say);
    }

    /// Moves to where the next word begins.
    fn skip_to_word(&mut self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => return Some(self.at),
                b'<' => self.at = self.markup.end(self.text, self.at).unwrap_or(self.at + 1),
                b'&' => match reference(self.text, self.at) {
                    Some((c, _)) if is_word_char(c) => return Some(self.at),
                    Some((_, len)) => self.at += len,
                    None => self.at += 1,
                },
                b'.' if is_dot_net(self.text, self.at) => return Some(self.at),
                0..=0x7f => self.at += 1,
                _ => {
                    let c = char_at(self.text, self.at)?;
                    if is_word_char(c) {
                        return Some(self.at);
                    }
                    self.at += c.len_utf8();
                }
            }
        }
        None
    }

    /// Reads the word that begins at `start` into the buffer; returns its end.
    fn read_word(&mut self, start: usize) -> usize {
        self.word.clear();
        self.chars = 0;
        self.has_letter = false;
        self.needs_normalising = false;
        if self.text.as_bytes()[start] == b'.' {
            self.push('.');
            self.at += 1;
        }
        self.read_run();
        let mut end = self.at;
        if &self.text[start..end] == "IT" {
            self.word.clear();
            self.word.push_str("IT");
        }
        loop {
            let rest = &self.text.as_bytes()[end..];
            match *rest {
                [b'+', b'+', ..] if self.chars == 1 && self.has_letter => {
                    self.word.push_str("++");
                    end += 2;
                    break;
                }
                [b'#', ..] if matches!(self.word.as_str(), "c" | "f") && !is_word_at(self.text, end + 1) => {
                    self.word.push('#');
                    end += 1;
                    break;
                }
                [b'&', ..] if self.chars <= 2 && short_run_at(self.text, end + 1) => {
                    self.push('&');
                    self.at = end + 1;
                    self.read_run();
                    end = self.at;
                    break;
                }
                [b'-', ..] if self.joins_over_hyphen() && is_word_at(self.text, end + 1) => {
                    self.word.make_ascii_lowercase();
                    self.at = end + 1;
                    self.read_run();
                    end = self.at;
                }
                [b'\'', ..] => {
                    end = after_ending(self.text, end, 1);
                    break;
                }
                [0xe2, 0x80, 0x99 | 0x98, ..] => {
                    end = after_ending(self.text, end, 3);
                    break;
                }
                _ => break,
            }
        }
        self.at = end;
        end
    }

    /// Reads letters, digits, marks and character references of letters, as long as they follow each other.
    fn read_run(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                    self.push(char::from(byte));
                    self.at += 1;
                }
                b'&' => match reference(self.text, self.at) {
                    Some((c, len)) if is_word_char(c) || is_ignorable(c) => {
                        self.push(c);
                        self.at += len;
                    }
                    _ => return,
                },
                0..=0x7f => return,
                _ => {
                    let Some(c) = char_at(self.text, self.at) else { return };
                    if !(is_word_char(c) || is_combining_mark(c) || is_ignorable(c)) {
                        return;
                    }
                    self.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn push(&mut self, c: char) {
        if is_ignorable(c) || self.chars == MAX_WORD_CHARS {
            return;
        }
        self.chars += 1;
        if c.is_ascii() {
            self.has_letter |= c.is_ascii_alphabetic();
            self.word.push(c.to_ascii_lowercase());
        } else {
            self.has_letter |= c.is_alphabetic();
            self.needs_normalising |= !matches!(c, 'À'..='ÿ');
            self.word.extend(c.to_lowercase());
        }
    }

    /// `e-handel`, `3D-print` and `it-drift` are one word; `drone-inspektion` and `on-site` are two.
    fn joins_over_hyphen(&self) -> bool {
        self.chars <= 2 && !SPLIT_BEFORE_HYPHEN.contains(&self.word.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::plain::TOGETHER;
    use super::*;

    fn words(text: &str) -> Vec<(String, &str)> {
        let mut words = Words::new(text);
        let mut found = Vec::new();
        while let Some((word, span)) = words.next_word() {
            found.push((word.to_owned(), &text[span]));
        }
        found
    }

    fn keys(text: &str) -> Vec<String> {
        words(text).into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn signs_that_belong_to_a_word_stay() {
        assert_eq!(keys("C++, C# og .NET i 5G"), ["c++", "c#", "og", ".net", "i", "5g"]);
        assert_eq!(keys("R&D hos B&O"), ["r&d", "hos", "b&o"]);
        assert_eq!(keys("Salg & service"), ["salg", "service"]);
        assert_eq!(keys("CO2 og CO₂"), ["co2", "og", "co2"]);
    }

    #[test]
    fn hyphens_join_short_heads_only() {
        assert_eq!(keys("e-handel it-drift 3D-print"), ["ehandel", "itdrift", "3dprint"]);
        assert_eq!(keys("drone-inspektion, bygge- og anlæg"), ["drone", "inspektion", "bygge", "og", "anlæg"]);
        assert_eq!(keys("on-site"), ["on", "site"]);
    }

    #[test]
    fn possessives_belong_to_the_span_only() {
        assert_eq!(
            words("the company's CV'er"),
            [("the".to_owned(), "the"), ("company".to_owned(), "company's"), ("cv".to_owned(), "CV'er"),]
        );
        assert_eq!(words("firm’s"), [("firm".to_owned(), "firm’s")]);
    }

    #[test]
    fn it_in_capitals_is_not_the_pronoun() {
        assert_eq!(keys("IT and it, IT-drift"), ["IT", "and", "it", "itdrift"]);
    }

    /// Reads as scoring does: plain words by their spelling alone, the others in their place.
    fn spelled(text: &str) -> Vec<(String, Range<usize>)> {
        let mut words = Words::new(text);
        let mut found = Vec::new();
        let mut plain = PlainWords::default();
        loop {
            words.read_plain(&mut plain, |_| {});
            for (start, end) in plain.spans() {
                let word = Words::new(&text[*start..*end]).next_word().map(|(word, _)| word.to_owned());
                found.extend(word.map(|word| (word, *start..*end)));
            }
            if plain.spans().len() == TOGETHER {
                continue;
            }
            let Some((word, span)) = words.next_word() else { return found };
            found.push((word.to_owned(), span));
        }
    }

    proptest! {
        #[test]
        fn plain_words_are_the_words(text in "([a-cfnNeEtTIT0-2æÅ×é .,+#&'<>/;!\u{2013}\u{2019}\u{a0}\u{ad}\u{30a}-]|&aring;|IT|\\PC){0,300}") {
            let mut words = Words::new(&text);
            let mut found = Vec::new();
            while let Some((word, span)) = words.next_word() {
                found.push((word.to_owned(), span));
            }
            prop_assert_eq!(spelled(&text), found);
        }
    }

    #[test]
    fn decomposed_and_compatibility_forms_meet_the_usual_ones() {
        assert_eq!(
            words("sma\u{30a} bygninger"),
            [("små".to_owned(), "sma\u{30a}"), ("bygninger".to_owned(), "bygninger")]
        );
        assert_eq!(keys("of\u{fb01}ce"), ["office"]);
        assert_eq!(keys("vind\u{ad}mølle\u{200b}r"), ["vindmøller"]);
    }

    #[test]
    fn markup_is_no_text() {
        let page = "<p class=\"x\">Vi t&oslash;mrer</p><script>var robot = 1 < 2;</script><!-- drone --> huse";
        assert_eq!(
            words(page),
            [("vi".to_owned(), "Vi"), ("tømrer".to_owned(), "t&oslash;mrer"), ("huse".to_owned(), "huse")]
        );
        assert_eq!(keys("a < b og c>d &amp; e"), ["a", "b", "og", "c", "d", "e"]);
        assert_eq!(keys("<script>var x"), ["var", "x"]);
    }

    #[test]
    fn digits_alone_are_no_words() {
        assert_eq!(keys("i 2017 med 4.0 og 12 mand"), ["i", "med", "og", "mand"]);
        assert!(keys("🙂 123 … ---").is_empty());
    }

    #[test]
    fn a_word_without_end_is_cut() {
        let long = "a".repeat(100_000);
        let found = words(&long);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0.len(), found[0].1.len()), (MAX_WORD_CHARS, 100_000));
    }
}
