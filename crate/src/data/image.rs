//! What can be done to one image: pixels row by row, `shape` is (height, width).

use crate::linalg::{Matrix, math};
use crate::rng::Rng;

/// The image turned counter-clockwise about its centre, by bilinear interpolation; what comes
/// from outside is 0.
pub fn rotate(image: &[f32], shape: (usize, usize), degrees: f32) -> Vec<f32> {
    let before = before_turn(shape, degrees);
    by_pixel(image, shape, |row, column| {
        let (row, column) = before(row as f32, column as f32);
        let (top, left) = (row.floor(), column.floor());
        let (below, beside) = (row - top, column - left);
        let at = |row: f32, column: f32| pixel(image, shape, row as isize, column as isize);
        (1.0 - below) * ((1.0 - beside) * at(top, left) + beside * at(top, left + 1.0))
            + below * ((1.0 - beside) * at(top + 1.0, left) + beside * at(top + 1.0, left + 1.0))
    })
}

/// Pixels of the canvas, in a row of one pixel, on which [`turning`] turns.
const FINE: usize = 4;

/// The same turn of all images at once, without its blur: images (objects, pixels) times this map
/// (pixels, pixels) are turned on a canvas four times as fine in both directions and averaged back.
pub fn turning(shape: (usize, usize), degrees: f32) -> Matrix {
    let before = before_turn((FINE * shape.0, FINE * shape.1), degrees);
    let pixels = shape.0 * shape.1;
    let mut map = Matrix::zeros((pixels, pixels));
    for to in 0..pixels {
        for fine in 0..FINE * FINE {
            let (down, right) = (fine / FINE, fine % FINE);
            let row = (FINE * (to / shape.1) + down) as f32;
            let (row, column) = before(row, (FINE * (to % shape.1) + right) as f32);
            let (top, left) = (row.floor(), column.floor());
            for (down, height) in [(0.0, 1.0 - (row - top)), (1.0, row - top)] {
                for (right, width) in [(0.0, 1.0 - (column - left)), (1.0, column - left)] {
                    let from = coarse(top + down, shape.0).zip(coarse(left + right, shape.1));
                    if let Some((row, column)) = from {
                        let share = height * width / (FINE * FINE) as f32;
                        map[[row * shape.1 + column, to]] += share;
                    }
                }
            }
        }
    }
    map
}

/// The pixel, of `size` in a row, that a place on the fine canvas lies in; nothing outside.
fn coarse(fine: f32, size: usize) -> Option<usize> {
    (fine >= 0.0).then_some(fine as usize / FINE).filter(|&at| at < size)
}

/// From a pixel's (row, column) to where it was before a turn about the centre.
fn before_turn(shape: (usize, usize), degrees: f32) -> impl Fn(f32, f32) -> (f32, f32) {
    let (sin, cos) = math::sin_cos(degrees / 360.0);
    let centre = (0.5 * (shape.0 as f32 - 1.0), 0.5 * (shape.1 as f32 - 1.0));
    move |row, column| {
        let (down, right) = (row - centre.0, column - centre.1);
        (centre.0 + cos * down + sin * right, centre.1 + cos * right - sin * down)
    }
}

/// The image moved by `right` and `down` pixels; what comes from outside is 0.
pub fn shift(image: &[f32], shape: (usize, usize), right: i32, down: i32) -> Vec<f32> {
    by_pixel(image, shape, |row, column| {
        pixel(image, shape, row as isize - down as isize, column as isize - right as isize)
    })
}

/// The same ink in random places: as dark as a digit and none.
pub fn shuffle_pixels(image: &[f32], rng: &mut Rng) -> Vec<f32> {
    rng.permutation(image.len()).into_iter().map(|i| image[i as usize]).collect()
}

/// An image of the same shape with `value(row, column)` in each place.
fn by_pixel(image: &[f32], shape: (usize, usize), value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    assert_eq!(image.len(), shape.0 * shape.1, "an image has height × width pixels");
    (0..image.len()).map(|i| value(i / shape.1, i % shape.1)).collect()
}

