//! Max-pooling.

use super::{Fixed, Layer, Point};
use crate::linalg::Matrix;
use crate::rng::Rng;

/// The largest value of each square of `size` × `size` pixels, channel by channel.
///
/// Images are rows of features (height, width, channels); lines and columns of pixels that do
/// not fill a square are left out.
#[derive(Clone)]
pub struct MaxPool {
    height: usize,
    width: usize,
    channels: usize,
    size: usize,
    /// Where each output of the batch came from, (objects, outputs).
    origin: Vec<u32>,
}

const ROW_MAJOR: &str = "matrices are kept in row-major order";

impl MaxPool {
    /// Pooling of images (height, width, channels).
    pub fn new((height, width, channels): (usize, usize, usize), size: usize) -> Self {
        Self { height, width, channels, size, origin: Vec::new() }
    }

    fn outputs(&self) -> usize {
        (self.height / self.size) * (self.width / self.size) * self.channels
    }

    /// Writes the outputs of one image and, if there is room for them, their origins in it.
    fn pool(&self, image: &[f32], y: &mut [f32], origin: &mut [u32]) {
        let (size, channels, across) = (self.size, self.channels, self.width / self.size);
        for (place, best) in y.chunks_exact_mut(channels).enumerate() {
            let (top, left) = (place / across * size, place % across * size);
            let first = (top * self.width + left) * channels;
            best.copy_from_slice(&image[first..][..channels]);
            let origin = origin.get_mut(place * channels..).unwrap_or_default();
            origin.iter_mut().zip(first as u32..).take(channels).for_each(|(o, at)| *o = at);
            for step in 1..size * size {
                let from = first + (step / size * self.width + step % size) * channels;
                let others = &image[from..][..channels];
                // Written so that NaN passes: a diverged run must show.
                let larger = |new: f32, best: f32| new > best || new.is_nan();
                for ((origin, at), (&new, &best)) in
                    origin.iter_mut().zip(from as u32..).zip(others.iter().zip(&*best))
                {
                    *origin = if larger(new, best) { at } else { *origin };
                }
                for (best, &new) in best.iter_mut().zip(others) {
                    *best = if larger(new, *best) { new } else { *best };
                }
            }
        }
    }
}

impl Layer for MaxPool {
    fn forward(&mut self, x: Matrix, _noise: &mut Rng) -> Matrix {
        let outputs = self.outputs();
        let mut y = Matrix::zeros((x.nrows(), outputs));
        let mut origin = vec![0; y.len()];
        let origins = origin.chunks_exact_mut(outputs);
        for ((x, mut y), origin) in x.rows().into_iter().zip(y.rows_mut()).zip(origins) {
            self.pool(x.to_slice().expect(ROW_MAJOR), y.as_slice_mut().expect(ROW_MAJOR), origin);
        }
        self.origin = origin;
        y
    }

    fn backward(&mut self, dy: Matrix, _wanted: bool) -> Matrix {
        let mut dx = Matrix::zeros((dy.nrows(), self.height * self.width * self.channels));
        let origins = self.origin.chunks_exact(self.outputs());
        for ((dy, mut dx), origin) in dy.rows().into_iter().zip(dx.rows_mut()).zip(origins) {
            for (&g, &from) in dy.iter().zip(origin) {
                dx[from as usize] = g;
            }
        }
        dx
    }

    fn fixed(&self, _point: &mut Point<'_>) -> Box<dyn Fixed> {
        Box::new(Self { origin: Vec::new(), ..*self })
    }

    fn boxed_clone(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

impl Fixed for MaxPool {
    fn predict(&self, x: Matrix) -> Matrix {
        let mut y = Matrix::zeros((x.nrows(), self.outputs()));
        for (x, mut y) in x.rows().into_iter().zip(y.rows_mut()) {
            let (x, y) = (x.to_slice(), y.as_slice_mut());
            self.pool(x.expect(ROW_MAJOR), y.expect(ROW_MAJOR), &mut []);
        }
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn the_largest_of_each_square_passes_and_its_gradient_goes_back_there() {
        // One image of 3 × 5 pixels and two channels: the last line and column are left out.
        let mut x = Matrix::zeros((1, 30));
        for (place, value) in [(0, -1.0), (2, -3.0), (10, -2.0), (12, -4.0), (17, 5.0), (28, 9.0)] {
            x[[0, place]] = value;
        }
        let mut pool = MaxPool::new((3, 5, 2), 2);
        let y = pool.forward(x.clone(), &mut Rng::stream(0, Stream::Noise, 0));
        assert_eq!(y, ndarray::array![[-1.0, 0.0, 0.0, 5.0]]);
        assert_eq!(pool.fixed(&mut Point::Mean { threshold: 3.0 }).predict(x), y);
        let dx = pool.backward(ndarray::array![[1.0, 2.0, 3.0, 4.0]], true);
        assert_eq!((dx[[0, 0]], dx[[0, 17]], dx.sum()), (1.0, 4.0, 10.0));
    }
}
