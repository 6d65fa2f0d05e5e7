//! A labelled set of objects, kept as small as it came.

use ndarray::Array2;

/// The features of all objects, object by object.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Feature = byte · scale. 60,000 images of 28×28 take 47 MB so, and zeros stay zeros.
    Bytes {
        /// One byte a feature.
        values: Vec<u8>,
        /// What a byte counts: 1/255 for MNIST, 1/16 for the digits.
        scale: f32,
    },
    /// Features as they are.
    Reals(Vec<f32>),
}

impl Features {
    fn len(&self) -> usize {
        match self {
            Self::Bytes { values, .. } => values.len(),
            Self::Reals(values) => values.len(),
        }
    }
}

/// Objects with `width` features each, and their labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    features: Features,
    width: usize,
    labels: Vec<u8>,
}

impl Dataset {
    /// `features` holds `labels.len()` × `width` numbers.
    pub fn new(features: Features, width: usize, labels: Vec<u8>) -> Self {
        assert_eq!(features.len(), labels.len() * width, "features are (objects, width)");
        Self { features, width, labels }
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Features of each object.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The label of every object.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Writes the features of object `i` into `row`, which has `width` places.
    pub fn copy_row(&self, i: usize, row: &mut [f32]) {
        let range = i * self.width..(i + 1) * self.width;
        match &self.features {
            Features::Bytes { values, scale } => {
                assert_eq!(row.len(), self.width);
                for (x, &byte) in row.iter_mut().zip(&values[range]) {
                    *x = f32::from(byte) * scale;
                }
            }
            Features::Reals(values) => row.copy_from_slice(&values[range]),
        }
    }

    /// The features of the objects `rows`, (rows.len(), width).
    pub fn rows(&self, rows: &[u32]) -> Array2<f32> {
        let mut batch = Array2::zeros((rows.len(), self.width));
        for (&i, mut row) in rows.iter().zip(batch.rows_mut()) {
            self.copy_row(i as usize, row.as_slice_mut().expect("a fresh array is contiguous"));
        }
        batch
    }

    /// A hash of all features (as they are stored), labels and the width, that goes on from `seed`.
    pub fn hash(&self, seed: u64) -> u64 {
        let mut hash = mix(seed, self.width as u64);
        match &self.features {
            Features::Bytes { values, scale } => {
                hash = hash_bytes(mix(hash, u64::from(scale.to_bits())), values);
            }
            Features::Reals(values) => {
                hash = values.iter().fold(hash, |hash, x| mix(hash, u64::from(x.to_bits())));
            }
        }
        hash_bytes(hash, &self.labels)
    }

    /// The objects `rows`, in that order.
    pub fn select(&self, rows: &[u32]) -> Self {
        let features = match &self.features {
            Features::Bytes { values, scale } => {
                Features::Bytes { values: gather(values, self.width, rows), scale: *scale }
            }
            Features::Reals(values) => Features::Reals(gather(values, self.width, rows)),
        };
        let labels = gather(&self.labels, 1, rows);
        Self { features, width: self.width, labels }
    }
}

/// One step of FNV-1a over a whole word, turned so that high bits reach low ones.
fn mix(hash: u64, word: u64) -> u64 {
    ((hash ^ word).wrapping_mul(0x0100_0000_01B3)).rotate_left(23)
}

/// Goes on with `bytes`, eight at a time, and their number.
fn hash_bytes(hash: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let hash = rest.iter().fold(hash, |hash, &byte| mix(hash, u64::from(byte)));
    mix(hash, bytes.len() as u64)
}

/// Rows of `width` values, one after the other.
fn gather<T: Copy>(values: &[T], width: usize, rows: &[u32]) -> Vec<T> {
    let mut gathered = Vec::with_capacity(rows.len() * width);
    for &i in rows {
        gathered.extend_from_slice(&values[i as usize * width..][..width]);
    }
    gathered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both() -> [Dataset; 2] {
        let values = vec![0, 255, 51, 102, 5, 0, 1, 2, 3];
        let reals = values.iter().map(|&v| f32::from(v) * (1.0 / 255.0)).collect();
        [Features::Bytes { values, scale: 1.0 / 255.0 }, Features::Reals(reals)]
            .map(|features| Dataset::new(features, 3, vec![7, 8, 9]))
    }

    #[test]
    fn bytes_and_reals_give_the_same_batches() {
        let [bytes, reals] = both();
        assert_eq!(bytes.rows(&[2, 0, 2]), reals.rows(&[2, 0, 2]));
        assert_eq!(bytes.rows(&[0]).as_slice().unwrap()[..2], [0.0, 1.0]);
        assert_eq!(bytes.rows(&[]).dim(), (0, 3));
    }

    #[test]
    fn selecting_keeps_features_and_labels_together() {
        for set in both() {
            let chosen = set.select(&[2, 0]);
            assert_eq!(chosen.labels(), [9, 7]);
            assert_eq!(chosen.rows(&[0, 1]), set.rows(&[2, 0]));
        }
    }
}
