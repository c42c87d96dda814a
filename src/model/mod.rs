//! A trained model in the form it is used: bytes that are read in place, and the sums that make scores of them.
//!
//! A text is the weighted sum of its words' vectors, divided by the root of the summed squared weights. Scores are
//! linear in it, so every word has one fixed row of numbers, its contribution to every class: scoring a text is a
//! look-up and a few additions a word, and an explanation is exact because it is those same additions.

mod compose;
mod format;
mod memory;
mod places;
mod score;
mod table;
mod tfidf;

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::xxh3_64;

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};

#[cfg(feature = "train")]
pub(crate) use compose::compose;
pub(crate) use format::{Checksum, Description, ModelKind};
#[cfg(feature = "train")]
pub(crate) use format::{Thresholds, Training, write};
pub(crate) use memory::Scratch;
pub(crate) use score::Scores;
#[cfg(feature = "train")]
pub(crate) use table::write_table;
pub(crate) use table::{KEY, Table};
pub(crate) use tfidf::{IDF_STEPS, WEIGHT_STEPS, rarity};
#[cfg(feature = "train")]
pub(crate) use tfidf::{inverse_document_frequency, normalise, stored_idf, sublinear};

/// Units in which tables keep Zipf values.
pub(crate) const ZIPF_STEPS: f32 = 25.0;

/// Flags of a word.
pub(crate) const STOP_WORD: u8 = 1;
/// The word occurs in training, so that the model has learned it and not only its parts.
pub(crate) const LEARNED: u8 = 2;

/// Number of models opened so far.
static OPENED: AtomicU64 = AtomicU64::new(0);

/// The hash under which a word is stored.
#[inline]
pub(crate) fn hash_of(word: &str) -> u64 {
    xxh3_64(word.as_bytes())
}

/// A model, ready to score.
#[derive(Debug)]
pub(crate) struct Model {
    bytes: Cow<'static, [u8]>,
    body_at: usize,
    description: Description,
    /// Tells this model from others that the program may have open.
    id: u64,
}

impl Model {
    /// Opens the bytes of a model file.
    pub(crate) fn open(bytes: impl Into<Cow<'static, [u8]>>, checksum: Checksum) -> Result<Model> {
        let bytes = bytes.into();
        let (description, body_at) = format::read(&bytes, checksum)?;
        let body = &bytes[body_at..];
        let classes = description.intercept.len();
        let payloads = [
            (&description.words, Some(word_payload(classes))),
            (&description.general, Some(GENERAL_PAYLOAD)),
            (&description.parts, Some(PART_PAYLOAD)),
        ];
        for (header, payload) in payloads {
            let shaped = header.len == 0 || payload.is_some_and(|payload| header.stride == KEY + payload);
            if !shaped || Table::new(header, body).is_none() {
                return Err(Error::model("the model's tables do not fit its description"));
            }
        }
        if body.get(description.groups.clone()).is_none() {
            return Err(Error::model("the model's groups lie outside the file"));
        }
        let expected = description.clusters.len() + usize::from(description.kind == ModelKind::Softmax);
        if classes != expected {
            return Err(Error::model(format!("the model has {classes} classes, {expected} expected")));
        }
        let id = OPENED.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Model { bytes, body_at, description, id })
    }

    pub(crate) fn description(&self) -> &Description {
        &self.description
    }

    /// The catalogue that the model was trained for.
    pub(crate) fn catalogue(&self) -> Result<Catalogue> {
        let json = self.body().get(self.description.catalogue.clone());
        let json = json.ok_or_else(|| Error::model("the model's catalogue lies outside the file"))?;
        format::from_json(json).map_err(|error| Error::model(format!("the model's catalogue: {error}")))
    }

    fn body(&self) -> &[u8] {
        &self.bytes[self.body_at..]
    }

    fn tables(&self) -> Tables<'_> {
        let table = |header| Table::new(header, self.body()).unwrap_or_default();
        let Description { words, general, parts, .. } = &self.description;
        let groups = self.body().get(self.description.groups.clone()).unwrap_or_default();
        Tables { words: table(words), general: table(general), parts: table(parts), groups }
    }
}

/// The three tables of a model.
struct Tables<'m> {
    /// Words of training: row scale (f32), weight (u16), language evidence (i8), flags (u8), row.
    words: Table<'m>,
    /// Words of general language: Zipf value (u8), language evidence (i8).
    general: Table<'m>,
    /// Stems and n-grams: idf (u8), group (24 bits).
    parts: Table<'m>,
    /// For each group the row scale (f32) and the row that its parts multiply by their idf.
    groups: &'m [u8],
}

pub(crate) const fn word_payload(classes: usize) -> usize {
    8 + classes
}

pub(crate) const GENERAL_PAYLOAD: usize = 2;

pub(crate) const PART_PAYLOAD: usize = 4;

pub(crate) const fn group_record(classes: usize) -> usize {
    4 + classes
}

/// A row of numbers in one byte each: the scale by which to multiply them, and the bytes.
pub(crate) fn quantise(row: impl Iterator<Item = f64> + Clone) -> (f32, impl Iterator<Item = i8>) {
    let greatest = row.clone().fold(0.0_f64, |greatest, x| greatest.max(x.abs()));
    #[expect(clippy::cast_possible_truncation, reason = "127 at most")]
    // Adding a half and cutting off is rounding, without a call for every number.
    let bytes = row.map(move |x| (x / greatest.max(f64::MIN_POSITIVE) * 127.0 + 0.5_f64.copysign(x)) as i8);
    #[expect(clippy::cast_possible_truncation, reason = "rounded to f32 on purpose")]
    ((greatest / 127.0) as f32, bytes)
}

fn f32_at(payload: &[u8], at: usize) -> f32 {
    payload.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0.0, f32::from_le_bytes)
}
