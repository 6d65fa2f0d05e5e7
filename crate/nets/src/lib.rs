//! Networks with Gaussian weights: what trains them, step by step, and what they predict.
//!
//! Modules in reading order, which is the dependency order: a file uses only what is above it.

pub mod error;
pub mod number;
pub mod linalg;
pub mod rng;
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
pub mod inference;
