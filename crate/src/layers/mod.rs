//! Layers: differentiable maps on batches, with forward and backward side by side.
//!
//! To add a layer: one file with a type that implements [`Layer`], one line in
//! `Network::new`; the gradient checks in `tests/gradients.rs` take it from there.

mod bayes_linear;
mod dropout;
mod linear;
mod relu;

pub use bayes_linear::{BayesLinear, Estimator};
pub use dropout::Dropout;
pub use linear::Linear;
pub use relu::Relu;

use serde::{Deserialize, Serialize};

use crate::linalg::Matrix;
use crate::optimizer::Parameter;
use crate::posterior::{Gaussian, Update};
use crate::priors::Prior;
use crate::rng::Rng;

/// What one filter of a convolution sees. The layer's weights are a matrix of (height × width ×
/// channels, filters), its rows in the order (y, x, channel) with the channel fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kernel {
    /// Pixels down.
    pub height: usize,
    /// Pixels across.
    pub width: usize,
    /// Input channels.
    pub channels: usize,
}

/// Where a layer's input gradient is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputGradient {
    /// Nowhere: the layer reads the data.
    Unused,
    /// Where the input is not zero: the layer below passes nothing on elsewhere.
    WhereNonZero,
    /// Everywhere.
    Everywhere,
}

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
    /// returns the input's, (objects, fan_in); it is meaningful where `wanted` says.
    fn backward(&mut self, dy: &Matrix, wanted: InputGradient) -> Matrix;

    /// The deterministic layer at one point of the posterior.
    fn fixed(&self, point: &mut Point<'_>) -> Box<dyn Fixed>;

    /// Whether no gradient passes where the output is zero.
    fn masks_gradient(&self) -> bool {
        false
    }

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

    /// The posterior of a Bayesian layer.
    fn posterior(&self) -> Option<&Gaussian> {
        None
    }

    /// The kernel of a convolution.
    fn kernel(&self) -> Option<Kernel> {
        None
    }

    /// KL(q‖p) of the layer's weights in nats.
    fn kl(&self, prior: &dyn Prior) -> f64 {
        self.posterior().map_or(0.0, |posterior| posterior.kl(prior))
    }

    /// Chooses the gradient estimator of a Bayesian layer.
    fn set_estimator(&mut self, _estimator: Estimator) {}

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
