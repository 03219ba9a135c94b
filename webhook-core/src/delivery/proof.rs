//! How a delivery was authenticated.

use crate::provider::{Coverage, Verified};
use crate::time::UnixTime;

/// How a delivery was authenticated, and what the signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    verified: Verified,
    id_covered: bool,
    type_covered: bool,
    fetched: bool,
}

impl Proof {
    /// The proof of a delivery that is not verified yet.
    pub(crate) const NOTHING: Self = Self::new(Verified::NOTHING, false, false);

    pub(crate) const fn new(verified: Verified, id_covered: bool, type_covered: bool) -> Self {
        Self {
            verified,
            id_covered,
            type_covered,
            fetched: false,
        }
    }

    /// The proof of an object that was fetched from the sender's API: the connection proves all of
    /// it.
    pub(crate) const FETCHED: Self = Self {
        verified: Verified {
            coverage: Coverage::NONE.with_body(),
            ..Verified::NOTHING
        },
        id_covered: true,
        type_covered: true,
        fetched: true,
    };

    /// Whether the delivery is an object that was fetched from the sender's API, because a
    /// [notification](crate::notification) named it. [`Delivery::raw`](crate::Delivery::raw) is then
    /// the API's answer, and nothing of the request itself is in the delivery. There is no signature
    /// and no secret: [`coverage`](Self::coverage) says that the whole body can be trusted, because
    /// it came over the connection to the API.
    #[must_use]
    pub const fn is_fetched(&self) -> bool {
        self.fetched
    }

    /// What the signature covers. If [`Coverage::body`] is false, the body is only as trustworthy
    /// as the connection it came over: fetch the object from the provider's API instead.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        self.verified.coverage
    }

    /// The index of the secret that verified the delivery, counted from zero. When no delivery uses
    /// the old secret's slot any more, remove the old secret.
    #[must_use]
    pub const fn key_slot(&self) -> usize {
        self.verified.key_slot
    }

    /// The signed timestamp of the delivery; `None` if the provider signs none.
    #[must_use]
    pub const fn signed_at(&self) -> Option<UnixTime> {
        self.verified.time
    }

    /// SHA-256 of the signed message, if it does not include the body.
    #[cfg(feature = "inbox")]
    pub(crate) const fn message(&self) -> Option<[u8; 32]> {
        self.verified.message
    }

    /// Whether [`Delivery::id`](crate::Delivery::id) is covered. The ids of GitHub and Shopify are
    /// not: they are in unsigned headers.
    #[must_use]
    pub const fn covers_id(&self) -> bool {
        self.id_covered
    }

    /// Whether [`Delivery::event_type`](crate::Delivery::event_type) is covered.
    #[must_use]
    pub const fn covers_type(&self) -> bool {
        self.type_covered
    }
}
