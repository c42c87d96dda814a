//! What a fit makes as small as it can: the penalised loss of a softmax regression, and its gradient.

use std::sync::Mutex;

use argmin::core::{CostFunction, Gradient};
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use sprs::CsMat;

use super::texts::{Texts, add_scaled, logits, times};

/// The penalised loss and its gradient. A parameter vector holds the weights feature by feature, then the intercept, each in
/// units of its own.
pub(super) struct Objective<'d> {
    texts: &'d Texts,
    documents_of_words: CsMat<f64>,
    words_of_features: CsMat<f64>,
    targets: &'d Array2<f64>,
    sample_weights: Vec<f64>,
    penalty: f64,
    /// Units of each feature's weights and of the intercept, F + 1.
    pub(super) units: Vec<f64>,
    /// The line search asks for cost and gradient of the same point one after the other; they share nearly all work.
    last: Mutex<Option<Evaluation>>,
}

struct Evaluation {
    at: Array1<f64>,
    cost: f64,
    gradient: Array1<f64>,
}

impl<'d> Objective<'d> {
    pub(super) fn new(texts: &'d Texts, targets: &'d Array2<f64>, sample_weights: Vec<f64>, penalty: f64) -> Self {
        let units = units(texts, &sample_weights, penalty, targets.ncols());
        Objective {
            texts,
            documents_of_words: texts.documents.transpose_view().to_csr(),
            words_of_features: texts.words.transpose_view().to_csr(),
            targets,
            sample_weights,
            penalty,
            units,
            last: Mutex::new(None),
        }
    }

    fn evaluate<T>(&self, at: &Array1<f64>, of: impl FnOnce(&Evaluation) -> T) -> T {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &*last {
            Some(evaluation) if evaluation.at == at => of(evaluation),
            _ => of(last.insert(self.evaluate_anew(at))),
        }
    }

    fn evaluate_anew(&self, at: &Array1<f64>) -> Evaluation {
        let classes = self.targets.ncols();
        let point = in_units(at, &self.units, classes);
        let (weights, intercept) = point.split_at(point.len() - classes);
        let mut residuals = logits(self.texts, weights, intercept);
        let targets = self.targets.as_standard_layout();
        let targets = targets.as_slice().unwrap_or_default();
        let losses: Vec<f64> = residuals
            .par_chunks_exact_mut(classes)
            .zip(targets.par_chunks_exact(classes))
            .zip(&self.sample_weights)
            .map(|((logits, targets), weight)| {
                let greatest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let mut loss = 0.0;
                let mut mass = 0.0;
                for (logit, target) in logits.iter_mut().zip(targets) {
                    loss -= target * (*logit - greatest);
                    mass += target;
                    *logit = libm::exp(*logit - greatest);
                }
                let total: f64 = logits.iter().sum();
                for (part, target) in logits.iter_mut().zip(targets) {
                    *part = weight * (*part / total - target);
                }
                weight * (loss + mass * libm::log(total))
            })
            .collect();
        let cost = losses.iter().sum::<f64>() + self.penalty / 2.0 * weights.iter().map(|w| w * w).sum::<f64>();

        let by_word = times(&self.documents_of_words, &residuals, classes);
        let mut gradient = times(&self.words_of_features, &by_word, classes);
        for (slope, weight) in gradient.iter_mut().zip(weights) {
            *slope += self.penalty * weight;
        }
        let mut of_intercept = vec![0.0; classes];
        for row in residuals.chunks_exact(classes) {
            add_scaled(&mut of_intercept, row, 1.0);
        }
        gradient.extend(of_intercept);
        for (slopes, unit) in gradient.chunks_exact_mut(classes).zip(&self.units) {
            slopes.iter_mut().for_each(|slope| *slope *= unit);
        }
        Evaluation { at: at.clone(), cost, gradient: Array1::from(gradient) }
    }
}

impl CostFunction for Objective<'_> {
    type Param = Array1<f64>;
    type Output = f64;

    fn cost(&self, at: &Array1<f64>) -> Result<f64, argmin::core::Error> {
        Ok(self.evaluate(at, |evaluation| evaluation.cost))
    }
}

impl Gradient for Objective<'_> {
    type Param = Array1<f64>;
    type Gradient = Array1<f64>;

    fn gradient(&self, at: &Array1<f64>) -> Result<Array1<f64>, argmin::core::Error> {
        Ok(self.evaluate(at, |evaluation| evaluation.gradient.clone()))
    }
}

/// A parameter vector as weights and intercept.
pub(super) fn in_units(point: &Array1<f64>, units: &[f64], classes: usize) -> Vec<f64> {
    let rows = point.as_slice().unwrap_or_default().chunks_exact(classes);
    rows.zip(units).flat_map(|(row, unit)| row.iter().map(move |value| value * unit)).collect()
}

/// For each feature and the intercept, the inverse root of how much the loss bends along its weights at the start, as far as
/// words do not overlap. Common features bend it a thousand times as much as rare ones; L-BFGS takes the loss for a round
/// bowl to begin with, and needs several times as many steps where it is none (Nocedal and Wright 2006, 7.2).
fn units(texts: &Texts, sample_weights: &[f64], penalty: f64, classes: usize) -> Vec<f64> {
    let share = 1.0 / classes as f64;
    let bend = share * (1.0 - share);
    let mut of_words = vec![0.0; texts.words.rows()];
    for (document, weight) in texts.documents.outer_iterator().zip(sample_weights) {
        for (word, value) in document.iter() {
            of_words[word] += weight * value * value;
        }
    }
    let mut curvature = vec![penalty; texts.words.cols()];
    for (word, squares) in texts.words.outer_iterator().zip(&of_words) {
        for (feature, value) in word.iter() {
            curvature[feature] += bend * squares * value * value;
        }
    }
    curvature.push(penalty + bend * sample_weights.iter().sum::<f64>());
    curvature.into_iter().map(|curvature| curvature.sqrt().recip()).collect()
}
