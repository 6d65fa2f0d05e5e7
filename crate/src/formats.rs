//! Formats of pruned weight matrices: what sparsity saves once every byte is written.
//!
//! Values are f32 and pointers u32; an index takes two bytes where its dimension is at most
//! 65,536 and four elsewhere; all of them little-endian. Shapes are known to the reader.
//! To add a format: two functions and one entry of [`ALL`].

use ndarray::ArrayView2;

use crate::linalg::Matrix;
use crate::network::Network;

/// A way to write a matrix, (fan_in, fan_out), whose zeros are pruned weights.
pub struct Format {
    /// The name on the command line.
    pub name: &'static str,
    /// The name on the page.
    pub label: &'static str,
    /// What is written, in a sentence.
    pub about: &'static str,
    /// The matrix as bytes.
    pub encode: fn(&Matrix) -> Vec<u8>,
    /// The matrix of this shape that the bytes stand for; `None` if they stand for none.
    pub decode: fn(&[u8], (usize, usize)) -> Option<Matrix>,
}

/// Every format; the first is what the others are compared with.
pub const ALL: &[Format] = &[
    Format {
        name: "dense",
        label: "Dense",
        about: "Every weight, zeros too.",
        encode: dense,
        decode: from_dense,
    },
    Format {
        name: "csr",
        label: "CSR",
        about: "The kept weights row by row, the column of each, and where rows start.",
        encode: |matrix| compressed_rows(matrix.view()),
        decode: from_compressed_rows,
    },
    Format {
        name: "csc",
        label: "CSC",
        about: "The kept weights column by column, the row of each, and where columns start.",
        encode: |matrix| compressed_rows(matrix.t()),
        decode: |bytes, (rows, columns)| {
            let transposed = from_compressed_rows(bytes, (columns, rows))?;
            Some(transposed.t().as_standard_layout().into_owned())
        },
    },
    Format {
        name: "coo",
        label: "COO",
        about: "The kept weights, the row and the column of each.",
        encode: coordinates,
        decode: from_coordinates,
    },
    Format {
        name: "bitmask",
        label: "Bitmask",
        about: "One bit a weight, kept or pruned, and the kept weights.",
        encode: bitmask,
        decode: from_bitmask,
    },
];

/// The weight layers of `network`, (fan_in, fan_out) each, with zeros where ln α > `threshold`.
pub fn pruned(network: &Network, threshold: f32) -> Vec<Matrix> {
    let layers = network.weights().into_iter();
    let pruned = layers.map(|layer| match layer.posterior {
        Some(posterior) => posterior.pruned_mean(threshold),
        None => layer.mean.clone(),
    });
    pruned.collect()
}

/// Bytes of a network in every format, in the order of [`ALL`]: its pruned `layers`, each with
/// one f32 of bias an output.
pub fn sizes(layers: &[Matrix]) -> Vec<usize> {
    let size = |format: &Format| {
        layers.iter().map(|layer| (format.encode)(layer).len() + 4 * layer.ncols()).sum()
    };
    ALL.iter().map(size).collect()
}

fn dense(matrix: &Matrix) -> Vec<u8> {
    bytes_of(matrix.iter())
}

fn from_dense(bytes: &[u8], shape: (usize, usize)) -> Option<Matrix> {
    Matrix::from_shape_vec(shape, values(bytes)?).ok()
}

fn compressed_rows(matrix: ArrayView2<'_, f32>) -> Vec<u8> {
    let width = width(matrix.ncols());
    let mut starts = 0_u32.to_le_bytes().to_vec();
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for row in matrix.rows() {
        for (column, value) in row.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            columns.extend_from_slice(&(column as u32).to_le_bytes()[..width]);
            values.extend_from_slice(&value.to_le_bytes());
        }
        starts.extend_from_slice(&(values.len() as u32 / 4).to_le_bytes());
    }
    [starts, columns, values].concat()
}

