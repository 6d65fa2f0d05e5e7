//! One setting: what values it takes, and how a text becomes one of them.

use super::Settings;
use crate::error::{Error, Result};
use crate::methods::Method;
use crate::number;

/// What changing a setting does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Acts on the running training from the next mini-batch.
    Live,
    /// Live between Bayesian methods, otherwise it starts the run over.
    LiveIfBayesian,
    /// Changes what is shown, never the run.
    View,
    /// Starts the run over.
    Restart,
}

/// What values a setting takes.
pub enum Kind {
    /// A number in a range.
    Number {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// How far an arrow key goes.
        pace: Pace,
    },
    /// One of a list: (value, label).
    Choice(fn() -> Vec<(String, String)>),
    /// Text that the setting itself checks.
    Text,
}

/// How far an arrow key moves a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// By 1; the setting takes whole numbers only.
    Whole,
    /// To the next multiple of so much.
    By(f64),
    /// To the next of 1, 1.8, 3.2, 5.6, 10, …: by a factor of about 10^¼.
    Factor,
}

/// One setting.
pub struct Field {
    /// The URL's key.
    pub key: &'static str,
    /// The control's id on the page.
    pub id: &'static str,
    /// The command line's flag, without dashes.
    pub flag: &'static str,
    /// The name in words.
    pub label: &'static str,
    /// One sentence for the curious.
    pub about: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// What changing it does.
    pub effect: Effect,
    /// Whether the page offers it with a method.
    pub offered: fn(Method) -> bool,
    /// Reads it.
    pub get: fn(&Settings) -> String,
    /// Writes a checked value.
    pub set: fn(&mut Settings, &str) -> Result<()>,
}

impl Field {
    /// The value if it is one that the setting takes, tidied; otherwise what it should be.
    pub fn check(&self, value: &str) -> Result<String> {
        let value = value.trim();
        match &self.kind {
            Kind::Number { min, max, pace } => match read(value, *pace) {
                Ok(x) if (*min..=*max).contains(&x) => Ok(x.to_string()),
                Ok(_) => Err(Error::new(format!(
                    "{} {value} is out of range: choose {min} to {max}.",
                    self.label
                ))),
                Err(wrong) => Err(Error::new(format!(
                    "{} '{value}' {wrong}: choose {min} to {max}.",
                    self.label
                ))),
            },
            Kind::Choice(choices) => {
                let choices = choices();
                let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
                if names.contains(&value) {
                    return Ok(value.to_owned());
                }
                let (label, names) = (self.label, names.join(", "));
                Err(Error::new(format!("{label} '{value}' is not known: choose one of {names}.")))
            }
            Kind::Text => Ok(value.to_owned()),
        }
    }

    /// The nearest value that the setting takes, if any, and a sentence if that is another.
    pub(super) fn clamp(&self, value: &str) -> (Option<String>, Option<String>) {
        let error = match self.check(value) {
            Ok(value) => return (Some(value), None),
            Err(error) => error,
        };
        if let Kind::Number { min, max, pace } = self.kind
            && let Ok(x) = read(value, pace)
        {
            let nearest = x.clamp(min, max);
            return (Some(nearest.to_string()), Some(format!("{error} Using {nearest}.")));
        }
        (None, Some(format!("{error} It was left as it is.")))
    }

    /// The value that an arrow key leads to from `value`: the next larger one, or the next smaller;
    /// `None` where the setting is no number or `value` is none.
    pub fn stepped(&self, value: &str, up: bool) -> Option<String> {
        let Kind::Number { min, max, pace } = self.kind else { return None };
        let x = read(value, pace).ok()?.clamp(min, max);
        let next = match pace {
            Pace::Whole => next_multiple(x, 1.0, up),
            Pace::By(step) => next_multiple(x, step, up),
            Pace::Factor => next_in_decades(x, if min > 0.0 { min } else { 0.01 }, up),
        };
        Some(next.clamp(min, max).to_string())
    }
}

fn read(value: &str, pace: Pace) -> std::result::Result<f64, number::Wrong> {
    if pace == Pace::Whole { number::whole(value) } else { number::decimal(value) }
}

/// How near two numbers are for being the same to a reader.
const SAME: f64 = 1e-6;

