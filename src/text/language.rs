//! Danish, English, both, or neither?
//!
//! Every word of the vocabulary carries evidence: how much more usual it is in general Danish than in general English.
//! A handful of words decides most texts. Where they do not, `whatlang` decides, asked to choose between the two
//! alone; and where most words belong to neither, it is asked without that restriction whether this is a third.

use std::fmt;

use serde::{Deserialize, Serialize};
use whatlang::{Detector, Lang, Script};

/// What a profile is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "web", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Danish.
    Da,
    /// English.
    En,
    /// Danish and English in one text.
    Mixed,
    /// Neither, or no words at all: it was read all the same, but hardly understood.
    Other,
}

impl Language {
    /// The code that output uses: `da`, `en`, `mixed` or `other`.
    ///
    /// ```
    /// assert_eq!(matcher::Language::Mixed.code(), "mixed");
    /// ```
    pub fn code(self) -> &'static str {
        match self {
            Language::Da => "da",
            Language::En => "en",
            Language::Mixed => "mixed",
            Language::Other => "other",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What the caller knows of a profile's language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LanguageHint {
    /// Nothing: decide from the text.
    #[default]
    Auto,
    /// It is this one.
    Is(Language),
}

/// Sums over the words of one text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Evidence {
    /// For Danish, in [`EVIDENCE_STEPS`] to a unit, which is ten times as usual.
    pub danish: u32,
    /// For English.
    pub english: u32,
    /// Words read.
    pub words: u32,
    /// Of these, words seen in training or in general language.
    pub known: u32,
}

/// What one mention of a word adds to the sums.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WordEvidence {
    danish: u8,
    english: u8,
    known: u8,
}

impl WordEvidence {
    /// Positive `steps` speak for Danish.
    pub(crate) fn new(steps: i8, is_known: bool) -> WordEvidence {
        WordEvidence {
            danish: steps.max(0).unsigned_abs(),
            english: steps.min(0).unsigned_abs(),
            known: u8::from(is_known),
        }
    }
}

impl Evidence {
    /// Adds a mention of a word.
    #[inline]
    pub(crate) fn add(&mut self, word: WordEvidence) {
        self.words += 1;
        self.known += u32::from(word.known);
        self.danish += u32::from(word.danish);
        self.english += u32::from(word.english);
    }
}

/// Units in which the evidence of a word is kept.
pub(crate) const EVIDENCE_STEPS: f32 = 16.0;

/// Prose of either language has at least this much evidence a word, and at least this part of its words is known; a text
/// with less of both may be of a third one.
const USUAL_EVIDENCE: f32 = 1.3;
const USUALLY_KNOWN: f32 = 0.87;
/// Bytes of the text that are looked at where the words do not decide.
const BEGINNING: usize = 2000;
/// Below this sum the words alone do not decide.
const ENOUGH: f32 = 0.8;
/// From this part on, the lesser language makes a text a mixed one.
const MIXED_FROM: f32 = 0.2;
/// Evidence that the lesser language needs beside its part: one borrowed word mixes nothing.
const MIXED_AT_LEAST: f32 = 5.0;

/// Decides from the evidence, and from the text where that does not suffice.
pub(crate) fn decide(evidence: Evidence, text: &str) -> Language {
    let Evidence { words, known, .. } = evidence;
    let (danish, english) = (evidence.danish as f32 / EVIDENCE_STEPS, evidence.english as f32 / EVIDENCE_STEPS);
    let text = beginning(text);
    let is_unusual =
        danish.max(english) < USUAL_EVIDENCE * words as f32 && (known as f32) < USUALLY_KNOWN * words as f32;
    if words == 0 || ((is_unusual || known * 2 <= words) && is_neither(text, words)) {
        return Language::Other;
    }
    let lesser = danish.min(english);
    if danish + english < ENOUGH {
        return of_two(text, danish >= english);
    }
    if lesser >= MIXED_AT_LEAST && lesser >= MIXED_FROM * (danish + english) {
        return Language::Mixed;
    }
    if danish >= english { Language::Da } else { Language::En }
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(BEGINNING);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn of_two(text: &str, danish_leads: bool) -> Language {
    if text.contains(['æ', 'ø', 'å', 'Æ', 'Ø', 'Å']) {
        return Language::Da;
    }
    match Detector::with_allowlist(vec![Lang::Dan, Lang::Eng]).detect_lang(text) {
        Some(Lang::Dan) => Language::Da,
        None if danish_leads => Language::Da,
        _ => Language::En,
    }
}

/// The text in a third language, by script or by a sure verdict. Norwegian and Swedish are read as Danish: their words
/// are close enough to be understood in part.
fn is_neither(text: &str, words: u32) -> bool {
    let Some(info) = whatlang::detect(text) else { return false };
    info.script() != Script::Latin
        || (words >= 4 && info.is_reliable() && !matches!(info.lang(), Lang::Dan | Lang::Eng | Lang::Nob | Lang::Swe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_evidence_needs_no_second_look() {
        let english = Evidence { danish: 8, english: 320, words: 6, known: 6 };
        assert_eq!(decide(english, ""), Language::En);
        let mixed = Evidence { danish: 320, english: 240, words: 12, known: 12 };
        assert_eq!(decide(mixed, ""), Language::Mixed);
    }

    #[test]
    fn a_third_language_is_neither() {
        let unknown = |words| Evidence { words, known: 1, ..Evidence::default() };
        let german = "Wir entwickeln Unterwasserdrohnen für die Überprüfung von Schiffen und Häfen";
        assert_eq!(decide(unknown(10), german), Language::Other);
        assert_eq!(decide(unknown(3), "我们 制造 水下无人机"), Language::Other);
        assert_eq!(decide(Evidence::default(), "123"), Language::Other);
    }
}
