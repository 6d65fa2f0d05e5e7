//! Windows: the patches of an image that a convolution looks at.
//!
//! An image is a row of features (height, width, channels), channels fastest. A convolution is a
//! product of its windows with the weights (kernel · kernel · channels, filters), so it shares
//! the forward products of the fully-connected layer. Backward it skips the zeros of the output's
//! gradient, which are most of it: max-pooling passes one in four, ReLU half of those.

use super::products::Entries;
use super::{Matrix, SparseRows, simd, transposed};

/// Images and the square windows on them, one pixel apart and never over the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Pixels down.
    pub height: usize,
    /// Pixels across.
    pub width: usize,
    /// Values a pixel.
    pub channels: usize,
    /// Pixels across and down a window.
    pub kernel: usize,
}

impl Windows {
    /// Windows down and across an image.
    pub fn places(&self) -> (usize, usize) {
        (self.height + 1 - self.kernel, self.width + 1 - self.kernel)
    }

    /// Windows on an image.
    pub fn positions(&self) -> usize {
        let (down, across) = self.places();
        down * across
    }

    /// Values in a window.
    pub fn fan_in(&self) -> usize {
        self.kernel * self.kernel * self.channels
    }

    /// Where the lines of window number `position` begin in an image.
    #[inline(always)]
    fn lines(&self, position: usize) -> impl Iterator<Item = usize> {
        let across = self.width + 1 - self.kernel;
        let (y, x) = (position / across, position % across);
        let (width, channels) = (self.width, self.channels);
        (y..y + self.kernel).map(move |y| (y * width + x) * channels)
    }

    /// Copies a window out of `image`.
    #[inline(always)]
    fn gather(&self, image: &[f32], position: usize, window: &mut [f32]) {
        let length = self.kernel * self.channels;
        for (line, start) in window.chunks_exact_mut(length).zip(self.lines(position)) {
            line.copy_from_slice(&image[start..][..length]);
        }
    }

    /// Adds a window to `image`.
    #[inline(always)]
    fn scatter(&self, window: &[f32], position: usize, image: &mut [f32]) {
        let length = self.kernel * self.channels;
        for (line, start) in window.chunks_exact(length).zip(self.lines(position)) {
            image[start..][..length].iter_mut().zip(line).for_each(|(to, &w)| *to += w);
        }
    }
}

/// The values of a batch of images that are not zero.
#[derive(Clone, Debug)]
pub struct Images {
    windows: Windows,
    objects: usize,
    /// Entries of pixel p are start[p] .. start[p + 1].
    start: Vec<u32>,
    /// An entry's place in its line of pixels.
    column: Vec<u32>,
    value: Vec<f32>,
}

impl Images {
    /// The entries of `x` (objects, features) that are not zero.
    pub fn nonzero(windows: Windows, x: &Matrix) -> Self {
        let Windows { height, width, channels, .. } = windows;
        let mut start = Vec::with_capacity(x.nrows() * height * width + 1);
        start.push(0);
        let (mut column, mut value) = (vec![0; x.len()], vec![0.0; x.len()]);
        let mut kept = 0;
        let values = x.as_slice().expect("kept in row-major order");
        for line in values.chunks_exact(width * channels) {
            for (pixel, values) in line.chunks_exact(channels).enumerate() {
                for (channel, &x) in values.iter().enumerate() {
                    column[kept] = (pixel * channels + channel) as u32;
                    value[kept] = x;
                    kept += usize::from(x != 0.0);
                }
                start.push(kept as u32);
            }
        }
        column.truncate(kept);
        value.truncate(kept);
        Self { windows, objects: x.nrows(), start, column, value }
    }
}

impl Entries for Images {
    /// (objects · positions, fan_in).
    fn shape(&self) -> (usize, usize) {
        (self.objects * self.windows.positions(), self.windows.fan_in())
    }

