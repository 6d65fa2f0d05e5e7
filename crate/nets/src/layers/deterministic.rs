//! Weight layers of point estimates, y = P W + b, fully connected or by convolution.

use super::bayesian::reshaped;
use super::connection::{Connection, Convolution, FullyConnected};
use super::pruning::{mask_gradient, prune};
use super::{Fixed, Layer, Point, Weights};
use crate::linalg::{Matrix, SparseRows, add_column_sums, add_rows};
use crate::optimizer::Parameter;
use crate::rng::Rng;

/// Point estimates of weights (fan_in, fan_out), zero where pruned, and a bias (1, fan_out).
#[derive(Clone)]
pub struct Deterministic<C: Connection> {
    connection: C,
    weights: Parameter,
    bias: Parameter,
    /// The batch's input, kept for the backward pass.
    x: Option<C::Input>,
}

/// The fully-connected layer.
pub type Linear = Deterministic<FullyConnected>;

/// The convolution.
pub type DeterministicConvolution = Deterministic<Convolution>;

impl<C: Connection> Deterministic<C> {
    /// Weights (fan_in, fan_out) drawn from N(0, `scale`²), no bias yet.
    pub fn new(connection: C, shape: (usize, usize), scale: f32, rng: &mut Rng) -> Self {
        Self::at(connection, rng.normal_matrix(shape) * scale, Matrix::zeros((1, shape.1)))
    }

    /// The layer with the given `weights` (fan_in, fan_out) and `bias` (1, fan_out).
    pub fn at(connection: C, weights: Matrix, bias: Matrix) -> Self {
        let (weights, bias) = (Parameter::new(weights), Parameter::new(bias));
        Self { connection, weights, bias, x: None }
    }
}

impl<C: Connection> Layer for Deterministic<C> {
    fn forward(&mut self, x: Matrix, _noise: &mut Rng) -> Matrix {
        let objects = x.nrows();
        let x = self.x.insert(self.connection.read(x));
        let mut y = self.connection.product(x, &self.weights.value);
        add_rows(&mut y, self.bias.value.row(0));
        reshaped(y, objects)
    }

    fn backward(&mut self, dy: Matrix, wanted: bool) -> Matrix {
        let x = self.x.as_ref().expect("backward follows forward");
        let rows = dy.nrows() * self.connection.positions();
        let dy = reshaped(dy, rows);
        add_column_sums(&mut self.bias.gradient, &dy);
        let (d_weights, dx) =
            self.connection.product_gradients(x, &dy, &self.weights.value, wanted);
        self.weights.gradient = d_weights;
        mask_gradient(&mut self.weights);
        dx
    }

    fn fixed(&self, _point: &mut Point<'_>) -> Box<dyn Fixed> {
        let (weights, bias) = (self.weights.value.clone(), self.bias.value.clone());
        Box::new(FixedWeights::new(self.connection, weights, bias))
    }

    fn weights(&self) -> Option<Weights<'_>> {
        Some(Weights {
            mean: &self.weights.value,
            posterior: None,
            bias: &self.bias.value,
            kernel: self.connection.kernel(),
        })
    }

    fn prune(&mut self, sparsity: f32) {
        prune(&mut self.weights, sparsity);
    }

    fn parameters(&self) -> Vec<(&'static str, &Parameter)> {
        vec![("weight", &self.weights), ("bias", &self.bias)]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Parameter> {
        vec![&mut self.weights, &mut self.bias]
    }

    fn boxed_clone(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

/// y = P W + b, and nothing else.
pub struct FixedWeights<C: Connection> {
    connection: C,
    weights: Stored,
    bias: Matrix,
}

/// Weights in the form that multiplies faster; both give the same outputs.
enum Stored {
    Dense(Matrix),
    Sparse(SparseRows),
}

/// The share of weights below which skipping zeros beats whole vectors (measured, `bench`'s F
/// works).
const SPARSE_BELOW: f32 = 0.15;

impl<C: Connection> FixedWeights<C> {
    /// The map with the given `weights` (fan_in, fan_out) and `bias` (1, fan_out).
    pub fn new(connection: C, weights: Matrix, bias: Matrix) -> Self {
        let kept = weights.iter().filter(|&&w| w != 0.0).count() as f32;
        let weights = if kept < SPARSE_BELOW * weights.len() as f32 {
            Stored::Sparse(SparseRows::nonzero(&weights))
        } else {
            Stored::Dense(weights)
        };
        Self { connection, weights, bias }
    }
}

impl<C: Connection> Fixed for FixedWeights<C> {
    fn predict(&self, x: Matrix) -> Matrix {
        let objects = x.nrows();
        let x = self.connection.read(x);
        let mut y = match &self.weights {
            Stored::Dense(weights) => self.connection.product(&x, weights),
            Stored::Sparse(weights) => self.connection.sparse_product(&x, weights),
        };
        add_rows(&mut y, self.bias.row(0));
        reshaped(y, objects)
    }
}
