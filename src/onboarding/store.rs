//! The SQLite file with the cases. What was acknowledged survives a crash; what was forgotten leaves no bytes behind.

mod rows;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::{AppStrategy, AppStrategyArgs};
use jiff::Timestamp;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use self::rows::case;
use super::case::{Case, moment};
use super::migrations::{APPLICATION_ID, VERSION, migrate};
use crate::error::{Error, Result};
use crate::matcher::Verdict;

/// How long one program waits while another writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a look-up of cases reads.
const COLUMNS: &str = "id, created_at, text, text_sha256, language, verdict, suggestions, none_probability, model, \
                       catalogue_version, cluster, note, decided_by, masked, margin";

/// The file with the cases, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

/// Which cases to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Words that have to stand somewhere in the text, the note, the decision or the id; upper and lower case alike.
    pub query: Option<String>,
    /// What the ranking amounted to.
    pub verdict: Option<Verdict>,
    /// What comes first.
    pub order: Order,
    /// How many at most; 0 for all.
    pub limit: usize,
    /// Go on after the page that gave this cursor.
    pub after: Option<String>,
}

/// What comes first in a list of cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest case.
    #[default]
    Newest,
    /// The one whose two best clusters were closest.
    Doubtful,
}

/// Some cases, and where the others start.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The cases.
    pub cases: Vec<Case>,
    /// The cursor for [`Filter::after`], if there are more.
    pub next: Option<String>,
}

/// Held by the one server that may use a file; the system gives it back however the server ends.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

/// Where cases are kept unless told otherwise: in the user's data folder.
///
/// # Errors
/// If the system names no home folder.
pub fn default_store() -> Result<PathBuf> {
    let args = AppStrategyArgs { top_level_domain: String::new(), author: String::new(), app_name: "matcher".into() };
    let strategy = etcetera::choose_app_strategy(args).map_err(|error| {
        Error::usage(format!("no folder for the cases: {error}")).with_hint("name a file with --store FILE")
    })?;
    Ok(strategy.data_dir().join("cases.sqlite3"))
}

