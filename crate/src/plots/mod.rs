//! Plots: what is seen of a run, drawn by plotters or painted pixel by pixel.
//!
//! The same functions draw on a canvas in the page and write SVG. Lengths are CSS pixels times
//! [`Theme::scale`]; nothing here reads a network.
//!
//! A picture is a value, [`plot::Plot`]: what draws it ([`draw()`]), lists it ([`listing`]), says it
//! ([`reading`]), finds what is under a pointer ([`under`]) or writes it as a file ([`files`]) knows
//! marks and no experiment. Weights are painted pixel by pixel.

mod axes;
mod axis;
pub mod brush;
pub mod colormap;
mod draw;
pub mod files;
pub mod filters;
mod flags;
pub mod heatmap;
mod legend;
mod lines;
pub mod listing;
pub mod numbers;
mod pen;
pub mod plot;
mod points;
mod raster;
pub mod reading;
mod samples;
mod surfaces;
mod theme;
pub mod tiles;
pub mod under;
mod words;

pub use draw::{complete, draw};
pub use theme::Theme;
