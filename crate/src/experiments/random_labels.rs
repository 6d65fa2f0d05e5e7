//! Random labels: what memorises, and what refuses to.

use super::{Experiment, Figure, Part, Verdict};
use crate::evaluation::Record;
use crate::layers::Point;
use crate::measures::{Tally, probabilities};
use crate::plots::numbers::{fixed, significant};
use crate::plots::plot::{Axis, Ink, Plot, Shape};
use crate::runs::{Arm, Look, Observing, Picture, Runs, Setup, When, Width, at_once};
use crate::schedule::Decay;
use crate::session::Session;
use crate::settings::Settings;

/// What is drawn with random labels and what with true ones.
pub const RANDOM_LABELS: Experiment = Experiment {
    name: "random-labels",
    part: Part::Compression,
    label: "Random labels",
    question: "Does a network that can memorise noise have to?",
    prediction: (
        "The labels of 1,437 digits are shuffled. What does Sparse VD, trained exactly as on true labels, learn of them?",
        &["All of them, as dropout does", "Some of them", "Nothing: it prunes every weight"],
    ),
    aha: "Binary dropout fits labels that mean nothing. Sparse VD pays for every weight in nats, and noise cannot be compressed: keeping nothing is cheaper than memorising. With true labels the same recipe keeps the few weights that pay.",
    formula: r#"<math display="block"><mo>−</mo><mi mathvariant="script">L</mi><mo>=</mo><munder><mrow><mo>−</mo><munder><mo>∑</mo><mi>i</mi></munder><mi mathvariant="double-struck">E</mi><mi>log</mi><mi>p</mi><mo>(</mo><msub><mi>y</mi><mi>i</mi></msub><mo>|</mo><msub><mi>x</mi><mi>i</mi></msub><mo>,</mo><mi>w</mi><mo>)</mo></mrow><mrow><mi>N</mi><mi>log</mi><mi>C</mi><mtext> without learning, at best 0</mtext></mrow></munder><mo>+</mo><munder><mrow><mi>KL</mi><mo>(</mo><mi>q</mi><mo>‖</mo><mi>p</mi><mo>)</mo></mrow><mtext>the price of the weights</mtext></munder></math>"#,
    source: "Zhang, Bengio, Hardt, Recht and Vinyals, “Understanding Deep Learning Requires Rethinking Generalization”, ICLR 2017; the table is that of Molchanov, Ashukha and Vetrov, ICML 2017, section 5.3.",
    limits: "Small digits and a small network; the paper has MNIST and CIFAR-10. The prior p(w) ∝ 1/|w| cannot be normalised, so its KL is known up to a constant: here a weight that is nothing but noise costs 0.",
    settings: || Settings {
        experiment: "random-labels".to_owned(),
        wrong_labels: 1.0,
        learning_rate: 2e-3,
        decay: Decay::Linear { from: 75.0, to: 150.0 },
        epochs: 150,
        ..Settings::default()
    },
    offered: &["wrong", "kl", "epochs", "seed"],
    setup,
    panels: &["weights", "table"],
    pictures: &[&ACCURACY, &COMPRESSION, &LEDGER, &TABLE],
    verdict: Some(verdict),
};

/// The arms, as figures and legends call them.
const SPARSE: &str = "Sparse VD, random";
const TRUE: &str = "Sparse VD, true";
const DROPOUT: &str = "dropout, random";

fn setup(settings: &Settings) -> Setup {
    Setup::of(vec![
        Arm::new(SPARSE, settings, &[("method", "sparse-vd")]).brief(),
        Arm::new(TRUE, settings, &[("method", "sparse-vd"), ("wrong", "0")]).brief(),
        Arm::new(DROPOUT, settings, &[("method", "binary-dropout"), ("dropout", "0.2")]).brief(),
    ])
}

static TABLE: Picture = Picture {
    name: "random-labels-table",
    title: "The lecture's table",
    lesson: "Accuracies in training are those of the mean network, without noise or masks. On labels that mean nothing, one in ten is right by chance.",
    width: Width::Whole,
    when: When::AtRest,
    observe: table,
    ..Picture::PLAIN
};

static ACCURACY: Picture = Picture {
    name: "random-labels-accuracy",
    title: "Accuracy in training and on test images",
    lesson: "Thin: in training, with noise. Dropout climbs towards 100 % of its random labels and stays at chance on test images. Sparse VD begins to memorise too, and forgets as its KL divergence sets in.",
    width: Width::Half,
    observe: accuracy,
    ..Picture::PLAIN
};

