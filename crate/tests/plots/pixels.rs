//! Heatmaps, filters and tiles: pixels that agree with counts.

use crate::specimens::weights;
use sparsevd::layers::Kernel;
use sparsevd::plots::colormap::PRUNED;
use sparsevd::plots::filters::{ALIVE, DEAD, Filters};
use sparsevd::plots::heatmap::{Heatmap, LADDER, colour_bar, limit};
use sparsevd::plots::tiles::{FRAME, busiest, paint_tiles};
use sparsevd::priors::log_alpha;
use sparsevd::rng::{Rng, Stream};

#[test]
fn painted_pixels_are_pruned_where_weights_are() {
    for (rows, columns) in [(70, 30), (30, 70), (40, 40), (1, 7), (33, 1)] {
        let (mean, log_sigma) = weights(rows * columns, 8);
        let heatmap = Heatmap { rows, columns, mean: &mean, log_sigma: Some(&log_sigma) };
        let mut pixels = Vec::new();
        for threshold in [-3.0, 0.0, 3.0, 8.0, f32::INFINITY] {
            let (width, height) = heatmap.paint(threshold, 0.5, &mut pixels);
            assert_eq!((width, height), (rows.max(columns), rows.min(columns)));
            assert_eq!(pixels.len(), 4 * rows * columns);
            let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
            assert_eq!(white, rows * columns - heatmap.kept(threshold), "threshold {threshold}");
            for y in 0..height {
                for x in 0..width {
                    let (input, output) = heatmap.cell_at(x, y).unwrap();
                    assert_eq!(heatmap.pixel_of(input, output), (x, y));
                    let place = input * columns + output;
                    let pruned = log_alpha(mean[place], log_sigma[place]) > threshold;
                    let pixel = &pixels[4 * (y * width + x)..][..4];
                    assert_eq!(pixel == PRUNED, pruned);
                    let red = pixel[0] > pixel[2];
                    assert!(pruned || red == (mean[place] > 0.0));
                }
            }
            assert_eq!(heatmap.cell_at(width, 0).or(heatmap.cell_at(0, height)), None);
        }
        let mut points = mean.clone();
        points[2] = 0.0;
        let points = Heatmap { log_sigma: None, mean: &points, ..heatmap };
        points.paint(3.0, 0.5, &mut pixels);
        let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
        assert_eq!((white, points.kept(-100.0)), (1, rows * columns - 1));
    }
}

#[test]
fn a_colour_has_the_sign_of_its_weight_however_small_it_is() {
    // Every exponent that an f32 has, and fractions of each.
    let sizes = (0..0x7f80_u32).map(|bits| f32::from_bits(bits << 16 | 1));
    let mean: Vec<f32> = sizes.flat_map(|size| [size, -size]).collect();
    let log_sigma = vec![-60.0; mean.len()];
    let (columns, mut pixels) = (2, Vec::new());
    for limit in LADDER {
        for log_sigma in [None, Some(&log_sigma[..])] {
            let heatmap = Heatmap { rows: mean.len() / columns, columns, mean: &mean, log_sigma };
            heatmap.paint(f32::INFINITY, limit, &mut pixels);
            let width = heatmap.size().0;
            for (place, mean) in mean.iter().enumerate() {
                let (x, y) = heatmap.pixel_of(place / columns, place % columns);
                let pixel = &pixels[4 * (y * width + x)..][..4];
                assert_eq!(pixel[0] > pixel[2], *mean > 0.0, "{mean} within ±{limit}: {pixel:?}");
            }
        }
    }
}

/// LeNet-5's first convolution; a square that is not full; more than one channel.
const KERNELS: [(Kernel, usize); 3] = [
    (Kernel { height: 5, width: 5, channels: 1 }, 20),
    (Kernel { height: 2, width: 3, channels: 1 }, 7),
    (Kernel { height: 3, width: 2, channels: 3 }, 4),
];

