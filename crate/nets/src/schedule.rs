//! Schedules: factors that change with the epoch. Pure functions, no state.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::number;

/// A factor that rises linearly from 0 after epoch `from` to 1 at epoch `to`.
///
/// Epochs count from 1. `10..50` leaves the first 10 epochs at 0; `-1..49` gives
/// min(0.02 + 0.02·epoch, 1), the seminar's KL weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warmup {
    /// The last epoch at 0.
    pub from: f32,
    /// The first epoch at 1.
    pub to: f32,
}

impl Warmup {
    /// The factor in `epoch`.
    pub fn at(&self, epoch: u32) -> f32 {
        let epoch = epoch as f32;
        if epoch >= self.to { 1.0 } else { ((epoch - self.from) / (self.to - self.from)).max(0.0) }
    }
}

impl fmt::Display for Warmup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl FromStr for Warmup {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse_range(text).map(|(from, to)| Self { from, to }).ok_or_else(|| {
            Error::new(format!(
                "KL warm-up '{text}' is not a range of epochs: write A..B with A ≤ B, for example 10..50."
            ))
        })
    }
}

/// When gradual magnitude pruning happens: between the ends of two epochs.
///
/// Zhu and Gupta (2017), eq. 1, with initial sparsity 0 and Δt = 1 epoch:
/// s_t = s_f·(1 − (1 − (t − t₀)/(nΔt))³), t₀ = `from`, t₀ + nΔt = `to`. `10..50` prunes at the
/// ends of epochs 11 to 50, much at first and little at last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pruning {
    /// The last epoch that leaves all weights.
    pub from: f32,
    /// The epoch at whose end the target is reached.
    pub to: f32,
}

impl Pruning {
    /// The share of weights to be zero at the end of `epoch` if it is `target` in the end.
    pub fn sparsity(&self, epoch: u32, target: f32) -> f32 {
        // The same line as a warm-up's, bent.
        let left = 1.0 - Warmup { from: self.from, to: self.to }.at(epoch);
        target * (1.0 - left * left * left)
    }
}

impl fmt::Display for Pruning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl FromStr for Pruning {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse_range(text).map(|(from, to)| Self { from, to }).ok_or_else(|| {
            Error::new(format!(
                "Pruning '{text}' is not a range of epochs: write A..B with A ≤ B, for example 10..50."
            ))
        })
    }
}

/// How the learning rate falls.
#[derive(Clone, Debug, PartialEq)]
pub enum Decay {
    /// It stays.
    Constant,
    /// It stays for `from` epochs, then falls linearly; it would reach 0 after epoch `to`.
    Linear {
        /// Epochs at the full rate.
        from: f32,
        /// Epochs after which it would be 0.
        to: f32,
    },
    /// It is multiplied by `factor` after each of the epochs `after`.
    Steps {
        /// What one step multiplies by.
        factor: f32,
        /// The epochs after which it steps.
        after: Vec<u32>,
    },
}

impl Decay {
    /// The factor in `epoch`, counted from 1.
    pub fn at(&self, epoch: u32) -> f32 {
        let done = epoch.saturating_sub(1);
        match self {
            Self::Constant => 1.0,
            Self::Linear { from, to } => ((to - done as f32) / (to - from)).clamp(0.0, 1.0),
            Self::Steps { factor, after } => {
                after.iter().filter(|&&step| done >= step).fold(1.0, |product, _| product * factor)
            }
        }
    }
}

impl fmt::Display for Decay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.write_str("constant"),
            Self::Linear { from, to } => write!(f, "{from}..{to}"),
            Self::Steps { factor, after } => {
                let after: Vec<String> = after.iter().map(u32::to_string).collect();
                write!(f, "x{factor}@{}", after.join(","))
            }
        }
    }
}

