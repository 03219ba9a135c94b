//! A delivery that is refused.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::answer::RejectionAnswers;
use crate::error::RejectionKind;

/// A delivery that is not handed to the application.
///
/// Opaque on purpose: what the sender sees is the [`Answer`](crate::Answer), the same for every reason it was not
/// verified. The [`kind`](Self::kind) is for logs, counters and hooks.
#[derive(Clone, Debug)]
pub struct Rejection {
    kind: RejectionKind,
    pub(crate) retry_after: Option<u32>,
    pub(crate) allow: &'static [&'static str],
    pub(crate) allow_also: Option<&'static str>,
    pub(crate) body_unread: bool,
    /// The answers of the endpoint, where it has its own.
    pub(crate) answers: Option<Arc<RejectionAnswers>>,
}

impl Rejection {
    /// A rejection of this kind. Adapters make those of the transport (a body that ends early, a deadline that
    /// passed, a handler that panicked); the engine makes the others.
    #[must_use]
    pub const fn new(kind: RejectionKind) -> Self {
        Self {
            kind,
            retry_after: None,
            allow: &[],
            allow_also: None,
            body_unread: false,
            answers: None,
        }
    }

    /// Why.
    #[must_use]
    pub const fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// Marks that the body was not read to its end, so the connection cannot be used again.
    #[must_use]
    pub const fn with_unread_body(mut self) -> Self {
        self.body_unread = true;
        self
    }

    pub(crate) const fn retry_after(mut self, secs: u32) -> Self {
        self.retry_after = Some(secs);
        self
    }

    pub(crate) const fn allow(mut self, methods: &'static [&'static str]) -> Self {
        self.allow = methods;
        self
    }

    pub(crate) const fn allow_also(mut self, method: Option<&'static str>) -> Self {
        self.allow_also = method;
        self
    }
}

impl From<RejectionKind> for Rejection {
    fn from(kind: RejectionKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "webhook delivery refused: {}", self.kind.as_str())
    }
}

impl Error for Rejection {}
