//! Numbers as the page writes them.

use wasm_bindgen::prelude::*;

use crate::plots::numbers;

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
