//! Two sparsifying priors: the log-uniform one of Sparse VD against ARD.

use std::sync::OnceLock;

use super::{Experiment, Figure, PLAIN, Part, Verdict};
use crate::evaluation::Record;
use crate::inference::{exact_kl, one_weight};
use crate::knob;
use crate::pictures::of_runs;
use crate::plots::numbers::{fixed, short, significant};
use crate::plots::plot::{Axis, Handle, Ink, Plot, Shape, Sign};
use crate::priors::{self, LogUniform, Prior};
use crate::runs::{Arm, Look, Observing, Picture, Runs, Setup, Width, at_once};
use crate::schedule::{Decay, Warmup};
use crate::session::Session;
use crate::settings::{Effect, Field, Kind, Knobs, Pace, Settings};

/// Kharitonov, Molchanov and Vetrov's comparison.
pub const VD_VS_ARD: Experiment = Experiment {
    name: "vd-vs-ard",
    part: Part::Compression,
    label: "Sparse VD against ARD",
    question: "An improper prior with an approximated KL, or a Gaussian prior whose precision every \
               weight learns, with an exact one: which empties the network more?",
    prediction: (
        "The same network, seed and noise under both priors. What comes out?",
        &[
            "Sparse VD prunes far more, at the same accuracy",
            "ARD prunes far more, at the same accuracy",
            "Much the same, at the same accuracy",
            "One of them loses its accuracy",
        ],
    ),
    aha: "Both pay ½ nat for each unit of log α where α is small, and Sparse VD a little more in \
          between: the twins end alike, Sparse VD somewhat emptier. ARD does it with a proper prior \
          and no approximation, and its rule can be written down: a weight alone dies exactly when \
          its z-score is at most 1.",
    formula: FORMULA,
    source: "Kharitonov, Molchanov and Vetrov, “Variational Dropout via Empirical Bayes”, 2018; \
             Molchanov, Ashukha and Vetrov, ICML 2017, eq. 14; MacKay, 1994.",
    limits: "One network on small digits, with the KL weight that keeps the accuracy. In a network \
             weights are not alone: what one explains, another need not.",
    settings,
    setup: twins,
    panels: &["readouts", "weights"],
    pictures: &[&CURVES, &ALONE, &BOUND, &of_runs::COMPRESSION, &of_runs::ACCURACY],
    verdict: Some(verdict),
    ..PLAIN
};

const FORMULA: &str = "<math display=\"block\"><msub><mi>KL</mi><mi>ARD</mi></msub><mo>=</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mi>log</mi><mo>(</mo><mn>1</mn><mo>+</mo><msup><mi>α</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup><mo>)</mo><mo>,</mo><mspace width=\"1em\"/><msub><mi>KL</mi><mi>VD</mi></msub><mo>=</mo><msub><mi mathvariant=\"double-struck\">E</mi><mrow><mi>ε</mi><mo>∼</mo><mi mathvariant=\"script\">N</mi><mo>(</mo><mn>1</mn><mo>,</mo><mi>α</mi><mo>)</mo></mrow></msub><mi>log</mi><mo>|</mo><mi>ε</mi><mo>|</mo><mo>−</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mi>log</mi><mi>α</mi><mo>+</mo><mi>C</mi></math><math display=\"block\"><msub><mi>α</mi><mi>ARD</mi></msub><mo>=</mo><mfrac><mn>1</mn><mrow><msup><mi>z</mi><mn>2</mn></msup><mo>−</mo><mn>1</mn></mrow></mfrac><mo>,</mo><mspace width=\"1em\"/><mi>z</mi><mo>=</mo><mfrac><mrow><mo>|</mo><mi>m</mi><mo>|</mo></mrow><msqrt><mi>v</mi></msqrt></mfrac></math>";

const KNOBS: &[Field] = &[knob!(
    "m",
    "Observed m",
    "What one weight alone is observed to be, with variance v = 1: drag it in the picture.",
    Kind::Number { min: 0.0, max: MOST_M, pace: Pace::By(0.1) },
    Effect::View
)];

const MOST_M: f64 = 4.0;

