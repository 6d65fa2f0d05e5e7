//! Weight noise alone: what a gradient estimator makes of it when network and data stand still.

use std::ops::Range;

use super::GradientVariance;
use crate::data::Dataset;
use crate::layers::Estimator;
use crate::likelihoods::{Categorical, Likelihood};
use crate::linalg::Matrix;
use crate::network::Network;
use crate::rng::{Rng, Stream};

/// Batch sizes.
const SIZES: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 256];
/// Objects that every batch size divides among its batches.
const OBJECTS: usize = 256;
/// Draws of noise for each batch size, at least; and for each batch, whose variance they are.
const DRAWS: usize = 200;
const LEAST: usize = 8;
/// Objects in a slice of work.
const SLICE: usize = 32;

/// The gradient variance against the batch size, on one network and the same objects for every
/// size, so that only the weight noise varies (Kingma, Salimans and Welling, 2015, section 2.2).
///
/// The objects are divided into batches of the size, in their order; each batch's variance over
/// its own draws of noise is averaged over the weights, and over the batches. What differs between
/// objects is therefore the same at every size. The loss is the mean NLL of the batch, in nats.
pub struct BySize {
    network: Network,
    x: Matrix,
    labels: Vec<u8>,
    seed: u64,
    /// Complete variances: of every size those of [`Estimator::ALL`].
    done: Vec<f64>,
    /// The batch under way, and the first of its objects that is not taken.
    batch: Range<usize>,
    next: usize,
    /// The gradient so far, of each layer.
    gradient: Vec<Matrix>,
    /// Streams of noise that were used.
    noise: u64,
    draws: usize,
    variance: GradientVariance,
    /// Summed over complete batches.
    sum: f64,
}

impl BySize {
    /// Begins with `network` on the first objects of `data`.
    pub fn new(network: &Network, data: &Dataset, seed: u64) -> Self {
        let rows: Vec<u32> = (0..data.len().min(OBJECTS) as u32).collect();
        Self {
            network: network.clone(),
            x: data.rows(&rows),
            labels: data.labels()[..rows.len()].to_vec(),
            seed,
            done: Vec::new(),
            batch: 0..SIZES[0],
            next: 0,
            gradient: Vec::new(),
            noise: 0,
            draws: 0,
            variance: GradientVariance::default(),
            sum: 0.0,
        }
    }

    /// Does one slice of the work; when all is done, (batch size, variance of RT, of LRT).
    pub fn advance(&mut self) -> Option<Vec<(usize, f64, f64)>> {
        let estimator = Estimator::ALL[self.done.len() % 2];
        let size = SIZES[self.done.len() / 2];
        self.add_slice(estimator);
        if self.next < self.batch.end {
            return None;
        }
        self.end_draw(estimator);
        if self.draws < DRAWS.div_ceil(self.x.nrows() / size).max(LEAST) {
            return None;
        }
        self.end_batch(size);
        if self.batch.end <= self.x.nrows() {
            return None;
        }
        self.done.push(self.sum / (self.x.nrows() / size) as f64);
        (self.sum, self.noise) = (0.0, 0);
        let size = SIZES.get(self.done.len() / 2).filter(|size| **size <= self.x.nrows());
        if let Some(size) = size {
            (self.batch, self.next) = (0..*size, 0);
            return None;
        }
        let pairs = SIZES.iter().zip(self.done.chunks_exact(2));
        Some(pairs.map(|(&size, pair)| (size, pair[1], pair[0])).collect())
    }

    /// Adds the gradient of the next objects of the batch.
    fn add_slice(&mut self, estimator: Estimator) {
        let slice = self.next..(self.next + SLICE).min(self.batch.end);
        self.next = slice.end;
        let mut rng = Rng::stream(self.seed, Stream::Measures, self.noise);
        // Objects of one batch share RT's weights, and nothing with LRT.
        self.noise += u64::from(estimator == Estimator::Lrt);
        let x = self.x.slice(ndarray::s![slice.clone(), ..]).to_owned();
        self.network.set_estimator(estimator);
        let output = self.network.forward(x, &mut rng);
        let share = slice.len() as f32 / self.batch.len() as f32;
        let (_, gradient) = Categorical.nll(&output, &self.labels[slice]);
        self.network.backward(gradient * share);
        let gradients = self.network.mean_gradients();
        if self.gradient.is_empty() {
            self.gradient = gradients.into_iter().cloned().collect();
        } else {
            self.gradient.iter_mut().zip(gradients).for_each(|(sum, gradient)| *sum += gradient);
        }
    }

