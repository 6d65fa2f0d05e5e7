//! Frames: what the page sees of a run at one moment, as bytes.
//!
//! A frame carries its numbers and its weights together, so that a label and the picture beside
//! it can never disagree. Layout: length of the header (u32), the header as JSON, padding to a
//! multiple of 4, then for every layer μ and, if Bayesian, ln σ as f32 in the machine's byte order
//! (a frame never leaves the machine).

use serde::{Deserialize, Serialize};

use crate::evaluation::Record;
use crate::layers::Kernel;
use crate::linalg::Matrix;
use crate::network::Network;
use crate::plots::heatmap::Heatmap;
use crate::priors::log_alpha;

/// Everything of a frame but the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Epochs completed.
    pub epoch: u32,
    /// Mini-batches taken of the epoch under way; 0 in a past epoch.
    pub batch: usize,
    /// Mini-batches in an epoch.
    pub batches: usize,
    /// Whether this is the run as it is now; otherwise it is a past epoch.
    pub live: bool,
    /// Hash of the parameters.
    pub fingerprint: String,
    /// KL weight of the epoch.
    pub kl_weight: f32,
    /// The measurements at the end of `epoch`.
    pub record: Option<Record>,
    /// Height and width if the inputs are images.
    pub image: Option<(usize, usize)>,
    /// Weight layers.
    pub layers: Vec<Shape>,
    /// Where each layer's colours end: the largest limit of the run up to here, so that the scale
    /// does not breathe and is the same however the run is looked at.
    pub limits: Vec<f32>,
}

/// One weight layer's size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The layer's name, see [`Network::layer_names`].
    pub name: String,
    /// Inputs.
    pub fan_in: usize,
    /// Outputs.
    pub fan_out: usize,
    /// Whether the weights have a posterior.
    pub bayesian: bool,
    /// What the inputs of a filter are, if the layer is a convolution; outputs are its filters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<Kernel>,
}

/// One weight layer, row-major (fan_in, fan_out).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// μ.
    pub mean: Vec<f32>,
    /// ln σ; empty for point estimates.
    pub log_sigma: Vec<f32>,
}

/// What the page sees of a run at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The numbers.
    pub header: Header,
    /// The weights.
    pub layers: Vec<Layer>,
}

impl Frame {
    /// The weight layers, (fan_in, fan_out) each, with zeros where ln α > `threshold`.
    pub fn pruned(&self, threshold: f32) -> Vec<Matrix> {
        let pruned = |(shape, layer): (&Shape, &Layer)| {
            let shape = (shape.fan_in, shape.fan_out);
            let mut matrix = Matrix::from_shape_vec(shape, layer.mean.clone())
                .expect("a frame has as many weights as its shapes say");
            for (mean, &log_sigma) in matrix.iter_mut().zip(&layer.log_sigma) {
                if log_alpha(*mean, log_sigma) > threshold {
                    *mean = 0.0;
                }
            }
            matrix
        };
        self.header.layers.iter().zip(&self.layers).map(pruned).collect()
    }
}

/// The shapes of a network's weight layers.
pub fn shapes(network: &Network) -> Vec<Shape> {
    let shape = |(w, name): (crate::layers::Weights<'_>, String)| Shape {
        name,
        fan_in: w.mean.nrows(),
        fan_out: w.mean.ncols(),
        bayesian: w.posterior.is_some(),
        kernel: w.kernel,
    };
    network.weights().into_iter().zip(network.layer_names()).map(shape).collect()
}

/// The limits of the layers' colours that suit a network's weights, none below those of `before`.
pub fn limits(network: &Network, threshold: f32, before: &[f32]) -> Vec<f32> {
    let limit = |(i, w): (usize, crate::layers::Weights<'_>)| {
        let heatmap = Heatmap {
            rows: w.mean.nrows(),
            columns: w.mean.ncols(),
            mean: w.mean.as_slice().expect("row-major"),
            log_sigma: w.posterior.map(|p| p.log_sigma.value.as_slice().expect("row-major")),
        };
        heatmap.limit(threshold).max(before.get(i).copied().unwrap_or(0.0))
    };
    network.weights().into_iter().enumerate().map(limit).collect()
}

