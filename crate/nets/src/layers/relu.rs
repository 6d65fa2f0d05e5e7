//! The rectifier, y = max(x, 0).

use super::{Fixed, Layer, Point};
use crate::linalg::{Matrix, combine};
use crate::rng::Rng;

/// y = max(x, 0), entry by entry.
#[derive(Clone, Default)]
pub struct Relu {
    /// The batch's output, kept for the backward pass.
    y: Matrix,
}

fn rectify(mut x: Matrix) -> Matrix {
    // Written so that NaN passes: a diverged run must show.
    x.mapv_inplace(|x| if x < 0.0 { 0.0 } else { x });
    x
}

impl Layer for Relu {
    fn forward(&mut self, x: Matrix, _noise: &mut Rng) -> Matrix {
        self.y = rectify(x);
        self.y.clone()
    }

    fn backward(&mut self, dy: Matrix, _wanted: bool) -> Matrix {
        let mut dx = dy;
        combine(&mut dx, &self.y, |g, y| *g = if y > 0.0 { *g } else { 0.0 });
        dx
    }

    fn fixed(&self, _point: &mut Point<'_>) -> Box<dyn Fixed> {
        Box::new(Self::default())
    }

    fn boxed_clone(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

impl Fixed for Relu {
    fn predict(&self, x: Matrix) -> Matrix {
        rectify(x)
    }
}
