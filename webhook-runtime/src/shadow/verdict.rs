use webhook_core::{Delivery, RejectionKind};

/// What a shadow found out about a request, which may be unverified.
///
/// Adapters put it into the extensions of the request. It is not a [`Delivery`], and has one only
/// if the request was verified.
#[derive(Clone, Debug)]
#[must_use]
pub struct Shadowed {
    verdict: ShadowVerdict,
    delivery: Option<Delivery>,
}

impl Shadowed {
    pub(super) fn new(verdict: ShadowVerdict, delivery: Option<Delivery>) -> Self {
        Self { verdict, delivery }
    }

    /// What the endpoint would do with the request.
    #[must_use]
    pub fn verdict(&self) -> ShadowVerdict {
        self.verdict
    }

    /// The delivery, if the request was verified. A shadow does not protect it: it may be a
    /// duplicate, or in flight. The [verdict](Self::verdict) says so. It has no fence and no
    /// transaction.
    #[must_use]
    pub fn delivery(&self) -> Option<&Delivery> {
        self.delivery.as_ref()
    }
}

/// What an endpoint would do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShadowVerdict {
    /// The delivery is verified and new: it would run.
    Run,
    /// The delivery is verified, and its event was handled or is dead: it would be answered without
    /// a run.
    Duplicate,
    /// The request is a challenge of the provider: the endpoint would answer it.
    Challenge,
    /// The endpoint would refuse the request for this reason. The table of
    /// [`Answer`](webhook_core::Answer) has the status.
    Refused(RejectionKind),
}
