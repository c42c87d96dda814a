//! Bodies and parameters: read within limits of size and time, and refused in the same form everywhere.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The longest JSON body.
pub(crate) const MAX_JSON: usize = 1 << 20;

/// A client that sends nothing for so long is given up.
pub(crate) const IDLE: Duration = Duration::from_secs(10);

/// A JSON body has to be complete by then.
const WHOLE: Duration = Duration::from_secs(30);

/// So much of a body that is too long is still taken.
const DRAINED: usize = 16 << 20;

/// A JSON body of at most `LIMIT` bytes.
pub(crate) struct Json<T, const LIMIT: usize = MAX_JSON>(pub(crate) T);

/// Parameters behind the question mark.
pub(crate) struct Params<T>(pub(crate) T);

/// A part of the path.
pub(crate) struct Segment(pub(crate) String);

impl<S: Sync, T: DeserializeOwned, const LIMIT: usize> FromRequest<S> for Json<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body has to be JSON")
                .hint("send the header `Content-Type: application/json`"));
        }
        let body = refuse_long(request, LIMIT).await?.into_body();
        let bytes = tokio::time::timeout(WHOLE, read(body, LIMIT)).await.map_err(|_| too_slow())??;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path(&mut reader)?;
        reader.end().map_err(|error| Problem::bad(format!("no JSON: {error}")))?;
        Ok(Json(value))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(params) = Query::from_request_parts(parts, state).await.map_err(|rejection| {
            let text = rejection.body_text();
            Problem::bad(text.trim_start_matches("Failed to deserialize query string: "))
        })?;
        Ok(Params(params))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(segment)| Segment(segment)).map_err(|rejection| Problem::bad(rejection.body_text()))
    }
}

/// Refuses a body whose length is announced and too great.
pub(crate) async fn refuse_long(request: Request, limit: usize) -> Result<Request, Problem> {
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        drain(&mut request.into_body().into_data_stream()).await;
        return Err(too_long(limit));
    }
    Ok(request)
}

/// Takes what a client is still sending, up to a limit: one that cannot send would not read why it is refused.
async fn drain(stream: &mut BodyDataStream) {
    let mut left = DRAINED;
    let read_on = async {
        while let Some(Ok(chunk)) = stream.next().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    tokio::time::timeout(IDLE, read_on).await.ok();
}

pub(crate) fn too_long(limit: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body has more than the {limit} bytes that are read"))
}

pub(crate) fn too_slow() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "the body came too slowly")
}

async fn read(body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut stream = body.into_data_stream();
    while let Some(chunk) = tokio::time::timeout(IDLE, stream.next()).await.map_err(|_| too_slow())? {
        let chunk = chunk.map_err(|_| Problem::bad("the body broke off"))?;
        if bytes.len() + chunk.len() > limit {
            drain(&mut stream).await;
            return Err(too_long(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What is no JSON is a bad request; JSON of another form than is asked for cannot be processed.
fn serde_path<T: DeserializeOwned>(
    reader: &mut serde_json::Deserializer<serde_json::de::SliceRead<'_>>,
) -> Result<T, Problem> {
    T::deserialize(reader).map_err(|error| {
        if error.is_data() {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        } else {
            Problem::bad(format!("no JSON: {error}"))
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