/// A pixel, or 0 outside.
fn pixel(image: &[f32], shape: (usize, usize), row: isize, column: isize) -> f32 {
    let inside = |at: isize, size: usize| usize::try_from(at).ok().filter(|&at| at < size);
    match (inside(row, shape.0), inside(column, shape.1)) {
        (Some(row), Some(column)) => image[row * shape.1 + column],
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;
    use crate::rng::Stream;

    const SHAPE: (usize, usize) = (3, 4);
    const IMAGE: [f32; 12] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0];

    #[test]
    fn whole_turns_change_nothing() {
        for degrees in [0.0, 360.0, -360.0, 720.0] {
            assert_eq!(rotate(&IMAGE, SHAPE, degrees), IMAGE);
        }
        let half: Vec<f32> = IMAGE.into_iter().rev().collect();
        assert_eq!(rotate(&IMAGE, SHAPE, 180.0), half);
    }

    #[test]
    fn a_quarter_turn_is_counter_clockwise() {
        let square = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(rotate(&square, (2, 2), 90.0), [2.0, 4.0, 1.0, 3.0]);
    }

    #[test]
    fn turning_keeps_the_ink() {
        // A blob well inside, so that nothing leaves the image.
        let mut image = vec![0.0; 28 * 28];
        for row in 9..20 {
            for column in 11..16 {
                image[row * 28 + column] = 0.7;
            }
        }
        let ink: f32 = image.iter().sum();
        for degrees in (0..360).step_by(7) {
            let turned: f32 = rotate(&image, (28, 28), degrees as f32).iter().sum();
            assert!((turned / ink - 1.0).abs() < 0.02, "{degrees}°: {turned} of {ink}");
        }
    }

    #[test]
    fn there_and_back_is_close() {
        let data = digits();
        let image = data.test.rows(&[0]).into_raw_vec_and_offset().0;
        assert_eq!(rotate(&rotate(&image, (8, 8), 90.0), (8, 8), -90.0), image);
    }

    #[test]
    fn the_fine_turn_is_exact_at_quarters_and_keeps_the_ink_between() {
        let images = digits().test.rows(&(0..20).collect::<Vec<_>>());
        for degrees in [0.0, 90.0, 180.0, 270.0] {
            let turned = images.dot(&turning((8, 8), degrees));
            for (turned, image) in turned.rows().into_iter().zip(images.rows()) {
                let expected = rotate(&image.to_vec(), (8, 8), degrees);
                for (turned, expected) in turned.iter().zip(expected) {
                    assert!((turned - expected).abs() < 1e-5, "{degrees}°");
                }
            }
        }
        // A bar in the middle, which no turn takes out of the image; and a turn blurs it less than
        // one on its own grid does: the squares of its pixels sum to more.
        let mut bar = vec![0.0; 64];
        (2..6).for_each(|row| bar[row * 8 + 3] = 1.0);
        let row = Matrix::from_shape_vec((1, 64), bar.clone()).expect("one image");
        for degrees in [30.0, 45.0, 75.0] {
            let fine = row.dot(&turning((8, 8), degrees));
            assert!((fine.sum() - 4.0).abs() < 0.05, "{degrees}°: {}", fine.sum());
            let square = |image: &[f32]| image.iter().map(|x| x * x).sum::<f32>();
            let own = square(&rotate(&bar, (8, 8), degrees));
            let fine = square(fine.as_slice().expect("one row"));
            assert!(fine > own, "{degrees}°: {fine} {own}");
        }
    }

    #[test]
    fn shifts_are_exact() {
        assert_eq!(shift(&IMAGE, SHAPE, 0, 0), IMAGE);
        assert_eq!(
            shift(&IMAGE, SHAPE, 1, -1),
            [0.0, 5.0, 6.0, 7.0, 0.0, 9.0, 10.0, 11.0, 0.0, 0.0, 0.0, 0.0]
        );
        assert_eq!(shift(&IMAGE, SHAPE, 4, 0), [0.0; 12]);
        assert_eq!(shift(&IMAGE, SHAPE, i32::MIN, i32::MAX), [0.0; 12]);
    }

    #[test]
    fn shuffled_pixels_are_the_same_pixels() {
        let mut shuffled = shuffle_pixels(&IMAGE, &mut Rng::stream(3, Stream::Measures, 0));
        assert_ne!(shuffled, IMAGE);
        shuffled.sort_by(f32::total_cmp);
        assert_eq!(shuffled, IMAGE);
    }
}
