//! Axes: from values to places, with ticks, grid, names and a legend.

use crate::linalg::order;
use plotters::prelude::DrawingBackend;
use plotters::style::{Color, RGBAColor, RGBColor};

use super::numbers::{fixed, power_of_ten, round_up, ten_to_the};
use super::pen::{Align, Dash, Drawn, Pen, Place, SMALL};

/// How numbers are written along an axis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// 0.5, 1, 1.5
    Plain,
    /// 1×, 10×
    Times,
    /// 10⁻³, 10⁻²
    Powers,
    /// Every whole number.
    Whole,
    /// None, and no grid.
    Absent,
}

/// One axis.
#[derive(Clone, Copy)]
pub struct Axis {
    /// Where it begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// Whether equal lengths are equal factors.
    pub logarithmic: bool,
    /// Its numbers.
    pub numbers: Numbers,
}

impl Axis {
    /// A linear axis.
    pub fn linear(low: f64, high: f64, numbers: Numbers) -> Self {
        Self { low, high, logarithmic: false, numbers }
    }

    /// A logarithmic axis.
    pub fn logarithmic(low: f64, high: f64, numbers: Numbers) -> Self {
        Self { low, high, logarithmic: true, numbers }
    }

    /// Where `value` lies, 0 … 1 on the axis; may be beyond, may be not finite.
    pub fn share(&self, value: f64) -> f64 {
        if self.logarithmic {
            (value / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// Values with their texts for an axis of `length`, no two closer than `gap`.
    fn ticks(&self, length: f64, gap: f64) -> Vec<(f64, String)> {
        match self.numbers {
            Numbers::Absent => Vec::new(),
            Numbers::Whole => {
                let (low, high) = (self.low.ceil() as i32, self.high.floor() as i32);
                (low..=high).map(|i| (f64::from(i), i.to_string())).collect()
            }
            _ if self.logarithmic => self.logarithmic_ticks(length, gap),
            _ => self.linear_ticks(length, gap),
        }
    }

    fn linear_ticks(&self, length: f64, gap: f64) -> Vec<(f64, String)> {
        let step = round_up((self.high - self.low) * gap / length);
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        let values = (0..=(last - first) as usize).map(|i| (first + i as f64) * step);
        values.map(|v| (v, fixed(v, decimals))).collect()
    }

    fn logarithmic_ticks(&self, length: f64, gap: f64) -> Vec<(f64, String)> {
        let decade = length / (self.high / self.low).log10();
        let multiples: &[f64] = match decade {
            _ if 0.3 * decade >= gap => &[1.0, 2.0, 5.0],
            _ if 0.47 * decade >= gap => &[1.0, 3.0],
            _ => &[1.0],
        };
        let every = (gap / decade).ceil().max(1.0) as i32;
        let exponents = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        // Powers of ten are wide and say enough by themselves.
        let multiples = if self.numbers == Numbers::Powers { &multiples[..1] } else { multiples };
        let values = exponents
            .filter(|n| n.rem_euclid(every) == 0)
            .flat_map(|n| multiples.iter().map(move |m| (m * power_of_ten(n), n, *m)));
        let inside = values.filter(|(v, ..)| (-1e-6..1.0 + 1e-6).contains(&self.share(*v)));
        let text = |(value, n, multiple): (f64, i32, f64)| {
            let plain = fixed(value, (-n).max(0) as usize);
            let text = match self.numbers {
                Numbers::Times => format!("{}×", plain.replace(',', "")),
                Numbers::Powers => ten_to_the(n),
                _ if !(-3..=4).contains(&n) && multiple == 1.0 => ten_to_the(n),
                _ if !(-3..=4).contains(&n) => format!("{multiple}·{}", ten_to_the(n)),
                _ => plain,
            };
            (value, text)
        };
        inside.map(text).collect()
    }
}

/// The sign beside a name in a legend.
#[derive(Clone, Copy)]
pub enum Sign {
    /// A piece of line.
    Line(RGBColor, Dash),
    /// A filled box.
    Box(RGBAColor),
    /// A dot.
    Dot(RGBColor),
    /// An outlined diamond.
    Diamond(RGBColor),
    /// An upright whisker.
    Whisker(RGBColor),
}

/// What is written around a plot.
pub struct Words<'a> {
    /// The name and unit of the horizontal axis.
    pub x: &'a str,
    /// The name and unit of the vertical axis, first in the row above the plot.
    pub y: &'a str,
    /// The legend, in the same row as far as it fits.
    pub legend: &'a [(Sign, &'a str)],
    /// What whole numbers across are called, from 0 on; without names they are numbers.
    pub names: &'a [String],
    /// Values across that are marked by dashed lines, with words above the plot.
    pub flags: &'a [(f64, &'a str)],
    /// Room to the left in CSS pixels, for numbers.
    pub left: f64,
    /// Room to the right in CSS pixels, for labels at the ends of lines.
    pub right: f64,
}

