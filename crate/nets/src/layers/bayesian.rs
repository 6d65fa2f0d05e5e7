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

use super::connection::{Connection, Convolution, FullyConnected};
use super::deterministic::FixedWeights;
use super::live::Live;
use super::{Fixed, Layer, Point, Weights};
use crate::linalg::{Matrix, add_column_sums, add_rows, combine, entries, entries_mut};
use crate::optimizer::Parameter;
use crate::posterior::{self, Gaussian, Update};
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
    /// Whether pruned means are held at 0 in training too.
    clip: bool,
    /// What is left if something has retired.
    live: Option<Live>,
    cache: Option<Cache<C>>,
}

/// The fully-connected Bayesian layer.
pub type BayesLinear = Bayesian<FullyConnected>;

/// The Bayesian convolution.
pub type BayesConvolution = Bayesian<Convolution>;

/// What the backward pass needs of the batch.
#[derive(Clone)]
struct Cache<C: Connection> {
    connection: C,
    x: C::Input,
    noise: Noise,
    /// The clipped μ, if means are clipped.
    clipped: Option<Matrix>,
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
        let bias = Parameter::new(bias);
        Self { connection, posterior, bias, estimator, clip: false, live: None, cache: None }
    }

    /// Whether pruned means are held at 0 in training too, as the authors' code does
    /// (`train_clip`); their variance stays.
    pub fn clipped(self, clip: bool) -> Self {
        Self { clip, ..self }
    }

    /// Finds out what is left.
    fn look_for_retired(&mut self) {
        let fan_in = self.posterior.mean.value.nrows();
        self.live = Live::of(&self.posterior, self.connection.inputs(fan_in));
    }

    /// The posterior of what has not retired.
    fn left(&self) -> &Gaussian {
        self.live.as_ref().map_or(&self.posterior, |live| &live.posterior)
    }

    /// The forward pass with given noise ε: (fan_in, fan_out) for RT, (rows, fan_out) for LRT,
    /// of what has not retired.
    pub fn forward_with(&mut self, x: Matrix, noise: Matrix) -> Matrix {
        let objects = x.nrows();
        let (connection, x) = match &self.live {
            Some(live) => (self.connection.with_inputs(live.inputs.len()), live.narrow_inputs(&x)),
            None => (self.connection, x),
        };
        let x = connection.read(x);
        let left = self.left();
        let variance = left.variance();
        let clipped = self.clip.then(|| posterior::clipped(&left.mean.value, variance));
        let mean = clipped.as_ref().unwrap_or(&left.mean.value);
        let (mut y, noise) = match self.estimator {
            Estimator::Rt => {
                let weights = posterior::with_noise(mean, variance, &noise);
                (connection.product(&x, &weights), Noise::Weights { noise, weights })
            }
            Estimator::Lrt => {
                let (mut y, mut v) = connection.moments(&x, mean, variance);
                let outputs = entries_mut(&mut y).iter_mut().zip(entries_mut(&mut v));
                for ((y, v), e) in outputs.zip(entries(&noise)) {
                    let deviation = (*v + JITTER).sqrt();
                    *y += deviation * e;
                    *v = e / (2.0 * deviation);
                }
                (y, Noise::Outputs { by_variance: v })
            }
        };
        if let Some(live) = &self.live {
            y = live.widen_outputs(&y);
        }
        add_rows(&mut y, self.bias.value.row(0));
        self.cache = Some(Cache { connection, x, noise, clipped });
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
        let (fan_in, fan_out) = self.left().mean.value.dim();
        let rows = match self.estimator {
            Estimator::Rt => fan_in,
            Estimator::Lrt => x.nrows() * self.connection.positions(),
        };
        self.forward_with(x, noise.normal_matrix((rows, fan_out)))
    }

    /// RT   d ln σ = dμ ⊙ ε ⊙ σ with dμ = dŵ;   LRT   d ln σ = 2σ² ⊙ dσ²; see [`Connection`]
    fn backward(&mut self, dy: Matrix, wanted: bool) -> Matrix {
        let rows = dy.nrows() * self.connection.positions();
        let mut dy = reshaped(dy, rows);
        add_column_sums(&mut self.bias.gradient, &dy);
        let cache = self.cache.as_ref().expect("forward came first");
        let Cache { connection, x, noise, clipped } = cache;
        let left = self.left();
        let variance = left.variance();
        let mean = clipped.as_ref().unwrap_or(&left.mean.value);
        if let Some(live) = &self.live {
            dy = live.narrow_outputs(&dy);
        }
        let ((mut d_mean, d_log_sigma), dx) = match noise {
            Noise::Weights { noise, weights } => {
                let (d_weights, dx) = connection.product_gradients(x, &dy, weights, wanted);
                let mut d_log_sigma = d_weights.clone();
                combine(&mut d_log_sigma, noise, |d, e| *d *= e);
                combine(&mut d_log_sigma, variance, |d, v| *d *= v.sqrt());
                ((d_weights, d_log_sigma), dx)
            }
            Noise::Outputs { by_variance } => {
                let ((d_mean, mut d_variance), dx) =
                    connection.moments_gradients(x, &dy, by_variance, (mean, variance), wanted);
                combine(&mut d_variance, variance, |g, v| *g *= 2.0 * v);
                ((d_mean, d_variance), dx)
            }
        };
        if clipped.is_some() {
            combine(&mut d_mean, mean, |g, mean| *g = if mean == 0.0 { 0.0 } else { *g });
        }
        let Some(live) = &mut self.live else {
            self.posterior.mean.gradient = d_mean;
            self.posterior.log_sigma.gradient = d_log_sigma;
            return dx;
        };
        live.posterior.mean.gradient = d_mean;
        live.posterior.log_sigma.gradient = d_log_sigma;
        if wanted { live.widen_inputs(&dx) } else { dx }
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

    fn posterior_mut(&mut self) -> Option<&mut Gaussian> {
        Some(&mut self.posterior)
    }

    fn follow(&mut self, before: &Weights<'_>) {
        self.bias = Parameter::new(before.bias.clone());
        if let Some(posterior) = before.posterior {
            self.posterior.set_reference(posterior.as_prior());
        }
        self.refresh();
    }

    fn mean_gradient(&self) -> Option<&Matrix> {
        Some(&self.left().mean.gradient)
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
        self.look_for_retired();
    }

    fn retire(&mut self, unread: &[bool]) -> Option<Vec<bool>> {
        let (fan_in, fan_out) = self.posterior.mean.value.dim();
        let kept = self.posterior.kept_mask();
        let unit = |output: usize| (output..unread.len()).step_by(fan_out);
        let silent = |output: usize| {
            (!unread.is_empty() && unit(output).all(|row| unread[row]))
                || kept.column(output).iter().all(|kept| !kept)
        };
        let outputs: Vec<bool> = (0..fan_out).map(silent).collect();
        let dead = |row: usize| kept.row(row).iter().zip(&outputs).all(|(kept, out)| !kept || *out);
        let rows: Vec<bool> = (0..fan_in).map(dead).collect();
        self.posterior.retire(&rows, &outputs);
        self.look_for_retired();
        Some(rows)
    }

    fn set_estimator(&mut self, estimator: Estimator) {
        self.estimator = estimator;
    }

    fn update(&mut self, update: &Update<'_>) {
        match &mut self.live {
            None => self.posterior.update(update),
            Some(live) if live.emptied => {}
            Some(live) => {
                live.posterior.update(update);
                self.posterior.unpack(&live.posterior, &live.places);
            }
        }
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

    /// A layer in which input 1 and outputs 0 and 2 have no surviving weight, and its noise.
    fn retired<C: Connection>(connection: C, shape: (usize, usize)) -> (Bayesian<C>, Matrix) {
        let mut rng = Rng::stream(6, Stream::Initialisation, 0);
        let inputs = connection.inputs(shape.0);
        let mut layer = Bayesian::new(connection, shape, (0.7, -0.5), Estimator::Lrt, &mut rng);
        layer.bias.value = rng.normal_matrix((1, shape.1));
        for ((row, column), mean) in layer.posterior.mean.value.indexed_iter_mut() {
            if row % inputs == 1 || column == 0 || column == 2 {
                *mean = 1e-3;
            }
        }
        layer.retire(&[]);
        (layer, rng.normal_matrix((3 * connection.positions(), shape.1)))
    }

    /// The packed path does what the whole one does with the same retired weights.
    fn same_as_whole<C: Connection>(connection: C, features: usize, shape: (usize, usize)) {
        let (mut layer, noise) = retired(connection, shape);
        let live = layer.live.clone().expect("something has retired");
        let inputs = connection.inputs(shape.0);
        assert_eq!(live.outputs.len(), shape.1 - 2);
        assert_eq!(live.inputs.len(), inputs - 1);
        let mut whole = Bayesian { live: None, ..layer.clone() };
        let mut rng = Rng::stream(7, Stream::Measures, 0);
        let x = rng.normal_matrix((3, features));
        let y = layer.forward_with(x.clone(), live.narrow_outputs(&noise));
        let truth = whole.forward_with(x, noise);
        for (place, (a, b)) in y.iter().zip(&truth).enumerate() {
            // A retired output is its bias; the whole path adds √10⁻⁸ ε and rounding.
            let allowed = if [0, 2].contains(&(place % shape.1)) { 1e-3 } else { 1e-5 };
            assert!((a - b).abs() < allowed * (1.0 + b.abs()), "{a} is not {b}");
        }
        let dy = rng.normal_matrix(y.dim());
        let dx = layer.backward(dy.clone(), true);
        let truth = whole.backward(dy, true);
        for (place, (a, b)) in dx.iter().zip(&truth).enumerate() {
            // The retired outputs send back what their σ² ≈ 0 lets through: nothing to speak of.
            let truth = if place % inputs == 1 { 0.0 } else { *b };
            assert!((a - truth).abs() < 1e-3 * (1.0 + truth.abs()), "{a} is not {truth}");
        }
        let (ours, truth) = (layer.left(), &whole.posterior);
        let pairs = [(&ours.mean, &truth.mean), (&ours.log_sigma, &truth.log_sigma)];
        for (ours, truth) in pairs.map(|(a, b)| (&a.gradient, entries(&b.gradient))) {
            assert_eq!(ours.len(), live.places.len());
            for (a, &place) in ours.iter().zip(&live.places) {
                let b = truth[place as usize];
                assert!((a - b).abs() < 1e-4 * (1.0 + b.abs()), "{a} is not {b}");
            }
        }
    }

    #[test]
    fn what_has_retired_is_left_out_and_nothing_else_changes() {
        same_as_whole(FullyConnected, 9, (9, 5));
        let windows = Windows { height: 4, width: 5, channels: 3, kernel: 2 };
        same_as_whole(Convolution(windows), 60, (12, 5));
    }

    #[test]
    fn retired_weights_never_move_again() {
        let (mut layer, _) = retired(FullyConnected, (9, 5));
        let before = layer.posterior.clone();
        let mut rng = Rng::stream(7, Stream::Measures, 0);
        for number in 1..5 {
            layer.forward(rng.normal_matrix((3, 9)), &mut rng);
            layer.backward(rng.normal_matrix((3, 5)), false);
            let (optimizer, prior) = (&crate::optimizer::Adam, &crate::priors::LogUniform);
            let step = crate::optimizer::Step { number, learning_rate: 0.01 };
            layer.update(&Update { optimizer, step, prior, kl_weight: 1.0 });
        }
        for place in ndarray::indices((9, 5)) {
            let moved = layer.posterior.mean.value[place] != before.mean.value[place];
            assert_eq!(moved, !before.is_retired(place));
        }
    }

    #[test]
    fn clipped_means_are_out_of_the_data_term_and_their_variance_is_not() {
        let mut rng = Rng::stream(6, Stream::Initialisation, 0);
        let mut layer =
            BayesLinear::new(FullyConnected, (4, 3), (0.7, -0.5), Estimator::Lrt, &mut rng)
                .clipped(true);
        layer.posterior.mean.value[[1, 2]] = 0.01;
        let y = layer.forward_with(Matrix::ones((1, 4)), Matrix::zeros((1, 3)));
        let column = layer.posterior.mean.value.column(2);
        assert!((y[[0, 2]] - (column.sum() - 0.01)).abs() < 1e-6);
        layer.forward_with(Matrix::ones((1, 4)), Matrix::ones((1, 3)));
        layer.backward(Matrix::ones((1, 3)), false);
        assert_eq!(layer.posterior.mean.gradient[[1, 2]], 0.0);
        assert!(layer.posterior.mean.gradient[[0, 2]] != 0.0);
        assert!(layer.posterior.log_sigma.gradient[[1, 2]] != 0.0);
    }
}
