//! From texts to the matrices that training solves for, and the vocabulary that goes with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sprs::TriMat;

use super::corpus::Frequencies;
use super::texts::Texts;
use crate::model::{compose, inverse_document_frequency, rarity, stored_idf, sublinear};
use crate::text::{Feature, FeatureConfig, Features, Words};

/// A text and how much it may teach, compared with a profile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document<'t> {
    pub(crate) text: &'t str,
    /// Whether its words count in document frequencies: profiles do, entries of the lexicon do not.
    pub(crate) counts: bool,
}

/// Everything about the words of a set of texts that a model keeps.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Words in order, each with its id.
    pub(crate) words: Vec<Word>,
    /// Features that the model keeps, in order.
    pub(crate) parts: Vec<Part>,
    /// For each group of parts the length of their idfs, `√Σ idf²`.
    pub(crate) groups: Vec<f64>,
    pub(crate) unknown_idf: f32,
    pub(crate) features: FeatureConfig,
}

/// A word of the vocabulary.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// What it counts in a text, whatever its cluster.
    pub(crate) weight: f64,
}

/// A stem or n-gram of the vocabulary.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) feature: Feature,
    pub(crate) idf: f32,
    /// Parts of the same words, in the same measure, are one feature: the penalty cannot tell them apart.
    pub(crate) group: usize,
}

/// What shapes the matrices; see `docs/experiments.md` for what each was measured to do.
#[derive(Clone, Debug)]
pub(crate) struct DesignConfig {
    pub(crate) features: FeatureConfig,
    /// Exponent of a word's idf in its weight; its rarity in general language is the other factor.
    pub(crate) idf_power: f64,
    /// N-grams of fewer different words than this are left out: the word's stems say the same.
    pub(crate) least_words: usize,
    /// See [`Description::length_floor`](crate::model::Description).
    pub(crate) length_floor: f64,
}

impl Default for DesignConfig {
    fn default() -> Self {
        DesignConfig { features: FeatureConfig::default(), idf_power: 0.7, least_words: 2, length_floor: 0.02 }
    }
}

