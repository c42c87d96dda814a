//! A model without training: TF-IDF cosine against the descriptions of a catalogue.

use std::collections::BTreeSet;

use sprs::CsMat;

use super::compile::{Learned, compile};
use super::corpus::Corpus;
use super::design::{DesignConfig, Document, design};
use crate::catalogue::Cluster;
use crate::error::Result;
use crate::model::{ModelKind, Thresholds, Training, normalise};

/// Cosines are no probabilities, so no number of them makes a fit.
const NEVER: f32 = f32::MAX;

/// The bytes of a model that compares texts with what the catalogue says of each cluster, in both languages.
pub(crate) fn cosine_model(corpus: &Corpus, training: Training) -> Result<Vec<u8>> {
    let descriptions: Vec<String> = corpus.catalogue.clusters.iter().map(description).collect();
    let documents: Vec<_> = descriptions.iter().map(|text| Document { text, counts: true }).collect();
    let mut config = DesignConfig { least_words: 1, idf_power: 1.0, ..DesignConfig::default() };
    config.features.stems = corpus.stems.clone();
    let (texts, vocabulary) = design(&documents, &corpus.frequencies, &corpus.stop_words, &config);
    let classes = descriptions.len();
    let mut weights = vec![0.0; texts.words.cols() * classes];
    let rows: CsMat<f64> = &texts.documents * &texts.words;
    for (class, row) in rows.outer_iterator().enumerate() {
        let mut values = row.data().to_vec();
        normalise(&mut values);
        for (part, value) in row.indices().iter().zip(values) {
            weights[part * classes + class] = value;
        }
    }
    let learned = Learned {
        kind: ModelKind::Cosine,
        vocabulary: &vocabulary,
        words: &texts.words,
        weights: &weights,
        intercept: &vec![0.0; classes],
        length_floor: 0.0,
        thresholds: Thresholds { fit: NEVER, none: NEVER },
        training,
    };
    compile(&learned, corpus)
}

/// What a cluster's description says, each sentence and phrase once.
pub(crate) fn description(cluster: &Cluster) -> String {
    let texts = [&cluster.name.en, &cluster.name.da, &cluster.covers.en, &cluster.covers.da].into_iter();
    let texts: BTreeSet<&String> = texts.chain(&cluster.focus.en).chain(&cluster.focus.da).collect();
    texts.into_iter().flat_map(|text| [text.as_str(), "\n"]).collect()
}
