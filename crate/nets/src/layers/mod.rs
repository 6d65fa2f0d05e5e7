//! Layers: differentiable maps on batches, with forward and backward side by side.
//!
//! To add a layer: one file with a type that implements [`Layer`], one line in
//! `Network::new`; the gradient checks in `tests/gradients.rs` take it from there.

mod batch_norm;
mod bayesian;
mod connection;
mod dropout;
mod live;
mod max_pool;
mod pruning;
mod relu;
mod deterministic;

pub use batch_norm::BatchNorm;
pub use bayesian::{BayesConvolution, BayesLinear, Bayesian, Estimator};
pub use connection::{Connection, Convolution, FullyConnected};
pub use deterministic::{Deterministic, DeterministicConvolution, Linear};
pub use dropout::Dropout;
pub use max_pool::MaxPool;
pub use relu::Relu;

use serde::{Deserialize, Serialize};

use crate::linalg::Matrix;
use crate::optimizer::Parameter;
use crate::posterior::{Gaussian, Update};
use crate::priors::Prior;
use crate::rng::Rng;

/// Which deterministic layer stands for a random one.
pub enum Point<'a> {
    /// The mean, with weights of ln α above the threshold set to zero (infinity: none).
    Mean {
        /// The pruning threshold.
        threshold: f32,
    },
    /// One draw from the posterior.
    Sample(&'a mut Rng),
}

/// One weight layer to look at.
pub struct Weights<'a> {
    /// μ, or the weights themselves, (fan_in, fan_out).
    pub mean: &'a Matrix,
    /// The posterior of Bayesian weights.
    pub posterior: Option<&'a Gaussian>,
    /// The bias, (1, fan_out).
    pub bias: &'a Matrix,
    /// What the rows stand for, if the layer is a convolution.
    pub kernel: Option<Kernel>,
}

/// A convolution's window: its weights' rows are (height, width, channels), channels fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kernel {
    /// Pixels down.
    pub height: usize,
    /// Pixels across.
    pub width: usize,
    /// Values a pixel.
    pub channels: usize,
}

impl Weights<'_> {
    /// How many weights there are.
    pub fn total(&self) -> usize {
        self.mean.len()
    }

    /// How many weights have ln α ≤ `threshold`; point estimates: how many are not zero.
    pub fn kept(&self, threshold: f32) -> usize {
        match self.posterior {
            Some(posterior) => posterior.kept(threshold),
            None => self.mean.iter().filter(|&&weight| weight != 0.0).count(),
        }
    }
}

/// A layer without randomness: it only predicts.
pub trait Fixed {
    /// Maps a batch, (objects, fan_in) to (objects, fan_out).
    fn predict(&self, x: Matrix) -> Matrix;
}

/// A differentiable map on batches that can be trained.
pub trait Layer: Send {
    /// Maps a training batch, (objects, fan_in) to (objects, fan_out), with fresh noise, and
    /// keeps what [`backward`](Self::backward) needs.
    fn forward(&mut self, x: Matrix, noise: &mut Rng) -> Matrix;

    /// From the output's gradient (objects, fan_out), sets the parameters' gradients and
    /// returns the input's, (objects, fan_in), if it is `wanted`.
    fn backward(&mut self, dy: Matrix, wanted: bool) -> Matrix;

    /// The deterministic layer at one point of the posterior.
    fn fixed(&self, point: &mut Point<'_>) -> Box<dyn Fixed>;

    /// The parameters with their names.
    fn parameters(&self) -> Vec<(&'static str, &Parameter)> {
        Vec::new()
    }

    /// The parameters, in the same order.
    fn parameters_mut(&mut self) -> Vec<&mut Parameter> {
        Vec::new()
    }

    /// Called after parameters were written from outside.
    fn refresh(&mut self) {}

    /// The weights, if it has some.
    fn weights(&self) -> Option<Weights<'_>> {
        None
    }

    /// The posterior of a Bayesian layer.
    fn posterior(&self) -> Option<&Gaussian> {
        self.weights().and_then(|weights| weights.posterior)
    }

    /// dL/dμ of Bayesian weights, of those that have not retired.
    fn mean_gradient(&self) -> Option<&Matrix> {
        None
    }

    /// KL(q‖p) of the layer's weights in nats.
    fn kl(&self, prior: &dyn Prior) -> f64 {
        self.posterior().map_or(0.0, |posterior| posterior.kl(prior))
    }

    /// The same, to put its prior elsewhere; then [`refresh`](Self::refresh).
    fn posterior_mut(&mut self) -> Option<&mut Gaussian> {
        None
    }

    /// Takes over from the layer that stood here before: its posterior is the prior now, and its
    /// bias goes on. Point estimates have nothing to hand over.
    fn follow(&mut self, _before: &Weights<'_>) {}

    /// Chooses the gradient estimator of a Bayesian layer.
    fn set_estimator(&mut self, _estimator: Estimator) {}

    /// Retires for good what does nothing but make noise: inputs and outputs without a weight of
    /// ln α ≤ [`PRUNED`](crate::posterior::PRUNED), and the outputs that feed only retired inputs
    /// (`unread`, rows of the layer above); returns which rows have retired.
    fn retire(&mut self, _unread: &[bool]) -> Option<Vec<bool>> {
        None
    }

    /// Sets the smallest point estimates to zero, the share `sparsity` of the layer's weights;
    /// Bayesian weights have their own way to go.
    fn prune(&mut self, _sparsity: f32) {}

    /// Moves the parameters by one step.
    fn update(&mut self, update: &Update<'_>) {
        for parameter in self.parameters_mut() {
            parameter.update(update.optimizer, update.step);
        }
    }

    /// A copy of the layer.
    fn boxed_clone(&self) -> Box<dyn Layer>;
}

impl Clone for Box<dyn Layer> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