/// The frame with `header` and the weights of `network`, as bytes.
pub fn encode(header: &Header, network: &Network) -> Vec<u8> {
    let json = serde_json::to_vec(header).expect("plain data becomes JSON");
    let weights = network.weights();
    let values: usize = weights.iter().map(|w| w.mean.len() * 2).sum();
    let mut bytes = Vec::with_capacity(8 + json.len() + 4 * values);
    bytes.extend((json.len() as u32).to_le_bytes());
    bytes.extend(&json);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let mut write = |matrix: &Matrix| {
        let values = matrix.as_slice().expect("weights are kept in row-major order");
        bytes.extend_from_slice(bytemuck::cast_slice(values));
    };
    for layer in weights {
        write(layer.mean);
        if let Some(posterior) = layer.posterior {
            write(&posterior.log_sigma.value);
        }
    }
    bytes
}

/// The frame that `bytes` stand for; `None` if they are not a frame.
pub fn decode(bytes: &[u8]) -> Option<Frame> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let header = std::str::from_utf8(rest.get(..length)?).ok()?;
    let header: Header = serde_json::from_str(header).ok()?;
    let mut rest = bytes.get((4 + length).next_multiple_of(4)..)?;
    let mut read = |n: usize| {
        let (values, after) = rest.split_at_checked(n.checked_mul(4)?)?;
        rest = after;
        Some(bytemuck::pod_collect_to_vec(values))
    };
    let mut layers = Vec::new();
    for shape in &header.layers {
        let n = shape.fan_in.checked_mul(shape.fan_out)?;
        let mean = read(n)?;
        layers.push(Layer { mean, log_sigma: if shape.bayesian { read(n)? } else { Vec::new() } });
    }
    let whole = rest.is_empty() && header.limits.len() == layers.len();
    whole.then_some(Frame { header, layers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats;
    use crate::rng::{Rng, Stream};
    use crate::settings::Settings;

    #[test]
    fn kernels_are_part_of_the_shapes_and_of_their_json_if_there_are_any() {
        let settings = Settings { network: "4x5x2-6c3-7".parse().unwrap(), ..Settings::default() };
        let mut rng = Rng::stream(1, Stream::Initialisation, 0);
        let shapes = shapes(&Network::new(&settings.architecture(), &mut rng));
        assert_eq!(shapes[0].kernel, Some(Kernel { height: 3, width: 3, channels: 2 }));
        assert_eq!(shapes[1].kernel, None);
        let json = serde_json::to_string(&shapes).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Shape>>(&json).unwrap(), shapes);
        assert_eq!(json.matches("kernel").count(), 1);
    }

    #[test]
    fn frames_round_trip_and_foreign_bytes_are_no_frames() {
        use proptest::prelude::{any, proptest};
        let settings = Settings {
            network: crate::topology::Topology::dense(&[7, 5, 3]),
            ..Settings::default()
        };
        let mut rng = Rng::stream(1, Stream::Initialisation, 0);
        let network = Network::new(&settings.architecture(), &mut rng);
        let header = Header {
            epoch: 3,
            batch: 2,
            batches: 45,
            live: true,
            fingerprint: network.fingerprint(),
            kl_weight: 0.5,
            record: None,
            image: Some((8, 8)),
            limits: vec![1.0, 2.0],
            layers: shapes(&network),
        };
        let bytes = encode(&header, &network);
        let frame = decode(&bytes).unwrap();
        assert_eq!(frame.header, header);
        assert_eq!(frame.layers[1].mean, network.weights()[1].mean.as_slice().unwrap());
        assert_eq!(frame.layers[0].log_sigma, [-5.0; 35]);
        for threshold in [-5.0, -4.0, 3.0] {
            assert_eq!(frame.pruned(threshold), formats::pruned(&network, threshold));
        }
        for foreign in [&bytes[..bytes.len() - 1], &bytes[1..], b"", b"\xff\xff\xff\xff"] {
            assert!(decode(foreign).is_none());
        }
        proptest!(|(bytes in proptest::collection::vec(any::<u8>(), 0..100))| {
            let _ = decode(&bytes);
        });
    }
}
