//! Cross-validation over trades, and what is chosen there: the temperature that makes probabilities mean what they say,
//! and the thresholds of the verdicts.
//!
//! Texts of one trade are near relatives, so a trade is never both learned from and tested on; a company of a trade
//! nobody wrote a profile for is the case that matters.

use xxhash_rust::xxh3::xxh3_64;

use super::compile::{Learned, compile};
use super::corpus::{Corpus, Label};
use super::fit::{FitConfig, Fitted, fit};
use super::softmax::log_sum_exp;
use crate::error::Result;
use crate::model::{Checksum, Model, ModelKind, Scratch, Thresholds, Training};

/// Folds of cross-validation: an odd number, fitted two at a time (each fit needs several copies of all weights), the
/// last beside something else.
const FOLDS: u64 = 5;

/// Of the texts with the verdict `fit`, this share must have an acceptable cluster first. These are of trades that the
/// model has not seen; where it has, as with most real companies, it is 95 in a hundred (`docs/experiments.md`).
const FIT_PRECISION: f64 = 0.94;

/// At most this share of those who ask is taken to fit no cluster. Of the profiles it is twice as many, so that the model
/// learns to know them.
const STRANGERS: f64 = 0.1;

/// Of the texts with a cluster, this share at most may be turned away as `none`. These are of trades that the model has
/// not seen; where it has, as with most real companies, it is two in a hundred (`docs/experiments.md`).
const FALSE_NONE: f64 = 0.025;

/// A profile scored by a model that has not seen its trade.
#[derive(Clone, Debug)]
pub(crate) struct HeldOut {
    /// Its place in the corpus.
    pub(crate) profile: usize,
    /// One logit a class, before calibration.
    pub(crate) logits: Vec<f64>,
}

/// Scores every profile by a model of the other folds, in the order of the corpus.
pub(crate) fn cross_validate(corpus: &Corpus, config: &FitConfig) -> Result<Vec<HeldOut>> {
    cross_validate_beside(corpus, config, || Ok(())).map(|(held_out, ())| held_out)
}

/// Cross-validates, and does something else while the odd fold would be fitted alone.
pub(crate) fn cross_validate_beside<T: Send>(
    corpus: &Corpus,
    config: &FitConfig,
    beside: impl FnOnce() -> Result<T> + Send,
) -> Result<(Vec<HeldOut>, T)> {
    let mut held_out = Vec::new();
    let fold = |held: u64| score_fold(corpus, config, held);
    for pair in 0..FOLDS / 2 {
        let (first, second) = rayon::join(|| fold(2 * pair), || fold(2 * pair + 1));
        held_out.extend(first?);
        held_out.extend(second?);
    }
    let (last, beside) = rayon::join(|| fold(FOLDS - 1), beside);
    held_out.extend(last?);
    held_out.sort_by_key(|held| held.profile);
    Ok((held_out, beside?))
}

fn score_fold(corpus: &Corpus, config: &FitConfig, held: u64) -> Result<Vec<HeldOut>> {
    let fold = |profile: usize| xxh3_64(corpus.profiles[profile].trade.as_bytes()) % FOLDS;
    let (test, train): (Vec<usize>, Vec<usize>) = (0..corpus.profiles.len()).partition(|place| fold(*place) == held);
    let fitted = fit(corpus, &train, config)?;
    let model = Model::open(bytes_of(corpus, &fitted, config, Calibration::none())?, Checksum::Trust)?;
    let mut scratch = Scratch::default();
    let score = |profile: usize| {
        model.score(&corpus.profiles[profile].text, &mut scratch);
        HeldOut { profile, logits: scratch.logits.iter().copied().map(f64::from).collect() }
    };
    Ok(test.into_iter().map(score).collect())
}

/// What cross-validation decides.
#[derive(Clone, Debug)]
pub(crate) struct Calibration {
    /// Logits are divided by this.
    pub(crate) temperature: f64,
    pub(crate) thresholds: Thresholds,
    pub(crate) metrics: Vec<(String, f32)>,
}

impl Calibration {
    /// Logits as they are, and verdicts that are never sure.
    pub(super) fn none() -> Self {
        Calibration { temperature: 1.0, thresholds: Thresholds { fit: 1.0, none: 1.0 }, metrics: Vec::new() }
    }

    /// Chooses temperature and thresholds from held-out scores.
    pub(crate) fn choose(corpus: &Corpus, held_out: &[HeldOut]) -> Self {
        let label = |held: &HeldOut| &corpus.profiles[held.profile].label;
        let temperature = temperature(&held_out.iter().map(|held| (&held.logits[..], label(held))));
        let outcomes: Vec<Outcome> =
            held_out.iter().map(|held| Outcome::of(&held.logits, label(held), temperature)).collect();
        // Verdicts are a promise about what firms say of themselves, not about what was written to mislead.
        let is_contrast = |held: &HeldOut| corpus.profiles[held.profile].is_contrast;
        let plain = outcomes.iter().zip(held_out).filter(|(_, held)| !is_contrast(held));
        let plain: Vec<&Outcome> = plain.map(|(outcome, _)| outcome).collect();
        let none = none_threshold(&plain);
        let fit = fit_threshold(&plain, none);
        let metrics = metrics(&outcomes, &plain, fit, none);
        Calibration { temperature, thresholds: Thresholds { fit, none }, metrics }
    }
}

