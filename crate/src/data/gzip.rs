//! Gzip members around deflated bytes (RFC 1952), checked.
//!
//! The usual checksum looks its steps up in 16 KB of tables, which every visitor would download;
//! this one uses 1 KB.

use std::io::{Error, ErrorKind, Read, Result};

use flate2::bufread::DeflateDecoder;

/// What gzip files begin with.
pub(super) const MAGIC: [u8; 2] = [0x1F, 0x8B];

/// Appends what `bytes` hold, member by member, to `inflated` until that has `most` bytes.
///
/// # Errors
/// A stream that breaks off, is damaged, or does not match its length and checksum.
pub(super) fn inflate(mut bytes: &[u8], inflated: &mut Vec<u8>, most: usize) -> Result<()> {
    while !bytes.is_empty() {
        skip_header(&mut bytes).ok_or_else(|| corrupt("its header breaks off or is not gzip's"))?;
        let start = inflated.len();
        let mut decoder = DeflateDecoder::new(bytes);
        decoder.by_ref().take((most - start) as u64).read_to_end(inflated)?;
        if inflated.len() >= most {
            return Ok(());
        }
        bytes = decoder.into_inner();
        let member = &inflated[start..];
        let trailer = [checksum(member).to_le_bytes(), (member.len() as u32).to_le_bytes()];
        let found = take(&mut bytes, 8).ok_or_else(|| corrupt("its end is missing"))?;
        if found != trailer.as_flattened() {
            return Err(corrupt("its checksum is wrong"));
        }
    }
    Ok(())
}

fn corrupt(why: &str) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// Takes a member's header with its optional fields off the front.
fn skip_header(bytes: &mut &[u8]) -> Option<()> {
    const DEFLATE: u8 = 8;
    let [magic @ .., method, flags, _, _, _, _, _, _] = *take(bytes, 10)?.as_array::<10>()?;
    if magic != MAGIC || method != DEFLATE {
        return None;
    }
    let has = |flag: u8| flags >> flag & 1 == 1;
    if has(2) {
        let length = take(bytes, 2)?;
        take(bytes, usize::from(length[0]) | usize::from(length[1]) << 8)?;
    }
    // The file's name and a comment, each up to a zero byte.
    for _ in [3, 4].into_iter().filter(|&flag| has(flag)) {
        let length = bytes.iter().position(|&byte| byte == 0)?;
        take(bytes, length + 1)?;
    }
    // The header's own checksum.
    if has(1) {
        take(bytes, 2)?;
    }
    Some(())
}

/// CRC-32 with the reversed polynomial of RFC 1952.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    const STEPS: [u32; 256] = {
        let mut steps = [0; 256];
        let mut i = 0;
        while i < 256 {
            let mut step = i as u32;
            let mut bit = 0;
            while bit < 8 {
                step = if step & 1 == 1 { step >> 1 ^ 0xEDB8_8320 } else { step >> 1 };
                bit += 1;
            }
            steps[i] = step;
            i += 1;
        }
        steps
    };
    let step = |sum: u32, &byte: &u8| STEPS[usize::from(sum as u8 ^ byte)] ^ sum >> 8;
    !bytes.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, GzBuilder};
    use std::io::Write;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn members_with_every_optional_field_are_joined() {
        let member = |text: &[u8]| {
            let builder = GzBuilder::new().filename("a name").comment("words").extra([1, 2, 3]);
            let mut encoder = builder.write(Vec::new(), Compression::default());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        let mut inflated = Vec::new();
        let two = [member(b"one, "), member(b"two")].concat();
        inflate(&two, &mut inflated, 100).unwrap();
        assert_eq!(inflated, b"one, two");
        for wrong in [&two[..two.len() - 1], &two[..12], &[&two[..], b"x"].concat()] {
            assert!(inflate(wrong, &mut Vec::new(), 100).is_err());
        }
        inflated.clear();
        inflate(&two, &mut inflated, 6).unwrap();
        assert_eq!(inflated, b"one, t");
    }
}
