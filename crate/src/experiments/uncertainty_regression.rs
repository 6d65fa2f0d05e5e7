//! Two uncertainties of a curve: noise, and a gap in which nothing was measured.

use super::regression_answers::{PLACES, place};
use super::regression_fits::{RegressionFits, STAGES, Way};
use super::{Experiment, Figure, Part, Verdict};
use crate::data::Gapped;
use crate::knob;
use crate::plots::numbers::{fixed, short};
use crate::plots::plot::{Axis, Handle, Ink, Plot, Shape, Sign};
use crate::runs::{Look, Observing, Picture, Runs, Setup, When, Width, at_once};
use crate::settings::{Effect, Field, Kind, Knobs, Settings};

const KNOBS: &[Field] = &[
    knob!(
        "gap",
        "Gap",
        "2:4 leaves nothing between x = 2 and x = 4; dragging its edges writes it.",
        Kind::Text,
        Effect::Restart
    ),
    knob!(
        "points",
        "Added points",
        "3:0.5 adds a point at x = 3, y = 0.5; clicks and drags write it.",
        Kind::Text,
        Effect::Restart
    ),
];

/// The objects of some settings, and what is wrong with the knobs.
fn gapped(settings: &Settings) -> (Gapped, Option<String>) {
    Gapped::read(&settings.knobs.get("gap"), &settings.knobs.get("points"))
}

/// The experiment.
pub const UNCERTAINTY_REGRESSION: Experiment = Experiment {
    name: "uncertainty-regression",
    part: Part::WhyBayesian,
    label: "Two uncertainties of a curve",
    question: "Between two clouds of points nothing was measured: which way to fit a network knows \
               that it does not know the curve there?",
    prediction: (
        "Which approximation will be as unsure in the gap as the exact posterior (HMC)?",
        &[
            "The mean-field posterior",
            "Monte Carlo dropout",
            "An ensemble pulled to random anchors",
            "All of them",
        ],
    ),
    aha: "The noise band follows the data in all six. But a posterior that factorises over weights \
          is as sure in the gap as at the points, and so is dropout; the exact posterior is not.",
    formula: "<math><mrow><munder><mrow><mi>Var</mi><mo>[</mo><mi>y</mi><mo>]</mo></mrow>\
              <mtext>total</mtext></munder><mo>=</mo><munder><mrow><mi>σ</mi><msup><mrow><mo>(</mo>\
              <mi>x</mi><mo>)</mo></mrow><mn>2</mn></msup></mrow><mtext>aleatoric</mtext></munder>\
              <mo>+</mo><munder><mrow><msub><mi>Var</mi><mi>w</mi></msub><mo>[</mo><mi>f</mi>\
              <mo>(</mo><mi>x</mi><mo>;</mo><mi>w</mi><mo>)</mo><mo>]</mo></mrow>\
              <mtext>epistemic</mtext></munder></mrow></math>",
    source: "Foong, Burt, Li and Turner, “On the Expressiveness of Approximate Inference in Bayesian \
             Neural Networks”, NeurIPS 2020; Pearce, Leibfried and Brintrup, “Uncertainty in Neural \
             Networks: Approximately Bayesian Ensembling”, AISTATS 2020.",
    limits: "One hidden layer of 50 tanh units and one input; the noise is a line for ln σ, fitted \
             once and the same for all six, because a free σ(x) would swallow what is not known. \
             HMC is one chain of 1,000 draws: a good answer and not the last word. How unsure the \
             truth is in the gap depends on the prior.",
    settings: || Settings {
        experiment: "uncertainty-regression".to_owned(),
        epochs: STAGES,
        knobs: Knobs::new(KNOBS, &["2:4", ""]),
        ..Settings::default()
    },
    offered: &["seed"],
    setup: |settings| Setup::own(RegressionFits::new(&gapped(settings).0, settings.seed)),
    panels: &[],
    pictures: &[&FITS[0], &FITS[1], &FITS[2], &FITS[3], &FITS[4], &FITS[5], &DOUBTS, &RATIOS],
    verdict: Some(verdict),
};

macro_rules! fit {
    ($way:literal, $name:literal, $title:literal, $lesson:literal) => {
        Picture {
            name: $name,
            title: $title,
            lesson: $lesson,
            when: When::EachEpoch,
            observe: |runs, _| fit(runs, Way::ALL[$way], $title),
            moved: Some(moved),
            ..Picture::PLAIN
        }
    };
}

