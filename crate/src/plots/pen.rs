//! A pen: lines, boxes and words on an area, in fractions of device pixels.

use crate::linalg::order;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};

use super::{Area, Theme};

/// What drawing gives: nothing, or what went wrong.
pub type Drawn = Result<(), String>;

/// A place in device pixels from the area's upper left corner.
pub type Place = (f64, f64);

/// Lengths of drawn and blank in CSS pixels, over and over; empty is a whole line.
pub type Dash = &'static [f64];

/// Patterns that tell lines apart without colour.
pub const DASHES: [Dash; 4] = [&[], &[6.0, 3.0], &[1.5, 2.5], &[8.0, 2.5, 1.5, 2.5]];

/// Where a text lies from the place it is given.
#[derive(Clone, Copy)]
pub enum Align {
    /// It ends there.
    End,
    /// Its middle is there.
    Middle,
    /// It begins there.
    Start,
}

/// Text sizes in CSS pixels.
pub const SMALL: f64 = 11.0;

/// Draws on an area by a theme.
pub struct Pen<'a, DB: DrawingBackend> {
    area: &'a Area<'a, DB>,
    /// The theme.
    pub theme: &'a Theme,
}

impl<'a, DB: DrawingBackend> Pen<'a, DB> {
    /// A pen on `area`, which is wiped first.
    pub fn new(area: &'a Area<'a, DB>, theme: &'a Theme) -> Result<Self, String> {
        area.fill(&theme.paper).map_err(|error| error.to_string())?;
        Ok(Self { area, theme })
    }

