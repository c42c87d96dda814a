//! Multinomial logistic regression with an L2 penalty over sparse features, behind linfa's `Fit` and `Predict`.
//!
//! linfa-logistic takes dense records only, and no soft targets. This is the same model, solved the same way
//! (argmin's L-BFGS), on records kept as a product of two sparse matrices: documents by words, and words by features.
//! A word's features are the same in every document, so multiplying twice touches each of them once and not once a
//! mention, which makes a pass about ten times as cheap as over the product.
//!
//! Every sum has a fixed order, whatever the number of threads, and `exp` and `ln` come from `libm` and not from the
//! platform: the same data give the same bits on any machine.

use argmin::core::{CostFunction, Executor, Gradient, State, TerminationReason, TerminationStatus};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use linfa::dataset::{DatasetBase, Records};
use linfa::param_guard::ParamGuard;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use sprs::CsMat;
use std::sync::Mutex;

use crate::error::{Error, ErrorKind};

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

/// Hyperparameters, unchecked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SoftmaxParams(ValidSoftmaxParams);

/// Hyperparameters that have been checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValidSoftmaxParams {
    penalty: f64,
    max_iterations: u64,
    tolerance: f64,
}

impl SoftmaxParams {
    /// `penalty / 2 · ‖W‖²` is added to the weighted *sum* of cross-entropies; the intercept is free.
    pub(crate) fn new(penalty: f64) -> Self {
        SoftmaxParams(ValidSoftmaxParams { penalty, max_iterations: 300, tolerance: 1e-4 })
    }

    /// The fit has converged when the gradient's norm falls below `tolerance` times its norm at the start.
    pub(crate) fn tolerance(mut self, tolerance: f64) -> Self {
        self.0.tolerance = tolerance;
        self
    }
}

impl ParamGuard for SoftmaxParams {
    type Checked = ValidSoftmaxParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&ValidSoftmaxParams, Error> {
        let positive = |value: f64| value > 0.0 && value.is_finite();
        if !positive(self.0.penalty) || !positive(self.0.tolerance) || self.0.max_iterations == 0 {
            return Err(Error::usage("penalty, tolerance and iterations must be positive"));
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<ValidSoftmaxParams, Error> {
        self.check_ref().copied()
    }
}

/// A fitted regression over `F` features and `C` classes.
#[derive(Clone, Debug)]
pub(crate) struct Softmax {
    /// F × C.
    pub(crate) weights: Array2<f64>,
    /// C.
    pub(crate) intercept: Array1<f64>,
}

impl Fit<Texts, Array2<f64>, Error> for ValidSoftmaxParams {
    type Object = Softmax;

    /// Fits to targets that are probabilities, n × C, each row weighed by the dataset's weights.
    fn fit(&self, dataset: &DatasetBase<Texts, Array2<f64>>) -> Result<Softmax, Error> {
        let (texts, targets) = (dataset.records(), dataset.targets());
        let (samples, features, classes) = (texts.nsamples(), texts.nfeatures(), targets.ncols());
        if targets.nrows() != samples {
            return Err(linfa::Error::MismatchedShapes(samples, targets.nrows()).into());
        }
        if samples == 0 || classes == 0 {
            return Err(linfa::Error::NotEnoughSamples.into());
        }
        let sample_weights = match dataset.weights() {
            Some(weights) => weights.iter().map(|weight| f64::from(*weight)).collect(),
            None => vec![1.0; samples],
        };
        let objective = Objective::new(texts, targets, sample_weights, self.penalty);
        let units = objective.units.clone();
        let start = Array1::zeros((features + 1) * classes);
        let tolerance = self.tolerance * norm(&objective.gradient(&start).map_err(training)?);
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), 5)
            .with_tolerance_grad(tolerance)
            .and_then(|solver| solver.with_tolerance_cost(0.0))
            .map_err(training)?;
        let run = Executor::new(objective, solver)
            .configure(|state| state.param(start).max_iters(self.max_iterations))
            .timer(false)
            .ctrlc(false)
            .run()
            .map_err(training)?;
        if run.state.get_termination_status() != &TerminationStatus::Terminated(TerminationReason::SolverConverged) {
            let iterations = run.state.get_iter();
            return Err(linfa::Error::NotConverged(format!("after {iterations} iterations of L-BFGS")).into());
        }
        let solution = run.state.best_param.ok_or_else(|| training("no solution"))?;
        let mut weights = in_units(&solution, &units, classes);
        let intercept = Array1::from(weights.split_off(features * classes));
        let weights = Array2::from_shape_vec((features, classes), weights).map_err(linfa::Error::from)?;
        Ok(Softmax { weights, intercept })
    }
}

