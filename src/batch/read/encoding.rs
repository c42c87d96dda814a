//! Which bytes stand for which letters: said by the caller, by a byte order mark, or by the bytes themselves.
//!
//! Encodings in which ASCII is ASCII are read as they are, row by row, so that the bytes of the input come out again.
//! UTF-16 is turned into UTF-8 on the way in and back on the way out; half a surrogate pair, which UTF-8 cannot hold,
//! travels as three bytes that are no valid UTF-8, and its row is faulty.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::{Error, Result};

/// Bytes at the start of a file on which its encoding is decided.
pub(crate) const SAMPLE_BYTES: usize = 1 << 20;

/// How the letters of a text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextEncoding {
    Utf8,
    Utf16 {
        big_endian: bool,
    },
    /// One byte a letter, ASCII among them.
    Single(&'static Encoding),
}

/// What was decided, and how the file starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) encoding: TextEncoding,
    /// Length of the byte order mark.
    pub(crate) mark: usize,
    /// Whether the bytes had to be guessed at.
    pub(crate) guessed: bool,
}

/// The encoding of a text that starts with `sample`.
pub(crate) fn decide(sample: &[u8], label: Option<&str>) -> Result<Decided> {
    let (marked, mark) = match Encoding::for_bom(sample) {
        Some((encoding, length)) => (TextEncoding::of(encoding), length),
        None => (None, 0),
    };
    if let Some(label) = label {
        let encoding = Encoding::for_label(label.as_bytes()).and_then(TextEncoding::of).ok_or_else(|| {
            Error::usage(format!("the encoding {label:?} is not one that is read")).with_hint(
                "utf-8, utf-16le, utf-16be, windows-1252, iso-8859-15, macintosh and other one-byte encodings",
            )
        })?;
        // A mark of another encoding is no mark.
        let mark = if marked == Some(encoding) { mark } else { 0 };
        return Ok(Decided { encoding, mark, guessed: false });
    }
    if let Some(encoding) = marked {
        return Ok(Decided { encoding, mark, guessed: false });
    }
    if is_mostly_utf8(sample) {
        if looks_like_utf16(sample) {
            return Err(Error::text("the text looks like UTF-16 without a byte order mark")
                .with_hint("say which: --encoding utf-16le (Windows) or --encoding utf-16be"));
        }
        return Ok(Decided { encoding: TextEncoding::Utf8, mark: 0, guessed: false });
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = detector.guess(Some(b"dk"), Utf8Detection::Deny);
    let encoding = TextEncoding::of(guess).ok_or_else(|| {
        Error::text(format!("the text is not UTF-8; it may be {}, which is not read", guess.name()))
            .with_hint("say what it is with --encoding, for example --encoding windows-1252")
    })?;
    Ok(Decided { encoding, mark: 0, guessed: true })
}

/// Whether the sample is UTF-8, be it with a few broken places. Letters of other encodings hardly ever form valid
/// sequences, so that in UTF-8 the valid ones outnumber the others.
fn is_mostly_utf8(sample: &[u8]) -> bool {
    if simdutf8::basic::from_utf8(sample).is_ok() {
        return true;
    }
    let (mut valid, mut invalid) = (0_usize, 0_usize);
    for part in sample.utf8_chunks() {
        valid += part.valid().chars().filter(|c| !c.is_ascii()).count();
        // A sequence that the end of the sample cuts is no fault.
        invalid += part.invalid().len();
    }
    let cut = sample.utf8_chunks().last().map_or(0, |part| part.invalid().len());
    if sample.len() >= SAMPLE_BYTES {
        invalid -= cut;
    }
    invalid == 0 || valid > invalid
}

/// Latin letters in UTF-16 have a zero in every other byte.
fn looks_like_utf16(sample: &[u8]) -> bool {
    if memchr::memchr(0, sample).is_none() {
        return false;
    }
    let pairs = sample.len() / 2;
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    pairs >= 4 && (zeros(0) * 10 > pairs * 7) != (zeros(1) * 10 > pairs * 7)
}

/// A byte that is no text, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotText {
    pub(crate) at: usize,
    pub(crate) byte: u8,
}

