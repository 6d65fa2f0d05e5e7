//! Sparsity on the built-in digits: the default run, the full prior, whole filters.

use super::{Experiment, Figure, PLAIN, Part, Verdict};
use crate::plots::numbers::{fixed, significant};
use crate::runs::Runs;
use crate::schedule::Decay;
use crate::settings::Settings;

/// The lecture's animation, live: the default.
pub const SPARSITY: Experiment = Experiment {
    name: "sparsity",
    part: Part::Animation,
    label: "Sparsity emerges",
    question: "How many of its weights does a network need to read digits?",
    prediction: (
        "50,200 weights learn 1,437 digits. How many can go before the accuracy does?",
        &["Half", "Nine in ten", "More than nineteen in twenty"],
    ),
    aha: "The prior p(w) ∝ 1/|w| lets a weight be noise where the data ask for nothing: most weights disappear while the accuracy stays.",
    source: "Molchanov, Ashukha and Vetrov, “Variational Dropout Sparsifies Deep Neural Networks”, ICML 2017.",
    limits: "Small images and a KL weight of 0.2: with the full weight, and so few images, the prior takes accuracy too (see “The full prior”). The best epoch on the way, picked with the test images in view, is 0.4 points above the end.",
    // Of the KL weights tried (0.15, 0.2, 0.25, …) the largest whose end keeps the accuracy of
    // before the KL on 9 of 10 seeds with LRT and RT. Clipping and a learning rate that stays
    // high prune more at the same accuracy.
    settings: || Settings {
        kl_weight: 0.2,
        clip: true,
        retire: true,
        learning_rate: 1.5e-3,
        decay: Decay::Linear { from: 80.0, to: 120.0 },
        epochs: 120,
        ..Settings::default()
    },
    verdict: Some(kept),
    ..PLAIN
};

/// Bayes' rule with its full weight.
pub const FULL_KL: Experiment = Experiment {
    name: "full-kl",
    part: Part::Compression,
    label: "The full prior",
    question: "What if Bayes' rule is taken as it is, with KL weight 1?",
    prediction: (
        "The prior counts five times as much as in the default run. What gives?",
        &["Nothing: more weights go", "The accuracy falls a little", "The network is emptied"],
    ),
    aha: "Every weight must be paid for by what the images say, and 1,437 images say little against 50,200 weights: compression rises, and the accuracy pays.",
    source: "Molchanov, Ashukha and Vetrov, “Variational Dropout Sparsifies Deep Neural Networks”, ICML 2017.",
    limits: "With 60,000 images (LeNet-300-100 on MNIST) the data term is forty times heavier, and the full KL costs much less.",
    settings: || Settings { experiment: "full-kl".to_owned(), ..Settings::default() },
    ..PLAIN
};

/// The same of a convolutional network.
pub const DIGITS_CONV: Experiment = Experiment {
    name: "digits-conv",
    part: Part::Compression,
    label: "Filters disappear",
    question: "Do whole filters of a convolutional network disappear?",
    prediction: (
        "20 and 40 filters look at 8 × 8 digits. What does the prior take?",
        &["Weights here and there", "Whole filters", "Neither"],
    ),
    aha: "Filters that find nothing lose all their weights: they turn white as a whole.",
    source: "Molchanov, Ashukha and Vetrov, “Variational Dropout Sparsifies Deep Neural Networks”, ICML 2017.",
    limits: "The prior is on single weights: that filters go as a whole is what the data do with it, not what it asks for.",
    settings: || Settings {
        experiment: "digits-conv".to_owned(),
        network: "8x8-20c3-40c3-p2-100-10".parse().expect("a network"),
        clip: true,
        retire: true,
        ..Settings::default()
    },
    ..PLAIN
};

/// Whether the accuracy stayed while the weights went.
fn kept(runs: &Runs) -> Verdict {
    let (records, settings) = (runs.lead().map_or(&[][..], |run| run.records()), runs.settings());
    let learning = records.iter().filter(|r| r.epoch as f32 <= settings.kl_warmup.from);
    let before = learning.map(|r| r.dense_accuracy).fold(0.0, f32::max);
    let Some(end) = records.last() else {
        return Verdict { sentence: "Nothing was trained.".to_owned(), figures: Vec::new() };
    };
    let numbers = [end.compression(), end.test_accuracy, before].map(f64::from);
    let [compression, accuracy, before] = numbers;
    let sentence = format!(
        "{} of {} weights are left, {}× fewer; the test accuracy is {} %, and was at best {} % before the KL set in.",
        fixed(end.kept_weights() as f64, 0),
        fixed(end.total_weights() as f64, 0),
        significant(compression),
        fixed(accuracy, 1),
        fixed(before, 1),
    );
    let figures = vec![
        Figure::at_least("compression", compression, 20.0),
        Figure::at_least("accuracy gained since the KL set in, points", accuracy - before, -0.5),
        Figure::told("test accuracy, %", accuracy),
    ];
    Verdict { sentence, figures }
}
