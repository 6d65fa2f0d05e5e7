//! What the worker's side sees of the runs: pictures, their handles, the verdict.

use serde_json::json;
use wasm_bindgen::prelude::*;

use super::html::{tag, text};
use super::run::Desk;
use super::to_js_error;
use crate::experiments;
use crate::plots::numbers::significant;
use crate::runs::Look;

/// A picture of the runs, as far as it has come.
#[wasm_bindgen]
pub struct Looked {
    bytes: Option<Vec<u8>>,
    /// Whether the picture is there; otherwise it needs another slice.
    pub done: bool,
    /// What tells it from others of its name.
    pub version: u32,
}

#[wasm_bindgen]
impl Looked {
    /// The plot; nothing if it is the version that was known.
    pub fn bytes(self) -> Option<Vec<u8>> {
        self.bytes
    }
}

#[wasm_bindgen]
impl Desk {
    /// Does a slice of looking at a picture, of which the page knows the version `known`.
    pub fn look(
        &mut self,
        name: &str,
        epoch: Option<u32>,
        threshold: f32,
        known: Option<u32>,
    ) -> Result<Looked, JsError> {
        let plot = self.runs_mut()?.look(name, &Look { epoch, threshold }).map_err(to_js_error)?;
        let Some(plot) = plot else {
            return Ok(Looked { bytes: None, done: false, version: 0 });
        };
        let bytes = plot.to_bytes();
        let mut sum = flate2::Crc::new();
        sum.update(&bytes);
        let version = sum.sum();
        Ok(Looked { bytes: (known != Some(version)).then_some(bytes), done: true, version })
    }

    /// What moving a handle of a picture (or choosing an empty place) to (x, y) changes: JSON
    /// `[key, value]`, or nothing.
    pub fn moved(&self, name: &str, handle: Option<usize>, x: f64, y: f64) -> Option<String> {
        let (key, value) = self.runs().ok()?.moved(name, handle, (x, y))?;
        Some(json!([key, value]).to_string())
    }

    /// Does a slice of seeing everything at the end; the verdict as JSON `{holds, sentence,
    /// figures, told}` once all is seen, `null` if nothing is judged. The last two are rows of tables:
    /// what is judged, and what is not.
    pub fn conclude(&mut self) -> Result<Option<String>, JsError> {
        if !self.runs_mut()?.conclude() {
            return Ok(None);
        }
        let runs = self.runs()?;
        let Some(verdict) = experiments::of(&runs.settings()).verdict else {
            return Ok(Some("null".to_owned()));
        };
        let verdict = verdict(runs);
        let [mut figures, mut told] = [const { String::new() }; 2];
        for figure in &verdict.figures {
            let cells = tag("th", "scope=\"row\"", &text(&figure.name))
                + &tag("td", "", &significant(figure.value));
            if figure.wanted.is_empty() {
                told += &tag("tr", "", &cells);
                continue;
            }
            let (class, words) = match figure.holds {
                true => ("holds", "holds"),
                false => ("fails", "does not hold"),
            };
            let judged = tag("td", "", &text(&figure.wanted))
                + &tag("td", &format!("class=\"{class}\""), words);
            figures += &tag("tr", "", &(cells + &judged));
        }
        let (holds, sentence) = (verdict.holds(), &verdict.sentence);
        let verdict = json!({
            "holds": holds, "sentence": sentence, "figures": figures, "told": told,
        });
        Ok(Some(verdict.to_string()))
    }
}
