//! One weight alone: an observation m of it with variance v, and a prior whose KL depends on α only.
//!
//! With q = N(μ, αμ²) the bound is −((m − μ)² + αμ²)/2v − KL(α), up to a constant. For a given α its
//! best mean is μ = m/(1 + α), which leaves −½ z² α/(1 + α) − KL(α) with the z-score z = |m|/√v. Its
//! slope in ln α vanishes where z² = 2 S(α) (1 + α)²/α, with S = −dKL/d ln α.

use crate::linalg::math;
use crate::priors::{Block, Prior};

/// S(α) = −dKL/d ln α from ln α.
pub type Slope = fn(f64) -> f64;

/// That of ARD: KL = ½ ln(1 + 1/α). Then z² = 1 + 1/α: no α is left when z ≤ 1.
pub fn ard(log_alpha: f64) -> f64 {
    0.5 / (1.0 + libm::exp(log_alpha))
}

/// That of the log-uniform prior without approximation: KL = E Σᵢ₌₁ᴶ 1/(2i − 1), J ~ Poisson(1/2α),
/// see [`exact_kl`](super::exact_kl). A Poisson mean's derivative by its rate is the mean of the
/// difference to J + 1, so S = E 1/(2J + 1) / 2α, and E 1/(2J + 1) = ∫₀¹ exp(−(1 − t²)/2α) dt.
pub fn log_uniform(log_alpha: f64) -> f64 {
    let rate = 0.5 * libm::exp(-log_alpha);
    // By Simpson's rule in s with t = 1 − s², up to where e⁻³⁶ is left: exp(−rate s² (2 − s²)).
    const STEPS: u32 = 200;
    let step = (6.0 / rate.sqrt()).min(1.0) / f64::from(STEPS);
    let f = |i: u32| {
        let s = step * f64::from(i);
        2.0 * s * libm::exp(-rate * s * s * (2.0 - s * s))
    };
    let sum: f64 = (1..STEPS).map(|i| f(i) * f64::from(2 + 2 * (i % 2))).sum();
    rate * (sum + f(STEPS)) * step / 3.0
}

/// That of the slopes which train `prior`.
pub fn trained(prior: &dyn Prior, log_alpha: f64) -> f64 {
    let log_sigma = 0.5 * log_alpha as f32;
    let mut slopes = ([0.0], [0.0]);
    let block = Block {
        mean: &[1.0],
        log_sigma: &[log_sigma],
        variance: &[math::exp(2.0 * log_sigma)],
        d_mean: &mut slopes.0,
        d_log_sigma: &mut slopes.1,
    };
    prior.add_slopes(1.0, block);
    -0.5 * f64::from(slopes.1[0])
}

/// The z-score whose best α this is.
pub fn score(slope: impl Fn(f64) -> f64, log_alpha: f64) -> f64 {
    let alpha = libm::exp(log_alpha);
    // (1 + α)²/α
    (2.0 * slope(log_alpha) * (2.0 + alpha + 1.0 / alpha)).sqrt()
}

/// What is gained over a dead weight (α → ∞, KL 0) in nats: ½ z²/(1 + α) − KL.
pub fn gain(kl: f64, z: f64, log_alpha: f64) -> f64 {
    0.5 * z * z / (1.0 + libm::exp(log_alpha)) - kl
}

/// μ/m at ln α.
pub fn shrinkage(log_alpha: f64) -> f64 {
    1.0 / (1.0 + libm::exp(log_alpha))
}