/// The default recipe in fewer epochs, so that both fit into a minute.
fn settings() -> Settings {
    Settings {
        experiment: VD_VS_ARD.name.to_owned(),
        kl_weight: 0.2,
        kl_warmup: Warmup { from: 5.0, to: 30.0 },
        clip: true,
        retire: true,
        learning_rate: 1.5e-3,
        decay: Decay::Linear { from: 50.0, to: 80.0 },
        epochs: 80,
        knobs: Knobs::new(KNOBS, &["1.5"]),
        ..Settings::default()
    }
}

fn twins(base: &Settings) -> Setup {
    Setup::of(vec![
        Arm::new(VD, base, &[("method", "sparse-vd")]).brief(),
        Arm::new(ARD, base, &[("method", "ard")]).brief(),
    ])
}

const VD: &str = "Sparse VD";
const ARD: &str = "ARD";

static CURVES: Picture = Picture {
    name: "kl-curves",
    title: "What both priors pay for",
    lesson: "Below zero: −KL of one weight against its log α. Above: where the weights of both \
             networks are now, but for those beyond 10, which are settled. They climb to the right \
             where the data let them.",
    width: Width::Half,
    observe: curves,
    ..Picture::PLAIN
};

static ALONE: Picture = Picture {
    name: "one-weight",
    title: "One weight alone",
    lesson: "A weight is observed once, m with variance 1. Under ARD its posterior mean is \
             m − 1/m, and 0 when |m| ≤ 1: drag m across 1.",
    observe: alone,
    moved: Some(move_m),
    ..CURVES
};

static BOUND: Picture = Picture {
    name: "one-weight-bound",
    title: "The bound of that weight",
    lesson: "What the weight gains over being dead, for every log α. At m = 1 the hill has moved \
             all the way to the right: nothing is left to gain.",
    observe: bound,
    ..CURVES
};

/// Where log α is drawn and trained.
const REACH: f64 = 10.0;
/// Bins of the histograms.
const BINS: usize = 40;

/// Places along log α.
fn places() -> impl Iterator<Item = f64> {
    (-80..=80).map(|i| f64::from(i) * REACH / 80.0)
}

/// −KL of the log-uniform prior by its series, of which some thousand terms matter at the left.
fn exact_curve() -> &'static [(f64, f64)] {
    static CURVE: OnceLock<Vec<(f64, f64)>> = OnceLock::new();
    CURVE.get_or_init(|| places().map(|at| (at, -exact_kl::log_uniform(at))).collect())
}

/// KL of the log-uniform prior by the approximation that trains.
fn trained_kl(log_alpha: f64) -> f64 {
    f64::from(Prior::kl(&LogUniform, 1.0, 0.5 * log_alpha as f32))
}

/// The largest difference of the two, nats.
fn largest_error() -> f64 {
    let error = |&(at, exact): &(f64, f64)| (trained_kl(at) + exact).abs();
    exact_curve().iter().map(error).fold(0.0, f64::max)
}

/// How many weights lie in every bin of log α, and percent of all that lie beyond the last: those
/// have retired or feel no force any more.
fn histogram(session: &Session, epoch: Option<u32>) -> ([u32; BINS], f64) {
    let (network, _) = session.network_at(epoch);
    let (mut counts, mut beyond, mut all) = ([0; BINS], 0, 0);
    for layer in network.weights() {
        let Some(posterior) = layer.posterior else { continue };
        for (&mean, &log_sigma) in posterior.mean.value.iter().zip(&posterior.log_sigma.value) {
            let at = f64::from(priors::log_alpha(mean, log_sigma)) + REACH;
            // Casting clamps below 0.
            let bin = (at * BINS as f64 / (2.0 * REACH)) as usize;
            all += 1;
            *counts.get_mut(bin).unwrap_or(&mut beyond) += 1;
        }
    }
    (counts, 100.0 * f64::from(beyond) / f64::from(all.max(1)))
}

