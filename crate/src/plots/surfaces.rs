//! Bands, areas and bars: what is filled.

use super::axes::Axes;
use super::brush::{Drawn, Place};
use super::pen::Pen;
use super::plot::Ink;

/// Fills what lies between two lines; a point that is not known parts it.
pub fn draw_band(pen: &Pen<'_>, axes: &Axes<'_>, points: &[(f64, f64, f64)], ink: Ink) -> Drawn {
    let strength = match ink {
        Ink::Ink | Ink::Faint => 0.1,
        _ => 0.22,
    };
    let known = |p: &(f64, f64, f64)| p.0.is_finite() && !p.1.is_nan() && !p.2.is_nan();
    for run in points.split(|point| !known(point)).filter(|run| run.len() > 1) {
        let place = |x: f64, y: f64| -> Place {
            (axes.x(x).max(axes.left).min(axes.right), axes.within(axes.y(y)))
        };
        let mut outline: Vec<Place> = run.iter().map(|p| place(p.0, p.1)).collect();
        outline.extend(run.iter().rev().map(|p| place(p.0, p.2)));
        pen.polygon(&outline, pen.theme.fill(ink, strength))?;
    }
    Ok(())
}

/// Fills what lies between a line and zero.
pub fn draw_area(pen: &Pen<'_>, axes: &Axes<'_>, points: &[(f64, f64)], ink: Ink) -> Drawn {
    let band: Vec<_> = points.iter().map(|&(x, y)| (x, zero(axes), y)).collect();
    draw_band(pen, axes, &band, ink)
}

/// Where boxes and areas begin: zero, or the end of a logarithmic axis.
fn zero(axes: &Axes<'_>) -> f64 {
    if axes.y.logarithmic { axes.y.low } else { 0.0 }
}

/// Draws boxes; those that touch have one outline, unless they are veiled.
pub fn draw_bars(pen: &Pen<'_>, axes: &Axes<'_>, bars: &[(f64, f64, f64)], ink: Ink) -> Drawn {
    let edge = |x: f64| pen.snap(axes.x(x)).max(axes.left).min(axes.right);
    let ground = axes.within(axes.y(zero(axes)));
    let known = |bar: &(f64, f64, f64)| bar.0.is_finite() && bar.1.is_finite() && !bar.2.is_nan();
    let bars: Vec<_> = bars.iter().copied().filter(known).collect();
    for run in bars.chunk_by(|a, b| edge(a.1) == edge(b.0)) {
        let mut outline = Vec::new();
        for &(left, right, y) in run {
            let top = axes.within(axes.y(y));
            outline.extend([(edge(left), top), (edge(right), top)]);
        }
        if outline.iter().all(|place| place.1 == ground) {
            continue;
        }
        if !matches!(ink, Ink::Veiled(_)) {
            pen.line(&outline, pen.theme.solid(ink), 1.5, &[])?;
        }
        let (first, last) = (outline[0].0, outline[outline.len() - 1].0);
        outline.extend([(last, ground), (first, ground)]);
        pen.polygon(&outline, pen.theme.fill(ink, 0.5))?;
    }
    Ok(())
}
