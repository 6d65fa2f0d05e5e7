//! Arithmetic: portable elementary functions, and products that skip zeros.

pub mod math;
mod products;
mod simd;
mod sparse_rows;
mod windows;

pub use products::{Entries, moments, product, sparse_product};
pub(crate) use products::{add_column_sums, add_rows};
pub(crate) use simd::simd;
pub use sparse_rows::SparseRows;
pub use windows::{
    Images, Windows, window_input_gradient, window_moments_gradient, window_product_gradient,
};

/// Wᵀ with its own memory.
pub fn transposed(w: &Matrix) -> Matrix {
    w.t().as_standard_layout().into_owned()
}

/// Rows are objects or inputs, columns are features or outputs.
pub type Matrix = ndarray::Array2<f32>;
