//! What is to be predicted, which decides the likelihood.

use super::{Bernoulli, Categorical, LearnedNoise, Likelihood};
use crate::linalg::Matrix;

/// The targets of a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// Class numbers: [`Categorical`].
    Classes(Vec<u8>),
    /// Values, (objects, dimensions), seen through noise that is learned: [`LearnedNoise`].
    Values(Matrix),
    /// The inputs themselves, (objects, features) in [0, 1]: [`Bernoulli`].
    Inputs(Matrix),
}

impl Targets {
    /// How many objects there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Classes(labels) => labels.len(),
            Self::Values(values) | Self::Inputs(values) => values.nrows(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Mean NLL in nats an object, and its gradient with respect to `output`, see [`Likelihood`].
    pub fn nll(&self, output: &Matrix) -> (f64, Matrix) {
        match self {
            Self::Classes(labels) => Categorical.nll(output, labels),
            Self::Values(values) => LearnedNoise.nll(output, values),
            Self::Inputs(x) => Bernoulli.nll(output, x),
        }
    }
}
