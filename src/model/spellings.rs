//! Where the words stand that scoring remembers, by how they are spelled.

use super::memory::ask_for;

/// Slots of a bucket: as many as fill a cache line.
const SLOTS: usize = 8;

/// Where nothing is.
pub(super) const NOWHERE: u32 = 0;
/// The place of spellings that are no words.
pub(super) const NO_WORD: u32 = u32::MAX;

/// Places of words by the hash of their spelling: a table of buckets, at most half full. The hash's last bits choose the
/// bucket, its first half is kept in it. Two spellings meet there by chance once in some billion.
#[derive(Debug)]
pub(super) struct Spellings {
    buckets: Vec<Bucket>,
    /// All that were put in, so that a larger table can be filled.
    inserted: Vec<(u64, u32)>,
}

/// Filled from the front. What is too much for one is in the next.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Bucket {
    keys: [u32; SLOTS],
    places: [u32; SLOTS],
}

impl Bucket {
    /// All slots are compared, without a branch; at most one has the key.
    #[inline]
    fn find(&self, key: u32) -> u32 {
        let mut found = NOWHERE;
        for slot in 0..SLOTS {
            found |= u32::from(self.keys[slot] == key).wrapping_neg() & self.places[slot];
        }
        found
    }

    fn is_full(&self) -> bool {
        self.places[SLOTS - 1] != NOWHERE
    }
}

impl Default for Spellings {
    fn default() -> Self {
        Spellings { buckets: vec![Bucket::default(); 1 << 6], inserted: Vec::new() }
    }
}

impl Spellings {
    pub(super) fn len(&self) -> usize {
        self.inserted.len()
    }

    /// Asks the memory for what [`Spellings::look_up`] will want to know.
    #[inline]
    pub(super) fn ask_for(&self, hash: u64) {
        ask_for(&self.buckets[self.bucket(hash)]);
    }

    /// The place of a spelling as far as its own bucket knows it, otherwise [`NOWHERE`].
    #[inline]
    pub(super) fn look_up(&self, hash: u64) -> u32 {
        self.buckets[self.bucket(hash)].find(first_half(hash))
    }

    /// The place of a spelling, wherever it is.
    pub(super) fn get(&self, hash: u64) -> Option<u32> {
        let mut at = self.bucket(hash);
        loop {
            let place = self.buckets[at].find(first_half(hash));
            if place != NOWHERE {
                return Some(place);
            }
            if !self.buckets[at].is_full() {
                return None;
            }
            at = (at + 1) % self.buckets.len();
        }
    }

    /// Puts in a spelling that is not there.
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        self.inserted.push((hash, place));
        if self.inserted.len() * 2 > self.buckets.len() * SLOTS {
            self.buckets = vec![Bucket::default(); self.buckets.len() * 2];
            for number in 0..self.inserted.len() {
                let (hash, place) = self.inserted[number];
                self.put(hash, place);
            }
        } else {
            self.put(hash, place);
        }
    }

    fn put(&mut self, hash: u64, place: u32) {
        let mut at = self.bucket(hash);
        while self.buckets[at].is_full() {
            at = (at + 1) % self.buckets.len();
        }
        let bucket = &mut self.buckets[at];
        let slot = bucket.places.iter().filter(|place| **place != NOWHERE).count();
        (bucket.keys[slot], bucket.places[slot]) = (first_half(hash), place);
    }

    /// The number of buckets is a power of two.
    #[inline]
    fn bucket(&self, hash: u64) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "the last bits are wanted")]
        let hash = hash as usize;
        hash & (self.buckets.len() - 1)
    }

    pub(super) fn clear(&mut self) {
        self.buckets.fill(Bucket::default());
        self.inserted.clear();
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
        for i in 1..5000 {
            spellings.insert(hash(i), i);
            assert_eq!(spellings.get(hash(i)), Some(i));
        }
        assert!((1..5000).all(|i| spellings.get(hash(i)) == Some(i)));
        assert!((5000..9000).all(|i| spellings.get(hash(i)).is_none()));
        // A few stand in the bucket after their own.
        assert!((1..5000).filter(|i| spellings.look_up(hash(*i)) == *i).count() > 4900);
        assert!((5000..9000).all(|i| spellings.look_up(hash(i)) == NOWHERE));
        spellings.clear();
        assert_eq!(spellings.get(hash(1)), None);
    }

    #[test]
    fn a_full_bucket_goes_on_in_the_next() {
        let mut spellings = Spellings::default();
        let last = spellings.buckets.len() as u64 - 1;
        for i in 1..=20 {
            spellings.insert(u64::from(i) << 32 | last, i);
        }
        assert!((1..=20).all(|i| spellings.get(u64::from(i) << 32 | last) == Some(i)));
        assert_eq!(spellings.get(21 << 32 | last), None);
    }
}
