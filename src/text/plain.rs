//! Words that need no second look: letters and digits of ASCII and Latin-1, between signs that join nothing. Nearly all
//! words of Danish and English are such, and are found sixty-four bytes at a time.

use wide::u8x16;

/// What a byte that is no letter may be the beginning of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// ASCII that means nothing to a word beside it.
    Gap,
    /// The first byte of punctuation such as dashes and quotation marks, among others.
    Sign,
    /// A full stop: a gap, unless it begins `.NET`.
    Stop,
    /// May belong to a word of one or two letters before it, as in `C++` and `e-handel`; otherwise a gap.
    Joint,
    /// A gap, unless an ending follows.
    Apostrophe,
    /// Anything else.
    Other,
}

/// Bytes of two letters at most.
const TWO_LETTERS: usize = 4;

/// Words that are read together.
pub(crate) const TOGETHER: usize = 64;

/// Plain words that follow each other.
#[derive(Debug)]
pub(crate) struct PlainWords {
    len: usize,
    spans: [(usize, usize); TOGETHER],
    hashes: [u64; TOGETHER],
}

impl Default for PlainWords {
    fn default() -> Self {
        PlainWords { len: 0, spans: [(0, 0); TOGETHER], hashes: [0; TOGETHER] }
    }
}

impl PlainWords {
    /// Where each stands: its first byte in the text, and the one after its last.
    #[inline]
    pub(crate) fn spans(&self) -> &[(usize, usize)] {
        &self.spans[..self.len]
    }

    /// The hash of each spelling. Two spellings share one as seldom as 64 random bits allow.
    #[inline]
    pub(crate) fn hashes(&self) -> &[u64] {
        &self.hashes[..self.len]
    }

    /// Reads from `at` on until there is no more room, or until something comes that is no plain word; returns where.
    /// Says each hash as soon as it is known.
    #[inline]
    pub(super) fn read(&mut self, bytes: &[u8], mut at: usize, block: &mut Block, mut say: impl FnMut(u64)) -> usize {
        let mut here = *block;
        self.len = 0;
        while self.len < TOGETHER {
            here.move_to(bytes, at);
            let Some(start) = here.first(!here.gaps, at) else {
                at = here.end();
                continue;
            };
            let end = here.first(!here.letters, start).unwrap_or_else(|| here.skip_letters(bytes));
            at = start;
            if start == end {
                match gap(bytes, at) {
                    0 => break,
                    len => at += len,
                }
                continue;
            }
            if !here.is_gap(end) && !ends_word(bytes, start, end) {
                break;
            }
            self.spans[self.len] = (start, end);
            self.len += 1;
            at = end;
        }
        *block = here;
        for (hash, (start, end)) in self.hashes.iter_mut().zip(&self.spans[..self.len]) {
            *hash = hash_of(bytes, *start, *end);
            say(*hash);
        }
        at
    }
}

/// Bytes of a [`Block`].
const BLOCK: usize = 64;

/// What the bytes of a part of a text are, a bit each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Its place among the blocks of the text.
    number: usize,
    /// ASCII letters and digits, and the two bytes of the letters `À` to `ÿ`.
    letters: u64,
    /// Spaces and commas, which are nearly all there is between words.
    gaps: u64,
}

impl Default for Block {
    /// Of no text.
    fn default() -> Self {
        Block { number: usize::MAX, letters: 0, gaps: 0 }
    }
}

impl Block {
    #[inline]
    fn move_to(&mut self, bytes: &[u8], at: usize) {
        if at / BLOCK != self.number {
            *self = Block::read(bytes, at / BLOCK);
        }
    }

