//! Adam in `f64`, for densities and bounds with few parameters.

use super::LogDensity;

/// Adam (Kingma and Ba, 2015), β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, going up.
#[derive(Clone, Debug)]
pub struct Adam {
    first: Vec<f64>,
    second: Vec<f64>,
    /// β₁ᵗ and β₂ᵗ.
    powers: (f64, f64),
}

impl Adam {
    /// Moments of `parameters` numbers that have not moved yet.
    pub fn new(parameters: usize) -> Self {
        Self { first: vec![0.0; parameters], second: vec![0.0; parameters], powers: (1.0, 1.0) }
    }

    /// One step of size `rate` up along `gradient`.
    pub fn ascend(&mut self, at: &mut [f64], gradient: &[f64], rate: f64) {
        let (b1, b2) = (0.9, 0.999);
        self.powers = (self.powers.0 * b1, self.powers.1 * b2);
        let (c1, c2) = (1.0 - self.powers.0, 1.0 - self.powers.1);
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((at, &slope), (first, second)) in at.iter_mut().zip(gradient).zip(moments) {
            *first = b1 * *first + (1.0 - b1) * slope;
            *second = b2 * *second + (1.0 - b2) * slope * slope;
            *at += rate * (*first / c1) / ((*second / c2).sqrt() + 1e-8);
        }
    }

    /// `steps` steps towards a mode of `density`, the rate going from `rates.0` to `rates.1` in
    /// equal factors; returns the log density before the last step.
    pub fn climb(
        &mut self,
        density: &impl LogDensity,
        at: &mut [f64],
        steps: usize,
        rates: (f64, f64),
    ) -> f64 {
        let mut gradient = vec![0.0; at.len()];
        let mut value = f64::NEG_INFINITY;
        for step in 0..steps {
            value = density.log_density(at, &mut gradient);
            self.ascend(at, &gradient, annealed(rates, step, steps));
        }
        value
    }
}

/// The rate of one of `steps` steps, going from the first to the second in equal factors.
pub fn annealed(rates: (f64, f64), step: usize, steps: usize) -> f64 {
    rates.0 * libm::pow(rates.1 / rates.0, step as f64 / steps as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::density::tests::Gaussian;

    #[test]
    fn it_climbs_to_a_gaussians_mean() {
        let gaussian = Gaussian {
            mean: vec![2.0, -1.0],
            precision: vec![3.0, 1.0, 1.0, 2.0],
            log_determinant: 5.0f64.ln(),
        };
        let mut at = vec![0.0; 2];
        let top = Adam::new(2).climb(&gaussian, &mut at, 2000, (0.1, 1e-4));
        assert!((at[0] - 2.0).abs() < 1e-6 && (at[1] + 1.0).abs() < 1e-6, "{at:?}");
        assert!((top - (0.5 * 5.0f64.ln() - std::f64::consts::TAU.ln())).abs() < 1e-9);
    }
}
