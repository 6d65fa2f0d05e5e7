//! Networks: stacks of layers that train, and the deterministic networks they stand for.

use crate::layers::{
    BatchNorm, Bayesian, Connection, Convolution, Deterministic, Dropout, Estimator, Fixed,
    FullyConnected, Layer, MaxPool, Point, Relu, Weights,
};
use crate::linalg::{Matrix, Windows};
use crate::methods::Method;
use crate::optimizer::Parameter;
use crate::posterior::{Gaussian, Update};
use crate::priors::{Earlier, Prior, Reference};
use crate::rng::Rng;
use crate::topology::{Stage, Topology, Volume};

/// What a network is made of.
#[derive(Clone, Debug)]
pub struct Architecture {
    /// The layers.
    pub topology: Topology,
    /// What stands for a weight.
    pub method: Method,
    /// Gradient estimator of Bayesian weights.
    pub estimator: Estimator,
    /// Standard deviation of the initial means.
    pub init_scale: f32,
    /// Initial ln σ.
    pub init_log_sigma: f32,
    /// Whether Bayesian layers hold pruned means at 0 in training.
    pub clip: bool,
    /// Probability that binary dropout drops a hidden unit.
    pub dropout: f32,
}

/// A stack of layers.
#[derive(Clone)]
pub struct Network {
    layers: Vec<Box<dyn Layer>>,
}

impl Network {
    /// A network with initial weights drawn from `rng`.
    ///
    /// A rectifier (and dropout, if the method has it) stands before every weight layer but the
    /// first; after max-pooling, where it does the same as before it and has less to do.
    pub fn new(architecture: &Architecture, rng: &mut Rng) -> Self {
        let mut layers: Vec<Box<dyn Layer>> = Vec::new();
        let mut hidden = false;
        for (input, stage) in architecture.topology.stages() {
            let Volume { height, width, channels } = input;
            let Some(shape) = stage.weights(input) else {
                layers.push(match stage {
                    Stage::MaxPool(size) => Box::new(MaxPool::new((height, width, channels), size)),
                    _ => Box::new(BatchNorm::new(channels)),
                });
                continue;
            };
            if hidden {
                layers.push(Box::new(Relu::default()));
                if architecture.method == Method::BinaryDropout {
                    layers.push(Box::new(Dropout::new(input.features(), architecture.dropout)));
                }
            }
            hidden = true;
            layers.push(match stage {
                Stage::Convolution { kernel, .. } => {
                    let windows = Windows { height, width, channels, kernel };
                    weight_layer(Convolution(windows), shape, architecture, rng)
                }
                _ => weight_layer(FullyConnected, shape, architecture, rng),
            });
        }
        Self { layers }
    }

    /// A network of the given layers.
    pub fn of(layers: Vec<Box<dyn Layer>>) -> Self {
        Self { layers }
    }

    /// Outputs of a training batch, (objects, features) to (objects, outputs), with fresh noise.
    pub fn forward(&mut self, x: Matrix, noise: &mut Rng) -> Matrix {
        self.layers.iter_mut().fold(x, |x, layer| layer.forward(x, noise))
    }

    /// Sets every parameter's gradient from that of the outputs, (objects, outputs).
    pub fn backward(&mut self, dy: Matrix) {
        let layers = self.layers.iter_mut().enumerate().rev();
        layers.fold(dy, |dy, (i, layer)| layer.backward(dy, i > 0));
    }

    /// Moves every parameter by one step.
    pub fn update(&mut self, update: &Update<'_>) {
        self.layers.iter_mut().for_each(|layer| layer.update(update));
    }

    /// Retires inputs, units and filters that no surviving weight connects to the classes or to
    /// the data: they leave the arithmetic for good, with their noise. See [`Layer::retire`].
    pub fn retire(&mut self) {
        let mut unread = Vec::new();
        for layer in self.layers.iter_mut().rev() {
            unread = layer.retire(&unread).unwrap_or(unread);
        }
    }

    /// Takes over from `before`, a network of the same shape: its posterior is the prior from now on,
    /// and its biases go on.
    pub fn follow(&mut self, before: &Self) {
        for (layer, before) in self.layers.iter_mut().zip(&before.layers) {
            if let Some(before) = before.weights() {
                layer.follow(&before);
            }
        }
    }

