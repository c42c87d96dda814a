//! The model, and what it has to beat: three rankers that know nothing but the catalogue's descriptions.

use std::collections::BTreeSet;

use bm25::{EmbedderBuilder, Scorer, Tokenizer};

use crate::catalogue::Cluster;
use crate::error::Result;
use crate::matcher::{Matcher, Options, Scratch, Verdict};
use crate::text::Words;
use crate::train::{Corpus, cosine_bytes, description};

/// Which ranker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RankerKind {
    /// The matcher's own model.
    Model,
    /// TF-IDF cosine to the descriptions.
    Cosine,
    /// Okapi BM25 of the descriptions, by the `bm25` crate.
    Bm25,
    /// Number of different words shared with the focus areas.
    Keyword,
}

impl RankerKind {
    /// All of them.
    pub const ALL: [RankerKind; 4] = [RankerKind::Model, RankerKind::Cosine, RankerKind::Bm25, RankerKind::Keyword];

    /// The name on the command line.
    ///
    /// ```
    /// assert_eq!(matcher::evaluate::RankerKind::Bm25.name(), "bm25");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            RankerKind::Model => "model",
            RankerKind::Cosine => "cosine",
            RankerKind::Bm25 => "bm25",
            RankerKind::Keyword => "keyword",
        }
    }
}

/// Something that ranks clusters for a text.
pub struct Ranker<'m> {
    kind: RankerKind,
    matcher: &'m Matcher,
    method: Method,
}

enum Method {
    Model(Scratch),
    Cosine(Box<Matcher>, Scratch),
    Bm25(Box<Bm25>),
    Keyword(Vec<BTreeSet<String>>, BTreeSet<String>),
}

struct Bm25 {
    embedder: bm25::Embedder<u64, Tokens>,
    scorer: Scorer<usize, u64>,
}

/// What a ranker says of one text.
pub(crate) struct Ranked {
    /// One number a cluster.
    pub(crate) scores: Vec<f64>,
    /// The clusters, best first.
    pub(crate) ranking: Vec<usize>,
    pub(crate) none_probability: Option<f64>,
    pub(crate) verdict: Verdict,
}

impl<'m> Ranker<'m> {
    /// A ranker over the clusters of a matcher.
    ///
    /// # Errors
    /// If the catalogue's descriptions cannot be made a model of.
    ///
    /// ```
    /// use matcher::Matcher;
    /// use matcher::evaluate::{Ranker, RankerKind};
    ///
    /// let matcher = Matcher::embedded()?;
    /// for kind in RankerKind::ALL {
    ///     assert_eq!(Ranker::new(kind, &matcher)?.kind(), kind);
    /// }
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn new(kind: RankerKind, matcher: &'m Matcher) -> Result<Ranker<'m>> {
        let method = match kind {
            RankerKind::Model => Method::Model(Scratch::default()),
            RankerKind::Cosine => {
                let corpus = Corpus::of_catalogue(matcher.catalogue().clone())?;
                Method::Cosine(Box::new(Matcher::from_bytes(cosine_bytes(&corpus)?)?), Scratch::default())
            }
            RankerKind::Bm25 => {
                let tokens = Tokens(Corpus::of_catalogue(matcher.catalogue().clone())?.stop_words);
                Method::Bm25(Box::new(Bm25::new(&matcher.catalogue().clusters, tokens)))
            }
            RankerKind::Keyword => {
                let stop_words = Corpus::of_catalogue(matcher.catalogue().clone())?.stop_words;
                let keywords = |cluster: &Cluster| {
                    let areas = cluster.focus.en.iter().chain(&cluster.focus.da);
                    areas.flat_map(|area| words(area, &stop_words)).collect()
                };
                Method::Keyword(matcher.catalogue().clusters.iter().map(keywords).collect(), stop_words)
            }
        };
        Ok(Ranker { kind, matcher, method })
    }

    /// Which ranker this is.
    ///
    /// ```
    /// use matcher::evaluate::{Ranker, RankerKind};
    ///
    /// let matcher = matcher::Matcher::embedded()?;
    /// assert_eq!(Ranker::new(RankerKind::Model, &matcher)?.kind(), RankerKind::Model);
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn kind(&self) -> RankerKind {
        self.kind
    }

    pub(crate) fn clusters(&self) -> &'m [Cluster] {
        &self.matcher.catalogue().clusters
    }

    pub(crate) fn rank(&mut self, text: &str) -> Result<Ranked> {
        let clusters = self.clusters().len();
        let scores = match &mut self.method {
            Method::Model(scratch) => return answered(self.matcher, scratch, text),
            Method::Cosine(matcher, scratch) => return answered(matcher, scratch, text),
            Method::Bm25(bm25) => {
                let query = bm25.embedder.embed(text);
                (0..clusters).map(|id| bm25.scorer.score(&id, &query).map_or(0.0, f64::from)).collect()
            }
            Method::Keyword(keywords, stop_words) => {
                let words: BTreeSet<String> = words(text, stop_words).collect();
                keywords.iter().map(|keywords| keywords.intersection(&words).count() as f64).collect()
            }
        };
        Ok(without_probabilities(scores))
    }
}

fn answered(matcher: &Matcher, scratch: &mut Scratch, text: &str) -> Result<Ranked> {
    let answer = matcher.suggest_with(scratch, text, &Options { top: 0, ..Options::default() })?;
    let place = |id: &str| matcher.catalogue().clusters.iter().position(|cluster| cluster.id == id);
    let mut scores = vec![0.0; matcher.catalogue().clusters.len()];
    let mut ranking = Vec::with_capacity(scores.len());
    for suggestion in &answer.suggestions {
        if let Some(place) = place(&suggestion.cluster) {
            scores[place] = suggestion.probability;
            ranking.push(place);
        }
    }
    Ok(Ranked { scores, ranking, none_probability: answer.none_probability, verdict: answer.verdict })
}

/// Ties keep the catalogue's order; a text that shares nothing with any description fits none.
fn without_probabilities(scores: Vec<f64>) -> Ranked {
    let mut ranking: Vec<usize> = (0..scores.len()).collect();
    ranking.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let verdict = if scores.iter().all(|score| *score <= 0.0) { Verdict::None } else { Verdict::Unsure };
    Ranked { scores, ranking, none_probability: None, verdict }
}

/// Words for the `bm25` crate, which would drop the letters æ, ø and å before stemming.
#[derive(Clone)]
struct Tokens(BTreeSet<String>);

impl Tokenizer for Tokens {
    fn tokenize(&self, text: &str) -> Vec<String> {
        words(text, &self.0).collect()
    }
}

impl Bm25 {
    fn new(clusters: &[Cluster], tokens: Tokens) -> Self {
        let descriptions: Vec<String> = clusters.iter().map(description).collect();
        let corpus: Vec<&str> = descriptions.iter().map(String::as_str).collect();
        let embedder = EmbedderBuilder::<u64, Tokens>::with_tokenizer_and_fit_to_corpus(tokens, &corpus).build();
        let mut scorer = Scorer::new();
        for (id, description) in corpus.into_iter().enumerate() {
            scorer.upsert(&id, embedder.embed(description));
        }
        Bm25 { embedder, scorer }
    }
}

fn words<'t>(text: &'t str, stop_words: &'t BTreeSet<String>) -> impl Iterator<Item = String> + 't {
    let mut words = Words::new(text);
    std::iter::from_fn(move || {
        loop {
            let (word, _) = words.next_word()?;
            if !stop_words.contains(word) {
                return Some(word.to_owned());
            }
        }
    })
}
