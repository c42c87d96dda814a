//! Whole lists: uploaded into a folder of their own, scored one after another at low priority, kept for an hour.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::problem::Problem;
use crate::batch::{Input, Options, Output, Summary, Watch, batch};
use crate::error::{Error, Result};
use crate::matcher::Matcher;

/// Lists that wait, run, or are kept; then the oldest finished one makes room.
const MAX_LISTS: usize = 16;

/// Uploads that are read at a time.
const UPLOADS: usize = 4;

/// How long a finished list can be downloaded.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Endings that tell how to read and write a list. Whatever else a name says is not looked at.
const ENDINGS: [(&str, &str); 11] = [
    ("csv", "csv"),
    ("tsv", "tsv"),
    ("tab", "tab"),
    ("txt", "csv"),
    ("jsonl", "jsonl"),
    ("ndjson", "jsonl"),
    ("xlsx", "xlsx"),
    ("xlsm", "xlsx"),
    ("xls", "xlsx"),
    ("ods", "xlsx"),
    ("parquet", "parquet"),
];

/// All lists of this server, in a folder beside the store that goes when it ends.
#[derive(Debug)]
pub(crate) struct Lists {
    dir: Arc<TempDir>,
    jobs: Mutex<BTreeMap<String, Arc<Job>>>,
    queue: Sender<Arc<Job>>,
    /// Uploads at a time.
    pub(crate) uploads: Semaphore,
}

/// A list and what became of it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    dir: TempDir,
    /// The folder of all lists goes after the last of them, whoever holds that.
    _all: Arc<TempDir>,
    input: PathBuf,
    output: PathBuf,
    pub(crate) options: Options,
    pub(crate) watch: Watch,
    state: Mutex<State>,
}

/// Where a list stands.
#[derive(Clone, Debug)]
pub(crate) enum State {
    Queued,
    Running { since: Instant },
    Done { summary: Arc<Summary>, took: Duration, at: Instant },
    Failed { detail: String, hint: Option<String>, at: Instant },
}

/// A place for a list that is still being uploaded.
#[derive(Debug)]
pub(crate) struct Upload {
    dir: TempDir,
    pub(crate) input: PathBuf,
    output: PathBuf,
}

impl Lists {
    /// Makes the folder and starts the thread that scores. It ends once the lists are dropped.
    ///
    /// Who calls this holds the lock of the store, so that what lies in the folder is left from a server that was
    /// killed.
    pub(crate) fn start(matcher: Arc<Matcher>, store: &Path) -> Result<(Lists, JoinHandle<()>)> {
        let dir = Arc::new(folder(store)?);
        let (queue, queued) = unbounded();
        let thread = std::thread::Builder::new().name("lists".to_owned());
        let thread = thread.spawn(move || work(&matcher, &queued))?;
        let uploads = Semaphore::new(UPLOADS);
        Ok((Lists { dir, jobs: Mutex::default(), queue, uploads }, thread))
    }

    /// A place for a new list. Of its name, only a known ending counts.
    pub(crate) fn upload(&self, name: &str) -> Result<Upload, Problem> {
        let lower = name.to_lowercase();
        let (bare, packing) = match (lower.strip_suffix(".gz"), lower.strip_suffix(".zst")) {
            (Some(bare), _) => (bare, ".gz"),
            (_, Some(bare)) => (bare, ".zst"),
            _ => (lower.as_str(), ""),
        };
        let ending = bare.rsplit_once('.').map_or("", |(_, ending)| ending);
        let known = ENDINGS.iter().find(|(known, _)| *known == ending);
        let (read, written) = known.copied().unwrap_or(("csv", "csv"));
        let dir = tempfile::Builder::new().tempdir_in(self.dir.path()).map_err(Error::from)?;
        let input = dir.path().join(format!("list.{read}{packing}"));
        let output = dir.path().join(format!("scored.{written}"));
        Ok(Upload { dir, input, output })
    }

