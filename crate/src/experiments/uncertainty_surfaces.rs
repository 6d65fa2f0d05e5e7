//! The three uncertainties of each model over the plane, with the points that it learned from.

use super::models::{Model, ask};
use super::uncertainty_classification::clusters;
use crate::data::{Clusters, REACH};
use crate::linalg::{Matrix, math};
use crate::measures::{Ensemble, Uncertainty};
use crate::plots::plot::{Axis, Colours, Handle, Ink, Plot, Shape, Sign};
use crate::runs::{Look, Observing, Picture, Runs, When};

/// Cells across and down.
const CELLS: usize = 64;

/// One part of an uncertainty.
struct Part {
    name: &'static str,
    of: fn(&Uncertainty) -> f32,
}

const PARTS: [Part; 3] = [
    Part { name: "total", of: |u| u.total },
    Part { name: "aleatoric", of: |u| u.aleatoric },
    Part { name: "epistemic", of: |u| u.epistemic },
];

const LESSONS: [&str; 3] = [
    "The entropy of the averaged answer: everything that makes it unsure. The handles move whole \
     classes; a click adds a point.",
    "The entropy that the members have on average: noise in the data, where classes overlap. More \
     points would not lower it.",
    "What is left: the members disagree. More points would settle it. A single net has nobody to \
     disagree with.",
];

macro_rules! surface {
    ($model:literal, $part:literal, $name:literal, $title:literal) => {
        &Picture {
            name: $name,
            title: $title,
            lesson: LESSONS[$part],
            when: When::AtRest,
            observe: |runs, look| surface(runs, look, Model::ALL[$model], &PARTS[$part], $title),
            moved: Some(moved),
            ..Picture::PLAIN
        }
    };
}

/// A row for each model, a column for each part.
pub const SURFACES: [&Picture; 12] = [
    surface!(0, 0, "single-total", "Single net: total"),
    surface!(0, 1, "single-aleatoric", "Single net: aleatoric"),
    surface!(0, 2, "single-epistemic", "Single net: epistemic"),
    surface!(1, 0, "dropout-total", "MC dropout: total"),
    surface!(1, 1, "dropout-aleatoric", "MC dropout: aleatoric"),
    surface!(1, 2, "dropout-epistemic", "MC dropout: epistemic"),
    surface!(2, 0, "posterior-total", "Gaussian posterior: total"),
    surface!(2, 1, "posterior-aleatoric", "Gaussian posterior: aleatoric"),
    surface!(2, 2, "posterior-epistemic", "Gaussian posterior: epistemic"),
    surface!(3, 0, "ensemble-total", "Ensemble of 10: total"),
    surface!(3, 1, "ensemble-aleatoric", "Ensemble of 10: aleatoric"),
    surface!(3, 2, "ensemble-epistemic", "Ensemble of 10: epistemic"),
];

/// The middles of all cells, row by row from the top.
fn grid() -> Matrix {
    let middle = |i: usize| (REACH * (2.0 * (i as f64 + 0.5) / CELLS as f64 - 1.0)) as f32;
    Matrix::from_shape_fn((CELLS * CELLS, 2), |(cell, axis)| match axis {
        0 => middle(cell % CELLS),
        _ => -middle(cell / CELLS),
    })
}

fn surface(
    runs: &Runs,
    look: &Look,
    model: Model,
    part: &'static Part,
    title: &'static str,
) -> Observing {
    ask(runs, look.epoch, &[model], grid(), move |runs, answers| {
        let (clusters, wrong) = clusters(&runs.settings());
        let mut plot = raster(&answers[0], part, title);
        plot = points(plot, runs, &clusters);
        plot.message = wrong.unwrap_or_default();
        plot
    })
}

fn raster(answers: &Ensemble, part: &Part, title: &str) -> Plot {
    let axis = |label| Axis::linear(label, -REACH, REACH);
    let values: Vec<f32> = answers.uncertainties().iter().map(part.of).collect();
    let shape = Shape::Raster {
        cells: values.chunks(CELLS).map(<[f32]>::to_vec).collect(),
        place: (-REACH, REACH, -REACH, REACH),
        limits: (0.0, math::ln(3.0)),
        colours: Colours::Sequential,
        unit: format!("{}, nats", part.name),
    };
    Plot::new(title, axis("x₁"), axis("x₂")).mark(part.name, Ink::Ink, shape)
}

/// The points with their classes, and what can be moved.
fn points(mut plot: Plot, runs: &Runs, clusters: &Clusters) -> Plot {
    let Some(lead) = runs.lead() else { return plot };
    let data = lead.trainer().data();
    let train = &data.train;
    let rows: Vec<u32> = (0..train.len() as u32).collect();
    let all = train.rows(&rows);
    for (class, name) in data.labels.iter().enumerate() {
        let own = all.rows().into_iter().zip(train.labels());
        let own = own.filter(|(_, label)| usize::from(**label) == class);
        let points = own.map(|(row, _)| (f64::from(row[0]), f64::from(row[1]))).collect();
        let shape = Shape::Points { points, sign: Sign::Class };
        plot = plot.mark(format!("class {name}"), Ink::Series(class), shape);
    }
    let centres = clusters.centres.iter().zip(&data.labels);
    let centres = centres.map(|(at, name)| (format!("class {name}"), *at));
    let added = clusters.points.iter().zip(1..);
    let added = added.map(|((class, at), number)| {
        let name = &data.labels[usize::from(*class)];
        (format!("point {number} of class {name}"), *at)
    });
    let handle = |(name, at)| Handle { name, at, moves: (true, true) };
    plot.handles = centres.chain(added).map(handle).collect();
    plot
}

/// The knob after a handle went somewhere; an empty place gets a point.
fn moved(runs: &Runs, handle: Option<usize>, at: (f64, f64)) -> Option<(&'static str, String)> {
    let settings = runs.settings();
    let (mut clusters, _) = clusters(&settings);
    match handle {
        Some(class @ 0..3) => clusters.centres[class] = at,
        Some(number) => clusters.points.get_mut(number - 3)?.1 = at,
        None => {
            let class = "ABC".find(&settings.knobs.get("class")).unwrap_or(0);
            clusters.points.push((class as u8, at));
        }
    }
    Some(("points", clusters.write()))
}
