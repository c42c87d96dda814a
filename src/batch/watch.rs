//! What a caller can see of a run, and how it can stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A handle on a running batch; clones show the same run.
///
/// ```
/// use matcher::batch::Watch;
///
/// let watch = Watch::new(|decision| eprintln!("{decision}"));
/// assert_eq!((watch.bytes(), watch.rows(), watch.total()), (0, 0, None));
/// watch.stop();
/// ```
#[derive(Clone)]
pub struct Watch(Arc<Inner>);

struct Inner {
    bytes: AtomicU64,
    rows: AtomicU64,
    rows_before: AtomicU64,
    /// 0: not known.
    total: AtomicU64,
    stop: AtomicBool,
    note: Box<dyn Fn(&str) + Send + Sync>,
}

impl Default for Watch {
    /// Nobody listens.
    fn default() -> Self {
        Watch::new(|_| {})
    }
}

impl Watch {
    /// Decisions that were taken for the caller, such as the encoding, go to `note`.
    pub fn new(note: impl Fn(&str) + Send + Sync + 'static) -> Watch {
        let zero = AtomicU64::default;
        Watch(Arc::new(Inner {
            bytes: zero(),
            rows: zero(),
            rows_before: zero(),
            total: zero(),
            stop: AtomicBool::new(false),
            note: Box::new(note),
        }))
    }

    /// Bytes of the input read so far, before decompression.
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.0.rows.load(Ordering::Relaxed)
    }

    /// Rows that an earlier run had written, and this one did not score.
    pub fn rows_before(&self) -> u64 {
        self.0.rows_before.load(Ordering::Relaxed)
    }

    /// Bytes of the input, if that is known.
    pub fn total(&self) -> Option<u64> {
        Some(self.0.total.load(Ordering::Relaxed)).filter(|total| *total > 0)
    }

    /// Ends the run as soon as the rows that are being scored are written.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.stop.load(Ordering::Relaxed)
    }

    pub(crate) fn expect(&self, total: Option<u64>) {
        self.0.total.store(total.unwrap_or(0), Ordering::Relaxed);
    }

    pub(crate) fn add_bytes(&self, bytes: u64) {
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn set_rows(&self, rows: u64) {
        self.0.rows.store(rows, Ordering::Relaxed);
    }

    pub(crate) fn go_on_after(&self, rows: u64) {
        self.0.rows_before.store(rows, Ordering::Relaxed);
        self.set_rows(rows);
    }

    pub(crate) fn note(&self, text: &str) {
        (self.0.note)(text);
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (bytes, rows) = (self.bytes(), self.rows());
        f.debug_struct("Watch").field("bytes", &bytes).field("rows", &rows).finish_non_exhaustive()
    }
}
