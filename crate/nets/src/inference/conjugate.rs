//! A linear model with known noise: its posterior is Gaussian, and may be the prior of what comes.

use super::{Cholesky, dot};
use crate::error::Result;

/// w ~ N(mean, covariance) for y ~ N(xᵀ w, σ²).
#[derive(Clone, Debug, PartialEq)]
pub struct Conjugate {
    /// (d)
    pub mean: Vec<f64>,
    /// (d, d), row by row.
    pub covariance: Vec<f64>,
}

impl Conjugate {
    /// N(0, `variance`) for each of `d` weights.
    pub fn prior(d: usize, variance: f64) -> Self {
        let mut covariance = vec![0.0; d * d];
        covariance.iter_mut().step_by(d + 1).for_each(|diagonal| *diagonal = variance);
        Self { mean: vec![0.0; d], covariance }
    }

    /// The posterior under this prior, given the targets `y` (n) at the inputs `x` (n, d) with noise
    /// of standard deviation `sigma` (Bishop, 2006, eq. 3.50 and 3.51).
    ///
    /// # Errors
    /// When a covariance is not positive definite.
    pub fn given(&self, x: &[f64], y: &[f64], sigma: f64) -> Result<Self> {
        let d = self.mean.len();
        assert_eq!(x.len(), y.len() * d, "inputs are (n, d)");
        let mut precision = inverse(self.covariance.clone(), d)?;
        let mut shift: Vec<f64> =
            precision.chunks_exact(d).map(|row| dot(row, &self.mean)).collect();
        for (x, y) in x.chunks_exact(d).zip(y) {
            for (i, a) in x.iter().enumerate() {
                let scaled = a / (sigma * sigma);
                shift[i] += scaled * y;
                let row = &mut precision[i * d..][..d];
                row.iter_mut().zip(x).for_each(|(entry, b)| *entry += scaled * b);
            }
        }
        let covariance = inverse(precision, d)?;
        let mean = covariance.chunks_exact(d).map(|row| dot(row, &shift)).collect();
        Ok(Self { mean, covariance })
    }
}

fn inverse(matrix: Vec<f64>, size: usize) -> Result<Vec<f64>> {
    let factor = Cholesky::of(matrix, size)?;
    let mut inverse = vec![0.0; size * size];
    for (i, row) in inverse.chunks_exact_mut(size).enumerate() {
        row[i] = 1.0;
        factor.solve(row);
    }
    Ok(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::fill_normal;
    use crate::priors::{Earlier, Normal};
    use crate::rng::{Rng, Stream};

    const D: usize = 4;

    /// Inputs (n, 4) and targets (n).
    fn objects(n: usize) -> (Vec<f64>, Vec<f64>) {
        let mut rng = Rng::stream(9, Stream::Points, 0);
        let (mut x, mut y) = (vec![0.0; n * D], vec![0.0; n]);
        fill_normal(&mut rng, &mut x);
        fill_normal(&mut rng, &mut y);
        x.chunks_exact(D).zip(&mut y).for_each(|(x, y)| *y = 0.3 * *y + x[0] - 2.0 * x[2]);
        (x, y)
    }

    fn near(a: &[f64], b: &[f64], tolerance: f64) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < tolerance)
    }

    #[test]
    fn a_posterior_that_becomes_the_prior_part_by_part_is_that_of_all() {
        let (x, y) = objects(50);
        let all = Conjugate::prior(D, 1.0).given(&x, &y, 0.3).unwrap();
        let mut parts = Conjugate::prior(D, 1.0);
        for part in 0..5 {
            let (x, y) = (&x[part * 10 * D..][..10 * D], &y[part * 10..][..10]);
            parts = parts.given(x, y, 0.3).unwrap();
        }
        assert!(near(&parts.mean, &all.mean, 1e-6));
        assert!(near(&parts.covariance, &all.covariance, 1e-6));
        assert!((all.mean[2] + 2.0).abs() < 0.2, "and it has learned: {:?}", all.mean);
    }

    /// Where inputs do not mix, the mean field is exact too: the minimum of NLL + KL to an earlier
    /// posterior is the conjugate one, in the arithmetic that trains networks.
    #[test]
    fn the_bound_under_an_earlier_posterior_is_best_at_the_conjugate_one() {
        let x: Vec<f64> =
            (0..40).flat_map(|i| (0..D).map(move |j| f64::from(i % D == j))).collect();
        let y = objects(40).1;
        let first = Conjugate::prior(D, 1.0).given(&x[..20 * D], &y[..20], 0.3).unwrap();
        let second = first.given(&x[20 * D..], &y[20..], 0.3).unwrap();
        let all = Conjugate::prior(D, 1.0).given(&x, &y, 0.3).unwrap();
        assert!(near(&second.mean, &all.mean, 1e-6));
        let moments = |q: &Conjugate| {
            let mean = q.mean.iter().map(|&m| m as f32).collect();
            let log_sigma = (0..D).map(|i| 0.5 * libm::log(q.covariance[i * (D + 1)]) as f32);
            let matrix = |values| crate::linalg::Matrix::from_shape_vec((1, D), values).unwrap();
            (matrix(mean), matrix(log_sigma.collect()))
        };
        let (mean, log_sigma) = moments(&first);
        let mut q = crate::posterior::Gaussian::from_parameters(
            crate::optimizer::Parameter::new(mean.clone()),
            crate::optimizer::Parameter::new(log_sigma.clone()),
        );
        q.set_reference(crate::priors::Reference::Earlier(Earlier::new(mean, log_sigma).into()));
        // The expected NLL of weight j and its slopes: 10 objects see it in either part.
        for number in 1..=6000 {
            for j in 0..D {
                let (m, v) = (q.mean.value[[0, j]], q.variance()[[0, j]]);
                let own = (20..40).filter(|i| i % D == j);
                let residuals: f64 = own.clone().map(|i| f64::from(m) - y[i]).sum();
                q.mean.gradient[[0, j]] = (residuals / 0.09) as f32;
                q.log_sigma.gradient[[0, j]] = (own.count() as f64 * f64::from(v) / 0.09) as f32;
            }
            // Steps fall to nothing, so that Adam comes to rest.
            let learning_rate = 0.03 * (1.0 - number as f32 / 6001.0);
            let step = crate::optimizer::Step { number, learning_rate };
            let (optimizer, prior) = (&crate::optimizer::Adam, &Normal::STANDARD);
            q.update(&crate::posterior::Update { optimizer, step, prior, kl_weight: 1.0 });
        }
        let (mean, log_sigma) = moments(&all);
        for j in 0..D {
            let (m, s) = (q.mean.value[[0, j]], q.log_sigma.value[[0, j]]);
            assert!((m - mean[[0, j]]).abs() < 1e-5, "{m} is not {}", mean[[0, j]]);
            assert!((s - log_sigma[[0, j]]).abs() < 1e-5, "{s} is not {}", log_sigma[[0, j]]);
        }
    }
}
