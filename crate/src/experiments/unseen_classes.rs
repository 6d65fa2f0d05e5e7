//! Classes that nobody has shown: networks that know the digits 0 to 4 are asked about 5 to 9.

use std::ops::Range;
use std::sync::Arc;

use super::models::{Model, arms, ask};
use super::{Experiment, Figure, Part, Verdict};
use crate::data::{self, Data};
use crate::linalg::Matrix;
use crate::measures::{Tally, auroc};
use crate::methods::Method;
use crate::plots::numbers::fixed;
use crate::plots::plot::{Axis, Colours, Ink, Numbers, Plot, Shape, Sign};
use crate::runs::{Look, Observing, Picture, Runs, Setup, When, Width};
use crate::schedule::{Decay, Warmup};
use crate::settings::Settings;
use crate::topology::Topology;

/// The digits that the networks learn.
const KNOWN: Range<u8> = 0..5;
/// Those that they never see.
const UNSEEN: Range<u8> = 5..10;

/// The experiment.
pub const UNSEEN_CLASSES: Experiment = Experiment {
    name: "unseen-classes",
    part: Part::WhyBayesian,
    label: "Classes that nobody has shown",
    question: "Networks learn the digits 0 to 4 and are shown 5 to 9: can their uncertainty tell \
               that these are new?",
    prediction: (
        "Which number tells unseen digits from known ones best?",
        &[
            "How unsure a single net is",
            "How unsure the averaged answer is (total)",
            "How much the members disagree (epistemic)",
        ],
    ),
    aha: "Every digit is given a class that the network knows, an unseen one too. A single net is \
          sure of many of them; a posterior is sure of few, and its uncertainty tells more of them \
          apart.",
    formula: "<math><mrow><mi>AUROC</mi><mo>=</mo><mi>P</mi><mo>[</mo><mi>u</mi><mo>(</mo>\
              <msub><mi>x</mi><mtext>unseen</mtext></msub><mo>)</mo><mo>&gt;</mo><mi>u</mi><mo>(</mo>\
              <msub><mi>x</mi><mtext>known</mtext></msub><mo>)</mo><mo>]</mo></mrow></math>",
    source: "Hendrycks and Gimpel, “A Baseline for Detecting Misclassified and Out-of-Distribution \
             Examples in Neural Networks”, ICLR 2017; Louizos and Welling, “Multiplicative \
             Normalizing Flows for Variational Bayesian Neural Networks”, ICML 2017, section 5.2.",
    limits: "Small images, five new classes that look like the known ones, one architecture. The \
             posterior's KL weight is below 1: with the full prior these few images leave it too \
             unsure of everything. Known digits are the held-out ones; unseen ones are all there are.",
    settings: || Settings {
        experiment: "unseen-classes".to_owned(),
        network: Topology::dense(&[64, 100, 5]),
        method: Method::Dense,
        learning_rate: 0.003,
        decay: Decay::Linear { from: 20.0, to: 40.0 },
        epochs: 40,
        init_scale: 0.1,
        init_log_sigma: -3.0,
        kl_weight: 0.3,
        kl_warmup: Warmup { from: 0.0, to: 20.0 },
        dropout: 0.3,
        samples: 50,
        ..Settings::default()
    },
    offered: &["lr", "kl", "dropout", "samples", "epochs", "seed"],
    setup: |settings| Setup::of(arms(settings, &Arc::new(known()))),
    panels: &[],
    pictures: &[&SCORES, &HISTOGRAM, &BY_DIGIT, &SINGLE_SAYS, &POSTERIOR_SAYS],
    verdict: Some(verdict),
};

/// The digits to learn.
fn known() -> Data {
    data::source("digits-0-4").make(0).expect("they come with the program")
}

/// What is asked: the known test digits first, then all unseen ones; with their labels.
fn asked() -> (Matrix, Vec<u8>) {
    let [of_test, of_train] = data::unseen();
    let parts = [known().test, of_test, of_train];
    let rows = parts.each_ref().map(|p| p.rows(&(0..p.len() as u32).collect::<Vec<_>>()));
    let views = rows.each_ref().map(|rows| rows.view());
    let labels = parts.iter().flat_map(|part| part.labels()).copied().collect();
    (ndarray::concatenate(ndarray::Axis(0), &views).expect("as wide as each other"), labels)
}

/// How many of the labels are known ones; they come first.
fn count_known(labels: &[u8]) -> usize {
    labels.iter().filter(|label| KNOWN.contains(label)).count()
}

