//! Bayesian neural networks that lose their weights.
//!
//! Modules in reading order, which is the dependency order: a file uses only what is above it.
//! The kernels, and all that they need, are a package of their own, below every module of this
//! one: `sparsevd_nets` is compiled for speed, the rest of the page for its size.

pub use sparsevd_nets::{
    error, inference, layers, likelihoods, linalg, methods, network, number, objective, optimizer,
    posterior, priors, rng, schedule, topology,
};

pub mod data;
pub mod settings;
pub mod changes;
pub mod trainer;
pub mod measures;
pub mod ensembles;
pub mod evaluation;
pub mod snapshot;
pub mod formats;
pub mod prediction;
pub mod plots;
pub mod quantities;
pub mod frame;
pub mod difference;
pub mod checkpoint;
pub mod session;
pub mod runs;
pub mod pictures;
pub mod experiments;
pub mod table;
pub mod link;
pub mod address;
pub mod desk;
pub mod bench;

#[cfg(target_arch = "wasm32")]
pub mod web;