    fn end_draw(&mut self, estimator: Estimator) {
        let gradient = std::mem::take(&mut self.gradient);
        self.variance.take(&gradient.iter().collect::<Vec<_>>());
        self.noise += u64::from(estimator == Estimator::Rt);
        self.draws += 1;
        self.next = self.batch.start;
    }

    fn end_batch(&mut self, size: usize) {
        self.sum += std::mem::take(&mut self.variance).per_object(1);
        self.draws = 0;
        self.batch = self.batch.end..self.batch.end + size;
        self.next = self.batch.start;
    }
}

/// An output of two objects that lie in one mini-batch `x` (2, features), under draw `noise` of the
/// weight noise: output `of.0` of the first and `of.1` of the second.
pub fn twice(
    network: &mut Network,
    x: &Matrix,
    of: (usize, usize),
    estimator: Estimator,
    (seed, noise): (u64, u64),
) -> (f64, f64) {
    network.set_estimator(estimator);
    let y = network.forward(x.clone(), &mut Rng::stream(seed, Stream::Measures, noise));
    (f64::from(y[[0, of.0]]), f64::from(y[[1, of.1]]))
}

/// Pearson's correlation of pairs; not a number where one side does not vary.
pub fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (a, b) = (mean(|p| p.0), mean(|p| p.1));
    let sum =
        |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|p| of(p.0 - a, p.1 - b)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;
    use crate::methods::Method;
    use crate::network::Architecture;
    use crate::topology::Topology;

    fn network(units: &[usize]) -> Network {
        let architecture = Architecture {
            topology: Topology::dense(units),
            method: Method::SparseVd,
            estimator: Estimator::Lrt,
            init_scale: 0.1,
            init_log_sigma: -1.5,
            clip: false,
            dropout: 0.0,
        };
        Network::new(&architecture, &mut Rng::stream(4, Stream::Initialisation, 0))
    }

    #[test]
    fn of_one_layer_and_one_object_both_estimators_are_the_same_and_only_lrt_averages_out() {
        let train = data::digits().train;
        let mut work = BySize::new(&network(&[64, 10]), &train, 3);
        let measured = std::iter::repeat_with(|| work.advance()).find_map(|done| done).unwrap();
        assert_eq!(measured.iter().map(|at| at.0).collect::<Vec<_>>(), SIZES);
        // Over seeds 1..40 the two ratios are 0.95 to 1.07 and 0.94 to 1.10.
        let (first, last) = (measured[0], measured[SIZES.len() - 1]);
        assert!((first.1 / first.2 - 1.0).abs() < 0.2, "{first:?}");
        assert!((first.2 / last.2 / 256.0 - 1.0).abs() < 0.2, "{first:?} {last:?}");
        assert!(last.1 > 5.0 * last.2, "{last:?}");
    }

    #[test]
    fn a_large_batch_in_slices_has_the_gradient_of_the_whole() {
        let train = data::digits().train;
        let mut sliced = BySize::new(&network(&[64, 12, 10]), &train, 3);
        sliced.batch = 0..128;
        while sliced.next < 128 {
            sliced.add_slice(Estimator::Rt);
        }
        let mut whole = network(&[64, 12, 10]);
        whole.set_estimator(Estimator::Rt);
        let rows: Vec<u32> = (0..128).collect();
        let output = whole.forward(train.rows(&rows), &mut Rng::stream(3, Stream::Measures, 0));
        let (_, gradient) = Categorical.nll(&output, &train.labels()[..128]);
        whole.backward(gradient);
        for (sum, whole) in sliced.gradient.iter().zip(whole.mean_gradients()) {
            for (a, b) in sum.iter().zip(whole) {
                assert!((a - b).abs() < 1e-6, "{a} is not {b}");
            }
        }
    }

    #[test]
    fn two_objects_share_noise_with_rt_only() {
        let (mut network, train) = (network(&[64, 12, 10]), data::digits().train);
        let x = train.rows(&[0, 1]);
        for (estimator, least, most) in [(Estimator::Rt, 0.3, 1.0), (Estimator::Lrt, -0.2, 0.2)] {
            let draws = (0..400).map(|i| twice(&mut network, &x, (0, 0), estimator, (3, i)));
            let found = correlation(&draws.collect::<Vec<_>>());
            // Independent pairs leave ±0.2 = 4/√400 with probability 6·10⁻⁵.
            assert!((least..=most).contains(&found), "{estimator:?}: {found}");
        }
    }
}