fn curves(runs: &Runs, look: &Look) -> Observing {
    let x = Axis::linear("log α", -REACH, REACH);
    let y = Axis::linear("−KL, nats", -REACH / 2.0, 1.0);
    let mut plot = Plot::new(CURVES.title, x, y);
    let found: Vec<_> = runs.arms().map(|(_, session)| histogram(session, look.epoch)).collect();
    let tallest = found.iter().flat_map(|found| found.0).max().unwrap_or(0).max(1);
    let mut words = Vec::new();
    for (i, ((arm, _), (counts, beyond))) in runs.arms().zip(&found).enumerate() {
        let edge = |i: usize| REACH * (2.0 * i as f64 / BINS as f64 - 1.0);
        let bar = |(i, &count): (usize, &u32)| {
            (edge(i), edge(i + 1), f64::from(count) / f64::from(tallest))
        };
        let bars = Shape::Bars { bars: counts.iter().enumerate().map(bar).collect() };
        let name = format!("weights of {}, tallest bar 1", arm.label);
        plot = plot.mark(name, Ink::Veiled(i), bars);
        words.push(format!("{} % of {}'s", fixed(*beyond, 0), arm.label));
    }
    let line = |points: Vec<(f64, f64)>, thin| Shape::Line { points, thin, ends: false };
    let trained = places().map(|at| (at, -trained_kl(at))).collect();
    let ard = places().map(|at| (at, -exact_kl::ard(at))).collect();
    let error = largest_error();
    let reading = format!(
        "−KL rises with log α under both priors; what trains Sparse VD is within {} nats of the \
         exact value. Beyond log α = {} are {} weights, which are not drawn.",
        significant(error),
        short(REACH),
        words.join(" and "),
    );
    at_once(
        plot.mark(VD, Ink::Series(0), line(trained, false))
            .mark(ARD, Ink::Series(1), line(ard, false))
            .mark("Sparse VD, exact", Ink::Ink, line(exact_curve().to_vec(), true))
            .rule(
                format!("threshold {}", short(f64::from(look.threshold))),
                true,
                f64::from(look.threshold),
            )
            .reading(reading),
    )
}

/// The slope of −KL of both priors, as they are without approximation.
const SLOPES: [(&str, one_weight::Slope); 2] =
    [(VD, one_weight::log_uniform), (ARD, one_weight::ard)];

/// The observed m that the knob says.
fn observed(runs: &Runs) -> f64 {
    runs.settings().knobs.number("m").clamp(0.0, MOST_M)
}

fn move_m(_: &Runs, _: Option<usize>, (m, _): (f64, f64)) -> Option<(&'static str, String)> {
    let m = (m.clamp(0.0, MOST_M) * 100.0).round() / 100.0;
    m.is_finite().then(|| ("m", m.to_string()))
}

/// The posterior mean of a weight observed as m.
fn posterior_mean(slope: one_weight::Slope, m: f64) -> f64 {
    one_weight::fixed_point(slope, m).map_or(0.0, |log_alpha| m * one_weight::shrinkage(log_alpha))
}

fn alone(runs: &Runs, look: &Look) -> Observing {
    let (m, threshold) = (observed(runs), f64::from(look.threshold));
    let x = Axis::linear("observed m, √v", 0.0, MOST_M);
    let y = Axis::linear("posterior mean μ, √v", 0.0, MOST_M);
    let diagonal =
        Shape::Line { points: vec![(0.0, 0.0), (MOST_M, MOST_M)], thin: true, ends: false };
    let mut plot = Plot::new(ALONE.title, x, y).mark("m itself", Ink::Faint, diagonal);
    let mut words = Vec::new();
    for (i, (name, slope)) in SLOPES.into_iter().enumerate() {
        // Every α has one z-score: the curve by its α, from dead to certain.
        let alive = places().map(|at| -at).map(|log_alpha| {
            let z = one_weight::score(slope, log_alpha);
            (z, z * one_weight::shrinkage(log_alpha))
        });
        let points = [(0.0, 0.0), (1.0, 0.0)].into_iter().chain(alive);
        let points = points.take_while(|point| point.0 <= 1.1 * MOST_M).collect();
        let line = Shape::Line { points, thin: false, ends: false };
        let at = Shape::Points { points: vec![(m, posterior_mean(slope, m))], sign: Sign::Dot };
        plot = plot.mark(name, Ink::Series(i), line).mark("", Ink::Series(i), at);
        words.push(match one_weight::fixed_point(slope, m) {
            None => format!("{name}: dead"),
            Some(log_alpha) => format!("{name}: log α = {}", fixed(log_alpha, 2)),
        });
    }
    let edges = SLOPES.map(|(name, slope)| {
        format!("{} under {name}", fixed(one_weight::score(slope, threshold), 3))
    });
    let reading = format!(
        "m = {}: {}. It is pruned at log α = {} below z = {}.",
        short(m),
        words.join(", "),
        short(threshold),
        edges.join(" and "),
    );
    plot = plot.rule("z = 1", true, 1.0).reading(reading);
    plot.handles.push(Handle { name: "observed m".to_owned(), at: (m, m), moves: (true, false) });
    at_once(plot)
}

