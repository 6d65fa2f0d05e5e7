//! A Gaussian prior around zero, which regularises without removing weights.

use super::Divergence;
use crate::linalg::math::{exp, ln};

/// p(w) = N(0, s²): KL = ln s − ln σ + ((σ² + μ²)/s² − 1)/2 (Blundell et al., 2015).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    log_scale: f32,
    precision: f32,
}

impl Normal {
    /// N(0, 1).
    pub const STANDARD: Self = Self { log_scale: 0.0, precision: 1.0 };

    /// N(0, `scale`²).
    pub fn of_scale(scale: f32) -> Self {
        Self { log_scale: ln(scale), precision: 1.0 / (scale * scale) }
    }

    /// The standard deviation s.
    pub fn scale(&self) -> f32 {
        exp(self.log_scale)
    }
}

impl Divergence for Normal {
    const NAME: &'static str = "standard-normal";
    const GAUSSIAN: bool = true;

    #[inline(always)]
    fn kl(&self, mean: f32, log_sigma: f32) -> f32 {
        let square = (mean * mean + exp(2.0 * log_sigma)) * self.precision;
        0.5 * (square - 1.0) - log_sigma + self.log_scale
    }

    #[inline(always)]
    fn slopes(&self, mean: f32, _log_sigma: f32, variance: f32) -> (f32, f32) {
        (mean * self.precision, variance * self.precision - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kl_is_zero_at_the_prior_itself() {
        assert_eq!(Divergence::kl(&Normal::STANDARD, 0.0, 0.0), 0.0);
        assert!(Divergence::kl(&Normal::STANDARD, 1.0, -1.0) > 1.0);
        let prior = Normal::of_scale(0.2);
        assert!(Divergence::kl(&prior, 0.0, ln(0.2)).abs() < 1e-6);
        assert!((prior.scale() - 0.2).abs() < 1e-6);
    }
}
