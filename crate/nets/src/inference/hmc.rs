//! Hamiltonian Monte Carlo: draws from a density itself, by trajectories through it.

use super::{LogDensity, dot, fill_normal};
use crate::rng::Rng;

/// Hamiltonian Monte Carlo (Neal, 2011) with a fixed number of leapfrog steps.
///
/// Every coordinate has a scale sᵢ, its prior's standard deviation say: the masses are 1/sᵢ²
/// (Neal, section 5.4.2.4), as if the coordinates were divided by them.
///
/// While it warms up, the step size follows dual averaging (Hoffman and Gelman, 2014, eq. 6)
/// towards an acceptance of 0.8; afterwards it stays. Steps vary by ±20 % from draw to draw, so
/// that no trajectory has the period of an orbit.
#[derive(Clone, Debug)]
pub struct Hmc {
    at: Vec<f64>,
    gradient: Vec<f64>,
    log_density: f64,
    scales: Vec<f64>,
    leapfrogs: usize,
    step: DualAveraging,
    warm_up: usize,
    drawn: usize,
    accepted: f64,
    rng: Rng,
}

impl Hmc {
    /// A chain at `start` (d) whose first `warm_up` draws adapt the step size, which begins as
    /// `step` of the coordinates' `scales` (d). Every draw takes `leapfrogs` gradients.
    pub fn new(
        density: &impl LogDensity,
        start: Vec<f64>,
        scales: Vec<f64>,
        step: f64,
        leapfrogs: usize,
        warm_up: usize,
        rng: Rng,
    ) -> Self {
        let mut gradient = vec![0.0; start.len()];
        let log_density = density.log_density(&start, &mut gradient);
        let step = DualAveraging::new(step);
        Self {
            at: start,
            gradient,
            log_density,
            scales,
            leapfrogs,
            step,
            warm_up,
            drawn: 0,
            accepted: 0.0,
            rng,
        }
    }

    /// Goes on by `draws` and returns the state after each, (draws, d) row by row, those of the
    /// warm-up among them. Slices of any sizes give the same chain.
    pub fn advance(&mut self, density: &impl LogDensity, draws: usize) -> Vec<f64> {
        let mut states = Vec::with_capacity(draws * self.at.len());
        for _ in 0..draws {
            self.draw(density);
            states.extend_from_slice(&self.at);
        }
        states
    }

    /// Whether the next draw still adapts the step size, and so is not one of the posterior's.
    pub fn warming_up(&self) -> bool {
        self.drawn < self.warm_up
    }

    /// Draws so far, those of the warm-up among them.
    pub fn drawn(&self) -> usize {
        self.drawn
    }

    /// Mean probability of acceptance after the warm-up; NaN before.
    pub fn acceptance(&self) -> f64 {
        self.accepted / self.drawn.saturating_sub(self.warm_up) as f64
    }

    /// The step size of the next draw, before its ±20 %.
    pub fn step_size(&self) -> f64 {
        if self.warming_up() { self.step.exploring() } else { self.step.settled() }
    }

    /// ln p of the present state, up to the density's constant.
    pub fn log_density(&self) -> f64 {
        self.log_density
    }

    fn draw(&mut self, density: &impl LogDensity) {
        let mut momentum = vec![0.0; self.at.len()];
        fill_normal(&mut self.rng, &mut momentum);
        let step = self.step_size() * (0.8 + 0.4 * f64::from(self.rng.uniform()));
        let before = self.log_density - 0.5 * dot(&momentum, &momentum);
        let (mut at, mut gradient) = (self.at.clone(), self.gradient.clone());
        let path = Path { scales: &self.scales, step, count: self.leapfrogs };
        let value = path.follow(density, &mut at, &mut momentum, &mut gradient);
        let gain = value - 0.5 * dot(&momentum, &momentum) - before;
        // A trajectory that flew away has no energy that is a number: never accepted.
        let probability = if gain.is_finite() { libm::exp(gain.min(0.0)) } else { 0.0 };
        if f64::from(self.rng.uniform()) < probability {
            (self.at, self.gradient, self.log_density) = (at, gradient, value);
        }
        if self.warming_up() {
            self.step.learn(probability);
        } else {
            self.accepted += probability;
        }
        self.drawn += 1;
    }
}

/// A trajectory: `count` leapfrog steps of size `step` of the scales.
struct Path<'a> {
    scales: &'a [f64],
    step: f64,
    count: usize,
}

impl Path<'_> {
    /// Goes along it (Neal, 2011, eq. 2.28 to 2.30); `gradient` is that at `at`, before and
    /// after. Returns the log density at the end. Reversible: negate the momentum, which is
    /// counted in units of 1/scale, and come back.
    fn follow(
        &self,
        density: &impl LogDensity,
        at: &mut [f64],
        momentum: &mut [f64],
        gradient: &mut [f64],
    ) -> f64 {
        let mut value = f64::NAN;
        self.push(momentum, gradient, 0.5);
        for i in 1..=self.count {
            self.push(at, momentum, 1.0);
            value = density.log_density(at, gradient);
            self.push(momentum, gradient, if i == self.count { 0.5 } else { 1.0 });
        }
        value
    }

    /// x ← x + share · step · scale · direction.
    fn push(&self, x: &mut [f64], direction: &[f64], share: f64) {
        for ((x, direction), scale) in x.iter_mut().zip(direction).zip(self.scales) {
            *x += share * self.step * scale * direction;
        }
    }
}

/// The step size of the warm-up (Hoffman and Gelman, 2014, section 3.2, with their constants).
#[derive(Clone, Debug)]
struct DualAveraging {
    /// ln of what the steps shrink towards: ten times the first.
    centre: f64,
    log_step: f64,
    log_average: f64,
    /// Mean shortfall of the acceptance.
    shortfall: f64,
    learned: f64,
}

