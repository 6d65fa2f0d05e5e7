//! Two uncertainties of a classifier: classes that overlap, and places that nobody has seen.

use std::sync::Arc;

use super::models::{Model, arms, ask};
use super::uncertainty_surfaces::SURFACES;
use super::{Experiment, Figure, Part, Verdict};
use crate::data::{Clusters, SPREAD};
use crate::knob;
use crate::linalg::{Matrix, math};
use crate::measures::Ensemble;
use crate::methods::Method;
use crate::plots::numbers::{fixed, significant};
use crate::plots::plot::{Axis, Ink, Plot, Shape};
use crate::runs::{Look, Observing, Picture, Runs, Setup, When, Width};
use crate::schedule::{Decay, Warmup};
use crate::settings::{Effect, Field, Kind, Knobs, Settings};
use crate::topology::Topology;

const KNOBS: &[Field] = &[
    knob!(
        "points",
        "Points",
        "A:1:2 moves the centre of class A, a:1:2 adds a point of it; drags and clicks write it.",
        Kind::Text,
        Effect::Restart
    ),
    knob!(
        "class",
        "Class of new points",
        "What a click on an empty place adds.",
        Kind::Choice(|| ["A", "B", "C"].map(|name| (name.to_owned(), name.to_owned())).to_vec()),
        Effect::View
    ),
];

/// The clusters of some settings, and what is wrong with the knob.
pub fn clusters(settings: &Settings) -> (Clusters, Option<String>) {
    Clusters::read(&settings.knobs.get("points"))
}

/// The experiment.
pub const UNCERTAINTY_CLASSIFICATION: Experiment = Experiment {
    name: "uncertainty-classification",
    part: Part::WhyBayesian,
    label: "Two uncertainties of a classifier",
    question: "Two classes overlap, a third is far: where is a classifier unsure because the data \
               are noisy, and where because it has never been there?",
    prediction: (
        "Far away from all points, how sure will a single network be?",
        &[
            "Unsure: it has seen nothing there",
            "As sure as among its points",
            "Surer than anywhere else",
        ],
    ),
    aha: "Where classes overlap all members say the same: fifty-fifty (aleatoric, ln 2). Far away \
          a single net is surest of all; only members that disagree can tell that nothing is known \
          there (epistemic).",
    formula: "<math><mrow><munder><mrow><mi>H</mi><mo>[</mo><msub><mi>E</mi><mi>w</mi></msub>\
              <mi>p</mi><mo>]</mo></mrow><mtext>total</mtext></munder><mo>=</mo><munder><mrow>\
              <msub><mi>E</mi><mi>w</mi></msub><mi>H</mi><mo>[</mo><mi>p</mi><mo>]</mo></mrow>\
              <mtext>aleatoric</mtext></munder><mo>+</mo><munder><mrow><mi>I</mi><mo>(</mo><mi>y</mi>\
              <mo>;</mo><mi>w</mi><mo>)</mo></mrow><mtext>epistemic</mtext></munder></mrow></math>",
    source: "Depeweg, Hernández-Lobato, Doshi-Velez and Udluft, “Decomposition of Uncertainty in \
             Bayesian Deep Learning”, ICML 2018; Lakshminarayanan, Pritzel and Blundell, “Simple \
             and Scalable Predictive Uncertainty Estimation using Deep Ensembles”, NeurIPS 2017.",
    limits: "Far away a rectifier network is linear along every ray, so members agree inside wide \
             sectors: their epistemic uncertainty is fans between the classes and not a ring around \
             them, and in some unseen directions all ten are sure together. None of the four is the \
             exact posterior. The posterior's KL weight is below 1.",
    settings: || Settings {
        experiment: "uncertainty-classification".to_owned(),
        network: Topology::dense(&[2, 32, 32, 3]),
        method: Method::Dense,
        learning_rate: 0.02,
        batch_size: 60,
        decay: Decay::Linear { from: 75.0, to: 150.0 },
        epochs: 150,
        init_scale: 0.5,
        init_log_sigma: -3.0,
        kl_weight: 0.1,
        kl_warmup: Warmup { from: 0.0, to: 50.0 },
        dropout: 0.2,
        samples: 20,
        knobs: Knobs::new(KNOBS, &["", "A"]),
        ..Settings::default()
    },
    offered: &["lr", "kl", "dropout", "samples", "epochs", "seed"],
    setup: |settings| {
        let (clusters, _) = clusters(settings);
        Setup::of(arms(settings, &Arc::new(clusters.data(settings.seed))))
    },
    panels: &[],
    pictures: &PICTURES,
    verdict: Some(verdict),
};

static PICTURES: [&Picture; 14] = {
    let mut all = [&PLACES; 14];
    all[1] = &DIRECTIONS;
    let mut i = 0;
    while i < SURFACES.len() {
        all[i + 2] = SURFACES[i];
        i += 1;
    }
    all
};

static DIRECTIONS: Picture = Picture {
    name: "directions",
    title: "How sure, far away, in all directions",
    lesson: "The largest class probability five away from the middle. A single net is sure nearly \
             everywhere; averages dip where their members disagree.",
    width: Width::Half,
    when: When::EachEpoch,
    observe: |runs, look| ask(runs, look.epoch, &Model::ALL, far(), directions),
    ..Picture::PLAIN
};

static PLACES: Picture = Picture {
    name: "places",
    title: "In the overlap, and far away",
    lesson: "In the overlap: halfway between the classes A and B. Far away: five from the middle, \
             72 directions.",
    width: Width::Half,
    when: When::EachEpoch,
    observe: places,
    ..Picture::PLAIN
};

