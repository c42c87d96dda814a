//! The one public door: a text goes in, ranked clusters come out.

mod answer;
mod compact;
mod softmax;

use std::fs;
use std::path::Path;

use jiff::civil::Date;

use crate::catalogue::{Catalogue, Cluster, Status};
use crate::error::{Error, Result};
use crate::explain::{reasons, unknown_spans};
use crate::model::{self, Checksum, Model, ModelKind};
use crate::text::{LanguageHint, decide};

#[cfg(any(feature = "cli", feature = "web"))]
pub(crate) use self::answer::LIKELY;
pub use self::answer::{Answer, Options, Suggestion, Verdict};
pub use self::compact::{Ranked, Ranker};
use self::softmax::softmax;

/// The longest text that is read, in bytes: 10 MiB.
pub const MAX_TEXT_BYTES: usize = 10 << 20;

/// The model that is compiled into the program.
static EMBEDDED: &[u8] = include_bytes!("../models/matcher.bin");

/// A model with its catalogue, ready to suggest. Cheap to share between threads; each thread brings its own [`Scratch`].
///
/// ```
/// use matcher::{Matcher, Verdict};
///
/// let matcher = Matcher::embedded()?;
/// let answer = matcher.suggest("we build underwater drones")?;
/// assert_eq!(answer.suggestions[0].cluster, "odense-robotics");
/// assert_ne!(answer.verdict, Verdict::None);
/// # Ok::<(), matcher::Error>(())
/// ```
#[derive(Debug)]
pub struct Matcher {
    model: Model,
    catalogue: Catalogue,
}

/// Working memory for scoring many texts one after the other. What was scored before never shows in a result.
///
/// ```
/// use matcher::{Matcher, Scratch};
///
/// let matcher = Matcher::embedded()?;
/// let mut scratch = Scratch::default();
/// for text in ["vi tømrer huse", "we compose music for games"] {
///     println!("{}", matcher.suggest_into(&mut scratch, text)?.suggestions[0].name);
/// }
/// # Ok::<(), matcher::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Scratch(model::Scratch);

impl Matcher {
    /// The matcher with the model that is compiled into the program.
    ///
    /// # Errors
    /// Only if the program was built with a damaged model.
    ///
    /// ```
    /// assert!(matcher::Matcher::embedded()?.model_name().starts_with("matcher-"));
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn embedded() -> Result<Matcher> {
        Matcher::new(Model::open(EMBEDDED, Checksum::Trust)?)
    }

