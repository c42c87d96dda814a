//! What is asked for beside a text, and what the answer to one holds.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalogue::Status;
use crate::explain::Reasons;
use crate::text::{Language, LanguageHint};

/// What to ask for beside the text.
///
/// ```
/// use matcher::{Matcher, Options, Scratch};
///
/// let options = Options { top: 0, explain: true, ..Options::default() };
/// let matcher = Matcher::embedded()?;
/// let answer = matcher.suggest_with(&mut Scratch::default(), "vi bygger skibsmotorer", &options)?;
/// assert_eq!(answer.suggestions.len(), 14);
/// assert!(answer.suggestions[0].explanation.is_some());
/// # Ok::<(), matcher::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many suggestions; 0 for all clusters.
    pub top: usize,
    /// Whether each suggestion says which words speak for and against it.
    pub explain: bool,
    /// What is known of the text's language.
    pub language: LanguageHint,
    /// The day for which the clusters' status is given.
    pub as_of: Date,
    /// Leave out clusters that have closed, or did not exist yet, on that day.
    pub only_active: bool,
}

impl Default for Options {
    /// Three suggestions as of today.
    fn default() -> Self {
        let as_of = jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        Options { top: 3, explain: false, language: LanguageHint::Auto, as_of, only_active: false }
    }
}

/// The answer to one text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "web", derive(utoipa::ToSchema))]
pub struct Answer {
    /// What the text is written in.
    pub language: Language,
    /// What the ranking amounts to.
    pub verdict: Verdict,
    /// The best clusters, best first.
    pub suggestions: Vec<Suggestion>,
    /// How probable it is that no cluster fits. With the probabilities of all clusters it adds up to 1. Absent where
    /// the model is not calibrated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub none_probability: Option<f64>,
    /// Content words that the model has never seen, in their order.
    pub unknown_words: Vec<String>,
    /// How many different content words the answer rests on.
    pub known_words: usize,
    /// Whether probabilities mean what they say. A catalogue without training profiles ranks by likeness to its
    /// descriptions, and that is no probability.
    pub calibrated: bool,
    /// Which model answered.
    pub model: String,
}

/// From this probability on, a first cluster that is not sure enough for [`Verdict::Fit`] is called the most likely one:
/// it is at least as likely as all others together.
#[cfg(any(feature = "cli", feature = "web"))]
pub(crate) const LIKELY: f64 = 0.5;

/// What a ranking amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "web", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// One cluster clearly leads.
    Fit,
    /// The candidates are too close: ask.
    Unsure,
    /// No cluster fits, or the text says too little.
    None,
}

impl Verdict {
    /// The word that output uses.
    ///
    /// ```
    /// assert_eq!(matcher::Verdict::Unsure.code(), "unsure");
    /// ```
    pub fn code(self) -> &'static str {
        match self {
            Verdict::Fit => "fit",
            Verdict::Unsure => "unsure",
            Verdict::None => "none",
        }
    }
}

/// One cluster of an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "web", derive(utoipa::ToSchema))]
pub struct Suggestion {
    /// Place in the ranking, from 1.
    pub rank: usize,
    /// The cluster's id.
    pub cluster: String,
    /// Its short name.
    pub name: String,
    /// How probable it is that this is the cluster to name first; calibrated, unless the answer says otherwise.
    pub probability: f64,
    /// Whether it can be joined.
    pub status: Status,
    /// Living clusters to turn to instead, if it has closed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<String>,
    /// Why, if asked for.
    #[serde(flatten)]
    #[cfg_attr(feature = "web", schema(value_type = crate::explain::ReasonsIfAsked))]
    pub explanation: Option<Reasons>,
}
