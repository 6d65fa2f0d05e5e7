//! NumPy's NPY: a header in Python's notation, then the numbers.

use super::{Array, Number};
use crate::data::File;
use crate::error::{Error, Result};

const MAGIC: &[u8] = b"\x93NUMPY";

/// Whether a file begins as NPY files do.
pub(super) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads one NPY file: whole numbers, floats or truth values in C order.
///
/// # Errors
/// A torn header, other values, Fortran's order, or more or fewer bytes than the shape asks for;
/// each with the line of Python that writes the file as it is read here.
pub(super) fn parse(file: File) -> Result<Array> {
    let File { name, bytes } = file;
    let refuse = |found: String| {
        let array = name.rsplit('/').next().unwrap_or(&name);
        Error::new(format!(
            "{name}: expected a NumPy array of numbers, found {found}; write it again: \
             numpy.save(\"{array}\", numpy.ascontiguousarray(x, \"float32\"))"
        ))
    };
    let Some((header, start)) = header(&bytes).map(|(text, at)| (text.to_owned(), at)) else {
        return Err(refuse("a header that breaks off".into()));
    };
    let described = |key: &str| {
        let (_, rest) = header.split_once(&format!("'{key}':"))?;
        Some(rest.trim_start())
    };
    let kind = described("descr").and_then(quoted);
    let shape = described("shape").and_then(sizes);
    let (Some(kind), Some(shape)) = (kind, shape) else {
        return Err(refuse("a header without its type or shape".into()));
    };
    let (order, code) = kind.split_at_checked(1).unwrap_or_default();
    let number = match code {
        "b1" | "u1" => Number::Unsigned(1),
        "u2" => Number::Unsigned(2),
        "u4" => Number::Unsigned(4),
        "u8" => Number::Unsigned(8),
        "i1" => Number::Signed(1),
        "i2" => Number::Signed(2),
        "i4" => Number::Signed(4),
        "i8" => Number::Signed(8),
        "f2" => Number::Float(2),
        "f4" => Number::Float(4),
        "f8" => Number::Float(8),
        _ if code.starts_with(['U', 'S']) => {
            return Err(Error::new(format!(
                "{name}: expected a NumPy array of numbers, found words; write their numbers: \
                 numpy.save(\"labels.npy\", numpy.unique(x, return_inverse=True)[1])"
            )));
        }
        "O" | "O8" => return Err(refuse("Python objects".into())),
        _ => return Err(refuse(format!("values of the type “{kind}”"))),
    };
    let fortran = described("fortran_order").is_some_and(|rest| rest.starts_with("True"));
    if fortran && shape.len() > 1 {
        return Err(refuse("Fortran's order".into()));
    }
    Array::of(name, shape, bytes, start, number, order == ">")
}

/// The header's text and where the numbers begin.
fn header(bytes: &[u8]) -> Option<(&str, usize)> {
    let version = *bytes.get(MAGIC.len())?;
    let (length, start) = if version == 1 {
        (usize::from(u16::from_le_bytes(*bytes.get(8..)?.first_chunk()?)), 10)
    } else {
        (u32::from_le_bytes(*bytes.get(8..)?.first_chunk()?) as usize, 12)
    };
    let end = start + length;
    Some((str::from_utf8(bytes.get(start..end)?).ok()?, end))
}

/// What stands in quotes at the start of `text`.
fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('\'')?.split('\'').next()
}

/// (60000, 28, 28) or (60000,).
fn sizes(text: &str) -> Option<Vec<usize>> {
    let (inside, _) = text.strip_prefix('(')?.split_once(')')?;
    let sizes = inside.split(',').map(str::trim).filter(|size| !size.is_empty());
    sizes.map(|size| size.parse().ok()).collect()
}

