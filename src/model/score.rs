//! From a text to scores, and to what each word did for them.

use super::memory::{Known, Scratch};
use super::places::{NO_WORD, NOWHERE};
use super::{
    IDF_STEPS, Model, Tables, WEIGHT_STEPS, ZIPF_STEPS, compose::compose, f32_at, group_record, hash_of, quantise,
    rarity,
};
use crate::text::{Evidence, PlainWords, TOGETHER, Words};

/// What was found of plain words that are looked up together, step by step.
#[derive(Debug)]
pub(super) struct Together {
    words: PlainWords,
    places: [u32; TOGETHER],
}

impl Default for Together {
    fn default() -> Self {
        Together { words: PlainWords::default(), places: [NOWHERE; TOGETHER] }
    }
}

/// Sums over one text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scores {
    pub(crate) evidence: Evidence,
    /// The length by which contributions were divided.
    pub(crate) length: f32,
}

impl Model {
    /// Reads a text and scores it; the logits are in [`Scratch::logits`].
    pub(crate) fn score(&self, text: &str, scratch: &mut Scratch) -> Scores {
        let tables = self.tables();
        scratch.start(self.id, self.description.intercept.len());
        let mut words = Words::with_buffer(text, std::mem::take(&mut scratch.buffer));
        let mut together = scratch.together.take().unwrap_or_default();
        let Together { words: plain, places } = together.as_mut();
        loop {
            // First all hashes, then all places, then all rows: each step asks the memory for what the next one reads.
            words.read_plain(plain, |hash| scratch.spellings.ask_for(hash));
            let (hashes, spans) = (plain.hashes(), plain.spans());
            let places = &mut places[..hashes.len()];
            if !scratch.look_up(hashes, places) {
                for ((place, hash), (start, end)) in places.iter_mut().zip(hashes).zip(spans) {
                    if *place == NOWHERE {
                        *place = self.place_of_spelling(&tables, &text[*start..*end], *hash, scratch);
                    }
                }
            }
            scratch.meet(places, spans);
            if spans.len() == TOGETHER {
                continue;
            }
            let Some((word, span)) = words.next_word() else { break };
            let place = self.place(&tables, word, scratch);
            scratch.meet(&[place], &[(span.start, span.end)]);
        }
        scratch.together = Some(together);
        scratch.buffer = words.into_buffer();
        self.sum(scratch)
    }

    fn sum(&self, scratch: &mut Scratch) -> Scores {
        let (squares, evidence) = scratch.add_up(self.description.length_floor);
        let length = if squares > 0.0 { squares.sqrt() } else { 1.0 };
        scratch.logits.truncate(self.description.intercept.len());
        for (logit, intercept) in scratch.logits.iter_mut().zip(&self.description.intercept) {
            *logit = *logit / length + intercept;
        }
        Scores { evidence, length }
    }

    /// The place of a spelling that is not in its bucket.
    #[cold]
    fn place_of_spelling(&self, tables: &Tables<'_>, spelling: &str, hash: u64, scratch: &mut Scratch) -> u32 {
        if let Some(place) = scratch.spellings.get(hash) {
            return place;
        }
        let mut words = Words::with_buffer(spelling, std::mem::take(&mut scratch.spelling));
        let place = words.next_word().map_or(NO_WORD, |(word, _)| self.place(tables, word, scratch));
        scratch.spelling = words.into_buffer();
        scratch.spellings.insert(hash, place);
        place
    }

    /// The place of a word among those remembered, where it is put if it is new.
    fn place(&self, tables: &Tables<'_>, word: &str, scratch: &mut Scratch) -> u32 {
        let hash = hash_of(word);
        if let Some(place) = scratch.place(hash) {
            return place;
        }
        scratch.remember(hash, |scratch, lanes| {
            if let Some(payload) = tables.words.get(hash) {
                let weight = f32::from(u16::from_le_bytes([payload[4], payload[5]])) / WEIGHT_STEPS;
                lanes.iter_mut().zip(&payload[8..]).for_each(|(lane, byte)| *lane = byte.cast_signed());
                let scale = weight * f32_at(payload, 0);
                return Known::new(scale, weight, payload[6].cast_signed(), payload[7]);
            }
            let general = tables.general.get(hash);
            let weight = rarity(general.map(|payload| f32::from(payload[0]) / ZIPF_STEPS));
            let scale = self.compose(tables, word, weight, scratch, lanes);
            Known::new(scale, weight, general.map_or(0, |payload| payload[1].cast_signed()), 0)
        })
    }

    /// Composes the row of a word that training has not seen, and returns its scale.
    fn compose(&self, tables: &Tables<'_>, word: &str, weight: f32, scratch: &mut Scratch, lanes: &mut [i8]) -> f32 {
        let record_length = group_record(self.description.intercept.len());
        self.description.features.of(word, &mut scratch.features);
        let unknown_idf = self.description.unknown_idf;
        let parts = compose(self.description.features.config(), &scratch.features, unknown_idf, |feature| {
            let payload = tables.parts.get(feature.hash())?;
            let idf = f32::from(payload[0]) / IDF_STEPS;
            let group = u32::from_le_bytes([payload[1], payload[2], payload[3], 0]) as usize;
            let record = tables.groups.chunks_exact(record_length).nth(group)?;
            Some((idf, (idf, record)))
        });
        scratch.sums.clear();
        scratch.sums.resize(lanes.len(), 0.0);
        for ((idf, record), part) in parts {
            let scale = weight * part * idf * f32_at(record, 0);
            for (sum, byte) in scratch.sums.iter_mut().zip(&record[4..]) {
                *sum += scale * f32::from(byte.cast_signed());
            }
        }
        let (scale, quantised) = quantise(scratch.sums.iter().map(|sum| f64::from(*sum)));
        lanes.iter_mut().zip(quantised).for_each(|(lane, byte)| *lane = byte);
        scale
    }
}
