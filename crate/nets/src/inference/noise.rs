//! A model of noise that cannot swallow what is not known: a line for ln σ.

/// ln σ(x) = intercept + slope · x.
///
/// A free head for σ(x) explains a network's own doubt away where there are no data; a line has
/// two parameters, and what it says there it has learned elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseLine {
    /// ln σ(0).
    pub intercept: f64,
    /// d ln σ/dx.
    pub slope: f64,
}

impl NoiseLine {
    /// σ(x).
    pub fn sigma(self, x: f64) -> f64 {
        libm::exp(self.intercept + self.slope * x)
    }

    /// The line of maximum likelihood for `residuals` ~ N(0, σ(x)²), both (n): train the mean
    /// first, fit the line, and train the mean again with its weights (Harvey, 1976).
    ///
    /// Fisher's scoring in centred inputs, where his information is diagonal; a step that does
    /// not raise the likelihood is halved. The likelihood is concave, so there is one answer.
    pub fn fitted(x: &[f64], residuals: &[f64]) -> Self {
        let n = x.len() as f64;
        let centre = x.iter().sum::<f64>() / n;
        let spread: f64 = x.iter().map(|x| (x - centre) * (x - centre)).sum();
        let square = residuals.iter().map(|r| r * r).sum::<f64>() / n;
        // A perfect fit has no likeliest σ: it stays above 10⁻⁶.
        let (mut level, mut slope) = (0.5 * libm::log(square.max(1e-12)), 0.0);
        let score = |level: f64, slope: f64| {
            let (mut value, mut by_level, mut by_slope) = (0.0, 0.0, 0.0);
            for (x, r) in x.iter().zip(residuals) {
                let log_sigma = level + slope * (x - centre);
                let surplus = r * r * libm::exp(-2.0 * log_sigma);
                value -= log_sigma + 0.5 * surplus;
                by_level += surplus - 1.0;
                by_slope += (surplus - 1.0) * (x - centre);
            }
            (value, by_level, by_slope)
        };
        let mut now = score(level, slope);
        for _ in 0..100 {
            let mut by = (0.5 * now.1 / n, if spread > 0.0 { 0.5 * now.2 / spread } else { 0.0 });
            let mut next = score(level + by.0, slope + by.1);
            while next.0 < now.0 && by.0.abs() + by.1.abs() > 1e-12 {
                by = (0.5 * by.0, 0.5 * by.1);
                next = score(level + by.0, slope + by.1);
            }
            if next.0 <= now.0 {
                break;
            }
            (level, slope, now) = (level + by.0, slope + by.1, next);
        }
        Self { intercept: level - slope * centre, slope }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::fill_normal;
    use crate::rng::{Rng, Stream};

    #[test]
    fn it_finds_the_line_that_made_the_noise() {
        let n = 4000;
        let truth = NoiseLine { intercept: -2.0, slope: 0.3 };
        let x: Vec<f64> = (0..n).map(|i| 6.0 * f64::from(i) / f64::from(n)).collect();
        let mut residuals = vec![0.0; x.len()];
        fill_normal(&mut Rng::stream(1, Stream::Measures, 0), &mut residuals);
        x.iter().zip(&mut residuals).for_each(|(x, r)| *r *= truth.sigma(*x));
        let found = NoiseLine::fitted(&x, &residuals);
        // Fisher's information: 2n for the level and 2nVar(x), Var(x) = 3, for the slope; four
        // standard errors each, 6 in 100,000.
        assert!((found.slope - truth.slope).abs() < 4.0 / (6.0 * f64::from(n)).sqrt());
        let (level, expected) = (found.sigma(3.0).ln(), truth.sigma(3.0).ln());
        assert!((level - expected).abs() < 4.0 / (2.0 * f64::from(n)).sqrt());
        // At the top the score vanishes: Σ (r²/σ² − 1) (1, x) = 0.
        let surplus = x.iter().zip(&residuals).map(|(x, r)| (r / found.sigma(*x)).powi(2) - 1.0);
        let surplus: Vec<f64> = surplus.collect();
        let by_slope: f64 = surplus.iter().zip(&x).map(|(s, x)| s * x).sum();
        assert!(surplus.iter().sum::<f64>().abs() < 1e-3, "{}", surplus.iter().sum::<f64>());
        assert!(by_slope.abs() < 1e-3, "{by_slope}");
    }

    #[test]
    fn what_says_nothing_of_a_slope_gives_none() {
        let line = NoiseLine::fitted(&[2.0; 4], &[1.0, -1.0, 1.0, -1.0]);
        assert_eq!(line, NoiseLine { intercept: 0.0, slope: 0.0 });
        let perfect = NoiseLine::fitted(&[0.0, 1.0, 2.0], &[0.0; 3]);
        assert!(perfect.sigma(1.0).is_finite());
    }
}
