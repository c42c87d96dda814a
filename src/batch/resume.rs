//! What a later run needs to know to go on: how far input and output had come, and that they are the same ones.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::chunk::Mark;
use super::summary::Summary;
use super::write::target::{partial_path, with_ending};
use crate::error::{Error, Result};

/// The state of an incomplete output, kept beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journal {
    /// What everything in the output depends on, apart from the rows.
    pub(crate) settings: String,
    /// Length of the input file when it was opened.
    pub(crate) length: Option<u64>,
    /// How far the input was read.
    pub(crate) input: Mark,
    /// How far the output was written, and the hash of it.
    pub(crate) output: u64,
    pub(crate) output_hash: u64,
    /// Counts so far.
    pub(crate) summary: Summary,
}

/// Where the journal of an output is kept.
pub(crate) fn journal_path(place: &Path) -> PathBuf {
    with_ending(&partial_path(&fs::canonicalize(place).unwrap_or_else(|_| place.to_owned())), ".json")
}

impl Journal {
    /// The journal of an earlier run; `None` if there is none, or it is of no use.
    pub(crate) fn load(path: &Path) -> Result<Option<Journal>> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(path, error)),
        };
        match serde_json::from_slice(&bytes) {
            Ok(journal) => Ok(Some(journal)),
            Err(error) => Err(Error::data(format!("this is not what an earlier run left: {error}"))
                .in_file(path)
                .with_hint("start anew without --resume")),
        }
    }

    /// Writes the journal, complete or not at all.
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        let at = |error: io::Error| Error::io(path, error);
        let fresh = with_ending(path, ".new");
        let mut file = File::create(&fresh).map_err(at)?;
        let json = serde_json::to_vec(self).map_err(io::Error::from).map_err(at)?;
        file.write_all(&json).map_err(at)?;
        file.sync_data().map_err(at)?;
        fs::rename(&fresh, path).map_err(at)
    }
}

/// Everything that the output depends on, in a few letters.
pub(crate) fn fingerprint(parts: &[&dyn std::fmt::Debug]) -> String {
    let text = format!("{} {parts:?}", env!("CARGO_PKG_VERSION"));
    format!("{:016x}", xxh3_64(text.as_bytes()))
}