#[test]
fn filters_have_a_pixel_a_weight_that_is_white_where_it_is_pruned() {
    for (kernel, columns) in KERNELS {
        let rows = kernel.height * kernel.width * kernel.channels;
        let (mean, log_sigma) = weights(rows * columns, 3);
        let heatmap = Heatmap { rows, columns, mean: &mean, log_sigma: Some(&log_sigma) };
        let filters = Filters { weights: heatmap, kernel };
        let (mut pixels, mut flat) = (Vec::new(), Vec::new());
        for threshold in [-3.0, 3.0, f32::INFINITY] {
            let (width, height, _) = filters.paint(threshold, 0.5, &mut pixels);
            heatmap.paint(threshold, 0.5, &mut flat);
            assert_eq!((width, height), filters.size());
            let mut seen = 0;
            for (x, y) in (0..height + 2).flat_map(|y| (0..width + 2).map(move |x| (x, y))) {
                let inside = x < width && y < height;
                let Some((row, filter)) = filters.cell_at(x, y) else {
                    let line = |pixel: &[u8]| [ALIVE, DEAD, [0; 4]].iter().any(|l| *l == pixel);
                    assert!(!inside || line(&pixels[4 * (y * width + x)..][..4]));
                    continue;
                };
                seen += 1;
                assert!(inside);
                assert_eq!(filters.pixel_of(row, filter), (x, y));
                let (flat_x, flat_y) = heatmap.pixel_of(row, filter);
                let same = &flat[4 * (flat_y * heatmap.size().0 + flat_x)..][..4];
                assert_eq!(&pixels[4 * (y * width + x)..][..4], same, "as in the heatmap");
            }
            assert_eq!(seen, rows * columns);
            let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
            assert_eq!(white, rows * columns - heatmap.kept(threshold));
        }
    }
}

#[test]
fn filters_lie_in_a_square_or_by_channel() {
    let size = |(kernel, columns): (Kernel, usize)| {
        let rows = kernel.height * kernel.width * kernel.channels;
        let heatmap = Heatmap { rows, columns, mean: &vec![1.0; rows * columns], log_sigma: None };
        let filters = Filters { weights: heatmap, kernel };
        (filters.size(), filters.pixel_of(0, 1), filters.pixel_of(kernel.channels - 1, 1))
    };
    // Five by four tiles of 5 × 5.
    assert_eq!(size(KERNELS[0]), ((5 * 6 + 1, 4 * 6 + 1), (7, 1), (7, 1)));
    assert_eq!(size(KERNELS[1]), ((3 * 4 + 1, 3 * 3 + 1), (5, 1), (5, 1)));
    assert_eq!(size(KERNELS[2]), ((4 * 3 + 1, 3 * 4 + 1), (4, 1), (4, 9)));
    let kernel = Kernel { height: 3, width: 2, channels: 3 };
    let weights = Heatmap { rows: 18, columns: 4, mean: &[0.0; 72], log_sigma: None };
    // Row 10 is ((1 × 2) + 1) × 3 + 1.
    assert_eq!(Filters { weights, kernel }.place(10), (1, 1, 1));
}

#[test]
fn dead_filters_have_pale_lines_where_no_living_one_shares_them() {
    let (kernel, columns) = KERNELS[2];
    let rows = 18;
    let (mean, mut log_sigma) = (vec![0.3; rows * columns], vec![-4.0; rows * columns]);
    // Filter 0 is dead, filter 2 has one weight left.
    for row in 0..rows {
        log_sigma[row * columns] = 5.0;
        log_sigma[row * columns + 2] = if row == 7 { -4.0 } else { 5.0 };
    }
    let weights = Heatmap { rows, columns, mean: &mean, log_sigma: Some(&log_sigma) };
    let mut pixels = Vec::new();
    let (width, _, dead) = Filters { weights, kernel }.paint(3.0, 0.5, &mut pixels);
    assert_eq!(dead, 1);
    let pixel = |x: usize, y: usize| &pixels[4 * (y * width + x)..][..4];
    for y in 0..13 {
        assert_eq!(pixel(0, y), DEAD);
        assert!((3..=9).step_by(3).all(|x| pixel(x, y) == ALIVE), "row {y}");
    }
    assert_eq!((pixel(1, 0), pixel(2, 4), pixel(7, 4)), (&DEAD[..], &DEAD[..], &ALIVE[..]));
    let points = Heatmap { log_sigma: None, ..weights };
    assert_eq!(Filters { weights: points, kernel }.paint(3.0, 0.5, &mut pixels).2, 0);
}

