//! Two estimators of d/dμ E f(x) under N(1, 1), draw by draw.

use super::rows::{counts, fallen};
use crate::inference::estimators::{Expectation, Shape as F};
use crate::plots::numbers::{fixed, round_up, short, significant};
use crate::plots::plot::{Axis, Handle, Ink, Plot, Shape, Sign};
use crate::rng::{Rng, Stream};
use crate::runs::{Look, Observing, Picture, Runs, Width, at_once};
use crate::settings::Settings;

/// What is averaged: the knob's value and its name.
pub const FUNCTIONS: [(&str, &str, F); 3] = [
    ("square", "(x − k)²", F::Square),
    ("bump", "exp(−kx²)", F::Bump),
    ("wave", "cos(kx)", F::Wave),
];

/// The largest k.
pub const MOST_K: f64 = 10.0;

const PATHWISE: &str = "pathwise";
const SCORE: &str = "score function";

pub static FALLING: Picture = Picture {
    name: "gradients",
    title: "Gradients of single draws",
    lesson: "Every draw of x gives one gradient by each estimator. Both histograms have the exact \
             gradient as their mean; the narrower one needs fewer draws. Ends hold what lies beyond.",
    width: Width::Half,
    observe: falling,
    ..Picture::PLAIN
};

pub static BY_K: Picture = Picture {
    name: "variance-by-k",
    title: "Which estimator wins",
    lesson: "The variance of one draw, exact. Pathwise pays for steepness, the score function for \
             height: drag k, and choose another f.",
    observe: by_k,
    moved: Some(move_k),
    ..FALLING
};

pub static RUNNING: Picture = Picture {
    name: "running-mean",
    title: "The mean of all draws so far",
    lesson: "Both come to the exact gradient; the error falls as 1/√n, from where its variance \
             lets it begin.",
    observe: running,
    ..FALLING
};

pub static CASES: Picture = Picture {
    name: "cases",
    title: "Variances, measured and exact",
    lesson: "No estimator is better for every f.",
    observe: cases,
    ..FALLING
};

/// E f under N(1, 1).
pub const fn under(shape: F, k: f64) -> Expectation {
    Expectation { shape, k, mean: 1.0, sigma: 1.0 }
}

fn chosen(settings: &Settings) -> (Expectation, String) {
    let f = settings.knobs.get("f");
    let (_, name, shape) = FUNCTIONS.into_iter().find(|known| known.0 == f).unwrap_or(FUNCTIONS[0]);
    let k = settings.knobs.number("k").clamp(0.0, MOST_K);
    (under(shape, k), format!("f = {name} with k = {}", short(k)))
}

/// Gradients of so many draws, pathwise and score function, from the same draws of x.
pub fn gradients(of: &Expectation, seed: u64, count: usize) -> (Vec<f64>, Vec<f64>) {
    let mut rng = Rng::stream(seed, Stream::Measures, 5);
    let draws = (0..count).map(|_| of.draw(&mut rng));
    draws.map(|x| (of.pathwise(x), of.score(x))).unzip()
}

/// Mean and unbiased variance.
pub fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    (mean, squares / (n - 1.0))
}

/// Bars in a histogram.
const BINS: usize = 61;

fn falling(runs: &Runs, look: &Look) -> Observing {
    let (seed, count) = fallen(runs, look);
    let (of, words) = chosen(&runs.settings());
    // All draws that will fall decide the range, so that it stays.
    let all = super::EACH * runs.settings().epochs.max(runs.epoch()) as usize;
    let (mut pathwise, mut score) = gradients(&of, seed, all);
    let exact = of.gradient();
    let variances = (of.pathwise_variance(), of.score_variance());
    let away = pathwise.iter().chain(&score).map(|gradient| (gradient - exact).abs());
    let half = away.fold(1e-3, f64::max).min(4.0 * variances.0.max(variances.1).max(1e-6).sqrt());
    let range = (exact - half, exact + half);
    pathwise.truncate(count);
    score.truncate(count);
    let bars = [&pathwise, &score].map(|values| counts(values, range, BINS));
    let tallest = bars.iter().flatten().map(|bar| bar.2).fold(10.0, f64::max);
    let x = Axis::linear("gradient of one draw", range.0, range.1);
    let mut plot = Plot::new(FALLING.title, x, Axis::linear("draws", 0.0, round_up(tallest)));
    for (i, (bars, name)) in bars.into_iter().zip([PATHWISE, SCORE]).enumerate() {
        plot = plot.mark(name, Ink::Veiled(i), Shape::Bars { bars });
    }
    let reading = format!(
        "{words}: the exact gradient is {}, the variance of one draw {} pathwise and {} by the \
         score function; measured over {count} draws {} and {}.",
        significant(exact),
        significant(variances.0),
        significant(variances.1),
        significant(moments(&pathwise).1),
        significant(moments(&score).1),
    );
    at_once(plot.rule("exact gradient", true, exact).reading(reading))
}

