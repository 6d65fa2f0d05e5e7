//! Windows: the patches of an image that a convolution looks at.
//!
//! An image is a row of features (height, width, channels), channels fastest. A convolution is a
//! product of its windows with the weights (kernel · kernel · channels, filters), so it shares
//! the forward products of the fully-connected layer.

use super::Matrix;
use super::products::Entries;

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

    /// Values in a window's line.
    pub(super) fn line(&self) -> usize {
        self.kernel * self.channels
    }

    /// Where window number `position` begins in an image.
    #[inline(always)]
    pub(super) fn first(&self, position: usize) -> usize {
        let across = self.width + 1 - self.kernel;
        (position / across * self.width + position % across) * self.channels
    }

    /// Where its lines begin.
    #[inline(always)]
    fn lines(&self, position: usize) -> impl Iterator<Item = usize> {
        (self.first(position)..).step_by(self.width * self.channels).take(self.kernel)
    }

    /// Adds a window to `image`.
    #[inline(always)]
    pub(super) fn scatter(&self, window: &[f32], position: usize, image: &mut [f32]) {
        let length = self.line();
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::linalg::{SparseRows, moments, product, sparse_product};
    use crate::rng::{Rng, Stream};

    pub const WINDOWS: Windows = Windows { height: 5, width: 6, channels: 3, kernel: 2 };

    /// Images of which half is zero, weights, and a gradient of which most is.
    pub fn fixture(objects: usize) -> (Matrix, Matrix, Matrix) {
        let mut rng = Rng::stream(3, Stream::Measures, 0);
        let mut x = rng.normal_matrix((objects, 90));
        x.mapv_inplace(|x| x.max(0.0));
        let mut g = rng.normal_matrix((objects * 20, 7));
        g.mapv_inplace(|g| if g > 0.8 { g } else { 0.0 });
        (x, rng.normal_matrix((12, 7)), g)
    }

    /// All windows as rows (objects · positions, fan_in).
    pub fn unfolded(x: &Matrix) -> Matrix {
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

    pub fn assert_close(ours: &Matrix, truth: &Matrix) {
        assert_eq!(ours.dim(), truth.dim());
        assert!(ours.iter().zip(truth).all(|(a, b)| (a - b).abs() < 1e-5 * (1.0 + b.abs())));
    }

    #[test]
    fn convolutions_are_products_of_unfolded_windows() {
        let (x, w, _) = fixture(4);
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
}
