//! The IDX format of MNIST: a magic number, big-endian sizes, bytes.

use super::{File, grouped};
use crate::error::{Error, Result};

/// Bytes 2 and 3 of the magic number: unsigned bytes, in one or three dimensions.
const LABELS: [u8; 4] = [0, 0, 8, 1];
const IMAGES: [u8; 4] = [0, 0, 8, 3];

/// Images of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Images {
    pub name: String,
    pub count: usize,
    /// (height, width)
    pub shape: (usize, usize),
    /// (count, height, width)
    pub pixels: Vec<u8>,
}

/// Labels, one byte each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Labels {
    pub name: String,
    pub labels: Vec<u8>,
}

/// What an IDX file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Idx {
    Images(Images),
    Labels(Labels),
}

/// Reads one IDX file of images or labels. The bytes are kept, not copied.
///
/// # Errors
/// Another magic number, sizes of zero, or more or fewer bytes than the sizes ask for.
pub(super) fn parse(file: File) -> Result<Idx> {
    let File { name, mut bytes } = file;
    let dimensions = match bytes.first_chunk() {
        Some(&LABELS) => 1,
        Some(&IMAGES) => 3,
        _ => return Err(unlike(&name, &bytes)),
    };
    let header = 4 + 4 * dimensions;
    if bytes.len() < header {
        return Err(Error::new(format!(
            "{name}: expected an IDX header of {header} bytes, found {}",
            bytes.len()
        )));
    }
    let size = |i: usize| {
        let at = 4 + 4 * i;
        u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    };
    let sizes: Vec<u32> = (0..dimensions).map(size).collect();
    let found = bytes.len() - header;
    // Three 32-bit sizes fit 96 bits; the file itself bounds what is believed.
    let expected: u128 = sizes.iter().map(|&size| u128::from(size)).product();
    if expected != found as u128 || expected == 0 {
        let what = match sizes[..] {
            [count, height, width] => {
                format!("pixels ({} images of {height}×{width})", grouped(count as usize))
            }
            _ => "labels".into(),
        };
        return Err(Error::new(match usize::try_from(expected) {
            Ok(0) => format!("{name}: expected at least one byte of {what}, found sizes of 0"),
            Ok(n) => {
                format!("{name}: expected {} bytes of {what}, found {}", grouped(n), grouped(found))
            }
            Err(_) => format!("{name}: expected sizes that fit memory, found {what}"),
        }));
    }
    bytes.drain(..header);
    Ok(match sizes[..] {
        [count, height, width] => Idx::Images(Images {
            name,
            count: count as usize,
            shape: (height as usize, width as usize),
            pixels: bytes,
        }),
        _ => Idx::Labels(Labels { name, labels: bytes }),
    })
}

/// Says what a file is that is no IDX file of ours.
fn unlike(name: &str, bytes: &[u8]) -> Error {
    let start = &bytes[..bytes.len().min(16)];
    let printable = start.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace());
    let found = if bytes.starts_with(b"PK") {
        "a zip archive; unpack it first".into()
    } else if printable {
        let text = String::from_utf8_lossy(start);
        format!("text that starts with “{}”", text.split_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        let hex: Vec<_> = start.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        hex.join(" ")
    };
    Error::new(format!(
        "{name}: expected an IDX file (its first bytes are 00 00 08 03 for images, 00 00 08 01 for \
         labels) or a name that ends in .csv, found {found}"
    ))
}

/// The file that holds `images`, for tests.
#[cfg(test)]
pub(super) fn image_file(images: &Images) -> File {
    let mut bytes = IMAGES.to_vec();
    for size in [images.count, images.shape.0, images.shape.1] {
        bytes.extend((size as u32).to_be_bytes());
    }
    bytes.extend(&images.pixels);
    File { name: images.name.clone(), bytes }
}

/// The file that holds `labels`, for tests.
#[cfg(test)]
pub(super) fn label_file(name: &str, labels: &[u8]) -> File {
    let count = (labels.len() as u32).to_be_bytes();
    File { name: name.into(), bytes: [&LABELS[..], &count, labels].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::{file, refusal};
    use proptest::prelude::*;

    fn images(count: usize, shape: (usize, usize)) -> Images {
        let pixels = (0..count * shape.0 * shape.1).map(|i| (i * 37 % 251) as u8).collect();
        Images { name: "images".into(), count, shape, pixels }
    }

    #[test]
    fn images_and_labels_come_back() {
        let images = images(5, (3, 2));
        assert_eq!(parse(image_file(&images)).unwrap(), Idx::Images(images));
        let labels = Labels { name: "labels".into(), labels: vec![3, 1, 4] };
        assert_eq!(parse(label_file("labels", &labels.labels)).unwrap(), Idx::Labels(labels));
    }

    #[test]
    fn cut_or_overlong_files_are_refused() {
        let whole = image_file(&images(12, (3, 2)));
        let cut = file("cut", &whole.bytes[..whole.bytes.len() - 1]);
        refusal(vec![cut], &["cut: expected 72 bytes of pixels (12 images of 3×2), found 71"]);
        let long = file("long", [&whole.bytes[..], &[0, 0]].concat());
        refusal(vec![long], &["long: expected 72 bytes", "found 74"]);
        let labels = label_file("labels", &[1; 1500]).bytes;
        refusal(vec![file("labels", &labels[..1000])], &["1,500 bytes of labels, found 992"]);
        refusal(vec![file("header", &whole.bytes[..9])], &["header of 16 bytes, found 9"]);
    }

    #[test]
    fn impossible_sizes_are_refused() {
        let huge = [&IMAGES[..], &[0xFF; 12], &[1, 2, 3]].concat();
        refusal(vec![file("huge", huge)], &["huge: expected sizes that fit memory", "4294967295"]);
        let zero = [&IMAGES[..], &[0; 12]].concat();
        refusal(vec![file("zero", zero)], &["zero: expected at least one byte", "sizes of 0"]);
    }

    #[test]
    fn other_kinds_of_file_are_recognised() {
        refusal(
            vec![file("a.html", "<!DOCTYPE html>\n<p>")],
            &["a.html", "text", "<!DOCTYPE html>"],
        );
        refusal(vec![file("a.zip", b"PK\x03\x04")], &["a.zip", "zip archive"]);
        refusal(vec![file("a.png", b"\x89PNG\r\n")], &["a.png", "00 00 08 03", "89 50 4e 47"]);
        refusal(vec![file("floats", [0, 0, 13, 3])], &["floats", "00 00 0d 03"]);
        refusal(vec![file("short", [0])], &["short", "found 00"]);
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(
            magic in prop::sample::select(vec![vec![], LABELS.to_vec(), IMAGES.to_vec()]),
            rest in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let _ = parse(file("x", [magic, rest].concat()));
        }

        #[test]
        fn a_changed_byte_never_panics(at in 0_usize..46, value in any::<u8>()) {
            let mut changed = image_file(&images(5, (3, 2)));
            changed.bytes[at] = value;
            if let Ok(Idx::Images(Images { pixels, .. })) = parse(changed) {
                prop_assert_eq!(pixels.len(), 30);
            }
        }
    }
}
