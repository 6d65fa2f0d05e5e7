//! Topology: which layers a network has, as text.
//!
//! `784-300-100-10` lists the units of a fully-connected network. `28x28-20c5-p2-50c5-p2-500-10`
//! takes images of 28 × 28 pixels through 20 filters of 5 × 5, max-pooling by 2, … ; `b` is batch
//! normalisation. Networks with a name are written by it.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::number;

/// The shape of a layer's input: an image, or features if there is one pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Pixels down.
    pub height: usize,
    /// Pixels across.
    pub width: usize,
    /// Values a pixel.
    pub channels: usize,
}

impl Volume {
    /// Features without a shape.
    pub fn flat(features: usize) -> Self {
        Self { height: 1, width: 1, channels: features }
    }

    /// Values in all.
    pub fn features(&self) -> usize {
        self.height.saturating_mul(self.width).saturating_mul(self.channels)
    }
}

/// One stage of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A fully-connected layer of so many units.
    Dense(usize),
    /// A convolution, one pixel a step and never over the edge.
    Convolution {
        /// Filters, the channels of its output.
        filters: usize,
        /// Pixels across and down a filter.
        kernel: usize,
    },
    /// Max-pooling of squares of so many pixels across and down.
    MaxPool(usize),
    /// Batch normalisation.
    BatchNorm,
}

impl Stage {
    /// The shape of its output; `None` if it does not fit the input.
    pub fn output(self, input: Volume) -> Option<Volume> {
        let Volume { height, width, channels } = input;
        match self {
            Self::Dense(units) => Some(Volume::flat(units)),
            Self::Convolution { filters, kernel } => {
                let (down, across) = (height.checked_sub(kernel)?, width.checked_sub(kernel)?);
                Some(Volume { height: down + 1, width: across + 1, channels: filters })
            }
            Self::MaxPool(size) => {
                let pooled = Volume { height: height / size, width: width / size, channels };
                (pooled.features() > 0).then_some(pooled)
            }
            Self::BatchNorm => Some(input),
        }
    }

    /// The shape (fan_in, fan_out) of its weights.
    pub fn weights(self, input: Volume) -> Option<(usize, usize)> {
        match self {
            Self::Dense(units) => Some((input.features(), units)),
            Self::Convolution { filters, kernel } => {
                Some((kernel.saturating_mul(kernel).saturating_mul(input.channels), filters))
            }
            Self::MaxPool(_) | Self::BatchNorm => None,
        }
    }
}

/// The layers of a network, first to last; the last is fully connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    input: Volume,
    stages: Vec<Stage>,
}

/// Networks with a name.
pub const NAMED: &[(&str, &str)] = &[("lenet-5-caffe", "28x28-20c5-p2-50c5-p2-500-10")];

/// Weights that a network may have: a larger one would not fit a phone's memory.
const MOST_WEIGHTS: usize = 20_000_000;
/// Values that one object may have in a layer.
const MOST_FEATURES: usize = 1_000_000;

impl Topology {
    /// A fully-connected network with so many units, the input and the classes among them.
    pub fn dense(sizes: &[usize]) -> Self {
        let stages = sizes[1..].iter().map(|&units| Stage::Dense(units)).collect();
        Self { input: Volume::flat(sizes[0]), stages }
    }

    /// The shape of the input.
    pub fn input(&self) -> Volume {
        self.input
    }

    /// The stages with the shapes of their inputs.
    pub fn stages(&self) -> impl Iterator<Item = (Volume, Stage)> {
        self.stages.iter().scan(self.input, |volume, &stage| {
            let input = *volume;
            *volume = stage.output(input)?;
            Some((input, stage))
        })
    }