/// The model file of a fit.
pub(crate) fn bytes_of(
    corpus: &Corpus,
    fitted: &Fitted,
    config: &FitConfig,
    calibration: Calibration,
) -> Result<Vec<u8>> {
    let scaled = |weights: &mut dyn Iterator<Item = f64>| -> Vec<f64> {
        weights.map(|weight| weight / calibration.temperature).collect()
    };
    #[expect(clippy::cast_possible_truncation, reason = "kept for information")]
    let temperature = calibration.temperature as f32;
    compile(
        &Learned {
            kind: ModelKind::Softmax,
            vocabulary: &fitted.vocabulary,
            words: &fitted.texts.words,
            weights: &scaled(&mut fitted.softmax.weights.iter().copied()),
            intercept: &scaled(&mut fitted.softmax.intercept.iter().copied()),
            length_floor: config.design.length_floor,
            thresholds: calibration.thresholds,
            training: Training { temperature, metrics: calibration.metrics, ..super::training_of(corpus) },
        },
        corpus,
    )
}

/// The temperature with the least cross-entropy, by golden-section search; it is convex in the inverse.
fn temperature<'h>(held_out: &(impl Iterator<Item = (&'h [f64], &'h Label)> + Clone)) -> f64 {
    let loss = |inverse: f64| -> f64 {
        let of = |(logits, label): (&[f64], &Label)| {
            let scaled: Vec<f64> = logits.iter().map(|logit| logit * inverse).collect();
            let primary = classes_of(label, logits.len());
            let total = log_sum_exp(&scaled);
            primary.iter().map(|class| total - scaled[*class]).sum::<f64>() / primary.len() as f64
        };
        held_out.clone().map(of).sum()
    };
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (0.2, 10.0);
    while high - low > 1e-4 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if loss(a) < loss(b) { high = b } else { low = a }
    }
    2.0 / (low + high)
}

/// The classes to name first: the primary clusters, or "none".
fn classes_of(label: &Label, classes: usize) -> Vec<usize> {
    if label.primary.is_empty() { vec![classes - 1] } else { label.primary.clone() }
}

/// What matters of one held-out answer.
struct Outcome {
    is_none: bool,
    none: f64,
    /// Probability of the first cluster.
    first: f64,
    is_primary: bool,
    is_acceptable: bool,
}

impl Outcome {
    fn of(logits: &[f64], label: &Label, temperature: f64) -> Self {
        let scaled: Vec<f64> = logits.iter().map(|logit| logit / temperature).collect();
        let total = log_sum_exp(&scaled);
        let clusters = &scaled[..scaled.len() - 1];
        let first = (0..clusters.len()).max_by(|a, b| clusters[*a].total_cmp(&clusters[*b])).unwrap_or(0);
        let is_primary = label.primary.contains(&first);
        Outcome {
            is_none: label.primary.is_empty(),
            none: libm::exp(scaled[clusters.len()] - total),
            first: libm::exp(scaled[first] - total),
            is_primary,
            is_acceptable: is_primary || label.acceptable.contains(&first),
        }
    }
}

/// The lowest threshold that turns away at most [`FALSE_NONE`] of the texts with a cluster.
fn none_threshold(outcomes: &[&Outcome]) -> f32 {
    let mut of_companies: Vec<f64> = outcomes.iter().filter(|o| !o.is_none).map(|o| o.none).collect();
    of_companies.sort_by(|a, b| b.total_cmp(a));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
    let allowed = (of_companies.len() as f64 * FALSE_NONE) as usize;
    rounded_up(of_companies.get(allowed).copied().unwrap_or(1.0).max(0.05))
}

/// The lowest threshold above which [`FIT_PRECISION`] of the answers put an acceptable cluster first.
fn fit_threshold(outcomes: &[&Outcome], none: f32) -> f32 {
    let weight = weighing(outcomes);
    let mut candidates: Vec<&Outcome> = outcomes.iter().copied().filter(|o| o.none < f64::from(none)).collect();
    candidates.sort_by(|a, b| b.first.total_cmp(&a.first));
    let mut threshold = 1.0;
    let (mut acceptable, mut all) = (0.0, 0.0);
    for outcome in candidates {
        all += weight(outcome);
        acceptable += if outcome.is_acceptable { weight(outcome) } else { 0.0 };
        if all > 0.0 && acceptable >= FIT_PRECISION * all {
            threshold = outcome.first;
        }
    }
    rounded_up(threshold)
}

