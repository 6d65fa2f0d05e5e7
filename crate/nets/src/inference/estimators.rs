//! Two estimators of the gradient of an expectation, and everything about them in closed form.

use crate::rng::Rng;

/// What is averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// (x − k)².
    Square,
    /// exp(−kx²), k ≥ 0.
    Bump,
    /// cos(kx).
    Wave,
}

/// E f(x) with x ~ N(μ, σ²), and its derivative by μ (Mohamed, Rosca, Figurnov and Mnih, 2020).
#[derive(Clone, Copy, Debug)]
pub struct Expectation {
    /// f's shape.
    pub shape: Shape,
    /// f's k.
    pub k: f64,
    /// μ.
    pub mean: f64,
    /// σ.
    pub sigma: f64,
}

impl Expectation {
    /// f(x).
    pub fn value(&self, x: f64) -> f64 {
        match self.shape {
            Shape::Square => (x - self.k) * (x - self.k),
            Shape::Bump => libm::exp(-self.k * x * x),
            Shape::Wave => libm::cos(self.k * x),
        }
    }

    /// The pathwise (reparametrization) estimate from the draw x: f′(x).
    pub fn pathwise(&self, x: f64) -> f64 {
        match self.shape {
            Shape::Square => 2.0 * (x - self.k),
            Shape::Bump => -2.0 * self.k * x * self.value(x),
            Shape::Wave => -self.k * libm::sin(self.k * x),
        }
    }

    /// The score-function estimate from the draw x: f(x) d ln p(x)/dμ.
    pub fn score(&self, x: f64) -> f64 {
        self.value(x) * (x - self.mean) / (self.sigma * self.sigma)
    }

    /// A draw of x.
    pub fn draw(&self, rng: &mut Rng) -> f64 {
        self.mean + self.sigma * f64::from(rng.normal())
    }

    /// d/dμ E f, the mean of both estimators.
    pub fn gradient(&self) -> f64 {
        match self.shape {
            Shape::Square => 2.0 * (self.mean - self.k),
            Shape::Bump => {
                let (mass, mean, _) = self.tilted(self.k);
                -2.0 * self.k * mean * mass
            }
            Shape::Wave => -self.k * libm::sin(self.k * self.mean) * self.damping(self.k),
        }
    }

    /// The variance of one pathwise estimate.
    pub fn pathwise_variance(&self) -> f64 {
        let second = match self.shape {
            Shape::Square => return 4.0 * self.sigma * self.sigma,
            // f′² = 4k²x² exp(−2kx²)
            Shape::Bump => {
                let (mass, mean, variance) = self.tilted(2.0 * self.k);
                4.0 * self.k * self.k * mass * (mean * mean + variance)
            }
            // f′² = k² (1 − cos 2kx)/2
            Shape::Wave => {
                let twice = 2.0 * self.k;
                0.5 * self.k * self.k * (1.0 - libm::cos(twice * self.mean) * self.damping(twice))
            }
        };
        second - self.gradient() * self.gradient()
    }

    /// The variance of one score-function estimate.
    pub fn score_variance(&self) -> f64 {
        let square = self.sigma * self.sigma;
        let second = match self.shape {
            // E (a + σε)⁴ ε²/σ² with a = μ − k, less (2a)².
            Shape::Square => {
                let a = (self.mean - self.k) * (self.mean - self.k);
                return a * a / square + 14.0 * a + 15.0 * square;
            }
            // f² = exp(−2kx²)
            Shape::Bump => {
                let (mass, mean, variance) = self.tilted(2.0 * self.k);
                let away = mean - self.mean;
                mass * (variance + away * away) / (square * square)
            }
            // f² = (1 + cos 2kx)/2 and E ε² cos(2kx) = (1 − t²) e^(−t²/2) cos 2kμ, t = 2kσ.
            Shape::Wave => {
                let twice = 2.0 * self.k;
                let t = twice * self.sigma;
                let wave = libm::cos(twice * self.mean) * self.damping(twice);
                0.5 * (1.0 + (1.0 - t * t) * wave) / square
            }
        };
        second - self.gradient() * self.gradient()
    }

    /// N(μ, σ²) times exp(−cx²) is mass · N(mean, variance): (mass, mean, variance).
    fn tilted(&self, c: f64) -> (f64, f64, f64) {
        let square = self.sigma * self.sigma;
        let shrink = 1.0 / (1.0 + 2.0 * c * square);
        let mass = shrink.sqrt() * libm::exp(-c * self.mean * self.mean * shrink);
        (mass, self.mean * shrink, square * shrink)
    }