impl Store {
    /// Opens the file, and makes it if it is not there; only its owner may read a new one.
    ///
    /// # Errors
    /// If the file cannot be read and written, is no store, or was written by a newer version of the program.
    ///
    /// ```
    /// use matcher::onboarding::{Filter, Store};
    ///
    /// let dir = tempfile::tempdir()?;
    /// let store = Store::open(&dir.path().join("cases.sqlite3"))?;
    /// assert!(store.list(&Filter::default())?.cases.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: &Path) -> Result<Store> {
        create_private(path).map_err(|error| unusable(path, error))?;
        Store::open_existing(path)
    }

    /// Opens the file if it is there.
    ///
    /// # Errors
    /// As [`Store::open`], and if there is no such file.
    pub fn open_existing(path: &Path) -> Result<Store> {
        if !path.exists() {
            return Err(Error::io(path, io::ErrorKind::NotFound.into())
                .with_hint("no case was kept there yet; `matcher serve` makes the file"));
        }
        let at = |error| failure(path, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(at)?;
        connection.busy_timeout(PATIENCE).map_err(at)?;
        check(&connection, path)?;
        let pragma = |name: &str, value: &str| {
            connection.pragma_update_and_check(None, name, value, |_| Ok(())).optional().map(|_| ()).map_err(at)
        };
        // Deleted bytes are overwritten, an answered write is on the disk, and nothing is put aside in other files.
        for (name, value) in [("journal_mode", "wal"), ("synchronous", "full"), ("secure_delete", "on")] {
            pragma(name, value)?;
        }
        for (name, value) in [("temp_store", "memory"), ("trusted_schema", "off"), ("cell_size_check", "on")] {
            pragma(name, value)?;
        }
        migrate(&mut connection).map_err(at)?;
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        // SQLite's own `lower` leaves Æ, Ø and Å as they are.
        connection.create_scalar_function("lowercase", 1, flags, lowercase).map_err(at)?;
        Ok(Store { connection, path: path.to_owned() })
    }

    /// Keeps a case. When this returns, it is on the disk.
    ///
    /// # Errors
    /// If it cannot be written: the disk is full, or another program does not let go of the file.
    pub fn add(&self, case: &Case) -> Result<()> {
        let suggestions = serde_json::to_string(&case.suggestions).map_err(io::Error::from)?;
        let insert = "INSERT INTO cases (id, created_at, text, text_sha256, language, verdict, suggestions, \
                      none_probability, model, catalogue_version, cluster, note, decided_by, masked, margin) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        let mut statement = self.connection.prepare_cached(insert).map_err(|error| self.failure(error))?;
        let decision = &case.decision;
        let added = statement.execute(params![
            case.id,
            case.created_at,
            case.text,
            case.text_sha256,
            case.language.code(),
            case.verdict.code(),
            suggestions,
            case.none_probability,
            case.model,
            case.catalogue_version,
            decision.cluster,
            decision.note,
            decision.by,
            case.masked,
            case.margin(),
        ]);
        added.map(|_| ()).map_err(|error| self.failure(error))
    }

    /// The case with this id.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn get(&self, id: &str) -> Result<Option<Case>> {
        let select = format!("SELECT {COLUMNS} FROM cases WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&select).map_err(|error| self.failure(error))?;
        statement.query_row([id], case).optional().map_err(|error| self.failure(error))
    }

    /// Cases in the order that is asked for.
    ///
    /// # Errors
    /// If the file cannot be read, or the cursor is none that a page gave.
    pub fn list(&self, filter: &Filter) -> Result<Page> {
        let (after_margin, after_id) = match (&filter.after, filter.order) {
            (None, _) => (None, None),
            (Some(cursor), Order::Newest) => (None, Some(cursor.as_str())),
            (Some(cursor), Order::Doubtful) => {
                let parts = cursor.split_once('_').and_then(|(margin, id)| Some((margin.parse::<f64>().ok()?, id)));
                let (margin, id) = parts
                    .filter(|(margin, _)| margin.is_finite())
                    .ok_or_else(|| Error::usage("no page of this order gave this cursor").in_column("after"))?;
                (Some(margin), Some(id))
            }
        };
        let (after, order) = match filter.order {
            Order::Newest => ("(?3 IS NULL OR id < ?3) AND ?4 IS NULL", "id DESC"),
            Order::Doubtful => ("(?4 IS NULL OR (margin, id) > (?4, ?3))", "margin, id"),
        };
        let select = format!(
            "SELECT {COLUMNS} FROM cases WHERE (?1 IS NULL OR verdict = ?1) AND (?2 IS NULL OR instr(lowercase( \
             concat_ws(char(10), text, note, decided_by, coalesce(cluster, 'none'), id)), ?2) > 0) \
             AND {after} ORDER BY {order} LIMIT ?5"
        );
        let query = filter.query.as_ref().map(|query| query.trim().to_lowercase()).filter(|query| !query.is_empty());
        let one_more = if filter.limit == 0 { -1 } else { i64::try_from(filter.limit).unwrap_or(i64::MAX - 1) + 1 };
        let wanted = params![filter.verdict.map(Verdict::code), query, after_id, after_margin, one_more];
        let read = || -> rusqlite::Result<Vec<Case>> {
            self.connection.prepare_cached(&select)?.query_map(wanted, case)?.collect()
        };
        let mut cases = read().map_err(|error| self.failure(error))?;
        let more = filter.limit > 0 && cases.len() > filter.limit;
        cases.truncate(if more { filter.limit } else { cases.len() });
        let next = cases.last().filter(|_| more).map(|last| match filter.order {
            Order::Newest => last.id.clone(),
            Order::Doubtful => format!("{}_{}", last.margin(), last.id),
        });
        Ok(Page { cases, next })
    }

    /// Forgets a case for real: its bytes are overwritten, and gone from the log too. Returns whether it was there.
    ///
    /// # Errors
    /// If the file cannot be written, or another program reads it so long that traces would stay.
    pub fn forget(&mut self, id: &str) -> Result<bool> {
        let deleted = self.connection.execute("DELETE FROM cases WHERE id = ?1", [id]);
        let deleted = deleted.map_err(|error| self.failure(error))?;
        if deleted > 0 {
            self.scrub()?;
        }
        Ok(deleted > 0)
    }

    /// Forgets all cases decided before that moment, and returns how many they were.
    ///
    /// # Errors
    /// As [`Store::forget`].
    pub fn forget_before(&mut self, time: Timestamp) -> Result<usize> {
        let deleted = self.connection.execute("DELETE FROM cases WHERE created_at < ?1", [moment(time)]);
        let deleted = deleted.map_err(|error| self.failure(error))?;
        if deleted > 0 {
            self.scrub()?;
        }
        Ok(deleted)
    }

    /// Whether the file still answers.
    ///
    /// # Errors
    /// If it does not.
    pub fn probe(&self) -> Result<()> {
        let read = self.connection.query_row("SELECT count(*) FROM (SELECT 1 FROM cases LIMIT 1)", [], |_| Ok(()));
        read.map_err(|error| self.failure(error))
    }

    /// The file in which the cases are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Rewrites the file without what was deleted, since moved rows leave copies in unused parts of pages, and empties
    /// the log.
    fn scrub(&mut self) -> Result<()> {
        self.connection.execute_batch("VACUUM").map_err(|error| self.failure(error))?;
        let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        if emptied.map_err(|error| self.failure(error))? != 0 {
            let busy = io::Error::new(io::ErrorKind::ResourceBusy, "another program is reading the file");
            return Err(Error::io(&self.path, busy)
                .with_hint("the case is deleted; its traces go when that program ends and the next case is deleted"));
        }
        Ok(())
    }

    fn failure(&self, error: rusqlite::Error) -> Error {
        failure(&self.path, error)
    }
}

