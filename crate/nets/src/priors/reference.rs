//! Where the Gaussian prior of a layer's weights lies. Other priors have no place of their own.

use std::ops::Range;
use std::sync::Arc;

use super::{Block, Normal, Prior};
use crate::linalg::{Matrix, entries, math, simd};

/// The Gaussian that posteriors are measured against.
#[derive(Clone, Debug, Default)]
pub enum Reference {
    /// N(0, 1) for every weight.
    #[default]
    Unit,
    /// N(0, s²), one s for the layer.
    Scale(Normal),
    /// An earlier posterior, N(μ₀, σ₀²) of each weight: it has become the prior (variational
    /// continual learning: Nguyen, Li, Bui and Turner, 2018).
    Earlier(Arc<Earlier>),
}

/// A posterior that has become a prior; matrices (fan_in, fan_out).
#[derive(Clone, Debug)]
pub struct Earlier {
    mean: Matrix,
    log_sigma: Matrix,
    /// 1/σ₀².
    precision: Matrix,
}

impl Earlier {
    /// N(`mean`, exp(`log_sigma`)²), both (fan_in, fan_out).
    pub fn new(mean: Matrix, log_sigma: Matrix) -> Self {
        assert_eq!(mean.dim(), log_sigma.dim(), "μ₀ and ln σ₀ differ in shape");
        let precision = log_sigma.mapv(|log_sigma| math::exp(-2.0 * log_sigma));
        Self { mean, log_sigma, precision }
    }

    /// μ₀, (fan_in, fan_out).
    pub fn mean(&self) -> &Matrix {
        &self.mean
    }

    /// ln σ₀, (fan_in, fan_out).
    pub fn log_sigma(&self) -> &Matrix {
        &self.log_sigma
    }

    /// KL(N(μ, σ²) ‖ N(μ₀, σ₀²)) = ln σ₀/σ + (σ² + (μ − μ₀)²)/(2σ₀²) − ½, summed over all weights,
    /// in nats.
    pub fn kl(&self, mean: &Matrix, log_sigma: &Matrix) -> f64 {
        let earlier = entries(&self.mean).iter().zip(entries(&self.log_sigma));
        let posterior = entries(mean).iter().zip(entries(log_sigma));
        let one = |((&m0, &s0), (&m, &s)): ((&f32, &f32), (&f32, &f32))| {
            let away = (m - m0) * math::exp(-s0);
            let ratio = s - s0;
            f64::from(0.5 * (away * away + math::exp(2.0 * ratio) - 1.0) - ratio)
        };
        earlier.zip(posterior).map(one).sum()
    }

    /// Adds `weight`·KL's slopes to the gradients of the weights `places`, which are the block's.
    pub fn add_slopes(&self, places: Range<usize>, weight: f32, block: Block<'_>) {
        let (mean, precision) = (entries(&self.mean), entries(&self.precision));
        add_slopes(&mean[places.clone()], &precision[places], weight, block);
    }
}

simd! {
    fn add_slopes(mean0: &[f32], precision: &[f32], weight: f32, block: Block<'_>) {
        let posterior = block.mean.iter().zip(block.variance).zip(mean0.iter().zip(precision));
        let gradients = block.d_mean.iter_mut().zip(block.d_log_sigma);
        for (((&mean, &variance), (&m0, &precision)), (d_mean, d_log_sigma)) in
            posterior.zip(gradients)
        {
            *d_mean += weight * ((mean - m0) * precision);
            *d_log_sigma += weight * (variance * precision - 1.0);
        }
    }
}

