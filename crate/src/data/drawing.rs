//! From a drawing pad to what the network has learned to see.
//!
//! Test images were cropped, scaled and centred before anybody trained on them. A drawing goes
//! the same way, so its place and size on the pad do not matter.

/// Fainter ink is dust.
const FAINT: f32 = 1.0 / 32.0;

/// The network's image, `shape` = (height, width), of the ink on a pad with rows of `width`
/// places in [0, 1]. A blank pad gives zeros; ink that is no number counts as none.
///
/// * As MNIST was made (LeCun, Cortes and Burges): 28×28 and other sizes from 12 on. The drawing
///   is scaled to fit 20/28 of the height and width, its shape kept, and its centre of mass is
///   put in the middle.
/// * As the UCI digits were made: 8×8 and other small sizes. The drawing is sheared until it
///   stands upright, fills the height and at most 5/8 of the width, and pixels count sixteenths.
///   Strokes look like the data's if they are one sixth of the drawing's height thick.
///
/// Both scale by area averaging; the darkest pixel becomes 1, as it is in the data.
pub fn from_drawing(ink: &[f32], width: usize, shape: (usize, usize)) -> Vec<f32> {
    assert!(ink.len().is_multiple_of(width), "a pad has whole rows");
    let ink = ink.iter().map(|&x| if x >= FAINT { x.min(1.0) } else { 0.0 }).collect();
    let Some(drawing) = Drawing::crop(ink, width) else {
        return vec![0.0; shape.0 * shape.1];
    };
    let small = shape.0.min(shape.1) < 12;
    let mut image = if small { fill(&drawing.upright(), shape) } else { centre(&drawing, shape) };
    let darkest = image.iter().copied().fold(0.0, f32::max);
    if darkest > 0.0 {
        for pixel in &mut image {
            *pixel /= darkest;
            if small {
                *pixel = (16.0 * *pixel).round() / 16.0;
            }
        }
    }
    image
}

/// The bounding box of all ink.
struct Drawing {
    /// (height, width)
    ink: Vec<f32>,
    height: usize,
    width: usize,
}

impl Drawing {
    /// Cuts the box out of rows of `width` places; `None` if there is no ink.
    fn crop(ink: Vec<f32>, width: usize) -> Option<Self> {
        let height = ink.len().checked_div(width)?;
        let row = |r: &usize| ink[r * width..][..width].iter().any(|&x| x > 0.0);
        let column = |c: &usize| ink[*c..].iter().step_by(width).any(|&x| x > 0.0);
        let (top, bottom) = ((0..height).find(row)?, (0..height).rfind(row)?);
        let (left, right) = ((0..width).find(column)?, (0..width).rfind(column)?);
        let cropped = (top..=bottom).flat_map(|r| &ink[r * width..][left..=right]).copied();
        Some(Self { ink: cropped.collect(), height: bottom - top + 1, width: right - left + 1 })
    }

    /// Ink with its (row, column), in pad pixels from the box's corner.
    fn points(&self) -> impl Iterator<Item = (f32, f32, f32)> {
        let at = |i: usize| ((i / self.width) as f32 + 0.5, (i % self.width) as f32 + 0.5);
        self.ink.iter().enumerate().map(move |(i, &x)| (x, at(i).0, at(i).1))
    }

    /// (row, column) of the centre of mass, in pad pixels from the box's corner.
    fn centre_of_mass(&self) -> (f32, f32) {
        let (mut mass, mut down, mut right) = (0.0, 0.0, 0.0);
        for (x, row, column) in self.points() {
            mass += x;
            down += x * row;
            right += x * column;
        }
        (down / mass, right / mass)
    }

