//! Measures: what is read off a run without changing it.

mod noise;

pub use noise::{BySize, correlation, twice};

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::data::{Data, Dataset};
use crate::layers::Estimator;
use crate::likelihoods::softmax;
use crate::linalg::{Matrix, math, order};
use crate::network::FixedNetwork;
use crate::settings::budget;
use crate::trainer::{Trainer, argmax};

/// Sums over classified objects.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Objects classified rightly.
    pub correct: usize,
    /// Sum of negative log-likelihoods, nats.
    pub nll: f64,
    /// Objects seen.
    pub seen: usize,
}

/// Keeps the NLL finite when a probability underflows.
const LEAST_PROBABILITY: f32 = 1e-30;

impl Tally {
    /// Counts objects with class probabilities `p` (objects, classes) and their `labels`.
    pub fn add(&mut self, p: &Matrix, labels: &[u8]) {
        for (row, &label) in p.rows().into_iter().zip(labels) {
            self.correct += usize::from(argmax(row.iter()) == usize::from(label));
            self.nll -= f64::from(math::ln(row[usize::from(label)].max(LEAST_PROBABILITY)));
        }
        self.seen += labels.len();
    }

    /// Accuracy in percent.
    pub fn accuracy(&self) -> f32 {
        100.0 * self.correct as f32 / self.seen as f32
    }

    /// Mean NLL in nats per object.
    pub fn mean_nll(&self) -> f32 {
        (self.nll / self.seen as f64) as f32
    }
}

/// Objects that are predicted at a time: their activations fit the cache.
pub const CHUNK: usize = budget::SLICE;

/// Class probabilities of the objects `range`, (objects, classes).
pub fn probabilities(
    network: &FixedNetwork,
    objects: &Dataset,
    range: std::ops::Range<usize>,
) -> Matrix {
    let rows: Vec<u32> = range.map(|i| i as u32).collect();
    softmax(network.predict(objects.rows(&rows)))
}

/// How well a network classifies the test objects, in slices short enough that nobody waits.
pub struct Scoring {
    network: FixedNetwork,
    data: Arc<Data>,
    next: usize,
    tally: Tally,
}

impl Scoring {
    /// Begins to score `network` on the test objects of `data`.
    pub fn new(network: FixedNetwork, data: Arc<Data>) -> Self {
        Self { network, data, next: 0, tally: Tally::default() }
    }

    /// Does one slice of the work; the sums when all is done.
    pub fn advance(&mut self) -> Option<Tally> {
        let test = &self.data.test;
        let slice = self.next..(self.next + CHUNK).min(test.len());
        self.next = slice.end;
        let p = probabilities(&self.network, test, slice.clone());
        self.tally.add(&p, &test.labels()[slice]);
        (self.next == test.len()).then_some(self.tally)
    }
}

/// The entropy −Σ p ln p of every object, in nats.
pub fn entropy(p: &Matrix) -> Vec<f32> {
    let term = |&p: &f32| if p > LEAST_PROBABILITY { -p * math::ln(p) } else { 0.0 };
    p.rows().into_iter().map(|row| row.iter().map(term).sum()).collect()
}

/// The ensemble p(y|x) ≈ 1/K Σ p(y|x, wᵏ), summed up sample by sample.
pub struct Ensemble {
    sum: Matrix,
    entropies: Vec<f32>,
    samples: usize,
}

/// One object's predictive uncertainty in nats: total = aleatoric + epistemic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Uncertainty {
    /// The entropy of the mean prediction.
    pub total: f32,
    /// The expected entropy: noise in the data.
    pub aleatoric: f32,
    /// The mutual information of prediction and weights: what the network does not know.
    pub epistemic: f32,
}

impl Ensemble {
    /// An ensemble of nothing yet.
    pub fn new(objects: usize, classes: usize) -> Self {
        Self { sum: Matrix::zeros((objects, classes)), entropies: vec![0.0; objects], samples: 0 }
    }

    /// Takes in the class probabilities of one weight sample, (objects, classes).
    pub fn add(&mut self, p: &Matrix) {
        self.add_part(0, p);
    }

    /// Takes in those of the objects from number `first` on; the sample counts with the last.
    pub fn add_part(&mut self, first: usize, p: &Matrix) {
        let objects = first..first + p.nrows();
        let mut sum = self.sum.slice_mut(ndarray::s![objects.clone(), ..]);
        sum += p;
        let entropies = &mut self.entropies[objects.clone()];
        entropies.iter_mut().zip(entropy(p)).for_each(|(sum, h)| *sum += h);
        self.samples += usize::from(objects.end == self.entropies.len());
    }

    /// Weight samples taken in.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The mean class probabilities, (objects, classes).
    pub fn mean(&self) -> Matrix {
        &self.sum / self.samples as f32
    }

    /// Every object's uncertainty (Depeweg et al., 2018).
    pub fn uncertainties(&self) -> Vec<Uncertainty> {
        let expected = self.entropies.iter().map(|sum| sum / self.samples as f32);
        let split = |(total, aleatoric): (f32, f32)| Uncertainty {
            total,
            aleatoric,
            // Jensen: total ≥ aleatoric, but for rounding.
            epistemic: (total - aleatoric).max(0.0),
        };
        entropy(&self.mean()).into_iter().zip(expected).map(split).collect()
    }
}