fn from_compressed_rows(mut bytes: &[u8], shape: (usize, usize)) -> Option<Matrix> {
    let starts = take(&mut bytes, shape.0 + 1, 4)?;
    let columns = take(&mut bytes, *starts.last()?, width(shape.1))?;
    let values = values(bytes)?;
    let mut matrix = Matrix::zeros(shape);
    for (row, range) in starts.windows(2).enumerate() {
        let range = range[0]..range[1];
        for (&column, &value) in columns.get(range.clone())?.iter().zip(values.get(range)?) {
            *matrix.get_mut((row, column))? = value;
        }
    }
    (values.len() == columns.len()).then_some(matrix)
}

fn coordinates(matrix: &Matrix) -> Vec<u8> {
    let (rows, columns) = matrix.dim();
    let mut parts = [const { Vec::new() }; 3];
    for ((row, column), value) in matrix.indexed_iter().filter(|(_, value)| **value != 0.0) {
        parts[0].extend_from_slice(&(row as u32).to_le_bytes()[..width(rows)]);
        parts[1].extend_from_slice(&(column as u32).to_le_bytes()[..width(columns)]);
        parts[2].extend_from_slice(&value.to_le_bytes());
    }
    parts.concat()
}

fn from_coordinates(mut bytes: &[u8], shape: (usize, usize)) -> Option<Matrix> {
    let widths = (width(shape.0), width(shape.1));
    let kept = bytes.len() / (widths.0 + widths.1 + 4);
    let rows = take(&mut bytes, kept, widths.0)?;
    let columns = take(&mut bytes, kept, widths.1)?;
    let values = values(bytes)?;
    let mut matrix = Matrix::zeros(shape);
    for ((&row, column), &value) in rows.iter().zip(columns).zip(&values) {
        *matrix.get_mut((row, column))? = value;
    }
    (values.len() == kept).then_some(matrix)
}

fn bitmask(matrix: &Matrix) -> Vec<u8> {
    let mut bytes = vec![0; matrix.len().div_ceil(8)];
    for (place, value) in matrix.iter().enumerate() {
        bytes[place / 8] |= u8::from(*value != 0.0) << (place % 8);
    }
    bytes.extend(bytes_of(matrix.iter().filter(|value| **value != 0.0)));
    bytes
}

fn from_bitmask(bytes: &[u8], shape: (usize, usize)) -> Option<Matrix> {
    let mut matrix = Matrix::zeros(shape);
    let (mask, rest) = bytes.split_at_checked(matrix.len().div_ceil(8))?;
    let mut values = values(rest)?.into_iter();
    for (place, value) in matrix.iter_mut().enumerate() {
        if mask[place / 8] >> (place % 8) & 1 == 1 {
            *value = values.next()?;
        }
    }
    values.next().is_none().then_some(matrix)
}

/// Bytes of an index into `dimension` rows or columns.
fn width(dimension: usize) -> usize {
    if dimension <= 1 << 16 { 2 } else { 4 }
}

fn bytes_of<'a>(values: impl Iterator<Item = &'a f32>) -> Vec<u8> {
    values.flat_map(|value| value.to_le_bytes()).collect()
}

/// Takes `count` numbers of `width` bytes off the front.
fn take(bytes: &mut &[u8], count: usize, width: usize) -> Option<Vec<usize>> {
    let (numbers, rest) = bytes.split_at_checked(count.checked_mul(width)?)?;
    *bytes = rest;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |n, &byte| n << 8 | usize::from(byte));
    Some(numbers.chunks_exact(width).map(number).collect())
}

