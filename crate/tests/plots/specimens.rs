//! What the tests draw: records of runs that look like runs, and a plot with every kind of mark.

use sparsevd::evaluation::Record;
use sparsevd::pictures::over_epochs::{Chart, Event};
use sparsevd::plots::files::svg;
use sparsevd::plots::plot::{Axis, Colours, Handle, Ink, Plot, Shape, Sign};
use sparsevd::plots::{Theme, draw};
use sparsevd::prediction::{Entropies, Prediction};
use sparsevd::rng::{Rng, Stream};

pub fn record(epoch: u32) -> Record {
    Record {
        epoch,
        step: u64::from(epoch) * 45,
        kl_weight: 0.0,
        learning_rate: 1e-3,
        train_loss: None,
        train_nll: None,
        train_accuracy: None,
        kl: None,
        elbo: None,
        threshold: 3.0,
        test_accuracy: 9.7,
        test_nll: 2.3,
        dense_accuracy: 9.7,
        sampled_accuracy: 10.2,
        sampled_nll: 2.3,
        sampled_images: 360,
        samples: 10,
        aleatoric: 2.2,
        epistemic: 0.1,
        names: ["conv1", "conv2", "W3"].map(str::to_owned).into(),
        kept: vec![19_200, 30_000, 1_000],
        total: vec![19_200, 30_000, 1_000],
        gradient_variance: None,
        fingerprint: String::new(),
    }
}

/// A run as it might go: learning within a few epochs, KL warm-up over ten, then pruning.
pub fn typical(epochs: u32) -> Vec<Record> {
    let at = |epoch: u32| {
        let t = f64::from(epoch);
        let learnt = 1.0 - (-t / 2.0).exp();
        // A deterministic wobble in ±1.
        let wobble = |phase: f64| (2.9 * t + phase).sin();
        let pruned = (1.0 - (-(t - 4.0).max(0.0) / 13.0).exp()) * 0.99;
        let mut r = record(epoch);
        let keep = |total: usize, speed: f64| {
            (total as f64 * (1.0 - pruned * speed.min(1.0))).round() as usize
        };
        r.kept = vec![keep(19_200, 0.998), keep(30_000, 1.004), keep(1_000, 0.82)];
        r.test_accuracy = (10.0 + 87.2 * learnt + 0.3 * wobble(0.0)) as f32;
        r.dense_accuracy = (10.0 + 87.4 * learnt + 0.3 * wobble(0.4)) as f32;
        r.sampled_accuracy = (10.0 + 87.8 * learnt + 0.2 * wobble(1.0)) as f32;
        r.kl = Some((38.0 * (-t / 9.0).exp() + 2.1) as f32);
        r.gradient_variance = Some((
            (2e-4 * (-t / 30.0).exp() * (1.0 + 0.2 * wobble(2.0))) as f32,
            (9e-6 * (-t / 40.0).exp() * (1.0 + 0.2 * wobble(3.0))) as f32,
        ));
        if epoch > 0 {
            r.kl_weight = (t as f32 / 10.0).min(1.0);
            r.train_nll = Some((2.2 * (-t / 1.8).exp() + 0.11 + 0.01 * wobble(1.5)) as f32);
            r.train_accuracy = Some((11.0 + 84.6 * learnt + 0.2 * wobble(2.5)) as f32);
            r.elbo = Some(-r.train_nll.unwrap() - r.kl.unwrap());
        }
        r
    };
    (0..=epochs).map(at).collect()
}

pub fn events() -> Vec<Event> {
    [(10.0, "β = 1"), (24.0, "ARD"), (27.5, "RT"), (60.0, "data")]
        .map(|(epoch, label)| Event { epoch, label: label.to_owned() })
        .to_vec()
}

/// A chart as the page draws it.
pub fn chart(name: &str, records: &[Record], events: &[Event], epochs: u32) -> Plot {
    Chart::named(name).unwrap().plot(&[("", records)], events, epochs)
}

pub fn picture(plot: &Plot, playhead: Option<f64>, theme: &Theme, size: (u32, u32)) -> String {
    svg(theme, size, &|brush, theme| draw(brush, plot, theme, playhead))
}

/// Weights of `n` connections, from certainly needed to certainly pruned.
pub fn weights(n: usize, seed: u64) -> (Vec<f32>, Vec<f32>) {
    let mut rng = Rng::stream(seed, Stream::Initialisation, 0);
    let mut noise = vec![0.0; 2 * n];
    rng.fill_normal(&mut noise);
    let (a, b) = noise.split_at(n);
    let mean = a.iter().enumerate().map(|(i, z)| if i % 4 == 0 { 0.3 * z } else { 1e-3 * z });
    let log_sigma =
        b.iter().enumerate().map(|(i, z)| if i % 4 == 0 { z - 4.0 } else { 0.4 * z - 2.5 });
    (mean.collect(), log_sigma.collect())
}

pub fn prediction() -> Prediction {
    use sparsevd::measures::Uncertainty;
    let mut rng = Rng::stream(5, Stream::Prediction, 0);
    let samples: Vec<Vec<f32>> = (0..20)
        .map(|_| {
            let four = 0.55 + 0.12 * rng.normal();
            let nine = 0.9 - four;
            (0..10)
                .map(|c| match c {
                    4 => four,
                    9 => nine,
                    _ => 0.0125,
                })
                .collect()
        })
        .collect();
    let mean = |c: usize| samples.iter().map(|p| p[c]).sum::<f32>() / 20.0;
    Prediction {
        mean_network: (0..10).map(|c| if c == 4 { 0.91 } else { 0.01 }).collect(),
        ensemble: (0..10).map(mean).collect(),
        samples,
        uncertainty: Uncertainty { total: 0.9, aleatoric: 0.8, epistemic: 0.1 },
    }
}

