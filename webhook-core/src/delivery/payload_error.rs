//! A payload that is not of the type that a handler takes.

use std::fmt;

use crate::answer::Rejection;
use crate::error::RejectionKind;

/// A payload that is not of the type asked for.
///
/// `Display` says where, never what: the text of a JSON error may quote the payload, so it is only in
/// [`source`](std::error::Error::source).
pub struct PayloadError {
    pub(super) source: serde_json::Error,
}

impl PayloadError {
    /// The rejection it amounts to: 422, and the claim is released.
    #[must_use]
    pub const fn rejection(&self) -> Rejection {
        Rejection::new(RejectionKind::Unprocessable)
    }
}

impl fmt::Debug for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PayloadError({self})")
    }
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.source.classify() {
            serde_json::error::Category::Data => "is not of the expected shape",
            _ => "is not JSON",
        };
        let (line, column) = (self.source.line(), self.source.column());
        write!(f, "payload {what} at line {line} column {column}")
    }
}

impl std::error::Error for PayloadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
