//! A refused delivery.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::answer::RejectionAnswers;
use crate::error::RejectionKind;

/// A delivery that does not reach the application.
///
/// It is opaque on purpose. The sender only sees the [`Answer`](crate::Answer), which is the same
/// for every reason that a delivery is not verified. The [`kind`](Self::kind) is for logs, counters
/// and hooks.
#[derive(Clone, Debug)]
pub struct Rejection {
    pub(crate) kind: RejectionKind,
    pub(crate) retry_after: Option<u32>,
    pub(crate) allow: &'static [&'static str],
    pub(crate) allow_also: Option<&'static str>,
    pub(crate) body_unread: bool,
    /// The endpoint's custom answers, if any.
    pub(crate) answers: Option<Arc<RejectionAnswers>>,
}

impl Rejection {
    /// Creates a rejection of this kind.
    ///
    /// Adapters create those of the transport: a body that ends early, a deadline that passed, a
    /// handler that panicked. The engine creates the others.
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

    /// Why the delivery is refused.
    #[must_use]
    pub const fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// Marks that the body was not read completely, so the connection cannot be reused.
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
