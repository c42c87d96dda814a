//! The measures, each with a 95% interval by bootstrap.
//!
//! Texts that have a cluster are measured by their ranking, the others by whether "none" is recognised:
//!
//! * `top1`: the first suggestion is a primary cluster; `acc1`: primary or acceptable; `top3`: a primary one among three;
//! * `mrr`: mean of 1 / rank of the first primary one;
//! * `ndcg3`: discounted cumulative gain of the first three, 3 for a primary and 1 for an acceptable cluster, divided by
//!   the best that is possible (Järvelin and Kekäläinen 2002, with gains taken as they are);
//! * `ece`: expected calibration error of the most probable answer ("none" among them), in 15 bins of equal width
//!   (Guo et al. 2017); absent for rankers without probabilities. Its interval is the basic one, the others' that of
//!   percentiles, see [`Estimate`];
//! * `ece_by_chance`: the `ece` that answers with these probabilities would have if each were right exactly as often as it
//!   is sure: few texts never fill 15 bins evenly. An `ece` within its interval is no sign of bad calibration (Bröcker and
//!   Smith 2007). Over all texts only;
//! * `none_auroc`: how well "none" is told from companies, as the area under the ROC curve;
//! * `none_recall`: texts without a cluster whose verdict is `none`; `false_none`: texts with one whose verdict is `none`;
//! * `fit_precision`: of the verdicts `fit`, those with an acceptable cluster first; `fit_coverage`: texts with a cluster
//!   whose verdict is `fit`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::estimate::{Estimate, RESAMPLES, below, chance, share};
use super::mistakes::Mistake;
use super::reliability::{Bin, Reliability};
use super::{Labelled, Ranker};
use crate::error::Result;
use crate::matcher::Verdict;
use crate::train::Label;

/// Every measure that can be taken of a set of texts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measures {
    /// Number of texts.
    pub n: usize,
    /// By name, in a fixed order; a measure that has nothing to measure is left out.
    #[serde(flatten)]
    pub estimates: BTreeMap<&'static str, Estimate>,
}

/// How a ranker did.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// The ranker's name.
    pub ranker: &'static str,
    /// Over all texts.
    #[serde(flatten)]
    pub all: Measures,
    /// By first primary cluster, `none` among them.
    pub by_cluster: BTreeMap<String, Measures>,
    /// By labelled language.
    pub by_language: BTreeMap<String, Measures>,
    /// By labelled style.
    pub by_style: BTreeMap<String, Measures>,
    /// From the first primary cluster to the answers given: first suggestion, or `none` by verdict.
    pub confusion: BTreeMap<String, BTreeMap<String, usize>>,
    /// Confidence of the most probable answer beside how often it is right; empty for rankers without probabilities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reliability: Vec<Bin>,
    /// Wrong answers, surest first. They repeat the input, and are for reports.
    #[serde(skip)]
    pub mistakes: Vec<Mistake>,
}

const ECE: &str = "ece";
const ECE_BY_CHANCE: &str = "ece_by_chance";

/// Names of the measures, in the order in which people read them.
pub(crate) const NAMES: [&str; 12] = [
    "top1",
    "acc1",
    "top3",
    "mrr",
    "ndcg3",
    ECE,
    ECE_BY_CHANCE,
    "none_auroc",
    "none_recall",
    "false_none",
    "fit_precision",
    "fit_coverage",
];

