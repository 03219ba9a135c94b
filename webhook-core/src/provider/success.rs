//! The statuses that a sender counts as success.

#![allow(
    clippy::exhaustive_enums,
    reason = "no other way to choose statuses exists, and tables need to match all"
)]

/// The statuses that a sender counts as success. Senders differ in whether they retry after others.
///
/// An endpoint answers a duplicate with an empty 200, which no sender is known to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Success {
    /// Any status from 200 to 299.
    Any2xx,
    /// Only 200, as far as is known.
    Only200,
    /// Only these, as far as is known.
    OneOf(&'static [u16]),
}

impl Success {
    /// Whether the sender counts this status as success.
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
