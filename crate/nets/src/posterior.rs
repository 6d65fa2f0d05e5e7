//! The posterior of a layer's weights: one independent Gaussian for each.

use std::ops::Range;
use std::sync::Arc;

use crate::linalg::{Matrix, combine, entries, entries_mut, math, simd};
use crate::optimizer::{Optimizer, Parameter, Run, Step};
use crate::priors::{self, Block, Earlier, Normal, Prior, Reference};
use crate::rng::Rng;

/// q(w) = N(μ, σ²), parametrized by μ and ln σ; shapes (fan_in, fan_out).
#[derive(Clone, Debug)]
pub struct Gaussian {
    /// μ.
    pub mean: Parameter,
    /// ln σ.
    pub log_sigma: Parameter,
    /// σ², kept in step with `log_sigma`: the forward pass, the backward pass and the KL read it.
    variance: Matrix,
    /// Where a Gaussian prior lies.
    reference: Reference,
}

/// What a training step does to weights besides following the data.
#[derive(Clone, Copy)]
pub struct Update<'a> {
    /// The rule that moves parameters.
    pub optimizer: &'a dyn Optimizer,
    /// Number and learning rate of the step.
    pub step: Step,
    /// The prior of Bayesian weights.
    pub prior: &'a dyn Prior,
    /// What KL(q‖p) is multiplied by, in the scale of the gradients.
    pub kl_weight: f32,
}

/// The ln α above which a weight counts as pruned while the network trains: the paper's threshold.
/// (The threshold of a run's settings is a lens, it never changes the run.)
pub const PRUNED: f32 = 3.0;

/// Where the ln σ of retired weights is. With μ = 0, ln α is 10.4: pruned under any threshold and
/// past the clip of the priors, so their KL is that of any pruned weight; and σ² = 3·10⁻¹² adds
/// nothing to a variance that begins at 10⁻⁸.
const RETIRED: f32 = -13.2;

/// Weights that go through slopes, optimizer and σ² while they are in the nearest cache.
const BLOCK: usize = 512;

impl Gaussian {
    /// Means drawn from N(0, `scale`²), all ln σ at `log_sigma`.
    pub fn new(shape: (usize, usize), scale: f32, log_sigma: f32, rng: &mut Rng) -> Self {
        let mean = rng.normal_matrix(shape) * scale;
        Self::from_parameters(
            Parameter::new(mean),
            Parameter::new(Matrix::from_elem(shape, log_sigma)),
        )
    }

    /// A posterior with the given parameters, both (fan_in, fan_out).
    pub fn from_parameters(mean: Parameter, log_sigma: Parameter) -> Self {
        assert_eq!(mean.value.dim(), log_sigma.value.dim(), "μ and ln σ differ in shape");
        let (variance, reference) = (Matrix::zeros(mean.value.dim()), Reference::Unit);
        let mut posterior = Self { variance, mean, log_sigma, reference };
        posterior.refresh();
        posterior
    }

    /// σ², (fan_in, fan_out).
    pub fn variance(&self) -> &Matrix {
        &self.variance
    }

    /// Where a Gaussian prior lies.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// Puts a Gaussian prior elsewhere.
    pub fn set_reference(&mut self, reference: Reference) {
        self.reference = reference;
    }

    /// The posterior as it is now, for a prior.
    pub fn as_prior(&self) -> Reference {
        let (mean, log_sigma) = (self.mean.value.clone(), self.log_sigma.value.clone());
        Reference::Earlier(Arc::new(Earlier::new(mean, log_sigma)))
    }

    /// Gives a Gaussian prior the scale that makes the KL smallest, s² = mean (μ² + σ²) (MacKay,
    /// 1992).
    pub fn learn_scale(&mut self) {
        let squares = self.mean.value.iter().zip(&self.variance).map(|(m, v)| m * m + v);
        let mean = squares.map(f64::from).sum::<f64>() / self.mean.value.len() as f64;
        self.reference = Reference::Scale(Normal::of_scale((mean as f32).sqrt()));
    }

    /// Recomputes σ² after `log_sigma` was written from outside.
    pub fn refresh(&mut self) {
        let variance = self.variance.as_slice_mut().expect("kept in row-major order");
        square_exp(self.log_sigma.value.as_slice().expect("kept in row-major order"), variance);
    }

