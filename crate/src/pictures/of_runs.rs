//! Pictures of any runs of networks: what the records of their epochs say, all weights, and what the
//! leading network does not know.

use super::entropies::{Objects, entropies_plot};
use super::events;
use super::over_epochs::Chart;
use super::scatter::scatter_plot;
use crate::linalg::Matrix;
use crate::plots::plot::Plot;
use crate::runs::{Look, Observing, Picture, Runs, When, Width, at_once};

/// All weights ÷ kept weights.
pub static COMPRESSION: Picture = Picture {
    name: "compression",
    title: "Compression",
    lesson: "All weights over those that are left: while β rises, the prior takes what the data do not hold on to.",
    observe: |runs, _| at_once(over_epochs(runs, "compression")),
    ..Picture::PLAIN
};

/// Accuracy in training and by every way to predict.
pub static ACCURACY: Picture = Picture {
    name: "accuracy",
    title: "Accuracy",
    lesson: "On test images with the pruned mean, with all weights, and by an ensemble of weight samples; in training under noise.",
    observe: |runs, _| at_once(over_epochs(runs, "accuracy")),
    ..Picture::PLAIN
};

/// The data term and the KL term.
pub static ELBO: Picture = Picture {
    name: "elbo",
    title: "The ELBO's two terms",
    lesson: "β multiplies the KL. At β = 1, Bayes' rule as it is, every weight must be paid for by \
             what the objects say, and the built-in digits say little: 1,437 images against 50,200 \
             weights. The prior then wins too much; the experiment “The full prior” shows it.",
    formula: include_str!("../formulas/elbo.mathml"),
    observe: |runs, _| {
        let mut plot = over_epochs(runs, "elbo");
        if runs.arms().all(|(_, session)| session.settings().method.prior().is_none()) {
            plot.title = "Loss on the data".to_owned();
        }
        at_once(plot)
    },
    ..Picture::PLAIN
};

/// Pruned weights, layer by layer.
pub static SPARSITY: Picture = Picture {
    name: "sparsity",
    width: Width::Half,
    title: "Sparsity of each layer",
    lesson: "The last layer keeps the largest share of its weights: every class needs some evidence.",
    observe: |runs, _| at_once(over_epochs(runs, "sparsity")),
    ..Picture::PLAIN
};

/// Gradient variance of the two reparameterizations.
pub static VARIANCE: Picture = Picture {
    name: "variance",
    width: Width::Half,
    title: "Gradient variance of the two estimators",
    lesson: "Measured on the coming mini-batch. Both estimators have the same mean; drawing noise for \
             each object (LRT) instead of once a mini-batch (RT) makes the gradient quieter. Kingma, \
             Salimans and Welling, “Variational Dropout and the Local Reparameterization Trick”, 2015.",
    formula: include_str!("../formulas/estimators.mathml"),
    observe: |runs, _| at_once(over_epochs(runs, "variance")),
    ..Picture::PLAIN
};

/// log|μ| against log σ of all weights.
pub static SCATTER: Picture = Picture {
    name: "scatter",
    width: Width::Half,
    title: "All weights: log |μ| against log σ",
    lesson: "Weights move up (more noise) and left (less mean) until they cross the line and are pruned.",
    observe: |runs, look| at_once(scatter(runs, look)),
    ..Picture::PLAIN
};

/// Entropies of test objects and of shuffled ones.
pub static ENTROPY: Picture = Picture {
    name: "entropy",
    width: Width::Half,
    title: "Total uncertainty of test objects, and of the same shuffled",
    lesson: "Objects with their parts in random order show nothing: a network that knows what it does \
             not know puts them to the right.",
    when: When::AtRest,
    observe: entropy,
    ..Picture::PLAIN
};

fn over_epochs(runs: &Runs, name: &str) -> Plot {
    let chart = Chart::named(name).expect("a chart of the list");
    let arms: Vec<_> = runs.arms().map(|(arm, session)| (&*arm.label, session.records())).collect();
    let events = runs.lead().map_or_else(Vec::new, events);
    chart.plot(&arms, &events, runs.settings().epochs)
}

fn scatter(runs: &Runs, look: &Look) -> Plot {
    let Some(session) = runs.lead() else { return Plot::default() };
    let (network, past) = session.network_at(look.epoch);
    let weights = network.weights();
    let posteriors = weights.iter().filter_map(|w| Some((w.mean, w.posterior?)));
    let slices = posteriors.map(|(mean, p)| (row_major(mean), row_major(&p.log_sigma.value)));
    let (mean, log_sigma): (Vec<&[f32]>, Vec<&[f32]>) = slices.unzip();
    scatter_plot(&mean, &log_sigma, look.threshold, past.unwrap_or(runs.epoch()))
}

fn row_major(matrix: &Matrix) -> &[f32] {
    matrix.as_slice().expect("weights are kept in row-major order")
}

fn entropy(runs: &Runs, look: &Look) -> Observing {
    let Some(session) = runs.lead() else { return at_once(Plot::default()) };
    let mut comparing = session.comparing(look.epoch);
    let epoch = look.epoch.unwrap_or(runs.epoch());
    Box::new(move |runs| {
        let data = runs.lead()?.trainer().data();
        let objects = Objects::of(data.image.is_some());
        let plot = entropies_plot(&comparing.advance()?, data.classes, &objects);
        let reading = format!("Epoch {epoch}: {}", plot.reading);
        Some(plot.reading(reading))
    })
}
