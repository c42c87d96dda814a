//! `/v1/cases`: what was decided.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

use super::LanguageWish;
use crate::error::{Error, Result};
use crate::matcher::Verdict;
use crate::onboarding::{Case, Decision, Filter, NewCase, Order, case_columns, case_row};
use crate::web::body::{Json, Params, Segment};
use crate::web::desk::Desk;
use crate::web::problem::Problem;

/// Cases on a page unless asked for more or fewer.
const PAGE: usize = 50;

/// Cases on a page at most.
const MAX_PAGE: usize = 500;

/// A decision to keep.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDecision {
    /// What the company does, in its own words.
    #[schema(min_length = 1, example = "we build underwater drones")]
    text: String,
    /// Language of the text.
    #[serde(default)]
    language: LanguageWish,
    /// What was decided.
    decision: Decision,
}

/// A page of cases.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Cases {
    cases: Vec<Case>,
    /// The value of `after` that gives the next page; null if there is none.
    #[schema(required)]
    next: Option<String>,
}

/// Which cases to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Words that stand in the text, the note, the decision or the id.
    query: Option<String>,
    /// Only this verdict; empty: all.
    #[param(value_type = Option<Verdict>)]
    verdict: Option<String>,
    /// `newest` first, or `doubtful`: those whose two best clusters were closest.
    #[param(value_type = Option<Order>)]
    order: Option<String>,
    /// How many cases, at most 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Which cases to download, and how.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Download {
    /// `csv` or `jsonl`.
    format: Option<String>,
    /// Words that stand in the text, the note, the decision or the id.
    query: Option<String>,
    /// Only this verdict; empty: all.
    #[param(value_type = Option<Verdict>)]
    verdict: Option<String>,
    /// What comes first.
    #[param(value_type = Option<Order>)]
    order: Option<String>,
}

/// Keeps a decision: suggests once more, and stores text, suggestions and decision.
#[utoipa::path(post, path = "/v1/cases", tag = "cases", operation_id = "create_case", request_body = NewDecision, responses(
    (status = 201, description = "The case; it is on the disk", body = Case, headers(
        ("Location" = String, description = "Where the case is"),
    )),
    (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(desk): State<Arc<Desk>>,
    Json(new): Json<NewDecision>,
) -> Result<impl IntoResponse, Problem> {
    let NewDecision { text, language, decision } = new;
    let keep = desk.settings.keep;
    let new = NewCase { text, language: language.into(), decision };
    let case = desk.score(new.text.len(), move |matcher, scratch| Case::decide(matcher, scratch, new, keep)).await?;
    let case = desk.keeper.ask(move |store| store.add(&case).map(|()| case)).await?;
    let location = format!("/v1/cases/{}", case.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], axum::Json(case)))
}

/// Lists cases.
#[utoipa::path(get, path = "/v1/cases", tag = "cases", operation_id = "cases", params(Wanted), responses(
    (status = 200, description = "A page of cases", body = Cases),
    (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    Params(wanted): Params<Wanted>,
) -> Result<axum::Json<Cases>, Problem> {
    let limit = match given(wanted.limit).map(|limit| limit.parse()) {
        None => PAGE,
        Some(Ok(limit @ 1..=MAX_PAGE)) => limit,
        Some(_) => return Err(Problem::bad(format!("a number from 1 to {MAX_PAGE} is expected")).field("limit")),
    };
    let after = given(wanted.after);
    let filter = Filter { limit, after, ..filter(wanted.query, wanted.verdict, wanted.order)? };
    let page = desk.keeper.ask(move |store| store.list(&filter)).await?;
    Ok(axum::Json(Cases { cases: page.cases, next: page.next }))
}

/// Downloads cases.
#[utoipa::path(get, path = "/v1/cases/export", tag = "cases", operation_id = "export_cases", params(Download), responses(
    (status = 200, description = "The cases", content(
        (String = "text/csv"),
        (String = "application/jsonl"),
    )),
    (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn export(
    State(desk): State<Arc<Desk>>,
    Params(wanted): Params<Download>,
) -> Result<impl IntoResponse, Problem> {
    let filter = filter(wanted.query, wanted.verdict, wanted.order)?;
    let as_lines = match given(wanted.format).as_deref() {
        None | Some("csv") => false,
        Some("jsonl") => true,
        Some(_) => return Err(Problem::bad("csv or jsonl is expected").field("format")),
    };
    let page = desk.keeper.ask(move |store| store.list(&filter)).await?;
    let (kind, disposition, file) = if as_lines {
        ("application/jsonl", "attachment; filename=\"cases.jsonl\"", jsonl(&page.cases)?)
    } else {
        ("text/csv; charset=utf-8", "attachment; filename=\"cases.csv\"", csv(&page.cases)?)
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], file))
}

/// Shows a case.
#[utoipa::path(get, path = "/v1/cases/{id}", tag = "cases", operation_id = "show_case",
    params(("id" = String, Path, description = "The case's id")),
    responses(
        (status = 200, description = "The case", body = Case),
        (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(State(desk): State<Arc<Desk>>, Segment(id): Segment) -> Result<axum::Json<Case>, Problem> {
    let case = desk.keeper.ask(move |store| store.get(&id)).await?;
    case.map(axum::Json).ok_or_else(unknown)
}

/// Forgets a case: its bytes are overwritten.
#[utoipa::path(delete, path = "/v1/cases/{id}", tag = "cases", operation_id = "forget_case",
    params(("id" = String, Path, description = "The case's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn forget(State(desk): State<Arc<Desk>>, Segment(id): Segment) -> Result<StatusCode, Problem> {
    let was_there = desk.keeper.ask(move |store| store.forget(&id)).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}

fn unknown() -> Problem {
    Problem::not_found("no case has this id")
}

/// A parameter that is there and not empty: forms send all their fields.
fn given(parameter: Option<String>) -> Option<String> {
    parameter.filter(|value| !value.trim().is_empty())
}

/// Which cases are asked for, from parameters as forms send them.
pub(crate) fn filter(query: Option<String>, verdict: Option<String>, order: Option<String>) -> Result<Filter, Problem> {
    let known =
        |code: String| [Verdict::Fit, Verdict::Unsure, Verdict::None].into_iter().find(|one| one.code() == code);
    let unknown = || Problem::bad("fit, unsure or none is expected").field("verdict");
    let verdict = given(verdict).map(|code| known(code).ok_or_else(unknown)).transpose()?;
    let order = match given(order).as_deref() {
        None | Some("newest") => Order::Newest,
        Some("doubtful") => Order::Doubtful,
        Some(_) => return Err(Problem::bad("newest or doubtful is expected").field("order")),
    };
    Ok(Filter { query: given(query), verdict, order, ..Filter::default() })
}

fn csv(cases: &[Case]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(case_columns()).chain(cases.iter().map(case_row)) {
        writer.write_record(&row).map_err(|error| Error::data(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| Error::data(error.to_string()))
}

fn jsonl(cases: &[Case]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for case in cases {
        serde_json::to_writer(&mut out, case).map_err(std::io::Error::from)?;
        out.push(b'\n');
    }
    Ok(out)
}
