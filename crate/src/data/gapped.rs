//! Made data: a curve seen through noise, with a gap where nothing was measured.

use crate::rng::{Rng, Stream};

/// Where inputs may lie.
pub const SPAN: (f64, f64) = (0.0, 6.0);
/// Objects besides single ones.
const COUNT: usize = 100;
/// Single objects that there is room for.
const MOST: usize = 100;
/// How high and low single objects may lie.
const HEIGHT: f64 = 2.5;

/// Noisy values of sin πx at inputs in 0 … 6 outside a gap, and single ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Gapped {
    /// Where the gap begins and ends.
    pub gap: (f64, f64),
    /// Single objects, (x, y).
    pub points: Vec<(f64, f64)>,
}

impl Default for Gapped {
    /// The gap in the middle.
    fn default() -> Self {
        Self { gap: (2.0, 4.0), points: Vec::new() }
    }
}

impl Gapped {
    /// Reads the gap, `2:4`, and single objects, `1:-0.5;3:0.2`. Returns a sentence about the first
    /// thing that is neither.
    pub fn read(gap: &str, points: &str) -> (Self, Option<String>) {
        let (mut gapped, mut wrong) = (Self::default(), None);
        match pair(gap) {
            Some((left, right)) if left >= 0.5 && right <= 5.5 && right - left >= 0.5 => {
                gapped.gap = (left, right);
            }
            _ => {
                wrong = Some(format!(
                    "'{gap}' is no gap: write 2:4, from 0.5 to 5.5 and at least 0.5 wide."
                ));
            }
        }
        for part in points.split(';').filter(|part| !part.is_empty()) {
            let inside = |(x, y): &(f64, f64)| {
                (SPAN.0..=SPAN.1).contains(x) && y.abs() <= HEIGHT && gapped.points.len() < MOST
            };
            match pair(part).filter(inside) {
                Some(point) => gapped.points.push(point),
                None => {
                    wrong.get_or_insert_with(|| {
                        format!(
                            "'{part}' is no point: write 3:0.5, with x in 0 to 6 and y within \
                             ±{HEIGHT}, at most {MOST}, with ; between."
                        )
                    });
                }
            }
        }
        (gapped, wrong)
    }

    /// The gap with one edge (0 or 1) moved to `x`, as [`read`](Self::read) reads it.
    pub fn with_edge(&self, edge: usize, x: f64) -> String {
        let (left, right) = self.gap;
        let (left, right) = match edge {
            0 => (x.clamp(0.5, right - 0.5), right),
            _ => (left, x.clamp(left + 0.5, 5.5)),
        };
        format!("{}:{}", tidy(left), tidy(right))
    }

    /// The single objects, as [`read`](Self::read) reads them.
    pub fn write_points(&self) -> String {
        let text = |(x, y): &(f64, f64)| {
            let (x, y) = (x.clamp(SPAN.0, SPAN.1), y.clamp(-HEIGHT, HEIGHT));
            format!("{}:{}", tidy(x), tidy(y))
        };
        self.points.iter().map(text).collect::<Vec<_>>().join(";")
    }

    /// The objects of a seed, (x, y): 100 and the single ones.
    pub fn draw(&self, seed: u64) -> Vec<(f64, f64)> {
        let mut rng = Rng::stream(seed, Stream::Points, 0);
        let (left, right) = self.gap;
        let seen = SPAN.1 - SPAN.0 - (right - left);
        let mut objects: Vec<(f64, f64)> = (0..COUNT)
            .map(|_| {
                let along = seen * f64::from(rng.uniform());
                let x = SPAN.0 + if along < left { along } else { along + right - left };
                (x, Self::curve(x) + Self::noise(x) * f64::from(rng.normal()))
            })
            .collect();
        objects.extend(&self.points);
        objects
    }

    /// The curve without noise.
    pub fn curve(x: f64) -> f64 {
        libm::sin(std::f64::consts::PI * x)
    }

    /// The standard deviation of the noise, which grows with x from 0.05 to 0.25.
    pub fn noise(x: f64) -> f64 {
        libm::exp(-3.0 + 0.27 * x)
    }
}

/// Two numbers with a colon between.
fn pair(text: &str) -> Option<(f64, f64)> {
    let (x, y) = text.split_once(':')?;
    let number = |text: &str| text.parse().ok().filter(|x: &f64| x.is_finite());
    Some((number(x)?, number(y)?))
}

/// Two decimals, and no −0.
fn tidy(value: f64) -> f64 {
    (value * 100.0).round() / 100.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_wrong_is_named() {
        let gapped = Gapped { gap: (1.5, 4.25), points: vec![(3.0, -0.5), (6.0, 2.5)] };
        let again = Gapped::read(&gapped.with_edge(1, 4.25), &gapped.write_points());
        assert_eq!(again, (gapped, None));
        for wrong in ["", "2", "4:2", "2:2.1", "0:7", "NaN:3", "a:b", "2:3:4"] {
            let (gapped, told) = Gapped::read(wrong, "");
            assert_eq!(gapped, Gapped::default());
            assert!(told.unwrap().contains(&format!("'{wrong}'")));
        }
        for wrong in ["7:0", "1:9", "1", "inf:1", "x:y"] {
            let (gapped, told) = Gapped::read("2:4", &format!("1:1;{wrong}"));
            assert_eq!(gapped.points, [(1.0, 1.0)]);
            assert!(told.unwrap().contains(&format!("'{wrong}'")));
        }
        use proptest::prelude::*;
        proptest!(|(a in "\\PC*", b in "\\PC*")| { Gapped::read(&a, &b).0.draw(1); });
    }

    #[test]
    fn edges_keep_their_order() {
        let gapped = Gapped::default();
        assert_eq!(gapped.with_edge(0, 9.0), "3.5:4");
        assert_eq!(gapped.with_edge(1, -9.0), "2:2.5");
        assert_eq!(gapped.with_edge(0, -9.0), "0.5:4");
    }

    #[test]
    fn nothing_lies_in_the_gap_but_what_was_put_there() {
        let gapped = Gapped { gap: (1.0, 4.5), points: vec![(3.0, 0.0)] };
        let objects = gapped.draw(2);
        assert_eq!((objects.len(), objects[100]), (101, (3.0, 0.0)));
        let seen = |x: f64| (0.0..=1.0).contains(&x) || (4.5..=6.0).contains(&x);
        assert!(objects[..100].iter().all(|(x, _)| seen(*x)));
    }
}