    /// Sixteen bytes are looked at together. What comes after the end of the text is neither letter nor gap.
    fn read(bytes: &[u8], number: usize) -> Block {
        let start = number * BLOCK;
        let rest = bytes.get(start..).unwrap_or_default();
        let mut padded = [0; BLOCK];
        let block = rest.first_chunk().unwrap_or_else(|| {
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        let is = |bytes: u8x16, byte: u8| bytes.simd_eq(u8x16::splat(byte));
        let up_to = |bytes: u8x16, last: u8| bytes.min(u8x16::splat(last)).simd_eq(bytes);
        let (mut ascii, mut latin, mut signs, mut gaps) = (0, 0, 0, 0);
        for (place, part) in block.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*part);
            let bits = |found: u8x16| u64::from(found.to_bitmask()) << (16 * place);
            let lower = bytes | u8x16::splat(0x20);
            let letters = up_to(lower - u8x16::splat(b'a'), b'z' - b'a');
            ascii |= bits(letters | up_to(bytes - u8x16::splat(b'0'), 9));
            latin |= bits(is(bytes, LATIN));
            signs |= bits(is(lower, SIGN));
            gaps |= bits(is(bytes, b' ') | is(bytes, b','));
        }
        // Of two bytes, the second may be in the next block.
        if rest.get(BLOCK).is_some_and(|byte| byte | 0x20 == SIGN) {
            latin &= !(1 << (BLOCK - 1));
        }
        let first = latin & !(signs >> 1);
        let begun = start > 0 && bytes[start - 1] == LATIN && signs & 1 == 0;
        Block { number, letters: ascii | first | first << 1 | u64::from(begun), gaps }
    }

    fn end(&self) -> usize {
        (self.number + 1) * BLOCK
    }

    /// The place of the first bit that is set, from a place in the block on.
    #[inline]
    fn first(&self, bits: u64, from: usize) -> Option<usize> {
        let bits = bits & u64::MAX << (from % BLOCK);
        (bits != 0).then(|| self.number * BLOCK + bits.trailing_zeros() as usize)
    }

    #[inline]
    fn is_gap(&self, at: usize) -> bool {
        self.gaps >> (at % BLOCK) & 1 == 1
    }

    /// Moves on until something comes that is no letter, and returns where.
    fn skip_letters(&mut self, bytes: &[u8]) -> usize {
        loop {
            let start = self.end();
            self.move_to(bytes, start);
            if let Some(end) = self.first(!self.letters, start) {
                return end;
            }
        }
    }
}

/// The length of a gap between words, or 0 if it is none, or the text ends.
fn gap(bytes: &[u8], at: usize) -> usize {
    match class(bytes, at) {
        Some(Class::Gap | Class::Joint | Class::Apostrophe) => 1,
        Some(Class::Stop) if !begins_with_n(bytes, at + 1) => 1,
        Some(Class::Sign) if sign(bytes, at).is_some() => 3,
        _ => 0,
    }
}

/// Whether what comes after these letters leaves them a word of their own.
fn ends_word(bytes: &[u8], start: usize, end: usize) -> bool {
    match class(bytes, end) {
        None | Some(Class::Gap | Class::Stop) => true,
        Some(Class::Joint) => end - start > TWO_LETTERS,
        Some(Class::Sign) => sign(bytes, end).is_some_and(|last| !matches!(last, 0x98 | 0x99)),
        Some(Class::Apostrophe | Class::Other) => false,
    }
}

/// The first byte of `À` to `ÿ`.
const LATIN: u8 = 0xc3;
/// The second byte of the two among them that are no letters, `×` and `÷`, but for the bit in which they differ.
const SIGN: u8 = 0xb7;

/// Takes sixteen bytes at a time, each half with a key, and folds their product of 128 bits.
#[inline]
fn hash_of(bytes: &[u8], mut at: usize, end: usize) -> u64 {
    // Begin with bytes that no text has, so that no factor is 0.
    const KEYS: [u64; 2] = [0xfe37_79b9_7f4a_7c15, 0xffe8_feb8_6659_fd93];
    let mut hash = 0;
    loop {
        let sixteen = bytes.get(at..).and_then(|rest| rest.first_chunk()).copied();
        let sixteen = sixteen.unwrap_or_else(|| last(bytes, at));
        let (halves, _) = sixteen.as_chunks();
        let masks = FIRST_BYTES[(end - at).min(16)];
        let half = |place: usize| u64::from_le_bytes(halves[place]) & masks[place] ^ KEYS[place];
        let product = u128::from(half(0) ^ hash) * u128::from(half(1));
        #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let folded = product as u64 ^ (product >> 64) as u64;
        hash = folded;
        at += 16;
        if at >= end {
            return hash;
        }
    }
}

