//! From a text to scores, and to what each word did for them.

use super::memory::{Known, Scratch};
use super::spellings::NO_WORD;
use super::{
    IDF_STEPS, Model, Tables, WEIGHT_STEPS, ZIPF_STEPS, compose::compose, f32_at, group_record, hash_of, rarity,
};
use crate::text::{Evidence, Plain, Words};

/// Plain words of a text that are looked up together.
const TOGETHER: usize = 32;

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
        let mut spans = [(0, 0); TOGETHER];
        let mut hashes = [0; TOGETHER];
        let mut slots = [(0, 0); TOGETHER];
        let mut places = [0; TOGETHER];
        let mut known = [Known::default(); TOGETHER];
        loop {
            // First all hashes, then all slots, then all rows: what a step waits for in memory, it waits for together.
            let mut count = 0;
            while count < TOGETHER
                && let Some(Plain { span, hash }) = words.next_plain()
            {
                hashes[count] = hash;
                spans[count] = (span.start, span.end);
                count += 1;
            }
            let (hashes, spans, places) = (&hashes[..count], &spans[..count], &mut places[..count]);
            scratch.spellings.glance(hashes, &mut slots);
            for (place, ((hash, slot), (start, end))) in places.iter_mut().zip(hashes.iter().zip(&slots).zip(spans)) {
                *place = scratch.spellings.confirm(*hash, *slot).unwrap_or_else(|| {
                    let place = self.place_of_spelling(&tables, &text[*start..*end], scratch);
                    scratch.spellings.insert(*hash, place);
                    place
                });
            }
            scratch.recall(places, &mut known);
            for ((place, known), (start, end)) in places.iter().zip(&known).zip(spans) {
                if *place != NO_WORD {
                    scratch.meet(*place, *known, *start..*end);
                }
            }
            if count == TOGETHER {
                continue;
            }
            let Some((word, span)) = words.next_word() else { break };
            let place = self.place(&tables, word, scratch);
            scratch.recall(&[place], &mut known);
            scratch.meet(place, known[0], span);
        }
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

    fn place_of_spelling(&self, tables: &Tables<'_>, spelling: &str, scratch: &mut Scratch) -> u32 {
        let mut words = Words::with_buffer(spelling, String::new());
        words.next_word().map_or(NO_WORD, |(word, _)| self.place(tables, word, scratch))
    }

    /// The place of a word among those remembered, where it is put if it is new.
    fn place(&self, tables: &Tables<'_>, word: &str, scratch: &mut Scratch) -> u32 {
        let hash = hash_of(word);
        if let Some(place) = scratch.place(hash) {
            return place;
        }
        scratch.remember(hash, |scratch, row| {
            let (weight, evidence, flags) = if let Some(payload) = tables.words.get(hash) {
                let weight = f32::from(u16::from_le_bytes([payload[4], payload[5]])) / WEIGHT_STEPS;
                add_row(row, &payload[8..], weight * f32_at(payload, 0));
                (weight, payload[6].cast_signed(), payload[7])
            } else {
                let general = tables.general.get(hash);
                let weight = rarity(general.map(|payload| f32::from(payload[0]) / ZIPF_STEPS));
                self.add_parts(tables, word, weight, scratch, row);
                (weight, general.map_or(0, |payload| payload[1].cast_signed()), 0)
            };
            (weight, evidence, flags)
        })
    }

    /// Composes the row of a word that training has not seen.
    fn add_parts(&self, tables: &Tables<'_>, word: &str, weight: f32, scratch: &mut Scratch, row: &mut [f32]) {
        let record_length = group_record(self.description.intercept.len());
        self.features.of(word, &mut scratch.features);
        let unknown_idf = self.description.unknown_idf;
        let parts = compose(self.features.config(), &scratch.features, unknown_idf, |feature| {
            let payload = tables.parts.get(feature.hash())?;
            let idf = f32::from(payload[0]) / IDF_STEPS;
            let group = u32::from_le_bytes([payload[1], payload[2], payload[3], 0]) as usize;
            let record = tables.groups.chunks_exact(record_length).nth(group)?;
            Some((idf, (idf, record)))
        });
        for ((idf, record), part) in parts {
            add_row(row, &record[4..], weight * part * idf * f32_at(record, 0));
        }
    }
}

fn add_row(row: &mut [f32], quantised: &[u8], scale: f32) {
    for (sum, byte) in row.iter_mut().zip(quantised) {
        *sum += scale * f32::from(byte.cast_signed());
    }
}
