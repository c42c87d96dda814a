//! How sure a measure is: intervals by bootstrap, and the chance that they are made with.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use serde::Serialize;

use crate::matcher::rounded;

/// Resamples of the bootstrap.
pub(super) const RESAMPLES: usize = 1000;

/// A value with its 95% interval, from resamples of the texts.
///
/// Most intervals reach from the 2.5th percentile of the resamples to the 97.5th. An error of calibration adds up sizes of
/// differences, so that chance alone makes it greater, and a resample, which is one chance more, is greater still: its
/// percentiles lie too high to hold what is true. What a resample is above the value, the value is above the truth: its
/// interval is the basic one, from twice the value less the 97.5th percentile to twice the value less the 2.5th, and not
/// below 0 (Davison and Hinkley 1997, 5.2). Any interval is stretched to the value where it does not hold it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Over all texts.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Estimate {
    /// A value, and the middle 95% of values like it.
    pub(super) fn of(value: f64, alike: Vec<f64>) -> Self {
        let (low, high) = middle(alike).unwrap_or((value, value));
        Estimate::within(value, low, high)
    }

    /// A value with its basic interval, from the same of resamples.
    pub(super) fn basic(value: f64, resampled: Vec<f64>) -> Self {
        let (low, high) = middle(resampled).unwrap_or((value, value));
        Estimate::within(value, (2.0 * value - high).max(0.0), 2.0 * value - low)
    }

    fn within(value: f64, low: f64, high: f64) -> Self {
        Estimate { value: rounded(value), low: rounded(low.min(value)), high: rounded(high.max(value)) }
    }
}

/// Between what the middle 95% of values lie.
fn middle(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let percentile = |share: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
        let place = (share * (values.len().max(1) - 1) as f64).round() as usize;
        values.get(place).copied()
    };
    Some((percentile(0.025)?, percentile(0.975)?))
}

/// A source of chance that begins the same way every time.
pub(super) fn chance(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// A number from 0 to 1, without 1.
pub(super) fn share(random: &mut Xoshiro256PlusPlus) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// A number below `bound`, by multiplication: its bias is below 2⁻⁴⁰ here.
#[expect(clippy::cast_possible_truncation, reason = "the product's upper half is below the bound")]
pub(super) fn below(random: &mut Xoshiro256PlusPlus, bound: usize) -> usize {
    ((u128::from(random.next_u64()) * bound as u128) >> 64) as usize
}
