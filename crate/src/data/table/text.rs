//! Bytes that are text, whatever wrote them: UTF-8, UTF-16 or Latin-1.

/// Whether `bytes` are text: UTF-16 with its mark, or free of control characters.
pub(in super::super) fn is_text(bytes: &[u8]) -> bool {
    utf_16(bytes).is_some() || !bytes.iter().any(|&byte| byte < b' ' && !byte.is_ascii_whitespace())
}

/// `bytes` as UTF-8, and what they were if they were something else.
pub(super) fn as_utf_8(bytes: Vec<u8>) -> (Vec<u8>, Option<&'static str>) {
    if let Some((big_endian, units)) = utf_16(&bytes) {
        let word = if big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
        let units = units.as_chunks().0.iter().map(|&unit| word(unit));
        let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        return (text.collect::<String>().into_bytes(), Some("UTF-16"));
    }
    if str::from_utf8(&bytes).is_ok() {
        return (bytes, None);
    }
    let text: String = bytes.into_iter().map(char::from).collect();
    (text.into_bytes(), Some("Latin-1"))
}

/// Whether UTF-16 is big-endian, and the bytes after its mark.
fn utf_16(bytes: &[u8]) -> Option<(bool, &[u8])> {
    match bytes {
        [0xFF, 0xFE, units @ ..] => Some((false, units)),
        [0xFE, 0xFF, units @ ..] => Some((true, units)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "größe,label\n1,0\n";
        let plain = || text.as_bytes().to_vec();
        assert_eq!(as_utf_8(plain()), (plain(), None));
        let units = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
            [mark].into_iter().chain(text.encode_utf16().map(bytes)).flatten().collect::<Vec<u8>>()
        };
        for bytes in [units([0xFF, 0xFE], u16::to_le_bytes), units([0xFE, 0xFF], u16::to_be_bytes)]
        {
            assert!(is_text(&bytes));
            assert_eq!(as_utf_8(bytes), (plain(), Some("UTF-16")));
        }
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        assert!(is_text(&latin) && !is_text(b"1,\0,2"));
        assert_eq!(as_utf_8(latin), (plain(), Some("Latin-1")));
    }
}