/// The next multiple of `step` beyond `x`.
fn next_multiple(x: f64, step: f64, up: bool) -> f64 {
    let count = x / step;
    let next = if up { (count + SAME).floor() + 1.0 } else { (count - SAME).ceil() - 1.0 };
    // Multiples of 0.1 have one decimal: without rounding 3 · 0.1 would show seventeen.
    (next * step * 1e6).round() / 1e6
}

/// The next of 1, 1.8, 3.2, 5.6 times a power of ten beyond `x`; below the `smallest` is 0.
fn next_in_decades(x: f64, smallest: f64, up: bool) -> f64 {
    let decades = (-6..=2).flat_map(|decade| [1.0, 1.8, 3.2, 5.6].map(|digits| (digits, decade)));
    let all = decades.filter_map(|(digits, decade)| format!("{digits}e{decade}").parse().ok());
    let mut all = all.filter(|&next| next >= smallest).collect::<Vec<f64>>().into_iter();
    if up {
        all.find(|&next| next > x * (1.0 + SAME)).unwrap_or(x)
    } else {
        all.rfind(|&next| next < x * (1.0 - SAME)).unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::FIELDS;
    use super::*;

    fn field(key: &str) -> &'static Field {
        FIELDS.iter().find(|field| field.key == key).unwrap()
    }

    #[test]
    fn every_number_is_tidied_and_what_is_refused_is_named_with_its_range() {
        for field in FIELDS {
            let Kind::Number { min, max, pace } = field.kind else { continue };
            let middle = if pace == Pace::Whole { min + 1.0 } else { (min + max) / 2.0 };
            let middle = middle.to_string();
            for written in [
                middle.clone(),
                middle.replace('.', ","),
                format!(" {}e0 ", middle.replace('-', "−")),
            ] {
                assert_eq!(field.check(&written), Ok(middle.clone()), "{} {written}", field.key);
            }
            for value in ["", "five", "NaN", "1e999", "-1e999", "60,000", "½", "1 000"] {
                let refusal = field.check(value).expect_err(field.key).to_string();
                for word in [field.label, value, &format!("choose {min} to {max}.")] {
                    assert!(refusal.contains(word), "{refusal}");
                }
            }
        }
        assert_eq!(field("epochs").check("5.0"), Ok("5".to_owned()));
        assert_eq!(field("epochs").check("1e3"), Ok("1000".to_owned()));
        let refusal = field("epochs").check("2,5").unwrap_err().to_string();
        assert_eq!(refusal, "Epochs '2,5' is not a whole number: choose 1 to 10000.");
    }

    #[test]
    fn arrows_go_sensible_steps_and_stay_in_range() {
        for (key, from, up, down) in [
            ("lr", "0,001", "0.0018", "0.00056"),
            ("lr", "0.002", "0.0032", "0.0018"),
            ("lr", "0.000001", "0.0000018", "0.000001"),
            ("lr", "1", "1", "0.56"),
            ("kl", "0", "0.01", "0"),
            ("kl", "0.01", "0.018", "0"),
            ("epochs", "1e2", "101", "99"),
            ("epochs", "1", "2", "1"),
            ("seed", "4294967295", "4294967295", "4294967294"),
            ("threshold", "0.3", "0.4", "0.2"),
            ("threshold", "-0,05", "0", "-0.1"),
            ("sigma", "-5", "-4.5", "-5.5"),
            ("dropout", "0.5", "0.55", "0.45"),
        ] {
            let field = field(key);
            assert_eq!(field.stepped(from, true).as_deref(), Some(up), "{key} {from} up");
            assert_eq!(field.stepped(from, false).as_deref(), Some(down), "{key} {from} down");
        }
        assert_eq!(field("lr").stepped("x", true), None);
        assert_eq!(field("method").stepped("ard", true), None);
        for field in FIELDS {
            let Kind::Number { min, max, .. } = field.kind else { continue };
            for (up, end) in [(true, max), (false, min)] {
                let mut value = (field.get)(&Settings::default());
                for _ in 0..200 {
                    let next = field.stepped(&value, up).unwrap();
                    assert_eq!(field.check(&next).as_ref(), Ok(&next), "{}", field.key);
                    let (before, after) =
                        (number::parse(&value).unwrap(), number::parse(&next).unwrap());
                    assert!(if up { before <= after } else { before >= after }, "{}", field.key);
                    assert!(before != after || after == end, "{} {value}", field.key);
                    value = next;
                }
            }
        }
    }
}
