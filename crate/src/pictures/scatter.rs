//! All weights at once: log|μ| against log σ, and the line where pruning begins.

use crate::linalg::{math, simd};
use crate::plots::heatmap::count_pruned;
use crate::plots::numbers::{fixed, short};
use crate::plots::plot::{Axis, Colours, Ink, Plot, Shape};

/// The range of log|μ|; what is beyond lies on the edge.
const X: (f32, f32) = (-14.0, 2.0);
/// The range of log σ.
const Y: (f32, f32) = (-12.0, 2.0);
/// Bins across and up.
const BINS: (usize, usize) = (120, 80);

/// How many weights lie where at `epoch`, for all layers together: `mean` and `log_sigma` have one
/// slice a layer.
pub fn scatter_plot(mean: &[&[f32]], log_sigma: &[&[f32]], threshold: f32, epoch: u32) -> Plot {
    let wide = |(low, high): (f32, f32)| (f64::from(low), f64::from(high));
    let ((left, right), (bottom, top)) = (wide(X), wide(Y));
    let (x, y) = (Axis::linear("log |μ|", left, right), Axis::linear("log σ", bottom, top));
    let mut plot = Plot::new("Log |μ| against log σ", x, y);
    let bins = bin(mean, log_sigma);
    let most = bins.iter().copied().max().unwrap_or(0);
    if most == 0 {
        plot.message = "Point estimates have no σ.".to_owned();
        return plot;
    }

    // Pruned is where ln α = 2 ln σ − 2 ln|μ| > t, so above ln σ = ln|μ| + t/2.
    let half = 0.5 * f64::from(threshold);
    let line = |x: f64| (x, x + half);
    let ends = [bottom - half, top - half].map(|x| line(x.max(left).min(right)));
    let inside = |y: f64| y.max(bottom).min(top);
    let beyond = [left, ends[0].0, ends[1].0, right].map(|x| (x, inside(line(x).1), top));
    let cells = bins.chunks(BINS.0).rev().map(|row| row.iter().map(|&n| n as f32).collect());
    let words = format!("log α = {}", short(f64::from(threshold)));
    plot = plot
        .mark("", Ink::Faint, Shape::Band { points: beyond.to_vec() })
        .mark(
            "weights",
            Ink::Series(0),
            Shape::Raster {
                cells: cells.collect(),
                place: (left, right, bottom, top),
                limits: (1.0, most as f32),
                colours: Colours::Counts,
                unit: "weights".to_owned(),
            },
        )
        .mark("", Ink::Faint, Shape::Text { at: (left, top), text: "pruned".to_owned() });
    if ends[0].0 < ends[1].0 {
        let at = (ends[0].0 + 1.0, bottom);
        plot = plot
            .mark(
                "",
                Ink::Series(1),
                Shape::Line { points: ends.to_vec(), thin: false, ends: false },
            )
            .mark("", Ink::Series(1), Shape::Text { at, text: words.clone() });
    }
    let layers = || mean.iter().zip(log_sigma);
    let pruned: usize = layers().map(|(mean, s)| count_pruned(mean, s, threshold)).sum();
    let total: usize = log_sigma.iter().map(|layer| layer.len()).sum();
    plot.reading(format!(
        "Log |μ| against log σ of {} weights at epoch {epoch}: {} are beyond the line {words} and pruned.",
        fixed(total as f64, 0),
        fixed(pruned as f64, 0),
    ))
}

/// How many weights lie in every bin, row by row from the lowest log σ.
fn bin(mean: &[&[f32]], log_sigma: &[&[f32]]) -> Vec<u32> {
    let mut counts = vec![0; BINS.0 * BINS.1 + 1];
    let mut places = [0; CHUNK];
    for (mean, log_sigma) in mean.iter().zip(log_sigma) {
        for (mean, log_sigma) in mean.chunks(CHUNK).zip(log_sigma.chunks(CHUNK)) {
            locate(mean, log_sigma, &mut places);
            for &place in &places[..mean.len().min(log_sigma.len())] {
                counts[place as usize] += 1;
            }
        }
    }
    counts.truncate(BINS.0 * BINS.1);
    counts
}

/// Weights located at a time: they stay in the nearest cache.
const CHUNK: usize = 1024;

/// Adding 2²³ leaves the nearest whole number in the lowest bits.
const ROUND: f32 = 8_388_608.0;

/// The bin of a value in a range.
#[inline(always)]
fn place(value: f32, (low, high): (f32, f32), bins: usize) -> u32 {
    let place = (value - low) * (bins as f32 / (high - low)) - 0.5;
    (place.max(0.0).min((bins - 1) as f32) + ROUND).to_bits() & 0xFFFF
}

simd! {
    /// The bin of every weight; weights that are not numbers lie in one bin more.
    fn locate(mean: &[f32], log_sigma: &[f32], places: &mut [u32; CHUNK]) {
        for ((out, &mean), &log_sigma) in places.iter_mut().zip(mean).zip(log_sigma) {
            // Far below the range, far above what ln takes.
            let log_mean = math::ln(mean.abs().max(1e-30));
            let bin = place(log_sigma, Y, BINS.1) * BINS.0 as u32 + place(log_mean, X, BINS.0);
            let known = mean.is_finite() && log_sigma.is_finite();
            *out = if known { bin } else { (BINS.0 * BINS.1) as u32 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_counted_once_where_it_lies() {
        let mean = [1.0, -1.0, 0.0, f32::NAN, 1e-3, 1e20];
        let log_sigma = [-5.0, -5.0, -20.0, 0.0, f32::INFINITY, 50.0];
        let bins = bin(&[&mean], &[&log_sigma]);
        assert_eq!(bins.iter().sum::<u32>(), 4);
        // ln 1 = 0 is 14/16 of the way across 120 bins; −5 is half of the way up 80 bins.
        let at = |x: usize, y: usize| bins[y * BINS.0 + x];
        assert_eq!(at(104, 40) + at(105, 40) + at(104, 39) + at(105, 39), 2);
        assert_eq!((at(0, 0), at(119, 79)), (1, 1));
    }
}
