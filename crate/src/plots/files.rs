//! Plots as files: SVG pictures, and the bytes that go from the worker to the page.

use plotters::drawing::IntoDrawingArea;

use super::brush::{Brush, Drawn, Surface};
use super::draw::complete;
use super::plot::Plot;
use super::theme::Theme;

/// Whatever `draw` draws, as an SVG picture of (width, height) CSS pixels.
pub fn svg(
    theme: &Theme,
    (width, height): (u32, u32),
    draw: &dyn Fn(&dyn Brush, &Theme) -> Drawn,
) -> String {
    /// Plotters counts in whole pixels; eight to a CSS pixel keep slanted lines straight.
    const FINE: u32 = 8;
    /// The SVG backend divides font sizes by 1.24.
    const FONT: f64 = 1.0 / 1.24;
    let (fine_width, fine_height) = (FINE * width, FINE * height);
    let theme = Theme { scale: 1.0, ..theme.clone() }.fine(FINE);
    let mut picture = String::new();
    let area = plotters::prelude::SVGBackend::with_string(&mut picture, (fine_width, fine_height));
    let surface = Surface::blind(area.into_drawing_area(), FONT);
    draw(&surface, &theme).expect("memory takes all drawing");
    drop(surface);
    picture.replacen(
        &format!("width=\"{fine_width}\" height=\"{fine_height}\" viewBox"),
        &format!("width=\"{width}\" height=\"{height}\" viewBox"),
        1,
    )
}

impl Plot {
    /// A picture that stands by itself, with title and `caption`, as SVG.
    pub fn svg(&self, caption: &str, theme: &Theme, size: (u32, u32)) -> String {
        svg(theme, size, &|brush, theme| complete(brush, self, theme, caption))
    }

    /// The plot as bytes, values that are not finite among them.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a plot is plain data")
    }

    /// The plot in `bytes`; none if they are not one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}
