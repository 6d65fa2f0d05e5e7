//! The page's side of the library: what JavaScript can call. Only here does wasm-bindgen appear.
//!
//! The worker uses [`data`] and [`run`], the page uses [`view`]; both read the catalogue.

#[cfg(feature = "lab")]
mod bench;
mod canvas;
mod data;
mod elsewhere;
mod html;
mod figure;
mod chart;
mod gallery;
mod settings;
mod catalogue;
mod run;
#[cfg(feature = "lab")]
mod open;
mod look;
mod view;
mod compare;
mod readouts;
mod records;
mod answer;
mod table;
mod claims;
mod words;

use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::address::Address;
use crate::experiments;
use crate::link;
use crate::number;
use crate::settings::Settings;

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

fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, JsValue> {
    serde_json::from_str(json).map_err(|error| JsValue::from_str(&error.to_string()))
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain data becomes JSON")
}

/// Values of all settings by key.
fn values(settings: &Settings) -> Value {
    // Put in one by one: collecting sorts, with a routine of its own.
    let mut values = serde_json::Map::new();
    for field in settings.fields() {
        values.insert(field.key.to_owned(), (field.get)(settings).into());
    }
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

/// Whether the run of a query string can only be begun in the lab: an experiment that is not here,
/// or data from files.
#[wasm_bindgen]
pub fn needs_lab(query: &str) -> bool {
    !cfg!(feature = "lab") && link::needs_lab(query)
}

/// The settings that an experiment begins with; those of the default if there is none of the name.
fn settings_of(experiment: &str) -> Settings {
    let found = experiments::find(experiment);
    found.map_or_else(Settings::default, |experiment| (experiment.settings)())
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
