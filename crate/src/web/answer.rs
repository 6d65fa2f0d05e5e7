//! What a network says of one object, in words and as a plot; and the object itself, if it is no image.

use serde_json::json;
use wasm_bindgen::prelude::*;

use super::html::tag;
use super::parse;
use crate::pictures::prediction::prediction_plot;
use crate::plots::numbers::{fixed, significant};
use crate::prediction::Prediction;

/// Numbers that are listed of an object.
const LISTED: usize = 200;

/// A prediction, given as JSON, of classes with these names, or that there is none, as a plot.
#[wasm_bindgen]
pub fn plot_prediction(json: Option<String>, names: Vec<String>) -> Result<Vec<u8>, JsValue> {
    let prediction: Prediction = json.map_or(Ok(Prediction::default()), |json| parse(&json))?;
    Ok(prediction_plot(&prediction, &names).to_bytes())
}

/// What a prediction, given as JSON, says of `subject`: JSON `{words, samples, aleatoric,
/// epistemic}`, the last two in percent of the most that there can be. Nothing if the network has
/// diverged: then the JSON has nulls where numbers should be.
#[wasm_bindgen]
pub fn say_prediction(json: &str, names: Vec<String>, subject: &str) -> Option<String> {
    let Prediction { mean_network, samples, ensemble, uncertainty } = parse(json).ok()?;
    let (mean, all) = (best(&mean_network), best(&ensemble));
    let (agree, of) = (samples.iter().filter(|p| best(p) == all).count(), samples.len());
    let class = |i: usize| names.get(i).map_or(i.to_string(), String::clone);
    let percent = fixed(100.0 * f64::from(*mean_network.get(mean)?), 1);
    let nats = |value: f32| fixed(value.into(), 3);
    let words = format!(
        "{subject}: the mean network says {} ({percent} %); {agree} of {of} samples say {}. Uncertainty {} nats = {} aleatoric + {} epistemic.",
        class(mean),
        class(all),
        nats(uncertainty.total),
        nats(uncertainty.aleatoric),
        nats(uncertainty.epistemic),
    );
    let most = (ensemble.len() as f64).ln();
    let share = |value: f32| 100.0 * f64::from(value) / most;
    let (aleatoric, epistemic) = (share(uncertainty.aleatoric), share(uncertainty.epistemic));
    Some(
        json!({ "words": words, "samples": of, "aleatoric": aleatoric, "epistemic": epistemic })
            .to_string(),
    )
}

/// The number of the likeliest class, the first of equals.
fn best(p: &[f32]) -> usize {
    (0..p.len()).rev().max_by(|&i, &j| p[i].total_cmp(&p[j])).unwrap_or(0)
}

/// The rows of a table of an object's features.
#[wasm_bindgen]
pub fn list_features(values: &[f32]) -> String {
    let shown = values.iter().take(LISTED).enumerate();
    let mut rows: String = shown
        .map(|(i, &value)| {
            let name = tag("th", "scope=\"row\"", &format!("feature {i}"));
            tag("tr", "", &(name + &tag("td", "", &significant(value.into()))))
        })
        .collect();
    if values.len() > LISTED {
        let more = format!("and {} more", values.len() - LISTED);
        rows += &tag("tr", "", &tag("td", "colspan=\"2\"", &more));
    }
    rows
}
