//! The pictures of the page, drawn on its canvases.

use plotters::drawing::IntoDrawingArea;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use super::canvas::Canvas;
use super::view::{View, layer_of, parse};
use crate::pictures::entropies::{Objects, entropies_plot};
use crate::pictures::over_epochs::Chart;
use crate::pictures::posterior::posterior_plot;
use crate::pictures::prediction::prediction_plot;
use crate::pictures::scatter::scatter_plot;
use crate::plots::brush::Surface;
use crate::plots::draw;
use crate::plots::plot::Plot;
use crate::prediction::{Entropies, Prediction};

#[wasm_bindgen]
impl View {
    /// Draws one of the charts over epochs.
    #[wasm_bindgen(js_name = drawChart)]
    pub fn draw_chart(&self, name: &str, canvas: HtmlCanvasElement) -> Result<(), JsValue> {
        let chart = Chart::named(name);
        let chart = chart.ok_or_else(|| JsValue::from_str(&format!("no chart called {name}")))?;
        self.show(canvas, &self.over_epochs(chart), self.playhead.map(f64::from))
    }

    /// Draws log|μ| against log σ of all Bayesian weights.
    #[wasm_bindgen(js_name = drawScatter)]
    pub fn draw_scatter(&self, canvas: HtmlCanvasElement) -> Result<(), JsValue> {
        self.show(canvas, &self.scatter(), None)
    }

    /// Draws log|μ| against log σ of a square of the first layer: `count` inputs and as many
    /// outputs, from number `first` on, or as many as there are.
    #[wasm_bindgen(js_name = drawPartScatter)]
    pub fn draw_part_scatter(
        &self,
        first: usize,
        count: usize,
        canvas: HtmlCanvasElement,
    ) -> Result<(), JsValue> {
        let Some(frame) = &self.frame else { return Ok(()) };
        let weights = layer_of(frame, 0);
        let within = |end: usize| first.min(end)..(first + count).min(end);
        let (mean, log_sigma) = weights.part(within(weights.rows), within(weights.columns));
        let epoch = frame.header.epoch;
        let plot = scatter_plot(&[&mean], &[&log_sigma], self.threshold, epoch);
        self.show(canvas, &plot, None)
    }

    /// Draws a prediction, given as JSON, of classes with these names, or that there is none.
    #[wasm_bindgen(js_name = drawPrediction)]
    pub fn draw_prediction(
        &self,
        json: Option<String>,
        names: Vec<String>,
        canvas: HtmlCanvasElement,
    ) -> Result<(), JsValue> {
        let prediction: Prediction = json.map_or(Ok(Prediction::default()), |json| parse(&json))?;
        self.show(canvas, &prediction_plot(&prediction, &names), None)
    }

    /// Draws the two histograms of entropies, given as JSON.
    #[wasm_bindgen(js_name = drawEntropies)]
    pub fn draw_entropies(
        &self,
        json: &str,
        classes: usize,
        canvas: HtmlCanvasElement,
    ) -> Result<(), JsValue> {
        self.show(canvas, &self.entropies(json, classes)?, None)
    }

    /// Draws one weight's posterior.
    #[wasm_bindgen(js_name = drawPosterior)]
    pub fn draw_posterior(
        &self,
        mean: f32,
        sigma: f32,
        canvas: HtmlCanvasElement,
    ) -> Result<(), JsValue> {
        self.show(canvas, &posterior_plot(mean, sigma), None)
    }
}

impl View {
    /// The run so far as a chart.
    pub(super) fn over_epochs(&self, chart: &Chart) -> Plot {
        chart.plot(&[("", &self.records)], &self.marks, self.epochs)
    }

    /// All Bayesian weights of the frame.
    pub(super) fn scatter(&self) -> Plot {
        let layers = self.frame.iter().flat_map(|f| &f.layers);
        let bayesian = layers.filter(|layer| !layer.log_sigma.is_empty());
        let (mean, log_sigma): (Vec<&[f32]>, Vec<&[f32]>) =
            bayesian.map(|layer| (&layer.mean[..], &layer.log_sigma[..])).unzip();
        let epoch = self.frame.as_ref().map_or(0, |frame| frame.header.epoch);
        scatter_plot(&mean, &log_sigma, self.threshold, epoch)
    }

    /// The two histograms of entropies, given as JSON.
    pub(super) fn entropies(&self, json: &str, classes: usize) -> Result<Plot, JsValue> {
        let entropies: Entropies = parse(json)?;
        let images = self.frame.as_ref().is_some_and(|frame| frame.header.image.is_some());
        Ok(entropies_plot(&entropies, classes, &Objects::of(images)))
    }

    /// Draws a plot on a canvas with the view's theme.
    fn show(&self, canvas: HtmlCanvasElement, plot: &Plot, now: Option<f64>) -> Result<(), JsValue> {
        let canvas = Canvas::new(canvas).ok_or_else(|| JsValue::from_str("no 2d canvas"))?;
        let surface = Surface::measuring(canvas.into_drawing_area());
        draw(&surface, plot, &self.theme, now).map_err(|error| JsValue::from_str(&error))
    }
}
