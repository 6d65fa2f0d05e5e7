//! Automatic relevance determination: a Gaussian prior whose precision each weight learns.

use super::{CLIP, Divergence, TINY, log_alpha, slopes_of_alpha};
use crate::linalg::math::softplus;

/// p(w) = N(0, τ⁻¹), τ learned for each weight (MacKay, 1994; Kharitonov et al., 2018).
///
/// The best precision is τ* = 1/(μ² + σ²), and with it KL = +½ ln(1 + μ²/σ²). (Slides that
/// print −½ ln(1 + α⁻¹) mean −KL.)
#[derive(Clone, Copy, Debug)]
pub struct Ard;

impl Divergence for Ard {
    const NAME: &'static str = "ard";

    #[inline(always)]
    fn kl(&self, mean: f32, log_sigma: f32) -> f32 {
        0.5 * softplus(-log_alpha(mean, log_sigma).clamp(-CLIP, CLIP))
    }

    #[inline(always)]
    fn slopes(&self, mean: f32, _log_sigma: f32, variance: f32) -> (f32, f32) {
        let square = mean * mean;
        let slope = -0.5 * square / (square + variance);
        slopes_of_alpha(slope, mean, variance, 1.0 / (square + TINY))
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the definition is evaluated in f64")]
mod tests {
    use super::*;

    /// KL(N(μ, σ²) ‖ N(0, 1/τ)).
    fn kl_with_precision(mean: f64, sigma: f64, tau: f64) -> f64 {
        -sigma.ln() - 0.5 * tau.ln() + 0.5 * tau * (mean * mean + sigma * sigma) - 0.5
    }

    #[test]
    fn no_precision_beats_the_learned_one() {
        for (mean, log_sigma) in [(0.3, -1.0), (-1.2, 0.5), (0.01, -0.2)] {
            let best = f64::from(Divergence::kl(&Ard, mean, log_sigma));
            let (mean, sigma) = (f64::from(mean), f64::from(log_sigma).exp());
            let tau = 1.0 / (mean * mean + sigma * sigma);
            assert!((kl_with_precision(mean, sigma, tau) - best).abs() < 1e-6);
            for factor in [0.1, 0.5, 0.9, 1.1, 2.0, 10.0] {
                assert!(kl_with_precision(mean, sigma, factor * tau) > best);
            }
        }
    }
}