const fn picture(name: &'static str, title: &'static str, width: Width) -> Picture {
    Picture { name, title, width, when: When::AtRest, observe: scores, ..Picture::PLAIN }
}

static SCORES: Picture = Picture {
    lesson: "AUROC: how often an unseen digit gets more uncertainty than a known one; 0.5 is \
             guessing. The single net has no epistemic part.",
    ..picture("scores", "What tells unseen digits from known ones", Width::Whole)
};

static HISTOGRAM: Picture = Picture {
    lesson: "Where the two hills overlap nobody can tell them apart by this number.",
    observe: histogram,
    ..picture("histogram", "Gaussian posterior: total uncertainty", Width::Half)
};

static BY_DIGIT: Picture = Picture {
    lesson: "The mean for each digit; 5 to 9 were never shown.",
    observe: by_digit,
    ..picture("by-digit", "Total uncertainty of every digit", Width::Half)
};

static SINGLE_SAYS: Picture = Picture {
    lesson: "A row is a digit, a column what it is taken for. Known digits lie on the diagonal; \
             unseen ones have to go somewhere.",
    observe: |runs, look| says(runs, look, Model::Single, SINGLE_SAYS.title),
    ..picture("single-says", "Single net: what it says of every digit", Width::Half)
};

static POSTERIOR_SAYS: Picture = Picture {
    lesson: "The same of the average over draws: unseen digits are spread more evenly.",
    observe: |runs, look| says(runs, look, Model::Posterior, POSTERIOR_SAYS.title),
    ..picture("posterior-says", "Gaussian posterior: what it says of every digit", Width::Half)
};

/// The columns of the table, and the names of the figures.
const COLUMNS: [&str; 5] = [
    "accuracy on known digits",
    "at least 90 % sure of unseen digits",
    "AUROC by largest probability",
    "AUROC by total uncertainty",
    "AUROC by epistemic uncertainty",
];

fn scores(runs: &Runs, look: &Look) -> Observing {
    let (objects, labels) = asked();
    ask(runs, look.epoch, &Model::ALL, objects, move |_, answers| {
        let mut plot = Plot::new(SCORES.title, Axis::default(), Axis::default());
        let (mut rows, known) = (Vec::new(), count_known(&labels));
        for (model, answers) in Model::ALL.iter().zip(answers) {
            let p = answers.mean();
            let mut tally = Tally::default();
            tally.add(&p.slice(ndarray::s![..known, ..]).to_owned(), &labels[..known]);
            let doubt = |p: ndarray::ArrayView1<'_, f32>| -p.iter().copied().fold(0.0, f32::max);
            let doubt: Vec<f32> = p.rows().into_iter().map(doubt).collect();
            let sure = doubt[known..].iter().filter(|&&doubt| doubt <= -0.9).count();
            let all = answers.uncertainties();
            let by = |values: Vec<f32>| auroc(&values[..known], &values[known..]);
            let values = [
                f64::from(tally.accuracy()),
                100.0 * sure as f64 / (labels.len() - known) as f64,
                by(doubt),
                by(all.iter().map(|u| u.total).collect()),
                by(all.iter().map(|u| u.epistemic).collect()),
            ];
            for (name, value) in COLUMNS.iter().zip(values) {
                plot = plot.figure(format!("{}: {name}", model.label()), value);
            }
            let mut row = vec![model.label().to_owned()];
            row.extend(values[..2].iter().map(|&share| format!("{} %", fixed(share, 1))));
            row.extend(values[2..].iter().map(|&area| fixed(area, 3)));
            rows.push(row);
        }
        let heads = ["model"].iter().chain(&COLUMNS).map(|&head| head.to_owned()).collect();
        plot.mark("", Ink::Ink, Shape::Table { heads, rows })
    })
}

/// Bins of the histogram, from 0 to ln 5.
const BINS: usize = 20;

fn histogram(runs: &Runs, look: &Look) -> Observing {
    let (objects, labels) = asked();
    ask(runs, look.epoch, &[Model::Posterior], objects, move |_, answers| {
        let most = libm::log(f64::from(KNOWN.end));
        let all: Vec<f64> = answers[0].uncertainties().iter().map(|u| u.total.into()).collect();
        let parts = all.split_at(count_known(&labels));
        let x = Axis::linear("total uncertainty, nats", 0.0, most);
        let mut plot = Plot::new(HISTOGRAM.title, x, Axis::linear("% of digits", 0.0, 100.0));
        for (series, (name, values)) in
            [("known digits 0 to 4", parts.0), ("unseen digits 5 to 9", parts.1)].iter().enumerate()
        {
            let mut bars = vec![0.0; BINS];
            for value in *values {
                let bin = (value / most * BINS as f64) as usize;
                bars[bin.min(BINS - 1)] += 100.0 / values.len() as f64;
            }
            let edge = |i: usize| most * i as f64 / BINS as f64;
            let bars = bars.into_iter().enumerate();
            let bars = bars.map(|(i, share)| (edge(i), edge(i + 1), share)).collect();
            plot = plot.mark(*name, Ink::Veiled(series), Shape::Bars { bars });
        }
        plot
    })
}

