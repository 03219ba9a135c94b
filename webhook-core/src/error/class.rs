//! Classes of rejections, as a sender can distinguish them.

use crate::error::RejectionKind;

/// What a sender may learn about a rejection. The class decides the [`Answer`](crate::Answer).
///
/// All reasons for "not verified" are one class, so that an attacker learns nothing from the
/// answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionClass {
    /// The request is not verified, for any reason: 401.
    Unverified,
    /// The provider does not use the method: 405.
    MethodNotAllowed,
    /// The body did not arrive in time: 408.
    BodyTimeout,
    /// The body ended early or could not be read: 400.
    BodyError,
    /// The body is longer than the limit: 413.
    TooLarge,
    /// The body is compressed or otherwise encoded: 415.
    UnsupportedEncoding,
    /// The delivery is verified but is not an event that can be handled: 422.
    Unprocessable,
    /// The handler panicked, or its response failed: 500.
    HandlerFailed,
    /// The sender has to retry: 503. A copy is in flight, or the store, keys, the clock or
    /// capacity are unavailable.
    Unavailable,
}

impl RejectionClass {
    /// All classes.
    pub const ALL: &[Self] = &[
        Self::Unverified,
        Self::MethodNotAllowed,
        Self::BodyTimeout,
        Self::BodyError,
        Self::TooLarge,
        Self::UnsupportedEncoding,
        Self::Unprocessable,
        Self::HandlerFailed,
        Self::Unavailable,
    ];

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl RejectionKind {
    /// The class of this kind, which is all that a sender learns.
    #[must_use]
    pub const fn class(self) -> RejectionClass {
        match self {
            Self::MissingHeader
            | Self::AmbiguousHeader
            | Self::Malformed
            | Self::UnsupportedScheme
            | Self::TooManySignatures
            | Self::BadSignature
            | Self::UnknownKey
            | Self::UnknownTenant
            | Self::UnknownObject
            | Self::Stale
            | Self::Future => RejectionClass::Unverified,
            Self::MethodNotAllowed => RejectionClass::MethodNotAllowed,
            Self::BodyTimeout => RejectionClass::BodyTimeout,
            Self::BodyError => RejectionClass::BodyError,
            Self::TooLarge => RejectionClass::TooLarge,
            Self::Encoding => RejectionClass::UnsupportedEncoding,
            Self::Unprocessable => RejectionClass::Unprocessable,
            Self::HandlerPanicked | Self::HandlerFailed => RejectionClass::HandlerFailed,
            Self::InFlight
            | Self::StoreUnavailable
            | Self::KeysUnavailable
            | Self::TenantUnavailable
            | Self::FetchFailed
            | Self::LeaseLost
            | Self::ClockUnavailable
            | Self::Overloaded
            | Self::ShuttingDown
            | Self::HandlerTimeout => RejectionClass::Unavailable,
        }
    }
}
