//! A pen: lines, boxes and words on a part of what a brush draws on.

use crate::linalg::order;
use plotters::style::{Color, RGBAColor};

use super::brush::{Align, Brush, Drawn, Place};
use super::theme::Theme;

/// Lengths of drawn and blank in CSS pixels, over and over; empty is a whole line.
pub type Dash = &'static [f64];

/// Patterns that tell lines apart without colour.
pub const DASHES: [Dash; 4] = [&[], &[6.0, 3.0], &[1.5, 2.5], &[8.0, 2.5, 1.5, 2.5]];

/// The size of texts in CSS pixels.
pub const SMALL: f64 = 11.0;

/// The size of titles in CSS pixels.
pub const LARGE: f64 = 14.0;

/// Draws on a box by a theme. Places are from the box's upper left corner.
#[derive(Clone, Copy)]
pub struct Pen<'a> {
    brush: &'a dyn Brush,
    /// The theme.
    pub theme: &'a Theme,
    corner: Place,
    size: (f64, f64),
}

impl<'a> Pen<'a> {
    /// A pen on everything.
    pub fn new(brush: &'a dyn Brush, theme: &'a Theme) -> Self {
        Self { brush, theme, corner: (0.0, 0.0), size: brush.size() }
    }

    /// The same on the part between two heights.
    pub fn between(self, top: f64, bottom: f64) -> Self {
        let (top, bottom) = (self.snap(top), self.snap(bottom.max(top)));
        let corner = (self.corner.0, self.corner.1 + top);
        Self { corner, size: (self.size.0, bottom - top), ..self }
    }

    /// Wipes everything.
    pub fn wipe(&self) -> Drawn {
        self.rectangle((0.0, 0.0), self.size, self.theme.paper)
    }

    /// Width and height.
    pub fn size(&self) -> (f64, f64) {
        self.size
    }

    /// Where a place is on what the brush draws on.
    fn out(&self, (x, y): Place) -> Place {
        (self.corner.0 + x, self.corner.1 + y)
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
    pub fn rectangle(&self, a: Place, b: Place, colour: RGBAColor) -> Drawn {
        let low = self.out((a.0.min(b.0), a.1.min(b.1)));
        let high = self.out((a.0.max(b.0), a.1.max(b.1)));
        self.brush.rectangle(low, high, colour)
    }

    /// A crisp vertical line one CSS pixel wide.
    pub fn vertical(&self, x: f64, (top, bottom): (f64, f64), colour: RGBAColor) -> Drawn {
        let (left, right) = self.hair(x);
        self.rectangle((left, top), (right, bottom), colour)
    }

    /// A crisp horizontal line one CSS pixel wide.
    pub fn horizontal(&self, y: f64, (left, right): (f64, f64), colour: RGBAColor) -> Drawn {
        let (top, bottom) = self.hair(y);
        self.rectangle((left, top), (right, bottom), colour)
    }

    /// A crisp vertical line of dashes.
    pub fn vertical_dashes(&self, x: f64, (top, bottom): (f64, f64), colour: RGBAColor) -> Drawn {
        self.dashed(top, bottom, &|from, to| self.vertical(x, (from, to), colour))
    }

    /// A crisp horizontal line of dashes.
    pub fn horizontal_dashes(&self, y: f64, (left, right): (f64, f64), colour: RGBAColor) -> Drawn {
        self.dashed(left, right, &|from, to| self.horizontal(y, (from, to), colour))
    }

    fn dashed(&self, from: f64, to: f64, draw: &dyn Fn(f64, f64) -> Drawn) -> Drawn {
        let step = self.px(5.0);
        let mut at = from;
        while at < to {
            draw(at, (at + 0.6 * step).min(to))?;
            at += step;
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
    pub fn line(&self, points: &[Place], colour: RGBAColor, width: f64, dash: Dash) -> Drawn {
        let points: Vec<Place> = points.iter().map(|&p| self.out(p)).collect();
        for run in dashes(&points, dash, self.theme.scale) {
            self.brush.path(&run, self.stroke(width), colour)?;
        }
        Ok(())
    }

    /// A filled outline.
    pub fn polygon(&self, points: &[Place], colour: RGBAColor) -> Drawn {
        let points: Vec<Place> = points.iter().map(|&p| self.out(p)).collect();
        self.brush.polygon(&points, colour)
    }

    /// A disc of `radius` CSS pixels.
    pub fn dot(&self, at: Place, radius: f64, colour: RGBAColor) -> Drawn {
        let radius = self.px(radius).round().max(1.0) as u32;
        self.brush.disc(self.out(at), radius, colour)
    }

    /// A disc with a rim of paper, which stands out of any line it lies on.
    pub fn bead(&self, at: Place, radius: f64, colour: RGBAColor) -> Drawn {
        self.dot(at, radius + 1.0, self.theme.paper)?;
        self.dot(at, radius, colour)
    }

    /// A word beside `at`, its middle at that height.
    pub fn text(&self, text: &str, at: Place, align: Align, colour: RGBAColor) -> Drawn {
        self.brush.text(text, self.em(SMALL), self.out(at), align, colour)
    }

    /// A large text that begins at `at`.
    pub fn title(&self, text: &str, at: Place) -> Drawn {
        let ink = self.theme.ink.to_rgba();
        self.brush.text(text, self.em(LARGE), self.out(at), Align::Start, ink)
    }

    /// The same over a veil of paper, which keeps it readable on lines.
    pub fn label(&self, text: &str, at: Place, align: Align, colour: RGBAColor) -> Drawn {
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

    /// How wide a text is.
    pub fn width(&self, text: &str) -> f64 {
        self.brush.width(text, self.em(SMALL))
    }

    /// A text in as many lines as it needs where a line has so much `room`.
    pub fn lines(&self, text: &str, room: f64) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let line = lines.last_mut().expect("there is a first line");
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if !line.is_empty() && self.width(&longer) > room {
                lines.push(word.to_owned());
            } else {
                *line = longer;
            }
        }
        lines
    }

    /// Words in the middle of a box, in as many lines as they need.
    pub fn message(&self, text: &str, (low, high): (Place, Place)) -> Drawn {
        let lines = self.lines(text, 0.95 * (high.0 - low.0));
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
