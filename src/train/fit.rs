//! One fit: which texts teach, how much each, and towards what.

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::corpus::{Corpus, Label};
use super::design::{DesignConfig, Document, Vocabulary, design};
use super::softmax::{Softmax, SoftmaxParams};
use super::texts::Texts;
use crate::error::Result;

/// Words from which on a text is dealt out.
const LEAST_DEALT: usize = 6;

/// Everything that can be chosen about a fit.
#[derive(Clone, Debug)]
pub(crate) struct FitConfig {
    pub(crate) design: DesignConfig,
    /// L2 penalty.
    pub(crate) penalty: f64,
    /// Weight of a lexicon entry of strength 3, where a profile has 1.
    pub(crate) term_weight: f64,
    /// Each profile also teaches by its words dealt out to so many hands,
    pub(crate) hands: usize,
    /// so many times, each time otherwise.
    pub(crate) deals: u64,
    /// Weight of a hand in all deals together, where the whole profile has 1.
    pub(crate) hand_weight: f64,
    /// Probability that the acceptable clusters share, where there are any.
    pub(crate) acceptable_share: f64,
    /// Exponent of class balancing: 0 leaves classes as large as they are, 1 makes them count alike.
    pub(crate) balance: f64,
    pub(crate) tolerance: f64,
}

impl Default for FitConfig {
    fn default() -> Self {
        FitConfig {
            design: DesignConfig::default(),
            penalty: 0.12,
            term_weight: 0.3,
            hands: 8,
            deals: 6,
            hand_weight: 0.3,
            acceptable_share: 0.2,
            balance: 1.0,
            tolerance: 1e-2,
        }
    }
}

/// A regression with the vocabulary that it was fitted on.
pub(crate) struct Fitted {
    pub(crate) vocabulary: Vocabulary,
    /// Words × parts.
    pub(crate) texts: Texts,
    pub(crate) softmax: Softmax,
}

/// Fits to the profiles at these places of the corpus, whole and dealt out, and to the whole lexicon.
pub(crate) fn fit(corpus: &Corpus, profiles: &[usize], config: &FitConfig) -> Result<Fitted> {
    let classes = corpus.classes();
    let chosen = || profiles.iter().map(|place| &corpus.profiles[*place]);
    let hands: Vec<(usize, String)> = chosen()
        .enumerate()
        .flat_map(|(place, profile)| {
            let deals = (0..config.deals).flat_map(|number| deal(&profile.text, config.hands, number));
            deals.map(move |hand| (place, hand))
        })
        .collect();
    let mut documents: Vec<_> = chosen().map(|profile| Document { text: &profile.text, counts: true }).collect();
    documents.extend(hands.iter().map(|(_, hand)| Document { text: hand, counts: false }));
    documents.extend(corpus.lexicon.iter().map(|term| Document { text: &term.text, counts: false }));
    let mut targets = Array2::zeros((documents.len(), classes));
    for (mut target, profile) in targets.rows_mut().into_iter().zip(chosen()) {
        set_target(&mut target, &profile.label, config.acceptable_share);
    }
    for (mut target, (profile, _)) in targets.rows_mut().into_iter().skip(profiles.len()).zip(&hands) {
        set_target(&mut target, &corpus.profiles[profiles[*profile]].label, config.acceptable_share);
    }
    let first_term = profiles.len() + hands.len();
    for (mut target, term) in targets.rows_mut().into_iter().skip(first_term).zip(&corpus.lexicon) {
        // The first of n classes counts n parts, the last one part.
        let total = (term.classes.len() * (term.classes.len() + 1) / 2) as f64;
        for (place, class) in term.classes.iter().enumerate() {
            target[*class] += (term.classes.len() - place) as f64 / total;
        }
    }
    let alike = vec![1.0; profiles.len()];
    let mut weights = balanced(&targets, 0, &alike, config.balance);
    let hand_weight = config.hand_weight / config.deals.max(1) as f64;
    let of_hands: Vec<f64> = hands.iter().map(|(profile, _)| hand_weight * weights[*profile]).collect();
    weights.extend(of_hands);
    let strengths: Vec<f64> =
        corpus.lexicon.iter().map(|term| config.term_weight * f64::from(term.strength) / 3.0).collect();
    weights.extend(balanced(&targets, first_term, &strengths, config.balance));
    let mut shape = config.design.clone();
    shape.features.stems = corpus.stems.clone();
    let (texts, vocabulary) = design(&documents, &corpus.frequencies, &corpus.stop_words, &shape);
    #[expect(clippy::cast_possible_truncation, reason = "linfa keeps sample weights in single precision")]
    let weights = Array1::from_iter(weights.into_iter().map(|weight| weight as f32));
    let dataset = DatasetBase::new(texts, targets).with_weights(weights);
    let softmax = SoftmaxParams::new(config.penalty).tolerance(config.tolerance).fit(&dataset)?;
    Ok(Fitted { vocabulary, texts: dataset.records, softmax })
}

