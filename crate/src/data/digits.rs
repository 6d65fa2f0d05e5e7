//! The embedded data: 1,797 handwritten digits of 8×8 pixels.

use super::{Data, Dataset, Features, File, hold_out, unpack};

/// UCI "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, 1998), as `build.rs`
/// packs it: 64 columns of pixels 0 … 16, then one of digits.
const DIGITS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/digits.gz"));
const PIXELS: usize = 64;

const SOUND: &str = "the embedded file is sound";

/// The digits: 1,437 training and 360 test images of (8, 8), 10 classes, pixels in [0, 1].
pub fn digits() -> Data {
    let (train, test) = hold_out(&all());
    Data::new("digits", train, test, Some((8, 8))).expect(SOUND)
}

/// All 1,797 of them in one set.
pub(super) fn all() -> Dataset {
    let file = File { name: "digits".into(), bytes: DIGITS.to_vec() };
    let columns = unpack::inflate(file).expect(SOUND).bytes;
    let n = columns.len() / (PIXELS + 1);
    let pixel = |image: usize| (0..PIXELS).map(move |pixel| pixel * n + image);
    let values = (0..n).flat_map(pixel).map(|place| columns[place]).collect();
    let features = Features::Bytes { values, scale: 1.0 / 16.0 };
    Dataset::new(features, PIXELS, columns[PIXELS * n..].to_vec())
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