static FITS: [Picture; 6] = [
    fit!(
        0,
        "hmc",
        "HMC: the exact posterior, drawn",
        "Draws of the posterior itself. Their spread opens where nothing was measured. Drag the \
         edges of the gap; click to add a point."
    ),
    fit!(
        1,
        "laplace",
        "Laplace, linearised",
        "A Gaussian with the mode's curvature, all correlations in it: the gap opens."
    ),
    fit!(
        2,
        "anchored",
        "Anchored ensemble of 10",
        "Ten modes, each pulled to its own draw of the prior instead of to zero, with fresh noise \
         on its targets."
    ),
    fit!(
        3,
        "mean-field",
        "Mean-field posterior",
        "A Gaussian for each weight and no correlations: as sure in the gap as at the points."
    ),
    fit!(
        4,
        "dropout",
        "MC dropout",
        "Random units left out, in training and after it: the spread has one size everywhere."
    ),
    fit!(
        5,
        "single",
        "Single net",
        "One curve. It knows the noise, and nothing of what it does not know."
    ),
];

static DOUBTS: Picture = Picture {
    name: "doubts",
    title: "Epistemic σ along the line",
    lesson: "How far draws of the curve lie apart. The truth (HMC) rises between the rules.",
    width: Width::Half,
    when: When::EachEpoch,
    observe: doubts,
    moved: Some(|runs, handle, at| handle.and_then(|edge| moved(runs, Some(edge), at))),
    ..Picture::PLAIN
};

static RATIOS: Picture = Picture {
    name: "gap-ratios",
    title: "How much more is unknown in the gap",
    lesson: "Gap ratio: the median epistemic σ in the gap over that at the points. 1 means that the \
             gap was not noticed.",
    width: Width::Half,
    when: When::EachEpoch,
    observe: ratios,
    ..Picture::PLAIN
};

/// The plot that `draw` makes of the fits.
fn of_fits(runs: &Runs, draw: impl FnOnce(&RegressionFits) -> Plot) -> Observing {
    at_once(runs.own::<RegressionFits>().map_or_else(Plot::default, draw))
}

/// The horizontal axis.
fn across() -> Axis {
    Axis::linear("x", place(0), place(PLACES - 1))
}

/// (x, value) at every place.
fn curve(values: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
    values.enumerate().map(|(i, value)| (place(i), value)).collect()
}

fn edges(gap: (f64, f64)) -> Vec<Handle> {
    let edge = |name: &str, x| Handle { name: name.to_owned(), at: (x, 0.0), moves: (true, false) };
    vec![edge("the gap's left edge", gap.0), edge("the gap's right edge", gap.1)]
}

/// One way's mean, bands and draws over the objects.
fn fit(runs: &Runs, way: Way, title: &'static str) -> Observing {
    of_fits(runs, |fits| {
        let answer = &fits.answers[way as usize];
        let band = |from: &dyn Fn(usize) -> f64, to: &dyn Fn(usize) -> f64| {
            let range = |i: usize| (place(i), answer.mean[i] + from(i), answer.mean[i] + to(i));
            Shape::Band { points: (0..PLACES).map(range).collect() }
        };
        let noise = |i: usize| 2.0 * fits.sigma(place(i));
        let total = |i: usize| {
            let (noise, unknown) = (noise(i), 2.0 * answer.epistemic[i]);
            (noise * noise + unknown * unknown).sqrt()
        };
        let line = |points, thin| Shape::Line { points, thin, ends: false };
        // Side by side, so that each has its own colour.
        let mut plot = Plot::new(title, across(), Axis::linear("y", -2.5, 2.5))
            .mark("total, ±2σ", Ink::Veiled(1), band(&|i| -total(i), &|i| -noise(i)))
            .mark("", Ink::Veiled(1), band(&noise, &total))
            .mark("noise, ±2σ", Ink::Veiled(0), band(&|i| -noise(i), &noise));
        for draw in &answer.curves {
            plot = plot.mark("", Ink::Faint, line(curve(draw.iter().copied()), true));
        }
        let objects = Shape::Points { points: fits.objects.clone(), sign: Sign::Speck };
        plot = plot
            .mark("mean", Ink::Series(0), line(curve(answer.mean.iter().copied()), false))
            .mark("points", Ink::Ink, objects);
        if way != Way::Single {
            let (inside, outside) = fits.inside_and_outside(way);
            let text = format!("gap ratio {}", short(inside / outside));
            let at = (fits.gap.0 + 0.1, 2.2);
            plot = plot.mark("", Ink::Ink, Shape::Text { at, text });
        }
        let (gapped, wrong) = gapped(&runs.settings());
        let added = (1..).zip(&gapped.points).map(|(number, &at)| {
            let name = format!("added point {number}");
            Handle { name, at, moves: (true, true) }
        });
        plot.handles = edges(gapped.gap).into_iter().chain(added).collect();
        plot.message = wrong.unwrap_or_default();
        plot
    })
}

