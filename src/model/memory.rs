//! What scoring remembers from text to text: of every word met, its whole contribution to every class. Words repeat, so
//! that most of the work on a text is to add up rows that are here already.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use super::tfidf::sublinear;
use super::{LEARNED, STOP_WORD};
use crate::text::{Evidence, Feature};

/// Spellings that are remembered at a time. Bounds the memory, changes no result.
const MAX_SPELLINGS: usize = 120_000;
/// Lines in the rows that are remembered at a time: 8 MiB.
const MAX_LINES: usize = 1 << 17;

/// Numbers in a [`Line`].
const LANES: usize = 16;

/// Rows are made of whole cache lines, with zeros at their end: a row is fetched by as few of them as can be, and added
/// up by whole vector registers.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line([f32; LANES]);

/// Working memory that may be used for any number of texts, one after the other, with the same model. What was scored
/// before never shows in a result.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(super) buffer: String,
    pub(super) features: Vec<Feature>,
    /// Words as they are spelled in texts.
    pub(super) spellings: Spellings,
    /// From the hash of a word's normal form to its place in `remembered`.
    places: HashMap<u64, u32, BuildHasherDefault<HashIsKey>>,
    remembered: Vec<Remembered>,
    /// Rows of the remembered words, one after the other: weight times contribution to each class.
    rows: Vec<Line>,
    /// Lines of a row.
    stride: usize,
    /// A row that is being composed.
    row: Vec<f32>,
    /// One logit (or cosine) a class, of the text that was scored last.
    pub(crate) logits: Vec<f32>,
    /// The text's words in order.
    pub(crate) tokens: Vec<Token>,
    /// Its distinct words in order of first occurrence.
    distinct: Vec<Distinct>,
    /// Number of the current text, see [`Remembered::text`].
    text: u32,
    /// The model whose words are remembered.
    model: u64,
}

/// A word that was met before. Sixteen bytes, so that none lies across two cache lines.
#[derive(Clone, Copy, Debug)]
struct Remembered {
    weight: f32,
    /// For Danish if positive, in steps as the model keeps it.
    evidence: i8,
    flags: u8,
    /// The text that met it last, and where among its distinct words.
    text: u32,
    distinct: u32,
}

/// Beside the flags of the model: the word adds something to some class.
const SAYS_SOMETHING: u8 = 1 << 7;

/// One word of the text. Its span is in bytes, of which a text has less than 2^32.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    start: u32,
    end: u32,
    /// Its place among the distinct words.
    pub(crate) distinct: u32,
}

impl Token {
    #[inline]
    pub(crate) fn span(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A word that occurs in the text, once or more often.
#[derive(Clone, Copy, Debug)]
struct Distinct {
    place: u32,
    count: u32,
    /// Where it first stands.
    first: Token,
}

/// A distinct word of the text, as seen from one class.
#[derive(Debug)]
pub(crate) struct Word {
    /// Where it first stands.
    pub(crate) first: Token,
    /// How much it says, between 0 and 1.
    pub(crate) weight: f32,
    /// Whether training has seen it.
    pub(crate) is_learned: bool,
    /// What its mentions add to the class's sum, before that is divided by the text's length.
    pub(super) sum: f32,
}

/// The keys are hashes already.
#[derive(Debug, Default)]
struct HashIsKey(u64);

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

/// Places of words by the hash of their spelling: a table with linear probing, at most half full, which keeps the first
/// half of the hash. Two spellings meet there by chance once in some billion.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    slots: Vec<(u32, u32)>,
    len: usize,
}

/// In a slot: nothing.
const EMPTY: u32 = u32::MAX;
/// In a slot: the spelling is no word.
pub(super) const NO_WORD: u32 = u32::MAX - 1;

impl Spellings {
    #[inline]
    pub(super) fn get(&self, hash: u64) -> Option<u32> {
        let mask = self.slots.len().wrapping_sub(1);
        #[expect(clippy::cast_possible_truncation, reason = "the last bits are wanted")]
        let mut at = hash as usize & mask;
        while let Some((key, place)) = self.slots.get(at) {
            if *place == EMPTY {
                return None;
            }
            if *key == first_half(hash) {
                return Some(*place);
            }
            at = (at + 1) & mask;
        }
        None
    }

