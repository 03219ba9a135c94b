//! Parsers of untrusted input: signature headers, JSON, forms, multipart, XML.

pub(crate) mod encoding;
pub(crate) mod form;
pub(crate) mod gather;
pub(crate) mod grammar;
pub(crate) mod json;
pub(crate) mod low_bytes;
pub(crate) mod multipart;
pub(crate) mod pem;
pub(crate) mod utf8;
pub(crate) mod xml;

pub use encoding::Encoding;
pub use grammar::Grammar;
pub(crate) use grammar::TimeIn;
