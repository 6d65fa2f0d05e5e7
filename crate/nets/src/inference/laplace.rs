//! Laplace's approximation: the Gaussian that has a density's mode and curvature.

use super::{Cholesky, LN_TAU, LogDensity, dot, fill_normal};
use crate::error::Result;
use crate::rng::Rng;

/// N(mode, H⁻¹), H the negative Hessian of the log density at its mode (MacKay, 1992).
#[derive(Clone, Debug)]
pub struct Laplace {
    /// The mode, (d).
    pub mode: Vec<f64>,
    precision: Cholesky,
}

impl Laplace {
    /// The Gaussian around `mode` with the precision `hessian` (d, d), row by row.
    ///
    /// # Errors
    /// When the Hessian is not positive definite, so that the point is no mode.
    pub fn new(mode: Vec<f64>, hessian: Vec<f64>) -> Result<Self> {
        let precision = Cholesky::of(hessian, mode.len())?;
        Ok(Self { mode, precision })
    }

    /// ln ∫ p, given ln p at the mode: the log evidence of a model whose `ln p(data, w)` the
    /// density is (MacKay, 1992, eq. 2.5). Exact where the density is a Gaussian's.
    pub fn log_evidence(&self, log_density_at_mode: f64) -> f64 {
        let d = self.mode.len() as f64;
        log_density_at_mode + 0.5 * (d * LN_TAU - self.precision.log_determinant())
    }

    /// The variance of a linear function with gradient `jacobian` (d): of a network's output in
    /// the linearised predictive (Immer, Korzepa and Bauer, 2021).
    pub fn variance(&self, jacobian: &[f64]) -> f64 {
        let mut whitened = jacobian.to_vec();
        self.precision.forward(&mut whitened);
        dot(&whitened, &whitened)
    }

    /// One draw, (d).
    pub fn sample(&self, rng: &mut Rng) -> Vec<f64> {
        let mut draw = vec![0.0; self.mode.len()];
        fill_normal(rng, &mut draw);
        self.precision.backward(&mut draw);
        draw.iter().zip(&self.mode).map(|(away, mode)| mode + away).collect()
    }
}

/// The generalised Gauss–Newton matrix Jᵀ Λ J + diag(prior), (d, d) row by row.
///
/// `jacobian` (n, d) row by row: the outputs' gradients; `precision` (n): the likelihood's
/// curvature in each output, 1/σ² for a Gaussian; `prior` (d): the prior's precisions.
pub fn gauss_newton(jacobian: &[f64], precision: &[f64], prior: &[f64]) -> Vec<f64> {
    let d = prior.len();
    let mut matrix = vec![0.0; d * d];
    for (i, &prior) in prior.iter().enumerate() {
        matrix[i * d + i] = prior;
    }
    for (row, precision) in jacobian.chunks_exact(d).zip(precision) {
        for (line, left) in matrix.chunks_exact_mut(d).zip(row) {
            let scale = precision * left;
            for (entry, right) in line.iter_mut().zip(row) {
                *entry += scale * right;
            }
        }
    }
    matrix
}

