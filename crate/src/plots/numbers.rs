//! Numbers as people read them: ladders of round values, and text.

/// The largest of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … not above a positive finite `value`.
pub fn round_down(value: f64) -> f64 {
    let decade = power_of_ten(value.log10().floor() as i32);
    let fits = |&m: &f64| m * decade <= value * (1.0 + SLACK);
    [5.0, 2.0, 1.0].into_iter().find(fits).unwrap_or(1.0) * decade
}

/// The smallest of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … not below a positive finite `value`.
pub fn round_up(value: f64) -> f64 {
    let decade = power_of_ten(value.log10().floor() as i32);
    let fits = |&m: &f64| m * decade >= value * (1.0 - SLACK);
    [1.0, 2.0, 5.0].into_iter().find(fits).unwrap_or(10.0) * decade
}

/// Forgives the rounding of round numbers.
const SLACK: f64 = 1e-9;

/// 10ⁿ.
pub fn power_of_ten(n: i32) -> f64 {
    10f64.powi(n)
}

/// `value` with so many decimals, a true minus sign, and thousands in groups.
pub fn fixed(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let whole = digits.find('.').unwrap_or(digits.len());
    let negative = value < 0.0 && digits.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let mut text = String::from(if negative { "−" } else { "" });
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i < whole && (whole - i) % 3 == 0 {
            text.push(',');
        }
        text.push(c);
    }
    text
}

/// Three significant digits: 69.6, 1,230, 0.0123, 3.21·10⁻⁵.
pub fn significant(value: f64) -> String {
    to_digits(value, 3)
}

/// At most three significant digits, without zeros at the end: 3, 0.1, 12.5.
pub fn short(value: f64) -> String {
    trimmed(significant(value))
}

/// A number's text without zeros at the end.
pub fn trimmed(text: String) -> String {
    if !text.contains('.') || text.contains('·') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Two significant digits, for narrow places.
pub fn brief(value: f64) -> String {
    to_digits(value, 2)
}

/// So many significant digits.
pub fn to_digits(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { "not finite".to_owned() };
    }
    let mut exponent = value.abs().log10().floor() as i32;
    // 9.996 has three significant digits as 10.0.
    if value.abs() / power_of_ten(exponent) >= 10.0 - 0.5 * power_of_ten(1 - digits) {
        exponent += 1;
    }
    if (-3..9).contains(&exponent) {
        return fixed(value, (digits - 1 - exponent).max(0) as usize);
    }
    let mantissa = fixed(value / power_of_ten(exponent), (digits - 1) as usize);
    format!("{mantissa}·{}", ten_to_the(exponent))
}

/// 10ⁿ in letters.
pub fn ten_to_the(n: i32) -> String {
    let raise = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32('⁰' as u32 + (digit as u32 - '0' as u32)).unwrap_or(digit),
    };
    format!("10{}", n.to_string().chars().map(raise).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ladders_hold_their_values() {
        for (value, down, up) in
            [(1.0, 1.0, 1.0), (69.6, 50.0, 100.0), (0.002, 0.002, 0.002), (0.0021, 0.002, 0.005)]
        {
            assert!((round_down(value) / down - 1.0).abs() < 1e-12, "{value}");
            assert!((round_up(value) / up - 1.0).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn numbers_read_well() {
        for (value, text) in [
            (69.61, "69.6"),
            (1.0, "1.00"),
            (9.996, "10.0"),
            (1234.4, "1,234"),
            (-0.0123, "−0.0123"),
            (3.214e-5, "3.21·10⁻⁵"),
            (4.5e12, "4.50·10¹²"),
            (0.0, "0"),
        ] {
            assert_eq!(significant(value), text);
        }
        for (value, text) in [(f64::from(0.1_f32), "0.1"), (3.0, "3"), (200.0, "200"), (0.0, "0")] {
            assert_eq!(short(value), text);
        }
        assert_eq!(fixed(-0.04, 1), "0.0");
        assert_eq!(fixed(266_200.0, 0), "266,200");
    }
}
