//! The settings' form as HTML, and what its controls ask.

use wasm_bindgen::prelude::*;

use super::html::{attribute, single, tag, text};
use super::{settings_of, to_js_error};
use crate::experiments;
use crate::methods::Method;
use crate::settings::{Effect, FIELDS, Field, GROUPS, Kind, Pace};

/// Sizes of hidden layers that the menu of networks offers, as they stand between dashes.
const HIDDEN: [&str; 5] = ["-300-100-", "-300-", "-100-", "-50-50-", "-"];

/// All settings by heading; in front is room for an experiment's own.
#[wasm_bindgen]
pub fn settings_form() -> String {
    let mut form = tag("fieldset", "id=\"knobs\"", "");
    for (heading, keys) in GROUPS {
        let fields = keys.iter().filter_map(|key| FIELDS.iter().find(|field| field.key == *key));
        let controls: String = fields.map(|field| control(field, false)).collect();
        form += &tag("fieldset", "", &(tag("legend", "", heading) + &controls));
    }
    let named = |key: &str| GROUPS.iter().any(|(_, keys)| keys.contains(&key));
    let rest = FIELDS.iter().filter(|field| !named(field.key));
    let controls: String = rest.map(|field| control(field, false)).collect();
    form + &tag("details", "", &(tag("summary", "", "More") + &controls))
}

/// An experiment's own settings.
#[wasm_bindgen]
pub fn knobs_form(experiment: &str) -> String {
    let Some(found) = experiments::find(experiment) else { return String::new() };
    let fields = settings_of(experiment).knobs.fields();
    let controls: String = fields.iter().map(|field| control(field, true)).collect();
    tag("legend", "", &text(found.label)) + &controls
}

/// The options of the menu of networks, for data of so many features and classes.
#[wasm_bindgen]
pub fn network_options(network: &str, features: usize, classes: usize) -> String {
    let sizes = HIDDEN.map(|hidden| format!("{features}{hidden}{classes}"));
    let own = (!sizes.iter().any(|size| size == network)).then_some(network);
    let sizes = own.into_iter().chain(sizes.iter().map(String::as_str));
    let options: String = sizes.map(|size| option(size, size)).collect();
    options + &option("other", "Other sizes …")
}

/// The settings that an experiment offers with a method, by their keys.
#[wasm_bindgen]
pub fn offered_settings(experiment: &str, method: &str) -> Vec<String> {
    let (Some(found), Some(method)) = (experiments::find(experiment), named(method)) else {
        return Vec::new();
    };
    let settings = settings_of(experiment);
    // Whoever repeats a run or lets it go on needs the last two.
    let offers = |key: &str| {
        found.offered.is_empty()
            || found.offered.contains(&key)
            || ["seed", "epochs"].contains(&key)
    };
    let own = |key: &str| settings.knobs.fields().iter().any(|field| field.key == key);
    let fields = settings.fields().filter(|f| (f.offered)(method) && (offers(f.key) || own(f.key)));
    fields.map(|field| field.key.to_owned()).collect()
}

/// Whether a setting that goes from one value to another acts on the running training.
#[wasm_bindgen]
pub fn acts_live(experiment: &str, key: &str, from: &str, to: &str) -> bool {
    let bayesian = |name: &str| named(name).is_some_and(|method| method.prior().is_some());
    match settings_of(experiment).field(key).map(|field| field.effect) {
        Some(Effect::LiveIfBayesian) => bayesian(from) && bayesian(to),
        Some(Effect::Restart) | None => false,
        Some(Effect::Live | Effect::View) => true,
    }
}

/// `value` as the setting `key` of an experiment keeps it; an error says what is wrong with it.
#[wasm_bindgen]
pub fn check_setting(experiment: &str, key: &str, value: &str) -> Result<String, JsError> {
    let mut settings = settings_of(experiment);
    settings.set(key, value).map_err(to_js_error)?;
    Ok(settings.get(key).unwrap_or_default())
}

/// Where an arrow key leads from `value` of the setting `key`; nothing if that is no number.
#[wasm_bindgen]
pub fn step_setting(experiment: &str, key: &str, value: &str, up: bool) -> Option<String> {
    settings_of(experiment).field(key)?.stepped(value, up)
}

fn named(method: &str) -> Option<Method> {
    Method::ALL.into_iter().find(|known| known.name() == method)
}

/// A setting's row: name, field, slider, what it is and what is wrong with it.
fn control(field: &Field, own: bool) -> String {
    let Field { key, id, effect, .. } = field;
    let (kind, sign, words) = match effect {
        Effect::Live => ("live", "●", "acts on the running training"),
        Effect::LiveIfBayesian => {
            ("live", "● ↻", "live between Bayesian methods, otherwise starts the run over")
        }
        Effect::View => ("view", "◐", "changes the view only"),
        Effect::Restart => ("restart", "↻", "starts the run over"),
    };
    let sign =
        tag("span", &format!("class=\"effect {kind}\" title=\"{words}\""), &format!(" {sign}"));
    let aloud = tag("span", "class=\"visually-hidden\"", &format!(", {words}"));
    let name = text(field.label);
    let mut row = tag("label", &format!("for=\"{id}\""), &[&name, &*sign, &aloud].concat());
    row += &input(field, &format!("id=\"{id}\" aria-describedby=\"{id}-about\""));
    if own || *effect == Effect::View {
        row += &slider(field);
    }
    row += &tag("p", &format!("class=\"about\" id=\"{id}-about\""), &text(field.about));
    row += &tag("p", &format!("class=\"wrong\" id=\"{id}-wrong\" role=\"alert\""), "");
    if *key == "network" {
        row += &single(
            "input",
            "id=\"network-sizes\" type=\"text\" hidden placeholder=\"64-100-10\" aria-label=\"Sizes of all layers, joined by dashes\"",
        );
    }
    tag("div", &format!("class=\"control\" data-key=\"{key}\" data-effect=\"{kind}\""), &row)
}

fn input(field: &Field, attributes: &str) -> String {
    match &field.kind {
        Kind::Choice(choices) => {
            let options: String = choices().iter().map(|(v, label)| option(v, label)).collect();
            tag("select", attributes, &options)
        }
        // What it offers depends on the data.
        Kind::Text if field.key == "network" => tag("select", attributes, ""),
        Kind::Text => single("input", &format!("{attributes} type=\"text\" spellcheck=\"false\"")),
        Kind::Number { min, max, pace } => {
            // Keypads of phones have no minus.
            let keypad = match pace {
                _ if *min < 0.0 => "text",
                Pace::Whole => "numeric",
                _ => "decimal",
            };
            single(
                "input",
                &format!(
                    "{attributes} type=\"text\" role=\"spinbutton\" aria-valuemin=\"{min}\" aria-valuemax=\"{max}\" inputmode=\"{keypad}\" spellcheck=\"false\" autocomplete=\"off\""
                ),
            )
        }
    }
}

/// A slider for a number that goes in even steps.
fn slider(field: &Field) -> String {
    let step = match field.kind {
        Kind::Number { pace: Pace::Whole, .. } => 1.0,
        Kind::Number { pace: Pace::By(step), .. } => step,
        _ => return String::new(),
    };
    let Kind::Number { min, max, .. } = field.kind else { return String::new() };
    let (id, label) = (field.id, text(field.label));
    single(
        "input",
        &format!(
            "id=\"{id}-slider\" type=\"range\" min=\"{min}\" max=\"{max}\" step=\"{step}\" aria-label=\"{label}\""
        ),
    )
}

fn option(value: &str, label: &str) -> String {
    tag("option", &attribute("value", value), &text(label))
}