/// Ranks every text and measures the answers.
///
/// # Errors
/// If a text is too long to be read.
///
/// ```
/// use matcher::Matcher;
/// use matcher::evaluate::{Ranker, RankerKind, evaluate, read_labelled};
///
/// let matcher = Matcher::embedded()?;
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/dev.jsonl");
/// let texts = read_labelled(path.as_ref(), matcher.catalogue())?;
/// let evaluation = evaluate(&mut Ranker::new(RankerKind::Keyword, &matcher)?, &texts)?;
/// assert!(evaluation.all.estimates["top1"].value < 0.5);
/// # Ok::<(), matcher::Error>(())
/// ```
pub fn evaluate(ranker: &mut Ranker<'_>, texts: &[Labelled]) -> Result<Evaluation> {
    let cases = ranked(ranker, texts)?;
    let ids: Vec<&str> = ranker.clusters().iter().map(|cluster| cluster.id.as_str()).chain(["none"]).collect();
    let class = |label: &Label| ids[label.primary.first().copied().unwrap_or(ids.len() - 1)].to_owned();
    let mut confusion = BTreeMap::<String, BTreeMap<String, usize>>::new();
    for case in &cases {
        let answer = if case.verdict == Verdict::None { "none" } else { ids[case.ranking[0]] };
        *confusion.entry(class(case.label)).or_default().entry(answer.to_owned()).or_default() += 1;
    }
    let split = |key: &dyn Fn(usize) -> String| {
        let mut groups = BTreeMap::<String, Vec<&Case<'_>>>::new();
        for (place, case) in cases.iter().enumerate() {
            groups.entry(key(place)).or_default().push(case);
        }
        groups.into_iter().map(|(name, cases)| (name, measures(&cases))).collect()
    };
    let mut all = measures(&cases.iter().collect::<Vec<_>>());
    all.estimates.extend(error_by_chance(&cases).map(|estimate| (ECE_BY_CHANCE, estimate)));
    Ok(Evaluation {
        ranker: ranker.kind().name(),
        all,
        by_cluster: split(&|place| class(&texts[place].label)),
        by_language: split(&|place| texts[place].language.clone()),
        by_style: split(&|place| texts[place].style.clone()),
        confusion,
        reliability: Reliability::of(cases.iter().filter_map(|case| case.confidence)).bins(),
        mistakes: Mistake::all(&cases, texts, &ids),
    })
}

/// The measures over all texts alone.
pub(super) fn overall(ranker: &mut Ranker<'_>, texts: &[Labelled]) -> Result<Measures> {
    Ok(measures(&ranked(ranker, texts)?.iter().collect::<Vec<_>>()))
}

fn ranked<'l>(ranker: &mut Ranker<'_>, texts: &'l [Labelled]) -> Result<Vec<Case<'l>>> {
    texts.iter().map(|text| Case::of(ranker, text)).collect()
}

/// One answer beside its label.
pub(super) struct Case<'l> {
    pub(super) label: &'l Label,
    pub(super) ranking: Vec<usize>,
    /// Probability of the first suggestion.
    pub(super) first: Option<f64>,
    /// Probability of the most probable answer, and whether that answer is right.
    confidence: Option<(f64, bool)>,
    /// Greater, the more it looks as if nothing fits.
    none: f64,
    pub(super) verdict: Verdict,
}

impl<'l> Case<'l> {
    fn of(ranker: &mut Ranker<'_>, text: &'l Labelled) -> Result<Self> {
        let ranked = ranker.rank(&text.text)?;
        let label = &text.label;
        let confidence = ranked.none_probability.map(|none| {
            let best = ranked.scores[ranked.ranking[0]];
            if none > best {
                (none, label.primary.is_empty())
            } else {
                (best, label.primary.contains(&ranked.ranking[0]))
            }
        });
        let none = ranked.none_probability.unwrap_or_else(|| -ranked.scores[ranked.ranking[0]]);
        let first = ranked.none_probability.map(|_| ranked.scores[ranked.ranking[0]]);
        Ok(Case { label, ranking: ranked.ranking, first, confidence, none, verdict: ranked.verdict })
    }

    pub(super) fn is_none(&self) -> bool {
        self.label.primary.is_empty()
    }

    fn first_is_primary(&self) -> bool {
        self.label.primary.contains(&self.ranking[0])
    }

    pub(super) fn first_is_acceptable(&self) -> bool {
        self.first_is_primary() || self.label.acceptable.contains(&self.ranking[0])
    }

    fn reciprocal_rank(&self) -> f64 {
        let rank = self.ranking.iter().position(|class| self.label.primary.contains(class));
        rank.map_or(0.0, |place| 1.0 / (place as f64 + 1.0))
    }

    fn ndcg3(&self) -> f64 {
        let gain = |class: &usize| match class {
            class if self.label.primary.contains(class) => 3.0,
            class if self.label.acceptable.contains(class) => 1.0,
            _ => 0.0,
        };
        let discounted = |gains: &mut dyn Iterator<Item = f64>| -> f64 {
            gains.take(3).zip([1.0, libm::log2(3.0), 2.0]).map(|(gain, discount)| gain / discount).sum()
        };
        let labelled = self.label.primary.iter().chain(&self.label.acceptable);
        let best = discounted(&mut labelled.map(gain));
        if best > 0.0 { discounted(&mut self.ranking.iter().map(gain)) / best } else { 0.0 }
    }
}

