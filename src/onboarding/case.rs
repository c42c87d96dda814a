//! One case: what was said, what was suggested with which model, and what a person decided.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::cpr::masked;
use crate::catalogue::Status;
use crate::error::{Error, Result};
use crate::explain::Reason;
use crate::matcher::{Answer, Matcher, Options, Scratch, Suggestion, Verdict};
use crate::text::{Language, LanguageHint};

/// The words behind this many clusters are kept, and behind the one that was decided on.
const EXPLAINED: usize = 3;

/// A decision as an advisor hands it in.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// What the company says of itself.
    pub text: String,
    /// What is known of its language.
    pub language: LanguageHint,
    /// What was decided.
    pub decision: Decision,
}

/// What a person decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The cluster's id; null: none fits.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required, example = "odense-robotics")]
    pub cluster: Option<String>,
    /// Why, in the advisor's words.
    #[serde(default)]
    pub note: Option<String>,
    /// Who decided, if they say so.
    #[serde(default)]
    pub by: Option<String>,
}

/// What is kept of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepText {
    /// All of it, personal numbers masked.
    #[default]
    Full,
    /// A hash, and no word of it.
    Hash,
}

/// One case as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Case {
    /// Its id: a UUID whose order is that of time.
    pub id: String,
    /// When it was decided, RFC 3339 in UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// What the company said, with personal numbers masked; null if only its hash is kept.
    pub text: Option<String>,
    /// SHA-256 of that text, in hexadecimal.
    pub text_sha256: String,
    /// What the text is written in.
    pub language: Language,
    /// What the ranking amounted to.
    pub verdict: Verdict,
    /// All clusters as they were ranked.
    pub suggestions: Vec<CaseSuggestion>,
    /// How probable it was that none fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub none_probability: Option<f64>,
    /// The words for and against the cluster that was decided on, or else the first one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Which model suggested.
    pub model: String,
    /// Which edition of the catalogue it used.
    pub catalogue_version: String,
    /// What was decided.
    pub decision: Decision,
    /// Whether a number was masked.
    pub masked: bool,
}

/// A cluster as it was suggested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CaseSuggestion {
    /// The cluster's id.
    pub cluster: String,
    /// Its short name on that day.
    pub name: String,
    /// How probable it was that this is the one.
    pub probability: f64,
    /// Whether it could be joined on that day.
    pub status: Status,
    /// The words for and against it, for the first few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

impl Case {
    /// Suggests for the text and joins the decision. Personal numbers are masked before anything else is done, so that
    /// neither the hash nor a reason can give them away.
    ///
    /// # Errors
    /// If the text is blank or too long, or the decision names a cluster that the catalogue does not have.
    ///
    /// ```
    /// use matcher::onboarding::{Case, Decision, KeepText, NewCase};
    /// use matcher::{LanguageHint, Matcher, Scratch};
    ///
    /// let decision = Decision { cluster: Some("marlog".to_owned()), ..Decision::default() };
    /// let text = "Rederi med færger. Ejer: 010190-1234".to_owned();
    /// let new = NewCase { text, language: LanguageHint::Auto, decision };
    /// let case = Case::decide(&Matcher::embedded()?, &mut Scratch::default(), new, KeepText::Full)?;
    /// assert_eq!(case.text.as_deref(), Some("Rederi med færger. Ejer: ******-****"));
    /// assert!(case.masked && case.suggestions.len() == 14);
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn decide(matcher: &Matcher, scratch: &mut Scratch, new: NewCase, keep: KeepText) -> Result<Case> {
        let NewCase { text, language, decision } = new;
        if text.trim().is_empty() {
            return Err(Error::usage("the text is empty").in_column("text"));
        }
        if let Some(id) = decision.cluster.as_ref().filter(|id| matcher.catalogue().cluster(id).is_none()) {
            return Err(Error::usage(format!("no cluster has the id {id:?}")).in_column("decision.cluster"));
        }
        let kept = masked(&text);
        let options = Options { top: 0, explain: keep == KeepText::Full, language, ..Options::default() };
        let answer = matcher.suggest_with(scratch, &kept, &options)?;
        let mask = |words: Option<String>| {
            words.map(|words| masked(words.trim()).into_owned()).filter(|words| !words.is_empty())
        };
        let decision = Decision { cluster: decision.cluster, note: mask(decision.note), by: mask(decision.by) };
        let suggestions = suggestions(&answer, decision.cluster.as_deref());
        Ok(Case {
            id: Uuid::now_v7().to_string(),
            created_at: moment(Timestamp::now()),
            text_sha256: sha256(&kept),
            language: answer.language,
            verdict: answer.verdict,
            none_probability: answer.none_probability,
            reasons: decisive(&suggestions, &decision),
            suggestions,
            model: answer.model,
            catalogue_version: matcher.catalogue().version.clone(),
            decision,
            masked: kept != text,
            text: (keep == KeepText::Full).then(|| kept.into_owned()),
        })
    }

    /// How far the first suggestion is ahead of the second; the smaller, the more doubtful.
    pub fn margin(&self) -> f64 {
        match &self.suggestions[..] {
            [first, second, ..] => first.probability - second.probability,
            _ => 1.0,
        }
    }
}

/// The reasons that a reader of the case asks for first.
pub(crate) fn decisive(suggestions: &[CaseSuggestion], decision: &Decision) -> Vec<Reason> {
    let decided = suggestions.iter().find(|one| Some(&one.cluster) == decision.cluster.as_ref());
    decided.or(suggestions.first()).map(|one| one.reasons.clone()).unwrap_or_default()
}

/// A moment in a form whose order as text is that of time.
pub(crate) fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

fn suggestions(answer: &Answer, decided: Option<&str>) -> Vec<CaseSuggestion> {
    let kept = |one: &Suggestion| one.rank <= EXPLAINED || Some(one.cluster.as_str()) == decided;
    let suggestion = |one: &Suggestion| CaseSuggestion {
        cluster: one.cluster.clone(),
        name: one.name.clone(),
        probability: one.probability,
        status: one.status,
        reasons: one.explanation.as_ref().filter(|_| kept(one)).map(|why| why.reasons.clone()).unwrap_or_default(),
    };
    answer.suggestions.iter().map(suggestion).collect()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").ok();
        hex
    })
}
