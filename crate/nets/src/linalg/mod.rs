//! Arithmetic: portable elementary functions, and products that skip zeros.

mod blocks;
pub mod math;
mod products;
mod simd;
mod sparse_rows;
mod window_gradients;
mod windows;

pub use products::{Entries, moments, product, sparse_product};
pub(crate) use products::{add_column_sums, add_rows};
pub use simd::simd;
pub use sparse_rows::SparseRows;
pub use window_gradients::{window_input_gradient, window_weight_gradients};
pub use windows::{Images, Windows};

/// Lets `f` change every entry of `to` by the entry of `from` in the same place.
pub fn combine(to: &mut Matrix, from: &Matrix, f: impl Fn(&mut f32, f32)) {
    assert_eq!(to.dim(), from.dim(), "shapes differ");
    entries_mut(to).iter_mut().zip(entries(from)).for_each(|(to, &from)| f(to, from));
}

/// All entries, row by row.
pub fn entries(matrix: &Matrix) -> &[f32] {
    matrix.as_slice().expect("matrices are kept in row-major order")
}

/// All entries, row by row, to be changed.
pub fn entries_mut(matrix: &mut Matrix) -> &mut [f32] {
    matrix.as_slice_mut().expect("matrices are kept in row-major order")
}

/// The places of `keys` from the least key to the largest; equal ones stay in order. (Whatever is
/// sorted is sorted here: a sorting routine for every type would be a tenth of the page.)
pub fn order(keys: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_by(|&a, &b| keys[a].total_cmp(&keys[b]));
    places
}

/// Wᵀ with its own memory.
pub fn transposed(w: &Matrix) -> Matrix {
    w.t().as_standard_layout().into_owned()
}

/// Rows are objects or inputs, columns are features or outputs.
pub type Matrix = ndarray::Array2<f32>;
