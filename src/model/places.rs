//! Where the words stand that scoring remembers.

use super::memory::ask_for;

/// Slots of a bucket: as many as fill a cache line.
const SLOTS: usize = 8;

/// Where nothing is.
pub(super) const NOWHERE: u32 = 0;
/// The place of what is no word.
pub(super) const NO_WORD: u32 = u32::MAX;

/// Places of words by a hash, of how they are spelled or of their normal form: a table of buckets, at most half full. The
/// hash's last bits choose the bucket, its first half is kept in it. Two hashes meet there by chance once in some billion.
#[derive(Debug)]
pub(super) struct Places {
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

impl Default for Places {
    fn default() -> Self {
        Places { buckets: vec![Bucket::default(); 1 << 6], inserted: Vec::new() }
    }
}

impl Places {
    pub(super) fn len(&self) -> usize {
        self.inserted.len()
    }

    /// Asks the memory for what [`Places::look_up`] will want to know.
    #[inline]
    pub(super) fn ask_for(&self, hash: u64) {
        ask_for(&self.buckets[self.bucket(hash)]);
    }

    /// The place as far as the own bucket of a hash knows it, otherwise [`NOWHERE`].
    #[inline]
    pub(super) fn look_up(&self, hash: u64) -> u32 {
        self.buckets[self.bucket(hash)].find(first_half(hash))
    }

    /// The place, wherever it is kept.
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

    /// Puts in a hash that is not there.
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

    /// Gives each a new place, or forgets it.
    pub(super) fn move_to(&mut self, new: impl Fn(u32) -> Option<u32>) {
        let inserted = std::mem::take(&mut self.inserted);
        self.clear();
        for (hash, place) in inserted {
            if let Some(place) = new(place) {
                self.insert(hash, place);
            }
        }
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
    fn hashes_are_found_again_and_no_others() {
        let hash = |i: u32| xxh3_64(&i.to_le_bytes());
        let mut places = Places::default();
        assert_eq!(places.get(0), None);
        for i in 1..5000 {
            places.insert(hash(i), i);
            assert_eq!(places.get(hash(i)), Some(i));
        }
        assert!((1..5000).all(|i| places.get(hash(i)) == Some(i)));
        assert!((5000..9000).all(|i| places.get(hash(i)).is_none()));
        // A few stand in the bucket after their own.
        assert!((1..5000).filter(|i| places.look_up(hash(*i)) == *i).count() > 4900);
        assert!((5000..9000).all(|i| places.look_up(hash(i)) == NOWHERE));
        places.move_to(|place| (place % 2 == 0).then_some(place + 1));
        assert!((1..5000).all(|i| places.get(hash(i)) == (i % 2 == 0).then_some(i + 1)));
        places.clear();
        assert_eq!(places.get(hash(1)), None);
    }

    #[test]
    fn a_full_bucket_goes_on_in_the_next() {
        let mut places = Places::default();
        let last = places.buckets.len() as u64 - 1;
        for i in 1..=20 {
            places.insert(u64::from(i) << 32 | last, i);
        }
        assert!((1..=20).all(|i| places.get(u64::from(i) << 32 | last) == Some(i)));
        assert_eq!(places.get(21 << 32 | last), None);
    }
}
