//! What inference needs to know of a distribution: its log density and the gradient.

/// A distribution on ℝᵈ, known by its log density up to a constant or exactly.
pub trait LogDensity {
    /// d.
    fn dimensions(&self) -> usize;

    /// ln p(at) in nats; its gradient is written to `gradient`. Both have length d.
    ///
    /// Laplace's evidence needs the density with its constant; nothing else here does.
    fn log_density(&self, at: &[f64], gradient: &mut [f64]) -> f64;
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::inference::{LN_TAU, dot};

    /// N(mean, precision⁻¹), the precision row by row, with ln det of the precision.
    pub struct Gaussian {
        pub mean: Vec<f64>,
        pub precision: Vec<f64>,
        pub log_determinant: f64,
    }

    impl LogDensity for Gaussian {
        fn dimensions(&self) -> usize {
            self.mean.len()
        }

        fn log_density(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
            let away: Vec<f64> = at.iter().zip(&self.mean).map(|(x, m)| x - m).collect();
            for (slope, row) in gradient.iter_mut().zip(self.precision.chunks_exact(at.len())) {
                *slope = -dot(row, &away);
            }
            0.5 * (dot(&away, gradient) + self.log_determinant - at.len() as f64 * LN_TAU)
        }
    }

    /// Asserts that a density's gradient is that of its values, by central differences.
    pub fn assert_gradient(density: &impl LogDensity, at: &[f64], tolerance: f64) {
        let mut gradient = vec![0.0; at.len()];
        density.log_density(at, &mut gradient);
        let mut unused = vec![0.0; at.len()];
        for i in 0..at.len() {
            let mut moved = at.to_vec();
            let mut value = |by: f64| {
                moved[i] = at[i] + by;
                density.log_density(&moved, &mut unused)
            };
            let slope = (value(1e-5) - value(-1e-5)) / 2e-5;
            let error = (slope - gradient[i]).abs();
            assert!(
                error <= tolerance * (1.0 + slope.abs()),
                "{i}: {slope} against {}",
                gradient[i]
            );
        }
    }
}
