//! Why a delivery is refused.

use std::error::Error;
use std::fmt;

macro_rules! rejection_kinds {
    ($($(#[$doc:meta])* $kind:ident = $label:literal,)*) => {
        /// The cause of a [`Rejection`](crate::Rejection). The label from
        /// [`as_str`](Self::as_str) is stable and safe as a metric label.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RejectionKind {
            $($(#[$doc])* $kind,)*
        }

        impl RejectionKind {
            /// All kinds, for tables and exporters.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The stable label of this kind, such as `bad_signature`.
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
    /// The provider does not use this method.
    MethodNotAllowed = "method_not_allowed",
    /// A header or query parameter that the scheme needs is missing.
    MissingHeader = "missing_header",
    /// A header or query parameter that the scheme needs is present more than once, or two families
    /// of headers disagree.
    AmbiguousHeader = "ambiguous_header",
    /// A signature, timestamp or id does not have the documented form.
    Malformed = "malformed",
    /// The delivery has signatures, but none of the configured scheme and version.
    UnsupportedScheme = "unsupported_scheme",
    /// The delivery has more than 16 signatures, or more than 4 for a public key.
    TooManySignatures = "too_many_signatures",
    /// No configured secret matches any of the signatures, the token or the credentials.
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
    /// The delivery is verified, but its envelope has a duplicate field or an invalid id, or the
    /// handler does not accept the payload.
    Unprocessable = "unprocessable",
    /// Another copy of this delivery is being handled.
    InFlight = "in_flight",
    /// The store could not say whether this delivery is new.
    StoreUnavailable = "store_unavailable",
    /// The delivery names an unknown key.
    UnknownKey = "unknown_key",
    /// The delivery is for a tenant that has no secrets here.
    UnknownTenant = "unknown_tenant",
    /// The resolver could not say which secrets the tenant has.
    TenantUnavailable = "tenant_unavailable",
    /// The key source could not say whether the named key exists.
    KeysUnavailable = "keys_unavailable",
    /// The sender's API does not have the object that a notification names.
    UnknownObject = "unknown_object",
    /// The object that a notification names could not be fetched.
    FetchFailed = "fetch_failed",
    /// The lease ended while the handler was running, and another copy took over.
    LeaseLost = "lease_lost",
    /// The clock could not tell the time.
    ClockUnavailable = "clock_unavailable",
    /// Too much is in progress: handlers whose client has left, or unverified bodies.
    Overloaded = "overloaded",
    /// The receiver is shutting down.
    ShuttingDown = "shutting_down",
    /// The handler did not answer in time, or could not start in time and did not run.
    HandlerTimeout = "handler_timeout",
    /// The handler panicked.
    HandlerPanicked = "handler_panicked",
    /// The handler failed, or the body of its response did before anything was sent.
    HandlerFailed = "handler_failed",
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
