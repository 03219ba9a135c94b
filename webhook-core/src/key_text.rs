//! The texts that public and private keys are handed around as: PEM, base64, hexadecimal digits, `whpk_` and `whsk_`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::algorithm::public::key_of_certificate;
use crate::error::SecretProblem;
use crate::keys::jwk_key;

/// The bytes of a public key: DER, or the bare key. A text says itself what it is: no two of the forms look alike.
pub(crate) fn public_key(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let key = match text.trim_ascii().strip_prefix(b"-----BEGIN ") {
        Some(_) => match armour(text.trim_ascii())? {
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

/// The bytes of a private key: PKCS#8 in DER, or a bare seed.
pub(crate) fn private_key(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let key = match text.trim_ascii().strip_prefix(b"-----BEGIN ") {
        Some(_) => match armour(text.trim_ascii())? {
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

/// Hexadecimal digits where it is 64 of them, which is an Ed25519 key and no length of base64 that any other key has; base64
/// else. As with other secrets, white space around them is a copying mistake.
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
    base64(text)
}

/// Base64 with white space in it, as lines make it, padded or not.
fn base64(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let mut compact = Zeroizing::new(Vec::with_capacity(text.len().saturating_add(3)));
    compact.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    while compact.len() % 4 != 0 {
        compact.push(b'=');
    }
    let key = STANDARD.decode(&*compact);
    key.map(Zeroizing::new).map_err(|_| SecretProblem::NoKey)
}

/// Label and content of a single PEM block (RFC 7468 §3), with line breaks or without: eBay sends its keys in one line.
fn armour(text: &[u8]) -> Result<(&[u8], Zeroizing<Vec<u8>>), SecretProblem> {
    let no_key = SecretProblem::NoKey;
    let text = text.strip_prefix(b"-----BEGIN ").ok_or(no_key)?;
    let (label, rest) = split(text, b"-----").ok_or(no_key)?;
    let (content, end) = split(rest, b"-----END ").ok_or(no_key)?;
    let end = end.strip_prefix(label).ok_or(no_key)?;
    if end != b"-----" {
        return Err(no_key);
    }
    Ok((label, base64(content)?))
}

/// The certificates of a chain, one PEM block behind the other.
pub(crate) fn certificates(text: &[u8]) -> Result<Vec<Zeroizing<Vec<u8>>>, SecretProblem> {
    let (mut rest, mut found) = (text.trim_ascii(), Vec::new());
    while !rest.is_empty() {
        let (block, others) = first_certificate(rest).ok_or(SecretProblem::Certificate)?;
        match armour(block)? {
            (b"CERTIFICATE", der) if found.len() < MOST_CERTIFICATES => found.push(der),
            _ => return Err(SecretProblem::Certificate),
        }
        rest = others.trim_ascii();
    }
    match found.is_empty() {
        true => Err(SecretProblem::Empty),
        false => Ok(found),
    }
}

/// What ends with the first certificate, and what is behind it.
pub(crate) fn first_certificate(text: &[u8]) -> Option<(&[u8], &[u8])> {
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let start = text.windows(END.len()).position(|window| window == END)?;
    text.split_at_checked(start.saturating_add(END.len()))
}

/// Chains have three or four; a set of authorities that somebody writes down may have a few more.
const MOST_CERTIFICATES: usize = 16;

fn split<'t>(text: &'t [u8], at: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let start = text.windows(at.len()).position(|window| window == at)?;
    let (before, rest) = text.split_at(start);
    Some((before, rest.strip_prefix(at)?))
}
