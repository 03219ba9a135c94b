//! The text forms of public and private keys: PEM, base64, hexadecimal, `whpk_` and `whsk_`.

use zeroize::Zeroizing;

use crate::crypto::public::key_of_certificate;
use crate::error::SecretProblem;
use crate::jose::jwk::jwk_key;
use crate::parse::pem;

/// Decodes a public key into DER or bare bytes. The forms cannot be confused with one another.
pub(crate) fn public_key(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let key = match text.trim_ascii().strip_prefix(b"-----BEGIN ") {
        Some(_) => match pem::armour(text.trim_ascii())? {
            (b"PUBLIC KEY", der) => der,
            (b"CERTIFICATE", der) => Zeroizing::new(key_of_certificate(&der)?),
            (label, _) if label.ends_with(b"PRIVATE KEY") => {
                return Err(SecretProblem::PrivateKey);
            }
            _ => return Err(SecretProblem::NoKey),
        },
        None if text.starts_with(b"whsk_") => return Err(SecretProblem::PrivateKey),
        None if text.trim_ascii().starts_with(b"{") => jwk_key(text.trim_ascii())?,
        None => digits(text.strip_prefix(b"whpk_").unwrap_or(text))?,
    };
    filled(key)
}

/// Decodes a private key into PKCS#8 DER or a bare seed.
pub(crate) fn private_key(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let key = match text.trim_ascii().strip_prefix(b"-----BEGIN ") {
        Some(_) => match pem::armour(text.trim_ascii())? {
            (b"PRIVATE KEY", der) => der,
            _ => return Err(SecretProblem::NoKey),
        },
        None => digits(text.strip_prefix(b"whsk_").unwrap_or(text))?,
    };
    filled(key)
}

fn filled(key: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    match key.is_empty() {
        true => Err(SecretProblem::Empty),
        false => Ok(key),
    }
}

/// Decodes 64 hexadecimal digits, otherwise base64. No base64 key of another algorithm has 64
/// characters. As with other secrets, surrounding white space is a copying mistake.
fn digits(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    if text.trim_ascii().is_empty() {
        return Err(SecretProblem::Empty);
    }
    if text.trim_ascii().len() < text.len() {
        return Err(SecretProblem::SurroundingWhitespace);
    }
    if text.iter().any(u8::is_ascii_control) {
        return Err(SecretProblem::ControlCharacter);
    }
    if text.len() == 64 && text.iter().all(u8::is_ascii_hexdigit) {
        let key = const_hex::decode(text).map_err(|_| SecretProblem::NoKey)?;
        return Ok(Zeroizing::new(key));
    }
    pem::base64(text)
}
