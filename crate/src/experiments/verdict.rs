//! Verdicts: what was measured, what was wanted, and whether it holds.

use serde::Serialize;

use crate::plots::numbers::short;

/// One measured number and what it should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// What was measured.
    pub value: f64,
    /// What was wanted, in words: "at least 3".
    pub wanted: String,
    /// Whether it holds.
    pub holds: bool,
}

impl Figure {
    /// A number that should be `least` or more.
    pub fn at_least(name: impl Into<String>, value: f64, least: f64) -> Self {
        let wanted = format!("at least {}", short(least));
        Self { name: name.into(), value, wanted, holds: value >= least }
    }

    /// A number that should be `most` or less.
    pub fn at_most(name: impl Into<String>, value: f64, most: f64) -> Self {
        let wanted = format!("at most {}", short(most));
        Self { name: name.into(), value, wanted, holds: value <= most }
    }

    /// A number that should lie within a range.
    pub fn between(name: impl Into<String>, value: f64, low: f64, high: f64) -> Self {
        let wanted = format!("{} to {}", short(low), short(high));
        Self { name: name.into(), value, wanted, holds: (low..=high).contains(&value) }
    }

    /// A number that is told and not judged.
    pub fn told(name: impl Into<String>, value: f64) -> Self {
        Self { name: name.into(), value, wanted: String::new(), holds: true }
    }
}

/// An experiment's sentence with the figures that carry it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// What came out, with its numbers.
    pub sentence: String,
    /// The numbers.
    pub figures: Vec<Figure>,
}

impl Verdict {
    /// The same with more numbers that are told and not judged, but for those that it has already.
    pub fn telling(mut self, others: impl IntoIterator<Item = (String, f64)>) -> Self {
        for (name, value) in others {
            if !self.figures.iter().any(|figure| figure.name == name) {
                self.figures.push(Figure::told(name, value));
            }
        }
        self
    }

    /// Whether everything that was wanted holds.
    pub fn holds(&self) -> bool {
        self.figures.iter().all(|figure| figure.holds)
    }
}
