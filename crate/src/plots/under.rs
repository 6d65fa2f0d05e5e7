//! What is under a pointer, and where keys go from there.

use serde::Serialize;

use super::axes::Axes;
use super::brush::{Brush, Place};
use super::numbers::significant;
use super::pen::Pen;
use super::plot::{Mark, Plot, Sample, Shape};
use super::theme::Theme;
use crate::linalg::order;

/// How near a pointer has to come to a point or a handle, in CSS pixels.
const REACH: f64 = 24.0;
/// Marks that are named at one place.
const MOST: usize = 8;

/// What is somewhere in a plot.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Found {
    /// In words: "epoch 57: pruned 97.8, dense 98.1".
    pub words: String,
    /// Where it is, in the axes' units.
    pub at: (f64, f64),
    /// Places to mark, in CSS pixels.
    pub places: Vec<(f64, f64)>,
}

/// A plot as it lies on the screen. Places are CSS pixels from its upper left corner.
pub struct Sight<'a> {
    plot: &'a Plot,
    axes: Axes<'a>,
    scale: f64,
}

impl<'a> Sight<'a> {
    /// A plot as [`draw`](super::draw()) draws it.
    pub fn new(brush: &dyn Brush, plot: &'a Plot, theme: &Theme) -> Self {
        Self { plot, axes: Axes::new(&Pen::new(brush, theme), plot), scale: theme.scale }
    }

    /// The values at a place: what a click or a drag means.
    pub fn values(&self, (x, y): Place) -> (f64, f64) {
        self.axes.values((x * self.scale, y * self.scale))
    }

    /// The place of values.
    pub fn place(&self, at: (f64, f64)) -> Place {
        let (x, y) = self.axes.place(at);
        (x / self.scale, y / self.scale)
    }

    /// The number of the nearest handle within reach; if `along`, one that moves along one axis is
    /// within reach all along the other.
    pub fn handle(&self, place: Place, along: bool) -> Option<usize> {
        let distance = |at: (f64, f64), moves: (bool, bool)| {
            let (x, y) = self.place(at);
            match moves {
                (true, false) if along => (x - place.0).abs(),
                (false, true) if along => (y - place.1).abs(),
                _ => (x - place.0).hypot(y - place.1),
            }
        };
        let handles = self.plot.handles.iter();
        let distances: Vec<f64> = handles.map(|h| distance(h.at, h.moves)).collect();
        let nearest = order(&distances).into_iter().next();
        nearest.filter(|&i| distances[i] <= REACH)
    }

    /// What is under the pointer: a cell of a raster, or what every mark says at the value across
    /// that is nearest to it.
    pub fn under(&self, place: Place) -> Option<Found> {
        let at = self.values(place);
        let (x, y) = (place.0 * self.scale, place.1 * self.scale);
        let inside = self.axes.holds((x.clamp(self.axes.left, self.axes.right), y));
        if !inside {
            return None;
        }
        self.cell(at).or_else(|| self.across(place))
    }

    /// What is at a stop of [`step`].
    pub fn at(&self, stop: (f64, f64)) -> Option<Found> {
        self.under(self.place(stop)).or_else(|| self.across(self.place(stop)))
    }

    /// A raster's cell.
    fn cell(&self, (x, y): (f64, f64)) -> Option<Found> {
        let plot = self.plot;
        let mark = plot.raster()?;
        let (row, column) = cell_at(&mark.shape, (x, y))?;
        let Shape::Raster { cells, unit, .. } = &mark.shape else { return None };
        let (at, value) = mark.shape.cells()[row * cells[0].len() + column];
        let value = if value.is_nan() { "nothing".to_owned() } else { significant(value) };
        let name = if mark.name.is_empty() { unit } else { &mark.name };
        let words = format!("{}, {}: {name} {value}", plot.x.place(at.0), plot.y.place(at.1));
        Some(Found { words, at, places: vec![self.place(at)] })
    }

    /// What marks say at the value across that is nearest to a place.
    fn across(&self, place: Place) -> Option<Found> {
        let plot = self.plot;
        let marks: Vec<_> = plot.marks.iter().map(|mark| (mark, mark.shape.samples())).collect();
        let far = |sample: &Sample, cloud: bool| {
            let (x, y) = self.place((sample.x, sample.high));
            let down = if cloud && y.is_finite() { y - place.1 } else { 0.0 };
            if sample.known() { (x - place.0).hypot(down) } else { f64::INFINITY }
        };
        // Lists decide which value across it is; without them, single points do.
        let lists = marks.iter().any(|(mark, samples)| is_list(mark) && !samples.is_empty());
        let deciding = marks.iter().filter(|(mark, _)| is_list(mark) == lists);
        let all: Vec<(Sample, bool)> = deciding
            .flat_map(|(mark, samples)| samples.iter().map(|s| (*s, !is_list(mark))))
            .collect();
        let distances: Vec<f64> = all.iter().map(|(s, cloud)| far(s, *cloud)).collect();
        let nearest = order(&distances).into_iter().next().filter(|&i| distances[i].is_finite())?;
        let at = all[nearest].0;
        if !lists && distances[nearest] > REACH {
            return None;
        }

        let mut found = Found { at: (at.x, at.high), ..Found::default() };
        let mut parts = Vec::new();
        for (mark, samples) in &marks {
            let here = match &mark.shape {
                Shape::Line { .. } | Shape::Area { .. } | Shape::Band { .. } => {
                    between(samples, at.x)
                }
                shape => samples.iter().copied().find(|s| {
                    s.x == at.x
                        && (!matches!(shape, Shape::Points { .. }) || lists || s.high == at.high)
                }),
            };
            let Some(here) = here.filter(Sample::known) else { continue };
            found.places.push(self.place((here.x, here.high)));
            if here.low != here.high {
                found.places.push(self.place((here.x, here.low)));
            }
            let text = here.write(&plot.y);
            parts.push(if mark.name.is_empty() { text } else { format!("{} {text}", mark.name) });
        }
        found.places.retain(|place| self.axes.holds((place.0 * self.scale, place.1 * self.scale)));
        let more = parts.len().saturating_sub(MOST);
        parts.truncate(MOST);
        if more > 0 {
            parts.push(format!("and {more} more"));
        }
        found.words = format!("{}: {}", plot.x.place(at.x), parts.join(", "));
        Some(found)
    }
}