    /// Puts in a spelling that is not there.
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        if self.len * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "the last bits are wanted")]
        let mut at = hash as usize & mask;
        while self.slots[at].1 != EMPTY {
            at = (at + 1) & mask;
        }
        self.slots[at] = (first_half(hash), place);
        self.len += 1;
    }

    /// Only a full hash finds a slot, so those that are remembered are forgotten, and found again by their words.
    fn grow(&mut self) {
        self.slots = vec![(0, EMPTY); (self.slots.len() * 4).max(1 << 12)];
        self.len = 0;
    }

    fn clear(&mut self) {
        self.slots.fill((0, EMPTY));
        self.len = 0;
    }
}

fn first_half(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// See [`Scratch::words`].
#[derive(Debug)]
pub(crate) struct Distincts<'s> {
    scratch: &'s Scratch,
    rest: std::slice::Iter<'s, Distinct>,
    line: usize,
    lane: usize,
}

impl Iterator for Distincts<'_> {
    type Item = Word;

    #[inline]
    fn next(&mut self) -> Option<Word> {
        let distinct = self.rest.next()?;
        let place = distinct.place as usize;
        let remembered = &self.scratch.remembered[place];
        let Line(numbers) = &self.scratch.rows[place * self.scratch.stride + self.line];
        Some(Word {
            first: distinct.first,
            weight: remembered.weight,
            is_learned: remembered.flags & LEARNED != 0,
            sum: sublinear(distinct.count) * numbers[self.lane],
        })
    }
}

impl Scratch {
    /// Begins a text.
    pub(super) fn start(&mut self, model: u64, classes: usize) {
        self.tokens.clear();
        self.distinct.clear();
        if self.model != model || self.text == u32::MAX {
            *self = Scratch { model, stride: classes.div_ceil(LANES), row: vec![0.0; classes], ..Scratch::default() };
        } else if self.spellings.len > MAX_SPELLINGS || self.rows.len() > MAX_LINES {
            self.forget_half();
        }
        self.text += 1;
    }

    /// Forgets all spellings, and the half of the words that was met least recently.
    fn forget_half(&mut self) {
        self.spellings.clear();
        let mut met: Vec<u32> = self.remembered.iter().map(|word| word.text).collect();
        if met.is_empty() {
            return;
        }
        let middle = met.len() / 2;
        let (_, &mut median, _) = met.select_nth_unstable(middle);
        let mut kept = 0;
        let mut places = Vec::with_capacity(self.remembered.len());
        for place in 0..self.remembered.len() {
            let keeps = self.remembered[place].text > median;
            places.push(keeps.then_some(kept));
            if keeps {
                let to = kept as usize;
                self.remembered[to] = self.remembered[place];
                self.rows.copy_within(place * self.stride..(place + 1) * self.stride, to * self.stride);
                kept += 1;
            }
        }
        self.remembered.truncate(kept as usize);
        self.rows.truncate(kept as usize * self.stride);
        self.places.retain(|_, place| match places.get(*place as usize) {
            Some(Some(new)) => {
                *place = *new;
                true
            }
            _ => false,
        });
    }

    /// The place of a word by the hash of its normal form.
    pub(super) fn place(&self, hash: u64) -> Option<u32> {
        self.places.get(&hash).copied()
    }

