//! Arithmetic: portable elementary functions, and products that skip zeros.

pub mod math;
mod products;
mod simd;
mod sparse_rows;

pub(crate) use products::{add_column_sums, add_rows};
pub use products::{moments, product, sampled_moments_gradient, sampled_product_gradient};
pub(crate) use simd::simd;
pub use sparse_rows::SparseRows;

/// Rows are objects or inputs, columns are features or outputs.
pub type Matrix = ndarray::Array2<f32>;
