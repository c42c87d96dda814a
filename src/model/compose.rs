//! What a word is worth, from what it is made of.
//!
//! A word is a vector of at most unit length: its stems share [`FeatureConfig::stem_share`] of the squared length, its
//! n-grams the rest, each feature by its idf. A feature that the model does not know takes its share with it, so a word
//! made of unknown parts says little. Training and scoring both come through here.

use crate::text::{Feature, FeatureConfig};

/// The features of one word that the model knows, with their part of the word.
///
/// `idf_of` gives what is known of a feature along with its idf; an unknown n-gram counts with `unknown_idf` in the
/// word's length and has no part.
pub(crate) fn compose<T>(
    config: &FeatureConfig,
    features: &[Feature],
    unknown_idf: f32,
    mut idf_of: impl FnMut(Feature) -> Option<(f32, T)>,
) -> Vec<(T, f32)> {
    let mut parts = Vec::with_capacity(features.len());
    let mut stems = 0.0;
    let mut ngrams = 0.0;
    for feature in features {
        let found = idf_of(*feature);
        let idf = found.as_ref().map_or(unknown_idf, |(idf, _)| *idf);
        match feature {
            Feature::Stem(_) => stems += idf * idf,
            Feature::Ngram(_) => ngrams += idf * idf,
        }
        if let Some((idf, known)) = found {
            parts.push((known, idf, matches!(feature, Feature::Stem(_))));
        }
    }
    let scale = |share: f32, squares: f32| if squares > 0.0 { (share / squares).sqrt() } else { 0.0 };
    let of_stem = scale(config.stem_share, stems);
    let of_ngram = scale(1.0 - config.stem_share, ngrams);
    parts.into_iter().map(|(known, idf, is_stem)| (known, idf * if is_stem { of_stem } else { of_ngram })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(known: impl Fn(Feature) -> bool) -> f32 {
        let features = [Feature::Stem(1), Feature::Stem(2), Feature::Ngram(3), Feature::Ngram(4)];
        let parts = compose(&FeatureConfig::default(), &features, 3.0, |f| known(f).then_some((2.0, ())));
        parts.iter().map(|((), part)| part * part).sum::<f32>().sqrt()
    }

    #[test]
    fn a_known_word_has_unit_length_and_an_unknown_one_none() {
        assert!((length(|_| true) - 1.0).abs() < 1e-6);
        assert!(length(|_| false).abs() < 1e-6);
        assert!(length(|feature| feature != Feature::Ngram(4)) < 0.9);
    }
}
