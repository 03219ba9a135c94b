//! How a delivery was authenticated.

use crate::provider::{Coverage, Verified};
use crate::time::UnixTime;

/// How a delivery was authenticated, and how far that reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    verified: Verified,
    id_covered: bool,
    type_covered: bool,
}

impl Proof {
    /// Of a delivery that is not verified yet.
    pub(crate) const NOTHING: Self = Self::new(Verified::NOTHING, false, false);

    pub(crate) const fn new(verified: Verified, id_covered: bool, type_covered: bool) -> Self {
        Self {
            verified,
            id_covered,
            type_covered,
        }
    }

    /// What the signature covers. When [`Coverage::body`] is false, the body is only as trustworthy as the
    /// connection it came over, and a careful handler fetches the object from the provider's API instead.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        self.verified.coverage
    }

    /// Which of the configured secrets verified it, counted from zero. Once no delivery names the old slot any more, the
    /// old secret can go.
    #[must_use]
    pub const fn key_slot(&self) -> usize {
        self.verified.key_slot
    }

    /// The signed time of the delivery; `None` where the provider signs none.
    #[must_use]
    pub const fn signed_at(&self) -> Option<UnixTime> {
        self.verified.time
    }

    /// Whether [`Delivery::id`](crate::Delivery::id) is among what is covered. GitHub's and
    /// Shopify's are not: they are labels in unsigned headers.
    #[must_use]
    pub const fn covers_id(&self) -> bool {
        self.id_covered
    }

    /// Whether [`Delivery::event_type`](crate::Delivery::event_type) is among what is covered.
    #[must_use]
    pub const fn covers_type(&self) -> bool {
        self.type_covered
    }
}
