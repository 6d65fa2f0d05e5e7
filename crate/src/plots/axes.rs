//! Axes of a plot: where everything lies, with ticks, grid, names and words above.

use plotters::style::Color;

use super::axis::{Axis, Numbers};
use super::brush::{Align, Drawn, Place};
use super::flags::{Flag, raise};
use super::legend::Legend;
use super::numbers::fixed;
use super::pen::Pen;
use super::plot::{Ink, Mark, Plot, Shape};
use super::raster::bar_width;

/// A plot's axes on an area: what is left is the picture.
pub struct Axes<'a> {
    /// The left edge.
    pub left: f64,
    /// The upper edge.
    pub top: f64,
    /// The right edge.
    pub right: f64,
    /// The lower edge.
    pub bottom: f64,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    legend: Legend<'a>,
    flags: Vec<Flag<'a>>,
    /// Where the words above the plot begin.
    head: f64,
    /// Half a number and a space, where the horizontal axis' name begins; none if it has a row
    /// of its own.
    beside: Option<f64>,
}

impl<'a> Axes<'a> {
    /// Finds where everything lies.
    pub fn new(pen: &Pen<'_>, plot: &'a Plot) -> Self {
        let (width, height) = pen.size();
        let (x, y) = (plot.x.drawable(), plot.y.drawable());
        let row = pen.em(14.0);
        let last_number = 0.5 * pen.width(&fixed(x.high, 0)) + pen.em(7.0);
        let name = last_number + pen.width(&x.label);
        let left = left_margin(pen, &y, height);
        let right = (width - right_margin(pen, plot, name)).max(left + 1.0);
        let legend = Legend::new(pen, plot);
        let head = pen.px(4.0) + row * legend.rows as f64;
        let across = |value: f64| left + x.share(value) * (right - left);
        let flags = raise(pen, &upright_rules(plot, &x), &across);
        let rows = flags.iter().map(|flag| flag.row + 1).max().unwrap_or(0);
        let top = head + pen.em(13.0) * rows as f64 + pen.em(6.0);
        let beside = (name <= width - right).then_some(last_number);
        let own_row = if beside.is_some() || x.label.is_empty() { pen.px(4.0) } else { row };
        let bottom = (height - pen.em(16.0) - own_row).max(top + 1.0);
        Self { left, top, right, bottom, x, y, legend, flags, head, beside }
    }

    /// Draws axes, grid and words.
    pub fn draw(&self, pen: &Pen<'_>) -> Drawn {
        self.legend.draw(pen)?;
        self.draw_heights(pen)?;
        self.draw_across(pen)?;
        for flag in &self.flags {
            let y = self.head + pen.em(13.0) * (flag.row as f64 + 0.5);
            self.upright(pen, flag.x, y - pen.em(5.0), flag.ink)?;
            pen.text(flag.word, (flag.left, y), Align::Start, pen.theme.words(flag.ink))?;
        }
        Ok(())
    }

    fn draw_heights(&self, pen: &Pen<'_>) -> Drawn {
        let theme = pen.theme;
        let gap = if self.y.logarithmic { pen.em(14.0) } else { pen.em(22.0) };
        for (value, text) in self.y.ticks(self.bottom - self.top, gap) {
            let at = self.y(value);
            pen.horizontal(at, (self.left, self.right), theme.grid)?;
            pen.text(&text, (self.left - pen.em(5.0), at), Align::End, theme.faint)?;
        }
        Ok(())
    }

    fn draw_across(&self, pen: &Pen<'_>) -> Drawn {
        let (theme, names) = (pen.theme, &self.x.names);
        let (bottom, number_row) = (self.bottom, self.bottom + pen.em(10.0));
        let widest = pen.width(&fixed(self.x.high, 0));
        let gap = match self.x.numbers {
            Numbers::Whole => widest + pen.em(6.0),
            _ => 1.5 * widest.max(pen.em(26.0)),
        };
        let mut free = f64::NEG_INFINITY;
        for (value, text) in self.x.ticks(self.right - self.left, gap) {
            let text = if names.is_empty() { text } else { brief_name(&text) };
            let (at, half) = (self.x(value), 0.5 * pen.width(&text));
            // A name that would lie on the one before is left out.
            if !names.is_empty() && at - half < free {
                continue;
            }
            free = at + half + pen.em(2.0);
            pen.vertical(at, (bottom, bottom + pen.px(4.0)), theme.faint)?;
            pen.text(&text, (at, number_row), Align::Middle, theme.faint)?;
        }
        pen.horizontal(bottom, (self.left, self.right), theme.faint)?;
        let (at, align) = match self.beside {
            Some(last_number) => ((self.right + last_number, number_row), Align::Start),
            None => ((self.right, number_row + pen.em(14.0)), Align::End),
        };
        pen.text(&self.x.label, at, align, theme.faint)
    }

