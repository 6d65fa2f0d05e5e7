//! Ensembling: what K networks, or K samples of one posterior, gain over one.

use super::{Experiment, Figure, Part, Verdict};
use crate::ensembles::{Growth, Score, Scored, worth};
use crate::layers::Point;
use crate::linalg::Matrix;
use crate::measures::probabilities;
use crate::methods::Method;
use crate::plots::numbers::{fixed, significant};
use crate::plots::plot::{Axis, Ink, Plot, Shape, Sign};
use crate::rng::{Rng, Stream};
use crate::runs::{Arm, Look, Observing, Picture, Runs, Setup, When, Width};
use crate::schedule::{Decay, Warmup};
use crate::session::Session;
use crate::settings::Settings;

/// Independent networks against samples of a posterior.
pub const ENSEMBLING: Experiment = Experiment {
    name: "ensembling",
    part: Part::WhyBayesian,
    label: "Ensembles",
    question: "What does averaging the predictions of K networks gain?",
    prediction: (
        "Five networks become twenty. What still improves?",
        &["Accuracy", "The probabilities, but hardly the accuracy", "Both", "Nothing"],
    ),
    aha: "Which class wins is settled after a few networks; how sure to be of it is not. The expected NLL can never rise with K (Jensen), and a posterior gives its samples away for the price of one training.",
    formula: r#"<math display="block"><mi mathvariant="double-struck">E</mi><mo>[</mo><mo>−</mo><mi>log</mi><mfrac><mn>1</mn><mi>K</mi></mfrac><munderover><mo>∑</mo><mrow><mi>k</mi><mo>=</mo><mn>1</mn></mrow><mi>K</mi></munderover><mi>p</mi><mo>(</mo><mi>y</mi><mo>|</mo><mi>x</mi><mo>,</mo><msub><mi>w</mi><mi>k</mi></msub><mo>)</mo><mo>]</mo><mo>≤</mo><mi mathvariant="double-struck">E</mi><mo>[</mo><mo>−</mo><mi>log</mi><mfrac><mn>1</mn><mrow><mi>K</mi><mo>−</mo><mn>1</mn></mrow></mfrac><munderover><mo>∑</mo><mrow><mi>k</mi><mo>=</mo><mn>1</mn></mrow><mrow><mi>K</mi><mo>−</mo><mn>1</mn></mrow></munderover><mi>p</mi><mo>(</mo><mi>y</mi><mo>|</mo><mi>x</mi><mo>,</mo><msub><mi>w</mi><mi>k</mi></msub><mo>)</mo><mo>]</mo></math>"#,
    source: "Ashukha, Lyzhov, Molchanov and Vetrov, “Pitfalls of In-Domain Uncertainty Estimation and Ensembling in Deep Learning”, ICLR 2020.",
    limits: "300 small digits and networks of 7,400 weights. The single networks start wide (0.4), so that they end in different places: from 0.1 they nearly agree, and twenty gain a twentieth of the NLL. The Gaussian posterior's KL counts 0.005: with its full weight so few digits leave it far too wide. At the best temperature twenty samples of Sparse VD, wider still, do worse than its pruned mean.",
    settings: || Settings {
        experiment: "ensembling".to_owned(),
        data: "few-digits".to_owned(),
        network: "64-100-10".parse().expect("a network"),
        method: Method::Gaussian,
        kl_weight: 0.005,
        kl_warmup: Warmup { from: 0.0, to: 0.0 },
        init_scale: 0.2,
        init_log_sigma: -3.0,
        learning_rate: 0.01,
        decay: Decay::Linear { from: 60.0, to: 120.0 },
        epochs: 120,
        ..Settings::default()
    },
    offered: &["kl", "lr", "epochs", "seed"],
    setup,
    panels: &["weights", "digit", "table"],
    pictures: &[&ACCURACY, &NLL, &CALIBRATED, &TABLE],
    verdict: Some(verdict),
};

/// Independent networks.
const NETWORKS: usize = 20;
/// Samples of each posterior.
const SAMPLES: usize = 100;
/// Sizes of ensembles.
const SIZES: &[usize] = &[1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100];
/// Random orders that scores are averaged over.
const ORDERS: u32 = 20;

