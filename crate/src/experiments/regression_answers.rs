//! What a fitted network says along the line: its mean, how far draws of it lie apart, and a few.

use crate::data::SPAN;
use crate::inference::{Laplace, TanhNet};
use crate::linalg::order;
use crate::rng::Rng;

/// The network, 1-50-1.
pub const NET: TanhNet = TanhNet { hidden: 50 };
/// Where everything is computed: from −1 to 7.
pub const PLACES: usize = 97;
/// Draws that a mean and a standard deviation are made of.
pub const DRAWS: usize = 200;
/// Draws that are shown.
const SHOWN: usize = 8;

/// What a fit says at every place.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The mean.
    pub mean: Vec<f64>,
    /// The standard deviation of the mean, without noise.
    pub epistemic: Vec<f64>,
    /// A few draws.
    pub curves: Vec<Vec<f64>>,
}

/// Place `i`.
pub fn place(i: usize) -> f64 {
    SPAN.0 - 1.0 + (SPAN.1 - SPAN.0 + 2.0) * i as f64 / (PLACES - 1) as f64
}

/// Inputs as the network sees them: −1.5 to 1.5.
pub fn scaled(x: f64) -> f64 {
    (x - 3.0) / 2.0
}

fn places() -> Vec<f64> {
    (0..PLACES).map(|i| scaled(place(i))).collect()
}

/// Mean and standard deviation over draws of the parameters, at most 200 evenly among them.
pub fn of_draws(draws: &[Vec<f64>]) -> Answer {
    let (places, n) = (places(), draws.len().min(DRAWS));
    let chosen = (0..n).map(|i| &draws[i * draws.len() / n]);
    let curves: Vec<Vec<f64>> = chosen.map(|draw| NET.forward(draw, &places).outputs).collect();
    let mean = |of: &dyn Fn(&Vec<f64>, usize) -> f64, count: f64| -> Vec<f64> {
        (0..PLACES).map(|i| curves.iter().map(|curve| of(curve, i)).sum::<f64>() / count).collect()
    };
    let middle = mean(&|curve, i| curve[i], n as f64);
    let square = |x: f64| x * x;
    let others = n.saturating_sub(1).max(1) as f64;
    let squares = mean(&|curve, i| square(curve[i] - middle[i]), others);
    let shown = (0..n.min(SHOWN)).map(|i| curves[i * n / n.min(SHOWN)].clone()).collect();
    Answer { mean: middle, epistemic: squares.iter().map(|s| s.sqrt()).collect(), curves: shown }
}

/// The same of Laplace's approximation, in closed form: f is linear in the parameters.
pub fn linearised(laplace: &Laplace, rng: &mut Rng) -> Answer {
    let places = places();
    let mean = NET.forward(&laplace.mode, &places).outputs;
    let jacobian = NET.jacobian(&laplace.mode, &places);
    let rows = || jacobian.chunks_exact(NET.parameters());
    let curve = |_| {
        let draw = laplace.sample(rng);
        let away: Vec<f64> = draw.iter().zip(&laplace.mode).map(|(a, b)| a - b).collect();
        let linear = |row: &[f64]| row.iter().zip(&away).map(|(j, away)| j * away).sum::<f64>();
        rows().zip(&mean).map(|(row, mean)| mean + linear(row)).collect()
    };
    let curves = (0..SHOWN).map(curve).collect();
    let epistemic = rows().map(|row| laplace.variance(row).sqrt()).collect();
    Answer { mean, epistemic, curves }
}

/// The middle one.
pub fn median(values: Vec<f64>) -> f64 {
    order(&values).get(values.len() / 2).map_or(f64::NAN, |&i| values[i])
}
