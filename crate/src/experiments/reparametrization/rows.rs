//! The lecture's four rows: noise that knows no parameter, moved into place, against the density.

use crate::inference::normal_below;
use crate::linalg::{self, math};
use crate::plots::numbers::fixed;
use crate::plots::plot::{Axis, Ink, Plot, Shape, Sign};
use crate::rng::{Rng, Stream};
use crate::runs::{Look, Picture, Runs, Width, at_once};

/// A row with one number a draw.
struct Row {
    /// The stream of its noise.
    counter: u64,
    /// A draw: noise, moved.
    draw: fn(&mut Rng) -> f64,
    /// The density.
    density: fn(f64) -> f64,
    /// The probability of less.
    below: fn(f64) -> f64,
    /// What is drawn of the axis.
    range: (f64, f64),
}

/// μ and σ of the first row.
const NORMAL: (f64, f64) = (1.0, 0.5);
/// β of the second row; λ of the third is 1/β, so that both are one distribution.
const BETA: f64 = 2.0;
/// Correlation of the fourth row's two standard normal numbers.
const RHO: f64 = 0.8;

/// σε + μ.
const FIRST: Row = Row {
    counter: 1,
    draw: |rng| NORMAL.1 * f64::from(rng.normal()) + NORMAL.0,
    density: |x| {
        let z = (x - NORMAL.0) / NORMAL.1;
        libm::exp(-0.5 * z * z) / (NORMAL.1 * std::f64::consts::TAU.sqrt())
    },
    below: |x| normal_below((x - NORMAL.0) / NORMAL.1),
    range: (-1.0, 3.0),
};

/// βε with ε ~ Gamma(1, 1).
const SECOND: Row = Row {
    counter: 2,
    draw: |rng| BETA * minus_log(rng),
    density: |x| libm::exp(-x / BETA) / BETA,
    below: |x| 1.0 - libm::exp(-x / BETA),
    range: (0.0, 6.0 * BETA),
};

/// −ln(ε)/λ with ε uniform.
const THIRD: Row = Row { counter: 3, draw: |rng| minus_log(rng) / (1.0 / BETA), ..SECOND };

/// −ln ε with ε uniform on (0, 1]: an exponential number, which is Gamma(1, 1).
fn minus_log(rng: &mut Rng) -> f64 {
    f64::from(-math::ln(1.0 - rng.uniform()))
}

/// Aε + μ with μ = 0 and A = (1 0; ρ √(1−ρ²)), so that Σ = AAᵀ = (1 ρ; ρ 1).
fn pair(rng: &mut Rng) -> (f64, f64) {
    let (a, b) = (f64::from(rng.normal()), f64::from(rng.normal()));
    (a, RHO * a + (1.0 - RHO * RHO).sqrt() * b)
}

pub static NORMAL_ROW: Picture = Picture {
    name: "row-normal",
    title: "N(μ, σ²) = σε + μ",
    lesson: "μ = 1, σ = 0.5, ε ~ N(0, 1): bars are draws, the line is the density.",
    observe: |runs, look| at_once(histogram(runs, look, &NORMAL_ROW, &FIRST)),
    width: Width::Half,
    ..Picture::PLAIN
};

pub static GAMMA_ROW: Picture = Picture {
    name: "row-gamma",
    title: "Gamma(1, β) = βε",
    lesson: "β = 2, ε ~ Gamma(1, 1). The slide's Gamma has shape 1: that is the exponential of the \
             next row. For other shapes there is no such formula.",
    observe: |runs, look| at_once(histogram(runs, look, &GAMMA_ROW, &SECOND)),
    width: Width::Half,
    ..Picture::PLAIN
};

pub static EXPONENTIAL_ROW: Picture = Picture {
    name: "row-exponential",
    title: "Exponential(λ) = −log(ε)/λ",
    lesson: "λ = ½, ε uniform: the same density as Gamma(1, 2), from other noise.",
    observe: |runs, look| at_once(histogram(runs, look, &EXPONENTIAL_ROW, &THIRD)),
    width: Width::Half,
    ..Picture::PLAIN
};

pub static PAIR_ROW: Picture = Picture {
    name: "row-pair",
    title: "N(μ, Σ) = Aε + μ",
    lesson: "AAᵀ = Σ with correlation 0.8. Shaded: one and two standard deviations, which hold 39 % \
             and 86 % of the draws.",
    observe: |runs, look| at_once(cloud(runs, look)),
    width: Width::Half,
    ..Picture::PLAIN
};

/// Draws that have fallen at the epoch that is looked at, with the seed.
pub fn fallen(runs: &Runs, look: &Look) -> (u64, usize) {
    let epoch = look.epoch.unwrap_or(runs.epoch()).min(runs.epoch());
    (runs.settings().seed, super::EACH * epoch as usize)
}

fn draws<T>(seed: u64, counter: u64, count: usize, draw: fn(&mut Rng) -> T) -> Vec<T> {
    let mut rng = Rng::stream(seed, Stream::Measures, counter);
    (0..count).map(|_| draw(&mut rng)).collect()
}

