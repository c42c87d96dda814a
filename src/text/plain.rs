//! Words that need no second look: letters and digits of ASCII and Latin-1, between signs that join nothing. Nearly all
//! words of Danish and English are such, and a table of bytes tells.

use std::ops::Range;

/// What a byte may be the beginning of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// ASCII that is neither letter nor digit, and means nothing to a word beside it.
    Gap,
    /// An ASCII letter or digit.
    Letter,
    /// The first byte of `À` to `ÿ`.
    Latin,
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

const CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => Class::Letter,
            b'<' | b'&' => Class::Other,
            b'.' => Class::Stop,
            b'+' | b'#' | b'-' => Class::Joint,
            b'\'' => Class::Apostrophe,
            _ => Class::Gap,
        };
        byte += 1;
    }
    classes[0xc3] = Class::Latin;
    classes[0xe2] = Class::Sign;
    classes
}

/// A word that needs no second look.
#[derive(Debug)]
pub(crate) struct Plain {
    /// Bytes of the text.
    pub(crate) span: Range<usize>,
    /// Of the spelling. Two spellings share it as seldom as 64 random bits allow.
    pub(crate) hash: u64,
}

/// From `at` on: where to go on reading, and the next word if it is a plain one.
#[inline]
pub(super) fn next(bytes: &[u8], mut at: usize) -> (usize, Option<Plain>) {
    loop {
        let class = class(bytes, at);
        // Nearly always it is one of these two, and asking for them is faster than a table of jumps.
        if class == Some(Class::Letter) {
            break;
        }
        if class == Some(Class::Gap) {
            at += 1;
            continue;
        }
        match class {
            Some(Class::Latin) if is_latin_letter(bytes, at) => break,
            Some(Class::Joint | Class::Apostrophe) => at += 1,
            Some(Class::Stop) if !begins_with_n(bytes, at + 1) => at += 1,
            Some(Class::Sign) if sign(bytes, at).is_some() => at += 3,
            _ => return (at, None),
        }
    }
    let start = at;
    let mut hash = 0;
    let end = loop {
        let (letters, block) = letters(bytes, at);
        at += letters;
        hash = mix(hash, block);
        let class = class(bytes, at);
        if class == Some(Class::Gap) {
            break at;
        }
        match class {
            None | Some(Class::Stop) => break at,
            Some(Class::Latin) if is_latin_letter(bytes, at) => {
                hash = mix(hash, u64::from(bytes[at + 1]));
                at += 2;
            }
            Some(Class::Letter) => {}
            Some(Class::Joint) if at - start > TWO_LETTERS => break at,
            Some(Class::Sign) if sign(bytes, at).is_some_and(|last| !matches!(last, 0x98 | 0x99)) => break at,
            _ => return (start, None),
        }
    };
    (end, Some(Plain { span: start..end, hash }))
}

/// Takes a block of a spelling into its hash: a product of 128 bits, folded.
#[inline]
fn mix(hash: u64, block: u64) -> u64 {
    const KEY: u64 = 0x9e37_79b9_7f4a_7c15;
    const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;
    let product = u128::from(hash ^ block ^ KEY) * u128::from(FACTOR);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let folded = product as u64 ^ (product >> 64) as u64;
    folded
}

#[inline]
fn class(bytes: &[u8], at: usize) -> Option<Class> {
    bytes.get(at).map(|byte| CLASSES[usize::from(*byte)])
}

/// How many ASCII letters and digits come first, up to eight, and these: all eight bytes are looked at together, each
/// compared with the ends of a range by whether an addition reaches its highest bit.
#[inline]
fn letters(bytes: &[u8], at: usize) -> (usize, u64) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let eight = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()).copied();
    let eight = u64::from_le_bytes(eight.unwrap_or_else(|| last(bytes, at)));
    let low = eight & (0x7f * EACH);
    let from = |first: u8, of: u64| of + u64::from(0x80 - first) * EACH;
    let lower_case = low | (0x20 * EACH);
    let is_letter = from(b'a', lower_case) & !from(b'z' + 1, lower_case);
    let is_digit = from(b'0', low) & !from(b'9' + 1, low);
    let is_other = (!(is_letter | is_digit) | eight) & (0x80 * EACH);
    // All bits before the first byte that is something else.
    let before = ((is_other & is_other.wrapping_neg()) >> 7).wrapping_sub(1);
    (is_other.trailing_zeros() as usize / 8, eight & before)
}

/// The last bytes of a text, and zeros.
#[cold]
fn last(bytes: &[u8], at: usize) -> [u8; 8] {
    let mut eight = [0; 8];
    let rest = bytes.get(at..).unwrap_or_default();
    eight.iter_mut().zip(rest).for_each(|(byte, last)| *byte = *last);
    eight
}

/// `À` to `ÿ` but for the signs of multiplication and division.
fn is_latin_letter(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 1).is_some_and(|second| !matches!(second, 0x97 | 0xb7))
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

    #[test]
    fn eight_bytes_at_once_are_what_each_is() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut bytes = *b"aZ0m9Azqx";
                bytes[place] = byte;
                let expected = if byte.is_ascii_alphanumeric() { 8 } else { place };
                let in_front =
                    |count: usize| bytes[..count].iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
                assert_eq!(letters(&bytes, 0), (expected, in_front(expected)), "{byte:#x} at {place}");
                let expected = if expected == 8 { place + 1 } else { place };
                assert_eq!(letters(&bytes[..=place], 0), (expected, in_front(expected)));
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
            let hash = next(word.as_bytes(), 0).1.expect("a plain word").hash;
            for around in ["  % ", "og %, men", "abcdefghijk %.", "– %– æ"] {
                let text = around.replace('%', word);
                let at = around.find('%').expect("its place");
                let plain = next(text.as_bytes(), at).1.expect("a plain word");
                assert_eq!((&text[plain.span], plain.hash), (word, hash));
            }
            hashes.push(hash);
        }
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), words.len());
    }
}