    /// Shears the drawing, by whole pixels, until rows and columns of ink are uncorrelated.
    fn upright(self) -> Self {
        let centre = self.centre_of_mass();
        let (mut covariance, mut variance) = (0.0, 0.0);
        for (x, row, column) in self.points() {
            covariance += x * (row - centre.0) * (column - centre.1);
            variance += x * (row - centre.0) * (row - centre.0);
        }
        // A level stroke has no lean; nobody's hand leans beyond 45°.
        let lean = if variance > 0.0 { (covariance / variance).clamp(-1.0, 1.0) } else { 0.0 };
        let last = self.height - 1;
        let offset = |row: usize| {
            let rows = if lean > 0.0 { last - row } else { row };
            (lean.abs() * rows as f32).round() as usize
        };
        let width = self.width + offset(0).max(offset(last));
        let mut sheared = vec![0.0; self.height * width];
        for (row, ink) in self.ink.chunks_exact(self.width).enumerate() {
            sheared[row * width + offset(row)..][..self.width].copy_from_slice(ink);
        }
        Self::crop(sheared, width).expect("shearing keeps the ink")
    }

    /// The drawing scaled to (height, width) with its corner at (top, left) of an image.
    ///
    /// Every image pixel is the mean of the ink on its area.
    fn place(
        &self,
        shape: (usize, usize),
        (top, left): (f32, f32),
        (height, width): (f32, f32),
    ) -> Vec<f32> {
        let rows = overlaps(shape.0, top, height / self.height as f32, self.height);
        let columns = overlaps(shape.1, left, width / self.width as f32, self.width);
        let mut image = Vec::with_capacity(shape.0 * shape.1);
        for down in &rows {
            for across in &columns {
                let mut sum = 0.0;
                for &(r, part) in down {
                    for &(c, share) in across {
                        sum += part * share * self.ink[r * self.width + c];
                    }
                }
                image.push(sum);
            }
        }
        image
    }
}

/// For each of `pixels` image pixels, which of `count` source pixels lie in it and how much of
/// it they take; source pixels are `size` wide and start at `start`.
fn overlaps(pixels: usize, start: f32, size: f32, count: usize) -> Vec<Vec<(usize, f32)>> {
    let overlap = |pixel: usize, source: usize| {
        let from = start + size * source as f32;
        (from + size).min(pixel as f32 + 1.0) - from.max(pixel as f32)
    };
    (0..pixels)
        .map(|pixel| {
            let shares = (0..count).map(|source| (source, overlap(pixel, source)));
            shares.filter(|&(_, share)| share > 0.0).collect()
        })
        .collect()
}

/// MNIST's way: fit into 20/28, centre of mass in the middle, as far as the box stays inside.
fn centre(drawing: &Drawing, shape: (usize, usize)) -> Vec<f32> {
    let (height, width) = (drawing.height as f32, drawing.width as f32);
    let scale = (shape.0 as f32 / height).min(shape.1 as f32 / width) * (20.0 / 28.0);
    let mass = drawing.centre_of_mass();
    let corner = |pixels: usize, size: f32, mass: f32| {
        (0.5 * pixels as f32 - scale * mass).clamp(0.0, pixels as f32 - scale * size)
    };
    let corner = (corner(shape.0, height, mass.0), corner(shape.1, width, mass.1));
    drawing.place(shape, corner, (scale * height, scale * width))
}