/// A kind of ensemble, one line of every plot.
struct Kind {
    label: &'static str,
    /// The first of its arms, and how many members come from how many.
    arm: usize,
    members: usize,
    independent: bool,
}

const INDEPENDENT: &str = "independent networks";
const POSTERIOR: &str = "Gaussian posterior";
const DROPOUT: &str = "MC dropout";
const SPARSE: &str = "Sparse VD";

const KINDS: [Kind; 4] = [
    Kind { label: INDEPENDENT, arm: 3, members: NETWORKS, independent: true },
    Kind { label: POSTERIOR, arm: 0, members: SAMPLES, independent: false },
    Kind { label: DROPOUT, arm: 1, members: SAMPLES, independent: false },
    Kind { label: SPARSE, arm: 2, members: SAMPLES, independent: false },
];

fn setup(settings: &Settings) -> Setup {
    // The single networks need fewer epochs, at a constant learning rate; starting wide they end in
    // different places.
    let half = (settings.epochs / 2).max(1).to_string();
    let mut arms = vec![
        Arm::new(POSTERIOR, settings, &[("method", "gaussian")]),
        Arm::new(DROPOUT, settings, &[("method", "binary-dropout"), ("dropout", "0.3")]),
        Arm::new(
            SPARSE,
            settings,
            &[("method", "sparse-vd"), ("kl", "0.05"), ("warmup", "10..40"), ("init", "0.1")],
        ),
    ];
    for i in 1..=NETWORKS as u64 {
        // A seed of its own for each, that no other run of the experiment is likely to have.
        let seed = ((settings.seed + i * 0x9E37_79B1) % (1 << 32)).to_string();
        let own = [
            ("method", "dense"),
            ("seed", &seed),
            ("epochs", &half),
            ("decay", "constant"),
            ("init", "0.4"),
        ];
        arms.push(Arm::new(format!("network {i}"), settings, &own));
    }
    Setup::of(arms.into_iter().map(Arm::brief).collect())
}

static ACCURACY: Picture = Picture {
    name: "ensembling-accuracy",
    title: "Accuracy of ensembles",
    lesson: "A few members settle which class wins. The diamond is the pruned mean network of Sparse VD: no ensemble, on purpose.",
    width: Width::Half,
    when: When::AtRest,
    observe: |_, look| {
        growing(look, Score::raw, |seen| seen.plot(ACCURACY.title, "accuracy, %", |s| s.accuracy))
    },
    ..Picture::PLAIN
};

static NLL: Picture = Picture {
    name: "ensembling-nll",
    title: "Negative log-likelihood of ensembles",
    lesson: "The expected NLL never rises with K, whatever the members are: −log is convex.",
    width: Width::Half,
    when: When::AtRest,
    observe: |_, look| {
        growing(look, Score::raw, |seen| seen.plot(NLL.title, "NLL, nats an image", |s| s.nll))
    },
    ..Picture::PLAIN
};

static CALIBRATED: Picture = Picture {
    name: "ensembling-calibrated",
    title: "The same at the best temperature",
    lesson: "A temperature fitted on half of the test images and used on the other half takes away what is only too much or too little confidence: ensembles are compared by what is left.",
    formula: r#"<math display="block"><msub><mi>p</mi><mi>T</mi></msub><mo>(</mo><mi>y</mi><mo>|</mo><mi>x</mi><mo>)</mo><mo>∝</mo><mi>p</mi><mo>(</mo><mi>y</mi><mo>|</mo><mi>x</mi><msup><mo>)</mo><mrow><mn>1</mn><mo>/</mo><mi>T</mi></mrow></msup></math>"#,
    width: Width::Half,
    when: When::AtRest,
    observe: |_, look| {
        growing(look, Score::of, |seen| {
            seen.plot(CALIBRATED.title, "calibrated NLL, nats an image", |s| s.calibrated)
        })
    },
    ..Picture::PLAIN
};

static TABLE: Picture = Picture {
    name: "ensembling-table",
    title: "What each ensemble is worth",
    lesson: "“Worth” counts the independent networks whose ensemble has the same calibrated NLL as all samples of the posterior.",
    width: Width::Half,
    when: When::AtRest,
    observe: |_, look| growing(look, Score::of, table),
    ..Picture::PLAIN
};

