//! One server at a time for a file: two would each delete by their own rules.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::open::{create_private, unusable};
use crate::error::{Error, Result};

/// Held by the one server that may use a file; the system gives it back however the server ends.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
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