pub fn entropies() -> Entropies {
    let mut rng = Rng::stream(6, Stream::Prediction, 0);
    let inside = (0..200).map(|_| (0.3 * rng.normal().abs()).min(2.0)).collect();
    let outside = (0..200).map(|_| (1.55 + 0.3 * rng.normal()).clamp(0.1, 2.29)).collect();
    Entropies { inside, outside }
}

/// A plot with a mark of every kind.
pub fn specimen() -> Plot {
    let wave = |phase: f64| {
        (0..=40).map(move |i| f64::from(i) / 10.0).map(move |x| (x, 1.2 + (x + phase).sin()))
    };
    let line =
        |phase: f64, thin: bool| Shape::Line { points: wave(phase).collect(), thin, ends: !thin };
    let band = wave(0.0).map(|(x, y)| (x, y - 0.25, y + 0.25)).collect();
    let at = |sign: Sign, y: f64| Shape::Points {
        points: [0.5, 1.5, 2.5, 3.5].map(|x| (x, y)).to_vec(),
        sign,
    };
    let gapped = Shape::Line {
        points: vec![
            (0.0, 0.4),
            (1.0, 0.5),
            (f64::NAN, f64::NAN),
            (2.0, 0.45),
            (2.5, f64::NAN),
            (3.0, 9.0),
            (3.4, f64::INFINITY),
            (4.0, 0.3),
        ],
        thin: true,
        ends: true,
    };
    let bars = Shape::Bars {
        bars: vec![(0.2, 0.4, 0.3), (0.4, 0.6, 0.5), (0.6, 0.8, 0.2), (1.2, 1.4, 0.4)],
    };
    let x = Axis::linear("distance, m", 0.0, 4.0);
    let mut plot = Plot::new("A mark of every kind", x, Axis::linear("height, m", 0.0, 3.0))
        .mark("spread", Ink::Series(0), Shape::Band { points: band })
        .mark(
            "ground",
            Ink::Veiled(3),
            Shape::Area { points: vec![(2.6, 0.1), (3.0, 0.4), (3.6, 0.2)] },
        )
        .mark("counts", Ink::Series(1), bars)
        .mark("members", Ink::Veiled(0), line(0.4, true))
        .mark("", Ink::Veiled(0), line(-0.3, true))
        .mark("mean", Ink::Series(0), line(0.0, false))
        .mark("gaps", Ink::Series(1), gapped)
        .mark("specks", Ink::Series(2), at(Sign::Speck, 2.8))
        .mark("dots", Ink::Series(2), at(Sign::Dot, 2.65))
        .mark("diamonds", Ink::Series(1), at(Sign::Diamond, 2.5))
        .mark("crosses", Ink::Ink, at(Sign::Cross, 2.35))
        .mark(
            "ranges",
            Ink::Ink,
            Shape::Whiskers { ranges: vec![(1.0, 0.6, 1.1), (2.0, 0.7, 1.2)] },
        )
        .mark("note", Ink::Ink, Shape::Text { at: (2.9, 1.9), text: "a word".to_owned() })
        .mark("median", Ink::Series(1), Shape::Rule { upright: true, at: 1.7 })
        .rule("switch", true, 2.2)
        .rule("limit", false, 1.0);
    for class in 0..4 {
        let points = vec![(0.3 + 0.3 * class as f64, 2.2)];
        plot =
            plot.mark("classes", Ink::Series(class), Shape::Points { points, sign: Sign::Class });
    }
    plot.handles = vec![
        Handle { name: "the gap's left edge".to_owned(), at: (3.2, 1.5), moves: (true, false) },
        Handle { name: "a point".to_owned(), at: (0.4, 1.2), moves: (true, true) },
    ];
    plot
}

/// A surface with points on it.
pub fn surface(colours: Colours) -> Plot {
    let cell = |i: usize, j: usize| {
        let (x, y) = (i as f32 / 8.0 - 2.0, 1.5 - j as f32 / 8.0);
        (x * x + y * y).sqrt() - 1.2 + 0.4 * f64::from(3.0 * x).sin() as f32
    };
    let cells =
        (0..24).map(|j| (0..32).map(|i| if i + j < 4 { f32::NAN } else { cell(i, j) }).collect());
    let limits = if colours == Colours::Diverging { (-1.5, 1.5) } else { (-1.0, 1.5) };
    let raster = Shape::Raster {
        cells: cells.collect(),
        place: (-2.0, 2.0, -1.5, 1.5),
        limits,
        colours,
        unit: "nats".to_owned(),
    };
    let mut plot = Plot::new(
        "A surface",
        Axis::linear("x", -2.0, 2.0),
        Axis::linear("y", -1.5, 1.5),
    )
    .mark("uncertainty", Ink::Faint, raster);
    for class in 0..3 {
        let points = (0..6)
            .map(|i| f64::from(i + 7 * class))
            .map(|t| (1.5 * (1.3 * t).sin(), (2.1 * t).cos()));
        plot = plot.mark(
            format!("class {class}"),
            Ink::Series(class as usize),
            Shape::Points { points: points.collect(), sign: Sign::Class },
        );
    }
    plot
}

/// Words in rows.
pub fn table() -> Plot {
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let heads = row(["method", "error, %", "compression", "note"]);
    let rows = vec![
        row(["point estimates", "1.50", "1×", "as it was, \"dense\""]),
        row(["Sparse VD", "1.80", "71.5×", ""]),
        row(["ARD", "1.88", "87.7×", "β = 1, all layers"]),
    ];
    Plot::saying("What was reached", "").mark("rows", Ink::Ink, Shape::Table { heads, rows })
}
