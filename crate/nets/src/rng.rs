//! Random streams: every use of randomness has its own, so that looking never changes the run.
//!
//! A stream is decided by (seed, purpose, counter) alone. A run keeps no generator state: the
//! noise of step 900 is the same whether the run got there in one sitting or from a file.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng as _, SeedableRng};

use crate::linalg::math;

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Stream {
    /// Initial weights.
    Initialisation = 1,
    /// The order of the training images; the counter is the epoch.
    Shuffle,
    /// Noise of the training weights; the counter is the step.
    Noise,
    /// Masks of binary dropout; the counter is the step.
    Dropout,
    /// Weight samples for predictions; the counter is the sample.
    Prediction,
    /// The fixed split of data into training and hold-out images.
    Split,
    /// Permuted labels of the random-label experiment.
    Labels,
    /// Noise of measurements, such as the gradient variance.
    Measures,
    /// Objects of made data.
    Points,
}

/// A seeded portable generator: xoshiro256++ (Blackman and Vigna, 2021).
///
/// The same stream gives the same numbers, bit for bit, on every machine and in every browser.
#[derive(Clone, Debug)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// The generator for one purpose of one run.
    pub fn stream(seed: u64, stream: Stream, counter: u64) -> Self {
        let mut state = seed;
        let mut bytes = [0; 32];
        for (word, salt) in bytes.chunks_exact_mut(8).zip([stream as u64, counter, 0, 0]) {
            state = split_mix(state ^ split_mix(salt));
            word.copy_from_slice(&state.to_le_bytes());
        }
        Self(Xoshiro256PlusPlus::from_seed(bytes))
    }

    /// A number in [0, 1) with 24 random bits.
    pub fn uniform(&mut self) -> f32 {
        unit((self.0.next_u64() >> 32) as u32)
    }

    /// A number in 0 … n − 1, without bias (Lemire, 2019).
    pub fn below(&mut self, n: u32) -> u32 {
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u64::from((self.0.next_u64() >> 32) as u32) * u64::from(n);
            if product as u32 >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    /// The numbers 0 … n − 1 in random order (Fisher and Yates).
    pub fn permutation(&mut self, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        for last in (1..n).rev() {
            order.swap(last, self.below(last as u32 + 1) as usize);
        }
        order
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f32 {
        let mut one = [0.0];
        self.fill_normal(&mut one);
        one[0]
    }

    /// Fills `out` with independent standard normal numbers (Box and Muller, 1958).
    ///
    /// With 24-bit uniforms the largest magnitude is √(2 ln 2²⁴) ≈ 5.8.
    pub fn fill_normal(&mut self, out: &mut [f32]) {
        // A word's halves apart, so that vectors are full of 32-bit numbers.
        let (mut low, mut high) = ([0; HALF], [0; HALF]);
        let mut pairs = [0.0; 2 * HALF];
        for chunk in out.chunks_mut(2 * HALF) {
            for (low, high) in low.iter_mut().zip(&mut high) {
                let word = self.0.next_u64();
                (*low, *high) = (word as u32, (word >> 32) as u32);
            }
            box_muller(&low, &high, &mut pairs);
            chunk.copy_from_slice(&pairs[..chunk.len()]);
        }
    }

    /// A matrix of independent standard normal numbers, (rows, columns).
    pub fn normal_matrix(&mut self, shape: (usize, usize)) -> ndarray::Array2<f32> {
        let mut noise = vec![0.0; shape.0 * shape.1];
        self.fill_normal(&mut noise);
        ndarray::Array2::from_shape_vec(shape, noise).expect("the length is the shape's")
    }
}

/// Pairs drawn at a time: long enough for the widest vectors, short enough to stay in the cache.
const HALF: usize = 64;

/// Top 24 bits as a number in [0, 1).
fn unit(bits: u32) -> f32 {
    // Vectors convert signed integers in one instruction, and 24 bits have no sign.
    (bits >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

crate::linalg::simd! {
    /// Two normals from each pair of words: √(−2 ln u)·(cos 2πv, sin 2πv).
    fn box_muller(low: &[u32; HALF], high: &[u32; HALF], out: &mut [f32; 2 * HALF]) {
        let (cosines, sines) = out.split_at_mut(HALF);
        let words = low.iter().zip(high);
        for ((cosine, sine), (&low, &high)) in cosines.iter_mut().zip(sines).zip(words) {
            let u = unit(low) + 1.0 / 16_777_216.0;
            let radius = (-2.0 * math::ln(u)).sqrt();
            let (s, c) = math::sin_cos(unit(high));
            *cosine = radius * c;
            *sine = radius * s;
        }
    }
}

/// One step of SplitMix64 (Steele, Lea and Flood, 2014).
fn split_mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
