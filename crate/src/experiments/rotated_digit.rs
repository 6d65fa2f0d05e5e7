//! A digit that turns: what networks say of images that drift away from what they have learned.

use std::sync::Arc;

use super::models::{Model, arms, ask};
use super::{Experiment, Figure, Part, Verdict};
use crate::data::{self, Dataset, turning};
use crate::knob;
use crate::linalg::Matrix;
use crate::measures::Ensemble;
use crate::methods::Method;
use crate::plots::numbers::{fixed, short};
use crate::plots::plot::{Axis, Colours, Handle, Ink, Numbers, Plot, Shape};
use crate::runs::{Look, Observing, Picture, Runs, Setup, When, at_once};
use crate::schedule::{Decay, Warmup};
use crate::settings::{Effect, Field, Kind, Knobs, Pace, Settings};
use crate::topology::Topology;

const KNOBS: &[Field] = &[
    knob!(
        "digit",
        "Digit",
        "The number of a test image, or 64 pixels from 0 to g; clicks on the digit write them.",
        Kind::Text,
        Effect::View
    ),
    knob!(
        "angle",
        "Angle",
        "How far it is turned, in degrees counter-clockwise; dragging it writes it.",
        Kind::Number { min: 0.0, max: MOST, pace: Pace::By(5.0) },
        Effect::View
    ),
];

/// The experiment.
pub const ROTATED_DIGIT: Experiment = Experiment {
    name: "rotated-digit",
    part: Part::WhyBayesian,
    label: "A digit that turns",
    question: "A digit is turned until it is none that anybody has shown: which network notices?",
    prediction: (
        "A digit lies on its side. What does a single network, which gets 98 % of upright digits \
         right, say of it?",
        &["That it is unsure", "Its right class", "Some other class, and that it is sure"],
    ),
    aha: "Turned far enough, a digit is none of the ten classes. A single network goes on giving it \
          one, and is sure; draws from a posterior give it different ones, and that they disagree \
          can be seen without knowing the answer.",
    formula: FORMULA,
    source: "Louizos and Welling, “Multiplicative Normalizing Flows for Variational Bayesian Neural \
             Networks”, ICML 2017, section 5.2; the lecture shows their figure.",
    limits: "The lecture's right panel is a LeNet with multiplicative normalizing flows on MNIST; \
             ours is a factorised Gaussian posterior of 7,400 weights on digits of 8 × 8 pixels, \
             with the prior N(0, 1) and its KL divergence counted a tenth. On their side nearly all \
             digits are a 4 to every network: upright ones leave the left and right edge white, and \
             the little ink that is there is a 4's. The posterior has kept its prior in weights \
             that no digit taught, and so it hesitates. 0, 1 and 8 look the same \
             upside down, and a turned 6 is honestly a 9. A pruned network is no help: what is left \
             of Sparse VD's posterior is nearly one network, and as sure.",
    settings: || Settings {
        experiment: "rotated-digit".to_owned(),
        network: Topology::dense(&[64, 100, 10]),
        method: Method::Dense,
        learning_rate: 0.003,
        decay: Decay::Linear { from: 15.0, to: 30.0 },
        epochs: 30,
        init_log_sigma: -3.0,
        kl_weight: 0.1,
        kl_warmup: Warmup { from: 0.0, to: 15.0 },
        dropout: 0.3,
        samples: 100,
        knobs: Knobs::new(KNOBS, &["4", "90"]),
        ..Settings::default()
    },
    offered: &["lr", "kl", "dropout", "samples", "epochs", "seed"],
    setup: |settings| Setup::of(arms(settings, &Arc::new(data::digits()))),
    panels: &[],
    pictures: &[&TURNED, &SINGLE_SAYS, &POSTERIOR_SAYS, &DOUBT, &ALL_DOUBT, &ALL_WRONG],
    verdict: Some(verdict),
};