    #[inline(always)]
    fn runs(&self, r: usize) -> impl Iterator<Item = (usize, &[u32], &[f32])> {
        let Windows { height, width, channels, kernel } = self.windows;
        let positions = self.windows.positions();
        let (object, position) = (r / positions, r % positions);
        let across = width + 1 - kernel;
        let (y, x) = (position / across, position % across);
        (0..kernel).map(move |line| {
            let pixel = (object * height + y + line) * width + x;
            let range = self.start[pixel] as usize..self.start[pixel + kernel] as usize;
            let from = (line * kernel * channels).wrapping_sub(x * channels);
            (from, &self.column[range.clone()], &self.value[range])
        })
    }
}

simd! {
    /// Pᵀ G with P the windows of `x` (objects, features): `g` (objects · positions, n), result
    /// (fan_in, n).
    pub fn window_product_gradient(windows: Windows, x: &Matrix, g: &SparseRows) -> Matrix {
        let mut total = Matrix::zeros((g.shape().1, windows.fan_in()));
        let sums = total.as_slice_mut().expect("new, so contiguous");
        for_windows(windows, x, g, |_, outputs, gradients, window| {
            for (&output, &g) in outputs.iter().zip(gradients) {
                let sum = &mut sums[output as usize * window.len()..][..window.len()];
                sum.iter_mut().zip(window).for_each(|(sum, &x)| *sum += g * x);
            }
        });
        transposed(&total)
    }
}

simd! {
    /// (Pᵀ G, (P²)ᵀ H) with P the windows of `x` (objects, features) and H = G ⊙ `by_variance`:
    /// `g` and `by_variance` (objects · positions, n), results (fan_in, n).
    pub fn window_moments_gradient(
        windows: Windows,
        x: &Matrix,
        g: &SparseRows,
        by_variance: &Matrix,
    ) -> (Matrix, Matrix) {
        let (n, fan_in) = (g.shape().1, windows.fan_in());
        let mut totals = (Matrix::zeros((n, fan_in)), Matrix::zeros((n, fan_in)));
        let first = totals.0.as_slice_mut().expect("new, so contiguous");
        let second = totals.1.as_slice_mut().expect("new, so contiguous");
        let by_variance = by_variance.as_slice().expect("kept in row-major order");
        for_windows(windows, x, g, |r, outputs, gradients, window| {
            for (&output, &g) in outputs.iter().zip(gradients) {
                let h = g * by_variance[r * n + output as usize];
                let place = output as usize * fan_in..(output as usize + 1) * fan_in;
                let sums = first[place.clone()].iter_mut().zip(&mut second[place]);
                sums.zip(window).for_each(|((first, second), &x)| {
                    *first += g * x;
                    *second += h * (x * x);
                });
            }
        });
        (transposed(&totals.0), transposed(&totals.1))
    }
}

/// Calls `visit` with every row of `g` that has entries: its number, its entries and the window.
#[inline(always)]
fn for_windows(
    windows: Windows,
    x: &Matrix,
    g: &SparseRows,
    mut visit: impl FnMut(usize, &[u32], &[f32], &[f32]),
) {
    let mut window = vec![0.0; windows.fan_in()];
    let positions = windows.positions();
    for (object, image) in x.rows().into_iter().enumerate() {
        let image = image.to_slice().expect("kept in row-major order");
        for position in 0..positions {
            let r = object * positions + position;
            let (outputs, gradients) = g.row(r);
            if !outputs.is_empty() {
                windows.gather(image, position, &mut window);
                visit(r, outputs, gradients, &window);
            }
        }
    }
}

