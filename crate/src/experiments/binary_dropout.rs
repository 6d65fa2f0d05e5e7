//! Binary dropout is variational inference: its posterior, its ensemble, and what its band is not.

use super::dropout_line::{DropoutLine, Fit, NOISE, SIZES, SPAN, TRAINED, truth};
use super::power_law::exponent;
use super::regression_answers::median;
use super::{Experiment, Figure, Part, Verdict};
use crate::ensembles::{Growth, Score};
use crate::knob;
use crate::layers::Point;
use crate::linalg::Matrix;
use crate::measures::probabilities;
use crate::methods::Method;
use crate::plots::numbers::{fixed, short};
use crate::plots::plot::{Axis, Handle, Ink, Plot, Shape, Sign};
use crate::rng::{Rng, Stream};
use crate::runs::{Look, Observing, Picture, Runs, Setup, When, Width, at_once};
use crate::schedule::Decay;
use crate::settings::{Effect, Field, Kind, Knobs, Pace, Settings};

const KNOBS: &[Field] = &[
    knob!(
        "drop",
        "p on the line",
        "The share of hidden units that is dropped in prediction; dragging the band writes it.",
        Kind::Number { min: 0.02, max: 0.9, pace: Pace::By(0.02) },
        Effect::View
    ),
    knob!(
        "objects",
        "N on the line",
        "How many objects the curve is learned from; dragging the rule writes it.",
        Kind::Choice(|| SIZES.map(|size| (size.to_string(), size.to_string())).to_vec()),
        Effect::View
    ),
    knob!(
        "unit",
        "Hidden unit",
        "Whose outgoing weights are shown.",
        Kind::Number { min: 0.0, max: 99.0, pace: Pace::Whole },
        Effect::View
    ),
];

/// The experiment.
pub const BINARY_DROPOUT: Experiment = Experiment {
    name: "binary-dropout",
    part: Part::WhyBayesian,
    label: "Dropout is Bayesian",
    question: "A network was trained with dropout: what does it gain if units are dropped in \
               prediction too, and is its spread what it does not know?",
    prediction: (
        "A curve is learned from 400 objects instead of 25. What happens to dropout's band?",
        &["It shrinks four times", "It shrinks a little", "It keeps its size"],
    ),
    aha: "Each set of dropped units is a draw from q(w) = p·δ(0) + (1 − p)·δ(μ), so one network is \
          an ensemble for free. But p is not learned: it sets the size of the band, and no number \
          of objects makes the band shrink.",
    formula: FORMULA,
    source: "Gal and Ghahramani, “Dropout as a Bayesian Approximation: Representing Model \
             Uncertainty in Deep Learning”, ICML 2016; Osband, “Risk versus Uncertainty in Deep \
             Learning”, NIPS workshop 2016, for the band.",
    limits: "The digits keep the p that they were trained with. On the line p is changed in \
             prediction, with one hidden layer, where the spread over all sets of dropped units has \
             a closed form; trained anew with another p the curve would change a little too. With \
             p = 0.5 this network is not sure enough once its answers are averaged: there 50 sets \
             have a higher NLL than one scaled pass, 1.1 ± 0.1 times on three seeds.",
    settings: || Settings {
        experiment: "binary-dropout".to_owned(),
        method: Method::BinaryDropout,
        dropout: 0.3,
        learning_rate: 0.003,
        decay: Decay::Linear { from: 20.0, to: 40.0 },
        epochs: 40,
        knobs: Knobs::new(KNOBS, &["0.1", "100", "0"]),
        ..Settings::default()
    },
    offered: &["dropout", "lr", "epochs", "seed"],
    setup: |settings| Setup {
        own: Some(Box::new(DropoutLine::new(settings))),
        ..Setup::of(vec![crate::runs::Arm::new("dropout", settings, &[]).brief()])
    },
    panels: &[],
    pictures: &[&MASKS, &POSTERIOR, &BAND, &BY_SIZE],
    verdict: Some(verdict),
};

