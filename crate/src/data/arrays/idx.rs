//! The IDX format of MNIST and its kin: a magic number, sizes, numbers, all big-endian.

use super::{Array, Number};
use crate::data::File;
use crate::error::{Error, Result};

/// QMNIST's labels have eight columns of whole numbers; the first is the class.
const QMNIST: usize = 8;

/// Whether a file begins with IDX's magic number, the right way round or the wrong.
pub(super) fn is(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_some_and(|magic| header(magic).is_some())
}

/// Type of the numbers, number of sizes, and whether the magic number is big-endian.
fn header(magic: &[u8; 4]) -> Option<(Number, usize, bool)> {
    let (code, sizes, big_endian) = match *magic {
        [0, 0, code, sizes] => (code, sizes, true),
        [sizes, code, 0, 0] => (code, sizes, false),
        _ => return None,
    };
    let number = match code {
        8 => Number::Unsigned(1),
        9 => Number::Signed(1),
        11 => Number::Signed(2),
        12 => Number::Signed(4),
        13 => Number::Float(4),
        14 => Number::Float(8),
        _ => return None,
    };
    (1..=8).contains(&sizes).then_some((number, usize::from(sizes), big_endian))
}

/// Reads one IDX file. Bytes are kept, not copied. Sizes in the wrong order are told, and believed
/// if they fit the file.
///
/// # Errors
/// Sizes of zero, or more or fewer bytes than the sizes ask for.
pub(super) fn parse(file: File) -> Result<Array> {
    let File { name, bytes } = file;
    let known = bytes.first_chunk().and_then(header);
    let (number, dimensions, big_endian) =
        known.ok_or_else(|| Error::new(format!("{name}: expected an IDX file")))?;
    let start = 4 + 4 * dimensions;
    let Some(sizes) = bytes.get(4..start) else {
        return Err(Error::new(format!(
            "{name}: expected an IDX header of {start} bytes, found {}",
            bytes.len()
        )));
    };
    let sizes = sizes.as_chunks::<4>().0;
    let found = (bytes.len() - start) as u128;
    let read = |word: fn([u8; 4]) -> u32| -> Vec<usize> {
        sizes.iter().map(|&size| word(size) as usize).collect()
    };
    let (usual, swapped) = (read(u32::from_be_bytes), read(u32::from_le_bytes));
    let fits = |shape: &[usize]| {
        let bytes = |product: u128, &size: &usize| product.saturating_mul(size as u128);
        shape.iter().fold(number.size() as u128, bytes) == found
    };
    let wrong_way = !fits(&usual) && fits(&swapped);
    let shape = if wrong_way { swapped } else { usual };
    let mut array = Array::of(name, shape, bytes, start, number, !wrong_way)?;
    if wrong_way || !big_endian {
        array.notices.push(format!(
            "{}: its sizes are little-endian, which IDX files are not; it was read so.",
            array.name
        ));
    }
    if let [count, QMNIST] = array.shape[..]
        && number == Number::Signed(4)
    {
        let classes = (0..count).map(|i| array.cells.get(QMNIST * i));
        let mut cells = super::Cells::default();
        classes.for_each(|class| cells.push(class));
        array.notices.push(format!(
            "{}: the first of its eight columns is the label, as in QMNIST.",
            array.name
        ));
        (array.shape, array.cells) = (vec![count], cells);
    }
    Ok(array)
}

