//! How one number falls with another on double logarithmic axes.

/// The slope of ln y over ln x by least squares: the exponent, if y is a power of x.
pub fn exponent(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let logs = || points.iter().map(|&(x, y)| (libm::log(x), libm::log(y)));
    let (x, y) = logs().fold((0.0, 0.0), |sum, at| (sum.0 + at.0 / n, sum.1 + at.1 / n));
    let (xy, xx) = logs().fold((0.0, 0.0), |sum, at| {
        (sum.0 + (at.0 - x) * (at.1 - y), sum.1 + (at.0 - x) * (at.0 - x))
    });
    xy / xx
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_has_its_exponent() {
        for power in [-1.0, 0.0, 0.5] {
            let points = [1.0, 3.0, 20.0, 400.0].map(|x| (x, 7.0 * libm::pow(x, power)));
            assert!((exponent(&points) - power).abs() < 1e-12, "{power}");
        }
    }
}