simd! {
    /// The gradient of the images whose windows gave P W: `g` (objects · positions, n), `w`
    /// (fan_in, n), result (objects, features).
    pub fn window_input_gradient(windows: Windows, g: &SparseRows, w: &Matrix) -> Matrix {
        let transposed = transposed(w);
        let weights = transposed.as_slice().expect("standard layout");
        let (fan_in, positions) = (windows.fan_in(), windows.positions());
        let features = windows.height * windows.width * windows.channels;
        let mut dx = Matrix::zeros((g.shape().0 / positions, features));
        let mut window = vec![0.0; fan_in];
        for (object, mut image) in dx.rows_mut().into_iter().enumerate() {
            let image = image.as_slice_mut().expect("new, so contiguous");
            for position in 0..positions {
                let (outputs, gradients) = g.row(object * positions + position);
                if outputs.is_empty() {
                    continue;
                }
                window.fill(0.0);
                for (&output, &g) in outputs.iter().zip(gradients) {
                    let weights = &weights[output as usize * fan_in..][..fan_in];
                    window.iter_mut().zip(weights).for_each(|(sum, &w)| *sum += g * w);
                }
                windows.scatter(&window, position, image);
            }
        }
        dx
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{moments, product, sparse_product};
    use crate::rng::{Rng, Stream};

    const WINDOWS: Windows = Windows { height: 5, width: 6, channels: 3, kernel: 2 };

    /// Images of which half is zero, weights, and a gradient of which most is.
    fn fixture() -> (Matrix, Matrix, Matrix) {
        let mut rng = Rng::stream(3, Stream::Measures, 0);
        let mut x = rng.normal_matrix((4, 90));
        x.mapv_inplace(|x| x.max(0.0));
        let mut g = rng.normal_matrix((4 * 20, 7));
        g.mapv_inplace(|g| if g > 0.8 { g } else { 0.0 });
        (x, rng.normal_matrix((12, 7)), g)
    }

    /// All windows as rows (objects · positions, fan_in).
    fn unfolded(x: &Matrix) -> Matrix {
        let mut rows = Matrix::zeros((x.nrows() * WINDOWS.positions(), WINDOWS.fan_in()));
        for ((r, (ky, kx, c)), value) in (0..rows.nrows())
            .flat_map(|r| ndarray::indices((2, 2, 3)).into_iter().map(move |i| (r, i)))
            .zip(rows.iter_mut())
        {
            let (object, y, across) = (r / 20, r % 20 / 5, r % 5);
            *value = x[[object, ((y + ky) * 6 + across + kx) * 3 + c]];
        }
        rows
    }

    fn assert_close(ours: &Matrix, truth: &Matrix) {
        assert_eq!(ours.dim(), truth.dim());
        assert!(ours.iter().zip(truth).all(|(a, b)| (a - b).abs() < 1e-5 * (1.0 + b.abs())));
    }

    #[test]
    fn convolutions_are_products_of_unfolded_windows() {
        let (x, w, _) = fixture();
        let (images, rows) = (Images::nonzero(WINDOWS, &x), unfolded(&x));
        assert_close(&product(&images, &w), &rows.dot(&w));
        let (first, second) = moments(&images, &w, &w);
        assert_eq!(first, product(&images, &w));
        assert_close(&second, &rows.mapv(|x| x * x).dot(&w));
        let pruned = w.mapv(|w| if w.abs() < 1.0 { 0.0 } else { w });
        assert_eq!(
            sparse_product(&images, &SparseRows::nonzero(&pruned)),
            product(&images, &pruned),
            "leaving zeros out changes nothing"
        );
    }

    #[test]
    fn gradients_are_those_of_unfolded_windows() {
        let (x, w, g) = fixture();
        let (rows, sparse) = (unfolded(&x), SparseRows::nonzero(&g));
        assert_close(&window_product_gradient(WINDOWS, &x, &sparse), &rows.t().dot(&g));
        let by_variance = g.mapv(|g| g + 0.5);
        let (first, second) = window_moments_gradient(WINDOWS, &x, &sparse, &by_variance);
        assert_close(&first, &rows.t().dot(&g));
        let squares = rows.mapv(|x| x * x);
        assert_close(&second, &squares.t().dot(&(&g * &by_variance)));
        // ⟨dx, z⟩ = ⟨g, windows of z · w⟩ for every z: the input gradient is the transpose.
        let dx = window_input_gradient(WINDOWS, &sparse, &w);
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
