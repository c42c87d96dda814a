//! The files that pages use. They are part of the program: no path of a request opens a file.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Browsers may keep a file, but ask whether it has changed: the program may be a newer one.
const KEPT: &str = "max-age=300";

/// `GET /assets/{file}`.
pub(super) async fn asset(Path(file): Path<String>) -> Response {
    let (kind, bytes) = match file.as_str() {
        "style.css" => (STYLE, include_str!("assets/style.css")),
        "text.js" => (SCRIPT, include_str!("assets/text.js")),
        "desk.js" => (SCRIPT, include_str!("assets/desk.js")),
        "cases.js" => (SCRIPT, include_str!("assets/cases.js")),
        "lists.js" => (SCRIPT, include_str!("assets/lists.js")),
        "icon.svg" => ("image/svg+xml", include_str!("assets/icon.svg")),
        "map.css" => (STYLE, crate::map::STYLE),
        _ => return Problem::not_found("nothing is here").into_response(),
    };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, KEPT)], bytes).into_response()
}
