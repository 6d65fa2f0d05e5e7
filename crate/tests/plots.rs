//! Plots: golden pictures, pixels that agree with counts, and charts that nothing upsets.

use std::path::Path;

use proptest::prelude::*;
use sparsevd::evaluation::Record;
use sparsevd::layers::Kernel;
use sparsevd::pictures::entropies::{Objects, entropies_plot};
use sparsevd::pictures::over_epochs::{self, Chart, Event};
use sparsevd::pictures::posterior::posterior_plot;
use sparsevd::pictures::prediction::prediction_plot;
use sparsevd::pictures::scatter::scatter_plot;
use sparsevd::plots::colormap::PRUNED;
use sparsevd::plots::files::svg;
use sparsevd::plots::filters::{ALIVE, DEAD, Filters};
use sparsevd::plots::heatmap::{Heatmap, LADDER, colour_bar, limit};
use sparsevd::plots::listing::{csv, rows};
use sparsevd::plots::plot::{Axis, Colours, Handle, Ink, Mark, Plot, Shape, Sign};
use sparsevd::plots::reading::reading;
use sparsevd::plots::tiles::{FRAME, busiest, paint_tiles};
use sparsevd::plots::under::{Sight, step};
use sparsevd::plots::{Theme, draw};
use sparsevd::prediction::{Entropies, Prediction};
use sparsevd::priors::log_alpha;
use sparsevd::rng::{Rng, Stream};

/// The width and height of a chart on a phone, in CSS pixels.
const SIZE: (u32, u32) = (328, 216);

