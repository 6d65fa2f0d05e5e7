//! Two gradient estimators, one posterior: reparametrization against local reparametrization.

use super::power_law::exponent;
use super::{Experiment, Figure, PLAIN, Part, Verdict};
use crate::layers::Estimator;
use crate::measures::{BySize, correlation, twice};
use crate::pictures::of_runs;
use crate::plots::numbers::{fixed, significant};
use crate::plots::plot::{Axis, Ink, Plot, Shape, Sign};
use crate::runs::{Arm, Look, Observing, Picture, Runs, Setup, When, Width, at_once};
use crate::schedule::{Decay, Warmup};
use crate::session::Session;
use crate::settings::Settings;

/// Kingma, Salimans and Welling's twins.
pub const RT_VS_LRT: Experiment = Experiment {
    name: "rt-vs-lrt",
    part: Part::Compression,
    label: "RT against LRT",
    question: "Two ways to draw the same noise: one weight sample for a mini-batch, or one for \
               each image. Which gradient is calmer?",
    prediction: (
        "The mini-batch grows from 32 images to 256. By how much does the variance of RT's \
         gradient fall?",
        &["To an eighth, like LRT's", "To about a third", "Hardly at all", "It grows"],
    ),
    aha: "With RT all images of a mini-batch share one weight sample: their noise is correlated and \
          does not average out. LRT draws the noise of each image apart, so its variance falls \
          as 1/M.",
    formula: FORMULA,
    source: "Kingma, Salimans and Welling, “Variational Dropout and the Local Reparameterization \
             Trick”, NIPS 2015, section 2.2.",
    limits: "Only the weight noise varies: which images a mini-batch draws adds the same variance \
             to both, and it falls as 1/M too. With one image and one layer both are the same; below \
             the last layer LRT is calmer even then, because it averages over the weights that give \
             the same outputs. How far apart the two are depends on network, data and posterior.",
    settings,
    setup: twins,
    panels: &["readouts", "weights"],
    pictures: &[
        &BY_SIZE,
        &TOGETHER,
        &VARIANCES,
        &of_runs::COMPRESSION,
        &of_runs::ACCURACY,
        &of_runs::ELBO,
    ],
    verdict: Some(verdict),
    ..PLAIN
};

/// Both estimators and Var(Σ/M) of equally correlated terms.
const FORMULA: &str = "<math display=\"block\"><mi>Var</mi><mo>(</mo><mfrac><mn>1</mn><mi>M</mi></mfrac><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>M</mi></munderover><msub><mi>g</mi><mi>i</mi></msub><mo>)</mo><mo>=</mo><mfrac><mn>1</mn><mi>M</mi></mfrac><mi>Var</mi><mo>(</mo><msub><mi>g</mi><mi>i</mi></msub><mo>)</mo><mo>+</mo><mo>(</mo><mn>1</mn><mo>−</mo><mfrac><mn>1</mn><mi>M</mi></mfrac><mo>)</mo><mi>Cov</mi><mo>(</mo><msub><mi>g</mi><mi>i</mi></msub><mo>,</mo><msub><mi>g</mi><mi>j</mi></msub><mo>)</mo><mo>,</mo><mspace width=\"1em\"/><msub><mi>Cov</mi><mi>LRT</mi></msub><mo>=</mo><mn>0</mn></math>";

/// The default recipe in half the epochs, so that both fit into a minute.
fn settings() -> Settings {
    Settings {
        experiment: RT_VS_LRT.name.to_owned(),
        kl_weight: 0.2,
        kl_warmup: Warmup { from: 5.0, to: 25.0 },
        clip: true,
        learning_rate: 1.5e-3,
        decay: Decay::Linear { from: 35.0, to: 50.0 },
        epochs: 50,
        samples: 1,
        ..Settings::default()
    }
}

fn twins(base: &Settings) -> Setup {
    Setup::of(vec![
        Arm::new(RT, base, &[("estimator", "rt")]),
        Arm::new(LRT, base, &[("estimator", "lrt")]),
    ])
}

const RT: &str = "RT";
const LRT: &str = "LRT";

/// A picture of half the page.
const HALF: Picture = Picture {
    name: "",
    width: Width::Half,
    when: When::AtRest,
    observe: |_, _| at_once(Plot::default()),
    ..Picture::PLAIN
};

static BY_SIZE: Picture = Picture {
    name: "variance-by-batch-size",
    title: "Gradient variance against batch size",
    lesson: "One network, the same 256 images at every size, 200 draws of noise or more. LRT's \
             line has slope −1; RT's ends in what the images of a mini-batch have in common.",
    observe: by_size,
    ..HALF
};

