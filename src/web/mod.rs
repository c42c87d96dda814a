//! The advisor's desk: an HTTP server for one machine, with an API under `/v1`.
//!
//! [`serve`] listens until it is told to stop. It answers from memory and from one SQLite file, and calls nobody.

mod api;
mod assets;
mod body;
mod desk;
mod guard;
mod keeper;
mod lists;
mod metrics;
mod pages;
mod problem;
mod router;
mod server;
mod site;

use std::net::SocketAddr;
use std::path::PathBuf;

pub use self::router::openapi;
pub use self::server::serve;
use crate::onboarding::KeepText;

/// How the desk is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one. Anything but this machine's own addresses needs a token.
    pub listen: SocketAddr,
    /// Names beside addresses and `localhost` under which browsers reach it.
    pub hosts: Vec<String>,
    /// Whoever asks has to know this.
    pub token: Option<String>,
    /// The file with the cases.
    pub store: PathBuf,
    /// What is kept of a case's text.
    pub keep: KeepText,
    /// After how many days a case is forgotten; if not given, never.
    pub retention_days: Option<u32>,
}
