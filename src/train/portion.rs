//! Models of a part of the trades, from which a learning curve is drawn.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::calibrate::{Calibration, bytes_of};
use super::corpus::Corpus;
use super::fit::{FitConfig, fit};
use crate::error::Result;

/// Some of the trades of a corpus with all their profiles.
pub(crate) struct Portion {
    pub(crate) trades: usize,
    /// Places in the corpus.
    profiles: Vec<usize>,
}

impl Portion {
    /// A half of the trades, halved again as often as this says; all of them for 0.
    ///
    /// A trade's hash decides, so that the smaller portion lies within the greater one whatever the order of files, and
    /// near relatives come together as they would if fewer trades had been written about.
    pub(crate) fn halved(corpus: &Corpus, halvings: u32) -> Self {
        let chosen = |trade: &str| xxh3_64(trade.as_bytes()).leading_zeros() >= halvings;
        let profiles: Vec<usize> =
            (0..corpus.profiles.len()).filter(|place| chosen(&corpus.profiles[*place].trade)).collect();
        let trades: BTreeSet<&str> = profiles.iter().map(|place| corpus.profiles[*place].trade.as_str()).collect();
        Portion { trades: trades.len(), profiles }
    }

    /// Number of profiles.
    pub(crate) fn len(&self) -> usize {
        self.profiles.len()
    }

    /// The bytes of a model that knows these profiles and the whole lexicon.
    ///
    /// It is fitted once and not calibrated: that moves no cluster past another. Its probabilities and its verdicts mean
    /// nothing, its ranking does.
    pub(crate) fn model_bytes(&self, corpus: &Corpus) -> Result<Vec<u8>> {
        let config = FitConfig::default();
        bytes_of(corpus, &fit(corpus, &self.profiles, &config)?, &config, Calibration::none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_portion_is_about_half_of_the_next_and_within_it() {
        let corpus = Corpus::load("data").expect("the data of this repository");
        let portions: Vec<Portion> = (0..5).map(|halvings| Portion::halved(&corpus, halvings)).collect();
        assert_eq!(portions[0].len(), corpus.profiles.len());
        for pair in portions.windows(2) {
            let share = pair[1].trades as f64 / pair[0].trades as f64;
            assert!((0.4..0.6).contains(&share), "{share}");
            assert!(pair[1].profiles.iter().all(|place| pair[0].profiles.binary_search(place).is_ok()));
        }
    }
}