static TOGETHER: Picture = Picture {
    name: "two-images",
    title: "Two images in one mini-batch",
    lesson: "Each dot is one draw of noise: the same output of two images of one class. With RT \
             they move together, because they share the weights that were drawn.",
    observe: together,
    ..HALF
};

static VARIANCES: Picture = Picture {
    name: "variance-over-epochs",
    title: "Gradient variance over epochs",
    lesson: "Each twin's own estimator on its own coming mini-batch, 8 draws of noise. Thin: the \
             other estimator on the same network.",
    when: When::Live,
    observe: over_epochs,
    ..HALF
};

/// The network that is measured: LRT's at the epoch that is looked at.
fn measured(runs: &Runs) -> Option<&Session> {
    runs.arm(LRT)
}

fn by_size(runs: &Runs, look: &Look) -> Observing {
    let Some(session) = measured(runs) else { return at_once(Plot::default()) };
    let (network, _) = session.network_at(look.epoch);
    let seed = session.settings().seed;
    let mut work = BySize::new(&network, &session.trainer().data().train, seed);
    Box::new(move |_| work.advance().map(|measured| by_size_plot(&measured)))
}

fn by_size_plot(measured: &[(usize, f64, f64)]) -> Plot {
    let line = |of: fn(&(usize, f64, f64)) -> f64| -> Vec<(f64, f64)> {
        measured.iter().map(|at| (at.0 as f64, of(at))).collect()
    };
    let (rt, lrt) = (line(|at| at.1), line(|at| at.2));
    let all = rt.iter().chain(&lrt).map(|point| point.1);
    let largest = measured.last().map_or(1.0, |at| at.0 as f64);
    let x = Axis::logarithmic("images in a mini-batch", 1.0, largest);
    let y = Axis::powers("mean variance of dL/dμ, nats²", &all.collect::<Vec<_>>());
    let from = |points: &[(f64, f64)], least: f64| {
        exponent(&points.iter().filter(|point| point.0 >= least).copied().collect::<Vec<_>>())
    };
    let slopes = (from(&rt, 1.0), from(&rt, LARGE), from(&lrt, 1.0));
    let ends =
        |line: &[(f64, f64)]| line.first().zip(line.last()).map_or(f64::NAN, |(a, b)| a.1 / b.1);
    let reading = format!(
        "From 1 to {largest} images LRT's variance falls {}-fold (slope {}), RT's {}-fold (slope \
         {} from {LARGE} images on).",
        significant(ends(&lrt)),
        fixed(slopes.2, 2),
        significant(ends(&rt)),
        fixed(slopes.1, 2),
    );
    let ratio = |i: Option<&(usize, f64, f64)>| i.map_or(f64::NAN, |at| at.1 / at.2);
    Plot::new(BY_SIZE.title, x, y)
        .line(RT, 0, rt)
        .line(LRT, 1, lrt)
        .figure("slope of RT", slopes.0)
        .figure("slope of RT from 32", slopes.1)
        .figure("slope of LRT", slopes.2)
        .figure("RT / LRT at 1", ratio(measured.first()))
        .figure("RT / LRT at largest", ratio(measured.last()))
        .reading(reading)
}

/// From this batch size on RT is said to have levelled off.
const LARGE: f64 = 32.0;

/// Draws of noise for the two images, and how many in a slice.
const DRAWS: u64 = 400;
const SLICE: u64 = 10;

fn together(runs: &Runs, look: &Look) -> Observing {
    let Some(session) = measured(runs) else { return at_once(Plot::default()) };
    let mut network = session.network_at(look.epoch).0.into_owned();
    let seed = session.settings().seed;
    let train = &session.trainer().data().train;
    let class = train.labels()[0];
    let other = train.labels().iter().skip(1).position(|&label| label == class);
    let x = train.rows(&[0, other.map_or(0, |i| i as u32 + 1)]);
    let of = usize::from(class);
    let mut pairs = [Vec::new(), Vec::new()];
    let mut next = 0;
    Box::new(move |_| {
        for (pairs, estimator) in pairs.iter_mut().zip([Estimator::Rt, Estimator::Lrt]) {
            let noise = next..next + SLICE;
            pairs.extend(noise.map(|i| twice(&mut network, &x, (of, of), estimator, (seed, i))));
        }
        next += SLICE;
        (next >= DRAWS).then(|| together_plot(&pairs))
    })
}

