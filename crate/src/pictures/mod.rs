//! Pictures: what is seen of a run, each made as a [`Plot`](crate::plots::plot::Plot), one idea a
//! file. How a plot is drawn, listed and said is the business of [`plots`](crate::plots).

pub mod entropies;
mod events;
pub mod of_runs;
pub mod over_epochs;
pub mod posterior;
pub mod prediction;
pub mod scatter;

pub use events::events;
