//! Batch normalisation with point estimates.

use super::{Fixed, Layer, Point};
use crate::linalg::Matrix;
use crate::optimizer::Parameter;
use crate::posterior::Update;
use crate::rng::Rng;

/// y = γ (x − m)/√(v + 10⁻⁵) + β for each channel, with the mean m and variance v of the batch
/// (Ioffe and Szegedy, 2015); predictions use their running means.
#[derive(Clone)]
pub struct BatchNorm {
    scale: Parameter,
    shift: Parameter,
    running_mean: Parameter,
    running_variance: Parameter,
    batch: Option<Batch>,
}

/// What the backward pass and the running means need of the batch.
#[derive(Clone)]
struct Batch {
    /// (x − m)/√(v + 10⁻⁵), (rows, channels).
    normalised: Matrix,
    mean: Matrix,
    variance: Matrix,
}

/// Keeps the division possible where a channel is constant.
const EPSILON: f32 = 1e-5;
/// How much of the running means a batch replaces.
const MOMENTUM: f32 = 0.1;

impl BatchNorm {
    /// γ = 1, β = 0 for rows of features (…, channels).
    pub fn new(channels: usize) -> Self {
        let zeros = || Parameter::new(Matrix::zeros((1, channels)));
        let ones = || Parameter::new(Matrix::ones((1, channels)));
        Self {
            scale: ones(),
            shift: zeros(),
            running_mean: zeros(),
            running_variance: ones(),
            batch: None,
        }
    }

    fn by_channel(&self, x: Matrix) -> Matrix {
        let channels = self.scale.value.ncols();
        let rows = x.len() / channels;
        x.into_shape_with_order((rows, channels)).expect("channels divide the features")
    }
}

/// The mean of every column, (1, columns).
fn column_means(x: &Matrix) -> Matrix {
    x.sum_axis(ndarray::Axis(0)).insert_axis(ndarray::Axis(0)) / x.nrows() as f32
}

impl Layer for BatchNorm {
    fn forward(&mut self, x: Matrix, _noise: &mut Rng) -> Matrix {
        let shape = x.dim();
        let x = self.by_channel(x);
        let mean = column_means(&x);
        let centred = x - &mean;
        let variance = column_means(&(&centred * &centred));
        let normalised = centred / variance.mapv(|v| (v + EPSILON).sqrt());
        let y = &normalised * &self.scale.value + &self.shift.value;
        self.batch = Some(Batch { normalised, mean, variance });
        y.into_shape_with_order(shape).expect("the shape it came in")
    }

    /// dx = γ/√(v + 10⁻⁵) ⊙ (dy − mean dy − x̂ ⊙ mean(dy ⊙ x̂))
    fn backward(&mut self, dy: Matrix, _wanted: bool) -> Matrix {
        let shape = dy.dim();
        let dy = self.by_channel(dy);
        let Batch { normalised, variance, .. } = self.batch.as_ref().expect("forward came first");
        let rows = dy.nrows() as f32;
        let by_shift = column_means(&dy);
        let by_scale = column_means(&(&dy * normalised));
        let slope = &self.scale.value / &variance.mapv(|v| (v + EPSILON).sqrt());
        let dx = (dy - &by_shift - normalised * &by_scale) * slope;
        self.shift.gradient = by_shift * rows;
        self.scale.gradient = by_scale * rows;
        dx.into_shape_with_order(shape).expect("the shape it came in")
    }

    fn fixed(&self, _point: &mut Point<'_>) -> Box<dyn Fixed> {
        let deviation = self.running_variance.value.mapv(|v| (v + EPSILON).sqrt());
        let slope = &self.scale.value / &deviation;
        let offset = &self.shift.value - &self.running_mean.value * &slope;
        Box::new(Affine { slope, offset })
    }

    fn parameters(&self) -> Vec<(&'static str, &Parameter)> {
        vec![
            ("scale", &self.scale),
            ("shift", &self.shift),
            ("running_mean", &self.running_mean),
            ("running_variance", &self.running_variance),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<&mut Parameter> {
        vec![&mut self.scale, &mut self.shift, &mut self.running_mean, &mut self.running_variance]
    }

    /// The running means follow the batch here and not in the forward pass, so that measuring
    /// gradients leaves them alone.
    fn update(&mut self, update: &Update<'_>) {
        self.scale.update(update.optimizer, update.step);
        self.shift.update(update.optimizer, update.step);
        if let Some(batch) = &self.batch {
            let follow = |running: &mut Parameter, batch: &Matrix| {
                running.value.zip_mut_with(batch, |r, b| *r += MOMENTUM * (b - *r));
            };
            follow(&mut self.running_mean, &batch.mean);
            follow(&mut self.running_variance, &batch.variance);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

/// y = slope ⊙ x + offset for each channel, both (1, channels).
struct Affine {
    slope: Matrix,
    offset: Matrix,
}

impl Fixed for Affine {
    fn predict(&self, x: Matrix) -> Matrix {
        let (shape, channels) = (x.dim(), self.slope.ncols());
        let x = x.into_shape_with_order((shape.0 * shape.1 / channels, channels));
        let y = x.expect("channels divide the features") * &self.slope + &self.offset;
        y.into_shape_with_order(shape).expect("the shape it came in")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn channels_are_normalised_and_predictions_follow_the_running_means() {
        let mut rng = Rng::stream(2, Stream::Measures, 0);
        let mut norm = BatchNorm::new(3);
        let step = crate::optimizer::Step { number: 1, learning_rate: 0.0 };
        let (optimizer, prior) = (&crate::optimizer::Adam, &crate::priors::LogUniform);
        let x = rng.normal_matrix((40, 6)) * 3.0 + 2.0;
        for _ in 0..200 {
            let y = norm.forward(x.clone(), &mut rng);
            let y = y.into_shape_with_order((80, 3)).unwrap();
            assert!(column_means(&y).iter().all(|m| m.abs() < 1e-5));
            assert!(column_means(&(&y * &y)).iter().all(|v| (v - 1.0).abs() < 1e-4));
            norm.update(&Update { optimizer, step, prior, kl_weight: 0.0 });
        }
        let fixed = norm.fixed(&mut Point::Mean { threshold: 3.0 }).predict(x.clone());
        let trained = norm.forward(x, &mut rng);
        assert!(fixed.iter().zip(&trained).all(|(a, b)| (a - b).abs() < 1e-3));
    }
}
