//! Bayesian neural networks that lose their weights.
//!
//! Modules in reading order, which is the dependency order: a file uses only what is above it.

pub mod error;
pub mod number;
pub mod linalg;
pub mod rng;
pub mod data;
pub mod optimizer;
pub mod priors;
pub mod posterior;
pub mod layers;
pub mod likelihoods;
pub mod methods;
pub mod topology;
pub mod network;
pub mod objective;
pub mod schedule;
pub mod settings;
pub mod changes;
pub mod trainer;
pub mod measures;
pub mod evaluation;
pub mod snapshot;
pub mod formats;
pub mod prediction;
pub mod plots;
pub mod quantities;
pub mod frame;
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
