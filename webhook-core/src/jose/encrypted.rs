//! JSON Web Encryption in its compact form (RFC 7516 §7.1), for the only pair of algorithms that a
//! provider uses.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::crypto::encryption::{DecryptionKey, Sealed, seal};
use crate::error::RejectionKind;
use crate::jose::{REFUSED, base64url};
use crate::parse::json::Json;
use crate::request::MAX_VALUE;

/// The length of an AES-GCM tag in bytes.
const TAG: usize = 16;

const HEADER: &str = r#"{"alg":"RSA-OAEP-256","enc":"A256GCM"}"#;

/// Decrypts a token of RSA-OAEP-256 and A256GCM (RFC 7518 §4.3, §5.3). Decryption does not
/// authenticate the sender: anyone can encrypt for a public key.
pub(crate) fn open(text: &[u8], key: &DecryptionKey) -> Result<Zeroizing<Vec<u8>>, RejectionKind> {
    let malformed = RejectionKind::Malformed;
    let mut parts = text.split(|&byte| byte == b'.');
    let mut part = || parts.next().ok_or(malformed);
    let (header, wrapped, nonce, content, tag) = (part()?, part()?, part()?, part()?, part()?);
    if parts.next().is_some() {
        return Err(malformed);
    }
    if header.len().max(wrapped.len()) > MAX_VALUE {
        return Err(malformed);
    }
    check_header(&base64url(header)?)?;
    // Leaves room for the tag, which is appended for decryption.
    let mut room = Vec::with_capacity(content.len().saturating_add(TAG));
    URL_SAFE_NO_PAD
        .decode_vec(content, &mut room)
        .map_err(|_| malformed)?;
    let sealed = Sealed {
        key: base64url(wrapped)?,
        nonce: base64url(nonce)?.try_into().map_err(|_| malformed)?,
        content: room,
        tag: base64url(tag)?.try_into().map_err(|_| malformed)?,
    };
    key.open(sealed, header).ok_or(RejectionKind::BadSignature)
}

fn check_header(header: &[u8]) -> Result<(), RejectionKind> {
    let header = Json::small(header).filter(|json| matches!(json, Json::Object(_)));
    let header = header.ok_or(RejectionKind::Malformed)?;
    let is =
        |name: &str, expected: &str| header.get(name).and_then(Json::as_text) == Some(expected);
    let refused = REFUSED.iter().filter(|name| **name != "enc");
    let leads_elsewhere = refused.into_iter().any(|name| header.get(name).is_some());
    match is("alg", "RSA-OAEP-256") && is("enc", "A256GCM") && !leads_elsewhere {
        true => Ok(()),
        false => Err(RejectionKind::UnsupportedScheme),
    }
}

/// Encrypts content for the owner of this private key. Empty if the key is invalid.
pub(crate) fn sealed_for(private: &[u8], content: &[u8]) -> String {
    let header = URL_SAFE_NO_PAD.encode(HEADER);
    let Some(sealed) = seal(private, content, header.as_bytes()) else {
        return String::new();
    };
    let parts: [&[u8]; 4] = [&sealed.key, &sealed.nonce, &sealed.content, &sealed.tag];
    let parts = parts.map(|part| URL_SAFE_NO_PAD.encode(part));
    [&[header][..], &parts].concat().join(".")
}