const FORMULA: &str = "<math display=\"block\"><munder><mrow><mi>I</mi><mo>(</mo><mi>y</mi><mo>;</mo>\
    <mi>w</mi><mo>)</mo></mrow><mtext>disagreement</mtext></munder><mo>=</mo><mi>H</mi><mo>[</mo>\
    <msub><mi mathvariant=\"double-struck\">E</mi><mrow><mi>q</mi><mo>(</mo><mi>w</mi><mo>)</mo></mrow>\
    </msub><mi>p</mi><mo>(</mo><mi>y</mi><mo>|</mo><msub><mi>R</mi><mi>θ</mi></msub><mi>x</mi>\
    <mo>,</mo><mi>w</mi><mo>)</mo><mo>]</mo><mo>−</mo><msub><mi mathvariant=\"double-struck\">E</mi>\
    <mrow><mi>q</mi><mo>(</mo><mi>w</mi><mo>)</mo></mrow></msub><mi>H</mi><mo>[</mo><mi>p</mi>\
    <mo>(</mo><mi>y</mi><mo>|</mo><msub><mi>R</mi><mi>θ</mi></msub><mi>x</mi><mo>,</mo><mi>w</mi>\
    <mo>)</mo><mo>]</mo></math>";

/// The last angle, degrees.
const MOST: f64 = 180.0;
/// Height and width of a digit.
const SHAPE: (usize, usize) = (8, 8);
/// Steps between angles: of the one digit, and of all test digits.
const STEPS: (f64, f64) = (5.0, 15.0);
/// How sure is sure.
const SURE: f32 = 0.9;

static TURNED: Picture = Picture {
    name: "turned",
    title: "The digit, turned",
    lesson: "Drag the mark on its rim. A click on a pixel inks or clears it: draw one of your own.",
    observe: |runs, _| at_once(turned(&runs.settings())),
    moved: Some(drawn),
    ..Picture::PLAIN
};

static SINGLE_SAYS: Picture = Picture {
    name: "single-says-turned",
    title: "Single net, by angle",
    lesson: "One class is followed by another, each as dark as if it were certain.",
    when: When::AtRest,
    observe: |runs, look| says(runs, look, Model::Single, SINGLE_SAYS.title),
    moved: Some(dragged),
    ..Picture::PLAIN
};

static POSTERIOR_SAYS: Picture = Picture {
    name: "posterior-says-turned",
    title: "Gaussian posterior, by angle",
    lesson: "The average over draws: away from the upright digit many classes share what is left.",
    when: When::AtRest,
    observe: |runs, look| says(runs, look, Model::Posterior, POSTERIOR_SAYS.title),
    moved: Some(dragged),
    ..Picture::PLAIN
};

static DOUBT: Picture = Picture {
    name: "doubt",
    title: "This digit: disagreement",
    lesson: "Epistemic uncertainty: how far the members disagree. A single net has nobody to \
             disagree with.",
    when: When::AtRest,
    observe: doubt,
    moved: Some(dragged),
    ..Picture::PLAIN
};

static ALL_DOUBT: Picture = Picture {
    name: "all-doubt",
    title: "All test digits: disagreement",
    lesson: "The mean over 360 digits. 0, 1 and 8 come back at 180°.",
    when: When::AtRest,
    blind: true,
    observe: all_doubt,
    ..Picture::PLAIN
};

static ALL_WRONG: Picture = Picture {
    name: "all-wrong",
    title: "All test digits: sure, and wrong",
    lesson: "The share that gets a wrong class with a probability of 0.9 and more.",
    when: When::AtRest,
    blind: true,
    observe: all_wrong,
    ..Picture::PLAIN
};

/// The digit of some settings, (1, pixels), and what is wrong with the knob.
fn chosen(settings: &Settings) -> (Matrix, Option<String>) {
    let (text, test) = (settings.knobs.get("digit"), data::digits().test);
    if let Some(drawn) = read(&text) {
        return (drawn, None);
    }
    match text.parse() {
        Ok(number) if (number as usize) < test.len() => (test.rows(&[number]), None),
        _ => {
            let last = test.len() - 1;
            let wrong =
                format!("'{text}' is no digit: write 0 to {last}, or 64 pixels from 0 to g.");
            (test.rows(&[0]), Some(wrong))
        }
    }
}

