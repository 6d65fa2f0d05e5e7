//! Elementary functions with the same bits everywhere.
//!
//! Only additions, multiplications and bit operations, without branches, so that loops over
//! them become vector code. Polynomials by S. Moshier (Cephes 2.2, `expf`, `logf`, `sinf`);
//! relative error at most 2·10⁻⁷ (`sin_cos`: absolute).

#![allow(clippy::excessive_precision, reason = "coefficients as published")]

/// 1.5·2²³: adding it rounds a small number to an integer, kept in the low bits.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts; the first has few bits, so that products with exponents are exact.
const LN_2: (f32, f32) = (0.693_359_375, -2.121_944_4e-4);

/// eˣ, with x kept in [−87, 88] where the result is a normal number.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2.0 - n * LN_2.1;
    let p = 1.987_569_15e-4;
    let p = p * r + 1.398_199_950_7e-3;
    let p = p * r + 8.333_451_907_3e-3;
    let p = p * r + 4.166_579_589_4e-2;
    let p = p * r + 1.666_666_545_9e-1;
    let p = p * r + 5.000_000_120_1e-1;
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    (p * r * r + r + 1.0) * f32::from_bits(power)
}

/// ln x for positive normal numbers; NaN for NaN and infinity.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let bits = x.to_bits();
    let mantissa = f32::from_bits(bits & 0x007F_FFFF | 0x3F00_0000);
    let low = mantissa < std::f32::consts::FRAC_1_SQRT_2;
    let exponent = (bits >> 23) as i32 - 126 - i32::from(low);
    let m = if low { mantissa + mantissa } else { mantissa } - 1.0;
    let z = m * m;
    let p = 7.037_683_629_2e-2;
    let p = p * m - 1.151_461_031_0e-1;
    let p = p * m + 1.167_699_874_0e-1;
    let p = p * m - 1.242_014_084_6e-1;
    let p = p * m + 1.424_932_278_7e-1;
    let p = p * m - 1.666_805_766_5e-1;
    let p = p * m + 2.000_071_476_5e-1;
    let p = p * m - 2.499_999_399_3e-1;
    let p = p * m + 3.333_333_117_4e-1;
    let e = exponent as f32;
    #[allow(clippy::eq_op, reason = "0 for finite x, NaN otherwise")]
    let nan_if_not_finite = x - x;
    (p * m * z + e * LN_2.1 - 0.5 * z + m) + e * LN_2.0 + nan_if_not_finite
}

/// 2ˣ for |x| < 126 to a relative 3·10⁻⁶, in half the operations of [`exp`]: for gradients.
/// Outside, anything may come out.
#[inline(always)]
pub fn rough_exp2(x: f32) -> f32 {
    let shifted = x + ROUND;
    let r = x - (shifted - ROUND);
    let p = 9.685_706_3e-3;
    let p = p * r + 5.592_202_8e-2;
    let p = p * r + 2.402_186_5e-1;
    let p = p * r + 6.931_210_2e-1;
    let p = p * r + 1.0;
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    p * f32::from_bits(power)
}

/// log₂ x of positive normal numbers to an absolute 3·10⁻⁶ and its own rounding, in half the
/// operations of [`ln`]: for gradients.
#[inline(always)]
pub fn rough_log2(x: f32) -> f32 {
    // The bits of √½: above them a number's mantissa counts from √½ up to √2.
    const ROOT: u32 = 0x3F35_04F3;
    let exponent = (x.to_bits().wrapping_sub(ROOT) as i32) >> 23;
    let m = f32::from_bits(x.to_bits().wrapping_sub((exponent << 23) as u32)) - 1.0;
    let p = -2.065_901e-1;
    let p = p * m + 3.221_545_8e-1;
    let p = p * m - 3.674_903e-1;
    let p = p * m + 4.793_480_3e-1;
    let p = p * m - 7.211_318_6e-1;
    let p = p * m + 1.442_713_5;
    p * m + exponent as f32
}

