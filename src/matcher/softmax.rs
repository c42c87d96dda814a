//! Probabilities from logits.

use std::f64::consts::LOG2_E;

/// Appends the softmax of `logits`.
pub(super) fn softmax(logits: &[f32], parts: &mut Vec<f64>) {
    let start = parts.len();
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, |a, b| if a < b { b } else { a });
    parts.extend(logits.iter().map(|logit| exp(f64::from(*logit) - f64::from(greatest))));
    let total: f64 = parts[start..].iter().sum();
    parts[start..].iter_mut().for_each(|part| *part /= total);
}

/// `e^x` of an `x` that is not above 0, to within 10⁻¹⁴ of its value; below -700 it is that of -700. It is made of products
/// and sums alone, so that it is the same on every machine, and several are computed at a time.
#[inline]
fn exp(x: f64) -> f64 {
    // Added to a number it rounds it: the sum's last bits are the nearest integer.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    // ln 2 in two parts, of which the first times an integer is exact.
    const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
    // 1/n! from 11 on down to 0: the series of e^r, where r is at most half of ln 2.
    const SERIES: [f64; 12] = [
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        1.0 / 2.0,
        1.0,
        1.0,
    ];
    let x = if x > -700.0 { x } else { -700.0 };
    let sum = x * LOG2_E + ROUND;
    let powers = sum - ROUND;
    let r = x - powers * LN_2[0] - powers * LN_2[1];
    let e_to_r = SERIES.iter().fold(0.0, |value, factor| value * r + factor);
    // Two to an integer: its bits are those of 1, and the integer in the exponent.
    e_to_r * f64::from_bits((sum.to_bits() << 52).wrapping_add(1.0_f64.to_bits()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exp_is_that_of_libm(x in -700.0..=0.0) {
            let expected = libm::exp(x);
            prop_assert!((exp(x) - expected).abs() <= 1e-14 * expected, "{x}: {} {expected}", exp(x));
        }

        #[test]
        fn probabilities_add_up_and_keep_the_order(logits in prop::collection::vec(-900.0_f32..900.0, 1..40)) {
            let mut parts = Vec::new();
            softmax(&logits, &mut parts);
            prop_assert!((parts.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for (a, p) in logits.iter().zip(&parts) {
                prop_assert!((0.0..=1.0).contains(p));
                prop_assert!(logits.iter().zip(&parts).all(|(b, q)| a >= b || p <= q));
            }
        }
    }

    #[test]
    fn exp_is_exact_where_it_has_to_be() {
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(-1e6) > 0.0 && exp(f64::NEG_INFINITY) < 1e-300);
    }
}