/// Reads the texts: their matrices and their vocabulary.
pub(crate) fn design(
    documents: &[Document<'_>],
    frequencies: &Frequencies,
    stop_words: &BTreeSet<String>,
    config: &DesignConfig,
) -> (Texts, Vocabulary) {
    let (counts, words) = count(documents, stop_words);
    let number = documents.iter().filter(|document| document.counts).count();
    let mut holding = vec![0usize; words.len()];
    for (document, counts) in documents.iter().zip(&counts) {
        if document.counts {
            counts.keys().for_each(|word| holding[*word] += 1);
        }
    }
    let splitter = Features::new(config.features.clone());
    let mut split = Vec::new();
    let features: Vec<Vec<Feature>> = words
        .iter()
        .map(|word| {
            splitter.of(word, &mut split);
            split.clone()
        })
        .collect();
    let mut parts = choose_parts(&features, &counts, documents, number, config.least_words);
    let unknown_idf = stored_idf(inverse_document_frequency(number, 0));
    let groups = group(&mut parts, &features);
    let known: HashMap<Feature, (f32, usize)> =
        parts.iter().map(|part| (part.feature, (part.idf, part.group))).collect();
    let mut of_words = TriMat::new((words.len(), groups.len()));
    for (word, features) in features.iter().enumerate() {
        // A group's parts add up as the sides of a right angle do.
        let mut squares = BTreeMap::<usize, f64>::new();
        for (group, part) in compose(&config.features, features, unknown_idf, |feature| known.get(&feature).copied()) {
            *squares.entry(group).or_default() += f64::from(part) * f64::from(part);
        }
        squares.into_iter().for_each(|(group, square)| of_words.add_triplet(word, group, square.sqrt()));
    }
    let words: Vec<Word> = words
        .into_iter()
        .zip(holding)
        .map(|(text, holding)| {
            let idf = inverse_document_frequency(number, holding) / f64::from(unknown_idf);
            let weight = f64::from(rarity(frequencies.zipf(&text))) * libm::pow(idf, config.idf_power);
            Word { text, weight }
        })
        .collect();
    let mut of_documents = TriMat::new((documents.len(), words.len()));
    for (row, counts) in counts.iter().enumerate() {
        let weights: Vec<f64> =
            counts.iter().map(|(word, count)| f64::from(sublinear(*count)) * words[*word].weight).collect();
        let length = (weights.iter().map(|w| w * w).sum::<f64>() + config.length_floor).sqrt();
        for (word, weight) in counts.keys().zip(weights) {
            of_documents.add_triplet(row, *word, weight / length);
        }
    }
    let texts = Texts { documents: of_documents.to_csr(), words: of_words.to_csr() };
    let vocabulary = Vocabulary { words, parts, groups, unknown_idf, features: config.features.clone() };
    (texts, vocabulary)
}

/// How often each document holds each word, by id, and the words by id: in alphabetical order.
fn count(documents: &[Document<'_>], stop_words: &BTreeSet<String>) -> (Vec<BTreeMap<usize, u32>>, Vec<String>) {
    let mut vocabulary = BTreeMap::<String, Vec<(usize, u32)>>::new();
    for (row, document) in documents.iter().enumerate() {
        let mut words = Words::new(document.text);
        while let Some((word, _)) = words.next_word() {
            if stop_words.contains(word) {
                continue;
            }
            if !vocabulary.contains_key(word) {
                vocabulary.insert(word.to_owned(), Vec::new());
            }
            let mentions = vocabulary.get_mut(word).into_iter().filter_map(|mentions| {
                if mentions.last().is_none_or(|(last, _)| *last != row) {
                    mentions.push((row, 0));
                }
                mentions.last_mut()
            });
            mentions.for_each(|(_, count)| *count += 1);
        }
    }
    let mut counts = vec![BTreeMap::new(); documents.len()];
    let mut words = Vec::with_capacity(vocabulary.len());
    for (id, (word, mentions)) in vocabulary.into_iter().enumerate() {
        words.push(word);
        for (row, count) in mentions {
            counts[row].insert(id, count);
        }
    }
    (counts, words)
}

/// The features to keep, each with its idf over documents, in order of their hash.
fn choose_parts(
    features: &[Vec<Feature>],
    counts: &[BTreeMap<usize, u32>],
    documents: &[Document<'_>],
    number: usize,
    least_words: usize,
) -> Vec<Part> {
    let mut of_words = HashMap::<Feature, usize>::new();
    for feature in features.iter().flatten() {
        *of_words.entry(*feature).or_default() += 1;
    }
    let mut of_documents = HashMap::<Feature, (usize, usize)>::new();
    for (row, (counts, document)) in counts.iter().zip(documents).enumerate() {
        if !document.counts {
            continue;
        }
        for feature in counts.keys().flat_map(|word| &features[*word]) {
            let (last, holding) = of_documents.entry(*feature).or_insert((usize::MAX, 0));
            if *last != row {
                (*last, *holding) = (row, *holding + 1);
            }
        }
    }
    let kept = |(feature, words): (Feature, usize)| {
        if matches!(feature, Feature::Ngram(_)) && words < least_words {
            return None;
        }
        let holding = of_documents.get(&feature).map_or(0, |(_, holding)| *holding);
        Some(Part { feature, idf: stored_idf(inverse_document_frequency(number, holding)), group: 0 })
    };
    let mut parts: Vec<Part> = of_words.into_iter().filter_map(kept).collect();
    parts.sort_by_key(|part| part.feature);
    parts
}

/// Puts parts of the very same words into one group; returns the groups' lengths.
///
/// Such parts are columns that differ by a factor only. With an L2 penalty, regression gives them weights in that
/// proportion, so one column of their joint length has the same solution, and there are half as many of these.
///
/// Groups are in the order of their words, so that those of one word lie side by side in memory.
fn group(parts: &mut [Part], features: &[Vec<Feature>]) -> Vec<f64> {
    let mut words = HashMap::<Feature, Vec<usize>>::new();
    for (word, features) in features.iter().enumerate() {
        features.iter().for_each(|feature| words.entry(*feature).or_default().push(word));
    }
    let key = |part: &Part| (&words[&part.feature][..], matches!(part.feature, Feature::Stem(_)));
    let mut keys: Vec<(&[usize], bool)> = parts.iter().map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut squares = vec![0.0; keys.len()];
    for part in parts {
        part.group = keys.partition_point(|other| *other < key(part));
        squares[part.group] += f64::from(part.idf) * f64::from(part.idf);
    }
    squares.into_iter().map(f64::sqrt).collect()
}

impl Frequencies {
    /// The Zipf value of a word in the language that uses it more.
    pub(crate) fn zipf(&self, word: &str) -> Option<f32> {
        let word = &word.to_lowercase();
        let (danish, english) = (self.danish.get(word), self.english.get(word));
        danish.into_iter().chain(english).copied().reduce(f32::max)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Fixture {
        documents: Vec<String>,
        terms: Vec<String>,
        rows: Vec<Vec<f64>>,
    }

    /// With plain weights (no general frequencies, no floor) rows are those of `TfidfVectorizer(sublinear_tf=True)`.
    #[test]
    fn plain_rows_are_scikit_learns() {
        let fixture: Fixture =
            serde_json::from_str(include_str!("../../tests/fixtures/tfidf.json")).expect("a fixture");
        let documents: Vec<_> = fixture.documents.iter().map(|text| Document { text, counts: true }).collect();
        let config = DesignConfig { idf_power: 1.0, length_floor: 0.0, ..DesignConfig::default() };
        let (texts, vocabulary) = design(&documents, &Frequencies::default(), &BTreeSet::new(), &config);
        for (row, expected) in fixture.rows.iter().enumerate() {
            for (term, expected) in fixture.terms.iter().zip(expected) {
                let column = vocabulary.words.iter().position(|word| word.text == *term).expect("every term");
                let found = texts.documents.get(row, column).copied().unwrap_or(0.0);
                assert!((found - expected).abs() < 1e-6, "{term} in {row}: {found} {expected}");
            }
        }
        assert_eq!(vocabulary.words.len(), fixture.terms.len());
    }

    /// One column for parts of the same words gives every word the length it had.
    #[test]
    fn grouping_keeps_lengths() {
        let documents = ["droner drone", "droner sejler"].map(|text| Document { text, counts: true });
        let config = DesignConfig { least_words: 1, ..DesignConfig::default() };
        let (texts, vocabulary) = design(&documents, &Frequencies::default(), &BTreeSet::new(), &config);
        assert!(vocabulary.groups.len() < vocabulary.parts.len() / 2);
        for word in texts.words.outer_iterator() {
            let length: f64 = word.iter().map(|(_, value)| value * value).sum();
            assert!((length - 1.0).abs() < 1e-6, "{length}");
        }
    }
}
