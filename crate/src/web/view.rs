//! What the page has to draw: its copy of a run; heatmaps and tiles of the frame it was given last.

use serde::Serialize;
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::canvas::STEPS;
use crate::evaluation::Record;
use crate::formats;
use crate::frame::{self, Frame};
use crate::linalg::math;
use crate::plots::filters::Filters;
use crate::plots::heatmap::{self, Heatmap};
use crate::pictures::over_epochs::Event;
use crate::plots::{Theme, tiles};
use crate::priors;

// These become text by their types: a `json!` would make an f32 an f64 and 0.1 0.10000000149.

/// What was painted of a layer.
#[derive(Serialize)]
struct Painted {
    kept: usize,
    total: usize,
    limit: f32,
    alive: Option<usize>,
}

/// One weight.
#[derive(Serialize)]
struct Cell {
    input: usize,
    output: usize,
    place: Option<(usize, usize, usize)>,
    mean: f32,
    sigma: Option<f32>,
    log_alpha: Option<f32>,
    pruned: bool,
}

/// The page's copy of what there is to see.
#[wasm_bindgen]
pub struct View {
    pub(super) frame: Option<Frame>,
    pub(super) records: Vec<Record>,
    pub(super) marks: Vec<Event>,
    /// Colour limits of the layers; they only grow, so that the scale does not breathe.
    limits: Vec<f32>,
    pub(super) threshold: f32,
    pub(super) epochs: u32,
    pub(super) playhead: Option<f32>,
    pub(super) theme: Theme,
    pixels: Vec<u8>,
}

#[wasm_bindgen]
impl View {
    /// A view of nothing yet.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript calls it")]
    pub fn new() -> Self {
        Self {
            frame: None,
            records: Vec::new(),
            marks: Vec::new(),
            limits: Vec::new(),
            threshold: 3.0,
            epochs: 1,
            playhead: None,
            theme: Theme::light(1.0),
            pixels: Vec::new(),
        }
    }

    /// Forgets the run that was seen so far.
    pub fn clear(&mut self) {
        self.frame = None;
        self.records.clear();
        self.marks.clear();
        self.limits.clear();
        self.playhead = None;
    }

    /// Takes in a frame; returns its header as JSON, or nothing if the bytes are not a frame.
    pub fn receive(&mut self, bytes: &[u8]) -> Option<String> {
        let frame = frame::decode(bytes)?;
        self.limits.resize(frame.layers.len(), 0.0);
        for (limit, layer) in self.limits.iter_mut().zip(0..) {
            *limit = limit.max(layer_of(&frame, layer).limit(self.threshold));
        }
        let header = serde_json::to_string(&frame.header).ok()?;
        self.playhead = Some(frame.header.epoch as f32);
        self.frame = Some(frame);
        Some(header)
    }

    /// Takes in records (a JSON array), after those it has.
    #[wasm_bindgen(js_name = addRecords)]
    pub fn add_records(&mut self, json: &str) {
        self.records.extend(serde_json::from_str::<Vec<Record>>(json).unwrap_or_default());
    }

    /// How many records it has.
    #[wasm_bindgen(js_name = recordCount)]
    pub fn record_count(&self) -> usize {
        self.records.len()
    }

    /// The records as a JSON array, for tables and downloads.
    pub fn records(&self) -> String {
        serde_json::to_string(&self.records).expect("plain data becomes JSON")
    }

    /// The vertical marks of all charts: a JSON array of `{epoch, label}`, and the last epoch of
    /// their axes.
    #[wasm_bindgen(js_name = setAxis)]
    pub fn set_axis(&mut self, marks: &str, epochs: u32) {
        let marks: Vec<(f32, String)> = serde_json::from_str(marks).unwrap_or_default();
        self.marks = marks.into_iter().map(|(epoch, label)| Event { epoch, label }).collect();
        self.epochs = epochs;
    }

    /// The pruning threshold to look through.
    #[wasm_bindgen(js_name = setThreshold)]
    pub fn set_threshold(&mut self, threshold: f32) {
        self.threshold = threshold;
    }

    /// The colours of charts, and the size of their marks in device pixels for a CSS pixel.
    #[wasm_bindgen(js_name = setTheme)]
    pub fn set_theme(&mut self, dark: bool, scale: f64) {
        let theme = if dark { Theme::dark(scale) } else { Theme::light(scale) };
        self.theme = theme.fine(STEPS);
    }

    /// Weights kept and in all, by layer, at the threshold: JSON `{kept, total}`.
    pub fn counts(&self) -> String {
        let layers = self.frame.iter().flat_map(|f| (0..f.layers.len()).map(|i| layer_of(f, i)));
        let (kept, total): (Vec<_>, Vec<_>) =
            layers.map(|layer| (layer.kept(self.threshold), layer.rows * layer.columns)).unzip();
        json!({ "kept": kept, "total": total }).to_string()
    }

    /// The pruned network's bytes in every format: JSON array of `{name, label, about, bytes}`.
    pub fn sizes(&self) -> String {
        let pruned = self.frame.as_ref().map_or_else(Vec::new, |f| f.pruned(self.threshold));
        let sizes = formats::ALL.iter().zip(formats::sizes(&pruned)).map(|(format, bytes)| {
            let formats::Format { name, label, about, .. } = format;
            json!({ "name": name, "label": label, "about": about, "bytes": bytes })
        });
        sizes.collect::<serde_json::Value>().to_string()
    }

