//! Snapshots: a past epoch's network in two and a half bytes a weight.
//!
//! A weight's posterior is stored in 20 bits: the sign of μ, ln|μ| on a grid of 1/90 (11 bits) and
//! ln α on a grid of 0.1 (8 bits). So a snapshot knows exactly which weights a threshold on the
//! second grid prunes, μ to 0.6 % and σ to 3.2 %. Point estimates are stored in half precision.
//! 200 epochs of LeNet-300-100 are at most 134 MB, whatever its weights are.

use half::f16;

use crate::linalg::{Matrix, math};
use crate::network::Network;
use crate::priors::log_alpha;

/// A network as it was: its parameters, in their order.
#[derive(Clone)]
pub struct Snapshot(Vec<Stored>);

/// One or two parameters, row-major.
#[derive(Clone)]
enum Stored {
    /// Weights that are points.
    Points(Vec<f16>),
    /// μ and ln σ, two weights' codes each.
    Posterior(Vec<[u8; 5]>),
    /// Anything else: there is little of it.
    Exact(Matrix),
}

impl Snapshot {
    /// What there is to remember of `network`.
    pub fn of(network: &Network) -> Self {
        let mut stored = Vec::new();
        let mut parameters = network.parameters().into_iter();
        while let Some((name, parameter)) = parameters.next() {
            stored.push(match name.rsplit('.').next() {
                Some("mean") => {
                    let (_, log_sigma) = parameters.next().expect("ln σ follows μ");
                    Stored::Posterior(pack(&parameter.value, &log_sigma.value))
                }
                Some("weight") => {
                    Stored::Points(parameter.value.iter().map(|&point| half(point)).collect())
                }
                _ => Stored::Exact(parameter.value.clone()),
            });
        }
        Self(stored)
    }

    /// The network again, made from one of the same architecture: to look at and to predict with.
    pub fn network(&self, like: &Network) -> Network {
        let mut network = like.clone();
        let mut values = network.parameters_mut().into_iter().map(|parameter| &mut parameter.value);
        let mut next = || values.next().expect("as many parameters as were stored");
        for stored in &self.0 {
            match stored {
                Stored::Points(points) => {
                    next().iter_mut().zip(points).for_each(|(to, &point)| *to = full(point));
                }
                Stored::Posterior(pairs) => unpack(pairs, next(), next()),
                Stored::Exact(value) => next().assign(value),
            }
        }
        network.refresh();
        network
    }

    /// Memory that the snapshot takes, bytes.
    pub fn bytes(&self) -> usize {
        let bytes = |stored: &Stored| match stored {
            Stored::Points(points) => size_of_val(&points[..]),
            Stored::Posterior(pairs) => size_of_val(&pairs[..]),
            Stored::Exact(value) => 4 * value.len(),
        };
        self.0.iter().map(bytes).sum()
    }
}

/// Point estimates are stored times 1024: then half precision keeps 11 bits from 6·10⁻⁸ to 63.
const SCALE: f32 = 1024.0;

/// A point estimate; only a pruned one is stored as zero.
fn half(point: f32) -> f16 {
    if point == 0.0 {
        return f16::ZERO;
    }
    f16::from_f32(point.abs().clamp(6e-8, 63.0).copysign(point) * SCALE)
}

fn full(point: f16) -> f32 {
    point.to_f32() / SCALE
}

/// The lowest and the highest level of 10 ln α, which is rounded up. Beyond, the smaller of μ and
/// σ is not worth storing: it is raised to the edge, at most 0.2 % of the larger.
const LEVELS: (i32, i32) = (-130, 125);
/// Steps of the grid of ln|μ| to 1, and how many it has: from 10⁻⁸, which stands for zero, to 75.
const STEPS: f32 = 90.0;
const SIZES: usize = 1 << 11;
/// Where the grid begins: |μ| is never zero in ½ ln(μ² + 10⁻¹⁶), the size that ln α is made with.
const SMALLEST: f32 = -18.420_68;

fn pack(mean: &Matrix, log_sigma: &Matrix) -> Vec<[u8; 5]> {
    let rows = "kept in row-major order";
    let means = mean.as_slice().expect(rows).chunks(2);
    let log_sigmas = log_sigma.as_slice().expect(rows).chunks(2);
    let pair = |(means, log_sigmas): (&[f32], &[f32])| {
        let codes = means.iter().zip(log_sigmas).map(|(&mean, &s)| u64::from(encode(mean, s)));
        let [bytes @ .., _, _, _] =
            codes.rev().fold(0, |pair, code| pair << 20 | code).to_le_bytes();
        bytes
    };
    means.zip(log_sigmas).map(pair).collect()
}

/// Writes μ and ln σ of as many weights as the matrices have.
fn unpack(pairs: &[[u8; 5]], mean: &mut Matrix, log_sigma: &mut Matrix) {
    let means: [f32; SIZES] = std::array::from_fn(mean_of_size);
    let codes = pairs.iter().flat_map(|&[a, b, c, d, e]| {
        let pair = u64::from_le_bytes([a, b, c, d, e, 0, 0, 0]);
        [pair as u32, (pair >> 20) as u32]
    });
    mean.iter_mut().zip(log_sigma).zip(codes).for_each(|((mean, log_sigma), code)| {
        (*mean, *log_sigma) = decode(code, &means);
    });
}