/// Every value that is left.
fn values(bytes: &[u8]) -> Option<Vec<f32>> {
    let (values, rest) = bytes.as_chunks::<4>();
    rest.is_empty().then(|| values.iter().map(|&value| f32::from_le_bytes(value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};
    use crate::settings::Settings;
    use ndarray::array;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn find(name: &str) -> &'static Format {
        ALL.iter().find(|format| format.name == name).expect("a format")
    }

    #[test]
    fn a_small_matrix_is_written_as_the_textbook_does() {
        let matrix = array![[0.0, 2.0, 0.0], [3.0, 0.0, 4.0]];
        let numbers = |pointers: &[u32], indices: &[u16], values: &[f32]| {
            let pointers = pointers.iter().flat_map(|n| n.to_le_bytes());
            let indices = indices.iter().flat_map(|n| n.to_le_bytes());
            let values = values.iter().flat_map(|n| n.to_le_bytes());
            pointers.chain(indices).chain(values).collect::<Vec<u8>>()
        };
        let by_row = [2.0, 3.0, 4.0];
        for (name, bytes) in [
            ("dense", numbers(&[], &[], &[0.0, 2.0, 0.0, 3.0, 0.0, 4.0])),
            ("csr", numbers(&[0, 1, 3], &[1, 0, 2], &by_row)),
            ("csc", numbers(&[0, 1, 2, 3], &[1, 0, 1], &[3.0, 2.0, 4.0])),
            ("coo", numbers(&[], &[0, 1, 1, 1, 0, 2], &by_row)),
            ("bitmask", [vec![0b101_010], numbers(&[], &[], &by_row)].concat()),
        ] {
            assert_eq!((find(name).encode)(&matrix), bytes, "{name}");
        }
    }

    #[test]
    fn every_matrix_comes_back_from_every_format() {
        proptest!(|(rows in 1..20_usize, columns in 1..20_usize, density in 0.0..=1.0_f32, seed: u64)| {
            let mut rng = Rng::stream(seed, Stream::Initialisation, 0);
            let mut matrix = rng.normal_matrix((rows, columns));
            matrix.mapv_inplace(|w| if rng.uniform() < density { w } else { 0.0 });
            for format in ALL {
                let mut bytes = (format.encode)(&matrix);
                let back = (format.decode)(&bytes, (rows, columns));
                prop_assert_eq!(back.as_ref(), Some(&matrix));
                bytes.push(0);
                prop_assert_eq!((format.decode)(&bytes, (rows, columns)), None);
            }
        });
    }

    #[test]
    fn indices_beyond_65536_come_back() {
        for shape in [(65_537, 1), (1, 65_537)] {
            let mut matrix = Matrix::zeros(shape);
            *matrix.last_mut().expect("an entry") = 5.0;
            let bytes = (find("coo").encode)(&matrix);
            assert_eq!(bytes.len(), 4 + 2 + 4, "the other index keeps its two bytes");
            for format in ALL {
                let bytes = (format.encode)(&matrix);
                assert_eq!((format.decode)(&bytes, shape).as_ref(), Some(&matrix));
            }
        }
    }

    #[test]
    fn foreign_bytes_are_survived() {
        proptest!(|(bytes in proptest::collection::vec(any::<u8>(), 0..100), rows in 0..9_usize, columns in 0..9_usize)| {
            for format in ALL {
                if let Some(matrix) = (format.decode)(&bytes, (rows, columns)) {
                    prop_assert_eq!(matrix.dim(), (rows, columns));
                }
            }
        });
    }

    #[test]
    fn a_network_is_the_sum_of_its_layers_and_biases() {
        let settings = Settings {
            network: crate::topology::Topology::dense(&[9, 7, 3]),
            ..Settings::default()
        };
        let mut rng = Rng::stream(1, Stream::Initialisation, 0);
        let network = Network::new(&settings.architecture(), &mut rng);
        // Between the smallest and the largest ln α of the initial weights.
        let layers = pruned(&network, -4.0);
        let kept: usize = network.weights().iter().map(|layer| layer.kept(-4.0)).sum();
        assert!(0 < kept && kept < 84, "{kept}");
        let biases = 4 * (7 + 3);
        let expected = [
            4 * 84 + biases,
            4 * (10 + 8) + 6 * kept + biases,
            4 * (8 + 4) + 6 * kept + biases,
            8 * kept + biases,
            63_usize.div_ceil(8) + 21_usize.div_ceil(8) + 4 * kept + biases,
        ];
        assert_eq!(sizes(&layers), expected);
    }
}
