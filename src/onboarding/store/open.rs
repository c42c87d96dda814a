//! Opening the file: made if it is not there, brought up to date, and refused if it is not ours to write.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::{AppStrategy, AppStrategyArgs};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::Store;
use crate::error::{Error, Result};
use crate::onboarding::migrations::{APPLICATION_ID, VERSION, migrate};

/// How long one program waits while another writes.
const PATIENCE: Duration = Duration::from_secs(5);

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
    /// Opens the file, and makes it if it is not there; only its owner may read a new one. For the one program that
    /// serves it: others use [`Store::open_existing`].
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
        // A log that is still there was left by a program that was killed, perhaps in the middle of forgetting.
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let killed = fs::metadata(log).is_ok_and(|log| log.len() > 0);
        let mut store = Store::open_existing(path)?;
        store.traces = killed;
        store.scrub()?;
        Ok(store)
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
        Ok(Store { connection, path: path.to_owned(), traces: false })
    }
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

fn lowercase(context: &mut Context<'_>) -> rusqlite::Result<Option<String>> {
    Ok(context.get_raw(0).as_str_or_null()?.map(str::to_lowercase))
}

/// Makes an empty file that only its owner may read, with its folders, unless it is there.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
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

#[expect(clippy::needless_pass_by_value, reason = "it goes into the error")]
pub(crate) fn unusable(path: &Path, error: io::Error) -> Error {
    Error::io(path, io::Error::new(error.kind(), format!("the store cannot be written: {error}")))
        .with_hint("give yourself the right to write it, or name another file with --store FILE")
}

/// What SQLite says, in the kinds of the standard library.
pub(crate) fn failure(path: &Path, error: rusqlite::Error) -> Error {
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