    /// One draw of the weights, (fan_in, fan_out).
    pub fn sample(&self, rng: &mut Rng) -> Matrix {
        with_noise(&self.mean.value, &self.variance, &rng.normal_matrix(self.mean.value.dim()))
    }

    /// The means, with 0 where ln α > `threshold`; an infinite threshold prunes nothing.
    pub fn pruned_mean(&self, threshold: f32) -> Matrix {
        if threshold == f32::INFINITY {
            return self.mean.value.clone();
        }
        let mut pruned = self.mean.value.clone();
        for (mean, &log_sigma) in pruned.iter_mut().zip(&self.log_sigma.value) {
            if priors::log_alpha(*mean, log_sigma) > threshold {
                *mean = 0.0;
            }
        }
        pruned
    }

    /// How many weights have ln α ≤ `threshold`.
    pub fn kept(&self, threshold: f32) -> usize {
        let pairs = self.mean.value.iter().zip(&self.log_sigma.value);
        pairs.filter(|&(&mean, &s)| priors::log_alpha(mean, s) <= threshold).count()
    }

    /// KL(q‖p) summed over the weights, in nats.
    pub fn kl(&self, prior: &dyn Prior) -> f64 {
        let prior = match self.reference.applied(prior) {
            Ok(prior) => prior,
            Err(earlier) => return earlier.kl(&self.mean.value, &self.log_sigma.value),
        };
        let pairs = self.mean.value.iter().zip(&self.log_sigma.value);
        pairs.map(|(&mean, &log_sigma)| f64::from(prior.kl(mean, log_sigma))).sum()
    }

    /// Which weights have ln α ≤ [`PRUNED`].
    pub fn kept_mask(&self) -> ndarray::Array2<bool> {
        let pairs = ndarray::Zip::from(&self.mean.value).and(&self.log_sigma.value);
        pairs.map_collect(|&mean, &log_sigma| priors::log_alpha(mean, log_sigma) <= PRUNED)
    }

    /// Retires the weights of the given rows and columns: they stop moving and stop making noise.
    ///
    /// Under a prior whose KL depends on α alone, scaling μ and σ of a pruned weight down together
    /// leaves its KL as it is and takes its noise out of the data term, so the bound does not fall.
    pub fn retire(&mut self, rows: &[bool], columns: &[bool]) {
        let retired = |row: usize, column: usize| rows[row] || columns[column];
        for (parameter, value) in [(&mut self.mean, 0.0), (&mut self.log_sigma, RETIRED)] {
            for (matrix, value) in [
                (&mut parameter.value, value),
                (&mut parameter.first_moment, 0.0),
                (&mut parameter.second_moment, 0.0),
            ] {
                matrix.indexed_iter_mut().for_each(|((row, column), entry)| {
                    *entry = if retired(row, column) { value } else { *entry };
                });
            }
        }
        self.refresh();
    }

    /// Whether the weight at (row, column) has retired.
    pub fn is_retired(&self, place: (usize, usize)) -> bool {
        self.mean.value[place] == 0.0 && self.log_sigma.value[place] == RETIRED
    }

    /// Adds the KL's slopes to the gradients and moves μ and ln σ, block by block.
    pub fn update(&mut self, update: &Update<'_>) {
        let n = self.mean.value.len();
        let variance = self.variance.as_slice_mut().expect("kept in row-major order");
        for start in (0..n).step_by(BLOCK) {
            let range = start..(start + BLOCK).min(n);
            let mean = self.mean.run(range.clone());
            let log_sigma = self.log_sigma.run(range.clone());
            let slopes = Slopes { reference: &self.reference, places: range.clone() };
            advance(update, slopes, mean, log_sigma, &mut variance[range]);
        }
    }

