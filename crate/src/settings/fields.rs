//! The list of settings: names, ranges, words, and what changing one does to a run.

use super::field::{Effect, Field, Kind, Pace};
use crate::data::SOURCES;
use crate::error::{Error, Result};
use crate::layers::Estimator;
use crate::methods::Method;
use crate::optimizer;

/// A value that [`Field::check`] let through.
fn parsed<T: std::str::FromStr>(value: &str) -> Result<T> {
    value.parse().map_err(|_| Error::new(format!("'{value}' does not fit.")))
}

fn choices(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(value, label)| (value.into(), label.into())).collect()
}

const OFF_OR_ON: &[(&str, &str)] = &[("off", "Off"), ("on", "On")];

fn off_or_on(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

/// Of a setting that the page always offers.
const ALWAYS: fn(Method) -> bool = |_| true;

/// Of a setting that only weights with a sparsifying prior have.
const SPARSIFYING: fn(Method) -> bool = Method::sparsifies;

/// Of a setting that only weights with a posterior have.
const BAYESIAN: fn(Method) -> bool = |method| method.prior().is_some();

/// The settings that people turn first, by heading; the others come below them.
pub const GROUPS: &[(&str, &[&str])] = &[
    ("Model", &["method", "estimator", "kl", "threshold", "prune-target", "prune"]),
    ("Data", &["data", "network", "wrong", "labels"]),
    ("Training", &["lr", "batch", "epochs", "samples", "seed"]),
];

/// Every setting, in the order of the page's controls.
pub const FIELDS: &[Field] = &[
    Field {
        key: "method",
        id: "method",
        flag: "method",
        label: "Method",
        about: "What stands for a weight: a Gaussian posterior with a sparsifying prior, or a point.",
        kind: Kind::Choice(|| {
            Method::ALL.iter().map(|m| (m.name().to_owned(), m.label().to_owned())).collect()
        }),
        effect: Effect::LiveIfBayesian,
        offered: ALWAYS,
        get: |s| s.method.name().to_owned(),
        set: |s, v| {
            s.method = Method::ALL.into_iter().find(|m| m.name() == v).unwrap_or(s.method);
            Ok(())
        },
    },
    Field {
        key: "estimator",
        id: "estimator",
        flag: "estimator",
        label: "Gradient estimator",
        about: "RT draws one weight sample for a mini-batch; LRT draws one for each image.",
        kind: Kind::Choice(|| {
            Estimator::ALL.iter().map(|e| (e.name().to_owned(), e.label().to_owned())).collect()
        }),
        effect: Effect::Live,
        offered: BAYESIAN,
        get: |s| s.estimator.name().to_owned(),
        set: |s, v| {
            s.estimator = Estimator::ALL.into_iter().find(|e| e.name() == v).unwrap_or(s.estimator);
            Ok(())
        },
    },
    Field {
        key: "kl",
        id: "kl-weight",
        flag: "kl-weight",
        label: "KL weight β",
        about: "What the KL divergence is multiplied by once it has warmed up.",
        kind: Kind::Number { min: 0.0, max: 100.0, pace: Pace::Factor },
        effect: Effect::Live,
        offered: BAYESIAN,
        get: |s| s.kl_weight.to_string(),
        set: |s, v| parsed(v).map(|x| s.kl_weight = x),
    },
    Field {
        key: "threshold",
        id: "threshold",
        flag: "threshold",
        label: "Threshold on log α",
        about: "A weight is pruned when log α = log σ²/μ² is above this.",
        kind: Kind::Number { min: -4.0, max: 10.0, pace: Pace::By(0.1) },
        effect: Effect::View,
        offered: BAYESIAN,
        get: |s| s.threshold.to_string(),
        set: |s, v| parsed(v).map(|x| s.threshold = x),
    },
    Field {
        key: "data",
        id: "data",
        flag: "data",
        label: "Data",
        about: "8×8 digits come with the page; MNIST and your own files are loaded.",
        kind: Kind::Choice(|| {
            SOURCES.iter().map(|s| (s.name.to_owned(), s.label.to_owned())).collect()
        }),
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| s.data.clone(),
        set: |s, v| {
            s.data = v.to_owned();
            Ok(())
        },
    },
    Field {
        key: "wrong",
        id: "wrong",
        flag: "wrong",
        label: "Share of wrong labels",
        about: "So many of the training labels are shuffled among themselves: at 1 all are random, and one in C is right by chance.",
        kind: Kind::Number { min: 0.0, max: 1.0, pace: Pace::By(0.1) },
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| s.wrong_labels.to_string(),
        set: |s, v| parsed(v).map(|x| s.wrong_labels = x),
    },
    // After the share, which it overrules only where all are wrong or none.
    Field {
        key: "labels",
        id: "labels",
        flag: "labels",
        label: "Training labels",
        about: "Random labels are shuffled once: there is nothing to learn but noise.",
        kind: Kind::Choice(|| choices(&[("true", "True"), ("random", "Random")])),
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| if s.wrong_labels == 1.0 { "random" } else { "true" }.to_owned(),
        set: |s, v| {
            match v {
                "random" => s.wrong_labels = 1.0,
                _ if s.wrong_labels == 1.0 => s.wrong_labels = 0.0,
                _ => {}
            }
            Ok(())
        },
    },
    Field {
        key: "size",
        id: "train-size",
        flag: "train-size",
        label: "Training images",
        about: "How many training images to use; 0 for all.",
        kind: Kind::Number { min: 0.0, max: 1e7, pace: Pace::Whole },
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| s.train_size.to_string(),
        set: |s, v| parsed(v).map(|x| s.train_size = x),
    },
    Field {
        key: "tasks",
        id: "tasks",
        flag: "tasks",
        label: "Tasks",
        about: "5:posterior learns five parts of the training objects one after the other, and the posterior of each is the next one's Gaussian prior; 5:weights goes on with the weights.",
        kind: Kind::Text,
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| s.tasks.to_string(),
        set: |s, v| v.parse().map(|tasks| s.tasks = tasks),
    },
    Field {
        key: "network",
        id: "network",
        flag: "net",
        label: "Network",
        about: "Units of every layer; 20c5 is a convolution of 20 filters 5 × 5, p2 max-pooling, b batch normalisation.",
        kind: Kind::Text,
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| s.network.to_string(),
        set: |s, v| v.parse().map(|network| s.network = network),
    },
    Field {
        key: "lr",
        id: "learning-rate",
        flag: "lr",
        label: "Learning rate",
        about: "Step size of the optimizer before it decays.",
        kind: Kind::Number { min: 1e-6, max: 1.0, pace: Pace::Factor },
        effect: Effect::Live,
        offered: ALWAYS,
        get: |s| s.learning_rate.to_string(),
        set: |s, v| parsed(v).map(|x| s.learning_rate = x),
    },
    Field {
        key: "batch",
        id: "batch-size",
        flag: "batch-size",
        label: "Batch size",
        about: "Training images in a mini-batch.",
        kind: Kind::Number { min: 1.0, max: 100_000.0, pace: Pace::Whole },
        effect: Effect::Live,
        offered: ALWAYS,
        get: |s| s.batch_size.to_string(),
        set: |s, v| parsed(v).map(|x| s.batch_size = x),
    },
    Field {
        key: "epochs",
        id: "epochs",
        flag: "epochs",
        label: "Epochs",
        about: "Training stops after this many passes over the data.",
        kind: Kind::Number { min: 1.0, max: 10_000.0, pace: Pace::Whole },
        effect: Effect::Live,
        offered: ALWAYS,
        get: |s| s.epochs.to_string(),
        set: |s, v| parsed(v).map(|x| s.epochs = x),
    },
    Field {
        key: "samples",
        id: "samples",
        flag: "samples",
        label: "Weight samples K",
        about: "Size of the ensemble that measures uncertainty.",
        kind: Kind::Number { min: 1.0, max: 100.0, pace: Pace::Whole },
        effect: Effect::View,
        offered: ALWAYS,
        get: |s| s.samples.to_string(),
        set: |s, v| parsed(v).map(|x| s.samples = x),
    },
    Field {
        key: "seed",
        id: "seed",
        flag: "seed",
        label: "Seed",
        about: "Decides every random number: the same seed repeats the run bit for bit.",
        kind: Kind::Number { min: 0.0, max: 4_294_967_295.0, pace: Pace::Whole },
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| s.seed.to_string(),
        set: |s, v| parsed(v).map(|x| s.seed = x),
    },
    Field {
        key: "warmup",
        id: "kl-warmup",
        flag: "kl-warmup",
        label: "KL warm-up",
        about: "A..B: the KL weight is 0 up to epoch A and full from epoch B.",
        kind: Kind::Text,
        effect: Effect::Restart,
        offered: BAYESIAN,
        get: |s| s.kl_warmup.to_string(),
        set: |s, v| v.parse().map(|x| s.kl_warmup = x),
    },
    Field {
        key: "decay",
        id: "decay",
        flag: "decay",
        label: "Learning-rate decay",
        about: "constant; A..B falls linearly to 0; x0.2@50,60 multiplies after those epochs.",
        kind: Kind::Text,
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| s.decay.to_string(),
        set: |s, v| v.parse().map(|x| s.decay = x),
    },
    Field {
        key: "optimizer",
        id: "optimizer",
        flag: "optimizer",
        label: "Optimizer",
        about: "Adam, or gradient descent with momentum 0.9.",
        kind: Kind::Choice(|| {
            let all = optimizer::ALL.iter();
            all.map(|o| (o.name().to_owned(), o.name().to_ascii_uppercase())).collect()
        }),
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| s.optimizer.clone(),
        set: |s, v| {
            s.optimizer = v.to_owned();
            Ok(())
        },
    },
    Field {
        key: "init",
        id: "init-scale",
        flag: "init",
        label: "Initial spread of μ",
        about: "Standard deviation of the initial means.",
        kind: Kind::Number { min: 1e-6, max: 10.0, pace: Pace::Factor },
        effect: Effect::Restart,
        offered: ALWAYS,
        get: |s| s.init_scale.to_string(),
        set: |s, v| parsed(v).map(|x| s.init_scale = x),
    },
    Field {
        key: "sigma",
        id: "init-log-sigma",
        flag: "init-log-sigma",
        label: "Initial log σ",
        about: "Where every log σ starts.",
        kind: Kind::Number { min: -20.0, max: 2.0, pace: Pace::By(0.5) },
        effect: Effect::Restart,
        offered: BAYESIAN,
        get: |s| s.init_log_sigma.to_string(),
        set: |s, v| parsed(v).map(|x| s.init_log_sigma = x),
    },
    Field {
        key: "clip",
        id: "clip",
        flag: "clip",
        label: "Clip pruned means",
        about: "Holds the means of pruned weights at 0 in training too, as the authors' code does; they can come back.",
        kind: Kind::Choice(|| choices(OFF_OR_ON)),
        effect: Effect::Restart,
        offered: SPARSIFYING,
        get: |s| off_or_on(s.clip),
        set: |s, v| {
            s.clip = v == "on";
            Ok(())
        },
    },
    Field {
        key: "retire",
        id: "retire",
        flag: "retire",
        label: "Retire dead units",
        about: "Takes inputs, units and filters without a surviving weight out for good, noise and all: epochs get faster.",
        kind: Kind::Choice(|| choices(OFF_OR_ON)),
        effect: Effect::Restart,
        offered: SPARSIFYING,
        get: |s| off_or_on(s.retire),
        set: |s, v| {
            s.retire = v == "on";
            Ok(())
        },
    },
    Field {
        key: "dropout",
        id: "dropout",
        flag: "dropout",
        label: "Dropout rate",
        about: "Probability that binary dropout drops a hidden unit.",
        kind: Kind::Number { min: 0.0, max: 0.95, pace: Pace::By(0.05) },
        effect: Effect::Restart,
        offered: |method| method == Method::BinaryDropout,
        get: |s| s.dropout.to_string(),
        set: |s, v| parsed(v).map(|x| s.dropout = x),
    },
    Field {
        key: "prune-target",
        id: "prune-target",
        flag: "prune-target",
        label: "Target sparsity",
        about: "The share of each layer's weights that magnitude pruning sets to zero in the end.",
        kind: Kind::Number { min: 0.0, max: 0.999, pace: Pace::By(0.05) },
        effect: Effect::Live,
        offered: |method| method == Method::MagnitudePruning,
        get: |s| s.prune_target.to_string(),
        set: |s, v| parsed(v).map(|x| s.prune_target = x),
    },
    Field {
        key: "prune",
        id: "prune",
        flag: "prune",
        label: "Pruned in epochs",
        about: "A..B: pruning begins after epoch A and reaches its target at the end of epoch B.",
        kind: Kind::Text,
        effect: Effect::Restart,
        offered: |method| method == Method::MagnitudePruning,
        get: |s| s.prune.to_string(),
        set: |s, v| v.parse().map(|x| s.prune = x),
    },
];
