//! Parsers of untrusted input: signature headers, structured fields, JSON, forms, multipart, XML.

pub(crate) mod encoding;
pub(crate) mod form;
pub(crate) mod gather;
pub(crate) mod grammar;
pub(crate) mod json;
pub(crate) mod low_bytes;
pub(crate) mod multipart;
pub(crate) mod pem;
pub(crate) mod structured;
pub(crate) mod utf8;
pub(crate) mod xml;

pub use encoding::Encoding;
pub use grammar::Grammar;
pub(crate) use grammar::TimeIn;

/// Whether all bytes are printable ASCII. Without an early exit, so that it takes many at a time.
pub(crate) fn is_printable(text: &[u8]) -> bool {
    let strange = |byte: &u8| u8::from(byte.wrapping_sub(b' ') > b'~' - b' ');
    text.iter().map(strange).fold(0, |any, one| any | one) == 0
}