impl TextEncoding {
    fn of(encoding: &'static Encoding) -> Option<TextEncoding> {
        match encoding {
            encoding if encoding == UTF_8 => Some(TextEncoding::Utf8),
            encoding if encoding == UTF_16LE => Some(TextEncoding::Utf16 { big_endian: false }),
            encoding if encoding == UTF_16BE => Some(TextEncoding::Utf16 { big_endian: true }),
            encoding => encoding.is_single_byte().then_some(TextEncoding::Single(encoding)),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            TextEncoding::Utf8 => "UTF-8",
            TextEncoding::Utf16 { big_endian: false } => "UTF-16LE",
            TextEncoding::Utf16 { big_endian: true } => "UTF-16BE",
            TextEncoding::Single(encoding) => encoding.name(),
        }
    }

    /// Bytes of a row, after [`TextEncoding::reader`], as text.
    #[inline]
    pub(crate) fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, NotText> {
        match self {
            TextEncoding::Utf8 | TextEncoding::Utf16 { .. } => match simdutf8::compat::from_utf8(bytes) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(error) => {
                    let at = error.valid_up_to();
                    Err(NotText { at, byte: bytes[at] })
                }
            },
            TextEncoding::Single(encoding) => {
                let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
                text.ok_or_else(|| {
                    let one = |byte: &u8| {
                        encoding
                            .decode_without_bom_handling_and_without_replacement(std::slice::from_ref(byte))
                            .is_none()
                    };
                    let at = bytes.iter().position(one).unwrap_or(0);
                    NotText { at, byte: bytes[at] }
                })
            }
        }
    }

    /// Bytes as text that shows what is no text as `\xE6`, for forms that hold nothing but text.
    pub(crate) fn show(self, bytes: &[u8]) -> String {
        if let Ok(text) = self.decode(bytes) {
            return text.into_owned();
        }
        let mut shown = String::new();
        for part in bytes.utf8_chunks() {
            shown.push_str(part.valid());
            // Writing into memory does not fail.
            part.invalid().iter().for_each(|byte| write!(shown, "\\x{byte:02X}").unwrap_or_default());
        }
        shown
    }

    /// Appends text of ours in the encoding of the row. A letter that it lacks becomes `?`; what we write are the row's
    /// own words, ASCII, and names that came from the caller.
    pub(crate) fn encode(self, text: &str, out: &mut Vec<u8>) {
        match self {
            TextEncoding::Single(encoding) if !text.is_ascii() => {
                let mut buffer = [0; 4];
                for c in text.chars() {
                    let (bytes, _, lacking) = encoding.encode(c.encode_utf8(&mut buffer));
                    out.extend_from_slice(if lacking { b"?" } else { &bytes });
                }
            }
            _ => out.extend_from_slice(text.as_bytes()),
        }
    }

    /// The text with rows that can be found byte by byte.
    pub(crate) fn reader(self, input: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        match self {
            TextEncoding::Utf16 { big_endian } => Box::new(Utf16Reader {
                input: io::BufReader::with_capacity(64 << 10, input),
                big_endian,
                high: None,
                pending: Vec::new(),
                given: 0,
                ended: false,
            }),
            _ => input,
        }
    }

    /// Turns finished output back into the encoding of the file.
    pub(crate) fn finish(self, out: &mut Vec<u8>) {
        let TextEncoding::Utf16 { big_endian } = self else { return };
        let mut units = Vec::with_capacity(out.len());
        for part in out.utf8_chunks() {
            units.extend(part.valid().encode_utf16());
        }
        if out.utf8_chunks().any(|part| !part.invalid().is_empty()) {
            units = wide(out);
        }
        out.clear();
        for unit in units {
            out.extend_from_slice(&if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() });
        }
    }
}