const FORMULA: &str = "<math display=\"block\"><mi>q</mi><mo>(</mo><msub><mi>w</mi><mi>i</mi></msub>\
    <mo>)</mo><mo>=</mo><mi>p</mi><mspace width=\"0.2em\"/><mi>δ</mi><mo>(</mo><mn>0</mn><mo>)</mo>\
    <mo>+</mo><mo>(</mo><mn>1</mn><mo>−</mo><mi>p</mi><mo>)</mo><mspace width=\"0.2em\"/><mi>δ</mi>\
    <mo>(</mo><msub><mi>μ</mi><mi>i</mi></msub><mo>)</mo></math>";

static MASKS: Picture = Picture {
    name: "masks",
    title: "One network, K sets of dropped units",
    lesson: "The level line is the usual way: all units, scaled, once. No retraining in between.",
    width: Width::Half,
    when: When::AtRest,
    blind: true,
    observe: masks,
    ..Picture::PLAIN
};

static POSTERIOR: Picture = Picture {
    name: "spikes",
    title: "The posterior of one unit's weights",
    lesson: "All weights of a unit vanish together with probability p; otherwise each is where it \
             was learned to be. Drag the spike at 0 to see another unit.",
    width: Width::Half,
    observe: |runs, look| at_once(spikes(runs, look)),
    moved: Some(another_unit),
    ..Picture::PLAIN
};

static BAND: Picture = Picture {
    name: "band",
    title: "MC dropout on a line",
    lesson: "The mean and two standard deviations over all sets of dropped units, exactly. Drag \
             the band's edge: p makes it wide or narrow everywhere at once.",
    formula: "<math><mrow><mi>Var</mi><mo>[</mo><mi>f</mi><mo>(</mo><mi>x</mi><mo>)</mo><mo>]</mo>\
              <mo>=</mo><mfrac><mi>p</mi><mrow><mn>1</mn><mo>−</mo><mi>p</mi></mrow></mfrac>\
              <munder><mo>∑</mo><mi>j</mi></munder><msubsup><mi>v</mi><mi>j</mi><mn>2</mn></msubsup>\
              <msub><mi>h</mi><mi>j</mi></msub><mo>(</mo><mi>x</mi><msup><mo>)</mo><mn>2</mn></msup>\
              </mrow></math>",
    width: Width::Half,
    observe: |runs, _| at_once(band(runs)),
    moved: Some(|runs, handle, at| handle.and_then(|_| wider(runs, at))),
    ..Picture::PLAIN
};

static BY_SIZE: Picture = Picture {
    name: "by-size",
    title: "What more objects do to the band",
    lesson: "Epistemic σ, its median over the line. Laplace's falls with N as a posterior's does; \
             dropout's stays. Drag the rule to see the fit to N objects.",
    width: Width::Half,
    when: When::AtRest,
    observe: by_size,
    moved: Some(|_, handle, at| handle.map(|_| ("objects", nearest(at.0).to_string()))),
    ..Picture::PLAIN
};

/// Sizes of ensembles.
const MASK_COUNTS: [usize; 8] = [1, 2, 3, 5, 10, 20, 30, 50];
/// Random orders that scores are averaged over.
const ORDERS: u32 = 20;

