//! The text form of a key ring: `ID:KEY`, one or several.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::crypto::seal;

/// The longest id of a key in bytes.
pub(super) const MAX_ID: usize = 64;

/// With or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a key of a ring cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyProblem {
    /// It is not `ID:KEY`.
    NoId,
    /// The id is empty, longer than 64 bytes, or has other characters than letters, digits, `.`,
    /// `_` and `-`.
    InvalidId,
    /// The key is empty, or all its bytes are zero.
    Blank,
    /// The key is not base64 and not hexadecimal.
    NotText,
    /// The key does not have 32 bytes.
    WrongLength {
        /// How many it has.
        bytes: usize,
    },
    /// Another key of the ring has the same id.
    DuplicateId,
    /// Another id of the ring has the same key.
    DuplicateKey,
}

impl fmt::Display for KeyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoId => f.write_str("has no id: expected ID:KEY, such as 2027-01:BASE64"),
            Self::InvalidId => write!(
                f,
                "has an id that cannot be used: expected 1 to {MAX_ID} letters, digits, `.`, `_` \
                 and `-`"
            ),
            Self::Blank => f.write_str(
                "is blank: make one with `webhook secrets key` or `openssl rand -base64 32`",
            ),
            Self::NotText => f.write_str("is not base64 or hexadecimal"),
            Self::WrongLength { bytes } => write!(
                f,
                "has {bytes} bytes instead of {}: make one with `webhook secrets key` or \
                 `openssl rand -base64 32`",
                seal::KEY
            ),
            Self::DuplicateId => f.write_str("has the id of an earlier key: give each its own"),
            Self::DuplicateKey => {
                f.write_str("is the same as an earlier key: make a new one for each id")
            }
        }
    }
}

/// The parts of a text that are separated by white space or commas, without comments.
pub(super) fn entries(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines();
    let code = lines.map(|line| line.split_once('#').map_or(line, |(code, _)| code));
    let entries = code.flat_map(|line| line.split(|c: char| c.is_whitespace() || c == ','));
    entries.filter(|entry| !entry.is_empty())
}

/// Reads `ID:KEY`.
pub(super) fn entry(text: &str) -> Result<(&str, Zeroizing<[u8; seal::KEY]>), KeyProblem> {
    let (id, key) = text.split_once(':').ok_or(KeyProblem::NoId)?;
    if key.is_empty() {
        return Err(KeyProblem::Blank);
    }
    // 32 bytes in base64 are 43 characters and `=`, so they are never taken for hexadecimal.
    let is_hex = key.len() % 2 == 0 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes = match is_hex {
        true => const_hex::decode(key).ok(),
        false => BASE64.decode(key).ok(),
    };
    let bytes = Zeroizing::new(bytes.ok_or(KeyProblem::NotText)?);
    let mut array = Zeroizing::new([0; seal::KEY]);
    if bytes.len() != array.len() {
        let bytes = bytes.len();
        return Err(KeyProblem::WrongLength { bytes });
    }
    array.copy_from_slice(&bytes);
    Ok((id, array))
}

/// Whether an id has 1 to 64 characters that need no escape anywhere.
pub(super) fn is_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(is_plain)
}

/// Writes `ID:KEY`.
pub(super) fn written(id: &str, key: &[u8; seal::KEY]) -> String {
    let digits = Zeroizing::new(BASE64.encode(key));
    format!("{id}:{}", *digits)
}
