//! A JSON Web Signature in its compact form (RFC 7515 §7.1).

use crate::error::RejectionKind;
use crate::jose::base64url;
use crate::parse::json::Json;
use crate::request::MAX_VALUE;

/// Header members that are refused: those that change the meaning of the rest (RFC 7515 §4.1.11,
/// RFC 7797, RFC 7516), and keys or key addresses chosen by the sender.
pub(crate) const REFUSED: [&str; 8] = ["crit", "b64", "zip", "enc", "jwk", "x5c", "x5u", JKU];

/// The member with the key's address, for which a scheme may have an allow-list.
const JKU: &str = "jku";

/// A parsed token. Nothing in it is verified yet.
pub(crate) struct Token<'t> {
    header: Vec<u8>,
    encoded_header: &'t [u8],
    encoded_payload: &'t [u8],
    /// The signed message, if the token contains the payload.
    pub(crate) signed: &'t [u8],
    pub(crate) signature: Vec<u8>,
}

impl<'t> Token<'t> {
    /// Parses a token of this algorithm (RFC 7518 §3.1). No refused header member may be present.
    pub(crate) fn parse(text: &'t [u8], alg: &str) -> Result<Self, RejectionKind> {
        Self::parse_with(text, alg, &[])
    }

    /// Like [`parse`](Self::parse), with some of the refused header members allowed.
    pub(crate) fn parse_with(
        text: &'t [u8],
        alg: &str,
        allowed: &[&str],
    ) -> Result<Self, RejectionKind> {
        match text.len() > MAX_VALUE {
            true => Err(RejectionKind::Malformed),
            false => Self::read(text, alg, allowed),
        }
    }

    /// Parses a token that is, or was part of, a body. The payload may be as long as a body; header
    /// and signature are limited.
    pub(crate) fn of_body(text: &'t [u8], alg: &str) -> Result<Self, RejectionKind> {
        Self::read(text, alg, &[])
    }

    fn read(text: &'t [u8], alg: &str, allowed: &[&str]) -> Result<Self, RejectionKind> {
        let malformed = RejectionKind::Malformed;
        let mut parts = text.split(|&byte| byte == b'.');
        let mut part = || parts.next().ok_or(malformed);
        let (encoded_header, encoded_payload, signature) = (part()?, part()?, part()?);
        let longest = encoded_header.len().max(signature.len());
        if parts.next().is_some() || longest > MAX_VALUE {
            return Err(malformed);
        }
        let signed = encoded_header.len().saturating_add(encoded_payload.len());
        let token = Self {
            header: base64url(encoded_header)?,
            encoded_header,
            encoded_payload,
            signed: text.get(..signed.saturating_add(1)).ok_or(malformed)?,
            signature: base64url(signature)?,
        };
        token.check_header(alg, allowed)?;
        match token.signature.is_empty() {
            true => Err(malformed),
            false => Ok(token),
        }
    }

    fn check_header(&self, alg: &str, allowed: &[&str]) -> Result<(), RejectionKind> {
        let header = self.header()?;
        if header.get("alg").and_then(Json::as_text) != Some(alg) {
            return Err(RejectionKind::UnsupportedScheme);
        }
        let refused = |name: &&&str| !allowed.contains(*name) && header.get(name).is_some();
        if REFUSED.iter().find(refused).is_some() {
            return Err(RejectionKind::UnsupportedScheme);
        }
        match header.get("typ").map(Json::as_text) {
            None | Some(Some("JWT" | "JOSE")) => Ok(()),
            Some(_) => Err(RejectionKind::UnsupportedScheme),
        }
    }

    /// The header as JSON.
    pub(crate) fn header(&self) -> Result<Json<'_>, RejectionKind> {
        let header = Json::small(&self.header).filter(|json| matches!(json, Json::Object(_)));
        header.ok_or(RejectionKind::Malformed)
    }

    /// The header as received.
    pub(crate) fn encoded_header(&self) -> &'t [u8] {
        self.encoded_header
    }

    /// The payload as received.
    pub(crate) fn encoded_payload(&self) -> &'t [u8] {
        self.encoded_payload
    }

    pub(crate) fn payload(&self) -> Result<Vec<u8>, RejectionKind> {
        base64url(self.encoded_payload)
    }
}
