//! The standard normal prior, which regularises without removing weights.

use super::Divergence;
use crate::linalg::math::exp;

/// p(w) = N(0, 1): KL = −ln σ + (σ² + μ² − 1)/2 (Blundell et al., 2015).
#[derive(Clone, Copy, Debug)]
pub struct StandardNormal;

impl Divergence for StandardNormal {
    const NAME: &'static str = "standard-normal";

    #[inline(always)]
    fn kl(&self, mean: f32, log_sigma: f32) -> f32 {
        0.5 * (mean * mean + exp(2.0 * log_sigma) - 1.0) - log_sigma
    }

    #[inline(always)]
    fn slopes(&self, mean: f32, _log_sigma: f32, variance: f32) -> (f32, f32) {
        (mean, variance - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kl_is_zero_at_the_prior_itself() {
        assert_eq!(Divergence::kl(&StandardNormal, 0.0, 0.0), 0.0);
        assert!(Divergence::kl(&StandardNormal, 1.0, -1.0) > 1.0);
    }
}
