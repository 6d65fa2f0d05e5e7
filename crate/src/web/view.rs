//! What the page has to draw: its copy of a run; heatmaps and tiles of the frame it was given last.

use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::to_json;
use crate::frame::{self, Frame, Header};
use crate::linalg::{Matrix, math};
use crate::pictures::posterior::posterior_plot;
use crate::pictures::scatter::scatter_plot;
use crate::plots::filters::Filters;
use crate::plots::heatmap::{self, Heatmap};
use crate::plots::numbers::{fixed, short};
use crate::plots::tiles::{self, describe_tiles};
use crate::priors;

// These become text by their types: a `json!` would make an f32 an f64 and 0.1 0.10000000149.

/// What was painted of a layer.
#[derive(Serialize)]
struct Painted {
    kept: usize,
    total: usize,
    limit: f32,
    /// What it shows, as it is written and as it is spoken.
    words: String,
    said: String,
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
    pub(super) threshold: f32,
    pixels: Vec<u8>,
    /// What is said of each layer if these are differences, no weights.
    pub(super) words: Vec<String>,
}

#[wasm_bindgen]
impl View {
    /// A view of nothing yet.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript calls it")]
    pub fn new() -> Self {
        Self { frame: None, threshold: 3.0, pixels: Vec::new(), words: Vec::new() }
    }

    /// Forgets the run that was seen so far.
    pub fn clear(&mut self) {
        self.frame = None;
    }

    /// Takes in a frame; returns its header as JSON, or nothing if the bytes are not a frame.
    pub fn receive(&mut self, bytes: &[u8]) -> Option<String> {
        let frame = frame::decode(bytes)?;
        let header = serde_json::to_string(&frame.header).ok()?;
        self.frame = Some(frame);
        Some(header)
    }

    /// The pruning threshold to look through.
    #[wasm_bindgen(js_name = setThreshold)]
    pub fn set_threshold(&mut self, threshold: f32) {
        self.threshold = threshold;
    }

    /// Paints layer number `layer` on a canvas, one pixel a weight: a convolution as its filters,
    /// others as matrices; returns JSON `{kept, total, limit, words, said}`.
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
        let limit = frame.header.limits[layer];
        let (size, dead) = match filters_of(frame, layer) {
            Some(filters) => {
                let (width, height, dead) = filters.paint(self.threshold, limit, &mut self.pixels);
                ((width, height), Some(dead))
            }
            None => (heatmap.paint(self.threshold, limit, &mut self.pixels), None),
        };
        put(canvas, &self.pixels, size.0, size.1)?;
        let kept = heatmap.kept(self.threshold);
        let total = heatmap.rows * heatmap.columns;
        let (words, said) = match self.words.get(layer) {
            Some(words) => (words.clone(), words.clone()),
            None => {
                let filters = heatmap.columns;
                let alive =
                    dead.map(|dead| format!("{} of {filters} filters alive, ", filters - dead));
                let alive = alive.unwrap_or_default();
                let share = fixed(100.0 * (total - kept) as f64 / total as f64, 1);
                let [left, all] = [kept, total].map(|n| fixed(n as f64, 0));
                let limit = short(f64::from(limit));
                (
                    format!(
                        "{alive}{left} of {all} weights kept, {share} % pruned, colours ±{limit}"
                    ),
                    format!("{alive}{kept} of {total} weights kept, {share} percent pruned"),
                )
            }
        };
        Ok(to_json(&Painted { kept, total, limit, words, said }))
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
        let (threshold, limit) = (self.threshold, frame.header.limits[0]);
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

    /// What the tiles show, in one sentence.
    #[wasm_bindgen(js_name = describeTiles)]
    pub fn describe_tiles(&self) -> String {
        let frame = self.frame.as_ref().filter(|frame| !frame.layers.is_empty());
        frame.map_or_else(String::new, |frame| {
            describe_tiles(&layer_of(frame, 0), self.threshold, frame.header.epoch)
        })
    }

    /// log|μ| against log σ of a square of the first layer, as a plot: `count` inputs and as many
    /// outputs, from number `first` on, or as many as there are.
    #[wasm_bindgen(js_name = partScatter)]
    pub fn part_scatter(&self, first: usize, count: usize) -> Vec<u8> {
        let Some(frame) = &self.frame else { return Vec::new() };
        let weights = layer_of(frame, 0);
        let within = |end: usize| first.min(end)..(first + count).min(end);
        let (mean, log_sigma) = weights.part(within(weights.rows), within(weights.columns));
        let epoch = frame.header.epoch;
        scatter_plot(&[&mean], &[&log_sigma], self.threshold, epoch).to_bytes()
    }
}

impl View {
    /// What is said of the frame.
    pub(super) fn header(&self) -> Option<&Header> {
        self.frame.as_ref().map(|frame| &frame.header)
    }

    /// Weights kept at the threshold, and in all.
    pub(super) fn weights(&self) -> (usize, usize) {
        let layers = self.frame.iter().flat_map(|f| (0..f.layers.len()).map(|i| layer_of(f, i)));
        layers.fold((0, 0), |(kept, total), layer| {
            (kept + layer.kept(self.threshold), total + layer.rows * layer.columns)
        })
    }

    /// The weights that the threshold leaves, layer by layer.
    pub(super) fn pruned(&self) -> Vec<Matrix> {
        self.frame.as_ref().map_or_else(Vec::new, |frame| frame.pruned(self.threshold))
    }
}

/// One weight's posterior as a plot.
#[wasm_bindgen]
pub fn plot_posterior(mean: f32, sigma: f32) -> Vec<u8> {
    posterior_plot(mean, sigma).to_bytes()
}

fn layer_of(frame: &Frame, layer: usize) -> Heatmap<'_> {
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
