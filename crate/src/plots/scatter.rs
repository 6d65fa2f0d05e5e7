//! All weights at once: log|μ| against log σ, and the line where pruning begins.

use crate::linalg::order;
use plotters::prelude::DrawingBackend;

use super::axes::{Axis, Numbers, Plot, Words};
use super::heatmap::count_pruned;
use super::numbers::{fixed, short};
use super::pen::{Align, Drawn, Pen, veiled};
use super::{Area, Theme, blend};
use crate::linalg::{math, simd};

/// The range of log|μ|; what is beyond lies on the edge.
const X: (f32, f32) = (-14.0, 2.0);
/// The range of log σ.
const Y: (f32, f32) = (-12.0, 2.0);
/// Bins across and up.
const BINS: (usize, usize) = (120, 80);
/// Shades of density, each twice as dense as the one before.
const SHADES: usize = 8;

/// How many weights lie beyond the pruning line at `epoch`, in one sentence.
pub fn describe_scatter(
    mean: &[&[f32]],
    log_sigma: &[&[f32]],
    threshold: f32,
    epoch: u32,
) -> String {
    let number = |n: usize| fixed(n as f64, 0);
    let total: usize = log_sigma.iter().map(|layer| layer.len()).sum();
    if total == 0 {
        return NO_SIGMA.to_owned();
    }
    let layers = mean.iter().zip(log_sigma);
    let pruned: usize = layers.map(|(mean, s)| count_pruned(mean, s, threshold)).sum();
    format!(
        "Log |μ| against log σ of {} weights at epoch {epoch}: {} are beyond the line log α = {} and pruned.",
        number(total),
        number(pruned),
        short(f64::from(threshold)),
    )
}

const NO_SIGMA: &str = "Point estimates have no σ.";

/// Draws how many weights lie where, for all layers together: `mean` and `log_sigma` have one
/// slice a layer.
pub fn draw_scatter<DB: DrawingBackend>(
    area: &Area<'_, DB>,
    mean: &[&[f32]],
    log_sigma: &[&[f32]],
    threshold: f32,
    theme: &Theme,
) -> Result<(), String> {
    let pen = Pen::new(area, theme)?;
    let axis =
        |(low, high): (f32, f32)| Axis::linear(f64::from(low), f64::from(high), Numbers::Plain);
    let words = Words {
        x: "log |μ|",
        y: "log σ",
        legend: &[],
        names: &[],
        flags: &[],
        left: 34.0,
        right: 12.0,
    };
    let plot = Plot::new(&pen, (axis(X), axis(Y)), &words)?;
    let bins = bin(mean, log_sigma);
    if bins.iter().all(|&n| n == 0) {
        return pen.message(NO_SIGMA, plot.corners());
    }

    // Pruned is where ln α = 2 ln σ − 2 ln|μ| > t, so above ln σ = ln|μ| + t/2.
    let line = |x: f64| x + 0.5 * f64::from(threshold);
    let (low, high) = (f64::from(Y.0), f64::from(Y.1));
    let inside = |x: f64| (f64::from(X.0)..=f64::from(X.1)).contains(&x);
    let ends = [f64::from(X.0), f64::from(X.1), low - line(0.0), high - line(0.0)];
    let ends = order(&ends).into_iter().map(|i| (ends[i], line(ends[i])));
    let visible = |&(x, y): &(f64, f64)| inside(x) && (low - 1e-9..=high + 1e-9).contains(&y);
    let mut ends: Vec<(f64, f64)> = ends.filter(visible).collect();
    ends.dedup();
    let place = |&(x, y): &(f64, f64)| (plot.x(x), plot.y(y));

    let ends: Vec<_> = ends.iter().map(place).collect();
    let shade = veiled(theme.faint, 0.1);
    match ends[..] {
        [from, to] => {
            // Up along the left edge and along the top to the line's upper end.
            let mut side = vec![from];
            if from.1 > plot.bottom - 1.0 {
                side.push((plot.left, plot.bottom));
            }
            side.push((plot.left, plot.top));
            if to.0 > plot.right - 1.0 {
                side.push((plot.right, plot.top));
            }
            side.push(to);
            pen.polygon(&side, shade)?;
        }
        // The line is not in sight: all is pruned, or nothing is.
        _ if line(f64::from(X.1)) < low => {
            pen.rectangle((plot.left, plot.top), (plot.right, plot.bottom), shade)?;
        }
        _ => {}
    }
    draw_bins(&pen, &plot, &bins)?;
    if let [from, to] = ends[..] {
        pen.line(&[from, to], theme.series[1], 1.5, &[])?;
        let text = format!("log α = {}", short(f64::from(threshold)));
        let colour = theme.series_text(1);
        // Beside the lower end of the line, where few weights are.
        let room = plot.right - from.0 > pen.width(&text) + pen.em(34.0);
        let x = if room { from.0 + pen.em(30.0) } else { plot.right - pen.width(&text) };
        let at = (x, (from.1 - pen.em(1.0)).min(plot.bottom - pen.em(8.0)));
        pen.label(&text, at, Align::Start, colour)?;
    }
    let corner = (plot.left + pen.em(6.0), plot.top + pen.em(9.0));
    pen.text("pruned", corner, Align::Start, theme.faint)
}

/// One box for every run of bins of one shade.
fn draw_bins<DB: DrawingBackend>(pen: &Pen<'_, DB>, plot: &Plot, bins: &[u32]) -> Drawn {
    let most = bins.iter().copied().max().unwrap_or(0).max(1);
    let shade = |n: u32| match n {
        0 => 0,
        n => SHADES - ((most / n).ilog2() as usize).min(SHADES - 1),
    };
    let theme = pen.theme;
    let edge = |low: f64, high: f64, i: usize, n: usize| {
        pen.snap(low + (high - low) * i as f64 / n as f64)
    };
    let x = |i| edge(plot.left, plot.right, i, BINS.0);
    let y = |i| edge(plot.bottom, plot.top, i, BINS.1);
    for (row, line) in bins.chunks(BINS.0).enumerate() {
        let shades: Vec<usize> = line.iter().map(|&n| shade(n)).collect();
        let mut column = 0;
        for run in shades.chunk_by(|a, b| a == b) {
            let end = column + run.len();
            if run[0] > 0 {
                let strength = run[0] as f64 / SHADES as f64;
                let colour = blend(theme.paper, theme.series[0], 0.15 + 0.85 * strength);
                pen.rectangle((x(column), y(row)), (x(end), y(row + 1)), colour)?;
            }
            column = end;
        }
    }
    Ok(())
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