    /// A matcher with the model of a file, as `matcher train` writes it.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or has a format that this version does not read.
    ///
    /// ```
    /// use matcher::Matcher;
    ///
    /// let matcher = Matcher::load(concat!(env!("CARGO_MANIFEST_DIR"), "/models/matcher.bin"))?;
    /// assert_eq!(matcher.model_name(), Matcher::embedded()?.model_name());
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn load(path: impl AsRef<Path>) -> Result<Matcher> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
        Matcher::from_bytes(bytes).map_err(|error| error.in_file(path))
    }

    /// A matcher with the model that `bytes` hold.
    ///
    /// # Errors
    /// As [`Matcher::load`].
    ///
    /// ```
    /// use matcher::{ErrorKind, Matcher};
    ///
    /// let error = Matcher::from_bytes(b"something else".to_vec()).unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::Model(_)));
    /// ```
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Matcher> {
        Matcher::new(Model::open(bytes, Checksum::Verify)?)
    }

    fn new(model: Model) -> Result<Matcher> {
        let catalogue = in_order(&model, model.catalogue()?)?;
        Ok(Matcher { model, catalogue })
    }

    /// The same model with other facts about its clusters.
    ///
    /// # Errors
    /// If the catalogue lacks one of the model's clusters. One that has others can only be ranked by a model made for
    /// it.
    ///
    /// ```
    /// use matcher::Matcher;
    ///
    /// let matcher = Matcher::embedded()?;
    /// let mut corrected = matcher.catalogue().clone();
    /// corrected.clusters[0].name.short = "Miljøklyngen".to_owned();
    /// let matcher = matcher.with_catalogue(corrected)?;
    /// assert_eq!(matcher.suggest("rensning af spildevand")?.suggestions[0].name, "Miljøklyngen");
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn with_catalogue(self, catalogue: Catalogue) -> Result<Matcher> {
        let catalogue = in_order(&self.model, catalogue)?;
        Ok(Matcher { catalogue, ..self })
    }

    /// The clusters that are ranked, in their fixed order.
    ///
    /// ```
    /// assert_eq!(matcher::Matcher::embedded()?.catalogue().clusters.len(), 14);
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The model's name, as answers quote it.
    ///
    /// ```
    /// let matcher = matcher::Matcher::embedded()?;
    /// assert_eq!(matcher.suggest("ost")?.model, matcher.model_name());
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn model_name(&self) -> &str {
        &self.model.description().name
    }

    /// Ranks the clusters for one text.
    ///
    /// # Errors
    /// If the text is longer than [`MAX_TEXT_BYTES`]. Any other text has an answer, be it that nothing fits.
    ///
    /// ```
    /// use matcher::{Matcher, Verdict};
    ///
    /// let matcher = Matcher::embedded()?;
    /// assert_eq!(matcher.suggest("frisør med ti stole")?.verdict, Verdict::None);
    /// assert!(matcher.suggest(&"ord ".repeat(3 << 20)).is_err());
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn suggest(&self, text: &str) -> Result<Answer> {
        self.suggest_into(&mut Scratch::default(), text)
    }

    /// Like [`Matcher::suggest`], in working memory that the caller keeps.
    ///
    /// # Errors
    /// As [`Matcher::suggest`].
    ///
    /// ```
    /// use matcher::{Matcher, Scratch};
    ///
    /// let matcher = Matcher::embedded()?;
    /// let mut scratch = Scratch::default();
    /// assert_eq!(matcher.suggest_into(&mut scratch, "vi brygger øl")?, matcher.suggest("vi brygger øl")?);
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn suggest_into(&self, scratch: &mut Scratch, text: &str) -> Result<Answer> {
        self.suggest_with(scratch, text, &Options::default())
    }

    /// Like [`Matcher::suggest_into`], with options.
    ///
    /// # Errors
    /// As [`Matcher::suggest`].
    ///
    /// ```
    /// use matcher::{Matcher, Options, Scratch, Status};
    ///
    /// let then = Options { as_of: "2021-06-01".parse().expect("a date"), ..Options::default() };
    /// let answer = Matcher::embedded()?.suggest_with(&mut Scratch::default(), "rederi med færger", &then)?;
    /// assert_eq!((answer.suggestions[0].cluster.as_str(), answer.suggestions[0].status), ("marlog", Status::Active));
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn suggest_with(&self, scratch: &mut Scratch, text: &str, options: &Options) -> Result<Answer> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(too_long(text));
        }
        let scores = self.model.score(text, &mut scratch.0);
        let language = match options.language {
            LanguageHint::Auto => decide(scores.evidence, text),
            LanguageHint::Is(language) => language,
        };
        let probabilities = self.probabilities(&scratch.0.logits);
        let known_words = scratch.0.known_words;
        let ranking = self.ranking(&scratch.0.logits, options);
        let top = if options.top == 0 { ranking.len() } else { options.top };
        let suggestions = ranking.iter().take(top).enumerate().map(|(place, class)| {
            let cluster = &self.catalogue.clusters[*class];
            Suggestion {
                rank: place + 1,
                cluster: cluster.id.clone(),
                name: cluster.name.short.clone(),
                probability: rounded(probabilities[*class]),
                status: cluster.status_on(options.as_of),
                alternatives: alternatives(cluster, options.as_of),
                explanation: options.explain.then(|| reasons(&self.model, &scores, &scratch.0, text, *class)),
            }
        });
        let suggestions = suggestions.collect();
        Ok(Answer {
            language,
            verdict: self.verdict(&probabilities, known_words),
            suggestions,
            none_probability: probabilities.get(self.catalogue.clusters.len()).copied().map(rounded),
            unknown_words: unknown_spans(&scratch.0).map(|span| text[span].to_owned()).collect(),
            known_words,
            calibrated: self.model.description().kind == ModelKind::Softmax,
            model: self.model_name().to_owned(),
        })
    }

    /// The clusters' places in the catalogue, best first; ties keep the catalogue's order.
    fn ranking(&self, logits: &[f32], options: &Options) -> Vec<usize> {
        let wanted = |class: &usize| {
            !options.only_active || self.catalogue.clusters[*class].status_on(options.as_of).is_active()
        };
        let mut ranking: Vec<usize> = (0..self.catalogue.clusters.len()).filter(wanted).collect();
        ranking.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]));
        ranking
    }

    fn probabilities(&self, logits: &[f32]) -> Vec<f64> {
        let mut probabilities = Vec::new();
        self.fill_probabilities(logits, &mut probabilities);
        probabilities
    }

    /// Softmax of the logits; cosines are given as they are, since no probability can be made of them.
    fn fill_probabilities(&self, logits: &[f32], parts: &mut Vec<f64>) {
        parts.clear();
        if self.model.description().kind == ModelKind::Cosine {
            parts.extend(logits.iter().map(|cosine| f64::from(cosine.max(0.0))));
        } else {
            softmax(logits, parts);
        }
    }

    fn verdict(&self, probabilities: &[f64], known_words: usize) -> Verdict {
        let thresholds = self.model.description().thresholds;
        let (clusters, none) = probabilities.split_at(self.catalogue.clusters.len());
        let best = clusters.iter().copied().fold(0.0, f64::max);
        if known_words == 0 || none.iter().any(|none| *none >= f64::from(thresholds.none)) {
            Verdict::None
        } else if best >= f64::from(thresholds.fit) {
            Verdict::Fit
        } else {
            Verdict::Unsure
        }
    }
}

