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

use crate::address::Address;
use crate::experiments;
use crate::methods::{Method, Words};
use crate::number;
use crate::settings::{Effect, FIELDS, Kind, Pace, Settings};

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
            let (range, pace, choices) = match &field.kind {
                Kind::Number { min, max, pace } => (Some((min, max)), Some(*pace), None),
                Kind::Choice(choices) => (None, None, Some(choices())),
                Kind::Text => (None, None, None),
            };
            let step = match pace {
                Some(Pace::Whole) => Some(1.0),
                Some(Pace::By(step)) => Some(step),
                Some(Pace::Factor) | None => None,
            };
            let (min, max) = range.unzip();
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
        .map(|e| json!({ "name": e.name, "label": e.label, "about": e.question }))
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

/// What a URL's query string stands for, as JSON: the settings' values, the query of the run, what
/// is to be seen and a sentence for each correction.
#[wasm_bindgen]
pub fn read_query(query: &str) -> String {
    let Address { link, view, notices } = Address::read(query);
    json!({
        "values": values(&link.settings), "query": link.to_query(), "view": view,
        "notices": notices,
    })
    .to_string()
}

/// `value` as the setting `key` keeps it; an error says what is wrong with it.
#[wasm_bindgen]
pub fn check_setting(key: &str, value: &str) -> Result<String, JsError> {
    let mut settings = Settings::default();
    settings.set(key, value).map_err(to_js_error)?;
    Ok(settings.get(key).unwrap_or_default())
}

/// Where an arrow key leads from `value` of the setting `key`; nothing if that is no number.
#[wasm_bindgen]
pub fn step_setting(key: &str, value: &str, up: bool) -> Option<String> {
    FIELDS.iter().find(|field| field.key == key)?.stepped(value, up)
}

/// The whole number from 0 to `most` that `text` spells, if it does.
#[wasm_bindgen]
pub fn whole_number(text: &str, most: u32) -> Option<u32> {
    number::whole_within(text, 0, most)
}

/// A seed nobody has chosen.
#[wasm_bindgen]
pub fn fresh_seed() -> u32 {
    // Small enough to say aloud in a lecture hall.
    getrandom::u32().map_or(1, |seed| seed % 100_000)
}
