//! Connections: how inputs meet weights (fan_in, fan_out). Fully connected, or by convolution.
//!
//! An output row is one object of a fully-connected layer, or one position of one object of a
//! convolution. Everything else about a weight layer is the same for both.

use super::Kernel;
use crate::linalg::{
    Images, Matrix, SparseRows, Windows, combine, moments, product, sparse_product, transposed,
    window_input_gradient, window_weight_gradients,
};

/// How inputs meet weights.
pub trait Connection: Copy + Send + 'static {
    /// A batch as the products want it.
    type Input: Clone + Send;

    /// Inputs that one place of the input holds: its features, or the channels of a pixel.
    fn inputs(&self, fan_in: usize) -> usize;

    /// The same connection with so many of them.
    fn with_inputs(&self, inputs: usize) -> Self;

    /// Output rows for one object.
    fn positions(&self) -> usize;

    /// The shape of one output's weights, if it is a window on an image.
    fn kernel(&self) -> Option<Kernel>;

    /// Prepares a batch (objects, features).
    fn read(&self, x: Matrix) -> Self::Input;

    /// P W: weights (fan_in, fan_out), result (rows, fan_out).
    fn product(&self, x: &Self::Input, weights: &Matrix) -> Matrix;

    /// P W with weights of which most are zero.
    fn sparse_product(&self, x: &Self::Input, weights: &SparseRows) -> Matrix;

    /// (P M, P² V): means and variances (fan_in, fan_out), results (rows, fan_out).
    fn moments(&self, x: &Self::Input, mean: &Matrix, variance: &Matrix) -> (Matrix, Matrix);

    /// From dy (rows, fan_out): the weights' gradient (fan_in, fan_out) and the input's (objects,
    /// features), empty unless `wanted`.
    fn product_gradients(
        &self,
        x: &Self::Input,
        dy: &Matrix,
        weights: &Matrix,
        wanted: bool,
    ) -> (Matrix, Matrix);

    /// From dy and ∂y/∂v (rows, fan_out): the gradients of M and V (fan_in, fan_out) and the
    /// input's (objects, features).
    fn moments_gradients(
        &self,
        x: &Self::Input,
        dy: &Matrix,
        by_variance: &Matrix,
        weights: (&Matrix, &Matrix),
        wanted: bool,
    ) -> ((Matrix, Matrix), Matrix);
}

/// Every input meets every output.
#[derive(Clone, Copy, Debug, Default)]
pub struct FullyConnected;

impl Connection for FullyConnected {
    type Input = SparseRows;

    fn inputs(&self, fan_in: usize) -> usize {
        fan_in
    }

    fn with_inputs(&self, _inputs: usize) -> Self {
        *self
    }

    fn positions(&self) -> usize {
        1
    }

    fn kernel(&self) -> Option<Kernel> {
        None
    }

    fn read(&self, x: Matrix) -> SparseRows {
        SparseRows::nonzero(&x)
    }

    fn product(&self, x: &SparseRows, weights: &Matrix) -> Matrix {
        product(x, weights)
    }

    fn sparse_product(&self, x: &SparseRows, weights: &SparseRows) -> Matrix {
        sparse_product(x, weights)
    }

    fn moments(&self, x: &SparseRows, mean: &Matrix, variance: &Matrix) -> (Matrix, Matrix) {
        moments(x, mean, variance)
    }

    /// dW = xᵀ g,  dx = g Wᵀ
    fn product_gradients(
        &self,
        x: &SparseRows,
        dy: &Matrix,
        weights: &Matrix,
        wanted: bool,
    ) -> (Matrix, Matrix) {
        let dx = wanted.then(|| product(&SparseRows::nonzero(dy), &transposed(weights)));
        (product(&x.transpose(), dy), dx.unwrap_or_default())
    }

    /// With h = g ⊙ ∂y/∂v:  dM = xᵀ g,  dV = (x²)ᵀ h,  dx = g Mᵀ + 2x ⊙ (h Vᵀ)
    fn moments_gradients(
        &self,
        x: &SparseRows,
        dy: &Matrix,
        by_variance: &Matrix,
        (mean, variance): (&Matrix, &Matrix),
        wanted: bool,
    ) -> ((Matrix, Matrix), Matrix) {
        let h = dy * by_variance;
        let dx = wanted.then(|| {
            let mut dx = product(&SparseRows::nonzero(dy), &transposed(mean));
            let by_square = product(&SparseRows::nonzero(&h), &transposed(variance));
            x.add_product(2.0, &by_square, &mut dx);
            dx
        });
        (moments(&x.transpose(), dy, &h), dx.unwrap_or_default())
    }
}

/// Every output looks at one window of an image; all positions share the weights.
#[derive(Clone, Copy, Debug)]
pub struct Convolution(pub Windows);

/// A batch of images, both ways.
#[derive(Clone)]
pub struct ImageBatch {
    dense: Matrix,
    entries: Images,
}

impl Connection for Convolution {
    type Input = ImageBatch;

    fn inputs(&self, _fan_in: usize) -> usize {
        self.0.channels
    }

    fn with_inputs(&self, channels: usize) -> Self {
        Self(Windows { channels, ..self.0 })
    }

    fn positions(&self) -> usize {
        self.0.positions()
    }

    fn kernel(&self) -> Option<Kernel> {
        let Windows { channels, kernel, .. } = self.0;
        Some(Kernel { height: kernel, width: kernel, channels })
    }

    fn read(&self, x: Matrix) -> ImageBatch {
        ImageBatch { entries: Images::nonzero(self.0, &x), dense: x }
    }

    fn product(&self, x: &ImageBatch, weights: &Matrix) -> Matrix {
        product(&x.entries, weights)
    }

    fn sparse_product(&self, x: &ImageBatch, weights: &SparseRows) -> Matrix {
        sparse_product(&x.entries, weights)
    }

    fn moments(&self, x: &ImageBatch, mean: &Matrix, variance: &Matrix) -> (Matrix, Matrix) {
        moments(&x.entries, mean, variance)
    }

    fn product_gradients(
        &self,
        x: &ImageBatch,
        dy: &Matrix,
        weights: &Matrix,
        wanted: bool,
    ) -> (Matrix, Matrix) {
        let g = SparseRows::nonzero(dy);
        let (d_weights, _) = window_weight_gradients(self.0, &x.dense, &g, None);
        if !wanted {
            return (d_weights, Matrix::default((0, 0)));
        }
        (d_weights, window_input_gradient(self.0, &g, weights))
    }

    fn moments_gradients(
        &self,
        x: &ImageBatch,
        dy: &Matrix,
        by_variance: &Matrix,
        (mean, variance): (&Matrix, &Matrix),
        wanted: bool,
    ) -> ((Matrix, Matrix), Matrix) {
        let g = SparseRows::nonzero(dy);
        let d_weights = window_weight_gradients(self.0, &x.dense, &g, Some(by_variance));
        if !wanted {
            return (d_weights, Matrix::default((0, 0)));
        }
        let h = SparseRows::nonzero(&(dy * by_variance));
        let mut dx = window_input_gradient(self.0, &g, mean);
        let mut by_square = window_input_gradient(self.0, &h, variance);
        combine(&mut by_square, &x.dense, |s, x| *s *= 2.0 * x);
        combine(&mut dx, &by_square, |dx, s| *dx += s);
        (d_weights, dx)
    }
}