impl PredictInplace<Texts, Array2<f64>> for Softmax {
    fn predict_inplace(&self, texts: &Texts, probabilities: &mut Array2<f64>) {
        let classes = self.intercept.len();
        let weights = self.weights.as_standard_layout();
        let logits =
            logits(texts, weights.as_slice().unwrap_or_default(), self.intercept.as_slice().unwrap_or_default());
        for (mut row, logits) in probabilities.rows_mut().into_iter().zip(logits.chunks_exact(classes)) {
            let log_total = log_sum_exp(logits);
            for (probability, logit) in row.iter_mut().zip(logits) {
                *probability = libm::exp(logit - log_total);
            }
        }
    }

    fn default_target(&self, texts: &Texts) -> Array2<f64> {
        Array2::zeros((texts.nsamples(), self.intercept.len()))
    }
}

/// The penalised loss and its gradient. A parameter vector holds the weights feature by feature, then the intercept, each in
/// units of its own.
struct Objective<'d> {
    texts: &'d Texts,
    documents_of_words: CsMat<f64>,
    words_of_features: CsMat<f64>,
    targets: &'d Array2<f64>,
    sample_weights: Vec<f64>,
    penalty: f64,
    /// Units of each feature's weights and of the intercept, F + 1.
    units: Vec<f64>,
    /// The line search asks for cost and gradient of the same point one after the other; they share nearly all work.
    last: Mutex<Option<Evaluation>>,
}

struct Evaluation {
    at: Array1<f64>,
    cost: f64,
    gradient: Array1<f64>,
}

impl<'d> Objective<'d> {
    fn new(texts: &'d Texts, targets: &'d Array2<f64>, sample_weights: Vec<f64>, penalty: f64) -> Self {
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
fn in_units(point: &Array1<f64>, units: &[f64], classes: usize) -> Vec<f64> {
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
    let mut curvature = vec![penalty; texts.nfeatures()];
    for (word, squares) in texts.words.outer_iterator().zip(&of_words) {
        for (feature, value) in word.iter() {
            curvature[feature] += bend * squares * value * value;
        }
    }
    curvature.push(penalty + bend * sample_weights.iter().sum::<f64>());
    curvature.into_iter().map(|curvature| curvature.sqrt().recip()).collect()
}

/// Logits of every text, n × C row by row, for weights feature by feature.
fn logits(texts: &Texts, weights: &[f64], intercept: &[f64]) -> Vec<f64> {
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

fn add_scaled(sums: &mut [f64], values: &[f64], scale: f64) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += scale * value;
    }
}

/// `ln Σ exp(xᵢ)`, shifted by the greatest x so that nothing overflows.
pub(crate) fn log_sum_exp(logits: &[f64]) -> f64 {
    let greatest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    greatest + libm::log(logits.iter().map(|logit| libm::exp(logit - greatest)).sum::<f64>())
}

fn norm(vector: &Array1<f64>) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn training(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Training(error.to_string()))
}

impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        training(error)
    }
}

#[cfg(test)]
mod tests {
    use linfa::traits::Predict;
    use linfa_logistic::MultiLogisticRegression;
    use ndarray::{Axis, array};

    use super::*;

