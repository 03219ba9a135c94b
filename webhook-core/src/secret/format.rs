//! How the text of a secret becomes a key.
//!
//! Two formats have one provider each: base62 (Smartpay), and base64 only after a prefix (OpenAI).
//! They are not custom code, because an unusable secret is an error when an endpoint is built.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use crate::error::SecretProblem;
use crate::secret::{Secret, check_text, key_text};

/// How the text of a secret becomes the bytes of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFormat {
    /// The text itself, as UTF-8.
    Utf8,
    /// `whsec_` and base64, as in the Standard Webhooks specification. The prefix is optional.
    /// Supabase adds `v1,` in front.
    Whsec,
    /// Base64, with or without padding.
    Base64,
    /// Hexadecimal digits.
    Hex,
    /// Base62 with the alphabet `A–Z a–z 0–9`; each leading `A` is a zero byte.
    Base62,
    /// Like [`Whsec`](Self::Whsec) if the prefix is present, otherwise the text itself (OpenAI).
    WhsecOrUtf8,
    /// Like [`Whsec`](Self::Whsec) if the text is `whsec_` and base64, otherwise the text itself.
    /// For senders whose older secrets have the prefix but are not encoded (Polar).
    WhsecOrText,
    /// `username:password`, as in HTTP Basic authentication.
    Basic,
    /// A public key in one of these forms:
    ///
    /// * a SubjectPublicKeyInfo in PEM or base64,
    /// * a certificate in PEM,
    /// * for Ed25519, the 32 bytes in hex or base64, with or without the prefix `whpk_`,
    /// * a JSON Web Key.
    ///
    /// A [`Signer`](crate::Signer) takes the private key: PKCS#8 in PEM or base64, or for Ed25519
    /// the seed, or `whsk_` with seed and public key.
    PublicKey,
}

impl KeyFormat {
    /// The decoded key length in bytes below which a warning is logged at construction.
    pub(crate) const fn short(self) -> usize {
        match self {
            Self::Whsec => 24,
            _ => 16,
        }
    }

    /// Checks the text and decodes it.
    pub(crate) fn decode(self, secret: &Secret) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
        let text = secret.as_bytes();
        if self == Self::PublicKey {
            return key_text::public_key(text);
        }
        check_text(text)?;
        if is_prefix(text) {
            return Err(SecretProblem::Empty);
        }
        let key = match self {
            Self::Utf8 => Zeroizing::new(text.to_vec()),
            Self::Whsec => {
                let text = text.strip_prefix(b"v1,").unwrap_or(text);
                base64(text.strip_prefix(b"whsec_").unwrap_or(text))?
            }
            Self::WhsecOrUtf8 => match text.strip_prefix(b"whsec_") {
                Some(digits) => base64(digits)?,
                None => Zeroizing::new(text.to_vec()),
            },
            Self::WhsecOrText => match text.strip_prefix(b"whsec_").map(base64) {
                Some(Ok(key)) => key,
                _ => Zeroizing::new(text.to_vec()),
            },
            Self::Base64 => base64(text)?,
            Self::Hex => {
                Zeroizing::new(const_hex::decode(text).map_err(|_| SecretProblem::NotHex)?)
            }
            Self::Base62 => base62(text).ok_or(SecretProblem::NotBase62)?,
            // The username is not secret, so without a password there is no secret.
            Self::Basic => {
                let mut halves = text.splitn(2, |&byte| byte == b':');
                match (halves.next(), halves.next()) {
                    (Some([_, ..]), Some([_, ..])) => Zeroizing::new(text.to_vec()),
                    _ => return Err(SecretProblem::Credentials),
                }
            }
            Self::PublicKey => return Err(SecretProblem::NoKey),
        };
        if key.is_empty() {
            return Err(SecretProblem::Empty);
        }
        Ok(key)
    }
}