static COMPRESSION: Picture = Picture {
    name: "random-labels-compression",
    title: "How many times fewer weights are left",
    lesson: "The same method with the same schedule: it stops where the labels pay for the weights, and nowhere if they cannot.",
    width: Width::Half,
    observe: compression,
    ..Picture::PLAIN
};

static LEDGER: Picture = Picture {
    name: "random-labels-ledger",
    title: "The ledger: nats that learning saves, nats that weights cost",
    lesson: "Knowing every label saves N log C nats, no more. What costs more than it saves is given up; nothing can be bought on credit.",
    width: Width::Whole,
    observe: ledger,
    ..Picture::PLAIN
};

/// (epoch, value) of every record up to the epoch looked at that has one.
fn over_epochs(
    session: &Session,
    look: &Look,
    of: impl Fn(&Record) -> Option<f64>,
) -> Vec<(f64, f64)> {
    let until = look.epoch.unwrap_or(u32::MAX);
    let records = session.records().iter().filter(|record| record.epoch <= until);
    records.filter_map(|record| Some((f64::from(record.epoch), of(record)?))).collect()
}

fn epochs(runs: &Runs) -> Axis {
    Axis::linear("epoch", 0.0, f64::from(runs.settings().epochs))
}

fn accuracy(runs: &Runs, look: &Look) -> Observing {
    let mut plot = Plot::new(ACCURACY.title, epochs(runs), Axis::linear("accuracy, %", 0.0, 100.0));
    for (i, (arm, session)) in runs.arms().enumerate() {
        let noisy = over_epochs(session, look, |r| r.train_accuracy.map(f64::from));
        let line = Shape::Line { points: noisy, thin: true, ends: false };
        plot = plot.mark(format!("{}: train", arm.label), Ink::Series(i), line);
        let test = over_epochs(session, look, |r| Some(f64::from(r.test_accuracy)));
        plot = plot.line(format!("{}: test", arm.label), i, test);
    }
    at_once(plot)
}

fn compression(runs: &Runs, look: &Look) -> Observing {
    let axis = Axis::logarithmic("compression", 1.0, 1e3).with(crate::plots::plot::Numbers::Times);
    let mut plot = Plot::new(COMPRESSION.title, epochs(runs), axis);
    for (i, (arm, session)) in runs.arms().enumerate() {
        let of = |r: &Record| Some(f64::from(r.compression())).filter(|x| x.is_finite());
        let points = over_epochs(session, look, of);
        let top = points.iter().map(|(_, y)| *y).fold(plot.y.high, f64::max);
        plot.y.high = top;
        let gone = session.records().iter().find(|r| r.kept_weights() == 0);
        if let Some(gone) = gone.filter(|gone| look.epoch.is_none_or(|epoch| gone.epoch <= epoch)) {
            plot = plot.rule(format!("{}: all pruned", arm.label), true, f64::from(gone.epoch));
        }
        plot = plot.line(arm.label.clone(), i, points);
    }
    at_once(plot)
}

/// Objects that a run learns from, and the nats that their labels are worth: N ln C.
fn worth(session: &Session) -> (f64, f64) {
    let n = session.trainer().labels().len() as f64;
    (n, n * (session.trainer().data().classes as f64).ln())
}

/// The nats that learning saved in an epoch, under noise.
fn saved(session: &Session, record: &Record) -> Option<f64> {
    let (n, worth) = worth(session);
    Some(worth - n * f64::from(record.train_nll?))
}

fn paid(session: &Session, record: &Record) -> Option<f64> {
    Some(worth(session).0 * f64::from(record.kl?))
}

fn ledger(runs: &Runs, look: &Look) -> Observing {
    let axis = Axis::logarithmic("nats, all training images", 10.0, 1e6);
    let axis = axis.with(crate::plots::plot::Numbers::Powers);
    let mut plot = Plot::new(LEDGER.title, epochs(runs), axis);
    let bayesian = runs.arms().filter(|(arm, _)| arm.label != DROPOUT);
    for (i, (arm, session)) in bayesian.enumerate() {
        let positive = |x: Option<f64>| x.filter(|x| *x >= 10.0);
        let saved = over_epochs(session, look, |r| positive(saved(session, r)));
        let paid = over_epochs(session, look, |r| positive(paid(session, r)));
        let line = Shape::Line { points: paid, thin: true, ends: true };
        plot = plot.mark(format!("{}: weights cost", arm.label), Ink::Series(i), line);
        plot = plot.line(format!("{}: learning saves", arm.label), i, saved);
    }
    if let Some(session) = runs.lead() {
        plot = plot.rule("N log C: all that can be saved", false, worth(session).1);
    }
    at_once(plot)
}

/// One row of the table.
struct Row {
    train: f64,
    test: f64,
    kept: usize,
    total: usize,
}