/// The area under the ROC curve: how probably a number of `positive` is larger than one of
/// `negative`, where equal ones count half (Mann and Whitney, 1947).
pub fn auroc(negative: &[f32], positive: &[f32]) -> f64 {
    let keys: Vec<f64> = negative.iter().chain(positive).map(|&key| f64::from(key)).collect();
    let places = order(&keys);
    let (mut wins, mut below) = (0.0, 0.0);
    for equal in places.chunk_by(|&a, &b| keys[a] == keys[b]) {
        let losers = equal.iter().filter(|&&i| i < negative.len()).count() as f64;
        wins += (equal.len() as f64 - losers) * (below + 0.5 * losers);
        below += losers;
    }
    wins / (negative.len() * positive.len()) as f64
}

/// The gradient variance of one estimator: the variance of dL/dμ over repeated noise on one
/// mini-batch, averaged over the weights (Kingma, Salimans and Welling, 2015, section 2.2).
#[derive(Clone, Default)]
pub struct GradientVariance {
    /// Per layer: running mean and sum of squared deviations (Welford, 1962).
    moments: Vec<(Matrix, Matrix)>,
    repeats: u64,
}

impl GradientVariance {
    /// Takes in the gradients of one more draw of noise.
    pub fn add(&mut self, trainer: &mut Trainer, estimator: Estimator) {
        self.take(&trainer.gradient_sample(estimator, self.repeats));
    }

    /// Takes in the gradients dL/dμ of every layer of one more draw.
    fn take(&mut self, gradients: &[&Matrix]) {
        self.repeats += 1;
        let share = 1.0 / self.repeats as f32;
        if self.moments.is_empty() {
            let zeros = |g: &&Matrix| (Matrix::zeros(g.dim()), Matrix::zeros(g.dim()));
            self.moments = gradients.iter().map(zeros).collect();
        }
        for ((mean, squares), gradient) in self.moments.iter_mut().zip(gradients) {
            ndarray::Zip::from(mean).and(squares).and(*gradient).for_each(|mean, squares, &g| {
                let before = g - *mean;
                *mean += before * share;
                *squares += before * (g - *mean);
            });
        }
    }

    /// The variance of dL/dμ with L in nats per object, averaged over the weights.
    pub fn per_object(&self, train_size: usize) -> f64 {
        let weights: usize = self.moments.iter().map(|(mean, _)| mean.len()).sum();
        let squares: f64 =
            self.moments.iter().flat_map(|(_, s)| s.iter()).map(|&s| f64::from(s)).sum();
        let scale = (train_size * train_size) as f64;
        squares / ((self.repeats - 1) as f64 * weights as f64 * scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    #[test]
    fn uncertainty_tells_noise_from_ignorance() {
        // Two samples that agree on a coin toss, and two that disagree with certainty.
        let mut ensemble = Ensemble::new(2, 2);
        ensemble.add(&ndarray::array![[0.5, 0.5], [1.0, 0.0]]);
        ensemble.add(&ndarray::array![[0.5, 0.5], [0.0, 1.0]]);
        let [noise, ignorance] = ensemble.uncertainties()[..] else { panic!("two objects") };
        let ln_2 = std::f32::consts::LN_2;
        assert!((noise.aleatoric - ln_2).abs() < 1e-6 && noise.epistemic < 1e-6);
        assert!((ignorance.epistemic - ln_2).abs() < 1e-6 && ignorance.aleatoric < 1e-6);
    }

    #[test]
    fn what_is_epistemic_is_the_mutual_information() {
        let (objects, samples) = (400, 20);
        let mut rng = Rng::stream(1, Stream::Measures, 0);
        let mut ensemble = Ensemble::new(objects, 3);
        let all: Vec<Matrix> =
            (0..samples).map(|_| softmax(rng.normal_matrix((objects, 3)) * 4.0)).collect();
        all.iter().for_each(|p| ensemble.add(p));
        let mean = ensemble.mean();
        for (i, u) in ensemble.uncertainties().iter().enumerate() {
            assert!((u.total - u.aleatoric - u.epistemic).abs() < 1e-5);
            // I(y; w) = E KL(p(y|w) ‖ E p(y|w)), with nothing of the entropies in it.
            let term = |p: &Matrix, c| {
                let (p, mean) = (f64::from(p[[i, c]]), f64::from(mean[[i, c]]));
                if p > 0.0 { p * (p / mean).ln() } else { 0.0 }
            };
            let sum: f64 = all.iter().map(|p| (0..3).map(|c| term(p, c)).sum::<f64>()).sum();
            assert!((f64::from(u.epistemic) - sum / f64::from(samples)).abs() < 1e-5, "{i}");
        }
    }

    #[test]
    fn the_area_counts_pairs() {
        let (known, unseen) = ([0.1, 0.4, 0.2, 0.2], [0.2, 0.9, 0.0]);
        // 0.2 beats 0.1 and ties twice, 0.9 beats all, 0 beats none: (1 + 2·½ + 4)/12.
        assert_eq!(auroc(&known, &unseen), 0.5);
        assert_eq!(auroc(&known, &[0.5, 0.6]), 1.0);
        assert_eq!(auroc(&[0.0; 5], &[0.0; 7]), 0.5);
    }

    #[test]
    fn a_tally_counts() {
        let mut tally = Tally::default();
        tally.add(&ndarray::array![[0.9, 0.1], [0.6, 0.4]], &[0, 1]);
        assert_eq!((tally.correct, tally.seen, tally.accuracy()), (1, 2, 50.0));
        let truth = -(math::ln(0.9) + math::ln(0.4)) / 2.0;
        assert!((tally.mean_nll() - truth).abs() < 1e-6);
    }
}