/// A plot with its axes drawn: what is left is the picture.
pub struct Plot {
    /// The left edge.
    pub left: f64,
    /// The upper edge.
    pub top: f64,
    /// The right edge.
    pub right: f64,
    /// The lower edge.
    pub bottom: f64,
    x: Axis,
    y: Axis,
}

/// Half a diamond's height in CSS pixels.
pub const DIAMOND: f64 = 4.0;

impl Plot {
    /// Draws axes, grid and words; the rest of the area is the plot.
    pub fn new<DB: DrawingBackend>(
        pen: &Pen<'_, DB>,
        (x, y): (Axis, Axis),
        words: &Words<'_>,
    ) -> Result<Self, String> {
        let (width, height) = pen.size();
        let theme = pen.theme;
        let row = pen.em(14.0);
        let left = pen.em(words.left);
        let right = (width - pen.em(words.right)).max(left + 1.0);
        let head = pen.px(4.0) + row * header(pen, words)? as f64;
        let across = |value: f64| left + x.share(value) * (right - left);
        let flags = raise(pen, words.flags, across);
        let rows = flags.iter().map(|flag| flag.row + 1).max().unwrap_or(0);
        let top = head + pen.em(13.0) * rows as f64 + pen.em(6.0);
        let last_number = 0.5 * pen.width(&fixed(x.high, 0)) + pen.em(7.0);
        let beside = last_number + pen.width(words.x) <= width - right;
        let below = pen.em(16.0) + if beside || words.x.is_empty() { pen.px(4.0) } else { row };
        let bottom = (height - below).max(top + 1.0);
        let plot = Self { left, top, right, bottom, x, y };

        let number_row = bottom + pen.em(10.0);
        let gap = if y.logarithmic { pen.em(14.0) } else { pen.em(22.0) };
        for (value, text) in y.ticks(bottom - top, gap) {
            let at = plot.y(value);
            pen.horizontal(at, (left, right), theme.grid)?;
            pen.text(&text, (left - pen.em(5.0), at), Align::End, theme.faint)?;
        }
        let widest = pen.width(&fixed(x.high, 0)).max(pen.em(26.0));
        let mut free = f64::NEG_INFINITY;
        for (i, (value, number)) in x.ticks(right - left, 1.5 * widest).into_iter().enumerate() {
            let at = plot.x(value);
            let text = words.names.get(i).map_or(number, |name| brief_name(name));
            let half = 0.5 * pen.width(&text);
            // A name that would lie on the one before is left out.
            if !words.names.is_empty() && at - half < free {
                continue;
            }
            free = at + half + pen.em(2.0);
            pen.vertical(at, (bottom, bottom + pen.px(4.0)), theme.faint)?;
            pen.text(&text, (at, number_row), Align::Middle, theme.faint)?;
        }
        pen.horizontal(bottom, (left, right), theme.faint)?;
        if beside {
            pen.text(words.x, (right + last_number, number_row), Align::Start, theme.faint)?;
        } else {
            pen.text(words.x, (right, number_row + row), Align::End, theme.faint)?;
        }
        for Flag { x, left, row, word } in flags {
            let y = head + pen.em(13.0) * (row as f64 + 0.5);
            pen.vertical_dashes(x, (y - pen.em(5.0), bottom), theme.faint.mix(0.8))?;
            pen.text(word, (left, y), Align::Start, theme.faint)?;
        }
        Ok(plot)
    }

    /// The place of a value across.
    pub fn x(&self, value: f64) -> f64 {
        self.left + self.x.share(value) * (self.right - self.left)
    }

    /// The place of a value up.
    pub fn y(&self, value: f64) -> f64 {
        self.bottom - self.y.share(value) * (self.bottom - self.top)
    }