/// The file that holds `bytes` as numbers of the type `kind`, for tests.
#[cfg(test)]
pub(super) fn npy_file(name: &str, kind: &str, shape: &str, bytes: &[u8]) -> File {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    let bytes = [MAGIC, &[1, 0], &length, header.as_bytes(), bytes].concat();
    File { name: name.into(), bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::{file, refusal};
    use proptest::prelude::*;

    #[test]
    fn every_type_of_number_is_read() {
        let of = |kind: &str, bytes: &[u8]| {
            let read = parse(npy_file("x", kind, "(2,)", bytes)).unwrap();
            (read.cells.get(0), read.cells.get(1))
        };
        assert_eq!(of("|u1", &[200, 1]), (200.0, 1.0));
        assert_eq!(of("|b1", &[0, 1]), (0.0, 1.0));
        assert_eq!(of("|i1", &[0xFF, 1]), (-1.0, 1.0));
        assert_eq!(of("<i8", [-5_i64, 9].map(i64::to_le_bytes).as_flattened()), (-5.0, 9.0));
        assert_eq!(of(">i4", [-5_i32, 9].map(i32::to_be_bytes).as_flattened()), (-5.0, 9.0));
        assert_eq!(of("<u2", [65535_u16, 9].map(u16::to_le_bytes).as_flattened()), (65535.0, 9.0));
        assert_eq!(of("<f2", &[0, 0x3C, 0, 0xB8]), (1.0, -0.5));
        assert_eq!(of("<f4", [0.5_f32, -2.0].map(f32::to_le_bytes).as_flattened()), (0.5, -2.0));
        assert_eq!(of(">f8", [0.5_f64, -2.0].map(f64::to_be_bytes).as_flattened()), (0.5, -2.0));
    }

    #[test]
    fn shapes_are_read_and_believed_only_if_they_fit() {
        let read = parse(npy_file("x", "|u1", "(2, 1, 3)", &[0; 6])).unwrap();
        assert_eq!(read.shape, [2, 1, 3]);
        let short = npy_file("x.npy", "|u1", "(2, 4)", &[0; 6]);
        refusal(vec![short], &["x.npy: expected 8 bytes of features (2 objects of 4), found 6"]);
        let huge = npy_file("x.npy", "|u1", "(4294967295, 4294967295, 4294967295)", &[0; 6]);
        refusal(vec![huge], &["x.npy: expected sizes that fit memory"]);
    }

    #[test]
    fn what_is_not_read_comes_with_the_line_that_converts_it() {
        let line = "numpy.save(\"x.npy\", numpy.ascontiguousarray(x, \"float32\"))";
        refusal(vec![npy_file("x.npy", "|O", "(2,)", &[0; 16])], &["Python objects", line]);
        refusal(vec![npy_file("x.npy", "<c8", "(2,)", &[0; 16])], &["type “<c8”", line]);
        refusal(vec![npy_file("x.npy", "<U9", "(2,)", &[0; 72])], &["words", "numpy.unique"]);
        refusal(vec![file("x.npy", b"\x93NUMPY\x01\0v\0{...}")], &["breaks off", line]);
        let mut fortran = npy_file("x.npy", "|u1", "(2, 3)", &[0; 6]).bytes;
        let at = fortran.windows(5).position(|window| window == b"False").unwrap();
        fortran[at..at + 5].copy_from_slice(b"True ");
        refusal(vec![file("x.npy", fortran)], &["Fortran's order", line]);
    }

    proptest! {
        #[test]
        fn a_changed_byte_never_panics(at in any::<prop::sample::Index>(), value in any::<u8>()) {
            let mut bytes = npy_file("x", "<f4", "(12, 2)", &[0; 96]).bytes;
            let at = at.index(bytes.len());
            bytes[at] = value;
            if let Ok(array) = parse(file("x", bytes)) {
                prop_assert!(array.cells.len() <= 96);
            }
        }

        #[test]
        fn random_headers_never_panic(text in "[ -~]{0,60}", version in any::<u8>()) {
            let start = [MAGIC, &[version, 0, text.len() as u8, 0]].concat();
            let _ = crate::data::from_files(vec![file("x", [&start, text.as_bytes()].concat())]);
        }
    }
}
