//! Inference that stands apart from the trainer: exact answers and approximations in `f64`, for
//! whatever is given by the logarithm of a density.
//!
//! Bits are portable: randomness is [`Rng`]'s, exponentials and logarithms are `libm`'s, the
//! hyperbolic tangent is ours, and every sum has one order.

pub mod adam;
pub mod cholesky;
pub mod conjugate;
pub mod density;
pub mod dropout;
pub mod estimators;
pub mod exact_kl;
pub mod hmc;
pub mod laplace;
pub mod noise;
pub mod one_weight;
pub mod regression;
pub mod tanh_net;
pub mod variational;

pub use adam::Adam;
pub use cholesky::Cholesky;
pub use conjugate::Conjugate;
pub use density::LogDensity;
pub use dropout::Dropout;
pub use hmc::Hmc;
pub use laplace::Laplace;
pub use noise::NoiseLine;
pub use regression::Regression;
pub use tanh_net::TanhNet;
pub use variational::MeanField;

use crate::rng::Rng;

/// ln 2π.
const LN_TAU: f64 = 1.837_877_066_409_345_3;

/// Fills `out` with independent standard normal numbers of 24 random bits each.
pub fn fill_normal(rng: &mut Rng, out: &mut [f64]) {
    let mut noise = vec![0.0f32; out.len()];
    rng.fill_normal(&mut noise);
    for (out, &noise) in out.iter_mut().zip(&noise) {
        *out = f64::from(noise);
    }
}

/// The probability that a standard normal number is less than `z`.
pub fn normal_below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// Σ aᵢ bᵢ.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
