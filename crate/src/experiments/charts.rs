//! Charts over epochs as pictures of all arms.

use crate::evaluation::Record;
use crate::pictures::over_epochs::Chart;
use crate::runs::{Observing, Picture, Runs, When, Width, at_once};

/// What the arms kept.
pub static COMPRESSION: Picture = Picture {
    name: "compression",
    title: "Compression",
    lesson: "All weights by those that are kept.",
    formula: "",
    width: Width::Third,
    when: When::Live,
    observe: |runs, _| chart(runs, "compression"),
    moved: None,
};

/// How well the arms' pruned mean networks read test images.
pub static ACCURACY: Picture = Picture {
    name: "accuracy",
    title: "Accuracy",
    lesson: "Test images, with the pruned mean network.",
    observe: |runs, _| chart(runs, "accuracy"),
    ..COMPRESSION
};

/// The arms' training NLL and KL.
pub static LOSS: Picture = Picture {
    name: "elbo",
    title: "The ELBO's two terms",
    lesson: "What training lowers: NLL under weight noise, and KL for each training image.",
    observe: |runs, _| chart(runs, "elbo"),
    ..COMPRESSION
};

fn chart(runs: &Runs, name: &str) -> Observing {
    let arms: Vec<(&str, &[Record])> =
        runs.arms().map(|(arm, session)| (&*arm.label, session.records())).collect();
    let chart = Chart::named(name).map(|chart| chart.plot(&arms, &[], runs.settings().epochs));
    at_once(chart.unwrap_or_default())
}
