//! TF-IDF with a frozen idf: what a word counts is fixed when the model is made, whatever text it is read in.
//!
//! * inverse document frequency, smoothed: `idf(t) = ln((1 + n) / (1 + df(t))) + 1`, where `df(t)` of `n` documents
//!   hold the term;
//! * term frequency, sublinear: `tf(t, d) = 1 + ln(count)`;
//! * weight `tf · idf`, and each document's row divided by its Euclidean length.
//!
//! These are scikit-learn's `TfidfVectorizer(sublinear_tf=True)`, and a test holds them to its numbers. matcher's own
//! weights multiply in one more factor, how rare the word is in general Danish and English ([`rarity`]): words that
//! everyone uses say little of a trade, however seldom they occur in profiles.

/// Steps to one in which models keep idfs and the weights of words.
pub(crate) const IDF_STEPS: f32 = 20.0;
pub(crate) const WEIGHT_STEPS: f32 = 32768.0;

#[cfg(any(test, feature = "train"))]
/// `ln((1 + n) / (1 + df)) + 1`.
#[expect(clippy::cast_precision_loss, reason = "counts of documents are far below 2^52")]
pub(crate) fn inverse_document_frequency(documents: usize, document_frequency: usize) -> f64 {
    libm::log((1.0 + documents as f64) / (1.0 + document_frequency as f64)) + 1.0
}

/// `1 + ln(count)`; 0 for a word that does not occur.
#[inline]
pub(crate) fn sublinear(count: u32) -> f32 {
    // Nearly all counts are among these.
    const FIRST: [f32; 8] = [0.0, 1.0, 1.693_147_2, 2.098_612_3, 2.386_294_4, 2.609_438, 2.791_759_5, 2.945_910_2];
    FIRST.get(count as usize).copied().unwrap_or_else(|| of_many(count))
}

/// Kept apart, since few words stand so often in a text.
#[cold]
fn of_many(count: u32) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "its logarithm does not notice")]
    let count = count as f32;
    1.0 + libm::logf(count)
}

/// The Zipf value from which on a word counts least: one in a thousand words of running text has 6, the article `the`
/// nearly 8.
const COMMONEST_ZIPF: f32 = 7.0;

/// What a word keeps, however common.
const LEAST_RARITY: f32 = 0.02;

/// How much a word says, by its Zipf value in general language (log10 of occurrences in a billion words): 1 for a word
/// that general language does not know, 0.02 for the commonest.
pub(crate) fn rarity(zipf: Option<f32>) -> f32 {
    zipf.map_or(1.0, |zipf| ((COMMONEST_ZIPF - zipf) / COMMONEST_ZIPF).max(LEAST_RARITY))
}

#[cfg(any(test, feature = "train"))]
/// An idf in the steps in which models keep it, 0 to 12.75.
#[expect(clippy::cast_possible_truncation, reason = "steps of a twentieth fit single precision")]
pub(crate) fn stored_idf(idf: f64) -> f32 {
    ((idf * f64::from(IDF_STEPS)).round().min(255.0) / f64::from(IDF_STEPS)) as f32
}

#[cfg(any(test, feature = "train"))]
/// Divides a row by its Euclidean length; an empty or zero row stays as it is.
pub(crate) fn normalise(row: &mut [f64]) {
    let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|x| *x /= length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarity_falls_with_use() {
        assert!((rarity(None) - 1.0).abs() < f32::EPSILON);
        assert!((rarity(Some(3.5)) - 0.5).abs() < f32::EPSILON);
        assert!((rarity(Some(7.9)) - 0.02).abs() < f32::EPSILON);
    }

    #[test]
    fn counts_grow_by_their_logarithm() {
        assert!((sublinear(1) - 1.0).abs() < f32::EPSILON);
        assert_eq!(sublinear(0), 0.0);
        assert!((1..100_u32).all(|count| sublinear(count) == of_many(count)));
    }
}
