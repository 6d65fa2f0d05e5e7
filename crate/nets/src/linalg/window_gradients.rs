//! Gradients of products with windows.
//!
//! They go from the entries of the output's gradient that are not zero: max-pooling passes one in
//! four, and ReLU some of those. Windows are never copied out of their images.

use std::ops::Range;

use super::blocks::{PAIRS, PAST_THE_END, SUMS, in_blocks};
use super::{Matrix, SparseRows, Windows, entries, simd, transposed};

simd! {
    /// (Pᵀ G, (P²)ᵀ H) with P the windows of `x` (objects, features) and H = G ⊙ `by_variance`, or
    /// 0 without: `g` and `by_variance` (objects · positions, n), results (fan_in, n).
    pub fn window_weight_gradients(
        windows: Windows,
        x: &Matrix,
        g: &SparseRows,
        by_variance: Option<&Matrix>,
    ) -> (Matrix, Matrix) {
        let (n, objects) = (g.shape().1, x.nrows());
        let mut first = vec![0.0; n * windows.kernel * padded_line(windows)];
        let mut second = first.clone();
        let mut batch = Batch::new(windows, x, n);
        for start in (0..objects).step_by(batch.room) {
            batch.take(start..objects.min(start + batch.room), g, by_variance);
            for line in 0..windows.kernel {
                let sums = (&mut first, &mut second);
                in_blocks!(PAIRS, windows.line(), weights_block(line, &batch, (sums.0, sums.1)));
            }
        }
        let gradient = |sums: &[f32]| {
            Matrix::from_shape_fn((windows.fan_in(), n), |(input, output)| {
                let (line, at) = (input / windows.line(), input % windows.line());
                sums[(output * windows.kernel + line) * padded_line(windows) + at]
            })
        };
        (gradient(&first), gradient(&second))
    }
}

/// The values of a line and what is past its end.
fn padded_line(windows: Windows) -> usize {
    windows.line() + PAST_THE_END
}

/// What `batch` adds to `W` values of line `line` of every window's gradients: the sums are
/// (outputs, lines, [`padded_line`]).
#[inline(always)]
fn weights_block<const W: usize>(
    at: usize,
    line: usize,
    batch: &Batch,
    (first, second): (&mut [f32], &mut [f32]),
) {
    let Windows { width, channels, kernel, .. } = batch.windows;
    let in_image = line * width * channels + at;
    for (output, gradients) in batch.gradients.iter().enumerate() {
        let place = (output * kernel + line) * padded_line(batch.windows) + at;
        let (first, second) = (&mut first[place..][..W], &mut second[place..][..W]);
        let mut a: [f32; W] = (&*first).try_into().expect("the slice has W values");
        let mut b: [f32; W] = (&*second).try_into().expect("the slice has W values");
        for &Gradient { window, g, h } in gradients {
            let place = window as usize + in_image;
            let (x, squares) = (&batch.values[place..][..W], &batch.squares[place..][..W]);
            for lane in 0..W {
                a[lane] += g * x[lane];
                b[lane] += h * squares[lane];
            }
        }
        first.copy_from_slice(&a);
        second.copy_from_slice(&b);
    }
}

/// A batch of images, and the gradients of the outputs of as many as stay in the cache.
struct Batch {
    windows: Windows,
    /// All images and their squares; a block may read past the last.
    values: Vec<f32>,
    squares: Vec<f32>,
    /// How many images stay in the cache.
    room: usize,
    /// The gradients of each output that are not zero.
    gradients: Vec<Vec<Gradient>>,
}

struct Gradient {
    /// Where its window begins among the values.
    window: u32,
    /// ∂L/∂y.
    g: f32,
    /// ∂L/∂v.
    h: f32,
}

impl Batch {
    fn new(windows: Windows, x: &Matrix, outputs: usize) -> Self {
        const VALUES: usize = 1 << 14;
        let padded = || entries(x).iter().chain(&[0.0; PAST_THE_END]);
        Self {
            windows,
            values: padded().copied().collect(),
            squares: padded().map(|x| x * x).collect(),
            room: (VALUES / x.ncols()).max(1),
            gradients: (0..outputs).map(|_| Vec::new()).collect(),
        }
    }