/// Counts of `values` in `bins` equal bins of a range, the ends with what lies beyond:
/// (left, right, count).
pub fn counts(values: &[f64], (low, high): (f64, f64), bins: usize) -> Vec<(f64, f64, f64)> {
    let width = (high - low) / bins as f64;
    let edge = |i: usize| low + width * i as f64;
    let mut bars: Vec<_> = (0..bins).map(|i| (edge(i), edge(i + 1), 0.0)).collect();
    for value in values {
        // Casting clamps below 0.
        bars[(((value - low) / width) as usize).min(bins - 1)].2 += 1.0;
    }
    bars
}

/// Bars in a histogram.
const BINS: usize = 30;

fn histogram(runs: &Runs, look: &Look, picture: &Picture, row: &Row) -> Plot {
    let (seed, count) = fallen(runs, look);
    let values = draws(seed, row.counter, count, row.draw);
    let (low, high) = row.range;
    let scale = BINS as f64 / ((high - low) * count.max(1) as f64);
    let bars = counts(&values, row.range, BINS).into_iter().map(|(l, r, n)| (l, r, n * scale));
    let at = |i: u32| low + (high - low) * f64::from(i) / 120.0;
    let line: Vec<_> = (0..=120).map(|i| (at(i), (row.density)(at(i)))).collect();
    let top = line.iter().map(|point| point.1).fold(0.0, f64::max);
    let line = Shape::Line { points: line, thin: false, ends: false };
    Plot::new(picture.title, Axis::linear("w", low, high), Axis::linear("density", 0.0, 1.4 * top))
        .mark("draws", Ink::Veiled(0), Shape::Bars { bars: bars.collect() })
        .mark("density", Ink::Series(1), line)
        .reading(format!(
            "{count} draws; their largest distance from the distribution is {}.",
            fixed(distance(values, row.below), 3)
        ))
}

fn cloud(runs: &Runs, look: &Look) -> Plot {
    let (seed, count) = fallen(runs, look);
    let points = draws(seed, 4, count, pair);
    let axis = |label: &str| Axis::linear(label, -3.5, 3.5);
    let mut plot = Plot::new(PAIR_ROW.title, axis("w₁"), axis("w₂"));
    for (radius, name) in [(2.0, "two standard deviations"), (1.0, "one")] {
        let edge = |i: i32| {
            let x = radius * f64::from(i) / 40.0;
            let half = ((1.0 - RHO * RHO) * (radius * radius - x * x)).max(0.0).sqrt();
            (x, RHO * x - half, RHO * x + half)
        };
        plot =
            plot.mark(name, Ink::Veiled(1), Shape::Band { points: (-40..=40).map(edge).collect() });
    }
    let n = count.max(1) as f64;
    let inside = |radius: f64| {
        let within = |at: &&(f64, f64)| length(**at) < radius * radius;
        100.0 * points.iter().filter(within).count() as f64 / n
    };
    let reading = format!(
        "Of {count} draws {} % lie within one standard deviation and {} % within two.",
        fixed(inside(1.0), 0),
        fixed(inside(2.0), 0)
    );
    plot.mark("draws", Ink::Series(0), Shape::Points { points, sign: Sign::Speck }).reading(reading)
}

/// wᵀ Σ⁻¹ w.
fn length((x, y): (f64, f64)) -> f64 {
    (x * x - 2.0 * RHO * x * y + y * y) / (1.0 - RHO * RHO)
}

/// Kolmogorov's distance sup |Fₙ − F| of a sample from a distribution.
fn distance(values: Vec<f64>, below: fn(f64) -> f64) -> f64 {
    let n = values.len().max(1) as f64;
    let steps = linalg::order(&values).into_iter().enumerate().map(|(i, place)| {
        let truth = below(values[place]);
        (truth - i as f64 / n).max((i + 1) as f64 / n - truth)
    });
    steps.fold(0.0, f64::max)
}

/// The names of the rows with √n times each sample's distance, of which 1.95 is exceeded once in a
/// thousand times and 2.2 once in 8,000 (Kolmogorov, 1933).
pub fn distances(seed: u64, count: usize) -> Vec<(&'static str, f64)> {
    let root = (count as f64).sqrt();
    let rows = [(NORMAL_ROW.name, FIRST), (GAMMA_ROW.name, SECOND), (EXPONENTIAL_ROW.name, THIRD)];
    let single = rows.map(|(name, row)| {
        (name, root * distance(draws(seed, row.counter, count, row.draw), row.below))
    });
    // The squared length of two standard normal numbers is exponential, with mean 2.
    let lengths = draws(seed, 4, count, pair).into_iter().map(length).collect();
    let pair = (PAIR_ROW.name, root * distance(lengths, |x| 1.0 - libm::exp(-0.5 * x)));
    single.into_iter().chain([pair]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_draw_what_they_say() {
        for (name, found) in distances(3, 20_000) {
            assert!(found < 1.95, "{name}: {found}");
        }
        // A wrong scale is seen.
        let wrong = draws(3, 2, 20_000, |rng| 1.05 * (SECOND.draw)(rng));
        assert!(20_000f64.sqrt() * distance(wrong, SECOND.below) > 1.95);
    }
}