    /// Queues an uploaded list.
    pub(crate) fn add(&self, upload: Upload, options: Options) -> Result<Arc<Job>, Problem> {
        let Upload { dir, input, output } = upload;
        let state = Mutex::new(State::Queued);
        let id = Uuid::new_v4().to_string();
        let (watch, all) = (Watch::default(), Arc::clone(&self.dir));
        let job = Arc::new(Job { id, dir, _all: all, input, output, options, watch, state });
        let mut jobs = lock(&self.jobs);
        if jobs.len() >= MAX_LISTS {
            let oldest = jobs.values().filter_map(|job| Some((job.ended()?, job.id.clone()))).min();
            let (_, oldest) = oldest.ok_or_else(Problem::busy)?;
            jobs.remove(&oldest);
        }
        jobs.insert(job.id.clone(), Arc::clone(&job));
        self.queue.send(Arc::clone(&job)).map_err(|_| Problem::internal())?;
        Ok(job)
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Job>> {
        lock(&self.jobs).get(id).cloned()
    }

    /// Deletes a list, also while it is scored. Returns whether it was there.
    pub(crate) fn forget(&self, id: &str) -> bool {
        let job = lock(&self.jobs).remove(id);
        job.inspect(|job| job.watch.stop()).is_some()
    }

    /// Deletes what was kept long enough.
    pub(crate) fn sweep(&self) {
        lock(&self.jobs).retain(|_, job| job.ended().is_none_or(|at| at.elapsed() < KEPT));
    }

    /// Ends what runs and what waits. What was scored is of no use without the server.
    pub(crate) fn stop(&self) {
        lock(&self.jobs).values().for_each(|job| job.watch.stop());
    }
}

impl Job {
    pub(crate) fn state(&self) -> State {
        lock(&self.state).clone()
    }

    fn ended(&self) -> Option<Instant> {
        match *lock(&self.state) {
            State::Done { at, .. } | State::Failed { at, .. } => Some(at),
            State::Queued | State::Running { .. } => None,
        }
    }

    /// The scored list.
    pub(crate) fn output(&self) -> &Path {
        &self.output
    }

    fn run(&self, matcher: &Matcher) {
        let since = Instant::now();
        *lock(&self.state) = State::Running { since };
        let (input, output) = (Input::File(self.input.clone()), Output::File(self.output.clone()));
        let result = batch(matcher, &input, &output, &self.options, &self.watch);
        // The upload is personal data of many companies; the result holds it once more, once is enough.
        fs::remove_file(&self.input).ok();
        let at = Instant::now();
        *lock(&self.state) = match result {
            Ok(summary) => State::Done { summary: Arc::new(summary), took: since.elapsed(), at },
            Err(error) => {
                let hint = error.hint().map(str::to_owned);
                State::Failed { detail: without_folder(&error, &self.dir), hint, at }
            }
        };
    }
}

/// An empty folder beside the store that only its owner may look into.
fn folder(store: &Path) -> Result<TempDir> {
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push(".matcher-lists");
    let path = store.with_file_name(&name);
    let at = |error| Error::io(&path, error);
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(error)),
        _ => {}
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(&name).rand_bytes(0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o700));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    builder.tempdir_in(parent).map_err(at)
}

/// Scores lists one after another. One core is left to those who type, and the others are taken only when idle.
fn work(matcher: &Matcher, queued: &Receiver<Arc<Job>>) {
    give_way();
    for job in queued {
        job.run(matcher);
    }
}

/// Threads for scoring: all cores but one.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// Lowers this thread's priority, and that of threads that it starts.
fn give_way() {
    #[cfg(unix)]
    rustix::process::setpriority_process(None, 19).ok();
}

/// What went wrong, without the name of our folder.
fn without_folder(error: &Error, dir: &TempDir) -> String {
    let folder = format!("{}{}", dir.path().display(), std::path::MAIN_SEPARATOR);
    error.to_string().replace(&folder, "")
}

/// A lock that a failed thread left behind still guards whole values.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
