//! A plot is a value: two axes and marks. What draws it, lists it, writes it as a file, reads it out
//! or finds what is under a pointer knows marks, and no experiment.
//!
//! To add a kind of mark: one variant of [`Shape`], and what each of those does with it.

use serde::{Deserialize, Serialize};

pub use super::axis::{Axis, Numbers};
pub use super::samples::Sample;

/// A picture as a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// The title.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, the lowest first.
    pub marks: Vec<Mark>,
    /// What the picture says, in one sentence; without it a sentence is made of the marks.
    pub reading: String,
    /// What is written where there is nothing to draw; empty otherwise.
    pub message: String,
    /// Numbers that were measured for the picture, by name: verdicts are made of them.
    pub figures: Vec<(String, f64)>,
    /// What can be moved in it.
    pub handles: Vec<Handle>,
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Its name in the legend, in tables and in sentences; none of them without a name.
    pub name: String,
    /// Its colour.
    pub ink: Ink,
    /// What it is.
    pub shape: Shape,
}

/// Colours by their part, so that every theme has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ink {
    /// Number `i` of those that tell series apart; lines have a dash by it too.
    Series(usize),
    /// The same, let through: many thin lines, bands.
    Veiled(usize),
    /// Text, and what matters most.
    Ink,
    /// What is in the background.
    Faint,
}

/// What a mark is. Places are (x, y) in the axes' units; what is not a number leaves a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// A line through points from left to right, with the value at its end beside it if `ends`.
    Line {
        /// (x, y).
        points: Vec<(f64, f64)>,
        /// Thin, or as wide as lines are.
        thin: bool,
        /// Whether the last value is written beside its end.
        ends: bool,
    },
    /// What lies between two lines.
    Band {
        /// (x, low, high).
        points: Vec<(f64, f64, f64)>,
    },
    /// What lies between a line and zero.
    Area {
        /// (x, y).
        points: Vec<(f64, f64)>,
    },
    /// Single points.
    Points {
        /// (x, y).
        points: Vec<(f64, f64)>,
        /// What stands at each.
        sign: Sign,
    },
    /// Boxes from zero up, such as a histogram's.
    Bars {
        /// (left, right, y).
        bars: Vec<(f64, f64, f64)>,
    },
    /// Upright ranges with ends.
    Whiskers {
        /// (x, low, high).
        ranges: Vec<(f64, f64, f64)>,
    },
    /// Cells of equal size that fill the plot, as colours from `limits.0` to `limits.1`.
    Raster {
        /// Rows from the top; all of one length.
        cells: Vec<Vec<f32>>,
        /// (left, right, bottom, top).
        place: (f64, f64, f64, f64),
        /// Values of the first and the last colour.
        limits: (f32, f32),
        /// The colours.
        colours: Colours,
        /// What a value is and its unit, beside the bar of colours.
        unit: String,
    },
    /// A straight line across the plot: upright at a value of x, or level at one of y.
    Rule {
        /// Whether it is upright.
        upright: bool,
        /// Where.
        at: f64,
    },
    /// A word at a place.
    Text {
        /// (x, y).
        at: (f64, f64),
        /// The word.
        text: String,
    },
    /// Rows of words instead of a drawing; numbers are written as they are read.
    Table {
        /// The heads of the columns.
        heads: Vec<String>,
        /// As many cells as heads in every row.
        rows: Vec<Vec<String>>,
    },
}

/// What stands at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// A small dot, one of many.
    Speck,
    /// A dot.
    Dot,
    /// An outlined diamond.
    Diamond,
    /// A cross.
    Cross,
    /// The class number (the series' number): a disc, a square, a triangle, a star.
    Class,
}

/// From values to colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colours {
    /// Paper to ink: the more the darker.
    Sequential,
    /// Blue over paper to red.
    Diverging,
    /// Paper to colour by the logarithm of a count; nothing where there is none.
    Counts,
}

/// Something that can be moved by pointer and keys. The page tells the experiment where it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handle {
    /// What it is: "the gap's left edge".
    pub name: String,
    /// Where it is.
    pub at: (f64, f64),
    /// Whether it moves across, and whether up and down.
    pub moves: (bool, bool),
}

impl Plot {
    /// A plot without marks.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self { title: title.into(), x, y, ..Self::default() }
    }

    /// Whether there is nothing to draw and nothing to say.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.message.is_empty()
    }

    /// A plot that only says something.
    pub fn saying(title: impl Into<String>, message: impl Into<String>) -> Self {
        let axis = |label: &str| Axis::linear(label, 0.0, 1.0).with(Numbers::Absent);
        Self { message: message.into(), ..Self::new(title, axis(""), axis("")) }
    }

    /// The same with one more mark.
    pub fn mark(mut self, name: impl Into<String>, ink: Ink, shape: Shape) -> Self {
        self.marks.push(Mark { name: name.into(), ink, shape });
        self
    }

    /// The same with one more line, whose last value is written at its end.
    pub fn line(self, name: impl Into<String>, series: usize, points: Vec<(f64, f64)>) -> Self {
        self.mark(name, Ink::Series(series), Shape::Line { points, thin: false, ends: true })
    }

    /// The same with a rule and a word above it.
    pub fn rule(self, name: impl Into<String>, upright: bool, at: f64) -> Self {
        self.mark(name, Ink::Faint, Shape::Rule { upright, at })
    }

    /// The same with a measured number.
    pub fn figure(mut self, name: impl Into<String>, value: f64) -> Self {
        self.figures.push((name.into(), value));
        self
    }

    /// The same with its reading.
    pub fn reading(self, reading: impl Into<String>) -> Self {
        Self { reading: reading.into(), ..self }
    }
}
