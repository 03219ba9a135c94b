//! The activity of a connection, which decides how long the connection can stay open.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

/// The activity of one connection, shared by its task, its stream and its requests.
pub(crate) struct Activity {
    state: Mutex<State>,
    evicted: Notify,
}

struct State {
    /// Requests without an answer.
    unanswered: usize,
    /// Requests without an answer whose body has not ended.
    receiving: usize,
    /// When the last request began or was answered. Before the first request: when the server
    /// accepted the connection.
    since: Instant,
    /// Whether a request has begun.
    requested: bool,
    /// Bytes that the stream can read before the next request begins or a body grows.
    credit: usize,
}

/// Whether a connection waits for its client, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// The client has not sent the head of a request.
    New(Instant),
    /// Every request is answered. The client may not have read the last answer.
    Idle(Instant),
    /// The connection does not wait: a request has no answer.
    No,
}

/// A request without an answer. Dropping it marks the request as answered.
pub(crate) struct Unanswered(Arc<Activity>);

/// A body that has not ended. Dropping it marks the body as ended.
pub(crate) struct Receiving(Arc<Activity>);

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                unanswered: 0,
                receiving: 0,
                since: Instant::now(),
                requested: false,
                credit: CREDIT,
            }),
            evicted: Notify::new(),
        })
    }

    /// Counts a request that begins.
    pub(crate) fn begin(self: &Arc<Self>) -> (Unanswered, Receiving) {
        let mut state = self.state();
        state.unanswered = state.unanswered.saturating_add(1);
        state.receiving = state.receiving.saturating_add(1);
        state.since = Instant::now();
        state.requested = true;
        state.credit = CREDIT;
        (Unanswered(self.clone()), Receiving(self.clone()))
    }

    /// Whether the connection waits for its client.
    pub(crate) fn waiting(&self) -> Waiting {
        let state = self.state();
        match (state.unanswered, state.requested) {
            (0, true) => Waiting::Idle(state.since),
            (0, false) => Waiting::New(state.since),
            _ => Waiting::No,
        }
    }

    /// Since when the connection has waited for its client. `None` while a handler may run:
    /// closing the connection would interrupt it.
    pub(crate) fn evictable_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.unanswered <= state.receiving).then_some(state.since)
    }

    /// Tells the connection to close at once.
    pub(crate) fn evict(&self) {
        self.evicted.notify_one();
    }

    /// Waits for [`evict`](Self::evict).
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Counts bytes read from the socket. Returns false when they exceed the credit.
    pub(crate) fn spend(&self, read: usize) -> bool {
        let mut state = self.state();
        let left = state.credit.checked_sub(read);
        state.credit = left.unwrap_or_default();
        left.is_some()
    }

    fn earn(&self, body: usize) {
        let mut state = self.state();
        let earned = body.saturating_mul(PER_BODY_BYTE);
        state.credit = state.credit.saturating_add(earned).min(CREDIT);
    }

    /// Locks the state. No code panics while it holds the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receiving {
    /// Counts bytes of the body. They give back the credit that reading them cost.
    pub(crate) fn received(&self, bytes: usize) {
        self.0.earn(bytes);
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.unanswered = state.unanswered.saturating_sub(1);
        state.since = Instant::now();
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.receiving = state.receiving.saturating_sub(1);
    }
}

/// Bytes that a client can send without a further request or body.
///
/// This covers the head of a request (128 KiB), the unread body of a refused request (one HTTP/2
/// window, 256 KiB), and 128 KiB of framing.
const CREDIT: usize = 512 * 1024;
/// Credit for each byte of a body. A chunk of five bytes has five bytes of framing; smaller chunks
/// use up the credit.
const PER_BODY_BYTE: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_can_be_evicted_unless_a_whole_request_waits_for_its_answer() {
        let activity = Activity::new();
        assert!(activity.evictable_since().is_some(), "new");
        let (first, first_body) = activity.begin();
        assert!(activity.evictable_since().is_some(), "receiving");
        drop(first_body);
        assert!(activity.evictable_since().is_none(), "handling");
        let (second, second_body) = activity.begin();
        assert!(activity.evictable_since().is_none(), "handling one of two");
        drop(first);
        assert!(activity.evictable_since().is_some(), "receiving the other");
        drop((second, second_body));
        assert!(matches!(activity.waiting(), Waiting::Idle(_)));
    }

    #[tokio::test]
    async fn bytes_are_read_as_long_as_something_comes_of_them() {
        let activity = Activity::new();
        let (_unanswered, body) = activity.begin();
        for _ in 0..1000 {
            assert!(activity.spend(8192), "as much framing as body");
            body.received(4096);
        }
        assert!(activity.spend(CREDIT));
        assert!(!activity.spend(1));
        body.received(1);
        assert!(activity.spend(2) && !activity.spend(1));
        let _other = activity.begin();
        assert!(activity.spend(CREDIT) && !activity.spend(1));
    }
}
