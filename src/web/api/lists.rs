//! `/v1/lists`: whole lists, scored by the same code as `matcher batch`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

use crate::batch::{Options, Summary};
use crate::error::Error;
use crate::matcher::{Options as Suggest, Verdict};
use crate::text::Language;
use crate::web::body::{IDLE, Segment, refuse_long, too_long, too_slow};
use crate::web::desk::Desk;
use crate::web::lists::{Job, State as JobState, Upload, threads};
use crate::web::problem::Problem;

/// The longest upload.
pub(crate) const MAX_LIST: usize = 100 << 20;

/// The longest field beside the file.
const MAX_FIELD: usize = 4 << 10;

/// An upload has to be complete by then.
const WHOLE: Duration = Duration::from_secs(15 * 60);

/// A list and how to score it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes a form that is read field by field")]
pub(crate) struct ListForm {
    /// CSV, JSONL, XLSX, XLS, ODS or Parquet; also `.gz` and `.zst`.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// Column with the profile; may be sent more than once. Default: the first named like one.
    text_column: Option<Vec<String>>,
    /// How many clusters to list for each row; 0 for all.
    #[schema(default = 3)]
    top: Option<u32>,
    /// Language of the report, `da` or `en`.
    ui: Option<String>,
}

/// A list that was taken in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Queued {
    /// Its id.
    id: String,
    /// `queued`.
    status: &'static str,
}

/// How far a list is.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct Progress {
    /// Its id.
    id: String,
    /// `queued`, `running`, `done` or `failed`.
    status: &'static str,
    /// Rows scored so far.
    rows: u64,
    /// How much of the file was read, 0 to 1.
    share: f64,
    /// Rows scored in a second.
    rows_per_second: f64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// What the list amounts to, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Counts>,
}

/// Counts over a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Counts {
    /// All rows.
    rows: u64,
    /// Rows that could not be scored.
    failed: u64,
    /// Rows by verdict.
    verdicts: BTreeMap<&'static str, u64>,
    /// Rows by language.
    languages: BTreeMap<&'static str, u64>,
    /// For each cluster, how many rows recommend it.
    clusters: BTreeMap<String, u64>,
    /// Messages about faulty rows: the first of each kind.
    errors: Vec<String>,
}

/// Takes a list in and scores it in the background.
#[utoipa::path(post, path = "/v1/lists", tag = "lists", operation_id = "create_list",
    request_body(content = ListForm, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "It waits its turn", body = Queued, headers(
            ("Location" = String, description = "Where to see how far it is"),
        )),
        (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(State(desk): State<Arc<Desk>>, request: Request) -> Result<impl IntoResponse, Problem> {
    let _turn = desk.lists.uploads.try_acquire().map_err(|_| Problem::busy())?;
    let request = refuse_long(request, MAX_LIST).await?;
    let form = Multipart::from_request(request, &()).await.map_err(|_| {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body has to be a form with a file")
            .hint("send multipart/form-data with the part `file`")
    })?;
    let (upload, options) = tokio::time::timeout(WHOLE, read(&desk, form)).await.map_err(|_| too_slow())??;
    let job = desk.lists.add(upload, options)?;
    let location = format!("/v1/lists/{}", job.id);
    let queued = Queued { id: job.id.clone(), status: "queued" };
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], axum::Json(queued)))
}