/// Every digit with the rows of its objects.
fn digits(labels: &[u8]) -> Vec<Vec<usize>> {
    let of = |digit: u8| (0..labels.len()).filter(|&i| labels[i] == digit).collect();
    (KNOWN.start..UNSEEN.end).map(of).collect()
}

fn by_digit(runs: &Runs, look: &Look) -> Observing {
    let (objects, labels) = asked();
    ask(runs, look.epoch, &Model::ALL, objects, move |_, answers| {
        let x = Axis::linear("digit", -0.5, 9.5).with(Numbers::Whole);
        let y = Axis::linear("total uncertainty, nats", 0.0, libm::log(f64::from(KNOWN.end)));
        let mut plot = Plot::new(BY_DIGIT.title, x, y).rule("never shown", true, 4.5);
        for (series, (model, answers)) in Model::ALL.iter().zip(answers).enumerate() {
            let all = answers.uncertainties();
            let mean = |(digit, rows): (usize, Vec<usize>)| {
                let sum: f64 = rows.iter().map(|&i| f64::from(all[i].total)).sum();
                (digit as f64, sum / rows.len() as f64)
            };
            let points = digits(&labels).into_iter().enumerate().map(mean).collect();
            let shape = Shape::Points { points, sign: Sign::Class };
            plot = plot.mark(model.label(), Ink::Series(series), shape);
        }
        plot
    })
}

/// The mean class probabilities of every digit.
fn says(runs: &Runs, look: &Look, model: Model, title: &'static str) -> Observing {
    let (objects, labels) = asked();
    ask(runs, look.epoch, &[model], objects, move |_, answers| {
        let p = answers[0].mean();
        let row = |rows: Vec<usize>| {
            let share =
                |class| rows.iter().map(|&i| p[[i, class]]).sum::<f32>() / rows.len() as f32;
            (0..p.ncols()).map(share).collect()
        };
        let names = |range: Range<u8>| range.map(|digit| digit.to_string()).collect();
        let x = Axis::linear("taken for", -0.5, 4.5).with(Numbers::Whole);
        let mut y = Axis::linear("digit shown", -0.5, 9.5).with(Numbers::Whole);
        // The first row is the uppermost.
        y.names = names(KNOWN.start..UNSEEN.end);
        y.names.reverse();
        let shape = Shape::Raster {
            cells: digits(&labels).into_iter().map(row).collect(),
            place: (-0.5, 4.5, -0.5, 9.5),
            limits: (0.0, 1.0),
            colours: Colours::Sequential,
            unit: "mean probability".to_owned(),
        };
        Plot::new(title, x, y).mark("mean probability", Ink::Ink, shape)
    })
}

fn verdict(runs: &Runs) -> Verdict {
    let get = |model: Model, column: usize| {
        let name = format!("{}: {}", model.label(), COLUMNS[column]);
        let value = runs.figure(&name);
        (name, value)
    };
    let [accuracy, sure, total] = [0, 1, 3].map(|column| get(Model::Posterior, column));
    let [single_sure, single_total] = [1, 3].map(|column| get(Model::Single, column));
    let sentence = format!(
        "The single net is at least 90 % sure of {} % of the digits that it has never seen, the \
         Gaussian posterior of {} %; their total uncertainty tells unseen digits from known ones \
         with AUROC {} and {}.",
        fixed(single_sure.1, 0),
        fixed(sure.1, 0),
        fixed(single_total.1, 3),
        fixed(total.1, 3)
    );
    let gain = total.1 - single_total.1;
    let figures = vec![
        Figure::at_least(accuracy.0, accuracy.1, 97.0),
        Figure::at_least(single_sure.0, single_sure.1, 20.0),
        Figure::at_most(sure.0, sure.1, 10.0),
        Figure::at_least("AUROC by total uncertainty: posterior less single net", gain, 0.0),
    ];
    let cells = Model::ALL.into_iter().flat_map(|m| (0..COLUMNS.len()).map(move |c| (m, c)));
    Verdict { sentence, figures }.telling(cells.map(|(model, column)| get(model, column)))
}
