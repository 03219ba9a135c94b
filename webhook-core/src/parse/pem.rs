//! PEM (RFC 7468), with or without line breaks.
//!
//! This crate has its own parser because eBay sends its keys on one line, which existing PEM
//! parsers refuse.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::SecretProblem;

/// The label and content of a single PEM block (RFC 7468 §3), with or without line breaks.
pub(crate) fn armour(text: &[u8]) -> Result<(&[u8], Zeroizing<Vec<u8>>), SecretProblem> {
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

/// The certificates of a chain of concatenated PEM blocks.
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

/// The text up to the end of the first certificate, and the rest.
pub(crate) fn first_certificate(text: &[u8]) -> Option<(&[u8], &[u8])> {
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let start = text.windows(END.len()).position(|window| window == END)?;
    text.split_at_checked(start.saturating_add(END.len()))
}

fn split<'t>(text: &'t [u8], at: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let start = text.windows(at.len()).position(|window| window == at)?;
    let (before, rest) = text.split_at(start);
    Some((before, rest.strip_prefix(at)?))
}

/// Decodes base64 with or without padding, and with white space from line breaks.
pub(crate) fn base64(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let mut compact = Zeroizing::new(Vec::with_capacity(text.len().saturating_add(3)));
    compact.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    while compact.len() % 4 != 0 {
        compact.push(b'=');
    }
    let key = STANDARD.decode(&*compact);
    key.map(Zeroizing::new).map_err(|_| SecretProblem::NoKey)
}

/// A chain has three or four certificates; a configured set of authorities may have a few more.
const MOST_CERTIFICATES: usize = 16;
