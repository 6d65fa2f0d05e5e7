//! Words above a plot, each on the line that it belongs to.

use super::pen::Pen;
use super::plot::Ink;
use crate::linalg::order;

/// A word above a line. Places are device pixels.
pub struct Flag<'a> {
    /// Where the line is.
    pub x: f64,
    /// Where the word begins.
    pub left: f64,
    /// The row of words, from the top.
    pub row: usize,
    /// The word.
    pub word: &'a str,
    /// The colour.
    pub ink: Ink,
}

/// Gives every flag a row where no word lies on another and no line crosses a word: under every
/// word that reaches over its line.
pub fn raise<'a>(
    pen: &Pen<'_>,
    flags: &[(f64, &'a str, Ink)],
    across: &dyn Fn(f64) -> f64,
) -> Vec<Flag<'a>> {
    let values: Vec<f64> = flags.iter().map(|flag| flag.0).collect();
    let mut ends = [f64::NEG_INFINITY; 3];
    let raised = order(&values).into_iter().map(|i| {
        let (value, word, ink) = flags[i];
        let x = across(value);
        let width = pen.width(word);
        let right_of_it = x + pen.em(3.0);
        let room = right_of_it + width <= pen.size().0;
        // A word as wide as the picture begins where it begins.
        let left = if room { right_of_it } else { (x - pen.em(3.0) - width).max(pen.px(2.0)) };
        let over = ends.iter().rposition(|&end| end > left - pen.em(3.0));
        let row = over.map_or(0, |row| row + 1).min(ends.len() - 1);
        ends[row] = left + width + pen.em(1.0);
        Flag { x, left, row, word, ink }
    });
    raised.collect()
}
