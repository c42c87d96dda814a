//! Danish personal numbers (CPR) in free text: found by their date, and masked so that every byte keeps its place.

use std::borrow::Cow;
use std::ops::Range;

/// Days of the months; a personal number does not tell the century for sure, so that February always has 29.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// What may stand between the date and the last four digits.
const SEPARATORS: [&str; 8] = ["-", " ", "\u{a0}", "\u{2010}", "\u{2011}", "\u{2013}", " - ", " \u{2013} "];

/// Where numbers stand that look like a Danish personal number: six digits that are a date (ddmmyy; 60 is added to the
/// day in replacement numbers), then four, with a hyphen, a space or nothing between. The check digit is not looked
/// at: since 2007 not every number has one.
///
/// ```
/// use matcher::onboarding::personal_numbers;
///
/// let text = "Ejer: 010190-1234, tlf. 20 30 40 50, CVR 31415926";
/// assert_eq!(personal_numbers(text), [6..17]);
/// assert!(personal_numbers("3214901234 er ingen dato").is_empty());
/// ```
pub fn personal_numbers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|offset| at + offset) {
        let digits = run(text, start);
        at = start + digits;
        if !(digits == 6 || digits == 10) || !is_date(&text[start..start + 6]) {
            continue;
        }
        let rest = if digits == 10 {
            Some(at)
        } else {
            let after = &text[at..];
            let separators = SEPARATORS.iter().filter(|separator| after.starts_with(**separator));
            let mut ends = separators.map(|separator| at + separator.len());
            ends.find(|end| run(text, *end) == 4).map(|end| end + 4)
        };
        if let Some(end) = rest {
            found.push(start..end);
            at = end;
        }
    }
    found
}

/// The text with a star for each digit of such numbers. Everything else stays where it was, to the byte.
///
/// ```
/// assert_eq!(matcher::onboarding::masked("ring til 311299 4321"), "ring til ****** ****");
/// ```
pub fn masked(text: &str) -> Cow<'_, str> {
    let found = personal_numbers(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in found {
        out.push_str(&text[at..span.start]);
        out.extend(text[span.clone()].chars().map(|c| if c.is_ascii_digit() { '*' } else { c }));
        at = span.end;
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

/// How many digits stand from here on.
fn run(text: &str, from: usize) -> usize {
    text.as_bytes()[from..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn is_date(digits: &str) -> bool {
    let number = |range: Range<usize>| digits[range].parse::<u32>().unwrap_or(0);
    let (day, month) = (number(0..2), number(2..4));
    let day = if day > 60 { day - 60 } else { day };
    let Some(days) = month.checked_sub(1).and_then(|month| DAYS.get(month as usize)) else { return false };
    (1..=*days).contains(&day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_is_found_and_masked() {
        for text in ["0101901234", "010190-1234", "010190 1234", "010190\u{a0}1234", "010190–1234", "010190 - 1234"] {
            assert_eq!(personal_numbers(text), vec![0..text.len()], "{text}");
            assert_eq!(masked(text).len(), text.len());
            assert!(!masked(text).contains(|c: char| c.is_ascii_digit()), "{text}");
        }
        assert_eq!(masked("a 290200-1111 b 610190-2222 c"), "a ******-**** b ******-**** c");
    }

    #[test]
    fn other_numbers_stay() {
        for text in ["300290-1234", "011390-1234", "000190-1234", "010190-12345", "1010190-1234", "12345678", "010190"]
        {
            assert_eq!(masked(text), text);
        }
    }

    proptest! {
        #[test]
        fn masking_keeps_every_place_and_is_complete(text in "([0-9]{1,6}|[ \u{a0}–a-zæ-]){0,40}") {
            let masked = masked(&text).into_owned();
            prop_assert_eq!(masked.len(), text.len());
            prop_assert!(personal_numbers(&masked).is_empty());
        }
    }
}
