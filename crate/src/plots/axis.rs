//! One axis: its range, its ticks, and how a value on it is written.

use serde::{Deserialize, Serialize};

use super::numbers::{
    brief, fixed, power_of_ten, round_down, round_up, short, significant, ten_to_the, trimmed,
};

/// One axis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What it is and its unit: "noise, nats".
    pub label: String,
    /// Where it begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// Equal lengths are equal differences, or equal factors.
    pub logarithmic: bool,
    /// How its numbers are written.
    pub numbers: Numbers,
    /// What whole numbers are called, from 0 on; without names they are numbers.
    pub names: Vec<String>,
}

/// How numbers are written along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Numbers {
    /// 0.5, 1, 1.5
    #[default]
    Plain,
    /// 1×, 10×
    Times,
    /// 10⁻³, 10⁻²
    Powers,
    /// Every whole number.
    Whole,
    /// None, and no grid.
    Absent,
}

/// What logarithmic axes show at least and at most.
const LEAST: f64 = 1e-30;
const MOST: f64 = 1e30;

impl Axis {
    /// A linear axis with plain numbers.
    pub fn linear(label: impl Into<String>, low: f64, high: f64) -> Self {
        Self { label: label.into(), low, high, ..Self::default() }
    }

    /// A logarithmic axis.
    pub fn logarithmic(label: impl Into<String>, low: f64, high: f64) -> Self {
        Self { logarithmic: true, ..Self::linear(label, low, high) }
    }

    /// A linear axis that holds all finite `values`, with round ends. More values only widen it.
    pub fn around(label: impl Into<String>, values: &[f64]) -> Self {
        let (low, high) = range(values, f64::NEG_INFINITY);
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let span = if high > low { high - low } else { high.abs().max(1.0) };
        let step = round_up(span / 10.0);
        let (low, high) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
        let alone = if high > low { 0.0 } else { step };
        Self::linear(label, low - alone, high + alone)
    }

    /// A logarithmic axis that holds all positive `values`, with round ends and a decade at least,
    /// or a flat line would fill the plot with its noise. More values only widen it.
    pub fn factors(label: impl Into<String>, values: &[f64]) -> Self {
        let (low, high) = range(values, 0.0);
        let (low, high) = if low <= high { (low, high) } else { (0.1, 10.0) };
        let (low, high) = (low.clamp(LEAST, MOST), high.clamp(LEAST, MOST));
        let (low, high) = (round_down(0.9 * low), round_up(1.1 * high));
        Self::logarithmic(label, low, high.max(10.0 * low))
    }

    /// The same from one power of ten to another, with powers of ten as numbers.
    pub fn powers(label: impl Into<String>, values: &[f64]) -> Self {
        let (low, high) = range(values, 0.0);
        let (low, high) = if low <= high { (low, high) } else { (1e-6, 1e-3) };
        let exponent = |value: f64| value.clamp(LEAST, MOST).log10();
        let (low, high) = (exponent(low).floor() as i32, exponent(high).ceil() as i32);
        let ends = (power_of_ten(low), power_of_ten(high.max(low + 1)));
        Self::logarithmic(label, ends.0, ends.1).with(Numbers::Powers)
    }

    /// The same with other numbers.
    pub fn with(self, numbers: Numbers) -> Self {
        Self { numbers, ..self }
    }

    /// The same with names of whole numbers, each in the middle of its own room.
    pub fn of_names(label: impl Into<String>, names: Vec<String>) -> Self {
        let high = names.len().max(1) as f64 - 0.5;
        Self { names, ..Self::linear(label, -0.5, high).with(Numbers::Whole) }
    }

    /// The same, and as wide as another one: so a range only grows while a picture is renewed.
    pub fn and(self, other: &Self) -> Self {
        let (low, high) = (self.low.min(other.low), self.high.max(other.high));
        Self { low, high, ..self }
    }

    /// The same with a range that can be drawn, whatever it was.
    pub(super) fn drawable(&self) -> Self {
        let most = if self.logarithmic { MOST } else { 1e15 };
        let known = |value: f64, instead: f64| if value.is_nan() { instead } else { value };
        let (a, b) = (known(self.low, 0.0), known(self.high, 1.0));
        let (mut low, mut high) = (a.min(b).clamp(-most, most), a.max(b).clamp(-most, most));
        if self.logarithmic {
            (low, high) = (low.max(LEAST), high.max(LEAST));
            high = if high > 1.001 * low { high } else { 10.0 * low };
        } else {
            let least = 1e-9 * low.abs().max(high.abs()).max(1e-30);
            high = if high - low > least { high } else { low + 1.0_f64.max(2.0 * least) };
        }
        Self { low, high, ..self.clone() }
    }

