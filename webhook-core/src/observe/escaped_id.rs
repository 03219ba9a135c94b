//! An unverified id, for logs.

use std::fmt;

/// A text chosen by a sender, made safe for logs. It has at most 128 characters, and control and
/// non-ASCII characters are escaped.
#[derive(Clone, PartialEq, Eq)]
pub struct EscapedId(String);

impl EscapedId {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut shown: String = bytes
            .iter()
            .take(128)
            .flat_map(|byte| byte.escape_ascii())
            .map(char::from)
            .take(128)
            .collect();
        if bytes.len() > 128 {
            shown.push('…');
        }
        Self(shown)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EscapedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EscapedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}