fn record(epoch: u32) -> Record {
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
fn typical(epochs: u32) -> Vec<Record> {
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

fn events() -> Vec<Event> {
    [(10.0, "β = 1"), (24.0, "ARD"), (27.5, "RT"), (60.0, "data")]
        .map(|(epoch, label)| Event { epoch, label: label.to_owned() })
        .to_vec()
}

/// A chart as the page draws it.
fn chart(name: &str, records: &[Record], events: &[Event], epochs: u32) -> Plot {
    Chart::named(name).unwrap().plot(&[("", records)], events, epochs)
}

fn picture(plot: &Plot, playhead: Option<f64>, theme: &Theme, size: (u32, u32)) -> String {
    svg(theme, size, &|brush, theme| draw(brush, plot, theme, playhead))
}

/// Weights of `n` connections, from certainly needed to certainly pruned.
fn weights(n: usize, seed: u64) -> (Vec<f32>, Vec<f32>) {
    let mut rng = Rng::stream(seed, Stream::Initialisation, 0);
    let mut noise = vec![0.0; 2 * n];
    rng.fill_normal(&mut noise);
    let (a, b) = noise.split_at(n);
    let mean = a.iter().enumerate().map(|(i, z)| if i % 4 == 0 { 0.3 * z } else { 1e-3 * z });
    let log_sigma =
        b.iter().enumerate().map(|(i, z)| if i % 4 == 0 { z - 4.0 } else { 0.4 * z - 2.5 });
    (mean.collect(), log_sigma.collect())
}

fn prediction() -> Prediction {
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

fn entropies() -> Entropies {
    let mut rng = Rng::stream(6, Stream::Prediction, 0);
    let inside = (0..200).map(|_| (0.3 * rng.normal().abs()).min(2.0)).collect();
    let outside = (0..200).map(|_| (1.55 + 0.3 * rng.normal()).clamp(0.1, 2.29)).collect();
    Entropies { inside, outside }
}

/// A plot with a mark of every kind.
fn specimen() -> Plot {
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
fn surface(colours: Colours) -> Plot {
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
fn table() -> Plot {
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let heads = row(["method", "error, %", "compression", "note"]);
    let rows = vec![
        row(["point estimates", "1.50", "1×", "as it was, \"dense\""]),
        row(["Sparse VD", "1.80", "71.5×", ""]),
        row(["ARD", "1.88", "87.7×", "β = 1, all layers"]),
    ];
    Plot::saying("What was reached", "").mark("rows", Ink::Ink, Shape::Table { heads, rows })
}

/// Every picture that is kept, by its name.
fn pictures(theme: &Theme) -> Vec<(String, String)> {
    let (records, events) = (typical(100), events());
    let mut pictures = Vec::new();
    let mut put = |name: &str, plot: &Plot, playhead: Option<f64>, size: (u32, u32)| {
        pictures.push((name.to_owned(), picture(plot, playhead, theme, size)));
    };
    for Chart { name, .. } in &over_epochs::ALL {
        put(name, &chart(name, &records, &events, 100), Some(62.0), SIZE);
        let live = chart(name, &records[..24], &events[..1], 100);
        put(&format!("{name}-live"), &live, Some(23.4), SIZE);
    }
    put("empty", &chart("accuracy", &[], &[], 40), Some(0.2), SIZE);
    let dense: Vec<Record> = (0..5).map(record).collect();
    put("variance-dense", &chart("variance", &dense, &[], 40), None, SIZE);
    let mut broken = typical(30);
    broken[12].test_accuracy = f32::NAN;
    broken[29].kept = vec![0, 0, 0];
    broken[30].kept = vec![0, 0, 0];
    for name in ["compression", "accuracy"] {
        put(&format!("{name}-broken"), &chart(name, &broken, &[], 40), None, SIZE);
    }
    let twins: [(&str, &[Record]); 2] = [("RT", &records[..60]), ("LRT", &records[..80])];
    for name in ["accuracy", "variance"] {
        let plot = Chart::named(name).unwrap().plot(&twins, &[], 100);
        put(&format!("{name}-twins"), &plot, Some(70.0), SIZE);
    }

    let (mean, log_sigma) = weights(60_000, 2);
    put("scatter", &scatter_plot(&[&mean], &[&log_sigma], 3.0, 7), None, SIZE);
    put("prediction", &prediction_plot(&prediction(), &[]), None, SIZE);
    put("entropies", &entropies_plot(&entropies(), 10, &Objects::of(true)), None, SIZE);
    put("posterior", &posterior_plot(0.041, 0.03), None, (328, 140));
    put("specimen", &specimen(), Some(2.8), (480, 300));
    put("surface", &surface(Colours::Sequential), None, SIZE);
    put("difference", &surface(Colours::Diverging), None, SIZE);
    put("table", &table(), None, (400, 100));
    let caption =
        "Sparse Variational Dropout, epoch 57 of 120, seed 1 · https://example.org/?seed=1";
    for (name, plot) in
        [("complete", specimen()), ("complete-surface", surface(Colours::Sequential))]
    {
        pictures.push((name.to_owned(), plot.svg(caption, theme, (480, 340))));
    }
    pictures
}

/// After a wanted change: `UPDATE_GOLDENS=1 cargo test -p sparsevd --test plots`, then look.
#[test]
fn pictures_are_as_they_were() {
    let folder = Path::new("tests/goldens");
    let update = std::env::var_os("UPDATE_GOLDENS").is_some();
    let mut changed = Vec::new();
    for (suffix, theme) in [("light", Theme::light(1.0)), ("dark", Theme::dark(1.0))] {
        // One theme is enough for the special cases.
        let special = |name: &str| name.contains('-') || name == "scatter";
        for (name, picture) in pictures(&theme) {
            if suffix == "dark" && special(&name) {
                continue;
            }
            let name = format!("{name}-{suffix}");
            let golden = folder.join(format!("{name}.svg"));
            let other = folder.join(format!("{name}-changed.svg"));
            let _ = std::fs::remove_file(&other);
            if update {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(&golden, &picture).unwrap();
            } else if std::fs::read_to_string(&golden).ok().as_ref() != Some(&picture) {
                std::fs::write(&other, &picture).unwrap();
                changed.push(name);
            }
        }
    }
    assert!(
        changed.is_empty(),
        "these pictures changed, see {}/*-changed.svg: {changed:?}",
        folder.display()
    );
}

#[test]
fn charts_say_what_they_show() {
    let (records, events) = (typical(100), events());
    let say = |name: &str, playhead| reading(&chart(name, &records, &events, 100), playhead);
    // 242 + 318 + 189 of 50,200 weights are kept.
    let last = say("compression", Some(1000.0));
    assert!(last.starts_with("Compression at epoch 100: "), "{last}");
    assert!(last.contains("compression 67.0×"), "{last}");
    let first = say("compression", Some(0.7));
    assert!(first.starts_with("Compression at epoch 0: ") && first.contains("1.00×"), "{first}");
    for Chart { name, .. } in &over_epochs::ALL {
        let sentence = say(name, Some(0.7));
        assert!(sentence.ends_with('.') && sentence.contains("epoch 0"), "{sentence}");
        assert!(reading(&chart(name, &[], &[], 1), None).contains("Waiting"));
    }
    let dense = reading(&chart("variance", &[record(3)], &[], 5), None);
    assert_eq!(dense, "Gradient variance: Point estimates have no weight noise.");
}

/// The kind of a mark. A new kind does not compile before it is here, and is missed until it is in
/// [`specimens`].
fn kind(shape: &Shape) -> usize {
    match shape {
        Shape::Line { .. } => 0,
        Shape::Band { .. } => 1,
        Shape::Area { .. } => 2,
        Shape::Points { .. } => 3,
        Shape::Bars { .. } => 4,
        Shape::Whiskers { .. } => 5,
        Shape::Raster { .. } => 6,
        Shape::Rule { .. } => 7,
        Shape::Text { .. } => 8,
        Shape::Table { .. } => 9,
    }
}

const KINDS: usize = 10;

fn specimens() -> [Plot; 5] {
    let [a, b, c] = [Colours::Sequential, Colours::Diverging, Colours::Counts].map(surface);
    [specimen(), a, b, c, table()]
}

/// The same plot with one mark alone.
fn only(plot: &Plot, mark: &Mark) -> Plot {
    Plot { marks: vec![mark.clone()], handles: Vec::new(), ..plot.clone() }
}

#[test]
fn every_mark_is_drawn_listed_written_said_and_found() {
    let mut seen = [false; KINDS];
    for plot in specimens() {
        let none = Plot { marks: Vec::new(), handles: Vec::new(), ..plot.clone() };
        let blank = picture(&none, None, &Theme::light(1.0), SIZE).len();
        for mark in plot.marks.iter().filter(|mark| !mark.name.is_empty()) {
            let (alone, name) = (only(&plot, mark), mark.name.as_str());
            seen[kind(&mark.shape)] = true;
            let drawn = picture(&alone, None, &Theme::light(1.0), SIZE);
            assert!(drawn.len() > blank + 60, "{name} is not drawn");
            let file = csv(&alone);
            assert!(file.lines().count() > 1, "{name} is not written: {file}");
            let listed = rows(&alone);
            assert!(!listed.rows.is_empty(), "{name} is not listed");
            assert!(listed.rows.iter().all(|row| row.len() == listed.heads.len()), "{name}");
            let said = reading(&alone, None);
            assert!(said.contains(name) && said.ends_with('.'), "{name} is not said: {said}");
            // Rules, words and tables are read, not pointed at.
            if !matches!(mark.shape, Shape::Rule { .. } | Shape::Text { .. } | Shape::Table { .. })
            {
                sight(&alone, &|sight| {
                    let stop = step(&alone, None, "End").expect("keys stop at it");
                    let found = sight.at(stop).unwrap_or_else(|| panic!("{name} is not found"));
                    assert!(found.words.contains(name), "{name}: {}", found.words);
                    assert_eq!(found.at, stop);
                });
            }
        }
    }
    assert!(seen.iter().all(|seen| *seen), "a kind of mark has no specimen: {seen:?}");
}

/// Looks at a plot as it lies on a picture of [`SIZE`].
fn sight(plot: &Plot, look: &dyn Fn(&Sight<'_>)) {
    svg(&Theme::light(1.0), SIZE, &|brush, theme| {
        look(&Sight::new(brush, plot, theme));
        Ok(())
    });
}

#[test]
fn a_pointer_finds_what_lies_under_it_and_keys_walk_on() {
    let plot = chart("accuracy", &typical(100), &[], 100);
    sight(&plot, &|sight| {
        let place = sight.place((57.2, 97.0));
        let found = sight.under(place).unwrap();
        assert!(found.words.starts_with("epoch 57: pruned 97."), "{}", found.words);
        assert!(["dense", "sampled", "train"].iter().all(|name| found.words.contains(name)));
        assert_eq!((found.at.0, found.places.len()), (57.0, 4));
        let (x, y) = sight.values(place);
        assert!((x - 57.2).abs() < 1e-9 && (y - 97.0).abs() < 1e-9);
        assert_eq!(sight.under((160.0, 2000.0)), None);
        let right = step(&plot, Some(found.at), "ArrowRight").unwrap();
        assert_eq!(right.0, 58.0);
        assert!(sight.at(right).unwrap().words.starts_with("epoch 58: "));
        assert_eq!(step(&plot, Some(right), "Home").unwrap().0, 0.0);
        assert_eq!(step(&plot, Some((0.0, 9.7)), "ArrowLeft").unwrap().0, 0.0);
        assert_eq!(step(&plot, Some(right), "x"), None);
    });
    let plot = surface(Colours::Sequential);
    sight(&plot, &|sight| {
        let found = sight.under(sight.place((0.3, 0.2))).unwrap();
        // Columns are 1/8 wide and begin at −2.
        assert_eq!(found.at, (0.3125, 0.1875));
        assert!(found.words.starts_with("x 0.312, y 0.188: uncertainty −0.57"), "{}", found.words);
        assert_eq!(step(&plot, Some(found.at), "ArrowUp"), Some((0.3125, 0.3125)));
        assert_eq!(step(&plot, Some(found.at), "End"), Some((1.9375, 0.1875)));
    });
    let plot = specimen();
    sight(&plot, &|sight| {
        let (x, y) = sight.place((3.2, 0.4));
        assert_eq!(sight.handle((x + 20.0, y)), Some(0));
        assert_eq!(sight.handle(sight.place((0.4, 1.2))), Some(1));
        assert_eq!(sight.handle((x - 60.0, y)), None);
    });
}

#[test]
fn files_say_what_is_in_a_plot() {
    let gap = (f64::NAN, f64::NAN);
    let line =
        |points: &[(f64, f64)]| Shape::Line { points: points.to_vec(), thin: false, ends: true };
    let axis = || Axis::linear("x", 0.0, 4.0);
    let plot = Plot::new("", axis(), axis())
        .mark("a, \"b\"", Ink::Ink, line(&[(1.0, 1.0 / 3.0), gap, (2.0, 1.5e-12)]))
        .mark("", Ink::Ink, Shape::Band { points: vec![(2.0, -0.5, f64::INFINITY)] })
        .rule("limit", false, 12_345_678.9);
    assert_eq!(
        csv(&plot),
        "mark,x,y,low,high\n\"a, \"\"b\"\"\",1,0.3333333,,\n\"a, \"\"b\"\"\",2,1.5e-12,,\n,2,,-0.5,inf\nlimit,,12345680,,\n"
    );
    assert!(csv(&table()).ends_with("ARD,1.88,87.7×,\"β = 1, all layers\"\n"));

    // Where marks share their values across, each has a column.
    let listed = rows(&chart("elbo", &typical(30), &[], 40));
    assert_eq!(listed.heads, ["epoch", "NLL (data)", "KL/N", "β·KL/N"]);
    assert_eq!((listed.rows.len(), listed.rows[0].join("|")), (31, "0||40.1|".to_owned()));
    let cloud = rows(&only(&specimen(), &specimen().marks[2]));
    assert_eq!(cloud.heads, ["distance, m", "counts"]);
    let listed = rows(&surface(Colours::Sequential));
    assert_eq!(listed.rows.len(), 400);
    assert!(listed.note.contains("400 of 786 rows"), "{}", listed.note);
}

#[test]
fn a_plot_survives_the_way_to_the_page() {
    for plot in specimens() {
        let bytes = plot.to_bytes();
        let back = Plot::from_bytes(&bytes).unwrap();
        assert_eq!(format!("{back:?}"), format!("{plot:?}"));
        assert_eq!(Plot::from_bytes(&bytes[..bytes.len() - 1]), None);
    }
}

#[test]
fn axes_hold_their_values_and_only_grow() {
    for (values, low, high) in [
        (vec![0.13, 0.87], 0.1, 0.9),
        (vec![-3.2, 7.4, f64::NAN, f64::INFINITY], -4.0, 8.0),
        (vec![5.0], 4.5, 5.5),
        (vec![], 0.0, 1.0),
    ] {
        let axis = Axis::around("", &values);
        assert!((axis.low - low).abs() < 1e-9 && (axis.high - high).abs() < 1e-9, "{axis:?}");
    }
    let (early, late) = (Axis::around("", &[0.0, 0.9]), Axis::around("", &[0.3, 1.7]));
    let both = late.and(&early);
    assert!(both.low <= 0.0 && both.high >= 1.7);
    let axis = Axis::factors("", &[0.11, 3.0, -1.0]);
    assert!((axis.share(axis.value(0.3)) - 0.3).abs() < 1e-12 && axis.low <= 0.11);
}

#[test]
fn painted_pixels_are_pruned_where_weights_are() {
    for (rows, columns) in [(70, 30), (30, 70), (40, 40), (1, 7), (33, 1)] {
        let (mean, log_sigma) = weights(rows * columns, 8);
        let heatmap = Heatmap { rows, columns, mean: &mean, log_sigma: Some(&log_sigma) };
        let mut pixels = Vec::new();
        for threshold in [-3.0, 0.0, 3.0, 8.0, f32::INFINITY] {
            let (width, height) = heatmap.paint(threshold, 0.5, &mut pixels);
            assert_eq!((width, height), (rows.max(columns), rows.min(columns)));
            assert_eq!(pixels.len(), 4 * rows * columns);
            let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
            assert_eq!(white, rows * columns - heatmap.kept(threshold), "threshold {threshold}");
            for y in 0..height {
                for x in 0..width {
                    let (input, output) = heatmap.cell_at(x, y).unwrap();
                    assert_eq!(heatmap.pixel_of(input, output), (x, y));
                    let place = input * columns + output;
                    let pruned = log_alpha(mean[place], log_sigma[place]) > threshold;
                    let pixel = &pixels[4 * (y * width + x)..][..4];
                    assert_eq!(pixel == PRUNED, pruned);
                    let red = pixel[0] > pixel[2];
                    assert!(pruned || red == (mean[place] > 0.0));
                }
            }
            assert_eq!(heatmap.cell_at(width, 0).or(heatmap.cell_at(0, height)), None);
        }
        let mut points = mean.clone();
        points[2] = 0.0;
        let points = Heatmap { log_sigma: None, mean: &points, ..heatmap };
        points.paint(3.0, 0.5, &mut pixels);
        let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
        assert_eq!((white, points.kept(-100.0)), (1, rows * columns - 1));
    }
}

#[test]
fn a_colour_has_the_sign_of_its_weight_however_small_it_is() {
    // Every exponent that an f32 has, and fractions of each.
    let sizes = (0..0x7f80_u32).map(|bits| f32::from_bits(bits << 16 | 1));
    let mean: Vec<f32> = sizes.flat_map(|size| [size, -size]).collect();
    let log_sigma = vec![-60.0; mean.len()];
    let (columns, mut pixels) = (2, Vec::new());
    for limit in LADDER {
        for log_sigma in [None, Some(&log_sigma[..])] {
            let heatmap = Heatmap { rows: mean.len() / columns, columns, mean: &mean, log_sigma };
            heatmap.paint(f32::INFINITY, limit, &mut pixels);
            let width = heatmap.size().0;
            for (place, mean) in mean.iter().enumerate() {
                let (x, y) = heatmap.pixel_of(place / columns, place % columns);
                let pixel = &pixels[4 * (y * width + x)..][..4];
                assert_eq!(pixel[0] > pixel[2], *mean > 0.0, "{mean} within ±{limit}: {pixel:?}");
            }
        }
    }
}

/// LeNet-5's first convolution; a square that is not full; more than one channel.
const KERNELS: [(Kernel, usize); 3] = [
    (Kernel { height: 5, width: 5, channels: 1 }, 20),
    (Kernel { height: 2, width: 3, channels: 1 }, 7),
    (Kernel { height: 3, width: 2, channels: 3 }, 4),
];

#[test]
fn filters_have_a_pixel_a_weight_that_is_white_where_it_is_pruned() {
    for (kernel, columns) in KERNELS {
        let rows = kernel.height * kernel.width * kernel.channels;
        let (mean, log_sigma) = weights(rows * columns, 3);
        let heatmap = Heatmap { rows, columns, mean: &mean, log_sigma: Some(&log_sigma) };
        let filters = Filters { weights: heatmap, kernel };
        let (mut pixels, mut flat) = (Vec::new(), Vec::new());
        for threshold in [-3.0, 3.0, f32::INFINITY] {
            let (width, height, _) = filters.paint(threshold, 0.5, &mut pixels);
            heatmap.paint(threshold, 0.5, &mut flat);
            assert_eq!((width, height), filters.size());
            let mut seen = 0;
            for (x, y) in (0..height + 2).flat_map(|y| (0..width + 2).map(move |x| (x, y))) {
                let inside = x < width && y < height;
                let Some((row, filter)) = filters.cell_at(x, y) else {
                    let line = |pixel: &[u8]| [ALIVE, DEAD, [0; 4]].iter().any(|l| *l == pixel);
                    assert!(!inside || line(&pixels[4 * (y * width + x)..][..4]));
                    continue;
                };
                seen += 1;
                assert!(inside);
                assert_eq!(filters.pixel_of(row, filter), (x, y));
                let (flat_x, flat_y) = heatmap.pixel_of(row, filter);
                let same = &flat[4 * (flat_y * heatmap.size().0 + flat_x)..][..4];
                assert_eq!(&pixels[4 * (y * width + x)..][..4], same, "as in the heatmap");
            }
            assert_eq!(seen, rows * columns);
            let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
            assert_eq!(white, rows * columns - heatmap.kept(threshold));
        }
    }
}

#[test]
fn filters_lie_in_a_square_or_by_channel() {
    let size = |(kernel, columns): (Kernel, usize)| {
        let rows = kernel.height * kernel.width * kernel.channels;
        let heatmap = Heatmap { rows, columns, mean: &vec![1.0; rows * columns], log_sigma: None };
        let filters = Filters { weights: heatmap, kernel };
        (filters.size(), filters.pixel_of(0, 1), filters.pixel_of(kernel.channels - 1, 1))
    };
    // Five by four tiles of 5 × 5.
    assert_eq!(size(KERNELS[0]), ((5 * 6 + 1, 4 * 6 + 1), (7, 1), (7, 1)));
    assert_eq!(size(KERNELS[1]), ((3 * 4 + 1, 3 * 3 + 1), (5, 1), (5, 1)));
    assert_eq!(size(KERNELS[2]), ((4 * 3 + 1, 3 * 4 + 1), (4, 1), (4, 9)));
    let kernel = Kernel { height: 3, width: 2, channels: 3 };
    let weights = Heatmap { rows: 18, columns: 4, mean: &[0.0; 72], log_sigma: None };
    // Row 10 is ((1 × 2) + 1) × 3 + 1.
    assert_eq!(Filters { weights, kernel }.place(10), (1, 1, 1));
}

#[test]
fn dead_filters_have_pale_lines_where_no_living_one_shares_them() {
    let (kernel, columns) = KERNELS[2];
    let rows = 18;
    let (mean, mut log_sigma) = (vec![0.3; rows * columns], vec![-4.0; rows * columns]);
    // Filter 0 is dead, filter 2 has one weight left.
    for row in 0..rows {
        log_sigma[row * columns] = 5.0;
        log_sigma[row * columns + 2] = if row == 7 { -4.0 } else { 5.0 };
    }
    let weights = Heatmap { rows, columns, mean: &mean, log_sigma: Some(&log_sigma) };
    let mut pixels = Vec::new();
    let (width, _, dead) = Filters { weights, kernel }.paint(3.0, 0.5, &mut pixels);
    assert_eq!(dead, 1);
    let pixel = |x: usize, y: usize| &pixels[4 * (y * width + x)..][..4];
    for y in 0..13 {
        assert_eq!(pixel(0, y), DEAD);
        assert!((3..=9).step_by(3).all(|x| pixel(x, y) == ALIVE), "row {y}");
    }
    assert_eq!((pixel(1, 0), pixel(2, 4), pixel(7, 4)), (&DEAD[..], &DEAD[..], &ALIVE[..]));
    let points = Heatmap { log_sigma: None, ..weights };
    assert_eq!(Filters { weights: points, kernel }.paint(3.0, 0.5, &mut pixels).2, 0);
}

#[test]
fn a_part_of_a_matrix_has_its_inputs_and_outputs() {
    let mean: Vec<f32> = (0..12).map(|i| i as f32).collect();
    let log_sigma: Vec<f32> = mean.iter().map(|m| -m).collect();
    let heatmap = Heatmap { rows: 3, columns: 4, mean: &mean, log_sigma: Some(&log_sigma) };
    let (part, sigma) = heatmap.part(1..3, 1..3);
    assert_eq!(part, [5.0, 6.0, 9.0, 10.0]);
    assert_eq!(sigma, [-5.0, -6.0, -9.0, -10.0]);
    assert_eq!(Heatmap { log_sigma: None, ..heatmap }.part(0..1, 3..4), (vec![3.0], vec![]));
}

#[test]
fn limits_are_the_rung_above_the_percentile() {
    let mut rng = Rng::stream(4, Stream::Initialisation, 0);
    for scale in [1e-5, 0.003, 0.04, 1.0, 70.0, 1e9] {
        let values: Vec<f32> = (0..1999).map(|_| scale * rng.normal()).collect();
        let mut sorted: Vec<f32> = values.iter().map(|v| v.abs()).collect();
        sorted.sort_by(f32::total_cmp);
        let percentile = sorted[(0.995_f64 * 1999.0).ceil() as usize - 1];
        let rung = LADDER.into_iter().find(|&rung| rung >= percentile).unwrap_or(1000.0);
        assert_eq!(limit(&values), rung);
    }
    assert_eq!(limit(&[]), 0.001);
    assert_eq!(limit(&[f32::NAN, f32::INFINITY, -0.15]), 0.2);
    // Only the living count.
    let heatmap =
        Heatmap { rows: 2, columns: 1, mean: &[30.0, 0.3], log_sigma: Some(&[9.0, -3.0]) };
    assert_eq!((heatmap.limit(3.0), heatmap.limit(f32::INFINITY)), (0.5, 50.0));
}

#[test]
fn the_colour_bar_runs_from_negative_to_positive() {
    let bar = colour_bar(256);
    assert_eq!(bar.len(), 1024);
    let (first, last) = (&bar[..4], &bar[1020..]);
    assert!(first[2] > first[0] && last[0] > last[2]);
    assert!(bar.chunks(4).all(|pixel| *pixel != PRUNED));
}

#[test]
fn tiles_are_sorted_and_dead_units_stay_as_empty_frames() {
    let (rows, columns) = (12, 7);
    let (mut mean, mut log_sigma) = (vec![0.3; rows * columns], vec![-4.0; rows * columns]);
    // Unit 2 is dead, unit 5 has lost one weight.
    (0..rows)
        .for_each(|input| (mean[input * columns + 2], log_sigma[input * columns + 2]) = (0.0, 0.0));
    log_sigma[4 * columns + 5] = 5.0;
    let heatmap = Heatmap { rows, columns, mean: &mean, log_sigma: Some(&log_sigma) };
    let mut pixels = Vec::new();
    let units = busiest(&heatmap, 3.0, 100);
    assert_eq!(units, [0, 1, 3, 4, 6, 5, 2]);
    let (width, height) = paint_tiles(&heatmap, (3, 4), &units, 3.0, 0.5, 3, &mut pixels);
    assert_eq!((width, height), (3 * 5 + 1, 3 * 4 + 1));
    let pixel = |x: usize, y: usize| &pixels[4 * (y * width + x)..][..4];
    // The last tile is white in its frame, and there is nothing beside it.
    for y in 9..12 {
        assert!((1..5).all(|x| pixel(x, y) == PRUNED));
    }
    assert_eq!((pixel(0, 9), pixel(5, 12), pixel(7, 9)), (&FRAME[..], &FRAME[..], &[0; 4][..]));
    let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
    assert_eq!(white, rows * columns - heatmap.kept(3.0));
    // Input 4 is pixel (0, 1) of the image; unit 5 is the third tile of the second row.
    assert_eq!(pixel(11, 6), PRUNED);

    assert_eq!(busiest(&heatmap, 3.0, 2), [0, 1]);
    // Chosen units stay in their order, the dead one too.
    let size = paint_tiles(&heatmap, (3, 4), &[2, 0], 3.0, 0.5, 20, &mut pixels);
    assert_eq!(size, (11, 5));
    assert_eq!(&pixels[4 * (11 + 1)..][..4], PRUNED);
    assert_ne!(&pixels[4 * (11 + 6)..][..4], PRUNED);
    let (width, height) = paint_tiles(&heatmap, (3, 4), &[], 3.0, 0.5, 20, &mut pixels);
    assert_eq!(pixels.len(), 4 * width * height);
}

fn any_f32() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -200.0..200.0_f32,
        1 => any::<f32>(),
        1 => proptest::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, 1e38]),
    ]
}

prop_compose! {
    fn any_record()(
        epoch in 0..300_u32,
        values in proptest::collection::vec(any_f32(), 8),
        present in any::<[bool; 3]>(),
        counts in proptest::collection::vec((0..300_usize, 0..300_usize), 0..7),
        samples in 0..3_usize,
    ) -> Record {
        let mut r = record(epoch);
        (r.train_nll, r.kl) = (present[0].then_some(values[0]), present[1].then_some(values[1]));
        r.train_accuracy = present[0].then_some(values[2]);
        r.elbo = r.train_nll.zip(r.kl).map(|(nll, kl)| -nll - kl);
        (r.test_accuracy, r.dense_accuracy) = (values[3], values[4]);
        (r.sampled_accuracy, r.samples) = (values[5], samples);
        r.gradient_variance = present[2].then_some((values[6], values[7]));
        r.kl_weight = values[0];
        (r.kept, r.total) = counts.into_iter().map(|(a, b)| (a.min(b), b)).unzip();
        r
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_upsets_a_chart(
        records in proptest::collection::vec(any_record(), 0..12),
        ordered in any::<bool>(),
        mark in any_f32(),
        playhead in proptest::option::of(any_f32()),
        epochs in 0..200_u32,
        size in (0..400_u32, 0..300_u32),
    ) {
        let mut records = records;
        if ordered {
            records.sort_by_key(|record| record.epoch);
        }
        let events = [Event { epoch: mark, label: "<β> & so on".to_owned() }];
        let playhead = playhead.map(f64::from);
        for Chart { name, .. } in &over_epochs::ALL {
            let plot = chart(name, &records, &events, epochs);
            let picture = picture(&plot, playhead, &Theme::dark(1.0).presenter(), size);
            prop_assert!(picture.trim_end().ends_with("</svg>"));
            prop_assert!(!reading(&plot, playhead).is_empty());
        }
    }

    #[test]
    fn nothing_upsets_the_other_pictures(
        values in proptest::collection::vec(any_f32(), 0..60),
        others in proptest::collection::vec(any_f32(), 0..60),
        threshold in any_f32(),
        classes in 0..12_usize,
        size in (0..400_u32, 0..300_u32),
    ) {
        let theme = Theme::light(1.0);
        let n = values.len().min(others.len());
        let names: Vec<String> = (0..classes).map(|class| "<name>&".repeat(class)).collect();
        let prediction = Prediction {
            mean_network: values.iter().copied().take(classes).collect(),
            samples: values.chunks(classes.max(1)).map(<[f32]>::to_vec).collect(),
            ensemble: others.iter().copied().take(classes).collect(),
            ..prediction()
        };
        let entropies = Entropies { inside: values.clone(), outside: others.clone() };
        for plot in [
            scatter_plot(&[&values[..n]], &[&others[..n]], threshold, 3),
            entropies_plot(&entropies, classes, &Objects::of(false)),
            posterior_plot(threshold, values.first().copied().unwrap_or(0.0)),
            prediction_plot(&prediction, &names),
        ] {
            prop_assert!(picture(&plot, None, &theme, size).trim_end().ends_with("</svg>"));
        }
        let heatmap = Heatmap { rows: n, columns: 1, mean: &values[..n], log_sigma: Some(&others[..n]) };
        let mut pixels = Vec::new();
        heatmap.paint(threshold, heatmap.limit(threshold), &mut pixels);
        let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
        prop_assert_eq!(white, n - heatmap.kept(threshold));
    }
}
