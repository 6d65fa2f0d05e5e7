//! The divergences of the priors without approximation, in `f64`.

/// KL between N(μ, αμ²) and the log-uniform prior in nats, 0 for α → ∞, from ln α.
///
/// KL = E ln|ε| − ½ ln α + ½(γ + ln 2) with ε ~ N(1, α) (Molchanov, Ashukha and Vetrov, 2017,
/// eq. 11). ε²/α is a non-central χ² with one degree of freedom, a mixture of central ones with
/// 1 + 2J of them, J ~ Poisson(1/2α); E ln χ² with 1 + 2j is ln 2 + ψ(½ + j), and the digamma
/// function climbs by 2/(2i − 1). So KL = E Σᵢ₌₁ᴶ 1/(2i − 1), and nothing cancels.
pub fn log_uniform(log_alpha: f64) -> f64 {
    let alpha = libm::exp(log_alpha);
    if log_alpha < -10.0 {
        // E ln|1 + √α ε| by its moments; the next term is below 10⁻¹⁶.
        let expected = -alpha * (0.5 + alpha * (0.75 + 2.5 * alpha));
        const EULER: f64 = 0.577_215_664_901_532_9;
        return expected - 0.5 * log_alpha + 0.5 * (EULER + std::f64::consts::LN_2);
    }
    let rate = 0.5 / alpha;
    let log_rate = libm::log(rate);
    // Beyond twelve standard deviations and 40 more nothing is left to the last bit.
    let last = (rate + 12.0 * rate.sqrt() + 40.0) as usize;
    let (mut log_weight, mut harmonic, mut sum) = (-rate, 0.0, 0.0);
    for j in 1..=last {
        let j = j as f64;
        log_weight += log_rate - libm::log(j);
        harmonic += 1.0 / (2.0 * j - 1.0);
        sum += libm::exp(log_weight) * harmonic;
    }
    sum
}

/// KL between N(μ, αμ²) and the best N(0, τ⁻¹) in nats, from ln α: ½ ln(1 + 1/α).
pub fn ard(log_alpha: f64) -> f64 {
    // For small α the logarithm of the sum, without overflow.
    let tail = 0.5 * libm::log1p(libm::exp(-log_alpha.abs()));
    tail + 0.5 * (-log_alpha).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::priors::{Ard, LogUniform, Prior};

    /// KL of the log-uniform prior by Simpson's rule in t = ln|ε|, where nothing is singular.
    fn by_quadrature(log_alpha: f64) -> f64 {
        let sigma = (0.5 * log_alpha).exp();
        let density = |x: f64| {
            (-0.5 * ((x - 1.0) / sigma).powi(2)).exp() / (sigma * std::f64::consts::TAU.sqrt())
        };
        let f = |t: f64| t * t.exp() * (density(t.exp()) + density(-t.exp()));
        let (low, n) = (-50.0, 200_000);
        let step = ((1.0 + 12.0 * sigma).ln() - low) / f64::from(n);
        let inner = (1..n).map(|i| f(low + step * f64::from(i)) * f64::from(2 + 2 * (i % 2)));
        let expected = inner.sum::<f64>() * step / 3.0;
        expected - 0.5 * log_alpha + 0.5 * (0.577_215_664_901_532_9 + std::f64::consts::LN_2)
    }

    #[test]
    fn the_series_is_the_integral() {
        for log_alpha in [-9.5, -8.0, -3.5, -1.0, 0.0, 2.0, 8.0] {
            let (series, integral) = (log_uniform(log_alpha), by_quadrature(log_alpha));
            assert!((series - integral).abs() < 1e-9, "{log_alpha}: {series} against {integral}");
        }
        let (left, right) = (log_uniform(-10.0 - 1e-12), log_uniform(-10.0));
        assert!((left - right).abs() < 1e-10, "the two forms meet: {left}, {right}");
    }

    #[test]
    fn the_trained_approximation_is_near() {
        let mut worst = (0.0, 0.0);
        for i in -160..=160 {
            let log_alpha = f64::from(i) / 20.0;
            let ours = f64::from(Prior::kl(&LogUniform, 1.0, 0.5 * log_alpha as f32));
            let error = (ours - log_uniform(log_alpha)).abs();
            if error > worst.0 {
                worst = (error, log_alpha);
            }
        }
        // Published with the formula: within 0.02 nats; the largest error is 0.0094, at −3.5.
        assert!((worst.0 - 0.0094).abs() < 1e-4 && (worst.1 + 3.5).abs() < 0.2, "{worst:?}");
    }

    #[test]
    fn ard_is_what_is_trained() {
        for i in -32..=32 {
            let log_alpha = f64::from(i) / 4.0;
            let trained = f64::from(Prior::kl(&Ard, 1.0, 0.5 * log_alpha as f32));
            let exact = ard(log_alpha);
            assert!((trained - exact).abs() < 1e-6 * (1.0 + exact), "{log_alpha}");
            let direct = 0.5 * (1.0 + (-log_alpha).exp()).ln();
            assert!((direct - exact).abs() < 1e-13 * (1.0 + exact));
        }
    }
}