    /// Where `value` lies, 0 … 1 on the axis; may be beyond, may be not finite.
    pub fn share(&self, value: f64) -> f64 {
        if self.logarithmic {
            (value / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// The value at a share of the axis: the inverse of [`share`](Self::share).
    pub fn value(&self, share: f64) -> f64 {
        if self.logarithmic {
            self.low * (share * (self.high / self.low).ln()).exp()
        } else {
            self.low + share * (self.high - self.low)
        }
    }

    /// The label without the unit after its last comma, and that unit.
    fn parts(&self) -> (&str, &str) {
        self.label.rsplit_once(',').map_or((&self.label, ""), |(name, unit)| (name, unit.trim()))
    }

    /// A value with three significant digits, but no finer than a thousandth of the axis.
    pub fn write(&self, value: f64) -> String {
        let named = |i: usize| self.names.get(i).filter(|_| value >= 0.0 && value.fract() == 0.0);
        if let Some(name) = named(value as usize) {
            return name.clone();
        }
        match self.numbers {
            _ if value == f64::INFINITY => "infinite".to_owned(),
            _ if !value.is_finite() => "not a number".to_owned(),
            Numbers::Times => format!("{}×", significant(value)),
            Numbers::Powers => brief(value),
            Numbers::Whole => short(value),
            _ if self.logarithmic => significant(value),
            _ => {
                let thousandth = 1e-3 * (self.high - self.low).abs();
                let coarsest = (-thousandth.log10() - 1e-9).ceil();
                let digits = 2.0 - value.abs().log10().floor();
                let decimals = digits.min(coarsest).max(0.0);
                if decimals.is_finite() && decimals < 7.0 && value.abs() < 1e9 {
                    fixed(value, decimals as usize)
                } else {
                    significant(value)
                }
            }
        }
    }

    /// A value with its unit: "0.53 nats".
    pub fn write_with_unit(&self, value: f64) -> String {
        let (_, unit) = self.parts();
        if unit.is_empty() { self.write(value) } else { format!("{} {unit}", self.write(value)) }
    }

    /// A value without zeros at its end.
    pub fn bare(&self, value: f64) -> String {
        let text = self.write(value);
        if self.names.is_empty() { trimmed(text) } else { text }
    }

    /// A place on the axis in words: "epoch 57", "distance 0.5 m".
    pub fn place(&self, value: f64) -> String {
        let (name, unit) = self.parts();
        let text = self.bare(value);
        [name, &text, unit]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Values with their texts for an axis of `length`, no two closer than `gap`.
    pub(super) fn ticks(&self, length: f64, gap: f64) -> Vec<(f64, String)> {
        match self.numbers {
            Numbers::Absent => Vec::new(),
            Numbers::Whole if !self.names.is_empty() => {
                let last = (self.high.floor().max(-1.0) + 1.0).min(self.names.len() as f64);
                (0..last as usize).map(|i| (i as f64, self.names[i].clone())).collect()
            }
            Numbers::Whole => self.linear_ticks(length, gap, 1.0),
            _ if self.logarithmic => self.logarithmic_ticks(length, gap),
            _ => self.linear_ticks(length, gap, 0.0),
        }
    }

    fn linear_ticks(&self, length: f64, gap: f64, least: f64) -> Vec<(f64, String)> {
        let step = round_up((self.high - self.low) * (gap / length).min(1.0)).max(least);
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        let values = (0..=(last - first) as usize).map(|i| (first + i as f64) * step);
        values.map(|v| (v, fixed(v, decimals))).collect()
    }

    fn logarithmic_ticks(&self, length: f64, gap: f64) -> Vec<(f64, String)> {
        let decade = length / (self.high / self.low).log10();
        let multiples: &[f64] = match decade {
            _ if 0.3 * decade >= gap => &[1.0, 2.0, 5.0],
            _ if 0.47 * decade >= gap => &[1.0, 3.0],
            _ => &[1.0],
        };
        let every = (gap / decade).ceil().clamp(1.0, 100.0) as i32;
        let exponents = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        // Powers of ten are wide and say enough by themselves.
        let multiples = if self.numbers == Numbers::Powers { &multiples[..1] } else { multiples };
        let values = exponents
            .filter(|n| n.rem_euclid(every) == 0)
            .flat_map(|n| multiples.iter().map(move |m| (m * power_of_ten(n), n, *m)));
        let inside = values.filter(|(v, ..)| (-1e-6..1.0 + 1e-6).contains(&self.share(*v)));
        let text = |(value, n, multiple): (f64, i32, f64)| {
            let plain = fixed(value, (-n).max(0) as usize);
            let text = match self.numbers {
                Numbers::Times => format!("{}×", plain.replace(',', "")),
                Numbers::Powers => ten_to_the(n),
                _ if !(-3..=4).contains(&n) && multiple == 1.0 => ten_to_the(n),
                _ if !(-3..=4).contains(&n) => format!("{multiple}·{}", ten_to_the(n)),
                _ => plain,
            };
            (value, text)
        };
        inside.map(text).collect()
    }
}

/// The least and the greatest finite value above `floor`; none if the first is above the second.
fn range(values: &[f64], floor: f64) -> (f64, f64) {
    let known = values.iter().copied().filter(|v| v.is_finite() && *v > floor);
    known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}
