//! Models of a part of the profiles, from which a learning curve is drawn.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::calibrate::{Calibration, bytes_of};
use super::corpus::{Corpus, Profile};
use super::fit::{FitConfig, fit};
use crate::error::Result;

/// What a corpus is cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Trades with all their profiles, as if fewer trades had been written about.
    Trades,
    /// Single profiles, as if less had been written about each trade.
    Profiles,
}

/// Some of the profiles of a corpus.
pub(crate) struct Portion {
    pub(crate) cut: Cut,
    /// How many trades they are of.
    pub(crate) trades: usize,
    /// Places in the corpus.
    profiles: Vec<usize>,
}

impl Portion {
    /// A half, halved again as often as this says; everything for 0.
    ///
    /// The hash of a trade or a text decides, so that the smaller portion lies within the greater one whatever the order
    /// of files.
    pub(crate) fn halved(corpus: &Corpus, cut: Cut, halvings: u32) -> Self {
        let chosen = |profile: &Profile| {
            let decides = if cut == Cut::Trades { &profile.trade } else { &profile.text };
            xxh3_64(decides.as_bytes()).leading_zeros() >= halvings
        };
        let profiles: Vec<usize> =
            (0..corpus.profiles.len()).filter(|place| chosen(&corpus.profiles[*place])).collect();
        let trades: BTreeSet<&str> = profiles.iter().map(|place| corpus.profiles[*place].trade.as_str()).collect();
        Portion { cut, trades: trades.len(), profiles }
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
        for cut in [Cut::Trades, Cut::Profiles] {
            let portions: Vec<Portion> = (0..5).map(|halvings| Portion::halved(&corpus, cut, halvings)).collect();
            assert_eq!(portions[0].len(), corpus.profiles.len());
            for pair in portions.windows(2) {
                let share = match cut {
                    Cut::Trades => pair[1].trades as f64 / pair[0].trades as f64,
                    Cut::Profiles => pair[1].len() as f64 / pair[0].len() as f64,
                };
                assert!((0.4..0.6).contains(&share), "{share}");
                assert!(pair[1].profiles.iter().all(|place| pair[0].profiles.binary_search(place).is_ok()));
            }
            let per_trade = portions[1].len() as f64 / portions[1].trades as f64;
            let before = portions[0].len() as f64 / portions[0].trades as f64;
            assert_eq!(cut == Cut::Trades, per_trade > 0.9 * before, "{cut:?}: {per_trade} {before}");
        }
    }
}