fn by_k(runs: &Runs, look: &Look) -> Observing {
    let (seed, count) = fallen(runs, look);
    let (of, words) = chosen(&runs.settings());
    let ks = (1..=100).map(|i| f64::from(i) * MOST_K / 100.0);
    let at = |k: f64| Expectation { k, ..of };
    let lines = [
        ks.clone().map(|k| (k, at(k).pathwise_variance())).collect::<Vec<_>>(),
        ks.map(|k| (k, at(k).score_variance())).collect(),
    ];
    let all: Vec<f64> = lines.iter().flatten().map(|point| point.1).collect();
    let x = Axis::linear("k", 0.0, MOST_K);
    let mut plot = Plot::new(BY_K.title, x, Axis::powers("variance of one draw", &all));
    let (pathwise, score) = gradients(&of, seed, count);
    let measured = [moments(&pathwise).1, moments(&score).1];
    for (i, (line, name)) in lines.into_iter().zip([PATHWISE, SCORE]).enumerate() {
        let line = Shape::Line { points: line, thin: false, ends: false };
        let dot = Shape::Points { points: vec![(of.k, measured[i])], sign: Sign::Dot };
        plot = plot.mark(name, Ink::Series(i), line);
        if measured[i] > 0.0 {
            plot = plot.mark(format!("{name}, measured"), Ink::Series(i), dot);
        }
    }
    let (a, b) = (of.pathwise_variance(), of.score_variance());
    let winner = if a < b { PATHWISE } else { SCORE };
    let reading = format!(
        "{words}: {winner} wins, {} against {}.",
        significant(a.min(b)),
        significant(a.max(b))
    );
    let height = if a.max(b) > 0.0 { a.max(b) } else { 1.0 };
    plot.handles.push(Handle { name: "k".to_owned(), at: (of.k, height), moves: (true, false) });
    at_once(plot.reading(reading))
}

fn move_k(_: &Runs, _: Option<usize>, (k, _): (f64, f64)) -> Option<(&'static str, String)> {
    let k = (k.clamp(0.0, MOST_K) * 10.0).round() / 10.0;
    k.is_finite().then(|| ("k", k.to_string()))
}

fn running(runs: &Runs, look: &Look) -> Observing {
    let (seed, count) = fallen(runs, look);
    let (of, words) = chosen(&runs.settings());
    let exact = of.gradient();
    let (pathwise, score) = gradients(&of, seed, count);
    let means = |values: &[f64]| -> Vec<(f64, f64)> {
        let mut sum = 0.0;
        let mean = |(i, value): (usize, &f64)| {
            sum += value;
            ((i + 1) as f64, sum / (i + 1) as f64)
        };
        let all: Vec<_> = values.iter().enumerate().map(mean).collect();
        all.into_iter().skip(super::EACH - 1).step_by(super::EACH).collect()
    };
    let lines = [means(&pathwise), means(&score)];
    let most = runs.settings().epochs as f64 * super::EACH as f64;
    // Two standard errors of the worse one's first mean.
    let spread = of.pathwise_variance().max(of.score_variance()).max(1e-6);
    let room = 2.0 * (spread / super::EACH as f64).sqrt();
    let y = Axis::linear("mean gradient", exact - room, exact + room);
    let mut plot = Plot::new(RUNNING.title, Axis::linear("draws", 0.0, most), y);
    let last = lines.clone().map(|line| line.last().map_or(f64::NAN, |point| point.1));
    for (i, (points, name)) in lines.into_iter().zip([PATHWISE, SCORE]).enumerate() {
        let line = Shape::Line { points, thin: false, ends: false };
        plot = plot.mark(name, Ink::Series(i), line);
    }
    let reading = format!(
        "{words}: after {count} draws {} pathwise and {} by the score function; exact {}.",
        significant(last[0]),
        significant(last[1]),
        significant(exact)
    );
    at_once(plot.rule("exact gradient", false, exact).reading(reading))
}

/// What the verdict looks at.
pub const JUDGED: [(&str, F, f64); 5] = [
    ("(x − 5)²", F::Square, 5.0),
    ("exp(−x²/5)", F::Bump, 0.2),
    ("exp(−3x²)", F::Bump, 3.0),
    ("cos(x/2)", F::Wave, 0.5),
    ("cos(5x)", F::Wave, 5.0),
];

fn cases(runs: &Runs, look: &Look) -> Observing {
    let (seed, count) = fallen(runs, look);
    let row = |(name, shape, k): (&str, F, f64)| {
        let of = under(shape, k);
        let (pathwise, score) = gradients(&of, seed, count);
        let both = |values: &[f64], exact: f64| {
            format!("{} ({})", significant(moments(values).1), significant(exact))
        };
        let (a, b) = (of.pathwise_variance(), of.score_variance());
        vec![
            name.to_owned(),
            fixed(of.gradient(), 3),
            both(&pathwise, a),
            both(&score, b),
            if a < b { PATHWISE } else { SCORE }.to_owned(),
        ]
    };
    let heads = ["f", "exact gradient", PATHWISE, SCORE, "wins"].map(str::to_owned).to_vec();
    let rows = JUDGED.into_iter().map(row).collect();
    let axis = || Axis::linear("", 0.0, 1.0);
    let plot = Plot::new(CASES.title, axis(), axis());
    let reading = format!(
        "Variance of one draw, measured over {count} draws and exact in brackets: pathwise wins for \
         slow f, the score function for steep ones of bounded height."
    );
    at_once(plot.mark("variances", Ink::Ink, Shape::Table { heads, rows }).reading(reading))
}
