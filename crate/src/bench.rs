//! The works that speed is measured by, the same natively and in the browser.

use std::sync::Arc;

use crate::data::{Data, Dataset, Features};
use crate::layers::Estimator;
use crate::methods::Method;
use crate::rng::{Rng, Stream};
use crate::settings::Settings;
use crate::trainer::Trainer;

/// One work: a network whose training step is timed, with batches of 100.
pub struct Work {
    /// Its name in reports.
    pub name: &'static str,
    /// Steps whose median counts.
    pub steps: usize,
    network: &'static str,
    method: Method,
    estimator: Estimator,
}

/// Every work.
pub const ALL: &[Work] = &[
    fully_connected("W1", Method::SparseVd, Estimator::Lrt),
    fully_connected("W1b", Method::SparseVd, Estimator::Rt),
    Work {
        name: "W2",
        steps: 20,
        network: "lenet-5-caffe",
        method: Method::SparseVd,
        estimator: Estimator::Lrt,
    },
    fully_connected("W3", Method::Dense, Estimator::Lrt),
];

const fn fully_connected(name: &'static str, method: Method, estimator: Estimator) -> Work {
    Work { name, steps: 100, network: "784-300-100-10", method, estimator }
}

/// The work called `name`.
pub fn find(name: &str) -> Option<&'static Work> {
    ALL.iter().find(|work| work.name == name)
}

impl Work {
    /// The run to be timed: the KL is at its full weight from the first step.
    pub fn trainer(&self, data: Arc<Data>) -> Trainer {
        let settings = Settings {
            network: self.network.parse().expect("a network of this list"),
            method: self.method,
            estimator: self.estimator,
            batch_size: 100,
            init_scale: 0.02,
            kl_warmup: crate::schedule::Warmup { from: 0.0, to: 0.0 },
            ..Settings::default()
        };
        Trainer::new(settings, data)
    }
}

/// Images like MNIST's for machines without MNIST: 784 bytes, 81 % of them zero, blob-shaped.
///
/// A step's time depends on how many pixels are zero, not on what they show.
pub fn stand_in() -> Data {
    let dataset = |n: usize, counter| {
        let mut rng = Rng::stream(0, Stream::Measures, counter);
        let mut values = vec![0; n * 784];
        let mut labels = Vec::with_capacity(n);
        for image in values.chunks_exact_mut(784) {
            let label = rng.below(10);
            labels.push(label as u8);
            let column = 6 + label as usize;
            // A slanted bar of 150 of the 784 pixels, somewhere that depends on the class.
            for y in 4..24 {
                for x in 0..8 {
                    if rng.uniform() < 0.94 {
                        image[y * 28 + column + (y / 6) + x - 4] = 1 + rng.below(255) as u8;
                    }
                }
            }
        }
        Dataset::new(Features::Bytes { values, scale: 1.0 / 255.0 }, 784, labels)
    };
    Data {
        name: "stand-in for MNIST".to_owned(),
        train: dataset(2000, 0),
        test: dataset(100, 1),
        image: Some((28, 28)),
        classes: 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_has_as_many_zeros_as_mnist() {
        let data = stand_in();
        let x = data.train.rows(&(0..500).collect::<Vec<_>>());
        let zeros = x.iter().filter(|&&x| x == 0.0).count() as f32 / x.len() as f32;
        assert!((zeros - 0.81).abs() < 0.01, "{zeros}");
    }

    #[test]
    fn every_work_steps() {
        let data = Arc::new(stand_in());
        for work in ALL {
            assert_eq!(work.trainer(data.clone()).step(), crate::trainer::Outcome::Within);
        }
    }
}