    /// Upper left and lower right corner.
    pub fn corners(&self) -> (Place, Place) {
        ((self.left, self.top), (self.right, self.bottom))
    }
}

/// The beginning of a long name.
fn brief_name(name: &str) -> String {
    const MOST: usize = 10;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
}

/// A word on a dashed line.
struct Flag<'a> {
    x: f64,
    left: f64,
    row: usize,
    word: &'a str,
}

/// Gives every flag a row where no word lies on another and no line crosses a word: under every
/// word that reaches over its line.
fn raise<'a, DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    flags: &[(f64, &'a str)],
    across: impl Fn(f64) -> f64,
) -> Vec<Flag<'a>> {
    let values: Vec<f64> = flags.iter().map(|flag| flag.0).collect();
    let mut ends = [f64::NEG_INFINITY; 3];
    let raised = order(&values).into_iter().map(|i| {
        let (value, word) = flags[i];
        let x = across(value);
        let width = pen.width(word);
        let right_of_it = x + pen.em(3.0);
        let room = right_of_it + width <= pen.size().0;
        let left = if room { right_of_it } else { x - pen.em(3.0) - width };
        let over = ends.iter().rposition(|&end| end > left - pen.em(3.0));
        let row = over.map_or(0, |row| row + 1).min(ends.len() - 1);
        ends[row] = left + width + pen.em(1.0);
        Flag { x, left, row, word }
    });
    raised.collect()
}

/// Draws the row above the plot, or rows if it takes more; returns how many.
fn header<DB: DrawingBackend>(pen: &Pen<'_, DB>, words: &Words<'_>) -> Result<usize, String> {
    let (width, _) = pen.size();
    let (start, row) = (pen.em(8.0), pen.em(14.0));
    let middle = |rows: usize| pen.px(4.0) + row * (rows as f64 - 0.5);
    let mut rows = 1;
    pen.text(words.y, (start, middle(rows)), Align::Start, pen.theme.faint)?;
    let mut x = start + pen.width(words.y) + pen.em(10.0);
    for &(sign, name) in words.legend {
        let wide = match sign {
            Sign::Line(..) => pen.em(17.0),
            _ => pen.em(10.0),
        };
        let end = x + wide + pen.em(4.0) + pen.width(name);
        if end > width - pen.px(2.0) && x > start {
            rows += 1;
            x = start;
        }
        let y = middle(rows);
        draw_sign(pen, sign, (x, y), wide)?;
        pen.text(name, (x + wide + pen.em(4.0), y), Align::Start, pen.theme.ink)?;
        x += wide + pen.em(4.0) + pen.width(name) + pen.em(9.0);
    }
    Ok(rows)
}

fn draw_sign<DB: DrawingBackend>(pen: &Pen<'_, DB>, sign: Sign, (x, y): Place, wide: f64) -> Drawn {
    let (middle, half) = (x + 0.5 * wide, pen.em(0.36 * SMALL));
    match sign {
        Sign::Line(colour, dash) => pen.line(&[(x, y), (x + wide, y)], colour, 2.0, dash),
        Sign::Box(colour) => pen.rectangle((x, y - half), (x + wide, y + half), colour),
        Sign::Dot(colour) => pen.dot((middle, y), 1.5, colour),
        Sign::Diamond(colour) => diamond(pen, (middle, y), colour),
        Sign::Whisker(colour) => whisker(pen, middle, (y - half, y + half), colour),
    }
}

/// An outlined diamond, filled with paper.
pub fn diamond<DB: DrawingBackend>(pen: &Pen<'_, DB>, (x, y): Place, colour: impl Color) -> Drawn {
    let r = pen.px(DIAMOND);
    let outline = [(x - r, y), (x, y - r), (x + r, y), (x, y + r), (x - r, y), (x, y - r)];
    pen.polygon(&outline[..4], pen.theme.paper)?;
    pen.line(&outline, colour, 1.5, &[])
}

/// An upright line with bars at its ends.
pub fn whisker<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    x: f64,
    (top, bottom): (f64, f64),
    colour: impl Color,
) -> Drawn {
    let bar = (x - pen.px(3.0), x + pen.px(3.5));
    let colour = colour.to_rgba();
    pen.vertical(x, (top, bottom), colour)?;
    pen.horizontal(top, bar, colour)?;
    pen.horizontal(bottom, bar, colour)
}
