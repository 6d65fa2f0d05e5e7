//! What the page says: numbers as text, and pictures in sentences.

use wasm_bindgen::prelude::*;

use super::view::{View, layer_of};
use crate::pictures::over_epochs::Chart;
use crate::plots::numbers;
use crate::plots::reading::reading;
use crate::plots::tiles::describe_tiles;

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
        if let Some(chart) = Chart::named(name) {
            return reading(&self.over_epochs(chart), self.playhead.map(f64::from));
        }
        match self.frame.as_ref().filter(|frame| !frame.layers.is_empty()) {
            Some(frame) if name == "tiles" => {
                describe_tiles(&layer_of(frame, 0), self.threshold, frame.header.epoch)
            }
            Some(_) => reading(&self.scatter(), None),
            None => String::new(),
        }
    }

    /// The two histograms of entropies, given as JSON, in one sentence.
    #[wasm_bindgen(js_name = describeEntropies)]
    pub fn describe_entropies(&self, json: &str, classes: usize) -> Result<String, JsValue> {
        Ok(reading(&self.entropies(json, classes)?, None))
    }
}
