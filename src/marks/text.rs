//! Bytes of a text file as text: UTF-8, and the UTF-16 of Windows programs.

use std::borrow::Cow;
use std::path::Path;

use crate::error::{Error, Position, Result};

/// The text, without its byte order mark.
///
/// # Errors
/// Bytes that are neither UTF-8 nor marked as UTF-16.
pub(super) fn decode<'a>(path: &Path, bytes: &'a [u8]) -> Result<Cow<'a, str>> {
    let wide = |pair: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|two| pair([two[0], two[1]]));
        let text: String = char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Cow::Owned(text)
    };
    match bytes {
        [0xff, 0xfe, ..] => return Ok(wide(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => return Ok(wide(u16::from_be_bytes)),
        _ => {}
    }
    let text = str::from_utf8(bytes).map_err(|error| Error::Input {
        path: path.to_owned(),
        at: Position::Byte(error.valid_up_to() as u64),
        found: "bytes that are no UTF-8 text".to_owned(),
        expected: "a text table in UTF-8".to_owned(),
        help: "Save the table as \"CSV UTF-8\".".to_owned(),
    })?;
    Ok(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)))
}

/// The first lines, whatever the bytes.
pub(super) fn head(bytes: &[u8]) -> String {
    let few = &bytes[..bytes.len().min(4096)];
    match few {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            decode(Path::new(""), &few[..few.len() & !1]).map(Cow::into_owned).unwrap_or_default()
        }
        _ => String::from_utf8_lossy(few).trim_start_matches('\u{feff}').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_of_both_orders_is_text() {
        let units: Vec<u16> = "Éveil, 夜".encode_utf16().collect();
        let le: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(units.iter().flat_map(|u| u.to_le_bytes())).collect();
        let be: Vec<u8> =
            [0xfe, 0xff].into_iter().chain(units.iter().flat_map(|u| u.to_be_bytes())).collect();
        for bytes in [le, be] {
            assert_eq!(decode(Path::new("a"), &bytes).unwrap(), "Éveil, 夜");
            assert_eq!(head(&bytes), "Éveil, 夜");
        }
    }

    #[test]
    fn a_byte_order_mark_of_utf_8_is_no_text() {
        assert_eq!(decode(Path::new("a"), "\u{feff}onset".as_bytes()).unwrap(), "onset");
        assert!(decode(Path::new("a"), b"on\xffset").is_err());
    }
}
