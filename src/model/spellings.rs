//! Where the words stand that scoring remembers, by how they are spelled.

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
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// What stands where each hash would stand if no other were in its way. Nothing here waits for what was read, so that
    /// the memory is asked for all of them at once.
    #[inline]
    pub(super) fn glance(&self, hashes: &[u64], slots: &mut [(u32, u32)]) {
        let mask = self.slots.len().wrapping_sub(1);
        for (slot, hash) in slots.iter_mut().zip(hashes) {
            #[expect(clippy::cast_possible_truncation, reason = "the last bits are wanted")]
            let at = *hash as usize & mask;
            *slot = self.slots.get(at).copied().unwrap_or((0, EMPTY));
        }
    }

    /// The place of the spelling with this hash, given what [`Spellings::glance`] saw.
    #[inline]
    pub(super) fn confirm(&self, hash: u64, (key, place): (u32, u32)) -> Option<u32> {
        if key == first_half(hash) && place != EMPTY { Some(place) } else { self.get(hash) }
    }

    fn get(&self, hash: u64) -> Option<u32> {
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

    pub(super) fn clear(&mut self) {
        self.slots.fill((0, EMPTY));
        self.len = 0;
    }
}

fn first_half(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    #[test]
    fn spellings_are_found_again_and_no_others() {
        let hash = |i: u32| xxh3_64(&i.to_le_bytes());
        let mut spellings = Spellings::default();
        assert_eq!(spellings.get(0), None);
        let find = |spellings: &Spellings, hash: u64| {
            let mut seen = [(0, 0)];
            spellings.glance(&[hash], &mut seen);
            spellings.confirm(hash, seen[0])
        };
        for i in 0..5000 {
            spellings.insert(hash(i), i);
            assert_eq!(find(&spellings, hash(i)), Some(i));
        }
        // Those from before it last grew are forgotten.
        assert!((0..5000).all(|i| spellings.get(hash(i)).is_none_or(|place| place == i)));
        assert!((4000..5000).all(|i| spellings.get(hash(i)) == Some(i)));
        assert!((5000..9000).all(|i| spellings.get(hash(i)).is_none()));
        spellings.clear();
        assert_eq!(spellings.get(hash(1)), None);
    }
}