/// What was found of every kind of ensemble.
struct Found {
    curves: Vec<Vec<(usize, Score)>>,
    /// The pruned mean network of the last kind.
    pruned: Score,
}

/// Grows ensembles of every kind in slices, and draws what was found.
fn growing(look: &Look, score: Scored, draw: fn(&Found) -> Plot) -> Observing {
    let (look, mut members) = (look.clone(), Vec::new());
    let mut growth: Option<Growth> = None;
    let mut found = Found { curves: Vec::new(), pruned: Score::default() };
    Box::new(move |runs| {
        let Some(kind) = KINDS.get(found.curves.len()) else { return Some(draw(&found)) };
        let test = &runs.data().test;
        match &mut growth {
            None => {
                let from = kind.arm + if kind.independent { members.len() } else { 0 };
                let session = runs.session(from)?;
                members.push(member(session, &look, kind, members.len()));
                if members.len() == kind.members {
                    let members = std::mem::take(&mut members);
                    growth = Some(Growth::new(members, test.labels(), SIZES, score));
                }
            }
            Some(growing) => {
                let order = growing.orders();
                let mut rng = Rng::stream(runs.settings().seed, Stream::Measures, u64::from(order));
                if growing.advance(&mut rng) == ORDERS {
                    found.curves.push(growing.mean());
                    growth = None;
                    if kind.label == SPARSE {
                        found.pruned = pruned(runs.session(kind.arm)?, &look);
                    }
                }
            }
        }
        None
    })
}

/// What member number `k` of a kind says of the test objects.
fn member(session: &Session, look: &Look, kind: &Kind, k: usize) -> Matrix {
    let mut rng = Rng::stream(session.settings().seed, Stream::Prediction, k as u64);
    let point = match kind.independent {
        true => Point::Mean { threshold: f32::INFINITY },
        false => Point::Sample(&mut rng),
    };
    predicted(session, look, point)
}

fn predicted(session: &Session, look: &Look, point: Point<'_>) -> Matrix {
    let test = &session.trainer().data().test;
    probabilities(&session.network_at(look.epoch).0.fixed(point), test, 0..test.len())
}

fn pruned(session: &Session, look: &Look) -> Score {
    let p = predicted(session, look, Point::Mean { threshold: look.threshold });
    Score::of(&p, session.trainer().data().test.labels())
}

impl Found {
    /// The score of `kind` with `size` members.
    fn at(&self, kind: usize, size: usize) -> Score {
        let curve = &self.curves[kind];
        curve.iter().find(|(known, _)| *known == size).map_or(curve[curve.len() - 1].1, |it| it.1)
    }

    /// One line for each kind.
    fn plot(&self, title: &str, label: &str, of: fn(&Score) -> f64) -> Plot {
        let all = || self.curves.iter().flatten().map(|(_, score)| of(score));
        let (low, high) = all()
            .chain([of(&self.pruned)])
            .fold((f64::INFINITY, 0.0_f64), |(low, high), y| (low.min(y), high.max(y)));
        let room = 0.05 * (high - low);
        let sizes = Axis::logarithmic("members of the ensemble K", 1.0, SAMPLES as f64);
        let mut plot = Plot::new(title, sizes, Axis::linear(label, low - room, high + room));
        for (i, (kind, curve)) in KINDS.iter().zip(&self.curves).enumerate() {
            let points = curve.iter().map(|(size, score)| (*size as f64, of(score))).collect();
            plot = plot.line(kind.label, i, points);
        }
        let points = vec![(1.0, of(&self.pruned))];
        let diamond = Shape::Points { points, sign: Sign::Diamond };
        plot.mark("pruned mean of Sparse VD", Ink::Series(KINDS.len() - 1), diamond)
    }
}

