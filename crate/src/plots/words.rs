//! Rules, words at places and tables of words.

use plotters::style::Color;

use super::axes::Axes;
use super::brush::{Align, Drawn};
use super::pen::Pen;
use super::plot::Ink;

/// Draws a straight line across the plot. A level one has its word at its right end; an upright
/// one that has a word is drawn with the axes.
pub fn draw_rule(
    pen: &Pen<'_>,
    axes: &Axes<'_>,
    upright: bool,
    at: f64,
    name: &str,
    ink: Ink,
) -> Drawn {
    if upright {
        let x = axes.x(at);
        let drawn = name.is_empty() && axes.holds((x, axes.top));
        return if drawn { axes.upright(pen, x, axes.top, ink) } else { Ok(()) };
    }
    let y = axes.y(at);
    if !axes.holds((axes.left, y)) {
        return Ok(());
    }
    let across = (axes.left, axes.right);
    match ink {
        Ink::Faint => pen.horizontal_dashes(y, across, pen.theme.faint.mix(0.8))?,
        ink => pen.horizontal(y, across, pen.theme.fill(ink, 1.0))?,
    }
    // Above the line if there is room.
    let lift = if y - pen.em(14.0) < axes.top { -pen.em(8.0) } else { pen.em(8.0) };
    let place = (axes.right - pen.em(2.0), y - lift);
    if name.is_empty() {
        return Ok(());
    }
    pen.label(name, place, Align::End, pen.theme.words(ink))
}

/// Writes a word at a place, before it if there is no room behind.
pub fn draw_text(pen: &Pen<'_>, axes: &Axes<'_>, at: (f64, f64), text: &str, ink: Ink) -> Drawn {
    let (x, y) = axes.place(at);
    if !axes.holds((x, axes.top)) || y.is_nan() {
        return Ok(());
    }
    let half = pen.em(8.0);
    let y = y.max(axes.top + half).min((axes.bottom - half).max(axes.top + half));
    // Beside a triangle that stands for what is infinite, where nothing else is.
    let (beside, edge) = if at.1.is_finite() { (4.0, axes.right) } else { (8.0, pen.size().0) };
    let beside = pen.em(beside);
    let room = edge - x > pen.width(text) + beside;
    let (x, align) = if room { (x + beside, Align::Start) } else { (x - beside, Align::End) };
    match ink {
        Ink::Faint => pen.text(text, (x, y), align, pen.theme.faint),
        ink => pen.label(text, (x, y), align, pen.theme.words(ink)),
    }
}

/// Writes rows of words: the first column to the left, numbers to the right of their columns.
pub fn draw_table(pen: &Pen<'_>, heads: &[String], rows: &[Vec<String>]) -> Drawn {
    let (width, height) = pen.size();
    let (pad, step) = (pen.em(8.0), pen.em(18.0));
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column));
    let widest = |column: usize| {
        let texts = cells(column).chain(&heads[column..=column]);
        texts.map(|text| pen.width(text)).fold(0.0, f64::max)
    };
    let widths: Vec<f64> = (0..heads.len()).map(widest).collect();
    let spare = width - 2.0 * pad - widths.iter().sum::<f64>();
    let gap = (spare / (heads.len().max(2) - 1) as f64).min(pen.em(28.0));
    let mut left = pad;
    for (column, &wide) in widths.iter().enumerate() {
        let right = column > 0 && cells(column).all(|text| is_number(text));
        let (x, align) = if right { (left + wide, Align::End) } else { (left, Align::Start) };
        pen.text(&heads[column], (x, 0.5 * step), align, pen.theme.faint)?;
        for (row, text) in cells(column).enumerate() {
            let y = step * (row as f64 + 1.7);
            if y < height {
                pen.text(text, (x, y), align, pen.theme.ink)?;
            }
        }
        left += wide + gap;
    }
    let end = (left - gap).max(pad);
    pen.horizontal(1.05 * step, (pad, end), pen.theme.faint)
}

/// Whether a text is a number as it is read: "−0.53 nats", "97.8 %", or nothing.
fn is_number(text: &str) -> bool {
    text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit() || "−–±".contains(c))
}
