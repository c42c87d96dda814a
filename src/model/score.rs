//! From a text to scores, and to what each word did for them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use super::tfidf::sublinear;
use super::{
    EVIDENCE_STEPS, IDF_STEPS, LEARNED, Model, STOP_WORD, Tables, WEIGHT_STEPS, ZIPF_STEPS, compose::compose, f32_at,
    group_record, hash_of, rarity,
};
use crate::text::{Evidence, Feature, Words};

/// Words that a scratch remembers; then it forgets them all and goes on. Bounds its memory, changes no result.
const REMEMBERED_WORDS: usize = 1 << 16;

/// Working memory that may be used for any number of texts, one after the other, with the same model. What was scored
/// before never shows in a result.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    buffer: String,
    features: Vec<Feature>,
    /// From a word's hash to its place in `remembered`.
    places: HashMap<u64, u32, BuildHasherDefault<HashIsKey>>,
    remembered: Vec<Remembered>,
    /// Rows of the remembered words, one after the other: weight times contribution to each class.
    rows: Vec<f32>,
    /// The text's words in order.
    pub(crate) tokens: Vec<Token>,
    /// Its distinct words in order of first occurrence.
    pub(crate) distinct: Vec<Distinct>,
    /// Number of the current text, see [`Remembered::text`].
    text: u32,
    /// The model whose words are remembered.
    model: u64,
}

#[derive(Clone, Copy, Debug)]
struct Remembered {
    weight: f32,
    evidence: f32,
    flags: u8,
    /// The text that met it last, and where among its distinct words.
    text: u32,
    distinct: u32,
}

/// One word of the text.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) span: Range<usize>,
    /// Its place among the distinct words; `None` for a stop word.
    pub(crate) distinct: Option<u32>,
}

/// A word that occurs in the text, once or more often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Distinct {
    place: u32,
    count: u32,
    first: u32,
}

/// Sums over one text.
#[derive(Clone, Debug)]
pub(crate) struct Scores {
    /// One logit (or cosine) a class.
    pub(crate) logits: Vec<f32>,
    pub(crate) evidence: Evidence,
    /// The length by which contributions were divided.
    length: f32,
}

/// The keys are hashes already.
#[derive(Debug, Default)]
pub(crate) struct HashIsKey(u64);

impl Hasher for HashIsKey {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

impl Model {
    /// Reads a text and scores it.
    pub(crate) fn score(&self, text: &str, scratch: &mut Scratch) -> Scores {
        let tables = self.tables();
        scratch.start(self.id);
        let mut evidence = Evidence::default();
        let mut words = Words::with_buffer(text, std::mem::take(&mut scratch.buffer));
        while let Some((word, span)) = words.next_word() {
            let place = self.remember(&tables, word, scratch);
            let distinct = scratch.meet(place);
            let remembered = &scratch.remembered[place as usize];
            evidence.words += 1;
            evidence.known += u32::from(remembered.evidence != 0.0 || remembered.flags != 0);
            evidence.add(remembered.evidence);
            scratch.tokens.push(Token { span, distinct });
        }
        scratch.buffer = words.into_buffer();
        self.sum(scratch, evidence)
    }

    fn sum(&self, scratch: &Scratch, evidence: Evidence) -> Scores {
        let classes = self.description.intercept.len();
        let mut logits = vec![0.0; classes];
        let mut squares = self.description.length_floor;
        for distinct in &scratch.distinct {
            let frequency = sublinear(distinct.count);
            let weight = frequency * scratch.remembered[distinct.place as usize].weight;
            squares += weight * weight;
            for (sum, value) in logits.iter_mut().zip(scratch.row(distinct.place, classes)) {
                *sum += frequency * value;
            }
        }
        let length = if squares > 0.0 { squares.sqrt() } else { 1.0 };
        for (logit, intercept) in logits.iter_mut().zip(&self.description.intercept) {
            *logit = *logit / length + intercept;
        }
        Scores { logits, evidence, length }
    }

    /// What each distinct word of the text just scored adds to the logit of one class.
    pub(crate) fn contributions(&self, scores: &Scores, scratch: &Scratch, class: usize) -> Vec<f32> {
        let classes = self.description.intercept.len();
        let of = |distinct: &Distinct| {
            sublinear(distinct.count) * scratch.row(distinct.place, classes)[class] / scores.length
        };
        scratch.distinct.iter().map(of).collect()
    }

