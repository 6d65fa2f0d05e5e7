//! Reparametrization without a network: noise moved into place, and two gradients of a mean.

mod gradients;
mod rows;

use super::{Experiment, Figure, Part, Verdict};
use crate::knob;
use crate::plots::numbers::significant;
use crate::runs::{Own, Runs, Setup};
use crate::session::Progress;
use crate::settings::{Effect, Field, Kind, Knobs, Pace, Settings};

/// The lecture's slide on reparametrization, and what it does not say.
pub const REPARAMETRIZATION: Experiment = Experiment {
    name: "reparametrization",
    part: Part::WhyBayesian,
    label: "Reparametrization",
    question: "Is the gradient through the draw always calmer than the score function's?",
    prediction: (
        "d/dμ E cos(5x) under N(μ, 1): which estimator has the smaller variance?",
        &["Pathwise, as always", "The score function", "They are the same"],
    ),
    aha: "The lecture moves noise into place to differentiate through it. That pays for f's slope, \
          the score function for f's height: for (x − k)² the first wins, for cos(kx) with a large \
          k the second.",
    formula: FORMULA,
    source: "Mohamed, Rosca, Figurnov and Mnih, “Monte Carlo Gradient Estimation in Machine \
             Learning”, JMLR 2020, sections 3–5; Kingma and Welling, 2014.",
    limits: "One number x. With many parameters the score function's variance grows with their \
             number, which is why networks are trained pathwise; neither has a control variate here.",
    settings,
    offered: &["f", "k", "seed", "epochs"],
    setup: |_| Setup::own(Clock { epoch: 0 }),
    panels: &[],
    pictures: &[
        &gradients::FALLING,
        &gradients::BY_K,
        &gradients::RUNNING,
        &gradients::CASES,
        &rows::NORMAL_ROW,
        &rows::GAMMA_ROW,
        &rows::EXPONENTIAL_ROW,
        &rows::PAIR_ROW,
    ],
    verdict: Some(verdict),
};

const FORMULA: &str = "<math display=\"block\"><mfrac><mi>d</mi><mrow><mi>d</mi><mi>μ</mi></mrow></mfrac><msub><mi mathvariant=\"double-struck\">E</mi><mrow><mi>x</mi><mo>∼</mo><mi mathvariant=\"script\">N</mi><mo>(</mo><mi>μ</mi><mo>,</mo><msup><mi>σ</mi><mn>2</mn></msup><mo>)</mo></mrow></msub><mi>f</mi><mo>(</mo><mi>x</mi><mo>)</mo><mo>=</mo><munder><munder><mrow><mi mathvariant=\"double-struck\">E</mi><mspace width=\"0.2em\"/><msup><mi>f</mi><mo>′</mo></msup><mo>(</mo><mi>μ</mi><mo>+</mo><mi>σ</mi><mi>ε</mi><mo>)</mo></mrow><mo>⏟</mo></munder><mtext>pathwise</mtext></munder><mo>=</mo><munder><munder><mrow><mi mathvariant=\"double-struck\">E</mi><mspace width=\"0.2em\"/><mi>f</mi><mo>(</mo><mi>x</mi><mo>)</mo><mfrac><mrow><mi>x</mi><mo>−</mo><mi>μ</mi></mrow><msup><mi>σ</mi><mn>2</mn></msup></mfrac></mrow><mo>⏟</mo></munder><mtext>score function</mtext></munder></math>";

/// Draws that fall in an epoch.
const EACH: usize = 10;

const KNOBS: &[Field] = &[
    knob!(
        "f",
        "f(x)",
        "What is averaged under N(1, 1).",
        Kind::Choice(|| {
            let all = gradients::FUNCTIONS.into_iter();
            all.map(|(value, label, _)| (value.to_owned(), label.to_owned())).collect()
        }),
        Effect::View
    ),
    knob!(
        "k",
        "k",
        "How far away, how narrow or how fast f is: drag it in the picture.",
        Kind::Number { min: 0.0, max: gradients::MOST_K, pace: Pace::By(0.1) },
        Effect::View
    ),
];

fn settings() -> Settings {
    Settings {
        experiment: REPARAMETRIZATION.name.to_owned(),
        epochs: 100,
        knobs: Knobs::new(KNOBS, &["wave", "5"]),
        ..Settings::default()
    }
}

/// Lets draws fall: which they are, seed and number decide.
struct Clock {
    epoch: u32,
}

impl Own for Clock {
    fn advance(&mut self) -> Progress {
        self.epoch += 1;
        Progress::Epoch
    }

    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn set(&mut self, _: &Settings) {}
}

fn verdict(runs: &Runs) -> Verdict {
    let (seed, count) = (runs.settings().seed, EACH * runs.epoch() as usize);
    let mut figures = Vec::new();
    // Of every estimate: standard errors from the exact gradient, measured by exact variance.
    let (mut errors, mut least, mut most) = (0.0f64, f64::INFINITY, 0.0f64);
    let mut ratios = Vec::new();
    for (name, shape, k) in gradients::JUDGED {
        let of = gradients::under(shape, k);
        let (pathwise, score) = gradients::gradients(&of, seed, count);
        let exact = [of.pathwise_variance(), of.score_variance()];
        let measured = [pathwise, score].map(|values| gradients::moments(&values));
        for ((mean, variance), exact) in measured.into_iter().zip(exact) {
            errors = errors.max((mean - of.gradient()).abs() / (exact / count as f64).sqrt());
            (least, most) = (least.min(variance / exact), most.max(variance / exact));
        }
        let ratio = measured[0].1 / measured[1].1;
        ratios.push(ratio);
        figures.push(if exact[0] < exact[1] {
            Figure::at_most(format!("{name}: variance, pathwise / score function"), ratio, 0.4)
        } else {
            Figure::at_least(format!("{name}: variance, pathwise / score function"), ratio, 2.5)
        });
    }
    // Ten estimates: four standard errors are exceeded by one of them once in 1,600 times; four
    // rows: once in 2,000.
    figures.push(Figure::at_most("standard errors from the exact gradients, most", errors, 4.0));
    figures.push(Figure::at_least("measured / exact variance, least", least, 0.7));
    figures.push(Figure::at_most("measured / exact variance, most", most, 1.4));
    let distances = rows::distances(seed, count);
    let furthest = distances.into_iter().map(|row| row.1).fold(0.0, f64::max);
    figures.push(Figure::at_most("rows: √n times the distance, most", furthest, 2.2));
    let sentence = format!(
        "For (x − 5)² the score function's variance is {} times the pathwise one, for cos(5x) the \
         pathwise one is {} times the score function's.",
        significant(1.0 / ratios[0]),
        significant(ratios[4]),
    );
    Verdict { sentence, figures }
}
