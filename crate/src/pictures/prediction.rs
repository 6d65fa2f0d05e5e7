//! One prediction: class probabilities of the ensemble, of each sample and of the mean network.

use crate::linalg::order;
use crate::plots::plot::{Axis, Ink, Numbers, Plot, Shape, Sign};
use crate::prediction::Prediction;

/// For every class, the ensemble's probability as a bar, each weight sample's as a dot, the range
/// of the middle 80 % of samples as a whisker, the mean network's as a diamond. `names` are the
/// classes' names; without them they are numbers.
pub fn prediction_plot(prediction: &Prediction, names: &[String]) -> Plot {
    let classes = prediction.ensemble.len();
    let x = match names {
        [] => Axis::linear("class", -0.5, classes.max(1) as f64 - 0.5).with(Numbers::Whole),
        names => Axis::of_names("class", names.to_vec()),
    };
    let known = |p: f32| p.is_finite().then_some(f64::from(p).clamp(0.0, 1.0));
    let by_class = |p: &[f32]| -> Vec<(f64, f64)> {
        let values = p.iter().take(classes).enumerate();
        values.filter_map(|(class, &p)| Some((class as f64, known(p)?))).collect()
    };
    let ensemble = by_class(&prediction.ensemble);
    let bars = ensemble.iter().map(|&(x, p)| (x - 0.36, x + 0.36, p)).collect();
    let (mut dots, mut columns) = (Vec::new(), vec![Vec::new(); classes]);
    for (k, sample) in prediction.samples.iter().enumerate() {
        for (class, p) in by_class(sample) {
            dots.push((class + 0.5 * (jitter(k) - 0.5), p));
            columns[class as usize].push(p);
        }
    }
    let range = |(class, values): (usize, &Vec<f64>)| {
        let values: Vec<f64> = order(values).into_iter().map(|i| values[i]).collect();
        let ends = (quantile(&values, 0.1), quantile(&values, 0.9));
        (values.len() > 1).then_some((class as f64, ends.0, ends.1))
    };
    let ranges = columns.iter().enumerate().filter_map(range).collect();
    let mean = by_class(&prediction.mean_network);

    let mut plot = Plot::new("Class probabilities", x, Axis::linear("probability", 0.0, 1.0));
    if classes == 0 {
        plot.message = "There is no prediction yet.".to_owned();
    }
    let samples = format!("{} samples", prediction.samples.len());
    plot.mark("ensemble", Ink::Veiled(0), Shape::Bars { bars })
        .mark(samples, Ink::Series(0), Shape::Points { points: dots, sign: Sign::Speck })
        .mark("10–90 %", Ink::Ink, Shape::Whiskers { ranges })
        .mark("mean network", Ink::Series(1), Shape::Points { points: mean, sign: Sign::Diamond })
}

/// A number in 0 … 1 for sample `k`; neighbours are far apart (Weyl's sequence of the golden
/// ratio).
fn jitter(k: usize) -> f64 {
    (0.5 + 0.618_033_988_749_895 * k as f64).fract()
}

/// The value below which the share `q` of sorted `values` lies; NaN of none.
fn quantile(values: &[f64], q: f64) -> f64 {
    let place = q * values.len().saturating_sub(1) as f64;
    let (low, high) = (values.get(place.floor() as usize), values.get(place.ceil() as usize));
    low.zip(high).map_or(f64::NAN, |(low, high)| low + place.fract() * (high - low))
}
