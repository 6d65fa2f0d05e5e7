//! Mean-field variational inference: the best Gaussian without correlations.

use super::{Adam, LogDensity, fill_normal};
use crate::rng::Rng;

/// q(w) = Π N(μᵢ, σᵢ²), fitted by the reparametrization gradient of the evidence lower bound
/// (Kingma and Welling, 2014; Kucukelbir et al., 2017).
///
/// Every step averages several draws, in pairs w = μ ± σε, so that the means of a Gaussian
/// density get their gradient without noise; with a single draw a step, noise in the slope of
/// ln σ drowns what the data say of it.
#[derive(Clone, Debug)]
pub struct MeanField {
    /// μᵢ, then ln σᵢ: (2d).
    parameters: Vec<f64>,
    adam: Adam,
    pairs: usize,
    rng: Rng,
}

impl MeanField {
    /// q at `mean` (d) with one `sigma` for all; `pairs` pairs of draws a step.
    pub fn new(mean: &[f64], sigma: f64, pairs: usize, rng: Rng) -> Self {
        let mut parameters = mean.to_vec();
        parameters.resize(2 * mean.len(), libm::log(sigma));
        Self { adam: Adam::new(parameters.len()), parameters, pairs, rng }
    }

    /// μ, (d).
    pub fn mean(&self) -> &[f64] {
        &self.parameters[..self.parameters.len() / 2]
    }

    /// σ, (d).
    pub fn sigma(&self) -> Vec<f64> {
        self.parameters[self.parameters.len() / 2..].iter().map(|&s| libm::exp(s)).collect()
    }

    /// One step of Adam of size `rate`; returns the step's noisy estimate of the bound,
    /// E ln p + H(q) but for the entropy's constant ½ d ln 2πe.
    pub fn step(&mut self, density: &impl LogDensity, rate: f64) -> f64 {
        let d = density.dimensions();
        let sigma = self.sigma();
        let share = 0.5 / self.pairs as f64;
        let (mut noise, mut at, mut slopes) = (vec![0.0; d], vec![0.0; d], vec![0.0; d]);
        let mut bound: f64 = self.parameters[d..].iter().sum();
        let mut gradient = vec![0.0; 2 * d];
        // The entropy's slope in every ln σ.
        gradient[d..].fill(1.0);
        for _ in 0..self.pairs {
            fill_normal(&mut self.rng, &mut noise);
            for sign in [1.0, -1.0] {
                for (i, at) in at.iter_mut().enumerate() {
                    *at = self.parameters[i] + sign * sigma[i] * noise[i];
                }
                bound += share * density.log_density(&at, &mut slopes);
                for i in 0..d {
                    gradient[i] += share * slopes[i];
                    gradient[d + i] += share * slopes[i] * sign * sigma[i] * noise[i];
                }
            }
        }
        self.adam.ascend(&mut self.parameters, &gradient, rate);
        bound
    }

    /// One draw, (d).
    pub fn sample(&self, rng: &mut Rng) -> Vec<f64> {
        let mut draw = vec![0.0; self.mean().len()];
        fill_normal(rng, &mut draw);
        let posterior = self.mean().iter().zip(self.sigma());
        draw.iter().zip(posterior).map(|(noise, (mean, sigma))| mean + sigma * noise).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::adam::annealed;
    use crate::inference::density::tests::Gaussian;
    use crate::rng::Stream;

    #[test]
    fn a_correlated_gaussian_has_its_known_optimum() {
        let precision = vec![4.0, 1.9, 0.0, 1.9, 1.0, 0.0, 0.0, 0.0, 0.25];
        let gaussian = Gaussian {
            mean: vec![1.0, -2.0, 0.5],
            precision: precision.clone(),
            log_determinant: ((4.0 - 1.9 * 1.9) * 0.25f64).ln(),
        };
        let rng = Rng::stream(1, Stream::Measures, 0);
        let mut posterior = MeanField::new(&[0.0; 3], 0.1, 8, rng);
        let steps = 6000;
        for step in 0..steps {
            posterior.step(&gaussian, annealed((0.05, 1e-5), step, steps));
        }
        // The optimum: the mean itself, and σ² = 1/Λᵢᵢ (Bishop, 2006, eq. 10.13), not the
        // marginal variance, which for the first two is more than ten times as large.
        for (i, sigma) in posterior.sigma().iter().enumerate() {
            assert!((posterior.mean()[i] - gaussian.mean[i]).abs() < 1e-3);
            let ratio = sigma * sigma * precision[i * 3 + i];
            assert!((ratio - 1.0).abs() < 0.02, "{i}: {ratio}");
        }
    }

    #[test]
    fn draws_have_its_spread() {
        let posterior = MeanField::new(&[3.0], 0.5, 1, Rng::stream(1, Stream::Measures, 0));
        let mut rng = Rng::stream(1, Stream::Measures, 1);
        let n = 20_000;
        let squares = (0..n).map(|_| posterior.sample(&mut rng)[0] - 3.0).map(|x| x * x);
        // Relative error √(2/n) = 0.01: four of them, 6 in 100,000.
        assert!((squares.sum::<f64>() / f64::from(n) / 0.25 - 1.0).abs() < 0.04);
    }
}
