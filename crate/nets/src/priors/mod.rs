//! Priors on weights, each a divergence with two slopes.
//!
//! To add a prior: one file with a type that implements [`Divergence`], one line in [`ALL`].

mod ard;
mod log_uniform;
mod normal;
mod reference;

pub use ard::Ard;
pub use log_uniform::LogUniform;
pub use normal::Normal;
pub use reference::{Earlier, Reference};

use crate::linalg::{math, simd};

/// Every prior, in the order of menus. (A static's code is compiled in this package, for speed; a
/// constant's where it is used.)
pub static ALL: &[&dyn Prior] = &[&LogUniform, &Ard, &Normal::STANDARD];

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

    /// Whether it is a Gaussian that may lie elsewhere, see [`Reference`].
    const GAUSSIAN: bool = false;

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

    /// Whether it is a Gaussian that a layer's [`Reference`] may put elsewhere.
    fn is_gaussian(&self) -> bool;

    /// KL of one weight in nats, see [`Divergence::kl`].
    fn kl(&self, mean: f32, log_sigma: f32) -> f32;

    /// Adds `weight`·KL's slopes to the gradients of the block.
    fn add_slopes(&self, weight: f32, block: Block<'_>);
}

impl<D: Divergence> Prior for D {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn is_gaussian(&self) -> bool {
        D::GAUSSIAN
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
    let by_log_sigma = 2.0 * slope;
    let by_mean = -by_log_sigma * mean * by_square;
    // Beyond the clip anything may have come out of the arithmetic: 0 times it may not be 0.
    (if inside { by_mean } else { 0.0 }, if inside { by_log_sigma } else { 0.0 })
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

    /// KL of `name` in f64 given ln α with the shift of μ², not clipped.
    #[allow(clippy::disallowed_methods, reason = "the platform's functions in f64 are the judge")]
    fn exact_kl(name: &str, mean: f64, log_sigma: f64) -> f64 {
        let log_alpha = 2.0 * log_sigma - (mean * mean + 1e-16).ln();
        let half_log = 0.5 * (-log_alpha).exp().ln_1p();
        match name {
            "log-uniform" => {
                let z: f64 = 1.87320 + 1.48695 * log_alpha;
                0.63576 / (1.0 + z.exp()) + half_log
            }
            "ard" => half_log,
            "standard-normal" => 0.5 * (mean * mean + (2.0 * log_sigma).exp() - 1.0) - log_sigma,
            other => panic!("no exact KL of {other}"),
        }
    }

    fn slopes_at(prior: &dyn Prior, mean: f32, log_sigma: f32) -> (f32, f32) {
        let mut slopes = ([0.0], [0.0]);
        let block = Block {
            mean: &[mean],
            log_sigma: &[log_sigma],
            variance: &[math::exp(2.0 * log_sigma)],
            d_mean: &mut slopes.0,
            d_log_sigma: &mut slopes.1,
        };
        prior.add_slopes(1.0, block);
        (slopes.0[0], slopes.1[0])
    }

    const MEANS: [f32; 14] =
        [0.0, 1e-20, 1e-12, 1e-8, 1e-6, 1e-4, 1e-2, 0.3, 1.0, 1e2, 1e4, 1e6, 1e8, 1e18];

    #[test]
    fn every_prior_is_finite_wherever_a_run_may_come() {
        for prior in ALL {
            for (mean, sign) in MEANS.into_iter().flat_map(|mean| [(mean, 1.0), (mean, -1.0)]) {
                let steps = (-400..=400).map(|i| i as f32 / 4.0);
                for log_sigma in steps.chain([-1e4, -500.0, 500.0, 1e4]) {
                    let (by_mean, by_log_sigma) = slopes_at(*prior, sign * mean, log_sigma);
                    let kl = prior.kl(sign * mean, log_sigma);
                    let all = [kl, by_mean, by_log_sigma];
                    let name = prior.name();
                    assert!(
                        all.iter().all(|x| x.is_finite()),
                        "{name} at {mean}, {log_sigma}: {all:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn slopes_are_those_of_the_exact_kl_up_to_the_clip_and_zero_beyond() {
        for prior in ALL {
            let name = prior.name();
            let clipped = name != "standard-normal";
            // Beyond, where no weight comes, a slope may be 0 too early.
            for mean in MEANS.into_iter().filter(|&mean| mean <= 1e6) {
                for tenth in -1200..=1200 {
                    let shift = (f64::from(mean) * f64::from(mean) + 1e-16).ln();
                    let log_alpha = f64::from(tenth) / 10.0;
                    let log_sigma = (0.5 * (log_alpha + shift)) as f32;
                    let log_alpha = 2.0 * f64::from(log_sigma) - shift;
                    let (by_mean, by_log_sigma) = slopes_at(*prior, mean, log_sigma);
                    if clipped && log_alpha.abs() > 10.001 {
                        assert_eq!(
                            (by_mean, by_log_sigma),
                            (0.0, 0.0),
                            "{name} {mean} {log_alpha}"
                        );
                        continue;
                    }
                    // Where σ² leaves the numbers that `exp` keeps, or is on the edge.
                    if (clipped && log_alpha.abs() > 9.999) || log_sigma.abs() > 43.0 {
                        continue;
                    }
                    let kl = |mean, log_sigma| exact_kl(name, mean, log_sigma);
                    let (m, s, h) = (f64::from(mean), f64::from(log_sigma), 1e-5);
                    let truth = (kl(m, s + h) - kl(m, s - h)) / (2.0 * h);
                    // Of what the shift adds to μ² the slopes know nothing; it is a half at 10⁻⁸.
                    let shifted = 1e-16 / (m * m + 1e-16);
                    let near = |ours: f32, truth: f64, scale: f64| {
                        let error = (f64::from(ours) - truth).abs();
                        error <= (1e-3 + 1.01 * shifted) * truth.abs() + 1e-5 * scale
                    };
                    let scale = if clipped { 1.0 } else { 1.0 + (2.0 * s).exp() + 1e-6 * m * m };
                    assert!(
                        near(by_log_sigma, truth, scale),
                        "{name} {mean} {s}: {by_log_sigma} {truth}"
                    );
                    if mean < 1e-8 {
                        continue;
                    }
                    let h = if clipped { 1e-5 * m } else { 1e-5 * (1.0 + m) };
                    let truth = (kl(m + h, s) - kl(m - h, s)) / (2.0 * h);
                    let scale = if clipped { 1.0 / m } else { scale };
                    assert!(near(by_mean, truth, scale), "{name} {mean} {s}: {by_mean} {truth}");
                }
            }
        }
        // What the tolerance around a mean of zero would let pass: a slope that is gone.
        let (_, at_zero) = slopes_at(&LogUniform, 0.0, -18.0);
        assert!(at_zero < -0.05, "{at_zero}");
        for prior in [&LogUniform as &dyn Prior, &Ard] {
            let (by_mean, by_log_sigma) = slopes_at(prior, 1e-8, -18.4);
            assert!(
                by_mean > 1e6 && by_log_sigma < -0.1,
                "{} {by_mean} {by_log_sigma}",
                prior.name()
            );
        }
    }

    #[test]
    fn names_are_found() {
        assert!(ALL.iter().all(|prior| find(prior.name()).is_some()));
        assert!(find("horseshoe").is_none());
    }
}