/// What an outcome counts: texts that no cluster fits as much as makes them [`STRANGERS`] of all, and no more than others.
fn weighing(outcomes: &[&Outcome]) -> impl Fn(&Outcome) -> f64 + use<> {
    let strangers = outcomes.iter().filter(|o| o.is_none).count();
    let companies = outcomes.len() - strangers;
    let weight = (STRANGERS / (1.0 - STRANGERS) * companies as f64 / strangers.max(1) as f64).min(1.0);
    move |outcome| if outcome.is_none { weight } else { 1.0 }
}

/// To three places, up.
#[expect(clippy::cast_possible_truncation, reason = "three places fit")]
fn rounded_up(x: f64) -> f32 {
    ((x * 1000.0).ceil() / 1000.0) as f32
}

#[expect(clippy::cast_possible_truncation, reason = "four places fit")]
fn four_places(x: f64) -> f32 {
    ((x * 1e4).round() / 1e4) as f32
}

/// What held-out texts say: of the ranking all, of the verdicts the plain ones, by which their thresholds were chosen.
fn metrics(outcomes: &[Outcome], plain: &[&Outcome], fit: f32, none: f32) -> Vec<(String, f32)> {
    let (none, fit) = (f64::from(none), f64::from(fit));
    let ranked: Vec<&Outcome> = outcomes.iter().filter(|o| !o.is_none).collect();
    let companies: Vec<&Outcome> = plain.iter().copied().filter(|o| !o.is_none).collect();
    let strangers: Vec<&Outcome> = plain.iter().copied().filter(|o| o.is_none).collect();
    let fits: Vec<&Outcome> = plain.iter().copied().filter(|o| o.none < none && o.first >= fit).collect();
    let share = |of: &[&Outcome], holds: &dyn Fn(&Outcome) -> bool| -> f32 {
        four_places(of.iter().filter(|o| holds(o)).count() as f64 / of.len().max(1) as f64)
    };
    let weight = weighing(plain);
    let all: f64 = fits.iter().map(|o| weight(o)).sum();
    let right: f64 = fits.iter().filter(|o| o.is_acceptable).map(|o| weight(o)).sum();
    let fit_companies = fits.iter().filter(|o| !o.is_none).count();
    [
        ("top1", share(&ranked, &|o| o.is_primary)),
        ("acc1", share(&ranked, &|o| o.is_acceptable)),
        ("fit_precision", four_places(right / all.max(f64::MIN_POSITIVE))),
        ("fit_coverage", four_places(fit_companies as f64 / companies.len().max(1) as f64)),
        ("none_recall", share(&strangers, &|o| o.none >= none)),
        ("false_none", share(&companies, &|o| o.none >= none)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(primary: &[usize]) -> Label {
        Label { primary: primary.to_vec(), acceptable: Vec::new() }
    }

    #[test]
    fn the_temperature_makes_a_boaster_modest() {
        // Always 4 : 0 for the first of two classes, and right in three cases of four: the odds should be 3 : 1.
        let logits = [4.0, 0.0];
        let labels = [label(&[0]), label(&[0]), label(&[0]), label(&[])];
        let found = temperature(&labels.iter().map(|label| (&logits[..], label)));
        assert!((found - 4.0 / 3.0_f64.ln()).abs() < 1e-2, "{found}");
    }

    fn outcome(first: f64, is_acceptable: bool) -> Outcome {
        Outcome { is_none: false, none: 0.0, first, is_primary: is_acceptable, is_acceptable }
    }

    #[test]
    fn a_fit_is_right_as_often_as_promised() {
        // 47 of 50 are 94 in a hundred.
        let mut outcomes: Vec<Outcome> = (0..47).map(|_| outcome(0.9, true)).collect();
        outcomes.extend([0.85, 0.82, 0.8, 0.7].map(|first| outcome(first, false)));
        assert!((fit_threshold(&outcomes.iter().collect::<Vec<_>>(), 0.5) - 0.8).abs() < 1e-6);
    }

    #[test]
    fn many_strangers_count_no_more_than_one_in_ten() {
        let mut outcomes: Vec<Outcome> = (0..90).map(|_| outcome(0.9, true)).collect();
        outcomes.extend((0..90).map(|_| Outcome { is_none: true, ..outcome(0.9, false) }));
        let all: Vec<&Outcome> = outcomes.iter().collect();
        let weight = weighing(&all)(all[90]);
        assert!((weight * 90.0 - 10.0).abs() < 1e-9, "{weight}");
        // One among many counts as one, not as a tenth of all.
        assert!((weighing(&all[..91])(all[90]) - 1.0).abs() < 1e-9);
        assert_eq!(metrics(&outcomes, &all, 0.8, 0.5)[2], ("fit_precision".to_owned(), 0.9));
    }
}
