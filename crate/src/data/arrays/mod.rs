//! Arrays of numbers in files: MNIST's IDX and NumPy's NPY.
//!
//! To add a format: one file with a `parse` and a test of its first bytes, one entry of
//! [`FORMATS`] (and of `kinds`, which tells arrays from other files).

mod idx;
mod npy;
mod pairs;

use half::f16;

use super::cells::Cells;
use super::{Data, File, grouped};
use crate::error::{Error, Result};

/// Data from arrays of images or features and of labels, unpacked.
pub(super) fn from_arrays(files: Vec<File>) -> Result<Data> {
    pairs::from_arrays(files.into_iter().map(parse).collect::<Result<Vec<_>>>()?)
}

/// Whether the file that begins with `bytes` holds an array.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    FORMATS.iter().any(|format| (format.is)(bytes))
}

/// A way to write an array.
struct Format {
    is: fn(&[u8]) -> bool,
    parse: fn(File) -> Result<Array>,
}

const FORMATS: &[Format] =
    &[Format { is: idx::is, parse: idx::parse }, Format { is: npy::is, parse: npy::parse }];

fn parse(file: File) -> Result<Array> {
    let format = FORMATS.iter().find(|format| (format.is)(&file.bytes));
    (format.expect("only arrays are taken for arrays").parse)(file)
}

/// What a file holds: numbers in rows of rows.
#[derive(Clone, Debug, PartialEq)]
struct Array {
    name: String,
    /// Its sizes, the number of objects first.
    shape: Vec<usize>,
    cells: Cells,
    /// How it was read, if that was not plain.
    notices: Vec<String>,
}

/// How a number is written: its family and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Unsigned(usize),
    Signed(usize),
    Float(usize),
}

impl Number {
    fn size(self) -> usize {
        let (Self::Unsigned(size) | Self::Signed(size) | Self::Float(size)) = self;
        size
    }

    fn read(self, bytes: &[u8], big_endian: bool) -> f64 {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        if big_endian {
            word[..bytes.len()].reverse();
        }
        let bits = u64::from_le_bytes(word);
        let unused = 64 - 8 * bytes.len();
        match self {
            Self::Unsigned(_) => bits as f64,
            Self::Signed(_) => ((bits << unused) as i64 >> unused) as f64,
            Self::Float(2) => f16::from_bits(bits as u16).to_f64(),
            Self::Float(4) => f64::from(f32::from_bits(bits as u32)),
            Self::Float(_) => f64::from_bits(bits),
        }
    }
}

impl Array {
    /// The array `name` of the sizes `shape` whose numbers are what follows in `bytes` from `at`.
    ///
    /// # Errors
    /// More or fewer bytes than the sizes ask for, or a number that is none.
    fn of(
        name: String,
        shape: Vec<usize>,
        mut bytes: Vec<u8>,
        at: usize,
        number: Number,
        big_endian: bool,
    ) -> Result<Self> {
        let found = bytes.len() - at;
        // The file itself bounds what is believed.
        let expected = shape
            .iter()
            .fold(number.size() as u128, |product, &size| product.saturating_mul(size as u128));
        if expected != found as u128 || expected == 0 {
            let what = content(&shape);
            return Err(Error::new(match usize::try_from(expected) {
                Ok(0) => format!("{name}: expected at least one byte of {what}, found sizes of 0"),
                Ok(n) if n <= super::unpack::LARGEST => {
                    let (n, found) = (grouped(n), grouped(found));
                    format!("{name}: expected {n} bytes of {what}, found {found}")
                }
                _ => format!("{name}: expected sizes that fit memory, found {what}"),
            }));
        }
        bytes.drain(..at);
        let cells = match number {
            Number::Unsigned(1) => Cells::Bytes(bytes),
            _ => {
                let mut cells = Cells::default();
                for (i, bytes) in bytes.chunks_exact(number.size()).enumerate() {
                    let value = number.read(bytes, big_endian) as f32;
                    if !value.is_finite() {
                        return Err(Error::new(format!(
                            "{name}: expected numbers, found {value} at place {}",
                            grouped(i)
                        )));
                    }
                    cells.push(value);
                }
                cells
            }
        };
        Ok(Self { name, shape, cells, notices: Vec::new() })
    }
}

/// What an array of the sizes `shape` holds, in words.
fn content(shape: &[usize]) -> String {
    let count = grouped(shape.first().copied().unwrap_or(1));
    match shape {
        [] => "one number".into(),
        [_] => "labels".into(),
        [_, width] => format!("features ({count} objects of {width})"),
        [_, sizes @ ..] => {
            let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
            format!("pixels ({count} images of {})", sizes.join("×"))
        }
    }
}
