//! The categorical likelihood: softmax cross-entropy in log space.

use super::Likelihood;
use crate::linalg::{Matrix, math};

/// p(y = c|x) = softmax(output)_c; targets are class numbers.
#[derive(Clone, Copy, Debug)]
pub struct Categorical;

impl Likelihood for Categorical {
    type Targets = [u8];

    /// −log softmax(output)_y, with gradient (softmax(output) − onehot(y))/objects.
    fn nll(&self, output: &Matrix, targets: &[u8]) -> (f64, Matrix) {
        assert_eq!(output.nrows(), targets.len(), "one label for each object");
        let share = 1.0 / targets.len() as f32;
        let mut gradient = output.clone();
        let mut nll = 0.0;
        for (mut row, &label) in gradient.rows_mut().into_iter().zip(targets) {
            let normaliser = math::log_sum_exp(row.as_slice().expect("row-major"));
            nll += f64::from(normaliser - row[label as usize]);
            row.mapv_inplace(|logit| math::exp(logit - normaliser) * share);
            row[label as usize] -= share;
        }
        (nll / targets.len() as f64, gradient)
    }
}

/// Class probabilities of every object, (objects, classes).
pub fn softmax(mut logits: Matrix) -> Matrix {
    for mut row in logits.rows_mut() {
        let normaliser = math::log_sum_exp(row.as_slice().expect("row-major"));
        row.mapv_inplace(|logit| math::exp(logit - normaliser));
    }
    logits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one_however_large_the_logits() {
        let p = softmax(ndarray::array![[1e4, -1e4, 0.0], [0.0, 0.0, 0.0]]);
        assert!(p.rows().into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-6));
        assert!((p[[1, 0]] - 1.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn the_gradient_is_the_finite_difference() {
        let output = ndarray::array![[0.5, -1.0, 2.0], [1.5, 0.1, -0.3]];
        let targets = [2, 0];
        let (_, gradient) = Categorical.nll(&output, &targets);
        for place in [(0, 0), (0, 2), (1, 1)] {
            let at = |h: f32| {
                let mut moved = output.clone();
                moved[place] += h;
                Categorical.nll(&moved, &targets).0
            };
            // The loss is known to 10⁻⁷, so a step of 10⁻² gives the slope to about 10⁻⁵.
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!((slope - f64::from(gradient[place])).abs() < 1e-4);
        }
    }

    #[test]
    fn what_is_not_a_number_shows() {
        assert!(Categorical.nll(&ndarray::array![[f32::NAN, 0.0]], &[1]).0.is_nan());
    }
}