    /// Remembers a word, and returns its place; `fill` gives its weight, evidence and flags, and writes its row.
    pub(super) fn remember(&mut self, hash: u64, fill: impl FnOnce(&mut Self, &mut [f32]) -> (f32, i8, u8)) -> u32 {
        // Taken out, so that the rest of the memory may be worked with while the row is written.
        let mut row = std::mem::take(&mut self.row);
        row.fill(0.0);
        let (mut weight, evidence, mut flags) = fill(self, &mut row);
        if flags & STOP_WORD != 0 {
            weight = 0.0;
            row.fill(0.0);
        }
        if row.iter().any(|x| *x != 0.0) {
            flags |= SAYS_SOMETHING;
        }
        self.rows.extend(row.chunks(LANES).map(|numbers| {
            let mut line = [0.0; LANES];
            line[..numbers.len()].copy_from_slice(numbers);
            Line(line)
        }));
        self.row = row;
        #[expect(clippy::cast_possible_truncation, reason = "bounded by the spellings, and by a text's words")]
        let place = self.remembered.len() as u32;
        self.places.insert(hash, place);
        self.remembered.push(Remembered { weight, evidence, flags, text: 0, distinct: 0 });
        place
    }

    /// Adds a mention of a remembered word to the text.
    #[inline]
    pub(super) fn meet(&mut self, place: u32, span: Range<usize>, evidence: &mut Evidence) {
        let remembered = &mut self.remembered[place as usize];
        let is_new = remembered.text != self.text;
        #[expect(clippy::cast_possible_truncation, reason = "a text has 10 MiB at most, so fewer words too")]
        let (next, start, end) = (self.distinct.len() as u32, span.start as u32, span.end as u32);
        let token = Token { start, end, distinct: if is_new { next } else { remembered.distinct } };
        if is_new {
            (remembered.text, remembered.distinct) = (self.text, next);
            self.distinct.push(Distinct { place, count: 1, first: token });
        } else {
            self.distinct[remembered.distinct as usize].count += 1;
        }
        self.tokens.push(token);
        let is_known = remembered.evidence != 0 || remembered.flags & !SAYS_SOMETHING != 0;
        evidence.add(remembered.evidence, is_known);
    }

    /// Puts into `logits` the sum of the text's rows, each times its term frequency; returns that of its squared weights
    /// on top of `squares`.
    #[inline]
    pub(super) fn add_up(&mut self, mut squares: f32) -> f32 {
        self.logits.clear();
        self.logits.resize(self.stride * LANES, 0.0);
        let (sums, _) = self.logits.as_chunks_mut::<LANES>();
        for distinct in &self.distinct {
            let place = distinct.place as usize;
            let frequency = sublinear(distinct.count);
            let weight = frequency * self.remembered[place].weight;
            squares += weight * weight;
            for (sums, Line(row)) in sums.iter_mut().zip(&self.rows[place * self.stride..]) {
                // A copy, since the compiler adds up in vector registers only what nothing else can point at.
                let mut copy = *sums;
                for lane in 0..LANES {
                    copy[lane] += frequency * row[lane];
                }
                *sums = copy;
            }
        }
        squares
    }

    /// The distinct words in order of first occurrence, as seen from one class.
    #[inline]
    pub(crate) fn words(&self, class: usize) -> Distincts<'_> {
        Distincts { scratch: self, rest: self.distinct.iter(), line: class / LANES, lane: class % LANES }
    }

    /// How many of the distinct words say anything: known words, and unknown ones made of known parts.
    pub(crate) fn known_words(&self) -> usize {
        let flags = self.distinct.iter().map(|distinct| self.remembered[distinct.place as usize].flags);
        flags.filter(|flags| flags & SAYS_SOMETHING != 0).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_found_again_and_no_others() {
        let hash = |i: u32| xxhash_rust::xxh3::xxh3_64(&i.to_le_bytes());
        let mut spellings = Spellings::default();
        assert_eq!(spellings.get(0), None);
        for i in 0..5000 {
            spellings.insert(hash(i), i);
            assert_eq!(spellings.get(hash(i)), Some(i));
        }
        // Those from before it last grew are forgotten.
        assert!((0..5000).all(|i| spellings.get(hash(i)).is_none_or(|place| place == i)));
        assert!((4000..5000).all(|i| spellings.get(hash(i)) == Some(i)));
        assert!((5000..9000).all(|i| spellings.get(hash(i)).is_none()));
        spellings.clear();
        assert_eq!(spellings.get(hash(1)), None);
    }
}
