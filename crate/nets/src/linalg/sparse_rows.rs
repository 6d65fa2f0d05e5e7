//! The non-zero entries of a matrix, row by row.

use super::Matrix;

/// A matrix in compressed sparse row format.
///
/// Activations are mostly zeros (81 % of MNIST's pixels, whatever ReLU or a mask cut off), and
/// every product below skips them exactly: adding x·w with x = 0 changes nothing.
#[derive(Clone, Debug)]
pub struct SparseRows {
    shape: (usize, usize),
    /// Entries of row r are start[r] .. start[r + 1].
    start: Vec<u32>,
    column: Vec<u32>,
    value: Vec<f32>,
}

impl SparseRows {
    /// The entries of `dense` that are not zero; its shape is (rows, columns).
    pub fn nonzero(dense: &Matrix) -> Self {
        let mut start = Vec::with_capacity(dense.nrows() + 1);
        start.push(0);
        // Every entry is written and only those that are not zero are kept: no branch to guess.
        let (mut column, mut value) = (vec![0; dense.len()], vec![0.0; dense.len()]);
        let mut kept = 0;
        for row in dense.rows() {
            for (j, &x) in row.iter().enumerate() {
                column[kept] = j as u32;
                value[kept] = x;
                kept += usize::from(x != 0.0);
            }
            start.push(kept as u32);
        }
        column.truncate(kept);
        value.truncate(kept);
        Self { shape: dense.dim(), start, column, value }
    }

    /// Adds `factor` · X ⊙ `other` to `sum`, both (rows, columns).
    pub fn add_product(&self, factor: f32, other: &Matrix, sum: &mut Matrix) {
        let rows = sum.rows_mut().into_iter().zip(other.rows()).enumerate();
        for (r, (mut sum, other)) in rows {
            let (columns, values) = self.row(r);
            for (&j, &x) in columns.iter().zip(values) {
                sum[j as usize] += factor * x * other[j as usize];
            }
        }
    }

    /// (rows, columns).
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// Column numbers and values of row `r`.
    #[inline(always)]
    pub fn row(&self, r: usize) -> (&[u32], &[f32]) {
        let range = self.start[r] as usize..self.start[r + 1] as usize;
        (&self.column[range.clone()], &self.value[range])
    }

    /// The transposed matrix, (columns, rows); entries stay in order.
    pub fn transpose(&self) -> Self {
        let (rows, columns) = self.shape;
        let mut start = vec![0; columns + 1];
        for &j in &self.column {
            start[j as usize + 1] += 1;
        }
        for j in 0..columns {
            start[j + 1] += start[j];
        }
        let mut next = start.clone();
        let mut column = vec![0; self.column.len()];
        let mut value = vec![0.0; self.value.len()];
        for r in 0..rows {
            let (js, xs) = self.row(r);
            for (&j, &x) in js.iter().zip(xs) {
                let place = next[j as usize] as usize;
                next[j as usize] += 1;
                column[place] = r as u32;
                value[place] = x;
            }
        }
        Self { shape: (columns, rows), start, column, value }
    }
}
