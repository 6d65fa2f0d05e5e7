//! One prediction: class probabilities of the ensemble, of each sample and of the mean network.

use crate::linalg::order;
use plotters::prelude::DrawingBackend;

use super::axes::{Axis, Numbers, Plot, Sign, Words, diamond, whisker};
use super::pen::{Pen, veiled};
use super::{Area, Theme};
pub use crate::prediction::Prediction;

/// Draws, for every class, the ensemble's probability as a bar, each weight sample's as a dot,
/// the range of the middle 80 % of samples as a whisker, the mean network's as a diamond. `names` are
/// the classes' names; without them they are numbers.
pub fn draw_prediction<DB: DrawingBackend>(
    area: &Area<'_, DB>,
    prediction: &Prediction,
    names: &[String],
    theme: &Theme,
) -> Result<(), String> {
    let pen = Pen::new(area, theme)?;
    let classes = prediction.ensemble.len();
    let x = Axis::linear(-0.5, classes.max(1) as f64 - 0.5, Numbers::Whole);
    let y = Axis::linear(0.0, 1.0, Numbers::Plain);
    let bar = veiled(theme.series[0], 0.4);
    let samples = format!("{} samples", prediction.samples.len());
    let legend = [
        (Sign::Box(bar), "ensemble"),
        (Sign::Dot(theme.series[0]), &samples),
        (Sign::Whisker(theme.ink), "10–90 %"),
        (Sign::Diamond(theme.series[1]), "mean network"),
    ];
    let words = Words {
        x: "class",
        y: "probability",
        legend: &legend,
        names,
        flags: &[],
        left: 34.0,
        right: 46.0,
    };
    let plot = Plot::new(&pen, (x, y), &words)?;
    if classes == 0 {
        return pen.message("There is no prediction yet.", plot.corners());
    }
    let known = |p: f32| p.is_finite().then_some(f64::from(p).clamp(0.0, 1.0));
    let step = (plot.right - plot.left) / classes as f64;
    for class in 0..classes {
        let middle = plot.x(class as f64);
        if let Some(p) = known(prediction.ensemble[class]) {
            let half = 0.36 * step;
            pen.rectangle((middle - half, plot.y(p)), (middle + half, plot.bottom), bar)?;
        }
        let mut values: Vec<f64> = Vec::with_capacity(prediction.samples.len());
        for (k, sample) in prediction.samples.iter().enumerate() {
            let Some(p) = sample.get(class).copied().and_then(known) else { continue };
            let x = middle + 0.5 * step * (jitter(k) - 0.5);
            pen.dot((x, plot.y(p)), 1.5, veiled(theme.series[0], 0.75))?;
            values.push(p);
        }
        let values: Vec<f64> = order(&values).into_iter().map(|i| values[i]).collect();
        if values.len() > 1 {
            let ends = (plot.y(quantile(&values, 0.9)), plot.y(quantile(&values, 0.1)));
            // Where all samples agree, a whisker would be a smudge.
            if ends.1 - ends.0 > pen.px(2.0) {
                whisker(&pen, middle, ends, theme.ink)?;
            }
        }
        if let Some(p) = prediction.mean_network.get(class).copied().and_then(known) {
            diamond(&pen, (middle, plot.y(p)), theme.series[1])?;
        }
    }
    Ok(())
}

/// A number in 0 … 1 for sample `k`; neighbours are far apart (Weyl's sequence of the golden
/// ratio).
fn jitter(k: usize) -> f64 {
    (0.5 + 0.618_033_988_749_895 * k as f64).fract()
}

/// The value below which the share `q` of sorted `values` lies.
fn quantile(values: &[f64], q: f64) -> f64 {
    let place = q * (values.len() - 1) as f64;
    let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
    low + place.fract() * (high - low)
}
