//! The numbers under the time line, the lecture's caption and the table of sizes.

use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use super::html::{tag, text};
use super::view::View;
use crate::formats;
use crate::plots::numbers::fixed;

/// |W| / |W≠0| as people say it.
pub(super) fn compression(total: usize, kept: usize, decimals: usize) -> String {
    if kept == 0 {
        return "all pruned".to_owned();
    }
    fixed(total as f64 / kept as f64, decimals) + "×"
}

/// The same with three digits or so.
fn short_compression(total: usize, kept: usize) -> String {
    compression(total, kept, if total < kept.saturating_mul(10) { 2 } else { 1 })
}

/// A read-out: its name, the bare number and the text; a dash if there is no number.
fn readout(name: &str, value: Option<f32>, decimals: usize, unit: &str) -> Value {
    let value = value.filter(|value| value.is_finite());
    let text = value.map_or("–".to_owned(), |x| fixed(x.into(), decimals)) + unit;
    let bare = value.map_or(String::new(), |x| x.to_string());
    json!([name, bare, text])
}

#[wasm_bindgen]
impl View {
    /// The read-outs of the frame with a test accuracy in percent, as JSON: names of elements, bare
    /// numbers, texts.
    pub fn readouts(&self, accuracy: Option<f32>) -> String {
        let Some(header) = self.header() else { return "[]".to_owned() };
        let (kept, total) = self.weights();
        let record = header.record.as_ref();
        let ratio = match kept {
            0 => "Infinity".to_owned(),
            _ => (total as f64 / kept as f64).to_string(),
        };
        let whole = |name: &str, n: usize| json!([name, n.to_string(), fixed(n as f64, 0)]);
        json!([
            ["epoch", header.epoch.to_string(), header.epoch.to_string()],
            ["compression", ratio, short_compression(total, kept)],
            whole("kept", kept),
            whole("total", total),
            readout("train-accuracy", record.and_then(|r| r.train_accuracy), 1, " %"),
            readout("test-accuracy", accuracy, 1, " %"),
            readout("nll", record.map(|r| r.test_nll), 3, ""),
            readout("elbo", record.and_then(|r| r.elbo), 3, ""),
            readout("kl-weight", Some(header.kl_weight), 2, ""),
            ["fingerprint", header.fingerprint, header.fingerprint],
        ])
        .to_string()
    }

    /// What stands over the lecture's animation, with a test accuracy in percent.
    pub fn caption(&self, accuracy: Option<f64>) -> String {
        let (kept, total) = self.weights();
        let epoch = self.header().map_or(0, |header| header.epoch);
        let accuracy = accuracy.map_or("–".to_owned(), |percent| fixed(percent, 1));
        let ratio = compression(total, kept, 0);
        format!("Epoch: {epoch}  Compression ratio: {ratio}  Accuracy: {accuracy}")
    }

    /// The rows of the table of sizes: the pruned network in every format.
    pub fn sizes(&self) -> String {
        let sizes = formats::sizes(&self.pruned());
        let most = sizes.iter().max().copied().unwrap_or(1).max(1);
        let rows = formats::ALL.iter().zip(&sizes).map(|(format, &bytes)| {
            let formats::Format { name, label, about, .. } = format;
            // Styles in HTML are forbidden here, attributes of a drawing are not.
            let bar = format!("width=\"{}%\" height=\"100%\"", 100.0 * bytes as f64 / most as f64);
            let smaller = sizes[0] as f64 / bytes as f64;
            let number = |id: &str, value: f64, words: &str| {
                tag("td", &format!("id=\"{id}-{name}\" data-value=\"{value}\""), words)
            };
            let cells = [
                tag("th", "scope=\"row\"", &text(label)),
                tag("td", "class=\"about\"", &text(about)),
                tag(
                    "td",
                    "class=\"bar\" aria-hidden=\"true\"",
                    &tag("svg", "", &tag("rect", &bar, "")),
                ),
                number("size", bytes as f64, &fixed(bytes as f64, 0)),
                number("smaller", smaller, &short_compression(sizes[0], bytes)),
            ];
            tag("tr", "", &cells.concat())
        });
        rows.collect()
    }
}
