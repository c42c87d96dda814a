//! What a word is made of: its Danish and its English stem, and the character n-grams inside it.
//!
//! Compounds and inflections meet in the n-grams (`undervandsdroner` and `drone` share `dron`, `rone`, …), regular
//! inflections in the stems. Both languages' stems are always taken: a profile mixes them more often than not.

use rust_stemmers::{Algorithm, Stemmer};
use serde::{Deserialize, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::stems::{StemExceptions, Stems};

/// How words are taken apart. Part of every model, since a model can only be read with the analysis it was trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureConfig {
    /// Shortest n-gram, in characters; the border of the word counts as one.
    pub shortest_ngram: usize,
    /// Longest n-gram, in characters.
    pub longest_ngram: usize,
    /// The stems' part of a word's squared length, between 0 and 1; the n-grams have the rest.
    pub stem_share: f32,
    /// Words whose stem is not the stemmer's.
    pub stems: StemExceptions,
}

impl Default for FeatureConfig {
    fn default() -> Self {
        FeatureConfig { shortest_ngram: 3, longest_ngram: 6, stem_share: 0.4, stems: StemExceptions::default() }
    }
}

/// One feature of a word: a 64-bit hash of what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// A stem of one of the two languages.
    Stem(u64),
    /// A run of characters, which may hold the word's border.
    Ngram(u64),
}

impl Feature {
    /// The hash, whatever the kind; kinds differ in their seed.
    ///
    /// ```
    /// use matcher::text::Feature;
    ///
    /// assert_eq!(Feature::Stem(7).hash(), 7);
    /// ```
    pub fn hash(self) -> u64 {
        match self {
            Feature::Stem(hash) | Feature::Ngram(hash) => hash,
        }
    }
}

/// Takes words apart. Free of state; in a file it is its configuration.
#[derive(Deserialize)]
#[serde(from = "FeatureConfig")]
pub struct Features {
    config: FeatureConfig,
    danish: Stemmer,
    english: Stemmer,
}

const DANISH_SEED: u64 = 1;
const ENGLISH_SEED: u64 = 2;
const NGRAM_SEED: u64 = 3;

/// Marks the border of a word inside n-grams; never part of a word.
const BORDER: char = ' ';

impl Features {
    /// A splitter with this configuration.
    ///
    /// ```
    /// use matcher::text::{FeatureConfig, Features};
    ///
    /// let features = Features::new(FeatureConfig { longest_ngram: 4, ..FeatureConfig::default() });
    /// assert_eq!(features.config().longest_ngram, 4);
    /// ```
    pub fn new(config: FeatureConfig) -> Self {
        Features { config, danish: Stemmer::create(Algorithm::Danish), english: Stemmer::create(Algorithm::English) }
    }

    /// The configuration it was made with.
    ///
    /// ```
    /// use matcher::text::{FeatureConfig, Features};
    ///
    /// assert_eq!(Features::new(FeatureConfig::default()).config().shortest_ngram, 3);
    /// ```
    pub fn config(&self) -> &FeatureConfig {
        &self.config
    }

    /// Replaces `features` by those of `word`, which is in the normal form of [`Words`](super::Words). Two stems, then
    /// every n-gram once, sorted.
    ///
    /// ```
    /// use matcher::text::{FeatureConfig, Features};
    ///
    /// let features = Features::new(FeatureConfig::default());
    /// let (mut compound, mut part) = (Vec::new(), Vec::new());
    /// features.of("undervandsdroner", &mut compound);
    /// features.of("droner", &mut part);
    /// assert!(part.iter().any(|feature| compound.contains(feature)));
    /// ```
    pub fn of(&self, word: &str, features: &mut Vec<Feature>) {
        features.clear();
        let StemExceptions { danish, english } = &self.config.stems;
        let stem = |exceptions: &Stems, stemmer: &Stemmer, seed| {
            let hash = |stem: &str| Feature::Stem(xxh3_64_with_seed(stem.as_bytes(), seed));
            exceptions.get(word).map_or_else(|| hash(&stemmer.stem(word)), hash)
        };
        features.push(stem(danish, &self.danish, DANISH_SEED));
        features.push(stem(english, &self.english, ENGLISH_SEED));
        let mut bordered = String::with_capacity(word.len() + 2);
        bordered.push(BORDER);
        bordered.push_str(word);
        bordered.push(BORDER);
        let starts: Vec<usize> = bordered.char_indices().map(|(at, _)| at).chain([bordered.len()]).collect();
        let chars = starts.len() - 1;
        for len in self.config.shortest_ngram..=self.config.longest_ngram.min(chars) {
            for first in 0..=chars - len {
                let gram = &bordered.as_bytes()[starts[first]..starts[first + len]];
                features.push(Feature::Ngram(xxh3_64_with_seed(gram, NGRAM_SEED)));
            }
        }
        features[2..].sort_unstable();
        features.dedup();
    }
}

impl From<FeatureConfig> for Features {
    fn from(config: FeatureConfig) -> Self {
        Features::new(config)
    }
}

impl Serialize for Features {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.config.serialize(serializer)
    }
}

impl std::fmt::Debug for Features {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Features").field("config", &self.config).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(word: &str) -> Vec<Feature> {
        let mut features = Vec::new();
        Features::new(FeatureConfig::default()).of(word, &mut features);
        features
    }

    #[test]
    fn a_compound_shares_most_ngrams_with_its_part() {
        let compound = of("undervandsdroner");
        let shared = of("droner").into_iter().filter(|f| compound.contains(f)).count();
        assert!(shared >= 8, "{shared}");
    }

    #[test]
    fn a_letter_has_its_stems_and_one_ngram() {
        assert_eq!(of("ø").len(), 3);
    }

    #[test]
    fn an_exception_keeps_the_sea_out_of_the_garden() {
        let stem = |features: &Features, word| {
            let mut parts = Vec::new();
            features.of(word, &mut parts);
            parts[0]
        };
        let plain = Features::new(FeatureConfig::default());
        assert_eq!(stem(&plain, "hav"), stem(&plain, "haver"));
        let mut config = FeatureConfig::default();
        config.stems.danish.insert("haver", "have");
        let mended = Features::new(config);
        assert_ne!(stem(&mended, "hav"), stem(&mended, "haver"));
    }

    #[test]
    fn ngrams_are_listed_once() {
        let features = of("aaaaaaaa");
        let mut unique = features.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(features.len(), unique.len());
    }
}
