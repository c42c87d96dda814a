//! What scoring remembers from text to text: of every word met, its whole contribution to every class. Words repeat, so
//! that most of the work on a text is to add up rows that are here already.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use super::spellings::Spellings;
use super::tfidf::sublinear;
use super::{LEARNED, STOP_WORD};
use crate::text::{Evidence, Feature};

/// Spellings that are remembered at a time. Bounds the memory, changes no result.
const MAX_SPELLINGS: usize = 120_000;
/// Lines in the rows that are remembered at a time: 8 MiB.
const MAX_LINES: usize = 1 << 17;

/// Numbers in a [`Line`].
const LANES: usize = 16;

/// Rows are made of whole cache lines: a row is fetched by as few of them as can be, and added up by whole vector
/// registers. The last number of a row is the word's weight.
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
    /// Rows of the remembered words, one after the other: weight times contribution to each class, zeros, weight.
    rows: Vec<Line>,
    /// Lines of a row.
    stride: usize,
    /// A row that is being composed.
    row: Vec<f32>,
    /// One logit (or cosine) a class, of the text that was scored last.
    pub(crate) logits: Vec<f32>,
    /// The text's distinct words in order of first occurrence.
    distinct: Vec<Distinct>,
    /// Further mentions of them, in order.
    pub(crate) repeats: Vec<Mention>,
    seen: Seen,
    /// Numbers of those that training has not seen.
    unlearned: Vec<usize>,
    /// How many of the distinct words say anything: known words, and unknown ones made of known parts.
    pub(crate) known_words: usize,
    /// Number of the current text, see [`Remembered::met`].
    text: u32,
    /// The model whose words are remembered.
    model: u64,
}

/// What is known of a word that was met before, beside its row.
#[derive(Clone, Copy, Debug)]
struct Remembered {
    /// The text that met it last.
    met: u32,
    /// For Danish if positive, in steps as the model keeps it.
    evidence: i8,
    flags: u8,
}

/// Beside the flags of the model: the word adds something to some class.
const SAYS_SOMETHING: u8 = 1 << 7;

/// Where a word stands, in bytes, of which a text has less than 2^32.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mention {
    start: u32,
    end: u32,
    /// Its number among the distinct words.
    pub(crate) distinct: u32,
}

impl Mention {
    #[inline]
    pub(crate) fn span(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// What is known of a word but for its contributions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    weight: f32,
    evidence: i8,
    flags: u8,
}

/// A word that occurs in the text, once or more often.
#[derive(Clone, Copy, Debug)]
struct Distinct {
    place: u32,
    count: u32,
    known: Known,
    first: Mention,
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

/// Where the words of one text stand among its distinct words: a table with linear probing, at most half full, small
/// enough to stay in the nearest cache. What earlier texts left in it counts as empty.
#[derive(Debug, Default)]
struct Seen {
    /// Text and place of a word, and its number.
    slots: Vec<(u32, u32, u32)>,
}

impl Seen {
    /// The number of a word of the text, which is `next` if the text has not had it yet; there has to be room for it.
    #[inline]
    fn number(&mut self, text: u32, place: u32, next: u32) -> u32 {
        let mask = self.slots.len() - 1;
        // Neighbouring places are words that were first met together: they hit different slots as they are.
        let mut at = place as usize & mask;
        loop {
            let slot = &mut self.slots[at];
            if slot.0 != text {
                *slot = (text, place, next);
                return next;
            }
            if slot.1 == place {
                return slot.2;
            }
            at = (at + 1) & mask;
        }
    }

    /// Makes room for so many words.
    #[cold]
    fn grow(&mut self, words: usize, text: u32, distinct: &[Distinct]) {
        let len = (words * 2).next_power_of_two().max(1 << 8);
        self.slots.clear();
        self.slots.resize(len, (0, 0, 0));
        for (number, word) in (0..).zip(distinct) {
            self.number(text, word.place, number);
        }
    }
}

impl Scratch {
    /// Begins a text.
    pub(super) fn start(&mut self, model: u64, classes: usize) {
        self.distinct.clear();
        self.repeats.clear();
        if self.model != model || self.text == u32::MAX {
            let stride = (classes + 1).div_ceil(LANES);
            *self = Scratch { model, stride, row: vec![0.0; classes], ..Scratch::default() };
        } else if self.spellings.len() > MAX_SPELLINGS || self.rows.len() > MAX_LINES {
            self.forget_half();
        }
        self.text += 1;
    }