/// The negative Hessian of any log density by central differences of its gradient, (d, d) row by
/// row, made symmetric. `step` is absolute, 10⁻⁵ for parameters of size one.
pub fn hessian(density: &impl LogDensity, at: &[f64], step: f64) -> Vec<f64> {
    let d = at.len();
    let (mut up, mut down) = (vec![0.0; d], vec![0.0; d]);
    let (mut moved, mut matrix) = (at.to_vec(), vec![0.0; d * d]);
    for i in 0..d {
        moved[i] = at[i] + step;
        density.log_density(&moved, &mut up);
        moved[i] = at[i] - step;
        density.log_density(&moved, &mut down);
        moved[i] = at[i];
        for j in 0..d {
            let half = (down[j] - up[j]) / (4.0 * step);
            matrix[i * d + j] += half;
            matrix[j * d + i] += half;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::{Adam, fill_normal};
    use crate::rng::Stream;

    /// y = x·w + noise of variance 0.3, w ~ N(0, 2): the joint ln p(y, w) with its constants.
    struct Linear {
        x: Vec<f64>,
        y: Vec<f64>,
    }

    const NOISE: f64 = 0.3;
    const PRIOR: f64 = 2.0;
    const D: usize = 3;

    impl LogDensity for Linear {
        fn dimensions(&self) -> usize {
            D
        }

        fn log_density(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
            let mut value = 0.0;
            for (slope, w) in gradient.iter_mut().zip(at) {
                *slope = -w / PRIOR;
                value -= 0.5 * (w * w / PRIOR + PRIOR.ln() + LN_TAU);
            }
            for (x, y) in self.x.chunks_exact(D).zip(&self.y) {
                let residual = y - dot(x, at);
                value -= 0.5 * (residual * residual / NOISE + NOISE.ln() + LN_TAU);
                for (slope, x) in gradient.iter_mut().zip(x) {
                    *slope += residual * x / NOISE;
                }
            }
            value
        }
    }

    fn linear() -> Linear {
        let mut rng = Rng::stream(3, Stream::Measures, 0);
        let (mut x, mut y) = (vec![0.0; 10 * D], vec![0.0; 10]);
        fill_normal(&mut rng, &mut x);
        fill_normal(&mut rng, &mut y);
        for (x, y) in x.chunks_exact(D).zip(&mut y) {
            *y = *y * NOISE.sqrt() + dot(x, &[1.0, -0.5, 2.0]);
        }
        Linear { x, y }
    }

    /// ln N(y; 0, NOISE·I + PRIOR·XXᵀ) with its own factor: nothing of Laplace's is used.
    fn exact_evidence(model: &Linear) -> f64 {
        let rows: Vec<&[f64]> = model.x.chunks_exact(D).collect();
        let n = rows.len();
        let covariance = (0..n * n)
            .map(|k| {
                PRIOR * dot(rows[k / n], rows[k % n]) + if k / n == k % n { NOISE } else { 0.0 }
            })
            .collect();
        let factor = Cholesky::of(covariance, n).expect("positive definite");
        let mut white = model.y.clone();
        factor.forward(&mut white);
        -0.5 * (dot(&white, &white) + factor.log_determinant() + n as f64 * LN_TAU)
    }

    #[test]
    fn it_is_exact_for_a_linear_model() {
        let model = linear();
        let prior = [1.0 / PRIOR; D];
        let matrix = gauss_newton(&model.x, &[1.0 / NOISE; 10], &prior);
        let factor = Cholesky::of(matrix.clone(), D).expect("positive definite");
        // The exact posterior mean solves H w = Xᵀ y / noise.
        let mut mean = vec![0.0; D];
        for (x, y) in model.x.chunks_exact(D).zip(&model.y) {
            mean.iter_mut().zip(x).for_each(|(mean, x)| *mean += x * y / NOISE);
        }
        factor.solve(&mut mean);
        let mut mode = vec![0.0; D];
        Adam::new(D).climb(&model, &mut mode, 4000, (0.1, 1e-6));
        for (mode, mean) in mode.iter().zip(&mean) {
            assert!((mode - mean).abs() < 1e-8 * mean.abs(), "{mode} against {mean}");
        }
        let mut unused = [0.0; D];
        let top = model.log_density(&mode, &mut unused);
        let laplace = Laplace::new(mode.clone(), matrix.clone()).expect("a mode");
        let (evidence, exact) = (laplace.log_evidence(top), exact_evidence(&model));
        assert!((evidence - exact).abs() < 1e-10 * exact.abs(), "{evidence} against {exact}");
        // The predictive variance against that of the Gaussian process in the same weights.
        let at = [0.3, 1.0, -2.0];
        let rows: Vec<&[f64]> = model.x.chunks_exact(D).collect();
        let covariance = (0..100)
            .map(|k| {
                PRIOR * dot(rows[k / 10], rows[k % 10]) + if k / 10 == k % 10 { NOISE } else { 0.0 }
            })
            .collect();
        let factor = Cholesky::of(covariance, 10).expect("positive definite");
        let mut cross: Vec<f64> = rows.iter().map(|row| PRIOR * dot(row, &at)).collect();
        factor.forward(&mut cross);
        let expected = PRIOR * dot(&at, &at) - dot(&cross, &cross);
        assert!((laplace.variance(&at) - expected).abs() < 1e-10 * expected);
        // The generic Hessian is the same.
        for (numeric, exact) in hessian(&model, &mode, 1e-4).iter().zip(&matrix) {
            assert!((numeric - exact).abs() < 1e-7 * exact.abs().max(1.0));
        }
    }

    #[test]
    fn draws_have_the_inverse_hessian_as_covariance() {
        let model = linear();
        let matrix = gauss_newton(&model.x, &[1.0 / NOISE; 10], &[1.0 / PRIOR; D]);
        let laplace = Laplace::new(vec![1.0, 2.0, 3.0], matrix).expect("positive definite");
        let mut rng = Rng::stream(4, Stream::Measures, 0);
        let direction = [1.0, -1.0, 0.5];
        let n = 20_000;
        let second: f64 = (0..n)
            .map(|_| {
                let away =
                    dot(&laplace.sample(&mut rng), &direction) - dot(&laplace.mode, &direction);
                away * away
            })
            .sum::<f64>()
            / f64::from(n);
        // A mean of n squares has the relative error √(2/n) = 0.01: four of them, 6 in 100,000.
        assert!((second / laplace.variance(&direction) - 1.0).abs() < 0.04, "{second}");
    }
}