/// Whether a mark says something at every value across, unlike single points.
fn is_list(mark: &Mark) -> bool {
    !matches!(mark.shape, Shape::Points { .. })
}

/// What a line says at `x`, on the way between two known points.
fn between(samples: &[Sample], x: f64) -> Option<Sample> {
    if let Some(exact) = samples.iter().find(|sample| sample.x == x) {
        return Some(*exact);
    }
    let pair = samples.windows(2).find(|w| w[0].x < x && x < w[1].x)?;
    let share = (x - pair[0].x) / (pair[1].x - pair[0].x);
    let mix = |a: f64, b: f64| a + share * (b - a);
    Some(Sample { x, low: mix(pair[0].low, pair[1].low), high: mix(pair[0].high, pair[1].high) })
}

/// The row and column of a raster's cell at (x, y).
fn cell_at(shape: &Shape, (x, y): (f64, f64)) -> Option<(usize, usize)> {
    let Shape::Raster { cells, place: (left, right, bottom, top), .. } = shape else { return None };
    let index = |share: f64, n: usize| {
        let inside = (0.0..1.0).contains(&share);
        inside.then_some((share * n as f64) as usize)
    };
    let row = index((y - top) / (bottom - top), cells.len())?;
    Some((row, index((x - left) / (right - left), cells[row].len())?))
}

/// Where an arrow key, Home or End goes from a stop, or where it begins: along the values across,
/// or from cell to cell of a raster.
pub fn step(plot: &Plot, at: Option<(f64, f64)>, key: &str) -> Option<(f64, f64)> {
    if let Some(Mark { shape: shape @ Shape::Raster { cells, .. }, .. }) = plot.raster() {
        let places = shape.cells();
        let (rows, columns) = (cells.len(), cells.first()?.len());
        let Some((row, column)) = at.and_then(|at| cell_at(shape, at)) else {
            return places.get(rows / 2 * columns + columns / 2).map(|cell| cell.0);
        };
        let (row, column) = match key {
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "ArrowRight" => (row, (column + 1).min(columns - 1)),
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowDown" => ((row + 1).min(rows - 1), column),
            "Home" => (row, 0),
            "End" => (row, columns - 1),
            _ => return None,
        };
        return places.get(row * columns + column).map(|cell| cell.0);
    }
    let stops = stops(plot);
    let last = stops.len().checked_sub(1)?;
    let here = at.and_then(|at| nearest(&stops, at));
    let next = match (key, here) {
        ("Home", _) => 0,
        ("End", _) | ("ArrowLeft", None) => last,
        ("ArrowRight", None) => 0,
        ("ArrowLeft" | "ArrowDown", Some(i)) => i.saturating_sub(1),
        ("ArrowRight" | "ArrowUp", Some(i)) => (i + 1).min(last),
        _ => return None,
    };
    Some(stops[next])
}

/// The places that keys stop at, from left to right: one a value across, or every point.
fn stops(plot: &Plot) -> Vec<(f64, f64)> {
    let samples = |list: bool| {
        let marks = plot.marks.iter().filter(move |mark| is_list(mark) == list);
        marks.flat_map(|mark| mark.shape.samples()).filter(Sample::known)
    };
    let lists = samples(true).next().is_some();
    let all: Vec<(f64, f64)> = samples(lists).map(|s| (s.x, s.high)).collect();
    let keys: Vec<f64> = all.iter().map(|stop| stop.0).collect();
    let mut stops: Vec<_> = order(&keys).into_iter().map(|i| all[i]).collect();
    if lists {
        stops.dedup_by_key(|stop| stop.0);
    }
    stops
}

/// The stop that is nearest to `at`: across, and among equals up.
fn nearest(stops: &[(f64, f64)], at: (f64, f64)) -> Option<usize> {
    let far = |stop: &(f64, f64)| ((stop.0 - at.0).abs(), (stop.1 - at.1).abs());
    let better = |a: (f64, f64), b: (f64, f64)| a.0 < b.0 || (a.0 == b.0 && a.1 < b.1);
    (0..stops.len()).reduce(|i, j| if better(far(&stops[j]), far(&stops[i])) { j } else { i })
}