/// Levels of ink, from none to all.
const LEVELS: &[u8; 17] = b"0123456789abcdefg";

fn read(text: &str) -> Option<Matrix> {
    let level = |letter: u8| LEVELS.iter().position(|&known| known == letter);
    let pixels: Option<Vec<f32>> = text.bytes().map(|b| Some(level(b)? as f32 / 16.0)).collect();
    Matrix::from_shape_vec((1, SHAPE.0 * SHAPE.1), pixels?).ok()
}

fn write(digit: &Matrix) -> String {
    let level = |&ink: &f32| char::from(LEVELS[((16.0 * ink).round() as usize).min(16)]);
    digit.iter().map(level).collect()
}

/// The middle of the image, in pixels from its lower left corner.
const MIDDLE: f64 = 4.0;

fn turned(settings: &Settings) -> Plot {
    let (digit, wrong) = chosen(settings);
    let angle = settings.knobs.number("angle");
    let image = digit.dot(&turning(SHAPE, angle as f32));
    let x = Axis::linear(format!("turned by {}°", short(angle)), 0.0, 8.0).with(Numbers::Absent);
    let y = Axis::linear("", 0.0, 8.0).with(Numbers::Absent);
    let raster = Shape::Raster {
        cells: image.row(0).to_vec().chunks(SHAPE.1).map(<[f32]>::to_vec).collect(),
        place: (0.0, 8.0, 0.0, 8.0),
        limits: (0.0, 1.0),
        colours: Colours::Sequential,
        unit: "ink".to_owned(),
    };
    let mut plot = Plot::new(TURNED.title, x, y).mark("ink", Ink::Ink, raster);
    let (sine, cosine) = (libm::sin(angle.to_radians()), libm::cos(angle.to_radians()));
    let at = (MIDDLE - 3.7 * sine, MIDDLE + 3.7 * cosine);
    plot.handles = vec![Handle { name: "the digit's top".to_owned(), at, moves: (true, true) }];
    plot.message = wrong.unwrap_or_default();
    plot
}

/// Turns the digit by its top, or inks a pixel.
fn drawn(runs: &Runs, handle: Option<usize>, at: (f64, f64)) -> Option<(&'static str, String)> {
    let (right, up) = (at.0 - MIDDLE, at.1 - MIDDLE);
    if handle.is_some() {
        return Some(to_angle(libm::atan2(-right, up).to_degrees()));
    }
    let settings = runs.settings();
    let angle = settings.knobs.number("angle").to_radians();
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    // Where it was before the turn.
    let (right, up) = (cosine * right + sine * up, cosine * up - sine * right);
    let (row, column) = ((MIDDLE - up).floor(), (MIDDLE + right).floor());
    let mut digit = chosen(&settings).0;
    let inside = (0.0..8.0).contains(&row) && (0.0..8.0).contains(&column);
    let pixel = inside.then(|| row as usize * SHAPE.1 + column as usize)?;
    digit[[0, pixel]] = if digit[[0, pixel]] < 0.5 { 1.0 } else { 0.0 };
    Some(("digit", write(&digit)))
}

/// Drags the rule at the angle.
fn dragged(_: &Runs, handle: Option<usize>, at: (f64, f64)) -> Option<(&'static str, String)> {
    handle.map(|_| to_angle(at.0))
}

fn to_angle(degrees: f64) -> (&'static str, String) {
    // Beyond half a turn the nearer end.
    let degrees = if degrees < -90.0 { MOST } else { degrees.clamp(0.0, MOST) };
    ("angle", short(degrees.round()))
}

/// The angles from 0 to 180° by a step.
fn angles(step: f64) -> impl Iterator<Item = f64> {
    (0..=(MOST / step) as u32).map(move |i| step * f64::from(i))
}