/// Looks at the mean networks, one arm a slice.
fn table(_: &Runs, look: &Look) -> Observing {
    let (look, mut rows) = (look.clone(), Vec::new());
    Box::new(move |runs| {
        let session = runs.session(rows.len())?;
        rows.push(row(session, &look));
        (rows.len() == runs.arms().count()).then(|| filled(runs, &rows))
    })
}

/// The mean network of a run on what it learned and on test images.
fn row(session: &Session, look: &Look) -> Row {
    let (network, _) = session.network_at(look.epoch);
    let data = session.trainer().data();
    let fixed = network.fixed(Point::Mean { threshold: look.threshold });
    let score = |set, labels: &[u8]| {
        let mut tally = Tally::default();
        tally.add(&probabilities(&fixed, set, 0..labels.len()), labels);
        f64::from(tally.accuracy())
    };
    let weights = network.weights();
    Row {
        train: score(&data.train, session.trainer().labels()),
        test: score(&data.test, data.test.labels()),
        kept: weights.iter().map(|layer| layer.kept(look.threshold)).sum(),
        total: weights.iter().map(|layer| layer.total()).sum(),
    }
}

fn filled(runs: &Runs, rows: &[Row]) -> Plot {
    let heads =
        ["labels", "method", "network", "train acc., %", "test acc., %", "kept", "sparsity"];
    let mut plot = Plot::new(TABLE.title, Axis::linear("", 0.0, 1.0), Axis::linear("", 0.0, 1.0));
    let mut cells = Vec::new();
    for ((arm, session), row) in runs.arms().zip(rows) {
        let settings = session.settings();
        let labels = match settings.wrong_labels {
            0.0 => "true".to_owned(),
            1.0 => "random".to_owned(),
            share => format!("{} % random", fixed(f64::from(100.0 * share), 0)),
        };
        let kept = 100.0 * row.kept as f64 / row.total as f64;
        let sparsity = match row.kept {
            0 => "all pruned".to_owned(),
            kept => format!("{}×", significant(row.total as f64 / kept as f64)),
        };
        cells.push(vec![
            format!("{}, {labels}", runs.data().name),
            settings.method.label().split(':').next().unwrap_or_default().to_owned(),
            settings.network.to_string(),
            fixed(row.train, 1),
            fixed(row.test, 1),
            format!("{} of {}", fixed(row.kept as f64, 0), fixed(row.total as f64, 0)),
            sparsity,
        ]);
        plot = plot
            .figure(format!("{}: train", arm.label), row.train)
            .figure(format!("{}: test", arm.label), row.test)
            .figure(format!("{}: kept", arm.label), kept);
    }
    let heads = heads.map(str::to_owned).to_vec();
    plot.mark("results", Ink::Ink, Shape::Table { heads, rows: cells })
}

fn verdict(runs: &Runs) -> Verdict {
    let of = |label: &str, what: &str| runs.figure(&format!("{label}: {what}"));
    let (train, test) = (of(DROPOUT, "train"), of(DROPOUT, "test"));
    let (kept, sparse, accuracy) = (of(SPARSE, "kept"), of(SPARSE, "train"), of(TRUE, "test"));
    let compression = 100.0 / of(TRUE, "kept");
    let left = match kept {
        0.0 => "every weight".to_owned(),
        kept => format!("all but {} % of the weights", significant(kept)),
    };
    let sentence = format!(
        "Binary dropout knows {} % of the labels it was given and {} % of the test images; Sparse VD prunes {left}. On true labels the same recipe keeps {} % accuracy with {}× fewer weights.",
        fixed(train, 1),
        fixed(test, 1),
        fixed(accuracy, 1),
        significant(compression),
    );
    let figures = vec![
        Figure::at_least("dropout on random labels: training accuracy, %", train, 95.0),
        Figure::between("dropout on random labels: test accuracy, %", test, 5.0, 15.0),
        Figure::at_most("Sparse VD on random labels: weights kept, %", kept, 1.0),
        Figure::told("Sparse VD on random labels: training accuracy, %", sparse),
        Figure::at_least("Sparse VD on true labels: test accuracy, %", accuracy, 95.0),
        Figure::at_least("Sparse VD on true labels: compression", compression, 40.0),
    ];
    // What is wanted, is so when all labels are random. Chance is 10 %; similar images err together,
    // so that its standard deviation is 2 points, not the 1.6 of 360 independent ones.
    let judged = runs.settings().wrong_labels == 1.0;
    let told = |f: Figure| if judged { f } else { Figure::told(f.name, f.value) };
    Verdict { sentence, figures: figures.into_iter().map(told).collect() }
}
