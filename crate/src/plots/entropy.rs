//! Predictive entropies of test objects and of shuffled ones, as two histograms.

use crate::linalg::order;
use plotters::prelude::DrawingBackend;

use super::axes::{Axis, Numbers, Plot, Sign, Words};
use super::numbers::{fixed, round_up};
use super::pen::{Align, Pen, veiled};
use super::{Area, Theme};

/// Bins from 0 to ln C.
const BINS: usize = 24;

/// What the objects of a data set are called, and what they are made of.
pub struct Objects {
    /// In the plural.
    pub name: &'static str,
    /// In the plural.
    pub parts: &'static str,
}

impl Objects {
    /// Images of pixels, or objects of features.
    pub fn of(images: bool) -> Self {
        let (name, parts) = if images { ("images", "pixels") } else { ("objects", "features") };
        Self { name, parts }
    }
}

/// The medians in one sentence.
pub fn describe_entropies(
    inside: &[f32],
    outside: &[f32],
    classes: usize,
    Objects { name, parts }: &Objects,
) -> String {
    let text = |values: &[f32]| median(&finite(values)).map_or("–".to_owned(), |m| fixed(m, 2));
    let most = (classes.max(2) as f64).ln();
    format!(
        "Median entropy {} nats of {} test {name}, {} with their {parts} shuffled; at most ln {classes} = {}.",
        text(inside),
        fixed(inside.len() as f64, 0),
        text(outside),
        fixed(most, 3),
    )
}

/// Draws the entropies in nats of test objects (`inside`) and of the same with their parts
/// shuffled (`outside`), 0 … ln `classes`, with the medians.
pub fn draw_entropies<DB: DrawingBackend>(
    area: &Area<'_, DB>,
    inside: &[f32],
    outside: &[f32],
    classes: usize,
    Objects { name, parts }: &Objects,
    theme: &Theme,
) -> Result<(), String> {
    let pen = Pen::new(area, theme)?;
    let most = (classes.max(2) as f64).ln();
    let sides = [inside, outside].map(finite);
    let histograms = [&sides[0], &sides[1]].map(|values| shares(values, most));
    let highest = histograms.iter().flatten().copied().fold(0.0, f64::max);
    let x = Axis::linear(0.0, 1.04 * most, Numbers::Plain);
    let y = Axis::linear(0.0, round_up(highest.max(10.0)).min(100.0), Numbers::Plain);
    let fills = [veiled(theme.series[0], 0.5), veiled(theme.series[1], 0.5)];
    let kinds = [format!("test {name}"), format!("{parts} shuffled")];
    let legend = [(Sign::Box(fills[0]), &*kinds[0]), (Sign::Box(fills[1]), &*kinds[1])];
    let unit = format!("% of {name}");
    let limit = format!("ln {classes} = {}", fixed(most, 3));
    let flags = [(most, limit.as_str())];
    let words = Words {
        x: "entropy, nats",
        y: &unit,
        legend: &legend,
        names: &[],
        flags: &flags,
        left: 34.0,
        right: 14.0,
    };
    let plot = Plot::new(&pen, (x, y), &words)?;
    if sides.iter().all(Vec::is_empty) {
        return pen.message("Nothing was predicted yet.", plot.corners());
    }

    for ((shares, fill), colour) in histograms.iter().zip(fills).zip(theme.series) {
        let edge = |i: usize| pen.snap(plot.x(most * i as f64 / BINS as f64));
        let mut outline = Vec::new();
        for (i, &share) in shares.iter().enumerate() {
            let top = plot.y(share);
            outline.extend([(edge(i), top), (edge(i + 1), top)]);
        }
        if shares.iter().any(|&share| share > 0.0) {
            pen.line(&outline, colour, 1.5, &[])?;
            outline.extend([(edge(BINS), plot.bottom), (edge(0), plot.bottom)]);
            pen.polygon(&outline, fill)?;
        }
    }

    let row = pen.em(14.0);
    for (i, values) in sides.iter().enumerate() {
        let Some(median) = median(values) else { continue };
        let at = plot.x(median.clamp(0.0, most));
        let y = plot.top + row * (0.5 + i as f64);
        pen.vertical(at, (y, plot.bottom), theme.series[i])?;
        let text = format!("median {}", fixed(median, 2));
        let room = plot.right - at > pen.width(&text) + pen.em(6.0);
        let (at, align) =
            if room { (at + pen.em(4.0), Align::Start) } else { (at - pen.em(4.0), Align::End) };
        pen.label(&text, (at, y), align, theme.series_text(i))?;
    }
    Ok(())
}

/// The numbers among `values`, sorted.
fn finite(values: &[f32]) -> Vec<f64> {
    let numbers = values.iter().filter(|v| v.is_finite()).map(|&v| f64::from(v));
    let numbers: Vec<f64> = numbers.collect();
    order(&numbers).into_iter().map(|i| numbers[i]).collect()
}

/// The median of sorted values.
fn median(values: &[f64]) -> Option<f64> {
    let n = values.len();
    (n > 0).then(|| 0.5 * (values[(n - 1) / 2] + values[n / 2]))
}

/// Percent of the values in every bin of 0 … `most`.
fn shares(values: &[f64], most: f64) -> [f64; BINS] {
    let mut shares = [0.0; BINS];
    for value in values {
        // Casting clamps below 0.
        let i = (value / most * BINS as f64) as usize;
        shares[i.min(BINS - 1)] += 100.0 / values.len() as f64;
    }
    shares
}
