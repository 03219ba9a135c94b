//! JSON Web Signatures in their compact form (RFC 7515 §7.1) and their claims (RFC 7519), parsed
//! strictly.
//!
//! This crate has its own parser because existing libraries either need a process-wide choice of
//! cryptography or take the algorithm from the token, and none refuses ambiguous tokens. Here the
//! scheme decides the algorithm. A header can name a key but cannot cause a fetch.

mod claims;
pub(crate) mod encrypted;
pub(crate) mod jwk;
mod token;

pub(crate) use claims::{Claims, check_times_of};
pub(crate) use token::{REFUSED, Token};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::RejectionKind;

/// Decodes base64url in its only spelling: without padding and without trailing bits.
pub(crate) fn base64url(text: &[u8]) -> Result<Vec<u8>, RejectionKind> {
    let decoded = URL_SAFE_NO_PAD.decode(text);
    decoded.map_err(|_| RejectionKind::Malformed)
}

/// The signed message of a header and a payload.
pub(crate) fn compact(header: &serde_json::Value, payload: &[u8]) -> String {
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload))
}
