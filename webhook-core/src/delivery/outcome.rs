//! How a handler ended.

/// How a handler ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The handler answered with this status. Only 2xx is a success.
    Status(u16),
    /// The handler decided about the delivery, whatever its status.
    Decided(Disposition),
    /// The handler gave no answer: an error, a panic or a timeout.
    Failed,
}

impl Outcome {
    pub(super) fn is_success(self) -> bool {
        self.disposition() == Disposition::Commit
    }

    pub(super) const fn disposition(self) -> Disposition {
        match self {
            Self::Decided(disposition) => disposition,
            Self::Status(200..300) => Disposition::Commit,
            Self::Status(_) | Self::Failed => Disposition::Release,
        }
    }
}

/// The handler's decision about its delivery, in the extensions of its response. It overrides the
/// status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an event is handled, or it is tried again, or it is given up"
)]
pub enum Disposition {
    /// The event is handled: copies are answered without running.
    Commit,
    /// The event is not handled: the next copy runs.
    Release,
    /// The event is not handled and never will be. It is recorded as dead: copies do not run, and an
    /// operator can [revive](crate::Endpoint::revive) it. Answer it 200, so that the sender stops.
    GiveUp,
}
