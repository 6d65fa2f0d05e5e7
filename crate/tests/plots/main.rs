//! Plots: golden pictures, and every kind of mark drawn, listed, written, said and found.

mod anything;
mod pixels;
mod specimens;

use sparsevd::evaluation::Record;
use sparsevd::pictures::entropies::{Objects, entropies_plot};
use sparsevd::pictures::over_epochs::{self, Chart};
use sparsevd::pictures::posterior::posterior_plot;
use sparsevd::pictures::prediction::prediction_plot;
use sparsevd::pictures::scatter::scatter_plot;
use sparsevd::plots::Theme;
use sparsevd::plots::files::svg;
use sparsevd::plots::listing::{csv, rows};
use sparsevd::plots::plot::{Axis, Colours, Ink, Mark, Plot, Shape};
use sparsevd::plots::reading::reading;
use sparsevd::plots::under::{Sight, step};
use specimens::*;
use std::path::Path;

/// The width and height of a chart on a phone, in CSS pixels.
pub const SIZE: (u32, u32) = (328, 216);

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
        assert_eq!(sight.handle((x + 20.0, y), true), Some(0));
        assert_eq!(sight.handle((x + 20.0, y), false), None, "the handle itself is elsewhere");
        assert_eq!(sight.handle(sight.place((3.2, 1.5)), false), Some(0));
        assert_eq!(sight.handle(sight.place((0.4, 1.2)), true), Some(1));
        assert_eq!(sight.handle((x - 60.0, y), true), None);
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
