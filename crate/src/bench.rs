//! The works that speed is measured by, the same natively and in the browser.

use std::hint::black_box;
use std::sync::Arc;

use crate::data::{Data, Dataset, Features};
use crate::layers::{Estimator, Point};
use crate::linalg::simd;
use crate::methods::Method;
use crate::network::FixedNetwork;
use crate::rng::{Rng, Stream};
use crate::schedule::Warmup;
use crate::settings::Settings;
use crate::trainer::Trainer;

/// Something that is timed, over and over.
pub struct Work {
    /// Its name in reports.
    pub name: &'static str,
    /// What a step does.
    pub about: &'static str,
    /// Steps whose median counts.
    pub steps: usize,
    prepare: fn(Arc<Data>) -> Step,
}

/// One step of a work.
pub type Step = Box<dyn FnMut()>;

const FULLY_CONNECTED: &str = "784-300-100-10";
const CONVOLUTIONAL: &str = "lenet-5-caffe";

/// Every work.
pub const ALL: &[Work] = &[
    Work {
        name: "W1",
        about: "a step of Sparse VD with LRT on 784-300-100-10, batch 100",
        steps: 100,
        prepare: |data| training(data, FULLY_CONNECTED, Method::SparseVd, Estimator::Lrt),
    },
    Work {
        name: "W1b",
        about: "the same with RT",
        steps: 100,
        prepare: |data| training(data, FULLY_CONNECTED, Method::SparseVd, Estimator::Rt),
    },
    Work {
        name: "W2",
        about: "a step of Sparse VD with LRT on LeNet-5-Caffe, batch 100",
        steps: 20,
        prepare: |data| training(data, CONVOLUTIONAL, Method::SparseVd, Estimator::Lrt),
    },
    Work {
        name: "W3",
        about: "a step of the deterministic 784-300-100-10, batch 100",
        steps: 100,
        prepare: |data| training(data, FULLY_CONNECTED, Method::Dense, Estimator::Lrt),
    },
    Work {
        name: "F1",
        about: "100 images through 784-300-100-10 pruned to 2 %, zeros multiplied too",
        steps: 100,
        prepare: |data| forward(data, FULLY_CONNECTED, ALMOST_ZERO),
    },
    Work {
        name: "F1s",
        about: "the same, zeros left out",
        steps: 100,
        prepare: |data| forward(data, FULLY_CONNECTED, 0.0),
    },
    Work {
        name: "F2",
        about: "100 images through LeNet-5-Caffe pruned to 2 %, zeros multiplied too",
        steps: 20,
        prepare: |data| forward(data, CONVOLUTIONAL, ALMOST_ZERO),
    },
    Work {
        name: "F2s",
        about: "the same, zeros left out",
        steps: 20,
        prepare: |data| forward(data, CONVOLUTIONAL, 0.0),
    },
    Work {
        name: "peak",
        about: "10⁸ multiplications and additions in registers: the processor's ceiling",
        steps: 20,
        prepare: |_| {
            Box::new(|| {
                black_box(multiply_add(black_box(0.999), black_box(0.001)));
            })
        },
    },
];

/// The work called `name`.
pub fn find(name: &str) -> Option<&'static Work> {
    ALL.iter().find(|work| work.name == name)
}

impl Work {
    /// The step to be timed.
    pub fn prepare(&self, data: Arc<Data>) -> Step {
        (self.prepare)(data)
    }
}

/// A run with the KL at its full weight from the first step.
fn trainer(data: Arc<Data>, network: &str, method: Method, estimator: Estimator) -> Trainer {
    let settings = Settings {
        network: network.parse().expect("a network of this list"),
        method,
        estimator,
        batch_size: 100,
        init_scale: 0.02,
        kl_warmup: Warmup { from: 0.0, to: 0.0 },
        ..Settings::default()
    };
    Trainer::new(settings, data)
}

fn training(data: Arc<Data>, network: &str, method: Method, estimator: Estimator) -> Step {
    let mut trainer = trainer(data, network, method, estimator);
    Box::new(move || _ = trainer.step())
}

/// Stands for zero where zeros shall be multiplied.
const ALMOST_ZERO: f32 = 1e-8;

/// Predictions of a network of which 2 % of the weights are left, the others at `zero`.
fn forward(data: Arc<Data>, network: &str, zero: f32) -> Step {
    let network = pruned(data.clone(), network, zero);
    let x = data.train.rows(&(0..100).collect::<Vec<_>>());
    Box::new(move || _ = black_box(network.predict(x.clone())))
}

fn pruned(data: Arc<Data>, network: &str, zero: f32) -> FixedNetwork {
    let mut network = trainer(data, network, Method::Dense, Estimator::Lrt).network().clone();
    let mut rng = Rng::stream(0, Stream::Measures, 2);
    for parameter in network.parameters_mut() {
        parameter.value.mapv_inplace(|w| if rng.uniform() < 0.02 { w } else { zero });
    }
    network.fixed(Point::Mean { threshold: f32::INFINITY })
}

/// As many as hide the latency of an addition.
const LANES: usize = if cfg!(target_arch = "wasm32") { 48 } else { 192 };

simd! {
    /// 10⁸ operations on numbers that never leave the registers.
    fn multiply_add(factor: f32, term: f32) -> [f32; LANES] {
        let mut sums = [1.0; LANES];
        for _ in 0..100_000_000 / (2 * LANES) {
            for sum in &mut sums {
                *sum = *sum * factor + term;
            }
        }
        sums
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
    let (train, test) = (dataset(2000, 0), dataset(100, 1));
    Data::new("stand-in for MNIST", train, test, Some((28, 28))).expect("ten classes")
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
    fn every_work_steps_and_leaving_zeros_out_changes_nothing() {
        let data = Arc::new(stand_in());
        for work in ALL {
            let mut step = work.prepare(data.clone());
            step();
        }
        let x = data.train.rows(&[0, 1, 2]);
        for network in [FULLY_CONNECTED, CONVOLUTIONAL] {
            let [sparse, dense] = [0.0, ALMOST_ZERO]
                .map(|zero| pruned(data.clone(), network, zero).predict(x.clone()));
            assert!(sparse.iter().zip(&dense).all(|(a, b)| (a - b).abs() < 1e-4));
        }
    }
}
