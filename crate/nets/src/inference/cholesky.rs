//! The Cholesky factor of a symmetric positive definite matrix, and what it answers.

use super::dot;
use crate::error::{Error, Result};

/// L, lower triangular with A = L Lᵀ; row by row.
#[derive(Clone, Debug)]
pub struct Cholesky {
    factor: Vec<f64>,
    size: usize,
}

impl Cholesky {
    /// Factors `matrix` (size, size), row by row; only its lower triangle is read.
    ///
    /// # Errors
    /// When the matrix is not positive definite: the sentence names the row.
    pub fn of(mut matrix: Vec<f64>, size: usize) -> Result<Self> {
        assert_eq!(matrix.len(), size * size);
        for i in 0..size {
            let (above, rest) = matrix.split_at_mut(i * size);
            let row = &mut rest[..size];
            for (j, other) in above.chunks_exact(size).enumerate() {
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            }
            let square = row[i] - dot(&row[..i], &row[..i]);
            // A NaN is not positive either.
            if square.is_nan() || square <= 0.0 {
                return Err(Error::new(format!(
                    "the matrix is not positive definite in row {i}: start from a mode, or give \
                     the prior a larger precision"
                )));
            }
            row[i] = square.sqrt();
            row[i + 1..].fill(0.0);
        }
        Ok(Self { factor: matrix, size })
    }

    /// The number of rows.
    pub fn size(&self) -> usize {
        self.size
    }

    /// ln det A.
    pub fn log_determinant(&self) -> f64 {
        2.0 * (0..self.size).map(|i| libm::log(self.factor[i * self.size + i])).sum::<f64>()
    }

    /// x ← L⁻¹ x.
    pub fn forward(&self, x: &mut [f64]) {
        for (i, row) in self.factor.chunks_exact(self.size).enumerate() {
            x[i] = (x[i] - dot(&row[..i], &x[..i])) / row[i];
        }
    }

    /// x ← L⁻ᵀ x.
    pub fn backward(&self, x: &mut [f64]) {
        for (i, row) in self.factor.chunks_exact(self.size).enumerate().rev() {
            x[i] /= row[i];
            let (before, solved) = x.split_at_mut(i);
            for (before, factor) in before.iter_mut().zip(row) {
                *before -= factor * solved[0];
            }
        }
    }

    /// x ← A⁻¹ x.
    pub fn solve(&self, x: &mut [f64]) {
        self.forward(x);
        self.backward(x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_matrix_by_hand() {
        let matrix = vec![4.0, 2.0, -2.0, 2.0, 10.0, 5.0, -2.0, 5.0, 11.0];
        let factor = Cholesky::of(matrix, 3).expect("positive definite");
        assert_eq!(factor.factor, [2.0, 0.0, 0.0, 1.0, 3.0, 0.0, -1.0, 2.0, 6.0f64.sqrt()]);
        assert!((factor.log_determinant() - 216.0f64.ln()).abs() < 1e-14);
        let mut x = [4.0 + 4.0 - 6.0, 2.0 + 20.0 + 15.0, -2.0 + 10.0 + 33.0];
        factor.solve(&mut x);
        for (x, expected) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((x - expected).abs() < 1e-14, "{x}");
        }
    }

    #[test]
    fn what_is_not_positive_definite_is_refused_by_its_row() {
        let error = Cholesky::of(vec![1.0, 2.0, 2.0, 4.0], 2).expect_err("singular").to_string();
        assert!(error.contains("row 1"), "{error}");
        assert!(Cholesky::of(vec![f64::NAN], 1).is_err());
    }
}
