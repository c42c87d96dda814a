//! What a list amounts to: counts that can be added up, chunk after chunk in the order of the rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::row_error::{RowError, RowErrorKind};
use crate::matcher::{Ranked, Verdict};
use crate::text::Language;

/// Different unknown words that are counted at a time.
const WORDS_COUNTED: usize = 4096;

/// Doubtful rows, and rows with too little text, of which the particulars are kept.
const ROWS_KEPT: usize = 200;

/// Characters of a profile that are kept with such a row.
const EXCERPT_CHARS: usize = 240;

/// Fewer known words than this are too little text to trust an answer.
const LITTLE_TEXT: usize = 3;

/// Counts over a list, complete or so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Rows read, which is also rows written.
    pub rows: u64,
    /// Rows with the verdicts `fit`, `unsure` and `none`.
    pub verdicts: [u64; 3],
    /// Rows in Danish, English, both, and neither.
    pub languages: [u64; 4],
    /// For each cluster, by its place in the catalogue, how many rows recommend it: first of a `fit` or an `unsure` row.
    pub clusters: Vec<u64>,
    /// Faulty rows by kind: how many, and the message of the first.
    pub errors: BTreeMap<RowErrorKind, (u64, String)>,
    /// What a report shows beside the counts; only gathered if asked for.
    pub portfolio: Option<Portfolio>,
}

/// What a report shows beside the counts. Its size does not grow with the list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Portfolio {
    /// For each cluster, by its place in the catalogue, how many rows have the verdict `fit` for it.
    pub fits: Vec<u64>,
    /// Rows with the verdict `unsure` and enough text, whose two best clusters are closest, closest first.
    pub doubtful: Vec<DoubtfulRow>,
    /// How many rows there are of that kind.
    pub doubtful_rows: u64,
    /// The first rows with hardly a known word in them, whatever their verdict.
    pub thin: Vec<ThinRow>,
    /// How many rows there are of that kind.
    pub thin_rows: u64,
    /// Words that the model did not know, in lower case, with how often they stand in the list. Once there are more
    /// different words than are counted, the rarest are forgotten and the counts are lower bounds (Misra and Gries
    /// 1982).
    pub unknown_words: BTreeMap<String, u64>,
    /// Whether words have been forgotten.
    pub words_forgotten: bool,
}

/// A row with the verdict `unsure`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoubtfulRow {
    /// Its number; the header is row 1.
    pub row: u64,
    /// How the profile starts.
    pub excerpt: String,
    /// The two best clusters, as places in the catalogue, with their probabilities.
    pub candidates: [(usize, f64); 2],
}

/// A row that says too little.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThinRow {
    /// Its number; the header is row 1.
    pub row: u64,
    /// How the profile starts.
    pub excerpt: String,
    /// How many of its words are known.
    pub known_words: usize,
}

impl Summary {
    /// Whether any row could not be scored.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// How many rows could not be scored.
    pub fn failed(&self) -> u64 {
        self.errors.values().map(|(count, _)| count).sum()
    }

    /// How many rows have this verdict.
    pub fn with_verdict(&self, verdict: Verdict) -> u64 {
        self.verdicts[verdict as usize]
    }

    /// How many rows are in this language.
    pub fn in_language(&self, language: Language) -> u64 {
        self.languages[language as usize]
    }

    /// Counts a scored row.
    #[inline]
    pub(crate) fn add(&mut self, ranked: &Ranked) {
        self.rows += 1;
        self.verdicts[ranked.verdict() as usize] += 1;
        self.languages[ranked.language() as usize] += 1;
        if let (true, Some((class, _))) = (ranked.verdict() != Verdict::None, ranked.top().first()) {
            count(&mut self.clusters, *class);
        }
    }

    /// Counts a faulty row.
    pub(crate) fn add_error(&mut self, error: &RowError, message: impl FnOnce() -> String) {
        self.rows += 1;
        self.errors.entry(error.kind).or_insert_with(|| (0, message())).0 += 1;
    }

    /// Adds the rows that follow.
    pub fn merge(&mut self, later: &Summary) {
        self.rows += later.rows;
        self.verdicts.iter_mut().zip(later.verdicts).for_each(|(sum, count)| *sum += count);
        self.languages.iter_mut().zip(later.languages).for_each(|(sum, count)| *sum += count);
        add_counts(&mut self.clusters, &later.clusters);
        for (kind, (count, first)) in &later.errors {
            self.errors.entry(*kind).or_insert_with(|| (0, first.clone())).0 += count;
        }
        if let Some(later) = &later.portfolio {
            self.portfolio.get_or_insert_default().merge(later);
        }
    }
}