/// The catalogue with its clusters in the order of the model's classes: one for each.
fn in_order(model: &Model, mut catalogue: Catalogue) -> Result<Catalogue> {
    let retrain = "make a model for this catalogue with `matcher train --data DIR`";
    let ids = &model.description().clusters;
    if let Some(id) = ids.iter().find(|id| catalogue.cluster(id).is_none()) {
        let message = format!("the catalogue has no cluster {id:?}, which the model ranks");
        return Err(Error::usage(message).with_hint(retrain));
    }
    let place = |cluster: &Cluster| ids.iter().position(|id| *id == cluster.id);
    if let Some(extra) = catalogue.clusters.iter().find(|cluster| place(cluster).is_none()) {
        let message = format!("the model does not know the catalogue's cluster {:?}", extra.id);
        return Err(Error::usage(message).with_hint(retrain));
    }
    if catalogue.clusters.len() > ids.len() {
        return Err(Error::usage("the catalogue lists a cluster twice"));
    }
    catalogue.clusters.sort_by_cached_key(place);
    Ok(catalogue)
}

fn too_long(text: &str) -> Error {
    let message = format!("the text has {} bytes, at most {MAX_TEXT_BYTES} are read", text.len());
    Error::text(message).with_hint("a page or two of what the company does is enough")
}

/// Living alternatives of a cluster that has closed by that day.
fn alternatives(cluster: &Cluster, day: Date) -> Vec<String> {
    if cluster.status_on(day) != Status::Closed {
        return Vec::new();
    }
    cluster.alternatives.iter().map(|alternative| alternative.id.clone()).collect()
}

/// To six places: more would claim what single precision does not hold.
pub(crate) fn rounded(x: f64) -> f64 {
    (x * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [`Checksum::Trust`] rests on this.
    #[test]
    fn the_embedded_model_is_whole() {
        Matcher::from_bytes(EMBEDDED.to_vec()).expect("its checksum is right");
    }

    #[test]
    fn a_catalogue_in_another_order_is_put_in_that_of_the_model() {
        let matcher = Matcher::embedded().expect("embedded");
        let mut catalogue = matcher.catalogue().clone();
        catalogue.clusters.reverse();
        let expected = matcher.catalogue().clone();
        let matcher = matcher.with_catalogue(catalogue).expect("the same clusters");
        assert_eq!(matcher.catalogue(), &expected);
    }

    #[test]
    fn a_catalogue_of_other_clusters_is_refused() {
        let refusal = |change: fn(&mut Vec<Cluster>)| {
            let matcher = Matcher::embedded().expect("embedded");
            let mut catalogue = matcher.catalogue().clone();
            change(&mut catalogue.clusters);
            matcher.with_catalogue(catalogue).expect_err("refused").to_string()
        };
        let missing = refusal(|clusters| clusters.truncate(13));
        assert!(missing.contains("no cluster \"danish-sound\""), "{missing}");
        let extra = refusal(|clusters| clusters.push(Cluster { id: "tourism".to_owned(), ..clusters[0].clone() }));
        assert!(extra.contains("does not know the catalogue's cluster \"tourism\""), "{extra}");
        let twice = refusal(|clusters| clusters.push(clusters[0].clone()));
        assert!(twice.contains("twice"), "{twice}");
    }

    #[test]
    fn a_matcher_can_be_shared() {
        fn shared<T: Send + Sync>() {}
        shared::<Matcher>();
    }
}
