//! Texts as sparse matrices, and products with them. Every sum has a fixed order, whatever the number of threads.

use linfa::dataset::Records;
use rayon::prelude::*;
use sprs::CsMat;

/// Texts as rows: `documents` (n × words) times `words` (words × features), neither multiplied out.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    pub(crate) documents: CsMat<f64>,
    pub(crate) words: CsMat<f64>,
}

impl Records for Texts {
    type Elem = f64;

    fn nsamples(&self) -> usize {
        self.documents.rows()
    }

    fn nfeatures(&self) -> usize {
        self.words.cols()
    }
}

/// Logits of every text, n × C row by row, for weights feature by feature.
pub(super) fn logits(texts: &Texts, weights: &[f64], intercept: &[f64]) -> Vec<f64> {
    let classes = intercept.len();
    let by_word = times(&texts.words, weights, classes);
    let mut logits = times(&texts.documents, &by_word, classes);
    for row in logits.chunks_exact_mut(classes) {
        add_scaled(row, intercept, 1.0);
    }
    logits
}

/// A sparse matrix times a dense one of `width` columns, row by row. Each row of the result is one fixed-order sum.
pub(crate) fn times(matrix: &CsMat<f64>, dense: &[f64], width: usize) -> Vec<f64> {
    let mut product = vec![0.0; matrix.rows() * width];
    product.par_chunks_exact_mut(width).with_min_len(256).enumerate().for_each(|(row, sums)| {
        if let Some(entries) = matrix.outer_view(row) {
            for (column, value) in entries.iter() {
                add_scaled(sums, &dense[column * width..(column + 1) * width], *value);
            }
        }
    });
    product
}

pub(super) fn add_scaled(sums: &mut [f64], values: &[f64], scale: f64) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += scale * value;
    }
}
