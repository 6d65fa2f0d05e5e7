//! Pictures that experiments share: builders of plots from what runs have measured.

mod events;

pub use events::events;