/// Objects, turned by every angle: all at the first, then all at the next.
fn at_all_angles(objects: &Matrix, step: f64) -> Matrix {
    let turned: Vec<Matrix> =
        angles(step).map(|angle| objects.dot(&turning(SHAPE, angle as f32))).collect();
    let views: Vec<_> = turned.iter().map(|turned| turned.view()).collect();
    ndarray::concatenate(ndarray::Axis(0), &views).expect("as wide as each other")
}

/// The axis of angles.
fn across() -> Axis {
    Axis::linear("turned by, degrees", 0.0, MOST)
}

/// The same plot with the angle looked at, to drag.
fn with_angle(mut plot: Plot, settings: &Settings) -> Plot {
    let angle = settings.knobs.number("angle");
    let at = (angle, plot.y.value(0.5));
    plot.handles = vec![Handle { name: "the angle".to_owned(), at, moves: (true, false) }];
    plot.rule("", true, angle)
}

fn says(runs: &Runs, look: &Look, model: Model, title: &'static str) -> Observing {
    let objects = at_all_angles(&chosen(&runs.settings()).0, STEPS.0);
    ask(runs, look.epoch, &[model], objects, move |runs, answers| {
        let p = answers[0].mean();
        let half = 0.5 * STEPS.0;
        let x = Axis::linear("turned by, degrees", -half, MOST + half);
        // The first row is the uppermost.
        let y = Axis::of_names("class", (0..10).rev().map(|class| class.to_string()).collect());
        let raster = Shape::Raster {
            cells: p.columns().into_iter().map(|class| class.to_vec()).collect(),
            place: (-half, MOST + half, -0.5, 9.5),
            limits: (0.0, 1.0),
            colours: Colours::Sequential,
            unit: "probability".to_owned(),
        };
        let plot = Plot::new(title, x, y).mark("probability", Ink::Ink, raster);
        with_angle(plot, &runs.settings())
    })
}

/// The models that have members to disagree.
const SEVERAL: [Model; 3] = [Model::Dropout, Model::Posterior, Model::Ensemble];

/// A line for each model through a number at every angle.
fn lines(
    mut plot: Plot,
    models: &[Model],
    answers: &[Ensemble],
    step: f64,
    of: impl Fn(&Ensemble) -> Vec<f64>,
) -> Plot {
    for (model, answers) in models.iter().zip(answers) {
        let points = angles(step).zip(of(answers)).collect();
        let shape = Shape::Line { points, thin: false, ends: false };
        // A model has one colour in every picture.
        plot = plot.mark(model.label(), Ink::Series(*model as usize), shape);
    }
    plot
}

fn doubt(runs: &Runs, look: &Look) -> Observing {
    let objects = at_all_angles(&chosen(&runs.settings()).0, STEPS.0);
    ask(runs, look.epoch, &SEVERAL, objects, |runs, answers| {
        let y = Axis::linear("epistemic, nats", 0.0, 1.5);
        let plot = lines(Plot::new(DOUBT.title, across(), y), &SEVERAL, answers, STEPS.0, |it| {
            it.uncertainties().iter().map(|u| f64::from(u.epistemic)).collect()
        });
        with_angle(plot, &runs.settings())
    })
}

/// All test digits at every angle, with the labels of one angle.
fn everything() -> (Matrix, Dataset) {
    let test = data::digits().test;
    let rows: Vec<u32> = (0..test.len() as u32).collect();
    (at_all_angles(&test.rows(&rows), STEPS.1), test)
}

/// The angle at which networks are compared.
const SIDE: f64 = 90.0;

/// The name of a model's figure.
fn named(model: Model, what: &str) -> String {
    format!("{}: {what}", model.label())
}

const UPRIGHT: &str = "epistemic at 0°, nats";
const ON_ITS_SIDE: &str = "epistemic at 90°, nats";
const WRONG: &str = "sure and wrong at 90°, %";
const ACCURACY: &str = "accuracy at 0°, %";

