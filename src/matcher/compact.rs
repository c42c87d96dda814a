//! The answer in its smallest form, for lists: numbers in memory that the caller keeps, no names, no copies of words.

use std::ops::Range;

use super::{MAX_TEXT_BYTES, Matcher, Options, Scratch, Verdict, rounded};
use crate::error::Result;
use crate::explain::{LEAST_WEIGHT, unknown_spans};
use crate::text::{Language, LanguageHint, decide};

/// Reasons kept for a row: a cell of a table is read at a glance.
const MAX_REASONS: usize = 5;

/// Ranks many texts with the same options. Answers equal those of [`Matcher::suggest_with`], without their names.
///
/// ```
/// use matcher::{Matcher, Options, Ranked, Scratch, Verdict};
///
/// let matcher = Matcher::embedded()?;
/// let ranker = matcher.ranker(&Options::default());
/// let (mut scratch, mut ranked) = (Scratch::default(), Ranked::default());
/// ranker.rank(&mut scratch, "vi bygger skibsmotorer til færger", &mut ranked)?;
/// let (class, probability) = ranked.top()[0];
/// assert_eq!(matcher.catalogue().clusters[class].id, "marlog");
/// assert!(probability > 0.5 && ranked.verdict() != Verdict::None);
/// # Ok::<(), matcher::Error>(())
/// ```
#[derive(Debug)]
pub struct Ranker<'m> {
    matcher: &'m Matcher,
    /// Places in the catalogue that may be suggested.
    wanted: Vec<usize>,
    top: usize,
    language: LanguageHint,
    explain: bool,
}

/// What [`Ranker::rank`] fills in; kept by the caller and used again.
#[derive(Clone, Debug)]
pub struct Ranked {
    language: Language,
    verdict: Verdict,
    known_words: usize,
    top: Vec<(usize, f64)>,
    probabilities: Vec<f64>,
    reasons: Vec<Range<usize>>,
    unknown: Vec<Range<usize>>,
    /// What is found on the way to the best clusters.
    greatest: Vec<u64>,
}

impl Default for Ranked {
    /// As of a text without words.
    fn default() -> Self {
        Ranked {
            language: Language::Other,
            verdict: Verdict::None,
            known_words: 0,
            top: Vec::new(),
            probabilities: Vec::new(),
            reasons: Vec::new(),
            unknown: Vec::new(),
            greatest: Vec::new(),
        }
    }
}

impl Ranked {
    /// What the text is written in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// What the ranking amounts to.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// How many different content words the answer rests on.
    pub fn known_words(&self) -> usize {
        self.known_words
    }

    /// The best clusters as places in the catalogue, best first, each with its probability.
    pub fn top(&self) -> &[(usize, f64)] {
        &self.top
    }

    /// Spans in the text of the words that speak for the first cluster, strongest first; empty unless
    /// [`Options::explain`].
    pub fn reasons(&self) -> impl Iterator<Item = Range<usize>> {
        self.reasons.iter().cloned()
    }

    /// Spans of the content words that training has never seen; empty unless [`Options::explain`].
    pub fn unknown_words(&self) -> impl Iterator<Item = Range<usize>> {
        self.unknown.iter().cloned()
    }
}

/// A number and where it stood as an integer, above 0: the greater number is greater, and of equals the first.
#[inline]
fn key(number: f32, place: usize) -> u64 {
    let bits = number.to_bits();
    let ordered = bits ^ ((bits.cast_signed() >> 31).cast_unsigned() | 1 << 31);
    #[expect(clippy::cast_possible_truncation, reason = "classes, and the words of a text, are fewer than 2^32")]
    let place = place as u32;
    u64::from(ordered) << 32 | u64::from(!place)
}

/// Puts a key in order among the greatest so far, greatest first; 0 changes nothing. Which ones are great cannot be
/// foreseen, so that each goes the same way, without a branch.
#[inline]
fn offer(greatest: &mut [u64], mut key: u64) {
    for held in greatest {
        (*held, key) = ((*held).max(key), (*held).min(key));
    }
}

/// Where the greatest numbers stood, greatest first.
fn places(greatest: &[u64]) -> impl Iterator<Item = usize> {
    #[expect(clippy::cast_possible_truncation, reason = "the last half is wanted")]
    greatest.iter().filter(|key| **key != 0).map(|key| !(*key as u32) as usize)
}

impl Matcher {
    /// A ranker for many texts. What depends on the options alone, such as which clusters are open, is found once.
    pub fn ranker(&self, options: &Options) -> Ranker<'_> {
        let clusters = self.catalogue.clusters.iter().enumerate();
        let wanted =
            clusters.filter(|(_, cluster)| !options.only_active || cluster.status_on(options.as_of).is_active());
        let wanted: Vec<usize> = wanted.map(|(place, _)| place).collect();
        let top = if options.top == 0 { wanted.len() } else { options.top.min(wanted.len()) };
        Ranker { matcher: self, wanted, top, language: options.language, explain: options.explain }
    }
}

