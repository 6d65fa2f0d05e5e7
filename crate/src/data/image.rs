//! What can be done to one image: pixels row by row, `shape` is (height, width).

use crate::linalg::math;
use crate::rng::Rng;

/// The image turned counter-clockwise about its centre, by bilinear interpolation; what comes
/// from outside is 0.
pub fn rotate(image: &[f32], shape: (usize, usize), degrees: f32) -> Vec<f32> {
    let (sin, cos) = math::sin_cos(degrees / 360.0);
    let centre = (0.5 * (shape.0 as f32 - 1.0), 0.5 * (shape.1 as f32 - 1.0));
    by_pixel(image, shape, |row, column| {
        let (down, right) = (row as f32 - centre.0, column as f32 - centre.1);
        // Where this pixel was before the turn.
        let row = centre.0 + cos * down + sin * right;
        let column = centre.1 + cos * right - sin * down;
        let (top, left) = (row.floor(), column.floor());
        let (below, beside) = (row - top, column - left);
        let at = |row: f32, column: f32| pixel(image, shape, row as isize, column as isize);
        (1.0 - below) * ((1.0 - beside) * at(top, left) + beside * at(top, left + 1.0))
            + below * ((1.0 - beside) * at(top + 1.0, left) + beside * at(top + 1.0, left + 1.0))
    })
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
