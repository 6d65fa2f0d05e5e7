//! The Bayesian linear layer: Gaussian weights, trained with either gradient estimator.
//!
//! x  (objects, fan_in)      μ, σ  (fan_in, fan_out)      y  (objects, fan_out)
//!
//! RT   ŵ = μ + σ ⊙ ε, one ε (fan_in, fan_out) for the batch;   y = x ŵ + b
//! LRT  m = x μ + b,  v = x² σ² + 10⁻⁸;   y = m + √v ⊙ ε, one ε (objects, fan_out) for each object

use ndarray::Zip;

use super::linear::FixedLinear;
use super::{Fixed, InputGradient, Layer, Point};
use crate::linalg::{
    Matrix, SparseRows, add_column_sums, add_rows, moments, product, sampled_moments_gradient,
    sampled_product_gradient,
};
use crate::optimizer::Parameter;
use crate::posterior::{Gaussian, Update};
use crate::rng::Rng;

/// How the expectation over weights is differentiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimator {
    /// Reparametrization trick: one weight sample for a mini-batch (Kingma and Welling, 2014).
    Rt,
    /// Local reparametrization trick: one sample for each object, drawn in the space of
    /// outputs (Kingma, Salimans and Welling, 2015, eq. 6).
    Lrt,
}

impl Estimator {
    /// Every estimator, in the order of menus.
    pub const ALL: [Self; 2] = [Self::Lrt, Self::Rt];

    /// The name in menus, URLs and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rt => "rt",
            Self::Lrt => "lrt",
        }
    }

    /// The name in full.
    pub fn label(self) -> &'static str {
        match self {
            Self::Rt => "Reparametrization (RT)",
            Self::Lrt => "Local reparametrization (LRT)",
        }
    }
}

/// Keeps √v differentiable at v = 0.
const JITTER: f32 = 1e-8;

/// A posterior over weights (fan_in, fan_out) and a bias (1, fan_out) with a flat prior.
#[derive(Clone)]
pub struct BayesLinear {
    posterior: Gaussian,
    bias: Parameter,
    estimator: Estimator,
    cache: Option<Cache>,
}

/// What the backward pass needs of the batch.
#[derive(Clone)]
struct Cache {
    x: SparseRows,
    noise: Noise,
}

#[derive(Clone)]
enum Noise {
    /// The weights' ε and the ŵ it gave, both (fan_in, fan_out).
    Weights { noise: Matrix, weights: Matrix },
    /// ε/(2√v) = ∂y/∂v, (objects, fan_out).
    Outputs { by_variance: Matrix },
}

impl BayesLinear {
    /// Means drawn from N(0, `scale`²), ln σ at `log_sigma`, no bias yet.
    pub fn new(
        (fan_in, fan_out): (usize, usize),
        scale: f32,
        log_sigma: f32,
        estimator: Estimator,
        rng: &mut Rng,
    ) -> Self {
        let posterior = Gaussian::new((fan_in, fan_out), scale, log_sigma, rng);
        Self::at(posterior, Matrix::zeros((1, fan_out)), estimator)
    }

    /// The layer at a given posterior and `bias` (1, fan_out).
    pub fn at(posterior: Gaussian, bias: Matrix, estimator: Estimator) -> Self {
        Self { posterior, bias: Parameter::new(bias), estimator, cache: None }
    }

    /// The forward pass with given noise ε: (fan_in, fan_out) for RT, (objects, fan_out) for LRT.
    pub fn forward_with(&mut self, x: &Matrix, noise: Matrix) -> Matrix {
        let x = SparseRows::nonzero(x);
        let (mut y, noise) = match self.estimator {
            Estimator::Rt => {
                let weights = self.posterior.with_noise(&noise);
                (product(&x, &weights), Noise::Weights { noise, weights })
            }
            Estimator::Lrt => {
                let mean = &self.posterior.mean.value;
                let (mut y, mut v) = moments(&x, mean, self.posterior.variance());
                Zip::from(&mut y).and(&mut v).and(&noise).for_each(|y, v, e| {
                    let deviation = (*v + JITTER).sqrt();
                    *y += deviation * e;
                    *v = e / (2.0 * deviation);
                });
                (y, Noise::Outputs { by_variance: v })
            }
        };
        add_rows(&mut y, self.bias.value.row(0));
        self.cache = Some(Cache { x, noise });
        y
    }
}

impl Layer for BayesLinear {
    fn forward(&mut self, x: Matrix, noise: &mut Rng) -> Matrix {
        let shape = match self.estimator {
            Estimator::Rt => self.posterior.mean.value.dim(),
            Estimator::Lrt => (x.nrows(), self.bias.value.ncols()),
        };
        self.forward_with(&x, noise.normal_matrix(shape))
    }

