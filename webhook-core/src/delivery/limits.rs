//! What an adapter holds a delivery to.

use std::time::Duration;

/// What an adapter holds a delivery to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest body, in bytes.
    pub body: usize,
    /// How long the body may take to arrive.
    pub body_timeout: Duration,
    /// How long the handler may take, once the inner service is ready for it. That may take half as long.
    pub handler_timeout: Duration,
    /// How long one call of the store is waited for.
    pub store_timeout: Duration,
}
