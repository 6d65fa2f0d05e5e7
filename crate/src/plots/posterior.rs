//! One weight's posterior, a Gaussian, and where zero lies in it.

use plotters::prelude::DrawingBackend;

use super::axes::{Axis, Numbers, Plot, Words};
use super::numbers::significant;
use super::pen::{Align, Pen, veiled};
use super::{Area, Theme};

/// Standard deviations to either side of the mean.
const REACH: f64 = 3.5;
/// Points of the curve.
const POINTS: u32 = 96;

/// Draws the density of N(`mean`, `sigma`²), with zero in sight.
pub fn draw_posterior<DB: DrawingBackend>(
    area: &Area<'_, DB>,
    mean: f32,
    sigma: f32,
    theme: &Theme,
) -> Result<(), String> {
    let pen = Pen::new(area, theme)?;
    let (mean, sigma) = (f64::from(mean), f64::from(sigma));
    // Beyond these, ticks would have no digits left.
    let drawable = mean.abs() < 1e15 && sigma > 1e-6 * mean.abs() && (1e-30..1e15).contains(&sigma);
    let (low, high) = if drawable {
        ((mean - REACH * sigma).min(-0.5 * sigma), (mean + REACH * sigma).max(0.5 * sigma))
    } else {
        (-1.0, 1.0)
    };
    let axes = (Axis::linear(low, high, Numbers::Plain), Axis::linear(0.0, 1.0, Numbers::Absent));
    let words = Words {
        x: "weight",
        y: "posterior density",
        legend: &[],
        names: &[],
        flags: &[],
        left: 12.0,
        right: 12.0,
    };
    let plot = Plot::new(&pen, axes, &words)?;
    if !drawable {
        return pen.message("The posterior has no width to draw.", plot.corners());
    }

    // The curve leaves the first row of the plot to the words.
    let row = plot.top + pen.em(6.0);
    let height = (1.0 - pen.em(14.0) / (plot.bottom - plot.top)).max(0.2);
    let density = |w: f64| height * (-0.5 * ((w - mean) / sigma).powi(2)).exp();
    let (from, to) = (mean - REACH * sigma, mean + REACH * sigma);
    let at = |i: u32| from + (to - from) * f64::from(i) / f64::from(POINTS);
    let mut curve: Vec<_> = (0..=POINTS).map(at).map(|w| (plot.x(w), plot.y(density(w)))).collect();
    pen.line(&curve, theme.series[0], 2.0, &[])?;
    curve.extend([(plot.x(to), plot.bottom), (plot.x(from), plot.bottom)]);
    pen.polygon(&curve, veiled(theme.series[0], 0.2))?;

    pen.vertical(plot.x(0.0), (plot.y(height), plot.bottom), theme.faint)?;
    pen.vertical_dashes(plot.x(mean), (plot.y(height), plot.bottom), theme.series[0])?;
    let text = format!("μ = {}, σ = {}", significant(mean), significant(sigma));
    // On the side that has more room, away from zero.
    let (x, align) = if mean < 0.0 { (plot.left, Align::Start) } else { (plot.right, Align::End) };
    pen.label(&text, (x, row), align, theme.series_text(0))?;
    Ok(())
}
