//! Fixed-width records found by hash, read in place from the bytes of the model file.
//!
//! Records are sorted by hash. A directory says where those with the same leading bits begin, so that a look-up reads
//! one directory entry and about three records. A record begins with the hash's last 32 bits: with the leading ones that
//! chose the bucket, some 47 bits tell words apart. Nothing is built at start-up, nothing is copied, and the same
//! records give the same bytes.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Where a table lies in the file, and its shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableHeader {
    /// First byte of the directory, from the start of the file's body.
    pub(crate) offset: usize,
    /// Number of records.
    pub(crate) len: usize,
    /// Leading bits of the hash that choose a bucket.
    pub(crate) bits: u32,
    /// Bytes of a record: the hash's end in its first four, little-endian, then the payload.
    pub(crate) stride: usize,
}

impl TableHeader {
    fn directory_bytes(&self) -> usize {
        ((1usize << self.bits) + 1) * 4
    }

    /// Bytes that directory and records take, or `None` where the numbers are absurd.
    pub(crate) fn byte_len(&self) -> Option<usize> {
        (self.bits <= 28 && self.stride >= KEY)
            .then(|| self.len.checked_mul(self.stride)?.checked_add(self.directory_bytes()))
            .flatten()
    }
}

/// A table in the bytes of a model.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Table<'m> {
    directory: &'m [u8],
    records: &'m [u8],
    bits: u32,
    stride: usize,
}

impl<'m> Table<'m> {
    /// The table that `header` describes within `body`; `None` if it does not fit there.
    pub(crate) fn new(header: &TableHeader, body: &'m [u8]) -> Option<Self> {
        let bytes = body.get(header.offset..header.offset.checked_add(header.byte_len()?)?)?;
        let (directory, records) = bytes.split_at(header.directory_bytes());
        Some(Table { directory, records, bits: header.bits, stride: header.stride })
    }

    /// The payload stored for `hash`.
    #[inline]
    pub(crate) fn get(&self, hash: u64) -> Option<&'m [u8]> {
        let range = self.bucket(hash)?;
        let records = self.records.get(range.start * self.stride..range.end * self.stride)?;
        records.chunks_exact(self.stride).find_map(|record| {
            let (stored, payload) = record.split_first_chunk::<KEY>()?;
            (u32::from_le_bytes(*stored) == key(hash)).then_some(payload)
        })
    }

    #[inline]
    fn bucket(&self, hash: u64) -> Option<Range<usize>> {
        let bucket = leading_bits(hash, self.bits);
        let entry = self.directory.get(bucket * 4..bucket * 4 + 8)?;
        let (start, end) = entry.split_at(4);
        let number = |bytes: &[u8]| bytes.try_into().map(u32::from_le_bytes).ok();
        Some(number(start)? as usize..number(end)? as usize)
    }
}

/// Bytes of a key.
pub(crate) const KEY: usize = 4;

#[expect(clippy::cast_possible_truncation, reason = "the last bits are wanted")]
fn key(hash: u64) -> u32 {
    hash as u32
}

#[expect(clippy::cast_possible_truncation, reason = "28 bits at most")]
fn leading_bits(hash: u64, bits: u32) -> usize {
    // A shift by 64 would overflow: no bits, one bucket.
    hash.checked_shr(64 - bits).unwrap_or(0) as usize
}

#[cfg(any(test, feature = "train"))]
/// Appends a table of `records` (hash and payload, all payloads of equal length) to `body`.
///
/// The records are sorted here; a hash that occurs twice keeps its first payload.
pub(crate) fn write_table(body: &mut Vec<u8>, mut records: Vec<(u64, Vec<u8>)>) -> TableHeader {
    records.sort_by_key(|(hash, _)| *hash);
    records.dedup_by_key(|(hash, _)| *hash);
    let stride = KEY + records.first().map_or(0, |(_, payload)| payload.len());
    let bits = (records.len() / 2).max(1).ilog2();
    let header = TableHeader { offset: body.len(), len: records.len(), bits, stride };
    let mut next = 0;
    for bucket in 0..=1usize << bits {
        while next < records.len() && leading_bits(records[next].0, bits) < bucket {
            next += 1;
        }
        body.extend(u32::try_from(next).unwrap_or(u32::MAX).to_le_bytes());
    }
    for (hash, payload) in &records {
        body.extend(key(*hash).to_le_bytes());
        body.extend(payload);
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(i: u64) -> u64 {
        xxhash_rust::xxh3::xxh3_64(&i.to_le_bytes())
    }

    #[test]
    fn every_record_is_found_and_no_other() {
        for len in [0, 1, 2, 3, 1000] {
            let mut body = vec![7; 5];
            let records: Vec<_> = (0..len).map(|i| (hash(i), i.to_le_bytes().to_vec())).collect();
            let header = write_table(&mut body, records);
            assert_eq!(header.byte_len(), Some(body.len() - 5));
            let table = Table::new(&header, &body).expect("it lies within the body");
            for i in 0..len {
                assert_eq!(table.get(hash(i)), Some(&i.to_le_bytes()[..]));
                assert_eq!(table.get(hash(i + 5000)), None);
            }
        }
    }

    #[test]
    fn a_header_that_points_outside_is_refused() {
        let mut body = Vec::new();
        let header = write_table(&mut body, vec![(1, vec![0; 4])]);
        for broken in [
            TableHeader { offset: 1, ..header.clone() },
            TableHeader { len: usize::MAX, ..header.clone() },
            TableHeader { bits: 63, ..header.clone() },
            TableHeader { stride: 0, ..header.clone() },
            TableHeader { offset: usize::MAX, ..header },
        ] {
            assert!(Table::new(&broken, &body).is_none());
        }
    }
}
