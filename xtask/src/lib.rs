//! The project's own tool: what `cargo xtask` does, as functions that the tests can call too.

// In reading order: each module uses only those above it.
pub mod error;
pub mod process;
pub mod project;
pub mod toolchain;
pub mod sizes;
pub mod types;
pub mod glue;
pub mod build;
pub mod mnist;
pub mod serve;
pub mod browser;
pub mod webdriver;
pub mod bench;
pub mod pictures;
pub mod test;
pub mod fetch;
pub mod data;
