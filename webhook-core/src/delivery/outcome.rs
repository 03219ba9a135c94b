//! How a handler ended.

/// How a handler ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It answered with this status: 2xx is success, everything else is not.
    Status(u16),
    /// It said itself what is to become of the delivery, whatever its status.
    Decided(Disposition),
    /// It gave no answer: an error, a panic, a timeout.
    Failed,
}

impl Outcome {
    pub(super) fn is_success(self) -> bool {
        match self {
            Self::Status(status) => (200..300).contains(&status),
            Self::Decided(disposition) => disposition == Disposition::Commit,
            Self::Failed => false,
        }
    }
}

/// A handler's own word on its delivery, put into the extensions of its response. It overrides the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "done or not done: there is no third"
)]
pub enum Disposition {
    /// Done: copies are answered without running.
    Commit,
    /// Not done: the next copy runs.
    Release,
}
