//! What marks say at single places.

use super::axis::Axis;
use super::plot::{Mark, Plot, Shape};

/// What a mark says at one value across: a value, or a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Where.
    pub x: f64,
    /// The value, or the lower end.
    pub low: f64,
    /// The value, or the upper end.
    pub high: f64,
}

impl Sample {
    /// The value or the range in words.
    pub fn write(&self, axis: &Axis) -> String {
        if self.low == self.high || self.low.is_nan() {
            return axis.write(self.high);
        }
        format!("{} to {}", axis.write(self.low), axis.write(self.high))
    }

    /// Whether there is something to say.
    pub fn known(&self) -> bool {
        !self.low.is_nan() && !self.high.is_nan()
    }
}

impl Shape {
    /// What is said at which value across, in the mark's order; gaps are left out. Nothing for
    /// marks that are no such list.
    pub fn samples(&self) -> Vec<Sample> {
        let value = |x: f64, y: f64| Sample { x, low: y, high: y };
        let mut samples: Vec<Sample> = match self {
            Self::Line { points, .. } | Self::Area { points } | Self::Points { points, .. } => {
                points.iter().map(|p| value(p.0, p.1)).collect()
            }
            Self::Band { points: ranges } | Self::Whiskers { ranges } => {
                ranges.iter().map(|&(x, low, high)| Sample { x, low, high }).collect()
            }
            Self::Bars { bars } => bars.iter().map(|b| value(0.5 * (b.0 + b.1), b.2)).collect(),
            Self::Raster { .. } | Self::Rule { .. } | Self::Text { .. } | Self::Table { .. } => {
                Vec::new()
            }
        };
        samples.retain(|sample| sample.x.is_finite());
        samples
    }

    /// The middles of a raster's cells with their values, row by row from the top.
    pub fn cells(&self) -> Vec<((f64, f64), f64)> {
        let Self::Raster { cells, place: (left, right, bottom, top), .. } = self else {
            return Vec::new();
        };
        let middle = |i: usize, n: usize, from: f64, to: f64| {
            from + (to - from) * (i as f64 + 0.5) / n as f64
        };
        let lines = cells.iter().enumerate();
        let cell = |(row, line)| {
            let line: &Vec<f32> = line;
            let y = middle(row, cells.len(), *top, *bottom);
            let values = line.iter().enumerate();
            let place = move |(i, &value): (usize, &f32)| {
                ((middle(i, line.len(), *left, *right), y), f64::from(value))
            };
            values.map(place).collect::<Vec<_>>()
        };
        lines.flat_map(cell).collect()
    }
}

impl Plot {
    /// The first raster.
    pub fn raster(&self) -> Option<&Mark> {
        self.marks.iter().find(|mark| matches!(mark.shape, Shape::Raster { .. }))
    }
}