/// UCI's way: the full height and at most 5/8 of the width, in the middle.
fn fill(drawing: &Drawing, shape: (usize, usize)) -> Vec<f32> {
    let (height, width) = (shape.0 as f32, shape.1 as f32);
    let widest = 0.625 * width;
    let scaled = height * drawing.width as f32 / drawing.height as f32;
    let filled = scaled.min(widest);
    drawing.place(shape, (0.0, 0.5 * (width - filled)), (height, filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [(usize, usize); 3] = [(28, 28), (8, 8), (16, 20)];

    /// A seven of strokes `thick` wide in a box of 60×40 at (row, column) on a pad of 140.
    fn seven(row: usize, column: usize, thick: usize) -> Vec<f32> {
        let mut ink = vec![0.0; 140 * 140];
        for r in 0..60 {
            for c in 0..40 {
                let stem = 40 - r / 2;
                if r < thick || (c + thick >= stem && c < stem) {
                    ink[(row + r) * 140 + column + c] = 1.0;
                }
            }
        }
        ink
    }

    #[test]
    fn the_place_on_the_pad_does_not_matter() {
        for shape in SHAPES {
            let middle = from_drawing(&seven(40, 50, 6), 140, shape);
            for (row, column) in [(0, 0), (80, 0), (3, 97), (80, 100)] {
                assert_eq!(from_drawing(&seven(row, column, 6), 140, shape), middle);
            }
        }
    }

    #[test]
    fn the_size_of_the_drawing_does_not_matter() {
        // Each pad pixel twice in both directions.
        let small = seven(40, 50, 6);
        let large: Vec<f32> =
            (0..280 * 280).map(|i| small[i / 280 / 2 * 140 + i % 280 / 2]).collect();
        for shape in SHAPES {
            let small = from_drawing(&small, 140, shape);
            let large = from_drawing(&large, 280, shape);
            // Shears go by whole pad pixels, so that a pixel may turn to the next sixteenth.
            let error = small.iter().zip(&large).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(error < if shape == (8, 8) { 0.07 } else { 1e-4 }, "{shape:?}: {error}");
        }
    }

    #[test]
    fn small_images_stand_upright() {
        // A stroke that leans by 30 columns in 60 rows, either way, is the same 1.
        let stroke = |lean: fn(usize) -> usize| {
            let mut ink = vec![0.0; 140 * 140];
            for r in 0..60 {
                ink[(40 + r) * 140 + 30 + lean(r)..][..10].fill(1.0);
            }
            from_drawing(&ink, 140, (8, 8))
        };
        let upright = stroke(|_| 0);
        for leaning in [stroke(|r| r / 2), stroke(|r| (59 - r) / 2)] {
            for (a, b) in leaning.iter().zip(&upright) {
                assert!((a - b).abs() < 0.2, "{a} and {b}");
            }
        }
    }

    #[test]
    fn a_drawing_is_as_large_and_central_as_the_data() {
        let image = from_drawing(&seven(0, 0, 6), 140, (28, 28));
        let inked = |r: usize| image[r * 28..][..28].iter().any(|&x| x > 0.0);
        let rows = (0..28).filter(|&r| inked(r)).count();
        assert!((20..=21).contains(&rows), "{rows} rows");
        let mass: f32 = image.iter().sum();
        let moment = |at: fn(usize) -> usize| -> f32 {
            image.iter().enumerate().map(|(i, x)| x * (at(i) as f32 + 0.5)).sum()
        };
        let (down, right) = (moment(|i| i / 28) / mass, moment(|i| i % 28) / mass);
        assert!((down - 14.0).abs() < 0.1 && (right - 14.0).abs() < 0.1, "{down}, {right}");
        let image = from_drawing(&seven(0, 0, 6), 140, (8, 8));
        assert!(image[..8].iter().any(|&x| x > 0.5) && image[56..].iter().any(|&x| x > 0.1));
        assert!(image.iter().all(|&x| (16.0 * x).fract() == 0.0));
    }

    #[test]
    fn nothing_drawn_is_nothing_seen() {
        for shape in SHAPES {
            let blank = vec![0.0; shape.0 * shape.1];
            assert_eq!(from_drawing(&[0.0; 100], 10, shape), blank);
            assert_eq!(from_drawing(&[f32::NAN; 100], 10, shape), blank);
            assert_eq!(from_drawing(&[-1.0; 100], 10, shape), blank);
            assert_eq!(from_drawing(&[], 0, shape), blank);
        }
    }

    #[test]
    fn any_ink_gives_pixels_from_zero_to_one() {
        let mut dot = vec![0.0; 100];
        dot[37] = 1.0;
        let mut corners = vec![0.0; 100];
        (corners[0], corners[99]) = (0.4, f32::INFINITY);
        let row: Vec<f32> = (0..100).map(|i| if i / 10 == 4 { 0.3 } else { 0.0 }).collect();
        for pad in [dot, corners, row, vec![1.0; 100], vec![0.05; 100]] {
            for shape in SHAPES {
                let image = from_drawing(&pad, 10, shape);
                assert_eq!(image.len(), shape.0 * shape.1);
                assert!(image.iter().all(|x| (0.0..=1.0).contains(x)));
                assert!(image.contains(&1.0));
            }
        }
    }
}
