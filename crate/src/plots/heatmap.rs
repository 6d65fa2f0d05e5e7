//! Heatmaps: a weight matrix as pixels, one a weight.

use std::ops::Range;

use super::colormap::{DIVERGING, LEVELS, NOT_A_NUMBER, PRUNED, diverging, signed};
use crate::linalg::simd;
use crate::priors::log_alpha;

/// A weight matrix to look at.
#[derive(Clone, Copy, Debug)]
pub struct Heatmap<'a> {
    /// Inputs.
    pub rows: usize,
    /// Outputs.
    pub columns: usize,
    /// μ, row-major (inputs, outputs).
    pub mean: &'a [f32],
    /// ln σ likewise; absent for point estimates, which are pruned where they are zero.
    pub log_sigma: Option<&'a [f32]>,
}

/// Codes after the levels of the colour map.
const PRUNED_CODE: u32 = DIVERGING.len() as u32;
const NOT_A_NUMBER_CODE: u32 = PRUNED_CODE + 1;

/// The colour of every code; a power of two, so that no code needs a check.
static COLOURS: [[u8; 4]; 1024] = {
    let mut table = [NOT_A_NUMBER; 1024];
    let mut i = 0;
    while i < DIVERGING.len() {
        table[i] = DIVERGING[i];
        i += 1;
    }
    table[PRUNED_CODE as usize] = PRUNED;
    table
};

fn colour(code: u32) -> [u8; 4] {
    COLOURS[code as usize % COLOURS.len()]
}

/// Inputs that are painted at a time when they go across: a cache line of pixels each.
const BLOCK: usize = 32;

impl Heatmap<'_> {
    /// Whether inputs go across: the longer side does, to fit a wide page.
    fn inputs_across(&self) -> bool {
        self.rows >= self.columns
    }

    /// Pixels across and down.
    pub fn size(&self) -> (usize, usize) {
        (self.rows.max(self.columns), self.rows.min(self.columns))
    }

    /// The (input, output) of pixel (x, y), if there is one.
    pub fn cell_at(&self, x: usize, y: usize) -> Option<(usize, usize)> {
        let (width, height) = self.size();
        let cell = if self.inputs_across() { (x, y) } else { (y, x) };
        (x < width && y < height).then_some(cell)
    }

    /// The pixel (x, y) of a weight.
    pub fn pixel_of(&self, input: usize, output: usize) -> (usize, usize) {
        if self.inputs_across() { (input, output) } else { (output, input) }
    }

    /// Weights that are kept: not ln α > `threshold`, or point estimates that are not zero.
    pub fn kept(&self, threshold: f32) -> usize {
        match self.log_sigma {
            Some(log_sigma) => self.mean.len() - count_pruned(self.mean, log_sigma, threshold),
            None => self.mean.iter().filter(|&&mean| mean != 0.0).count(),
        }
    }

    /// Whether the weight at `place`, row-major, is pruned at `threshold`.
    pub fn is_pruned(&self, place: usize, threshold: f32) -> bool {
        match self.log_sigma {
            Some(log_sigma) => log_alpha(self.mean[place], log_sigma[place]) > threshold,
            None => self.mean[place] == 0.0,
        }
    }

    /// Paints every weight, RGBA, with the deepest colours at ±`limit`; returns width and height.
    pub fn paint(&self, threshold: f32, limit: f32, pixels: &mut Vec<u8>) -> (usize, usize) {
        self.check();
        let (width, height) = self.size();
        pixels.clear();
        pixels.resize(4 * width * height, 0);
        let (pixels, _) = pixels.as_chunks_mut::<4>();
        let mut codes = vec![0; BLOCK * self.columns];
        for first in (0..self.rows).step_by(BLOCK) {
            let inputs = BLOCK.min(self.rows - first);
            let range = first * self.columns..(first + inputs) * self.columns;
            let codes = &mut codes[..range.len()];
            let log_sigma = self.log_sigma.map(|log_sigma| &log_sigma[range.clone()]);
            encode(&self.mean[range.clone()], log_sigma, threshold, limit, codes);
            if !self.inputs_across() {
                let line = pixels[range].iter_mut().zip(codes);
                line.for_each(|(pixel, code)| *pixel = colour(*code));
                continue;
            }
            for output in 0..self.columns {
                let start = output * width + first;
                let from = codes[output..].iter().step_by(self.columns);
                let line = pixels[start..start + inputs].iter_mut().zip(from);
                line.for_each(|(pixel, code)| *pixel = colour(*code));
            }
        }
        (width, height)
    }

    /// The colour of every weight, in the order of `mean`.
    pub(super) fn colours(&self, threshold: f32, limit: f32) -> Vec<[u8; 4]> {
        self.check();
        let mut codes = vec![0; self.mean.len()];
        encode(self.mean, self.log_sigma, threshold, limit, &mut codes);
        codes.into_iter().map(colour).collect()
    }

    /// The part of the matrix with the given inputs and outputs: μ and, if Bayesian, ln σ.
    pub fn part(&self, inputs: Range<usize>, outputs: Range<usize>) -> (Vec<f32>, Vec<f32>) {
        let rows = |values: &[f32]| {
            let row = |input| values[input * self.columns..][outputs.clone()].iter().copied();
            inputs.clone().flat_map(row).collect()
        };
        (rows(self.mean), self.log_sigma.map(rows).unwrap_or_default())
    }

    /// The limit that suits the living weights, see [`limit`].
    pub fn limit(&self, threshold: f32) -> f32 {
        let mut magnitudes = vec![0.0; self.mean.len()];
        match self.log_sigma {
            Some(log_sigma) => living(self.mean, log_sigma, threshold, &mut magnitudes),
            None => living_points(self.mean, &mut magnitudes),
        }
        limit(&magnitudes)
    }

    /// Asserts that there are as many numbers as the shape says.
    pub(super) fn check(&self) {
        let n = self.rows * self.columns;
        assert_eq!(self.mean.len(), n, "means of a {} × {} matrix", self.rows, self.columns);
        assert!(self.log_sigma.is_none_or(|log_sigma| log_sigma.len() == n), "as many ln σ as μ");
    }
}

