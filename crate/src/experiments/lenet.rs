//! The paper's networks and the seminar's on MNIST.

use super::{Experiment, PLAIN, Part};
use crate::layers::Estimator;
use crate::schedule::{Decay, Warmup};
use crate::settings::Settings;
use crate::topology::Topology;

/// The paper's fully-connected network.
pub const LENET_300_100: Experiment = Experiment {
    name: "lenet-300-100",
    part: Part::Compression,
    label: "LeNet-300-100 on MNIST",
    question: "What is left of the paper's fully-connected network on MNIST?",
    aha: "Published: 1.92 % error at 68×. The table below has what this program reached.",
    source: "Molchanov, Ashukha and Vetrov, “Variational Dropout Sparsifies Deep Neural Networks”, ICML 2017.",
    limits: "200 epochs take minutes here; MNIST does not come with the page.",
    // Clipping prunes more than the paper: with half the KL its compression at less error.
    settings: || Settings {
        experiment: "lenet-300-100".to_owned(),
        kl_weight: 0.5,
        network: Topology::dense(&[784, 300, 100, 10]),
        kl_warmup: Warmup { from: 5.0, to: 20.0 },
        decay: Decay::Linear { from: 100.0, to: 200.0 },
        clip: true,
        retire: true,
        epochs: 200,
        ..mnist()
    },
    ..PLAIN
};

/// The paper's convolutional network.
pub const LENET_5_CAFFE: Experiment = Experiment {
    name: "lenet-5-caffe",
    part: Part::Compression,
    label: "LeNet-5-Caffe on MNIST",
    question: "What is left of the paper's convolutional network on MNIST?",
    aha: "Published: 0.75 % error at 280×. The table below has what this program reached.",
    source: "Molchanov, Ashukha and Vetrov, “Variational Dropout Sparsifies Deep Neural Networks”, ICML 2017.",
    limits: "200 epochs take an hour here: the command line is faster. MNIST does not come with the page.",
    settings: || Settings {
        experiment: "lenet-5-caffe".to_owned(),
        network: "lenet-5-caffe".parse().expect("a network's name"),
        kl_warmup: Warmup { from: 5.0, to: 20.0 },
        decay: Decay::Linear { from: 0.0, to: 200.0 },
        clip: true,
        retire: true,
        epochs: 200,
        ..mnist()
    },
    ..PLAIN
};

/// The seminar notebook.
pub const SEMINAR: Experiment = Experiment {
    name: "seminar",
    part: Part::Compression,
    label: "Seminar notebook on MNIST",
    question: "What does the seminar's notebook train?",
    aha: "784-300-10 with the seminar's settings: the notebook prints 61× at 98.2 %, and it uses RT, although it says LRT.",
    source: "The seminar of the lecture “Bayesian neural networks and their applications”, MLHEP 2019.",
    limits: "MNIST does not come with the page.",
    settings: || Settings { experiment: "seminar".to_owned(), estimator: Estimator::Rt, ..mnist() },
    ..PLAIN
};

/// The seminar's recipe, the common ground of the MNIST experiments.
fn mnist() -> Settings {
    Settings {
        data: "mnist".to_owned(),
        network: Topology::dense(&[784, 300, 10]),
        batch_size: 100,
        init_scale: 0.02,
        kl_warmup: Warmup { from: -1.0, to: 49.0 },
        decay: Decay::Steps { factor: 0.2, after: vec![50, 60, 70, 80] },
        epochs: 100,
        ..Settings::default()
    }
}