/// Directions that are looked into.
const DIRECTIONS_SEEN: usize = 72;
/// How far away is far.
const FAR: f32 = 5.0;
/// How sure is sure.
const SURE: f32 = 0.99;
/// Places in the overlap.
const OVERLAP: usize = 9;

/// The angle of direction `i`, degrees.
fn angle(i: usize) -> f64 {
    360.0 * i as f64 / DIRECTIONS_SEEN as f64
}

/// Places far away in all directions.
fn far() -> Matrix {
    Matrix::from_shape_fn((DIRECTIONS_SEEN, 2), |(i, axis)| {
        let (sine, cosine) = math::sin_cos(i as f32 / DIRECTIONS_SEEN as f32);
        FAR * if axis == 0 { cosine } else { sine }
    })
}

/// Places as likely in class A as in class B, up to one standard deviation from the middle.
fn overlap(clusters: &Clusters) -> Matrix {
    let [a, b, _] = clusters.centres;
    let along = ((b.0 - a.0) as f32, (b.1 - a.1) as f32);
    let length = (along.0 * along.0 + along.1 * along.1).sqrt().max(1e-6);
    Matrix::from_shape_fn((OVERLAP, 2), |(i, axis)| {
        let aside = SPREAD as f32 * (2.0 * i as f32 / (OVERLAP - 1) as f32 - 1.0) / length;
        match axis {
            0 => 0.5 * (a.0 + b.0) as f32 - aside * along.1,
            _ => 0.5 * (a.1 + b.1) as f32 + aside * along.0,
        }
    })
}

/// The largest probability of every object.
fn confidence(answers: &Ensemble) -> Vec<f32> {
    answers.mean().rows().into_iter().map(|p| p.iter().copied().fold(0.0, f32::max)).collect()
}

fn directions(_: &Runs, answers: &[Ensemble]) -> Plot {
    let x = Axis::linear("direction, degrees", 0.0, 360.0);
    let y = Axis::linear("largest probability", 0.3, 1.02);
    let mut plot = Plot::new(DIRECTIONS.title, x, y);
    for (series, (model, answers)) in Model::ALL.iter().zip(answers).enumerate() {
        let around = confidence(answers).into_iter().enumerate();
        let points = around.map(|(i, p)| (angle(i), f64::from(p))).collect();
        let shape = Shape::Line { points, thin: false, ends: false };
        plot = plot.mark(model.label(), Ink::Series(series), shape);
    }
    plot
}

/// The columns of the table, and the names of the figures.
const COLUMNS: [&str; 4] = [
    "aleatoric in the overlap",
    "epistemic in the overlap",
    "epistemic far away",
    "at least 99 % sure far away",
];

fn places(runs: &Runs, look: &Look) -> Observing {
    let near = overlap(&clusters(&runs.settings()).0);
    let places = ndarray::concatenate![ndarray::Axis(0), near, far()];
    ask(runs, look.epoch, &Model::ALL, places, |_, answers| {
        let mut plot = Plot::new(PLACES.title, Axis::default(), Axis::default());
        let mut rows = Vec::new();
        for (model, answers) in Model::ALL.iter().zip(answers) {
            let all = answers.uncertainties();
            let (near, far) = all.split_at(OVERLAP);
            let sure = confidence(answers)[OVERLAP..].iter().filter(|&&p| p >= SURE).count();
            let mean = |values: &mut dyn Iterator<Item = f32>| {
                let values: Vec<f64> = values.map(f64::from).collect();
                values.iter().sum::<f64>() / values.len() as f64
            };
            let values = [
                mean(&mut near.iter().map(|u| u.aleatoric)),
                mean(&mut near.iter().map(|u| u.epistemic)),
                mean(&mut far.iter().map(|u| u.epistemic)),
                100.0 * sure as f64 / far.len() as f64,
            ];
            for (name, value) in COLUMNS.iter().zip(values) {
                plot = plot.figure(format!("{}: {name}", model.label()), value);
            }
            let mut row = vec![model.label().to_owned()];
            row.extend(values[..3].iter().map(|&nats| format!("{} nats", fixed(nats, 3))));
            row.push(format!("{} %", fixed(values[3], 0)));
            rows.push(row);
        }
        let heads = ["model"].iter().chain(&COLUMNS).map(|&head| head.to_owned()).collect();
        plot.mark("", Ink::Ink, Shape::Table { heads, rows })
    })
}

fn verdict(runs: &Runs) -> Verdict {
    let get = |model: Model, column: usize| {
        let name = format!("{}: {}", model.label(), COLUMNS[column]);
        let value = runs.figure(&name);
        (name, value)
    };
    let [aleatoric, near, away] = [0, 1, 2].map(|column| get(Model::Ensemble, column));
    let sure = get(Model::Single, 3);
    let sentence = format!(
        "In the overlap the ensemble has {} nats of aleatoric uncertainty (ln 2 = 0.693) and {} of \
         epistemic; far away the single net is at least 99 % sure in {} % of all directions, and \
         the ensemble's epistemic uncertainty is {} nats.",
        significant(aleatoric.1),
        significant(near.1),
        fixed(sure.1, 0),
        significant(away.1)
    );
    let figures = vec![
        Figure::between(aleatoric.0, aleatoric.1, 0.5, 0.7),
        Figure::at_most(near.0, near.1, 0.1),
        Figure::at_least(sure.0, sure.1, 80.0),
        Figure::at_least(away.0, away.1, 0.02),
    ];
    let cells = Model::ALL.into_iter().flat_map(|m| (0..COLUMNS.len()).map(move |c| (m, c)));
    Verdict { sentence, figures }.telling(cells.map(|(model, column)| get(model, column)))
}
