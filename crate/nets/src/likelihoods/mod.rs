//! Likelihoods: how well a network's output explains the targets.
//!
//! To add a likelihood: one file with a type that implements [`Likelihood`], and the [`Targets`] that
//! call for it.

mod bernoulli;
mod categorical;
mod gaussian;
mod targets;

pub use bernoulli::Bernoulli;
pub use categorical::{Categorical, softmax};
pub use gaussian::{FixedNoise, LearnedNoise};
pub use targets::Targets;

use crate::linalg::Matrix;

/// p(y|x, w) for a batch of outputs of the network.
pub trait Likelihood {
    /// What is predicted for the objects of a batch.
    type Targets: ?Sized;

    /// Negative log-likelihood in nats, averaged over the objects, and its gradient with
    /// respect to `output` (objects, outputs).
    fn nll(&self, output: &Matrix, targets: &Self::Targets) -> (f64, Matrix);
}
