//! How much more data would help, and of what kind: the ranking of models that learned from a part of the profiles.

use super::metrics::overall;
use super::{Estimate, Labelled, Ranker, RankerKind};
use crate::error::{Error, Result};
use crate::matcher::Matcher;
pub use crate::train::Cut;
use crate::train::{Corpus, Portion};

/// How often the profiles are halved, for the smallest model first.
const HALVINGS: [u32; 5] = [4, 3, 2, 1, 0];

/// A model that learned from a part of the profiles, and how it ranks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearningPoint {
    /// What was left out, if anything was.
    pub cut: Cut,
    /// Number of trades.
    pub trades: usize,
    /// Number of profiles of these trades.
    pub profiles: usize,
    /// How often the first suggestion is a primary cluster.
    pub top1: Estimate,
    /// How often it is a primary or an acceptable one.
    pub acc1: Estimate,
}

/// Fits models to a sixteenth, an eighth, a quarter, a half and all of the trades of a corpus, and to as large parts of its
/// profiles regardless of trades, each with the whole lexicon, and measures their rankings of labelled profiles. The smaller
/// part lies within the greater one. A part that holds no profile, or none that the part before does not hold, has no point
/// of its own. The last point is that of everything.
///
/// `texts` were read for the catalogue of `matcher`, so the corpus must have the same clusters in the same order.
///
/// # Errors
/// If the clusters differ, if there are no profiles to learn from or no text with a cluster to measure by, or if a fit
/// does not converge.
///
/// ```no_run
/// use matcher::evaluate::{learning_curve, read_labelled};
/// use matcher::{Corpus, Matcher};
///
/// let matcher = Matcher::embedded()?;
/// let texts = read_labelled("data/dev.jsonl".as_ref(), matcher.catalogue())?;
/// for point in learning_curve(&Corpus::load("data")?, &matcher, &texts)? {
///     println!("{} profiles: {:.3}", point.profiles, point.top1.value);
/// }
/// # Ok::<(), matcher::Error>(())
/// ```
pub fn learning_curve(corpus: &Corpus, matcher: &Matcher, texts: &[Labelled]) -> Result<Vec<LearningPoint>> {
    let ids = |matcher: &Matcher| -> Vec<String> {
        matcher.catalogue().clusters.iter().map(|cluster| cluster.id.clone()).collect()
    };
    if !corpus.catalogue.clusters.iter().map(|cluster| &cluster.id).eq(&ids(matcher)) {
        return Err(Error::usage("the data folder has other clusters than the model").with_hint(
            "measure a model made of this folder: `matcher train --data DIR -o FILE`, then `--model FILE`",
        ));
    }
    if !corpus.has_profiles() {
        return Err(Error::data("the data folder has no profiles, so there is nothing to learn more or less of"));
    }
    let halved = |cut: Cut| HALVINGS.iter().map(move |halvings| Portion::halved(corpus, cut, *halvings));
    let mut portions: Vec<Portion> = halved(Cut::Profiles).chain(halved(Cut::Trades)).collect();
    portions.dedup_by_key(|portion| portion.len());
    portions
        .retain(|portion| portion.len() > 0 && (portion.cut == Cut::Trades || portion.len() < corpus.profiles.len()));
    let point = |portion: &Portion| point(corpus, portion, texts);
    let Some((whole, parts)) = portions.split_last() else { return Ok(Vec::new()) };
    // Two at a time: each fit needs several copies of all weights.
    let (parts, whole) =
        rayon::join(|| parts.iter().map(point).collect::<Result<Vec<LearningPoint>>>(), || point(whole));
    let mut points = parts?;
    points.push(whole?);
    Ok(points)
}

/// Fits a model to a part of the trades, and measures it.
fn point(corpus: &Corpus, portion: &Portion, texts: &[Labelled]) -> Result<LearningPoint> {
    let model = Matcher::from_bytes(portion.model_bytes(corpus)?)?;
    let measures = overall(&mut Ranker::new(RankerKind::Model, &model)?, texts)?;
    let estimate = |name: &str| {
        let estimate = measures.estimates.get(name).copied();
        estimate.ok_or_else(|| Error::data("no labelled profile has a cluster, so a learning curve has no height"))
    };
    Ok(LearningPoint {
        cut: portion.cut,
        trades: portion.trades,
        profiles: portion.len(),
        top1: estimate("top1")?,
        acc1: estimate("acc1")?,
    })
}
