//! What is said of experiments and methods, for the page to lay out.

use serde_json::json;
use wasm_bindgen::prelude::*;

use super::figure::{figure, folded};
use super::gallery::answers;
use super::settings_of;
use crate::experiments;
use crate::methods::{Method, Words};

/// What is said of each method, as JSON by its name.
#[wasm_bindgen]
pub fn methods() -> String {
    let mut methods = serde_json::Map::new();
    for method in Method::ALL {
        let Words { lesson, source, test_accuracy, train_accuracy } = method.words();
        let words = json!({
            "bayesian": method.prior().is_some(), "lesson": lesson, "formula": method.formula(),
            "source": source, "testAccuracy": test_accuracy, "trainAccuracy": train_accuracy,
        });
        methods.insert(method.name().to_owned(), words);
    }
    serde_json::Value::from(methods).to_string()
}

/// What an experiment shows, says and asks, as JSON; `answers`, `formula` and `pictures` are HTML.
#[wasm_bindgen]
pub fn experiment(name: &str) -> String {
    let e = experiments::find(name).unwrap_or(experiments::ALL[0]);
    json!({
        "name": e.name, "label": e.label, "question": e.question, "aha": e.aha,
        "asked": e.prediction.0, "answers": answers(e),
        "formula": folded(e.formula, ""), "source": e.source, "limits": e.limits,
        "panels": e.panels, "judged": e.verdict.is_some(),
        "method": settings_of(e.name).method.name(),
        "pictures": e.pictures.iter().map(|p| figure(p)).collect::<String>(),
    })
    .to_string()
}