/// By a number of bytes: masks of as many first bytes of two times eight.
const FIRST_BYTES: [[u64; 2]; 17] = {
    let mut masks = [[0; 2]; 17];
    let mut len = 1;
    while len < 17 {
        masks[len] = if len <= 8 { [u64::MAX >> (64 - 8 * len), 0] } else { [u64::MAX, u64::MAX >> (128 - 8 * len)] };
        len += 1;
    }
    masks
};

/// The last bytes of a text, and zeros.
#[cold]
fn last(bytes: &[u8], at: usize) -> [u8; 16] {
    let mut sixteen = [0; 16];
    let rest = bytes.get(at..).unwrap_or_default();
    sixteen.iter_mut().zip(rest).for_each(|(byte, last)| *byte = *last);
    sixteen
}

fn class(bytes: &[u8], at: usize) -> Option<Class> {
    bytes.get(at).map(|byte| match byte {
        b'<' | b'&' => Class::Other,
        b'.' => Class::Stop,
        b'+' | b'#' | b'-' => Class::Joint,
        b'\'' => Class::Apostrophe,
        0..0x80 => Class::Gap,
        0xe2 => Class::Sign,
        _ => Class::Other,
    })
}

/// The last byte of a punctuation mark between U+2010 and U+2026: dashes, quotation marks, bullets, ellipses.
fn sign(bytes: &[u8], at: usize) -> Option<u8> {
    match bytes.get(at + 1..at + 3) {
        Some([0x80, last @ 0x90..=0xa6]) => Some(*last),
        _ => None,
    }
}

fn begins_with_n(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b'n' | b'N'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the first words alone, as far as they are plain.
    fn read(bytes: &[u8]) -> PlainWords {
        let mut words = PlainWords::default();
        words.read(bytes, 0, &mut Block::default(), |_| {});
        words
    }

    #[test]
    fn bytes_seen_together_are_what_each_is() {
        let text: String = ('\0'..'\u{180}').chain("– ’ × ÷ À ÿ".chars()).cycle().take(5000).collect();
        for shift in 0..2 * BLOCK {
            let text = format!("{}{text}", " ".repeat(shift));
            let mut block = Block::default();
            for (at, c) in text.char_indices() {
                let is_letter = c.is_ascii_alphanumeric() || matches!(c, 'À'..='ÿ' if c != '×' && c != '÷');
                for byte in at..at + c.len_utf8() {
                    block.move_to(text.as_bytes(), byte);
                    assert_eq!(block.letters >> (byte % BLOCK) & 1 == 1, is_letter, "{c:?} at {byte}");
                    assert_eq!(block.gaps >> (byte % BLOCK) & 1 == 1, matches!(c, ' ' | ','), "{c:?} at {byte}");
                }
            }
        }
    }

    /// A spelling's hash is its own, wherever in a text it stands.
    #[test]
    fn a_hash_depends_on_the_spelling_alone() {
        let words =
            ["a", "b", "skib", "Skib", "bådmotorer", "badmotorer", "skibsmotorfabrik", "skibsmotorfabrikker", "ø"];
        let mut hashes = Vec::new();
        for word in words {
            let hash = read(word.as_bytes()).hashes()[0];
            for around in ["  % ", "og %, men", "abcdefghijk %.", "– %– æ"] {
                let text = around.replace('%', word);
                let at = around.find('%').expect("its place");
                let mut plain = PlainWords::default();
                plain.read(text.as_bytes(), at, &mut Block::default(), |_| {});
                let (start, end) = plain.spans()[0];
                assert_eq!((&text[start..end], plain.hashes()[0]), (word, hash));
            }
            hashes.push(hash);
        }
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), words.len());
    }
}