/// Counts one more at a place.
fn count(counts: &mut Vec<u64>, place: usize) {
    if counts.len() <= place {
        counts.resize(place + 1, 0);
    }
    counts[place] += 1;
}

fn add_counts(sums: &mut Vec<u64>, counts: &[u64]) {
    if sums.len() < counts.len() {
        sums.resize(counts.len(), 0);
    }
    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
}

impl Portfolio {
    /// Of a list without rows.
    #[cfg(feature = "report")]
    pub(crate) const fn new() -> Portfolio {
        Portfolio {
            fits: Vec::new(),
            doubtful: Vec::new(),
            doubtful_rows: 0,
            thin: Vec::new(),
            thin_rows: 0,
            unknown_words: BTreeMap::new(),
            words_forgotten: false,
        }
    }

    /// Looks at a scored row.
    pub(crate) fn add(&mut self, row: u64, text: &str, ranked: &Ranked) {
        let excerpt = || text.trim().chars().take(EXCERPT_CHARS).collect();
        if let (Verdict::Fit, [(class, _), ..]) = (ranked.verdict(), ranked.top()) {
            count(&mut self.fits, *class);
        }
        // Between which two a row stands means nothing where it hardly says a word.
        if ranked.known_words() < LITTLE_TEXT {
            self.thin_rows += 1;
            if self.thin.len() < ROWS_KEPT {
                self.thin.push(ThinRow { row, excerpt: excerpt(), known_words: ranked.known_words() });
            }
        } else if let (Verdict::Unsure, [first, second, ..]) = (ranked.verdict(), ranked.top()) {
            self.doubtful_rows += 1;
            self.doubt(DoubtfulRow { row, excerpt: excerpt(), candidates: [*first, *second] });
        }
        for span in ranked.unknown_words() {
            *self.unknown_words.entry(text[span].to_lowercase()).or_default() += 1;
        }
        self.forget();
    }

    fn doubt(&mut self, doubtful: DoubtfulRow) {
        let key = |one: &DoubtfulRow| one.candidates[0].1 - one.candidates[1].1;
        let place = self
            .doubtful
            .partition_point(|other| key(other).total_cmp(&key(&doubtful)).then(other.row.cmp(&doubtful.row)).is_le());
        if place < ROWS_KEPT {
            self.doubtful.insert(place, doubtful);
            self.doubtful.truncate(ROWS_KEPT);
        }
    }

    /// Once twice as many words as wanted are counted, all counts are lowered until few enough remain.
    fn forget(&mut self) {
        if self.unknown_words.len() <= 2 * WORDS_COUNTED {
            return;
        }
        let mut counts: Vec<u64> = self.unknown_words.values().copied().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let lowered = counts[WORDS_COUNTED];
        self.words_forgotten = true;
        self.unknown_words.retain(|_, count| {
            *count = count.saturating_sub(lowered);
            *count > 0
        });
    }

    /// Adds the rows that follow.
    pub fn merge(&mut self, later: &Portfolio) {
        add_counts(&mut self.fits, &later.fits);
        self.words_forgotten |= later.words_forgotten;
        self.doubtful_rows += later.doubtful_rows;
        later.doubtful.iter().for_each(|doubtful| self.doubt(doubtful.clone()));
        self.thin_rows += later.thin_rows;
        let room = ROWS_KEPT.saturating_sub(self.thin.len());
        self.thin.extend(later.thin.iter().take(room).cloned());
        for (word, count) in &later.unknown_words {
            *self.unknown_words.entry(word.clone()).or_default() += count;
        }
        self.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_stay_few_and_the_frequent_ones_stay() {
        let mut all = Portfolio::default();
        for chunk in 0..20 {
            let mut one = Portfolio::default();
            for word in 0..1500 {
                one.unknown_words.insert(format!("rare{chunk}-{word}"), 1);
            }
            one.unknown_words.insert("kvantedrone".to_owned(), 40);
            all.merge(&one);
        }
        assert!(all.words_forgotten);
        assert!(all.unknown_words.len() <= 2 * WORDS_COUNTED);
        assert!(all.unknown_words["kvantedrone"] > 700, "{:?}", all.unknown_words["kvantedrone"]);
    }

    #[test]
    fn counts_add_up_in_any_grouping() {
        let error = RowError::new(RowErrorKind::Empty, "");
        let mut first = Summary::default();
        first.add_error(&error, || "a".to_owned());
        let mut second = Summary::default();
        second.add_error(&error, || "b".to_owned());
        second.add(&Ranked::default());
        first.merge(&second);
        assert_eq!((first.rows, first.failed(), first.with_verdict(Verdict::None)), (3, 2, 1));
        assert_eq!(first.errors[&RowErrorKind::Empty], (2, "a".to_owned()));
    }
}
