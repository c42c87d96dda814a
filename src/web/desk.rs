//! What all requests share.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Settings;
use super::guard::Guard;
use super::keeper::Keeper;
use super::lists::Lists;
use super::metrics::Metrics;
use super::problem::Problem;
use crate::error::Result;
use crate::matcher::{Answer, Matcher, Options, Scratch};

/// Requests that are worked on at a time; more are told to come back.
const AT_A_TIME: usize = 256;

/// Longer texts are scored on a thread of their own, so that short ones need not wait.
const SHORT: usize = 16 << 10;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The desk: the matcher, the cases, the lists and the rules.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) matcher: Arc<Matcher>,
    pub(crate) keeper: Keeper,
    pub(crate) lists: Lists,
    pub(crate) metrics: Metrics,
    pub(crate) guard: Guard,
    pub(crate) settings: Settings,
    pub(crate) slots: Semaphore,
    /// Long texts that are scored at a time.
    long: Semaphore,
}

impl Desk {
    pub(crate) fn new(
        matcher: Arc<Matcher>,
        keeper: Keeper,
        lists: Lists,
        settings: Settings,
        listen: SocketAddr,
    ) -> Desk {
        Desk {
            matcher,
            keeper,
            lists,
            metrics: Metrics::new(),
            guard: Guard::new(&settings, listen),
            settings,
            slots: Semaphore::new(AT_A_TIME),
            long: Semaphore::new(1),
        }
    }

    /// The answer to one text.
    pub(crate) async fn suggest(self: &Arc<Self>, text: String, options: Options) -> Result<Answer, Problem> {
        let length = text.len();
        self.score(length, move |matcher, scratch| matcher.suggest_with(scratch, &text, &options)).await
    }

    /// Runs a task that scores `length` bytes: at once if they are few, else beside the others and one after another.
    pub(crate) async fn score<T: Send + 'static>(
        self: &Arc<Self>,
        length: usize,
        task: impl FnOnce(&Matcher, &mut Scratch) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        if length <= SHORT {
            return Ok(SCRATCH.with_borrow_mut(|scratch| task(&self.matcher, scratch))?);
        }
        let _turn = self.long.acquire().await;
        let matcher = Arc::clone(&self.matcher);
        let scored = tokio::task::spawn_blocking(move || task(&matcher, &mut Scratch::default())).await;
        Ok(scored.map_err(|_| Problem::internal())??)
    }
}
