//! The built-in data: 1,797 handwritten digits of 8×8 pixels.
//!
//! Programs have them inside. The page fetches them beside its module, which compiles meanwhile,
//! and hands them over with [`load_digits`].

use std::sync::OnceLock;

use super::{Data, Dataset, Features, File, grouped, hold_out, unpack};
use crate::error::{Error, Result};

const OBJECTS: usize = 1797;
const PIXELS: usize = 64;

/// UCI "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, 1998): 64 columns of
/// pixels 0 … 16, then one of digits.
static COLUMNS: OnceLock<Vec<u8>> = OnceLock::new();

const SOUND: &str = "the digits are sound";

/// Takes the file that `build.rs` packs; once is enough.
///
/// # Errors
/// The bytes are not that file, or not all of it.
pub fn load_digits(bytes: Vec<u8>) -> Result<()> {
    let columns = unpack::inflate(File { name: "pkg/digits.gz".into(), bytes })?.bytes;
    let (found, expected) = (columns.len(), OBJECTS * (PIXELS + 1));
    if found != expected {
        return Err(Error::new(format!(
            "pkg/digits.gz: expected {} bytes once unzipped, found {}",
            grouped(expected),
            grouped(found)
        )));
    }
    COLUMNS.get_or_init(|| columns);
    Ok(())
}

#[cfg(not(target_arch = "wasm32"))]
fn columns() -> &'static [u8] {
    if COLUMNS.get().is_none() {
        let embedded = include_bytes!(concat!(env!("OUT_DIR"), "/digits.gz"));
        load_digits(embedded.to_vec()).expect(SOUND);
    }
    COLUMNS.get().expect(SOUND)
}

#[cfg(target_arch = "wasm32")]
fn columns() -> &'static [u8] {
    COLUMNS.get().expect("the worker loads them before any run")
}

/// The digits: 1,437 training and 360 test images of (8, 8), 10 classes, pixels in [0, 1].
pub fn digits() -> Data {
    let (train, test) = hold_out(&all());
    Data::new("digits", train, test, Some((8, 8))).expect(SOUND)
}

/// All 1,797 of them in one set.
pub(super) fn all() -> Dataset {
    let columns = columns();
    let pixel = |image: usize| (0..PIXELS).map(move |pixel| pixel * OBJECTS + image);
    let values = (0..OBJECTS).flat_map(pixel).map(|place| columns[place]).collect();
    let features = Features::Bytes { values, scale: 1.0 / 16.0 };
    Dataset::new(features, PIXELS, columns[PIXELS * OBJECTS..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a over all features and labels in order.
    fn checksum(set: &Dataset) -> u64 {
        let mut row = vec![0.0; set.width()];
        let mut hash = 0xCBF2_9CE4_8422_2325_u64;
        for (i, &label) in set.labels().iter().enumerate() {
            set.copy_row(i, &mut row);
            let bytes = row.iter().map(|&x| (16.0 * x) as u8);
            for byte in bytes.chain([label]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            }
        }
        hash
    }

    #[test]
    fn the_parts_have_their_published_sizes_and_classes() {
        let data = digits();
        assert_eq!((data.train.len(), data.test.len()), (1437, 360));
        assert_eq!((data.features(), data.image, data.classes), (64, Some((8, 8)), 10));
        let count = |set: &Dataset| {
            let mut counts = [0_usize; 10];
            set.labels().iter().for_each(|&label| counts[label as usize] += 1);
            counts
        };
        let (train, test) = (count(&data.train), count(&data.test));
        for class in 0..10 {
            let all = train[class] + test[class];
            assert_eq!(all, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180][class]);
            assert!((test[class] as f32 - all as f32 / 5.0).abs() <= 1.0);
        }
    }

    #[test]
    fn other_bytes_are_refused_by_name() {
        let says = |bytes: &[u8]| load_digits(bytes.to_vec()).unwrap_err().to_string();
        for bytes in [&unpack::deflate(&[7; 116_804]), &b"<!doctype html>"[..]] {
            let error = says(bytes);
            assert!(error.contains("pkg/digits.gz: expected 116,805 bytes"), "{error}");
        }
        assert!(says(&unpack::deflate(&[7; 116_805])[..40]).contains("corrupt"));
        assert!(says(b"").contains("pkg/digits.gz"));
    }

    #[test]
    fn pixels_are_sixteenths_and_reach_one() {
        let rows = digits().train.rows(&(0..1437).collect::<Vec<_>>());
        assert!(rows.iter().all(|&x| (0.0..=1.0).contains(&x) && (16.0 * x).fract() == 0.0));
        assert!(rows.iter().any(|&x| x == 1.0));
    }

    #[test]
    fn the_split_never_moves() {
        let data = digits();
        assert_eq!(
            (checksum(&data.train), checksum(&data.test)),
            (4699309165636212086, 11068736296786922498)
        );
    }
}
