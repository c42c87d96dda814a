//! From scores back to the words. A score is a sum over words, so an explanation lists its terms: nothing is estimated.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::matcher::rounded;
use crate::model::{Model, Scores, Scratch};

/// Reasons listed for one cluster at most; the others are in `rest`.
const MAX_REASONS: usize = 12;

/// Words weaker than this are left to `rest`: no reader would see a difference.
pub(crate) const LEAST_WEIGHT: f32 = 0.005;

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
    let mut words: Vec<(usize, f32)> = scratch.sums(class).enumerate().collect();
    let mut also = vec![Vec::new(); words.len()];
    words.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
    let least = LEAST_WEIGHT * scores.length;
    let listed = words.iter().take(MAX_REASONS).take_while(|(_, sum)| sum.abs() >= least).count();
    let weight = |sum: f32| f64::from(sum / scores.length);
    let rest = words.split_off(listed).into_iter().map(|(_, sum)| weight(sum)).sum();
    for mention in &scratch.repeats {
        also[mention.distinct as usize].push((mention.span().start, mention.span().end));
    }
    let reasons = words.into_iter().map(|(distinct, sum)| {
        let Range { start, end } = scratch.first_span(distinct);
        let also = std::mem::take(&mut also[distinct]);
        Reason { text: text[start..end].to_owned(), start, end, weight: rounded(weight(sum)), also }
    });
    Reasons {
        reasons: reasons.collect(),
        score: rounded(f64::from(scratch.logits[class])),
        intercept: rounded(f64::from(model.description().intercept[class])),
        rest: rounded(rest),
    }
}

/// Where the content words stand that training has never seen, each once.
pub(crate) fn unknown_spans(scratch: &Scratch) -> impl Iterator<Item = Range<usize>> {
    scratch.unlearned().filter(|(_, weight)| *weight >= CONTENT_FROM).map(|(span, _)| span)
}
