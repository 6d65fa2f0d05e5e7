//! The lists that the page is made from: experiments, settings, pictures and what is said of them.

use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use super::settings_of;
use crate::experiments::{self, Entry, Part};
use crate::methods::{Method, Words};
use crate::runs::{Picture, When, Width};
use crate::settings::{Effect, FIELDS, Field, GROUPS, Kind, Pace};

/// The menu and what is the same for all experiments, as JSON: `parts` of the lecture with their
/// experiments, the `methods`' words, and the settings by `groups`.
#[wasm_bindgen]
pub fn catalogue() -> String {
    let entry = |e: &&Entry| json!({ "name": e.name, "label": e.label, "question": e.question });
    let part = |part: &Part| {
        let its = experiments::MENU.iter().filter(|e| e.part == *part);
        let its: Vec<Value> = its.map(|e| entry(&e)).collect();
        json!({ "label": part.label(), "experiments": its })
    };
    let parts: Vec<Value> = Part::ALL.iter().map(part).collect();
    let named = |key: &str| GROUPS.iter().any(|(_, keys)| keys.contains(&key));
    let groups = GROUPS.iter().map(|(heading, keys)| {
        let fields = keys.iter().filter_map(|key| FIELDS.iter().find(|field| field.key == *key));
        json!({ "heading": heading, "fields": fields.map(field).collect::<Vec<_>>() })
    });
    let rest = FIELDS.iter().filter(|field| !named(field.key)).map(field);
    let groups: Vec<Value> = groups.collect();
    let mut methods = serde_json::Map::new();
    for known in Method::ALL {
        methods.insert(known.name().to_owned(), method(known));
    }
    json!({
        "parts": parts, "groups": groups, "more": rest.collect::<Vec<_>>(),
        "methods": methods,
    })
    .to_string()
}

/// What an experiment shows, says and asks, as JSON.
#[wasm_bindgen]
pub fn experiment(name: &str) -> String {
    let e = experiments::find(name).unwrap_or(experiments::ALL[0]);
    let (question, answers) = e.prediction;
    let settings = settings_of(e.name);
    // Whoever repeats a run or lets it go on needs these.
    let always = if e.offered.is_empty() { &[][..] } else { &["seed", "epochs"] };
    let offered = [e.offered, always].concat();
    json!({
        "name": e.name, "label": e.label, "question": e.question, "aha": e.aha,
        "prediction": { "question": question, "answers": answers },
        "formula": e.formula, "source": e.source, "limits": e.limits,
        "offered": offered, "panels": e.panels, "judged": e.verdict.is_some(),
        "method": settings.method.name(),
        "pictures": e.pictures.iter().map(|p| picture(p)).collect::<Vec<_>>(),
        "knobs": settings.knobs.fields().iter().map(field).collect::<Vec<_>>(),
    })
    .to_string()
}

fn picture(picture: &Picture) -> Value {
    let width = match picture.width {
        Width::Third => "third",
        Width::Half => "half",
        Width::Whole => "whole",
    };
    json!({
        "name": picture.name, "title": picture.title, "lesson": picture.lesson,
        "formula": picture.formula, "width": width, "rests": picture.when == When::AtRest,
        "moves": picture.moved.is_some(),
    })
}

fn method(method: Method) -> Value {
    let Words { lesson, source, test_accuracy, train_accuracy } = method.words();
    json!({
        "bayesian": method.prior().is_some(), "lesson": lesson, "formula": method.formula(), "source": source,
        "testAccuracy": test_accuracy, "trainAccuracy": train_accuracy,
    })
}

/// A setting, as its control is made.
fn field(field: &Field) -> Value {
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
        "effect": effect, "offered": offered, "min": min, "max": max, "step": step,
        "choices": choices,
    })
}
