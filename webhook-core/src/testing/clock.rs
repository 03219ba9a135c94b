//! A clock that a test moves.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::time::{Clock, UnixTime};

/// A clock that stands still until a test moves it. Clones show the same time, so one clock serves
/// the endpoint and the sender.
///
/// It decides about freshness only. Leases and retention are the store's, by the store's clock.
///
/// ```
/// use std::time::Duration;
/// use webhook_core::testing::{TestClock, TestSender};
/// use webhook_core::{Endpoint, Head, SignedRequest};
///
/// let clock = TestClock::new();
/// let secret = "whsec_0123456789abcdef";
/// let endpoint = Endpoint::stripe(secret).clock(clock.clone()).build()?;
/// let stripe: TestSender = TestSender::stripe(secret).clock(clock.clone());
///
/// let verifies = |request: &SignedRequest| {
///     let head = Head::new(request.method, &request.path_and_query, &request.headers);
///     endpoint.verify(&head, request.body.clone()).is_ok()
/// };
/// let captured = stripe.signed(r#"{"id":"evt_1"}"#);
/// clock.advance(Duration::from_secs(300));
/// assert!(verifies(&captured));
/// clock.advance(Duration::from_secs(1));
/// assert!(!verifies(&captured));
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct TestClock(Arc<AtomicU64>);

impl TestClock {
    /// Creates a clock that shows 2027-01-15T08:00:00Z.
    #[must_use]
    pub fn new() -> Self {
        Self::at(UnixTime::from_secs(1_800_000_000))
    }

    /// Creates a clock that shows `time`.
    #[must_use]
    pub fn at(time: UnixTime) -> Self {
        Self(Arc::new(AtomicU64::new(time.as_millis())))
    }

    /// The time that it shows.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        UnixTime::from_millis(self.0.load(Ordering::Relaxed))
    }

    /// Shows another time, earlier or later.
    pub fn set(&self, time: UnixTime) {
        self.0.store(time.as_millis(), Ordering::Relaxed);
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().saturating_add(by));
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Option<UnixTime> {
        Some(Self::now(self))
    }
}

impl fmt::Debug for TestClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TestClock")
            .field(&self.now().to_string())
            .finish()
    }
}
