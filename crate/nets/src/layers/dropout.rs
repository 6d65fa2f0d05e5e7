//! Binary dropout, which is variational inference with a Bernoulli posterior.

use super::{Fixed, Layer, Point};
use crate::linalg::Matrix;
use crate::rng::Rng;

/// Sets each input to zero with probability `rate` and scales the rest by 1/(1 − rate).
///
/// q(w) = p·δ(0) + (1 − p)·δ(μ) for the weights of one input (Gal and Ghahramani, 2016).
/// The mean network uses every input; a sample keeps one mask for all objects.
#[derive(Clone)]
pub struct Dropout {
    rate: f32,
    width: usize,
    /// 0 or 1/(1 − rate) for every input of the batch, (objects, fan_in).
    mask: Matrix,
}

impl Dropout {
    /// Dropout of `width` inputs, each gone with probability `rate` < 1.
    pub fn new(width: usize, rate: f32) -> Self {
        assert!((0.0..1.0).contains(&rate), "a dropout rate is below 1");
        Self { rate, width, mask: Matrix::zeros((0, width)) }
    }

    fn draw(&self, objects: usize, rng: &mut Rng) -> Matrix {
        let keep = 1.0 / (1.0 - self.rate);
        let draw = || if rng.uniform() < self.rate { 0.0 } else { keep };
        Matrix::from_shape_simple_fn((objects, self.width), draw)
    }
}

impl Layer for Dropout {
    fn forward(&mut self, x: Matrix, noise: &mut Rng) -> Matrix {
        self.mask = self.draw(x.nrows(), noise);
        x * &self.mask
    }

    fn backward(&mut self, dy: Matrix, _wanted: bool) -> Matrix {
        dy * &self.mask
    }

    fn fixed(&self, point: &mut Point<'_>) -> Box<dyn Fixed> {
        Box::new(match point {
            Point::Mean { .. } => Mask(Matrix::ones((1, self.width))),
            Point::Sample(rng) => Mask(self.draw(1, rng)),
        })
    }

    fn boxed_clone(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

/// One mask for every object, (1, fan_in).
struct Mask(Matrix);

impl Fixed for Mask {
    fn predict(&self, x: Matrix) -> Matrix {
        x * &self.0
    }
}