    /// Draws a rule: dashes in the background, a line if it belongs to something.
    pub fn upright(&self, pen: &Pen<'_>, x: f64, top: f64, ink: Ink) -> Drawn {
        match ink {
            Ink::Faint => pen.vertical_dashes(x, (top, self.bottom), pen.theme.faint.mix(0.8)),
            ink => pen.vertical(x, (top, self.bottom), pen.theme.fill(ink, 1.0)),
        }
    }

    /// The place of a value across.
    pub fn x(&self, value: f64) -> f64 {
        self.left + self.x.share(value) * (self.right - self.left)
    }

    /// The place of a value up.
    pub fn y(&self, value: f64) -> f64 {
        self.bottom - self.y.share(value) * (self.bottom - self.top)
    }

    /// The values at a place: what a click or a drag means.
    pub fn values(&self, (x, y): Place) -> (f64, f64) {
        let share = |at: f64, low: f64, high: f64| (at - low) / (high - low);
        let across = share(x, self.left, self.right);
        (self.x.value(across), self.y.value(share(y, self.bottom, self.top)))
    }

    /// Where a point lies.
    pub fn place(&self, (x, y): (f64, f64)) -> Place {
        (self.x(x), self.y(y))
    }

    /// Whether a place lies in the plot or on its edge.
    pub fn holds(&self, (x, y): Place) -> bool {
        (self.left - 1.0..=self.right + 1.0).contains(&x)
            && (self.top - 1.0..=self.bottom + 1.0).contains(&y)
    }

    /// The height nearest to `y` in the plot.
    pub fn within(&self, y: f64) -> f64 {
        y.max(self.top).min(self.bottom)
    }

    /// Upper left and lower right corner.
    pub fn corners(&self) -> (Place, Place) {
        ((self.left, self.top), (self.right, self.bottom))
    }
}

/// Room for numbers to the left, in steps, so that the plot does not move with every digit.
fn left_margin(pen: &Pen<'_>, y: &Axis, height: f64) -> f64 {
    if y.numbers == Numbers::Absent {
        return pen.em(12.0);
    }
    let gap = if y.logarithmic { pen.em(14.0) } else { pen.em(22.0) };
    let texts = y.ticks(height, gap);
    let widest = texts.iter().map(|(_, text)| pen.width(text)).fold(0.0, f64::max);
    let least = if y.numbers == Numbers::Times { 42.0 } else { 34.0 };
    stepped(pen, widest + pen.em(9.0), least, 8.0)
}

/// Room to the right: for a bar of colours, for what stands at the ends of lines, or for the `name`
/// of the horizontal axis where whole numbers leave half a step there.
fn right_margin(pen: &Pen<'_>, plot: &Plot, name: f64) -> f64 {
    if let Some(bar) = plot.marks.iter().find_map(|mark| bar_width(pen, &mark.shape)) {
        return bar;
    }
    let end = |mark: &Mark| match &mark.shape {
        Shape::Line { points, ends: true, .. } => {
            let last = points.iter().rev().find(|p| p.1.is_finite());
            Some(last.map_or(0.0, |p| pen.width(&plot.y.write(p.1))))
        }
        _ => None,
    };
    match plot.marks.iter().filter_map(end).reduce(f64::max) {
        Some(widest) => {
            let least = if plot.y.numbers == Numbers::Powers { 68.0 } else { 54.0 };
            stepped(pen, widest + pen.em(14.0), least, 14.0)
        }
        None if plot.x.numbers == Numbers::Whole && name <= pen.em(46.0) => pen.em(46.0),
        None => pen.em(12.0),
    }
}

/// At least `least` CSS pixels, and so many steps more that a width finds room.
fn stepped(pen: &Pen<'_>, width: f64, least: f64, step: f64) -> f64 {
    let steps = ((width - pen.em(least)) / pen.em(step)).ceil().clamp(0.0, 20.0);
    pen.em(least + step * steps)
}

/// Where upright rules with a word are, and what it is.
fn upright_rules<'a>(plot: &'a Plot, x: &Axis) -> Vec<(f64, &'a str, Ink)> {
    let rule = |mark: &'a Mark| match mark.shape {
        Shape::Rule { upright: true, at } if (x.low..=x.high).contains(&at) => {
            (!mark.name.is_empty()).then_some((at, mark.name.as_str(), mark.ink))
        }
        _ => None,
    };
    plot.marks.iter().filter_map(rule).collect()
}

/// The beginning of a long name.
fn brief_name(name: &str) -> String {
    const MOST: usize = 10;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
}