fn doubts(runs: &Runs, _: &Look) -> Observing {
    of_fits(runs, |fits| {
        let y = Axis::linear("epistemic σ, units of y", 0.0, 0.6);
        let mut plot = Plot::new(DOUBTS.title, across(), y);
        for (series, way) in Way::ALL[..5].iter().enumerate() {
            let points = curve(fits.answers[*way as usize].epistemic.iter().copied());
            let shape = Shape::Line { points, thin: false, ends: false };
            plot = plot.mark(way.label(), Ink::Series(series), shape);
        }
        plot.handles = edges(fits.gap);
        plot.rule("gap", true, fits.gap.0).rule("", true, fits.gap.1)
    })
}

/// The name of a way's figure.
fn figure(way: Way) -> String {
    format!("{}: gap ratio", way.label())
}

/// The name of the noise's figure.
const NOISE: &str = "fitted noise, σ(6)/σ(0)";

fn ratios(runs: &Runs, _: &Look) -> Observing {
    of_fits(runs, |fits| {
        let mut plot = Plot::new(RATIOS.title, Axis::default(), Axis::default());
        let mut rows = Vec::new();
        for way in Way::ALL {
            let mut row = vec![way.label().to_owned()];
            if way == Way::Single {
                row.extend(["none", "none", "–"].map(str::to_owned));
            } else {
                let (inside, outside) = fits.inside_and_outside(way);
                plot = plot.figure(figure(way), inside / outside);
                let ratio = fixed(inside / outside, 2);
                row.extend([fixed(inside, 3), fixed(outside, 3), ratio]);
            }
            rows.push(row);
        }
        let heads = ["fit", "σ in the gap", "σ at the points", "gap ratio"];
        let heads = heads.map(str::to_owned).to_vec();
        plot.figure(NOISE, fits.sigma(6.0) / fits.sigma(0.0)).mark(
            "",
            Ink::Ink,
            Shape::Table { heads, rows },
        )
    })
}

/// The knob after a handle went somewhere; an empty place gets a point.
fn moved(runs: &Runs, handle: Option<usize>, at: (f64, f64)) -> Option<(&'static str, String)> {
    let (mut gapped, _) = gapped(&runs.settings());
    match handle {
        Some(edge @ 0..2) => return Some(("gap", gapped.with_edge(edge, at.0))),
        Some(number) => *gapped.points.get_mut(number - 2)? = at,
        None => gapped.points.push(at),
    }
    Some(("points", gapped.write_points()))
}

fn verdict(runs: &Runs) -> Verdict {
    let ratio = |way: Way| runs.figure(&figure(way));
    let [hmc, laplace, anchored, field, dropout] = [0, 1, 2, 3, 4].map(|i| ratio(Way::ALL[i]));
    let noise = runs.figure(NOISE);
    let sentence = format!(
        "In the gap the exact posterior (HMC) is {} times as unsure as at the points, Laplace {} \
         and the anchored ensemble {} times; the mean field {} times and dropout {} times: they did \
         not notice the gap. The fitted noise grows {}-fold from x = 0 to 6 (true: 5.1-fold).",
        fixed(hmc, 1),
        fixed(laplace, 1),
        fixed(anchored, 1),
        fixed(field, 2),
        fixed(dropout, 2),
        fixed(noise, 1)
    );
    let figures = vec![
        Figure::at_least(figure(Way::Hmc), hmc, 3.0),
        Figure::at_least(figure(Way::Laplace), laplace, 3.0),
        Figure::at_least(figure(Way::Anchored), anchored, 2.0),
        Figure::between(figure(Way::MeanField), field, 0.7, 1.3),
        Figure::at_most(figure(Way::Dropout), dropout, 1.2),
        Figure::at_least(NOISE, noise, 1.5),
    ];
    Verdict { sentence, figures }
}