    /// Takes the gradients of the images `objects`.
    #[inline(always)]
    fn take(&mut self, objects: Range<usize>, g: &SparseRows, by_variance: Option<&Matrix>) {
        let Windows { height, width, channels, .. } = self.windows;
        let (features, positions) = (height * width * channels, self.windows.positions());
        let n = self.gradients.len();
        let by_variance = by_variance.map(entries);
        self.gradients.iter_mut().for_each(Vec::clear);
        for object in objects {
            for position in 0..positions {
                let window = (object * features + self.windows.first(position)) as u32;
                let r = object * positions + position;
                let (outputs, gradients) = g.row(r);
                for (&output, &g) in outputs.iter().zip(gradients) {
                    let h = by_variance.map_or(0.0, |by| g * by[r * n + output as usize]);
                    self.gradients[output as usize].push(Gradient { window, g, h });
                }
            }
        }
    }
}

simd! {
    /// The gradient of the images whose windows gave P W: `g` (objects · positions, n), `w`
    /// (fan_in, n), result (objects, features).
    pub fn window_input_gradient(windows: Windows, g: &SparseRows, w: &Matrix) -> Matrix {
        let mut weights = transposed(w).into_raw_vec_and_offset().0;
        weights.resize(weights.len() + PAST_THE_END, 0.0);
        let (fan_in, positions) = (windows.fan_in(), windows.positions());
        let features = windows.height * windows.width * windows.channels;
        let mut dx = Matrix::zeros((g.shape().0 / positions, features));
        let mut window = vec![0.0; fan_in + PAST_THE_END];
        for (object, mut image) in dx.rows_mut().into_iter().enumerate() {
            let image = image.as_slice_mut().expect("new, so contiguous");
            for position in 0..positions {
                let (outputs, gradients) = g.row(object * positions + position);
                if outputs.is_empty() {
                    continue;
                }
                in_blocks!(SUMS, fan_in, input_block(fan_in, (outputs, gradients), &weights, &mut window));
                windows.scatter(&window[..fan_in], position, image);
            }
        }
        dx
    }
}

/// `W` values of one window's gradient.
#[inline(always)]
fn input_block<const W: usize>(
    at: usize,
    fan_in: usize,
    (outputs, gradients): (&[u32], &[f32]),
    weights: &[f32],
    window: &mut [f32],
) {
    let mut sum = [0.0; W];
    for (&output, &g) in outputs.iter().zip(gradients) {
        let w = &weights[output as usize * fan_in + at..][..W];
        for lane in 0..W {
            sum[lane] += g * w[lane];
        }
    }
    window[at..at + W].copy_from_slice(&sum);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::windows::tests::{WINDOWS, assert_close, fixture, unfolded};

    #[test]
    fn weight_gradients_are_those_of_unfolded_windows() {
        // A few images, and more than stay in the cache together.
        for objects in [4, 400] {
            let (x, _, g) = fixture(objects);
            let (rows, sparse) = (unfolded(&x), SparseRows::nonzero(&g));
            let by_variance = g.mapv(|g| g + 0.5);
            let (first, second) = window_weight_gradients(WINDOWS, &x, &sparse, Some(&by_variance));
            assert_close(&first, &rows.t().dot(&g));
            let squares = rows.mapv(|x| x * x);
            assert_close(&second, &squares.t().dot(&(&g * &by_variance)));
            let (alone, none) = window_weight_gradients(WINDOWS, &x, &sparse, None);
            assert_eq!((alone, none), (first, Matrix::zeros(second.dim())));
        }
    }

    #[test]
    fn the_input_gradient_is_that_of_unfolded_windows() {
        let (_, w, g) = fixture(4);
        let dx = window_input_gradient(WINDOWS, &SparseRows::nonzero(&g), &w);
        // ⟨dx, z⟩ = ⟨g, windows of z · w⟩ for every z: the input gradient is the transpose.
        for object in 0..4 {
            for feature in 0..90 {
                let mut z = Matrix::zeros((4, 90));
                z[[object, feature]] = 1.0;
                let truth = (unfolded(&z).dot(&w) * &g).sum();
                assert!((dx[[object, feature]] - truth).abs() < 1e-4);
            }
        }
    }
}