fn bound(runs: &Runs, look: &Look) -> Observing {
    let m = observed(runs);
    let curves = [exact_curve().to_vec(), places().map(|at| (at, -exact_kl::ard(at))).collect()];
    let gains = curves.map(|curve| -> Vec<(f64, f64)> {
        curve.into_iter().map(|(at, kl)| (at, one_weight::gain(-kl, m, at))).collect()
    });
    let highest = gains.iter().flatten().map(|point| point.1).fold(0.1, f64::max);
    let x = Axis::linear("log α", -REACH / 2.0, REACH);
    let y = Axis::linear("gain over a dead weight, nats", -highest.max(0.4), 1.1 * highest);
    let mut plot = Plot::new(BOUND.title, x, y);
    let mut words = Vec::new();
    for (i, ((name, slope), points)) in SLOPES.into_iter().zip(gains).enumerate() {
        let points = points.into_iter().filter(|point| point.0 >= -REACH / 2.0).collect();
        plot = plot.mark(name, Ink::Series(i), Shape::Line { points, thin: false, ends: false });
        let Some(log_alpha) = one_weight::fixed_point(slope, m) else {
            words.push(format!("nothing under {name}"));
            continue;
        };
        let kl =
            if name == ARD { exact_kl::ard(log_alpha) } else { exact_kl::log_uniform(log_alpha) };
        let top = (log_alpha, one_weight::gain(kl, m, log_alpha));
        let top_mark = Shape::Points { points: vec![top], sign: Sign::Dot };
        plot = plot.mark("", Ink::Series(i), top_mark);
        words.push(format!("{} nats under {name}", significant(top.1)));
    }
    let reading = format!("With m = {} to be alive gains {}.", short(m), words.join(" and "));
    let threshold = f64::from(look.threshold);
    at_once(plot.rule(format!("threshold {}", short(threshold)), true, threshold).reading(reading))
}

fn verdict(runs: &Runs) -> Verdict {
    let last = |label: &str, of: fn(&Record) -> f32| {
        let record = runs.arm(label).and_then(|session| session.records().last());
        record.map_or(f64::NAN, |record| f64::from(of(record)))
    };
    let compression = [VD, ARD].map(|label| last(label, Record::compression));
    let accuracy = [VD, ARD].map(|label| last(label, |record| record.test_accuracy));
    let edge = |slope: one_weight::Slope| one_weight::score(slope, 3.0);
    let sentence = format!(
        "Sparse VD kept one weight in {} at {} % right, ARD one in {} at {} %. Of a weight alone, \
         pruned at log α = 3, ARD asks a z-score of {}, Sparse VD of {}.",
        significant(compression[0]),
        fixed(accuracy[0], 1),
        significant(compression[1]),
        fixed(accuracy[1], 1),
        fixed(edge(one_weight::ard), 3),
        fixed(edge(one_weight::log_uniform), 3),
    );
    Verdict {
        sentence,
        figures: vec![
            Figure::at_least("compression of Sparse VD", compression[0], 10.0),
            Figure::at_least("compression of ARD", compression[1], 10.0),
            Figure::between(
                "compression of ARD / Sparse VD",
                compression[1] / compression[0],
                0.6,
                1.0,
            ),
            Figure::at_least("accuracy of Sparse VD", accuracy[0], 90.0),
            Figure::at_least("accuracy of ARD", accuracy[1], 90.0),
            Figure::between("accuracy of ARD − Sparse VD", accuracy[1] - accuracy[0], -2.0, 2.0),
            Figure::at_most("largest error of the trained KL, nats", largest_error(), 0.02),
            Figure::told("z at log α = 3, Sparse VD", edge(one_weight::log_uniform)),
            Figure::told("z at log α = 3, ARD", edge(one_weight::ard)),
        ],
    }
}
