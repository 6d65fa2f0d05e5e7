//! The log-uniform prior of Sparse Variational Dropout, p(w) ∝ 1/|w|.

use super::{CLIP, Divergence, TINY, log_alpha, slopes_of_alpha};
use crate::linalg::math::{rough_exp2, rough_log2, sigmoid, softplus};

/// p(w) ∝ 1/|w| (Molchanov, Ashukha and Vetrov, 2017).
///
/// −KL ≈ k₁ s(k₂ + k₃ ln α) − ½ ln(1 + α⁻¹) − k₁, with s the logistic function (their eq. 14);
/// within 0.0094 nats of the exact integral for ln α in [−8, 8].
#[derive(Clone, Copy, Debug)]
pub struct LogUniform;

const K1: f32 = 0.63576;
const K2: f32 = 1.87320;
const K3: f32 = 1.48695;

impl Divergence for LogUniform {
    const NAME: &'static str = "log-uniform";

    #[inline(always)]
    fn kl(&self, mean: f32, log_sigma: f32) -> f32 {
        let log_alpha = log_alpha(mean, log_sigma).clamp(-CLIP, CLIP);
        // k₁ − k₁ s(z) = k₁ s(−z), which keeps its digits as KL goes to 0.
        K1 * sigmoid(-(K2 + K3 * log_alpha)) + 0.5 * softplus(-log_alpha)
    }

    #[inline(always)]
    fn slopes(&self, mean: f32, log_sigma: f32, variance: f32) -> (f32, f32) {
        use std::f32::consts::LOG2_E;
        let square = mean * mean;
        let shifted = square + TINY;
        let log2_alpha = 2.0 * LOG2_E * log_sigma - rough_log2(shifted);
        // With e = exp(−k₂ − k₃ ln α), s(1 − s) = e/(1 + e)².
        let e = rough_exp2(-K2 * LOG2_E - K3 * log2_alpha);
        let (odds, sum) = ((1.0 + e) * (1.0 + e), square + variance);
        // One division for the three reciprocals.
        let all = 1.0 / (odds * sum * shifted);
        let by_odds = all * sum * shifted;
        let by_sum = all * odds * shifted;
        let by_square = all * odds * sum;
        // ½ α⁻¹/(1 + α⁻¹) = ½ μ²/(μ² + σ²)
        let slope = -K1 * K3 * e * by_odds - 0.5 * square * by_sum;
        slopes_of_alpha(slope, mean, variance, by_square)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the exact KL is computed in f64")]
mod tests {
    use super::*;

    /// E ln|ε| for ε ~ N(1, α), by Simpson's rule over ±12 standard deviations in the variable
    /// t with ε = sinh-like stretch around the singularity at ε = 0, split there.
    fn expected_log_abs(alpha: f64) -> f64 {
        let sigma = alpha.sqrt();
        let density = |x: f64| {
            (-0.5 * ((x - 1.0) / sigma).powi(2)).exp() / (sigma * std::f64::consts::TAU.sqrt())
        };
        // Both half-lines with x = ±eᵗ, where ln|x| = t and dx = eᵗ dt: no singularity is left.
        let (low, high) = (-60.0, (1.0 + 12.0 * sigma).ln());
        let n = 40_000;
        let step = (high - low) / f64::from(n);
        let f = |t: f64| t * t.exp() * (density(t.exp()) + density(-t.exp()));
        let inner: f64 =
            (1..n).map(|i| f(low + step * f64::from(i)) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
        (f(low) + inner + f(high)) * step / 3.0
    }

    #[test]
    fn the_approximation_is_within_a_hundredth_of_a_nat_of_the_exact_kl() {
        // −KL = ½ ln α − E ln|ε| + const; the constant makes KL vanish as α grows, where
        // E ln|N(0, α)| = ½ ln α − (γ + ln 2)/2.
        let euler = 0.577_215_664_901_532_9;
        let constant = -0.5 * (euler + std::f64::consts::LN_2);
        for i in -32..=32 {
            let log_alpha = f64::from(i) / 4.0;
            let exact = expected_log_abs(log_alpha.exp()) - 0.5 * log_alpha - constant;
            let ours = f64::from(Divergence::kl(&LogUniform, 1.0, 0.5 * log_alpha as f32));
            assert!((ours - exact).abs() < 0.01, "ln α = {log_alpha}: {ours} against {exact}");
        }
    }

    #[test]
    fn kl_vanishes_for_a_pruned_weight_and_grows_for_a_certain_one() {
        assert!(Divergence::kl(&LogUniform, 0.0, 0.0) < 1e-4);
        assert!(Divergence::kl(&LogUniform, 1.0, -4.0) > 4.0);
    }
}