    /// Width and height of the area.
    pub fn size(&self) -> (f64, f64) {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width), f64::from(height))
    }

    /// Device pixels of so many CSS pixels.
    pub fn px(&self, css: f64) -> f64 {
        css * self.theme.scale
    }

    /// Device pixels of so many CSS pixels of a length that grows with the text.
    pub fn em(&self, css: f64) -> f64 {
        css * self.theme.scale * self.theme.text
    }

    /// The nearest edge between device pixels.
    pub fn snap(&self, at: f64) -> f64 {
        (at / self.theme.snap).round() * self.theme.snap
    }

    fn stroke(&self, css: f64) -> u32 {
        self.px(css).round().max(1.0) as u32
    }

    /// A filled box with these opposite corners.
    pub fn rectangle(&self, a: Place, b: Place, colour: impl Color) -> Drawn {
        let style = ShapeStyle { color: colour.to_rgba(), filled: true, stroke_width: 0 };
        let (left, right) = (a.0.min(b.0), a.0.max(b.0));
        let (top, bottom) = (a.1.min(b.1), a.1.max(b.1));
        let corners = [round((left, top)), round((right, bottom))];
        self.area.draw(&Rectangle::new(corners, style)).map_err(|error| error.to_string())
    }

    /// A crisp vertical line one CSS pixel wide.
    pub fn vertical(&self, x: f64, (top, bottom): (f64, f64), colour: impl Color) -> Drawn {
        let (left, right) = self.hair(x);
        self.rectangle((left, top), (right, bottom), colour)
    }

    /// A crisp horizontal line one CSS pixel wide.
    pub fn horizontal(&self, y: f64, (left, right): (f64, f64), colour: impl Color) -> Drawn {
        let (top, bottom) = self.hair(y);
        self.rectangle((left, top), (right, bottom), colour)
    }

    /// A crisp vertical line of dashes.
    pub fn vertical_dashes(&self, x: f64, (top, bottom): (f64, f64), colour: impl Color) -> Drawn {
        let step = self.px(5.0);
        let mut y = top;
        while y < bottom {
            self.vertical(x, (y, (y + 0.6 * step).min(bottom)), colour.to_rgba())?;
            y += step;
        }
        Ok(())
    }

    /// Both edges of a hairline around `at`.
    fn hair(&self, at: f64) -> (f64, f64) {
        let width = self.snap(self.theme.scale).max(self.theme.snap);
        let low = self.snap(at - 0.5 * width);
        (low, low + width)
    }

    /// A line through `points`, `width` CSS pixels wide.
    pub fn line(&self, points: &[Place], colour: impl Color, width: f64, dash: Dash) -> Drawn {
        let color = colour.to_rgba();
        let style = ShapeStyle { color, filled: false, stroke_width: self.stroke(width) };
        for run in dashes(points, dash, self.theme.scale) {
            let path: Vec<_> = run.into_iter().map(round).collect();
            let element = PathElement::new(path, style);
            self.area.draw(&element).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// A filled outline.
    pub fn polygon(&self, points: &[Place], colour: impl Color) -> Drawn {
        let style = ShapeStyle { color: colour.to_rgba(), filled: true, stroke_width: 0 };
        let corners: Vec<_> = points.iter().copied().map(round).collect();
        self.area.draw(&Polygon::new(corners, style)).map_err(|error| error.to_string())
    }

    /// A disc of `radius` CSS pixels.
    pub fn dot(&self, at: Place, radius: f64, colour: impl Color) -> Drawn {
        let style = ShapeStyle { color: colour.to_rgba(), filled: true, stroke_width: 0 };
        let radius = self.px(radius).round().max(1.0) as u32;
        self.area.draw(&Circle::new(round(at), radius, style)).map_err(|error| error.to_string())
    }

    /// A disc with a rim of paper, which stands out of any line it lies on.
    pub fn bead(&self, at: Place, radius: f64, colour: impl Color) -> Drawn {
        self.dot(at, radius + 1.0, self.theme.paper)?;
        self.dot(at, radius, colour)
    }

    /// A word beside `at`, its middle at that height.
    pub fn text(&self, text: &str, at: Place, align: Align, colour: impl Color) -> Drawn {
        let h_pos = match align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let colour = colour.to_rgba();
        let style = self.font().pos(Pos::new(h_pos, VPos::Center)).color(&colour);
        self.area.draw_text(text, &style, round(at)).map_err(|error| error.to_string())
    }

    /// The same over a veil of paper, which keeps it readable on lines.
    pub fn label(&self, text: &str, at: Place, align: Align, colour: impl Color) -> Drawn {
        let (left, right) = self.extent(text, at.0, align);
        let (half, pad) = (self.em(0.55 * SMALL), self.px(1.5));
        let veil = self.theme.paper.mix(0.8);
        self.rectangle((left - pad, at.1 - half), (right + pad, at.1 + half), veil)?;
        self.text(text, at, align, colour)
    }

    /// The ends of a word beside `x`.
    fn extent(&self, text: &str, x: f64, align: Align) -> (f64, f64) {
        let width = self.width(text);
        let left = match align {
            Align::Start => x,
            Align::Middle => x - 0.5 * width,
            Align::End => x - width,
        };
        (left, left + width)
    }

    /// How wide a text is: asked of the backend where it can tell, else of a typical font.
    pub fn width(&self, text: &str) -> f64 {
        if cfg!(target_arch = "wasm32") {
            let size = self.area.estimate_text_size(text, &self.font());
            size.map_or(0.0, |(width, _)| f64::from(width))
        } else {
            self.em(SMALL) * text.chars().map(advance).sum::<f64>()
        }
    }

    fn font(&self) -> TextStyle<'static> {
        let size = self.em(SMALL) / self.theme.font_unit;
        FontDesc::new(FontFamily::Name(self.theme.family), size, FontStyle::Normal).into()
    }

    /// Words in the middle of a box, in as many lines as they need.
    pub fn message(&self, text: &str, (low, high): (Place, Place)) -> Drawn {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let line = lines.last_mut().expect("there is a first line");
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if !line.is_empty() && self.width(&longer) > 0.95 * (high.0 - low.0) {
                lines.push(word.to_owned());
            } else {
                *line = longer;
            }
        }
        let step = self.em(1.35 * SMALL);
        let (x, y) = (0.5 * (low.0 + high.0), 0.5 * (low.1 + high.1));
        let first = y - 0.5 * step * (lines.len() - 1) as f64;
        for (i, line) in lines.iter().enumerate() {
            let at = (x, first + step * i as f64);
            self.label(line, at, Align::Middle, self.theme.ink)?;
        }
        Ok(())
    }
}