fn table(found: &Found) -> Plot {
    let axis = || Axis::linear("", 0.0, 1.0);
    let mut plot = Plot::new(TABLE.title, axis(), axis());
    let mut rows = Vec::new();
    for (i, kind) in KINDS.iter().enumerate() {
        let [one, five, twenty, all] = [1, 5, 20, kind.members].map(|size| found.at(i, size));
        let worth = worth(&found.curves[0], all.calibrated);
        rows.push(vec![
            kind.label.to_owned(),
            fixed(five.accuracy, 2),
            fixed(twenty.accuracy, 2),
            fixed(one.nll, 3),
            fixed(twenty.nll, 3),
            fixed(one.calibrated, 3),
            fixed(twenty.calibrated, 3),
            fixed(twenty.temperature, 2),
            if kind.independent { String::new() } else { networks(worth) },
        ]);
        let values = [
            one.accuracy,
            five.accuracy,
            twenty.accuracy,
            one.nll,
            twenty.nll,
            one.calibrated,
            twenty.calibrated,
            twenty.temperature,
            worth,
        ];
        for (name, value) in TOLD.iter().zip(values) {
            plot = plot.figure(format!("{}: {name}", kind.label), value);
        }
    }
    let pruned = found.pruned;
    rows.push(vec![
        "Sparse VD, pruned mean".to_owned(),
        fixed(pruned.accuracy, 2),
        String::new(),
        fixed(pruned.nll, 3),
        String::new(),
        fixed(pruned.calibrated, 3),
        String::new(),
        fixed(pruned.temperature, 2),
        networks(worth(&found.curves[0], pruned.calibrated)),
    ]);
    let heads = [
        "ensemble",
        "acc(5), %",
        "acc(20), %",
        "NLL(1)",
        "NLL(20)",
        "calibrated (1)",
        "calibrated (20)",
        "T",
        "worth, networks",
    ];
    let heads = heads.map(str::to_owned).to_vec();
    plot.figure("pruned: acc", pruned.accuracy)
        .figure("pruned: NLL", pruned.nll)
        .figure("pruned: calibrated NLL", pruned.calibrated)
        .mark("ensembles", Ink::Ink, Shape::Table { heads, rows })
}

/// So many networks, in words.
fn networks(worth: f64) -> String {
    match worth {
        1.0 => "at most 1".to_owned(),
        worth if worth == NETWORKS as f64 => format!("at least {NETWORKS}"),
        worth => significant(worth),
    }
}

/// What is told of every kind besides what is judged.
const TOLD: [&str; 9] = [
    "acc(1)",
    "acc(5)",
    "acc(20)",
    "NLL(1)",
    "NLL(20)",
    "calibrated NLL(1)",
    "calibrated NLL(20)",
    "T(20)",
    "worth",
];

fn verdict(runs: &Runs) -> Verdict {
    let of = |kind: &str, what: &str| runs.figure(&format!("{kind}: {what}"));
    let mut figures = Vec::new();
    for kind in &KINDS {
        let of = |what| of(kind.label, what);
        let name = |what: &str| format!("{}: {what}", kind.label);
        let gained = of("acc(20)") - of("acc(5)");
        let (points, ratio) = (name("acc(20) − acc(5), points"), name("NLL(20)/NLL(1)"));
        figures.push(match kind.label {
            // So wide a posterior goes on gaining accuracy.
            SPARSE => Figure::told(points, gained),
            _ => Figure::between(points, gained, -0.5, 0.5),
        });
        figures.push(Figure::at_most(ratio, of("NLL(20)") / of("NLL(1)"), 0.8));
        figures.extend(TOLD.map(|what| Figure::told(name(what), of(what))));
    }
    for what in ["acc", "NLL", "calibrated NLL"] {
        figures.push(Figure::told(format!("Sparse VD, pruned mean: {what}"), of("pruned", what)));
    }
    let sentence = format!(
        "From 5 to 20 independent networks the accuracy moves by {} points, while from 1 to 20 the NLL falls from {} to {} nats, and at the best temperature from {} to {}. {SAMPLES} samples of one Gaussian posterior are worth {} independent networks.",
        fixed(of(INDEPENDENT, "acc(20)") - of(INDEPENDENT, "acc(5)"), 2),
        fixed(of(INDEPENDENT, "NLL(1)"), 3),
        fixed(of(INDEPENDENT, "NLL(20)"), 3),
        fixed(of(INDEPENDENT, "calibrated NLL(1)"), 3),
        fixed(of(INDEPENDENT, "calibrated NLL(20)"), 3),
        networks(of(POSTERIOR, "worth")),
    );
    Verdict { sentence, figures }
}
