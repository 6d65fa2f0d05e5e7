//! Sparsity on the built-in digits: the default run, the full prior, whole filters.

use super::{Experiment, PLAIN, Part};
use crate::schedule::Decay;
use crate::settings::Settings;

/// The lecture's animation, live: the default.
pub const SPARSITY: Experiment = Experiment {
    name: "sparsity",
    part: Part::Animation,
    label: "Sparsity emerges",
    question: "A network learns digits, then loses most of its weights while its accuracy stays.",
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
    ..PLAIN
};

/// Bayes' rule with its full weight.
pub const FULL_KL: Experiment = Experiment {
    name: "full-kl",
    part: Part::Compression,
    label: "The full prior",
    question: "KL weight 1, Bayes' rule as it is: 50,200 weights against 1,437 images, and the accuracy pays.",
    settings: || Settings { experiment: "full-kl".to_owned(), ..Settings::default() },
    ..PLAIN
};

/// The same of a convolutional network.
pub const DIGITS_CONV: Experiment = Experiment {
    name: "digits-conv",
    part: Part::Compression,
    label: "Filters disappear",
    question: "A small convolutional network on the built-in digits: whole filters die.",
    settings: || Settings {
        experiment: "digits-conv".to_owned(),
        network: "8x8-20c3-40c3-p2-100-10".parse().expect("a network"),
        clip: true,
        retire: true,
        ..Settings::default()
    },
    ..PLAIN
};
