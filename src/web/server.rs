//! Listening, and ending in good order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::Settings;
use super::desk::Desk;
use super::keeper::Keeper;
use super::lists::Lists;
use super::router::router;
use crate::error::{Error, Result};
use crate::matcher::Matcher;
use crate::onboarding::{ServerLock, Store};

/// Connections that are open at a time; more wait to be accepted.
const CONNECTIONS: usize = 1024;

/// The head of a request has to be complete by then, and an idle connection is closed.
const HEAD: Duration = Duration::from_secs(10);

/// How long requests may take to end after the server was told to.
const FAREWELL: Duration = Duration::from_secs(30);

/// How often lists that were kept long enough are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Serves the desk until Ctrl-C or SIGTERM; then what was begun is finished. `ready` is told where it listens.
///
/// # Errors
/// If the address cannot be had, or is not this machine's own and no token is set; if the store cannot be opened or
/// another server uses it.
pub fn serve(matcher: Matcher, settings: Settings, ready: impl FnOnce(SocketAddr)) -> Result<()> {
    if settings.token.is_none() && !settings.listen.ip().is_loopback() {
        return Err(Error::usage(format!(
            "{} can be reached from other machines, and no token is set",
            settings.listen
        ))
        .with_hint("listen on 127.0.0.1, or give a file with a token by --token-file"));
    }
    let _lock = ServerLock::take(&settings.store)?;
    let store = Store::open(&settings.store)?;
    let matcher = Arc::new(matcher);
    let (keeper, cases) = Keeper::start(store, settings.retention_days)?;
    let (lists, scoring) = Lists::start(Arc::clone(&matcher), &settings.store)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let at = |error: std::io::Error| {
            let message = format!("cannot listen on {}: {error}", settings.listen);
            Error::from(std::io::Error::new(error.kind(), message)).with_hint("another address: --listen 127.0.0.1:0")
        };
        let listener = TcpListener::bind(settings.listen).await.map_err(at)?;
        let address = listener.local_addr()?;
        let stop = stop_signal()?;
        let desk = Arc::new(Desk::new(matcher, keeper, lists, settings, address));
        let app = router(Arc::clone(&desk));
        ready(address);
        tracing::info!("listening on {address}");
        let sweeper = tokio::spawn(sweep(Arc::clone(&desk)));
        accept(listener, app, stop).await;
        sweeper.abort();
        desk.lists.stop();
        Ok::<(), Error>(())
    })?;
    // Ends tasks that still hold the desk; with it go the queues, and then the threads that read them.
    runtime.shutdown_timeout(Duration::from_secs(1));
    for thread in [cases, scoring] {
        thread.join().ok();
    }
    tracing::info!("ended");
    Ok(())
}

async fn accept(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { break };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Too few file handles, say: others will be closed soon.
                    tracing::warn!("a connection could not be accepted: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let connection = graceful.watch(connection(stream, app.clone()));
        tokio::spawn(async move {
            // A client that breaks off is no failure of ours.
            connection.await.ok();
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

fn connection(stream: TcpStream, app: Router) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    // Answers are small and complete; waiting for more to send would only delay them.
    stream.set_nodelay(true).ok();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(64 << 10);
    builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
}

async fn sweep(desk: Arc<Desk>) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        desk.lists.sweep();
    }
}

/// Ctrl-C, or SIGTERM where there is such a thing.
fn stop_signal() -> Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await.ok();
    })
}
