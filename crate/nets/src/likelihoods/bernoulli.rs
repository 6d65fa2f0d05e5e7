//! The Bernoulli likelihood of soft pixels.

use super::Likelihood;
use crate::linalg::{Matrix, combine, math};

/// y ~ Bernoulli(s(output)) for each dimension, with s the logistic function; targets in [0, 1] may
/// be anything between. Outputs and targets are (objects, dimensions).
#[derive(Clone, Copy, Debug)]
pub struct Bernoulli;

impl Likelihood for Bernoulli {
    type Targets = Matrix;

    /// ln(1 + exp output) − y·output, summed over the dimensions; gradient (s(output) − y)/objects.
    fn nll(&self, output: &Matrix, targets: &Matrix) -> (f64, Matrix) {
        let share = 1.0 / output.nrows() as f32;
        let pairs = output.iter().zip(targets);
        let total: f64 = pairs.map(|(&o, &y)| f64::from(math::softplus(o) - y * o)).sum();
        let mut gradient = output.clone();
        combine(&mut gradient, targets, |o, y| *o = (math::sigmoid(*o) - y) * share);
        (total * f64::from(share), gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_finite_difference_and_the_best_output_is_the_target() {
        let (output, targets) =
            (ndarray::array![[0.5, -2.0], [3.0, 0.0]], ndarray::array![[1.0, 0.0], [0.25, 0.5]]);
        let (_, gradient) = Bernoulli.nll(&output, &targets);
        for place in ndarray::indices(output.dim()) {
            let at = |h: f32| {
                let mut moved = output.clone();
                moved[place] += h;
                Bernoulli.nll(&moved, &targets).0
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!((slope - f64::from(gradient[place])).abs() < 1e-4);
        }
        assert_eq!(gradient[[1, 1]], 0.0);
        // Of two objects of two dimensions at 0: 2 ln 2 for each.
        let (nll, _) = Bernoulli.nll(&Matrix::zeros((2, 2)), &targets);
        assert!((nll - 2.0 * std::f64::consts::LN_2).abs() < 1e-6);
    }
}
