//! Multinomial logistic regression with an L2 penalty over sparse features, behind linfa's `Fit` and `Predict`.
//!
//! linfa-logistic takes dense records only, and no soft targets. This is the same model, solved the same way
//! (argmin's L-BFGS), on records kept as a product of two sparse matrices: documents by words, and words by features.
//! A word's features are the same in every document, so multiplying twice touches each of them once and not once a
//! mention, which makes a pass about ten times as cheap as over the product.
//!
//! Every sum has a fixed order, whatever the number of threads, and `exp` and `ln` come from `libm` and not from the
//! platform: the same data give the same bits on any machine.

use argmin::core::{Executor, Gradient, State, TerminationReason, TerminationStatus};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use linfa::dataset::{DatasetBase, Records};
use linfa::param_guard::ParamGuard;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2};

use super::objective::{Objective, in_units};
use super::texts::{Texts, logits};
use crate::error::{Error, ErrorKind};

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
    use argmin::core::CostFunction;
    use linfa::traits::Predict;
    use linfa_logistic::MultiLogisticRegression;
    use ndarray::{Axis, array};

    use sprs::CsMat;

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