/// UTF-16 of text in which half surrogate pairs stand as three bytes each.
fn wide(bytes: &[u8]) -> Vec<u16> {
    let mut units = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if let [0xed, second @ 0xa0..=0xbf, third, ..] = bytes[at..] {
            units.push(0xd000 | (u16::from(second & 0x3f) << 6) | u16::from(third & 0x3f));
            at += 3;
        } else {
            let valid = bytes[at..].utf8_chunks().next().map_or("", |part| part.valid());
            units.extend(valid.encode_utf16());
            at += valid.len().max(1);
        }
    }
    units
}

struct Utf16Reader<R> {
    input: R,
    big_endian: bool,
    /// First half of a surrogate pair.
    high: Option<u16>,
    pending: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Utf16Reader<R> {
    fn refill(&mut self) -> io::Result<()> {
        self.pending.clear();
        self.given = 0;
        let mut bytes = Vec::with_capacity(32 << 10);
        self.input.by_ref().take(32 << 10).read_to_end(&mut bytes)?;
        self.ended = bytes.len() < 32 << 10;
        let mut pairs = bytes.chunks_exact(2);
        let mut units = Vec::with_capacity(16 << 10);
        units.extend(self.high.take());
        units.extend(pairs.by_ref().map(|pair| {
            let pair = [pair[0], pair[1]];
            if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        }));
        if !self.ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            self.high = units.pop();
        }
        let mut buffer = [0; 4];
        for decoded in char::decode_utf16(units) {
            match decoded {
                Ok(c) => self.pending.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
                Err(error) => {
                    let [high, low] = error.unpaired_surrogate().to_be_bytes();
                    self.pending.extend_from_slice(&[
                        0xed,
                        0x80 | ((high & 0x0f) << 2) | (low >> 6),
                        0x80 | (low & 0x3f),
                    ]);
                }
            }
        }
        if !pairs.remainder().is_empty() {
            // Half a letter at the very end: no text, and not to be written back.
            self.pending.push(0xfe);
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.pending.len() && !self.ended {
            self.refill()?;
        }
        let length = buffer.len().min(self.pending.len() - self.given);
        buffer[..length].copy_from_slice(&self.pending[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(sample: &[u8]) -> &'static str {
        decide(sample, None).expect("decided").encoding.name()
    }

    #[test]
    fn bytes_say_what_they_are() {
        assert_eq!(encoding("æbler og pærer".as_bytes()), "UTF-8");
        assert_eq!(encoding(b"plain"), "UTF-8");
        assert_eq!(encoding(b"V\xe6rksted for b\xe5de og s\xf8fart"), "windows-1252");
        assert_eq!(encoding(b"\xff\xfea\0"), "UTF-16LE");
        let mixed = [b"r\xe6kke\n".as_slice(), "smørrebrød på øen\n".as_bytes()].concat();
        assert_eq!(encoding(&mixed), "UTF-8");
        assert!(decide(b"i\0d\0;\0t\0e\0k\0s\0t\0", None).is_err());
        assert!(decide(b"", Some("klingon")).is_err());
        assert!(decide(b"", Some("shift_jis")).is_err());
    }

    #[test]
    fn utf16_comes_back_as_it_was() {
        for big_endian in [false, true] {
            let encoding = TextEncoding::Utf16 { big_endian };
            let units = "æ😀\n".encode_utf16().chain([0xd83d, 0x61, 0xdc00]);
            let bytes: Vec<u8> =
                units.flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            let mut text = Vec::new();
            encoding.reader(Box::new(io::Cursor::new(bytes.clone()))).read_to_end(&mut text).expect("whole");
            assert!(encoding.decode(&text).is_err(), "half a pair is no text");
            encoding.finish(&mut text);
            assert_eq!(text, bytes);
        }
    }
}