/// The file that holds bytes of the sizes `shape`, for tests.
#[cfg(test)]
pub(super) fn idx_file(name: &str, shape: &[usize], values: &[u8]) -> File {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    shape.iter().for_each(|&size| bytes.extend((size as u32).to_be_bytes()));
    bytes.extend(values);
    File { name: name.into(), bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::cells::Cells;
    use crate::data::tests::{file, refusal};
    use proptest::prelude::*;

    fn images(count: usize, height: usize, width: usize) -> File {
        let pixels: Vec<u8> = (0..count * height * width).map(|i| (i * 37 % 251) as u8).collect();
        idx_file("images", &[count, height, width], &pixels)
    }

    #[test]
    fn images_and_labels_come_back() {
        let read = parse(images(5, 3, 2)).unwrap();
        assert_eq!((read.shape, read.cells.get(29)), (vec![5, 3, 2], (29 * 37 % 251) as f32));
        let labels = parse(idx_file("labels", &[3], &[3, 1, 4])).unwrap();
        assert_eq!((labels.shape, labels.cells), (vec![3], Cells::Bytes(vec![3, 1, 4])));
    }

    #[test]
    fn every_type_of_number_is_read() {
        let of = |code: u8, bytes: &[u8]| {
            let read = parse(file("x", [&[0, 0, code, 1, 0, 0, 0, 2], bytes].concat())).unwrap();
            (read.cells.get(0), read.cells.get(1))
        };
        assert_eq!(of(8, &[200, 1]), (200.0, 1.0));
        assert_eq!(of(9, &[0xFF, 1]), (-1.0, 1.0));
        assert_eq!(of(11, &[0xFF, 0xFE, 1, 0]), (-2.0, 256.0));
        assert_eq!(of(12, &[0xFF, 0xFF, 0xFF, 0xFD, 0, 1, 0, 0]), (-3.0, 65536.0));
        let floats = [0.5_f32, -1.5].map(f32::to_be_bytes);
        assert_eq!(of(13, floats.as_flattened()), (0.5, -1.5));
        let doubles = [0.25_f64, 3e9].map(f64::to_be_bytes);
        assert_eq!(of(14, doubles.as_flattened()), (0.25, 3e9));
    }

    #[test]
    fn sizes_in_the_wrong_order_are_told() {
        for magic in [[0, 0, 12, 2], [2, 12, 0, 0]] {
            let sizes = [2_u32.to_le_bytes(), 1_u32.to_le_bytes()];
            let numbers = [7_i32.to_le_bytes(), (-7_i32).to_le_bytes()];
            let bytes = [&magic[..], sizes.as_flattened(), numbers.as_flattened()].concat();
            let read = parse(file("x", bytes)).unwrap();
            assert_eq!((read.shape, read.cells.get(1)), (vec![2, 1], -7.0));
            assert!(read.notices[0].contains("little-endian"));
        }
    }

    #[test]
    fn the_class_is_the_first_of_qmnists_columns() {
        let numbers: Vec<u8> = (0..24_i32).flat_map(i32::to_be_bytes).collect();
        let bytes = [&[0, 0, 12, 2, 0, 0, 0, 3, 0, 0, 0, 8][..], &numbers].concat();
        let read = parse(file("x", bytes)).unwrap();
        assert_eq!((read.shape, read.cells), (vec![3], Cells::Bytes(vec![0, 8, 16])));
    }

    #[test]
    fn cut_or_overlong_files_are_refused() {
        let whole = images(12, 3, 2);
        let cut = file("cut", &whole.bytes[..whole.bytes.len() - 1]);
        refusal(vec![cut], &["cut: expected 72 bytes of pixels (12 images of 3×2), found 71"]);
        let long = file("long", [&whole.bytes[..], &[0, 0]].concat());
        refusal(vec![long], &["long: expected 72 bytes", "found 74"]);
        let labels = idx_file("labels", &[1500], &[1; 1500]).bytes;
        refusal(vec![file("labels", &labels[..1000])], &["1,500 bytes of labels, found 992"]);
        refusal(vec![file("header", &whole.bytes[..9])], &["header of 16 bytes, found 9"]);
        let nan = [&[0, 0, 13, 1, 0, 0, 0, 1][..], &f32::NAN.to_be_bytes()].concat();
        refusal(vec![file("nan", nan)], &["nan: expected numbers, found NaN at place 0"]);
    }

    #[test]
    fn impossible_sizes_are_refused() {
        let huge = [&[0, 0, 8, 3][..], &[0xFF; 12], &[1, 2, 3]].concat();
        refusal(vec![file("huge", huge)], &["huge: expected sizes that fit memory", "4294967295"]);
        let zero = [&[0, 0, 8, 3][..], &[0; 12]].concat();
        refusal(vec![file("zero", zero)], &["zero: expected at least one byte", "sizes of 0"]);
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(
            code in 8_u8..15, sizes in 1_u8..5,
            rest in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let _ = crate::data::from_files(vec![file("x", [&[0, 0, code, sizes], &rest[..]].concat())]);
        }

        #[test]
        fn a_changed_byte_never_panics(at in 0_usize..46, value in any::<u8>()) {
            let mut changed = images(5, 3, 2);
            changed.bytes[at] = value;
            if let Ok(array) = parse(changed) {
                prop_assert!(array.cells.len() <= 42);
            }
        }
    }
}