    /// RT   dμ = xᵀ g,  d ln σ = dμ ⊙ ε ⊙ σ,  dx = g ŵᵀ
    /// LRT  with h = g ⊙ ε/(2√v):  dμ = xᵀ g,  dσ² = (x²)ᵀ h,  dx = g μᵀ + 2x ⊙ (h (σ²)ᵀ)
    fn backward(&mut self, dy: &Matrix, wanted: InputGradient) -> Matrix {
        let Cache { x, noise } = self.cache.as_ref().expect("backward follows forward");
        add_column_sums(&mut self.bias.gradient, dy);
        let transposed = x.transpose();
        let filled;
        let pattern = match wanted {
            InputGradient::Everywhere => {
                filled = x.filled();
                Some(&filled)
            }
            InputGradient::WhereNonZero => Some(x),
            InputGradient::Unused => None,
        };
        let dx = match noise {
            Noise::Weights { noise, weights } => {
                self.posterior.set_gradient_by_weights(product(&transposed, dy), noise);
                pattern.map(|x| sampled_product_gradient(x, dy, weights))
            }
            Noise::Outputs { by_variance } => {
                let h = dy * by_variance;
                let (d_mean, d_variance) = moments(&transposed, dy, &h);
                self.posterior.set_gradient_by_moments(d_mean, d_variance);
                let weights = (&self.posterior.mean.value, self.posterior.variance());
                pattern.map(|x| sampled_moments_gradient(x, (dy, &h), weights))
            }
        };
        dx.unwrap_or_default()
    }

    fn fixed(&self, point: &mut Point<'_>) -> Box<dyn Fixed> {
        let weights = match point {
            Point::Mean { threshold } => self.posterior.pruned_mean(*threshold),
            Point::Sample(rng) => self.posterior.sample(rng),
        };
        Box::new(FixedLinear { weights, bias: self.bias.value.clone() })
    }

    fn parameters(&self) -> Vec<(&'static str, &Parameter)> {
        vec![
            ("mean", &self.posterior.mean),
            ("log_sigma", &self.posterior.log_sigma),
            ("bias", &self.bias),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Parameter> {
        vec![&mut self.posterior.mean, &mut self.posterior.log_sigma, &mut self.bias]
    }

    fn refresh(&mut self) {
        self.posterior.refresh();
    }

    fn posterior(&self) -> Option<&Gaussian> {
        Some(&self.posterior)
    }

    fn set_estimator(&mut self, estimator: Estimator) {
        self.estimator = estimator;
    }

    fn update(&mut self, update: &Update<'_>) {
        self.posterior.update(update);
        self.bias.update(update.optimizer, update.step);
    }

    fn boxed_clone(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    /// Outputs of `n` repeated forward passes of two objects through one layer.
    fn outputs(estimator: Estimator, n: u64) -> Vec<[f64; 2]> {
        let mut rng = Rng::stream(5, Stream::Initialisation, 0);
        let mut layer = BayesLinear::new((6, 1), 0.7, -0.5, estimator, &mut rng);
        let mut x = rng.normal_matrix((2, 6));
        x[[1, 0]] = x[[0, 0]] + 2.0;
        x[[0, 0]] += 2.0;
        (0..n)
            .map(|i| {
                let mut noise = Rng::stream(5, Stream::Noise, i);
                let y = layer.forward(x.clone(), &mut noise);
                [f64::from(y[[0, 0]]), f64::from(y[[1, 0]])]
            })
            .collect()
    }

    fn covariance(pairs: &[[f64; 2]], a: usize, b: usize) -> (f64, f64) {
        let n = pairs.len() as f64;
        let mean = |i: usize| pairs.iter().map(|p| p[i]).sum::<f64>() / n;
        let (ma, mb) = (mean(a), mean(b));
        (ma, pairs.iter().map(|p| (p[a] - ma) * (p[b] - mb)).sum::<f64>() / (n - 1.0))
    }

    #[test]
    fn both_estimators_have_the_same_moments_and_only_rt_correlates_objects() {
        let n = 20_000;
        let (rt, lrt) = (outputs(Estimator::Rt, n), outputs(Estimator::Lrt, n));
        for object in 0..2 {
            let (rt_mean, rt_var) = covariance(&rt, object, object);
            let (lrt_mean, lrt_var) = covariance(&lrt, object, object);
            // Four standard errors of a difference of means, and of variances (√(2/n) each).
            let standard_error = ((rt_var + lrt_var) / n as f64).sqrt();
            assert!((rt_mean - lrt_mean).abs() < 4.0 * standard_error);
            assert!((rt_var / lrt_var - 1.0).abs() < 4.0 * 2.0 / (n as f64).sqrt());
        }
        let correlation = |pairs: &[[f64; 2]]| {
            let scale = covariance(pairs, 0, 0).1 * covariance(pairs, 1, 1).1;
            covariance(pairs, 0, 1).1 / scale.sqrt()
        };
        // Independent pairs have |r| < 4/√n with probability 0.99994.
        assert!(correlation(&lrt).abs() < 4.0 / (n as f64).sqrt());
        assert!(correlation(&rt).abs() > 0.1);
    }
}
