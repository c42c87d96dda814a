//! The answers that an advisor would not accept.

use super::Labelled;
use super::metrics::Case;
use crate::matcher::Verdict;

/// A first suggestion that is neither primary nor acceptable, or a text with a cluster that was turned away.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The text.
    pub text: String,
    /// Its primary clusters; empty if none fits.
    pub primary: Vec<String>,
    /// Its acceptable clusters.
    pub acceptable: Vec<String>,
    /// The first suggestion.
    pub suggestion: String,
    /// The first suggestion's probability, where the ranker gives probabilities.
    pub probability: Option<f64>,
    /// What the answer amounted to; for `none`, the suggestion was not made.
    pub verdict: Verdict,
}

impl Mistake {
    /// What is wrong about an answer, if something is; `ids` are the clusters by place, and `none`.
    pub(super) fn of(case: &Case<'_>, text: &Labelled, ids: &[&str]) -> Option<Self> {
        let none = ids.len() - 1;
        let accepted = match case.verdict {
            Verdict::None => case.is_none() || case.label.acceptable.contains(&none),
            Verdict::Fit | Verdict::Unsure => case.first_is_acceptable(),
        };
        if accepted {
            return None;
        }
        let names = |classes: &[usize]| classes.iter().map(|class| ids[*class].to_owned()).collect();
        Some(Mistake {
            text: text.text.clone(),
            primary: names(&case.label.primary),
            acceptable: names(&case.label.acceptable),
            suggestion: ids[case.ranking[0]].to_owned(),
            probability: case.first,
            verdict: case.verdict,
        })
    }

    /// The wrong answers, those with the most probable suggestion first; ties in the order of the texts.
    pub(super) fn all(cases: &[Case<'_>], texts: &[Labelled], ids: &[&str]) -> Vec<Self> {
        let mut mistakes: Vec<Self> =
            cases.iter().zip(texts).filter_map(|(case, text)| Self::of(case, text, ids)).collect();
        let probability = |mistake: &Mistake| mistake.probability.unwrap_or(0.0);
        mistakes.sort_by(|a, b| probability(b).total_cmp(&probability(a)));
        mistakes
    }
}