/// Tells how far a list is.
#[utoipa::path(get, path = "/v1/lists/{id}", tag = "lists", operation_id = "show_list",
    params(("id" = String, Path, description = "The list's id")),
    responses(
        (status = 200, description = "How far it is", body = Progress),
        (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(State(desk): State<Arc<Desk>>, Segment(id): Segment) -> Result<axum::Json<Progress>, Problem> {
    let job = desk.lists.get(&id).ok_or_else(unknown)?;
    Ok(axum::Json(progress(&desk, &job)))
}

/// Downloads a scored list.
#[utoipa::path(get, path = "/v1/lists/{id}/result", tag = "lists", operation_id = "list_result",
    params(("id" = String, Path, description = "The list's id")),
    responses(
        (status = 200, description = "The list with our columns", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn result(State(desk): State<Arc<Desk>>, Segment(id): Segment) -> Result<impl IntoResponse, Problem> {
    let job = desk.lists.get(&id).ok_or_else(unknown)?;
    if !matches!(job.state(), JobState::Done { .. }) {
        return Err(Problem::new(StatusCode::CONFLICT, "the list is not scored yet, or could not be"));
    }
    let file = tokio::fs::File::open(job.output()).await.map_err(Error::from)?;
    let ending = job.output().extension().and_then(|ending| ending.to_str()).unwrap_or("csv");
    let kind = match ending {
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "parquet" => "application/vnd.apache.parquet",
        "jsonl" => "application/jsonl",
        "tsv" | "tab" => "text/tab-separated-values",
        // The list's own encoding is kept, so that none is claimed.
        _ => "text/csv",
    };
    let disposition = format!("attachment; filename=\"scored.{ending}\"");
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(ReaderStream::new(file))))
}

/// Deletes a list and its result, also while it is scored.
#[utoipa::path(delete, path = "/v1/lists/{id}", tag = "lists", operation_id = "forget_list",
    params(("id" = String, Path, description = "The list's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn forget(State(desk): State<Arc<Desk>>, Segment(id): Segment) -> Result<StatusCode, Problem> {
    if desk.lists.forget(&id) { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}

fn unknown() -> Problem {
    Problem::not_found("no list has this id").hint("a list is kept for an hour, and no longer than the server runs")
}

async fn read(desk: &Desk, mut form: Multipart) -> Result<(Upload, Options), Problem> {
    let mut upload = None;
    let mut options = Options {
        threads: threads(),
        portfolio: true,
        suggest: Suggest { explain: true, ..Suggest::default() },
        ..Options::default()
    };
    while let Some(mut field) = next(&mut form).await? {
        match field.name().unwrap_or_default() {
            "file" if upload.is_none() => {
                let place = desk.lists.upload(field.file_name().unwrap_or_default())?;
                save(&mut field, &place).await?;
                upload = Some(place);
            }
            "text_column" => {
                let column = text(&mut field).await?;
                options.text_columns.extend(Some(column).filter(|column| !column.is_empty()));
            }
            "top" => {
                let top = text(&mut field).await?;
                options.suggest.top = if top.is_empty() { 3 } else { top.parse().map_err(|_| number(&top))? };
            }
            "ui" => drop(text(&mut field).await?),
            other => {
                let detail = format!("a part {other:?} is not expected, or not twice");
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
                    .hint("the parts are file, text_column, top and ui"));
            }
        }
    }
    let upload =
        upload.ok_or_else(|| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the form has no file").field("file"))?;
    Ok((upload, options))
}

async fn next(form: &mut Multipart) -> Result<Option<Field<'_>>, Problem> {
    tokio::time::timeout(IDLE, form.next_field()).await.map_err(|_| too_slow())?.map_err(|error| broken(&error))
}

async fn save(field: &mut Field<'_>, place: &Upload) -> Result<(), Problem> {
    let mut file = tokio::fs::File::create(&place.input).await.map_err(Error::from)?;
    while let Some(chunk) = chunk(field).await? {
        file.write_all(&chunk).await.map_err(Error::from)?;
    }
    Ok(file.flush().await.map_err(Error::from)?)
}

async fn text(field: &mut Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = chunk(field).await? {
        if bytes.len() + chunk.len() > MAX_FIELD {
            return Err(too_long(MAX_FIELD));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Problem::bad("a part is not UTF-8"))
}

async fn chunk(field: &mut Field<'_>) -> Result<Option<Bytes>, Problem> {
    tokio::time::timeout(IDLE, field.chunk()).await.map_err(|_| too_slow())?.map_err(|error| broken(&error))
}

fn broken(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_long(MAX_LIST);
    }
    Problem::bad(format!("the form cannot be read: {}", error.body_text()))
}

fn number(text: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{text:?} is no number of clusters")).field("top")
}

fn progress(desk: &Desk, job: &Job) -> Progress {
    let watch = &job.watch;
    let (id, rows) = (job.id.clone(), watch.rows());
    let share = watch.total().map_or(0.0, |total| (watch.bytes() as f64 / total as f64).min(1.0));
    let pace = |time: Duration| rows as f64 / time.as_secs_f64().max(1e-3);
    match job.state() {
        JobState::Queued => Progress { id, status: "queued", ..Progress::default() },
        JobState::Running { since } => Progress {
            id,
            status: "running",
            rows,
            share,
            rows_per_second: pace(since.elapsed()),
            ..Progress::default()
        },
        JobState::Done { summary, took, .. } => {
            let (summary, rows_per_second) = (Some(counts(desk, &summary)), pace(took));
            Progress { id, status: "done", rows, share: 1.0, rows_per_second, summary, ..Progress::default() }
        }
        JobState::Failed { detail, hint, .. } => {
            Progress { id, status: "failed", rows, share, error: Some(detail), hint, ..Progress::default() }
        }
    }
}

fn counts(desk: &Desk, summary: &Summary) -> Counts {
    let verdicts = [Verdict::Fit, Verdict::Unsure, Verdict::None];
    let languages = [Language::Da, Language::En, Language::Mixed, Language::Other];
    let clusters = desk.matcher.catalogue().clusters.iter().map(|cluster| cluster.id.clone());
    Counts {
        rows: summary.rows,
        failed: summary.failed(),
        verdicts: verdicts.map(|verdict| (verdict.code(), summary.with_verdict(verdict))).into(),
        languages: languages.map(|language| (language.code(), summary.in_language(language))).into(),
        clusters: clusters.zip(summary.clusters.iter().copied().chain(std::iter::repeat(0))).collect(),
        errors: summary
            .errors
            .iter()
            .map(|(kind, (count, first))| format!("{count} × {}: {first}", kind.name()))
            .collect(),
    }
}
