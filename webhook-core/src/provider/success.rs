//! What a sender takes for success.

#![allow(
    clippy::exhaustive_enums,
    reason = "there are no other ways to choose among statuses, and tables want to know all"
)]

/// The statuses that a sender takes for success. What it does about others, a retry or none, is its own affair.
///
/// What an endpoint answers of itself, to a copy, is an empty 200: every sender that is known to be choosy takes that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Success {
    /// Any from 200 to 299.
    Any2xx,
    /// 200 and, as far as is known, no other.
    Only200,
    /// These and, as far as is known, no other.
    OneOf(&'static [u16]),
}

impl Success {
    /// Whether this status is success to the sender.
    ///
    /// ```
    /// use webhook_core::{Success, providers};
    ///
    /// assert_eq!(providers::PADDLE.success(), Some(Success::Only200));
    /// assert!(!Success::Only200.takes(204));
    /// ```
    #[must_use]
    pub fn takes(self, status: u16) -> bool {
        match self {
            Self::Any2xx => (200..300).contains(&status),
            Self::Only200 => status == 200,
            Self::OneOf(statuses) => statuses.contains(&status),
        }
    }
}