    /// Forgets all spellings, and the half of the words that was met least recently.
    fn forget_half(&mut self) {
        self.spellings.clear();
        let mut met: Vec<u32> = self.remembered.iter().map(|word| word.met).collect();
        if met.is_empty() {
            return;
        }
        let middle = met.len() / 2;
        let (_, &mut median, _) = met.select_nth_unstable(middle);
        let mut kept = 0;
        let mut places = Vec::with_capacity(self.remembered.len());
        for place in 0..self.remembered.len() {
            let keeps = self.remembered[place].met > median;
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
        let filled = self.rows.len();
        self.rows.resize(filled + self.stride, Line([0.0; LANES]));
        for (Line(line), numbers) in self.rows[filled..].iter_mut().zip(row.chunks(LANES)) {
            line[..numbers.len()].copy_from_slice(numbers);
        }
        self.rows[filled + self.stride - 1].0[LANES - 1] = weight;
        self.row = row;
        #[expect(clippy::cast_possible_truncation, reason = "bounded by the spellings, and by a text's words")]
        let place = self.remembered.len() as u32;
        self.places.insert(hash, place);
        self.remembered.push(Remembered { met: 0, evidence, flags });
        place
    }

    /// What is known of the words at these places. As with [`Spellings::glance`], the memory is asked for all of them at once,
    /// and for the line that the weight stands in: the contributions are in it, too. Also makes room for them among those
    /// seen, once for all that are met next.
    #[inline]
    pub(super) fn recall(&mut self, places: &[u32], known: &mut [Known]) {
        for (known, place) in known.iter_mut().zip(places) {
            let place = *place as usize;
            if let Some(remembered) = self.remembered.get_mut(place)
                && let Some(Line(row)) = self.rows.get((place + 1) * self.stride - 1)
            {
                remembered.met = self.text;
                *known = Known { weight: row[LANES - 1], evidence: remembered.evidence, flags: remembered.flags };
            }
        }
        let words = self.distinct.len() + places.len();
        if words * 2 > self.seen.slots.len() {
            self.seen.grow(words, self.text, &self.distinct);
        }
    }

    /// Adds a mention of a word that was recalled to the text.
    #[inline]
    pub(super) fn meet(&mut self, place: u32, known: Known, span: Range<usize>) {
        #[expect(clippy::cast_possible_truncation, reason = "a text has 10 MiB at most, so fewer words too")]
        let (next, start, end) = (self.distinct.len() as u32, span.start as u32, span.end as u32);
        let mention = Mention { start, end, distinct: self.seen.number(self.text, place, next) };
        if let Some(distinct) = self.distinct.get_mut(mention.distinct as usize) {
            distinct.count += 1;
            self.repeats.push(mention);
        } else {
            self.distinct.push(Distinct { place, count: 1, known, first: mention });
        }
    }

    /// Puts into `logits` the sum of the text's rows, each times its term frequency; returns that of the squared weights, on
    /// top of `squares`, and what the words say of the language.
    #[inline]
    pub(super) fn add_up(&mut self, mut squares: f32) -> (f32, Evidence) {
        let mut evidence = Evidence::default();
        self.unlearned.clear();
        self.known_words = 0;
        for (number, Distinct { count, known, .. }) in self.distinct.iter().enumerate() {
            let weight = sublinear(*count) * known.weight;
            squares += weight * weight;
            let is_known = known.evidence != 0 || known.flags & !SAYS_SOMETHING != 0;
            evidence.add(known.evidence, is_known, *count);
            self.known_words += usize::from(known.flags & SAYS_SOMETHING != 0);
            if known.flags & LEARNED == 0 {
                self.unlearned.push(number);
            }
        }
        self.logits.clear();
        for line in 0..self.stride {
            let mut sums = [0.0; LANES];
            for distinct in &self.distinct {
                let Line(row) = &self.rows[distinct.place as usize * self.stride + line];
                let frequency = sublinear(distinct.count);
                for lane in 0..LANES {
                    sums[lane] += frequency * row[lane];
                }
            }
            self.logits.extend(sums);
        }
        (squares, evidence)
    }

    /// What each distinct word adds to the sum of a class, in order of first occurrence.
    #[inline]
    pub(crate) fn sums(&self, class: usize) -> impl Iterator<Item = f32> {
        let (line, lane) = (class / LANES, class % LANES);
        self.distinct.iter().map(move |distinct| {
            let Line(row) = &self.rows[distinct.place as usize * self.stride + line];
            sublinear(distinct.count) * row[lane]
        })
    }

    /// Where a distinct word first stands, by its number.
    #[inline]
    pub(crate) fn first_span(&self, distinct: usize) -> Range<usize> {
        self.distinct[distinct].first.span()
    }

    /// Where each word that training has not seen first stands, and its weight.
    pub(crate) fn unlearned(&self) -> impl Iterator<Item = (Range<usize>, f32)> {
        self.unlearned.iter().map(|distinct| {
            let Distinct { first, known, .. } = &self.distinct[*distinct];
            (first.span(), known.weight)
        })
    }
}