    /// The weights at `places` (row-major) with their moments, as a posterior of `shape`.
    pub fn packed(&self, places: &[u32], shape: (usize, usize)) -> Self {
        let pack = |matrix: &Matrix| {
            let all = entries(matrix);
            let packed = places.iter().map(|&place| all[place as usize]).collect();
            Matrix::from_shape_vec(shape, packed).expect("as many places as the shape has")
        };
        let [mean, log_sigma] = [&self.mean, &self.log_sigma].map(|parameter| Parameter {
            first_moment: pack(&parameter.first_moment),
            second_moment: pack(&parameter.second_moment),
            ..Parameter::new(pack(&parameter.value))
        });
        let reference = self.reference.packed(places, shape);
        Self { reference, ..Self::from_parameters(mean, log_sigma) }
    }

    /// Writes the weights of `packed` back to their `places`, with their moments.
    pub fn unpack(&mut self, packed: &Self, places: &[u32]) {
        let unpack = |from: &Matrix, to: &mut Matrix| {
            let to = entries_mut(to);
            places.iter().zip(entries(from)).for_each(|(&place, &from)| to[place as usize] = from);
        };
        for (from, to) in [(&packed.mean, &mut self.mean), (&packed.log_sigma, &mut self.log_sigma)]
        {
            unpack(&from.value, &mut to.value);
            unpack(&from.first_moment, &mut to.first_moment);
            unpack(&from.second_moment, &mut to.second_moment);
        }
        unpack(&packed.variance, &mut self.variance);
    }
}

/// Where the KL of a block of weights slopes to.
struct Slopes<'a> {
    reference: &'a Reference,
    places: Range<usize>,
}

/// One block of weights through slopes, optimizer and σ².
fn advance(
    update: &Update<'_>,
    slopes: Slopes<'_>,
    mean: Run<'_>,
    log_sigma: Run<'_>,
    variance: &mut [f32],
) {
    if update.kl_weight != 0.0 {
        let block = Block {
            mean: mean.value,
            log_sigma: log_sigma.value,
            variance,
            d_mean: mean.gradient,
            d_log_sigma: log_sigma.gradient,
        };
        match slopes.reference.applied(update.prior) {
            Ok(prior) => prior.add_slopes(update.kl_weight, block),
            Err(earlier) => earlier.add_slopes(slopes.places, update.kl_weight, block),
        }
    }
    update.optimizer.update(update.step, mean);
    let Run { value, gradient, first_moment, second_moment } = log_sigma;
    let log_sigma = Run { value: &mut *value, gradient, first_moment, second_moment };
    update.optimizer.update(update.step, log_sigma);
    square_exp(value, variance);
}

/// w = μ + σ ⊙ ε, all (fan_in, fan_out).
pub fn with_noise(mean: &Matrix, variance: &Matrix, noise: &Matrix) -> Matrix {
    let mut weights = mean.clone();
    let pairs = entries(variance).iter().zip(entries(noise));
    entries_mut(&mut weights).iter_mut().zip(pairs).for_each(|(w, (v, e))| *w += v.sqrt() * e);
    weights
}

/// The means, with 0 where ln α > [`PRUNED`], both (fan_in, fan_out).
pub fn clipped(mean: &Matrix, variance: &Matrix) -> Matrix {
    // σ² > e³ μ² says the same without a logarithm.
    let odds = math::exp(PRUNED);
    let mut clipped = mean.clone();
    combine(&mut clipped, variance, |mean, v| {
        *mean = if v > odds * *mean * *mean { 0.0 } else { *mean };
    });
    clipped
}

simd! {
    /// σ² = exp(2 ln σ).
    fn square_exp(log_sigma: &[f32], variance: &mut [f32]) {
        for (v, &s) in variance.iter_mut().zip(log_sigma) {
            *v = math::exp(2.0 * s);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn pruning_counts_what_it_removes() {
        let mut rng = Rng::stream(3, Stream::Initialisation, 0);
        let mut q = Gaussian::new((40, 30), 0.1, -3.0, &mut rng);
        q.mean.value[[0, 0]] = 0.0;
        for threshold in [-2.0, 0.0, 3.0] {
            let zeros = q.pruned_mean(threshold).iter().filter(|&&w| w == 0.0).count();
            assert_eq!(zeros, 1200 - q.kept(threshold));
            assert!(zeros > 0, "the weight at zero is always pruned");
        }
        assert_eq!(q.pruned_mean(f32::INFINITY), q.mean.value);
    }
}