/// The best ln α for z-score `z`; `None` where there is none up to [`MOST`]: the weight dies.
pub fn fixed_point(slope: impl Fn(f64) -> f64, z: f64) -> Option<f64> {
    let (mut low, mut high) = (-MOST, MOST);
    if z <= score(&slope, high) {
        return None;
    }
    // The score falls as ln α grows (tested).
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if score(&slope, middle) > z { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

/// The largest |ln α| that is looked at. There ARD's z-score is 1 + 2·10⁻⁵; training stops there too.
pub const MOST: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::exact_kl;
    use crate::priors::{Ard, LogUniform};

    #[test]
    fn slopes_are_those_of_the_exact_divergences() {
        for (slope, kl) in
            [(ard as Slope, exact_kl::ard as Slope), (log_uniform, exact_kl::log_uniform)]
        {
            for i in -36..=40 {
                let (at, h) = (f64::from(i) / 4.0, 1e-4);
                let truth = -(kl(at + h) - kl(at - h)) / (2.0 * h);
                let ours = slope(at);
                assert!((ours - truth).abs() < 1e-6 * truth.abs() + 1e-9, "{at}: {ours}, {truth}");
            }
        }
        for i in -36..=36 {
            let at = f64::from(i) / 4.0;
            let error = (trained(&Ard, at) - ard(at)).abs();
            assert!(error < 1e-5, "{at}: {error}");
        }
    }

    #[test]
    fn the_score_falls_as_alpha_grows() {
        let slopes: [&dyn Fn(f64) -> f64; 3] = [&ard, &log_uniform, &|at| trained(&LogUniform, at)];
        for slope in slopes {
            let mut scores = (-380..=380).map(|i| score(slope, f64::from(i) / 40.0));
            let mut before = scores.next().unwrap();
            for score in scores {
                // The slopes that train are rough: 10⁻⁵ of their size.
                assert!(score < before * (1.0 + 2e-5), "{score} after {before}");
                before = score;
            }
        }
    }

    /// Climbs the bound with the slopes that train `prior`; the ln α where it ends.
    fn climb(prior: &dyn Prior, m: f32) -> f64 {
        let (mut mean, mut log_sigma) = (m, -1.0f32);
        for _ in 0..200_000 {
            let variance = math::exp(2.0 * log_sigma);
            let mut slopes = ([0.0], [0.0]);
            let block = Block {
                mean: &[mean],
                log_sigma: &[log_sigma],
                variance: &[variance],
                d_mean: &mut slopes.0,
                d_log_sigma: &mut slopes.1,
            };
            prior.add_slopes(1.0, block);
            // v = 1. In steps of its own size a mean near 0 does not overshoot.
            mean += 0.02 * variance.min(1.0) * (m - mean - slopes.0[0]);
            log_sigma += 0.02 * (-variance - slopes.1[0]);
        }
        f64::from(crate::priors::log_alpha(mean, log_sigma))
    }

    #[test]
    fn under_ard_a_weight_dies_exactly_when_its_z_score_is_at_most_one() {
        for (z, alpha) in
            [(1.2f64, Some(1.0 / 0.44)), (2.0, Some(1.0 / 3.0)), (4.0, Some(1.0 / 15.0))]
        {
            let found = fixed_point(ard, z).map(f64::exp);
            assert!((found.unwrap() - alpha.unwrap()).abs() < 1e-9, "{z}: {found:?}");
            let trained = climb(&Ard, z as f32);
            assert!((trained - alpha.unwrap().ln()).abs() < 0.01, "{z}: {trained}");
        }
        for z in [0.0, 0.3, 0.9, 1.0] {
            assert_eq!(fixed_point(ard, z), None, "{z}");
            assert_eq!(fixed_point(log_uniform, z), None, "{z}");
        }
        for z in [0.3, 0.9] {
            let trained = climb(&Ard, z as f32);
            // On its way up, which takes e^(ln α) steps.
            assert!(trained > 5.0, "{z}: {trained}");
        }
        // ARD has no threshold but 1; every α above it is taken.
        assert!(fixed_point(ard, 1.0 + 1e-4).is_some());
    }

    #[test]
    fn what_training_finds_is_the_fixed_point_of_sparse_vd() {
        for z in [1.3, 2.0, 3.0] {
            let found = fixed_point(|at| trained(&LogUniform, at), z).unwrap();
            let climbed = climb(&LogUniform, z as f32);
            assert!((found - climbed).abs() < 0.02, "{z}: {found}, {climbed}");
            let exact = fixed_point(log_uniform, z).unwrap();
            assert!((found - exact).abs() < 0.35, "{z}: {found}, {exact}");
            assert!(exact > fixed_point(ard, z).unwrap(), "the log-uniform prior shrinks more");
        }
    }
}
