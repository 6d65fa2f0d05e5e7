//! Made data: three clusters of points in the plane, which can be moved, and points beside them.

use super::{Data, Dataset, Features};
use crate::linalg::Matrix;
use crate::rng::{Rng, Stream};

/// Where points may lie: −6 to 6 both ways.
pub const REACH: f64 = 6.0;
/// Points of a class to learn from, and as many to test.
const EACH: usize = 60;
/// Standard deviation of a class both ways.
pub const SPREAD: f64 = 0.4;
/// Single points that there is room for.
const MOST: usize = 100;

/// Three classes of points around their centres, and single points.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// The centres of the classes A, B and C.
    pub centres: [(f64, f64); 3],
    /// Single points with their classes, 0 to 2.
    pub points: Vec<(u8, (f64, f64))>,
}

impl Default for Clusters {
    /// A and B overlap, C is far.
    fn default() -> Self {
        Self { centres: [(-0.3, -1.0), (0.3, -1.0), (0.0, 2.0)], points: Vec::new() }
    }
}

impl Clusters {
    /// Reads `A:-1:0.5;b:2:-3`: a capital moves the centre of a class, a small letter adds a point
    /// of it. Returns a sentence about the first part that is neither.
    pub fn read(text: &str) -> (Self, Option<String>) {
        let (mut clusters, mut wrong) = (Self::default(), None);
        for part in text.split(';').filter(|part| !part.is_empty()) {
            if clusters.take(part).is_none() {
                wrong.get_or_insert_with(|| {
                    format!(
                        "'{part}' moves no class and adds no point: write A:1:2 or a:1:2, within \
                         ±{REACH} and at most {MOST} points, with ; between."
                    )
                });
            }
        }
        (clusters, wrong)
    }

    fn take(&mut self, part: &str) -> Option<()> {
        let mut parts = part.split(':');
        let letter = parts.next()?;
        let mut number = || parts.next()?.parse().ok().filter(|x: &f64| x.abs() <= REACH);
        let at = (number()?, number()?);
        let class = "ABC".find(&letter.to_ascii_uppercase()).filter(|_| letter.len() == 1)?;
        match parts.next() {
            None if letter == letter.to_ascii_uppercase() => self.centres[class] = at,
            None if self.points.len() < MOST => self.points.push((class as u8, at)),
            _ => return None,
        }
        Some(())
    }

    /// The text that [`read`](Self::read) reads.
    pub fn write(&self) -> String {
        let at = |(x, y): (f64, f64)| {
            let tidy = |v: f64| (v.clamp(-REACH, REACH) * 100.0).round() / 100.0 + 0.0;
            format!("{}:{}", tidy(x), tidy(y))
        };
        let (now, usual) = (self.centres.iter(), Self::default().centres);
        let moved = now.zip(usual).zip("ABC".chars()).filter(|((now, usual), _)| *now != usual);
        let moved = moved.map(|((now, _), letter)| format!("{letter}:{}", at(*now)));
        let letter = |class: u8| char::from(b'a' + class);
        let added = self.points.iter().map(|(class, p)| format!("{}:{}", letter(*class), at(*p)));
        moved.chain(added).collect::<Vec<_>>().join(";")
    }

    /// The points of a seed: 60 of every class to learn from, with the single ones, and 60 to
    /// test. Moving a class moves its points and no others.
    pub fn data(&self, seed: u64) -> Data {
        let part = |counter: u64, points: &[(u8, (f64, f64))]| {
            let mut rng = Rng::stream(seed, Stream::Points, counter);
            let (mut features, mut labels) = (Vec::new(), Vec::new());
            for (class, centre) in (0..).zip(self.centres) {
                let noise = rng.normal_matrix((EACH, 2)) * SPREAD as f32;
                let around = Matrix::from_shape_fn((EACH, 2), |(_, axis)| {
                    (if axis == 0 { centre.0 } else { centre.1 }) as f32
                });
                features.extend(noise + around);
                labels.extend([class; EACH]);
            }
            for &(class, (x, y)) in points {
                features.extend([x as f32, y as f32]);
                labels.push(class);
            }
            Dataset::new(Features::Reals(features), 2, labels)
        };
        let names = ["A", "B", "C"].map(str::to_owned).to_vec();
        let data = Data::named("points", part(0, &self.points), part(1, &[]), None, names);
        data.expect("three classes of 60 points")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut clusters = Clusters::default();
        assert_eq!(clusters.write(), "");
        clusters.centres[2] = (-1.5, 0.25);
        clusters.points = vec![(0, (3.0, -4.01)), (2, (-6.0, 6.0))];
        assert_eq!(clusters.write(), "C:-1.5:0.25;a:3:-4.01;c:-6:6");
        assert_eq!(Clusters::read(&clusters.write()), (clusters, None));
    }

    #[test]
    fn anything_is_survived_and_what_is_wrong_is_named() {
        for wrong in ["d:1:2", "a:1", "a:1:7", "A:1:2:3", "a:NaN:1", "ab:1:2", ":1:2", "é", "a"] {
            let (clusters, told) = Clusters::read(&format!("b:1:1;{wrong}"));
            assert_eq!(clusters.points, [(1, (1.0, 1.0))], "{wrong}");
            assert!(told.expect(wrong).contains(&format!("'{wrong}'")));
        }
        let (clusters, told) = Clusters::read(&"a:1:1;".repeat(MOST + 1));
        assert_eq!((clusters.points.len(), told.is_some()), (MOST, true));
        use proptest::prelude::*;
        proptest!(|(text in "\\PC*")| { Clusters::read(&text).0.data(1); });
    }

    #[test]
    fn moving_a_class_moves_its_points_and_no_others() {
        let here = Clusters::default();
        let mut there = here.clone();
        there.centres[1].0 += 1.0;
        there.points.push((0, (5.0, 5.0)));
        let (here, there) = (here.data(3), there.data(3));
        assert_eq!((here.train.len(), there.train.len(), there.test.len()), (180, 181, 180));
        let rows: Vec<u32> = (0..180).collect();
        let moved = there.train.rows(&rows) - here.train.rows(&rows);
        for (i, row) in moved.rows().into_iter().enumerate() {
            let expected = if (60..120).contains(&i) { 1.0 } else { 0.0 };
            assert!((row[0] - expected).abs() < 1e-6 && row[1] == 0.0, "{i}");
        }
        assert_ne!(here.hash, there.hash);
    }
}
