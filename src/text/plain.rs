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

/// From `at` on: where to go on reading, and the span of the next word if it is a plain one.
#[inline]
pub(super) fn next(bytes: &[u8], mut at: usize) -> (usize, Option<Range<usize>>) {
    loop {
        match class(bytes, at) {
            Some(Class::Letter) => break,
            Some(Class::Latin) if is_latin_letter(bytes, at) => break,
            Some(Class::Gap | Class::Joint | Class::Apostrophe) => at += 1,
            Some(Class::Stop) if !begins_with_n(bytes, at + 1) => at += 1,
            Some(Class::Sign) if sign(bytes, at).is_some() => at += 3,
            _ => return (at, None),
        }
    }
    let start = at;
    loop {
        at += letters(bytes, at);
        match class(bytes, at) {
            None | Some(Class::Gap | Class::Stop) => return (at, Some(start..at)),
            Some(Class::Latin) if is_latin_letter(bytes, at) => at += 2,
            Some(Class::Letter) => {}
            Some(Class::Joint) if at - start > TWO_LETTERS => return (at, Some(start..at)),
            Some(Class::Sign) if sign(bytes, at).is_some_and(|last| !matches!(last, 0x98 | 0x99)) => {
                return (at, Some(start..at));
            }
            _ => return (start, None),
        }
    }
}

#[inline]
fn class(bytes: &[u8], at: usize) -> Option<Class> {
    bytes.get(at).map(|byte| CLASSES[usize::from(*byte)])
}

/// How many ASCII letters and digits come first, up to eight: all eight bytes are looked at together, each compared with
/// the ends of a range by whether an addition reaches its highest bit.
#[inline]
fn letters(bytes: &[u8], at: usize) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
        return bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    };
    let eight = u64::from_le_bytes(*eight);
    let low = eight & (0x7f * EACH);
    let from = |first: u8, of: u64| of + u64::from(0x80 - first) * EACH;
    let lower_case = low | (0x20 * EACH);
    let is_letter = from(b'a', lower_case) & !from(b'z' + 1, lower_case);
    let is_digit = from(b'0', low) & !from(b'9' + 1, low);
    let is_other = !(is_letter | is_digit) | eight;
    (is_other & (0x80 * EACH)).trailing_zeros() as usize / 8
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
                assert_eq!(letters(&bytes, 0), expected, "{byte:#x} at {place}");
                assert_eq!(letters(&bytes[..=place], 0), if expected == 8 { place + 1 } else { place });
            }
        }
    }
}
