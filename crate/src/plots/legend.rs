//! The row above a plot: the vertical axis' name, and what the marks are.

use super::brush::{Align, Drawn, Place};
use super::pen::{Pen, SMALL};
use super::plot::{Ink, Mark, Plot, Shape};
use super::points::{draw_sign, whisker};
use super::theme::dash;

/// The row, or rows if it takes more.
pub struct Legend<'a> {
    plot: &'a Plot,
    /// Marks with the place of their sign and its width.
    signs: Vec<(&'a Mark, Place, f64)>,
    /// How many rows there are.
    pub rows: usize,
}

/// Words in the middle of a row.
fn middle(pen: &Pen<'_>, rows: usize) -> f64 {
    pen.px(4.0) + pen.em(14.0) * (rows as f64 - 0.5)
}

impl<'a> Legend<'a> {
    /// Finds room for every name.
    pub fn new(pen: &Pen<'_>, plot: &'a Plot) -> Self {
        let (start, mut rows, mut signs) = (pen.em(8.0), 1, Vec::new());
        let unit = unit(plot).map_or(0.0, |unit| pen.width(unit) + pen.em(8.0));
        let mut x = start + pen.width(&plot.y.label) + pen.em(10.0);
        for mark in named(plot) {
            let wide = match mark.shape {
                Shape::Line { .. } => pen.em(17.0),
                _ => pen.em(10.0),
            };
            let width = wide + pen.em(4.0) + pen.width(&mark.name);
            let room = pen.size().0 - pen.px(2.0) - if rows == 1 { unit } else { 0.0 };
            if x + width > room && x > start {
                rows += 1;
                x = start;
            }
            signs.push((mark, (x, middle(pen, rows)), wide));
            x += width + pen.em(9.0);
        }
        Self { plot, signs, rows }
    }

    /// Draws it.
    pub fn draw(&self, pen: &Pen<'_>) -> Drawn {
        let (theme, first) = (pen.theme, middle(pen, 1));
        pen.text(&self.plot.y.label, (pen.em(8.0), first), Align::Start, theme.faint)?;
        if let Some(unit) = unit(self.plot) {
            pen.text(unit, (pen.size().0 - pen.px(4.0), first), Align::End, theme.faint)?;
        }
        for &(mark, (x, y), wide) in &self.signs {
            draw_key(pen, mark, (x, y), wide)?;
            pen.text(&mark.name, (x + wide + pen.em(4.0), y), Align::Start, theme.ink)?;
        }
        Ok(())
    }
}

/// The marks that a legend has to tell apart: names that come again have one entry, and a single
/// one needs none.
fn named(plot: &Plot) -> Vec<&Mark> {
    let mut named: Vec<&Mark> = Vec::new();
    for mark in &plot.marks {
        let drawn = !matches!(
            mark.shape,
            Shape::Rule { .. } | Shape::Text { .. } | Shape::Raster { .. } | Shape::Table { .. }
        );
        if drawn && !mark.name.is_empty() && named.iter().all(|other| other.name != mark.name) {
            named.push(mark);
        }
    }
    if named.len() > 1 { named } else { Vec::new() }
}

/// What the colours of a raster mean.
fn unit(plot: &Plot) -> Option<&str> {
    plot.marks.iter().find_map(|mark| match &mark.shape {
        Shape::Raster { unit, .. } => Some(unit.as_str()),
        _ => None,
    })
}

/// What stands for a mark beside its name.
fn draw_key(pen: &Pen<'_>, mark: &Mark, (x, y): Place, wide: f64) -> Drawn {
    let (theme, ink) = (pen.theme, mark.ink);
    let (middle, half) = (x + 0.5 * wide, pen.em(0.36 * SMALL));
    match &mark.shape {
        Shape::Line { .. } => {
            let width = if matches!(ink, Ink::Veiled(_)) { 1.0 } else { 2.0 };
            pen.line(&[(x, y), (x + wide, y)], theme.fill(ink, 1.0), width, dash(mark))
        }
        Shape::Points { sign, .. } => draw_sign(pen, *sign, ink, (middle, y)),
        Shape::Whiskers { .. } => whisker(pen, middle, (y - half, y + half), theme.solid(ink)),
        _ => pen.rectangle((x, y - half), (x + wide, y + half), theme.fill(ink, 0.5)),
    }
}