fn measures(cases: &[&Case<'_>]) -> Measures {
    let values = measure(cases);
    let mut resampled: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    // One seed for every set: the same texts have the same interval wherever they are measured.
    let mut random = chance(14);
    for _ in 0..RESAMPLES {
        let sample: Vec<&Case<'_>> = (0..cases.len()).map(|_| cases[below(&mut random, cases.len())]).collect();
        for (name, value) in measure(&sample) {
            resampled.entry(name).or_default().push(value);
        }
    }
    let estimates = values.into_iter().map(|(name, value)| {
        let resampled = resampled.remove(name).unwrap_or_default();
        (name, if name == ECE { Estimate::basic(value, resampled) } else { Estimate::of(value, resampled) })
    });
    Measures { n: cases.len(), estimates: estimates.collect() }
}

/// The calibration error of answers that are right as often as they are sure: its mean, and where 95% of it lie.
fn error_by_chance(cases: &[Case<'_>]) -> Option<Estimate> {
    let mut random = chance(14);
    let mut draw = || {
        let confidences = cases.iter().filter_map(|case| case.confidence);
        Reliability::of(confidences.map(|(confidence, _)| (confidence, share(&mut random) < confidence))).error()
    };
    let drawn: Vec<f64> = (0..RESAMPLES).map_while(|_| draw()).collect();
    Some(Estimate::of(mean(drawn.iter().copied())?, drawn))
}

fn measure(cases: &[&Case<'_>]) -> Vec<(&'static str, f64)> {
    let (none, some): (Vec<&Case<'_>>, Vec<&Case<'_>>) = cases.iter().partition(|case| case.is_none());
    let fits: Vec<&Case<'_>> = cases.iter().copied().filter(|case| case.verdict == Verdict::Fit).collect();
    let truth = |holds: bool| f64::from(u8::from(holds));
    let declined = |case: &&Case<'_>| truth(case.verdict == Verdict::None);
    let measured = [
        mean(some.iter().map(|case| truth(case.first_is_primary()))),
        mean(some.iter().map(|case| truth(case.first_is_acceptable()))),
        mean(
            some.iter().map(|case| truth(case.ranking.iter().take(3).any(|class| case.label.primary.contains(class)))),
        ),
        mean(some.iter().map(|case| case.reciprocal_rank())),
        mean(some.iter().map(|case| case.ndcg3())),
        Reliability::of(cases.iter().filter_map(|case| case.confidence)).error(),
        // Not of a part or a resample, see `evaluate`.
        None,
        auroc(&none, &some),
        mean(none.iter().map(declined)),
        mean(some.iter().map(declined)),
        mean(fits.iter().map(|case| truth(case.first_is_acceptable()))),
        mean(some.iter().map(|case| truth(case.verdict == Verdict::Fit))),
    ];
    NAMES.into_iter().zip(measured).filter_map(|(name, value)| Some((name, value?))).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let number = values.len();
    (number > 0).then(|| values.sum::<f64>() / number as f64)
}

/// The chance that a text without a cluster looks more like "none" than one with a cluster; ties count half.
fn auroc(none: &[&Case<'_>], some: &[&Case<'_>]) -> Option<f64> {
    if none.is_empty() || some.is_empty() {
        return None;
    }
    let mut all: Vec<(f64, bool)> = none.iter().map(|case| (case.none, true)).collect();
    all.extend(some.iter().map(|case| (case.none, false)));
    all.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let (mut below, mut wins) = (0.0, 0.0);
    for tied in all.chunk_by(|(a, _), (b, _)| a == b) {
        let nones = tied.iter().filter(|(_, is_none)| *is_none).count() as f64;
        let others = tied.len() as f64 - nones;
        wins += nones * (below + others / 2.0);
        below += others;
    }
    Some(wins / (none.len() as f64 * some.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(primary: &[usize], acceptable: &[usize]) -> Label {
        Label { primary: primary.to_vec(), acceptable: acceptable.to_vec() }
    }

    fn case<'l>(label: &'l Label, ranking: &[usize], none: f64, verdict: Verdict) -> Case<'l> {
        let confidence = Some((0.7, !label.primary.is_empty() && label.primary.contains(&ranking[0])));
        Case { label, ranking: ranking.to_vec(), first: Some(0.7), confidence, none, verdict }
    }

    /// Four texts, worked out by hand.
    #[test]
    fn measures_agree_with_a_sheet_of_paper() {
        let labels = [label(&[0], &[]), label(&[1], &[2]), label(&[2, 0], &[]), label(&[], &[])];
        let cases = [
            case(&labels[0], &[0, 1, 2, 3], 0.1, Verdict::Fit),
            case(&labels[1], &[2, 1, 0, 3], 0.2, Verdict::Fit),
            case(&labels[2], &[3, 1, 0, 2], 0.6, Verdict::None),
            case(&labels[3], &[0, 1, 2, 3], 0.5, Verdict::Unsure),
        ];
        let found: BTreeMap<_, _> = measure(&cases.iter().collect::<Vec<_>>()).into_iter().collect();
        let log3 = 3.0_f64.log2();
        let expected = [
            ("top1", 1.0 / 3.0),
            ("acc1", 2.0 / 3.0),
            ("top3", 1.0),
            ("mrr", (1.0 + 0.5 + 1.0 / 3.0) / 3.0),
            // 1; (1 + 3/log₂3) / (3 + 1/log₂3); 3/2 / (3 + 3/log₂3)
            ("ndcg3", (1.0 + (1.0 + 3.0 / log3) / (3.0 + 1.0 / log3) + 1.5 / (3.0 + 3.0 / log3)) / 3.0),
            // All four in one bin: mean confidence 0.7, one right of four.
            ("ece", 0.45),
            // 0.5 beats 0.1 and 0.2, not 0.6.
            ("none_auroc", 2.0 / 3.0),
            ("none_recall", 0.0),
            ("false_none", 1.0 / 3.0),
            ("fit_precision", 1.0),
            ("fit_coverage", 2.0 / 3.0),
        ];
        assert_eq!(found.len(), expected.len());
        for (name, value) in expected {
            assert!((found[name] - value).abs() < 1e-12, "{name}: {} {value}", found[name]);
        }
    }

    #[test]
    fn ties_count_half() {
        let (company, stranger) = (label(&[0], &[]), label(&[], &[]));
        let some = case(&company, &[0], 0.5, Verdict::Fit);
        let none = case(&stranger, &[0], 0.5, Verdict::Fit);
        assert_eq!(auroc(&[&none], &[&some]), Some(0.5));
        assert_eq!(auroc(&[&none], &[]), None);
    }

    /// Always sure by 0.7, so all lies in one bin: what is left by chance is how far a share of ten strays from 0.7.
    #[test]
    fn few_texts_are_never_calibrated_perfectly() {
        let label = label(&[0], &[]);
        let cases: Vec<Case<'_>> = (0..10).map(|_| case(&label, &[0], 0.1, Verdict::Fit)).collect();
        let Estimate { value, low, high } = error_by_chance(&cases).expect("answers");
        assert!(low < 0.01 && high > 0.25, "{low} {high}");
        // The mean absolute deviation of a binomial share.
        assert!((value - 0.114).abs() < 0.01, "{value}");
        assert_eq!(error_by_chance(&[]), None);
    }

    #[test]
    fn an_interval_holds_its_value() {
        let labels = [label(&[0], &[]), label(&[1], &[])];
        let cases: Vec<Case<'_>> =
            (0..40).map(|i| case(&labels[usize::from(i % 4 == 0)], &[0, 1], 0.0, Verdict::Fit)).collect();
        let measures = measures(&cases.iter().collect::<Vec<_>>());
        let top1 = measures.estimates["top1"];
        assert!((top1.value - 0.75).abs() < 1e-9);
        assert!(top1.low > 0.55 && top1.low < 0.7 && top1.high > 0.8 && top1.high < 0.95, "{top1:?}");
    }

    /// Answers that are right a tenth less often than they are sure, so that their error is known.
    #[test]
    fn an_interval_of_the_calibration_error_holds_the_true_one() {
        let label = label(&[0], &[]);
        let mut random = chance(1);
        let mut holds = || {
            let cases: Vec<Case<'_>> = (0..150)
                .map(|_| {
                    let confidence = 0.3 + 0.7 * share(&mut random);
                    let is_right = share(&mut random) < confidence - 0.1;
                    Case { confidence: Some((confidence, is_right)), ..case(&label, &[0], 0.0, Verdict::Fit) }
                })
                .collect();
            let Estimate { value, low, high } = measures(&cases.iter().collect::<Vec<_>>()).estimates[ECE];
            assert!((0.0..=value).contains(&low) && value <= high);
            (low..=high).contains(&0.1)
        };
        assert!((0..12).filter(|_| holds()).count() >= 8);
    }
}
