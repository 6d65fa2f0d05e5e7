//! One weight's posterior, a Gaussian, and where zero lies in it.

use crate::plots::numbers::significant;
use crate::plots::plot::{Axis, Ink, Numbers, Plot, Shape};

/// Standard deviations to either side of the mean.
const REACH: f64 = 3.5;
/// Points of the curve.
const POINTS: u32 = 96;

/// The density of N(`mean`, `sigma`²), with zero in sight.
pub fn posterior_plot(mean: f32, sigma: f32) -> Plot {
    let (mean, sigma) = (f64::from(mean), f64::from(sigma));
    let axes = |low: f64, high: f64, most: f64| {
        let y = Axis::linear("posterior density", 0.0, most).with(Numbers::Absent);
        Plot::new("The posterior of a weight", Axis::linear("weight", low, high), y)
    };
    // Beyond these, ticks would have no digits left.
    if !(mean.abs() < 1e15 && sigma > 1e-6 * mean.abs() && (1e-30..1e15).contains(&sigma)) {
        let message = "The posterior has no width to draw.".to_owned();
        return Plot { message, ..axes(-1.0, 1.0, 1.0) };
    }
    let peak = 1.0 / (sigma * std::f64::consts::TAU.sqrt());
    let density = |w: f64| peak * (-0.5 * ((w - mean) / sigma).powi(2)).exp();
    let (from, to) = (mean - REACH * sigma, mean + REACH * sigma);
    let at = |i: u32| from + (to - from) * f64::from(i) / f64::from(POINTS);
    let points: Vec<_> = (0..=POINTS).map(at).map(|w| (w, density(w))).collect();
    let words = format!("μ = {}, σ = {}", significant(mean), significant(sigma));
    axes(from.min(-0.5 * sigma), to.max(0.5 * sigma), 1.04 * peak)
        .mark("", Ink::Series(0), Shape::Area { points: points.clone() })
        .mark("density", Ink::Series(0), Shape::Line { points, thin: false, ends: false })
        .rule("", true, 0.0)
        .mark(&words, Ink::Series(0), Shape::Rule { upright: true, at: mean })
        .reading(format!("The posterior of the weight is Gaussian with {words}."))
}
