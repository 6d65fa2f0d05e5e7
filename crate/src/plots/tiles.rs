//! Tiles: what each hidden unit sees, as an image of its incoming weights.

use super::colormap::{LEVELS, NOT_A_NUMBER, PRUNED, SEQUENTIAL};
use super::heatmap::Heatmap;
use super::numbers::fixed;
use crate::linalg::order;

/// The lines between tiles, RGBA.
pub const FRAME: [u8; 4] = [0xc4, 0xc9, 0xcf, 255];

/// How many incoming weights every unit of a layer keeps.
fn kept_by_unit(heatmap: &Heatmap<'_>, threshold: f32) -> Vec<u32> {
    heatmap.check();
    let mut kept = vec![0_u32; heatmap.columns];
    for first in (0..heatmap.mean.len()).step_by(heatmap.columns.max(1)) {
        let row = kept.iter_mut().zip(first..);
        row.for_each(|(kept, place)| *kept += u32::from(!heatmap.is_pruned(place, threshold)));
    }
    kept
}

/// The units of a layer, those with more weights first; at most `most` of them.
pub fn busiest(heatmap: &Heatmap<'_>, threshold: f32, most: usize) -> Vec<usize> {
    let lost: Vec<f64> =
        kept_by_unit(heatmap, threshold).into_iter().map(|kept| -f64::from(kept)).collect();
    let mut units = order(&lost);
    units.truncate(most);
    units
}

/// How many units receive anything at `epoch`, in one sentence.
pub fn describe_tiles(heatmap: &Heatmap<'_>, threshold: f32, epoch: u32) -> String {
    let kept = kept_by_unit(heatmap, threshold);
    let number = |n: usize| fixed(n as f64, 0);
    let (alive, all) = (kept.iter().filter(|kept| **kept > 0).count(), kept.len());
    format!(
        "Incoming weights of the hidden units as images at epoch {epoch}: {} of {} units receive something.",
        number(alive),
        number(all),
    )
}

/// Paints |μ| of `units` of a first layer as images of (height, width), the larger the darker
/// and pruned ones white, in rows of `across`. Where there is no tile, pixels are transparent.
///
/// Returns width and height.
pub fn paint_tiles(
    heatmap: &Heatmap<'_>,
    (height, width): (usize, usize),
    units: &[usize],
    threshold: f32,
    limit: f32,
    across: usize,
    pixels: &mut Vec<u8>,
) -> (usize, usize) {
    heatmap.check();
    assert_eq!(heatmap.rows, height * width, "one input a pixel");
    let across = across.clamp(1, units.len().max(1));
    let down = units.len().div_ceil(across);
    let (total_width, total_height) = (across * (width + 1) + 1, down * (height + 1) + 1);
    pixels.clear();
    pixels.resize(4 * total_width * total_height, 0);
    let (pixels, _) = pixels.as_chunks_mut::<4>();
    let scale = LEVELS as f32 / limit.max(f32::MIN_POSITIVE);
    for (i, &unit) in units.iter().enumerate() {
        let (left, top) = (i % across * (width + 1), i / across * (height + 1));
        for y in 0..height + 2 {
            pixels[(top + y) * total_width + left..][..width + 2].fill(FRAME);
        }
        for y in 0..height {
            let line = &mut pixels[(top + 1 + y) * total_width + left + 1..][..width];
            for (x, pixel) in line.iter_mut().enumerate() {
                let place = (y * width + x) * heatmap.columns + unit;
                let level = heatmap.mean[place].abs() * scale;
                *pixel = match level {
                    _ if heatmap.is_pruned(place, threshold) => PRUNED,
                    level if level.is_nan() => NOT_A_NUMBER,
                    level => SEQUENTIAL[(level + 0.5).min(LEVELS as f32) as usize],
                };
            }
        }
    }
    (total_width, total_height)
}