impl FromStr for Decay {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let parsed = if text == "constant" {
            Some(Self::Constant)
        } else if let Some((factor, after)) = text.strip_prefix('x').and_then(|t| t.split_once('@'))
        {
            let after =
                after.split(',').map(|epoch| number::whole_within(epoch, 0, 1_000_000)).collect();
            let factor = number::within(factor, 0.0, 1.0);
            factor.zip(after).map(|(factor, after)| Self::Steps { factor: factor as f32, after })
        } else {
            parse_range(text).filter(|(a, b)| a < b).map(|(from, to)| Self::Linear { from, to })
        };
        parsed.ok_or_else(|| {
            Error::new(format!(
                "Learning-rate decay '{text}' is not known: write constant, A..B with A < B (linear to 0) or x0.2@50,60."
            ))
        })
    }
}

/// `A..B` with A ≤ B, both at most a million epochs from 0.
fn parse_range(text: &str) -> Option<(f32, f32)> {
    let (from, to) = text.split_once("..")?;
    let epoch = |text| number::within(text, -1e6, 1e6).map(|epoch| epoch as f32);
    let (from, to) = (epoch(from)?, epoch(to)?);
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seminars_kl_weight() {
        let warmup: Warmup = "-1..49".parse().unwrap();
        for (epoch, weight) in [(1, 0.04), (2, 0.06), (3, 0.08), (48, 0.98), (49, 1.0), (90, 1.0)] {
            assert!((warmup.at(epoch) - weight).abs() < 1e-6);
        }
    }

    #[test]
    fn the_papers_schedules() {
        let warmup: Warmup = "5..20".parse().unwrap();
        assert_eq!((warmup.at(1), warmup.at(5), warmup.at(20)), (0.0, 0.0, 1.0));
        let decay: Decay = "100..200".parse().unwrap();
        assert_eq!((decay.at(1), decay.at(101)), (1.0, 1.0));
        assert!((decay.at(151) - 0.5).abs() < 1e-6 && (decay.at(200) - 0.01).abs() < 1e-6);
        let steps: Decay = "x0.2@50,60".parse().unwrap();
        assert_eq!((steps.at(50), steps.at(51)), (1.0, 0.2));
        assert!((steps.at(61) - 0.04).abs() < 1e-6);
    }

    #[test]
    fn zhu_and_guptas_sparsity() {
        let pruning: Pruning = "10..50".parse().unwrap();
        let at = |epoch| pruning.sparsity(epoch, 0.9);
        assert_eq!((at(1), at(10), at(50), at(100)), (0.0, 0.0, 0.9, 0.9));
        // s_f·(1 − (1 − 1/2)³) half of the way, 1 − (3/4)³ after a quarter.
        assert!((at(30) - 0.9 * 0.875).abs() < 1e-6 && (at(20) - 0.9 * 0.578_125).abs() < 1e-6);
        assert!((1..100).all(|epoch| at(epoch) <= at(epoch + 1)));
        let once: Pruning = "5..5".parse().unwrap();
        assert_eq!((once.sparsity(4, 0.5), once.sparsity(5, 0.5)), (0.0, 0.5));
    }

    #[test]
    fn text_round_trips_and_nonsense_is_refused() {
        for text in ["constant", "50..100", "x0.2@50,60,70,80"] {
            assert_eq!(text.parse::<Decay>().unwrap().to_string(), text);
        }
        for text in ["", "5", "9..3", "a..b", "NaN..2"] {
            assert!(text.parse::<Warmup>().is_err() && text.parse::<Decay>().is_err());
            assert!(text.parse::<Pruning>().is_err());
        }
        assert!("10..10".parse::<Warmup>().unwrap().at(10) == 1.0);
        for (text, tidy) in [(" 0,5 .. 1e1", "0.5..10"), ("−1..49.0", "-1..49")] {
            assert_eq!(text.parse::<Warmup>().unwrap().to_string(), tidy);
            assert_eq!(text.parse::<Pruning>().unwrap().to_string(), tidy);
            assert_eq!(text.parse::<Decay>().unwrap().to_string(), tidy);
        }
        assert_eq!("x0,2@50, 6e1".parse::<Decay>().unwrap().to_string(), "x0.2@50,60");
        for text in ["-3e38..3e38", "0..1e7", "1,500..2,500", "x2@5", "x0.2@", "x0.2@1.5"] {
            assert!(text.parse::<Decay>().is_err(), "{text}");
        }
    }
}
