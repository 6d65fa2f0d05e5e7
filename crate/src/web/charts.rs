//! The charts of the page, drawn on its canvases.

use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use super::canvas::Canvas;
use super::view::{View, layer_of, parse};
use crate::plots::entropy::{Objects, draw_entropies};
use crate::plots::scatter::draw_scatter;
use crate::plots::{self, Area, Chart, History, Theme};
use crate::prediction::{Entropies, Prediction};

#[wasm_bindgen]
impl View {
    /// Draws one of the charts over epochs.
    #[wasm_bindgen(js_name = drawChart)]
    pub fn draw_chart(&self, name: &str, canvas: HtmlCanvasElement) -> Result<(), JsValue> {
        let chart = Chart::ALL.into_iter().find(|chart| chart.name() == name);
        let chart = chart.ok_or_else(|| JsValue::from_str(&format!("no chart called {name}")))?;
        self.on(canvas, |area, theme| chart.draw(area, &self.history(), theme))
    }

    /// Draws log|μ| against log σ of all Bayesian weights.
    #[wasm_bindgen(js_name = drawScatter)]
    pub fn draw_scatter(&self, canvas: HtmlCanvasElement) -> Result<(), JsValue> {
        let layers = self.frame.iter().flat_map(|f| &f.layers);
        let bayesian = layers.filter(|layer| !layer.log_sigma.is_empty());
        let (mean, log_sigma): (Vec<&[f32]>, Vec<&[f32]>) =
            bayesian.map(|layer| (&layer.mean[..], &layer.log_sigma[..])).unzip();
        self.on(canvas, |area, theme| draw_scatter(area, &mean, &log_sigma, self.threshold, theme))
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
        self.on(canvas, |area, theme| {
            draw_scatter(area, &[&mean], &[&log_sigma], self.threshold, theme)
        })
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
        self.on(canvas, |area, theme| {
            plots::uncertainty::draw_prediction(area, &prediction, &names, theme)
        })
    }

    /// Draws the two histograms of entropies, given as JSON.
    #[wasm_bindgen(js_name = drawEntropies)]
    pub fn draw_entropies(
        &self,
        json: &str,
        classes: usize,
        canvas: HtmlCanvasElement,
    ) -> Result<(), JsValue> {
        let Entropies { inside, outside } = parse(json)?;
        let objects = self.objects();
        self.on(canvas, |area, theme| {
            draw_entropies(area, &inside, &outside, classes, &objects, theme)
        })
    }

    /// Draws one weight's posterior.
    #[wasm_bindgen(js_name = drawPosterior)]
    pub fn draw_posterior(
        &self,
        mean: f32,
        sigma: f32,
        canvas: HtmlCanvasElement,
    ) -> Result<(), JsValue> {
        self.on(canvas, |area, theme| plots::posterior::draw_posterior(area, mean, sigma, theme))
    }
}

impl View {
    /// The run so far.
    pub(super) fn history(&self) -> History<'_> {
        History {
            records: &self.records,
            marks: &self.marks,
            playhead: self.playhead,
            epochs: self.epochs,
        }
    }

    /// What the objects of the data are called.
    pub(super) fn objects(&self) -> Objects {
        Objects::of(self.frame.as_ref().is_some_and(|frame| frame.header.image.is_some()))
    }

    /// Draws on a canvas with the view's theme.
    fn on(
        &self,
        canvas: HtmlCanvasElement,
        draw: impl FnOnce(&Area<'_, Canvas>, &Theme) -> Result<(), String>,
    ) -> Result<(), JsValue> {
        use plotters::drawing::IntoDrawingArea;
        let canvas = Canvas::new(canvas).ok_or_else(|| JsValue::from_str("no 2d canvas"))?;
        draw(&canvas.into_drawing_area(), &self.theme).map_err(|error| JsValue::from_str(&error))
    }
}
