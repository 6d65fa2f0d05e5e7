//! The posterior of a layer's weights: one independent Gaussian for each.

use crate::linalg::{Matrix, math, simd};
use crate::optimizer::{Optimizer, Parameter, Step};
use crate::priors::{self, Block, Prior};
use crate::rng::Rng;

/// q(w) = N(μ, σ²), parametrized by μ and ln σ; shapes (fan_in, fan_out).
#[derive(Clone, Debug)]
pub struct Gaussian {
    /// μ.
    pub mean: Parameter,
    /// ln σ.
    pub log_sigma: Parameter,
    /// σ², kept in step with `log_sigma`: the forward pass, the backward pass and the KL read it.
    variance: Matrix,
}

/// What a training step does to weights besides following the data.
#[derive(Clone, Copy)]
pub struct Update<'a> {
    /// The rule that moves parameters.
    pub optimizer: &'a dyn Optimizer,
    /// Number and learning rate of the step.
    pub step: Step,
    /// The prior of Bayesian weights.
    pub prior: &'a dyn Prior,
    /// What KL(q‖p) is multiplied by, in the scale of the gradients.
    pub kl_weight: f32,
}

/// Weights that go through slopes, optimizer and σ² while they are in the nearest cache.
const BLOCK: usize = 512;

impl Gaussian {
    /// Means drawn from N(0, `scale`²), all ln σ at `log_sigma`.
    pub fn new(shape: (usize, usize), scale: f32, log_sigma: f32, rng: &mut Rng) -> Self {
        let mean = rng.normal_matrix(shape) * scale;
        Self::from_parameters(
            Parameter::new(mean),
            Parameter::new(Matrix::from_elem(shape, log_sigma)),
        )
    }

    /// A posterior with the given parameters, both (fan_in, fan_out).
    pub fn from_parameters(mean: Parameter, log_sigma: Parameter) -> Self {
        assert_eq!(mean.value.dim(), log_sigma.value.dim(), "μ and ln σ differ in shape");
        let mut posterior = Self { variance: Matrix::zeros(mean.value.dim()), mean, log_sigma };
        posterior.refresh();
        posterior
    }

    /// σ², (fan_in, fan_out).
    pub fn variance(&self) -> &Matrix {
        &self.variance
    }

    /// Recomputes σ² after `log_sigma` was written from outside.
    pub fn refresh(&mut self) {
        self.variance.assign(&self.log_sigma.value.mapv(|log_sigma| math::exp(2.0 * log_sigma)));
    }

    /// One draw of the weights, (fan_in, fan_out).
    pub fn sample(&self, rng: &mut Rng) -> Matrix {
        self.with_noise(&rng.normal_matrix(self.mean.value.dim()))
    }

    /// w = μ + σ ⊙ ε.
    pub fn with_noise(&self, noise: &Matrix) -> Matrix {
        let mut w = self.mean.value.clone();
        ndarray::Zip::from(&mut w)
            .and(&self.variance)
            .and(noise)
            .for_each(|w, v, e| *w += v.sqrt() * e);
        w
    }

    /// The means, with 0 where ln α > `threshold`; an infinite threshold prunes nothing.
    pub fn pruned_mean(&self, threshold: f32) -> Matrix {
        if threshold == f32::INFINITY {
            return self.mean.value.clone();
        }
        ndarray::Zip::from(&self.mean.value).and(&self.log_sigma.value).map_collect(|&mean, &s| {
            if priors::log_alpha(mean, s) > threshold { 0.0 } else { mean }
        })
    }

    /// How many weights have ln α ≤ `threshold`.
    pub fn kept(&self, threshold: f32) -> usize {
        let pairs = self.mean.value.iter().zip(&self.log_sigma.value);
        pairs.filter(|&(&mean, &s)| priors::log_alpha(mean, s) <= threshold).count()
    }

    /// KL(q‖p) summed over the weights, in nats.
    pub fn kl(&self, prior: &dyn Prior) -> f64 {
        let pairs = self.mean.value.iter().zip(&self.log_sigma.value);
        pairs.map(|(&mean, &log_sigma)| f64::from(prior.kl(mean, log_sigma))).sum()
    }

    /// Sets the gradients from those of the drawn weights ŵ = μ + σ ⊙ ε, all (fan_in, fan_out):
    /// dμ = dŵ, d ln σ = dŵ ⊙ ε ⊙ σ.
    pub fn set_gradient_by_weights(&mut self, d_weights: Matrix, noise: &Matrix) {
        ndarray::Zip::from(&mut self.log_sigma.gradient)
            .and(&d_weights)
            .and(noise)
            .and(&self.variance)
            .for_each(|g, d, e, v| *g = d * e * v.sqrt());
        self.mean.gradient = d_weights;
    }

    /// Sets the gradients from those of μ and σ², all (fan_in, fan_out): d ln σ = 2σ² ⊙ dσ².
    pub fn set_gradient_by_moments(&mut self, d_mean: Matrix, d_variance: Matrix) {
        self.mean.gradient = d_mean;
        self.log_sigma.gradient = d_variance;
        self.log_sigma.gradient.zip_mut_with(&self.variance, |g, v| *g *= 2.0 * v);
    }

    /// Adds the KL's slopes to the gradients and moves μ and ln σ, block by block.
    pub fn update(&mut self, update: &Update<'_>) {
        let n = self.mean.value.len();
        let variance = self.variance.as_slice_mut().expect("kept in row-major order");
        for start in (0..n).step_by(BLOCK) {
            let range = start..(start + BLOCK).min(n);
            let mean = self.mean.run(range.clone());
            let log_sigma = self.log_sigma.run(range.clone());
            let variance = &mut variance[range];
            if update.kl_weight != 0.0 {
                let block = Block {
                    mean: mean.value,
                    log_sigma: log_sigma.value,
                    variance,
                    d_mean: mean.gradient,
                    d_log_sigma: log_sigma.gradient,
                };
                update.prior.add_slopes(update.kl_weight, block);
            }
            update.optimizer.update(update.step, mean);
            update.optimizer.update(update.step, log_sigma);
        }
        square_exp(self.log_sigma.value.as_slice().expect("kept in row-major order"), variance);
    }
}

simd! {
    /// σ² = exp(2 ln σ).
    fn square_exp(log_sigma: &[f32], variance: &mut [f32]) {
        for (v, &s) in variance.iter_mut().zip(log_sigma) {
            *v = math::exp(2.0 * s);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn pruning_counts_what_it_removes() {
        let mut rng = Rng::stream(3, Stream::Initialisation, 0);
        let mut q = Gaussian::new((40, 30), 0.1, -3.0, &mut rng);
        q.mean.value[[0, 0]] = 0.0;
        for threshold in [-2.0, 0.0, 3.0] {
            let zeros = q.pruned_mean(threshold).iter().filter(|&&w| w == 0.0).count();
            assert_eq!(zeros, 1200 - q.kept(threshold));
            assert!(zeros > 0, "the weight at zero is always pruned");
        }
        assert_eq!(q.pruned_mean(f32::INFINITY), q.mean.value);
    }
}