/// Whether a text is only the prefix of a secret, such as `whsec_`, `sk_live_` or `v1,whsec_`: one
/// or two short words, each followed by a separator, and optional base64 padding. Such a text is
/// easy to guess, so it is not a secret.
fn is_prefix(text: &[u8]) -> bool {
    let end = text.iter().rposition(|&byte| byte != b'=');
    let Some(end) = end else {
        return true;
    };
    let text = text.get(..=end).unwrap_or_default();
    let Some((b'_' | b'-' | b',', words)) = text.split_last() else {
        return false;
    };
    let mut words = words.split(|byte| b"_-,".contains(byte));
    let is_short =
        |word: &[u8]| (1..=8).contains(&word.len()) && word.iter().all(u8::is_ascii_alphanumeric);
    words.by_ref().take(2).all(is_short) && words.next().is_none()
}

fn base64(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let end = text
        .iter()
        .rposition(|&byte| byte != b'=')
        .map_or(0, |at| at.saturating_add(1));
    let digits = text.get(..end).unwrap_or_default();
    STANDARD_NO_PAD
        .decode(digits)
        .map(Zeroizing::new)
        .map_err(|_| SecretProblem::NotBase64)
}

/// Decodes big-endian base62 and keeps leading zeros, like the npm package base-x. Decoders that
/// disagree about leading zeros produce different keys.
fn base62(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let zeros = text.iter().take_while(|&&byte| byte == b'A').count();
    // Little-endian while it is built.
    let mut number = Zeroizing::new(Vec::<u8>::with_capacity(text.len()));
    for &byte in text {
        let mut carry = u32::from(match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            _ => return None,
        });
        for digit in number.iter_mut() {
            carry = u32::from(*digit).wrapping_mul(62).wrapping_add(carry);
            let [low, ..] = carry.to_le_bytes();
            *digit = low;
            carry >>= 8;
        }
        if carry > 0 {
            let [low, ..] = carry.to_le_bytes();
            number.push(low);
        }
    }
    number.extend(std::iter::repeat_n(0, zeros));
    number.reverse();
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretSet;

    fn key(format: KeyFormat, text: &str) -> Result<Vec<u8>, SecretProblem> {
        format.decode(&Secret::from(text)).map(|key| key.to_vec())
    }

    #[test]
    fn unusable_secrets_are_refused() {
        assert_eq!(key(KeyFormat::Utf8, ""), Err(SecretProblem::Empty));
        assert_eq!(key(KeyFormat::Utf8, " \t\n"), Err(SecretProblem::Empty));
        assert_eq!(key(KeyFormat::Whsec, "whsec_"), Err(SecretProblem::Empty));
        assert_eq!(
            key(KeyFormat::Utf8, "s3cret\n"),
            Err(SecretProblem::SurroundingWhitespace)
        );
        assert_eq!(
            key(KeyFormat::Utf8, " s3cret"),
            Err(SecretProblem::SurroundingWhitespace)
        );
        assert_eq!(
            key(KeyFormat::Utf8, "s3\0cret"),
            Err(SecretProblem::ControlCharacter)
        );
        assert!(matches!(
            key(KeyFormat::Whsec, "whsec_!"),
            Err(SecretProblem::NotBase64)
        ));
        assert!(matches!(
            key(KeyFormat::Base62, "a-b"),
            Err(SecretProblem::NotBase62)
        ));
        assert!(matches!(
            key(KeyFormat::Hex, "abc"),
            Err(SecretProblem::NotHex)
        ));
        assert_eq!(
            key(KeyFormat::Basic, "nocolon"),
            Err(SecretProblem::Credentials)
        );
    }

    #[test]
    fn base62_keeps_leading_zeros() {
        assert_eq!(key(KeyFormat::Base62, "B"), Ok(vec![1]));
        assert_eq!(key(KeyFormat::Base62, "AAB"), Ok(vec![0, 0, 1]));
        assert_eq!(key(KeyFormat::Base62, "EI"), Ok(vec![1, 0]));
    }

    #[test]
    fn debug_of_a_secret_says_nothing() {
        let shown = format!("{:?}", SecretSet::from(["hunter2-hunter2", "swordfish"]));
        assert!(
            !shown.contains("hunter2") && !shown.contains("swordfish"),
            "{shown}"
        );
    }
}
