//! From scores back to the words. A score is a sum over words, so an explanation lists its terms: nothing is estimated.

use serde::{Deserialize, Serialize};

use crate::matcher::rounded;
use crate::model::{Model, Scores, Scratch, Word};

/// Reasons listed for one cluster at most; the others are in `rest`.
const MAX_REASONS: usize = 12;

/// Words weaker than this are left to `rest`: no reader would see a difference.
pub(crate) const LEAST_WEIGHT: f64 = 0.005;

/// A word counts as a content word from this weight on; below stand words that all companies use.
const CONTENT_FROM: f32 = 0.3;

/// Why a cluster has its score: the weights of `reasons`, `rest` and `intercept` add up to `score`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "web", derive(utoipa::ToSchema))]
pub struct Reasons {
    /// The words that did most, for the cluster or against it, strongest first.
    pub reasons: Vec<Reason>,
    /// The cluster's logit, or its cosine.
    pub score: f64,
    /// The score of a text without words.
    pub intercept: f64,
    /// What all words that are not listed add.
    pub rest: f64,
}

/// How [`Reasons`] look where they may be left out.
#[cfg(feature = "web")]
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes another type")]
pub(crate) struct ReasonsIfAsked {
    /// The words that did most, for the cluster or against it, strongest first.
    #[schema(nullable = false)]
    reasons: Option<Vec<Reason>>,
    /// The cluster's logit, or its cosine.
    #[schema(nullable = false)]
    score: Option<f64>,
    /// The score of a text without words.
    #[schema(nullable = false)]
    intercept: Option<f64>,
    /// What all words that are not listed add.
    #[schema(nullable = false)]
    rest: Option<f64>,
}

/// A word of the text and what it adds to a cluster's score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "web", derive(utoipa::ToSchema))]
pub struct Reason {
    /// The word as written.
    pub text: String,
    /// Where it first stands, in bytes of the text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What all its mentions add together; negative if it speaks against the cluster.
    pub weight: f64,
    /// Its other mentions, as start and end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<(usize, usize)>,
}

/// The reasons for one class of the text that `scratch` holds.
pub(crate) fn reasons(model: &Model, scores: &Scores, scratch: &Scratch, text: &str, class: usize) -> Reasons {
    let contributions = scratch.words(class).map(|word| f64::from(scores.contribution(&word)));
    let mut words: Vec<(usize, f64)> = contributions.enumerate().collect();
    let mut mentions = vec![Vec::new(); words.len()];
    words.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
    let listed = words.iter().take(MAX_REASONS).take_while(|(_, weight)| weight.abs() >= LEAST_WEIGHT).count();
    let rest = words.split_off(listed).into_iter().map(|(_, weight)| weight).sum();
    for token in &scratch.tokens {
        mentions[token.distinct as usize].push((token.span().start, token.span().end));
    }
    let reasons = words.into_iter().filter_map(|(distinct, weight)| {
        let mut spans = std::mem::take(&mut mentions[distinct]).into_iter();
        let (start, end) = spans.next()?;
        Some(Reason { text: text[start..end].to_owned(), start, end, weight: rounded(weight), also: spans.collect() })
    });
    Reasons {
        reasons: reasons.collect(),
        score: rounded(f64::from(scratch.logits[class])),
        intercept: rounded(f64::from(model.description().intercept[class])),
        rest: rounded(rest),
    }
}

/// Whether this is a content word that training has never seen.
#[inline]
pub(crate) fn is_unknown(word: &Word) -> bool {
    !word.is_learned && word.weight >= CONTENT_FROM
}

/// Content words of the text that training has never seen, as written, each once.
pub(crate) fn unknown_words(scratch: &Scratch, text: &str) -> Vec<String> {
    scratch.words(0).filter(is_unknown).map(|word| text[word.first.span()].to_owned()).collect()
}
