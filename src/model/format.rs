//! The model file.
//!
//! ```text
//! 0   8 bytes   "MATCHER" and a zero byte
//! 8   u32       format version
//! 12  u32       length of the description
//! 16  u64       length of the whole file
//! 24  u64       XXH3-64 of everything from byte 32 on
//! 32  …         description: JSON, see `Description`
//!     …         body: the tables and the catalogue, read in place
//! ```
//!
//! Numbers are little-endian. The description says where in the body everything lies.

use std::ops::Range;

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::table::TableHeader;
use crate::error::{Error, Result};
use crate::text::Features;

const MAGIC: &[u8; 8] = b"MATCHER\0";

/// The format that this program writes and reads.
pub(crate) const FORMAT_VERSION: u32 = 1;

const PREAMBLE: usize = 32;

/// What a model is and how to read it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Description {
    /// Name with the catalogue's edition and a mark of the training data, as answers quote it.
    pub(crate) name: String,
    pub(crate) kind: ModelKind,
    /// Ids of the clusters in order.
    pub(crate) clusters: Vec<String>,
    pub(crate) features: Features,
    /// The idf of an n-gram that training has not seen.
    pub(crate) unknown_idf: f32,
    /// Added to the squared length of every text, so that one common word alone does not sound sure.
    pub(crate) length_floor: f32,
    /// One number a class, on the calibrated scale.
    pub(crate) intercept: Vec<f32>,
    pub(crate) thresholds: Thresholds,
    pub(crate) training: Training,
    pub(crate) words: TableHeader,
    pub(crate) general: TableHeader,
    pub(crate) parts: TableHeader,
    /// Where in the body the rows of the groups of parts stand.
    pub(crate) groups: Range<usize>,
    /// Where in the body the catalogue stands, as JSON.
    pub(crate) catalogue: Range<usize>,
}

/// How scores come about and what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ModelKind {
    /// Softmax regression over the clusters and "none": logits, calibrated.
    Softmax,
    /// TF-IDF cosine against the catalogue's descriptions: no training, no calibration, no "none".
    Cosine,
}

/// Where verdicts begin; chosen by cross-validation.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Thresholds {
    /// `fit` from this probability of the first cluster on.
    pub(crate) fit: f32,
    /// `none` from this probability of "none" on.
    pub(crate) none: f32,
}

/// What the model was made from, and how it did in cross-validation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Training {
    pub(crate) fingerprint: String,
    pub(crate) program: String,
    pub(crate) profiles: usize,
    pub(crate) terms: usize,
    pub(crate) temperature: f32,
    /// Name and value, rounded to four places: the share of profiles and the like, by cross-validation over trades.
    pub(crate) metrics: Vec<(String, f32)>,
}

#[cfg(feature = "train")]
/// Puts a file together.
pub(crate) fn write(description: &Description, body: &[u8]) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(description).map_err(|error| Error::model(error.to_string()))?;
    let json_len = u32::try_from(json.len()).map_err(|_| Error::model("the description is too long"))?;
    let total = PREAMBLE + json.len() + body.len();
    let mut file = Vec::with_capacity(total);
    file.extend(MAGIC);
    file.extend(FORMAT_VERSION.to_le_bytes());
    file.extend(json_len.to_le_bytes());
    file.extend((total as u64).to_le_bytes());
    file.extend([0; 8]);
    file.extend(json);
    file.extend(body);
    let checksum = xxh3_64(&file[PREAMBLE..]);
    file[24..PREAMBLE].copy_from_slice(&checksum.to_le_bytes());
    Ok(file)
}

/// Whether the bytes of a file are verified against its checksum. What is compiled into the program is not, so that a
/// start touches only the pages that a text needs; a test does it instead.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checksum {
    Verify,
    Trust,
}

/// Takes a file apart: its description, and where its body begins.
pub(crate) fn read(file: &[u8], checksum: Checksum) -> Result<(Description, usize)> {
    let retrain = "make the model again with `matcher train`";
    if file.len() < 8 || &file[..8] != MAGIC {
        return Err(Error::model("this is no matcher model: it does not begin with the letters MATCHER"));
    }
    let Some(preamble) = file.first_chunk::<PREAMBLE>() else {
        return Err(Error::model(format!(
            "the model is truncated: {} bytes, at least {PREAMBLE} expected",
            file.len()
        )));
    };
    let version = u32_at(preamble, 8);
    if version != FORMAT_VERSION {
        let age = if version < FORMAT_VERSION { "an older" } else { "a newer" };
        let message = format!("the model has format {version}, {age} one than this program reads ({FORMAT_VERSION})");
        let hint = if version < FORMAT_VERSION { retrain } else { "use a newer matcher" };
        return Err(Error::model(message).with_hint(hint));
    }
    let total = u64_at(preamble, 16);
    if total != file.len() as u64 {
        let message = format!("the model is damaged: {} bytes found, {total} expected", file.len());
        return Err(Error::model(message).with_hint("copy it again, or make it anew with `matcher train`"));
    }
    if checksum == Checksum::Verify {
        let (expected, found) = (u64_at(preamble, 24), xxh3_64(&file[PREAMBLE..]));
        if expected != found {
            let message = format!("the model is damaged: checksum {found:016x} found, {expected:016x} expected");
            return Err(Error::model(message).with_hint("copy it again, or make it anew with `matcher train`"));
        }
    }
    let body_at = PREAMBLE + u32_at(preamble, 12) as usize;
    let json = file.get(PREAMBLE..body_at).ok_or_else(|| Error::model("the model's description has no end"))?;
    let description = from_json(json)
        .map_err(|error| Error::model(format!("the model's description is unreadable: {error}")).with_hint(retrain))?;
    Ok((description, body_at))
}

/// What JSON says. Its letters are looked at once, as a whole: `from_slice` looks at those of every string.
pub(super) fn from_json<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    str::from_utf8(json).map_err(de::Error::custom).and_then(serde_json::from_str)
}

fn u32_at(preamble: &[u8; PREAMBLE], at: usize) -> u32 {
    u32::from_le_bytes([preamble[at], preamble[at + 1], preamble[at + 2], preamble[at + 3]])
}

fn u64_at(preamble: &[u8; PREAMBLE], at: usize) -> u64 {
    u64::from(u32_at(preamble, at)) | u64::from(u32_at(preamble, at + 4)) << 32
}
