//! Products of sparse activations with dense weights, forward and backward.
//!
//! Every output sums its terms in the order of the entries, whatever the vector width, so a
//! product has the same bits on every machine.

use ndarray::{ArrayView1, Zip};

use super::blocks::{PAIRS, SUMS, in_blocks};
use super::{Matrix, SparseRows, simd};

/// The left side of a product: rows of entries, each in runs of neighbours.
pub trait Entries {
    /// (rows, columns).
    fn shape(&self) -> (usize, usize);

    /// The runs of row `r`: what to add (wrapping) to a run's column numbers, these, and the values.
    fn runs(&self, r: usize) -> impl Iterator<Item = (usize, &[u32], &[f32])>;
}

impl Entries for SparseRows {
    fn shape(&self) -> (usize, usize) {
        Self::shape(self)
    }

    #[inline(always)]
    fn runs(&self, r: usize) -> impl Iterator<Item = (usize, &[u32], &[f32])> {
        let (columns, values) = self.row(r);
        std::iter::once((0, columns, values))
    }
}

/// The `W` columns of a matrix's row from `at` on, 0 past its end.
#[inline(always)]
fn lanes<const W: usize>(row: &[f32], at: usize) -> [f32; W] {
    match row.get(at..at + W) {
        Some(lanes) => lanes.try_into().expect("the slice has W values"),
        None => std::array::from_fn(|lane| row.get(at + lane).copied().unwrap_or(0.0)),
    }
}

/// Writes them, but for those past the end.
#[inline(always)]
fn put<const W: usize>(row: &mut [f32], at: usize, lanes: &[f32; W]) {
    match row.get_mut(at..at + W) {
        Some(row) => row.copy_from_slice(lanes),
        None => {
            // A copy, so that the lanes themselves can stay in registers.
            let lanes = *lanes;
            row[at..].iter_mut().zip(&lanes).for_each(|(to, &lane)| *to = lane);
        }
    }
}

simd! {
    /// X W: `x` (rows, k), `w` (k, n), result (rows, n).
    pub fn product<E: Entries>(x: &E, w: &Matrix) -> Matrix {
        let n = w.ncols();
        assert_eq!(x.shape().1, w.nrows(), "inner dimensions differ");
        let mut y = Matrix::zeros((x.shape().0, n));
        let (weights, out) = (contiguous(w), y.as_slice_mut().expect("new, so contiguous"));
        in_blocks!(SUMS, n, product_block(x, n, weights, out));
        y
    }
}

/// `W` columns of a product. The weights' columns are copied together first, so that the entries
/// of a row find theirs in the nearest cache and in few pages.
#[inline(always)]
fn product_block<const W: usize>(at: usize, x: &impl Entries, n: usize, w: &[f32], y: &mut [f32]) {
    let panel: Vec<[f32; W]> = w.chunks_exact(n).map(|w| lanes(w, at)).collect();
    for r in 0..x.shape().0 {
        let mut sum = [0.0; W];
        for (from, columns, values) in x.runs(r) {
            for (&j, &x) in columns.iter().zip(values) {
                let w = &panel[from.wrapping_add(j as usize)];
                for lane in 0..W {
                    sum[lane] += x * w[lane];
                }
            }
        }
        put(&mut y[r * n..][..n], at, &sum);
    }
}

simd! {
    /// (X M, X² V) in one pass, the moments of local reparametrization.
    ///
    /// `x` (rows, k), `m` and `v` (k, n), results (rows, n). With X transposed and the two
    /// output gradients for M and V it gives both weight gradients.
    pub fn moments<E: Entries>(x: &E, m: &Matrix, v: &Matrix) -> (Matrix, Matrix) {
        let n = m.ncols();
        assert_eq!(x.shape().1, m.nrows(), "inner dimensions differ");
        assert_eq!(m.dim(), v.dim(), "means and variances differ in shape");
        let mut first = Matrix::zeros((x.shape().0, n));
        let mut second = Matrix::zeros((x.shape().0, n));
        let out = (
            first.as_slice_mut().expect("new, so contiguous"),
            second.as_slice_mut().expect("new, so contiguous"),
        );
        let weights = (contiguous(m), contiguous(v));
        in_blocks!(PAIRS, n, moments_block(x, n, weights, (&mut *out.0, &mut *out.1)));
        (first, second)
    }
}

