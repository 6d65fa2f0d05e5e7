//! ZIP archives, NPZ among them: the files inside, checked.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};

use super::{File, gzip};
use crate::error::{Error, Result};

/// What ZIP archives begin with.
pub(super) const MAGIC: [u8; 4] = *b"PK\x03\x04";

/// The files in the archive `file`, called archive/file, while all have at most `most` bytes.
///
/// # Errors
/// An archive that is torn or damaged, another method than deflate, encryption, or more bytes.
pub(super) fn members(file: &File, most: usize) -> Result<Vec<File>> {
    let File { name, bytes } = file;
    let because = |why: String| Error::new(format!("{name}: {why}"));
    let torn = |error: rawzip::Error| {
        because(format!("expected a whole ZIP archive, found a torn one ({error}); fetch it again"))
    };
    let archive = ZipArchive::from_slice(bytes).map_err(torn)?;
    let mut entries = archive.entries();
    let mut members = Vec::new();
    let mut left = most;
    while let Some(entry) = entries.next_entry().map_err(torn)? {
        if entry.is_dir() {
            continue;
        }
        let member = String::from_utf8_lossy(entry.file_path().as_bytes()).replace('\\', "/");
        let packed = archive.get_entry(entry.wayfinder()).map_err(torn)?.data();
        let mut unpacked = Vec::new();
        let limit = left as u64 + 1;
        let read = match entry.compression_method() {
            _ if entry.flags().is_encrypted() => {
                return Err(because(format!("{member} is encrypted; unpack it first")));
            }
            CompressionMethod::STORE => packed.take(limit).read_to_end(&mut unpacked),
            CompressionMethod::DEFLATE => {
                DeflateDecoder::new(packed).take(limit).read_to_end(&mut unpacked)
            }
            _ => return Err(because(format!("{member} is packed in a rare way; unpack it first"))),
        };
        left = left.checked_sub(unpacked.len()).ok_or_else(|| {
            because(format!("expected at most {} MB, found more once unpacked", most >> 20))
        })?;
        if read.is_err() || gzip::checksum(&unpacked) != entry.crc32() {
            return Err(because(format!(
                "expected a whole ZIP archive, found {member} damaged in it; fetch it again"
            )));
        }
        members.push(File { name: format!("{name}/{member}"), bytes: unpacked });
    }
    Ok(members)
}

/// An archive of `members`, deflated, for tests.
#[cfg(test)]
pub(super) fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in members {
        let file = archive.new_file(name).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().unwrap();
        let fast = flate2::Compression::fast();
        let mut writer = config.wrap(flate2::write::DeflateEncoder::new(&mut entry, fast));
        writer.write_all(bytes).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::file;
    use proptest::prelude::*;

    #[test]
    fn members_come_back_and_damage_is_told() {
        let whole = archive(&[("a.csv", b"1,2\n"), ("b/c.npy", &[7; 900])]);
        let found = members(&file("x.zip", &whole[..]), 1000).unwrap();
        assert_eq!(found[0], file("x.zip/a.csv", "1,2\n"));
        assert_eq!(found[1], file("x.zip/b/c.npy", [7; 900]));
        let sentence =
            |bytes: &[u8], most| members(&file("x.zip", bytes), most).unwrap_err().to_string();
        assert!(sentence(&whole, 800).contains("found more once unpacked"));
        assert!(sentence(&whole[..whole.len() / 2], 1000).contains("torn"));
        let mut damaged = whole;
        damaged[35] ^= 0xFF;
        assert!(sentence(&damaged, 1000).contains("a.csv damaged"));
    }

    proptest! {
        #[test]
        fn a_damaged_archive_never_panics_or_swells(
            at in any::<prop::sample::Index>(),
            value in any::<u8>(),
        ) {
            let mut bytes = archive(&[("a.csv", b"1,2\n"), ("b/c.npy", &[7; 900])]);
            let at = at.index(bytes.len());
            bytes[at] = value;
            if let Ok(found) = members(&file("x.zip", bytes), 1000) {
                prop_assert!(found.iter().map(|file| file.bytes.len()).sum::<usize>() <= 1000);
            }
        }
    }
}
