//! `POST /v1/suggest` and `/v1/suggest-batch`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::LanguageWish;
use crate::matcher::{Answer, Options};
use crate::onboarding::personal_numbers;
use crate::web::body::Json;
use crate::web::desk::Desk;
use crate::web::problem::Problem;

/// The longest body with several documents.
const MAX_DOCUMENTS_BYTES: usize = 8 << 20;

/// Documents that are scored in one request. More are a list.
const MAX_DOCUMENTS: usize = 1000;

/// A text to rank clusters for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// What the company does, in its own words.
    #[schema(example = "we build underwater drones")]
    text: String,
    /// How many clusters to list; 0 for all.
    #[serde(default = "three")]
    #[schema(default = 3)]
    limit: u32,
    /// Language of the text.
    #[serde(default)]
    language: LanguageWish,
    /// Whether each suggestion says which words speak for and against it.
    #[serde(default = "yes")]
    #[schema(default = true)]
    explain: bool,
}

/// The answer, as `matcher suggest --format json` prints it, and what to be careful about.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Suggested {
    #[serde(flatten)]
    answer: Answer,
    /// `cpr`: the text has numbers that look like a Danish personal number. Left out if there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<&'static str>,
    /// Where these numbers stand, as start and end in bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    personal_numbers: Vec<(usize, usize)>,
}

/// Several texts.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Questions {
    /// At most 1,000.
    #[schema(max_items = 1000)]
    documents: Vec<Document>,
    /// How many clusters to list for each; 0 for all.
    #[serde(default = "three")]
    #[schema(default = 3)]
    limit: u32,
    /// Language of the texts.
    #[serde(default)]
    language: LanguageWish,
    /// Whether each suggestion says which words speak for and against it.
    #[serde(default)]
    #[schema(default = false)]
    explain: bool,
}

/// One of several texts.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Document {
    /// Comes back with the answer.
    document_id: String,
    /// What the company does, in its own words.
    text: String,
}

/// The answers to several texts, in their order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Results {
    results: Vec<ResultOf>,
}

/// The answer to one of several texts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ResultOf {
    /// As it was sent.
    document_id: String,
    #[serde(flatten)]
    answer: Answer,
}

fn three() -> u32 {
    3
}

fn yes() -> bool {
    true
}

/// Ranks the clusters for one text.
#[utoipa::path(post, path = "/v1/suggest", tag = "suggest", request_body = Question, responses(
    (status = 200, description = "The ranking", body = Suggested),
    (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn suggest(
    State(desk): State<Arc<Desk>>,
    Json(question): Json<Question>,
) -> Result<Response, Problem> {
    let options = Options {
        top: question.limit as usize,
        explain: question.explain,
        language: question.language.into(),
        ..Options::default()
    };
    let found = personal_numbers(&question.text);
    let answer = desk.suggest(question.text, options).await?;
    if found.is_empty() {
        return Ok(axum::Json(answer).into_response());
    }
    let personal_numbers = found.into_iter().map(|span| (span.start, span.end)).collect();
    Ok(axum::Json(Suggested { answer, warnings: vec!["cpr"], personal_numbers }).into_response())
}

/// Ranks the clusters for several texts.
#[utoipa::path(post, path = "/v1/suggest-batch", tag = "suggest", request_body = Questions, responses(
    (status = 200, description = "The rankings, in the order of the documents", body = Results),
    (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn suggest_batch(
    State(desk): State<Arc<Desk>>,
    Json(asked): Json<Questions, MAX_DOCUMENTS_BYTES>,
) -> Result<axum::Json<Results>, Problem> {
    if asked.documents.len() > MAX_DOCUMENTS {
        return Err(Problem::from(crate::error::Error::usage(format!("more than {MAX_DOCUMENTS} documents")))
            .field("documents")
            .hint("send a list to /v1/lists"));
    }
    let options = Options {
        top: asked.limit as usize,
        explain: asked.explain,
        language: asked.language.into(),
        ..Options::default()
    };
    let length = asked.documents.iter().map(|document| document.text.len()).sum();
    let results = desk.score(length, move |matcher, scratch| {
        let answers = asked.documents.into_iter().map(|Document { document_id, text }| {
            Ok(ResultOf { document_id, answer: matcher.suggest_with(scratch, &text, &options)? })
        });
        answers.collect()
    });
    Ok(axum::Json(Results { results: results.await? }))
}