fn together_plot([rt, lrt]: &[Vec<(f64, f64)>; 2]) -> Plot {
    let all = || rt.iter().chain(lrt);
    let axis = |label: &str, of: fn(&(f64, f64)) -> f64| {
        let (low, high) =
            all().map(of).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        let room = 0.05 * (high - low).max(1e-6);
        Axis::linear(label, low - room, high + room)
    };
    let x = axis("output for one image, nats", |pair| pair.0);
    let y = axis("the same output for the other, nats", |pair| pair.1);
    let specks =
        |points: &[(f64, f64)]| Shape::Points { points: points.to_vec(), sign: Sign::Speck };
    let (of_rt, of_lrt) = (correlation(rt), correlation(lrt));
    let reading = format!(
        "Over {DRAWS} draws of noise the two outputs have a correlation of {} with RT and {} with \
         LRT.",
        fixed(of_rt, 2),
        fixed(of_lrt, 2),
    );
    Plot::new(TOGETHER.title, x, y)
        .mark(RT, Ink::Series(0), specks(rt))
        .mark(LRT, Ink::Series(1), specks(lrt))
        .figure("correlation with RT", of_rt)
        .figure("correlation with LRT", of_lrt)
        .reading(reading)
}

fn over_epochs(runs: &Runs, _: &Look) -> Observing {
    let line = |session: &Session, of: fn((f32, f32)) -> f32| -> Vec<(f64, f64)> {
        let record = |r: &crate::evaluation::Record| {
            Some((f64::from(r.epoch), f64::from(of(r.gradient_variance?))))
        };
        session.records().iter().filter_map(record).filter(|point| point.1 > 0.0).collect()
    };
    let (Some(rt), Some(lrt)) = (runs.arm(RT), runs.arm(LRT)) else {
        return at_once(Plot::default());
    };
    let own = [line(rt, |pair| pair.0), line(lrt, |pair| pair.1)];
    let other = [line(rt, |pair| pair.1), line(lrt, |pair| pair.0)];
    let all: Vec<f64> = own.iter().chain(&other).flatten().map(|point| point.1).collect();
    if all.is_empty() {
        return at_once(Plot::saying(VARIANCES.title, "Waiting for the first epoch."));
    }
    let x = Axis::linear("epoch", 0.0, f64::from(runs.settings().epochs.max(1)));
    let y = Axis::powers("mean variance of dL/dμ, nats²", &all);
    let mut plot = Plot::new(VARIANCES.title, x, y);
    let names = [(RT, "LRT on RT's network"), (LRT, "RT on LRT's network")];
    for (i, ((own, other), (name, under))) in own.into_iter().zip(other).zip(names).enumerate() {
        plot = plot.line(name, i, own);
        let thin = Shape::Line { points: other, thin: true, ends: false };
        plot = plot.mark(under, Ink::Series(i + 2), thin);
    }
    at_once(plot)
}

fn verdict(runs: &Runs) -> Verdict {
    let figure = |name: &str| runs.figure(name);
    let slopes = (figure("slope of RT from 32"), figure("slope of LRT"));
    let sentence = format!(
        "With the same noise, LRT's gradient variance falls with batch size at slope {}, RT's at {} \
         from {LARGE} images on: outputs of two images correlate by {} with RT and {} with LRT.",
        fixed(slopes.1, 2),
        fixed(slopes.0, 2),
        fixed(figure("correlation with RT"), 2),
        fixed(figure("correlation with LRT"), 2),
    );
    let share = share_below(runs);
    let end = |label: &str| runs.arm(label).and_then(|session| session.records().last());
    let last = |label: &str, of: fn(&crate::evaluation::Record) -> f32| {
        end(label).map_or(f64::NAN, |record| f64::from(of(record)))
    };
    Verdict {
        sentence,
        figures: vec![
            Figure::between("slope of LRT", slopes.1, -1.15, -0.85),
            Figure::at_least("slope of RT from 32", slopes.0, -0.5),
            Figure::between("RT / LRT at 1", figure("RT / LRT at 1"), 0.75, 1.4),
            Figure::at_least("RT / LRT at 256", figure("RT / LRT at largest"), 1.0),
            Figure::at_least("correlation with RT", figure("correlation with RT"), 0.3),
            Figure::between("correlation with LRT", figure("correlation with LRT"), -0.2, 0.2),
            Figure::at_least("% of epochs with LRT below RT", share, 90.0),
            Figure::told("accuracy of RT", last(RT, |r| r.test_accuracy)),
            Figure::told("accuracy of LRT", last(LRT, |r| r.test_accuracy)),
            Figure::told("compression of RT", last(RT, |r| r.compression())),
            Figure::told("compression of LRT", last(LRT, |r| r.compression())),
        ],
    }
}

/// Percent of the epochs at which LRT has the smaller variance on one and the same network.
fn share_below(runs: &Runs) -> f64 {
    let pairs: Vec<(f32, f32)> = runs
        .arms()
        .flat_map(|(_, session)| session.records())
        .filter_map(|record| record.gradient_variance)
        .collect();
    let below = pairs.iter().filter(|(rt, lrt)| lrt < rt).count();
    100.0 * below as f64 / pairs.len() as f64
}