/// A weight in 20 bits: from the lowest, its level, its size and its sign.
fn encode(mean: f32, log_sigma: f32) -> u32 {
    let exact = log_alpha(mean, log_sigma);
    let (lowest, highest) = LEVELS;
    let mut level = (10.0 * exact).ceil().clamp(lowest as f32, highest as f32) as i32;
    // The edge of a level decides what is pruned, so it is compared as `log_alpha` is.
    while level > lowest && exact <= (level - 1) as f32 / 10.0 {
        level -= 1;
    }
    while level < highest && exact > level as f32 / 10.0 {
        level += 1;
    }
    let log_mean = log_sigma - 0.5 * exact.min(0.1 * highest as f32);
    let size = (STEPS * (log_mean - SMALLEST)).round().clamp(0.0, (SIZES - 1) as f32);
    u32::from(mean.is_sign_negative()) << 19 | (size as u32) << 8 | (level - lowest) as u32
}

/// (μ, ln σ) with ln α in the middle of its level; `means` are those of all sizes.
fn decode(code: u32, means: &[f32; SIZES]) -> (f32, f32) {
    let size = (code >> 8) as usize % SIZES;
    let sign = (code >> 19 & 1) << 31;
    let log_alpha = 0.1 * ((code & 255) as i32 + LEVELS.0) as f32 - 0.05;
    (f32::from_bits(means[size].to_bits() | sign), log_mean_of_size(size) + 0.5 * log_alpha)
}

/// ½ ln(μ² + 10⁻¹⁶).
fn log_mean_of_size(size: usize) -> f32 {
    SMALLEST + size as f32 / STEPS
}

fn mean_of_size(size: usize) -> f32 {
    (math::exp(2.0 * log_mean_of_size(size)) - 1e-16).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{BayesLinear, Estimator, FullyConnected, Layer, Linear};
    use crate::methods::Method;
    use crate::optimizer::Parameter;
    use crate::posterior::Gaussian;
    use crate::rng::{Rng, Stream};
    use crate::settings::Settings;

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
        Network::of(vec![Box::new(BayesLinear::at(
            FullyConnected,
            posterior,
            bias,
            Estimator::Lrt,
        ))])
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
        let layer = crate::layers::Linear::at(FullyConnected, weights, Matrix::zeros((1, 4)));
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
            assert!((m - n).abs() <= 0.006 * m.abs() + 2e-3 * s + 1e-8, "{m} {n} {s}");
            assert!((s - t).abs() <= 0.032 * s + 2e-3 * m.abs() + 1e-8, "{s} {t} {m}");
            assert!(m * n >= 0.0, "{m} {n}");
        }
        assert_eq!(original.weights()[0].bias, copy.weights()[0].bias);
    }

    #[test]
    fn what_came_back_is_stored_as_it_was() {
        let means: [f32; SIZES] = std::array::from_fn(mean_of_size);
        for code in 0..1 << 20 {
            let (mean, log_sigma) = decode(code, &means);
            assert_eq!(encode(mean, log_sigma), code, "{mean} {log_sigma}");
        }
    }

    #[test]
    fn point_estimates_come_back_nearly_and_zeros_exactly() {
        let mut rng = Rng::stream(9, Stream::Initialisation, 0);
        let mut layer = Linear::new(FullyConnected, (30, 7), 0.1, &mut rng);
        layer.parameters_mut()[0].value.column_mut(3).fill(0.0);
        let original = Network::of(vec![Box::new(layer)]);
        let copy = Snapshot::of(&original).network(&original);
        for (a, b) in original.weights()[0].mean.iter().zip(copy.weights()[0].mean) {
            assert!((a - b).abs() <= 5e-4 * a.abs(), "{a} {b}");
        }
    }

    #[test]
    fn two_hundred_epochs_of_lenet_300_100_fit_into_150_megabytes() {
        let settings = Settings {
            network: crate::topology::Topology::dense(&[784, 300, 100, 10]),
            ..Settings::default()
        };
        for method in [Method::SparseVd, Method::Dense] {
            let architecture = Settings { method, ..settings.clone() }.architecture();
            let mut rng = Rng::stream(1, Stream::Initialisation, 0);
            let bytes = Snapshot::of(&Network::new(&architecture, &mut rng)).bytes();
            assert!(bytes >= 2 * 266_200 && 201 * bytes <= 150_000_000, "{bytes}");
        }
    }

    #[test]
    fn an_odd_number_of_weights_comes_back() {
        let mut rng = Rng::stream(2, Stream::Initialisation, 0);
        let posterior = Gaussian::new((3, 5), 0.1, -3.0, &mut rng);
        let bias = rng.normal_matrix((1, 5));
        let layer = BayesLinear::at(FullyConnected, posterior, bias, Estimator::Lrt);
        let original = Network::of(vec![Box::new(layer)]);
        let snapshot = Snapshot::of(&original);
        assert_eq!(snapshot.bytes(), 5 * 8 + 4 * 5);
        let copy = snapshot.network(&original);
        let (a, b) = (original.weights()[0].mean[[2, 4]], copy.weights()[0].mean[[2, 4]]);
        assert!((a - b).abs() <= 0.006 * a.abs(), "{a} {b}");
    }
}
