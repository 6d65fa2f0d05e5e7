//! The deterministic linear layer, y = x W + b.

use super::pruning::{mask_gradient, prune};
use super::{Fixed, InputGradient, Layer, Point};
use crate::linalg::{
    Matrix, SparseRows, add_column_sums, add_rows, product, sampled_product_gradient,
};
use crate::optimizer::Parameter;
use crate::rng::Rng;

/// Point estimates of weights (fan_in, fan_out), zero where pruned, and a bias (1, fan_out).
#[derive(Clone)]
pub struct Linear {
    weights: Parameter,
    bias: Parameter,
    /// The batch's input, kept for the backward pass.
    x: Option<SparseRows>,
}

impl Linear {
    /// Weights drawn from N(0, `scale`²), no bias yet.
    pub fn new(fan_in: usize, fan_out: usize, scale: f32, rng: &mut Rng) -> Self {
        let weights = rng.normal_matrix((fan_in, fan_out)) * scale;
        Self::at(weights, Matrix::zeros((1, fan_out)))
    }

    /// The layer with the given `weights` (fan_in, fan_out) and `bias` (1, fan_out).
    pub fn at(weights: Matrix, bias: Matrix) -> Self {
        Self { weights: Parameter::new(weights), bias: Parameter::new(bias), x: None }
    }
}

impl Layer for Linear {
    fn forward(&mut self, x: Matrix, _noise: &mut Rng) -> Matrix {
        let x = self.x.insert(SparseRows::nonzero(&x));
        let mut y = product(x, &self.weights.value);
        add_rows(&mut y, self.bias.value.row(0));
        y
    }

    fn backward(&mut self, dy: &Matrix, wanted: InputGradient) -> Matrix {
        let x = self.x.as_ref().expect("backward follows forward");
        self.weights.gradient = product(&x.transpose(), dy);
        mask_gradient(&mut self.weights);
        add_column_sums(&mut self.bias.gradient, dy);
        match wanted {
            InputGradient::Unused => Matrix::zeros((0, 0)),
            InputGradient::WhereNonZero => sampled_product_gradient(x, dy, &self.weights.value),
            InputGradient::Everywhere => {
                sampled_product_gradient(&x.filled(), dy, &self.weights.value)
            }
        }
    }

    fn fixed(&self, _point: &mut Point<'_>) -> Box<dyn Fixed> {
        Box::new(FixedLinear { weights: self.weights.value.clone(), bias: self.bias.value.clone() })
    }

    fn parameters(&self) -> Vec<(&'static str, &Parameter)> {
        vec![("weight", &self.weights), ("bias", &self.bias)]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Parameter> {
        vec![&mut self.weights, &mut self.bias]
    }

    fn prune(&mut self, sparsity: f32) {
        prune(&mut self.weights, sparsity);
    }

    fn boxed_clone(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

/// y = x W + b, and nothing else.
pub(super) struct FixedLinear {
    pub(super) weights: Matrix,
    pub(super) bias: Matrix,
}

impl Fixed for FixedLinear {
    fn predict(&self, x: Matrix) -> Matrix {
        let mut y = product(&SparseRows::nonzero(&x), &self.weights);
        add_rows(&mut y, self.bias.row(0));
        y
    }
}