    /// Paints layer number `layer` on a canvas, one pixel a weight: a convolution as its filters,
    /// others as matrices; returns JSON `{kept, total, limit, alive}`, where `alive` counts the
    /// filters with a weight left.
    #[wasm_bindgen(js_name = drawWeights)]
    pub fn draw_weights(
        &mut self,
        layer: usize,
        canvas: &HtmlCanvasElement,
    ) -> Result<String, JsValue> {
        let Some(frame) = self.frame.as_ref().filter(|f| layer < f.layers.len()) else {
            return Ok("null".to_owned());
        };
        let heatmap = layer_of(frame, layer);
        let limit = self.limits[layer];
        let (width, height, alive) = match filters_of(frame, layer) {
            Some(filters) => {
                let size = filters.paint(self.threshold, limit, &mut self.pixels);
                (size.0, size.1, Some(heatmap.columns - size.2))
            }
            None => {
                let size = heatmap.paint(self.threshold, limit, &mut self.pixels);
                (size.0, size.1, None)
            }
        };
        put(canvas, &self.pixels, width, height)?;
        let kept = heatmap.kept(self.threshold);
        let total = heatmap.rows * heatmap.columns;
        Ok(to_json(&Painted { kept, total, limit, alive }))
    }

    /// Paints units of the first layer as images in rows of `across`: `most` of them, from number
    /// `first` on, or the busiest. Draws nothing if their inputs are no image.
    #[wasm_bindgen(js_name = drawTiles)]
    pub fn draw_tiles(
        &mut self,
        canvas: &HtmlCanvasElement,
        across: usize,
        most: usize,
        first: Option<usize>,
    ) -> Result<(), JsValue> {
        let Some((frame, image)) = self.frame.as_ref().and_then(|f| Some((f, f.header.image?)))
        else {
            return Ok(());
        };
        let weights = layer_of(frame, 0);
        if weights.rows != image.0 * image.1 {
            return Ok(());
        }
        let units = match first {
            Some(first) => (first..weights.columns).take(most).collect(),
            None => tiles::busiest(&weights, self.threshold, most),
        };
        let (threshold, limit) = (self.threshold, self.limits[0]);
        let pixels = &mut self.pixels;
        let (width, height) =
            tiles::paint_tiles(&weights, image, &units, threshold, limit, across, pixels);
        put(canvas, &self.pixels, width, height)
    }

    /// Paints one row of the heatmaps' colours, from −limit to +limit.
    #[wasm_bindgen(js_name = drawColourBar)]
    pub fn draw_colour_bar(&self, canvas: &HtmlCanvasElement) -> Result<(), JsValue> {
        let width = canvas.width() as usize;
        put(canvas, &heatmap::colour_bar(width), width, 1)
    }

    /// The weight under pixel (x, y) of a heatmap or of filters as JSON `{input, output, place,
    /// mean, sigma, log_alpha, pruned}`; `place` is (y, x, channel) in a filter, and sigma and
    /// log_alpha are null for point estimates.
    pub fn cell(&self, layer: usize, x: usize, y: usize) -> Option<String> {
        let frame = self.frame.as_ref().filter(|f| layer < f.layers.len())?;
        let heatmap = layer_of(frame, layer);
        let filters = filters_of(frame, layer);
        let (input, output) = match filters {
            Some(filters) => filters.cell_at(x, y)?,
            None => heatmap.cell_at(x, y)?,
        };
        let index = input * heatmap.columns + output;
        let mean = heatmap.mean[index];
        let log_sigma = heatmap.log_sigma.map(|log_sigma| log_sigma[index]);
        let log_alpha = log_sigma.map(|log_sigma| priors::log_alpha(mean, log_sigma));
        let place = filters.map(|filters| filters.place(input));
        let pruned = heatmap.is_pruned(index, self.threshold);
        let sigma = log_sigma.map(math::exp);
        Some(to_json(&Cell { input, output, place, mean, sigma, log_alpha, pruned }))
    }
}

pub(super) fn layer_of(frame: &Frame, layer: usize) -> Heatmap<'_> {
    let shape = &frame.header.layers[layer];
    let weights = &frame.layers[layer];
    Heatmap {
        rows: shape.fan_in,
        columns: shape.fan_out,
        mean: &weights.mean,
        log_sigma: shape.bayesian.then_some(&weights.log_sigma),
    }
}

/// The same as filters, if the layer is a convolution.
fn filters_of(frame: &Frame, layer: usize) -> Option<Filters<'_>> {
    let kernel = frame.header.layers[layer].kernel?;
    Some(Filters { weights: layer_of(frame, layer), kernel })
}

pub(super) fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, JsValue> {
    serde_json::from_str(json).map_err(|error| JsValue::from_str(&error.to_string()))
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data becomes JSON")
}

/// Puts RGBA `pixels` on a canvas, which takes their size.
fn put(
    canvas: &HtmlCanvasElement,
    pixels: &[u8],
    width: usize,
    height: usize,
) -> Result<(), JsValue> {
    let (width, height) = (width as u32, height as u32);
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("no 2d canvas")?.dyn_into()?;
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels), width, height)?;
    context.put_image_data(&image, 0.0, 0.0)
}
