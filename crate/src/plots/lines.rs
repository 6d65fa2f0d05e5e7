//! Lines: cut at the plot's edges, with beads where the playhead is and values at their ends.

use plotters::style::Color;

use super::axes::Axes;
use super::brush::{Align, Drawn, Place};
use super::pen::{Pen, spread};
use super::plot::{Ink, Mark, Plot, Shape};
use super::points::{beyond, cross};
use super::theme::dash;

/// Draws a line with its gaps: a triangle at the top where it is infinite, a cross on the axis
/// where it is not a number, a dot where a value stands alone.
pub fn draw_line(
    pen: &Pen<'_>,
    axes: &Axes<'_>,
    mark: &Mark,
    points: &[(f64, f64)],
    thin: bool,
) -> Drawn {
    let solid = pen.theme.solid(mark.ink);
    let veiled = matches!(mark.ink, Ink::Veiled(_));
    let colour = if veiled { solid.mix(0.35) } else { solid };
    let width = if thin { 1.0 } else { 2.0 };
    for run in runs(axes, points) {
        for piece in cut(&run, axes) {
            pen.line(&piece, colour, width, dash(mark))?;
        }
        if run.len() == 1 && axes.holds(run[0]) {
            pen.dot(run[0], if thin { 1.5 } else { 2.5 }, colour)?;
        }
    }
    for &(x, y) in points {
        let x = axes.x(x);
        match y {
            _ if y.is_finite() || !axes.holds((x, axes.top)) => {}
            y if y == f64::INFINITY => beyond(pen, (x, axes.top), colour)?,
            _ => cross(pen, (x, axes.bottom), colour)?,
        }
    }
    Ok(())
}

/// The unbroken runs of a line, as places; they may leave the plot.
fn runs(axes: &Axes<'_>, points: &[(f64, f64)]) -> Vec<Vec<Place>> {
    let mut runs = vec![Vec::new()];
    for &point in points {
        let (x, y) = axes.place(point);
        if x.is_finite() && y.is_finite() {
            runs.last_mut().expect("there is one").push((x, y));
        } else if runs.last().is_some_and(|run| !run.is_empty()) {
            runs.push(Vec::new());
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// The pieces of a line that lie in the plot.
fn cut(run: &[Place], axes: &Axes<'_>) -> Vec<Vec<Place>> {
    let turn = |piece: Vec<Place>| piece.into_iter().map(|(a, b)| (b, a)).collect::<Vec<Place>>();
    let mut pieces = Vec::new();
    for piece in clip(run, axes.top, axes.bottom) {
        let across = clip(&turn(piece), axes.left, axes.right);
        pieces.extend(across.into_iter().map(turn));
    }
    pieces
}

/// The pieces of a line between two heights.
fn clip(run: &[Place], top: f64, bottom: f64) -> Vec<Vec<Place>> {
    let mut pieces: Vec<Vec<Place>> = Vec::new();
    for pair in run.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let at = |y: f64| (a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0), y);
        let bring = |p: Place| match p.1 {
            y if y < top => at(top),
            y if y > bottom => at(bottom),
            _ => p,
        };
        if a.1.max(b.1) < top || a.1.min(b.1) > bottom {
            continue;
        }
        let (from, to) = (bring(a), bring(b));
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    pieces
}

/// The lines of a plot that are as wide as lines are.
fn main_lines(plot: &Plot) -> impl Iterator<Item = (&Mark, &[(f64, f64)], bool)> {
    plot.marks.iter().filter_map(|mark| match &mark.shape {
        Shape::Line { points, ends, .. } if !matches!(mark.ink, Ink::Veiled(_)) => {
            Some((mark, points.as_slice(), *ends))
        }
        _ => None,
    })
}

/// Draws a bead on every line at the playhead, or where the lines end before it.
pub fn draw_beads(pen: &Pen<'_>, axes: &Axes<'_>, plot: &Plot, playhead: f64) -> Drawn {
    let lines = || main_lines(plot);
    let last = lines().filter_map(|(_, points, _)| points.last()).map(|p| p.0);
    let last = last.filter(|x| x.is_finite()).fold(f64::NEG_INFINITY, f64::max);
    let x = axes.x(playhead.min(last));
    for (mark, points, _) in lines() {
        let runs = runs(axes, points);
        let mut segments = runs.iter().flat_map(|run| run.windows(2));
        let across = segments.rfind(|w| w[0].0 <= x && x <= w[1].0);
        let single = runs.iter().find(|run| run.len() == 1 && (run[0].0 - x).abs() < 0.5);
        let y = match (across, single) {
            (Some(w), _) if w[1].0 > w[0].0 => {
                w[0].1 + (x - w[0].0) / (w[1].0 - w[0].0) * (w[1].1 - w[0].1)
            }
            (_, Some(run)) => run[0].1,
            _ => continue,
        };
        if axes.holds((x, y)) {
            pen.bead((x, y), 3.0, pen.theme.solid(mark.ink))?;
        }
    }
    Ok(())
}

/// Writes the last values beside the ends of their lines, as many as there is room for.
pub fn draw_ends(pen: &Pen<'_>, axes: &Axes<'_>, plot: &Plot) -> Drawn {
    let (half, gap) = (pen.em(6.0), pen.em(12.5));
    let mut ends = Vec::new();
    for (mark, points, _) in main_lines(plot).filter(|line| line.2) {
        let Some(&point) = points.iter().rev().find(|p| p.0.is_finite()) else { continue };
        let place = axes.place(point);
        // A flow through the bottom or a logarithm of 0 has no end to label.
        if point.1.is_finite() && axes.holds(place) {
            ends.push((mark.ink, place, axes.y.write(point.1)));
        }
    }
    let room = ((axes.bottom - axes.top - 2.0 * half) / gap).max(0.0) as usize + 1;
    ends.truncate(room);
    let wanted: Vec<f64> = ends.iter().map(|(_, (_, y), _)| *y).collect();
    let places = spread(&wanted, gap, axes.top + half, axes.bottom - half);
    for ((ink, (x, y), text), place) in ends.into_iter().zip(places) {
        let (near, far) = (x + pen.px(3.0), x + pen.em(9.0));
        pen.line(&[(near, y), (far, place)], pen.theme.solid(ink).mix(0.6), 1.0, &[])?;
        pen.label(&text, (far + pen.px(2.0), place), Align::Start, pen.theme.words(ink))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_edges() {
        let run = [(0.0, 20.0), (10.0, 0.0), (20.0, 5.0), (30.0, 15.0)];
        assert_eq!(
            clip(&run, 0.0, 10.0),
            [vec![(5.0, 10.0), (10.0, 0.0), (20.0, 5.0), (25.0, 10.0)]]
        );
        let out_and_in = [(0.0, 5.0), (10.0, 15.0), (20.0, 5.0)];
        assert_eq!(clip(&out_and_in, 0.0, 10.0).len(), 2);
        assert!(clip(&[(0.0, 20.0), (1.0, 30.0)], 0.0, 10.0).is_empty());
    }
}
