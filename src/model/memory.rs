//! What scoring remembers from text to text: of every word met, its whole contribution to every class. Words repeat, so
//! that most of the work on a text is to add up rows that are here already.

use std::ops::Range;

use super::places::{NOWHERE, Places};
use super::score::Together;
use super::tfidf::sublinear;
use super::{LEARNED, STOP_WORD};
use crate::text::{Evidence, Feature, WordEvidence};

/// Asks for a place in memory that will be read soon; nothing waits for it.
#[inline]
pub(super) fn ask_for<T>(place: &T) {
    #[cfg(target_arch = "x86_64")]
    safe_arch::prefetch_t0(place);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// Spellings that are remembered at a time. Bounds the memory, changes no result.
const MAX_SPELLINGS: usize = 120_000;
/// Blocks that are remembered at a time: 8 MiB.
const MAX_BLOCKS: usize = 1 << 18;
/// Words that are counted before counting begins anew; a text has fewer than are left.
const MAX_COUNTED: u32 = 4_000_000_000;

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
    /// Every distinct word of every text is counted: its number when the word was met last. Numbers of the current text
    /// are above [`Scratch::counted`].
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
    pub(super) spellings: Places,
    /// The same words in their normal form.
    words: Places,
    /// Rows of the remembered words, one after the other; the first is nobody's.
    rows: Vec<Block>,
    /// Blocks of a row.
    stride: usize,
    /// A row that is being composed.
    lanes: Vec<i8>,
    /// The sums that make up the row of a word that training has not seen.
    pub(super) sums: Vec<f32>,
    /// One logit (or cosine) a class, of the text that was scored last.
    pub(crate) logits: Vec<f32>,
    /// The text's distinct words in order of first occurrence.
    distinct: Vec<Distinct>,
    /// Further mentions of them, in order.
    pub(crate) repeats: Vec<Mention>,
    /// Numbers of those that training has not seen.
    unlearned: Vec<u32>,
    /// How many of the distinct words say anything: known words, and unknown ones made of known parts.
    pub(crate) known_words: usize,
    /// What all mentions say of the language.
    evidence: Evidence,
    /// What [`Block::met`] was counted up to before the current text.
    counted: u32,
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
    scale: f32,
    weight: f32,
    evidence: WordEvidence,
    flags: u8,
}

impl Known {
    /// `evidence` is for Danish if positive; flags and steps are those of the model.
    pub(super) fn new(scale: f32, weight: f32, evidence: i8, flags: u8) -> Known {
        let (scale, weight) = if flags & STOP_WORD == 0 { (scale, weight) } else { (0.0, 0.0) };
        Known { scale, weight, evidence: WordEvidence::new(evidence, evidence != 0 || flags != 0), flags }
    }
}

/// A word that occurs in the text, once or more often.
#[derive(Clone, Copy, Debug)]
struct Distinct {
    place: u32,
    count: u32,
    /// What all mentions add, in units of the contributions; set once they are counted.
    scale: f32,
    /// Where it first stands.
    start: u32,
    end: u32,
}

impl Scratch {
    /// Begins a text.
    pub(super) fn start(&mut self, model: u64, classes: usize) {
        #[expect(clippy::cast_possible_truncation, reason = "a text has 10 MiB at most, so fewer words too")]
        let counted = self.counted.checked_add(self.distinct.len() as u32);
        self.distinct.clear();
        self.repeats.clear();
        self.unlearned.clear();
        self.known_words = 0;
        self.evidence = Evidence::default();
        if let Some(counted) = counted.filter(|counted| self.model == model && *counted < MAX_COUNTED) {
            self.counted = counted;
        } else {
            let stride = classes.div_ceil(LANES).max(1);
            let rows = vec![Block::default(); stride];
            *self = Scratch { model, stride, rows, lanes: vec![0; classes], ..Scratch::default() };
        }
        if self.spellings.len() > MAX_SPELLINGS || self.rows.len() > MAX_BLOCKS {
            self.forget_half();
        }
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
        self.words.move_to(|place| places.get(place as usize).copied().flatten());
    }

    /// The place of a word by the hash of its normal form.
    pub(super) fn place(&self, hash: u64) -> Option<u32> {
        self.words.get(hash)
    }

    /// Remembers a word, and returns its place; `fill` says what is known of it, and writes its contributions.
    pub(super) fn remember(&mut self, hash: u64, fill: impl FnOnce(&mut Self, &mut [i8]) -> Known) -> u32 {
        // Taken out, so that the rest of the memory may be worked with while they are written.
        let mut lanes = std::mem::take(&mut self.lanes);
        let mut known = fill(self, &mut lanes);
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
        self.words.insert(hash, place);
        place
    }

    /// The places of spellings, as far as [`Places::look_up`] knows them; whether all were found. Asks for what is known
    /// of the words.
    #[inline]
    pub(super) fn look_up(&self, hashes: &[u64], places: &mut [u32]) -> bool {
        let mut least = u32::MAX;
        for (place, hash) in places.iter_mut().zip(hashes) {
            *place = self.spellings.look_up(*hash);
            if let Some(block) = self.rows.get(*place as usize * self.stride) {
                ask_for(block);
            }
            least = least.min(*place);
        }
        least != NOWHERE
    }

