//! Drawing a plot: on the page, and with title and caption for a file.

use plotters::style::Color;

use super::axes::Axes;
use super::brush::{Align, Brush, Drawn};
use super::lines::{draw_beads, draw_ends, draw_line};
use super::pen::Pen;
use super::plot::{Handle, Mark, Plot, Shape};
use super::points::{draw_points, draw_whiskers};
use super::raster::{draw_bar, draw_raster};
use super::surfaces::{draw_area, draw_band, draw_bars};
use super::theme::Theme;
use super::words::{draw_rule, draw_table, draw_text};

/// Draws a plot on everything that there is: axes, marks, what can be moved, and the playhead, a
/// value across that the rest of the page shows.
pub fn draw(brush: &dyn Brush, plot: &Plot, theme: &Theme, playhead: Option<f64>) -> Drawn {
    let pen = Pen::new(brush, theme);
    pen.wipe()?;
    draw_with(&pen, plot, playhead)
}

/// Draws a plot that stands by itself: the title above, and below it a caption, such as the
/// experiment, the epoch, the seed and the link.
pub fn complete(brush: &dyn Brush, plot: &Plot, theme: &Theme, caption: &str) -> Drawn {
    let pen = Pen::new(brush, theme);
    pen.wipe()?;
    let (width, height) = pen.size();
    let (pad, step) = (pen.em(8.0), pen.em(15.0));
    let lines = pen.lines(caption, width - 2.0 * pad);
    let rows = if caption.is_empty() { 0.0 } else { lines.len() as f64 };
    let (top, bottom) = (pen.em(26.0), height - step * rows - pen.em(4.0));
    pen.title(&plot.title, (pad, 0.5 * top + pen.em(1.0)))?;
    draw_with(&pen.between(top, bottom), plot, None)?;
    for (line, i) in lines.iter().zip(0..) {
        let y = bottom + step * (f64::from(i) + 0.5);
        pen.text(line, (pad, y), Align::Start, theme.faint)?;
    }
    Ok(())
}

fn draw_with(pen: &Pen<'_>, plot: &Plot, playhead: Option<f64>) -> Drawn {
    let table = |mark: &Mark| matches!(mark.shape, Shape::Table { .. });
    if let Some(Mark { shape: Shape::Table { heads, rows }, .. }) =
        plot.marks.iter().find(|m| table(m))
    {
        return draw_table(pen, heads, rows);
    }
    let axes = Axes::new(pen, plot);
    let playhead =
        playhead.filter(|at| at.is_finite()).map(|at| at.max(axes.x.low).min(axes.x.high));
    axes.draw(pen)?;
    if let Some(at) = playhead {
        pen.vertical(axes.x(at), (axes.top, axes.bottom), pen.theme.ink.mix(0.55))?;
    }
    for mark in &plot.marks {
        draw_mark(pen, &axes, mark)?;
    }
    if let Some(at) = playhead {
        draw_beads(pen, &axes, plot, at)?;
    }
    draw_ends(pen, &axes, plot)?;
    for handle in &plot.handles {
        draw_handle(pen, &axes, handle)?;
    }
    if plot.message.is_empty() { Ok(()) } else { pen.message(&plot.message, axes.corners()) }
}

fn draw_mark(pen: &Pen<'_>, axes: &Axes<'_>, mark: &Mark) -> Drawn {
    let ink = mark.ink;
    match &mark.shape {
        Shape::Line { points, thin, .. } => draw_line(pen, axes, mark, points, *thin),
        Shape::Band { points } => draw_band(pen, axes, points, ink),
        Shape::Area { points } => draw_area(pen, axes, points, ink),
        Shape::Points { points, sign } => draw_points(pen, axes, points, *sign, ink),
        Shape::Bars { bars } => draw_bars(pen, axes, bars, ink),
        Shape::Whiskers { ranges } => draw_whiskers(pen, axes, ranges, ink),
        Shape::Raster { .. } => {
            draw_raster(pen, axes, &mark.shape)?;
            draw_bar(pen, axes, &mark.shape)
        }
        Shape::Rule { upright, at } => draw_rule(pen, axes, *upright, *at, &mark.name, ink),
        Shape::Text { at, text } => draw_text(pen, axes, *at, text, ink),
        // Tables take the place of the axes.
        Shape::Table { .. } => Ok(()),
    }
}

/// A grip, and a line where it moves only across or only up and down.
fn draw_handle(pen: &Pen<'_>, axes: &Axes<'_>, handle: &Handle) -> Drawn {
    let (x, y) = axes.place(handle.at);
    if !axes.holds((x, axes.within(y))) {
        return Ok(());
    }
    let (y, ink) = (axes.within(y), pen.theme.ink);
    match handle.moves {
        (true, false) => pen.vertical(x, (axes.top, axes.bottom), ink.mix(0.6))?,
        (false, true) => pen.horizontal(y, (axes.left, axes.right), ink.mix(0.6))?,
        _ => {}
    }
    pen.dot((x, y), 6.0, pen.theme.paper)?;
    pen.dot((x, y), 5.0, ink)?;
    pen.dot((x, y), 2.0, pen.theme.paper)
}
