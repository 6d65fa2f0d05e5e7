//! Files as they came, gzipped or in ZIP archives, and never more than memory can hold.

use super::{File, grouped, gzip, kinds, zip};
use crate::error::{Error, Result};

/// The largest file, inflated, in bytes: ten times MNIST; a page has 4 GB at most.
pub(super) const LARGEST: usize = 512 << 20;

/// The files that `file` holds, inflated: itself, or those in an archive of files.
///
/// # Errors
/// As [`inflate`] and [`zip::members`].
pub(super) fn unpack(file: File) -> Result<Vec<File>> {
    if !file.bytes.starts_with(&zip::MAGIC) || kinds::is_document(&file.bytes) {
        return Ok(vec![inflate(file)?]);
    }
    // An empty file inside an archive is nobody's mistake.
    let members = zip::members(&file, LARGEST)?.into_iter().filter(|m| !m.bytes.is_empty());
    members.map(inflate).collect()
}

/// The file with its bytes inflated if they are gzipped, whatever its name says.
///
/// # Errors
/// An empty file, more than 512 MB, or a gzip stream that breaks off or fails its checksum.
pub(super) fn inflate(file: File) -> Result<File> {
    inflate_at_most(file, LARGEST)
}

fn inflate_at_most(file: File, largest: usize) -> Result<File> {
    let File { name, bytes } = file;
    let too_large = |size: String| {
        let limit = grouped(largest);
        Err(Error::new(format!("{name}: expected at most {limit} bytes, found {size}")))
    };
    if bytes.is_empty() {
        return Err(Error::new(format!("{name}: expected data, found an empty file (0 bytes)")));
    }
    if bytes.len() > largest {
        return too_large(grouped(bytes.len()));
    }
    if !bytes.starts_with(&gzip::MAGIC) {
        return Ok(File { name, bytes });
    }
    let mut inflated = Vec::new();
    match gzip::inflate(&bytes, &mut inflated, largest + 1).map(|()| inflated.len()) {
        Err(error) => Err(Error::new(format!(
            "{name}: expected a whole gzip file, found one that is corrupt ({error}) after {} bytes; \
             fetch it again",
            grouped(inflated.len()),
        ))),
        Ok(size) if size > largest => too_large("more once unzipped".into()),
        Ok(0) => Err(Error::new(format!(
            "{name}: expected data, found an empty file (0 bytes) once unzipped"
        ))),
        Ok(_) => Ok(File { name, bytes: inflated }),
    }
}

/// `bytes` as a gzip file, for tests.
#[cfg(test)]
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory is writable");
    encoder.finish().expect("memory is writable")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::{file, refusal};
    use proptest::prelude::*;

    #[test]
    fn unusable_files_are_refused_by_name() {
        refusal(vec![file("nothing.csv", [])], &["nothing.csv", "empty file", "0 bytes"]);
        refusal(vec![file("empty.csv.gz", deflate(b""))], &["empty.csv.gz", "unzipped"]);
        let mut cut = deflate(&[7; 5000]);
        cut.truncate(cut.len() - 6);
        refusal(vec![file("cut.gz", cut)], &["cut.gz", "gzip", "corrupt"]);
        let mut wrong = deflate(&[7; 5000]);
        let last = wrong.len() - 5;
        wrong[last] ^= 1;
        refusal(vec![file("wrong.gz", wrong)], &["wrong.gz", "corrupt"]);
    }

    #[test]
    fn large_files_are_refused_before_they_fill_memory() {
        let sentence = |bytes| inflate_at_most(file("big", bytes), 1000).unwrap_err().to_string();
        assert!(sentence(vec![1; 1001]).contains("big: expected at most 1,000 bytes, found 1,001"));
        let bomb = deflate(&vec![0; 200_000]);
        assert!(bomb.len() < 1000 && sentence(bomb).contains("more once unzipped"));
        assert!(inflate_at_most(file("fits", deflate(&[0; 1000])), 1000).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_come_back_from_gzip(bytes in prop::collection::vec(any::<u8>(), 1..2000)) {
            let whole = file("x", bytes);
            let zipped = file("x", deflate(&whole.bytes));
            prop_assert_eq!(inflate(zipped).unwrap(), whole);
        }

        #[test]
        fn a_damaged_gzip_never_panics(
            bytes in prop::collection::vec(any::<u8>(), 1..500),
            at in any::<prop::sample::Index>(),
            value in any::<u8>(),
        ) {
            let mut zipped = deflate(&bytes);
            let at = at.index(zipped.len());
            zipped[at] = value;
            if let Ok(file) = inflate_at_most(file("x", zipped), 1000) {
                prop_assert!(file.bytes.len() <= 1000);
            }
        }
    }
}
