//! The experiments on uncertainty: parts that add up, points and gaps that can be moved.

use std::sync::Arc;

use sparsevd::data;
use sparsevd::experiments;
use sparsevd::plots::plot::{Plot, Shape};
use sparsevd::runs::{Look, Runs};
use sparsevd::session::Progress;
use sparsevd::settings::Settings;

fn begin(name: &str, change: impl Fn(&mut Settings)) -> Runs {
    let experiment = experiments::find(name).expect("it is listed");
    let mut settings = (experiment.settings)();
    change(&mut settings);
    experiment.begin(settings, &Arc::new(data::digits()), &[]).expect("it fits")
}

fn finish(runs: &mut Runs) {
    while runs.advance() != Progress::Finished {}
}

fn see(runs: &mut Runs, picture: &str) -> Arc<Plot> {
    let look = Look { epoch: None, threshold: 3.0 };
    loop {
        if let Some(plot) = runs.look(picture, &look).expect("there is such a picture") {
            return plot;
        }
    }
}

fn cells(plot: &Plot) -> Vec<f32> {
    let raster = plot.marks.iter().find_map(|mark| match &mark.shape {
        Shape::Raster { cells, .. } => Some(cells.concat()),
        _ => None,
    });
    raster.expect("a raster")
}

#[test]
fn total_is_aleatoric_and_epistemic_at_every_place_of_every_model() {
    let mut runs = begin("uncertainty-classification", |s| (s.epochs, s.samples) = (20, 5));
    finish(&mut runs);
    for (model, members) in [("single", 1), ("dropout", 5), ("posterior", 5), ("ensemble", 10)] {
        let [total, aleatoric, epistemic] = ["total", "aleatoric", "epistemic"]
            .map(|part| cells(&see(&mut runs, &format!("{model}-{part}"))));
        assert_eq!(total.len(), 64 * 64);
        for ((total, aleatoric), epistemic) in total.iter().zip(&aleatoric).zip(&epistemic) {
            assert!((total - aleatoric - epistemic).abs() < 1e-5, "{model}");
            assert!((0.0..=1.09863).contains(total) && *epistemic >= 0.0);
        }
        let most = epistemic.iter().copied().fold(0.0, f32::max);
        assert_eq!(most > 1e-3, members > 1, "{model}: {most}");
    }
}

#[test]
fn classes_are_dragged_and_points_added() {
    let picture = "single-total";
    let mut runs = begin("uncertainty-classification", |s| s.epochs = 1);
    finish(&mut runs);
    assert_eq!(see(&mut runs, picture).handles.len(), 3);
    let moved = runs.moved(picture, Some(2), (-4.0, 3.456)).expect("a class");
    assert_eq!(moved, ("points", "C:-4:3.46".to_owned()));
    let change = |s: &mut Settings| {
        s.set("points", "C:-4:3;b:5:-5").expect("a knob");
        s.set("class", "C").expect("a knob");
        s.epochs = 1;
    };
    let mut runs = begin("uncertainty-classification", change);
    finish(&mut runs);
    let plot = see(&mut runs, picture);
    assert_eq!((plot.handles.len(), plot.handles[3].at), (4, (5.0, -5.0)));
    assert_eq!(runs.lead().expect("a run").trainer().train_size(), 181);
    let text = |handle, at| runs.moved(picture, handle, at).map(|(_, text)| text);
    assert_eq!(text(Some(3), (0.0, 9.0)).as_deref(), Some("C:-4:3;b:0:6"));
    assert_eq!(text(None, (1.0, 2.0)).as_deref(), Some("C:-4:3;b:5:-5;c:1:2"));
    assert_eq!(text(Some(4), (1.0, 2.0)), None);
}

#[test]
fn what_is_no_point_is_said_and_the_rest_goes_on() {
    let change = |s: &mut Settings| {
        s.set("points", "B:1:-1;nonsense").expect("any text");
        s.epochs = 1;
    };
    let mut runs = begin("uncertainty-classification", change);
    finish(&mut runs);
    let plot = see(&mut runs, "single-total");
    assert!(plot.message.contains("'nonsense'"), "{}", plot.message);
    assert_eq!(plot.handles[1].at, (1.0, -1.0));
}

#[test]
fn the_gap_is_dragged_and_fits_repeat_bit_for_bit() {
    let fit = |gap: &str| {
        let mut runs = begin("uncertainty-regression", |s| {
            s.set("gap", gap).expect("a knob");
            s.epochs = 3;
        });
        finish(&mut runs);
        runs
    };
    let (mut first, mut again) = (fit("2:4"), fit("2:4"));
    for picture in ["hmc", "laplace", "anchored", "mean-field", "dropout", "single", "doubts"] {
        let plot = see(&mut first, picture);
        assert_eq!(plot, see(&mut again, picture), "{picture}");
        assert!(plot.message.is_empty() && plot.handles.len() == 2, "{picture}");
    }
    assert_eq!(first.moved("hmc", Some(0), (1.256, 9.0)), Some(("gap", "1.26:4".to_owned())));
    assert_eq!(first.moved("hmc", None, (3.0, 0.5)), Some(("points", "3:0.5".to_owned())));
    assert_eq!(first.moved("doubts", None, (3.0, 0.5)), None);
    let wrong = see(&mut fit("4:2"), "hmc");
    assert!(wrong.message.contains("'4:2'") && wrong.handles[0].at.0 == 2.0);
}
