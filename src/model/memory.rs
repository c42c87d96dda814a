//! What scoring remembers from text to text: of every word met, its whole contribution to every class. Words repeat, so
//! that most of the work on a text is to add up rows that are here already.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use super::score::Together;
use super::spellings::Spellings;
use super::tfidf::sublinear;
use super::{LEARNED, STOP_WORD};
use crate::text::{Evidence, Feature};

/// Spellings that are remembered at a time. Bounds the memory, changes no result.
const MAX_SPELLINGS: usize = 120_000;
/// Blocks that are remembered at a time: 8 MiB.
const MAX_BLOCKS: usize = 1 << 18;

/// Numbers in a [`Block`].
const LANES: usize = 16;

/// What is remembered of a word: half a cache line for up to sixteen classes, so that many words stay near at hand; for
/// more classes, as many blocks one after the other, the first of them with the head.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
struct Block {
    /// Contributions to the classes, to be multiplied by [`Known::scale`].
    lanes: [i8; LANES],
    known: Known,
    /// When a text met the word last, see [`Scratch::age`].
    met: u32,
}

/// Working memory that may be used for any number of texts, one after the other, with the same model. What was scored
/// before never shows in a result.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(super) buffer: String,
    /// The same for a spelling that is looked at alone.
    pub(super) spelling: String,
    pub(super) features: Vec<Feature>,
    /// Kept, so that it need not be made for every text.
    pub(super) together: Option<Box<Together>>,
    /// Words as they are spelled in texts.
    pub(super) spellings: Spellings,
    /// From the hash of a word's normal form to its place among the rows.
    places: HashMap<u64, u32, BuildHasherDefault<HashIsKey>>,
    /// Rows of the remembered words, one after the other; the first is nobody's.
    rows: Vec<Block>,
    /// Blocks of a row.
    stride: usize,
    /// A row that is being composed.
    lanes: Vec<i8>,
    /// The sums that make up the row of a word that training has not seen.
    pub(super) sums: Vec<f64>,
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
    /// Number of the current text.
    text: u32,
    /// The model whose words are remembered.
    model: u64,
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

/// What is known of a word beside its contributions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// What its contributions are in units of.
    pub(super) scale: f32,
    pub(super) weight: f32,
    /// For Danish if positive, in steps as the model keeps it.
    pub(super) evidence: i8,
    pub(super) flags: u8,
}