/// `W` columns of both products, see [`product_block`].
#[inline(always)]
fn moments_block<const W: usize>(
    at: usize,
    x: &impl Entries,
    n: usize,
    (m, v): (&[f32], &[f32]),
    (first, second): (&mut [f32], &mut [f32]),
) {
    let pairs = m.chunks_exact(n).zip(v.chunks_exact(n));
    let panel: Vec<[[f32; W]; 2]> = pairs.map(|(m, v)| [lanes(m, at), lanes(v, at)]).collect();
    for r in 0..x.shape().0 {
        let (mut a, mut b) = ([0.0; W], [0.0; W]);
        for (from, columns, values) in x.runs(r) {
            for (&j, &x) in columns.iter().zip(values) {
                let [m, v] = &panel[from.wrapping_add(j as usize)];
                let square = x * x;
                for lane in 0..W {
                    a[lane] += x * m[lane];
                    b[lane] += square * v[lane];
                }
            }
        }
        put(&mut first[r * n..][..n], at, &a);
        put(&mut second[r * n..][..n], at, &b);
    }
}

simd! {
    /// X W with sparse weights: `x` (rows, k), `w` (k, n), result (rows, n).
    ///
    /// The terms of an output come in the same order as in [`product`], so that leaving the
    /// zeros out changes nothing.
    pub fn sparse_product<E: Entries>(x: &E, w: &SparseRows) -> Matrix {
        let mut y = Matrix::zeros((x.shape().0, w.shape().1));
        for (r, mut y) in y.rows_mut().into_iter().enumerate() {
            let y = y.as_slice_mut().expect("new, so contiguous");
            for (from, columns, values) in x.runs(r) {
                for (&j, &x) in columns.iter().zip(values) {
                    let (outputs, weights) = w.row(from.wrapping_add(j as usize));
                    for (&output, &w) in outputs.iter().zip(weights) {
                        y[output as usize] += x * w;
                    }
                }
            }
        }
        y
    }
}

fn contiguous(matrix: &Matrix) -> &[f32] {
    matrix.as_slice().expect("matrices are kept in row-major order")
}

/// Adds `bias` (n) to every row of `y` (rows, n).
pub(crate) fn add_rows(y: &mut Matrix, bias: ArrayView1<'_, f32>) {
    y.rows_mut().into_iter().for_each(|mut row| row += &bias);
}

/// Sums the rows of `g` (rows, n) into `total` (1, n), the gradient of a bias.
pub(crate) fn add_column_sums(total: &mut Matrix, g: &Matrix) {
    total.fill(0.0);
    let mut total = total.row_mut(0);
    g.rows().into_iter().for_each(|row| Zip::from(&mut total).and(row).for_each(|t, &g| *t += g));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    /// Odd sizes, so that every block width and a transposed shape would show.
    fn fixture() -> (Matrix, Matrix, Matrix) {
        let mut rng = Rng::stream(1, Stream::Measures, 0);
        let mut x = rng.normal_matrix((5, 7));
        x.mapv_inplace(|x| if x < 0.0 { 0.0 } else { x });
        (x, rng.normal_matrix((7, 31)), rng.normal_matrix((7, 31)))
    }

    fn assert_close(ours: &Matrix, truth: &Matrix) {
        assert_eq!(ours.dim(), truth.dim());
        for (a, b) in ours.iter().zip(truth) {
            assert!((a - b).abs() < 1e-5 * (1.0 + b.abs()), "{a} is not {b}");
        }
    }

    #[test]
    fn products_equal_the_dense_ones() {
        let (x, m, v) = fixture();
        let sparse = SparseRows::nonzero(&x);
        assert_close(&product(&sparse, &m), &x.dot(&m));
        let (first, second) = moments(&sparse, &m, &v);
        assert_close(&first, &x.dot(&m));
        assert_close(&second, &x.mapv(|x| x * x).dot(&v));
        let (first, _) = moments(&sparse.transpose(), &first, &second);
        assert_close(&first, &x.t().dot(&x.dot(&m)));
    }
}