    /// Adds mentions of words to the text; what is no word adds nothing.
    #[inline]
    pub(super) fn meet(&mut self, places: &[u32], spans: &[(usize, usize)]) {
        let Scratch { rows, distinct, repeats, unlearned, .. } = self;
        for (place, (start, end)) in places.iter().zip(spans) {
            let Some(block) = rows.get_mut(*place as usize * self.stride) else { continue };
            #[expect(clippy::cast_possible_truncation, reason = "a text has 10 MiB at most, so fewer words too")]
            let (next, start, end) = (distinct.len() as u32, *start as u32, *end as u32);
            self.evidence.add(block.known.evidence);
            if block.met > self.counted {
                let number = block.met - self.counted - 1;
                repeats.push(Mention { start, end, distinct: number });
                if let Some(distinct) = distinct.get_mut(number as usize) {
                    distinct.count += 1;
                }
                continue;
            }
            block.met = self.counted + 1 + next;
            distinct.push(Distinct { place: *place, count: 1, scale: 0.0, start, end });
            self.known_words += usize::from(block.known.flags & SAYS_SOMETHING != 0);
            if block.known.flags & LEARNED == 0 {
                unlearned.push(next);
            }
        }
    }

    /// Puts into `logits` the sum of the text's rows, each times its term frequency; returns that of the squared weights, on
    /// top of `squares`, and what the words say of the language.
    #[inline]
    pub(super) fn add_up(&mut self, mut squares: f32) -> (f32, Evidence) {
        let add = |sums: &mut [f32; LANES], scale: f32, lanes: &[i8; LANES]| {
            for lane in 0..LANES {
                sums[lane] += scale * f32::from(lanes[lane]);
            }
        };
        let row = |place: u32| place as usize * self.stride;
        let mut sums = [0.0; LANES];
        for word in &mut self.distinct {
            let Block { lanes, known: Known { scale, weight, .. }, .. } = &self.rows[row(word.place)];
            let frequency = sublinear(word.count);
            word.scale = frequency * scale;
            squares += (frequency * weight) * (frequency * weight);
            add(&mut sums, word.scale, lanes);
        }
        self.logits.clear();
        self.logits.extend_from_slice(&sums);
        for block in 1..self.stride {
            let mut sums = [0.0; LANES];
            self.distinct.iter().for_each(|word| add(&mut sums, word.scale, &self.rows[row(word.place) + block].lanes));
            self.logits.extend_from_slice(&sums);
        }
        (squares, self.evidence)
    }

    /// What each distinct word adds to the sum of a class, in order of first occurrence.
    #[inline]
    pub(crate) fn sums(&self, class: usize) -> impl Iterator<Item = f32> {
        let (block, lane) = (class / LANES, class % LANES);
        let lane = move |place: u32| self.rows[place as usize * self.stride + block].lanes[lane];
        self.distinct.iter().map(move |word| word.scale * f32::from(lane(word.place)))
    }

    /// Where a distinct word first stands, by its number.
    #[inline]
    pub(crate) fn first_span(&self, distinct: usize) -> Range<usize> {
        let Distinct { start, end, .. } = self.distinct[distinct];
        start as usize..end as usize
    }

    /// Where each word that training has not seen first stands, and its weight.
    pub(crate) fn unlearned(&self) -> impl Iterator<Item = (Range<usize>, f32)> {
        self.unlearned.iter().map(|number| {
            let place = self.distinct[*number as usize].place as usize;
            (self.first_span(*number as usize), self.rows[place * self.stride].known.weight)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(scratch: &Scratch) -> Vec<u32> {
        scratch.distinct.iter().map(|word| word.count).collect()
    }

    #[test]
    fn a_row_knows_which_text_has_met_its_word() {
        let mut scratch = Scratch::default();
        scratch.start(7, 3);
        let remember = |scratch: &mut Scratch, hash| scratch.remember(hash, |_, _| Known::new(1.0, 1.0, 0, LEARNED));
        let (ship, house) = (remember(&mut scratch, 1), remember(&mut scratch, 2));
        scratch.meet(&[ship, house, ship], &[(0, 1), (2, 3), (4, 5)]);
        assert_eq!((counts(&scratch), scratch.repeats.len()), (vec![2, 1], 1));
        scratch.start(7, 3);
        scratch.meet(&[house], &[(0, 1)]);
        assert_eq!((counts(&scratch), scratch.repeats.len()), (vec![1], 0));
        assert_eq!(scratch.place(1), Some(ship));
    }

    #[test]
    fn counting_begins_anew_before_it_overflows() {
        let mut scratch = Scratch::default();
        scratch.start(7, 3);
        scratch.remember(1, |_, _| Known::default());
        scratch.counted = MAX_COUNTED;
        scratch.start(7, 3);
        assert_eq!((scratch.counted, scratch.place(1)), (0, None));
    }
}