    /// The place of a word among those remembered, where it is put if it is new.
    fn remember(&self, tables: &Tables<'_>, word: &str, scratch: &mut Scratch) -> u32 {
        let hash = hash_of(word);
        if let Some(place) = scratch.places.get(&hash) {
            return *place;
        }
        let classes = self.description.intercept.len();
        let start = scratch.rows.len();
        scratch.rows.resize(start + classes, 0.0);
        let row = &mut scratch.rows[start..];
        let (weight, evidence, flags) = if let Some(payload) = tables.words.get(hash) {
            let weight = f32::from(u16::from_le_bytes([payload[4], payload[5]])) / WEIGHT_STEPS;
            add_row(row, &payload[8..], weight * f32_at(payload, 0));
            (weight, payload[6].cast_signed(), payload[7])
        } else {
            let general = tables.general.get(hash);
            let weight = rarity(general.map(|payload| f32::from(payload[0]) / ZIPF_STEPS));
            self.features.of(word, &mut scratch.features);
            let unknown_idf = self.description.unknown_idf;
            let parts = compose(self.features.config(), &scratch.features, unknown_idf, |feature| {
                let payload = tables.parts.get(feature.hash())?;
                let idf = f32::from(payload[0]) / IDF_STEPS;
                let group = u32::from_le_bytes([payload[1], payload[2], payload[3], 0]) as usize;
                let record = tables.groups.chunks_exact(group_record(classes)).nth(group)?;
                Some((idf, (idf, record)))
            });
            for ((idf, record), part) in parts {
                add_row(row, &record[4..], weight * part * idf * f32_at(record, 0));
            }
            (weight, general.map_or(0, |payload| payload[1].cast_signed()), 0)
        };
        let evidence = f32::from(evidence) / EVIDENCE_STEPS;
        #[expect(clippy::cast_possible_truncation, reason = "REMEMBERED_WORDS and a text's words fit")]
        let place = scratch.remembered.len() as u32;
        scratch.places.insert(hash, place);
        scratch.remembered.push(Remembered { weight, evidence, flags, text: 0, distinct: 0 });
        place
    }
}

fn add_row(row: &mut [f32], quantised: &[u8], scale: f32) {
    for (sum, byte) in row.iter_mut().zip(quantised) {
        *sum += scale * f32::from(byte.cast_signed());
    }
}

impl Scratch {
    fn start(&mut self, model: u64) {
        self.tokens.clear();
        self.distinct.clear();
        if self.model != model || self.remembered.len() > REMEMBERED_WORDS || self.text == u32::MAX {
            self.places.clear();
            self.remembered.clear();
            self.rows.clear();
            self.text = 0;
            self.model = model;
        }
        self.text += 1;
    }

    /// Counts a mention of a remembered word.
    fn meet(&mut self, place: u32) -> Option<u32> {
        let remembered = &mut self.remembered[place as usize];
        if remembered.flags & STOP_WORD != 0 {
            return None;
        }
        if remembered.text == self.text {
            self.distinct[remembered.distinct as usize].count += 1;
        } else {
            remembered.text = self.text;
            #[expect(clippy::cast_possible_truncation, reason = "a text of 10 MiB has fewer words")]
            let (distinct, first) = (self.distinct.len() as u32, self.tokens.len() as u32);
            remembered.distinct = distinct;
            self.distinct.push(Distinct { place, count: 1, first });
        }
        Some(remembered.distinct)
    }

    fn row(&self, place: u32, classes: usize) -> &[f32] {
        let start = place as usize * classes;
        &self.rows[start..start + classes]
    }

    /// The distinct words, each with its first mention.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = (u32, &Token)> {
        (0..).zip(&self.distinct).map(|(place, distinct)| (place, &self.tokens[distinct.first as usize]))
    }

    /// How many of the distinct words say anything: known words, and unknown ones made of known parts.
    pub(crate) fn known_words(&self) -> usize {
        let classes = self.rows.len() / self.remembered.len().max(1);
        self.distinct.iter().filter(|distinct| self.row(distinct.place, classes).iter().any(|x| *x != 0.0)).count()
    }

    /// Whether training has seen this distinct word.
    pub(crate) fn is_learned(&self, distinct: u32) -> bool {
        self.remembered[self.distinct[distinct as usize].place as usize].flags & LEARNED != 0
    }

    /// How much a distinct word says, between 0 and 1.
    pub(crate) fn weight(&self, distinct: u32) -> f32 {
        self.remembered[self.distinct[distinct as usize].place as usize].weight
    }
}
