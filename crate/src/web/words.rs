//! What the page says: numbers as text, and pictures in sentences.

use wasm_bindgen::prelude::*;

use super::view::{View, layer_of, parse};
use crate::plots::entropy::describe_entropies;
use crate::plots::scatter::describe_scatter;
use crate::plots::tiles::describe_tiles;
use crate::plots::{Chart, numbers};
use crate::prediction::Entropies;

/// `value` with so many decimals, a true minus sign, and thousands in groups.
#[wasm_bindgen]
pub fn write_fixed(value: f64, decimals: usize) -> String {
    numbers::fixed(value, decimals)
}

/// `value` with so many significant digits.
#[wasm_bindgen]
pub fn write_significant(value: f64, digits: i32) -> String {
    numbers::to_digits(value, digits)
}

/// `value` with at most three significant digits, without zeros at the end.
#[wasm_bindgen]
pub fn write_short(value: f64) -> String {
    numbers::short(value)
}

#[wasm_bindgen]
impl View {
    /// What a picture shows of the epoch on the screen, in one sentence: a chart over epochs,
    /// `scatter` or `tiles`.
    pub fn describe(&self, name: &str) -> String {
        if let Some(chart) = Chart::ALL.into_iter().find(|chart| chart.name() == name) {
            return chart.describe(&self.history());
        }
        let Some(frame) = self.frame.as_ref().filter(|frame| !frame.layers.is_empty()) else {
            return String::new();
        };
        let epoch = frame.header.epoch;
        if name == "tiles" {
            return describe_tiles(&layer_of(frame, 0), self.threshold, epoch);
        }
        let bayesian = frame.layers.iter().filter(|layer| !layer.log_sigma.is_empty());
        let (mean, log_sigma): (Vec<&[f32]>, Vec<&[f32]>) =
            bayesian.map(|layer| (&layer.mean[..], &layer.log_sigma[..])).unzip();
        describe_scatter(&mean, &log_sigma, self.threshold, epoch)
    }

    /// The two histograms of entropies, given as JSON, in one sentence.
    #[wasm_bindgen(js_name = describeEntropies)]
    pub fn describe_entropies(&self, json: &str, classes: usize) -> Result<String, JsValue> {
        let Entropies { inside, outside } = parse(json)?;
        Ok(describe_entropies(&inside, &outside, classes, &self.objects()))
    }
}
