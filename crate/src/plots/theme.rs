//! Colours and sizes of pictures, light and dark.

use plotters::style::{Color, RGBAColor};

use super::pen::{DASHES, Dash};
use super::plot::{Ink, Mark};

/// Colours and sizes of the charts.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Text, axes and what matters most.
    pub ink: RGBAColor,
    /// Numbers on axes and other secondary text, still 4.5:1 on `paper`.
    pub faint: RGBAColor,
    /// Grid lines.
    pub grid: RGBAColor,
    /// The background.
    pub paper: RGBAColor,
    /// Lines; told apart with any kind of colour vision.
    pub series: [RGBAColor; 4],
    /// The ends of colours that go both ways.
    pub cold: RGBAColor,
    /// The other end.
    pub warm: RGBAColor,
    /// Device pixels per CSS pixel.
    pub scale: f64,
    /// What text sizes are multiplied by, and with them the margins.
    pub text: f64,
    /// Hairlines lie on multiples of this many device pixels.
    pub(super) snap: f64,
}

const fn rgb(hex: u32) -> RGBAColor {
    RGBAColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8, 1.0)
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
            cold: rgb(0x2166ac),
            warm: rgb(0xb2182b),
            scale,
            text: 1.0,
            snap: 1.0,
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
            cold: rgb(0x56b4e9),
            warm: rgb(0xff6b57),
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

    /// The full colour of an ink.
    pub fn solid(&self, ink: Ink) -> RGBAColor {
        match ink {
            Ink::Series(i) | Ink::Veiled(i) => self.series[i % self.series.len()],
            Ink::Ink => self.ink,
            Ink::Faint => self.faint,
        }
    }

    /// The colour of a surface: so much of an ink, less if it is veiled.
    pub(super) fn fill(&self, ink: Ink, alpha: f64) -> RGBAColor {
        let share = if matches!(ink, Ink::Veiled(_)) { 0.8 } else { 1.0 };
        self.solid(ink).mix(share * alpha)
    }

    /// The colour of text that belongs to a mark: series are mixed with ink, to be read easily.
    pub(super) fn words(&self, ink: Ink) -> RGBAColor {
        match ink {
            Ink::Series(_) | Ink::Veiled(_) => blend(self.solid(ink), self.ink, 0.3),
            ink => self.solid(ink),
        }
    }
}

/// The dash that tells a line from others with a name; beyond four series, colours come again with
/// other dashes.
pub(super) fn dash(mark: &Mark) -> Dash {
    match mark.ink {
        Ink::Series(i) if !mark.name.is_empty() => DASHES[(i + i / DASHES.len()) % DASHES.len()],
        _ => DASHES[0],
    }
}

/// `share` of `b` in `a`.
pub(super) fn blend(a: RGBAColor, b: RGBAColor, share: f64) -> RGBAColor {
    let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    RGBAColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2), 1.0)
}
