//! One cell: a number, nothing, or a word.

use std::borrow::Cow;

use crate::data::labels::Label;

/// What people write where a value is missing, in lower case.
const MISSING: [&str; 7] = ["", "?", "na", "n/a", "nan", "null", "."];

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Number(f32),
    Missing,
    Word(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    /// Reads a field; with `commas`, a comma is a decimal mark.
    pub(super) fn of(field: &'a [u8], commas: bool) -> Self {
        // Most cells of large tables are short whole numbers.
        if (1..4).contains(&field.len()) && field.iter().all(u8::is_ascii_digit) {
            let number =
                field.iter().fold(0, |number, &digit| 10 * number + u16::from(digit - b'0'));
            return Self::Number(f32::from(number));
        }
        let text = String::from_utf8_lossy(field);
        match parse(&text, commas) {
            Some(number) if number.is_finite() => Self::Number(number),
            _ if MISSING.contains(&&text.to_ascii_lowercase()[..]) => Self::Missing,
            _ => Self::Word(text),
        }
    }
}

/// The label that a field holds; none if it is missing or a number with decimals.
pub(super) fn label(field: &[u8], commas: bool) -> Option<Label> {
    match Cell::of(field, commas) {
        Cell::Missing => None,
        Cell::Word(word) => Some(Label::Word(word.into_owned())),
        Cell::Number(number) => {
            // Long numbers keep all their digits.
            let whole = str::from_utf8(field).ok().and_then(|text| text.parse().ok());
            whole.map(Label::Number).or_else(|| Label::number(number))
        }
    }
}

fn parse(text: &str, commas: bool) -> Option<f32> {
    if commas && text.contains(',') {
        text.replace(',', ".").parse().ok()
    } else {
        text.parse().ok()
    }
}

/// A field as error sentences show it.
pub(super) fn quoted(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(field);
    let shown: String = text.chars().filter(|c| !c.is_control()).take(20).collect();
    if field.is_empty() { "nothing".into() } else { format!("“{shown}”") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_words_and_from_nothing() {
        let numbers =
            [("7", 7.0), ("255", 255.0), ("0256", 256.0), ("-1.5e2", -150.0), ("+1", 1.0)];
        for (text, number) in numbers {
            assert_eq!(Cell::of(text.as_bytes(), false), Cell::Number(number));
        }
        assert_eq!(Cell::of(b"1,5", true), Cell::Number(1.5));
        for text in ["", "?", "NA", "NaN", "null"] {
            assert_eq!(Cell::of(text.as_bytes(), true), Cell::Missing);
        }
        for text in ["1,5", "1e39", "-inf", "1.234,5", "setosa", "none", "-", "+"] {
            assert_eq!(Cell::of(text.as_bytes(), false), Cell::Word(text.into()));
        }
    }

    #[test]
    fn labels_are_whole_numbers_or_words() {
        assert_eq!(label(b"5.0", false), Some(Label::Number(5)));
        assert_eq!(label(b"+1", false), Some(Label::Number(1)));
        assert_eq!(label(b"16777217", false), Some(Label::Number(16_777_217)));
        assert_eq!(label(b"setosa", false), Some(Label::Word("setosa".into())));
        assert_eq!([label(b"0.5", false), label(b"?", false)], [None, None]);
    }
}
