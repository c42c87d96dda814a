//! Which labels may be wrong: the profiles that a model of the other trades finds least probable.

use serde::Serialize;

use super::calibrate::{Calibration, cross_validate};
use super::corpus::{Corpus, Label};
use super::fit::FitConfig;
use super::softmax::log_sum_exp;
use crate::error::Result;
use crate::matcher::rounded;

/// A profile whose label cross-validation doubts.
///
/// Either the label is wrong, or the text, or a rule of labelling; or the model is, and more such texts would teach it.
#[derive(Clone, Debug, Serialize)]
pub struct Doubt {
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: u64,
    /// The trade it was written for.
    pub trade: String,
    /// The style it was written in.
    pub style: String,
    /// The primary clusters as labelled; empty for none.
    pub primary: Vec<String>,
    /// The acceptable ones.
    pub acceptable: Vec<String>,
    /// How probable the model finds the label, the acceptable clusters counted in.
    pub probability: f64,
    /// What the model says instead.
    pub instead: String,
    /// How probable it finds that.
    pub instead_probability: f64,
    /// The text.
    pub text: String,
}

/// Lists all profiles, the most doubtful first.
///
/// # Errors
/// As [`train`](crate::train()).
///
/// ```no_run
/// for doubt in matcher::audit(&matcher::Corpus::load("data")?)?.iter().take(10) {
///     println!("{}:{} is rather {}", doubt.file, doubt.line, doubt.instead);
/// }
/// # Ok::<(), matcher::Error>(())
/// ```
pub fn audit(corpus: &Corpus) -> Result<Vec<Doubt>> {
    let held_out = cross_validate(corpus, &FitConfig::default())?;
    let temperature = Calibration::choose(corpus, &held_out).temperature;
    let names: Vec<&str> =
        corpus.catalogue.clusters.iter().map(|cluster| cluster.id.as_str()).chain(["none"]).collect();
    let ids = |classes: &[usize]| classes.iter().map(|class| names[*class].to_owned()).collect();
    let mut doubts: Vec<Doubt> = held_out
        .iter()
        .map(|held| {
            let profile = &corpus.profiles[held.profile];
            let scaled: Vec<f64> = held.logits.iter().map(|logit| logit / temperature).collect();
            let total = log_sum_exp(&scaled);
            let probability = |class: usize| libm::exp(scaled[class] - total);
            let best = (0..scaled.len()).max_by(|a, b| scaled[*a].total_cmp(&scaled[*b])).unwrap_or(0);
            let Label { primary, acceptable } = &profile.label;
            let own: f64 = primary.iter().chain(acceptable).map(|class| probability(*class)).sum();
            Doubt {
                file: profile.place.0.display().to_string(),
                line: profile.place.1,
                trade: profile.trade.clone(),
                style: profile.style.clone(),
                primary: ids(primary),
                acceptable: ids(acceptable),
                probability: rounded(if primary.is_empty() { probability(scaled.len() - 1) } else { own }),
                instead: names[best].to_owned(),
                instead_probability: rounded(probability(best)),
                text: profile.text.clone(),
            }
        })
        .collect();
    doubts.sort_by(|a, b| a.probability.total_cmp(&b.probability));
    Ok(doubts)
}