    /// Forgets what the optimizer remembers of the gradients.
    pub fn forget_moments(&mut self) {
        for parameter in self.parameters_mut() {
            parameter.first_moment.fill(0.0);
            parameter.second_moment.fill(0.0);
        }
        self.refresh();
    }

    /// The posteriors of Bayesian layers with the numbers of their layers, as in the names of
    /// [`parameters`](Self::parameters).
    pub fn posteriors_mut(&mut self) -> impl Iterator<Item = (usize, &mut Gaussian)> {
        let layers = self.layers.iter_mut().filter(|layer| !layer.parameters().is_empty());
        layers.enumerate().filter_map(|(i, layer)| Some((i, layer.posterior_mut()?)))
    }

    /// The posteriors that have become priors, named `layers.0.prior`, ….
    pub fn earlier(&self) -> Vec<(String, &Earlier)> {
        let layers = self.layers.iter().filter(|layer| !layer.parameters().is_empty());
        let found =
            layers.enumerate().filter_map(|(i, layer)| match layer.posterior()?.reference() {
                Reference::Earlier(earlier) => Some((format!("layers.{i}.prior"), &**earlier)),
                _ => None,
            });
        found.collect()
    }

    /// KL(q‖p) of all weights in nats.
    pub fn kl(&self, prior: &dyn Prior) -> f64 {
        self.layers.iter().map(|layer| layer.kl(prior)).sum()
    }

    /// The deterministic network at one point of the posterior.
    pub fn fixed(&self, mut point: Point<'_>) -> FixedNetwork {
        FixedNetwork(self.layers.iter().map(|layer| layer.fixed(&mut point)).collect())
    }

    /// Chooses the gradient estimator of all Bayesian layers.
    pub fn set_estimator(&mut self, estimator: Estimator) {
        self.layers.iter_mut().for_each(|layer| layer.set_estimator(estimator));
    }

    /// Prunes point estimates: in every layer the share `sparsity` of the smallest is then zero.
    pub fn prune(&mut self, sparsity: f32) {
        self.layers.iter_mut().for_each(|layer| layer.prune(sparsity));
    }

    /// The weight layers, first to last: their means (or weights) and, if Bayesian, posteriors.
    pub fn weights(&self) -> Vec<Weights<'_>> {
        self.layers.iter().filter_map(|layer| layer.weights()).collect()
    }

    /// The names of the weight layers: conv1, conv2, W3, … with W's number counting all of them.
    pub fn layer_names(&self) -> Vec<String> {
        let mut convolutions = 0;
        let name = |(number, layer): (usize, Weights<'_>)| match layer.kernel {
            Some(_) => {
                convolutions += 1;
                format!("conv{convolutions}")
            }
            None => format!("W{number}"),
        };
        (1..).zip(self.weights()).map(name).collect()
    }

    /// dL/dμ of every Bayesian layer, of the weights that have not retired.
    pub fn mean_gradients(&self) -> Vec<&Matrix> {
        self.layers.iter().filter_map(|layer| layer.mean_gradient()).collect()
    }

    /// All parameters, named `layers.0.mean`, `layers.0.log_sigma`, `layers.0.bias`, … by
    /// weight layer.
    pub fn parameters(&self) -> Vec<(String, &Parameter)> {
        let with_parameters = self.layers.iter().map(|layer| layer.parameters());
        let weighted = with_parameters.filter(|parameters| !parameters.is_empty());
        let named = weighted.enumerate().flat_map(|(i, parameters)| {
            parameters.into_iter().map(move |(name, p)| (format!("layers.{i}.{name}"), p))
        });
        named.collect()
    }

    /// All parameters, in the same order.
    pub fn parameters_mut(&mut self) -> Vec<&mut Parameter> {
        self.layers.iter_mut().flat_map(|layer| layer.parameters_mut()).collect()
    }

    /// Called after parameters were written from outside.
    pub fn refresh(&mut self) {
        self.layers.iter_mut().for_each(|layer| layer.refresh());
    }

    /// A short hash of all means, log σ and biases: equal runs have equal fingerprints.
    pub fn fingerprint(&self) -> String {
        // FNV-1a over 32-bit words (Fowler, Noll and Vo).
        let mut hash = 0xCBF2_9CE4_8422_2325_u64;
        for (_, parameter) in self.parameters() {
            for value in &parameter.value {
                hash = (hash ^ u64::from(value.to_bits())).wrapping_mul(0x0000_0100_0000_01B3);
            }
        }
        format!("{:08x}", (hash >> 32) as u32 ^ hash as u32)
    }
}

