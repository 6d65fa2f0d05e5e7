//! Cells as colours, and the bar that says what the colours mean.

use plotters::style::RGBAColor;

use super::axes::Axes;
use super::axis::Axis;
use super::brush::{Align, Drawn};
use super::pen::Pen;
use super::plot::{Colours, Shape};
use super::theme::{Theme, blend};

/// Colours are told apart in so many steps, so that neighbours of one colour are one box.
const STEPS: f64 = 48.0;

/// Draws a raster's cells: nothing where a value is not a number.
pub fn draw_raster(pen: &Pen<'_>, axes: &Axes<'_>, shape: &Shape) -> Drawn {
    let Shape::Raster { cells, place, colours, .. } = shape else { return Ok(()) };
    let scale = scale(shape);
    let (left, right, bottom, top) = *place;
    let across = |x: f64| pen.snap(axes.x(x)).max(axes.left).min(axes.right);
    let up = |y: f64| pen.snap(axes.within(axes.y(y)));
    let under = pen.px(1.0);
    let steps = |line: &[f32]| line.iter().map(|&value| step(&scale, value)).collect::<Vec<_>>();
    for (row, line) in cells.iter().enumerate() {
        let x = |i: usize| across(left + (right - left) * i as f64 / line.len() as f64);
        let y = |i: usize| up(top + (bottom - top) * i as f64 / cells.len() as f64);
        let (line, next) = (steps(line), cells.get(row + 1).map_or(Vec::new(), |next| steps(next)));
        let mut column = 0;
        for run in line.chunk_by(|a, b| a == b) {
            let end = column + run.len();
            if let Some(step) = run[0] {
                // Boxes reach under those that are drawn later: no seam is left between them.
                let covered = |cells: Option<&[Option<i32>]>| {
                    let all = cells.is_some_and(|cells| cells.iter().all(Option::is_some));
                    if all { under } else { 0.0 }
                };
                let right = x(end) + covered(line.get(end..end + 1));
                let low = y(row + 1) + covered(next.get(column..end));
                let colour = colour(pen.theme, *colours, f64::from(step) / STEPS);
                pen.rectangle((x(column), y(row)), (right, low), colour)?;
            }
            column = end;
        }
    }
    Ok(())
}

/// The values that the colours stand for, as an axis.
fn scale(shape: &Shape) -> Axis {
    let Shape::Raster { limits, unit, colours, .. } = shape else { return Axis::default() };
    let (low, high) = (f64::from(limits.0), f64::from(limits.1));
    let axis = match colours {
        Colours::Counts => Axis::logarithmic(unit, low.max(1.0), high),
        _ => Axis::linear(unit, low, high),
    };
    axis.drawable()
}

/// The step of a value's colour; none if there is nothing.
fn step(scale: &Axis, value: f32) -> Option<i32> {
    let share = scale.share(f64::from(value));
    let shown = !(share.is_nan() || (scale.logarithmic && value <= 0.0));
    shown.then(|| (share.clamp(0.0, 1.0) * STEPS).round() as i32)
}

/// The colour of 0 … 1.
fn colour(theme: &Theme, colours: Colours, t: f64) -> RGBAColor {
    match colours {
        Colours::Sequential if t > 0.6 => blend(theme.series[0], theme.ink, 2.0 * (t - 0.6)),
        Colours::Sequential => blend(theme.paper, theme.series[0], 0.03 + 0.97 * t / 0.6),
        Colours::Counts => blend(theme.paper, theme.series[0], 0.15 + 0.85 * t),
        Colours::Diverging if t < 0.5 => blend(theme.paper, theme.cold, 1.0 - 2.0 * t),
        Colours::Diverging => blend(theme.paper, theme.warm, 2.0 * t - 1.0),
    }
}

/// Where the bar of colours begins beside the plot, and how wide it is, in CSS pixels.
const BAR: (f64, f64) = (10.0, 9.0);

/// The room that a raster's bar of colours takes beside the plot; none for other marks.
pub fn bar_width(pen: &Pen<'_>, shape: &Shape) -> Option<f64> {
    let Shape::Raster { .. } = shape else { return None };
    let texts = ticks(pen, &scale(shape), pen.size().1);
    let widest = texts.iter().map(|(_, text)| pen.width(text)).fold(0.0, f64::max);
    Some(pen.em(BAR.0 + BAR.1 + 9.0) + widest)
}

fn ticks(pen: &Pen<'_>, scale: &Axis, length: f64) -> Vec<(f64, String)> {
    scale.ticks(length, pen.em(if scale.logarithmic { 14.0 } else { 22.0 }))
}

/// Draws the bar of colours beside the plot.
pub fn draw_bar(pen: &Pen<'_>, axes: &Axes<'_>, shape: &Shape) -> Drawn {
    let Shape::Raster { colours, .. } = shape else { return Ok(()) };
    let scale = scale(shape);
    let left = pen.snap(axes.right + pen.em(BAR.0));
    let right = left + pen.em(BAR.1);
    let up = |share: f64| pen.snap(axes.bottom - share * (axes.bottom - axes.top));
    for step in 0..STEPS as u32 {
        // Each reaches to the top, under those that are drawn later.
        let (low, high) = (f64::from(step) / STEPS, 1.0);
        let colour = colour(pen.theme, *colours, low + 0.5 / STEPS);
        pen.rectangle((left, up(low)), (right, up(high)), colour)?;
    }
    for (value, text) in ticks(pen, &scale, axes.bottom - axes.top) {
        let y = up(scale.share(value));
        pen.horizontal(y, (right, right + pen.px(3.0)), pen.theme.faint)?;
        pen.text(&text, (right + pen.em(5.0), y), Align::Start, pen.theme.faint)?;
    }
    Ok(())
}
