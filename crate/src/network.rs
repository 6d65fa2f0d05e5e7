//! Networks: stacks of layers that train, and the deterministic networks they stand for.

use crate::layers::{
    BayesLinear, Dropout, Estimator, Fixed, InputGradient, Kernel, Layer, Linear, Point, Relu,
};
use crate::linalg::Matrix;
use crate::methods::Method;
use crate::optimizer::Parameter;
use crate::posterior::{Gaussian, Update};
use crate::priors::Prior;
use crate::rng::Rng;

/// What a fully-connected network is made of.
#[derive(Clone, Debug)]
pub struct Architecture {
    /// Units of every layer, the input and the output among them.
    pub sizes: Vec<usize>,
    /// What stands for a weight.
    pub method: Method,
    /// Gradient estimator of Bayesian weights.
    pub estimator: Estimator,
    /// Standard deviation of the initial means.
    pub init_scale: f32,
    /// Initial ln σ.
    pub init_log_sigma: f32,
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
    pub fn new(architecture: &Architecture, rng: &mut Rng) -> Self {
        let Architecture { sizes, method, estimator, init_scale, init_log_sigma, dropout } =
            architecture;
        let mut layers: Vec<Box<dyn Layer>> = Vec::new();
        for (i, pair) in sizes.windows(2).enumerate() {
            let (fan_in, fan_out) = (pair[0], pair[1]);
            if i > 0 {
                layers.push(Box::new(Relu::default()));
                if *method == Method::BinaryDropout {
                    layers.push(Box::new(Dropout::new(fan_in, *dropout)));
                }
            }
            if method.prior().is_some() {
                let shape = (fan_in, fan_out);
                let layer = BayesLinear::new(shape, *init_scale, *init_log_sigma, *estimator, rng);
                layers.push(Box::new(layer));
            } else {
                layers.push(Box::new(Linear::new(fan_in, fan_out, *init_scale, rng)));
            }
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
        let mut dy = dy;
        for i in (0..self.layers.len()).rev() {
            let wanted = match i.checked_sub(1).map(|below| self.layers[below].masks_gradient()) {
                None => InputGradient::Unused,
                Some(true) => InputGradient::WhereNonZero,
                Some(false) => InputGradient::Everywhere,
            };
            dy = self.layers[i].backward(&dy, wanted);
        }
    }

    /// Moves every parameter by one step.
    pub fn update(&mut self, update: &Update<'_>) {
        self.layers.iter_mut().for_each(|layer| layer.update(update));
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

    /// The weight layers, first to last: their means (or weights) and, if Bayesian, posteriors.
    pub fn weights(&self) -> Vec<Weights<'_>> {
        self.layers.iter().map(AsRef::as_ref).filter_map(Weights::of).collect()
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

/// One weight layer to look at.
pub struct Weights<'a> {
    /// μ, or the weights themselves, (fan_in, fan_out).
    pub mean: &'a Matrix,
    /// The posterior of Bayesian weights.
    pub posterior: Option<&'a Gaussian>,
    /// The bias, (1, fan_out).
    pub bias: &'a Matrix,
    /// What the rows of `mean` are, if the layer is a convolution.
    pub kernel: Option<Kernel>,
}

impl<'a> Weights<'a> {
    /// The weights of a layer that has some: by convention its first parameter, the bias its last.
    fn of(layer: &'a dyn Layer) -> Option<Self> {
        let parameters = layer.parameters();
        let ((_, weights), (_, bias)) = (parameters.first()?, parameters.last()?);
        let (mean, bias) = (&weights.value, &bias.value);
        Some(Self { mean, posterior: layer.posterior(), bias, kernel: layer.kernel() })
    }

    /// How many weights there are.
    pub fn total(&self) -> usize {
        self.mean.len()
    }

    /// How many weights have ln α ≤ `threshold`; all of them if they are point estimates.
    pub fn kept(&self, threshold: f32) -> usize {
        self.posterior.map_or(self.total(), |posterior| posterior.kept(threshold))
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
