//! The limits that an adapter enforces.

use std::time::Duration;

/// The limits that an adapter enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum size of a body, in bytes.
    pub body: usize,
    /// How long the body may take to arrive.
    pub body_timeout: Duration,
    /// How long the handler may run once the inner service is ready. The wait for the service may
    /// take half as long in addition.
    pub handler_timeout: Duration,
    /// How long to wait for one call of the store.
    pub store_timeout: Duration,
}
