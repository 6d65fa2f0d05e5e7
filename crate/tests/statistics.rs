//! Randomness against theory. Seeds are fixed; each test states how often chance would fail it.

use sparsevd::rng::{Rng, Stream};

/// Φ by the complementary error function's rational approximation (Abramowitz and Stegun,
/// 7.1.26), good to 10⁻⁷: far below what 20,000 draws can show.
fn normal_cdf(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let tail = series.iter().fold(0.0, |sum, c| (sum + c) * t) * (-z * z).exp();
    if x < 0.0 { 0.5 * tail } else { 1.0 - 0.5 * tail }
}

/// The Kolmogorov–Smirnov distance between draws and a distribution.
fn distance(mut draws: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    draws.sort_by(f64::total_cmp);
    let n = draws.len() as f64;
    let gap = |(i, &x): (usize, &f64)| {
        let p = cdf(x);
        (p - i as f64 / n).max((i as f64 + 1.0) / n - p)
    };
    draws.iter().enumerate().map(gap).fold(0.0, f64::max)
}

/// A true sample exceeds this with probability 0.001 (the limit distribution of √n·D).
fn critical(n: usize) -> f64 {
    1.949 / (n as f64).sqrt()
}

#[test]
fn normal_numbers_are_normal() {
    let n = 20_000;
    for seed in 0..5 {
        let mut draws = vec![0.0_f32; n];
        Rng::stream(seed, Stream::Noise, seed).fill_normal(&mut draws);
        let draws = draws.into_iter().map(f64::from).collect();
        assert!(distance(draws, normal_cdf) < critical(n), "seed {seed}");
    }
}

#[test]
fn uniform_numbers_are_uniform() {
    let n = 20_000;
    let mut rng = Rng::stream(1, Stream::Dropout, 0);
    let draws = (0..n).map(|_| f64::from(rng.uniform())).collect();
    assert!(distance(draws, |x| x) < critical(n));
}

#[test]
fn neighbouring_streams_are_unrelated() {
    // Independent pairs have |r| > 4.4/√n with probability 10⁻⁵.
    let n = 20_000;
    let draw = |seed, stream, counter| {
        let mut draws = vec![0.0_f32; n];
        Rng::stream(seed, stream, counter).fill_normal(&mut draws);
        draws
    };
    let base = draw(1, Stream::Noise, 0);
    for other in
        [draw(1, Stream::Noise, 1), draw(2, Stream::Noise, 0), draw(1, Stream::Prediction, 0)]
    {
        let r: f64 = base.iter().zip(&other).map(|(a, b)| f64::from(a * b)).sum::<f64>() / n as f64;
        assert!(r.abs() < 4.4 / (n as f64).sqrt());
    }
}

#[test]
fn every_order_is_as_likely_as_any_other() {
    // Six orders of three: χ² with 5 degrees of freedom exceeds 20.5 with probability 0.001.
    let mut counts = [0_u32; 6];
    let trials = 6000;
    for trial in 0..trials {
        let order = Rng::stream(3, Stream::Shuffle, trial).permutation(3);
        counts[(2 * order[0] + u32::from(order[1] > order[2])) as usize] += 1;
    }
    let expected = trials as f64 / 6.0;
    let chi: f64 = counts.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
    assert!(chi < 20.5, "{counts:?}");
}

#[test]
fn the_same_stream_gives_the_same_numbers_for_ever() {
    // Pinned: a change here changes every run that somebody has linked to.
    let mut rng = Rng::stream(1, Stream::Noise, 7);
    let bits: Vec<u32> = (0..3).map(|_| rng.normal().to_bits()).collect();
    let mut whole = [0.0; 200];
    Rng::stream(1, Stream::Noise, 7).fill_normal(&mut whole);
    assert_eq!(whole[0].to_bits(), bits[0], "the first draw does not depend on how many follow");
    let sum: u64 = whole.iter().map(|x| u64::from(x.to_bits())).sum();
    assert_eq!(
        (bits[0], sum, Rng::stream(1, Stream::Shuffle, 2).permutation(6)),
        (3_218_977_794, 423_742_596_668, vec![3, 2, 4, 1, 5, 0])
    );
}
