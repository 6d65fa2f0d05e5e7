//! The experiments as HTML: the menu, the gallery's cards, the answers to predict.

use wasm_bindgen::prelude::*;

use super::html::{attribute, single, tag, text};
use crate::experiments::{self, Entry, Experiment, Part};

/// The experiments of every part that has some, each made by `make`.
fn by_part(make: fn(&Entry) -> String) -> impl Iterator<Item = (&'static str, String)> {
    let parts = Part::ALL.iter().map(move |part| {
        let its = experiments::MENU.iter().filter(|experiment| experiment.part == *part);
        (part.label(), its.map(make).collect::<String>())
    });
    parts.filter(|(_, its)| !its.is_empty())
}

/// The options of the menu of experiments.
#[wasm_bindgen]
pub fn gallery_menu() -> String {
    let options = by_part(|e| {
        let attributes = attribute("value", e.name) + &attribute("title", e.question);
        tag("option", &attributes, &text(e.label))
    });
    options.map(|(part, its)| tag("optgroup", &attribute("label", part), &its)).collect()
}

/// The gallery: a card for every experiment, with its question.
#[wasm_bindgen]
pub fn gallery_cards() -> String {
    let cards = by_part(|e| {
        let words = tag("b", "", &text(e.label)) + &tag("span", "", &text(e.question));
        tag("button", &format!("type=\"button\" class=\"card\" data-name=\"{}\"", e.name), &words)
    });
    let heading = |part| tag("h3", "", &text(part));
    cards.map(|(part, its)| heading(part) + &tag("div", "class=\"cards\"", &its)).collect()
}

/// The answers that an experiment offers to its question.
pub(super) fn answers(experiment: &Experiment) -> String {
    let answers = experiment.prediction.1.iter().enumerate();
    let labels = answers.map(|(i, answer)| {
        let attributes = format!("type=\"radio\" name=\"answer\" id=\"answer-{i}\"");
        let button = single("input", &(attributes + &attribute("value", answer)));
        tag("label", &format!("for=\"answer-{i}\""), &[&button, " ", &*text(answer)].concat())
    });
    labels.collect()
}