/// The nearest device pixel.
fn round((x, y): Place) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
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

/// The pieces of a line that a dash leaves, `scale` device pixels to the dash's CSS pixel.
fn dashes(points: &[Place], dash: Dash, scale: f64) -> Vec<Vec<Place>> {
    if points.len() < 2 {
        return Vec::new();
    }
    if dash.is_empty() {
        return vec![points.to_vec()];
    }
    let (mut pieces, mut piece) = (Vec::new(), vec![points[0]]);
    let (mut phase, mut left) = (0, dash[0] * scale);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = dx.hypot(dy);
            let drawn = phase % 2 == 0;
            if length < left {
                left -= length;
                if drawn {
                    piece.push(to);
                }
                break;
            }
            from = (from.0 + dx * left / length, from.1 + dy * left / length);
            if drawn {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece.push(from);
            }
            phase += 1;
            left = dash[phase % dash.len()] * scale;
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// Moves places apart to be `gap` from each other within `low … high`, as little as it takes, and
/// keeps their order. (Least squares: neighbours that would overlap share their mean place.)
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let order = order(wanted);
    // Blocks of neighbours: the sum of wanted places less their offsets, and how many.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (rank, &i) in order.iter().enumerate() {
        blocks.push((wanted[i] - gap * rank as f64, 1));
        while let [.., a, b] = blocks[..]
            && a.0 / a.1 as f64 >= b.0 / b.1 as f64
        {
            blocks.truncate(blocks.len() - 2);
            blocks.push((a.0 + b.0, a.1 + b.1));
        }
    }
    let highest = high - gap * wanted.len().saturating_sub(1) as f64;
    let mut places = vec![0.0; wanted.len()];
    let starts = blocks.into_iter().flat_map(|(sum, n)| std::iter::repeat_n(sum / n as f64, n));
    for ((rank, &i), start) in order.iter().enumerate().zip(starts) {
        places[i] = start.min(highest).max(low) + gap * rank as f64;
    }
    places
}

/// A colour that lets `1 − alpha` of what is below through.
pub fn veiled(colour: impl Color, alpha: f64) -> RGBAColor {
    colour.mix(alpha)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_their_share_of_a_line() {
        let points = [(0.0, 0.0), (30.0, 40.0), (30.0, 100.0)];
        let length = |pieces: &[Vec<Place>]| -> f64 {
            let steps = pieces.iter().flat_map(|p| p.windows(2));
            steps.map(|w| (w[1].0 - w[0].0).hypot(w[1].1 - w[0].1)).sum()
        };
        assert_eq!(length(&dashes(&points, &[], 1.0)), 110.0);
        // 110 = 12 times (6 drawn, 3 blank) and 2 more drawn.
        assert!((length(&dashes(&points, &[6.0, 3.0], 1.0)) - 74.0).abs() < 1e-9);
    }

    #[test]
    fn labels_are_spread_without_leaving_their_room() {
        assert_eq!(spread(&[10.0, 50.0], 12.0, 0.0, 100.0), [10.0, 50.0]);
        assert_eq!(spread(&[52.0, 50.0], 12.0, 0.0, 100.0), [57.0, 45.0]);
        assert_eq!(spread(&[99.0, 100.0, 98.0], 12.0, 0.0, 100.0), [88.0, 100.0, 76.0]);
        assert_eq!(spread(&[1.0, 1.0], 12.0, 0.0, 100.0), [0.0, 12.0]);
    }
}