impl DualAveraging {
    const WANTED: f64 = 0.8;

    fn new(step: f64) -> Self {
        let log_step = libm::log(step);
        let centre = libm::log(10.0 * step);
        Self { centre, log_step, log_average: log_step, shortfall: 0.0, learned: 0.0 }
    }

    fn learn(&mut self, acceptance: f64) {
        let (speed, delay, forgetting) = (0.05, 10.0, 0.75);
        self.learned += 1.0;
        let t = self.learned;
        self.shortfall += (Self::WANTED - acceptance - self.shortfall) / (t + delay);
        self.log_step = self.centre - t.sqrt() / speed * self.shortfall;
        let weight = libm::pow(t, -forgetting);
        self.log_average = weight * self.log_step + (1.0 - weight) * self.log_average;
    }

    fn exploring(&self) -> f64 {
        libm::exp(self.log_step)
    }

    fn settled(&self) -> f64 {
        libm::exp(self.log_average)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::Cholesky;
    use crate::inference::density::tests::Gaussian;
    use crate::rng::Stream;

    /// The posterior of a linear model with five features and known noise, N(0, 1) weights.
    fn posterior() -> (Gaussian, Cholesky) {
        let mut rng = Rng::stream(5, Stream::Measures, 0);
        let mut features = vec![0.0; 12 * 5];
        fill_normal(&mut rng, &mut features);
        let mut precision = vec![0.0; 25];
        for i in 0..5 {
            precision[i * 5 + i] = 1.0;
            for j in 0..5 {
                precision[i * 5 + j] +=
                    features.chunks_exact(5).map(|x| x[i] * x[j] / 0.5).sum::<f64>();
            }
        }
        let factor = Cholesky::of(precision.clone(), 5).expect("positive definite");
        let mean = vec![1.0, -2.0, 0.5, 0.0, 3.0];
        (Gaussian { mean, precision, log_determinant: factor.log_determinant() }, factor)
    }

    #[test]
    fn it_draws_from_a_conjugate_gaussian() {
        let (gaussian, factor) = posterior();
        let rng = Rng::stream(1, Stream::Measures, 1);
        let scales = vec![1.0, 0.7, 1.0, 1.5, 1.0];
        let mut hmc = Hmc::new(&gaussian, vec![0.0; 5], scales, 0.1, 10, 300, rng);
        hmc.advance(&gaussian, 300);
        let draws = 20_000;
        let states = hmc.advance(&gaussian, draws);
        assert!((0.7..0.95).contains(&hmc.acceptance()), "{}", hmc.acceptance());
        // Whitened, z = Lᵀ(x − mean) is standard normal: 5 means and 15 second moments, each
        // within 4.5 standard errors of batch means. Student's t with 49 degrees of freedom
        // leaves 4.5 with probability 4·10⁻⁵: a false alarm in fewer than 1 of 1,000 seeds.
        let precision = &gaussian.precision;
        let mut columns = vec![Vec::new(); 20];
        for state in states.chunks_exact(5) {
            let away: Vec<f64> = state.iter().zip(&gaussian.mean).map(|(x, m)| x - m).collect();
            let mut z: Vec<f64> = precision.chunks_exact(5).map(|row| dot(row, &away)).collect();
            factor.forward(&mut z);
            let mut column = 0;
            for i in 0..5 {
                columns[column].push(z[i]);
                column += 1;
                for j in 0..=i {
                    columns[column].push(z[i] * z[j] - f64::from(i == j));
                    column += 1;
                }
            }
        }
        for (column, values) in columns.iter().enumerate() {
            let batches: Vec<f64> = values
                .chunks_exact(draws / 50)
                .map(|b| b.iter().sum::<f64>() / b.len() as f64)
                .collect();
            let mean = batches.iter().sum::<f64>() / 50.0;
            let variance = batches.iter().map(|b| (b - mean) * (b - mean)).sum::<f64>() / 49.0;
            let error = (variance / 50.0).sqrt();
            assert!(error < 0.03, "column {column} mixes too slowly: {error}");
            assert!(mean.abs() < 4.5 * error, "column {column}: {mean} ± {error}");
        }
    }

    #[test]
    fn trajectories_come_back_when_the_momentum_turns() {
        let (gaussian, _) = posterior();
        let mut at = vec![0.3, -0.2, 1.0, 0.4, 0.0];
        let (start, mut momentum) = (at.clone(), vec![1.0, 0.5, -0.5, 0.2, -1.0]);
        let mut gradient = vec![0.0; 5];
        gaussian.log_density(&at, &mut gradient);
        let path = Path { scales: &[0.5, 1.0, 1.0, 2.0, 0.1], step: 0.05, count: 40 };
        path.follow(&gaussian, &mut at, &mut momentum, &mut gradient);
        assert!((at[0] - start[0]).abs() > 0.01, "it never left");
        momentum.iter_mut().for_each(|p| *p = -*p);
        path.follow(&gaussian, &mut at, &mut momentum, &mut gradient);
        for (x, start) in at.iter().zip(&start) {
            assert!((x - start).abs() < 1e-12);
        }
    }

    #[test]
    fn slices_give_the_same_chain() {
        let (gaussian, _) = posterior();
        let chain = || {
            Hmc::new(
                &gaussian,
                vec![0.0; 5],
                vec![1.0; 5],
                0.1,
                10,
                20,
                Rng::stream(1, Stream::Measures, 2),
            )
        };
        let (mut whole, mut sliced) = (chain(), chain());
        let parts: Vec<f64> =
            [7, 1, 22].iter().flat_map(|&n| sliced.advance(&gaussian, n)).collect();
        assert_eq!(whole.advance(&gaussian, 30), parts);
    }
}
