//! Priors on weights, each a divergence with two slopes.
//!
//! To add a prior: one file with a type that implements [`Divergence`], one line in [`ALL`].

mod ard;
mod log_uniform;
mod standard_normal;

pub use ard::Ard;
pub use log_uniform::LogUniform;
pub use standard_normal::StandardNormal;

use crate::linalg::{math, simd};

/// Every prior, in the order of menus.
pub const ALL: &[&dyn Prior] = &[&LogUniform, &Ard, &StandardNormal];

/// The prior called `name`.
pub fn find(name: &str) -> Option<&'static dyn Prior> {
    ALL.iter().copied().find(|prior| prior.name() == name)
}

/// KL(q‖p) between one weight's posterior q = N(μ, σ²) and the prior, with its slopes.
///
/// `log_sigma` is ln σ and `variance` is σ², given so that nobody computes it twice.
pub trait Divergence: Sync {
    /// The name in menus, URLs and on the command line.
    const NAME: &'static str;

    /// KL(q‖p) in nats.
    fn kl(&self, mean: f32, log_sigma: f32) -> f32;

    /// (dKL/dμ, dKL/d ln σ).
    fn slopes(&self, mean: f32, log_sigma: f32, variance: f32) -> (f32, f32);
}

/// A run of weights: posterior and gradients, all of one length.
pub struct Block<'a> {
    /// μ.
    pub mean: &'a [f32],
    /// ln σ.
    pub log_sigma: &'a [f32],
    /// σ².
    pub variance: &'a [f32],
    /// Gradient with respect to μ, added to.
    pub d_mean: &'a mut [f32],
    /// Gradient with respect to ln σ, added to.
    pub d_log_sigma: &'a mut [f32],
}

/// A [`Divergence`] for whole runs of weights: what networks hold.
pub trait Prior: Sync {
    /// The name in menus, URLs and on the command line.
    fn name(&self) -> &'static str;

    /// KL of one weight in nats, see [`Divergence::kl`].
    fn kl(&self, mean: f32, log_sigma: f32) -> f32;

    /// Adds `weight`·KL's slopes to the gradients of the block.
    fn add_slopes(&self, weight: f32, block: Block<'_>);
}

impl<D: Divergence> Prior for D {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn kl(&self, mean: f32, log_sigma: f32) -> f32 {
        Divergence::kl(self, mean, log_sigma)
    }

    fn add_slopes(&self, weight: f32, block: Block<'_>) {
        add_slopes(self, weight, block);
    }
}

simd! {
    fn add_slopes<D: Divergence>(prior: &D, weight: f32, block: Block<'_>) {
        let posterior = block.mean.iter().zip(block.log_sigma).zip(block.variance);
        let gradients = block.d_mean.iter_mut().zip(block.d_log_sigma);
        for (((&mean, &log_sigma), &variance), (d_mean, d_log_sigma)) in posterior.zip(gradients) {
            let (by_mean, by_log_sigma) = prior.slopes(mean, log_sigma, variance);
            *d_mean += weight * by_mean;
            *d_log_sigma += weight * by_log_sigma;
        }
    }
}

/// Keeps log α finite at μ = 0.
const TINY: f32 = 1e-16;

/// ln α = ln(σ²/μ²), not clipped.
#[inline(always)]
pub fn log_alpha(mean: f32, log_sigma: f32) -> f32 {
    2.0 * log_sigma - math::ln(mean * mean + TINY)
}

/// (dKL/dμ, dKL/d ln σ) from dKL/d ln α and 1/(μ² + 10⁻¹⁶), for a KL that depends on α alone.
///
/// Zero where ln α is past the clip.
#[inline(always)]
fn slopes_of_alpha(slope: f32, mean: f32, variance: f32, by_square: f32) -> (f32, f32) {
    // α = σ²/μ² within e^±10 says |ln α| ≤ 10 without a logarithm.
    let alpha = variance * by_square;
    let inside = (LEAST_ALPHA..=MOST_ALPHA).contains(&alpha);
    let slope = if inside { 2.0 * slope } else { 0.0 };
    (-slope * mean * by_square, slope)
}

/// Both sparsifying priors see log α within ±10, as the authors' notebook does: their KL is flat
/// beyond, and a weight that far out is settled.
const CLIP: f32 = 10.0;
const MOST_ALPHA: f32 = 22_026.466;
const LEAST_ALPHA: f32 = 4.539_993e-5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_the_finite_differences_of_kl() {
        // Order-one means and deviations, both signs; away from the clip, where KL has a corner.
        let points = [(0.7, -0.4), (-1.3, 0.2), (0.05, -1.5), (0.4, -3.0), (-0.02, 0.3)];
        for prior in ALL {
            for (mean, log_sigma) in points {
                let mut slopes = ([0.0], [0.0]);
                prior.add_slopes(
                    1.0,
                    Block {
                        mean: &[mean],
                        log_sigma: &[log_sigma],
                        variance: &[math::exp(2.0 * log_sigma)],
                        d_mean: &mut slopes.0,
                        d_log_sigma: &mut slopes.1,
                    },
                );
                // KL is known to about 10⁻⁷ of its size, so a step of 10⁻² is known to 10⁻⁵;
                // the cubic error of a central difference is below 10⁻³ of the slope here.
                let h = 1e-2 * mean;
                let by_mean =
                    (prior.kl(mean + h, log_sigma) - prior.kl(mean - h, log_sigma)) / (2.0 * h);
                let h = 1e-2;
                let by_log_sigma =
                    (prior.kl(mean, log_sigma + h) - prior.kl(mean, log_sigma - h)) / (2.0 * h);
                for (ours, truth) in [(slopes.0[0], by_mean), (slopes.1[0], by_log_sigma)] {
                    let tolerance = 2e-3 * truth.abs() + 1e-4;
                    assert!(
                        (ours - truth).abs() < tolerance,
                        "{}: {ours} is not {truth}",
                        prior.name()
                    );
                }
            }
        }
    }

    #[test]
    fn names_are_found() {
        assert!(ALL.iter().all(|prior| find(prior.name()).is_some()));
        assert!(find("horseshoe").is_none());
    }
}
