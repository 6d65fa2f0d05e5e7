//! Numbers as people write them: one reader for the page, the address and the command line.

use std::fmt;

/// Why a text was not taken for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is none.
    NotANumber,
    /// It is one, but not a whole one.
    NotWhole,
    /// It may be a decimal or have a separator of thousands: 60,000.
    TwoWays,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "is not a number",
            Self::NotWhole => "is not a whole number",
            Self::TwoWays => "can be read in two ways, so write thousands without a separator",
        })
    }
}

/// The number that `text` spells: digits with at most one decimal point or comma, a sign, an
/// exponent (`0,001`, `1e-3`, `5.0`), spaces around it. Infinite if it is too large for an `f64`.
pub fn parse(text: &str) -> Result<f64, Wrong> {
    let text = text.trim().replace('−', "-").replace(',', ".");
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let groups: Vec<&str> = digits.split('.').collect();
    let (first, rest) = groups.split_first().ok_or(Wrong::NotANumber)?;
    // 1,234,567 can only be thousands, but 1,234 and 1.234.5 cannot be told from mistakes.
    if rest.len() > 1 && digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return Err(Wrong::TwoWays);
    }
    // `f64` also reads the words inf, infinity and NaN.
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E');
    if !text.chars().all(plain) || (first.is_empty() && rest.iter().all(|group| group.is_empty())) {
        return Err(Wrong::NotANumber);
    }
    // Adding 0 takes the sign of −0 away.
    text.parse::<f64>().map(|number| number + 0.0).map_err(|_| Wrong::NotANumber)
}

/// A decimal number that [`parse`] takes, unless its comma may separate thousands: 1,500.
pub fn decimal(text: &str) -> Result<f64, Wrong> {
    let number = parse(text)?;
    if thousands(text, ',') { Err(Wrong::TwoWays) } else { Ok(number) }
}

/// A whole number that [`parse`] takes (`5.0` and `1e3` are some), unless its point or comma may
/// separate thousands: 60,000 and 60.000.
pub fn whole(text: &str) -> Result<f64, Wrong> {
    let number = parse(text)?;
    if thousands(text, ',') || thousands(text, '.') {
        return Err(Wrong::TwoWays);
    }
    if number.fract() == 0.0 || number.is_infinite() { Ok(number) } else { Err(Wrong::NotWhole) }
}

/// The decimal number from `min` to `max` that `text` spells, if it does.
pub fn within(text: &str, min: f64, max: f64) -> Option<f64> {
    decimal(text).ok().filter(|number| (min..=max).contains(number))
}

/// The whole number from `min` to `max` that `text` spells, if it does.
pub fn whole_within(text: &str, min: u32, max: u32) -> Option<u32> {
    let number = whole(text).ok()?;
    (f64::from(min)..=f64::from(max)).contains(&number).then_some(number as u32)
}

/// Whether a group of three digits follows one to three others that do not begin with 0.
fn thousands(text: &str, separator: char) -> bool {
    let digits = text.trim().trim_start_matches(['+', '-', '−']);
    digits.split_once(separator).is_some_and(|(before, after)| {
        let all_digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
        let begins = matches!(before.chars().next(), Some('1'..='9')) && before.len() <= 3;
        begins && all_digits(before) && after.len() == 3 && all_digits(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("0,001", 0.001),
            ("0.5", 0.5),
            ("0,5", 0.5),
            (" 5.0 ", 5.0),
            ("\u{a0}1e3", 1000.0),
            ("1E-3", 0.001),
            ("2,5e−1", 0.25),
            ("−4", -4.0),
            ("+7", 7.0),
            (".5", 0.5),
            (",5", 0.5),
            ("5.", 5.0),
            ("1.125", 1.125),
            ("0,125", 0.125),
            ("12,34", 12.34),
            ("1,2345", 1.2345),
        ] {
            assert_eq!(decimal(text), Ok(number), "{text}");
        }
        assert_eq!(parse("-0").map(f64::is_sign_negative), Ok(false));
        assert_eq!(parse("1e999"), Ok(f64::INFINITY));
    }

    #[test]
    fn what_is_no_number_or_two_is_not_guessed() {
        for text in [
            "",
            " ",
            ".",
            ",",
            "-",
            "e3",
            "1e",
            "1e2.5",
            "½",
            "inf",
            "NaN",
            "-infinity",
            "0x10",
            "1 000",
            "1_000",
            "--1",
            "1-2",
            "1..2",
            "five",
            "5 %",
            "١",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        for text in ["60,000", "1,500", "1,234,567", "1.234.567", "1.234,5"] {
            assert_eq!(decimal(text), Err(Wrong::TwoWays), "{text}");
            assert_eq!(whole(text), Err(Wrong::TwoWays), "{text}");
        }
        assert_eq!(whole("60.000"), Err(Wrong::TwoWays));
        assert_eq!(whole("2.5"), Err(Wrong::NotWhole));
        assert_eq!((whole("5.0"), whole("1e3"), whole("0.000")), (Ok(5.0), Ok(1000.0), Ok(0.0)));
    }

    #[test]
    fn any_text_is_survived_and_numbers_come_back() {
        use proptest::prelude::*;
        proptest!(|(text in "\\PC*")| { let _ = (decimal(&text), whole(&text)); });
        proptest!(|(number: f64)| {
            if number.is_finite() {
                prop_assert_eq!(parse(&number.to_string()), Ok(number));
                prop_assert_eq!(parse(&format!("{number:e}")), Ok(number));
            }
        });
    }
}
