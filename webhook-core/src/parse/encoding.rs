//! How a tag is encoded.
//!
//! Some encodings have one provider: upper-case digits (NFe.io) and base64 of any kind (Pagar.me).
//! Each is a line here, and custom code would be a whole scheme.

use base64::Engine as _;
use base64::engine::general_purpose::{
    GeneralPurpose, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD,
};

/// How a tag is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal digits, written in lower case and read in either case.
    Hex,
    /// Hexadecimal digits, written in upper case and read in either case.
    HexUpper,
    /// Base64 with padding and the standard alphabet (RFC 4648 §4), in its canonical form only.
    Base64,
    /// Base64 without padding and with the URL-safe alphabet (RFC 4648 §5), in its canonical form
    /// only.
    Base64Url,
    /// Base64 in either alphabet, with or without padding. Written like
    /// [`Base64Url`](Self::Base64Url). Only for providers that use several forms.
    Base64Any,
}

/// Decodes into `bytes` and returns the number of bytes written. `None` if the text is not valid in
/// this encoding.
pub(crate) fn decode(spelled: &[u8], encoding: Encoding, bytes: &mut [u8]) -> Option<usize> {
    match encoding {
        Encoding::Hex | Encoding::HexUpper => {
            let len = spelled.len() / 2;
            if has_prefix(spelled) {
                return None;
            }
            const_hex::decode_to_slice(spelled, bytes.get_mut(..len)?).ok()?;
            Some(len)
        }
        // Strict: canonical last symbol, padding present, nothing else.
        Encoding::Base64 => STANDARD.decode_slice(spelled, bytes).ok(),
        Encoding::Base64Url => URL_SAFE_NO_PAD.decode_slice(spelled, bytes).ok(),
        Encoding::Base64Any => alphabet_of(spelled).decode_slice(spelled, bytes).ok(),
    }
}

/// The only form of base64 that this text can have, parsed strictly.
fn alphabet_of(spelled: &[u8]) -> GeneralPurpose {
    let for_urls = spelled.iter().any(|byte| matches!(byte, b'-' | b'_'));
    match (for_urls, spelled.ends_with(b"=")) {
        (false, true) => STANDARD,
        (false, false) => STANDARD_NO_PAD,
        (true, true) => URL_SAFE,
        (true, false) => URL_SAFE_NO_PAD,
    }
}

/// Decodes a signature of any length that fits into a header value. As strict as for tags.
pub(crate) fn decode_long(spelled: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex | Encoding::HexUpper if has_prefix(spelled) => None,
        Encoding::Hex | Encoding::HexUpper => const_hex::decode(spelled).ok(),
        Encoding::Base64 => STANDARD.decode(spelled).ok(),
        Encoding::Base64Url => URL_SAFE_NO_PAD.decode(spelled).ok(),
        Encoding::Base64Any => alphabet_of(spelled).decode(spelled).ok(),
    }
}

/// Whether hexadecimal digits begin with `0x` or `0X`. const-hex would skip this prefix, but no
/// provider documents it.
pub(crate) fn has_prefix(digits: &[u8]) -> bool {
    matches!(digits, [b'0', b'x' | b'X', ..])
}

/// Encodes a tag as the provider does.
pub(crate) fn encode(tag: impl AsRef<[u8]>, encoding: Encoding) -> String {
    match encoding {
        Encoding::Hex => const_hex::encode(tag),
        Encoding::HexUpper => const_hex::encode_upper(tag),
        Encoding::Base64 => STANDARD.encode(tag),
        Encoding::Base64Url | Encoding::Base64Any => URL_SAFE_NO_PAD.encode(tag),
    }
}

#[cfg(all(test, feature = "asymmetric"))]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_with_a_prefix_are_another_spelling_and_none_of_a_signature() {
        assert_eq!(decode_long(b"10ab", Encoding::Hex), Some(vec![0x10, 0xab]));
        for prefixed in ["0x10", "0X10"] {
            assert_eq!(decode_long(prefixed.as_bytes(), Encoding::Hex), None);
        }
    }
}