#[test]
fn a_part_of_a_matrix_has_its_inputs_and_outputs() {
    let mean: Vec<f32> = (0..12).map(|i| i as f32).collect();
    let log_sigma: Vec<f32> = mean.iter().map(|m| -m).collect();
    let heatmap = Heatmap { rows: 3, columns: 4, mean: &mean, log_sigma: Some(&log_sigma) };
    let (part, sigma) = heatmap.part(1..3, 1..3);
    assert_eq!(part, [5.0, 6.0, 9.0, 10.0]);
    assert_eq!(sigma, [-5.0, -6.0, -9.0, -10.0]);
    assert_eq!(Heatmap { log_sigma: None, ..heatmap }.part(0..1, 3..4), (vec![3.0], vec![]));
}

#[test]
fn limits_are_the_rung_above_the_percentile() {
    let mut rng = Rng::stream(4, Stream::Initialisation, 0);
    for scale in [1e-5, 0.003, 0.04, 1.0, 70.0, 1e9] {
        let values: Vec<f32> = (0..1999).map(|_| scale * rng.normal()).collect();
        let mut sorted: Vec<f32> = values.iter().map(|v| v.abs()).collect();
        sorted.sort_by(f32::total_cmp);
        let percentile = sorted[(0.995_f64 * 1999.0).ceil() as usize - 1];
        let rung = LADDER.into_iter().find(|&rung| rung >= percentile).unwrap_or(1000.0);
        assert_eq!(limit(&values), rung);
    }
    assert_eq!(limit(&[]), 0.001);
    assert_eq!(limit(&[f32::NAN, f32::INFINITY, -0.15]), 0.2);
    // Only the living count.
    let heatmap =
        Heatmap { rows: 2, columns: 1, mean: &[30.0, 0.3], log_sigma: Some(&[9.0, -3.0]) };
    assert_eq!((heatmap.limit(3.0), heatmap.limit(f32::INFINITY)), (0.5, 50.0));
}

#[test]
fn the_colour_bar_runs_from_negative_to_positive() {
    let bar = colour_bar(256);
    assert_eq!(bar.len(), 1024);
    let (first, last) = (&bar[..4], &bar[1020..]);
    assert!(first[2] > first[0] && last[0] > last[2]);
    assert!(bar.chunks(4).all(|pixel| *pixel != PRUNED));
}

#[test]
fn tiles_are_sorted_and_dead_units_stay_as_empty_frames() {
    let (rows, columns) = (12, 7);
    let (mut mean, mut log_sigma) = (vec![0.3; rows * columns], vec![-4.0; rows * columns]);
    // Unit 2 is dead, unit 5 has lost one weight.
    (0..rows)
        .for_each(|input| (mean[input * columns + 2], log_sigma[input * columns + 2]) = (0.0, 0.0));
    log_sigma[4 * columns + 5] = 5.0;
    let heatmap = Heatmap { rows, columns, mean: &mean, log_sigma: Some(&log_sigma) };
    let mut pixels = Vec::new();
    let units = busiest(&heatmap, 3.0, 100);
    assert_eq!(units, [0, 1, 3, 4, 6, 5, 2]);
    let (width, height) = paint_tiles(&heatmap, (3, 4), &units, 3.0, 0.5, 3, &mut pixels);
    assert_eq!((width, height), (3 * 5 + 1, 3 * 4 + 1));
    let pixel = |x: usize, y: usize| &pixels[4 * (y * width + x)..][..4];
    // The last tile is white in its frame, and there is nothing beside it.
    for y in 9..12 {
        assert!((1..5).all(|x| pixel(x, y) == PRUNED));
    }
    assert_eq!((pixel(0, 9), pixel(5, 12), pixel(7, 9)), (&FRAME[..], &FRAME[..], &[0; 4][..]));
    let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
    assert_eq!(white, rows * columns - heatmap.kept(3.0));
    // Input 4 is pixel (0, 1) of the image; unit 5 is the third tile of the second row.
    assert_eq!(pixel(11, 6), PRUNED);

    assert_eq!(busiest(&heatmap, 3.0, 2), [0, 1]);
    // Chosen units stay in their order, the dead one too.
    let size = paint_tiles(&heatmap, (3, 4), &[2, 0], 3.0, 0.5, 20, &mut pixels);
    assert_eq!(size, (11, 5));
    assert_eq!(&pixels[4 * (11 + 1)..][..4], PRUNED);
    assert_ne!(&pixels[4 * (11 + 6)..][..4], PRUNED);
    let (width, height) = paint_tiles(&heatmap, (3, 4), &[], 3.0, 0.5, 20, &mut pixels);
    assert_eq!(pixels.len(), 4 * width * height);
}