impl Ranker<'_> {
    /// How many clusters a row lists.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Ranks the clusters for one text.
    ///
    /// # Errors
    /// If the text is longer than [`MAX_TEXT_BYTES`].
    pub fn rank(&self, scratch: &mut Scratch, text: &str, ranked: &mut Ranked) -> Result<()> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(super::too_long(text));
        }
        let Matcher { model, .. } = self.matcher;
        let scores = model.score(text, &mut scratch.0);
        ranked.language = match self.language {
            LanguageHint::Auto => decide(scores.evidence, text),
            LanguageHint::Is(language) => language,
        };
        let logits = &scratch.0.logits;
        self.matcher.fill_probabilities(logits, &mut ranked.probabilities);
        ranked.known_words = scratch.0.known_words;
        ranked.verdict = self.matcher.verdict(&ranked.probabilities, ranked.known_words);
        ranked.greatest.clear();
        ranked.greatest.resize(self.top, 0);
        self.wanted.iter().for_each(|class| offer(&mut ranked.greatest, key(logits[*class], *class)));
        ranked.top.clear();
        ranked.top.extend(places(&ranked.greatest).map(|class| (class, rounded(ranked.probabilities[class]))));
        ranked.reasons.clear();
        ranked.unknown.clear();
        if let (true, Some((class, _))) = (self.explain, ranked.top.first()) {
            let least = LEAST_WEIGHT * scores.length;
            let mut greatest = [0; MAX_REASONS];
            for (word, sum) in scratch.0.sums(*class).enumerate() {
                offer(&mut greatest, key(sum, word) * u64::from(sum >= least));
            }
            ranked.reasons.extend(places(&greatest).map(|word| scratch.0.first_span(word)));
            ranked.unknown.extend(unknown_spans(&scratch.0));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compact_answer_is_the_answer() {
        let matcher = Matcher::embedded().expect("the embedded model");
        let (mut scratch, mut ranked) = (Scratch::default(), Ranked::default());
        for (top, only_active) in [(0, false), (3, true), (1, false), (99, true)] {
            let options = Options { top, only_active, explain: true, ..Options::default() };
            let ranker = matcher.ranker(&options);
            for text in ["", "vi bygger skibsmotorer", "frisør", "we make software for banks and kvantedroner", "1 2 3"]
            {
                let answer = matcher.suggest_with(&mut Scratch::default(), text, &options).expect("short");
                ranker.rank(&mut scratch, text, &mut ranked).expect("short");
                let id = |class: usize| matcher.catalogue().clusters[class].id.clone();
                let top: Vec<_> = ranked.top().iter().map(|(class, p)| (id(*class), *p)).collect();
                let expected: Vec<_> =
                    answer.suggestions.iter().map(|one| (one.cluster.clone(), one.probability)).collect();
                assert_eq!(top, expected, "{text}");
                assert_eq!(ranked.language(), answer.language);
                assert_eq!(ranked.verdict(), answer.verdict);
                assert_eq!(ranked.known_words(), answer.known_words);
                let explanation = answer.suggestions[0].explanation.clone().expect("asked for");
                let speaking = explanation.reasons.iter().filter(|reason| reason.weight > 0.0);
                let expected: Vec<_> = speaking.take(MAX_REASONS).map(|reason| reason.text.clone()).collect();
                let reasons: Vec<_> = ranked.reasons().map(|span| text[span].to_owned()).collect();
                assert!(expected.iter().zip(&reasons).all(|(a, b)| a == b), "{expected:?} {reasons:?}");
                let unknown: Vec<_> = ranked.unknown_words().map(|span| text[span].to_owned()).collect();
                assert_eq!(unknown, answer.unknown_words);
            }
        }
    }
    #[test]
    fn what_was_forgotten_is_found_again() {
        let matcher = Matcher::embedded().expect("the embedded model");
        let ranker = matcher.ranker(&Options { explain: true, ..Options::default() });
        let (mut scratch, mut ranked) = (Scratch::default(), Ranked::default());
        let mut rank = |text: &str| {
            ranker.rank(&mut scratch, text, &mut ranked).expect("short");
            (ranked.top().to_vec(), ranked.reasons().collect::<Vec<_>>(), ranked.verdict())
        };
        let known = "vi bygger skibsmotorer til færger";
        let first = rank(known);
        let numbers: Vec<String> = (0..130_000).map(|i| i.to_string()).collect();
        let words: Vec<String> = (0..130_000).map(|i| format!("ord{i}")).collect();
        for many in [numbers, words] {
            for part in many.chunks(10_000) {
                rank(&part.join(" "));
                assert_eq!(rank(known), first);
            }
        }
    }
}
