//! HTTP Basic credentials (RFC 7617).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::RejectionKind;
use crate::request::MAX_VALUE;

/// Reads `Basic <base64 of username:password>` (RFC 7617 §2). The scheme name is case-insensitive.
pub(crate) fn read(value: &[u8]) -> Result<Vec<u8>, RejectionKind> {
    let malformed = RejectionKind::Malformed;
    if value.len() > MAX_VALUE {
        return Err(malformed);
    }
    let (scheme, credentials) = value.split_at_checked(6).ok_or(malformed)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return Err(RejectionKind::UnsupportedScheme);
    }
    STANDARD
        .decode(credentials.trim_ascii_start())
        .map_err(|_| malformed)
}

/// Writes the form that [`read`] reads.
pub(crate) fn write(credentials: &[u8]) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}
