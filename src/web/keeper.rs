//! The one thread that has the store: requests hand it their questions and wait for the answers without blocking.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

use super::problem::Problem;
use crate::error::{Error, Result};
use crate::onboarding::Store;

/// Questions that may wait; the number of requests at a time is the real bound.
const WAITING: usize = 1024;

/// How often cases that have become too old are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);

type Question = Box<dyn FnOnce(&mut Store) + Send>;

/// A handle on the store's thread.
#[derive(Debug)]
pub(crate) struct Keeper {
    questions: Sender<Question>,
}

impl Keeper {
    /// Forgets what is too old and starts the thread. It ends once the keeper is dropped and all questions answered.
    pub(crate) fn start(mut store: Store, retention_days: Option<u32>) -> Result<(Keeper, JoinHandle<()>)> {
        sweep(&mut store, retention_days)?;
        let (questions, asked) = bounded(WAITING);
        let thread = std::thread::Builder::new().name("cases".to_owned());
        let thread = thread.spawn(move || work(store, &asked, retention_days)).map_err(Error::from)?;
        Ok((Keeper { questions }, thread))
    }

    /// Asks the store. The question is worked on even if nobody waits for the answer any more.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Store) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let (answer, answered) = oneshot::channel();
        let question: Question = Box::new(move |store| {
            answer.send(question(store)).ok();
        });
        self.questions.try_send(question).map_err(|_| Problem::busy())?;
        Ok(answered.await.map_err(|_| Problem::internal())??)
    }
}

fn work(mut store: Store, asked: &Receiver<Question>, retention_days: Option<u32>) {
    let mut swept = Instant::now();
    loop {
        match asked.recv_timeout(SWEEP_EVERY.saturating_sub(swept.elapsed())) {
            Ok(question) => question(&mut store),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if swept.elapsed() < SWEEP_EVERY {
            continue;
        }
        swept = Instant::now();
        if let Err(error) = sweep(&mut store, retention_days) {
            tracing::warn!("cases that are too old could not be deleted: {error}");
        }
    }
}

/// Forgets what is older than it may be, and removes traces that could not be removed before.
fn sweep(store: &mut Store, retention_days: Option<u32>) -> Result<()> {
    store.scrub()?;
    let Some(days) = retention_days else { return Ok(()) };
    let forgotten = store.forget_before(Timestamp::now() - SignedDuration::from_hours(24 * i64::from(days)))?;
    if forgotten > 0 {
        tracing::info!("deleted {forgotten} cases older than {days} days");
    }
    Ok(())
}
