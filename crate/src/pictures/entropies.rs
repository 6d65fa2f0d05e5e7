//! Predictive entropies of test objects and of shuffled ones, as two histograms.

use crate::linalg::order;
use crate::plots::numbers::{fixed, round_up};
use crate::plots::plot::{Axis, Ink, Plot, Shape};
use crate::prediction::Entropies;

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

/// The entropies in nats of test objects and of the same with their parts shuffled,
/// 0 … ln `classes`, with the medians.
pub fn entropies_plot(entropies: &Entropies, classes: usize, objects: &Objects) -> Plot {
    let Objects { name, parts } = objects;
    let most = (classes.max(2) as f64).ln();
    let sides = [&entropies.inside, &entropies.outside].map(|values| finite(values));
    let shares = [&sides[0], &sides[1]].map(|values| shares(values, most));
    let highest = shares.iter().flatten().copied().fold(0.0, f64::max);
    let x = Axis::linear("entropy, nats", 0.0, 1.04 * most);
    let y = Axis::linear(format!("% of {name}"), 0.0, round_up(highest.max(10.0)).min(100.0));
    let mut plot = Plot::new("Predictive entropy", x, y);
    if sides.iter().all(Vec::is_empty) {
        plot.message = "Nothing was predicted yet.".to_owned();
        return plot;
    }
    let kinds = [format!("test {name}"), format!("{parts} shuffled")];
    for (i, (shares, kind)) in shares.iter().zip(kinds).enumerate() {
        let edge = |i: usize| most * i as f64 / BINS as f64;
        let bars = shares.iter().enumerate().map(|(i, &share)| (edge(i), edge(i + 1), share));
        plot = plot.mark(kind, Ink::Series(i), Shape::Bars { bars: bars.collect() });
    }
    for (i, median) in sides.iter().map(|values| median(values)).enumerate() {
        let Some(median) = median else { continue };
        let at = median.clamp(0.0, most);
        let words = format!("median {}", fixed(median, 2));
        plot = plot.mark(words, Ink::Series(i), Shape::Rule { upright: true, at });
    }
    let text = |values: &[f64]| median(values).map_or("–".to_owned(), |m| fixed(m, 2));
    let limit = format!("ln {classes} = {}", fixed(most, 3));
    let reading = format!(
        "Median entropy {} nats of {} test {name}, {} with their {parts} shuffled; at most {limit}.",
        text(&sides[0]),
        fixed(entropies.inside.len() as f64, 0),
        text(&sides[1]),
    );
    plot.rule(limit, true, most).reading(reading)
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