fn all_doubt(runs: &Runs, look: &Look) -> Observing {
    let (objects, test) = everything();
    ask(runs, look.epoch, &SEVERAL, objects, move |_, answers| {
        let mean = |answers: &Ensemble| {
            let all: Vec<f32> = answers.uncertainties().iter().map(|u| u.epistemic).collect();
            let at_angle = |part: &[f32]| part.iter().map(|&u| f64::from(u)).sum::<f64>();
            all.chunks(test.len()).map(|part| at_angle(part) / part.len() as f64).collect()
        };
        let y = Axis::linear("epistemic, nats", 0.0, 1.0);
        let mut plot =
            lines(Plot::new(ALL_DOUBT.title, across(), y), &SEVERAL, answers, STEPS.1, mean);
        for (model, answers) in SEVERAL.iter().zip(answers) {
            let means = mean(answers);
            let side = means[(SIDE / STEPS.1) as usize];
            plot = plot
                .figure(named(*model, UPRIGHT), means[0])
                .figure(named(*model, ON_ITS_SIDE), side);
        }
        plot
    })
}

fn all_wrong(runs: &Runs, look: &Look) -> Observing {
    let (objects, test) = everything();
    ask(runs, look.epoch, &Model::ALL, objects, move |_, answers| {
        let share = |answers: &Ensemble, counts: &dyn Fn(f32, bool) -> bool| -> Vec<f64> {
            let n = test.len();
            let p = answers.mean();
            let mut shares = vec![0.0; p.nrows() / n];
            for (i, row) in p.rows().into_iter().enumerate() {
                let top = row.iter().copied().fold(0.0, f32::max);
                let right = row[usize::from(test.labels()[i % n])] == top;
                shares[i / n] += f64::from(u8::from(counts(top, right))) * 100.0 / n as f64;
            }
            shares
        };
        let wrong = |answers: &Ensemble| share(answers, &|top, right| top >= SURE && !right);
        let y = Axis::linear("% of test digits", 0.0, 100.0);
        let plot = Plot::new(ALL_WRONG.title, across(), y);
        let mut plot = lines(plot, &Model::ALL, answers, STEPS.1, wrong);
        for (model, answers) in Model::ALL.iter().zip(answers) {
            let side = wrong(answers)[(SIDE / STEPS.1) as usize];
            let accuracy = share(answers, &|_, right| right)[0];
            plot =
                plot.figure(named(*model, WRONG), side).figure(named(*model, ACCURACY), accuracy);
        }
        plot
    })
}

fn verdict(runs: &Runs) -> Verdict {
    let get = |model: Model, what: &str| runs.figure(&named(model, what));
    let of = |what: &str| get(Model::Posterior, what);
    let (upright, side) = (of(UPRIGHT), of(ON_ITS_SIDE));
    let [single, posterior] = [get(Model::Single, WRONG), of(WRONG)];
    let sentence = format!(
        "On their side {} % of the test digits get a wrong class from the single net, which is at \
         least 90 % sure of it; of the Gaussian posterior's it is {} %. Its draws disagree {} times \
         as much as on upright digits ({} and {} nats).",
        fixed(single, 0),
        fixed(posterior, 0),
        fixed(side / upright, 1),
        fixed(upright, 2),
        fixed(side, 2),
    );
    let figures = vec![
        Figure::at_least("Gaussian posterior: epistemic at 90° / at 0°", side / upright, 3.0),
        Figure::at_least(named(Model::Single, WRONG), single, 50.0),
        Figure::at_most("sure and wrong at 90°: posterior / single net", posterior / single, 0.75),
        Figure::at_least(named(Model::Posterior, ACCURACY), of(ACCURACY), 95.0),
    ];
    let doubts = SEVERAL.into_iter().flat_map(|m| [(m, UPRIGHT), (m, ON_ITS_SIDE)]);
    let rest = Model::ALL.into_iter().flat_map(|m| [(m, WRONG), (m, ACCURACY)]);
    let told = doubts.chain(rest).map(|(model, what)| (named(model, what), get(model, what)));
    Verdict { sentence, figures }.telling(told)
}