/// (sin, cos) of an angle given in turns (1 is a full circle), for up to 2²¹ turns.
#[inline(always)]
pub fn sin_cos(turns: f32) -> (f32, f32) {
    let shifted = 4.0 * turns + ROUND;
    let quadrant = shifted.to_bits();
    let angle = (turns - 0.25 * (shifted - ROUND)) * std::f32::consts::TAU;
    let z = angle * angle;
    let s = ((-1.951_529_589_1e-4 * z + 8.332_160_873_6e-3) * z - 1.666_665_461_1e-1) * z * angle
        + angle;
    let c = ((2.443_315_711_8e-5 * z - 1.388_731_625_5e-3) * z + 4.166_664_568_3e-2) * z * z
        - 0.5 * z
        + 1.0;
    let (s, c) = if quadrant & 1 == 0 { (s, c) } else { (c, s) };
    let negate = |value: f32, negative: u32| f32::from_bits(value.to_bits() ^ (negative << 31));
    (negate(s, quadrant >> 1 & 1), negate(c, (quadrant.wrapping_add(1)) >> 1 & 1))
}

/// The logistic function 1/(1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// ln(1 + eˣ) without overflow or loss at either end.
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    let tail = exp(-x.abs());
    let sum = 1.0 + tail;
    // What rounding 1 + t lost of t comes back to first order.
    x.max(0.0) + ln(sum) + (tail - (sum - 1.0)) / sum
}

/// ln Σ exp xᵢ of a row.
pub fn log_sum_exp(row: &[f32]) -> f32 {
    let max = row.iter().fold(f32::NEG_INFINITY, |max, &x| if x > max { x } else { max });
    let sum: f32 = row.iter().map(|&x| exp(x - max)).sum();
    max + ln(sum)
}

/// baseⁿ by squaring: `f64::powi` may differ from one platform to the next.
pub fn power(mut base: f64, mut n: u64) -> f64 {
    let mut result = 1.0;
    while n > 0 {
        if n & 1 == 1 {
            result *= base;
        }
        base *= base;
        n >>= 1;
    }
    result
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the platform's functions in f64 are the judge")]
mod tests {
    use super::*;

    /// Largest error of `ours` relative to max(|truth|, `floor`) over `n` points of [low, high].
    fn worst(low: f64, high: f64, floor: f64, ours: fn(f32) -> f32, truth: fn(f64) -> f64) -> f64 {
        let n = 200_000;
        (0..=n)
            .map(|i| {
                let x = (low + (high - low) * f64::from(i) / f64::from(n)) as f32;
                let exact = truth(f64::from(x));
                (f64::from(ours(x)) - exact).abs() / exact.abs().max(floor)
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn functions_agree_with_double_precision() {
        let ulp = f64::from(f32::EPSILON);
        assert!(worst(-87.0, 88.0, 0.0, exp, f64::exp) < 2.0 * ulp);
        assert!(worst(1e-30, 1e-3, 0.0, ln, f64::ln) < 2.0 * ulp);
        assert!(worst(1e-3, 30.0, 0.1, ln, f64::ln) < 2.0 * ulp);
        let sine = |x: f64| (x * std::f64::consts::TAU).sin();
        let cosine = |x: f64| (x * std::f64::consts::TAU).cos();
        assert!(worst(-2.0, 2.0, 1.0, |x| sin_cos(x).0, sine) < 2.0 * ulp);
        assert!(worst(-2.0, 2.0, 1.0, |x| sin_cos(x).1, cosine) < 2.0 * ulp);
        assert!(worst(-125.0, 125.0, 0.0, rough_exp2, f64::exp2) < 1e-5);
        assert!(worst(1e-30, 1e-3, 1.0, rough_log2, f64::log2) < 5e-6);
        assert!(worst(1e-3, 30.0, 1.0, rough_log2, f64::log2) < 5e-6);
        assert!(worst(-30.0, 30.0, 0.0, softplus, |x| x.exp().ln_1p()) < 4.0 * ulp);
        assert!(worst(-30.0, 30.0, 0.0, sigmoid, |x| 1.0 / (1.0 + (-x).exp())) < 4.0 * ulp);
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        assert!(exp(f32::NAN).is_nan() && ln(f32::NAN).is_nan() && ln(f32::INFINITY).is_nan());
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn powers_by_squaring() {
        assert_eq!(power(0.5, 10), 1.0 / 1024.0);
        assert_eq!(power(3.0, 0), 1.0);
    }
}
