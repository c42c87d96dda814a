//! From a fitted regression to the bytes of a model file.

use std::collections::{BTreeMap, BTreeSet};

use super::corpus::{Corpus, Frequencies};
use super::design::Vocabulary;
use super::texts::times;
use crate::error::{Error, Result};
use crate::model::{
    Description, IDF_STEPS, LEARNED, ModelKind, STOP_WORD, Thresholds, Training, WEIGHT_STEPS, ZIPF_STEPS,
    group_record, hash_of, quantise, write, write_table,
};
use crate::text::{EVIDENCE_STEPS, Features};
use sprs::CsMat;

/// What has been learned: one row of weights a group of parts, C numbers each, and an intercept.
pub(crate) struct Learned<'l> {
    pub(crate) kind: ModelKind,
    pub(crate) vocabulary: &'l Vocabulary,
    /// Words × groups of parts, as in training.
    pub(crate) words: &'l CsMat<f64>,
    /// Groups × C, row by row, on the calibrated scale.
    pub(crate) weights: &'l [f64],
    pub(crate) intercept: &'l [f64],
    pub(crate) length_floor: f64,
    pub(crate) thresholds: Thresholds,
    pub(crate) training: Training,
}

/// Writes the model file.
pub(crate) fn compile(learned: &Learned<'_>, corpus: &Corpus) -> Result<Vec<u8>> {
    let classes = learned.intercept.len();
    let evidence = Evidence::of(corpus);
    let mut body = Vec::new();

    let rows = times(learned.words, learned.weights, classes);
    let mut words = Vec::new();
    for (word, row) in learned.vocabulary.words.iter().zip(rows.chunks_exact(classes)) {
        let (scale, bytes) = quantise(row.iter().copied());
        let bytes: Vec<u8> = bytes.map(i8::cast_unsigned).collect();
        words.push((
            hash_of(&word.text),
            word_record(word.weight, scale, evidence.of_word(&word.text), LEARNED, &bytes),
        ));
    }
    for word in &corpus.stop_words {
        let record = word_record(0.0, 0.0, evidence.of_word(word), STOP_WORD, &vec![0; classes]);
        words.push((hash_of(word), record));
    }
    let words = write_table(&mut body, words);

    let known: BTreeSet<&str> = learned.vocabulary.words.iter().map(|word| word.text.as_str()).collect();
    let Frequencies { danish, english } = &corpus.frequencies;
    let general: BTreeSet<&String> = danish.keys().chain(english.keys()).collect();
    let general =
        general.into_iter().filter(|word| !known.contains(word.as_str()) && !corpus.stop_words.contains(*word));
    let general = general
        .map(|word| {
            let zipf = unsigned_steps(corpus.frequencies.zipf(word).unwrap_or(0.0), ZIPF_STEPS);
            (hash_of(word), vec![zipf, evidence.of_word(word)])
        })
        .collect();
    let general = write_table(&mut body, general);

    let parts = learned.vocabulary.parts.iter().map(|part| {
        let idf = unsigned_steps(part.idf, IDF_STEPS);
        let group = u32::try_from(part.group).unwrap_or(u32::MAX).to_le_bytes();
        (part.feature.hash(), vec![idf, group[0], group[1], group[2]])
    });
    let parts = write_table(&mut body, parts.collect());
    let groups = body.len()..body.len() + learned.vocabulary.groups.len() * group_record(classes);
    for (row, length) in learned.weights.chunks_exact(classes).zip(&learned.vocabulary.groups) {
        // A part's weights are its idf times these.
        let row: Vec<f64> = row.iter().map(|weight| weight / length).collect();
        let (scale, bytes) = quantise(row.iter().copied());
        body.extend(scale.to_le_bytes());
        body.extend(bytes.map(i8::cast_unsigned));
    }

    let catalogue_at = body.len();
    let json = serde_json::to_vec(&corpus.catalogue).map_err(|error| Error::model(error.to_string()))?;
    body.extend(json);
    #[expect(clippy::cast_possible_truncation, reason = "the file keeps single precision")]
    let single = |x: &f64| *x as f32;
    let description = Description {
        name: format!("matcher-{}+{:.6}", corpus.catalogue.version, learned.training.fingerprint),
        kind: learned.kind,
        clusters: corpus.catalogue.clusters.iter().map(|cluster| cluster.id.clone()).collect(),
        features: Features::new(learned.vocabulary.features.clone()),
        unknown_idf: learned.vocabulary.unknown_idf,
        length_floor: single(&learned.length_floor),
        intercept: learned.intercept.iter().map(single).collect(),
        thresholds: learned.thresholds,
        training: learned.training.clone(),
        words,
        general,
        parts,
        groups,
        catalogue: catalogue_at..body.len(),
    };
    write(&description, &body)
}

fn word_record(weight: f64, scale: f32, evidence: u8, flags: u8, row: &[u8]) -> Vec<u8> {
    let mut record = Vec::from(scale.to_le_bytes());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "weights are stored in these steps")]
    record.extend(((weight * f64::from(WEIGHT_STEPS)).round() as u16).to_le_bytes());
    record.push(evidence);
    record.push(flags);
    record.extend(row);
    record
}

/// The nearest whole number of steps, from -127 to 127.
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
fn signed_steps(value: f32, per_unit: f32) -> u8 {
    ((value * per_unit).round().clamp(-127.0, 127.0) as i8).cast_unsigned()
}

/// The nearest whole number of steps, from 0 to 255.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn unsigned_steps(value: f32, per_unit: f32) -> u8 {
    (value * per_unit).round().clamp(0.0, 255.0) as u8
}

/// How much each word speaks for Danish against English, in steps.
struct Evidence<'c> {
    frequencies: &'c Frequencies,
    /// Mentions in Danish and in English texts of the corpus.
    mentions: BTreeMap<String, [u32; 2]>,
}

/// The Zipf value taken for a word that a language's list does not hold.
const UNLISTED_ZIPF: f32 = 2.0;

impl<'c> Evidence<'c> {
    fn of(corpus: &'c Corpus) -> Self {
        let mut mentions = BTreeMap::<String, [u32; 2]>::new();
        let texts = corpus.profiles.iter().map(|profile| (&profile.text, &profile.language));
        let texts = texts.chain(corpus.lexicon.iter().map(|term| (&term.text, &term.language)));
        for (text, language) in texts {
            let side = match language.as_str() {
                "da" => 0,
                "en" => 1,
                _ => continue,
            };
            let mut words = crate::text::Words::new(text);
            while let Some((word, _)) = words.next_word() {
                mentions.entry(word.to_owned()).or_default()[side] += 1;
            }
        }
        Evidence { frequencies: &corpus.frequencies, mentions }
    }

    fn of_word(&self, word: &str) -> u8 {
        let listed = |list: &BTreeMap<String, f32>| list.get(word).copied();
        let (danish, english) = (listed(&self.frequencies.danish), listed(&self.frequencies.english));
        let evidence = if danish.is_some() || english.is_some() {
            danish.unwrap_or(UNLISTED_ZIPF) - english.unwrap_or(UNLISTED_ZIPF)
        } else {
            let [danish, english] = self.mentions.get(word).copied().unwrap_or_default();
            #[expect(clippy::cast_precision_loss, reason = "small counts")]
            libm::log10f((danish as f32 + 0.2) / (english as f32 + 0.2))
        };
        signed_steps(evidence, EVIDENCE_STEPS)
    }
}
