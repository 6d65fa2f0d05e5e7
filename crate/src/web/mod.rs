//! The page's side of the library: what JavaScript can call. Only here does wasm-bindgen appear.
//!
//! The worker uses [`data`] and [`run`], the page uses [`view`]; both read the catalogue.

mod bench;
mod canvas;
mod charts;
mod data;
mod run;
mod table;
mod view;
mod words;

use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::changes;
use crate::experiments;
use crate::methods::{Method, Words};
use crate::settings::{Effect, FIELDS, Kind, Settings, pairs};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(message: &str);
}

/// Makes a panic, which would be our mistake, say where it happened.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
}

fn to_js_error(error: crate::error::Error) -> JsError {
    JsError::new(&error.to_string())
}

/// The lists that the page's controls are made from, as JSON.
#[wasm_bindgen]
pub fn catalogue() -> String {
    let fields: Vec<Value> = FIELDS
        .iter()
        .map(|field| {
            let effect = match field.effect {
                Effect::Live => "live",
                Effect::LiveIfBayesian => "live-if-bayesian",
                Effect::View => "view",
                Effect::Restart => "restart",
            };
            let (min, max, step, choices) = match &field.kind {
                Kind::Number { min, max, step } => (Some(min), Some(max), Some(step), None),
                Kind::Choice(choices) => (None, None, None, Some(choices())),
                Kind::Text => (None, None, None, None),
            };
            let offered = Method::ALL.iter().filter(|method| (field.offered)(**method));
            let offered: Vec<&str> = offered.map(|method| method.name()).collect();
            json!({
                "key": field.key, "id": field.id, "label": field.label, "about": field.about,
                "effect": effect, "offered": offered, "min": min, "max": max, "step": step, "choices": choices,
            })
        })
        .collect();
    let experiments: Vec<Value> = experiments::ALL
        .iter()
        .map(|e| json!({ "name": e.name, "label": e.label, "about": e.about }))
        .collect();
    let bayesian: Vec<&str> =
        Method::ALL.iter().filter(|m| m.prior().is_some()).map(|m| m.name()).collect();
    let words: serde_json::Map<_, _> = Method::ALL
        .iter()
        .map(|method| {
            let Words { lesson, source, test_accuracy, train_accuracy } = method.words();
            let words = json!({
                "lesson": lesson, "source": source,
                "testAccuracy": test_accuracy, "trainAccuracy": train_accuracy,
            });
            (method.name().to_owned(), words)
        })
        .collect();
    json!({ "fields": fields, "experiments": experiments, "bayesian": bayesian, "words": words })
        .to_string()
}

/// Values of all settings by key.
fn values(settings: &Settings) -> Value {
    let mut values: serde_json::Map<_, _> =
        FIELDS.iter().map(|field| (field.key.to_owned(), (field.get)(settings).into())).collect();
    values.insert("experiment".to_owned(), settings.experiment.clone().into());
    values.into()
}

/// What a URL's query string stands for, as JSON: the settings' values, the changes to replay
/// and a sentence for each correction.
#[wasm_bindgen]
pub fn read_query(query: &str) -> String {
    let (settings, mut notices) = experiments::from_query(query);
    let text = pairs(query).find(|(key, _)| key == "changes").map(|(_, text)| text);
    let (changes, more) = changes::from_text(text.as_deref().unwrap_or_default(), &settings);
    notices.extend(more);
    let query = settings.to_query();
    json!({
        "values": values(&settings), "query": query, "changes": changes::to_text(&changes),
        "notices": notices,
    })
    .to_string()
}

/// What is wrong with `value` for the setting `key`; nothing if it is one that it takes.
#[wasm_bindgen]
pub fn check_setting(key: &str, value: &str) -> Option<String> {
    Settings::default().set(key, value).err().map(|error| error.to_string())
}

/// A seed nobody has chosen.
#[wasm_bindgen]
pub fn fresh_seed() -> u32 {
    // Small enough to say aloud in a lecture hall.
    getrandom::u32().map_or(1, |seed| seed % 100_000)
}
