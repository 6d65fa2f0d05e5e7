//! Gaussian likelihoods for regression, with known or learned noise.

use super::Likelihood;
use crate::linalg::{Matrix, math};

/// ½ ln 2π, the constant of a Gaussian's negative log density.
const HALF_LN_TAU: f32 = 0.918_938_5;

/// y ~ N(output, σ²) with one known σ; outputs and targets are (objects, dimensions).
#[derive(Clone, Copy, Debug)]
pub struct FixedNoise {
    /// The noise's standard deviation.
    pub sigma: f32,
}

impl Likelihood for FixedNoise {
    type Targets = Matrix;

    /// (y − ŷ)²/(2σ²) + ln σ + ½ ln 2π, summed over the dimensions.
    fn nll(&self, output: &Matrix, targets: &Matrix) -> (f64, Matrix) {
        let objects = output.nrows() as f32;
        let precision = 1.0 / (self.sigma * self.sigma);
        let residual = output - targets;
        let constant = math::ln(self.sigma) + HALF_LN_TAU;
        let total: f64 =
            residual.iter().map(|r| f64::from(0.5 * r * r * precision + constant)).sum();
        (total / f64::from(objects), residual * (precision / objects))
    }
}

/// y ~ N(ŷ, σ̂²), both predicted: outputs are (objects, 2 · dimensions), all ŷ and then all ln σ̂;
/// targets (objects, dimensions).
///
/// The noise may differ from place to place: the aleatoric uncertainty of regression.
#[derive(Clone, Copy, Debug)]
pub struct LearnedNoise;

impl Likelihood for LearnedNoise {
    type Targets = Matrix;

    /// (y − ŷ)²/(2σ̂²) + ln σ̂ + ½ ln 2π, summed over the dimensions. (A slide of the lecture prints it without the square.)
    fn nll(&self, output: &Matrix, targets: &Matrix) -> (f64, Matrix) {
        let share = 1.0 / output.nrows() as f32;
        let mut gradient = Matrix::zeros(output.dim());
        let mut total = 0.0;
        let dimensions = targets.ncols();
        assert_eq!(output.ncols(), 2 * dimensions, "ŷ and ln σ̂ of every dimension");
        for ((i, j), target) in targets.indexed_iter() {
            let (residual, log_sigma) = (output[[i, j]] - target, output[[i, dimensions + j]]);
            let precision = math::exp(-2.0 * log_sigma);
            total += f64::from(0.5 * residual * residual * precision + log_sigma + HALF_LN_TAU);
            gradient[[i, j]] = residual * precision * share;
            gradient[[i, dimensions + j]] = (1.0 - residual * residual * precision) * share;
        }
        (total * f64::from(share), gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_gradient<L: Likelihood<Targets = Matrix>>(
        likelihood: &L,
        output: &Matrix,
        targets: &Matrix,
    ) {
        let (_, gradient) = likelihood.nll(output, targets);
        for place in ndarray::indices(output.dim()) {
            let at = |h: f32| {
                let mut moved = output.clone();
                moved[place] += h;
                likelihood.nll(&moved, targets).0
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            // f32 rounding over the step, and the cubic error of a central difference.
            assert!((slope - f64::from(gradient[place])).abs() < 1e-3 * (1.0 + slope.abs()));
        }
    }

    #[test]
    fn gradients_are_finite_differences() {
        let targets = ndarray::array![[0.3], [-1.2]];
        assert_gradient(&FixedNoise { sigma: 0.7 }, &ndarray::array![[1.0], [0.4]], &targets);
        assert_gradient(&LearnedNoise, &ndarray::array![[1.0, 0.3], [0.4, -0.5]], &targets);
        let two = ndarray::array![[0.3, 1.0], [-1.2, 0.5]];
        let output = ndarray::array![[1.0, 0.2, 0.3, -0.4], [0.4, 1.5, -0.5, 0.1]];
        assert_gradient(&LearnedNoise, &output, &two);
    }

    #[test]
    fn the_best_noise_is_the_size_of_the_residual() {
        let nll = |log_sigma: f32| {
            LearnedNoise.nll(&ndarray::array![[2.0, log_sigma]], &ndarray::array![[0.0]]).0
        };
        let best = math::ln(2.0);
        assert!(nll(best) < nll(best + 0.2) && nll(best) < nll(best - 0.2));
    }
}
