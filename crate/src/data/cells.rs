//! Numbers as files hold them, and the features that they become.

use super::Features;

/// Numbers that are kept as bytes while all of them are bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cells {
    Bytes(Vec<u8>),
    Reals(Vec<f32>),
}

impl Default for Cells {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

impl Cells {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bytes(values) => values.len(),
            Self::Reals(values) => values.len(),
        }
    }

    pub(super) fn get(&self, i: usize) -> f32 {
        match self {
            Self::Bytes(values) => f32::from(values[i]),
            Self::Reals(values) => values[i],
        }
    }

    pub(super) fn push(&mut self, value: f32) {
        match self {
            Self::Reals(values) => values.push(value),
            Self::Bytes(values) => match whole_byte(value) {
                Some(byte) => values.push(byte),
                None => *self = Self::Reals(reals(values).chain([value]).collect()),
            },
        }
    }

    /// Whether all numbers could be pixels: bytes, or shades from 0 to 1.
    pub(super) fn pixels(&self) -> bool {
        match self {
            Self::Bytes(_) => true,
            Self::Reals(values) => values.iter().all(|value| (0.0..=1.0).contains(value)),
        }
    }

    fn largest(&self) -> f32 {
        match self {
            Self::Bytes(values) => f32::from(values.iter().copied().max().unwrap_or(0)),
            Self::Reals(values) => values.iter().fold(0.0, |most, value| value.abs().max(most)),
        }
    }

    fn into_reals(self) -> Vec<f32> {
        match self {
            Self::Bytes(values) => reals(&values).collect(),
            Self::Reals(values) => values,
        }
    }
}

fn reals(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.iter().map(|&byte| f32::from(byte))
}

/// A whole number 0 … 255.
pub(super) fn whole_byte(value: f32) -> Option<u8> {
    (f32::from(value as u8) == value).then_some(value as u8)
}

/// The features of all parts on one scale, `width` to an object, and what was done to them.
///
/// * Bytes become byte/largest, so zeros stay zeros.
/// * Other numbers stay as they are within ±1. Else each column is moved and scaled to [0, 1],
///   or, for an `image`, all pixels alike.
pub(super) fn features(parts: Vec<Cells>, width: usize, image: bool) -> (Vec<Features>, String) {
    let largest = parts.iter().map(Cells::largest).fold(0.0, f32::max);
    if parts.iter().all(|part| matches!(part, Cells::Bytes(_))) {
        let largest = largest.max(1.0);
        let bytes = |part| match part {
            Cells::Bytes(values) => Features::Bytes { values, scale: 1.0 / largest },
            Cells::Reals(values) => Features::Reals(values),
        };
        let words =
            if largest == 1.0 { "as they are".into() } else { format!("divided by {largest}") };
        return (parts.into_iter().map(bytes).collect(), words);
    }
    let mut parts: Vec<Vec<f32>> = parts.into_iter().map(Cells::into_reals).collect();
    let mut words = "as they are";
    if largest > 1.0 {
        to_unit_interval(&mut parts, if image { 1 } else { width });
        words = if image { "scaled to 0 … 1 together" } else { "each scaled to 0 … 1" };
    }
    (parts.into_iter().map(Features::Reals).collect(), words.into())
}

/// Moves and scales each of `width` columns to [0, 1]; a constant column becomes 0.
fn to_unit_interval(parts: &mut [Vec<f32>], width: usize) {
    let mut low = vec![f64::INFINITY; width];
    let mut high = vec![f64::NEG_INFINITY; width];
    for row in parts.iter().flat_map(|part| part.chunks_exact(width)) {
        for (j, &value) in row.iter().enumerate() {
            low[j] = low[j].min(f64::from(value));
            high[j] = high[j].max(f64::from(value));
        }
    }
    for row in parts.iter_mut().flat_map(|part| part.chunks_exact_mut(width)) {
        for (j, value) in row.iter_mut().enumerate() {
            let range = if high[j] > low[j] { high[j] - low[j] } else { 1.0 };
            *value = ((f64::from(*value) - low[j]) / range) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(values: &[f32]) -> Cells {
        let mut cells = Cells::default();
        values.iter().for_each(|&value| cells.push(value));
        cells
    }

    #[test]
    fn bytes_stay_bytes_until_another_number_comes() {
        assert_eq!(cells(&[0.0, 255.0]), Cells::Bytes(vec![0, 255]));
        assert_eq!(cells(&[0.0, 256.0]), Cells::Reals(vec![0.0, 256.0]));
        assert!(cells(&[3.0, 255.0]).pixels() && cells(&[0.0, 0.5]).pixels());
        assert!(!cells(&[0.0, 1.5]).pixels());
    }

    #[test]
    fn parts_share_one_scale() {
        let (bytes, words) = features(vec![cells(&[0.0, 4.0]), cells(&[8.0, 16.0])], 2, false);
        let scale = 1.0 / 16.0;
        assert_eq!(words, "divided by 16");
        assert_eq!(bytes[0], Features::Bytes { values: vec![0, 4], scale });
        let parts = || vec![cells(&[0.0, 4.0]), cells(&[8.5, 6.0])];
        let columns = features(parts(), 2, false);
        assert_eq!(columns.1, "each scaled to 0 … 1");
        assert_eq!(columns.0[1], Features::Reals(vec![1.0, 1.0]));
        let image = features(parts(), 2, true);
        assert_eq!(image.0[0], Features::Reals(vec![0.0, 4.0 / 8.5]));
    }
}
