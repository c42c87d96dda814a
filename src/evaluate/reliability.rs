//! Whether answers are as often right as they are sure: fifteen bins of confidence, and the error that sums them up.

use serde::Serialize;

/// Bins of equal width between 0 and 1.
pub(super) const BINS: usize = 15;

/// The answers whose confidence lies in one of fifteen bins of equal width.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Number of answers.
    pub n: usize,
    /// Their mean probability.
    pub confidence: f64,
    /// The share of them that is right.
    pub right: f64,
}

/// Number, sum of confidences and number of right ones, bin by bin.
#[derive(Default)]
pub(super) struct Reliability([(usize, f64, usize); BINS]);

impl Reliability {
    /// Sorts answers into bins; each is its probability and whether it is right.
    pub(super) fn of(answers: impl Iterator<Item = (f64, bool)>) -> Self {
        let mut bins = Self::default();
        for (confidence, right) in answers {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the bins")]
            let bin = &mut bins.0[((confidence * BINS as f64) as usize).min(BINS - 1)];
            bin.0 += 1;
            bin.1 += confidence;
            bin.2 += usize::from(right);
        }
        bins
    }

    /// Mean distance between confidence and share right, answer by answer (Guo et al. 2017); none without answers.
    pub(super) fn error(&self) -> Option<f64> {
        let number: usize = self.0.iter().map(|(n, _, _)| n).sum();
        let distance = self.0.iter().map(|(_, sure, right)| (sure - *right as f64).abs()).sum::<f64>();
        (number > 0).then(|| distance / number as f64)
    }

    /// The bins that hold something, least sure first.
    pub(super) fn bins(&self) -> Vec<Bin> {
        let filled = self.0.iter().filter(|(n, _, _)| *n > 0);
        filled
            .map(|(n, sure, right)| Bin { n: *n, confidence: sure / *n as f64, right: *right as f64 / *n as f64 })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_say_how_sure_and_how_right() {
        let reliability = Reliability::of([(0.7, true), (0.72, false), (1.0, true), (0.0, false)].into_iter());
        let bins = reliability.bins();
        assert_eq!(bins.iter().map(|bin| (bin.n, bin.right)).collect::<Vec<_>>(), [(1, 0.0), (2, 0.5), (1, 1.0)]);
        assert!((bins[1].confidence - 0.71).abs() < 1e-12);
        assert!((reliability.error().expect("answers") - 0.42 / 4.0).abs() < 1e-12);
        assert_eq!(Reliability::of(std::iter::empty()).error(), None);
    }
}
