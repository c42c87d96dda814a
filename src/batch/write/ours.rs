//! Our columns of one row, before they take the form of a file.

use crate::matcher::Ranked;

/// What our columns and the clusters are called.
#[derive(Debug)]
pub(crate) struct Names<'j> {
    /// Our columns: language, verdict, a cluster and a probability for each rank, reasons, error.
    pub(crate) columns: Vec<String>,
    /// Ids of the clusters by their place in the catalogue.
    pub(crate) clusters: Vec<&'j str>,
    /// How many clusters a row lists.
    pub(crate) top: usize,
}

/// What became of a row.
#[derive(Debug)]
pub(crate) enum Scored<'r> {
    /// The ranking and the text that it is of.
    Ranked(&'r Ranked, &'r str),
    /// What is wrong with the row.
    Failed(&'r str),
}

/// The words behind the first cluster, as they stand in the text.
pub(crate) fn reasons<'r>(ranked: &'r Ranked, text: &'r str) -> impl Iterator<Item = &'r str> {
    ranked.reasons().map(|span| &text[span])
}

/// A probability with up to six decimals, as `f64` writes it too.
pub(crate) fn probability(probability: f64, out: &mut Vec<u8>) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1")]
    let millionths = (probability * 1e6).round().clamp(0.0, 1e6) as u32;
    if millionths == 1_000_000 {
        out.push(b'1');
        return;
    }
    out.push(b'0');
    if millionths == 0 {
        return;
    }
    out.push(b'.');
    let mut rest = millionths;
    let mut unit = 100_000;
    while rest > 0 {
        #[expect(clippy::cast_possible_truncation, reason = "a digit")]
        out.push(b'0' + (rest / unit) as u8);
        rest %= unit;
        unit /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_written_as_numbers_are() {
        for value in [0.0, 1.0, 0.5, 0.000_001, 0.123_456, 0.999_999, 0.1, 0.000_25, 0.070_707] {
            let mut out = Vec::new();
            probability(value, &mut out);
            assert_eq!(String::from_utf8(out).expect("ASCII"), value.to_string());
        }
    }
}