    /// Whether it looks at images through windows.
    pub fn is_convolutional(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage, Stage::Convolution { .. }))
    }

    /// The same stages for data of `features` inputs in images of (height, width), and `classes`
    /// classes; `None` if the images are too small for them.
    pub fn fitted(
        &self,
        features: usize,
        image: Option<(usize, usize)>,
        classes: usize,
    ) -> Option<Self> {
        let mut fitted = self.clone();
        fitted.input = match image.filter(|_| self.input.height * self.input.width > 1) {
            Some((height, width)) => {
                Volume { height, width, channels: features / (height * width) }
            }
            None => Volume::flat(features),
        };
        *fitted.stages.last_mut()? = Stage::Dense(classes);
        fitted.valid()
    }

    fn valid(self) -> Option<Self> {
        let mut volume = self.input;
        let mut weights = 0_usize;
        if volume.features() > MOST_FEATURES {
            return None;
        }
        for &stage in &self.stages {
            if let Some((fan_in, fan_out)) = stage.weights(volume) {
                weights = weights.checked_add(fan_in.checked_mul(fan_out)?)?;
            }
            volume = stage.output(volume)?;
            if !(1..=MOST_FEATURES).contains(&volume.features()) {
                return None;
            }
        }
        let ends = matches!(self.stages.last(), Some(Stage::Dense(_)));
        (ends && weights <= MOST_WEIGHTS && self.stages.len() <= 40).then_some(self)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-').map(str::trim);
        let number = |text: &str| number::whole_within(text, 1, 100_000).map(|n| n as usize);
        let first = parts.next()?;
        let sides: Option<Vec<usize>> = first.split('x').map(number).collect();
        let input = match sides?[..] {
            [features] => Volume::flat(features),
            [height, width] => Volume { height, width, channels: 1 },
            [height, width, channels] => Volume { height, width, channels },
            _ => return None,
        };
        let stage = |part: &str| {
            if part == "b" {
                Some(Stage::BatchNorm)
            } else if let Some(size) = part.strip_prefix('p') {
                number(size).map(Stage::MaxPool)
            } else if let Some((filters, kernel)) = part.split_once('c') {
                let (filters, kernel) = (number(filters)?, number(kernel)?);
                Some(Stage::Convolution { filters, kernel })
            } else {
                number(part).map(Stage::Dense)
            }
        };
        Self { input, stages: parts.map(stage).collect::<Option<_>>()? }.valid()
    }

    fn spelled(&self) -> String {
        let Volume { height, width, channels } = self.input;
        let mut text = match (height * width, channels) {
            (1, features) => features.to_string(),
            (_, 1) => format!("{height}x{width}"),
            _ => format!("{height}x{width}x{channels}"),
        };
        for stage in &self.stages {
            text += &match stage {
                Stage::Dense(units) => format!("-{units}"),
                Stage::Convolution { filters, kernel } => format!("-{filters}c{kernel}"),
                Stage::MaxPool(size) => format!("-p{size}"),
                Stage::BatchNorm => "-b".to_owned(),
            };
        }
        text
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelled = self.spelled();
        let name = NAMED.iter().find(|(_, text)| *text == spelled).map(|(name, _)| *name);
        f.write_str(name.unwrap_or(&spelled))
    }
}

impl FromStr for Topology {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let named = NAMED.iter().find(|(name, _)| *name == text.trim());
        Self::parse(named.map_or(text, |(_, spelled)| spelled)).ok_or_else(|| {
            Error::new(format!(
                "Network '{text}' is not a list of layers with at most 20 million weights: write for example 784-300-100-10, 28x28-20c5-p2-50c5-p2-500-10 or lenet-5-caffe."
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_round_trip_and_shapes_follow() {
        for text in ["784-300-100-10", "lenet-5-caffe", "8x8-20c3-b-p2-10", "32x32x3-8c3-10"] {
            assert_eq!(text.parse::<Topology>().unwrap().to_string(), text);
        }
        let lenet: Topology = "lenet-5-caffe".parse().unwrap();
        let weights: Vec<_> = lenet.stages().filter_map(|(v, s)| s.weights(v)).collect();
        assert_eq!(weights, [(25, 20), (500, 50), (800, 500), (500, 10)]);
        assert_eq!(weights.iter().map(|(i, o)| i * o).sum::<usize>(), 430_500);
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in
            ["", "64", "64--10", "4x4-3c5-10", "8x8-20c3", "9999-9999-10", "8x8-p9-10", "8-x"]
        {
            let error = text.parse::<Topology>().unwrap_err().to_string();
            assert!(error.contains(&format!("'{text}'")), "{error}");
        }
    }

    #[test]
    fn topologies_fit_other_data() {
        let lenet: Topology = "lenet-5-caffe".parse().unwrap();
        let fitted = lenet.fitted(32 * 32, Some((32, 32)), 26).unwrap();
        assert_eq!(fitted.to_string(), "32x32-20c5-p2-50c5-p2-500-26");
        assert!(lenet.fitted(64, Some((8, 8)), 10).is_none());
        let dense = Topology::dense(&[784, 30, 10]);
        assert_eq!(dense.fitted(64, Some((8, 8)), 3), Some(Topology::dense(&[64, 30, 3])));
    }
}