/// Deals the words of a text out to several hands, each word to one of them by chance; hands that get none are left out.
///
/// Where a strong word stands, the others around it need not say anything, and learn nothing. A hand without it makes them
/// speak for themselves: dropout, for a regression (Wager, Wang and Liang 2013). Each number is a deal of its own.
fn deal(text: &str, hands: usize, number: u64) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < LEAST_DEALT {
        return Vec::new();
    }
    // The text is the seed, with the number of the deal, so that every fit deals it alike.
    let seed = xxh3_64_with_seed(text.as_bytes(), number);
    let mut dealt = vec![String::new(); hands];
    for (place, word) in (0u64..).zip(words) {
        #[expect(clippy::cast_possible_truncation, reason = "below the number of hands")]
        let hand = &mut dealt[(xxh3_64_with_seed(&place.to_le_bytes(), seed) % hands as u64) as usize];
        hand.push_str(word);
        hand.push(' ');
    }
    dealt.retain(|hand| !hand.is_empty());
    dealt
}

/// The target of a labelled text: its primary clusters share what its acceptable ones leave; "none" if it has none.
fn set_target(target: &mut ndarray::ArrayViewMut1<'_, f64>, label: &Label, acceptable_share: f64) {
    let none = target.len() - 1;
    let share = if label.acceptable.is_empty() { 0.0 } else { acceptable_share };
    let primary = if label.primary.is_empty() { &[none][..] } else { &label.primary };
    for class in primary {
        target[*class] += (1.0 - share) / primary.len() as f64;
    }
    for class in &label.acceptable {
        target[*class] += share / label.acceptable.len() as f64;
    }
}

/// The weights of the rows from `start` on, changed so that classes count alike, by the power `balance`, and all rows
/// together as much as before.
fn balanced(targets: &Array2<f64>, start: usize, weights: &[f64], balance: f64) -> Vec<f64> {
    let rows = || targets.rows().into_iter().skip(start).zip(weights);
    let mut mass = vec![0.0; targets.ncols()];
    for (target, weight) in rows() {
        mass.iter_mut().zip(target).for_each(|(sum, t)| *sum += t * weight);
    }
    let before: f64 = weights.iter().sum();
    let fair = before / mass.len() as f64;
    let scale: Vec<f64> = mass.iter().map(|m| if *m > 0.0 { libm::pow(fair / m, balance) } else { 0.0 }).collect();
    let changed: Vec<f64> =
        rows().map(|(target, weight)| weight * target.iter().zip(&scale).map(|(t, s)| t * s).sum::<f64>()).collect();
    let after: f64 = changed.iter().sum();
    changed.into_iter().map(|weight| weight * before / after).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn every_word_is_dealt_once() {
        let text = "vi bygger broer af stål og beton til havne, veje og jernbaner";
        let hands = deal(text, 3, 0);
        assert_eq!(hands.len(), 3);
        let mut dealt: Vec<&str> = hands.iter().flat_map(|hand| hand.split_whitespace()).collect();
        let mut words: Vec<&str> = text.split_whitespace().collect();
        dealt.sort_unstable();
        words.sort_unstable();
        assert_eq!(dealt, words);
        assert_eq!(deal(text, 3, 0), hands);
        assert_ne!(deal(text, 3, 1), hands);
        assert!(deal("vi bygger broer", 3, 0).is_empty());
    }

    /// To the letter where no row is shared between classes; here one is.
    #[test]
    fn classes_count_alike_whatever_their_size() {
        let targets = array![[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]];
        let weights = balanced(&targets, 1, &[1.0, 1.0, 1.0, 1.0], 1.0);
        let mass = |class: usize| -> f64 { (1..5).map(|row| targets[[row, class]] * weights[row - 1]).sum() };
        assert!((weights.iter().sum::<f64>() - 4.0).abs() < 1e-12);
        assert!((mass(0) - mass(1)).abs() < 0.3, "{} {}", mass(0), mass(1));
    }
}
