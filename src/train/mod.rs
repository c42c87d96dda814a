//! From a data folder to a model file. The same data give the same bytes, on any machine and any number of threads.

mod audit;
mod calibrate;
mod compile;
mod corpus;
mod cosine;
mod design;
mod fit;
mod objective;
mod portion;
mod softmax;
mod texts;

use crate::error::Result;
use crate::model::Training;
pub use audit::{Doubt, audit};
use calibrate::{Calibration, bytes_of, cross_validate_beside};
pub use corpus::Corpus;
pub(crate) use corpus::{Classes, Label, lines};
pub(crate) use cosine::description;
use fit::{FitConfig, fit};
pub use portion::Cut;
pub(crate) use portion::Portion;

/// The bytes of a model for a corpus.
///
/// With profiles, that is a calibrated softmax regression; without, a comparison with the catalogue's descriptions.
///
/// # Errors
/// If the fit does not converge, which only absurd data bring about.
///
/// ```no_run
/// use matcher::{Corpus, Matcher, train};
///
/// let corpus = Corpus::load("data")?;
/// let matcher = Matcher::from_bytes(train(&corpus)?)?;
/// # Ok::<(), matcher::Error>(())
/// ```
pub fn train(corpus: &Corpus) -> Result<Vec<u8>> {
    if corpus.profiles.is_empty() {
        return cosine_bytes(corpus);
    }
    let config = FitConfig::default();
    let everything: Vec<usize> = (0..corpus.profiles.len()).collect();
    let (held_out, fitted) = cross_validate_beside(corpus, &config, || fit(corpus, &everything, &config))?;
    let calibration = Calibration::choose(corpus, &held_out);
    bytes_of(corpus, &fitted, &config, calibration)
}

/// The bytes of a model that knows the catalogue's descriptions alone.
pub(crate) fn cosine_bytes(corpus: &Corpus) -> Result<Vec<u8>> {
    cosine::cosine_model(corpus, training_of(corpus))
}

/// What is known of a model's making before it is made.
fn training_of(corpus: &Corpus) -> Training {
    Training {
        fingerprint: format!("{:016x}", corpus.fingerprint),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        profiles: corpus.profiles.len(),
        terms: corpus.lexicon.len(),
        temperature: 1.0,
        metrics: Vec::new(),
    }
}
