//! Snapshots: a past epoch's network in three bytes a weight.
//!
//! A weight is stored as its mean in half precision and ln α on a grid of 0.1 with 255 levels.
//! So a snapshot knows exactly which weights a threshold on that grid prunes, and σ to 2.5 %.

use half::f16;

use crate::linalg::{Matrix, math};
use crate::network::Network;
use crate::priors::log_alpha;

/// A network as it was.
#[derive(Clone)]
pub struct Snapshot {
    layers: Vec<Stored>,
}

/// One weight layer.
#[derive(Clone)]
struct Stored {
    mean: Vec<f16>,
    /// ⌈10 ln α⌉ shifted by [`LEAST`]; empty for point estimates.
    level: Vec<u8>,
    bias: Matrix,
}

/// The lowest level, ln α = −13; the highest is 12.5. Beyond, the smaller of μ and σ is not worth
/// storing: it is raised to the edge, at most 0.2 % of the larger.
const LEAST: i32 = -130;

impl Snapshot {
    /// What there is to remember of `network`.
    pub fn of(network: &Network) -> Self {
        let store = |weights: crate::network::Weights<'_>| {
            let mean = weights.mean.iter();
            let (mean, level) = match weights.posterior {
                None => (mean.map(|&m| point(m)).collect(), Vec::new()),
                Some(q) => mean.zip(&q.log_sigma.value).map(|(&m, &s)| encode(m, s)).unzip(),
            };
            Stored { mean, level, bias: weights.bias.clone() }
        };
        Self { layers: network.weights().into_iter().map(store).collect() }
    }

    /// The network again, made from one of the same architecture: to look at and to predict with.
    pub fn network(&self, like: &Network) -> Network {
        let mut network = like.clone();
        let mut parameters = network.parameters_mut().into_iter();
        for stored in &self.layers {
            let mean = parameters.next().expect("as many parameters as were stored");
            if stored.level.is_empty() {
                mean.value.iter_mut().zip(&stored.mean).for_each(|(to, &m)| *to = full(m));
            } else {
                let log_sigma = parameters.next().expect("ln σ follows μ");
                let pairs = stored.mean.iter().zip(&stored.level);
                let places = mean.value.iter_mut().zip(&mut log_sigma.value);
                places.zip(pairs).for_each(|(to, (&m, &level))| {
                    (*to.0, *to.1) = decode(m, level);
                });
            }
            let bias = parameters.next().expect("a layer's bias comes last");
            bias.value.assign(&stored.bias);
        }
        network.refresh();
        network
    }

    /// Memory that the snapshot takes, bytes.
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(|l| 2 * l.mean.len() + l.level.len() + 4 * l.bias.len()).sum()
    }
}

/// Means are stored times 1024: then half precision keeps 11 bits from 6·10⁻⁸ up to 63.
const SCALE: f32 = 1024.0;
const MEANS: (f32, f32) = (6e-8, 63.0);

fn half(mean: f32) -> f16 {
    f16::from_f32(mean.clamp(-MEANS.1, MEANS.1) * SCALE)
}

/// A point estimate; only a pruned one is stored as zero.
fn point(weight: f32) -> f16 {
    if weight == 0.0 { f16::ZERO } else { half(weight.abs().max(MEANS.0).copysign(weight)) }
}

fn full(mean: f16) -> f32 {
    mean.to_f32() / SCALE
}

fn encode(mean: f32, log_sigma: f32) -> (f16, u8) {
    let exact = log_alpha(mean, log_sigma);
    let tenths = (10.0 * exact).ceil().clamp(LEAST as f32, (LEAST + 255) as f32);
    // The edge of a level decides what is pruned, so it is compared as `log_alpha` is.
    let mut level = tenths as i32;
    while level > LEAST && exact <= (level - 1) as f32 / 10.0 {
        level -= 1;
    }
    while level < LEAST + 255 && exact > level as f32 / 10.0 {
        level += 1;
    }
    let least = math::exp(log_sigma - 0.05 * (LEAST + 255) as f32).max(MEANS.0);
    let raised = if mean.abs() < least { least.copysign(mean) } else { mean };
    (half(raised), (level - LEAST) as u8)
}

/// (μ, ln σ) with ln α in the middle of its level.
fn decode(mean: f16, level: u8) -> (f32, f32) {
    let mean = full(mean);
    let log_alpha = 0.1 * (i32::from(level) + LEAST) as f32 - 0.05;
    (mean, 0.5 * (log_alpha + math::ln(mean * mean + 1e-16)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{BayesLinear, Estimator};
    use crate::optimizer::Parameter;
    use crate::posterior::Gaussian;
    use crate::rng::{Rng, Stream};

    fn network() -> Network {
        let mut rng = Rng::stream(9, Stream::Initialisation, 0);
        let shape = (200, 100);
        let mut log_sigma = rng.normal_matrix(shape) * 2.0 - 3.0;
        let mut mean = rng.normal_matrix(shape) * 0.2;
        mean[[0, 0]] = 0.0;
        mean[[0, 1]] = 1e-9;
        (mean[[0, 2]], log_sigma[[0, 2]]) = (2.5, -8.0);
        let posterior = Gaussian::from_parameters(Parameter::new(mean), Parameter::new(log_sigma));
        let bias = rng.normal_matrix((1, 100));
        Network::of(vec![Box::new(BayesLinear::at(posterior, bias, Estimator::Lrt))])
    }

    #[test]
    fn every_threshold_on_the_grid_prunes_the_same_weights() {
        let original = network();
        let copy = Snapshot::of(&original).network(&original);
        let pruned = |network: &Network, threshold: f32| {
            let weights = network.weights();
            weights[0].posterior.unwrap().pruned_mean(threshold).mapv(|w| w == 0.0)
        };
        for tenth in -40..=100 {
            let threshold = tenth as f32 / 10.0;
            assert_eq!(pruned(&original, threshold), pruned(&copy, threshold), "at {threshold}");
        }
    }

    #[test]
    fn of_point_estimates_only_the_pruned_come_back_as_zero() {
        let weights = Matrix::from_shape_vec((1, 4), vec![0.0, 1e-30, -1e-30, 0.5]).unwrap();
        let layer = crate::layers::Linear::at(weights, Matrix::zeros((1, 4)));
        let original = Network::of(vec![Box::new(layer)]);
        let copy = Snapshot::of(&original).network(&original);
        let signs = copy.weights()[0].mean.map(|w| (w * 1e9).clamp(-1.0, 1.0));
        assert_eq!(signs.as_slice().unwrap(), [0.0, 1.0, -1.0, 1.0]);
        assert_eq!(copy.weights()[0].kept(3.0), 3);
    }

    #[test]
    fn means_and_deviations_come_back_nearly() {
        let original = network();
        let copy = Snapshot::of(&original).network(&original);
        let (a, b) = (original.weights(), copy.weights());
        let (a, b) = (a[0].posterior.unwrap(), b[0].posterior.unwrap());
        let sigma = |q: &Gaussian, place| q.variance()[place].sqrt();
        for place in ndarray::indices(a.mean.value.dim()) {
            let (s, t) = (sigma(a, place), sigma(b, place));
            let (m, n) = (a.mean.value[place], b.mean.value[place]);
            assert!((m - n).abs() <= 1e-3 * m.abs() + 2.1e-3 * s + 1e-7, "{m} {n} {s}");
            assert!((s - t).abs() <= 0.027 * s + 2.1e-3 * m.abs() + 1e-6, "{s} {t} {m}");
        }
        assert_eq!(a.mean.value.len() * 3 + 400, Snapshot::of(&original).bytes());
    }
}
