//! `GET /v1/clusters`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::catalogue::{Cluster, Status};
use crate::matcher::Options;
use crate::web::body::Segment;
use crate::web::desk::Desk;
use crate::web::problem::Problem;

/// The catalogue.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Facts {
    /// Its edition.
    version: String,
    /// The day on which the facts were last gathered.
    #[schema(format = Date)]
    as_of: String,
    /// The clusters, in their fixed order.
    clusters: Vec<Listed>,
}

/// A cluster with its status today, as `matcher clusters --format json` prints it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Listed {
    /// Whether it can be joined today.
    status_on_day: Status,
    #[serde(flatten)]
    cluster: Cluster,
}

impl Listed {
    fn new(cluster: &Cluster) -> Listed {
        Listed { status_on_day: cluster.status_on(Options::default().as_of), cluster: cluster.clone() }
    }
}

/// What all clusters are.
#[utoipa::path(get, path = "/v1/clusters", tag = "clusters", responses(
    (status = 200, description = "The catalogue", body = Facts),
))]
pub(crate) async fn clusters(State(desk): State<Arc<Desk>>) -> Json<Facts> {
    let catalogue = desk.matcher.catalogue();
    Json(Facts {
        version: catalogue.version.clone(),
        as_of: catalogue.as_of.to_string(),
        clusters: catalogue.clusters.iter().map(Listed::new).collect(),
    })
}

/// What one cluster is.
#[utoipa::path(get, path = "/v1/clusters/{id}", tag = "clusters",
    params(("id" = String, Path, description = "The cluster's id", example = "made")),
    responses(
        (status = 200, description = "The cluster", body = Listed),
        (status = "default", description = "What is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn cluster(State(desk): State<Arc<Desk>>, Segment(id): Segment) -> Result<Json<Listed>, Problem> {
    let cluster = desk.matcher.catalogue().cluster(&id);
    cluster
        .map(Listed::new)
        .map(Json)
        .ok_or_else(|| Problem::not_found("no cluster has this id").hint("GET /v1/clusters lists them"))
}