/// A layer of weights (fan_in, fan_out) as the method has them.
fn weight_layer(
    connection: impl Connection,
    shape: (usize, usize),
    architecture: &Architecture,
    rng: &mut Rng,
) -> Box<dyn Layer> {
    let Architecture { estimator, init_scale, init_log_sigma, clip, .. } = *architecture;
    if architecture.method.prior().is_some() {
        let spread = (init_scale, init_log_sigma);
        Box::new(Bayesian::new(connection, shape, spread, estimator, rng).clipped(clip))
    } else {
        Box::new(Deterministic::new(connection, shape, init_scale, rng))
    }
}

/// A network without randomness.
pub struct FixedNetwork(Vec<Box<dyn Fixed>>);

impl FixedNetwork {
    /// Outputs of a batch, (objects, features) to (objects, outputs).
    pub fn predict(&self, x: Matrix) -> Matrix {
        self.0.iter().fold(x, |x, layer| layer.predict(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::priors::LogUniform;
    use crate::rng::Stream;

    #[test]
    fn retiring_follows_the_units_and_never_changes_the_pruned_network() {
        for text in ["16-9-8-3", "4x4-6c2-5c2-p2-3"] {
            let architecture = Architecture {
                topology: text.parse().unwrap(),
                method: Method::SparseVd,
                estimator: Estimator::Lrt,
                init_scale: 0.5,
                init_log_sigma: -2.0,
                clip: false,
                dropout: 0.0,
            };
            let mut rng = Rng::stream(4, Stream::Initialisation, 0);
            let mut network = Network::new(&architecture, &mut rng);
            // Nothing above reads unit 1 of the first layer: its rows of the second are noise.
            let units = network.weights()[0].mean.ncols();
            let mut second = network.parameters_mut().swap_remove(3).value.view_mut();
            for (row, mut weights) in second.rows_mut().into_iter().enumerate() {
                if row % units == 1 {
                    weights.fill(1e-4);
                }
            }
            let x = rng.normal_matrix((5, 16));
            let pruned = |network: &Network| {
                network
                    .fixed(Point::Mean { threshold: crate::posterior::PRUNED })
                    .predict(x.clone())
            };
            let (before, kl) = (pruned(&network), network.kl(&LogUniform));
            network.retire();
            assert_eq!(pruned(&network), before, "{text}");
            assert!(network.kl(&LogUniform) <= kl, "{text}: the bound fell");
            let first = network.weights()[0].posterior.unwrap();
            let retired = |unit| (0..first.mean.value.nrows()).all(|i| first.is_retired((i, unit)));
            assert!((0..units).all(|unit| retired(unit) == (unit == 1)), "{text}");
        }
    }

    #[test]
    fn a_network_of_which_nothing_is_left_goes_on() {
        for text in ["16-9-8-3", "4x4-6c2-5c2-p2-3"] {
            for estimator in Estimator::ALL {
                let architecture = Architecture {
                    topology: text.parse().unwrap(),
                    method: Method::SparseVd,
                    estimator,
                    init_scale: 1e-3,
                    init_log_sigma: 0.0,
                    clip: true,
                    dropout: 0.0,
                };
                let mut rng = Rng::stream(4, Stream::Initialisation, 0);
                let mut network = Network::new(&architecture, &mut rng);
                network.retire();
                for number in 1..4 {
                    let y = network.forward(rng.normal_matrix((5, 16)), &mut rng);
                    assert_eq!(y.dim(), (5, 3));
                    network.backward(y);
                    let (optimizer, prior) = (&crate::optimizer::Adam, &LogUniform);
                    let step = crate::optimizer::Step { number, learning_rate: 0.1 };
                    network.update(&Update { optimizer, step, prior, kl_weight: 1.0 });
                }
                assert!(network.weights().iter().all(|layer| layer.kept(10.0) == 0), "{text}");
            }
        }
    }
}
