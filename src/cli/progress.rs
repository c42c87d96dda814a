//! How far a long run has come: share of the bytes, rows per second, time left. Only on a terminal.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{Common, Ui, When};
use super::output::number;
use crate::batch::Watch;

/// Between two looks at the run.
const TICK: Duration = Duration::from_millis(200);

/// A line on the terminal, or nothing.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: Option<Arc<ProgressBar>>,
    ui: Ui,
}

/// A line that is being kept up to date.
pub(crate) struct Shown(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    pub(crate) fn new(common: &Common) -> Progress {
        let wanted = match common.progress {
            When::Always => true,
            When::Never => false,
            When::Auto => std::io::stderr().is_terminal() && !common.quiet,
        };
        let bar = || {
            let target = ProgressDrawTarget::stderr_with_hz(5);
            Arc::new(ProgressBar::with_draw_target(None, target))
        };
        Progress { bar: wanted.then(bar), ui: common.ui() }
    }

    /// Writes a line above the progress.
    pub(crate) fn line(&self, text: &str) {
        let write = || {
            // If standard error is closed, nobody is left to be told.
            writeln!(anstream::stderr().lock(), "{text}").ok();
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Shows how far the run has come until it ends.
    pub(crate) fn follow(&self, watch: &Watch) -> Shown {
        let Some(bar) = self.bar.clone() else { return Shown(None) };
        let (watch, ui) = (watch.clone(), self.ui);
        let (end, ended) = mpsc::channel();
        let thread = thread::spawn(move || {
            let started = Instant::now();
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                draw(&bar, &watch, ui, started);
            }
            bar.finish_and_clear();
        });
        Shown(Some((end, thread)))
    }
}

impl Shown {
    /// Takes the line away.
    pub(crate) fn end(self) {
        if let Some((end, thread)) = self.0 {
            end.send(()).ok();
            thread.join().ok();
        }
    }
}

fn draw(bar: &ProgressBar, watch: &Watch, ui: Ui, started: Instant) {
    let rows = watch.rows();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows per second fit")]
    let speed = (rows.saturating_sub(watch.rows_before()) as f64 / started.elapsed().as_secs_f64().max(1e-9)) as u64;
    let rows = format!("{} {}, {}/s", number(rows), ui.say("rows", "rækker"), number(speed));
    let (template, known) = match watch.total() {
        Some(total) => {
            bar.set_length(total);
            ("{bar:30} {percent:>3} %  {msg}  {prefix} {eta}", true)
        }
        None => ("{spinner} {bytes}  {msg}", false),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    if known {
        bar.set_prefix(ui.say("left", "tilbage"));
    }
    bar.set_position(watch.bytes());
    bar.set_message(rows);
}