    /// E cos(k(x − μ)) = exp(−k²σ²/2).
    fn damping(&self, k: f64) -> f64 {
        libm::exp(-0.5 * k * k * self.sigma * self.sigma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    fn all() -> Vec<Expectation> {
        let shapes = [
            (Shape::Square, [-3.0, 0.0, 1.0, 2.5]),
            (Shape::Bump, [0.0, 0.3, 1.0, 4.0]),
            (Shape::Wave, [0.5, 1.0, 2.0, 5.0]),
        ];
        let mut all = Vec::new();
        for (shape, ks) in shapes {
            for k in ks {
                for (mean, sigma) in [(1.0, 1.0), (-0.4, 0.5), (0.0, 1.5)] {
                    all.push(Expectation { shape, k, mean, sigma });
                }
            }
        }
        all
    }

    /// E g(x) by the trapezoidal rule over ±12σ, which for these is exact to rounding.
    fn expected(e: &Expectation, g: impl Fn(f64) -> f64) -> f64 {
        let step = 1.0 / 256.0;
        let points = (-12 * 256..=12 * 256).map(|i| f64::from(i) * step);
        points.map(|z| g(e.mean + e.sigma * z) * (-0.5 * z * z).exp()).sum::<f64>() * step
            / std::f64::consts::TAU.sqrt()
    }

    #[test]
    fn closed_forms_are_the_integrals() {
        for e in all() {
            let near = |ours: f64, integral: f64, what: &str| {
                let error = (ours - integral).abs();
                assert!(
                    error < 1e-11 * (1.0 + integral.abs()),
                    "{what} of {e:?}: {ours}, {integral}"
                );
            };
            let gradient = e.gradient();
            near(gradient, expected(&e, |x| e.pathwise(x)), "pathwise mean");
            near(gradient, expected(&e, |x| e.score(x)), "score mean");
            let square = |g: f64| (g - gradient) * (g - gradient);
            near(
                e.pathwise_variance(),
                expected(&e, |x| square(e.pathwise(x))),
                "pathwise variance",
            );
            near(e.score_variance(), expected(&e, |x| square(e.score(x))), "score variance");
        }
    }

    #[test]
    fn draws_agree_with_the_closed_forms() {
        // Student's statistic of 50 batch means stays below 5 but for 8 in 10⁶; with 24 of them
        // for each of 36 expectations at most, a false alarm in fewer than 1 of 100 seeds.
        for (i, e) in all().iter().enumerate() {
            let mut rng = Rng::stream(1, Stream::Measures, i as u64);
            let draws: Vec<f64> = (0..20_000).map(|_| e.draw(&mut rng)).collect();
            let check = |g: &dyn Fn(f64) -> f64, exact: f64, what: &str| {
                let batches: Vec<f64> = draws
                    .chunks_exact(400)
                    .map(|b| b.iter().map(|&x| g(x)).sum::<f64>() / 400.0)
                    .collect();
                let mean = batches.iter().sum::<f64>() / 50.0;
                let variance = batches.iter().map(|b| (b - mean) * (b - mean)).sum::<f64>() / 49.0;
                let error = (variance / 50.0).sqrt();
                assert!(
                    (mean - exact).abs() <= 5.0 * error + 1e-12,
                    "{what} of {e:?}: {mean}, {exact}"
                );
            };
            let gradient = e.gradient();
            check(&|x| e.pathwise(x), gradient, "pathwise mean");
            check(&|x| e.score(x), gradient, "score mean");
            let square = |g: f64| (g - gradient) * (g - gradient);
            check(&|x| square(e.pathwise(x)), e.pathwise_variance(), "pathwise variance");
            check(&|x| square(e.score(x)), e.score_variance(), "score variance");
        }
    }

    #[test]
    fn figures_that_can_be_checked_by_hand() {
        let square = Expectation { shape: Shape::Square, k: -3.0, mean: 1.0, sigma: 1.0 };
        assert_eq!((square.gradient(), square.pathwise_variance()), (8.0, 4.0));
        assert_eq!(square.score_variance(), 256.0 + 14.0 * 16.0 + 15.0);
        // A fast wave: the pathwise variance grows as k²/2, the score function's stays ½.
        let wave = Expectation { shape: Shape::Wave, k: 10.0, mean: 1.0, sigma: 1.0 };
        assert!((wave.pathwise_variance() - 50.0).abs() < 1e-9);
        assert!((wave.score_variance() - 0.5).abs() < 1e-9);
    }
}
