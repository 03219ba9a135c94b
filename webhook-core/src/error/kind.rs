//! Why a delivery is refused.

use std::error::Error;
use std::fmt;

macro_rules! rejection_kinds {
    ($($(#[$doc:meta])* $kind:ident = $label:literal,)*) => {
        /// One cause of a [`Rejection`](crate::Rejection) each. The label of
        /// [`as_str`](Self::as_str) is stable and safe as a metric label.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RejectionKind {
            $($(#[$doc])* $kind,)*
        }

        impl RejectionKind {
            /// All kinds, for tables and exporters.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The kind as a label: `bad_signature`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $label,)*
                }
            }
        }
    };
}

rejection_kinds! {
    /// The method is not the one the provider uses.
    MethodNotAllowed = "method_not_allowed",
    /// A header or query parameter the scheme needs is missing.
    MissingHeader = "missing_header",
    /// A header or query parameter the scheme needs is there more than once, or two families of headers disagree.
    AmbiguousHeader = "ambiguous_header",
    /// A signature, timestamp or id is not of the documented form.
    Malformed = "malformed",
    /// There are signatures, but none of the scheme and version that is configured.
    UnsupportedScheme = "unsupported_scheme",
    /// More than 16 signatures in one delivery.
    TooManySignatures = "too_many_signatures",
    /// No configured secret made any of the signatures, or the token or credentials are others.
    BadSignature = "bad_signature",
    /// The signed time is too old.
    Stale = "stale",
    /// The signed time is too far ahead.
    Future = "future",
    /// The body is compressed or otherwise encoded.
    Encoding = "encoding",
    /// The body is longer than the limit.
    TooLarge = "too_large",
    /// The body did not arrive in time.
    BodyTimeout = "body_timeout",
    /// The body ended early or could not be read.
    BodyError = "body_error",
    /// Verified, but its envelope names a field twice, or its id cannot be one; or the payload is not what the handler takes.
    Unprocessable = "unprocessable",
    /// Another copy of this delivery is being handled right now.
    InFlight = "in_flight",
    /// The store could not say whether this delivery is new.
    StoreUnavailable = "store_unavailable",
    /// The delivery names a key that there is not.
    UnknownKey = "unknown_key",
    /// The source of keys could not say whether there is a key of that name.
    KeysUnavailable = "keys_unavailable",
    /// The claim on this delivery ran out while the handler was at work, and another copy took over.
    LeaseLost = "lease_lost",
    /// The clock could not tell the time.
    ClockUnavailable = "clock_unavailable",
    /// Too much is under way already: handlers without a client, or bodies that are not verified.
    Overloaded = "overloaded",
    /// The receiver is shutting down.
    ShuttingDown = "shutting_down",
    /// The handler did not answer in time, or its turn did not come in time and it did not begin.
    HandlerTimeout = "handler_timeout",
    /// The handler panicked.
    HandlerPanicked = "handler_panicked",
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Error for RejectionKind {}

impl RejectionKind {
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}
