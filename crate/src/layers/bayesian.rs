//! Bayesian weight layers: Gaussian weights, trained with either gradient estimator.
//!
//! x  (objects, features)      μ, σ  (fan_in, fan_out)      y  (objects, positions · fan_out)
//!
//! RT   ŵ = μ + σ ⊙ ε, one ε (fan_in, fan_out) for the batch;   y = P ŵ + b
//! LRT  m = P μ + b,  v = P² σ² + 10⁻⁸;   y = m + √v ⊙ ε, one ε for each output of each object
//!
//! P is x itself in a fully-connected layer and the windows of x in a convolution. There LRT
//! draws its noise at every position as if positions were independent, the mean-field
//! approximation of Molchanov, Ashukha and Vetrov (2017, section 4.3).

use ndarray::Zip;

use super::connection::{Connection, Convolution, FullyConnected};
use super::deterministic::FixedWeights;
use super::{Fixed, InputGradient, Layer, Point, Weights};
use crate::linalg::{Matrix, add_column_sums, add_rows};
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
pub struct Bayesian<C: Connection> {
    connection: C,
    posterior: Gaussian,
    bias: Parameter,
    estimator: Estimator,
    cache: Option<Cache<C>>,
}

/// The fully-connected Bayesian layer.
pub type BayesLinear = Bayesian<FullyConnected>;

/// The Bayesian convolution.
pub type BayesConvolution = Bayesian<Convolution>;

/// What the backward pass needs of the batch.
#[derive(Clone)]
struct Cache<C: Connection> {
    x: C::Input,
    noise: Noise,
}

#[derive(Clone)]
enum Noise {
    /// The weights' ε and the ŵ it gave, both (fan_in, fan_out).
    Weights { noise: Matrix, weights: Matrix },
    /// ε/(2√v) = ∂y/∂v, (rows, fan_out).
    Outputs { by_variance: Matrix },
}

impl<C: Connection> Bayesian<C> {
    /// Means (fan_in, fan_out) drawn from N(0, `scale`²), ln σ at `log_sigma`, no bias yet.
    pub fn new(
        connection: C,
        shape: (usize, usize),
        (scale, log_sigma): (f32, f32),
        estimator: Estimator,
        rng: &mut Rng,
    ) -> Self {
        let posterior = Gaussian::new(shape, scale, log_sigma, rng);
        Self::at(connection, posterior, Matrix::zeros((1, shape.1)), estimator)
    }

    /// The layer at a given posterior and `bias` (1, fan_out).
    pub fn at(connection: C, posterior: Gaussian, bias: Matrix, estimator: Estimator) -> Self {
        Self { connection, posterior, bias: Parameter::new(bias), estimator, cache: None }
    }

    /// The forward pass with given noise ε: (fan_in, fan_out) for RT, (rows, fan_out) for LRT.
    pub fn forward_with(&mut self, x: Matrix, noise: Matrix) -> Matrix {
        let objects = x.nrows();
        let x = self.connection.read(x);
        let (mut y, noise) = match self.estimator {
            Estimator::Rt => {
                let weights = self.posterior.with_noise(&noise);
                (self.connection.product(&x, &weights), Noise::Weights { noise, weights })
            }
            Estimator::Lrt => {
                let mean = &self.posterior.mean.value;
                let (mut y, mut v) = self.connection.moments(&x, mean, self.posterior.variance());
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
        reshaped(y, objects)
    }
}

/// The same values in `rows` rows.
pub(super) fn reshaped(matrix: Matrix, rows: usize) -> Matrix {
    let columns = matrix.len() / rows.max(1);
    matrix.into_shape_with_order((rows, columns)).expect("rows divide the values")
}

impl<C: Connection> Layer for Bayesian<C> {
    fn forward(&mut self, x: Matrix, noise: &mut Rng) -> Matrix {
        let shape = match self.estimator {
            Estimator::Rt => self.posterior.mean.value.dim(),
            Estimator::Lrt => (x.nrows() * self.connection.positions(), self.bias.value.ncols()),
        };
        self.forward_with(x, noise.normal_matrix(shape))
    }

    /// RT   d ln σ = dμ ⊙ ε ⊙ σ with dμ = dŵ;   LRT   d ln σ = 2σ² ⊙ dσ²; see [`Connection`]
    fn backward(&mut self, dy: Matrix, wanted: InputGradient) -> Matrix {
        let Cache { x, noise } = self.cache.as_ref().expect("backward follows forward");
        let rows = dy.nrows() * self.connection.positions();
        let dy = reshaped(dy, rows);
        add_column_sums(&mut self.bias.gradient, &dy);
        match noise {
            Noise::Weights { noise, weights } => {
                let (d_weights, dx) = self.connection.product_gradients(x, &dy, weights, wanted);
                self.posterior.set_gradient_by_weights(d_weights, noise);
                dx
            }
            Noise::Outputs { by_variance } => {
                let weights = (&self.posterior.mean.value, self.posterior.variance());
                let ((d_mean, d_variance), dx) =
                    self.connection.moments_gradients(x, &dy, by_variance, weights, wanted);
                self.posterior.set_gradient_by_moments(d_mean, d_variance);
                dx
            }
        }
    }

    fn fixed(&self, point: &mut Point<'_>) -> Box<dyn Fixed> {
        let weights = match point {
            Point::Mean { threshold } => self.posterior.pruned_mean(*threshold),
            Point::Sample(rng) => self.posterior.sample(rng),
        };
        Box::new(FixedWeights::new(self.connection, weights, self.bias.value.clone()))
    }

    fn weights(&self) -> Option<Weights<'_>> {
        Some(Weights {
            mean: &self.posterior.mean.value,
            posterior: Some(&self.posterior),
            bias: &self.bias.value,
            kernel: self.connection.kernel(),
        })
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
    use crate::linalg::Windows;
    use crate::rng::Stream;

    /// First outputs of two objects in `n` repeated forward passes through one layer.
    fn outputs<C: Connection>(
        connection: C,
        (features, fan_in): (usize, usize),
        estimator: Estimator,
        n: u64,
    ) -> Vec<[f64; 2]> {
        let mut rng = Rng::stream(5, Stream::Initialisation, 0);
        let mut layer = Bayesian::new(connection, (fan_in, 1), (0.7, -0.5), estimator, &mut rng);
        let mut x = rng.normal_matrix((2, features));
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
        same_moments(FullyConnected, (6, 6));
        let windows = Windows { height: 3, width: 4, channels: 2, kernel: 2 };
        same_moments(Convolution(windows), (24, 8));
    }

    fn same_moments(connection: impl Connection, shape: (usize, usize)) {
        let n = 20_000;
        let outputs = |estimator| outputs(connection, shape, estimator, n);
        let (rt, lrt) = (outputs(Estimator::Rt), outputs(Estimator::Lrt));
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
