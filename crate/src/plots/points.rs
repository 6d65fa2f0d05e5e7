//! Signs at points, and upright ranges.

use plotters::style::{Color, RGBAColor};

use super::axes::Axes;
use super::brush::{Drawn, Place};
use super::pen::Pen;
use super::plot::{Ink, Sign};
use crate::linalg::math;

/// Half a diamond's height in CSS pixels.
const DIAMOND: f64 = 4.0;

/// Draws a sign at every point that lies in the plot; a triangle at the top where it is infinitely
/// far up.
pub fn draw_points(
    pen: &Pen<'_>,
    axes: &Axes<'_>,
    points: &[(f64, f64)],
    sign: Sign,
    ink: Ink,
) -> Drawn {
    for &point in points {
        let place = axes.place(point);
        if point.1 == f64::INFINITY && axes.holds((place.0, axes.top)) {
            beyond(pen, (place.0, axes.top), pen.theme.solid(ink))?;
        } else if axes.holds(place) {
            draw_sign(pen, sign, ink, place)?;
        }
    }
    Ok(())
}

/// One sign.
pub fn draw_sign(pen: &Pen<'_>, sign: Sign, ink: Ink, at: Place) -> Drawn {
    let colour = pen.theme.solid(ink);
    match (sign, ink) {
        (Sign::Speck, _) => pen.dot(at, 1.5, colour.mix(0.75)),
        (Sign::Dot, _) => pen.bead(at, 2.5, pen.theme.fill(ink, 1.0)),
        (Sign::Diamond, _) => diamond(pen, at, colour),
        (Sign::Cross, _) => cross(pen, at, colour),
        (Sign::Class, Ink::Series(class) | Ink::Veiled(class)) => {
            class_sign(pen, class, at, 1.35, pen.theme.paper)?;
            class_sign(pen, class, at, 1.0, colour)
        }
        (Sign::Class, _) => pen.bead(at, 3.5, colour),
    }
}

/// A disc, a square, a triangle, a star.
fn class_sign(pen: &Pen<'_>, class: usize, (x, y): Place, grown: f64, colour: RGBAColor) -> Drawn {
    let r = pen.px(3.5 * grown);
    match class % 4 {
        0 => pen.dot((x, y), 3.5 * grown, colour),
        1 => pen.rectangle((x - 0.9 * r, y - 0.9 * r), (x + 0.9 * r, y + 0.9 * r), colour),
        2 => pen.polygon(&around((x, y), &[1.25 * r], 3), colour),
        _ => pen.polygon(&around((x, y), &[1.35 * r, 0.6 * r], 10), colour),
    }
}

/// `corners` places around one, the first above it, at these distances in turn.
fn around((x, y): Place, distances: &[f64], corners: usize) -> Vec<Place> {
    let corner = |i: usize| {
        let r = distances[i % distances.len()];
        let (sin, cos) = math::sin_cos(i as f32 / corners as f32);
        (x + r * f64::from(sin), y - r * f64::from(cos))
    };
    (0..corners).map(corner).collect()
}

/// An outlined diamond, filled with paper.
fn diamond(pen: &Pen<'_>, (x, y): Place, colour: RGBAColor) -> Drawn {
    let r = pen.px(DIAMOND);
    let outline = [(x - r, y), (x, y - r), (x + r, y), (x, y + r), (x - r, y), (x, y - r)];
    pen.polygon(&outline[..4], pen.theme.paper)?;
    pen.line(&outline, colour, 1.5, &[])
}

/// A cross.
pub fn cross(pen: &Pen<'_>, (x, y): Place, colour: RGBAColor) -> Drawn {
    let r = pen.px(3.5);
    pen.line(&[(x - r, y - r), (x + r, y + r)], colour, 1.5, &[])?;
    pen.line(&[(x - r, y + r), (x + r, y - r)], colour, 1.5, &[])
}

/// A triangle at the top: the value is infinite.
pub fn beyond(pen: &Pen<'_>, (x, top): Place, colour: RGBAColor) -> Drawn {
    let r = pen.px(4.0);
    pen.polygon(&[(x - r, top + 1.7 * r), (x, top), (x + r, top + 1.7 * r)], colour)
}

/// Upright lines with bars at their ends. Where both ends agree, one would be a smudge.
pub fn draw_whiskers(
    pen: &Pen<'_>,
    axes: &Axes<'_>,
    ranges: &[(f64, f64, f64)],
    ink: Ink,
) -> Drawn {
    for &(x, low, high) in ranges {
        let (x, top, bottom) = (axes.x(x), axes.within(axes.y(high)), axes.within(axes.y(low)));
        if axes.holds((x, top)) && bottom - top > pen.px(2.0) {
            whisker(pen, x, (top, bottom), pen.theme.fill(ink, 1.0))?;
        }
    }
    Ok(())
}

/// An upright line with bars at its ends.
pub fn whisker(pen: &Pen<'_>, x: f64, (top, bottom): (f64, f64), colour: RGBAColor) -> Drawn {
    let bar = (x - pen.px(3.0), x + pen.px(3.5));
    pen.vertical(x, (top, bottom), colour)?;
    pen.horizontal(top, bar, colour)?;
    pen.horizontal(bottom, bar, colour)
}