/// A word that occurs in the text, once or more often.
#[derive(Clone, Copy, Debug)]
struct Distinct {
    place: u32,
    count: u32,
    /// What is known of it; the scale of its contributions is that of the text, once all mentions are counted.
    known: Known,
    /// Where it first stands.
    start: u32,
    end: u32,
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
            let stride = classes.div_ceil(LANES).max(1);
            let rows = vec![Block::default(); stride];
            *self = Scratch { model, stride, rows, lanes: vec![0; classes], ..Scratch::default() };
        } else if self.spellings.len() > MAX_SPELLINGS || self.rows.len() > MAX_BLOCKS {
            self.forget_half();
        }
        self.text += 1;
    }

    /// When the current text is, in steps of some hundred texts: a word that is met all the time is not marked all the
    /// time.
    fn age(&self) -> u32 {
        self.text >> 8
    }

    /// Forgets all spellings, and the half of the words that was met least recently.
    fn forget_half(&mut self) {
        self.spellings.clear();
        let mut met: Vec<u32> = self.rows.iter().step_by(self.stride).map(|row| row.met).collect();
        let middle = met.len() / 2;
        let (_, &mut median, _) = met.select_nth_unstable(middle);
        let mut kept = 0;
        let mut places = Vec::with_capacity(self.rows.len() / self.stride);
        for place in 0..self.rows.len() / self.stride {
            let keeps = place == 0 || self.rows[place * self.stride].met > median;
            places.push(keeps.then_some(kept));
            if keeps {
                self.rows.copy_within(place * self.stride..(place + 1) * self.stride, kept as usize * self.stride);
                kept += 1;
            }
        }
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

    /// Remembers a word, and returns its place; `fill` says what is known of it, and writes its contributions.
    pub(super) fn remember(&mut self, hash: u64, fill: impl FnOnce(&mut Self, &mut [i8]) -> Known) -> u32 {
        // Taken out, so that the rest of the memory may be worked with while they are written.
        let mut lanes = std::mem::take(&mut self.lanes);
        let mut known = fill(self, &mut lanes);
        if known.flags & STOP_WORD != 0 {
            (known.scale, known.weight) = (0.0, 0.0);
        }
        if known.scale != 0.0 && lanes.iter().any(|lane| *lane != 0) {
            known.flags |= SAYS_SOMETHING;
        }
        #[expect(clippy::cast_possible_truncation, reason = "bounded by the spellings, and by a text's words")]
        let place = (self.rows.len() / self.stride) as u32;
        self.rows.extend(lanes.chunks(LANES).map(|some| {
            let mut block = Block { known, ..Block::default() };
            block.lanes[..some.len()].copy_from_slice(some);
            block
        }));
        self.lanes = lanes;
        self.places.insert(hash, place);
        place
    }

    /// What is known of the words at these places. As with [`Spellings::look_up`], the memory is asked for all of them at
    /// once, and what they contribute comes along. Also makes room for them among those seen, once for all that are met
    /// next.
    #[inline]
    pub(super) fn recall(&mut self, places: &[u32], known: &mut [Known]) {
        let age = self.age();
        for (known, place) in known.iter_mut().zip(places) {
            if let Some(block) = self.rows.get_mut(*place as usize * self.stride) {
                *known = block.known;
                if block.met != age {
                    block.met = age;
                }
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
            self.distinct.push(Distinct { place, count: 1, known, start, end });
        }
    }

    /// Puts into `logits` the sum of the text's rows, each times its term frequency; returns that of the squared weights, on
    /// top of `squares`, and what the words say of the language.
    #[inline]
    pub(super) fn add_up(&mut self, mut squares: f32) -> (f32, Evidence) {
        let mut evidence = Evidence::default();
        self.unlearned.clear();
        self.known_words = 0;
        for (number, Distinct { count, known, .. }) in self.distinct.iter_mut().enumerate() {
            let frequency = sublinear(*count);
            known.scale *= frequency;
            let weight = frequency * known.weight;
            squares += weight * weight;
            let is_known = known.evidence != 0 || known.flags & !SAYS_SOMETHING != 0;
            evidence.add(known.evidence, is_known, *count);
            self.known_words += usize::from(known.flags & SAYS_SOMETHING != 0);
            if known.flags & LEARNED == 0 {
                self.unlearned.push(number);
            }
        }
        self.logits.clear();
        for block in 0..self.stride {
            let mut sums = [0.0; LANES];
            for distinct in &self.distinct {
                let Block { lanes, .. } = &self.rows[distinct.place as usize * self.stride + block];
                for lane in 0..LANES {
                    sums[lane] += distinct.known.scale * f32::from(lanes[lane]);
                }
            }
            self.logits.extend(sums);
        }
        (squares, evidence)
    }

    /// What each distinct word adds to the sum of a class, in order of first occurrence.
    #[inline]
    pub(crate) fn sums(&self, class: usize) -> impl Iterator<Item = f32> {
        let (block, lane) = (class / LANES, class % LANES);
        let lane = move |place: u32| self.rows[place as usize * self.stride + block].lanes[lane];
        self.distinct.iter().map(move |word| word.known.scale * f32::from(lane(word.place)))
    }

    /// Where a distinct word first stands, by its number.
    #[inline]
    pub(crate) fn first_span(&self, distinct: usize) -> Range<usize> {
        let Distinct { start, end, .. } = self.distinct[distinct];
        start as usize..end as usize
    }

    /// Where each word that training has not seen first stands, and its weight.
    pub(crate) fn unlearned(&self) -> impl Iterator<Item = (Range<usize>, f32)> {
        self.unlearned.iter().map(|distinct| (self.first_span(*distinct), self.distinct[*distinct].known.weight))
    }
}