const SCALED: &str = "scaled, one pass";
/// The names of scores, and how to read them.
type Told = (&'static str, fn(&Score) -> f64);
const TOLD: [Told; 2] = [("NLL, nats", |s| s.nll), ("accuracy, %", |s| s.accuracy)];

/// The network at one point, on the test objects.
fn says(runs: &Runs, look: &Look, point: Point<'_>) -> Option<Matrix> {
    let lead = runs.lead()?;
    let test = &lead.trainer().data().test;
    Some(probabilities(&lead.network_at(look.epoch).0.fixed(point), test, 0..test.len()))
}

fn masks(_: &Runs, look: &Look) -> Observing {
    let (look, mut members, mut growth) = (look.clone(), Vec::new(), None);
    let most = MASK_COUNTS[MASK_COUNTS.len() - 1];
    Box::new(move |runs| {
        let seed = runs.settings().seed;
        let labels = runs.lead()?.trainer().data().test.labels();
        let Some(growing) = &mut growth else {
            let mut rng = Rng::stream(seed, Stream::Prediction, members.len() as u64);
            members.extend(says(runs, &look, Point::Sample(&mut rng)));
            if members.len() == most {
                let members = std::mem::take(&mut members);
                growth = Some(Growth::new(members, labels, &MASK_COUNTS, Score::raw));
            }
            return None;
        };
        let mut rng = Rng::stream(seed, Stream::Measures, u64::from(growing.orders()));
        if growing.advance(&mut rng) < ORDERS {
            return None;
        }
        let scaled = says(runs, &look, Point::Mean { threshold: f32::INFINITY })?;
        Some(grown(&growing.mean(), Score::raw(&scaled, labels)))
    })
}

fn grown(curve: &[(usize, Score)], scaled: Score) -> Plot {
    let points: Vec<_> = curve.iter().map(|(k, score)| (*k as f64, score.nll)).collect();
    let highest = points.iter().map(|point| point.1).fold(scaled.nll, f64::max);
    let x = Axis::logarithmic("sets of dropped units, K", 1.0, 50.0);
    let y = Axis::around("NLL, nats an image", &[0.0, highest]);
    let mut plot = Plot::new(MASKS.title, x, y)
        .line("average over K sets", 0, points)
        .rule(SCALED, false, scaled.nll);
    for (what, of) in TOLD {
        plot = plot.figure(format!("{SCALED}: {what}"), of(&scaled));
        for (k, score) in curve.iter().filter(|(k, _)| [1, 10, 50].contains(k)) {
            plot = plot.figure(format!("K = {k}: {what}"), of(score));
        }
    }
    plot
}

fn spikes(runs: &Runs, look: &Look) -> Plot {
    let Some(lead) = runs.lead() else { return Plot::default() };
    let (p, network) = (f64::from(runs.settings().dropout), lead.network_at(look.epoch).0);
    let Some(last) = network.weights().pop() else { return Plot::default() };
    let unit = (runs.settings().knobs.number("unit") as usize).min(last.mean.nrows() - 1);
    let kept = 1.0 / (1.0 - p);
    let weights: Vec<f64> = last.mean.row(unit).iter().map(|&w| kept * f64::from(w)).collect();
    let most = weights.iter().fold(0.05, |most: f64, w| most.max(1.1 * w.abs()));
    let spike = |at: f64, height: f64| (at - 0.008 * most, at + 0.008 * most, height);
    let x = Axis::linear(format!("weights of unit {unit} to the classes"), -most, most);
    let bars = weights.iter().map(|&w| spike(w, 1.0 - p)).collect();
    let mut plot = Plot::new(POSTERIOR.title, x, Axis::linear("probability", 0.0, 1.0))
        .mark("kept: μ/(1 − p)", Ink::Series(0), Shape::Bars { bars })
        .mark("dropped", Ink::Series(1), Shape::Bars { bars: vec![spike(0.0, p)] })
        .reading(format!(
            "With probability {} all {} weights of unit {unit} are 0, otherwise none is.",
            short(p),
            weights.len()
        ));
    let name = "the hidden unit".to_owned();
    plot.handles = vec![Handle { name, at: (0.0, p), moves: (true, false) }];
    plot
}

/// The next unit to the right, the one before to the left.
fn another_unit(
    runs: &Runs,
    handle: Option<usize>,
    at: (f64, f64),
) -> Option<(&'static str, String)> {
    handle?;
    let unit = runs.settings().knobs.number("unit") + if at.0 > 0.0 { 1.0 } else { -1.0 };
    Some(("unit", short(unit.rem_euclid(100.0))))
}

/// Places along the line.
fn places() -> Vec<f64> {
    (0..=60).map(|i| SPAN.0 + (SPAN.1 - SPAN.0) * f64::from(i) / 60.0).collect()
}

/// The number of objects nearest to one, by their factor.
fn nearest(size: f64) -> usize {
    let factor = |known: usize| libm::fabs(libm::log(known as f64 / size.max(1.0)));
    SIZES.into_iter().fold(SIZES[0], |a, b| if factor(b) < factor(a) { b } else { a })
}

/// The fit that the knob chooses.
fn chosen(runs: &Runs) -> Option<&Fit> {
    let size = nearest(runs.settings().knobs.number("objects"));
    runs.own::<DropoutLine>()?.fits.iter().find(|fit| fit.x.len() == size)
}

fn drop(runs: &Runs) -> f64 {
    runs.settings().knobs.number("drop")
}

fn band(runs: &Runs) -> Plot {
    let Some(fit) = chosen(runs) else { return Plot::default() };
    let (places, p) = (places(), drop(runs));
    let (mean, sigma) = fit.dropout.moments(&places, p);
    let edges = places.iter().zip(mean.iter().zip(&sigma));
    let band = edges.map(|(&x, (mean, s))| (x, mean - 2.0 * s, mean + 2.0 * s)).collect();
    let line = |values: Vec<f64>, thin| {
        let points = places.iter().copied().zip(values).collect();
        Shape::Line { points, thin, ends: false }
    };
    let objects = fit.x.iter().copied().zip(fit.y.iter().copied()).collect();
    let curve = places.iter().map(|&x| truth(x)).collect();
    let mut plot =
        Plot::new(BAND.title, Axis::linear("x", SPAN.0, SPAN.1), Axis::linear("y", -2.5, 2.5))
            .mark(format!("±2σ, p = {}", short(p)), Ink::Veiled(0), Shape::Band { points: band })
            .mark("truth", Ink::Faint, line(curve, true))
            .mark("mean", Ink::Series(0), line(mean.clone(), false))
            .mark(
                format!("{} objects", fit.x.len()),
                Ink::Ink,
                Shape::Points { points: objects, sign: Sign::Speck },
            );
    let at = (places[HANDLE], (mean[HANDLE] + 2.0 * sigma[HANDLE]).min(2.4));
    plot.handles = vec![Handle { name: "the band's edge".to_owned(), at, moves: (false, true) }];
    plot
}

/// The place whose edge is dragged.
const HANDLE: usize = 45;

/// The p that makes the band end there.
fn wider(runs: &Runs, at: (f64, f64)) -> Option<(&'static str, String)> {
    let (mean, odd) = chosen(runs)?.dropout.moments(&places()[HANDLE..=HANDLE], 0.5);
    // At p = ½ the odds p/(1 − p) are 1.
    let factor = (at.1 - mean[0]).max(0.0) / (2.0 * odd[0]);
    let p = factor * factor / (1.0 + factor * factor);
    Some(("drop", fixed(p.clamp(0.02, 0.9), 2)))
}

/// d ln σ/d ln N: −½ where a posterior of few parameters narrows, 0 where nothing is learned.
const DROPOUT_SLOPE: &str = "MC dropout: slope of σ in N";
const LAPLACE_SLOPE: &str = "Laplace: slope of σ in N";

/// One number of objects a slice.
fn by_size(_: &Runs, _: &Look) -> Observing {
    let (mut laplace, mut dropout) = (Vec::new(), Vec::new());
    Box::new(move |runs| {
        let fits = &runs.own::<DropoutLine>()?.fits;
        if let Some(fit) = fits.get(laplace.len()) {
            let (places, size) = (places(), fit.x.len() as f64);
            laplace.push((size, median(fit.laplace(&places))));
            dropout.push((size, median(fit.dropout.moments(&places, f64::from(TRAINED)).1)));
            return None;
        }
        let (p, size) = (drop(runs), nearest(runs.settings().knobs.number("objects")) as f64);
        let odds = |p: f64| p / (1.0 - p);
        let factor = libm::sqrt(odds(p) / odds(f64::from(TRAINED)));
        let moved = dropout.iter().map(|&(n, sigma)| (n, factor * sigma)).collect();
        let x = Axis::logarithmic("objects N", 20.0, 500.0);
        let y = Axis::logarithmic("epistemic σ, units of y", 0.01, 2.0);
        let mut plot = Plot::new(BY_SIZE.title, x, y)
            .line(format!("MC dropout, p = {}", short(p)), 0, moved)
            .line("Laplace", 1, laplace.clone())
            .rule("", true, size)
            .figure(DROPOUT_SLOPE, exponent(&dropout))
            .figure(LAPLACE_SLOPE, exponent(&laplace));
        let at = (size, 0.02);
        plot.handles = vec![Handle { name: "the objects".to_owned(), at, moves: (true, false) }];
        Some(plot)
    })
}

fn verdict(runs: &Runs) -> Verdict {
    let nll = |of: &str| runs.figure(&format!("{of}: {}", TOLD[0].0));
    let (scaled, one, fifty) = (nll(SCALED), nll("K = 1"), nll("K = 50"));
    let [dropout, laplace] = [DROPOUT_SLOPE, LAPLACE_SLOPE].map(|name| runs.figure(name));
    let sentence = format!(
        "Averaging 50 sets of dropped units takes the NLL from {} with all units, scaled, to {} \
         nats, with the same network. From 25 to 400 objects Laplace's band becomes {} times as \
         wide, dropout's {} times (noise σ = {}).",
        fixed(scaled, 3),
        fixed(fifty, 3),
        fixed(libm::pow(16.0, laplace), 2),
        fixed(libm::pow(16.0, dropout), 2),
        short(NOISE),
    );
    let figures = vec![
        Figure::at_most("NLL(50) / NLL(scaled)", fifty / scaled, 1.0),
        Figure::at_most("NLL(50) / NLL(1)", fifty / one, 0.8),
        Figure::between(DROPOUT_SLOPE, dropout, -0.15, 0.15),
        Figure::between(LAPLACE_SLOPE, laplace, -0.55, -0.25),
    ];
    let kinds = [SCALED, "K = 1", "K = 10", "K = 50"];
    let told = kinds.into_iter().flat_map(|kind| TOLD.map(|(what, _)| format!("{kind}: {what}")));
    Verdict { sentence, figures }.telling(told.map(|name| (name.clone(), runs.figure(&name))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::likelihoods::softmax;
    use crate::network::Network;
    use crate::topology::Topology;

    #[test]
    fn many_masks_average_to_all_masks() {
        let settings = Settings {
            network: Topology::dense(&[4, 8, 3]),
            init_scale: 1.0,
            dropout: 0.3,
            ..(BINARY_DROPOUT.settings)()
        };
        let stream = |counter| Rng::stream(5, Stream::Measures, counter);
        let network = Network::new(&settings.architecture(), &mut stream(0));
        let x = stream(1).normal_matrix((6, 4));
        let [first, last] = &network.weights()[..] else { panic!("two layers") };
        let hidden = (x.dot(first.mean) + first.bias).mapv(|h| h.max(0.0));
        let mut exact = Matrix::zeros((6, 3));
        for mask in 0..1u32 << 8 {
            let dropped = |unit: usize| mask >> unit & 1 == 1;
            let chance: f32 = (0..8).map(|unit| if dropped(unit) { 0.3 } else { 0.7 }).product();
            let thinned = Matrix::from_shape_fn(hidden.dim(), |(i, unit)| {
                if dropped(unit) { 0.0 } else { hidden[[i, unit]] / 0.7 }
            });
            exact += &(softmax(thinned.dot(last.mean) + last.bias) * chance);
        }
        let (n, mut rng) = (20_000, stream(2));
        let mut mean = Matrix::zeros((6, 3));
        for _ in 0..n {
            mean += &softmax(network.fixed(Point::Sample(&mut rng)).predict(x.clone()));
        }
        // A probability's standard error is at most ½/√n: four of them.
        let most = 2.0 / (n as f32).sqrt();
        for (mean, exact) in mean.iter().zip(&exact) {
            assert!((mean / n as f32 - exact).abs() < most, "{mean} of {n}, exactly {exact}");
        }
        let scaled = softmax(network.fixed(Point::Mean { threshold: 3.0 }).predict(x));
        let apart = scaled.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart > 2.0 * most, "all units, scaled, is another answer: {apart}");
    }
}
