//! The records of a run as the page keeps them: a table to be read and a file.

use wasm_bindgen::prelude::*;

use super::html::row;
use super::readouts::compression;
use crate::evaluation::Record;
use crate::plots::numbers::{fixed, to_digits, trimmed};
use crate::quantities;

/// The ends of a run's epochs.
#[wasm_bindgen]
#[derive(Default)]
pub struct Records(Vec<Record>);

#[wasm_bindgen]
impl Records {
    /// None yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in records (a JSON array), after those it has.
    pub fn add(&mut self, json: &str) {
        self.0.extend(serde_json::from_str::<Vec<Record>>(json).unwrap_or_default());
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many there are.
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The table's row of heads.
    pub fn heads(&self) -> String {
        row("th", "scope=\"col\"", &heads())
    }

    /// The table's rows from number `first` on.
    pub fn rows(&self, first: usize) -> String {
        self.0.iter().skip(first).map(|record| row("td", "", &cells(record, brief))).collect()
    }

    /// All as comma-separated lines.
    pub fn csv(&self) -> String {
        let rows = self.0.iter().map(|record| cells(record, exact).join(","));
        let lines: Vec<String> = [heads().join(",")].into_iter().chain(rows).collect();
        lines.join("\n") + "\n"
    }

    /// What a screen reader is told of the last one: its epoch, compression and accuracy; nothing
    /// but at every tenth.
    pub fn news(&self) -> Option<String> {
        let record = self.0.last().filter(|record| record.epoch % 10 == 0)?;
        let compression = compression(record.total_weights(), record.kept_weights(), 1);
        let (epoch, accuracy) = (record.epoch, fixed(f64::from(record.test_accuracy), 1));
        Some(format!("Epoch {epoch}: {compression} compression, {accuracy} percent test accuracy"))
    }
}

/// The heads of the columns: names that programs know.
fn heads() -> Vec<String> {
    let heads = quantities::ALL.iter().map(|quantity| quantity.key);
    heads.chain(["sparsity_per_layer", "fingerprint"]).map(str::to_owned).collect()
}

fn cells(record: &Record, write: fn(f64) -> String) -> Vec<String> {
    let values = quantities::ALL.iter().map(|quantity| (quantity.of)(record));
    let mut cells: Vec<String> = values.map(|v| v.map_or(String::new(), write)).collect();
    let layers = record.sparsity().into_iter().map(|share| fixed(f64::from(share), 4));
    cells.push(layers.collect::<Vec<_>>().join("/"));
    cells.push(record.fingerprint.clone());
    cells
}

/// For programs: whole numbers as they are, others with the digits that an `f32` has.
fn exact(value: f64) -> String {
    if value.fract() == 0.0 { value.to_string() } else { (value as f32).to_string() }
}

/// For readers.
fn brief(value: f64) -> String {
    if value.fract() == 0.0 { value.to_string() } else { trimmed(to_digits(value, 4)) }
}
