//! Which path leads where, and the description of it all, made from the same declarations.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::{OpenApi as Description, RefOr, Schema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::Config;

use super::api::{cases, clusters, lists, suggest};
use super::desk::Desk;
use super::guard::guard;
use super::problem::Problem;
use super::site::{Visitor, site};

/// The try-it page sets styles by script, which the policy of other pages does not allow.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                           img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

static DOCS: LazyLock<Arc<Config<'static>>> =
    LazyLock::new(|| Arc::new(Config::from("/openapi.json").validator_url("none")));

#[derive(OpenApi)]
#[openapi(
    info(
        title = "matcher",
        description = "Which of Denmark's national business clusters fits a company, in the company's own words. \
                       Suggestions come from a program and can be wrong; a person decides.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "suggest", description = "Ranking clusters for texts"),
        (name = "clusters", description = "What the clusters are"),
        (name = "cases", description = "What was decided"),
        (name = "lists", description = "Scoring whole lists"),
        (name = "service", description = "Whether the server is well"),
    ),
)]
struct Base;

/// The description of the API, OpenAPI 3.1.
///
/// ```
/// assert!(matcher::web::openapi().paths.paths.contains_key("/v1/suggest"));
/// ```
pub fn openapi() -> Description {
    described(api().split_for_parts().1)
}

/// A cluster is listed with its status beside its own fields, though its file may have no others.
fn described(mut description: Description) -> Description {
    let schemas = description.components.as_mut().map(|components| &mut components.schemas);
    if let Some(RefOr::T(Schema::Object(cluster))) = schemas.and_then(|schemas| schemas.get_mut("Cluster")) {
        cluster.additional_properties = None;
    }
    description
}

/// The whole server.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let (router, description) = api().split_for_parts();
    let description = serde_json::to_string(&described(description)).unwrap_or_default();
    let described = move || {
        let description = description.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], description) }
    };
    router
        .merge(site())
        .route("/openapi.json", get(described))
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(|| docs(Path(String::new()))))
        .route("/docs/{*file}", get(docs))
        .fallback(nowhere)
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done here")
        })
        .layer(from_fn_with_state(Arc::clone(&desk), guard))
        .with_state(desk)
}

fn api() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(suggest::suggest))
        .routes(routes!(suggest::suggest_batch))
        .routes(routes!(clusters::clusters))
        .routes(routes!(clusters::cluster))
        .routes(routes!(cases::list, cases::create))
        .routes(routes!(cases::export))
        .routes(routes!(cases::show, cases::forget))
        .merge(OpenApiRouter::new().routes(routes!(lists::create)).layer(DefaultBodyLimit::max(lists::MAX_LIST)))
        .routes(routes!(lists::show, lists::forget))
        .routes(routes!(lists::result))
        .routes(routes!(lists::report))
        .routes(routes!(healthz))
        .routes(routes!(metrics))
}

/// Whether the server is up and its store answers.
#[utoipa::path(get, path = "/healthz", tag = "service", responses(
    (status = 200, description = "All is well", body = String, content_type = "text/plain"),
    (status = "default", description = "It is not", body = Problem, content_type = "application/problem+json"),
))]
async fn healthz(State(desk): State<Arc<Desk>>) -> Result<&'static str, Problem> {
    desk.keeper.ask(|store| store.probe()).await?;
    Ok("ok\n")
}

/// Counters in the text form of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "service", responses(
    (status = 200, description = "The counters", body = String, content_type = "application/openmetrics-text"),
))]
async fn metrics(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], desk.metrics.text())
}

/// A path that leads nowhere: a page for people, a problem for programs.
async fn nowhere(headers: HeaderMap, uri: Uri) -> Response {
    let problem = Problem::not_found("nothing is here");
    let accepts = headers.get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") && !uri.path().starts_with("/v1/") {
        return Visitor::new(&headers, &uri).trouble(StatusCode::NOT_FOUND, &problem);
    }
    problem.into_response()
}

/// A file of the try-it page. The name is looked up in a table of the program; no file is opened.
async fn docs(Path(file): Path<String>) -> Response {
    let name = if file.is_empty() { "index.html" } else { file.as_str() };
    match utoipa_swagger_ui::serve(name, Arc::clone(&DOCS)) {
        Ok(Some(file)) => {
            let policy = (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY));
            let kind = HeaderValue::from_str(&file.content_type).unwrap_or(HeaderValue::from_static("text/plain"));
            ([(header::CONTENT_TYPE, kind), policy], file.bytes.into_owned()).into_response()
        }
        _ => Problem::not_found("nothing is here").into_response(),
    }
}
