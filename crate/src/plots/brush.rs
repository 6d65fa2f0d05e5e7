//! A brush: the few verbs that pictures are drawn with, so that nothing above them is generic.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};

/// What drawing gives: nothing, or what went wrong.
pub type Drawn = Result<(), String>;

/// A place in device pixels from the upper left corner.
pub type Place = (f64, f64);

/// Where a text lies from the place it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// It ends there.
    End,
    /// Its middle is there.
    Middle,
    /// It begins there.
    Start,
}

/// Something to draw with. Lengths are device pixels.
pub trait Brush {
    /// Width and height of what is drawn on.
    fn size(&self) -> (f64, f64);
    /// A filled box with its upper left and its lower right corner.
    fn rectangle(&self, low: Place, high: Place, colour: RGBAColor) -> Drawn;
    /// A line through points.
    fn path(&self, points: &[Place], width: u32, colour: RGBAColor) -> Drawn;
    /// A filled outline.
    fn polygon(&self, points: &[Place], colour: RGBAColor) -> Drawn;
    /// A filled disc.
    fn disc(&self, at: Place, radius: u32, colour: RGBAColor) -> Drawn;
    /// A text of a size beside a place, its middle at that height.
    fn text(&self, text: &str, size: f64, at: Place, align: Align, colour: RGBAColor) -> Drawn;
    /// How wide a text of a size is.
    fn width(&self, text: &str, size: f64) -> f64;
}

/// The font family, as in CSS.
const FAMILY: &str = "system-ui, sans-serif";

/// Any plotters backend as a brush.
pub struct Surface<DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    /// Whether the backend knows how wide a text is; else that of a typical font is taken.
    measures: bool,
    /// The font size in device pixels that the backend writes for one.
    font_unit: f64,
}

impl<DB: DrawingBackend> Surface<DB> {
    /// On a backend that measures texts.
    pub fn measuring(area: DrawingArea<DB, Shift>) -> Self {
        Self { area, measures: true, font_unit: 1.0 }
    }

    /// On a backend that does not know the font.
    pub fn blind(area: DrawingArea<DB, Shift>, font_unit: f64) -> Self {
        Self { area, measures: false, font_unit }
    }

    fn font(&self, size: f64) -> TextStyle<'static> {
        let family = FontFamily::Name(FAMILY);
        FontDesc::new(family, size / self.font_unit, FontStyle::Normal).into()
    }

    fn draw<'a, E>(&'a self, element: &'a E) -> Drawn
    where
        E: plotters::element::Drawable<DB>,
        &'a E: plotters::element::PointCollection<'a, (i32, i32)>,
    {
        self.area.draw(element).map_err(|error| error.to_string())
    }
}

impl<DB: DrawingBackend> Brush for Surface<DB> {
    fn size(&self) -> (f64, f64) {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width), f64::from(height))
    }

    fn rectangle(&self, low: Place, high: Place, colour: RGBAColor) -> Drawn {
        self.draw(&Rectangle::new([round(low), round(high)], filled(colour)))
    }

    fn path(&self, points: &[Place], width: u32, color: RGBAColor) -> Drawn {
        let style = ShapeStyle { color, filled: false, stroke_width: width };
        self.draw(&PathElement::new(rounded(points), style))
    }

    fn polygon(&self, points: &[Place], colour: RGBAColor) -> Drawn {
        self.draw(&Polygon::new(rounded(points), filled(colour)))
    }

    fn disc(&self, at: Place, radius: u32, colour: RGBAColor) -> Drawn {
        self.draw(&Circle::new(round(at), radius, filled(colour)))
    }

    fn text(&self, text: &str, size: f64, at: Place, align: Align, colour: RGBAColor) -> Drawn {
        let h_pos = match align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let style = self.font(size).pos(Pos::new(h_pos, VPos::Center)).color(&colour);
        self.area.draw_text(text, &style, round(at)).map_err(|error| error.to_string())
    }

    fn width(&self, text: &str, size: f64) -> f64 {
        if self.measures {
            let size = self.area.estimate_text_size(text, &self.font(size));
            size.map_or(0.0, |(width, _)| f64::from(width))
        } else {
            size * text.chars().map(advance).sum::<f64>()
        }
    }
}

fn filled(color: RGBAColor) -> ShapeStyle {
    ShapeStyle { color, filled: true, stroke_width: 0 }
}

/// The nearest device pixel.
fn round((x, y): Place) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

fn rounded(points: &[Place]) -> Vec<(i32, i32)> {
    points.iter().copied().map(round).collect()
}

/// A character's width in a typical sans-serif font, by its height.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | '\'' | '|' | 'I' | '·' | '¹' => 0.29,
        'f' | 't' | 'r' | '(' | ')' | '-' | ' ' | '/' | '⁻' | '²' | '³' | '⁰'..='⁹' => 0.38,
        'm' | 'w' | 'M' | 'W' | '%' | '—' => 0.92,
        'A'..='Z' | '×' | '−' | '=' | '+' | '≠' | '÷' => 0.69,
        '0'..='9' => 0.62,
        _ => 0.59,
    }
}
