//! Plots: what is seen of a run, drawn by plotters or painted pixel by pixel.
//!
//! The same functions draw on a canvas in the page and write SVG natively. Lengths are CSS pixels
//! times [`Theme::scale`]; nothing here reads a network, only records, weights and predictions.
//!
//! To add a chart over epochs: one variant of [`Chart`] with its series.

mod axes;
mod charts;
pub mod colormap;
pub mod entropy;
pub mod filters;
pub mod heatmap;
pub mod numbers;
mod pen;
pub mod plot;
pub mod posterior;
pub mod scatter;
pub mod tiles;
pub mod uncertainty;

use plotters::drawing::DrawingArea;
use plotters::style::RGBColor;

pub use charts::{Chart, History, Mark};

/// Where to draw: all of a canvas or SVG picture, or a part of it.
pub type Area<'a, DB> = DrawingArea<DB, plotters::coord::Shift>;

/// Colours and sizes of the charts.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Text, axes and what matters most.
    pub ink: RGBColor,
    /// Numbers on axes and other secondary text, still 4.5:1 on `paper`.
    pub faint: RGBColor,
    /// Grid lines.
    pub grid: RGBColor,
    /// The background.
    pub paper: RGBColor,
    /// Lines; told apart with any kind of colour vision.
    pub series: [RGBColor; 4],
    /// Device pixels per CSS pixel.
    pub scale: f64,
    /// What text sizes are multiplied by, and with them the margins.
    pub text: f64,
    /// The font family, as in CSS.
    pub family: &'static str,
    /// Hairlines lie on multiples of this many device pixels.
    snap: f64,
    /// The font size on the page for one of the backend.
    font_unit: f64,
}

const fn rgb(hex: u32) -> RGBColor {
    RGBColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

impl Theme {
    /// Dark ink on white, `scale` device pixels per CSS pixel.
    ///
    /// The four series differ from each other by at least 38 CIELAB units in normal vision and
    /// under simulated protanopia, deuteranopia and tritanopia (Machado et al., 2009).
    pub fn light(scale: f64) -> Self {
        Self {
            ink: rgb(0x1a1d21),
            faint: rgb(0x5a626c),
            grid: rgb(0xe4e7eb),
            paper: rgb(0xffffff),
            series: [rgb(0x0072b2), rgb(0xd55e00), rgb(0x1b1b33), rgb(0x7f5b52)],
            scale,
            text: 1.0,
            family: "system-ui, sans-serif",
            snap: 1.0,
            font_unit: 1.0,
        }
    }

    /// Light ink on near black.
    ///
    /// The series differ by at least 39 CIELAB units, as in [`light`](Self::light).
    pub fn dark(scale: f64) -> Self {
        Self {
            ink: rgb(0xe8eaed),
            faint: rgb(0x9aa3ad),
            grid: rgb(0x2b3038),
            paper: rgb(0x15181d),
            series: [rgb(0x56b4e9), rgb(0xe69f00), rgb(0xf2f2f2), rgb(0xff4d73)],
            ..Self::light(scale)
        }
    }

    /// The same with larger text, for a projector.
    pub fn presenter(self) -> Self {
        Self { text: 1.35, ..self }
    }

    /// The same for a backend that counts `steps` places to a device pixel, so that slanted lines
    /// are straight although plotters counts in whole numbers.
    pub fn fine(self, steps: u32) -> Self {
        let steps = f64::from(steps);
        Self { scale: self.scale * steps, snap: self.snap * steps, ..self }
    }

    /// The colour of text that belongs to series `i`: towards the ink, so that it is read easily.
    fn series_text(&self, i: usize) -> RGBColor {
        blend(self.series[i], self.ink, 0.3)
    }
}

/// `share` of `b` in `a`.
fn blend(a: RGBColor, b: RGBColor, share: f64) -> RGBColor {
    let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    RGBColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// A chart as an SVG picture of (width, height) CSS pixels.
#[cfg(not(target_arch = "wasm32"))]
pub fn svg(chart: Chart, history: &History<'_>, theme: &Theme, size: (u32, u32)) -> String {
    svg_with(theme, size, |area, theme| chart.draw(area, history, theme))
}

/// Whatever `draw` draws, as an SVG picture of (width, height) CSS pixels.
#[cfg(not(target_arch = "wasm32"))]
pub fn svg_with(
    theme: &Theme,
    (width, height): (u32, u32),
    draw: impl FnOnce(&Area<'_, plotters::prelude::SVGBackend<'_>>, &Theme) -> Result<(), String>,
) -> String {
    use plotters::drawing::IntoDrawingArea;
    /// Plotters counts in whole pixels; eight to a CSS pixel keep slanted lines straight.
    const FINE: u32 = 8;
    let (fine_width, fine_height) = (FINE * width, FINE * height);
    // The SVG backend divides font sizes by 1.24.
    let theme = Theme { scale: 1.0, font_unit: 1.0 / 1.24, ..theme.clone() }.fine(FINE);
    let mut picture = String::new();
    let area = plotters::prelude::SVGBackend::with_string(&mut picture, (fine_width, fine_height))
        .into_drawing_area();
    draw(&area, &theme).expect("memory takes all drawing");
    drop(area);
    picture.replacen(
        &format!("width=\"{fine_width}\" height=\"{fine_height}\" viewBox"),
        &format!("width=\"{width}\" height=\"{height}\" viewBox"),
        1,
    )
}