    fn plain(dense: &Array2<f64>) -> Texts {
        let words = CsMat::eye(dense.ncols());
        Texts { documents: CsMat::csr_from_dense(dense.view(), 0.0), words }
    }

    /// linfa-logistic fits the same model on dense records: the loss is a sum, the penalty alpha / 2, the intercept free.
    #[test]
    fn agrees_with_linfa_on_a_small_dense_case() {
        let records = array![
            [1.0, 0.0, 0.3, 0.0],
            [0.9, 0.2, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.4],
            [0.1, 0.8, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.5],
            [0.2, 0.0, 0.7, 0.9],
            [0.0, 0.3, 0.2, 1.0],
        ];
        let labels = array![0usize, 0, 1, 1, 2, 2, 1];
        let linfa = MultiLogisticRegression::default()
            .alpha(0.3)
            .gradient_tolerance(1e-9)
            .max_iterations(500)
            .fit(&linfa::Dataset::new(records.clone(), labels.clone()))
            .expect("linfa converges");
        let mut targets = Array2::zeros((7, 3));
        for (mut row, label) in targets.rows_mut().into_iter().zip(&labels) {
            row[*label] = 1.0;
        }
        let texts = plain(&records);
        let ours = SoftmaxParams::new(0.3)
            .tolerance(1e-9)
            .fit(&DatasetBase::new(texts.clone(), targets))
            .expect("ours converges");
        for (ours, theirs) in ours.weights.iter().zip(linfa.params()) {
            assert!((ours - theirs).abs() < 1e-4, "{ours} {theirs}");
        }
        let probabilities = ours.predict(&DatasetBase::new(texts, ()));
        for (ours, theirs) in probabilities.iter().zip(&linfa.predict_probabilities(&records)) {
            assert!((ours - theirs).abs() < 1e-4, "{ours} {theirs}");
        }
        assert!(probabilities.sum_axis(Axis(1)).iter().all(|total| (total - 1.0).abs() < 1e-12));
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_cost() {
        let texts = plain(&array![[1.0, 0.5], [0.0, 1.0], [0.7, 0.0]]);
        let targets = array![[1.0, 0.0, 0.0], [0.0, 0.75, 0.25], [0.0, 0.0, 1.0]];
        let objective = Objective::new(&texts, &targets, vec![1.0, 2.0, 0.5], 0.4);
        let at = Array1::from((0..9).map(|i| f64::from(i) * 0.1 - 0.3).collect::<Vec<_>>());
        let gradient = objective.gradient(&at).expect("a gradient");
        for i in 0..at.len() {
            let step = 1e-6;
            let cost = |by: f64| {
                let mut moved = at.clone();
                moved[i] += by;
                objective.cost(&moved).expect("a cost")
            };
            let slope = (cost(step) - cost(-step)) / (2.0 * step);
            assert!((slope - gradient[i]).abs() < 1e-7, "{i}: {slope} {}", gradient[i]);
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let texts = plain(&Array2::from_shape_fn((40, 9), |(i, j)| if (i * 7 + j * 3) % 4 == 0 { 0.3 } else { 0.0 }));
        let targets = Array2::from_shape_fn((40, 3), |(i, j)| if i % 3 == j { 1.0 } else { 0.0 });
        let fit = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let dataset = DatasetBase::new(texts.clone(), targets.clone());
            pool.install(|| SoftmaxParams::new(0.5).fit(&dataset)).expect("it converges").weights
        };
        assert_eq!(fit(1), fit(3));
    }

    #[test]
    fn bad_parameters_are_refused() {
        let dataset = DatasetBase::new(plain(&array![[1.0]]), array![[1.0, 0.0]]);
        assert!(SoftmaxParams::new(-1.0).fit(&dataset).is_err());
        assert!(SoftmaxParams::new(f64::NAN).fit(&dataset).is_err());
        assert!(SoftmaxParams::new(1.0).fit(&DatasetBase::new(plain(&array![[1.0]]), Array2::zeros((2, 2)))).is_err());
    }
}