/// Limits of a colour scale: round numbers, so that the scale changes seldom.
pub const LADDER: [f32; 19] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0,
    200.0, 500.0, 1000.0,
];

/// The least number of the [`LADDER`] that holds 99.5 % of the magnitudes of `values`; those that
/// are not finite do not count.
pub fn limit(values: &[f32]) -> f32 {
    let finite = values.iter().filter(|value| value.is_finite()).count();
    // Only the ladder matters, so that nothing need be sorted: count what each rung holds.
    let needed = (finite as f64 * 0.995).ceil() as usize;
    let rung = LADDER.into_iter().find(|&rung| held(values, rung) >= needed);
    rung.unwrap_or(LADDER[LADDER.len() - 1])
}

/// How many magnitudes are at most `rung`.
#[inline(never)]
fn held(values: &[f32], rung: f32) -> usize {
    values.iter().filter(|value| value.abs() <= rung).count()
}

/// One row of pixels, RGBA: the colours from −limit to +limit.
pub fn colour_bar(width: usize) -> Vec<u8> {
    let t = |i: usize| 2.0 * (i as f32 + 0.5) / width as f32 - 1.0;
    (0..width).flat_map(|i| diverging(t(i))).collect()
}

/// Codes of the colours of weights.
fn encode(mean: &[f32], log_sigma: Option<&[f32]>, threshold: f32, limit: f32, codes: &mut [u32]) {
    let scale = LEVELS as f32 / limit.max(f32::MIN_POSITIVE);
    match log_sigma {
        Some(log_sigma) => encode_posterior(mean, log_sigma, threshold, scale, codes),
        None => encode_points(mean, scale, codes),
    }
}

/// Adding 2²³ leaves the nearest whole number in the lowest bits.
const ROUND: f32 = 8_388_608.0;

#[inline(always)]
fn level(mean: f32, scale: f32) -> u32 {
    let middle = LEVELS as f32;
    let level = (mean * scale + middle).max(0.0).min(2.0 * middle);
    let code = signed(mean, (level + ROUND).to_bits() & 0x3FF);
    if mean.is_nan() { NOT_A_NUMBER_CODE } else { code }
}

simd! {
    fn encode_posterior(
        mean: &[f32],
        log_sigma: &[f32],
        threshold: f32,
        scale: f32,
        codes: &mut [u32],
    ) {
        for ((code, &mean), &log_sigma) in codes.iter_mut().zip(mean).zip(log_sigma) {
            let pruned = log_alpha(mean, log_sigma) > threshold;
            *code = if pruned { PRUNED_CODE } else { level(mean, scale) };
        }
    }
}

simd! {
    fn encode_points(mean: &[f32], scale: f32, codes: &mut [u32]) {
        for (code, &mean) in codes.iter_mut().zip(mean) {
            *code = if mean == 0.0 { PRUNED_CODE } else { level(mean, scale) };
        }
    }
}

simd! {
    /// How many weights have ln α > `threshold`.
    pub fn count_pruned(mean: &[f32], log_sigma: &[f32], threshold: f32) -> usize {
        let pairs = mean.iter().zip(log_sigma);
        let pruned = |(&mean, &log_sigma): (&f32, &f32)| u32::from(log_alpha(mean, log_sigma) > threshold);
        pairs.map(pruned).sum::<u32>() as usize
    }
}

simd! {
    /// The means of living weights; infinity for pruned ones.
    fn living(mean: &[f32], log_sigma: &[f32], threshold: f32, out: &mut [f32]) {
        for ((out, &mean), &log_sigma) in out.iter_mut().zip(mean).zip(log_sigma) {
            *out = if log_alpha(mean, log_sigma) > threshold { f32::INFINITY } else { mean };
        }
    }
}

/// The point estimates that are not zero; infinity for pruned ones.
fn living_points(mean: &[f32], out: &mut [f32]) {
    for (out, &mean) in out.iter_mut().zip(mean) {
        *out = if mean == 0.0 { f32::INFINITY } else { mean };
    }
}
