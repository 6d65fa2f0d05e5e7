//! A picture on the page: a plot on a canvas, with all that can be read off it or saved.

use plotters::drawing::IntoDrawingArea;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use super::canvas::{Canvas, STEPS};
use super::figure::listed;
use super::to_json;
use crate::plots::brush::{Drawn, Surface};
use crate::plots::listing::{csv, rows};
use crate::plots::plot::{Handle, Plot, Shape};
use crate::plots::reading::reading;
use crate::plots::under::{Found, Sight, step};
use crate::plots::{Theme, complete, draw};

/// A plot on a canvas of the page.
#[wasm_bindgen]
pub struct Chart {
    canvas: HtmlCanvasElement,
    plot: Plot,
    theme: Theme,
    /// The epoch that the rest of the page shows, if the picture is over epochs.
    playhead: Option<f64>,
    /// Where the arrow keys stand.
    stop: Option<(f64, f64)>,
}

#[wasm_bindgen]
impl Chart {
    /// A canvas without a plot yet.
    #[wasm_bindgen(constructor)]
    pub fn new(canvas: HtmlCanvasElement) -> Self {
        let theme = Theme::light(1.0);
        Self { canvas, plot: Plot::default(), theme, playhead: None, stop: None }
    }

    /// Takes in a plot; what are no bytes of one change nothing.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.plot = Plot::from_bytes(bytes).unwrap_or(std::mem::take(&mut self.plot));
    }

    /// What the rest of the page shows: the epoch, the theme, device pixels for a CSS pixel.
    pub fn set(&mut self, epoch: Option<f64>, dark: bool, scale: f64) {
        self.playhead = epoch.filter(|_| self.over_epochs());
        self.theme = theme(dark, scale).fine(STEPS);
    }

    /// Draws the plot on all of the canvas.
    pub fn draw(&self) -> Result<(), JsValue> {
        let surface = surface(&self.canvas)?;
        told(draw(&surface, &self.plot, &self.theme, self.playhead))
    }

    /// The title.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.plot.title.clone()
    }

    /// Whether there is nothing at all to show, not even why.
    #[wasm_bindgen(getter)]
    pub fn blank(&self) -> bool {
        self.plot == Plot::default()
    }

    /// Why there is nothing to draw; empty if there is.
    #[wasm_bindgen(getter)]
    pub fn message(&self) -> String {
        self.plot.message.clone()
    }

    /// Whether the epochs are across: then it is the same at each.
    #[wasm_bindgen(getter, js_name = overEpochs)]
    pub fn over_epochs(&self) -> bool {
        self.plot.x.label == "epoch"
    }

    /// What it says, in one sentence.
    pub fn reading(&self) -> String {
        reading(&self.plot, self.playhead)
    }

    /// Whether it is a table, which is no drawing.
    #[wasm_bindgen(js_name = isTable)]
    pub fn is_table(&self) -> bool {
        self.plot.marks.iter().any(|mark| matches!(mark.shape, Shape::Table { .. }))
    }

    /// The numbers as a table.
    pub fn listing(&self) -> String {
        listed(&rows(&self.plot))
    }

    /// The numbers as a file.
    pub fn csv(&self) -> String {
        csv(&self.plot)
    }

    /// A picture that stands by itself, as wide and high as the canvas is on the page.
    pub fn svg(&self, caption: &str, width: u32, height: u32) -> String {
        self.plot.svg(caption, &Theme::light(1.0), (width, height))
    }

    /// The same on a canvas of `scale` pixels for a CSS pixel.
    pub fn paint(
        &self,
        canvas: &HtmlCanvasElement,
        caption: &str,
        scale: f64,
    ) -> Result<(), JsValue> {
        let surface = surface(canvas)?;
        told(complete(&surface, &self.plot, &Theme::light(scale).fine(STEPS), caption))
    }

    /// What is under a place of the canvas, in CSS pixels: JSON `{words, at, places}`, or nothing.
    pub fn under(&self, x: f64, y: f64) -> Option<String> {
        self.seen(|sight| sight.under((x, y)))
    }

    /// Where an arrow key, Home or End leads, as [`under`](Self::under).
    pub fn step(&mut self, key: &str) -> Option<String> {
        self.stop = Some(step(&self.plot, self.stop, key)?);
        let stop = self.stop?;
        self.seen(|sight| sight.at(stop))
    }

    /// The number of the handle that can be dragged from a place; if not `along`, only of one that
    /// is there itself.
    pub fn handle(&self, x: f64, y: f64, along: bool) -> Option<usize> {
        let surface = surface(&self.canvas).ok()?;
        Sight::new(&surface, &self.plot, &self.theme).handle((x, y), along)
    }

    /// The values at a place: (x, y) in the axes' units.
    pub fn values(&self, x: f64, y: f64) -> Vec<f64> {
        let Ok(surface) = surface(&self.canvas) else { return Vec::new() };
        let (x, y) = Sight::new(&surface, &self.plot, &self.theme).values((x, y));
        vec![x, y]
    }

    /// What can be moved, and where it is in CSS pixels: JSON `[{name, place}]`.
    pub fn handles(&self) -> String {
        let Ok(surface) = surface(&self.canvas) else { return "[]".to_owned() };
        let sight = Sight::new(&surface, &self.plot, &self.theme);
        let handles = self.plot.handles.iter();
        let handles = handles.map(|h| json!({ "name": h.name, "place": sight.place(h.at) }));
        Value::from_iter(handles).to_string()
    }

    /// Where an arrow key takes handle number `i`: (x, y), a fiftieth of the axes at a time.
    pub fn nudged(&self, i: usize, key: &str) -> Option<Vec<f64>> {
        let Handle { at, moves, .. } = self.plot.handles.get(i)?;
        let (x, y) = match key {
            "ArrowLeft" => (-NUDGE, 0.0),
            "ArrowRight" => (NUDGE, 0.0),
            "ArrowDown" => (0.0, -NUDGE),
            "ArrowUp" => (0.0, NUDGE),
            _ => return None,
        };
        let may = (x != 0.0 && moves.0) || (y != 0.0 && moves.1);
        let along = |axis: &crate::plots::plot::Axis, value: f64, by: f64| {
            axis.value((axis.share(value) + by).clamp(0.0, 1.0))
        };
        may.then(|| vec![along(&self.plot.x, at.0, x), along(&self.plot.y, at.1, y)])
    }

    fn seen(&self, find: impl FnOnce(&Sight<'_>) -> Option<Found>) -> Option<String> {
        let surface = surface(&self.canvas).ok()?;
        find(&Sight::new(&surface, &self.plot, &self.theme)).map(|found| to_json(&found))
    }
}

/// The share of an axis that an arrow key moves a handle by.
const NUDGE: f64 = 0.02;

fn theme(dark: bool, scale: f64) -> Theme {
    if dark { Theme::dark(scale) } else { Theme::light(scale) }
}

fn surface(canvas: &HtmlCanvasElement) -> Result<Surface<Canvas>, JsValue> {
    let canvas = Canvas::new(canvas.clone()).ok_or_else(|| JsValue::from_str("no 2d canvas"))?;
    Ok(Surface::measuring(canvas.into_drawing_area()))
}

fn told(drawn: Drawn) -> Result<(), JsValue> {
    drawn.map_err(|error| JsValue::from_str(&error))
}