impl ServerLock {
    /// Takes the right to serve a file.
    ///
    /// # Errors
    /// If another server has it, or no file can be made beside the store.
    pub fn take(store: &Path) -> Result<ServerLock> {
        let mut name = store.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        create_private(&path).map_err(|error| unusable(&path, error))?;
        let file = OpenOptions::new().write(true).open(&path).map_err(|error| unusable(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(ServerLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::usage("another `matcher serve` uses this store")
                .in_file(store)
                .with_hint("end it first, or give this one its own file with --store FILE")),
            Err(TryLockError::Error(error)) => Err(unusable(&path, error)),
        }
    }
}

fn lowercase(context: &mut Context<'_>) -> rusqlite::Result<Option<String>> {
    Ok(context.get_raw(0).as_str_or_null()?.map(str::to_lowercase))
}

/// Makes an empty file that only its owner may read, with its folders, unless it is there.
fn create_private(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        fs::create_dir_all(dir)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(|_| ())
}

/// Refuses what is not ours, is too new, or cannot be written, before anything is changed.
fn check(connection: &Connection, path: &Path) -> Result<()> {
    let at = |error| failure(path, error);
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(at);
    let (application, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    let is_new = application == 0 && version == 0 && number("SELECT count(*) FROM sqlite_schema")? == 0;
    if !is_new && application != APPLICATION_ID {
        return Err(Error::usage("this SQLite file belongs to another program")
            .in_file(path)
            .with_hint("name another file with --store FILE"));
    }
    if version > VERSION {
        let message = format!("the store has version {version}, and this program knows versions up to {VERSION}");
        return Err(Error::usage(message).in_file(path).with_hint("use the newer `matcher` that wrote it"));
    }
    if connection.is_readonly("main").map_err(at)? {
        return Err(unusable(path, io::ErrorKind::PermissionDenied.into()));
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it goes into the error")]
fn unusable(path: &Path, error: io::Error) -> Error {
    Error::io(path, io::Error::new(error.kind(), format!("the store cannot be written: {error}")))
        .with_hint("give yourself the right to write it, or name another file with --store FILE")
}

/// What SQLite says, in the kinds of the standard library.
fn failure(path: &Path, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let (kind, hint) = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => (io::ErrorKind::StorageFull, Some("make room on the disk; nothing was lost")),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            (io::ErrorKind::PermissionDenied, Some("give yourself the right to write it, or name another with --store"))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (io::ErrorKind::ResourceBusy, Some("another program writes to the store; try again"))
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            (io::ErrorKind::InvalidData, Some("it is no store, or damaged; name another with --store FILE"))
        }
        _ => (io::ErrorKind::Other, None),
    };
    let error = Error::io(path, io::Error::new(kind, error));
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}
