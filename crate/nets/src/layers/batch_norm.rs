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
    /// (x − m)/√(v + 10⁻⁵), as the input.
    normalised: Matrix,
    /// m, for every channel.
    mean: Vec<f32>,
    /// v, for every channel.
    variance: Vec<f32>,
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
}

/// Σ of `term` over the rows, for every channel, and how many rows there are; a row is the
/// channels of one pixel.
fn channel_sums(x: &Matrix, channels: usize, term: impl Fn(usize, f32) -> f32) -> (Vec<f32>, f32) {
    let mut sums = vec![0.0; channels];
    for (place, &x) in x.iter().enumerate() {
        sums[place % channels] += term(place, x);
    }
    (sums, (x.len() / channels) as f32)
}

/// The same divided by the number of rows.
fn channel_means(x: &Matrix, channels: usize, term: impl Fn(usize, f32) -> f32) -> Vec<f32> {
    let (sums, rows) = channel_sums(x, channels, term);
    sums.into_iter().map(|sum| sum / rows).collect()
}

/// x ← f(place, x) for every value.
fn map_values(x: &mut Matrix, mut f: impl FnMut(usize, f32) -> f32) {
    x.iter_mut().enumerate().for_each(|(place, x)| *x = f(place, *x));
}

fn numbers(parameter: &Parameter) -> &[f32] {
    parameter.value.as_slice().expect("one row")
}

fn row(numbers: Vec<f32>) -> Matrix {
    Matrix::from_shape_vec((1, numbers.len()), numbers).expect("one row")
}

impl Layer for BatchNorm {
    fn forward(&mut self, x: Matrix, _noise: &mut Rng) -> Matrix {
        let (scale, shift) = (numbers(&self.scale), numbers(&self.shift));
        let n = scale.len();
        let mean = channel_means(&x, n, |_, x| x);
        let square = |place: usize, x: f32| (x - mean[place % n]) * (x - mean[place % n]);
        let variance = channel_means(&x, n, square);
        let mut normalised = x;
        map_values(&mut normalised, |place, x| {
            (x - mean[place % n]) / (variance[place % n] + EPSILON).sqrt()
        });
        let mut y = normalised.clone();
        map_values(&mut y, |place, x| scale[place % n] * x + shift[place % n]);
        self.batch = Some(Batch { normalised, mean, variance });
        y
    }

    /// dx = γ/√(v + 10⁻⁵) ⊙ (dy − mean dy − x̂ ⊙ mean(dy ⊙ x̂))
    fn backward(&mut self, dy: Matrix, _wanted: bool) -> Matrix {
        let Batch { normalised, variance, .. } = self.batch.as_ref().expect("forward came first");
        let normalised = normalised.as_slice().expect("kept in row-major order");
        let n = variance.len();
        let (by_shift, rows) = channel_sums(&dy, n, |_, g| g);
        let (by_scale, _) = channel_sums(&dy, n, |place, g| g * normalised[place]);
        let scale = numbers(&self.scale);
        let mut dx = dy;
        map_values(&mut dx, |place, g| {
            let channel = place % n;
            let slope = scale[channel] / (variance[channel] + EPSILON).sqrt();
            slope * (g - (by_shift[channel] + normalised[place] * by_scale[channel]) / rows)
        });
        self.shift.gradient = row(by_shift);
        self.scale.gradient = row(by_scale);
        dx
    }

    fn fixed(&self, _point: &mut Point<'_>) -> Box<dyn Fixed> {
        let running = numbers(&self.running_mean).iter().zip(numbers(&self.running_variance));
        let learned = numbers(&self.scale).iter().zip(numbers(&self.shift));
        let affine = |((mean, variance), (scale, shift)): ((&f32, &f32), (&f32, &f32))| {
            let slope = scale / (variance + EPSILON).sqrt();
            (slope, shift - mean * slope)
        };
        Box::new(Affine(running.zip(learned).map(affine).collect()))
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
            let follow = |running: &mut Parameter, batch: &[f32]| {
                let pairs = running.value.iter_mut().zip(batch);
                pairs.for_each(|(running, now)| *running += MOMENTUM * (now - *running));
            };
            follow(&mut self.running_mean, &batch.mean);
            follow(&mut self.running_variance, &batch.variance);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

/// y = slope · x + offset, a pair for each channel.
struct Affine(Vec<(f32, f32)>);

impl Fixed for Affine {
    fn predict(&self, mut x: Matrix) -> Matrix {
        map_values(&mut x, |place, x| {
            let (slope, offset) = self.0[place % self.0.len()];
            slope * x + offset
        });
        x
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
            assert!(channel_means(&y, 3, |_, y| y).iter().all(|m| m.abs() < 1e-5));
            assert!(channel_means(&y, 3, |_, y| y * y).iter().all(|v| (v - 1.0).abs() < 1e-4));
            norm.update(&Update { optimizer, step, prior, kl_weight: 0.0 });
        }
        let fixed = norm.fixed(&mut Point::Mean { threshold: 3.0 }).predict(x.clone());
        let trained = norm.forward(x, &mut rng);
        assert!(fixed.iter().zip(&trained).all(|(a, b)| (a - b).abs() < 1e-3));
    }
}