impl Reference {
    /// The prior that stands for `prior` here, unless an earlier posterior does.
    pub fn applied<'a>(&'a self, prior: &'a dyn Prior) -> Result<&'a dyn Prior, &'a Earlier> {
        match self {
            Self::Scale(normal) if prior.is_gaussian() => Ok(normal),
            Self::Earlier(earlier) if prior.is_gaussian() => Err(earlier),
            _ => Ok(prior),
        }
    }

    /// The same for the weights at `places` (row-major), in a layer of `shape`.
    pub fn packed(&self, places: &[u32], shape: (usize, usize)) -> Self {
        let Self::Earlier(earlier) = self else { return self.clone() };
        let pack = |matrix: &Matrix| {
            let packed = places.iter().map(|&place| entries(matrix)[place as usize]).collect();
            Matrix::from_shape_vec(shape, packed).expect("as many places as the shape has")
        };
        Self::Earlier(Arc::new(Earlier::new(pack(&earlier.mean), pack(&earlier.log_sigma))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posterior::Gaussian;
    use crate::priors::LogUniform;
    use crate::rng::{Rng, Stream};

    /// KL(N(m, s²) ‖ N(m₀, s₀²)) in f64.
    #[allow(clippy::disallowed_methods, reason = "the definition is evaluated in f64")]
    fn exact((m, log_s): (f32, f32), (m0, log_s0): (f32, f32)) -> f64 {
        let [m, log_s, m0, log_s0] = [m, log_s, m0, log_s0].map(f64::from);
        let square = (2.0 * log_s).exp() + (m - m0).powi(2);
        log_s0 - log_s + square / (2.0 * (2.0 * log_s0).exp()) - 0.5
    }

    const POSTERIOR: [(f32, f32); 5] =
        [(0.7, -0.4), (-1.3, 0.2), (0.0, -1.5), (0.4, -3.0), (2.0, -2.0)];
    const EARLIER: [(f32, f32); 5] =
        [(0.5, -0.6), (0.0, 0.0), (0.01, -1.0), (0.3, -2.5), (2.0, -2.0)];

    fn matrices(pairs: &[(f32, f32)]) -> (Matrix, Matrix) {
        let of = |f: fn(&(f32, f32)) -> f32| {
            Matrix::from_shape_vec((1, pairs.len()), pairs.iter().map(f).collect()).unwrap()
        };
        (of(|pair| pair.0), of(|pair| pair.1))
    }

    /// (dKL/dμ, dKL/d ln σ) of the weights `places` of a posterior.
    fn slopes(
        earlier: &Earlier,
        pairs: &[(f32, f32)],
        places: Range<usize>,
    ) -> (Vec<f32>, Vec<f32>) {
        let (mean, log_sigma) = matrices(&pairs[places.clone()]);
        let variance = log_sigma.mapv(|s| math::exp(2.0 * s));
        let mut slopes = (vec![0.0; places.len()], vec![0.0; places.len()]);
        let block = Block {
            mean: entries(&mean),
            log_sigma: entries(&log_sigma),
            variance: entries(&variance),
            d_mean: &mut slopes.0,
            d_log_sigma: &mut slopes.1,
        };
        earlier.add_slopes(places, 1.0, block);
        slopes
    }

    #[test]
    fn kl_is_the_closed_form_and_its_slopes_are_its_differences() {
        let (m0, s0) = matrices(&EARLIER);
        let earlier = Earlier::new(m0, s0);
        let (mean, log_sigma) = matrices(&POSTERIOR);
        let truth: f64 = POSTERIOR.into_iter().zip(EARLIER).map(|(q, p)| exact(q, p)).sum();
        assert!((earlier.kl(&mean, &log_sigma) - truth).abs() < 1e-5 * truth);
        // A part of the weights, as blocks are.
        let (by_mean, by_log_sigma) = slopes(&earlier, &POSTERIOR, 1..5);
        let h = 1e-3;
        for (i, place) in (1..5).enumerate() {
            let (q, p) = (POSTERIOR[place], EARLIER[place]);
            let difference = |dm: f32, ds: f32| {
                let at = |sign: f32| exact((q.0 + sign * dm, q.1 + sign * ds), p);
                (at(1.0) - at(-1.0)) / f64::from(2.0 * h)
            };
            for (ours, truth) in
                [(by_mean[i], difference(h, 0.0)), (by_log_sigma[i], difference(0.0, h))]
            {
                let error = (f64::from(ours) - truth).abs();
                assert!(error < 2e-3 * (1.0 + truth.abs()), "{place}: {ours} is not {truth}");
            }
        }
    }

    #[test]
    fn a_posterior_is_where_it_was_when_it_has_become_the_prior() {
        let mut rng = Rng::stream(8, Stream::Initialisation, 0);
        let mut q = Gaussian::new((7, 5), 0.3, -2.0, &mut rng);
        q.set_reference(q.as_prior());
        let kl = q.kl(&Normal::STANDARD);
        assert!(kl.abs() < 1e-5, "{kl}");
        let Reference::Earlier(earlier) = q.reference() else { panic!("an earlier posterior") };
        let pairs: Vec<_> =
            q.mean.value.iter().copied().zip(q.log_sigma.value.iter().copied()).collect();
        let (by_mean, by_log_sigma) = slopes(earlier, &pairs, 0..35);
        assert!(by_mean.iter().all(|&slope| slope == 0.0));
        assert!(by_log_sigma.iter().all(|slope| slope.abs() < 1e-5));
        // Priors that lie nowhere stay as they are.
        assert!(q.reference().applied(&LogUniform).is_ok());
    }

    #[test]
    fn no_scale_of_the_layer_beats_the_learned_one() {
        let mut rng = Rng::stream(8, Stream::Initialisation, 1);
        let mut q = Gaussian::new((20, 30), 0.3, -2.0, &mut rng);
        q.learn_scale();
        let Reference::Scale(best) = *q.reference() else { panic!("a scale") };
        let least = q.kl(&Normal::STANDARD);
        for factor in [0.5, 0.9, 1.1, 2.0] {
            q.set_reference(Reference::Scale(Normal::of_scale(best.scale() * factor)));
            assert!(q.kl(&Normal::STANDARD) > least);
        }
        // s² = mean (μ² + σ²), σ = e⁻².
        let squares: f32 = q.mean.value.iter().map(|m| m * m + math::exp(-4.0)).sum();
        assert!((best.scale() - (squares / 600.0).sqrt()).abs() < 1e-4);
    }

    #[test]
    fn an_update_sees_the_reference() {
        use crate::optimizer::{Adam, Step};
        use crate::posterior::Update;
        let mut rng = Rng::stream(8, Stream::Initialisation, 2);
        let mut q = Gaussian::new((40, 30), 0.3, -2.0, &mut rng);
        q.set_reference(q.as_prior());
        let earlier = q.mean.value.clone();
        q.mean.value.fill(0.0);
        for number in 1..=2000 {
            for parameter in [&mut q.mean, &mut q.log_sigma] {
                parameter.gradient.fill(0.0);
            }
            let step = Step { number, learning_rate: 0.01 };
            let (optimizer, prior) = (&Adam, &Normal::STANDARD);
            q.update(&Update { optimizer, step, prior, kl_weight: 1.0 });
        }
        // Without data the posterior becomes the prior, but for what Adam trembles. 1,200 weights are
        // more than two blocks.
        let error = (&q.mean.value - &earlier).mapv(f32::abs).into_iter().fold(0.0, f32::max);
        assert!(error < 5e-3, "{error}");
    }
}
